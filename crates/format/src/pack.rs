//! Packs: how one is laid out, its directory and its footer (`spec/pack.md`).

use std::collections::BTreeSet;

use crate::envelope::{HEADER_SIZE, Kind, TRAILER_SIZE};
use crate::error::DecodeError;
use crate::ids::ChunkId;
use crate::wire::{Reader, Wire, Writer, ascending, wire_struct, wire_tag};

/// Length of the sealed pack key after the header, in bytes.
pub const SEALED_KEY_SIZE: usize = 128;
/// Where the first block lies.
pub const BLOCKS_OFFSET: u64 = (HEADER_SIZE + SEALED_KEY_SIZE) as u64;
/// A pack's length is a multiple of this, in bytes.
pub const PADDING: u64 = 1024;
/// Length of the sealed footer, in bytes.
pub const FOOTER_SIZE: usize = 104;
/// Length of footer and trailer, in bytes.
pub const TAIL_SIZE: usize = FOOTER_SIZE + TRAILER_SIZE;
/// What sealing adds to a block, in bytes.
pub const BLOCK_OVERHEAD: u32 = 16;
/// Most bytes of a pack.
pub const PACK_LIMIT: u64 = 4 << 30;
/// Most bytes of a chunk.
pub const CHUNK_LIMIT: u32 = 8 << 20;
/// Most bytes of a block before compression.
pub const BLOCK_LIMIT: u32 = 16 << 20;
/// Most bytes of a block as it is stored: no compressor expands the 16 MiB of a raw block by as much.
pub const STORED_LIMIT: u32 = 17 << 20;
/// Most extents of a chunk.
pub const EXTENTS_LIMIT: usize = 8_192;
/// Most pieces of a chunk, once the ranges of its origins are replaced by the literals that they stand for.
pub const PIECES_LIMIT: usize = 8_192;
/// Most different origins of a chunk.
pub const ORIGINS_LIMIT: usize = 32;
/// Most bytes of a directory or segment, decompressed.
pub const DIRECTORY_LIMIT: usize = 64 << 20;
const BLOCKS_LIMIT: usize = 65_536;
const CHUNKS_LIMIT: usize = 1_048_576;

/// Number of padding bytes after a directory that ends at `end`.
pub fn padding(end: u64) -> u64 {
    (end + TAIL_SIZE as u64).wrapping_neg() % PADDING
}

/// What a chunk is part of. Each has a key of its own, so that one is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChunkKind {
    /// The content of files.
    Data,
    /// The entries of directories.
    Tree,
    /// Long lists of chunks.
    List,
}

wire_tag!(ChunkKind { Data = 1, Tree = 2, List = 3 }, "a chunk's kind is 1, 2 or 3");

impl ChunkKind {
    /// The kind of pack that holds it.
    pub fn pack(self) -> Kind {
        match self {
            Self::Data => Kind::DataPack,
            Self::Tree | Self::List => Kind::TreePack,
        }
    }
}

/// How a block's bytes are compressed: an open number space, of which this version knows two.
pub type Codec = u16;

/// One block of a pack. Blocks lie one after the other from [`BLOCKS_OFFSET`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Bytes in the pack, seal included.
    pub stored: u32,
    /// Bytes before compression.
    pub raw: u32,
    /// How they are compressed.
    pub codec: Codec,
}

/// Where a part of a chunk's bytes lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// In a block of the same pack.
    Literal {
        /// Ordinal of the block in the pack.
        block: u32,
        /// Where in the block's raw bytes.
        offset: u32,
        /// How many bytes.
        length: u32,
    },
    /// In literal bytes of an older chunk of the same kind.
    Origin {
        /// The older chunk.
        id: ChunkId,
        /// Where in its bytes.
        offset: u32,
        /// How many bytes.
        length: u32,
    },
}

impl Extent {
    /// How many bytes it gives.
    pub fn length(&self) -> u32 {
        match self {
            Self::Literal { length, .. } | Self::Origin { length, .. } => *length,
        }
    }

    /// Whether `next` goes on where this one ends, so that the two must be one.
    pub fn continues_in(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Literal { block: a, offset, length }, Self::Literal { block: b, offset: start, .. }) => {
                a == b && u64::from(*offset) + u64::from(*length) == u64::from(*start)
            }
            (Self::Origin { id: a, offset, length }, Self::Origin { id: b, offset: start, .. }) => {
                a == b && u64::from(*offset) + u64::from(*length) == u64::from(*start)
            }
            _ => false,
        }
    }
}

/// One chunk that a pack holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// What it is part of.
    pub kind: ChunkKind,
    /// Its name.
    pub id: ChunkId,
    /// Its bytes.
    pub length: u32,
    /// Where they lie, in order.
    pub extents: Vec<Extent>,
}

/// What a pack holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Blocks, as they lie.
    pub blocks: Vec<Block>,
    /// Chunks, strictly ascending by id.
    pub chunks: Vec<Chunk>,
}

impl Directory {
    /// Where the blocks end and the sealed directory starts.
    pub fn offset(&self) -> u64 {
        self.blocks.iter().fold(BLOCKS_OFFSET, |end, block| end + u64::from(block.stored))
    }

    /// Refuses what does not belong in a pack of `kind`.
    pub fn check_kind(&self, kind: Kind) -> Result<(), DecodeError> {
        if self.chunks.iter().all(|chunk| chunk.kind.pack() == kind) {
            Ok(())
        } else {
            Err(DecodeError::Value { what: "a pack holds chunks of its own kind", offset: 0 })
        }
    }

