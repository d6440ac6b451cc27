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

/// Bytes of chunks in the directory at which a block is closed: tiny chunks, and chunks of many extents, fill that before the block.
const MOST_LISTED: usize = 1 << 20;

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
    open: Mutex<RawBlock>,
    pack: Mutex<Option<Arc<PackBuilder>>>,
}

impl Lane {
    pub(super) fn new(jobs: Arc<Jobs>, kind: Kind, block_size: u32, pack_size: u64) -> Self {
        Self { jobs, kind, block_size: block_size as usize, pack_size, open: Mutex::default(), pack: Mutex::default() }
    }

    /// Adds a chunk that is not in the repository. Its literal extents count from the start of `literals`, put together.
    pub(super) fn append(&self, mut chunk: Chunk, literals: &[&[u8]]) -> Result<()> {
        let full = {
            let mut open = lock(&self.open);
            if open.bytes.capacity() == 0 {
                open.bytes = self.jobs.buffer()?;
            }
            let start = narrow(open.bytes.len());
            for extent in &mut chunk.extents {
                if let Extent::Literal { offset, .. } = extent {
                    *offset += start;
                }
            }
            open.listed += listed_size(&chunk);
            open.chunks.push(chunk);
            for literal in literals {
                open.bytes.extend_from_slice(literal);
            }
            if open.bytes.len() < self.block_size && open.listed < MOST_LISTED {
                return Ok(());
            }
            mem::take(&mut *open)
        };
        self.dispatch(full)
    }

    /// Hands on the open block and closes the pack.
    pub(super) fn close(&self) -> Result<()> {
        let last = mem::take(&mut *lock(&self.open));
        if !last.chunks.is_empty() {
            self.dispatch(last)?;
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

    use super::*;

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
