//! Packs, contents and trees in the form that `spec/vectors/README.md` gives them.

use liasse_format::content::{ChunkRef, Content};
use liasse_format::ids::Evidence;
use liasse_format::index::Segment;
use liasse_format::pack::{Directory, Extent};
use liasse_format::time::Time;
use liasse_format::tlv::Part;
use liasse_format::tree::{Entry, Metadata, Name, Node};
use liasse_format::wire::{self, Wire};
use serde_json::{Value, json};

use super::params::hex;

pub(crate) fn time(time: Time) -> Value {
    json!([time.seconds(), time.nanoseconds()])
}

pub(crate) fn parts(parts: &[Part]) -> Value {
    parts.iter().map(|part| json!([part.tag, hex(&part.bytes)])).collect()
}

fn extent(extent: &Extent) -> Value {
    match extent {
        Extent::Literal { block, offset, length } => json!({ "block": block, "offset": offset, "length": length }),
        Extent::Origin { id, offset, length } => json!({ "origin": id.to_string(), "offset": offset, "length": length }),
    }
}

pub(crate) fn directory(directory: &Directory) -> Value {
    let blocks = directory.blocks.iter().map(|block| json!({ "stored": block.stored, "raw": block.raw, "codec": block.codec }));
    let chunks = directory.chunks.iter().map(|chunk| {
        let extents: Value = chunk.extents.iter().map(extent).collect();
        json!({ "kind": chunk.kind as u16 + 1, "id": chunk.id.to_string(), "length": chunk.length, "extents": extents })
    });
    json!({ "blocks": blocks.collect::<Value>(), "chunks": chunks.collect::<Value>() })
}

pub(crate) fn segment(segment: &Segment) -> Value {
    let packs = segment.packs.iter().map(|pack| {
        let mut value = directory(&pack.directory);
        value["name"] = pack.name.to_string().into();
        value["kind"] = pack.kind.number().into();
        value["size"] = pack.size.into();
        value
    });
    json!({
        "replaces": segment.replaces.iter().map(ToString::to_string).collect::<Value>(),
        "packs": packs.collect::<Value>(), "tlvs": parts(&segment.unknown),
    })
}

pub(crate) fn chunk_ref(chunk: &ChunkRef) -> Value {
    json!({ "id": chunk.id.to_string(), "length": chunk.length })
}

pub(crate) fn content(content: &Content) -> Value {
    json!({
        "size": content.size, "hash": content.hash.to_string(), "depth": content.depth,
        "chunks": content.chunks.iter().map(chunk_ref).collect::<Value>(),
        "holes": content.holes.iter().map(|hole| json!([hole.offset, hole.length])).collect::<Value>(),
    })
}

/// A directory's entry with this content.
pub(crate) fn directory_of(tree: Content) -> Entry {
    Entry { name: Name::new(*b"d").unwrap(), node: Node::Directory { tree, evidence: Evidence([0; 32]) }, metadata: Metadata::default() }
}

pub(crate) fn entry(entry: &Entry) -> Value {
    let metadata = &entry.metadata;
    let xattrs = metadata.xattrs.iter().map(|xattr| json!([hex(&xattr.name), hex(&xattr.value)]));
    let mut value = json!({
        "name": hex(entry.name.as_bytes()), "type": entry.node.type_number(), "mode": metadata.mode, "uid": metadata.uid,
        "gid": metadata.gid, "user": metadata.user, "group": metadata.group, "mtime": time(metadata.mtime),
        "xattrs": xattrs.collect::<Value>(), "tlvs": entry_parts(metadata),
    });
    match &entry.node {
        Node::File(data) => value["content"] = content(data),
        Node::Directory { tree, evidence } => {
            value["content"] = content(tree);
            value["evidence"] = evidence.to_string().into();
        }
        Node::Symlink { target } => value["target"] = hex(target).into(),
        Node::Fifo => {}
        Node::CharDevice(device) | Node::BlockDevice(device) => {
            value["major"] = device.major.into();
            value["minor"] = device.minor.into();
        }
    }
    value
}

/// The optional parts of an entry: the known ones, then the others, whose tags are higher in all vectors.
fn entry_parts(metadata: &Metadata) -> Value {
    fn known<T: Wire>(tag: u16, value: Option<&T>) -> Option<Part> {
        value.map(|value| Part { tag, bytes: wire::encode(value) })
    }
    let security = metadata.windows_security.clone().map(|bytes| Part { tag: 4, bytes });
    let parts = [
        known(1, metadata.birth.as_ref()),
        known(2, metadata.hard_link.as_ref()),
        known(3, metadata.windows_attributes.as_ref()),
        security,
    ];
    let parts: Vec<Part> = parts.into_iter().flatten().chain(metadata.unknown.iter().cloned()).collect();
    self::parts(&parts)
}
