//! What was done to a simulated disk, one thing after the other, in the words of an inode table.

use std::fmt;
use std::sync::Arc;

/// The number of a file or folder. The root is 0.
pub(super) type Inode = u64;

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) folder: Inode,
    pub(super) name: Arc<str>,
}

#[derive(Debug, Clone)]
pub(super) enum Action {
    MakeFile {
        place: Place,
        inode: Inode,
    },
    MakeFolder {
        place: Place,
        inode: Inode,
    },
    Write {
        inode: Inode,
        at: usize,
        bytes: Arc<[u8]>,
    },
    Move {
        from: Place,
        to: Place,
        inode: Inode,
    },
    Link {
        place: Place,
        inode: Inode,
    },
    Remove {
        place: Place,
    },
    RemoveFolder {
        place: Place,
    },
    SyncFile {
        inode: Inode,
    },
    SyncFolder {
        inode: Inode,
    },
    /// A sync that failed: the kernel holds what was to be written for clean, and never writes it again.
    LoseFile {
        inode: Inode,
    },
    LoseFolder {
        inode: Inode,
    },
}

/// One thing that was done, and how a person would say it.
#[derive(Debug, Clone)]
pub struct Step {
    pub(super) action: Action,
    pub(super) path: String,
}

impl Step {
    /// The path that this step synced, or failed to.
    #[cfg(test)]
    pub(crate) fn synced(&self) -> Option<&str> {
        use Action::{LoseFile, LoseFolder, SyncFile, SyncFolder};
        matches!(self.action, SyncFile { .. } | SyncFolder { .. } | LoseFile { .. } | LoseFolder { .. }).then_some(&self.path)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.action {
            Action::MakeFile { .. } => "make",
            Action::MakeFolder { .. } => "make folder",
            Action::Write { at, bytes, .. } => return write!(f, "write {} bytes at {at} of {}", bytes.len(), self.path),
            Action::Move { to, .. } => return write!(f, "move {} to ../{}", self.path, to.name),
            Action::Link { .. } => "link",
            Action::Remove { .. } => "remove",
            Action::RemoveFolder { .. } => "remove folder",
            Action::SyncFile { .. } => "sync",
            Action::SyncFolder { .. } => "sync folder",
            Action::LoseFile { .. } => "fail to sync",
            Action::LoseFolder { .. } => "fail to sync folder",
        };
        write!(f, "{what} {}", self.path)
    }
}
