//! What a node is, for who shows it.

use liasse_archive::repo::format::ids::Hash;
use liasse_archive::repo::format::time::Time;
use liasse_archive::repo::format::tree::{Device, Entry, Node as Stored};

use super::NodeId;
use super::names::SEVERAL;

/// What kind of thing a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A character device.
    CharDevice(Device),
    /// A block device.
    BlockDevice(Device),
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    /// Its number. Names of one file have one number.
    pub id: NodeId,
    /// What kind of thing.
    pub kind: Kind,
    /// Permission bits, at most 0o7777.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes, holes included.
    pub size: u64,
    /// Bytes without holes.
    pub data: u64,
    /// How many names it has: 1; or 2 where there are more, if nobody counts. Folders have 1, which means that nobody counts.
    pub links: u32,
    /// Time of the last change of the content.
    pub mtime: Time,
    /// When it was made, where that is known.
    pub birth: Option<Time>,
    /// BLAKE3 of a file's bytes.
    pub hash: Option<Hash>,
}

impl Attributes {
    pub(super) fn of(entry: &Entry, id: NodeId) -> Self {
        let metadata = &entry.metadata;
        let (kind, size, data) = match &entry.node {
            Stored::File(content) => (Kind::File, content.size, content.data_size()),
            Stored::Directory { tree, .. } => (Kind::Folder, tree.size, tree.size),
            Stored::Symlink { target } => (Kind::Symlink, target.len() as u64, 0),
            Stored::Fifo => (Kind::Fifo, 0, 0),
            Stored::CharDevice(device) => (Kind::CharDevice(*device), 0, 0),
            Stored::BlockDevice(device) => (Kind::BlockDevice(*device), 0, 0),
        };
        let (mode, uid, gid, mtime, birth) = (metadata.mode, metadata.uid, metadata.gid, metadata.mtime, metadata.birth);
        let links = if metadata.hard_link.is_some() { SEVERAL } else { 1 };
        let hash = if let Stored::File(content) = &entry.node { Some(content.hash) } else { None };
        Self { id, kind, mode, uid, gid, size, data, links, mtime, birth, hash }
    }

    /// A folder that no snapshot has.
    pub(super) fn made(id: NodeId, mtime: Time, (uid, gid): (u32, u32)) -> Self {
        Self { id, kind: Kind::Folder, mode: 0o555, uid, gid, size: 0, data: 0, links: 1, mtime, birth: None, hash: None }
    }
}
