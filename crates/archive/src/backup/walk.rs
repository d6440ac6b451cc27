//! Walking the sources in the order of their names, beside the catalogue of the last run.
//!
//! An entry whose identity has not moved is taken from the catalogue: it is not opened, its attributes are not asked for. All
//! others become steps that are ready, or jobs for the readers.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::time::{SystemTime, UNIX_EPOCH};

use crossbeam_channel::{Receiver, Sender, bounded};
use liasse_repo::format::ids::Hash;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{ENTRY_LIMIT, Entry, Metadata, Name, Node};
use liasse_repo::format::wire;

use super::Run;
use super::file::{Job, Outcome};
use super::sources::{Sources, Step as Way};
use crate::catalogue::{Catalogue, FileKey, Identity, Record, Row, Subtree};
use crate::error::{Error, Result};
use crate::source::{Directory, FileKind, Listed, SourceDirectory, SourceError, SourceFile, Stat};

/// Files that were not read for so long are read again, a few every day, whatever their times say.
const REREAD_AFTER_DAYS: u32 = 180;
/// Over so many days the reading is spread.
const REREAD_SPREAD_DAYS: u64 = 60;
/// Why an entry with too many attributes is not stored.
pub(super) const TOO_LARGE: &str = "its extended attributes are too large";
const CACHE_TAG: &[u8] = b"CACHEDIR.TAG";
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

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
    /// Something that patterns or a cache mark leave out.
    Excluded,
}

/// The walk of one run.
pub(super) struct Walk<'r, 'c> {
    run: &'r Run<'r>,
    steps: Sender<Step<'c>>,
    jobs: Sender<Job>,
    linked: HashSet<FileKey>,
    /// Records of the catalogue whose directories were found to have changed, or not: each is looked into once.
    compared: HashMap<u64, bool>,
    /// Whether any source was reached.
    reached: bool,
    path: Vec<u8>,
    today: u32,
}

/// What a directory of the walk is under.
#[derive(Clone, Copy)]
struct Scope<'w> {
    /// Only these names, on the way to sources.
    way: Option<&'w Way>,
    /// The file system of the source, once in one.
    device: Option<u64>,
}

impl<'r, 'c> Walk<'r, 'c> {
    pub(super) fn new(run: &'r Run<'r>, steps: Sender<Step<'c>>, jobs: Sender<Job>) -> Self {
        let today = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
        Self {
            run,
            steps,
            jobs,
            linked: HashSet::new(),
            compared: HashMap::new(),
            reached: false,
            path: Vec::new(),
            today: u32::try_from(today).unwrap_or(u32::MAX),
        }
    }

