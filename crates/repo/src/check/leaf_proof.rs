//! Proving chunks whose pieces lie in many blocks, without putting them together.
//!
//! A chunk that changed on many days shares most of its leaves with its other versions. Its id is merged from the values of its leaves
//! (`spec/sealing.md`), so it is enough to hash each leaf once, for all the chunks that have it at the same place, and to merge the values.
//! What does not come to the right id here is put together alone by whoever asked, to say why: this module calls nothing damaged.

use liasse_format::pack::ChunkKind;
use liasse_seal::{LEAF_SIZE, LeafValue};

use crate::error::{Error, Result};
use crate::gather::Wanted;
use crate::index::{PackNumber, Piece};
use crate::parallel;
use crate::progress::Stop;
use crate::reader::{Reader, Scratch, slice};

/// Different leaves whose values are held at once: 32 MiB, for 1 GiB of content.
const MOST_LEAVES: usize = 1 << 20;
/// Chunks, and pieces of chunks, that are held at once.
const MOST_CHUNKS: usize = 64 << 10;
const MOST_PIECES: usize = 1 << 20;
/// Leaves after which it is counted how many of them are different.
const COUNT_AFTER: usize = 1 << 18;
const LEAF: u32 = 1024;
const _: () = assert!(LEAF as usize == LEAF_SIZE);

/// Chunks that are proved together.
#[derive(Default)]
pub(super) struct Batch {
    kind: Option<ChunkKind>,
    chunks: Vec<(PackNumber, Wanted)>,
    ranges: Vec<Range>,
    pieces: usize,
    /// How many different leaves there were when they were counted last, and how many were added since.
    leaves: usize,
    uncounted: usize,
}

/// Where leaves lie whose values are the same: the value of a leaf depends on its number in its chunk, and on its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    pack: PackNumber,
    block: u32,
    /// Where in the block leaf 0 of the chunk would start.
    origin: i64,
    /// Bytes of the leaf.
    length: u32,
}

/// Leaves one after the other: from leaf `start` of the chunk to before leaf `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    place: Place,
    start: u32,
    end: u32,
}

/// A range to be filled.
type Filling<'v> = (Range, &'v mut [LeafValue]);

impl Batch {
    /// Whether nothing more may be added to it, or no chunk of this kind.
    pub(super) fn is_full_for(&self, kind: ChunkKind) -> bool {
        let full = self.chunks.len() >= MOST_CHUNKS || self.pieces >= MOST_PIECES || self.leaves >= MOST_LEAVES;
        full || self.kind.is_some_and(|own| own != kind)
    }

    /// Adds a chunk of `pack`.
    pub(super) fn push(&mut self, pack: PackNumber, wanted: Wanted) {
        self.kind = Some(wanted.kind);
        let before = self.ranges.len();
        self.ranges.extend(ranges_of(&wanted.way.pieces));
        self.uncounted += self.ranges.iter().skip(before).map(|range| (range.end - range.start) as usize).sum::<usize>();
        self.pieces += wanted.way.pieces.len();
        self.chunks.push((pack, wanted));
        if self.uncounted >= COUNT_AFTER {
            self.count();
        }
    }

    /// Brings the ranges into order, each leaf once.
    fn count(&mut self) {
        self.ranges.sort_unstable();
        self.ranges.dedup_by(|next, last| {
            let joins = next.place == last.place && next.start <= last.end;
            if joins {
                last.end = last.end.max(next.end);
            }
            joins
        });
        self.leaves = self.ranges.iter().map(|range| (range.end - range.start) as usize).sum();
        self.uncounted = 0;
    }

    /// Proves its chunks, and leaves none. Hands reads over that failed, and chunks that could not be proved.
    pub(super) fn prove(
        &mut self,
        reader: &Reader<'_>,
        stop: &Stop,
        failed: impl Fn(&Error) + Sync,
        doubt: impl Fn(PackNumber, &Wanted) -> Result<()> + Sync,
    ) -> Result<()> {
        self.count();
        let batch = std::mem::take(self);
        let Some(kind) = batch.kind else { return Ok(()) };
        let values = Values::of(reader, kind, &batch.ranges, batch.leaves, stop, &failed)?;
        let keys = &reader.repository().objects.keys;
        let tools = || Ok(Vec::new());
        parallel::for_each(batch.chunks.iter(), tools, |(pack, wanted), leaves: &mut Vec<LeafValue>| {
            stop.check()?;
            let good = values.collect(wanted, leaves) && keys.id_of_leaves(kind, leaves) == Some(wanted.chunk.id);
            if good { Ok(()) } else { doubt(*pack, wanted) }
        })
    }
}

/// The values of all leaves of some ranges. Those of leaves that could not be read are zeros, which merge to no id.
struct Values<'r> {
    ranges: &'r [Range],
    /// Where the values of each range start.
    starts: Vec<usize>,
    all: Vec<LeafValue>,
}

