//! Restore: snapshot, tree, locate, read, open, verify, write.
//!
//! Trees are walked in order and folders made; files gather into batches of bounded size. A batch is written pack by pack, on all cores:
//! a block is opened once and gives all its chunks. A file has a temporary name until it is whole and has its metadata. What cannot be
//! restored is in the report, and does not stop the rest.

mod batch;
mod entries;
mod fill;
mod note;
mod plan;
mod surplus;
mod task;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use liasse_repo::format::content::Content;
use liasse_repo::format::ids::Hash;
use liasse_repo::format::tree::Node;
use liasse_repo::{Phase, Progress, Reader, Repository, Scratch, Snapshot, Stop};

use crate::error::Result;
use crate::list::{self, Found};
use crate::patterns::Patterns;
use crate::target::{self, Folder, Target, TargetError, TargetErrorKind};
pub(crate) use entries::kind_of;
use note::Note;
pub use note::{NOTE, is_cut_off};
use plan::Planner;
use surplus::Surplus;

/// What happens to a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// It is written anew.
    Always,
    /// It is written anew unless size and time of last change are those of the snapshot.
    #[default]
    IfChanged,
    /// It is left as it is.
    Never,
}

/// What is restored, where to, and how.
#[derive(Debug, Clone, Default)]
pub struct RestoreOptions {
    /// A path in the snapshot; empty for all of it.
    pub path: Vec<u8>,
    /// The directory that is restored instead of what is at `path`: the state of a dossier, which need not be in the snapshot's own tree.
    /// If it is just what the snapshot has there, the target gets that folder's metadata too.
    pub tree: Option<Content>,
    /// Where to. Made if it is missing.
    pub target: PathBuf,
    /// Only these, and what is below them, if there is any pattern.
    pub include: Patterns,
    /// Not these, nor what is below them.
    pub exclude: Patterns,
    /// Not what fits any of these either: patterns from the folder that is restored, not from `/`.
    pub left_out: Vec<Patterns>,
    /// Say what would be restored, and write nothing.
    pub dry_run: bool,
    /// Remove what is in restored folders and not in the snapshot.
    pub delete: bool,
    /// What happens to a file that is there already.
    pub overwrite: Overwrite,
    /// A folder that is likely to have much of what is restored, under the same names. It is read instead of the repository where its bytes
    /// prove to be the right ones, and never changed.
    pub beside: Option<Folder>,
    /// Read every restored file again and compare it; and those that are left, which are written anew where they are others.
    pub verify: bool,
    /// Whether a restore that is cut off can go on.
    pub noted: Noted,
}

/// Whether a restore leaves a note in its target while it is under way, by which it goes on when it is run again after it was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Noted {
    /// It does not.
    #[default]
    No,
    /// It does; the note of another restore is refused.
    Yes,
    /// It does, and replaces the note of another one.
    Anew,
}

/// Something of an entry that could not be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    /// The entry, in the target.
    pub path: Vec<u8>,
    /// What could not be set.
    pub what: String,
    /// Why.
    pub cause: String,
}

/// An entry that is not restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The entry, in the snapshot.
    pub path: Vec<u8>,
    /// Why.
    pub cause: String,
    /// Whether the repository is to blame, and not the target.
    pub damage: bool,
}

/// What a restore did.
#[derive(Debug, Clone, Default)]
pub struct RestoreReport {
    /// Files written.
    pub files: u64,
    /// Folders made, or found.
    pub directories: u64,
    /// Links, pipes and devices made, and further names of files.
    pub others: u64,
    /// Bytes of the files written.
    pub bytes: u64,
    /// Files that were there and were left.
    pub unchanged: u64,
    /// Bytes of the files written that were taken from the files that they replace, or from the folder beside.
    pub reused: u64,
    /// Whether it went on where an earlier one was cut off.
    pub is_resumed: bool,
    /// Entries removed because the snapshot does not have them.
    pub deleted: u64,
    /// Entries that the snapshot does not have and that were not removed, or not whole: they were left out of the backup or the restore.
    pub spared: u64,
    /// Files, links, pipes and devices that a dry run would have written, in the snapshot; the first 10,000 of them.
    pub would_write: Vec<Vec<u8>>,
    /// What could not be set; the first 1,000 are kept.
    pub shortfalls: Vec<Shortfall>,
    /// How many could not be set.
    pub shortfall_count: u64,
    /// What is not restored.
    pub damaged: Vec<Lost>,
}

/// Most shortfalls that a report names; it counts all.
const SHORTFALLS_LIMIT: usize = 1_000;
/// Most entries that the report of a dry run names.
const MOST_NAMED: usize = 10_000;

impl RestoreReport {
    fn fall_short(&mut self, shortfalls: Vec<target::Shortfall>) {
        self.shortfall_count += shortfalls.len() as u64;
        let room = SHORTFALLS_LIMIT.saturating_sub(self.shortfalls.len());
        self.shortfalls.extend(shortfalls.into_iter().take(room).map(Into::into));
    }

    fn name(&mut self, path: &[u8]) {
        if self.would_write.len() < MOST_NAMED {
            self.would_write.push(path.to_vec());
        }
    }

    fn lose(&mut self, path: Vec<u8>, cause: String, damage: bool) {
        self.damaged.push(Lost { path, cause, damage });
    }
}

