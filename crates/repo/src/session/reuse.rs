//! Storing a chunk at the cost of what changed in it: leaves that an older chunk has at the same places become extents into that one, and
//! only the others are stored (`spec/pack.md`, origins).
//!
//! The older chunk's bytes are not at hand and need not be: equal leaf values mean equal bytes. Its values come from a cache, so they are
//! merged and must give its id before they are believed; a cache that rots costs bytes, never truth.

use std::collections::BTreeSet;

use liasse_format::content::ChunkRef;
use liasse_format::ids::ChunkId;
use liasse_format::pack::{Chunk, ChunkKind, EXTENTS_LIMIT, Extent, ORIGINS_LIMIT, PIECES_LIMIT};
use liasse_seal::{LEAF_SIZE, LeafValue};

use super::lane::RawBlock;
use super::{Session, Stored};
use crate::error::{Error, Result};
use crate::index::Placement;

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

/// The changes of one file over its older version. What changed in it comes into blocks of its own where it is enough for one: who wants
/// this file back, of whatever day, need not open what changed in others.
///
/// Dropped, it hands on what it holds; if that fails, the session has failed.
pub struct Changes<'s> {
    session: &'s Session<'s>,
    block: RawBlock,
}

/// A run of a new chunk: of leaves that the older one has too, or of others.
struct Run {
    reused: bool,
    offset: u32,
    length: u32,
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

    /// Begins to store the changes of a file.
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
        let literal: usize = literal_runs(leaves, older, chunk.length).map(|run| run.length as usize).sum();
        if literal == 0 || literal * 8 > chunk.length as usize * MOST_LITERAL_EIGHTHS {
            return Ok(None);
        }
        for placement in self.index.placements(&older.chunk.id)? {
            if placement.kind == KIND && placement.length == older.chunk.length && self.index.is_safe(placement.pack) {
                let extents = flatten(leaves, older, chunk.length, &placement);
                if self.is_sound(&extents)? {
                    return Ok(Some(extents));
                }
            }
        }
        Ok(None)
    }

    /// Whether extents keep to the limits, and no plan may delete what they refer to: each range of an origin is literal in a pack that stays.
    fn is_sound(&self, extents: &[Extent]) -> Result<bool> {
        let mut origins = BTreeSet::new();
        for extent in extents {
            if let Extent::Origin { id, .. } = extent {
                origins.insert(*id);
            }
        }
        if extents.len() > EXTENTS_LIMIT || origins.len() > ORIGINS_LIMIT {
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
        let literals: Vec<&[u8]> = literal_runs(leaves, older, length).filter_map(|run| slice(bytes, &run)).collect();
        let added: usize = literals.iter().map(|part| part.len()).sum();
        session.added.fetch_add(added as u64, std::sync::atomic::Ordering::Relaxed);
        if !session.dry {
            self.add(Chunk { kind: KIND, id, length, extents }, &literals)?;
        }
        Ok(Stored { chunk, new: true })
    }

    fn add(&mut self, chunk: Chunk, literals: &[&[u8]]) -> Result<()> {
        if self.block.bytes.capacity() == 0 {
            self.block.bytes = self.session.jobs.buffer()?;
        }
        self.block.add(chunk, literals);
        if self.session.lane(KIND).is_full(&self.block) {
            return self.session.lane(KIND).take_in(std::mem::take(&mut self.block));
        }
        Ok(())
    }
}

impl Drop for Changes<'_> {
    fn drop(&mut self) {
        // A failure is the session's: it commits nothing after one.
        self.session.lane(KIND).take_in(std::mem::take(&mut self.block)).ok();
    }
}

/// The runs of a new chunk, in order.
fn runs<'a>(leaves: &'a [LeafValue], older: &'a Older<'_>, length: u32) -> impl Iterator<Item = Run> + 'a {
    let end = |leaf: usize| u32::try_from((leaf + 1) * LEAF_SIZE).unwrap_or(u32::MAX);
    let reused = move |leaf: usize| {
        // The last leaf of a chunk may be shorter: it is the same only where it ends at the same place.
        let ends_alike = end(leaf).min(length) == end(leaf).min(older.chunk.length);
        ends_alike && leaves.get(leaf).is_some_and(|value| older.leaves.get(leaf) == Some(value))
    };
    let mut leaf = 0;
    std::iter::from_fn(move || {
        let first = leaf;
        if first >= leaves.len() {
            return None;
        }
        let kind = reused(first);
        while leaf < leaves.len() && reused(leaf) == kind {
            leaf += 1;
        }
        let offset = u32::try_from(first * LEAF_SIZE).unwrap_or(u32::MAX);
        Some(Run { reused: kind, offset, length: end(leaf - 1).min(length) - offset })
    })
}

fn literal_runs<'a>(leaves: &'a [LeafValue], older: &'a Older<'_>, length: u32) -> impl Iterator<Item = Run> + 'a {
    runs(leaves, older, length).filter(|run| !run.reused)
}

/// The runs as extents. What the older chunk itself has from an origin is taken from there: the depth is always one.
fn flatten(leaves: &[LeafValue], older: &Older<'_>, length: u32, placement: &Placement) -> Vec<Extent> {
    let mut extents: Vec<Extent> = Vec::new();
    let mut literal = 0;
    for run in runs(leaves, older, length) {
        if run.reused {
            for extent in placement.range_of(&older.chunk.id, run.offset, run.length) {
                push(&mut extents, extent);
            }
        } else {
            push(&mut extents, Extent::Literal { block: 0, offset: literal, length: run.length });
            literal += run.length;
        }
    }
    extents
}

/// Adds an extent; one that goes on where the last ends becomes part of it.
fn push(extents: &mut Vec<Extent>, next: Extent) {
    if let Some(last) = extents.last_mut().filter(|last| last.continues_in(&next)) {
        let (Extent::Literal { length, .. } | Extent::Origin { length, .. }) = last;
        *length += next.length();
    } else {
        extents.push(next);
    }
}

fn slice<'b>(bytes: &'b [u8], run: &Run) -> Option<&'b [u8]> {
    let start = run.offset as usize;
    bytes.get(start..start.checked_add(run.length as usize)?)
}
