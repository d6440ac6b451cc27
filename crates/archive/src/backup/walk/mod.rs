//! Walking the sources in the order of their names, beside the catalogue of the last run.
//!
//! An entry whose identity has not moved is taken from the catalogue: it is not opened, its attributes are not asked for. All
//! others become steps that are ready, or jobs for the readers.

mod dossiers;
mod files;
mod folders;

pub(super) use files::cause;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::mpsc::SyncSender;

use crossbeam_channel::{Receiver, Sender};
use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{Metadata, Name};

use super::Run;
use super::compare::{Comparison, Within};
use super::dossiers::{Found, Refusal, Skip};
use super::file::{Job, Outcome};
use super::judge::now;
use super::sources::{Sources, Step as Way};
use crate::catalogue::{Catalogue, FileKey, Identity, Record, Row, Subtree};
use crate::error::{Error, Result};
use crate::source::{Directory, FileKind, Listed, SourceDirectory, SourceError, Stat};

/// Why an entry with too many attributes is not stored.
pub(super) const TOO_LARGE: &str = "its extended attributes are too large";
/// Dossiers of one folder whose comparison begins at once.
const MOST_AHEAD: usize = 512;
const CACHE_TAG: &[u8] = b"CACHEDIR.TAG";

/// What the catalogue is to keep of an entry.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) identity: Identity,
    pub(super) trusted: bool,
    pub(super) day: u32,
}

