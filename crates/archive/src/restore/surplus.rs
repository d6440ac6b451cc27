//! What may be removed because the snapshot does not have it. Must never take what the snapshot never saw for what was deleted.

use liasse_repo::format::snapshot::Snapshot as Record;
use liasse_repo::format::tree::Name;

use super::{RestoreOptions, trimmed};
use crate::error::{Error, Result};
use crate::paths::is_within;
use crate::target::{FileKind, Folder, TargetError};

/// From this length on, a path may be in the record only as far as it goes there.
const MAYBE_CUT: usize = 4_000;

/// What the snapshot knows, and what it does not.
pub(super) struct Surplus<'r> {
    options: &'r RestoreOptions,
    sources: Vec<Vec<u8>>,
    /// What could not be read when the snapshot was made.
    unread: Vec<Vec<u8>>,
}

impl<'r> Surplus<'r> {
    /// Refuses to remove anything where the snapshot does not name all that it lacks.
    pub(super) fn new(options: &'r RestoreOptions, record: &Record) -> Result<Self> {
        let (named, unread) = (record.unread.len() as u64, record.statistics.unread);
        if options.delete && named < unread {
            return Err(Error::UnnamedUnread { named, unread });
        }
        let unread = record.unread.iter().map(|unread| trimmed(&unread.path)).collect();
        Ok(Self { options, sources: record.sources.clone(), unread })
    }

    /// The names in a folder that may have to go, descending. `path` is the folder's in the snapshot; `above` holds it in the target.
    pub(super) fn of(&self, folder: &Folder, above: Option<&Folder>, path: &[u8]) -> Result<Vec<Name>, TargetError> {
        // The snapshot does not know all that is in folders that only lead to sources. What is mounted is perhaps another disk than the
        // one that was backed up, or was left out as another file system.
        let is_mounted = above.is_some_and(|above| !folder.is_beside(above));
        if !self.options.delete || self.only_leads(path) || (is_mounted && !self.sources.iter().any(|source| source == path)) {
            return Ok(Vec::new());
        }
        // A snapshot has no sockets.
        let names = folder.list()?.into_iter().filter(|listed| listed.kind != Some(FileKind::Socket));
        let mut names: Vec<Name> = names.map(|listed| listed.name).collect();
        names.reverse();
        Ok(names)
    }

    /// Removes an entry and all below it that may go; only looks, in a dry run. Whether nothing is left of it.
    pub(super) fn remove(&self, folder: &Folder, name: &Name, path: &[u8]) -> Result<bool, TargetError> {
        folder.clear(name, self.options.dry_run, &mut |below| self.spares(&joined(path, below)))
    }

    /// Whether an entry may be replaced with all below it. `path` is the folder's.
    pub(super) fn may_replace(&self, folder: &Folder, name: &Name, path: &[u8]) -> Result<bool, TargetError> {
        folder.clear(name, true, &mut |below| self.spares(&joined(path, below)))
    }

    fn spares(&self, path: &[u8]) -> bool {
        let is_unread = |unread: &Vec<u8>| {
            is_within(path, unread) || is_within(unread, path) || (unread.len() >= MAYBE_CUT && path.starts_with(unread))
        };
        self.options.excludes(path, false) || self.options.excludes(path, true) || self.unread.iter().any(is_unread)
    }

    /// Whether a folder lies above a source.
    fn only_leads(&self, path: &[u8]) -> bool {
        self.sources.iter().any(|source| source.len() > path.len() && is_within(source, path))
    }
}

fn joined(path: &[u8], below: &[u8]) -> Vec<u8> {
    [path, below].join(&b'/')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn what_was_not_read_is_spared_with_what_is_above_and_below() {
        let options = RestoreOptions::default();
        let unread = vec![b"/a/b".to_vec(), [b"/".as_slice(), &[b'x'; MAYBE_CUT]].concat()];
        let surplus = Surplus { options: &options, sources: vec![b"/a".to_vec()], unread: unread.clone() };
        for path in [b"/a".as_slice(), b"/a/b", b"/a/b/c", &[unread[1].as_slice(), b"more"].concat()] {
            assert!(surplus.spares(path));
        }
        assert!(!surplus.spares(b"/a/bc") && !surplus.spares(b"/b"));
        assert!(surplus.only_leads(b"") && !surplus.only_leads(b"/a") && !surplus.only_leads(b"/ab"));
    }
}
