//! A regular file of a source on Linux. Must never be mapped: a file that shrinks meanwhile would kill the process.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;

use liasse_repo::format::content::HOLES_LIMIT;
use liasse_repo::format::tree::{Name, Xattr};
use rustix::fs::{Advice, CWD, Mode, OFlags, SeekFrom};
use rustix::io::Errno;

use super::directory::xattr_error;
use super::{FileKind, SourceError, SourceFile, SourceOperation, Stat};
use crate::system::{self, Attributed, Chain, Replaced};

/// From this size on, in bytes, the kernel is told to read far ahead. Shorter files are read ahead whole anyway.
const ADVISED_SIZE: u64 = 256 << 10;

/// An open regular file.
#[derive(Debug)]
pub struct File {
    handle: std::fs::File,
    parent: Chain,
    name: Name,
}

/// A range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Where it starts, in bytes.
    pub offset: u64,
    /// How many bytes, at least one.
    pub length: u64,
    /// Whether it is a hole, which reads as zeros.
    pub is_hole: bool,
}

impl File {
    pub(super) fn new(handle: std::fs::File, parent: Chain, name: Name) -> Self {
        Self { handle, parent, name }
    }

    fn read_some(&self, room: &mut [u8], offset: u64) -> io::Result<usize> {
        #[cfg(test)]
        let room = match super::disturbed::next(&self.parent.path_of(&self.name)) {
            super::disturbed::Read::Plain => room,
            super::disturbed::Read::Fails(error) => return Err(error.into()),
            super::disturbed::Read::AtMost(most) => {
                let length = most.min(room.len());
                room.get_mut(..length).unwrap_or_default()
            }
        };
        self.handle.read_at(room, offset)
    }

    fn failed(&self, operation: SourceOperation, source: io::Error) -> SourceError {
        SourceError { path: self.parent.path_of(&self.name), operation, source }
    }
}

impl SourceFile for File {
    fn stat(&self) -> Result<Stat, SourceError> {
        Stat::of_fd(&self.handle).map_err(|error| self.failed(SourceOperation::Stat, error))
    }

    fn xattrs(&self) -> Result<Vec<Xattr>, SourceError> {
        let failed = |failure| xattr_error(self.parent.path_of(&self.name), failure);
        Attributed::Fd(self.handle.as_fd()).read().map_err(failed)
    }

    fn segments(&self, stat: &Stat) -> Result<Vec<Segment>, SourceError> {
        if !stat.may_have_holes() {
            return Ok(all_data(0, stat.size).into_iter().collect());
        }
        find_segments(self.handle.as_fd(), stat.size, HOLES_LIMIT).map_err(|error| self.failed(SourceOperation::FindHoles, error))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_some(rest, offset.saturating_add(filled as u64)) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(SourceOperation::Read, error)),
            }
        }
        Ok(filled)
    }
}

/// Opens the regular file that `expected` describes, or nothing.
pub(super) fn open(directory: BorrowedFd<'_>, name: &Name, expected: &Stat) -> io::Result<std::fs::File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    // Were it a pipe by now, opening it would wait for a writer.
    let handle = match open_without_atime(directory, name.as_bytes(), flags | OFlags::NONBLOCK) {
        // Somebody holds a lease on it, as Samba does: to wait until he has given it back is right, if it is a file.
        Err(Errno::AGAIN) => open_waiting(directory, name, expected)?,
        Err(Errno::LOOP | Errno::NXIO) if expected.kind == FileKind::File => return Err(io::Error::other(Replaced)),
        result => result?,
    };
    let stat = Stat::of_fd(&handle)?;
    if stat.kind != FileKind::File || !stat.is_same_entry(expected) {
        return Err(io::Error::other(Replaced));
    }
    if stat.size >= ADVISED_SIZE {
        // Only advice: not all file systems take it.
        let _ = rustix::fs::fadvise(&handle, 0, None, Advice::Sequential);
    }
    Ok(handle.into())
}

/// Opens a file that may have to be waited for: first only as a path, which waits for nothing and stays with this very file.
pub(super) fn open_waiting(directory: BorrowedFd<'_>, name: &Name, expected: &Stat) -> io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let pinned = rustix::fs::openat(directory, name.as_bytes(), flags, Mode::empty())?;
    let stat = Stat::of_fd(&pinned)?;
    if stat.kind != FileKind::File || !stat.is_same_entry(expected) {
        return Err(io::Error::other(Replaced));
    }
    let path = system::path_of_fd(&pinned);
    Ok(open_without_atime(CWD, path.as_bytes(), OFlags::RDONLY | OFlags::CLOEXEC)?)
}

/// Leaves the time of the last access alone where that is permitted, which is to the owner and to root.
fn open_without_atime(directory: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let open = |flags| rustix::io::retry_on_intr(|| rustix::fs::openat(directory, path, flags, Mode::empty()));
    match open(flags | OFlags::NOATIME) {
        Err(Errno::PERM) => open(flags),
        result => result,
    }
}

fn all_data(from: u64, size: u64) -> Option<Segment> {
    (from < size).then(|| Segment { offset: from, length: size - from, is_hole: false })
}

/// Asks for data and holes in turn. Beyond so many holes the rest is taken as data, which is always right: a hole reads as
/// zeros.
pub(super) fn find_segments(file: BorrowedFd<'_>, size: u64, holes_limit: usize) -> io::Result<Vec<Segment>> {
    let mut segments = Vec::new();
    let (mut offset, mut holes) = (0, 0);
    while offset < size && holes < holes_limit {
        let data = match rustix::fs::seek(file, SeekFrom::Data(offset)) {
            Ok(found) => found.clamp(offset, size),
            // There is no more data: the file ends in a hole, or has become shorter, which a last `stat` shows.
            Err(Errno::NXIO) => size,
            // The file system does not know.
            Err(Errno::INVAL) => break,
            Err(error) => return Err(error.into()),
        };
        if data > offset {
            segments.push(Segment { offset, length: data - offset, is_hole: true });
            holes += 1;
        }
        let end = match rustix::fs::seek(file, SeekFrom::Hole(data)) {
            Ok(found) => found.clamp(data, size),
            Err(Errno::NXIO) => size,
            Err(error) => return Err(error.into()),
        };
        if end > data {
            segments.push(Segment { offset: data, length: end - data, is_hole: false });
        }
        // Changed under our hands: neither data nor hole is found at this place any more.
        if end == offset {
            break;
        }
        offset = end;
    }
    segments.extend(all_data(offset, size));
    Ok(merge_data(segments))
}

/// Two runs of data that touch become one.
fn merge_data(segments: Vec<Segment>) -> Vec<Segment> {
    let mut merged: Vec<Segment> = Vec::with_capacity(segments.len());
    for segment in segments {
        match merged.last_mut() {
            Some(last) if last.is_hole == segment.is_hole => last.length += segment.length,
            _ => merged.push(segment),
        }
    }
    merged
}
