//! What is remembered of an entry when its tree is not at hand any more: little, because there may be very many.

use liasse_repo::format::ids::Hash;
use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{Entry, Node};

/// An entry as it was.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What it is: [`Node::type_number`].
    pub type_number: u16,
    /// Bytes of a file.
    pub size: Option<u64>,
    /// BLAKE3 of a file.
    pub hash: Option<Hash>,
    /// When it was last changed.
    pub mtime: Time,
    /// Where a link leads.
    pub target: Option<Box<[u8]>>,
}

impl Seen {
    pub(super) fn of(entry: &Entry) -> Self {
        let (content, target) = match &entry.node {
            Node::File(content) => (Some(content), None),
            Node::Symlink { target } => (None, Some(target.as_slice().into())),
            _ => (None, None),
        };
        Self {
            type_number: entry.node.type_number(),
            size: content.map(|content| content.size),
            hash: content.map(|content| content.hash),
            mtime: entry.metadata.mtime,
            target,
        }
    }

    /// Whether it is the same version: the same bytes, or the same link. Metadata make no version.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let version = |seen: &Self| (seen.type_number, seen.size, seen.hash);
        version(self) == version(other) && self.target == other.target
    }
}
