//! When the chunks of a pack are proved: those that lie in one block with that block, the others once all blocks were read.

use liasse_format::pack::{Chunk, Extent};

use crate::index::BlockPlace;

/// Which chunks are proved when: with their one block, or later.
pub(super) struct ChunkPlan {
    /// Block and index of each chunk that lies wholly in one block, by block.
    by_block: Vec<(u32, usize)>,
    pub(super) later: Vec<usize>,
    /// Literal ranges: block, start, end; by block, then start.
    ranges: Vec<(u32, u32, u32)>,
}

impl ChunkPlan {
    pub(super) fn new(chunks: &[Chunk]) -> Self {
        let mut plan = Self { by_block: Vec::new(), later: Vec::new(), ranges: Vec::new() };
        for (index, chunk) in chunks.iter().enumerate() {
            let block = |extent: &Extent| if let Extent::Literal { block, .. } = extent { Some(*block) } else { None };
            let first = chunk.extents.first().and_then(block);
            match first {
                Some(first) if chunk.extents.iter().all(|extent| block(extent) == Some(first)) => plan.by_block.push((first, index)),
                _ => plan.later.push(index),
            }
            plan.ranges.extend(chunk.extents.iter().filter_map(|extent| match extent {
                Extent::Literal { block, offset, length } => Some((*block, *offset, offset.saturating_add(*length))),
                Extent::Origin { .. } => None,
            }));
        }
        plan.by_block.sort_unstable();
        plan.ranges.sort_unstable();
        plan
    }

    pub(super) fn of_block(&self, block: u32) -> &[(u32, usize)] {
        let start = self.by_block.partition_point(|(of, _)| *of < block);
        let end = self.by_block.partition_point(|(of, _)| *of <= block);
        self.by_block.get(start..end).unwrap_or_default()
    }

    /// Bytes of blocks that belong to no chunk.
    pub(super) fn unused(&self, blocks: &[BlockPlace]) -> u64 {
        let mut used = 0_u64;
        let mut last = (0, 0);
        for (block, start, end) in &self.ranges {
            let from = if last.0 == *block { (*start).max(last.1) } else { *start };
            used += u64::from(end.saturating_sub(from));
            last = (*block, if last.0 == *block { last.1.max(*end) } else { *end });
        }
        blocks.iter().map(|place| u64::from(place.block.raw)).sum::<u64>().saturating_sub(used)
    }
}
