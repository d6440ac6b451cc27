//! Segments are copies: those that are replaced are left out, and where one is wrong the pack's own directory prevails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_for_each)]

mod support;

use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::envelope::Kind;
use liasse_repo::format::ids::ObjectName;
use liasse_repo::format::index::{PackRecord, Segment};
use liasse_repo::format::pack::{Block, Chunk, ChunkKind, Directory, Extent};
use liasse_repo::store::{Area, Key, Memory, Store};
use liasse_repo::{Repository, Scratch, Whoami};
use support::{DEEP, SHALLOW, check, data_id, empty, noise, open, put_pack, put_segment};

/// A repository with one pack of two chunks that are of the same length.
struct World {
    store: Memory,
    credential: Vec<u8>,
    chunks: [Vec<u8>; 2],
    record: PackRecord,
    cache: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let (store, credential) = empty();
        let chunks = [noise(1, 900), noise(2, 900)];
        let chunk = |n: usize, offset| {
            let extents = vec![Extent::Literal { block: 0, offset, length: 900 }];
            Chunk { kind: ChunkKind::Data, id: data_id(&credential, &chunks[n]), length: 900, extents }
        };
        let mut listed = vec![chunk(0, 0), chunk(1, 900)];
        listed.sort_by_key(|chunk| chunk.id);
        let name = put_pack(&store, &credential, &[&chunks.concat()], &listed);
        let directory = Directory { blocks: vec![Block { stored: 1816, raw: 1800, codec: 0 }], chunks: listed };
        let size = store.size(&Key::new(Area::Packs, &name.to_string()).unwrap()).unwrap().unwrap();
        let record = PackRecord { name, kind: Kind::DataPack, size, directory };
        Self { store, credential, chunks, record, cache: tempfile::tempdir().unwrap() }
    }

    fn list(&self, record: &PackRecord, replaces: Vec<ObjectName>) -> ObjectName {
        put_segment(&self.store, &self.credential, &Segment { replaces, packs: vec![record.clone()], unknown: vec![] })
    }

    /// The two chunks have each other's places, and one may be left out.
    fn wrong(&self, omits: bool) -> PackRecord {
        let mut record = self.record.clone();
        let chunks = &mut record.directory.chunks;
        if omits {
            chunks.pop();
        }
        for chunk in chunks {
            let Extent::Literal { offset, .. } = &mut chunk.extents[0] else { continue };
            *offset = 900 - *offset;
        }
        record
    }

    fn open(&self, cached: bool) -> Repository {
        let repository = open(self.store.clone(), &self.credential).unwrap();
        if cached { repository.with_cache(self.cache.path()) } else { repository }
    }

    fn assert_readable(&self, context: &str) {
        for cached in [false, true, true] {
            let repository = self.open(cached);
            let reader = repository.reader().unwrap();
            let (mut scratch, mut out) = (Scratch::new().unwrap(), Vec::new());
            for bytes in self.chunks.iter().chain(self.chunks.iter().rev()) {
                let chunk = ChunkRef { id: data_id(&self.credential, bytes), length: 900 };
                let read = reader.chunk(ChunkKind::Data, &chunk, &mut scratch, &mut out).unwrap();
                assert_eq!(&*read, bytes.as_slice(), "{context}, cached {cached}");
                reader.locate(ChunkKind::Data, &chunk).unwrap();
            }
        }
    }
}

#[test]
fn a_pack_prevails_over_a_segment_that_is_wrong() {
    for omits in [false, true] {
        let world = World::new();
        world.list(&world.wrong(omits), vec![]);
        world.assert_readable(&format!("omits {omits}"));
        let report = check(&world.open(false), DEEP).unwrap();
        assert!(report.findings.iter().any(|finding| finding.what.contains("not what a segment says")), "{report:?}");
    }
}

#[test]
fn where_segments_disagree_the_pack_is_asked_at_once() {
    for wrong_first in [false, true] {
        let world = World::new();
        let mut records = [world.record.clone(), world.wrong(true)];
        if wrong_first {
            records.reverse();
        }
        for record in &records {
            world.list(record, vec![]);
            // Merged one after the other.
            world.open(true).reader().unwrap();
        }
        for cached in [false, true, true] {
            let repository = world.open(cached);
            let session = repository.begin(Whoami::default()).unwrap();
            let known = world.chunks.iter().all(|chunk| !session.put(ChunkKind::Data, chunk).unwrap().new);
            assert!(known, "wrong first {wrong_first}, cached {cached}");
        }
        world.assert_readable("two segments");
        let report = check(&world.open(false), SHALLOW).unwrap();
        assert!(report.findings.iter().any(|finding| finding.what.contains("disagrees")), "{report:?}");
    }
}

#[test]
fn what_a_replaced_segment_says_does_not_count() {
    for cached_before in [false, true] {
        let world = World::new();
        let mut record = world.record.clone();
        let foreign = noise(3, 900);
        record.directory.chunks[0].id = data_id(&world.credential, &foreign);
        record.directory.chunks.sort_by_key(|chunk| chunk.id);
        let is_new = |cached| {
            let repository = world.open(cached);
            let session = repository.begin(Whoami::default()).unwrap();
            session.put(ChunkKind::Data, &foreign).unwrap().new
        };
        let first = world.list(&record, vec![]);
        assert!(!is_new(false));
        if cached_before {
            assert!(!is_new(true));
        }
        // It is replaced, and what replaces it is replaced in turn, by one that says nothing of the pack.
        let second = world.list(&world.record, vec![first]);
        put_segment(&world.store, &world.credential, &Segment { replaces: vec![second], packs: vec![], unknown: vec![] });
        for cached in [false, true, true] {
            assert!(is_new(cached), "cached {cached}, before {cached_before}");
        }
        world.assert_readable("replaced");
        assert!(check(&world.open(false), DEEP).unwrap().is_sound());
    }
}
