//! A directory of a source on Linux. Must never open an entry of another kind than it was found to be.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use liasse_repo::format::tree::{Name, Xattr};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;

use super::{File, FileKind, Listed, SourceDirectory, SourceError, SourceOperation, Stat, file};
use crate::system::{self, Attributed, Chain, Replaced, XattrFailure};

/// An open directory. It may lie at any depth: neither the longest path nor the number of open files is a bound.
#[derive(Debug, Clone)]
pub struct Directory {
    chain: Chain,
    /// Held while it is listed: a listing moves the handle's position, which all clones share. Two at once would each get half.
    listing: Arc<Mutex<()>>,
}

impl Directory {
    /// Opens the directory at a path, through symbolic links. A source that may itself be a symbolic link is an entry of the
    /// directory above it: open that one, and look its last name up there.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let open = || {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let handle = rustix::io::retry_on_intr(|| rustix::fs::openat(CWD, path, flags, Mode::empty()))?;
            Chain::root(handle, path.as_os_str().as_bytes().to_vec())
        };
        let failed = |source| SourceError { path: path.as_os_str().as_bytes().to_vec(), operation: SourceOperation::Open, source };
        Ok(Self { chain: open().map_err(failed)?, listing: Arc::default() })
    }

    fn at<T>(&self, operation: SourceOperation, act: impl FnOnce(Arc<OwnedFd>) -> io::Result<T>) -> Result<T, SourceError> {
        self.chain.handle().and_then(act).map_err(|source| SourceError { path: self.path(), operation, source })
    }

    fn on<T>(&self, name: &Name, operation: SourceOperation, act: impl FnOnce(Arc<OwnedFd>) -> io::Result<T>) -> Result<T, SourceError> {
        let failed = |source| SourceError { path: self.chain.path_of(name), operation, source };
        self.chain.handle().and_then(act).map_err(failed)
    }
}

impl SourceDirectory for Directory {
    type File = File;

    fn path(&self) -> Vec<u8> {
        self.chain.path()
    }

    fn own_stat(&self) -> Result<Stat, SourceError> {
        self.at(SourceOperation::Stat, Stat::of_fd)
    }

    fn own_xattrs(&self) -> Result<Vec<Xattr>, SourceError> {
        #[cfg(test)]
        super::asked::note(self.path());
        #[cfg(test)]
        if let Some(answer) = super::pretended::of(&self.path()) {
            return answer;
        }
        let handle = self.at(SourceOperation::ListXattrs, Ok)?;
        Attributed::Fd(handle.as_fd()).read().map_err(|failure| xattr_error(self.path(), failure))
    }

    fn list(&self) -> Result<Vec<Listed>, SourceError> {
        let _one_at_a_time = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        self.at(SourceOperation::List, system::list)
    }

    fn stat(&self, name: &Name) -> Result<Stat, SourceError> {
        self.on(name, SourceOperation::Stat, |handle| Stat::of_name(handle, name.as_bytes()))
    }

    fn xattrs(&self, name: &Name) -> Result<Vec<Xattr>, SourceError> {
        #[cfg(test)]
        super::asked::note(self.chain.path_of(name));
        #[cfg(test)]
        if let Some(answer) = super::pretended::of(&self.chain.path_of(name)) {
            return answer;
        }
        let handle = self.on(name, SourceOperation::ListXattrs, Ok)?;
        let path = system::path_of_name(&handle, name.as_bytes());
        Attributed::Entry(&path).read().map_err(|failure| xattr_error(self.chain.path_of(name), failure))
    }

    fn read_link(&self, name: &Name) -> Result<Vec<u8>, SourceError> {
        self.on(name, SourceOperation::ReadLink, |handle| Ok(rustix::fs::readlinkat(handle, name.as_bytes(), Vec::new())?.into_bytes()))
    }

    fn open_child(&self, name: &Name, expected: &Stat) -> Result<Self, SourceError> {
        let open = || {
            let chain = self.chain.child(name).map_err(|error| match Errno::from_io_error(&error) {
                Some(Errno::NOTDIR | Errno::LOOP) if expected.kind == FileKind::Directory => io::Error::other(Replaced),
                _ => error,
            })?;
            // An automount or a mount that was made since it was looked up shows here.
            if chain.is(expected) { Ok(chain) } else { Err(io::Error::other(Replaced)) }
        };
        let failed = |source| SourceError { path: self.chain.path_of(name), operation: SourceOperation::Open, source };
        Ok(Self { chain: open().map_err(failed)?, listing: Arc::default() })
    }

    fn open_way(&self, name: &Name, expected: &Stat) -> Result<Self, SourceError> {
        self.on(name, SourceOperation::Open, |handle| {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let way = rustix::fs::openat(handle, name.as_bytes(), flags, Mode::empty())?;
            let chain = Chain::root(way, self.chain.path_of(name))?;
            if chain.is(expected) { Ok(Self { chain, listing: Arc::default() }) } else { Err(io::Error::other(Replaced)) }
        })
    }

    fn open_file(&self, name: &Name, expected: &Stat) -> Result<File, SourceError> {
        #[cfg(test)]
        super::asked::note(self.chain.path_of(name));
        let failed = |source| SourceError { path: self.chain.path_of(name), operation: SourceOperation::Open, source };
        let handle = self.chain.handle().map_err(failed)?;
        let opened = file::open(handle.as_fd(), name, expected).map_err(failed)?;
        Ok(File::new(opened, self.chain.clone(), name.clone()))
    }
}

pub(super) fn xattr_error(path: Vec<u8>, failure: XattrFailure) -> SourceError {
    let operation = failure.name.map_or(SourceOperation::ListXattrs, SourceOperation::ReadXattr);
    SourceError { path, operation, source: failure.cause }
}
