//! A run: rows in the order of their keys, in a file that nobody else can reach. Every read is checked, because disks rot; what does not
//! hold is an error, and never a row that is not there.
//!
//! The file is blocks, one after the other: a checksum, then rows (key, length of the value, value). Where each begins is kept in memory,
//! 16 bytes for about 1 KiB: small ones, because of a block that is read for one row all is read and checked.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::FileExt;

/// What rows are sorted by.
pub(crate) type RowKey = [u8; 32];

/// Bytes at which a block is closed.
const BLOCK_BYTES: usize = 1 << 10;
const WRITE_BYTES: usize = 256 << 10;
/// Bytes of a block's checksum, before its rows.
pub(super) const ROWS_OFFSET: usize = 8;

/// The first bytes of a key, in its order.
pub(super) fn prefix(key: &RowKey) -> u64 {
    key.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

/// A row of the bytes at hand, and what follows it.
pub(super) fn split_row(bytes: &[u8]) -> Option<(&RowKey, &[u8], &[u8])> {
    let (key, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((key, value, rest))
}

/// Appends a row.
pub(super) fn put_row(key: &RowKey, value: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let length = u32::try_from(value.len()).map_err(|_| ErrorKind::InvalidInput)?;
    out.extend_from_slice(key);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(value);
    Ok(())
}

fn check(rows: &[u8]) -> [u8; ROWS_OFFSET] {
    blake3::hash(rows).as_bytes().first_chunk().copied().unwrap_or_default()
}

/// Where a block begins, and the first key in it.
struct Fence {
    first: u64,
    offset: u64,
}

/// A finished run.
pub(super) struct Run {
    file: File,
    fences: Vec<Fence>,
    end: u64,
}

impl Run {
    /// Reads a block into `out`: its rows begin at [`ROWS_OFFSET`]. `false` after the last block.
    pub(super) fn read(&self, block: usize, out: &mut Vec<u8>) -> io::Result<bool> {
        let Some(fence) = self.fences.get(block) else { return Ok(false) };
        let end = self.fences.get(block + 1).map_or(self.end, |next| next.offset);
        out.resize(usize::try_from(end - fence.offset).map_err(|_| ErrorKind::InvalidData)?, 0);
        self.file.read_exact_at(out, fence.offset)?;
        match out.split_first_chunk::<ROWS_OFFSET>() {
            Some((stated, rows)) if *stated == check(rows) => Ok(true),
            _ => Err(ErrorKind::InvalidData.into()),
        }
    }

    /// Appends the values of a key to `out`.
    pub(super) fn get(&self, wanted: &RowKey, out: &mut Vec<u8>) -> io::Result<()> {
        let prefix = prefix(wanted);
        // The key may stand at the end of the block before the first one that begins with it.
        let mut block = self.fences.partition_point(|fence| fence.first < prefix).saturating_sub(1);
        let mut bytes = Vec::new();
        while self.fences.get(block).is_some_and(|fence| fence.first <= prefix) && self.read(block, &mut bytes)? {
            let mut rest = bytes.get(ROWS_OFFSET..).unwrap_or_default();
            while !rest.is_empty() {
                let (key, value, next) = split_row(rest).ok_or(ErrorKind::InvalidData)?;
                match key.cmp(wanted) {
                    std::cmp::Ordering::Less => {}
                    std::cmp::Ordering::Equal => out.extend_from_slice(value),
                    std::cmp::Ordering::Greater => return Ok(()),
                }
                rest = next;
            }
            block += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
impl Run {
    pub(super) fn size(&self) -> u64 {
        self.end
    }

    /// Makes a byte another one, or what it was.
    pub(super) fn flip(&self, offset: u64) {
        let mut byte = [0];
        self.file.read_exact_at(&mut byte, offset).unwrap();
        self.file.write_all_at(&[!byte[0]], offset).unwrap();
    }
}

/// A run under way. Whoever writes it gives the rows in order.
pub(super) struct RunWriter {
    out: BufWriter<File>,
    fences: Vec<Fence>,
    rows: Vec<u8>,
    first: u64,
    end: u64,
}

impl RunWriter {
    pub(super) fn new(file: File) -> Self {
        let out = BufWriter::with_capacity(WRITE_BYTES, file);
        Self { out, fences: Vec::new(), rows: Vec::new(), first: 0, end: 0 }
    }

    pub(super) fn push(&mut self, key: &RowKey, value: &[u8]) -> io::Result<()> {
        if self.rows.is_empty() {
            self.first = prefix(key);
        }
        put_row(key, value, &mut self.rows)?;
        if self.rows.len() >= BLOCK_BYTES { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.out.write_all(&check(&self.rows))?;
        self.out.write_all(&self.rows)?;
        self.fences.push(Fence { first: self.first, offset: self.end });
        self.end += (ROWS_OFFSET + self.rows.len()) as u64;
        self.rows.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<Run> {
        self.close()?;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Run { file, fences: self.fences, end: self.end })
    }
}
