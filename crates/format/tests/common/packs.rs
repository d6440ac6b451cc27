//! Directories, footers and segments.

use liasse_format::envelope::Kind;
use liasse_format::ids::{ChunkId, ObjectName};
use liasse_format::index::{PackRecord, Segment};
use liasse_format::pack::{
    BLOCK_LIMIT, BLOCK_OVERHEAD, BLOCKS_OFFSET, Block, Chunk, ChunkKind, Directory, Extent, Footer, PACK_LIMIT, STORED_LIMIT,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

fn block() -> impl Strategy<Value = Block> {
    (BLOCK_OVERHEAD + 1..=STORED_LIMIT, 1..=BLOCK_LIMIT, any::<u16>()).prop_map(|(stored, raw, codec)| Block { stored, raw, codec })
}

/// What an extent is made of, once the blocks are known: literal or of an origin, where, and numbers for the place.
type Seed = (bool, u8, u32, u32);

fn extents(id: ChunkId, blocks: &[Block], seeds: &[Seed]) -> Vec<Extent> {
    let mut extents: Vec<Extent> = Vec::new();
    for (literal, which, offset, length) in seeds {
        let block = blocks.get(usize::from(*which) % blocks.len().max(1)).filter(|_| *literal);
        let extent = if let Some(block) = block {
            let offset = offset % block.raw;
            let ordinal = u32::from(*which) % u32::try_from(blocks.len()).unwrap();
            Extent::Literal { block: ordinal, offset, length: 1 + length % 1000.min(block.raw - offset) }
        } else {
            let origin = if id == ChunkId([*which; 32]) { [which.wrapping_add(1); 32] } else { [*which; 32] };
            Extent::Origin { id: ChunkId(origin), offset: offset % (4 << 20), length: 1 + length % 1000 }
        };
        if extents.last().is_none_or(|last| !last.continues_in(&extent)) {
            extents.push(extent);
        }
    }
    extents
}

pub(crate) fn directory(kind: Kind) -> impl Strategy<Value = Directory> {
    let seeds = vec(any::<Seed>(), 1..6);
    let chunks = btree_map(any::<[u8; 32]>(), (any::<bool>(), seeds), 0..5);
    (vec(block(), 0..5), chunks).prop_map(move |(blocks, chunks)| {
        let chunks = chunks.into_iter().map(|(id, (list, seeds))| {
            let extents = extents(ChunkId(id), &blocks, &seeds);
            let kind = match (kind, list) {
                (Kind::DataPack, _) => ChunkKind::Data,
                (_, false) => ChunkKind::Tree,
                (_, true) => ChunkKind::List,
            };
            Chunk { kind, id: ChunkId(id), length: extents.iter().map(Extent::length).sum(), extents }
        });
        let chunks = chunks.collect();
        Directory { blocks, chunks }
    })
}

pub(crate) fn footer() -> impl Strategy<Value = Footer> {
    (BLOCKS_OFFSET.., any::<u64>(), 0..=65_536_u32, 0..=1_048_576_u32)
        .prop_map(|(directory_offset, directory_size, blocks, chunks)| Footer { directory_offset, directory_size, blocks, chunks })
}

fn pack(name: [u8; 32]) -> impl Strategy<Value = PackRecord> {
    prop_oneof![Just(Kind::DataPack), Just(Kind::TreePack)].prop_flat_map(move |kind| {
        (0..=PACK_LIMIT, directory(kind)).prop_map(move |(size, directory)| PackRecord { name: ObjectName(name), kind, size, directory })
    })
}

pub(crate) fn segment() -> impl Strategy<Value = Segment> {
    let packs = btree_set(any::<[u8; 32]>(), 0..4).prop_flat_map(|names| names.into_iter().map(pack).collect::<Vec<_>>());
    let replaces = btree_set(any::<[u8; 32]>(), 0..4).prop_map(|names| names.into_iter().map(ObjectName).collect());
    (replaces, packs, super::unknown()).prop_map(|(replaces, packs, unknown)| Segment { replaces, packs, unknown })
}
