//! Walking the snapshot: folders, links and devices are made as they come, files gather into batches.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use liasse_repo::format::content::Content;
use liasse_repo::format::tree::{Entry, Metadata, Name, Node};
use liasse_repo::{Scratch, TreeWalk};

use super::batch::Batch;
use super::surplus::Surplus;
use super::task::First;
use super::{Overwrite, RestoreReport, Run, entries, is_of_one_entry};
use crate::error::{Error, Result};
use crate::target::{FileKind, Folder, Occupied, Target, TargetError, TargetOperation};

/// A folder of the snapshot that is being restored.
struct Frame<'r> {
    walk: TreeWalk<'r>,
    name: Option<Name>,
    metadata: Option<Metadata>,
    /// The folder in the target, once something in it is wanted.
    folder: Option<Folder>,
    /// The same folder of what is beside, if that has it.
    beside: Option<Folder>,
    /// Whether this restore made it, so that nothing was in it.
    is_new: bool,
    path_length: usize,
    /// Whether all of it is wanted.
    whole: bool,
    /// What is there and has not been met in the snapshot, ascending, the last first.
    extra: Vec<Name>,
    /// Hashes of the names that were there before this restore.
    held: HashSet<u64>,
    /// Whether all entries were met.
    is_met: bool,
    /// Entries whose names something answers to that is to go.
    waiting: Vec<Entry>,
}

impl<'r> Frame<'r> {
    fn new(walk: TreeWalk<'r>, path_length: usize, whole: bool) -> Self {
        let (name, metadata, folder, beside) = (None, None, None, None);
        let (extra, held, waiting) = (Vec::new(), HashSet::new(), Vec::new());
        Self { walk, name, metadata, folder, beside, is_new: false, path_length, whole, extra, held, is_met: false, waiting }
    }
}

/// The walk of one restore.
pub(super) struct Planner<'r> {
    pub(super) run: &'r Run<'r>,
    target: Option<Target>,
    pub(super) surplus: Surplus<'r>,
    frames: Vec<Frame<'r>>,
    pub(super) path: Vec<u8>,
    scratch: Scratch,
    pub(super) batch: Batch<'r>,
    /// What may have several names, and where the first of them stands.
    pub(super) linked: HashMap<entries::Key, Arc<First>>,
    pub(super) report: RestoreReport,
    hashes: RandomState,
}

impl<'r> Planner<'r> {
    pub(super) fn new(run: &'r Run<'r>, target: Option<Target>, surplus: Surplus<'r>, path: Vec<u8>, scratch: Scratch) -> Result<Self> {
        Ok(Self {
            run,
            target,
            surplus,
            frames: Vec::new(),
            path,
            scratch,
            batch: Batch::new(run, Scratch::new()?),
            linked: HashMap::new(),
            report: RestoreReport::default(),
            hashes: RandomState::new(),
        })
    }

    /// Restores what is in a folder of the snapshot into the target, which gets the folder's own metadata if it has any.
    pub(super) fn tree(mut self, tree: &Content, metadata: Option<Metadata>) -> Result<RestoreReport> {
        let whole = self.run.options.include.is_empty();
        let root = self.target.as_ref().map(|target| target.root().clone());
        let mut frame = Frame::new(TreeWalk::new(self.run.reader, tree), self.path.len(), whole);
        (frame.metadata, frame.beside) = (metadata, self.run.options.beside.clone());
        (frame.held, frame.folder) = (self.held(root.as_ref())?, root);
        self.frames.push(frame);
        self.look_for_surplus()?;
        while !self.frames.is_empty() {
            self.run.stop.check()?;
            self.step()?;
        }
        self.finish()
    }

    /// Restores one entry that is no folder into the target.
    pub(super) fn single(mut self, entry: Entry) -> Result<RestoreReport> {
        let empty = Content::empty();
        let root = self.target.as_ref().map(|target| target.root().clone());
        let mut frame = Frame::new(TreeWalk::new(self.run.reader, &empty), self.path.len(), true);
        frame.beside.clone_from(&self.run.options.beside);
        (frame.held, frame.folder) = (self.held(root.as_ref())?, root);
        self.frames.push(frame);
        self.path.push(b'/');
        self.path.extend_from_slice(entry.name.as_bytes());
        if !self.is_in_the_way(&entry.name) {
            self.entry(entry, true)?;
        }
        self.finish()
    }

    /// Whether an entry has the name of the note, which lies here meanwhile: then it is not restored, and told.
    fn is_in_the_way(&mut self, name: &Name) -> bool {
        let is = self.frames.len() == 1 && self.run.note.is_some_and(|note| note.is(name));
        if is {
            self.lose(self.path.clone(), "its name is that of the note that lies here while it is restored".to_owned(), false);
        }
        is
    }

    fn finish(mut self) -> Result<RestoreReport> {
        self.batch.flush(&mut self.report)?;
        if let Some(target) = self.target.filter(|_| !self.run.options.dry_run) {
            target.sync()?;
        }
        Ok(self.report)
    }

