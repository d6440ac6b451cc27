//! The part of the index that is not in the local cache: in memory, or where that is too much for it, in sorted files that live as long
//! as the index does.

use std::collections::HashMap;
use std::io;

use liasse_format::ids::ChunkId;
use liasse_format::index::PackRecord;
use liasse_format::pack;
use liasse_format::wire::Writer;

use super::PackNumber;
use super::entry::{self, Digest, Placement};
use super::scratch::Scratch;
use super::sorter::{Sorted, Sorter};

/// What packs say, or what is said of them, by number.
type Packs = HashMap<PackNumber, (Digest, Vec<pack::Block>)>;

/// An overlay that is being filled.
pub(super) struct Filling {
    chunks: Sorter,
    packs: Packs,
}

impl Filling {
    pub(super) fn new(scratch: &Scratch) -> Self {
        Self { chunks: Sorter::new(scratch), packs: Packs::new() }
    }

    /// Takes in what is said of a pack. What is said later changes nothing; gives whether it is the same as before.
    pub(super) fn add(&mut self, number: PackNumber, record: &PackRecord) -> bool {
        let digest = entry::digest(record);
        if let Some((known, _)) = self.packs.get(&number) {
            return *known == digest;
        }
        for chunk in &record.directory.chunks {
            let mut out = Writer::default();
            entry::put(number.0, chunk.kind, chunk.length, &chunk.extents, &mut out);
            self.chunks.push(entry::key(&chunk.id), &out.into_bytes());
        }
        self.packs.insert(number, (digest, record.directory.blocks.clone()));
        true
    }

    pub(super) fn holds(&self, number: PackNumber) -> bool {
        self.packs.contains_key(&number)
    }

    pub(super) fn finish(self) -> Overlay {
        Overlay { chunks: self.chunks.searchable(), packs: self.packs }
    }
}

/// What some packs hold. Placements are kept encoded.
#[derive(Default)]
pub(super) struct Overlay {
    chunks: Sorted,
    packs: Packs,
}

impl Overlay {
    /// Where a chunk is. Fails only where its own files do.
    pub(super) fn get(&self, id: &ChunkId) -> io::Result<Vec<Placement>> {
        let bytes = self.chunks.get(entry::key(id))?;
        entry::get_all(&bytes, |number| Some(PackNumber(number))).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    pub(super) fn blocks(&self, number: PackNumber) -> Option<Vec<pack::Block>> {
        self.packs.get(&number).map(|(_, blocks)| blocks.clone())
    }
}
