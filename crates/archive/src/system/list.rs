//! The names in a directory, by `getdents`. Must never give half a listing as a whole one.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsFd;

use liasse_repo::format::tree::Name;
use rustix::fs::{RawDir, SeekFrom};

use super::FileKind;

/// Enough for some thousand names at once; a longer name than this does not exist on Linux.
const BUFFER_SIZE: usize = 64 << 10;

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: Name,
    /// What it is, where the file system says so without being asked for more.
    pub kind: Option<FileKind>,
}

/// All names in an open directory but `.` and `..`, ascending as bytes. It moves the handle's position, so that one caller at
/// a time may use it.
pub(crate) fn list(directory: impl AsFd) -> io::Result<Vec<Listed>> {
    let mut buffer: Vec<MaybeUninit<u8>> = Vec::with_capacity(BUFFER_SIZE);
    buffer.resize(BUFFER_SIZE, MaybeUninit::uninit());
    rustix::fs::seek(&directory, SeekFrom::Start(0))?;
    let mut names = Vec::new();
    let mut entries = RawDir::new(directory.as_fd(), &mut buffer);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        let name = Name::new(name).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a name that is none"))?;
        names.push(Listed { name, kind: FileKind::of(entry.file_type()) });
    }
    names.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    names.dedup_by(|a, b| a.name == b.name);
    Ok(names)
}
