//! From chunks to blocks, and from blocks to packs: one lane for data, one for trees.
//!
//! New chunks join the open block until it is full; a full block gets its place in a pack, and is compressed and sealed by a job.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liasse_format::envelope::Kind;
use liasse_format::ids::ChunkId;
use liasse_format::pack::ChunkKind;

use super::jobs::Jobs;
use super::pack_builder::PackBuilder;
use crate::error::Result;

/// A chunk in a block that is not sealed yet.
pub(super) struct Member {
    pub(super) kind: ChunkKind,
    pub(super) id: ChunkId,
    pub(super) offset: u32,
    pub(super) length: u32,
}

/// Raw bytes that become one block.
#[derive(Default)]
pub(super) struct RawBlock {
    pub(super) bytes: Vec<u8>,
    pub(super) members: Vec<Member>,
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

    /// Adds a chunk that is not in the repository.
    pub(super) fn append(&self, kind: ChunkKind, id: ChunkId, bytes: &[u8]) -> Result<()> {
        let full = {
            let mut open = lock(&self.open);
            if open.bytes.capacity() == 0 {
                open.bytes = self.jobs.buffer()?;
            }
            let (offset, length) = (narrow(open.bytes.len()), narrow(bytes.len()));
            open.members.push(Member { kind, id, offset, length });
            open.bytes.extend_from_slice(bytes);
            if open.bytes.len() < self.block_size {
                return Ok(());
            }
            mem::take(&mut *open)
        };
        self.dispatch(full)
    }

    /// Hands on the open block and closes the pack.
    pub(super) fn close(&self) -> Result<()> {
        let last = mem::take(&mut *lock(&self.open));
        if !last.members.is_empty() {
            self.dispatch(last)?;
        }
        match lock(&self.pack).take() {
            Some(pack) => self.jobs.close(pack),
            None => Ok(()),
        }
    }

    /// The chunks of a block were promised to whoever put them: without it, nothing may be committed.
    fn dispatch(&self, block: RawBlock) -> Result<()> {
        self.try_dispatch(block).inspect_err(|_| self.jobs.poison())
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
        let ticket = pack.ticket(block.bytes.len())?;
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
