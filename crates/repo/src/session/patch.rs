//! A chunk as extents over an older one: what is the same is reused, what differs is literal.
//!
//! Pure: bytes, ids and places in, extents out. Whether they may be used, and whether they are worth it, is for others to say.

use std::collections::HashMap;
use std::ops::Range;

use liasse_format::ids::ChunkId;
use liasse_format::pack::Extent;
use liasse_seal::{LEAF_SIZE, LeafValue};

use super::reuse::Older;
use crate::index::Placement;

/// Origins that a chunk may have. One with more gives up those of which it uses least, down to [`KEPT_ORIGINS`]: their leaves become literal.
///
/// So whoever reads the chunk opens few blocks, and mostly for what is in use; and the leaves of many days come together again, in one
/// block, for the price of those leaves and not of the whole chunk. Chosen by measurement (`benches/README.md`).
const MOST_ORIGINS: usize = 16;
const KEPT_ORIGINS: usize = 12;

/// The extents of a chunk of this length and these leaf values over an older one, which lies as `placement` says. Literals count from the
/// start of the chunk's own literal bytes.
pub(super) fn extents(leaves: &[LeafValue], older: &Older<'_>, length: u32, placement: &Placement) -> Vec<Extent> {
    let mut reused = same_leaves(leaves, older, length);
    let extents = flatten(&reused, older, length, placement);
    let weak = weak_origins(&extents);
    if weak.is_empty() {
        return extents;
    }
    for (extent, range) in ranges(&extents) {
        if matches!(extent, Extent::Origin { id, .. } if weak.contains(id)) {
            let leaves = range.start / LEAF_SIZE..range.end.div_ceil(LEAF_SIZE);
            reused.get_mut(leaves).into_iter().flatten().for_each(|reused| *reused = false);
        }
    }
    flatten(&reused, older, length, placement)
}

/// Where in the chunk its literals lie, in order.
pub(super) fn literals(extents: &[Extent]) -> impl Iterator<Item = Range<usize>> {
    ranges(extents).filter(|(extent, _)| matches!(extent, Extent::Literal { .. })).map(|(_, range)| range)
}

/// Each extent, and where in the chunk it lies.
fn ranges(extents: &[Extent]) -> impl Iterator<Item = (&Extent, Range<usize>)> {
    extents.iter().scan(0, |position, extent| {
        let start = *position;
        *position += extent.length() as usize;
        Some((extent, start..*position))
    })
}

/// Which leaves the older chunk has too.
fn same_leaves(leaves: &[LeafValue], older: &Older<'_>, length: u32) -> Vec<bool> {
    let same = |(leaf, value): (usize, &LeafValue)| {
        // The last leaf of a chunk may be shorter: it is the same only where it ends at the same place.
        let end = (leaf + 1) * LEAF_SIZE;
        end.min(length as usize) == end.min(older.chunk.length as usize) && older.leaves.get(leaf) == Some(value)
    };
    leaves.iter().enumerate().map(same).collect()
}

/// The origins that are too many: those of which the fewest bytes are used.
fn weak_origins(extents: &[Extent]) -> Vec<ChunkId> {
    let mut used: HashMap<ChunkId, u32> = HashMap::new();
    for extent in extents {
        if let Extent::Origin { id, length, .. } = extent {
            *used.entry(*id).or_default() += length;
        }
    }
    if used.len() <= MOST_ORIGINS {
        return Vec::new();
    }
    let mut origins: Vec<(u32, ChunkId)> = used.into_iter().map(|(id, bytes)| (bytes, id)).collect();
    origins.sort_unstable();
    origins.truncate(origins.len() - KEPT_ORIGINS);
    origins.into_iter().map(|(_, id)| id).collect()
}

