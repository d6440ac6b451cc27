//! A directory of the target. Must never reach anything but its own entries.

use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use liasse_repo::format::tree::{Metadata, Name};
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::apply::{self, Object};
use super::{FileKind, Listed, Occupied, Shortfall, Stat, TargetError, TargetErrorKind, TargetOperation, remove};
use crate::system::{self, Chain};

/// An open directory of the target. A clone is the same directory. It may lie at any depth.
#[derive(Debug, Clone)]
pub struct Folder {
    chain: Chain,
    /// Whether the restore made it, and nothing was handed down to it.
    is_plain: bool,
    /// Whether it hands a default ACL down to what is made in it, once that was asked.
    hands_down: Arc<OnceLock<bool>>,
    /// Whether its file system makes no files without a name.
    refuses_unnamed: Arc<AtomicBool>,
}

impl Folder {
    pub(super) fn new(chain: Chain) -> Self {
        Self { chain, is_plain: false, hands_down: Arc::default(), refuses_unnamed: Arc::default() }
    }

    /// The way to it, for messages.
    pub fn path(&self) -> Vec<u8> {
        self.chain.path()
    }

    /// The way to an entry, for messages.
    pub fn path_of(&self, name: &Name) -> Vec<u8> {
        self.chain.path_of(name)
    }

    /// A directory in it that is there.
    pub fn open(&self, name: &Name) -> Result<Self, TargetError> {
        let failed = |error| TargetError::new(self.path_of(name), TargetOperation::Open, error);
        Ok(Self::new(self.chain.child(name).map_err(failed)?))
    }

    /// A directory some names below it that is there. It is the folder itself when there are no names.
    pub fn descend(&self, path: &[Name]) -> Result<Self, TargetError> {
        if path.is_empty() {
            return Ok(self.clone());
        }
        let failed = |error| {
            let names: Vec<&[u8]> = path.iter().map(Name::as_bytes).collect();
            TargetError::new([self.path(), names.join(&b'/')].join(&b'/'), TargetOperation::Open, error)
        };
        Ok(Self::new(self.chain.descend(path).map_err(failed)?))
    }

    /// Makes a directory in it, for its owner only, and says whether it was made: a real directory that is there already is
    /// taken as it is. Its metadata comes last, by [`Folder::apply`]. [`Occupied`] says what happens to anything else.
    pub fn make_dir(&self, name: &Name, occupied: Occupied) -> Result<(Self, bool), TargetError> {
        let mut made = self.try_make_dir(name)?;
        if !made {
            let kind = self.stat(name)?.map(|stat| stat.kind);
            match kind {
                Some(FileKind::Directory) => {}
                Some(kind) if occupied == Occupied::Refuse => return Err(self.exists(name, kind, TargetOperation::MakeDirectory)),
                _ => {
                    self.remove(name)?;
                    made = self.try_make_dir(name)?;
                }
            }
        }
        let mut folder = self.open(name)?;
        if made && !self.hands_down() {
            folder.is_plain = true;
            folder.hands_down = Arc::new(OnceLock::from(false));
        }
        if made && !folder.chain.is_owners() {
            // A default ACL above it, or the umask, may have taken from the owner what the restore itself needs.
            folder.at(TargetOperation::MakeDirectory, |handle| Ok(rustix::fs::fchmod(handle, Mode::RWXU)?))?;
        }
        Ok((folder, made))
    }

