//! A disk under power: what processes see of it, which is the page cache, whether anything of it is durable or not.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustix::io::Errno;

use super::image::{Image, Node};
use super::platter::Platter;
use super::step::{Action, Inode, Place, Step};
use super::trouble::{Sort, Trouble};
use crate::disk::{Entry, Kind, Stat};

type Result<T> = std::result::Result<T, Errno>;

#[derive(Debug, Clone)]
pub(super) enum Live {
    File { bytes: Vec<u8>, modified: SystemTime },
    Folder(BTreeMap<Arc<str>, Inode>),
}

/// A disk and what was done to it.
#[derive(Debug)]
pub(super) struct State {
    pub(super) nodes: HashMap<Inode, Live>,
    next: Inode,
    /// Tells the names that this machine chooses from those that lie there.
    pub(super) salt: u64,
    /// How many it chose.
    pub(super) names: u64,
    pub(super) start: Platter,
    pub(super) steps: Vec<Step>,
    pub(super) operations: u64,
    pub(super) trouble: Trouble,
    pub(super) now: SystemTime,
    pub(super) locked: BTreeSet<Inode>,
    pub(super) opened: BTreeSet<String>,
    pub(super) stale: HashMap<Inode, Vec<Arc<str>>>,
}

/// When simulated time begins.
const BEGINNING: Duration = Duration::from_hours(500_000);

impl State {
    pub(super) fn of(image: &Image) -> Self {
        let start = Platter::of(image);
        let now = SystemTime::UNIX_EPOCH + BEGINNING;
        let mut nodes: HashMap<Inode, Live> =
            start.folders.iter().map(|(inode, folder)| (*inode, Live::Folder(folder.durable.clone()))).collect();
        let files = start.files.iter().map(|(inode, file)| (*inode, Live::File { bytes: file.durable.bytes.to_vec(), modified: now }));
        nodes.extend(files);
        let next = image.nodes.len() as Inode + 1;
        Self {
            nodes,
            next,
            salt: image.digest(),
            names: 0,
            start,
            steps: Vec::new(),
            operations: 0,
            trouble: Trouble::default(),
            now,
            locked: BTreeSet::new(),
            opened: BTreeSet::new(),
            stale: HashMap::new(),
        }
    }

    /// Counts an operation; fails if a fault strikes it.
    pub(super) fn begin(&mut self, sort: Sort) -> Result<()> {
        self.operations += 1;
        self.now += self.trouble.delay;
        self.trouble.strikes(self.operations, sort).map_or(Ok(()), Err)
    }

    pub(super) fn record(&mut self, action: Action, path: &Path) {
        self.steps.push(Step { action, path: path.display().to_string() });
    }

    pub(super) fn find(&self, path: &Path) -> Result<Inode> {
        let mut inode = 0;
        for part in path.components() {
            match part {
                Component::RootDir | Component::CurDir => {}
                Component::Normal(name) => {
                    let name = name.to_str().ok_or(Errno::ILSEQ)?;
                    inode = *self.folder(inode)?.get(name).ok_or(Errno::NOENT)?;
                }
                _ => return Err(Errno::INVAL),
            }
        }
        Ok(inode)
    }

    /// Where a path leads, whether something is there or not.
    pub(super) fn place(&self, path: &Path) -> Result<Place> {
        let folder = self.find(path.parent().ok_or(Errno::EXIST)?)?;
        self.folder(folder)?;
        let name = path.file_name().and_then(|name| name.to_str()).ok_or(Errno::ILSEQ)?;
        Ok(Place { folder, name: name.into() })
    }

    pub(super) fn folder(&self, inode: Inode) -> Result<&BTreeMap<Arc<str>, Inode>> {
        match self.nodes.get(&inode) {
            Some(Live::Folder(entries)) => Ok(entries),
            Some(Live::File { .. }) => Err(Errno::NOTDIR),
            None => Err(Errno::NOENT),
        }
    }

    pub(super) fn at(&self, place: &Place) -> Option<Inode> {
        self.folder(place.folder).ok()?.get(&place.name).copied()
    }

    pub(super) fn set(&mut self, place: &Place, inode: Option<Inode>) {
        if let Some(Live::Folder(entries)) = self.nodes.get_mut(&place.folder) {
            match inode {
                Some(inode) => _ = entries.insert(Arc::clone(&place.name), inode),
                None => _ = entries.remove(&place.name),
            }
        }
    }

    /// Adds something that did not exist.
    pub(super) fn make(&mut self, path: &Path, node: Live) -> Result<Inode> {
        let place = self.place(path)?;
        if self.at(&place).is_some() {
            return Err(Errno::EXIST);
        }
        let inode = self.next;
        self.next += 1;
        let is_file = matches!(node, Live::File { .. });
        self.nodes.insert(inode, node);
        self.set(&place, Some(inode));
        self.record(if is_file { Action::MakeFile { place, inode } } else { Action::MakeFolder { place, inode } }, path);
        Ok(inode)
    }

    pub(super) fn stat(&self, inode: Inode) -> Result<Stat> {
        let (kind, size, modified) = match self.nodes.get(&inode).ok_or(Errno::NOENT)? {
            Live::File { bytes, modified } => (Kind::File, bytes.len() as u64, *modified),
            Live::Folder(_) => (Kind::Folder, 0, self.now),
        };
        Ok(Stat { kind, size, modified, identity: (1, inode) })
    }

    /// The names in a folder, as this disk tells them.
    pub(super) fn list(&mut self, inode: Inode) -> Result<Vec<Entry>> {
        let entries = self.folder(inode)?.clone();
        let mut names: Vec<_> = entries.keys().cloned().collect();
        if self.trouble.stale_lists {
            names.clone_from(self.stale.entry(inode).or_insert(names.clone()));
        }
        names.truncate(self.trouble.list_limit.unwrap_or(usize::MAX));
        let kind = |name: &Arc<str>| {
            // A name that is stale was a file: folders are never removed.
            entries.get(name).and_then(|inode| self.stat(*inode).ok()).map_or(Kind::File, |stat| stat.kind)
        };
        Ok(names.iter().map(|name| Entry { name: name.to_string().into(), kind: kind(name) }).collect())
    }

    /// What all processes see.
    pub(super) fn image(&self) -> Image {
        let mut image = Image::default();
        let mut left = vec![(String::new(), 0)];
        while let Some((path, inode)) = left.pop() {
            match self.nodes.get(&inode) {
                Some(Live::Folder(entries)) => {
                    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
                    left.extend(entries.iter().map(|(name, inode)| (below(name), *inode)));
                    if inode != 0 {
                        image.nodes.insert(path, Node::Folder);
                    }
                }
                Some(Live::File { bytes, .. }) => image.replace(&path, bytes.clone()),
                None => {}
            }
        }
        image
    }
}
