//! Index segments of a session (`spec/index.md`): each lists packs that are durable.

use liasse_format::envelope::Kind;
use liasse_format::ids::{ObjectName, SessionId};
use liasse_format::index::{PackRecord, Segment};
use liasse_format::wire;
use liasse_seal::BoxKey;
use liasse_store::Area;

use crate::error::Result;
use crate::objects::{Objects, hash_key};

/// Bytes of directories at which a segment is written: with one pack more it is well under the limit of the format.
const MOST_BYTES: usize = 8 << 20;
const LEVEL: i32 = 3;

/// Gathers packs and writes segments.
pub(crate) struct SegmentWriter {
    objects: Objects,
    session: SessionId,
    pending: Vec<PackRecord>,
    /// Bytes of the pending ones, encoded.
    bytes: usize,
    written: Vec<ObjectName>,
    packs: Vec<ObjectName>,
}

impl SegmentWriter {
    pub(crate) fn new(objects: Objects, session: SessionId) -> Self {
        Self { objects, session, pending: Vec::new(), bytes: 0, written: Vec::new(), packs: Vec::new() }
    }

    /// Takes in a durable pack, and writes a segment when there is enough for one. Gives the bytes that were written.
    pub(crate) fn add(&mut self, record: PackRecord) -> Result<u64> {
        self.packs.push(record.name);
        self.bytes += wire::encode(&record).len();
        self.pending.push(record);
        if self.bytes < MOST_BYTES { Ok(0) } else { self.write() }
    }

    /// Writes what is pending. Gives the bytes that were written.
    pub(crate) fn write(&mut self) -> Result<u64> {
        if self.pending.is_empty() {
            return Ok(0);
        }
        let mut packs = std::mem::take(&mut self.pending);
        self.bytes = 0;
        packs.sort_unstable_by_key(|record| record.name);
        let segment = Segment { replaces: Vec::new(), packs, unknown: Vec::new() };
        let packed = liasse_seal::compress_packed(LEVEL, &wire::encode(&segment))?;
        let object = self.objects.seal(Kind::Segment, self.session, BoxKey::Segment, &packed)?;
        let name = ObjectName::of(&object);
        self.objects.put(&hash_key(Area::Index, name)?, &object)?;
        self.written.push(name);
        Ok(object.len() as u64)
    }

    pub(super) fn written(&self) -> &[ObjectName] {
        &self.written
    }

    pub(super) fn packs(&self) -> &[ObjectName] {
        &self.packs
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use liasse_format::ids::{ChunkId, RepositoryId};
    use liasse_format::pack::{Chunk, ChunkKind, Directory};
    use liasse_seal::RepositoryKeys;
    use liasse_store::{Memory, Store};

    use super::*;

    fn pack(name: u8, chunks: u32) -> PackRecord {
        let chunk = |n: u32| {
            let mut id = [name; 32];
            id.iter_mut().zip(n.to_be_bytes()).for_each(|(to, from)| *to = from);
            Chunk { kind: ChunkKind::Data, id: ChunkId(id), length: 0, extents: vec![] }
        };
        let directory = Directory { blocks: vec![], chunks: (0..chunks).map(chunk).collect() };
        PackRecord { name: ObjectName([name; 32]), kind: Kind::DataPack, size: 1000, directory }
    }

    #[test]
    fn packs_gather_until_there_is_enough_for_a_segment() {
        let store = Memory::new();
        let keys = Arc::new(RepositoryKeys::derive(&[7; 32]));
        let objects = Objects { store: Arc::new(store.clone()), repository: RepositoryId([1; 16]), keys };
        let mut writer = SegmentWriter::new(objects, SessionId([2; 16]));
        assert_eq!(writer.write().unwrap(), 0, "there is nothing to list");
        // 42 bytes each: a third of what is enough.
        for name in 1..=2 {
            assert_eq!(writer.add(pack(name, 70_000)).unwrap(), 0);
        }
        assert_eq!(store.list(Area::Index).unwrap(), []);
        let written = writer.add(pack(3, 70_000)).unwrap();
        let sizes = || store.list(Area::Index).unwrap().iter().map(|listed| listed.size).collect::<Vec<_>>();
        assert_eq!(sizes(), [written]);
        // What was written counts no more.
        assert_eq!(writer.add(pack(4, 70_000)).unwrap(), 0);
        let last = writer.write().unwrap();
        assert_eq!(sizes().iter().sum::<u64>(), written + last);
        assert_eq!(writer.write().unwrap(), 0);
        assert_eq!(writer.packs(), [1, 2, 3, 4].map(|name| ObjectName([name; 32])));
        let mut names: Vec<_> = writer.written().iter().map(ToString::to_string).collect();
        names.sort();
        assert_eq!(names, store.list(Area::Index).unwrap().into_iter().map(|listed| listed.name).collect::<Vec<_>>());
    }
}
