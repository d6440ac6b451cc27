//! Contents and entries.

use std::collections::{BTreeMap, BTreeSet};

use liasse_format::content::{ChunkRef, Content, Hole};
use liasse_format::ids::{ChunkId, Evidence, Hash};
use liasse_format::pack::CHUNK_LIMIT;
use liasse_format::tree::{Device, Entry, Metadata, Name, Node, Xattr};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::{bytes, text, time, unknown};

pub(crate) fn chunk_ref() -> impl Strategy<Value = ChunkRef> {
    (any::<[u8; 32]>(), 1..=CHUNK_LIMIT).prop_map(|(id, length)| ChunkRef { id: ChunkId(id), length })
}

/// A content with this data; holes stand at different places of it, so that they do not touch.
fn with_holes(data: u64, depth: u16, hash: [u8; 32], chunks: Vec<ChunkRef>, places: BTreeMap<u64, u32>) -> Content {
    let places: BTreeMap<u64, u32> = places.into_iter().map(|(place, length)| (place % (data + 1), length)).collect();
    let (mut size, mut holes) = (data, Vec::new());
    for (place, length) in places {
        holes.push(Hole { offset: place + (size - data), length: length.into() });
        size += u64::from(length);
    }
    let hash = if size == 0 { Hash::of(b"") } else { Hash(hash) };
    Content { size, hash, depth, chunks, holes }
}

fn places(most: usize) -> impl Strategy<Value = BTreeMap<u64, u32>> {
    btree_map(any::<u64>(), 1..=u32::MAX, 0..=most)
}

/// A content with at most so many holes.
pub(crate) fn content(most_holes: usize) -> impl Strategy<Value = Content> {
    let direct = (vec(chunk_ref(), 0..5), any::<[u8; 32]>(), places(most_holes)).prop_map(|(chunks, hash, places)| {
        let data = chunks.iter().map(|chunk| u64::from(chunk.length)).sum();
        with_holes(data, 0, hash, chunks, places)
    });
    let id = any::<[u8; 32]>();
    let listed = (1_025..1_u64 << 40, 1..=3_u16, id, 1_025..100_000_u32, any::<[u8; 32]>(), places(most_holes));
    let listed = listed.prop_map(|(data, depth, id, items, hash, places)| {
        with_holes(data, depth, hash, vec![ChunkRef { id: ChunkId(id), length: 36 * items }], places)
    });
    prop_oneof![direct, listed]
}

pub(crate) fn name() -> impl Strategy<Value = Name> {
    vec(any::<u8>(), 1..20).prop_filter_map("not a name", Name::new)
}

fn node() -> impl Strategy<Value = Node> {
    let device = || (any::<u32>(), any::<u32>()).prop_map(|(major, minor)| Device { major, minor });
    prop_oneof![
        content(3).prop_map(Node::File),
        (content(0), any::<[u8; 32]>()).prop_map(|(tree, evidence)| Node::Directory { tree, evidence: Evidence(evidence) }),
        vec(1..=255_u8, 1..20).prop_map(|target| Node::Symlink { target }),
        Just(Node::Fifo),
        device().prop_map(Node::CharDevice),
        device().prop_map(Node::BlockDevice),
    ]
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let owners = (0..=0o7777_u32, any::<u32>(), any::<u32>(), text(), text(), time());
    let xattrs = btree_map(vec(1..=255_u8, 1..10), bytes(), 0..4);
    let parts = (option::of(time()), option::of(1..=u64::MAX), option::of(any::<u32>()), option::of(bytes()), unknown());
    (owners, xattrs, parts).prop_map(|((mode, uid, gid, user, group, mtime), xattrs, parts)| {
        let (birth, hard_link, windows_attributes, windows_security, unknown) = parts;
        let xattrs = xattrs.into_iter().map(|(name, value)| Xattr { name, value }).collect();
        Metadata { mode, uid, gid, user, group, mtime, xattrs, birth, hard_link, windows_attributes, windows_security, unknown }
    })
}

pub(crate) fn entry() -> impl Strategy<Value = Entry> {
    (name(), node(), metadata()).prop_map(|(name, node, mut metadata)| {
        metadata.hard_link = metadata.hard_link.filter(|_| !matches!(node, Node::Directory { .. }));
        Entry { name, node, metadata }
    })
}

/// The entries of a directory, in order.
pub(crate) fn entries() -> impl Strategy<Value = Vec<Entry>> {
    btree_set(name(), 0..6).prop_flat_map(|names: BTreeSet<Name>| {
        let entry = |name: Name| {
            entry().prop_map(move |mut entry| {
                entry.name = name.clone();
                entry
            })
        };
        names.into_iter().map(entry).collect::<Vec<_>>()
    })
}
