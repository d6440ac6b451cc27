//! Walking the snapshot: folders, links and devices are made as they come, files gather into batches.

use std::collections::HashMap;
use std::sync::Arc;

use liasse_repo::format::content::Content;
use liasse_repo::format::tree::{Entry, Metadata, Name, Node};
use liasse_repo::{Scratch, TreeWalk};

use super::batch::{Batch, FileTask};
use super::{Lost, Overwrite, RestoreReport, Run, is_of_one_entry};
use crate::error::{Error, Result};
use crate::target::{FileKind, Folder, Occupied, Target, TargetError};

/// A folder of the snapshot that is being restored.
struct Frame<'r> {
    walk: TreeWalk<'r>,
    name: Option<Name>,
    metadata: Option<Metadata>,
    /// The folder in the target, once something in it is wanted.
    folder: Option<Folder>,
    path_length: usize,
    /// Whether all of it is wanted.
    whole: bool,
    /// What is there and has not been met in the snapshot, ascending, the last first.
    extra: Vec<Name>,
}

/// The walk of one restore.
pub(super) struct Planner<'r> {
    run: &'r Run<'r>,
    target: Option<Target>,
    sources: Vec<Vec<u8>>,
    frames: Vec<Frame<'r>>,
    path: Vec<u8>,
    scratch: Scratch,
    batch: Batch<'r>,
    /// Files with several names: where the first was put.
    linked: HashMap<u64, (Folder, Name)>,
    report: RestoreReport,
}

impl<'r> Planner<'r> {
    pub(super) fn new(run: &'r Run<'r>, target: Option<Target>, sources: Vec<Vec<u8>>, path: Vec<u8>, scratch: Scratch) -> Self {
        Self {
            run,
            target,
            sources,
            frames: Vec::new(),
            path,
            scratch,
            batch: Batch::new(run),
            linked: HashMap::new(),
            report: RestoreReport::default(),
        }
    }