    fn check_chunk(&self, chunk: &Chunk, input: &Reader<'_>) -> Result<(), DecodeError> {
        if chunk.length == 0 {
            return Err(input.bad("a chunk has at least one byte"));
        }
        if chunk.length > CHUNK_LIMIT {
            return Err(DecodeError::Limit { offset: input.offset(), stated: chunk.length.into(), limit: CHUNK_LIMIT.into() });
        }
        let mut origins = BTreeSet::new();
        let mut total = 0;
        for extent in &chunk.extents {
            total += u64::from(extent.length());
            match extent {
                _ if extent.length() == 0 => return Err(input.bad("an extent has at least one byte")),
                Extent::Literal { block, offset, length } => {
                    let within = self.blocks.get(*block as usize).is_some_and(|b| u64::from(*offset) + u64::from(*length) <= b.raw.into());
                    if !within {
                        return Err(input.bad("a literal lies within its block"));
                    }
                }
                Extent::Origin { id, .. } if *id == chunk.id => return Err(input.bad("a chunk is not its own origin")),
                Extent::Origin { id, offset, length } => {
                    if u64::from(*offset) + u64::from(*length) > CHUNK_LIMIT.into() {
                        return Err(input.bad("an origin's range lies within a chunk"));
                    }
                    origins.insert(*id);
                }
            }
        }
        if total != u64::from(chunk.length) {
            return Err(input.bad("extents add up to their chunk"));
        }
        if chunk.extents.array_windows().any(|[extent, next]| extent.continues_in(next)) {
            return Err(input.bad("extents that continue each other are one"));
        }
        if origins.len() > ORIGINS_LIMIT {
            return Err(DecodeError::Limit { offset: input.offset(), stated: origins.len() as u64, limit: ORIGINS_LIMIT as u64 });
        }
        Ok(())
    }
}

wire_struct!(Block { stored: u32, raw: u32, codec: u16 });

impl Wire for Extent {
    const MIN_SIZE: usize = 14;

    fn put(&self, out: &mut Writer) {
        match self {
            Self::Literal { block, offset, length } => {
                0_u16.put(out);
                block.put(out);
                offset.put(out);
                length.put(out);
            }
            Self::Origin { id, offset, length } => {
                1_u16.put(out);
                id.put(out);
                offset.put(out);
                length.put(out);
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u16::get(input)? {
            0 => Ok(Self::Literal { block: Wire::get(input)?, offset: Wire::get(input)?, length: Wire::get(input)? }),
            1 => Ok(Self::Origin { id: Wire::get(input)?, offset: Wire::get(input)?, length: Wire::get(input)? }),
            _ => Err(input.bad("an extent is literal (0) or of an origin (1)")),
        }
    }
}

impl Wire for Chunk {
    const MIN_SIZE: usize = 2 + 32 + 4 + 4;

    fn put(&self, out: &mut Writer) {
        self.kind.put(out);
        self.id.put(out);
        self.length.put(out);
        self.extents.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { kind: Wire::get(input)?, id: Wire::get(input)?, length: Wire::get(input)?, extents: input.list(EXTENTS_LIMIT)? })
    }
}

impl Wire for Directory {
    const MIN_SIZE: usize = 8;

    fn put(&self, out: &mut Writer) {
        self.blocks.put(out);
        self.chunks.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let blocks: Vec<Block> = input.list(BLOCKS_LIMIT)?;
        for block in &blocks {
            if block.raw == 0 || block.stored <= BLOCK_OVERHEAD {
                return Err(input.bad("a block has at least one byte"));
            }
            for (stated, limit) in [(block.raw, BLOCK_LIMIT), (block.stored, STORED_LIMIT)] {
                if stated > limit {
                    return Err(DecodeError::Limit { offset: input.offset(), stated: stated.into(), limit: limit.into() });
                }
            }
        }
        let directory = Self { blocks, chunks: input.list(CHUNKS_LIMIT)? };
        for chunk in &directory.chunks {
            directory.check_chunk(chunk, input)?;
        }
        ascending(&directory.chunks, "chunks", |chunk| chunk.id)?;
        Ok(directory)
    }
}

/// Where a pack's directory lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footer {
    /// Offset of the sealed directory in the pack.
    pub directory_offset: u64,
    /// Its length as stored.
    pub directory_size: u64,
    /// How many blocks there are.
    pub blocks: u32,
    /// How many chunks there are.
    pub chunks: u32,
}

impl Wire for Footer {
    const MIN_SIZE: usize = Self::SIZE;

    fn put(&self, out: &mut Writer) {
        self.directory_offset.put(out);
        self.directory_size.put(out);
        self.blocks.put(out);
        self.chunks.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let footer = Self {
            directory_offset: Wire::get(input)?,
            directory_size: Wire::get(input)?,
            blocks: Wire::get(input)?,
            chunks: Wire::get(input)?,
        };
        for (stated, limit) in [(footer.blocks, BLOCKS_LIMIT), (footer.chunks, CHUNKS_LIMIT)] {
            if stated as usize > limit {
                return Err(DecodeError::Limit { offset: input.offset(), stated: stated.into(), limit: limit as u64 });
            }
        }
        if footer.directory_offset < BLOCKS_OFFSET {
            return Err(input.bad("a directory lies behind the head of its pack"));
        }
        Ok(footer)
    }
}

impl Footer {
    /// Length before sealing, in bytes.
    pub const SIZE: usize = 24;

    /// Whether the parts fill a pack of `size` bytes exactly.
    pub fn fits(&self, size: u64) -> bool {
        let end = self.directory_offset.checked_add(self.directory_size);
        self.directory_offset >= BLOCKS_OFFSET
            && size <= PACK_LIMIT
            && end.filter(|end| *end <= PACK_LIMIT).is_some_and(|end| end + padding(end) + TAIL_SIZE as u64 == size)
    }
}
