//! Temporary names, and the way from there to an entry's own. Must never leave a temporary entry behind, short of the
//! process being killed, nor take the place of something that it was told to leave.

use std::hash::{BuildHasher, RandomState};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::OnceLock;

use liasse_repo::format::tree::Name;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::{FileKind, Folder, Occupied, TargetError, TargetOperation};

/// How temporary names begin. A restore that was killed may leave entries of such a name.
pub const TEMP_PREFIX: &str = ".liasse-";

/// A file without a name, which is gone when it is closed unless it is placed (`O_TMPFILE`, open(2)).
#[derive(Debug)]
pub(super) struct Unnamed {
    pub(super) folder: Folder,
    /// What it will be called.
    pub(super) name: Name,
}

impl Unnamed {
    /// Makes one, for its owner only; `None` where the file system cannot.
    pub(super) fn make(folder: &Folder, name: &Name) -> Result<Option<(Self, OwnedFd)>, TargetError> {
        if !is_nameable() || !folder.takes_unnamed() {
            return Ok(None);
        }
        let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
        folder.on(name, TargetOperation::Make, |handle| {
            match rustix::io::retry_on_intr(|| rustix::fs::openat(&handle, ".", flags, Mode::RUSR | Mode::WUSR)) {
                Ok(file) => Ok(Some((Self { folder: folder.clone(), name: name.clone() }, file))),
                // Old kernels take the flag for something else.
                Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL | Errno::NOENT) => {
                    folder.refuses_unnamed();
                    Ok(None)
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    /// Gives it its name. Whether the system lets it have one.
    pub(super) fn place(&self, file: BorrowedFd<'_>, occupied: Occupied) -> Result<bool, TargetError> {
        let link = |handle: BorrowedFd<'_>, name: &[u8]| {
            let path = format!("{OPEN_FILES}/{}", file.as_raw_fd());
            rustix::fs::linkat(CWD, path.as_str(), handle, name, AtFlags::SYMLINK_FOLLOW)
        };
        let handle = self.folder.on(&self.name, TargetOperation::Place, Ok)?;
        match link(handle.as_fd(), self.name.as_bytes()) {
            Ok(()) => Ok(true),
            // What is there is replaced in one step, from a name beside it.
            Err(Errno::EXIST) => Temp::make(&self.folder, &self.name, link)?.0.place(occupied).map(|()| true),
            Err(Errno::PERM | Errno::ACCESS | Errno::XDEV | Errno::OPNOTSUPP | Errno::NOSYS | Errno::NOENT) => Ok(false),
            Err(error) => Err(TargetError::new(self.folder.path_of(&self.name), TargetOperation::Place, error.into())),
        }
    }
}

/// Where the system shows a process the files that it has open: the way to name one for who is not root.
const OPEN_FILES: &str = "/proc/self/fd";

/// Whether a file without a name can be given one.
fn is_nameable() -> bool {
    static IS: OnceLock<bool> = OnceLock::new();
    *IS.get_or_init(|| Path::new(OPEN_FILES).is_dir())
}

/// An entry under a temporary name, which is removed unless it is placed.
#[derive(Debug)]
pub(super) struct Temp {
    pub(super) folder: Folder,
    /// What it is called until it is placed.
    pub(super) provisional: Name,
    /// What it will be called.
    pub(super) name: Name,
    is_placed: bool,
}

impl Temp {
    /// Makes an entry under a name that nothing has.
    pub(super) fn make<T>(
        folder: &Folder,
        name: &Name,
        make: impl Fn(BorrowedFd<'_>, &[u8]) -> rustix::io::Result<T>,
    ) -> Result<(Self, T), TargetError> {
        folder.on(name, TargetOperation::Make, |handle| {
            loop {
                let random = RandomState::new().hash_one(name.as_bytes());
                let temp = Name::new(format!("{TEMP_PREFIX}{random:016x}")).ok_or(Errno::INVAL)?;
                match make(handle.as_fd(), temp.as_bytes()) {
                    Ok(value) => {
                        return Ok((Self { folder: folder.clone(), provisional: temp, name: name.clone(), is_placed: false }, value));
                    }
                    Err(Errno::EXIST | Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        })
    }

    /// Gives it its name.
    pub(super) fn place(mut self, occupied: Occupied) -> Result<(), TargetError> {
        let handle = self.folder.on(&self.name, TargetOperation::Place, Ok)?;
        match self.rename(&handle, occupied) {
            Err(Errno::ISDIR | Errno::EXIST | Errno::NOTEMPTY) => self.place_over(&handle, occupied)?,
            result => result.map_err(|error| self.failed(error))?,
        }
        self.is_placed = true;
        Ok(())
    }

    fn rename(&self, handle: &OwnedFd, occupied: Occupied) -> rustix::io::Result<()> {
        let (from, to) = (self.provisional.as_bytes(), self.name.as_bytes());
        if occupied != Occupied::Refuse {
            return rustix::fs::renameat(handle, from, handle, to);
        }
        match rustix::fs::renameat_with(handle, from, handle, to, RenameFlags::NOREPLACE) {
            // Some network and old file systems cannot: then look first.
            Err(Errno::INVAL | Errno::NOSYS) => match rustix::fs::statat(handle, to, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(_) => Err(Errno::EXIST),
                Err(Errno::NOENT) => rustix::fs::renameat(handle, from, handle, to),
                Err(error) => Err(error),
            },
            result => result,
        }
    }

    /// Something is in its way that a rename does not replace.
    fn place_over(&self, handle: &OwnedFd, occupied: Occupied) -> Result<(), TargetError> {
        if occupied != Occupied::ReplaceTree {
            let kind = self.folder.stat(&self.name)?.map_or(FileKind::Directory, |stat| stat.kind);
            return Err(self.folder.exists(&self.name, kind, TargetOperation::Place));
        }
        self.folder.remove(&self.name)?;
        self.rename(handle, occupied).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: Errno) -> TargetError {
        TargetError::new(self.folder.path_of(&self.name), TargetOperation::Place, error.into())
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if !self.is_placed
            && let Ok(handle) = self.folder.handle()
        {
            // Nothing can be done where even this fails; the name tells what it is.
            let _ = rustix::fs::unlinkat(handle, self.provisional.as_bytes(), AtFlags::empty());
        }
    }
}
