//! The real file system. It follows no symbolic link in an object's place, does not wait for a pipe's writer, and gives others
//! no access to what it makes.

use std::fs::{self, DirBuilder, File, FileType, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};

use crate::disk::{Disk, DiskFile, Entry, Kind, Stat};

/// Only the owner may enter.
const FOLDER_MODE: u32 = 0o700;
/// Only the owner may read, and nobody changes an object, once it is closed.
const OBJECT_MODE: u32 = 0o400;
const LOCK_MODE: u32 = 0o600;

/// The file system of this machine.
#[derive(Debug)]
pub(super) struct Files;

impl Kind {
    fn of(kind: FileType) -> Self {
        if kind.is_file() {
            Self::File
        } else if kind.is_dir() {
            Self::Folder
        } else {
            Self::Other
        }
    }
}

impl Stat {
    fn of(metadata: &Metadata) -> io::Result<Self> {
        let identity = (metadata.dev(), metadata.ino());
        Ok(Self { kind: Kind::of(metadata.file_type()), size: metadata.len(), modified: metadata.modified()?, identity })
    }
}

impl Disk for Files {
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        Ok(Box::new(File::from(rustix::io::retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()))?)))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(OpenOptions::new().write(true).create_new(true).mode(OBJECT_MODE).open(path)?))
    }

    fn open_lock(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(OpenOptions::new().write(true).create(true).truncate(false).mode(LOCK_MODE).open(path)?))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(FOLDER_MODE).create(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        Stat::of(&fs::metadata(path)?)
    }

    fn stat_link(&self, path: &Path) -> io::Result<Stat> {
        Stat::of(&fs::symlink_metadata(path)?)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            Ok(Entry { name: entry.file_name(), kind: Kind::of(entry.file_type()?) })
        };
        fs::read_dir(folder)?.map(entry).collect()
    }

    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        Ok(rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        Ok(rustix::fs::linkat(CWD, from, CWD, to, AtFlags::empty())?)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    /// 128 random bits in hex.
    fn random_name(&self) -> io::Result<String> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
    }
}

impl DiskFile for File {
    fn stat(&self) -> io::Result<Stat> {
        Stat::of(&self.metadata()?)
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(self, buf, offset)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(&mut &*self, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_all()
    }

    fn lock(&self) -> io::Result<()> {
        Self::lock(self)
    }

    fn try_lock(&self) -> io::Result<bool> {
        match Self::try_lock(self) {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
