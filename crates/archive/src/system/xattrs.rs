//! Extended attributes, POSIX ACLs among them. Must never leave out one that is listed without saying so.

use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;

use liasse_repo::format::tree::{XATTR_NAME_LIMIT, XATTR_VALUE_LIMIT, XATTRS_LIMIT, Xattr};
use rustix::fs::XattrFlags;
use rustix::io::Errno;

/// Most files have none or a short one.
const FIRST_SIZE: usize = 512;
/// Longer than any list that Linux gives (64 KiB).
const LIST_LIMIT: usize = 4 << 20;

/// Where the paths of open files are found.
const PROC: &str = "/proc/self/fd";

/// What has attributes, and how they are reached.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Attributed<'a> {
    /// An open file or directory.
    Fd(BorrowedFd<'a>),
    /// A path whose last name is taken as it is, even if it is a symbolic link.
    Entry(&'a [u8]),
    /// A path that leads through `/proc` to what is open as a path only.
    Magic(&'a str),
}

/// A failure, and at which attribute.
#[derive(Debug)]
pub(crate) struct XattrFailure {
    /// `None` when the list itself could not be read.
    pub(crate) name: Option<Vec<u8>>,
    /// Why.
    pub(crate) cause: io::Error,
}

impl Attributed<'_> {
    /// All of them, ascending by name. None where the file system does not have any.
    pub(crate) fn read(self) -> Result<Vec<Xattr>, XattrFailure> {
        let names = self.names().map_err(|cause| XattrFailure { name: None, cause })?;
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            match self.value(&name) {
                Ok(value) => found.push(Xattr { name, value }),
                // It was removed since it was listed.
                Err(error) if Errno::from_io_error(&error) == Some(Errno::NODATA) => {}
                Err(cause) => return Err(XattrFailure { name: Some(name), cause }),
            }
        }
        Ok(found)
    }

    /// Their names, ascending. None where the file system does not have any.
    pub(crate) fn names(self) -> io::Result<Vec<Vec<u8>>> {
        let list = match grow(LIST_LIMIT, |buffer| self.list_into(buffer)) {
            Err(error) => match Errno::from_io_error(&error) {
                Some(Errno::NOTSUP) => return Ok(Vec::new()),
                // Not to be taken for an entry that has vanished.
                Some(Errno::NOENT) if !Path::new(PROC).exists() => {
                    return Err(io::Error::new(io::ErrorKind::Unsupported, "/proc is not mounted"));
                }
                _ => return Err(error),
            },
            Ok(list) => list,
        };
        let mut names: Vec<Vec<u8>> = list.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() > XATTRS_LIMIT || names.iter().any(|name| name.len() > XATTR_NAME_LIMIT) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "more or longer extended attributes than an entry can hold"));
        }
        Ok(names)
    }

    fn value(self, name: &[u8]) -> io::Result<Vec<u8>> {
        grow(XATTR_VALUE_LIMIT, |buffer| self.value_into(name, buffer))
    }

    fn list_into(self, buffer: &mut [u8]) -> rustix::io::Result<usize> {
        match self {
            Self::Fd(fd) => rustix::fs::flistxattr(fd, buffer),
            Self::Entry(path) => rustix::fs::llistxattr(path, buffer),
            Self::Magic(path) => rustix::fs::listxattr(path, buffer),
        }
    }

    fn value_into(self, name: &[u8], buffer: &mut [u8]) -> rustix::io::Result<usize> {
        match self {
            Self::Fd(fd) => rustix::fs::fgetxattr(fd, name, buffer),
            Self::Entry(path) => rustix::fs::lgetxattr(path, name, buffer),
            Self::Magic(path) => rustix::fs::getxattr(path, name, buffer),
        }
    }

    /// Sets one, whether it was there or not.
    pub(crate) fn set(self, xattr: &Xattr) -> io::Result<()> {
        let (name, value, flags) = (xattr.name.as_slice(), xattr.value.as_slice(), XattrFlags::empty());
        Ok(match self {
            Self::Fd(fd) => rustix::fs::fsetxattr(fd, name, value, flags),
            Self::Entry(path) => rustix::fs::lsetxattr(path, name, value, flags),
            Self::Magic(path) => rustix::fs::setxattr(path, name, value, flags),
        }?)
    }

    /// Removes one.
    pub(crate) fn remove(self, name: &[u8]) -> io::Result<()> {
        Ok(match self {
            Self::Fd(fd) => rustix::fs::fremovexattr(fd, name),
            Self::Entry(path) => rustix::fs::lremovexattr(path, name),
            Self::Magic(path) => rustix::fs::removexattr(path, name),
        }?)
    }
}

/// Asks with more and more room until the answer fits.
fn grow(limit: usize, mut ask: impl FnMut(&mut [u8]) -> rustix::io::Result<usize>) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; FIRST_SIZE];
    loop {
        match ask(&mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(Errno::RANGE) if buffer.len() < limit => buffer.resize((buffer.len() * 8).min(limit), 0),
            Err(error) => return Err(error.into()),
        }
    }
}
