//! One pack, from its first byte to its last. What cannot be read or does not open is a finding, and the rest goes on.

use std::sync::atomic::Ordering;

use liasse_format::envelope::{self, TRAILER_SIZE};
use liasse_format::pack::{self, Chunk, Extent, Footer, TAIL_SIZE};
use liasse_seal::BlockOpener;
use liasse_store::Key;

use super::chunk_plan::ChunkPlan;
use super::damage::Bad;
use super::pack_bytes::{Run, Tools};
use crate::error::{Error, Result};
use crate::index::{BlockPlace, PackNumber};

/// Bytes that are read at once where there are no blocks.
const STEP: u64 = 1 << 20;

/// A pack on its way through.
pub(super) struct Stream<'a> {
    run: &'a Run<'a>,
    number: PackNumber,
    pub(super) place: Key,
    pub(super) size: u64,
    hasher: blake3::Hasher,
    /// Where the next byte lies.
    at: u64,
    /// Whether every byte so far could be read.
    whole: bool,
}

impl<'a> Stream<'a> {
    pub(super) fn new(run: &'a Run<'a>, number: PackNumber, place: Key, size: u64) -> Self {
        Self { run, number, place, size, hasher: blake3::Hasher::new(), at: 0, whole: true }
    }

    /// Reads the next bytes into `tools.stored`. What cannot be read is a finding, and the rest goes on.
    fn take(&mut self, length: usize, tools: &mut Tools) -> Result<std::result::Result<(), Bad>> {
        self.run.stop.check()?;
        tools.stored.resize(length, 0);
        let read = self.run.reader.repository().objects.store.read_at(&self.place, self.at, &mut tools.stored).map_err(Error::from);
        self.at += length as u64;
        self.run.progress.advance(length as u64);
        match read {
            Ok(()) => {
                self.run.read.fetch_add(length as u64, Ordering::Relaxed);
                self.hasher.update(&tools.stored);
                Ok(Ok(()))
            }
            Err(error) if error.is_about_object() => {
                self.whole = false;
                Ok(Err(self.run.lock().findings.add_error(&self.place.to_string(), &error)))
            }
            Err(error) => Err(error),
        }
    }

    /// Only hashes what comes before `end`.
    pub(super) fn pass_to(&mut self, end: u64, tools: &mut Tools) -> Result<()> {
        let end = end.min(self.size);
        while self.at < end {
            let length = usize::try_from((end - self.at).min(STEP)).unwrap_or_default();
            _ = self.take(length, tools)?;
        }
        Ok(())
    }

    pub(super) fn blocks(
        &mut self,
        blocks: &[BlockPlace],
        opener: Option<&BlockOpener>,
        chunks: &[Chunk],
        plan: &ChunkPlan,
        tools: &mut Tools,
    ) -> Result<()> {
        for (ordinal, place) in (0_u32..).zip(blocks) {
            if place.offset + u64::from(place.block.stored) > self.size {
                break;
            }
            let read = self.take(place.block.stored as usize, tools)?;
            let result = match (read, opener) {
                (Err(bad), _) => Err(bad),
                (Ok(()), None) => continue,
                (Ok(()), Some(opener)) => {
                    let Tools { stored, raw, decompressor, .. } = tools;
                    opener
                        .open(ordinal, place.block.codec, place.block.raw, stored, decompressor, raw)
                        .map_err(|cause| self.run.found(&self.place, format!("block {ordinal}: {cause}")))
                }
            };
            match result {
                Ok(()) => {
                    for chunk in plan.of_block(ordinal).iter().filter_map(|(_, index)| chunks.get(*index)) {
                        self.chunk(chunk, tools)?;
                    }
                }
                Err(bad) => _ = self.run.lock().damage.blocks.insert((self.number, ordinal), bad),
            }
        }
        Ok(())
    }

    /// Hashes a chunk that lies wholly in the block at hand.
    fn chunk(&self, chunk: &Chunk, tools: &mut Tools) -> Result<()> {
        let literal = |extent: &Extent| match extent {
            Extent::Literal { offset, length, .. } => {
                (*offset as usize).checked_add(*length as usize).and_then(|end| tools.raw.get(*offset as usize..end))
            }
            Extent::Origin { .. } => None,
        };
        let keys = &self.run.reader.repository().objects.keys;
        let id = match chunk.extents.as_slice() {
            [extent] => literal(extent).map(|bytes| keys.chunk_id(chunk.kind, bytes)),
            extents => {
                tools.joined.clear();
                let joined = extents.iter().all(|extent| literal(extent).map(|bytes| tools.joined.extend_from_slice(bytes)).is_some());
                joined.then(|| keys.chunk_id(chunk.kind, &tools.joined))
            }
        };
        if id == Some(chunk.id) {
            return Ok(());
        }
        self.run.bad_chunk(self.number, chunk.id, "its bytes are not those that its name says")
    }

    /// From the end of the blocks to the end of the pack: directory, padding, footer, trailer; then the hash of it all.
    pub(super) fn rest(&mut self, footer: Option<&Footer>, tools: &mut Tools) -> Result<()> {
        let trailer_at = self.size.saturating_sub(TRAILER_SIZE as u64);
        if let Some(footer) = footer {
            self.pass_to(footer.directory_offset.saturating_add(footer.directory_size), tools)?;
            let padding = self.size.saturating_sub(TAIL_SIZE as u64).saturating_sub(self.at);
            let padding = usize::try_from(padding.min(pack::PADDING)).unwrap_or_default();
            if self.take(padding, tools)?.is_ok() && tools.stored.iter().any(|byte| *byte != 0) {
                self.run.found(&self.place, "its padding is not zeros");
            }
        }
        self.pass_to(trailer_at, tools)?;
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or_default();
        if !self.whole || left != TRAILER_SIZE {
            return self.end(tools, left);
        }
        let mut hasher = self.hasher.clone();
        let trailer = envelope::trailer(self.size, &mut hasher);
        if self.take(left, tools)?.is_ok() && tools.stored != trailer {
            self.run.found(&self.place, "its trailer is not that of its bytes");
        }
        self.end(tools, 0)
    }

    fn end(&mut self, tools: &mut Tools, left: usize) -> Result<()> {
        if left > 0 {
            _ = self.take(left, tools)?;
        }
        let name = self.hasher.finalize();
        if self.whole && *name.as_bytes() != self.run.reader.index().pack(self.number)?.name.0 {
            self.run.found(&self.place, "its bytes are not those that its name says");
        }
        Ok(())
    }
}
