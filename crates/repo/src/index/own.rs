//! When segments, or the cache that was made of them, say of a pack what it does not say of itself: then the pack prevails
//! (`spec/index.md`). It is asked only when a chunk cannot be read otherwise, because asking all packs takes long.

use std::sync::{Arc, PoisonError};

use liasse_format::ids::ChunkId;
use liasse_format::index::PackRecord;
use liasse_format::pack::{ChunkKind, Extent};

use super::entry::Placement;
use super::{Index, PackNumber, load};
use crate::error::Result;
use crate::pack_reader;

/// Most directories that are kept while it is found out whom to believe.
const MOST_RECORDS: usize = 64;

impl Index {
    /// Whether only packs themselves are believed.
    pub(crate) fn believes_packs(&self) -> bool {
        self.own.get().is_some()
    }

    /// From now on only what packs say of themselves counts.
    pub(crate) fn believe_packs(&self) -> Result<()> {
        // A lock, so that of many threads one reads them.
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if self.own.get().is_none() {
            let own = load::from_packs(&self.objects, &self.numbers, &self.scratch)?;
            self.own.get_or_init(|| own);
            records.clear();
        }
        Ok(())
    }

    /// Whether packs themselves may say otherwise of a chunk that cannot be read: nothing is known of it, or the packs where it is to be
    /// found do not say the same.
    pub(crate) fn is_doubtful(&self, kind: ChunkKind, id: &ChunkId) -> Result<bool> {
        let placements = self.placements_of(kind, id)?;
        for placement in &placements {
            if !self.is_confirmed(id, placement)? {
                return Ok(true);
            }
            for extent in &placement.extents {
                let Extent::Origin { id, .. } = extent else { continue };
                let origins = self.placements_of(kind, id)?;
                if origins.is_empty() {
                    return Ok(true);
                }
                for origin in &origins {
                    if !self.is_confirmed(id, origin)? {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(placements.is_empty())
    }

    fn placements_of(&self, kind: ChunkKind, id: &ChunkId) -> Result<Vec<Placement>> {
        let mut placements = self.placements(id)?;
        placements.retain(|placement| placement.kind == kind);
        Ok(placements)
    }

    /// Whether a pack says the same of a chunk and of its blocks, or cannot say anything.
    fn is_confirmed(&self, id: &ChunkId, placement: &Placement) -> Result<bool> {
        let Some(record) = self.own_record(placement.pack)? else { return Ok(true) };
        let chunks = &record.directory.chunks;
        let chunk = chunks.binary_search_by(|chunk| chunk.id.cmp(id)).ok().and_then(|at| chunks.get(at));
        let same = |chunk: &liasse_format::pack::Chunk| {
            (chunk.kind, chunk.length, &chunk.extents) == (placement.kind, placement.length, &placement.extents)
        };
        let blocks = self.blocks_if_known(placement.pack)?.unwrap_or_default();
        Ok(chunk.is_some_and(same) && blocks.iter().map(|place| &place.block).eq(&record.directory.blocks))
    }

    fn own_record(&self, number: PackNumber) -> Result<Option<Arc<PackRecord>>> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = records.get(&number) {
            return Ok(known.clone());
        }
        let record = match pack_reader::read_record(&self.objects, self.pack(number)?.name) {
            Ok(record) => Some(Arc::new(record)),
            Err(error) if error.is_about_object() => None,
            Err(error) => return Err(error),
        };
        if records.len() >= MOST_RECORDS {
            records.clear();
        }
        records.insert(number, record.clone());
        Ok(record)
    }
}
