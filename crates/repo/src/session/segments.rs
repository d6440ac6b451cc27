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
