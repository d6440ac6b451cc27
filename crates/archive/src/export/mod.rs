//! A dossier's state in open form, for who has neither this program nor the repository: its files as they were, a manifest of all that is
//! proved about them, sums that everybody's tools check, and documents beside them (`docs/export.md`).
//!
//! It is made beside its place and gets there in one step. The files are written by [`restore`], or into a zip as a dump is.

mod check;
mod escape;
mod folder;
mod hashed;
mod ledger;
mod manifest;
mod stage;
mod zip;

use std::io;
use std::path::Path;

use liasse_repo::format::content::Content;
use liasse_repo::format::ids::Hash;
use liasse_repo::{Progress, Repository, SignedRecord, Snapshot, Stop, public_key_pem};

pub use check::{Checked, Proof, Signed, Wrong, WrongKind, verify_export};
pub use manifest::Head;

use crate::error::{Error, Result};
use crate::restore::{Lost, Shortfall};
use hashed::Digests;
use ledger::Ledger;
use stage::Stage;

/// Most that is named of what is wrong or not there; all is counted.
const MOST_NAMED: usize = 1_000;
/// The folder of the dossier's files.
const FILES: &str = "files";
/// The manifest.
const MANIFEST: &str = "MANIFEST.tsv";
/// The sums.
const SUMS: [&str; 2] = ["SHA256SUMS", "B3SUMS"];
/// What may lie beside the files: the page, the signed record, its signature, and the key; in this order.
const DOCUMENTS: [&str; 4] = ["README.html", "snapshot.record", "snapshot.signature", "snapshot.key.pem"];

/// What an export looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A folder.
    Folder,
    /// One file.
    Zip,
}

/// What is exported, and where to.
pub struct Export<'e> {
    /// What is said of it.
    pub head: &'e Head,
    /// The snapshot in whose tree the state lies.
    pub snapshot: &'e Snapshot,
    /// Where it lies there.
    pub path: &'e [u8],
    /// The state.
    pub tree: &'e Content,
    /// Its place, where nothing is, or an empty folder.
    pub target: &'e Path,
    /// Its form.
    pub form: Form,
    /// The record that proves it, if that is to be there.
    pub record: Option<&'e SignedRecord>,
    /// Makes the page that lies beside the files, when it is known what these are.
    pub page: &'e dyn Fn(&Exported) -> String,
}

/// What was exported.
#[derive(Debug, Default)]
pub struct Exported {
    /// Files, with all their bytes.
    pub files: u64,
    /// Folders and links.
    pub others: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// What could not be read or written.
    pub lost: Vec<Lost>,
    /// What the form cannot hold: where it is, and what.
    pub left_out: Vec<(Vec<u8>, &'static str)>,
    /// What could not be set.
    pub shortfalls: Vec<Shortfall>,
    /// How many could not be set.
    pub shortfall_count: u64,
    /// SHA-256 of the file of sums, which stands for all that is in the export.
    pub sums: Option<Hash>,
}

/// Exports a state. On an error nothing is there.
pub fn export(repository: &Repository, what: &Export<'_>, progress: &dyn Progress, stop: &Stop) -> Result<Exported> {
    let stage = Stage::make(what.target, what.form)?;
    let ledger = Ledger::begin(&stage.path, what.head).map_err(output)?;
    let exported = match what.form {
        Form::Folder => folder::export(repository, what, &stage, ledger, progress, stop)?,
        Form::Zip => zip::export(repository, what, &stage, ledger, progress, stop)?,
    };
    stop.check()?;
    stage.place(what.form)?;
    Ok(exported)
}

fn output(cause: io::Error) -> Error {
    Error::Output { cause }
}

/// Adds the documents: `put` writes one.
fn documents(
    what: &Export<'_>,
    exported: &Exported,
    ledger: &mut Ledger,
    mut put: impl FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<()> {
    let mut documents = vec![(what.page)(exported).into_bytes()];
    if let Some(record) = what.record {
        let by = record.verify()?.record.writer;
        documents.extend([record.signed.clone(), record.signature.to_vec(), public_key_pem(&by).into_bytes()]);
    }
    for (name, bytes) in DOCUMENTS.iter().zip(documents) {
        put(name, &bytes).and_then(|()| ledger.document(name, &Digests::of(&bytes))).map_err(output)?;
    }
    Ok(())
}
