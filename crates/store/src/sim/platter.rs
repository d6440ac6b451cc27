//! What of a disk is durable, and what is still to come: the page cache and the entries of folders that no sync has reached.
//! Must never count anything as durable that POSIX does not promise to be.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::image::{Blob, Image, Node};
use super::step::{Action, Inode, Place};

/// One write that no sync has reached.
#[derive(Debug, Clone)]
pub(super) struct Dirty {
    pub(super) at: usize,
    pub(super) bytes: Arc<[u8]>,
    /// A sync of it failed: no later one makes it durable.
    lost: bool,
}

#[derive(Debug, Clone)]
pub(super) struct FileState {
    pub(super) durable: Blob,
    pub(super) dirty: Vec<Dirty>,
}

/// One change of a folder's entries that no sync has reached.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// Which step it was: both halves of a move have the same.
    pub(super) step: usize,
    pub(super) name: Arc<str>,
    /// What the name stands for from then on; `None` when it is gone.
    pub(super) inode: Option<Inode>,
    lost: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct FolderState {
    pub(super) durable: BTreeMap<Arc<str>, Inode>,
    pub(super) changes: Vec<Change>,
}

/// A disk between two steps.
#[derive(Debug, Clone)]
pub(super) struct Platter {
    pub(super) files: BTreeMap<Inode, FileState>,
    pub(super) folders: BTreeMap<Inode, FolderState>,
    /// Steps that were taken.
    pub(super) steps: usize,
}

impl Platter {
    /// Everything in an image is durable. Inodes are numbered in the order of paths, from 1.
    pub(super) fn of(image: &Image) -> Self {
        let mut platter = Self { files: BTreeMap::new(), folders: BTreeMap::new(), steps: 0 };
        platter.folders.insert(0, FolderState::default());
        let mut numbers: BTreeMap<&str, Inode> = BTreeMap::from([("", 0)]);
        for (inode, (path, node)) in (1..).zip(&image.nodes) {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            if let Some(folder) = numbers.get(parent).and_then(|parent| platter.folders.get_mut(parent)) {
                folder.durable.insert(name.into(), inode);
            }
            match node {
                Node::Folder => {
                    numbers.insert(path, inode);
                    platter.folders.insert(inode, FolderState::default());
                }
                Node::File(blob) => _ = platter.files.insert(inode, FileState { durable: blob.clone(), dirty: Vec::new() }),
            }
        }
        platter
    }

    pub(super) fn apply(&mut self, action: &Action) {
        self.steps += 1;
        match action {
            Action::MakeFile { place, inode } => {
                self.files.insert(*inode, FileState { durable: Blob::new(Vec::new()), dirty: Vec::new() });
                self.change(place, Some(*inode));
            }
            Action::MakeFolder { place, inode } => {
                self.folders.insert(*inode, FolderState::default());
                self.change(place, Some(*inode));
            }
            Action::Write { inode, at, bytes } => {
                let dirty = Dirty { at: *at, bytes: Arc::clone(bytes), lost: false };
                self.files.entry(*inode).and_modify(|file| file.dirty.push(dirty));
            }
            Action::Move { from, to, inode } => {
                self.change(from, None);
                self.change(to, Some(*inode));
            }
            Action::Link { place, inode } => self.change(place, Some(*inode)),
            Action::Remove { place } | Action::RemoveFolder { place } => self.change(place, None),
            Action::SyncFile { inode } => _ = self.files.entry(*inode).and_modify(FileState::sync),
            Action::SyncFolder { inode } => _ = self.folders.entry(*inode).and_modify(FolderState::sync),
            Action::LoseFile { inode } => {
                self.files.entry(*inode).and_modify(|file| file.dirty.iter_mut().for_each(|dirty| dirty.lost = true));
            }
            Action::LoseFolder { inode } => {
                self.folders.entry(*inode).and_modify(|folder| folder.changes.iter_mut().for_each(|change| change.lost = true));
            }
        }
    }

    fn change(&mut self, place: &Place, inode: Option<Inode>) {
        let change = Change { step: self.steps, name: Arc::clone(&place.name), inode, lost: false };
        self.folders.entry(place.folder).and_modify(|folder| folder.changes.push(change));
    }
}

impl FileState {
    fn sync(&mut self) {
        let dirty = std::mem::take(&mut self.dirty);
        let (lost, reached): (Vec<_>, Vec<_>) = dirty.into_iter().partition(|dirty| dirty.lost);
        self.dirty = lost;
        if !reached.is_empty() {
            let mut bytes = self.durable.bytes.to_vec();
            for dirty in reached {
                put(&mut bytes, dirty.at, &dirty.bytes);
            }
            self.durable = Blob::new(bytes);
        }
    }

    /// Bytes in the page cache: what a reader saw before the cut.
    pub(super) fn cached(&self) -> Vec<u8> {
        let mut bytes = self.durable.bytes.to_vec();
        self.dirty.iter().for_each(|dirty| put(&mut bytes, dirty.at, &dirty.bytes));
        bytes
    }
}

impl FolderState {
    fn sync(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        let (mut lost, reached): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.lost);
        // What was lost is older than what now stands in its place.
        lost.retain(|lost| reached.iter().all(|change| change.name != lost.name));
        self.changes = lost;
        for change in reached {
            change.apply(&mut self.durable);
        }
    }
}

impl Change {
    pub(super) fn apply(&self, entries: &mut BTreeMap<Arc<str>, Inode>) {
        match self.inode {
            Some(inode) => _ = entries.insert(Arc::clone(&self.name), inode),
            None => _ = entries.remove(&self.name),
        }
    }
}

/// Puts bytes into a file; what lies between its end and them is zeros.
pub(super) fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at.saturating_add(bytes.len());
    if file.len() < end {
        file.resize(end, 0);
    }
    if let Some(range) = file.get_mut(at..end) {
        range.copy_from_slice(bytes);
    }
}