/// What all parts of a restore share.
struct Run<'a> {
    reader: &'a Reader<'a>,
    options: &'a RestoreOptions,
    progress: &'a dyn Progress,
    stop: &'a Stop,
    note: Option<&'a Note>,
    reused: &'a AtomicU64,
}

impl Run<'_> {
    /// Why something of the repository cannot be given, where others still may be: it is damaged, or the storage does not give it. Any other
    /// error ends the restore, and so does a repository that is gone.
    fn partial(&self, error: liasse_repo::Error) -> Result<String> {
        Ok(self.reader.repository().as_partial(error)?.to_string())
    }
}

/// Restores a snapshot, or what is at one of its paths.
pub fn restore(
    repository: &Repository,
    snapshot: &Snapshot,
    options: &RestoreOptions,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<RestoreReport> {
    let reader = repository.reader()?;
    let mut scratch = Scratch::new()?;
    let found = match &options.tree {
        Some(tree) => with_metadata(list::find(&reader, &snapshot.record.root, &options.path, &mut scratch), tree),
        None => list::find(&reader, &snapshot.record.root, &options.path, &mut scratch)?,
    };
    let surplus = Surplus::new(options, &snapshot.record)?;
    let target = if options.dry_run { Target::open(&options.target).ok() } else { Some(Target::create(&options.target)?) };
    let note = match (&target, options.noted) {
        (Some(target), Noted::Yes | Noted::Anew) if !options.dry_run => {
            Some(Note::begin(target, &wanted(snapshot, options), options.noted == Noted::Anew)?)
        }
        _ => None,
    };
    // The note's going changes the time of the folder that it is in, and may need rights that the folder is not to have.
    let last = match &found {
        Found::Entry(entry) if note.is_some() && matches!(entry.node, Node::Directory { .. }) => {
            target.as_ref().map(|target| (target.root().clone(), entry.metadata.clone()))
        }
        _ => None,
    };
    let reused = AtomicU64::new(0);
    let run = Run { reader: &reader, options, progress, stop, note: note.as_ref(), reused: &reused };
    progress.begin(Phase::Restore);
    let mut path = trimmed(&options.path);
    let mut report = match found {
        Found::Root(tree) => Planner::new(&run, target, surplus, path, scratch)?.tree(&tree, None)?,
        Found::Entry(entry) => {
            if let Node::Directory { tree, .. } = entry.node {
                Planner::new(&run, target, surplus, path, scratch)?.tree(&tree, Some(entry.metadata).filter(|_| last.is_none()))?
            } else {
                path.truncate(path.len() - entry.name.as_bytes().len() - 1);
                Planner::new(&run, target, surplus, path, scratch)?.single(*entry)?
            }
        }
    };
    report.reused = reused.load(Ordering::Relaxed);
    report.is_resumed = note.as_ref().is_some_and(|note| note.is_resumed);
    if let Some(note) = note {
        note.remove()?;
        if let Some((root, metadata)) = last {
            report.fall_short(root.apply(&metadata)?);
        }
    }
    Ok(report)
}

/// What a note says of a restore: another one must not go on where this one was cut off.
fn wanted(snapshot: &Snapshot, options: &RestoreOptions) -> String {
    let path = Hash::of(&trimmed(&options.path));
    let tree = options.tree.as_ref().map_or(Hash::NONE, |tree| tree.hash);
    format!("liasse restore 1\nsnapshot {}\npath {path}\ntree {tree}\n", snapshot.id)
}

/// A directory with the entry that leads to it, if what was found is one. Where nothing was found, or it cannot be read, there is none.
fn with_metadata(found: Result<Found>, tree: &Content) -> Found {
    match found {
        Ok(Found::Entry(entry)) if matches!(&entry.node, Node::Directory { tree: there, .. } if there == tree) => Found::Entry(entry),
        _ => Found::Root(tree.clone()),
    }
}

impl RestoreOptions {
    /// Whether an entry, by its path in the snapshot, is left out with all below it.
    fn excludes(&self, path: &[u8], is_dir: bool) -> bool {
        if self.exclude.matches(path, is_dir) {
            return true;
        }
        if self.left_out.is_empty() {
            return false;
        }
        let below = path.get(trimmed(&self.path).len()..).unwrap_or_default();
        self.left_out.iter().any(|patterns| patterns.matches(below, is_dir))
    }
}

fn trimmed(path: &[u8]) -> Vec<u8> {
    let names = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty());
    names.fold(Vec::new(), |mut path, name| {
        path.push(b'/');
        path.extend_from_slice(name);
        path
    })
}

impl From<target::Shortfall> for Shortfall {
    fn from(shortfall: target::Shortfall) -> Self {
        let what = match &shortfall.what {
            target::What::Owner => "owner".to_owned(),
            target::What::Group => "group".to_owned(),
            target::What::Mode => "permissions".to_owned(),
            target::What::Xattr(name) if name.is_empty() => "extended attributes".to_owned(),
            target::What::Xattr(name) => format!("extended attribute {}", String::from_utf8_lossy(name)),
            target::What::Times => "time of last change".to_owned(),
            target::What::Special => "device".to_owned(),
        };
        Self { path: shortfall.path, what, cause: shortfall.cause.to_string() }
    }
}

/// Whether an error of the target is of one entry only, so that the others can still be restored.
fn is_of_one_entry(error: &TargetError) -> bool {
    !matches!(error.kind, TargetErrorKind::Full | TargetErrorKind::ReadOnly)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
