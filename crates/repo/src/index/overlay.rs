//! The part of the index that is in memory.

use std::collections::HashMap;

use liasse_format::ids::ChunkId;
use liasse_format::index::PackRecord;
use liasse_format::pack;
use liasse_format::wire::Writer;

use super::PackNumber;
use super::entry::{self, Placement};

/// What some packs hold. Placements are kept encoded: a chunk takes about 100 bytes.
#[derive(Default)]
pub(super) struct Overlay {
    chunks: HashMap<ChunkId, Box<[u8]>>,
    blocks: HashMap<PackNumber, Vec<pack::Block>>,
}

impl Overlay {
    /// Takes in a pack. Doing so twice changes nothing.
    pub(super) fn add(&mut self, number: PackNumber, record: &PackRecord) {
        if self.blocks.contains_key(&number) {
            return;
        }
        for chunk in &record.directory.chunks {
            let mut out = Writer::default();
            if let Some(others) = self.chunks.get(&chunk.id) {
                out.raw(others);
            }
            entry::put(number.0, chunk.kind, chunk.length, &chunk.extents, &mut out);
            self.chunks.insert(chunk.id, out.into_bytes().into_boxed_slice());
        }
        self.blocks.insert(number, record.directory.blocks.clone());
    }

    pub(super) fn get(&self, id: &ChunkId) -> Vec<Placement> {
        self.chunks.get(id).and_then(|bytes| entry::get_all(bytes, |number| Some(PackNumber(number)))).unwrap_or_default()
    }

    pub(super) fn blocks(&self, number: PackNumber) -> Option<Vec<pack::Block>> {
        self.blocks.get(&number).cloned()
    }

    pub(super) fn holds(&self, number: PackNumber) -> bool {
        self.blocks.contains_key(&number)
    }
}
