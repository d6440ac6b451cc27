//! Storing files one after the other, as one thread reads them: what is new of a file lies together, apart from what others read meanwhile.
//! It compresses better so, and who wants one file back opens no blocks of another.

use std::mem;
use std::sync::atomic::Ordering;

use liasse_format::content::ChunkRef;
use liasse_format::pack::{Chunk, ChunkKind, Extent};
use liasse_seal::LeafValue;

use super::lane::{Filling, RawBlock};
use super::{Older, Session, Stored, patch};
use crate::error::{Error, Result};

const KIND: ChunkKind = ChunkKind::Data;

/// Files that one thread stores, one after the other. What is put whole fills blocks from file to file; little of it joins what others put,
/// so that small files lie beside their neighbours. What changed in a file comes into blocks of its own where it is enough for one, or
/// beside what changed next to it: who wants a file back, of whatever day, need not open what changed in all others.
///
/// Dropped, it hands on what it holds; if that fails, the session has failed.
pub struct Files<'s> {
    session: &'s Session<'s>,
    whole: RawBlock,
    changes: RawBlock,
}

impl Session<'_> {
    /// Begins to store files, for one thread.
    pub fn files(&self) -> Files<'_> {
        Files { session: self, whole: RawBlock::default(), changes: RawBlock::default() }
    }
}

impl Files<'_> {
    /// Stores a data chunk, unless it is there.
    pub fn put(&mut self, bytes: &[u8]) -> Result<Stored> {
        let (chunk, known) = self.known(bytes)?;
        if known { Ok(Stored::known(chunk)) } else { self.put_whole(chunk, bytes) }
    }

    /// Stores a data chunk that stands where `older` stood, or a longer or shorter one from the same place on. `leaves` are its own leaf
    /// values. What cannot be reused safely, or to little gain, is stored whole.
    pub fn put_over(&mut self, bytes: &[u8], leaves: &[LeafValue], older: &Older<'_>) -> Result<Stored> {
        let (chunk, known) = self.known(bytes)?;
        if known {
            return Ok(Stored::known(chunk));
        }
        let Some(extents) = self.session.extents_over(&chunk, leaves, older)? else { return self.put_whole(chunk, bytes) };
        let literals: Vec<&[u8]> = patch::literals(&extents).filter_map(|range| bytes.get(range)).collect();
        self.add(Filling::Changes, Chunk { kind: KIND, id: chunk.id, length: chunk.length, extents }, &literals)
    }

    /// A file ends here.
    pub fn end_file(&mut self) -> Result<()> {
        let lane = self.session.lane(KIND);
        if !lane.is_enough(&self.whole) {
            self.hand_on(Filling::Whole)?;
        }
        if lane.is_enough(&self.changes) { self.hand_on(Filling::Changes) } else { Ok(()) }
    }

    /// The name of a data chunk, and whether the repository or this session has it.
    fn known(&self, bytes: &[u8]) -> Result<(ChunkRef, bool)> {
        let length = u32::try_from(bytes.len()).map_err(|_| Error::TooLarge { what: "a chunk" })?;
        let chunk = ChunkRef { id: self.session.name(bytes), length };
        Ok((chunk, self.session.reusable(KIND, &chunk)?))
    }

    fn put_whole(&mut self, chunk: ChunkRef, bytes: &[u8]) -> Result<Stored> {
        let whole = Extent::Literal { block: 0, offset: 0, length: chunk.length };
        self.add(Filling::Whole, Chunk { kind: KIND, id: chunk.id, length: chunk.length, extents: vec![whole] }, &[bytes])
    }

    /// Adds a chunk, unless another thread was first.
    fn add(&mut self, filling: Filling, chunk: Chunk, literals: &[&[u8]]) -> Result<Stored> {
        let stored = ChunkRef { id: chunk.id, length: chunk.length };
        if self.session.fresh().insert(chunk.id, chunk.length).is_some() {
            return Ok(Stored::known(stored));
        }
        let added: usize = literals.iter().map(|part| part.len()).sum();
        self.session.added.fetch_add(added as u64, Ordering::Relaxed);
        if !self.session.dry {
            self.fill(filling, chunk, literals)?;
        }
        Ok(Stored { chunk: stored, new: true, added: u32::try_from(added).unwrap_or(u32::MAX) })
    }

    fn fill(&mut self, filling: Filling, chunk: Chunk, literals: &[&[u8]]) -> Result<()> {
        let session = self.session;
        let block = self.block(filling);
        if block.bytes.capacity() == 0 {
            block.bytes = session.jobs.buffer()?;
        }
        block.add(chunk, literals);
        if session.lane(KIND).is_full(block) { self.hand_on(filling) } else { Ok(()) }
    }

    fn hand_on(&mut self, filling: Filling) -> Result<()> {
        let block = mem::take(self.block(filling));
        self.session.lane(KIND).take_in(block, filling)
    }

    fn block(&mut self, filling: Filling) -> &mut RawBlock {
        match filling {
            Filling::Whole => &mut self.whole,
            Filling::Changes => &mut self.changes,
        }
    }
}

impl Drop for Files<'_> {
    fn drop(&mut self) {
        // A failure is the session's: it commits nothing after one.
        self.hand_on(Filling::Whole).ok();
        self.hand_on(Filling::Changes).ok();
    }
}
