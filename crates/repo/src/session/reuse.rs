//! Storing a chunk at the cost of what changed in it: leaves that an older chunk has at the same places become extents into that one, and
//! only the others are stored (`spec/pack.md`, origins).
//!
//! The older chunk's bytes are not at hand and need not be: equal leaf values mean equal bytes. Its values come from a cache, so they are
//! merged and must give its id before they are believed; a cache that rots costs bytes, never truth.

use liasse_format::content::ChunkRef;
use liasse_format::ids::ChunkId;
use liasse_format::pack::{Chunk, ChunkKind, EXTENTS_LIMIT, Extent, ORIGINS_LIMIT, PIECES_LIMIT};
use liasse_seal::LeafValue;

use super::lane::RawBlock;
use super::{Session, Stored, patch};
use crate::error::{Error, Result};
use crate::origins::origins_of;

/// A chunk is stored whole when more of it than this, in eighths, would have to be stored anyway.
const MOST_LITERAL_EIGHTHS: usize = 6;
const KIND: ChunkKind = ChunkKind::Data;

/// An older version of a chunk, as a cache remembers it.
#[derive(Debug, Clone, Copy)]
pub struct Older<'a> {
    /// Its name and length.
    pub chunk: ChunkRef,
    /// Its leaf values: claims until they are merged.
    pub leaves: &'a [LeafValue],
}

/// Changes of files over their older versions, file after file. What changed in one comes into blocks of its own where it is enough for
/// one, or beside what changed next to it: who wants a file back, of whatever day, need not open what changed in all others.
///
/// Dropped, it hands on what it holds; if that fails, the session has failed.
pub struct Changes<'s> {
    session: &'s Session<'s>,
    block: RawBlock,
}

impl Session<'_> {
    /// The name that `bytes` have as a data chunk.
    pub fn name(&self, bytes: &[u8]) -> ChunkId {
        self.repository.objects.keys.chunk_id(KIND, bytes)
    }

    /// Makes `out` the leaf values of a data chunk; none for one of a single leaf.
    pub fn leaf_values(&self, bytes: &[u8], out: &mut Vec<LeafValue>) {
        self.repository.objects.keys.leaf_values(KIND, bytes, out);
    }

    /// Begins to store changes of files.
    pub fn changes(&self) -> Changes<'_> {
        Changes { session: self, block: RawBlock::default() }
    }

    /// The extents of a chunk over an older one, literals counted from the start of its own literal bytes; `None` when it is better
    /// stored whole.
    fn extents_over(&self, chunk: &ChunkRef, leaves: &[LeafValue], older: &Older<'_>) -> Result<Option<Vec<Extent>>> {
        let keys = &self.repository.objects.keys;
        let believed = keys.id_of_leaves(KIND, older.leaves) == Some(older.chunk.id) && keys.id_of_leaves(KIND, leaves) == Some(chunk.id);
        if !believed {
            return Ok(None);
        }
        for placement in self.index.placements(&older.chunk.id)? {
            if placement.kind == KIND && placement.length == older.chunk.length && self.index.is_safe(placement.pack) {
                let extents = patch::extents(leaves, older, chunk.length, &placement);
                if is_worth_it(&extents, chunk.length) && self.is_sound(&extents)? {
                    return Ok(Some(extents));
                }
            }
        }
        Ok(None)
    }

    /// Whether extents keep to the limits, and no plan may delete what they refer to: each range of an origin is literal in a pack that stays.
    fn is_sound(&self, extents: &[Extent]) -> Result<bool> {
        if extents.len() > EXTENTS_LIMIT || origins_of(extents).len() > ORIGINS_LIMIT {
            return Ok(false);
        }
        let mut pieces = 0;
        for extent in extents {
            pieces += match extent {
                Extent::Literal { .. } => 1,
                Extent::Origin { id, offset, length } => match self.index.origin_pieces(KIND, id, *offset, *length)? {
                    Some(pieces) => pieces,
                    None => return Ok(false),
                },
            };
        }
        Ok(pieces <= PIECES_LIMIT)
    }
}

impl Changes<'_> {
    /// Stores a data chunk that stands where `older` stood, or a longer or shorter one from the same place on. `leaves` are its own leaf
    /// values. What cannot be reused safely, or to little gain, is stored whole.
    pub fn put_over(&mut self, bytes: &[u8], leaves: &[LeafValue], older: &Older<'_>) -> Result<Stored> {
        let session = self.session;
        let length = u32::try_from(bytes.len()).map_err(|_| Error::TooLarge { what: "a chunk" })?;
        let id = session.name(bytes);
        let chunk = ChunkRef { id, length };
        if session.reusable(KIND, &chunk)? {
            return Ok(Stored { chunk, new: false });
        }
        let Some(extents) = session.extents_over(&chunk, leaves, older)? else { return session.put(KIND, bytes) };
        if session.fresh().insert(id, length).is_some() {
            return Ok(Stored { chunk, new: false });
        }
        let literals: Vec<&[u8]> = patch::literals(&extents).filter_map(|range| bytes.get(range)).collect();
        let added: usize = literals.iter().map(|part| part.len()).sum();
        session.added.fetch_add(added as u64, std::sync::atomic::Ordering::Relaxed);
        if !session.dry {
            self.add(Chunk { kind: KIND, id, length, extents }, &literals)?;
        }
        Ok(Stored { chunk, new: true })
    }

    /// A file ends here.
    pub fn end_file(&mut self) -> Result<()> {
        if self.session.lane(KIND).is_enough(&self.block) { self.hand_on() } else { Ok(()) }
    }

    fn hand_on(&mut self) -> Result<()> {
        self.session.lane(KIND).take_in(std::mem::take(&mut self.block))
    }

    fn add(&mut self, chunk: Chunk, literals: &[&[u8]]) -> Result<()> {
        if self.block.bytes.capacity() == 0 {
            self.block.bytes = self.session.jobs.buffer()?;
        }
        self.block.add(chunk, literals);
        if self.session.lane(KIND).is_full(&self.block) { self.hand_on() } else { Ok(()) }
    }
}

impl Drop for Changes<'_> {
    fn drop(&mut self) {
        // A failure is the session's: it commits nothing after one.
        self.hand_on().ok();
    }
}

/// Whether enough of a chunk is reused.
fn is_worth_it(extents: &[Extent], length: u32) -> bool {
    let literal: usize = patch::literals(extents).map(|range| range.len()).sum();
    literal > 0 && literal * 8 <= length as usize * MOST_LITERAL_EIGHTHS
}
