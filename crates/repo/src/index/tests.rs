//! The index against a model: whatever was merged, deleted and listed again, with a cache and without, it knows what the model knows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use liasse_format::envelope::Kind;
use liasse_format::ids::{ChunkId, ObjectName, RepositoryId, SessionId};
use liasse_format::index::{PackRecord, Segment};
use liasse_format::pack::{Block, Chunk, ChunkKind, Directory, Extent};
use liasse_format::wire;
use liasse_seal::{BoxKey, RepositoryKeys};
use liasse_store::{Area, Memory, Store};

use super::{Index, Scratch};
use crate::objects::{Objects, hash_key};

/// Random numbers, the same in every run.
struct Random(blake3::OutputReader);

impl Random {
    fn new(seed: u64) -> Self {
        Self(blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof())
    }

    fn below(&mut self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % bound
    }

    /// One of few names, so that packs share chunks.
    fn id(&mut self) -> ChunkId {
        ChunkId(*blake3::hash(&self.below(60).to_le_bytes()).as_bytes())
    }

    fn record(&mut self) -> PackRecord {
        let blocks: Vec<Block> =
            (0..=self.below(4)).map(|n| Block { stored: 100 + u32::try_from(n).unwrap(), raw: 5000, codec: 0 }).collect();
        let mut chunks = BTreeMap::new();
        for _ in 0..self.below(30) {
            let (id, length) = (self.id(), 1 + u32::try_from(self.below(1000)).unwrap());
            let block = u32::try_from(self.below(blocks.len() as u64)).unwrap();
            let origin = self.id();
            let extents = if length > 10 && origin != id && self.below(3) == 0 {
                vec![Extent::Origin { id: origin, offset: 3, length: 4 }, Extent::Literal { block, offset: 7, length: length - 4 }]
            } else {
                vec![Extent::Literal { block, offset: 9, length }]
            };
            chunks.insert(id, Chunk { kind: ChunkKind::Data, id, length, extents });
        }
        let directory = Directory { blocks, chunks: chunks.into_values().collect() };
        let mut name = [0; 32];
        self.0.fill(&mut name);
        PackRecord { name: ObjectName(name), kind: Kind::DataPack, size: 7, directory }
    }
}

struct World {
    store: Memory,
    objects: Objects,
    records: Vec<PackRecord>,
}

impl World {
    fn new() -> Self {
        let store = Memory::new();
        let keys = Arc::new(RepositoryKeys::derive(&[7; 32]));
        let objects = Objects { store: Arc::new(store.clone()), repository: RepositoryId([1; 16]), keys };
        Self { store, objects, records: Vec::new() }
    }

    fn put_segment(&mut self, mut packs: Vec<PackRecord>) -> ObjectName {
        packs.sort_by_key(|record| record.name);
        packs.dedup_by_key(|record| record.name);
        for record in &packs {
            self.store.replace(hash_key(Area::Packs, record.name).unwrap(), *b"a pack ");
        }
        let packed = liasse_seal::compress_packed(3, &wire::encode(&Segment { packs: packs.clone(), ..Segment::default() })).unwrap();
        let object = self.objects.seal(Kind::Segment, SessionId([2; 16]), BoxKey::Segment, &packed).unwrap();
        let name = ObjectName::of(&object);
        self.store.put(&hash_key(Area::Index, name).unwrap(), &object).unwrap();
        self.records.extend(packs);
        name
    }

    fn is_there(&self, record: &PackRecord) -> bool {
        self.store.size(&hash_key(Area::Packs, record.name).unwrap()).unwrap().is_some()
    }

    /// Every chunk where the records say it is, in the packs that are there; and nothing else.
    fn compare(&self, cache: Option<&Path>, scratch: &Scratch, context: &str) {
        let index = Index::load(&self.objects, cache, scratch).unwrap();
        let mut model: BTreeMap<ChunkId, BTreeSet<(ObjectName, u32, String)>> = BTreeMap::new();
        for record in self.records.iter().filter(|record| self.is_there(record)) {
            for chunk in &record.directory.chunks {
                model.entry(chunk.id).or_default().insert((record.name, chunk.length, format!("{:?}", chunk.extents)));
            }
            let blocks = index.blocks(index.number(&record.name).unwrap()).unwrap();
            assert_eq!(blocks.iter().map(|place| place.block).collect::<Vec<_>>(), record.directory.blocks, "{context}");
        }
        for n in 0..60_u64 {
            let id = ChunkId(*blake3::hash(&n.to_le_bytes()).as_bytes());
            let found = index.placements(&id).unwrap();
            let as_set: BTreeSet<_> =
                found.iter().map(|p| (index.pack(p.pack).unwrap().name, p.length, format!("{:?}", p.extents))).collect();
            assert_eq!(found.len(), as_set.len(), "{context}: a placement twice");
            assert_eq!(as_set, model.remove(&id).unwrap_or_default(), "{context}: chunk {n}");
        }
        assert!(model.is_empty());
    }
}

#[test]
fn the_index_knows_what_a_map_would() {
    for seed in 0..12 {
        let mut random = Random::new(seed);
        let mut world = World::new();
        let folder = tempfile::tempdir().unwrap();
        // Of few rows each, so that there are many runs, or of all.
        let scratch = if seed % 3 == 0 { Scratch::new(Some(folder.path())) } else { Scratch::tiny(folder.path(), 100 << seed) };
        for step in 0..14 {
            let context = format!("seed {seed}, step {step}");
            match random.below(6) {
                0..=2 => {
                    let mut packs: Vec<_> = (0..=random.below(3)).map(|_| random.record()).collect();
                    // Segments may overlap.
                    if !world.records.is_empty() && random.below(3) == 0 {
                        packs.push(world.records[usize::try_from(random.below(world.records.len() as u64)).unwrap()].clone());
                    }
                    let name = world.put_segment(packs);
                    if random.below(2) == 0 {
                        Index::merge(&world.objects, folder.path(), &[name]).unwrap();
                    }
                }
                3 if !world.records.is_empty() => {
                    let gone = usize::try_from(random.below(world.records.len() as u64)).unwrap();
                    world.store.delete(&hash_key(Area::Packs, world.records[gone].name).unwrap());
                }
                4 => world.compare(Some(folder.path()), &scratch, &context),
                _ => world.compare(None, &scratch, &context),
            }
        }
        world.compare(Some(folder.path()), &scratch, "at the end");
        world.compare(None, &scratch, "at the end");
        world.compare(None, &Scratch::new(None), "in memory, at the end");
    }
}