impl<'r> Values<'r> {
    fn of(
        reader: &Reader<'_>,
        kind: ChunkKind,
        ranges: &'r [Range],
        leaves: usize,
        stop: &Stop,
        failed: &(impl Fn(&Error) + Sync),
    ) -> Result<Self> {
        let mut values = vec![[0; 32]; leaves];
        let mut starts = Vec::with_capacity(ranges.len());
        let mut rest = values.as_mut_slice();
        let mut position = 0;
        let mut blocks: Vec<Vec<Filling<'_>>> = Vec::new();
        for range in ranges {
            let length = (range.end - range.start) as usize;
            let (own, others) = rest.split_at_mut_checked(length).ok_or(Error::Internal("more leaves than were counted"))?;
            (rest, position) = (others, position + length);
            starts.push(position - length);
            match blocks.last_mut() {
                Some(block) if block.last().is_some_and(|(last, _)| block_of(last) == block_of(range)) => block.push((*range, own)),
                _ => blocks.push(vec![(*range, own)]),
            }
        }
        parallel::for_each(blocks.into_iter(), Scratch::new, |block, scratch| {
            stop.check()?;
            hash_block(reader, kind, block, scratch, failed)
        })?;
        Ok(Self { ranges, starts, all: values })
    }

    /// Makes `out` the leaf values of a chunk; `false` when they do not lie as leaves.
    fn collect(&self, wanted: &Wanted, out: &mut Vec<LeafValue>) -> bool {
        out.clear();
        if wanted.way.length != wanted.chunk.length {
            return false;
        }
        for range in ranges_of(&wanted.way.pieces) {
            let after = self.ranges.partition_point(|known| (known.place, known.start) <= (range.place, range.start));
            let found = after.checked_sub(1).and_then(|at| Some((self.ranges.get(at)?, self.starts.get(at)?)));
            let Some((known, start)) = found.filter(|(known, _)| known.place == range.place && range.end <= known.end) else {
                return false;
            };
            let first = start + (range.start - known.start) as usize;
            let Some(values) = self.all.get(first..first + (range.end - range.start) as usize) else { return false };
            out.extend_from_slice(values);
        }
        out.len() == (wanted.chunk.length as usize).div_ceil(LEAF_SIZE)
    }
}

fn block_of(range: &Range) -> (PackNumber, u32) {
    (range.place.pack, range.place.block)
}

/// Opens a block and hashes the wanted leaves in it. The values of a block that does not open stay zeros.
fn hash_block(
    reader: &Reader<'_>,
    kind: ChunkKind,
    ranges: Vec<Filling<'_>>,
    scratch: &mut Scratch,
    failed: &impl Fn(&Error),
) -> Result<()> {
    let Some((first, _)) = ranges.first() else { return Ok(()) };
    let block = match reader.block(first.place.pack, first.place.block, scratch) {
        Ok(block) => block,
        // Whoever read the pack has told of it.
        Err(error) if error.is_damage() => return Ok(()),
        Err(error) if error.is_about_object() => {
            failed(&error);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let keys = &reader.repository().objects.keys;
    for (Range { place, start, end }, values) in ranges {
        for (number, value) in (start..end).zip(values) {
            let offset = u32::try_from(place.origin + i64::from(number) * i64::from(LEAF));
            let leaf = Piece { pack: place.pack, block: place.block, offset: offset.unwrap_or(u32::MAX), length: place.length };
            if let Some(bytes) = slice(&block, &leaf) {
                *value = keys.leaf_value(kind, number, bytes);
            }
        }
    }
    Ok(())
}

/// The leaves of a chunk, as far as each lies in one piece.
fn ranges_of(pieces: &[Piece]) -> impl Iterator<Item = Range> {
    let mut position = 0_u32;
    pieces.iter().flat_map(move |piece| {
        let (start, length) = (position / LEAF, piece.length);
        let aligned = position.is_multiple_of(LEAF);
        let origin = i64::from(piece.offset) - i64::from(position);
        position = position.saturating_add(length);
        let whole = start + length / LEAF;
        let range = move |start, end, length| {
            let place = Place { pack: piece.pack, block: piece.block, origin, length };
            (aligned && end > start && length > 0).then_some(Range { place, start, end })
        };
        [range(start, whole, LEAF), range(whole, whole + 1, length % LEAF)].into_iter().flatten()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn piece(block: u32, offset: u32, length: u32) -> Piece {
        Piece { pack: PackNumber(1), block, offset, length }
    }

    fn range(block: u32, origin: i64, length: u32, start: u32, end: u32) -> Range {
        Range { place: Place { pack: PackNumber(1), block, origin, length }, start, end }
    }

    #[test]
    fn leaves_are_found_in_their_pieces() {
        let pieces = [piece(0, 10, 2048), piece(1, 0, 1024), piece(0, 5000, 1025)];
        let expected =
            [range(0, 10, 1024, 0, 2), range(1, -2048, 1024, 2, 3), range(0, 5000 - 3072, 1024, 3, 4), range(0, 5000 - 3072, 1, 4, 5)];
        assert_eq!(ranges_of(&pieces).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn leaves_across_two_pieces_are_left_out() {
        let pieces = [piece(0, 0, 1000), piece(1, 0, 1048)];
        assert_eq!(ranges_of(&pieces).collect::<Vec<_>>(), [range(0, 0, 1000, 0, 1)]);
    }

    #[test]
    fn a_leaf_of_many_chunks_counts_once() {
        let ranges = vec![
            range(0, 0, 1024, 4, 9),
            range(0, 0, 1024, 0, 5),
            range(0, 0, 1024, 9, 10),
            range(0, 0, 77, 10, 11),
            range(1, 0, 1024, 2, 3),
        ];
        let mut batch = Batch { ranges, ..Batch::default() };
        batch.count();
        assert_eq!(batch.ranges, [range(0, 0, 77, 10, 11), range(0, 0, 1024, 0, 10), range(1, 0, 1024, 2, 3)]);
        assert_eq!(batch.leaves, 12);
    }
}