    fn step(&mut self) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        self.path.truncate(frame.path_length);
        if frame.is_met {
            return self.after_all();
        }
        match frame.walk.next(&mut self.scratch) {
            Ok(Some(entry)) => {
                let whole = frame.whole;
                self.path.push(b'/');
                self.path.extend_from_slice(entry.name.as_bytes());
                self.met(&entry.name)?;
                self.choose(entry, whole)
            }
            Ok(None) => {
                frame.is_met = true;
                Ok(())
            }
            Err(error) => {
                let (path, cause) = (self.path.clone(), self.run.partial(error)?);
                self.lose(path, format!("what is in this folder cannot be read: {cause}"), true);
                // What it may have had is not to go.
                if let Some(frame) = self.frames.last_mut() {
                    frame.is_met = true;
                    frame.extra.clear();
                }
                Ok(())
            }
        }
    }

    /// What the snapshot does not have goes; then comes what had to wait for that, and then the folder is done.
    fn after_all(&mut self) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let (rest, folder) = (std::mem::take(&mut frame.extra), frame.folder.clone());
        self.remove(folder.as_ref(), &self.path.clone(), rest)?;
        let Some(entry) = self.frames.last_mut().and_then(|frame| frame.waiting.pop()) else { return self.leave() };
        self.path.push(b'/');
        self.path.extend_from_slice(entry.name.as_bytes());
        self.entry(entry, true)
    }

    /// Whether something that may go answers to a name that it does not have: the target takes names for the same that are two.
    fn must_wait(&self, name: &Name) -> bool {
        let Some(frame) = self.frames.last().filter(|frame| !frame.extra.is_empty()) else { return false };
        let answers = |folder: &Folder| folder.stat(name).is_ok_and(|stat| stat.is_some());
        !self.run.options.dry_run && !self.was_there(name) && frame.folder.as_ref().is_some_and(answers)
    }

    /// Restores an entry if it is wanted.
    fn choose(&mut self, entry: Entry, whole: bool) -> Result<()> {
        if self.is_in_the_way(&entry.name) {
            return Ok(());
        }
        let is_dir = matches!(entry.node, Node::Directory { .. });
        if self.run.options.excludes(&self.path, is_dir) {
            return Ok(());
        }
        if self.must_wait(&entry.name) {
            if let Some(frame) = self.frames.last_mut() {
                frame.waiting.push(entry);
            }
            return Ok(());
        }
        let wanted = whole || self.run.options.include.matches(&self.path, is_dir);
        if wanted || is_dir { self.entry(entry, wanted) } else { Ok(()) }
    }

    fn entry(&mut self, entry: Entry, wanted: bool) -> Result<()> {
        let Entry { name, node, metadata } = entry;
        match node {
            Node::Directory { tree, .. } => self.enter(name, &tree, metadata, wanted),
            Node::File(content) => {
                let folder = self.folder();
                let made = folder.and_then(|folder| self.file(folder, name, content, metadata));
                self.survive(made)
            }
            node => {
                let made = self.folder().and_then(|folder| self.other(folder, &name, &node, &metadata));
                self.survive(made)
            }
        }
    }

    /// Trouble with one entry of the target is reported; any other ends the restore.
    fn survive(&mut self, made: Result<()>) -> Result<()> {
        match made {
            Err(Error::Target(error)) if is_of_one_entry(&error) => {
                let path = self.path.clone();
                self.lose(path, full_cause(&error), false);
                Ok(())
            }
            result => result,
        }
    }

    fn lose(&mut self, path: Vec<u8>, cause: String, damage: bool) {
        self.report.lose(path, cause, damage);
    }

    fn enter(&mut self, name: Name, tree: &Content, metadata: Metadata, wanted: bool) -> Result<()> {
        let beside = self.beside().and_then(|beside| beside.open(&name).ok());
        let mut frame = Frame::new(TreeWalk::new(self.run.reader, tree), self.path.len(), wanted);
        (frame.name, frame.metadata, frame.beside) = (Some(name), Some(metadata), beside);
        self.frames.push(frame);
        if !wanted {
            return Ok(());
        }
        if let Err(error) = self.folder() {
            self.frames.pop();
            return self.survive(Err(error));
        }
        self.look_for_surplus()
    }

    /// The folder at hand in the target, made if it is missing, with those above it. `None` in a dry run that finds none.
    fn folder(&mut self) -> Result<Option<Folder>> {
        let Some(first) = self.frames.iter().rposition(|frame| frame.folder.is_some()) else { return Ok(None) };
        for at in first + 1..self.frames.len() {
            let (Some(above), Some(frame)) = (self.frames.get(at - 1), self.frames.get(at)) else { break };
            let (Some(parent), Some(name)) = (above.folder.clone(), frame.name.clone()) else { return Ok(None) };
            let (folder, is_new) = if self.run.options.dry_run {
                let Ok(folder) = parent.open(&name) else { return Ok(None) };
                (folder, false)
            } else {
                self.make(&parent, &name, above.held.contains(&self.hashes.hash_one(&name)))?
            };
            let held = if is_new { HashSet::new() } else { self.held(Some(&folder))? };
            if let Some(frame) = self.frames.get_mut(at) {
                frame.folder = Some(folder);
                (frame.is_new, frame.held) = (is_new, held);
            }
        }
        Ok(self.frames.last().and_then(|frame| frame.folder.clone()))
    }

    /// Makes a folder, or opens the one that was there under just this name. Another one that answers to it is another name's.
    fn make(&self, parent: &Folder, name: &Name, was_there: bool) -> Result<(Folder, bool)> {
        let (folder, is_new) = parent.make_dir(name, if was_there { occupied(self.run) } else { Occupied::Refuse })?;
        if is_new || was_there {
            return Ok((folder, is_new));
        }
        Err(parent.exists(name, FileKind::Directory, TargetOperation::MakeDirectory).into())
    }

    /// Hashes of the names in a folder. What a restore left there that was cut off before it had a name goes.
    fn held(&self, folder: Option<&Folder>) -> Result<HashSet<u64>> {
        let Some(folder) = folder else { return Ok(HashSet::new()) };
        let listed = folder.list()?;
        for listed in &listed {
            self.run.note.inspect(|note| note.tidy(folder, &listed.name));
        }
        Ok(listed.into_iter().map(|listed| self.hashes.hash_one(&listed.name)).collect())
    }

    /// Whether the folder at hand had an entry of just this name before this restore.
    pub(super) fn was_there(&self, name: &Name) -> bool {
        self.frames.last().is_some_and(|frame| frame.held.contains(&self.hashes.hash_one(name)))
    }

    /// What an entry may replace: only what had its name before. What answers to the name all the same is the work of this restore, under
    /// another name that the target takes for the same.
    pub(super) fn may_replace(&self, name: &Name) -> Occupied {
        if self.was_there(name) { occupied(self.run) } else { Occupied::Refuse }
    }

    fn leave(&mut self) -> Result<()> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        if frame.name.is_some() && (frame.folder.is_some() || (self.run.options.dry_run && frame.whole)) {
            self.report.directories += 1;
        }
        if let (Some(folder), Some(metadata), false) = (frame.folder, frame.metadata, self.run.options.dry_run) {
            self.batch.folder_done(folder, metadata, &mut self.report)?;
        }
        Ok(())
    }

    /// The folder at hand in what is beside.
    pub(super) fn beside(&self) -> Option<&Folder> {
        self.frames.last().and_then(|frame| frame.beside.as_ref())
    }

    /// Whether the folder at hand was made by this restore.
    pub(super) fn is_new(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.is_new)
    }

    /// Lists what may have to be removed from the folder at hand.
    fn look_for_surplus(&mut self) -> Result<()> {
        let above = self.frames.len().checked_sub(2).and_then(|above| self.frames.get(above)).and_then(|frame| frame.folder.as_ref());
        let Some(frame) = self.frames.last().filter(|frame| frame.whole && !frame.is_new) else { return Ok(()) };
        let Some(folder) = &frame.folder else { return Ok(()) };
        match self.surplus.of(folder, above, &self.path) {
            Ok(mut extra) => {
                let is_root = self.frames.len() == 1;
                extra.retain(|name| !(is_root && self.run.note.is_some_and(|note| note.is(name))));
                if let Some(frame) = self.frames.last_mut() {
                    frame.extra = extra;
                }
            }
            Err(error) => self.survive(Err(error.into()))?,
        }
        Ok(())
    }

    /// A name was met in the snapshot: those before it, which are only in the target, go.
    fn met(&mut self, name: &Name) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let mut gone = Vec::new();
        while let Some(last) = frame.extra.pop_if(|last| *last <= *name) {
            if last != *name {
                gone.push(last);
            }
        }
        let (folder, length) = (frame.folder.clone(), frame.path_length);
        let path = self.path.get(..length).unwrap_or_default().to_vec();
        self.remove(folder.as_ref(), &path, gone)
    }

    fn remove(&mut self, folder: Option<&Folder>, path: &[u8], names: Vec<Name>) -> Result<()> {
        let Some(folder) = folder else { return Ok(()) };
        for name in names {
            self.run.stop.check()?;
            match self.surplus.remove(folder, &name, path) {
                Ok(true) => self.report.deleted += 1,
                Ok(false) => self.report.spared += 1,
                Err(error) if is_of_one_entry(&error) => self.lose([path, name.as_bytes()].join(&b'/'), full_cause(&error), false),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// What may be replaced by an entry of the snapshot.
pub(super) fn occupied(run: &Run<'_>) -> Occupied {
    match (run.options.overwrite, run.options.delete) {
        (Overwrite::Never, _) => Occupied::Refuse,
        (_, true) => Occupied::ReplaceTree,
        (_, false) => Occupied::Replace,
    }
}

/// An error and its cause in one sentence.
pub(super) fn full_cause(error: &TargetError) -> String {
    format!("{error}: {}", error.kind)
}
