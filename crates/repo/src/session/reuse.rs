//! Storing a chunk at the cost of what changed in it: leaves that an older chunk has at the same places become extents into that one, and
//! only the others are stored (`spec/pack.md`, origins).
//!
//! The older chunk's bytes are not at hand and need not be: equal leaf values mean equal bytes. Its values come from a cache, so they are
//! merged and must give its id before they are believed; a cache that rots costs bytes, never truth.

use liasse_format::content::ChunkRef;
use liasse_format::ids::ChunkId;
use liasse_format::pack::{ChunkKind, EXTENTS_LIMIT, Extent, ORIGINS_LIMIT, PIECES_LIMIT};
use liasse_seal::LeafValue;

use super::{Session, patch};
use crate::error::Result;
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

impl Session<'_> {
    /// The name that `bytes` have as a data chunk.
    pub fn name(&self, bytes: &[u8]) -> ChunkId {
        self.repository.objects.keys.chunk_id(KIND, bytes)
    }

    /// Makes `out` the leaf values of a data chunk; none for one of a single leaf.
    pub fn leaf_values(&self, bytes: &[u8], out: &mut Vec<LeafValue>) {
        self.repository.objects.keys.leaf_values(KIND, bytes, out);
    }

    /// The extents of a chunk over an older one, literals counted from the start of its own literal bytes; `None` when it is better
    /// stored whole.
    pub(super) fn extents_over(&self, chunk: &ChunkRef, leaves: &[LeafValue], older: &Older<'_>) -> Result<Option<Vec<Extent>>> {
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

/// Whether enough of a chunk is reused.
fn is_worth_it(extents: &[Extent], length: u32) -> bool {
    let literal: usize = patch::literals(extents).map(|range| range.len()).sum();
    literal > 0 && literal * 8 <= length as usize * MOST_LITERAL_EIGHTHS
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use std::sync::Arc;

    use liasse_store::Memory;
    use zeroize::Zeroizing;

    use super::super::Whoami;
    use super::*;
    use crate::{Creation, Repository};

    /// The format refuses more than 32 origins, and what no pack has is none.
    #[test]
    fn extents_are_sound_within_the_limits_of_the_format() {
        let creation = Creation::new(Zeroizing::new("secret".to_owned()));
        let repository = Repository::create(Arc::new(Memory::new()), &creation).unwrap();
        let session = repository.begin(Whoami::default()).unwrap();
        let origin = |n: u8| {
            let chunk = session.put(KIND, &[n; 2048]).unwrap().chunk;
            Extent::Origin { id: chunk.id, offset: 0, length: 1024 }
        };
        let origins: Vec<_> = (0..33).map(origin).collect();
        session.abandon().unwrap();
        let session = repository.begin(Whoami::default()).unwrap();
        assert!(session.is_sound(&origins[..32]).unwrap());
        assert!(!session.is_sound(&origins).unwrap());
        let literal = Extent::Literal { block: 0, offset: 0, length: 1 };
        let most = vec![literal; 8_191];
        assert!(session.is_sound(&[&most[..], &origins[..1]].concat()).unwrap());
        assert!(!session.is_sound(&[&most[..], &origins[..2]].concat()).unwrap());
        let absent = Extent::Origin { id: ChunkId([7; 32]), offset: 0, length: 1024 };
        assert!(!session.is_sound(&[absent]).unwrap());
    }

    #[test]
    fn three_quarters_may_be_new_and_something_must_be() {
        let extents = |new, reused| {
            let origin = Extent::Origin { id: ChunkId([1; 32]), offset: 0, length: reused };
            [Extent::Literal { block: 0, offset: 0, length: new }, origin]
        };
        assert!(is_worth_it(&extents(6000, 2000), 8000));
        assert!(is_worth_it(&extents(1, 7999), 8000));
        assert!(!is_worth_it(&extents(6001, 1999), 8000));
        assert!(!is_worth_it(&extents(0, 8000), 8000));
        assert!(!is_worth_it(&extents(6, 1), 7));
    }
}
