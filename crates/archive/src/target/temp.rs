//! A file that is being restored. Must never be seen under its name before it is whole and has its metadata.
//!
//! Where the file system can (ext4, XFS, btrfs, tmpfs), it has no name until then: a restore that is killed leaves nothing, and one change
//! of the directory is enough. Elsewhere, and where it takes the place of another, it has a temporary name.

use std::io::{self, Seek};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use liasse_repo::format::tree::{Metadata, Name};
use rustix::fs::{FallocateFlags, Mode, OFlags};
use rustix::io::Errno;

use super::apply::{self, Object};
use super::place::{Temp, Unnamed};
use super::{Folder, Occupied, Shortfall, TargetError, TargetOperation};

/// A file that is not under its name yet, for its owner only. Dropped before [`TempFile::finish`], it is gone. Several threads may
/// write to it.
#[derive(Debug)]
pub struct TempFile {
    file: std::fs::File,
    home: Home,
}

/// Where the file is.
#[derive(Debug)]
enum Home {
    Unnamed(Unnamed),
    Named(Temp),
}

impl Folder {
    /// Begins a file that will have this name.
    pub fn create_temp(&self, name: &Name) -> Result<TempFile, TargetError> {
        if let Some((unnamed, handle)) = Unnamed::make(self, name)? {
            return Ok(TempFile { file: handle.into(), home: Home::Unnamed(unnamed) });
        }
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let owner = Mode::RUSR | Mode::WUSR;
        let (temp, handle) = Temp::make(self, name, |handle, temp| rustix::fs::openat(handle, temp, flags, owner))?;
        Ok(TempFile { file: handle.into(), home: Home::Named(temp) })
    }
}

impl TempFile {
    /// Writes all the bytes at an offset in bytes. What is never written, up to the length that is set, stays a hole.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), TargetError> {
        self.file.write_all_at(bytes, offset).map_err(|error| self.failed(TargetOperation::Write, error))
    }

    /// Begins with all the bytes of a file that is there, which both share until one of them is written. Whether the file system can do that.
    pub fn clone_from(&self, file: &std::fs::File) -> bool {
        rustix::fs::ioctl_ficlone(&self.file, file).is_ok()
    }

    /// Reads as many bytes as the buffer holds, at an offset. Whether there are so many.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> bool {
        self.file.read_exact_at(buffer, offset).is_ok()
    }

    /// Sets the length in bytes. No room is taken on the disk.
    pub fn set_len(&self, size: u64) -> Result<(), TargetError> {
        self.file.set_len(size).map_err(|error| self.failed(TargetOperation::Write, error))
    }

    /// Takes the room for a range of data, so that a full disk shows early and the file lies in one piece. Never to be called
    /// for a hole. Where the file system cannot, nothing happens.
    pub fn reserve(&self, offset: u64, length: u64) -> Result<(), TargetError> {
        if length == 0 {
            return Ok(());
        }
        let reserve = || rustix::fs::fallocate(&self.file, FallocateFlags::KEEP_SIZE, offset, length);
        match rustix::io::retry_on_intr(reserve) {
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
            Err(error) => Err(self.failed(TargetOperation::Write, error.into())),
        }
    }

    /// Gives it its metadata and its name.
    pub fn finish(self, metadata: &Metadata, occupied: Occupied) -> Result<Vec<Shortfall>, TargetError> {
        let (folder, name) = self.home.place();
        let path = || folder.path_of(name);
        let shortfalls = if folder.hands_down() {
            apply::apply(&Object::Open(self.file.as_fd()), metadata, path)
        } else {
            apply::apply_new(self.file.as_fd(), metadata, path)
        };
        let shortfalls = shortfalls.map_err(|error| self.failed(TargetOperation::Apply, error))?;
        match self.home {
            Home::Named(temp) => temp.place(occupied)?,
            Home::Unnamed(unnamed) => {
                if !unnamed.place(self.file.as_fd(), occupied)? {
                    return copied(self.file, &unnamed, metadata, occupied);
                }
            }
        }
        Ok(shortfalls)
    }

    fn failed(&self, operation: TargetOperation, error: io::Error) -> TargetError {
        let (folder, name) = self.home.place();
        TargetError::new(folder.path_of(name), operation, error)
    }
}

/// Where a file without a name cannot be given one after all (a file system without further names), it is written once more.
fn copied(mut file: std::fs::File, unnamed: &Unnamed, metadata: &Metadata, occupied: Occupied) -> Result<Vec<Shortfall>, TargetError> {
    unnamed.folder.refuses_unnamed();
    let copy = unnamed.folder.create_temp(&unnamed.name)?;
    let copied = file.rewind().and_then(|()| io::copy(&mut file, &mut &copy.file));
    copied.map_err(|error| copy.failed(TargetOperation::Write, error))?;
    copy.finish(metadata, occupied)
}

impl Home {
    /// Where the file will be.
    fn place(&self) -> (&Folder, &Name) {
        match self {
            Self::Unnamed(Unnamed { folder, name }) | Self::Named(Temp { folder, name, .. }) => (folder, name),
        }
    }
}
