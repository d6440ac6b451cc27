//! Whole directories that change places. Must never let a name be without its directory where the system can do better, and never take
//! the place of anything that it was not told of.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use liasse_repo::format::tree::Name;
use rustix::fs::{AtFlags, FlockOperation, RenameFlags, fstatfs};
use rustix::io::Errno;

use super::{Folder, TargetError, TargetOperation};

/// File systems on which a directory keeps the number of its inode for good, by their magic numbers (statfs(2)): ext2 to ext4, XFS, Btrfs,
/// F2FS, tmpfs, ZFS, bcachefs.
const NUMBERED: [u32; 7] = [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x0102_1994, 0x2fc1_2fc1, 0xca45_1a4e];

/// A lock on a directory, held until it is dropped or the process ends.
#[derive(Debug)]
pub struct FolderLock {
    handle: Arc<OwnedFd>,
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing alone would not do while a program that is just being started has the handle too.
        _ = rustix::fs::flock(&self.handle, FlockOperation::Unlock);
    }
}

impl Folder {
    /// Whether directories in it keep their numbers, so that one can be known again by [`super::Stat::inode`] after a crash.
    pub fn keeps_numbers(&self) -> Result<bool, TargetError> {
        let handle = self.handle().map_err(|error| TargetError::new(self.path(), TargetOperation::Stat, error))?;
        let magic = fstatfs(&handle).map(|found| found.f_type);
        let magic = magic.map_err(|error| TargetError::new(self.path(), TargetOperation::Stat, error.into()))?;
        Ok(NUMBERED.iter().any(|known| i128::from(*known) == i128::from(magic)))
    }

    /// Lets two entries change places in one step that is done or not done. `false` where the file system cannot.
    pub fn exchange(&self, name: &Name, other: &Self, other_name: &Name) -> Result<bool, TargetError> {
        let to = other.on(other_name, TargetOperation::Place, Ok)?;
        self.on(name, TargetOperation::Place, |handle| {
            match rustix::fs::renameat_with(handle, name.as_bytes(), to, other_name.as_bytes(), RenameFlags::EXCHANGE) {
                Ok(()) => Ok(true),
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
    }

    /// Moves an entry to another folder of the file system, under a name that nothing has there.
    pub fn move_to(&self, name: &Name, other: &Self, other_name: &Name) -> Result<(), TargetError> {
        let to = other.on(other_name, TargetOperation::Place, Ok)?;
        self.on(name, TargetOperation::Place, |handle| {
            let (from, called) = (name.as_bytes(), other_name.as_bytes());
            match rustix::fs::renameat_with(&handle, from, &to, called, RenameFlags::NOREPLACE) {
                // Some network and old file systems cannot: then look first.
                Err(Errno::INVAL | Errno::NOSYS) => match rustix::fs::statat(&to, called, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(_) => Err(Errno::EXIST.into()),
                    Err(Errno::NOENT) => Ok(rustix::fs::renameat(&handle, from, &to, called)?),
                    Err(error) => Err(error.into()),
                },
                result => Ok(result?),
            }
        })
    }

    /// Removes a directory with nothing in it, and nothing else.
    pub fn remove_empty(&self, name: &Name) -> Result<(), TargetError> {
        self.unlink(name, AtFlags::REMOVEDIR)
    }

    /// Makes durable which names it holds.
    pub fn sync_names(&self) -> Result<(), TargetError> {
        let handle = self.handle().map_err(|error| TargetError::new(self.path(), TargetOperation::Sync, error))?;
        match rustix::fs::fsync(handle) {
            // Some network file systems have no such thing for directories.
            Ok(()) | Err(Errno::INVAL | Errno::NOTSUP) => Ok(()),
            Err(error) => Err(TargetError::new(self.path(), TargetOperation::Sync, error.into())),
        }
    }

    /// Locks it against others who ask for the same; `None` if somebody has it. Where the file system has no locks, nobody is kept out.
    pub fn lock(&self) -> Result<Option<FolderLock>, TargetError> {
        let handle = self.handle().map_err(|error| TargetError::new(self.path(), TargetOperation::Open, error))?;
        match rustix::fs::flock(&handle, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => Ok(None),
            _ => Ok(Some(FolderLock { handle })),
        }
    }
}
