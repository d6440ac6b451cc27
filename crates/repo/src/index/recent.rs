//! What is literal in chunks that were asked for lately. The versions of a chunk go back to the same few origins, and each extent asks for
//! one: looked up each time, origins would cost more than all else that a check does.

use std::collections::HashMap;
use std::sync::Arc;

use liasse_format::ids::ChunkId;
use liasse_format::pack::{ChunkKind, Extent};

use super::entry::Placement;
use super::{PackNumber, Piece};

/// Literal extents that are kept, 16 bytes each.
const MOST_LITERALS: usize = 1 << 20;

/// Whether packs were asked for themselves, and whether the repository was: what was said before no longer counts then.
pub(super) type Authority = (bool, bool);

/// What is literal of a chunk in one pack.
pub(crate) struct Literals {
    pub(super) pack: PackNumber,
    pub(super) kind: ChunkKind,
    length: u32,
    extents: Box<[Literal]>,
}

/// A literal extent, and where in the chunk it starts.
struct Literal {
    start: u32,
    block: u32,
    offset: u32,
    length: u32,
}

impl Literals {
    pub(crate) fn of(placement: &Placement) -> Self {
        let mut start = 0_u32;
        let literal = |extent: &Extent| {
            let own = start;
            start = start.saturating_add(extent.length());
            match *extent {
                Extent::Literal { block, offset, length } => Some(Literal { start: own, block, offset, length }),
                Extent::Origin { .. } => None,
            }
        };
        let extents = placement.extents.iter().filter_map(literal).collect();
        Self { pack: placement.pack, kind: placement.kind, length: placement.length, extents }
    }

    /// The pieces of a range, or `None` where it is not all literal.
    pub(crate) fn range(&self, offset: u32, length: u32) -> Option<Vec<Piece>> {
        let end = offset.checked_add(length).filter(|end| *end <= self.length)?;
        let first = self.extents.partition_point(|literal| literal.start.saturating_add(literal.length) <= offset);
        let (mut at, mut pieces) = (offset, Vec::new());
        for literal in self.extents.get(first..).unwrap_or_default() {
            if at >= end || literal.start > at {
                break;
            }
            let to = end.min(literal.start.saturating_add(literal.length));
            let within = literal.offset.checked_add(at - literal.start)?;
            pieces.push(Piece { pack: self.pack, block: literal.block, offset: within, length: to - at });
            at = to;
        }
        (at >= end).then_some(pieces)
    }
}

/// What was asked for lately; all of it goes when it is too much.
#[derive(Default)]
pub(super) struct Recent {
    authority: Authority,
    chunks: HashMap<ChunkId, Arc<[Literals]>>,
    literals: usize,
}

impl Recent {
    pub(super) fn get(&self, authority: Authority, id: &ChunkId) -> Option<Arc<[Literals]>> {
        self.chunks.get(id).filter(|_| self.authority == authority).cloned()
    }

    pub(super) fn keep(&mut self, authority: Authority, id: ChunkId, literals: Arc<[Literals]>) {
        /// What a chunk takes besides, in literals.
        const OWN: usize = 8;
        if self.authority != authority || self.literals >= MOST_LITERALS {
            *self = Self { authority, ..Self::default() };
        }
        self.literals += OWN + literals.iter().map(|literals| literals.extents.len()).sum::<usize>();
        self.chunks.insert(id, literals);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> ChunkId {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&number.to_le_bytes());
        ChunkId(id)
    }

    #[test]
    fn it_keeps_what_it_may_and_forgets_with_the_authority() {
        let mut recent = Recent::default();
        recent.keep((false, false), id(1), Arc::new([]));
        assert!(recent.get((false, false), &id(1)).is_some());
        assert!(recent.get((true, false), &id(1)).is_none());
        recent.keep((true, false), id(2), Arc::new([]));
        assert!(recent.get((false, false), &id(1)).is_none() && recent.get((true, false), &id(2)).is_some());
        for number in 0..MOST_LITERALS / 4 {
            recent.keep((true, false), id(number), Arc::new([]));
        }
        assert!(recent.chunks.len() <= MOST_LITERALS / 8);
    }

    #[test]
    fn a_range_is_given_where_all_of_it_is_literal() {
        let literal = |block, offset, length| Extent::Literal { block, offset, length };
        let extents = vec![literal(1, 7, 100), literal(2, 0, 50), Extent::Origin { id: id(3), offset: 0, length: 10 }, literal(2, 50, 40)];
        let literals = Literals::of(&Placement { pack: PackNumber(5), kind: ChunkKind::Data, length: 200, extents });
        let pieces = |offset, length| {
            let pieces = literals.range(offset, length)?;
            Some(pieces.iter().map(|piece| (piece.block, piece.offset, piece.length)).collect::<Vec<_>>())
        };
        assert_eq!(pieces(0, 150), Some(vec![(1, 7, 100), (2, 0, 50)]));
        assert_eq!(pieces(90, 20), Some(vec![(1, 97, 10), (2, 0, 10)]));
        assert_eq!(pieces(160, 40), Some(vec![(2, 50, 40)]));
        assert_eq!(pieces(199, 1), Some(vec![(2, 89, 1)]));
        assert_eq!(pieces(100, 0), Some(vec![]));
        for (offset, length) in [(0, 151), (149, 2), (150, 1), (155, 10), (160, 41), (201, 1), (u32::MAX, 2)] {
            assert_eq!(pieces(offset, length), None, "{offset} {length}");
        }
    }
}
