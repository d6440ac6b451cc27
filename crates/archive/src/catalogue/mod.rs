//! The last run's entries in walk order, kept locally, so that the next run opens only what changed (never truth).
//!
//! One flat file of records, one a directory, children before their parents; a record points back to those of its subdirectories. It is
//! memory-mapped and merged with the sorted walk: no look-up a file. Each record carries a checksum, and the file the packs that its
//! entries may refer to: only when all of these are still there are they believed as a whole.
//!
//! The layout is local and may change with every version: another version is taken for none.

mod leaves;
mod map;
mod read;
mod write;

pub(crate) use leaves::{FileKey, LeafCache, LeafWriter, NewVersion, OldChunk, Version};
pub(crate) use read::{Catalogue, Record, Row, Subtree};
pub(crate) use write::{RecordBuilder, Writer, Written};

use liasse_repo::format::ids::Hash;
use liasse_repo::format::time::Time;
use liasse_repo::format::wire::{self, Wire};

use crate::source::{FileKind, Stat};

const MAGIC: &[u8; 8] = b"LIACAT\x00\x02";
/// Bytes of the checksum of a record.
const CHECK_SIZE: usize = 8;

/// How an identity says that it is a file's.
const FILE: u16 = 1;

/// What must not have moved for an entry to be taken as unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    kind: u16,
    device: u64,
    inode: u64,
    size: u64,
    mtime: Time,
    ctime: Time,
}

impl Identity {
    /// Whether it is a regular file's.
    pub(crate) fn is_file(&self) -> bool {
        self.kind == FILE
    }

    /// Bytes of a file; `None` for everything else.
    pub(crate) fn file_size(&self) -> Option<u64> {
        (self.kind == FILE).then_some(self.size)
    }

    pub(crate) fn of(stat: &Stat) -> Self {
        let kind = match stat.kind {
            FileKind::File => FILE,
            FileKind::Directory => 2,
            FileKind::Symlink => 3,
            FileKind::Fifo => 4,
            FileKind::CharDevice => 5,
            FileKind::BlockDevice => 6,
            FileKind::Socket => 7,
        };
        Self { kind, device: stat.device, inode: stat.inode, size: stat.size, mtime: stat.mtime, ctime: stat.ctime }
    }

    /// Which file it is.
    pub(crate) fn key(&self) -> FileKey {
        (self.device, self.inode)
    }

    fn put(&self, out: &mut wire::Writer) {
        self.kind.put(out);
        self.device.put(out);
        self.inode.put(out);
        self.size.put(out);
        self.mtime.put(out);
        self.ctime.put(out);
    }

    fn get(input: &mut wire::Reader<'_>) -> Option<Self> {
        Some(Self {
            kind: Wire::get(input).ok()?,
            device: Wire::get(input).ok()?,
            inode: Wire::get(input).ok()?,
            size: Wire::get(input).ok()?,
            mtime: Wire::get(input).ok()?,
            ctime: Wire::get(input).ok()?,
        })
    }
}

/// How many entries are below a directory, and how large the files are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) files: u64,
    pub(crate) directories: u64,
    pub(crate) others: u64,
    pub(crate) size: u64,
}

impl Totals {
    fn add(&mut self, identity: &Identity) {
        match identity.kind {
            1 => {
                self.files += 1;
                self.size += identity.size;
            }
            2 => self.directories += 1,
            _ => self.others += 1,
        }
    }

    fn add_all(&mut self, other: &Self) {
        self.files += other.files;
        self.directories += other.directories;
        self.others += other.others;
        self.size += other.size;
    }

    fn put(&self, out: &mut wire::Writer) {
        for number in [self.files, self.directories, self.others, self.size] {
            number.put(out);
        }
    }

    fn get(input: &mut wire::Reader<'_>) -> Option<Self> {
        let mut next = || u64::get(input).ok();
        Some(Self { files: next()?, directories: next()?, others: next()?, size: next()? })
    }
}

/// The last part of a file that starts with `magic`, before its own checksum and length. It says where the records lie.
fn end_of<'m>(bytes: &'m [u8], magic: &[u8]) -> Option<&'m [u8]> {
    let (rest, length) = bytes.strip_prefix(magic)?.split_last_chunk::<8>()?;
    let (rest, sum) = rest.split_last_chunk::<CHECK_SIZE>()?;
    let start = rest.len().checked_sub(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    rest.get(start..).filter(|end| check(end) == *sum)
}

/// What the record at a place holds, behind its checksum and length.
fn record_at(bytes: &[u8], start: u64) -> Option<&[u8]> {
    let (sum, bytes) = bytes.get(usize::try_from(start).ok()?..)?.split_first_chunk::<CHECK_SIZE>()?;
    let (length, bytes) = bytes.split_first_chunk::<8>()?;
    let body = bytes.get(..usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    (check(body) == *sum).then_some(body)
}

fn check(bytes: &[u8]) -> [u8; CHECK_SIZE] {
    first_bytes(&Hash::of(bytes).0)
}

fn first_bytes(hash: &[u8; 32]) -> [u8; CHECK_SIZE] {
    *hash.first_chunk::<CHECK_SIZE>().unwrap_or(&[0; CHECK_SIZE])
}

/// The files of the runs with these sources: the catalogue, and the leaf values.
pub(crate) fn file_names(sources: &[Vec<u8>]) -> (String, String) {
    let mut sources = sources.to_vec();
    sources.sort();
    let hash = Hash::of(&wire::encode(&sources)).to_string();
    let hash = hash.get(..16).unwrap_or_default();
    (format!("catalogue-{hash}"), format!("leaves-{hash}"))
}

#[cfg(test)]
mod tests;
