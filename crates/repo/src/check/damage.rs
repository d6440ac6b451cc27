//! Which parts of packs are known to be bad, so that the files that need them can be named.

use std::collections::HashMap;

use liasse_format::content::ChunkRef;
use liasse_format::ids::ChunkId;
use liasse_format::pack::{Chunk, ChunkKind};

use super::report::{FindingId, Findings};
use crate::error::{Error, Result};
use crate::index::{Index, PackNumber, Scratch, Sorted, Sorter};

/// Bad parts of packs, and the findings that say so. A finding that was too many to list is `None`.
#[derive(Default)]
pub(super) struct Damage {
    /// Packs of which nothing can be read.
    pub(super) packs: HashMap<PackNumber, Option<FindingId>>,
    /// Blocks that do not open.
    pub(super) blocks: HashMap<(PackNumber, u32), Option<FindingId>>,
    /// Chunks that have other bytes than their name says, in this pack.
    pub(super) chunks: HashMap<(PackNumber, ChunkId), Option<FindingId>>,
    /// Chunks that packs held which are not there.
    pub(super) lost: Lost,
}

impl Damage {
    fn is_empty(&self) -> bool {
        self.packs.is_empty() && self.blocks.is_empty() && self.chunks.is_empty()
    }

    /// What is wrong with a chunk that something refers to: `Ok(None)` when some way to read it is good.
    pub(super) fn of(&self, index: &Index, findings: &mut Findings, kind: ChunkKind, chunk: &ChunkRef) -> Result<Option<Bad>> {
        let error = match self.first_good(index, kind, chunk) {
            Ok(Ok(())) => return Ok(None),
            Ok(Err(bad)) => return Ok(Some(bad)),
            Err(error) if error.is_about_object() => error,
            Err(error) => return Err(error),
        };
        let lost = self.lost.get(&chunk.id).filter(|_| matches!(error, Error::MissingChunk { .. } | Error::BadChunk { .. }));
        Ok(Some(lost.unwrap_or_else(|| findings.add_error("the index", &error))))
    }

    fn first_good(&self, index: &Index, kind: ChunkKind, chunk: &ChunkRef) -> Result<std::result::Result<(), Bad>> {
        let mut bad = None;
        let mut other_length = None;
        for placement in index.placements(&chunk.id)?.iter().filter(|placement| placement.kind == kind) {
            if placement.length != chunk.length {
                other_length = Some(placement.pack);
                continue;
            }
            let Ok(pieces) = index.resolve(placement)? else { continue };
            let own = self.chunks.get(&(placement.pack, chunk.id)).copied();
            let part = || pieces.iter().find_map(|piece| self.part(piece.pack, piece.block));
            match own.or_else(|| if self.is_empty() { None } else { part() }) {
                None => return Ok(Ok(())),
                Some(found) => _ = bad.get_or_insert(found),
            }
        }
        match (bad, other_length) {
            (Some(bad), _) => Ok(Err(bad)),
            (None, Some(pack)) => Err(Error::BadChunk {
                id: chunk.id,
                object: index.place(pack)?.to_string(),
                what: "it has another length than is referred to",
            }),
            // Says why, where there is a way that does not lead anywhere.
            (None, None) => index.locate_all(kind, &chunk.id).and(Err(Error::MissingChunk { id: chunk.id })),
        }
    }

    fn part(&self, pack: PackNumber, block: u32) -> Option<Bad> {
        self.packs.get(&pack).or_else(|| self.blocks.get(&(pack, block))).copied()
    }
}

/// Chunks of packs that are not there: there may be as many as there are chunks at all.
#[derive(Default)]
pub(super) struct Lost {
    chunks: Sorted,
    findings: Vec<Bad>,
}

/// The same, while chunks are added.
pub(super) struct LosingChunks {
    chunks: Sorter,
    findings: Vec<Bad>,
}

impl Lost {
    pub(super) fn filling(scratch: &Scratch) -> LosingChunks {
        LosingChunks { chunks: Sorter::new(scratch), findings: Vec::new() }
    }

    /// The finding that says why a chunk is lost; `None` when it is not. A file that fails leaves the cause unknown, not the loss.
    pub(super) fn get(&self, id: &ChunkId) -> Option<Bad> {
        let values = self.chunks.get(&id.0).ok()?;
        let last = values.last_chunk().map(|last| u32::from_le_bytes(*last))?;
        self.findings.get(last as usize).copied()
    }
}

impl LosingChunks {
    pub(super) fn add(&mut self, finding: Bad, chunks: &[Chunk]) {
        let number = u32::try_from(self.findings.len()).unwrap_or(u32::MAX).to_le_bytes();
        self.findings.push(finding);
        for chunk in chunks {
            self.chunks.push(&chunk.id.0, &number);
        }
    }

    pub(super) fn finish(self) -> Lost {
        Lost { chunks: self.chunks.searchable(), findings: self.findings }
    }
}

/// The finding that says why a chunk cannot be read; `None` inside when there were too many findings to list it.
pub(super) type Bad = Option<FindingId>;
