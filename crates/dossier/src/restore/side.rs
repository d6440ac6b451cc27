//! One side of a comparison: the entries of a stored directory, met by the names of the present one; and when two entries are the same. Must
//! never take an entry for a stored one that may have changed since.

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::tree::{Entry, Name, Node};
use liasse_archive::repo::{Reader, Scratch, TreeWalk};
use liasse_archive::target::{FileKind, Stat};

use super::error::Trouble;

/// The entries of a stored directory, if there is one.
pub(super) struct Side<'r> {
    walk: Option<TreeWalk<'r>>,
    /// The entry that the walk came to.
    next: Option<Entry>,
}

impl<'r> Side<'r> {
    /// Reads nothing yet.
    pub(super) fn new(reader: &'r Reader<'r>, tree: Option<&Content>) -> Self {
        Self { walk: tree.map(|tree| TreeWalk::new(reader, tree)), next: None }
    }

    /// The entry with a name. Names are asked for in ascending order.
    pub(super) fn meet(&mut self, name: &Name, scratch: &mut Scratch) -> Result<Option<Entry>, Trouble> {
        let Some(walk) = &mut self.walk else { return Ok(None) };
        loop {
            match &self.next {
                Some(entry) if entry.name == *name => return Ok(self.next.take()),
                Some(entry) if entry.name > *name => return Ok(None),
                _ => {}
            }
            self.next = walk.next(scratch).map_err(Trouble::State)?;
            if self.next.is_none() {
                self.walk = None;
                return Ok(None);
            }
        }
    }
}

/// Whether a stored entry is what is there now, as far as it can be told without reading it. `link` reads where a symbolic link points.
pub(super) fn is_saved(entry: &Entry, stat: &Stat, link: impl FnOnce() -> Option<Vec<u8>>) -> bool {
    match (&entry.node, stat.kind) {
        (Node::File(content), FileKind::File) => content.size == stat.size && entry.metadata.mtime == stat.mtime,
        (Node::Symlink { target }, FileKind::Symlink) => link().is_some_and(|link| link == *target),
        (Node::CharDevice(device), FileKind::CharDevice) | (Node::BlockDevice(device), FileKind::BlockDevice) => *device == stat.special,
        (Node::Fifo, FileKind::Fifo) => true,
        _ => false,
    }
}

/// Whether an entry is another one than that which was carried from it, or changed since. A further name is the same file; a copy is younger
/// than what it was made of, and has its size and time.
pub(super) fn is_replaced(entry: &Stat, carried: &Stat) -> bool {
    let same = (entry.device, entry.inode) == (carried.device, carried.inode);
    let alike = (entry.kind, entry.size, entry.mtime) == (carried.kind, carried.size, carried.mtime);
    !same && entry.kind != FileKind::Socket && (!alike || entry.ctime >= carried.ctime)
}
