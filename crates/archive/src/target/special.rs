//! Entries that have no content of their own: symbolic links, pipes, devices, further names of a file. Each is made under a
//! temporary name as a file is.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use liasse_repo::format::tree::{Device, Metadata, Name};
use rustix::fs::{AtFlags, FileType, Mode};
use rustix::io::Errno;

use super::place::Temp;
use super::{FileKind, Folder, Occupied, Shortfall, TargetError, TargetOperation, What};

/// The largest numbers that Linux has for devices.
const MAJOR_MAX: u32 = (1 << 12) - 1;
const MINOR_MAX: u32 = (1 << 20) - 1;

impl Folder {
    /// Makes a symbolic link. Its target is not looked at.
    pub fn symlink(&self, name: &Name, target: &[u8], metadata: &Metadata, occupied: Occupied) -> Result<Vec<Shortfall>, TargetError> {
        let (temp, ()) = Temp::make(self, name, |handle, temp| rustix::fs::symlinkat(target, handle, temp))?;
        finish(temp, metadata, occupied)
    }

    /// Makes a named pipe.
    pub fn fifo(&self, name: &Name, metadata: &Metadata, occupied: Occupied) -> Result<Vec<Shortfall>, TargetError> {
        let owner = Mode::RUSR | Mode::WUSR;
        let (temp, ()) = Temp::make(self, name, |handle, temp| rustix::fs::mkfifoat(handle, temp, owner))?;
        finish(temp, metadata, occupied)
    }

    /// Makes a device. Where that is not allowed, nothing is made, and the shortfall is [`What::Special`].
    pub fn device(
        &self,
        name: &Name,
        kind: FileKind,
        device: Device,
        metadata: &Metadata,
        occupied: Occupied,
    ) -> Result<Vec<Shortfall>, TargetError> {
        let missed = |cause| Ok(vec![Shortfall { path: self.path_of(name), what: What::Special, cause }]);
        let file_type = match kind {
            FileKind::CharDevice => FileType::CharacterDevice,
            FileKind::BlockDevice => FileType::BlockDevice,
            _ => return missed(Errno::INVAL.into()),
        };
        if device.major > MAJOR_MAX || device.minor > MINOR_MAX {
            return missed(io::Error::new(io::ErrorKind::InvalidInput, "Linux has no device of such a number"));
        }
        let number = rustix::fs::makedev(device.major, device.minor);
        let owner = Mode::RUSR | Mode::WUSR;
        let make = |handle: BorrowedFd<'_>, temp: &[u8]| match rustix::fs::mknodat(handle, temp, file_type, owner, number) {
            Err(Errno::PERM) => Ok(false),
            result => result.map(|()| true),
        };
        match Temp::make(self, name, make)? {
            (temp, true) => finish(temp, metadata, occupied),
            (_, false) => missed(Errno::PERM.into()),
        }
    }

    /// Gives an entry that is no directory a further name, here. A symbolic link is not followed.
    pub fn hard_link(&self, name: &Name, folder: &Self, existing: &Name, occupied: Occupied) -> Result<(), TargetError> {
        let from = folder.on(existing, TargetOperation::Make, Ok)?;
        let link =
            |handle: BorrowedFd<'_>, temp: &[u8]| rustix::fs::linkat(from.as_fd(), existing.as_bytes(), handle, temp, AtFlags::empty());
        let (temp, ()) = Temp::make(self, name, link)?;
        let left = temp.provisional.clone();
        temp.place(occupied)?;
        // Where both names are one file already, a rename does nothing and leaves the temporary name.
        self.unlink(&left, AtFlags::empty())
    }
}

fn finish(temp: Temp, metadata: &Metadata, occupied: Occupied) -> Result<Vec<Shortfall>, TargetError> {
    let shortfalls = temp.folder.apply_as(&temp.provisional, metadata, &temp.name)?;
    temp.place(occupied)?;
    Ok(shortfalls)
}