/// One step of the walk, in its order.
pub(super) enum Step<'c> {
    /// A directory begins; `name` is `None` for the root.
    Enter { name: Option<Name>, metadata: Box<Metadata>, seen: Option<Seen> },
    /// The directory ends.
    Leave,
    /// A directory in which, and below which, nothing changed.
    Same { name: Name, entry: &'c [u8], seen: Seen, subtree: Subtree<'c> },
    /// An entry that is known. `size` for files that the catalogue knew.
    Ready { name: Name, entry: Cow<'c, [u8]>, seen: Seen, is_file: bool, key: Option<FileKey> },
    /// A file that is being read.
    Reading { name: Name, outcome: Receiver<Outcome>, prior: Option<&'c [u8]>, key: Option<FileKey> },
    /// A further name of a file that came before.
    Link { name: Name, key: FileKey, seen: Seen, prior: Option<&'c [u8]> },
    /// An entry that could not be read.
    Unread { path: Vec<u8>, cause: String },
    /// A socket.
    LeftOut { path: Vec<u8> },
    /// So much that patterns or a cache mark leave out.
    Excluded { entries: u64 },
    /// A dossier is read from here on, or again.
    Begin { dossier: usize },
    /// It was read to its end, but for its own `Leave`: what was found of it is to be told.
    Ask { reply: Sender<Read> },
    /// What was read since it began does not count.
    Undo,
    /// It counts.
    Taken { dossier: usize },
    /// The directory that came last is a dossier that did not change.
    Unchanged { dossier: usize },
    /// A folder on the way to dossiers that come first: it does not count before the walk comes to it in its order.
    Pass { name: Option<Name> },
    /// It ends.
    Passed,
    /// The dossier that came last waits until the walk comes to it in its order.
    SetAside { dossier: usize },
    /// This is its place.
    PutBack { dossier: usize },
    /// A dossier that stays as it was.
    Kept { dossier: usize, name: Name, refusal: Refusal, metadata: Box<Metadata>, prior: Option<(Row<'c>, Option<Subtree<'c>>)> },
}

/// What was read of a dossier.
pub(super) struct Read {
    pub(super) found: Found,
    /// A file that kept changing, by its whole path.
    pub(super) changing: Option<Vec<u8>>,
}

/// What a walk looked at since a dossier began.
struct LookedAt<'c> {
    entries: Vec<(Vec<u8>, Identity)>,
    /// Folders that were taken over as they are in the last run.
    taken: Vec<(Vec<u8>, Record<'c>)>,
    /// Whether any may be: what was compared ahead of the walk is older than what the walk reads.
    takes: bool,
    /// Files with several names that were met first.
    linked: Vec<FileKey>,
}

/// The walk of one run.
pub(super) struct Walk<'r, 'c> {
    run: &'r Run<'r>,
    /// What finds out, ahead of the walk, which directories are the same as in the last run.
    comparison: Option<&'r Comparison<'r, 'c>>,
    steps: SyncSender<Step<'c>>,
    jobs: Sender<Job>,
    linked: HashSet<FileKey>,
    /// What was looked at in the dossier at hand.
    looked_at: Option<LookedAt<'c>>,
    /// Dossiers that were looked at before the others.
    aside: HashSet<usize>,
    /// Whether any source was reached.
    reached: bool,
    path: Vec<u8>,
}

/// What a directory of the walk is under.
#[derive(Clone, Copy)]
struct Scope<'w> {
    /// Only these names, on the way to sources.
    way: Option<&'w Way>,
    /// The file system and the dossier, once in one.
    within: Within,
}

/// An entry as it was found, and what the last run knew of it.
struct Met<'w, 'c> {
    directory: &'w Directory,
    name: &'w Name,
    stat: Stat,
    /// A moment before it was looked at.
    began: Time,
    row: Option<Row<'c>>,
}

impl<'r, 'c> Walk<'r, 'c> {
    pub(super) fn new(
        run: &'r Run<'r>,
        comparison: Option<&'r Comparison<'r, 'c>>,
        steps: SyncSender<Step<'c>>,
        jobs: Sender<Job>,
    ) -> Self {
        Self {
            run,
            comparison,
            steps,
            jobs,
            linked: HashSet::new(),
            looked_at: None,
            aside: HashSet::new(),
            reached: false,
            path: Vec::new(),
        }
    }

    pub(super) fn run(mut self, sources: &Sources, old: Option<&'c Catalogue>) -> Result<()> {
        for missing in &sources.missing {
            self.step(Step::Unread { path: missing.path.clone(), cause: missing.cause.clone() })?;
        }
        let root = Directory::open("/".as_ref()).map_err(|cause| Error::NoSource { cause })?;
        let device = root.own_stat().map_err(|cause| Error::NoSource { cause })?.device;
        self.first(&root, None, &sources.first, old.and_then(Catalogue::root))?;
        self.step(Step::Enter { name: None, metadata: Box::default(), seen: None })?;
        let scope = match &sources.root {
            root if root.whole => Scope { way: None, within: Within { device: Some(device), inside: None } },
            root => Scope { way: Some(root), within: Within::default() },
        };
        self.reached = sources.root.whole;
        self.directory(&root, scope, old.and_then(Catalogue::root))?;
        if !self.reached && self.run.dossiers.is_none() {
            return Err(Error::NothingReached);
        }
        self.step(Step::Leave)
    }

    /// Hands a step on. Whoever listens has gone only because it failed, which it tells itself.
    fn step(&self, step: Step<'c>) -> Result<()> {
        self.steps.send(step).map_err(|_| Error::Internal("the backup ended before its walk"))
    }

    fn unread(&self, error: &SourceError) -> Result<()> {
        self.step(Step::Unread { path: self.path.clone(), cause: cause(error) })
    }

    /// Walks the entries of a directory.
    fn directory(&mut self, directory: &Directory, scope: Scope<'_>, mut prior: Option<Record<'c>>) -> Result<()> {
        let names = match scope.way {
            Some(way) => way.children.keys().map(|name| Listed { name: name.clone(), kind: None }).collect(),
            None => match directory.list() {
                Ok(names) => names,
                Err(error) => return self.unread(&error),
            },
        };
        let only_tag = scope.way.is_none() && self.run.options.exclude_caches && folders::is_cache(directory, &names);
        let length = self.path.len();
        if let Some(inside) = scope.within.inside {
            self.tell_gone(inside, prior.clone(), &names);
        }
        for (number, listed) in names.iter().enumerate() {
            self.run.stop.check()?;
            if let Some(way) = scope.way
                && number.is_multiple_of(MOST_AHEAD)
            {
                self.look_ahead(directory, way, names.iter().skip(number).take(MOST_AHEAD), prior.as_ref());
            }
            if only_tag && listed.name.as_bytes() != CACHE_TAG {
                self.step(Step::Excluded { entries: 1 })?;
                continue;
            }
            self.path.push(b'/');
            self.path.extend_from_slice(listed.name.as_bytes());
            self.entry(directory, &listed.name, scope, prior.as_mut())?;
            self.path.truncate(length);
        }
        Ok(())
    }

    fn entry(&mut self, directory: &Directory, name: &Name, scope: Scope<'_>, prior: Option<&mut Record<'c>>) -> Result<()> {
        let began = now();
        let stat = match directory.stat(name) {
            Ok(stat) => stat,
            Err(error) => return self.unread(&error),
        };
        let is_dir = stat.kind == FileKind::Directory;
        self.reached |= scope.way.is_some_and(|way| way.children.get(name).is_some_and(|child| child.whole));
        match self.run.skips(&self.path, is_dir, scope.within.inside) {
            None => {}
            Some(Skip::Out) => return self.step(Step::Excluded { entries: 1 }),
            Some(Skip::Stays) => return self.stays(name, prior),
        }
        if let Some(looked_at) = &mut self.looked_at {
            looked_at.entries.push((self.path.clone(), Identity::of(&stat)));
        }
        let (row, child) = known(prior, name);
        let met = Met { directory, name, stat, began, row };
        if let Some(dossier) = scope.way.and_then(|way| way.children.get(name)?.dossier) {
            return if self.aside.contains(&dossier) { self.step(Step::PutBack { dossier }) } else { self.dossier(dossier, &met, child) };
        }
        match stat.kind {
            FileKind::Directory => self.enter(&met, scope, child),
            FileKind::Socket => self.step(Step::LeftOut { path: self.path.clone() }),
            FileKind::File => self.file(&met),
            _ => self.other(&met),
        }
    }
}

/// What the last run knew of a name, and of what is below it.
fn known<'c>(prior: Option<&mut Record<'c>>, name: &Name) -> (Option<Row<'c>>, Option<Record<'c>>) {
    let found = prior.and_then(|record| record.find(name.as_bytes()).map(|row| (row, record.child(&row))));
    found.map_or((None, None), |(row, child)| (Some(row), child))
}
