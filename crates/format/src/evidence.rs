//! Evidence: what an entry was, independently of how it is stored (`spec/evidence.md`).

use crate::ids::{Evidence, Hash};
use crate::time::Time;
use crate::tree::{Entry, Name, Node, Xattr};
use crate::wire::{Wire, Writer};

const ENTRY: &str = "liasse v1 evidence: entry";
const NODE: &str = "liasse v1 evidence: node";
const DIRECTORY: &str = "liasse v1 evidence: directory";

/// What the evidence of an entry is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its name.
    pub name: Name,
    /// The number of its type, as in trees.
    pub kind: u16,
    /// Bytes of a file, or of where a link points; else 0.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Time of the last change of the content.
    pub mtime: Time,
    /// BLAKE3 of the content, or the evidence root of a directory.
    pub content: Hash,
    /// BLAKE3 of the encoded list of extended attributes.
    pub xattrs: Hash,
}

impl Facts {
    /// Those of an entry.
    pub fn of(entry: &Entry) -> Self {
        let metadata = &entry.metadata;
        let (size, content) = match &entry.node {
            Node::File(content) => (content.size, content.hash),
            Node::Directory { evidence, .. } => (0, Hash(evidence.0)),
            Node::Symlink { target } => (target.len() as u64, Hash::of(target)),
            Node::Fifo => (0, Hash::of(b"")),
            Node::CharDevice(device) | Node::BlockDevice(device) => (0, Hash::of(&crate::wire::encode(device))),
        };
        let (name, kind) = (entry.name.clone(), entry.node.type_number());
        Self { name, kind, size, mode: metadata.mode, mtime: metadata.mtime, content, xattrs: xattrs(&metadata.xattrs) }
    }

    /// The hash of the entry.
    pub fn hash(&self) -> Evidence {
        let mut out = Writer::default();
        self.name.put(&mut out);
        self.kind.put(&mut out);
        self.size.put(&mut out);
        self.mode.put(&mut out);
        self.mtime.put(&mut out);
        self.content.put(&mut out);
        self.xattrs.put(&mut out);
        derive(ENTRY, &out.into_bytes())
    }
}

/// The hash of a list of extended attributes.
pub fn xattrs(list: &Vec<Xattr>) -> Hash {
    Hash::of(&crate::wire::encode(list))
}

/// The hash of one entry.
pub fn of_entry(entry: &Entry) -> Evidence {
    Facts::of(entry).hash()
}

fn derive(context: &str, bytes: &[u8]) -> Evidence {
    Evidence(blake3::derive_key(context, bytes))
}

fn node(left: &Evidence, right: &Evidence) -> Evidence {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&left.0);
    bytes[32..].copy_from_slice(&right.0);
    derive(NODE, &bytes)
}

/// Grows the evidence of a directory, entry by entry, in the order of their names.
///
/// It keeps the roots of the complete subtrees to the left, one for each bit of the count, as RFC 6962 trees allow.
#[derive(Default)]
pub struct DirectoryEvidence {
    count: u64,
    complete: Vec<Evidence>,
}

impl DirectoryEvidence {
    /// Takes in the next entry's hash.
    pub fn push(&mut self, entry: Evidence) {
        let mut right = entry;
        for _ in 0..self.count.trailing_ones() {
            if let Some(left) = self.complete.pop() {
                right = node(&left, &right);
            }
        }
        self.complete.push(right);
        self.count += 1;
    }

    /// The evidence root of the directory.
    pub fn root(&self) -> Evidence {
        let tree = self.complete.iter().copied().rev().reduce(|right, left| node(&left, &right)).unwrap_or(Evidence([0; 32]));
        let mut bytes = [0; 40];
        bytes[..8].copy_from_slice(&self.count.to_le_bytes());
        bytes[8..].copy_from_slice(&tree.0);
        derive(DIRECTORY, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962, section 2.1, as it stands there.
    fn by_definition(hashes: &[Evidence]) -> Evidence {
        match hashes {
            [] => Evidence([0; 32]),
            [one] => *one,
            _ => {
                let (left, right) = hashes.split_at(hashes.len().next_power_of_two() / 2);
                node(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn streaming_gives_the_tree_of_the_definition() {
        let hashes: Vec<_> = (0..70_u8).map(|n| Evidence([n; 32])).collect();
        for count in 0..hashes.len() {
            let some: Vec<_> = hashes.iter().copied().take(count).collect();
            let mut streamed = DirectoryEvidence::default();
            for hash in &some {
                streamed.push(*hash);
            }
            let mut bytes = (count as u64).to_le_bytes().to_vec();
            bytes.extend_from_slice(&by_definition(&some).0);
            assert_eq!(streamed.root(), derive(DIRECTORY, &bytes), "{count} entries");
        }
    }
}
