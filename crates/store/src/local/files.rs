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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Whether a sync reached the disk nobody can see; that a failing one is told, everybody.
    #[test]
    fn a_sync_that_fails_is_told() {
        let folder = tempfile::tempdir().unwrap();
        Files.sync_folder(folder.path()).unwrap();
        assert!(Files.sync_folder(&folder.path().join("missing")).is_err());
        let (_reader, writer) = io::pipe().unwrap();
        let pipe = File::from(std::os::fd::OwnedFd::from(writer));
        assert!(DiskFile::sync(&pipe).is_err(), "there is nothing to sync in a pipe");
    }

    #[test]
    fn a_folder_is_removed_when_it_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ab");
        Files.make_folder(&path).unwrap();
        drop(Files.create(&path.join("file")).unwrap());
        assert!(Files.remove_folder(&path).is_err());
        Files.remove(&path.join("file")).unwrap();
        Files.remove_folder(&path).unwrap();
        assert!(!path.exists());
    }

    /// A program that is started, as one to notify, must not keep the medium busy.
    #[test]
    fn what_is_open_is_not_handed_on_to_other_programs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("object");
        fs::write(&path, b"object").unwrap();
        let _open = Files.open(&path).unwrap();
        let handles = fs::read_dir("/proc/self/fd").unwrap().map(|entry| entry.unwrap());
        let handle = handles.into_iter().find(|entry| fs::read_link(entry.path()).is_ok_and(|to| to == path)).unwrap();
        let info = fs::read_to_string(Path::new("/proc/self/fdinfo").join(handle.file_name())).unwrap();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap();
        let flags = u32::from_str_radix(flags.trim(), 8).unwrap();
        assert_eq!(flags & OFlags::CLOEXEC.bits(), OFlags::CLOEXEC.bits(), "{info}");
    }
}
