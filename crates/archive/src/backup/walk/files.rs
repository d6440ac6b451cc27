//! Files, links, pipes and devices: taken from the catalogue, or read.

use std::borrow::Cow;

use crossbeam_channel::bounded;
use liasse_repo::format::ids::Hash;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::{ENTRY_LIMIT, Entry, Node};
use liasse_repo::format::wire;

use super::{Met, Seen, Step, TOO_LARGE, Walk};
use crate::backup::file::{Job, Older};
use crate::backup::judge::{is_due, is_settled, is_unmoved};
use crate::catalogue::{FileKey, Identity, Row};
use crate::error::{Error, Result};
use crate::source::{FileKind, SourceDirectory, SourceError, Stat};

impl<'c> Walk<'_, 'c> {
    /// A file: as the catalogue has it if it has not moved, else for the readers.
    pub(super) fn file(&mut self, met: &Met<'_, 'c>) -> Result<()> {
        let Met { directory, name, stat, began, row } = *met;
        self.run.progress.at(&self.path);
        self.run.progress.expect(stat.size);
        let key = (stat.nlink > 1).then_some((stat.device, stat.inode));
        if let Some(row) = row
            && !self.run.options.force
            && is_unmoved(&row, &stat)
            && !is_due(self.run, &row, &stat)
            && self.still_there(&row)?
        {
            self.run.progress.advance(stat.size);
            let seen = Seen { identity: row.identity, trusted: true, day: row.day };
            self.keep_leaves(row.identity.key());
            if let Some(key) = key {
                self.is_first_name(key);
            }
            return self.step(Step::Ready { name: name.clone(), entry: Cow::Borrowed(row.entry), seen, is_file: true, key });
        }
        let prior = row.map(|row| row.entry);
        if let Some(key) = key
            && !self.is_first_name(key)
        {
            self.run.progress.advance(stat.size);
            let seen = Seen { identity: Identity::of(&stat), trusted: is_settled(&stat, began), day: self.run.today };
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
            today: self.run.today,
            changed: row.is_some() || older.is_some(),
            older,
            reply,
        };
        self.jobs.send(job).map_err(|_| Error::Internal("the readers ended before the walk"))?;
        self.step(Step::Reading { name: name.clone(), outcome, prior, key })
    }

    /// Whether a file with several names is met for the first time.
    fn is_first_name(&mut self, key: FileKey) -> bool {
        let is_first = self.linked.insert(key);
        if let Some(looked_at) = self.looked_at.as_mut().filter(|_| is_first) {
            looked_at.linked.push(key);
        }
        is_first
    }

    /// Where the leaf values of a file's previous version are to be had: kept for the inode that it has or had, or, if it can be read, what
    /// was stored under its name.
    fn older(&self, stat: &Stat, row: Option<&Row<'_>>) -> Option<Older> {
        let keys = [Some((stat.device, stat.inode)), row.map(|row| row.identity.key())];
        let kept = self.run.leaves.old.and_then(|old| keys.into_iter().flatten().find(|key| old.knows(*key)));
        match (kept, row) {
            (Some(key), _) => Some(Older::Cached(key)),
            (None, Some(row)) if self.run.read_back.is_some() => Some(Older::Stored(row.entry.to_vec())),
            _ => None,
        }
    }

    /// Leaf values of a file that did not change stay.
    pub(super) fn keep_leaves(&self, key: FileKey) {
        if let (Some(old), Some(new)) = (self.run.leaves.old, self.run.leaves.new)
            && old.knows(key)
        {
            new.keep(key, old);
        }
    }

    /// A link, pipe or device.
    pub(super) fn other(&mut self, met: &Met<'_, 'c>) -> Result<()> {
        let Met { directory, name, stat, began, row } = *met;
        let seen = Seen { identity: Identity::of(&stat), trusted: is_settled(&stat, began), day: 0 };
        if let Some(row) = row
            && is_unmoved(&row, &stat)
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
            Ok::<_, SourceError>((node, self.run.owners.metadata(&stat, xattrs)))
        };
        match read() {
            Ok((node, mut metadata)) => {
                metadata.hard_link = (stat.nlink > 1).then(|| link_group(&stat));
                let entry = wire::encode(&Entry { name: name.clone(), node, metadata });
                if entry.len() > ENTRY_LIMIT {
                    return self.step(Step::Unread { path: self.path.clone(), cause: TOO_LARGE.to_owned() });
                }
                self.step(Step::Ready { name: name.clone(), entry: Cow::Owned(entry), seen, is_file: false, key: None })
            }
            Err(error) => self.unread(&error),
        }
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

/// What to tell of an error: what was tried, and why it failed.
pub(in crate::backup) fn cause(error: &SourceError) -> String {
    if error.is_gone() {
        "it vanished or was replaced while it was read".to_owned()
    } else {
        format!("cannot {} it: {}", error.operation, error.source)
    }
}
