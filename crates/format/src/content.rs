//! Content: a byte stream as a list of chunks, with its holes (`spec/tree.md`).

use crate::error::DecodeError;
use crate::ids::{ChunkId, Hash};
use crate::pack::CHUNK_LIMIT;
use crate::wire::{Reader, Wire, Writer, wire_struct};

/// Most chunks that a content names itself; a longer list is stored as chunks.
pub const DIRECT_LIMIT: usize = 1_024;
/// Most holes of a content.
pub const HOLES_LIMIT: usize = 65_536;
const DEPTH_LIMIT: u16 = 3;

/// One chunk of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkRef {
    /// Which chunk.
    pub id: ChunkId,
    /// Its bytes.
    pub length: u32,
}

/// A range of a stream that is not stored and reads as zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Where it starts, in bytes.
    pub offset: u64,
    /// How many bytes.
    pub length: u64,
}

/// A stream of bytes, perhaps with holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Bytes, holes included.
    pub size: u64,
    /// BLAKE3 of all bytes, holes read as zeros.
    pub hash: Hash,
    /// How many times the list of chunks is itself stored as chunks.
    pub depth: u16,
    /// Chunks of the data, or of the list.
    pub chunks: Vec<ChunkRef>,
    /// Holes, ascending.
    pub holes: Vec<Hole>,
}

impl Content {
    /// A stream without bytes.
    pub fn empty() -> Self {
        Self { size: 0, hash: Hash::of(b""), depth: 0, chunks: Vec::new(), holes: Vec::new() }
    }

    /// Bytes without the holes.
    pub fn data_size(&self) -> u64 {
        self.holes.iter().fold(self.size, |size, hole| size.saturating_sub(hole.length))
    }

    fn check(&self, input: &Reader<'_>) -> Result<(), DecodeError> {
        if self.depth > DEPTH_LIMIT {
            return Err(DecodeError::Limit { offset: input.offset(), stated: self.depth.into(), limit: DEPTH_LIMIT.into() });
        }
        let mut end = None;
        for hole in &self.holes {
            if hole.length == 0 || end.is_some_and(|end| hole.offset <= end) {
                return Err(input.bad("holes are ascending, apart, and not empty"));
            }
            end = Some(
                hole.offset
                    .checked_add(hole.length)
                    .filter(|end| *end <= self.size)
                    .ok_or_else(|| input.bad("holes end within the content"))?,
            );
        }
        if self.size == 0 && self.hash != Hash::of(b"") {
            return Err(input.bad("an empty content has the hash of nothing"));
        }
        let listed: u64 = self.chunks.iter().map(|chunk| u64::from(chunk.length)).sum();
        if self.depth == 0 && listed != self.data_size() {
            return Err(input.bad("chunks add up to the data"));
        }
        if self.depth == 0 {
            return Ok(());
        }
        if self.data_size() <= DIRECT_LIMIT as u64 {
            return Err(input.bad("a stored list names more bytes than a direct one could name chunks"));
        }
        check_list_size(listed)
    }
}

impl Wire for ChunkRef {
    const MIN_SIZE: usize = 36;
    const LIST_LIMIT: usize = DIRECT_LIMIT;

    fn put(&self, out: &mut Writer) {
        self.id.put(out);
        self.length.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let chunk = Self { id: Wire::get(input)?, length: Wire::get(input)? };
        match chunk.length {
            0 => Err(input.bad("a chunk has at least one byte")),
            1..=CHUNK_LIMIT => Ok(chunk),
            _ => Err(DecodeError::Limit { offset: input.offset(), stated: chunk.length.into(), limit: CHUNK_LIMIT.into() }),
        }
    }
}

wire_struct!(Hole { offset: u64, length: u64 });

impl Wire for Content {
    const MIN_SIZE: usize = 8 + 32 + 2 + 4 + 4;

    fn put(&self, out: &mut Writer) {
        self.size.put(out);
        self.hash.put(out);
        self.depth.put(out);
        self.chunks.put(out);
        self.holes.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let content = Self {
            size: Wire::get(input)?,
            hash: Wire::get(input)?,
            depth: Wire::get(input)?,
            chunks: Wire::get(input)?,
            holes: input.list(HOLES_LIMIT)?,
        };
        content.check(input)?;
        Ok(content)
    }
}

/// Appends one item to a stored list of chunks.
pub fn put_list_item(chunk: &ChunkRef, list: &mut Vec<u8>) {
    list.extend_from_slice(&chunk.id.0);
    list.extend_from_slice(&chunk.length.to_le_bytes());
}

/// Refuses (`value`) the length in bytes of one level's whole list, all its chunks together, when it is not of whole items or short enough to
/// stand one depth lower.
pub fn check_list_size(bytes: u64) -> Result<(), DecodeError> {
    if bytes.is_multiple_of(ChunkRef::MIN_SIZE as u64) && bytes > (DIRECT_LIMIT * ChunkRef::MIN_SIZE) as u64 {
        Ok(())
    } else {
        Err(DecodeError::Value { what: "a list is of whole items, and stored only when it is long", offset: 0 })
    }
}

/// Decodes the bytes of a stored list of chunks, or a part of one that holds whole items.
pub fn decode_list(bytes: &[u8]) -> Result<Vec<ChunkRef>, DecodeError> {
    if !bytes.len().is_multiple_of(ChunkRef::MIN_SIZE) {
        return Err(DecodeError::Value { what: "a list is of whole items", offset: bytes.len() });
    }
    let mut input = Reader::new(bytes);
    (0..bytes.len() / ChunkRef::MIN_SIZE).map(|_| ChunkRef::get(&mut input)).collect()
}
