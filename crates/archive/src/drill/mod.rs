//! A restore drill: files are restored as anybody would restore them, into a folder that nobody needs, read there again, and compared
//! with what the snapshot states of them. What it states is itself held against the evidence in the signed record, folder by folder.
//!
//! Must never believe the restore's own word that a file is whole, and never stop at the first that is not.

mod compare;
mod removal;
mod walk;

use std::collections::{BinaryHeap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use liasse_repo::format::content::Content;
use liasse_repo::format::ids::{Evidence, SessionId};
use liasse_repo::format::tree::{Entry, Node};
use liasse_repo::{Phase, Progress, Repository, Snapshot, Stop};

use crate::error::{Error, Result};
use crate::restore::{RestoreOptions, RestoreReport, restore};
use compare::{Stated, compare};
pub use removal::remove_drilled;
use walk::Walk;

/// Most failures that a report names; it counts all.
const FAILURES_LIMIT: usize = 10_000;

/// What a drill came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrillReport {
    /// Files that were restored and are what the snapshot states.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Links that were restored and lead where the snapshot states.
    pub links: u64,
    /// How many of the files are proved by the evidence in the signed record, too.
    pub proven: u64,
    /// Which files, in the order of their restoring: their snapshots and paths.
    pub drilled: Vec<(SessionId, Vec<u8>)>,
    /// What failed, the first 10,000.
    pub failures: Vec<DrillFailure>,
    /// How much failed.
    pub failure_count: u64,
}

/// Something that did not come back as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillFailure {
    /// The snapshot.
    pub snapshot: SessionId,
    /// The path in it.
    pub path: Vec<u8>,
    /// What is wrong.
    pub what: String,
    /// Whether the repository is to blame, and not the folder that was restored to.
    pub damage: bool,
}

/// Who watches, and where files are restored to: an empty folder of its own.
pub struct Drill<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The folder.
    pub folder: &'a Path,
    /// Who watches.
    pub progress: &'a dyn Progress,
    /// The wish to stop.
    pub stop: &'a Stop,
}