    fn try_make_dir(&self, name: &Name) -> Result<bool, TargetError> {
        self.on(name, TargetOperation::MakeDirectory, |handle| match rustix::fs::mkdirat(handle, name.as_bytes(), Mode::RWXU) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        })
    }

    /// What an entry is; `None` when there is none of that name.
    pub fn stat(&self, name: &Name) -> Result<Option<Stat>, TargetError> {
        self.on(name, TargetOperation::Stat, |handle| match Stat::of_name(handle, name.as_bytes()) {
            Ok(stat) => Ok(Some(stat)),
            Err(error) if Errno::from_io_error(&error) == Some(Errno::NOENT) => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// What it is itself.
    pub fn own_stat(&self) -> Result<Stat, TargetError> {
        self.at(TargetOperation::Stat, Stat::of_fd)
    }

    /// Where a symbolic link in it points, as it is written there.
    pub fn read_link(&self, name: &Name) -> Result<Vec<u8>, TargetError> {
        self.on(name, TargetOperation::Stat, |handle| Ok(rustix::fs::readlinkat(handle, name.as_bytes(), Vec::new())?.into_bytes()))
    }

    /// The names in it, ascending as bytes. One thread at a time may ask.
    pub fn list(&self) -> Result<Vec<Listed>, TargetError> {
        self.at(TargetOperation::List, system::list)
    }

    /// Removes an entry; a directory with all that is in it. No symbolic link is followed, and no other file system that is
    /// mounted below is entered. Nothing of that name is fine.
    pub fn remove(&self, name: &Name) -> Result<(), TargetError> {
        remove::remove(self, name)
    }

    /// Removes an entry with all that is in it, or only looks what would go, but for what is spared and what is mounted: that stays,
    /// with the directories above it. `spares` is asked with the way to each entry from here. Whether nothing is left of it.
    pub fn clear(&self, name: &Name, look_only: bool, spares: &mut dyn FnMut(&[u8]) -> bool) -> Result<bool, TargetError> {
        remove::clear(self, name, look_only, true, spares)
    }

    /// Opens a regular file for reading. A symbolic link is not followed, and nothing else is waited for.
    pub fn open_file(&self, name: &Name) -> Result<std::fs::File, TargetError> {
        self.on(name, TargetOperation::Read, |handle| {
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let file: std::fs::File = rustix::fs::openat(handle, name.as_bytes(), flags, Mode::empty())?.into();
            if Stat::of_fd(&file)?.kind != FileKind::File {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
            }
            Ok(file)
        })
    }

    /// Reads a regular file from its start to its end, so many bytes at a time. A symbolic link is not followed.
    pub fn read_file(&self, name: &Name, buffer_size: usize, mut each: impl FnMut(&[u8])) -> Result<(), TargetError> {
        let mut file = self.open_file(name)?;
        let mut buffer = vec![0; buffer_size];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(length) => each(buffer.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(TargetError::new(self.path_of(name), TargetOperation::Read, error)),
            }
        }
    }

    /// Gives the directory itself its metadata. To be called when nothing more is made in it.
    pub fn apply(&self, metadata: &Metadata) -> Result<Vec<Shortfall>, TargetError> {
        self.at(TargetOperation::Apply, |handle| {
            if self.is_plain {
                return apply::apply_new(handle.as_fd(), metadata, || self.path());
            }
            apply::apply(&Object::Open(handle.as_fd()), metadata, || self.path())
        })
    }

    /// Gives an entry that is there its metadata, whatever its kind, and leaves its content.
    pub fn apply_to(&self, name: &Name, metadata: &Metadata) -> Result<Vec<Shortfall>, TargetError> {
        self.apply_as(name, metadata, name)
    }

    /// As `apply_to`, for an entry that will be called `named`.
    pub(super) fn apply_as(&self, name: &Name, metadata: &Metadata, named: &Name) -> Result<Vec<Shortfall>, TargetError> {
        self.on(named, TargetOperation::Apply, |handle| {
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let entry = rustix::fs::openat(handle, name.as_bytes(), flags, Mode::empty())?;
            apply::apply(&Object::Path(entry.as_fd()), metadata, || self.path_of(named))
        })
    }

    pub(super) fn sync(&self) -> Result<(), TargetError> {
        self.at(TargetOperation::Sync, |handle| Ok(rustix::fs::syncfs(handle)?))
    }

    /// Removes an entry that is no directory. Nothing of that name is fine.
    pub fn remove_file(&self, name: &Name) -> Result<(), TargetError> {
        self.unlink(name, AtFlags::empty())
    }

    pub(super) fn unlink(&self, name: &Name, flags: AtFlags) -> Result<(), TargetError> {
        self.on(name, TargetOperation::Remove, |handle| match rustix::fs::unlinkat(handle, name.as_bytes(), flags) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        })
    }

    /// Whether it lies on the same file system as the one above it, and nothing is mounted there.
    pub fn is_beside(&self, above: &Self) -> bool {
        self.chain.device() == above.chain.device() && !self.chain.is_mount()
    }

    /// Whether what is made in it gets attributes from it: a default ACL is all that Linux hands down.
    pub(super) fn hands_down(&self) -> bool {
        *self.hands_down.get_or_init(|| {
            let ask = |handle: Arc<OwnedFd>| rustix::fs::fgetxattr(handle, "system.posix_acl_default", &mut [0_u8; 0]);
            !matches!(self.chain.handle().map(ask), Ok(Err(Errno::NODATA | Errno::NOTSUP)))
        })
    }

    /// Whether a file without a name may be made in it, as far as is known.
    pub(super) fn takes_unnamed(&self) -> bool {
        !self.refuses_unnamed.load(Ordering::Relaxed)
    }

    /// Remembers that none may.
    pub(super) fn refuses_unnamed(&self) {
        self.refuses_unnamed.store(true, Ordering::Relaxed);
    }

    pub(super) fn handle(&self) -> io::Result<Arc<OwnedFd>> {
        self.chain.handle()
    }

    pub(crate) fn exists(&self, name: &Name, kind: FileKind, operation: TargetOperation) -> TargetError {
        let other = self.called(name).ok().flatten().filter(|called| called != name);
        let kind = other.map_or(TargetErrorKind::Exists { kind }, |with| TargetErrorKind::Collides { with: with.as_bytes().to_vec() });
        TargetError { path: self.path_of(name), operation, kind }
    }

    /// What an entry is really called that answers to a name: file systems that fold case take several names for it.
    fn called(&self, name: &Name) -> Result<Option<Name>, TargetError> {
        // Another thread may list the directory by the handle that all share.
        let own = self.at(TargetOperation::List, |handle| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(rustix::fs::openat(handle, ".", flags, Mode::empty())?)
        })?;
        let listed = self.at(TargetOperation::List, |_| system::list(&own))?;
        if listed.binary_search_by(|listed| listed.name.cmp(name)).is_ok() {
            return Ok(Some(name.clone()));
        }
        let Some(stat) = self.stat(name)? else { return Ok(None) };
        // Where inodes have no numbers of their own (some FUSE file systems), letters must do.
        let letters = |name: &Name| String::from_utf8_lossy(name.as_bytes()).to_lowercase();
        let wanted = letters(name);
        if let Some(same) = listed.iter().find(|listed| letters(&listed.name) == wanted) {
            return Ok(Some(same.name.clone()));
        }
        for listed in listed {
            if self.stat(&listed.name)?.is_some_and(|other| other.is_same_entry(&stat)) {
                return Ok(Some(listed.name));
            }
        }
        Ok(None)
    }

    fn at<T>(&self, operation: TargetOperation, act: impl FnOnce(Arc<OwnedFd>) -> io::Result<T>) -> Result<T, TargetError> {
        self.chain.handle().and_then(act).map_err(|error| TargetError::new(self.path(), operation, error))
    }

    pub(super) fn on<T>(
        &self,
        name: &Name,
        operation: TargetOperation,
        act: impl FnOnce(Arc<OwnedFd>) -> io::Result<T>,
    ) -> Result<T, TargetError> {
        self.chain.handle().and_then(act).map_err(|error| TargetError::new(self.path_of(name), operation, error))
    }
}
