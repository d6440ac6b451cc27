//! From chunks to blocks, and from blocks to packs: one lane for data, one for trees.
//!
//! New chunks join the open block until it is full; a full block gets its place in a pack, and is compressed and sealed by a job.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liasse_format::envelope::Kind;
use liasse_format::pack::{Chunk, Extent};

use super::jobs::Jobs;
use super::pack_builder::PackBuilder;
use crate::error::Result;

/// Raw bytes that become one block.
#[derive(Default)]
pub(super) struct RawBlock {
    pub(super) bytes: Vec<u8>,
    /// Chunks with literals in it; the number of the block is not known yet.
    pub(super) chunks: Vec<Chunk>,
    /// Bytes that the chunks take in the pack's directory.
    pub(super) listed: usize,
}

impl RawBlock {
    /// Adds a chunk. Its literal extents count from the start of `literals`, put together.
    pub(super) fn add(&mut self, mut chunk: Chunk, literals: &[&[u8]]) {
        let start = narrow(self.bytes.len());
        for extent in &mut chunk.extents {
            if let Extent::Literal { offset, .. } = extent {
                *offset += start;
            }
        }
        self.listed += listed_size(&chunk);
        self.chunks.push(chunk);
        for literal in literals {
            self.bytes.extend_from_slice(literal);
        }
    }

    /// Adds all of another block, and leaves that empty.
    fn add_all(&mut self, other: &mut Self) {
        let start = narrow(self.bytes.len());
        for extent in other.chunks.iter_mut().flat_map(|chunk| &mut chunk.extents) {
            if let Extent::Literal { offset, .. } = extent {
                *offset += start;
            }
        }
        self.listed += mem::take(&mut other.listed);
        self.chunks.append(&mut other.chunks);
        self.bytes.append(&mut other.bytes);
    }
}

/// Bytes of chunks in the directory at which a block is closed: tiny chunks, and chunks of many extents, fill that before the block.
const MOST_LISTED: usize = 1 << 20;

/// The part of a full block that makes a block of its own. Smaller ones would compress badly, larger ones would mix many files, so that
/// who restores one opens the blocks of all (measured: `benches/README.md`).
const OWN_BLOCK_PART: usize = 8;

/// What a block of data is filled with. What is put whole, and what changed in things that are there: whoever wants a changed thing back
/// needs nothing of what was new beside it.
#[derive(Clone, Copy)]
pub(super) enum Filling {
    Whole,
    Changes,
}

/// Bytes that a chunk takes in a pack's directory (`spec/pack.md`).
fn listed_size(chunk: &Chunk) -> usize {
    let extent = |extent: &Extent| if matches!(extent, Extent::Literal { .. }) { 14 } else { 42 };
    42 + chunk.extents.iter().map(extent).sum::<usize>()
}

/// Where new chunks of one kind of pack go.
pub(super) struct Lane {
    jobs: Arc<Jobs>,
    kind: Kind,
    block_size: usize,
    pack_size: u64,
    whole: Mutex<RawBlock>,
    changes: Mutex<RawBlock>,
    pack: Mutex<Option<Arc<PackBuilder>>>,
}

impl Lane {
    pub(super) fn new(jobs: Arc<Jobs>, kind: Kind, block_size: u32, pack_size: u64) -> Self {
        Self {
            jobs,
            kind,
            block_size: block_size as usize,
            pack_size,
            whole: Mutex::default(),
            changes: Mutex::default(),
            pack: Mutex::default(),
        }
    }

    /// Adds a chunk that is not in the repository. Its literal extents count from the start of `literals`, put together.
    pub(super) fn append(&self, chunk: Chunk, literals: &[&[u8]]) -> Result<()> {
        self.fill(&self.whole, |open| open.add(chunk, literals))
    }

    /// Whether a block must be handed on.
    pub(super) fn is_full(&self, block: &RawBlock) -> bool {
        block.bytes.len() >= self.block_size || block.listed >= MOST_LISTED
    }

    /// Whether there is enough in a block for one of its own.
    pub(super) fn is_enough(&self, block: &RawBlock) -> bool {
        block.bytes.len() * OWN_BLOCK_PART >= self.block_size || block.listed >= MOST_LISTED
    }

    /// Takes in a block that somebody filled alone: as it is if there is enough in it, or into the open one.
    pub(super) fn take_in(&self, mut block: RawBlock, filling: Filling) -> Result<()> {
        if block.chunks.is_empty() {
            return Ok(());
        }
        if self.is_enough(&block) {
            return self.dispatch(block);
        }
        let open = match filling {
            Filling::Whole => &self.whole,
            Filling::Changes => &self.changes,
        };
        let filled = self.fill(open, |open| open.add_all(&mut block)).inspect_err(|error| self.jobs.fail(error.again()));
        self.jobs.give_back(block.bytes);
        filled
    }

