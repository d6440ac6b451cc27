//! The file system as [`Local`](crate::Local) sees it: the few operations it needs, and nothing else. The real one is
//! `local/files.rs`; the simulated one is [`Sim`](crate::Sim). Must hold no order of its own: what is synced when is
//! decided above this line, so that a simulated power cut tests exactly what a real one would meet.

use std::ffi::OsString;
use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// What lies under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A link, a pipe, a device.
    Other,
}

/// What is known of something without reading it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stat {
    pub(crate) kind: Kind,
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) modified: SystemTime,
    /// Device and inode: equal where two names are one file.
    pub(crate) identity: (u64, u64),
}

/// One name in a folder.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: OsString,
    pub(crate) kind: Kind,
}

/// A file system. No operation follows a link in the last name of a path unless it says so.
pub(crate) trait Disk: Send + Sync + Debug {
    /// Opens a file for reading.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Makes a file that did not exist, for writing.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Opens the file that publishers lock, and makes it where it is missing.
    fn open_lock(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Makes a folder that did not exist, in one that does.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Removes a folder that is empty.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;

    /// What a path leads to; follows links.
    fn stat(&self, path: &Path) -> io::Result<Stat>;

    /// What lies under a name itself.
    fn stat_link(&self, path: &Path) -> io::Result<Stat>;

    /// All names in a folder, in no order.
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>>;

    /// Moves a file; fails with `EEXIST` where something has the new name.
    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Moves a file, in the place of what has the new name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file a second name; fails with `EEXIST` where something has it.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Takes a name from a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable, but not its own name.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// The time that files are dated by.
    fn now(&self) -> SystemTime;

    /// A name that nobody else chooses.
    fn random_name(&self) -> io::Result<String>;
}

/// An open file.
pub(crate) trait DiskFile: Send + Sync + Debug {
    /// What is known of it.
    fn stat(&self) -> io::Result<Stat>;

    /// Reads some bytes, 0 at the end.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Appends some bytes.
    fn write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Makes its bytes durable, but not its name.
    fn sync(&self) -> io::Result<()>;

    /// Waits for the lock on it.
    fn lock(&self) -> io::Result<()>;

    /// Takes the lock unless another holds it: that is `false`. Closing gives it back.
    fn try_lock(&self) -> io::Result<bool>;
}

/// Fills `buf`, however little a read gives.
pub(crate) fn read_exact_at(file: &dyn DiskFile, mut buf: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buf.is_empty() {
        match file.read_at(buf, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                buf = buf.get_mut(read..).unwrap_or_default();
                offset += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all of `bytes`, however little a write takes.
pub(crate) fn write_all(file: &dyn DiskFile, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