/// The leaves as extents. What the older chunk itself has from an origin is taken from there: the depth is always one.
fn flatten(reused: &[bool], older: &Older<'_>, length: u32, placement: &Placement) -> Vec<Extent> {
    let mut extents: Vec<Extent> = Vec::new();
    let (mut start, mut literal) = (0, 0);
    for run in reused.chunk_by(|a, b| a == b) {
        let end = (start + run.len() * LEAF_SIZE).min(length as usize);
        let (offset, bytes) = (narrow(start), narrow(end - start));
        if run.first() == Some(&true) {
            for extent in placement.range_of(&older.chunk.id, offset, bytes) {
                push(&mut extents, extent);
            }
        } else {
            push(&mut extents, Extent::Literal { block: 0, offset: literal, length: bytes });
            literal += bytes;
        }
        start = end;
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

/// A chunk is far below 4 GiB.
fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use liasse_format::content::ChunkRef;
    use liasse_format::pack::ChunkKind;

    use super::*;
    use crate::index::PackNumber;

    const LEAVES: usize = 64;
    const LENGTH: u32 = 64 * 1024;

    fn id(number: u8) -> ChunkId {
        ChunkId([number; 32])
    }

    /// An older chunk with an origin for each of `uses`, of so many leaves; the rest is its own.
    fn placement(uses: &[u32]) -> Placement {
        let mut extents: Vec<Extent> =
            uses.iter().zip(1..).map(|(leaves, number)| Extent::Origin { id: id(number), offset: 0, length: leaves * 1024 }).collect();
        let own = LENGTH - uses.iter().sum::<u32>() * 1024;
        extents.push(Extent::Literal { block: 0, offset: 0, length: own });
        Placement { pack: PackNumber(0), kind: ChunkKind::Data, length: LENGTH, extents }
    }

    fn over(uses: &[u32], changed: &[usize]) -> Vec<Extent> {
        let old = [[1; 32]; LEAVES];
        let mut new = old;
        for leaf in changed {
            new[*leaf] = [2; 32];
        }
        let older = Older { chunk: ChunkRef { id: id(200), length: LENGTH }, leaves: &old };
        extents(&new, &older, LENGTH, &placement(uses))
    }

    fn origins(extents: &[Extent]) -> usize {
        crate::origins::origins_of(extents).len()
    }

    #[test]
    fn only_what_changed_is_literal() {
        let extents = over(&[2, 2], &[1, 63]);
        assert_eq!(literals(&extents).collect::<Vec<_>>(), [1024..2048, 63 * 1024..64 * 1024]);
        assert_eq!(origins(&extents), 3);
    }

    #[test]
    fn a_shorter_last_leaf_is_only_the_same_where_it_ends() {
        let old = [[1; 32]; 3];
        let older = Older { chunk: ChunkRef { id: id(200), length: 2500 }, leaves: &old };
        let extent = Extent::Literal { block: 0, offset: 0, length: 2500 };
        let placement = Placement { pack: PackNumber(0), kind: ChunkKind::Data, length: 2500, extents: vec![extent] };
        assert_eq!(extents(&old, &older, 2500, &placement), [Extent::Origin { id: id(200), offset: 0, length: 2500 }]);
        let longer = extents(&old, &older, 2600, &placement);
        assert_eq!(longer.last(), Some(&Extent::Literal { block: 0, offset: 0, length: 552 }));
    }

    /// A pack of another writer may have it so; extents that continue each other are refused.
    #[test]
    fn what_an_older_chunk_has_in_two_blocks_is_one_range_of_it() {
        let old = [[1; 32]; LEAVES];
        let mut new = old;
        new[LEAVES - 1] = [2; 32];
        let older = Older { chunk: ChunkRef { id: id(200), length: LENGTH }, leaves: &old };
        let half = |block| Extent::Literal { block, offset: 0, length: LENGTH / 2 };
        let placement = Placement { pack: PackNumber(0), kind: ChunkKind::Data, length: LENGTH, extents: vec![half(0), half(1)] };
        let same = Extent::Origin { id: id(200), offset: 0, length: LENGTH - 1024 };
        assert_eq!(extents(&new, &older, LENGTH, &placement), [same, Extent::Literal { block: 0, offset: 0, length: 1024 }]);
    }

    #[test]
    fn too_many_origins_give_up_those_that_are_used_least() {
        let mut uses = [3; MOST_ORIGINS];
        uses[4] = 1;
        uses[9] = 2;
        let extents = over(&uses, &[63]);
        assert_eq!(origins(&extents), KEPT_ORIGINS);
        let kept = crate::origins::origins_of(&extents);
        assert!(!kept.contains(&id(5)) && !kept.contains(&id(10)) && kept.contains(&id(200)));
        assert_eq!(ranges(&extents).last().unwrap().1.end, LENGTH as usize);
        // One fewer is not too many.
        assert_eq!(origins(&over(&uses[..MOST_ORIGINS - 1], &[63])), MOST_ORIGINS);
    }
}
