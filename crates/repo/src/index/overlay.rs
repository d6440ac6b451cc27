//! The part of the index that is in memory.

use std::collections::HashMap;

use liasse_format::ids::ChunkId;
use liasse_format::index::PackRecord;
use liasse_format::pack;
use liasse_format::wire::Writer;

use super::PackNumber;
use super::entry::{self, Digest, Placement};

/// What some packs hold. Placements are kept encoded: a chunk takes about 100 bytes.
#[derive(Default)]
pub(super) struct Overlay {
    chunks: HashMap<ChunkId, Box<[u8]>>,
    packs: HashMap<PackNumber, (Digest, Vec<pack::Block>)>,
}

impl Overlay {
    /// Takes in what is said of a pack. What is said later changes nothing; gives whether it is the same as before.
    pub(super) fn add(&mut self, number: PackNumber, record: &PackRecord) -> bool {
        let digest = entry::digest(record);
        if let Some((known, _)) = self.packs.get(&number) {
            return *known == digest;
        }
        for chunk in &record.directory.chunks {
            let mut out = Writer::default();
            if let Some(others) = self.chunks.get(&chunk.id) {
                out.raw(others);
            }
            entry::put(number.0, chunk.kind, chunk.length, &chunk.extents, &mut out);
            self.chunks.insert(chunk.id, out.into_bytes().into_boxed_slice());
        }
        self.packs.insert(number, (digest, record.directory.blocks.clone()));
        true
    }

    pub(super) fn get(&self, id: &ChunkId) -> Vec<Placement> {
        self.chunks.get(id).and_then(|bytes| entry::get_all(bytes, |number| Some(PackNumber(number)))).unwrap_or_default()
    }

    pub(super) fn blocks(&self, number: PackNumber) -> Option<Vec<pack::Block>> {
        self.packs.get(&number).map(|(_, blocks)| blocks.clone())
    }

    pub(super) fn holds(&self, number: PackNumber) -> bool {
        self.packs.contains_key(&number)
    }
}
