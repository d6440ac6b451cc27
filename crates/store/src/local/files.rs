//! The few ways in which a local store opens files and folders. None of them follows a symbolic link in an object's place,
//! waits for a pipe's writer, or gives others access.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

/// Only the owner may enter.
const FOLDER_MODE: u32 = 0o700;
/// Only the owner may read, and nobody changes an object, once it is closed.
const OBJECT_MODE: u32 = 0o400;
const LOCK_MODE: u32 = 0o600;

/// Opens an object for reading.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    Ok(File::from(rustix::io::retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()))?))
}

/// Makes a file that did not exist, for writing.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(OBJECT_MODE).open(path)
}

/// Opens the file that publishers lock, and makes it where it is missing.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(LOCK_MODE).open(path)
}

/// Makes a folder, or finds it there.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(FOLDER_MODE).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && fs::metadata(path)?.is_dir() => Ok(()),
        result => result,
    }
}

/// A name that nobody else chooses: 128 random bits in hex.
pub(super) fn random_name() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}
