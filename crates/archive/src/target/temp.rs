//! A file that is being restored. Must never be seen under its name before it is whole and has its metadata.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use liasse_repo::format::tree::{Metadata, Name};
use rustix::fs::{FallocateFlags, Mode, OFlags};
use rustix::io::Errno;

use super::apply::{self, Object};
use super::place::Temp;
use super::{Folder, Occupied, Shortfall, TargetError, TargetOperation};

/// A file under a temporary name, for its owner only. Dropped before [`TempFile::finish`], it is removed. Several threads may
/// write to it.
#[derive(Debug)]
pub struct TempFile {
    file: std::fs::File,
    temp: Temp,
}

impl Folder {
    /// Begins a file that will have this name.
    pub fn create_temp(&self, name: &Name) -> Result<TempFile, TargetError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let owner = Mode::RUSR | Mode::WUSR;
        let (temp, handle) = Temp::make(self, name, |handle, temp| rustix::fs::openat(handle, temp, flags, owner))?;
        Ok(TempFile { file: handle.into(), temp })
    }
}

impl TempFile {
    /// Writes all the bytes at an offset in bytes. What is never written, up to the length that is set, stays a hole.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), TargetError> {
        self.file.write_all_at(bytes, offset).map_err(|error| self.failed(TargetOperation::Write, error))
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
        let path = || self.temp.folder.path_of(&self.temp.name);
        let shortfalls = if self.temp.folder.hands_down() {
            apply::apply(&Object::Open(self.file.as_fd()), metadata, path)
        } else {
            apply::apply_new(self.file.as_fd(), metadata, path)
        };
        let shortfalls = shortfalls.map_err(|error| self.failed(TargetOperation::Apply, error))?;
        self.temp.place(occupied)?;
        Ok(shortfalls)
    }

    fn failed(&self, operation: TargetOperation, error: io::Error) -> TargetError {
        TargetError::new(self.temp.folder.path_of(&self.temp.name), operation, error)
    }
}
