//! A backup of dossiers: folders of which each is taken as a whole, as it was at one time, or stays as it was.

use std::path::PathBuf;

use liasse_repo::format::content::Content;
use liasse_repo::format::ids::Evidence;
use liasse_repo::format::snapshot::{Dossier as Line, Outcome, Unread};
use liasse_repo::format::time::Time;

/// The last good state of a dossier: what the newest snapshot says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its tree.
    pub tree: Content,
    /// The evidence root of its tree.
    pub evidence: Evidence,
    /// When it was read.
    pub since: Time,
}

/// Why a dossier is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// How that is called.
    pub outcome: Outcome,
    /// Why, for whoever reads the snapshot.
    pub cause: String,
}

/// A dossier that is to be in the snapshot.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// Its name.
    pub code: String,
    /// Its folder, absolute.
    pub path: PathBuf,
    /// Its last good state, if there is one.
    pub kept: Option<Kept>,
    /// Whether the judge is to prepare it before it is looked at.
    pub is_prepared: bool,
    /// Whether it comes before those that are not: it was not taken last time.
    pub comes_first: bool,
    /// Why it is not even looked at, if it is not.
    pub refusal: Option<Refusal>,
}

/// A file of a dossier that is new or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSeen<'a> {
    /// Where it is, below the dossier's folder.
    pub path: &'a [u8],
    /// Bytes that it had in the last run; `None` for one that is new.
    pub before: Option<u64>,
    /// Bytes that it has.
    pub size: u64,
    /// Bytes that were added for it.
    pub added: u64,
    /// Whether it is new, or what was added is just what changed; otherwise it may be more, because its previous version was not known in
    /// detail.
    pub is_exact: bool,
    /// Whether what was added looks like noise, and the file is none of those that always do.
    pub is_noise: bool,
    /// Whether its beginning is among that, and looks like noise: no book, table or program begins so.
    pub begins_with_noise: bool,
}

/// What was read of a dossier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Files.
    pub files: u64,
    /// Bytes of them.
    pub size: u64,
    /// Bytes that were added to the repository.
    pub added: u64,
    /// What could not be read, the first hundred of it.
    pub unread: Vec<Unread>,
}

/// What becomes of an entry that is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It is not in the snapshot.
    Out,
    /// It is in the snapshot as the last run stored it; what the last run does not have is not. Where nothing is known of the last run,
    /// it is looked at all the same.
    Stays,
}

/// Who decides about dossiers while a backup is at work. All but `excludes` is asked by one thread at a time.
pub trait Judge: Sync {
    /// Whether an entry of a dossier is not looked at; `path` is below the dossier's folder. Asked by many threads, for every entry.
    fn skips(&self, dossier: usize, path: &[u8], is_dir: bool) -> Option<Skip>;

    /// A dossier that is to be prepared is about to be looked at. Whether anything was done to it now.
    fn prepare(&self, dossier: usize) -> Result<bool, Refusal>;

    /// A dossier in which something changed is about to be read, for the first time or again.
    fn begin(&self, dossier: usize) -> Result<(), Refusal>;

    /// A file of it is new or changed.
    fn file(&self, dossier: usize, file: &FileSeen<'_>);

    /// A file of it that the last run had, with so many bytes, is not there; `path` is below the dossier's folder.
    fn gone(&self, dossier: usize, path: &[u8], size: u64);

    /// It was read, and did not change meanwhile.
    fn accept(&self, dossier: usize, found: &Found) -> Result<(), Refusal>;

    /// What the snapshot is to say of a dossier that it has in its present state: what is left out of it on purpose.
    fn remark(&self, dossier: usize) -> String;

    /// It changed each time that it was read; one thing that did is named, below its folder.
    fn changing(&self, dossier: usize, path: &[u8]) -> Refusal;

    /// Its folder could not be opened.
    fn unreachable(&self, dossier: usize, is_missing: bool, cause: &str) -> Refusal;

    /// What became of it.
    fn done(&self, dossier: usize, fate: &Fate);
}

/// What became of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// How it fared.
    pub outcome: Outcome,
    /// Its state in the snapshot, if there is one.
    pub state: Option<Kept>,
    /// Files and bytes in that state, as far as they are known.
    pub found: Found,
    /// Why its present state is not stored.
    pub cause: String,
}

/// The dossiers of one backup.
pub(super) struct Dossiers<'a> {
    pub(super) list: &'a [Dossier],
    pub(super) judge: &'a dyn Judge,
}

/// The dossier that an entry lies in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inside {
    /// Its number in the list.
    pub(super) dossier: usize,
    /// Bytes of its folder's path.
    pub(super) path_length: usize,
    /// Whether what the last run has of it can be referred to.
    pub(super) is_known: bool,
}

impl Inside {
    /// The way below the dossier's folder.
    pub(super) fn below(self, path: &[u8]) -> &[u8] {
        path.get(self.path_length + 1..).unwrap_or_default()
    }
}

impl Fate {
    /// What the snapshot's record says.
    pub(super) fn line(self, dossier: &Dossier, path: Vec<u8>) -> Line {
        let state = self.state.unwrap_or(Kept { tree: Content::empty(), evidence: Evidence([0; 32]), since: Time::default() });
        Line {
            code: dossier.code.clone(),
            outcome: self.outcome,
            path,
            since: state.since,
            tree: state.tree,
            evidence: state.evidence,
            cause: self.cause,
        }
    }
}