    /// Restores what is in a folder of the snapshot into the target, which gets the folder's own metadata if it has any.
    pub(super) fn tree(mut self, tree: &Content, metadata: Option<Metadata>) -> Result<RestoreReport> {
        let whole = self.run.options.include.is_empty();
        let root = self.target.as_ref().map(|target| target.root().clone());
        let extra = self.extra(root.as_ref(), whole)?;
        let walk = TreeWalk::new(self.run.reader, tree);
        self.frames.push(Frame { walk, name: None, metadata, folder: root, path_length: self.path.len(), whole, extra });
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
        let walk = TreeWalk::new(self.run.reader, &empty);
        self.frames.push(Frame {
            walk,
            name: None,
            metadata: None,
            folder: root,
            path_length: self.path.len(),
            whole: true,
            extra: Vec::new(),
        });
        self.path.push(b'/');
        self.path.extend_from_slice(entry.name.as_bytes());
        self.entry(entry, true)?;
        self.finish()
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
        match frame.walk.next(&mut self.scratch) {
            Ok(Some(entry)) => {
                let whole = frame.whole;
                self.path.push(b'/');
                self.path.extend_from_slice(entry.name.as_bytes());
                self.met(&entry.name);
                self.choose(entry, whole)
            }
            Ok(None) => self.leave(true),
            Err(error) if error.is_damage() => {
                let path = self.path.clone();
                self.lose(path, format!("what is in this folder cannot be read: {error}"), true);
                self.leave(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Restores an entry if it is wanted.
    fn choose(&mut self, entry: Entry, whole: bool) -> Result<()> {
        let is_dir = matches!(entry.node, Node::Directory { .. });
        if self.run.options.exclude.matches(&self.path, is_dir) {
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
        self.report.damaged.push(Lost { path, cause, damage });
    }

    fn enter(&mut self, name: Name, tree: &Content, metadata: Metadata, wanted: bool) -> Result<()> {
        let mut frame = Frame {
            walk: TreeWalk::new(self.run.reader, tree),
            name: Some(name),
            metadata: Some(metadata),
            folder: None,
            path_length: self.path.len(),
            whole: wanted,
            extra: Vec::new(),
        };
        if wanted {
            self.frames.push(frame);
            let made = self.folder();
            if let Err(error) = made {
                self.frames.pop();
                return self.survive(Err(error));
            }
            let folder = self.frames.last().and_then(|frame| frame.folder.clone());
            let extra = self.extra(folder.as_ref(), true)?;
            if let Some(frame) = self.frames.last_mut() {
                frame.extra = extra;
            }
            return Ok(());
        }
        frame.whole = false;
        self.frames.push(frame);
        Ok(())
    }

    /// The folder at hand in the target, made if it is missing, with those above it. `None` in a dry run that finds none.
    fn folder(&mut self) -> Result<Option<Folder>> {
        let first = self.frames.iter().rposition(|frame| frame.folder.is_some());
        let mut folder = first.and_then(|first| self.frames.get(first)).and_then(|frame| frame.folder.clone());
        let Some(first) = first else { return Ok(None) };
        for frame in self.frames.iter_mut().skip(first + 1) {
            let (Some(parent), Some(name)) = (&folder, &frame.name) else { return Ok(None) };
            if self.run.options.dry_run {
                folder = parent.open(name).ok();
            } else {
                folder = Some(parent.make_dir(name, occupied(self.run))?.0);
            }
            frame.folder.clone_from(&folder);
        }
        Ok(folder)
    }

    fn leave(&mut self, complete: bool) -> Result<()> {
        let Some(mut frame) = self.frames.pop() else { return Ok(()) };
        if complete {
            let rest = std::mem::take(&mut frame.extra);
            self.remove(frame.folder.as_ref(), rest)?;
        }
        if frame.name.is_some() && (frame.folder.is_some() || (self.run.options.dry_run && frame.whole)) {
            self.report.directories += 1;
        }
        if let (Some(folder), Some(metadata), false) = (frame.folder, frame.metadata, self.run.options.dry_run) {
            self.batch.folder_done(folder, metadata);
        }
        Ok(())
    }

    fn file(&mut self, folder: Option<Folder>, name: Name, content: Content, metadata: Metadata) -> Result<()> {
        if let Some(first) = metadata.hard_link.and_then(|group| self.linked.get(&group)).cloned() {
            self.report.others += 1;
            if let Some(folder) = folder.filter(|_| !self.run.options.dry_run) {
                self.batch.link(folder, name, first, self.path.clone());
            }
            return Ok(());
        }
        let keep = match &folder {
            Some(folder) => self.keeps(folder, &name, &content, &metadata)?,
            None => false,
        };
        if let (Some(group), Some(folder)) = (metadata.hard_link, &folder) {
            self.linked.insert(group, (folder.clone(), name.clone()));
        }
        if keep {
            self.report.unchanged += 1;
            if let Some(folder) = folder.filter(|_| !self.run.options.dry_run && self.run.options.overwrite != Overwrite::Never) {
                self.batch.apply(folder, name, metadata);
            }
            return Ok(());
        }
        self.run.progress.expect(content.size);
        if self.run.options.dry_run {
            self.report.files += 1;
            self.report.bytes += content.size;
            return Ok(());
        }
        let folder = folder.ok_or(Error::Internal("a file without a folder"))?;
        let task = Arc::new(FileTask::new(folder, name, content, metadata, self.path.clone()));
        self.batch.add(&task, &mut self.scratch, &mut self.report)
    }

    /// Whether a file that is there already stays.
    fn keeps(&self, folder: &Folder, name: &Name, content: &Content, metadata: &Metadata) -> Result<bool> {
        if self.run.options.overwrite == Overwrite::Always {
            return Ok(false);
        }
        let there = folder.stat(name)?;
        Ok(there.is_some_and(|stat| match self.run.options.overwrite {
            Overwrite::Never => stat.kind != FileKind::Directory,
            _ => stat.kind == FileKind::File && stat.size == content.size && stat.mtime == metadata.mtime && stat.nlink == 1,
        }))
    }

    fn other(&mut self, folder: Option<Folder>, name: &Name, node: &Node, metadata: &Metadata) -> Result<()> {
        self.report.others += 1;
        let Some(folder) = folder.filter(|_| !self.run.options.dry_run) else { return Ok(()) };
        if self.run.options.overwrite == Overwrite::Never && folder.stat(name)?.is_some() {
            return Ok(());
        }
        if let Some(group) = metadata.hard_link {
            if let Some(first) = self.linked.get(&group).cloned() {
                self.batch.link(folder, name.clone(), first, self.path.clone());
                return Ok(());
            }
            self.linked.insert(group, (folder.clone(), name.clone()));
        }
        let occupied = occupied(self.run);
        let shortfalls = match node {
            Node::Symlink { target } => folder.symlink(name, target, metadata, occupied)?,
            Node::Fifo => folder.fifo(name, metadata, occupied)?,
            Node::CharDevice(device) => folder.device(name, FileKind::CharDevice, *device, metadata, occupied)?,
            Node::BlockDevice(device) => folder.device(name, FileKind::BlockDevice, *device, metadata, occupied)?,
            Node::File(_) | Node::Directory { .. } => return Err(Error::Internal("neither link, pipe nor device")),
        };
        self.report.shortfalls.extend(shortfalls.into_iter().map(Into::into));
        Ok(())
    }

    /// What may have to be removed from a folder. Nothing in folders that only lead to sources: the snapshot does not know all of them.
    fn extra(&self, folder: Option<&Folder>, whole: bool) -> Result<Vec<Name>> {
        let Some(folder) = folder.filter(|_| self.run.options.delete && whole && !self.only_leads()) else { return Ok(Vec::new()) };
        let mut names: Vec<Name> = folder.list()?.into_iter().map(|listed| listed.name).collect();
        names.reverse();
        Ok(names)
    }

    /// Whether the folder at hand lies above a source.
    fn only_leads(&self) -> bool {
        let mut prefix = self.path.clone();
        prefix.push(b'/');
        self.sources.iter().any(|source| source.starts_with(&prefix))
    }

    /// A name was met in the snapshot: those before it, which are only in the target, go.
    fn met(&mut self, name: &Name) {
        let Some(frame) = self.frames.last_mut() else { return };
        let mut gone = Vec::new();
        while let Some(last) = frame.extra.pop_if(|last| *last <= *name) {
            if last != *name {
                gone.push(last);
            }
        }
        let folder = frame.folder.clone();
        if let Err(error) = self.remove(folder.as_ref(), gone) {
            let path = self.path.clone();
            self.lose(path, error.to_string(), false);
        }
    }

    fn remove(&mut self, folder: Option<&Folder>, names: Vec<Name>) -> Result<()> {
        let Some(folder) = folder else { return Ok(()) };
        for name in names {
            let mut path = self.path.clone();
            path.push(b'/');
            path.extend_from_slice(name.as_bytes());
            if self.run.options.exclude.matches(&path, false) || self.run.options.exclude.matches(&path, true) {
                continue;
            }
            if !self.run.options.dry_run {
                match folder.remove(&name) {
                    Ok(()) => {}
                    Err(error) if is_of_one_entry(&error) => {
                        self.lose(path, full_cause(&error), false);
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            self.report.deleted += 1;
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