impl Drill<'_> {
    /// Restores so many files of these snapshots one after the other; `chance` decides which.
    pub fn files(&self, snapshots: &[Snapshot], number: usize, chance: [u8; 32]) -> Result<DrillReport> {
        let mut report = DrillReport::default();
        self.progress.begin(Phase::Plan);
        let mut drawn: BinaryHeap<Drawn> = BinaryHeap::new();
        let mut evident = Vec::new();
        for (of, snapshot) in snapshots.iter().enumerate() {
            let reader = self.repository.reader()?;
            let mut walk = Walk::new(self, &reader, snapshot.id)?;
            walk.all(b"", &snapshot.record.root, snapshot.record.evidence, &mut |path, entry| {
                let Some(stated) = Stated::of(entry).filter(Stated::is_file) else { return };
                let lot = *blake3::Hasher::new_keyed(&chance).update(&snapshot.id.0).update(path).finalize().as_bytes();
                if drawn.len() < number || drawn.peek().is_some_and(|last| lot < last.lot) {
                    drawn.push(Drawn { lot, of, path: path.to_vec(), stated });
                    if drawn.len() > number {
                        drawn.pop();
                    }
                }
            })?;
            evident.push(walk.is_evident());
            walk.failures.into_iter().for_each(|failure| report.fail(failure));
        }
        for Drawn { of, path, stated, .. } in drawn.into_sorted_vec() {
            self.stop.check()?;
            let Some(snapshot) = snapshots.get(of) else { continue };
            self.one(snapshot, &path, &stated, evident.get(of) == Some(&true), &mut report)?;
        }
        Ok(report)
    }

    /// Restores a whole tree, such as a dossier's.
    pub fn tree(&self, snapshot: &Snapshot, path: &[u8], tree: &Content, evidence: Evidence) -> Result<DrillReport> {
        let mut report = DrillReport::default();
        let reader = self.repository.reader()?;
        let mut walk = Walk::new(self, &reader, snapshot.id)?;
        let options =
            RestoreOptions { path: path.to_vec(), tree: Some(tree.clone()), target: self.folder.join("tree"), ..RestoreOptions::default() };
        let restored = restore(self.repository, snapshot, &options, self.progress, self.stop)?;
        let lost = Self::lose(snapshot.id, &restored, &mut report);
        let mut seen = Vec::new();
        let base = path.strip_suffix(b"/").unwrap_or(path);
        walk.all(base, tree, evidence, &mut |path, entry| {
            let Some(stated) = Stated::of(entry).filter(|_| !is_below(path, &lost)) else { return };
            let below = path.get(base.len() + 1..).unwrap_or_default();
            seen.push((path.to_vec(), compare(&options.target.join(OsStr::from_bytes(below)), &stated, &restored), stated));
        })?;
        let is_evident = walk.is_evident();
        walk.failures.into_iter().for_each(|failure| report.fail(failure));
        for (path, compared, stated) in seen {
            report.count(snapshot.id, path, compared, &stated, is_evident);
        }
        Ok(report)
    }

    /// One file, which is gone again afterwards.
    fn one(&self, snapshot: &Snapshot, path: &[u8], stated: &Stated, is_evident: bool, report: &mut DrillReport) -> Result<()> {
        let target = self.folder.join("one");
        let options = RestoreOptions { path: path.to_vec(), target: target.clone(), ..RestoreOptions::default() };
        let restored = restore(self.repository, snapshot, &options, self.progress, self.stop)?;
        if Self::lose(snapshot.id, &restored, report).is_empty() {
            let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            let compared = compare(&target.join(OsStr::from_bytes(name)), stated, &restored);
            report.count(snapshot.id, path.to_vec(), compared, stated, is_evident);
        }
        remove_drilled(&target).map_err(|cause| Error::Output { cause })
    }

    /// What the restore itself says is not there: a failure each.
    fn lose(snapshot: SessionId, restored: &RestoreReport, report: &mut DrillReport) -> HashSet<Vec<u8>> {
        for lost in &restored.damaged {
            report.fail(DrillFailure { snapshot, path: lost.path.clone(), what: lost.cause.clone(), damage: lost.damage });
        }
        restored.damaged.iter().map(|lost| lost.path.clone()).collect()
    }
}

impl DrillReport {
    /// Whether all came back as it was.
    pub fn is_sound(&self) -> bool {
        self.failure_count == 0
    }

    fn fail(&mut self, failure: DrillFailure) {
        self.failure_count += 1;
        if self.failures.len() < FAILURES_LIMIT {
            self.failures.push(failure);
        }
    }

    fn count(&mut self, snapshot: SessionId, path: Vec<u8>, compared: std::result::Result<(), String>, stated: &Stated, is_evident: bool) {
        match compared {
            Err(what) => self.fail(DrillFailure { snapshot, path, what, damage: true }),
            Ok(()) if !stated.is_file() => self.links += 1,
            Ok(()) => {
                self.files += 1;
                self.bytes = self.bytes.saturating_add(stated.size());
                self.proven += u64::from(is_evident);
                if self.drilled.len() < FAILURES_LIMIT {
                    self.drilled.push((snapshot, path));
                }
            }
        }
    }
}

/// A file that was drawn by lot. Ordered by its lot.
struct Drawn {
    lot: [u8; 32],
    /// Of which snapshot.
    of: usize,
    path: Vec<u8>,
    stated: Stated,
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        self.lot == other.lot
    }
}

impl Eq for Drawn {}

impl PartialOrd for Drawn {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Drawn {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.lot.cmp(&other.lot)
    }
}

/// Whether a path, or a folder on the way to it, is one of these.
fn is_below(path: &[u8], lost: &HashSet<Vec<u8>>) -> bool {
    let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at).chain([path.len()]);
    !lost.is_empty() && ends.into_iter().any(|end| path.get(..end).is_some_and(|folder| lost.contains(folder)))
}

/// The type of an entry, for the walk.
pub(super) fn directory(entry: &Entry) -> Option<(&Content, Evidence)> {
    match &entry.node {
        Node::Directory { tree, evidence } => Some((tree, *evidence)),
        _ => None,
    }
}
