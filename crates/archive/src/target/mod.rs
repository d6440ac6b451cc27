//! Writing a restore. Must never write outside the directory that it was given, whatever the names say and whatever lies in
//! its way; never show half a file under its name; and never keep silent about what it could not restore.
//!
//! Names are [`Name`]s, which are no paths, and every directory below the root is opened as a real directory, so that no
//! symbolic link is followed, planted or not. Everything but directories is made under a temporary name beside its own, gets
//! its metadata there, and is then renamed. A directory gets its metadata last, after what is in it. What the system refuses
//! to restore of it is told as a list of [`Shortfall`]s.

mod apply;
mod carry;
mod error;
mod folder;
mod place;
mod remove;
mod special;
mod swap;
mod temp;
#[cfg(test)]
mod tests;

pub use crate::system::{FileKind, Listed, Stat};
pub use apply::{Shortfall, What};
pub use error::{TargetError, TargetErrorKind, TargetOperation};
pub use folder::Folder;
pub use place::TEMP_PREFIX;
pub use swap::FolderLock;
pub use temp::TempFile;

use std::fs::DirBuilder;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use liasse_repo::format::tree::Name;
use rustix::fs::{CWD, Mode, OFlags};

use crate::system::Chain;

/// What to do where something has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupied {
    /// Leave it, and fail with [`TargetErrorKind::Exists`].
    Refuse,
    /// Take its place, unless it is a directory.
    Replace,
    /// Take its place; a directory is removed with all that is in it.
    ReplaceTree,
}

/// The directory that is restored into.
#[derive(Debug, Clone)]
pub struct Target {
    root: Folder,
}

impl Target {
    /// Opens a directory that is there. Symbolic links in its own path are followed: the user chose it.
    pub fn open(path: &Path) -> Result<Self, TargetError> {
        let open = || {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let handle = rustix::io::retry_on_intr(|| rustix::fs::openat(CWD, path, flags, Mode::empty()))?;
            Chain::root(handle, path.as_os_str().as_bytes().to_vec())
        };
        let failed = |error| TargetError::new(path.as_os_str().as_bytes().to_vec(), TargetOperation::Open, error);
        Ok(Self { root: Folder::new(open().map_err(failed)?) })
    }

    /// Opens a directory, and makes it and those above it where they are missing, for its owner only.
    pub fn create(path: &Path) -> Result<Self, TargetError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|error| TargetError::new(path.as_os_str().as_bytes().to_vec(), TargetOperation::MakeDirectory, error))?;
        Self::open(path)
    }

    /// The directory itself.
    pub fn root(&self) -> &Folder {
        &self.root
    }

    /// A directory below it that is there, in few system calls however deep it lies.
    pub fn folder(&self, path: &[Name]) -> Result<Folder, TargetError> {
        self.root.descend(path)
    }

    /// Makes durable all that was restored to the root's file system.
    pub fn sync(&self) -> Result<(), TargetError> {
        self.root.sync()
    }
}