    pub(super) fn run(mut self, sources: &Sources, old: Option<&'c Catalogue>) -> Result<()> {
        for missing in &sources.missing {
            self.step(Step::Unread { path: missing.path.clone(), cause: missing.cause.clone() })?;
        }
        let root = Directory::open("/".as_ref()).map_err(|cause| Error::NoSource { cause })?;
        self.step(Step::Enter { name: None, metadata: Box::default(), seen: None })?;
        let scope = match &sources.root {
            root if root.whole => Scope { way: None, device: None },
            root => Scope { way: Some(root), device: None },
        };
        self.reached = sources.root.whole;
        self.directory(&root, scope, old.and_then(Catalogue::root))?;
        if !self.reached {
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
        let only_tag = scope.way.is_none() && self.run.options.exclude_caches && is_cache(directory, &names);
        let length = self.path.len();
        for listed in names {
            self.run.stop.check()?;
            if only_tag && listed.name.as_bytes() != CACHE_TAG {
                self.step(Step::Excluded)?;
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
        let stat = match directory.stat(name) {
            Ok(stat) => stat,
            Err(error) => return self.unread(&error),
        };
        let is_dir = stat.kind == FileKind::Directory;
        self.reached |= scope.way.is_some_and(|way| way.children.get(name).is_some_and(|child| child.whole));
        if self.run.options.exclude.matches(&self.path, is_dir) {
            return self.step(Step::Excluded);
        }
        let (row, child) = match prior {
            Some(record) => {
                let row = record.find(name.as_bytes());
                (row, row.and_then(|row| record.child(&row)))
            }
            None => (None, None),
        };
        match stat.kind {
            FileKind::Directory => self.enter(directory, name, &stat, scope, row, child),
            FileKind::Socket => self.step(Step::LeftOut { path: self.path.clone() }),
            FileKind::File => self.file(directory, name, stat, row),
            _ => self.other(directory, name, &stat, row),
        }
    }

    fn enter(
        &mut self,
        parent: &Directory,
        name: &Name,
        stat: &Stat,
        scope: Scope<'_>,
        row: Option<Row<'c>>,
        child: Option<Record<'c>>,
    ) -> Result<()> {
        let began = now();
        let below = self.below(name, stat, scope);
        let opened = match below {
            Some(Scope { way: Some(_), .. }) => parent.open_way(name, stat),
            _ => parent.open_child(name, stat),
        };
        if let (Some(row), Some(child), Ok(directory), Some(Scope { way: None, device })) = (row, &child, &opened, below)
            && let Some(subtree) = child.subtree()
            && unmoved(Some(row), stat).is_some()
            && self.is_same(directory, child.clone(), device)?
        {
            self.run.progress.at(&self.path);
            self.run.progress.expect(subtree.totals.size);
            self.run.progress.advance(subtree.totals.size);
            let seen = Seen { identity: row.identity, trusted: true, day: 0 };
            return self.step(Step::Same { name: name.clone(), entry: row.entry, seen, subtree });
        }
        let metadata = match (unmoved(row, stat), &opened) {
            (Some(entry), _) => Ok(entry.metadata),
            (None, Ok(directory)) if below.is_none_or(|below| below.way.is_none()) => {
                directory.own_xattrs().map(|xattrs| self.run.owners.metadata(stat, xattrs))
            }
            (None, _) => parent.xattrs(name).map(|xattrs| self.run.owners.metadata(stat, xattrs)),
        };
        let metadata = match metadata {
            Ok(metadata) => metadata,
            Err(error) => {
                self.unread(&error)?;
                self.run.owners.metadata(stat, Vec::new())
            }
        };
        let metadata = match (below, row) {
            (Some(Scope { way: Some(_), .. }), Some(row)) => steady(metadata, &row),
            _ => metadata,
        };
        let trusted = is_settled(stat, began);
        let seen = Seen { identity: Identity::of(stat), trusted, day: 0 };
        self.step(Step::Enter { name: Some(name.clone()), metadata: Box::new(metadata), seen: Some(seen) })?;
        match opened {
            Err(error) => self.unread(&error)?,
            Ok(directory) => {
                if let Some(below) = below {
                    self.directory(&directory, below, child)?;
                }
            }
        }
        self.step(Step::Leave)
    }

    /// Whether nothing changed in a directory and below it: the same names, each with an identity that has not moved. No entry is opened
    /// but directories. What is found is remembered: a change deep down is looked for once, not once a level.
    fn is_same(&mut self, directory: &Directory, record: Record<'c>, device: Option<u64>) -> Result<bool> {
        if !self.run.compares_whole {
            return Ok(false);
        }
        if let Some(known) = self.compared.get(&record.place()) {
            return Ok(*known);
        }
        let place = record.place();
        let length = self.path.len();
        let same = self.has_same_entries(directory, record, device);
        self.path.truncate(length);
        self.compared.insert(place, *same.as_ref().unwrap_or(&false));
        same
    }

    fn has_same_entries(&mut self, directory: &Directory, mut record: Record<'c>, device: Option<u64>) -> Result<bool> {
        let Ok(names) = directory.list() else { return Ok(false) };
        let length = self.path.len();
        for listed in names {
            self.run.stop.check()?;
            let Some(row) = record.next_row().filter(|row| row.name == listed.name.as_bytes() && row.trusted) else { return Ok(false) };
            let Ok(stat) = directory.stat(&listed.name) else { return Ok(false) };
            if row.identity != Identity::of(&stat) {
                return Ok(false);
            }
            self.path.truncate(length);
            self.path.push(b'/');
            self.path.extend_from_slice(listed.name.as_bytes());
            let is_dir = stat.kind == FileKind::Directory;
            if self.run.options.exclude.matches(&self.path, is_dir) {
                return Ok(false);
            }
            let same = match stat.kind {
                FileKind::Directory => self.is_same_below(directory, &listed.name, &stat, &record, &row, device)?,
                FileKind::File => !self.is_due(&row, &stat),
                _ => true,
            };
            if !same {
                return Ok(false);
            }
            if stat.kind == FileKind::File {
                self.keep_leaves(row.identity.key());
            }
        }
        Ok(record.next_row().is_none())
    }

    fn is_same_below(
        &mut self,
        directory: &Directory,
        name: &Name,
        stat: &Stat,
        record: &Record<'c>,
        row: &Row<'c>,
        device: Option<u64>,
    ) -> Result<bool> {
        let crosses = self.run.options.one_file_system && device.is_some_and(|device| device != stat.device);
        let Some(child) = record.child(row).filter(|_| !crosses) else { return Ok(false) };
        let Ok(directory) = directory.open_child(name, stat) else { return Ok(false) };
        self.is_same(&directory, child, device)
    }

    /// What is wanted of a directory; `None` when it is not to be entered.
    fn below<'w>(&self, name: &Name, stat: &Stat, scope: Scope<'w>) -> Option<Scope<'w>> {
        match (scope.way.and_then(|way| way.children.get(name)), scope.device) {
            (Some(way), _) if !way.whole => Some(Scope { way: Some(way), device: None }),
            (Some(_), _) => Some(Scope { way: None, device: Some(stat.device) }),
            (None, Some(device)) if self.run.options.one_file_system && device != stat.device => None,
            (None, device) => Some(Scope { way: None, device: device.or(Some(stat.device)) }),
        }
    }

    fn file(&mut self, directory: &Directory, name: &Name, stat: Stat, row: Option<Row<'c>>) -> Result<()> {
        self.run.progress.at(&self.path);
        self.run.progress.expect(stat.size);
        let key = (stat.nlink > 1).then_some((stat.device, stat.inode));
        if let Some(row) = row
            && !self.run.options.force
            && unmoved(Some(row), &stat).is_some()
            && !self.is_due(&row, &stat)
            && self.still_there(&row)?
        {
            self.run.progress.advance(stat.size);
            let seen = Seen { identity: row.identity, trusted: true, day: row.day };
            self.keep_leaves(row.identity.key());
            self.linked.extend(key);
            return self.step(Step::Ready { name: name.clone(), entry: Cow::Borrowed(row.entry), seen, is_file: true, key });
        }
        let prior = row.map(|row| row.entry);
        if let Some(key) = key
            && !self.linked.insert(key)
        {
            self.run.progress.advance(stat.size);
            let seen = Seen { identity: Identity::of(&stat), trusted: is_settled(&stat, now()), day: self.today };
            return self.step(Step::Link { name: name.clone(), key, seen, prior });
        }
        let (reply, outcome) = bounded(1);
        let hard_link = key.map(|_| link_group(&stat));
        let older = self.older(&stat, row.as_ref());
        let job = Job {
            directory: directory.clone(),
            name: name.clone(),
            stat,
            hard_link,
            path: self.path.clone(),
            today: self.today,
            changed: row.is_some() || older.is_some(),
            older,
            reply,
        };
        self.jobs.send(job).map_err(|_| Error::Internal("the readers ended before the walk"))?;
        self.step(Step::Reading { name: name.clone(), outcome, prior, key })
    }

    /// Under which key the previous version of a file is known: the inode that it has, or had.
    fn older(&self, stat: &Stat, row: Option<&Row<'_>>) -> Option<FileKey> {
        let old = self.run.leaves.old?;
        let keys = [Some((stat.device, stat.inode)), row.map(|row| row.identity.key())];
        keys.into_iter().flatten().find(|key| old.knows(*key))
    }

    /// Leaf values of a file that did not change stay.
    fn keep_leaves(&self, key: FileKey) {
        if let (Some(old), Some(new)) = (self.run.leaves.old, self.run.leaves.new) {
            new.keep(key, old);
        }
    }

    /// A link, pipe or device.
    fn other(&mut self, directory: &Directory, name: &Name, stat: &Stat, row: Option<Row<'c>>) -> Result<()> {
        let began = now();
        let seen = Seen { identity: Identity::of(stat), trusted: is_settled(stat, began), day: 0 };
        if let Some(row) = row
            && unmoved(Some(row), stat).is_some()
        {
            return self.step(Step::Ready { name: name.clone(), entry: Cow::Borrowed(row.entry), seen, is_file: false, key: None });
        }
        let read = || {
            let xattrs = directory.xattrs(name)?;
            let node = match stat.kind {
                FileKind::Symlink => Node::Symlink { target: directory.read_link(name)? },
                FileKind::CharDevice => Node::CharDevice(stat.special),
                FileKind::BlockDevice => Node::BlockDevice(stat.special),
                _ => Node::Fifo,
            };
            Ok::<_, SourceError>((node, self.run.owners.metadata(stat, xattrs)))
        };
        match read() {
            Ok((node, mut metadata)) => {
                metadata.hard_link = (stat.nlink > 1).then(|| link_group(stat));
                let entry = wire::encode(&Entry { name: name.clone(), node, metadata });
                if entry.len() > ENTRY_LIMIT {
                    return self.step(Step::Unread { path: self.path.clone(), cause: TOO_LARGE.to_owned() });
                }
                self.step(Step::Ready { name: name.clone(), entry: Cow::Owned(entry), seen, is_file: false, key: None })
            }
            Err(error) => self.unread(&error),
        }
    }

    /// Whether a file has not been read for so long that it is its turn.
    fn is_due(&self, row: &Row<'_>, stat: &Stat) -> bool {
        let spread = u32::try_from(stat.inode % REREAD_SPREAD_DAYS).unwrap_or_default();
        self.today.saturating_sub(row.day) >= REREAD_AFTER_DAYS + spread
    }

    /// Whether the content that the catalogue knows may be referred to.
    fn still_there(&self, row: &Row<'_>) -> Result<bool> {
        if self.run.catalogue_holds {
            return Ok(true);
        }
        let Ok(Entry { node: Node::File(content), .. }) = wire::decode::<Entry>(row.entry) else { return Ok(false) };
        if content.depth > 0 {
            // What a stored list holds cannot be known without reading it, which this key may not be able to.
            return Ok(false);
        }
        for chunk in &content.chunks {
            if !self.run.session.reusable(ChunkKind::Data, chunk)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The same number for all names of a file. The catalogue holds the same device number: entries from there have the same group.
fn link_group(stat: &Stat) -> u64 {
    let hash = Hash::of(&[stat.device.to_le_bytes(), stat.inode.to_le_bytes()].concat());
    u64::from_le_bytes(*hash.0.first_chunk::<8>().unwrap_or(&[1; 8])).max(1)
}

/// The metadata of a folder that only leads to sources: its time of last change tells of other things in it, so it stays as it was
/// stored first. An unchanged source then adds nothing, whatever happens beside it.
fn steady(metadata: Metadata, row: &Row<'_>) -> Metadata {
    match wire::decode::<Entry>(row.entry) {
        Ok(old) if (Metadata { mtime: old.metadata.mtime, ..metadata.clone() }) == old.metadata => old.metadata,
        _ => metadata,
    }
}

/// The entry of the catalogue, if it can be trusted and nothing has moved since.
fn unmoved(row: Option<Row<'_>>, stat: &Stat) -> Option<Entry> {
    let row = row.filter(|row| row.trusted && row.identity == Identity::of(stat))?;
    wire::decode(row.entry).ok()
}

/// Whether any later change must show in the times: they lie further back than the file system's clock is coarse.
pub(super) fn is_settled(stat: &Stat, now: Time) -> bool {
    let coarse = stat.ctime.nanoseconds() == 0 || stat.mtime.nanoseconds() == 0;
    let granularity_ms = if coarse { 2_000 } else { 100 };
    let milliseconds = |time: Time| i128::from(time.seconds()) * 1_000 + i128::from(time.nanoseconds() / 1_000_000);
    milliseconds(stat.ctime.max(stat.mtime)) + granularity_ms < milliseconds(now)
}

pub(super) fn now() -> Time {
    liasse_repo::now()
}

/// Whether a directory is marked as a cache (<https://bford.info/cachedir/>).
fn is_cache(directory: &Directory, names: &[Listed]) -> bool {
    let read = |name: &Name| {
        let stat = directory.stat(name).ok().filter(|stat| stat.kind == FileKind::File)?;
        let mut signature = [0; CACHE_SIGNATURE.len()];
        let length = directory.open_file(name, &stat).ok()?.read_at(0, &mut signature).ok()?;
        Some(length == signature.len() && signature == CACHE_SIGNATURE)
    };
    names.iter().any(|listed| listed.name.as_bytes() == CACHE_TAG && read(&listed.name) == Some(true))
}

/// What to tell of an error: what was tried, and why it failed.
pub(super) fn cause(error: &SourceError) -> String {
    if error.is_gone() {
        "it vanished or was replaced while it was read".to_owned()
    } else {
        format!("cannot {} it: {}", error.operation, error.source)
    }
}
