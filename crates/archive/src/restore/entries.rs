//! Putting one entry that is no folder into the target. Must never link a name to what is not proved to be the same.

use std::sync::Arc;

use liasse_repo::format::content::Content;
use liasse_repo::format::ids::Hash;
use liasse_repo::format::tree::{Metadata, Name, Node};

use super::note::Note;
use super::plan::Planner;
use super::task::FileTask;
use super::{Overwrite, fill};
use crate::error::{Error, Result};
use crate::target::{FileKind, Folder, Occupied, Shortfall, TargetError, TargetErrorKind, TargetOperation, What};

/// A group of names, and what they name. Groups are claims: names are of one entry only if they agree in what it is.
pub(super) type Key = (u64, FileKind, Hash);

impl Planner<'_> {
    pub(super) fn file(&mut self, folder: Option<Folder>, name: Name, content: Content, metadata: Metadata) -> Result<()> {
        let key = metadata.hard_link.map(|group| (group, FileKind::File, content.hash));
        let first = key.and_then(|key| self.linked.get(&key)).cloned();
        if let Some(there) = &folder
            && self.stays(there, &name, &content, &metadata, key.filter(|_| first.is_none()), first.is_some())?
        {
            self.report.unchanged += 1;
            if let Some(folder) = folder.filter(|_| !self.run.options.dry_run && self.run.options.overwrite != Overwrite::Never) {
                self.batch.apply(folder, name, metadata, &mut self.report)?;
            }
            return Ok(());
        }
        if self.run.options.dry_run {
            self.would_write(&content, key, first.is_some());
            return Ok(());
        }
        let folder = folder.ok_or(Error::Internal("a file without a folder"))?;
        self.may_stand(&folder, &name)?;
        self.is_ours(&folder, &name, content.size, &metadata)?;
        let is_link = first.is_some();
        let first = first.or_else(|| key.map(|key| Arc::clone(self.linked.entry(key).or_default())));
        let occupied = self.may_replace(&name);
        // What it replaces may have most of its bytes, or what is beside.
        let replaced = Some(&folder).filter(|_| occupied != Occupied::Refuse);
        let like = [replaced, self.beside()].into_iter().flatten().find(|like| has_bytes(like, &name)).cloned();
        let task = FileTask::new(folder, name, content, metadata, self.path.clone(), first).over(occupied, like);
        if is_link { self.batch.link(task, &mut self.report) } else { self.batch.add(task, &mut self.report) }
    }

    fn would_write(&mut self, content: &Content, key: Option<Key>, is_link: bool) {
        self.report.name(&self.path);
        if is_link {
            self.report.others += 1;
            return;
        }
        self.linked.extend(key.map(|key| (key, Arc::default())));
        self.report.files += 1;
        self.report.bytes += content.size;
    }

    /// Whether what is there stays. Where it would be the first of several names, it is read: others are linked only to what proves equal.
    fn stays(
        &mut self,
        folder: &Folder,
        name: &Name,
        content: &Content,
        metadata: &Metadata,
        unmet: Option<Key>,
        is_link: bool,
    ) -> Result<bool> {
        let is_never = self.run.options.overwrite == Overwrite::Never;
        if (is_link && !is_never) || !self.keeps(folder, name, content, metadata)? {
            return Ok(false);
        }
        let Some(key) = unmet else { return Ok(true) };
        if fill::verify(folder, name, content).is_none() {
            self.linked.entry(key).or_default().is_at(folder, name);
            return Ok(true);
        }
        Ok(is_never)
    }

    /// Whether a file that is there already stays.
    fn keeps(&self, folder: &Folder, name: &Name, content: &Content, metadata: &Metadata) -> Result<bool> {
        if self.run.options.overwrite == Overwrite::Always || self.is_new() {
            return Ok(false);
        }
        let Some(stat) = folder.stat(name)?.filter(|_| self.was_there(name)) else { return Ok(false) };
        if self.run.options.overwrite == Overwrite::Never {
            return Ok(stat.kind != FileKind::Directory);
        }
        let looks_same = stat.kind == FileKind::File && stat.size == content.size && stat.mtime == metadata.mtime && stat.nlink == 1;
        let is_trusted = !self.run.options.verify && self.run.note.is_none_or(Note::trusts);
        Ok(looks_same && (is_trusted || fill::verify(folder, name, content).is_none()))
    }

    /// Refuses to replace what somebody worked in since the restore was cut off that this one goes on with: it has not the size and time that
    /// a restored file has.
    fn is_ours(&self, folder: &Folder, name: &Name, size: u64, metadata: &Metadata) -> Result<()> {
        if !self.run.note.is_some_and(Note::keeps_others) {
            return Ok(());
        }
        match folder.stat(name)? {
            Some(stat) if (stat.kind, stat.size) != (FileKind::File, size) || stat.mtime != metadata.mtime => {
                let kind = TargetErrorKind::Exists { kind: stat.kind };
                Err(TargetError { path: folder.path_of(name), operation: TargetOperation::Place, kind }.into())
            }
            _ => Ok(()),
        }
    }

    /// Refuses to replace a folder in which something is that must stay. What is no folder may always be replaced.
    fn may_stand(&self, folder: &Folder, name: &Name) -> Result<()> {
        if !self.run.options.delete || self.is_new() || folder.stat(name)?.is_none_or(|stat| stat.kind != FileKind::Directory) {
            return Ok(());
        }
        let above = self.path.len().saturating_sub(name.as_bytes().len() + 1);
        if self.surplus.may_replace(folder, name, self.path.get(..above).unwrap_or_default())? {
            return Ok(());
        }
        let kind = TargetErrorKind::Exists { kind: FileKind::Directory };
        Err(TargetError { path: folder.path_of(name), operation: TargetOperation::Place, kind }.into())
    }

    pub(super) fn other(&mut self, folder: Option<Folder>, name: &Name, node: &Node, metadata: &Metadata) -> Result<()> {
        let Some(folder) = folder.filter(|_| !self.run.options.dry_run) else {
            self.report.name(&self.path);
            self.report.others += 1;
            return Ok(());
        };
        if self.run.options.overwrite == Overwrite::Never && folder.stat(name)?.is_some() {
            return Ok(());
        }
        self.may_stand(&folder, name)?;
        let key = metadata.hard_link.map(|group| (group, kind_of(node), what_of(node)));
        let first = key.and_then(|key| self.linked.get(&key)).and_then(|first| first.place());
        // Where links cannot be made, it is made anew.
        if first.is_none_or(|(first, of)| folder.hard_link(name, &first, &of, self.may_replace(name)).is_err()) {
            let shortfalls = self.make_other(&folder, name, node, metadata)?;
            let is_made = shortfalls.iter().all(|shortfall| shortfall.what != What::Special);
            self.report.fall_short(shortfalls);
            if !is_made {
                return Ok(());
            }
            if let Some(key) = key {
                self.linked.entry(key).or_default().is_at(&folder, name);
            }
        }
        self.report.others += 1;
        Ok(())
    }

    fn make_other(&self, folder: &Folder, name: &Name, node: &Node, metadata: &Metadata) -> Result<Vec<Shortfall>> {
        let occupied = self.may_replace(name);
        Ok(match node {
            Node::Symlink { target } => folder.symlink(name, target, metadata, occupied)?,
            Node::Fifo => folder.fifo(name, metadata, occupied)?,
            Node::CharDevice(device) => folder.device(name, FileKind::CharDevice, *device, metadata, occupied)?,
            Node::BlockDevice(device) => folder.device(name, FileKind::BlockDevice, *device, metadata, occupied)?,
            Node::File(_) | Node::Directory { .. } => return Err(Error::Internal("neither link, pipe nor device")),
        })
    }
}

/// Whether a folder has a file of that name with anything in it. Where it cannot be looked at, it is of no use.
fn has_bytes(folder: &Folder, name: &Name) -> bool {
    folder.stat(name).is_ok_and(|stat| stat.is_some_and(|stat| stat.kind == FileKind::File && stat.size > 0))
}

/// What an entry is in a file system.
pub(crate) fn kind_of(node: &Node) -> FileKind {
    match node {
        Node::File(_) => FileKind::File,
        Node::Directory { .. } => FileKind::Directory,
        Node::Symlink { .. } => FileKind::Symlink,
        Node::Fifo => FileKind::Fifo,
        Node::CharDevice(_) => FileKind::CharDevice,
        Node::BlockDevice(_) => FileKind::BlockDevice,
    }
}

/// Tells one entry that has no content from others of its kind.
fn what_of(node: &Node) -> Hash {
    match node {
        Node::Symlink { target } => Hash::of(target),
        Node::CharDevice(device) | Node::BlockDevice(device) => {
            Hash::of(&[device.major.to_le_bytes(), device.minor.to_le_bytes()].concat())
        }
        Node::File(_) | Node::Directory { .. } | Node::Fifo => Hash::of(b""),
    }
}
