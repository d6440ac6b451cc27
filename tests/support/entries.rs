//! Entries of a snapshot as `tests/golden/expected.json` has them, from the repository through the library.

use liasse_repo::format::time::Time;
use liasse_repo::format::tlv::Part;
use liasse_repo::format::tree::{Entry, Node};
use liasse_repo::format::wire::{self, Wire};
use serde_json::{Value, json};

use crate::disk::{hex, text};

pub(crate) fn time(time: Time) -> Value {
    json!([time.seconds(), time.nanoseconds()])
}

pub(crate) fn parts(parts: &[Part]) -> Vec<Value> {
    parts.iter().map(|part| json!([part.tag, hex(&part.bytes)])).collect()
}

/// An entry of a snapshot, as the library gives it.
pub(crate) fn of_entry(path: &[u8], entry: &Entry) -> Value {
    let metadata = &entry.metadata;
    let mut value = json!({
        "path": text(path), "type": kind(&entry.node), "mode": format!("{:04o}", metadata.mode), "uid": metadata.uid,
        "gid": metadata.gid, "user": metadata.user, "group": metadata.group, "mtime": time(metadata.mtime),
    });
    match &entry.node {
        Node::File(content) => {
            value["size"] = json!(content.size);
            value["blake3"] = json!(content.hash.to_string());
            value["holes"] = content.holes.iter().map(|hole| json!([hole.offset, hole.length])).collect();
            value["depth"] = json!(content.depth);
        }
        Node::Directory { evidence, .. } => value["evidence"] = json!(evidence.to_string()),
        Node::Symlink { target } => value["target"] = text(target),
        Node::CharDevice(device) | Node::BlockDevice(device) => value["device"] = json!([device.major, device.minor]),
        Node::Fifo => {}
    }
    if !metadata.xattrs.is_empty() {
        let pair = |name: &[u8], bytes: &[u8]| json!([text(name), hex(bytes)]);
        value["xattrs"] = metadata.xattrs.iter().map(|xattr| pair(&xattr.name, &xattr.value)).collect();
    }
    let mut optional = Vec::new();
    optional.extend(metadata.birth.map(|birth| known(1, &birth)));
    optional.extend(metadata.hard_link.map(|group| known(2, &group)));
    optional.extend(metadata.windows_attributes.map(|attributes| known(3, &attributes)));
    optional.extend(metadata.windows_security.as_ref().map(|bytes| json!([4, hex(bytes)])));
    optional.extend(parts(&metadata.unknown));
    if !optional.is_empty() {
        value["tlvs"] = json!(optional);
    }
    value
}

fn known(tag: u16, value: &impl Wire) -> Value {
    json!([tag, hex(&wire::encode(value))])
}

fn kind(node: &Node) -> &'static str {
    match node {
        Node::File(_) => "file",
        Node::Directory { .. } => "directory",
        Node::Symlink { .. } => "symlink",
        Node::Fifo => "fifo",
        Node::CharDevice(_) => "char_device",
        Node::BlockDevice(_) => "block_device",
    }
}
