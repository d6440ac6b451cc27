//! A dossier's state for who has neither this program nor the repository: which state, the record that proves it, and the page beside its
//! files that says in three languages what it is and how it is checked.

mod page;

use std::path::Path;

use liasse_archive::repo::{Progress, Repository, SignedBy, SignedRecord, Stop};
use liasse_archive::{Exported, Form, Head, Result};

use crate::lang::Lang;
use crate::restore::State;

/// What is exported, and where to.
pub struct Wanted<'w> {
    /// The state.
    pub state: &'w State,
    /// Where to: nothing, or an empty folder.
    pub target: &'w Path,
    /// In which form.
    pub form: Form,
    /// Whether the signed record goes with it, which names all dossiers of its run.
    pub with_record: bool,
    /// The language that comes first.
    pub lang: Lang,
    /// Seconds east of UTC, for dates.
    pub utc_offset: i32,
}

/// What was exported.
pub struct Done {
    /// What is said of it.
    pub head: Head,
    /// The record that proves it, if it is there.
    pub signed: Option<SignedBy>,
    /// How many other dossiers the record names.
    pub others: u64,
    /// What is in it.
    pub exported: Exported,
}

/// Exports a state. On an error nothing is there.
pub fn export(repository: &Repository, wanted: &Wanted<'_>, progress: &dyn Progress, stop: &Stop) -> Result<Done> {
    let state = wanted.state;
    let head =
        Head { dossier: state.line.code.clone(), since: state.line.since, snapshot: state.snapshot.id, evidence: state.line.evidence };
    let record: Option<SignedRecord> = if wanted.with_record { repository.signed_record(state.snapshot.id)? } else { None };
    let signed = record.as_ref().map(SignedRecord::verify).transpose()?;
    let (snapshot, path) = state.source();
    let make = |exported: &Exported| page::render(wanted, &head, signed.as_ref(), exported);
    let what = liasse_archive::Export {
        head: &head,
        snapshot,
        path,
        tree: &state.line.tree,
        target: wanted.target,
        form: wanted.form,
        record: record.as_ref(),
        page: &make,
    };
    let exported = liasse_archive::export(repository, &what, progress, stop)?;
    let others = signed.as_ref().map_or(0, |signed| (signed.record.dossiers.len() as u64).saturating_sub(1));
    Ok(Done { head, signed, others, exported })
}