    fn fill(&self, open: &Mutex<RawBlock>, add: impl FnOnce(&mut RawBlock)) -> Result<()> {
        let full = {
            let mut open = lock(open);
            if open.bytes.capacity() == 0 {
                open.bytes = self.jobs.buffer()?;
            }
            add(&mut open);
            if !self.is_full(&open) {
                return Ok(());
            }
            mem::take(&mut *open)
        };
        self.dispatch(full)
    }

    /// Hands on the open blocks and closes the pack.
    pub(super) fn close(&self) -> Result<()> {
        for open in [&self.whole, &self.changes] {
            let last = mem::take(&mut *lock(open));
            if !last.chunks.is_empty() {
                self.dispatch(last)?;
            }
        }
        match lock(&self.pack).take() {
            Some(pack) => self.jobs.close(pack),
            None => Ok(()),
        }
    }

    /// The chunks of a block were promised to whoever put them: without it, nothing may be committed.
    fn dispatch(&self, block: RawBlock) -> Result<()> {
        self.try_dispatch(block).inspect_err(|error| self.jobs.fail(error.again()))
    }

    fn try_dispatch(&self, block: RawBlock) -> Result<()> {
        let mut current = lock(&self.pack);
        if let Some(full) = current.take_if(|pack| pack.size() >= self.pack_size || pack.is_full()) {
            self.jobs.close(full)?;
        }
        let pack = match &*current {
            Some(pack) => Arc::clone(pack),
            None => Arc::clone(current.insert(Arc::new(self.jobs.new_pack(self.kind)?))),
        };
        let ticket = pack.ticket(&block)?;
        drop(current);
        self.jobs.seal(pack, ticket, block);
        Ok(())
    }
}

/// Blocks and chunks are far below 4 GiB.
fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use liasse_format::ids::ChunkId;
    use liasse_format::pack::ChunkKind;
    use liasse_format::wire;

    use super::super::jobs::tests::jobs;
    use super::*;

    const BLOCK: u32 = 1 << 20;

    fn block(bytes: u32, listed: usize) -> RawBlock {
        RawBlock { bytes: vec![0; bytes as usize], chunks: vec![], listed }
    }

    #[test]
    fn a_block_is_full_by_its_bytes_or_by_what_lists_them() {
        let lane = Lane::new(jobs(), Kind::DataPack, BLOCK, 1 << 25);
        for (bytes, listed, full, enough) in [
            (0, 0, false, false),
            (BLOCK / 8 - 1, 0, false, false),
            (BLOCK / 8, 0, false, true),
            (BLOCK - 1, 900_000, false, true),
            (BLOCK, 0, true, true),
            (1, 2 << 20, true, true),
        ] {
            let block = block(bytes, listed);
            assert_eq!((lane.is_full(&block), lane.is_enough(&block)), (full, enough), "{bytes} {listed}");
        }
    }

    #[test]
    fn what_joins_a_block_keeps_its_bytes() {
        let chunk = |number: u8, extents| Chunk { kind: ChunkKind::Data, id: ChunkId([number; 32]), length: 9, extents };
        let literal = |offset, length| Extent::Literal { block: 0, offset, length };
        let origin = Extent::Origin { id: ChunkId([9; 32]), offset: 3, length: 5 };
        let (mut one, mut other) = (RawBlock::default(), RawBlock::default());
        one.add(chunk(1, vec![literal(0, 2), origin, literal(2, 3)]), &[b"ab", b"cde"]);
        one.add(chunk(2, vec![literal(0, 1)]), &[b"f"]);
        other.add(chunk(3, vec![origin, literal(0, 2)]), &[b"gh"]);
        other.add(chunk(4, vec![literal(0, 1)]), &[b"i"]);
        let listed = one.listed + other.listed;
        one.add_all(&mut other);
        assert_eq!((one.bytes.as_slice(), one.listed), (&b"abcdefghi"[..], listed));
        assert!(other.bytes.is_empty() && other.chunks.is_empty() && other.listed == 0);
        let places: Vec<_> = one.chunks.iter().flat_map(|chunk| &chunk.extents).copied().collect();
        assert_eq!(places, [literal(0, 2), origin, literal(2, 3), literal(5, 1), origin, literal(6, 2), literal(8, 1)]);
        assert_eq!(one.chunks.iter().map(|chunk| wire::encode(chunk).len()).sum::<usize>(), listed);
    }

    #[test]
    fn a_chunk_is_counted_as_it_is_encoded() {
        let literal = Extent::Literal { block: 1, offset: 2, length: 3 };
        let origin = Extent::Origin { id: ChunkId([2; 32]), offset: 7, length: 4 };
        for extents in [vec![literal], vec![origin, literal], vec![literal, origin, literal]] {
            let chunk = Chunk { kind: ChunkKind::Data, id: ChunkId([1; 32]), length: 9, extents };
            assert_eq!(listed_size(&chunk), wire::encode(&chunk).len());
        }
    }
}
