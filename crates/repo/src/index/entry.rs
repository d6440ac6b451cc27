//! What the index keeps of one chunk in one pack, as a value and as bytes.
//!
//! The bytes are local and may change with every version of the program: the cache is then built anew. They carry a checksum over key and
//! value, because redb checks its pages only after a crash, and a cache that rots must be found out, not believed.

use liasse_format::ids::ChunkId;
use liasse_format::index::PackRecord;
use liasse_format::pack::{ChunkKind, Extent};
use liasse_format::wire::{self, Reader, Wire, Writer};

use super::PackNumber;

/// A chunk in one pack of the listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    pub(crate) pack: PackNumber,
    pub(crate) kind: ChunkKind,
    pub(crate) length: u32,
    pub(crate) extents: Vec<Extent>,
}

impl Placement {
    /// A range of this chunk as extents of another: what is literal here becomes an extent into this chunk, what comes from an origin one
    /// into that origin.
    pub(crate) fn range_of(&self, own: &ChunkId, offset: u32, length: u32) -> Vec<Extent> {
        let end = offset.saturating_add(length);
        let mut extents = Vec::new();
        let mut start = 0_u32;
        for extent in &self.extents {
            let next = start.saturating_add(extent.length());
            let (from, to) = (offset.max(start), end.min(next));
            if from < to {
                extents.push(match extent {
                    Extent::Literal { .. } => Extent::Origin { id: *own, offset: from, length: to - from },
                    Extent::Origin { id, offset: at, .. } => Extent::Origin { id: *id, offset: at + (from - start), length: to - from },
                });
            }
            start = next;
        }
        extents
    }
}

/// The hash of what is said of a pack's blocks and chunks: two that say the same have the same.
pub(crate) type Digest = [u8; 32];

pub(crate) fn digest(record: &PackRecord) -> Digest {
    *blake3::hash(&wire::encode(&record.directory)).as_bytes()
}

/// Appends a placement whose pack has this number in the file at hand.
pub(super) fn put(pack: u32, kind: ChunkKind, length: u32, extents: &[Extent], out: &mut Writer) {
    pack.put(out);
    kind.put(out);
    length.put(out);
    out.list(extents);
}

/// Reads all placements; `number` turns the file's pack numbers into those of the listing, or `None` for packs that are gone.
pub(super) fn get_all(bytes: &[u8], number: impl Fn(u32) -> Option<PackNumber>) -> Option<Vec<Placement>> {
    let mut input = Reader::new(bytes);
    let mut placements = Vec::new();
    while input.left() > 0 {
        let pack = u32::get(&mut input).ok()?;
        let kind = ChunkKind::get(&mut input).ok()?;
        let length = u32::get(&mut input).ok()?;
        let extents: Vec<Extent> = Wire::get(&mut input).ok()?;
        placements.extend(number(pack).map(|pack| Placement { pack, kind, length, extents }));
    }
    Some(placements)
}

const CHECK_SIZE: usize = 4;

fn check(key: &[u8], value: &[u8]) -> [u8; CHECK_SIZE] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key).update(value);
    let mut check = [0; CHECK_SIZE];
    hasher.finalize_xof().fill(&mut check);
    check
}

/// A value with its checksum.
pub(super) fn checked(key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len() + CHECK_SIZE);
    bytes.extend_from_slice(&check(key, value));
    bytes.extend_from_slice(value);
    bytes
}

/// A value without its checksum, or `None` where it does not match.
pub(super) fn unchecked<'a>(key: &[u8], bytes: &'a [u8]) -> Option<&'a [u8]> {
    let (sum, value) = bytes.split_first_chunk::<CHECK_SIZE>()?;
    (*sum == check(key, value)).then_some(value)
}

/// The bytes of a chunk's name, as redb wants them.
pub(super) fn key(id: &ChunkId) -> &[u8; 32] {
    &id.0
}
