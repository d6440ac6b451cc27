//! Which parts of packs are known to be bad, so that the files that need them can be named.

use std::collections::HashMap;

use liasse_format::content::ChunkRef;
use liasse_format::ids::ChunkId;
use liasse_format::pack::{Chunk, ChunkKind, Extent};

use super::report::{FindingId, Findings};
use crate::error::{Error, Result};
use crate::index::{Index, Literals, PackNumber, Piece, Placement, Scratch, Sorted, Sorter};

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

    /// What is wrong with a chunk that something refers to: nothing when some way to read it is good, otherwise all that keeps it from
    /// being read.
    pub(super) fn of(&self, index: &Index, findings: &mut Findings, kind: ChunkKind, chunk: &ChunkRef) -> Result<Vec<Bad>> {
        let mut placements = index.placements(&chunk.id)?;
        placements.retain(|placement| placement.kind == kind);
        let fitting = || placements.iter().filter(|placement| placement.length == chunk.length);
        for placement in fitting() {
            if self.is_readable(index, &chunk.id, placement)? {
                return Ok(Vec::new());
            }
        }
        let mut causes = self.behind(index, &chunk.id)?;
        if causes.is_empty() {
            causes.push(Self::unknown(index, findings, kind, chunk, &placements)?);
        }
        Ok(causes)
    }

    /// Every known damage that keeps a chunk from being read, wherever it lies or lay.
    pub(super) fn behind(&self, index: &Index, id: &ChunkId) -> Result<Vec<Bad>> {
        let mut causes: Vec<Bad> = self.lost.get(id).into_iter().collect();
        for placement in index.placements(id)? {
            self.causes(index, id, &placement, &mut causes)?;
        }
        causes.sort_unstable();
        causes.dedup();
        Ok(causes)
    }

    fn is_readable(&self, index: &Index, id: &ChunkId, placement: &Placement) -> Result<bool> {
        let is_good = |piece: &Piece| self.part(piece.pack, piece.block).is_none();
        if self.chunks.contains_key(&(placement.pack, *id)) {
            return Ok(false);
        }
        // Origins may lie in several packs, of which one good one is enough.
        let resolved = index.resolve_within(placement, |origin| {
            self.is_empty() || !self.chunks.contains_key(&(origin.pack, *origin.id)) && origin.pieces.iter().all(is_good)
        })?;
        Ok(resolved.is_ok_and(|pieces| self.is_empty() || pieces.iter().all(is_good)))
    }

    /// The same of one pack where it lies.
    fn causes(&self, index: &Index, id: &ChunkId, placement: &Placement, causes: &mut Vec<Bad>) -> Result<()> {
        causes.extend(self.chunks.get(&(placement.pack, *id)));
        for extent in &placement.extents {
            match extent {
                Extent::Literal { block, .. } => causes.extend(self.part(placement.pack, *block)),
                Extent::Origin { id, offset, length } => {
                    causes.extend(self.lost.get(id));
                    for origin in index.placements(id)?.iter().filter(|origin| origin.kind == placement.kind) {
                        causes.extend(self.chunks.get(&(origin.pack, *id)));
                        let pieces = Literals::of(origin).range(*offset, *length).unwrap_or_default();
                        causes.extend(pieces.iter().filter_map(|piece| self.part(piece.pack, piece.block)));
                    }
                }
            }
        }
        Ok(())
    }

    /// A chunk that cannot be read for no damage that was found before: it is nowhere, or what is said of it makes no sense.
    fn unknown(index: &Index, findings: &mut Findings, kind: ChunkKind, chunk: &ChunkRef, placements: &[Placement]) -> Result<Bad> {
        let other_length = placements.iter().find(|placement| placement.length != chunk.length);
        let error = match index.locate_all(kind, &chunk.id) {
            Err(error) if error.is_about_object() => error,
            Err(error) => return Err(error),
            Ok(_) => match other_length {
                Some(placement) => Error::BadChunk {
                    id: chunk.id,
                    object: index.place(placement.pack)?.to_string(),
                    what: "it has another length than is referred to",
                },
                None => Error::MissingChunk { id: chunk.id },
            },
        };
        Ok(findings.add_error("the index", &error))
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
