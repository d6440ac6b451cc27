//! What a disk holds when the power comes back: folders and whole files, and nothing that is still to come.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// The bytes of a file, and a hash of them, so that images are told apart without reading all of them again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) bytes: Arc<[u8]>,
    hash: u64,
}

impl Blob {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Self { bytes: bytes.into(), hash: hasher.finish() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Folder,
    File(Blob),
}

/// A disk at rest, by paths from its root, which is the empty path and always there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    pub(super) nodes: BTreeMap<String, Node>,
}

impl Image {
    /// Every file by its path, `/` between the parts.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.nodes.iter().filter_map(|(path, node)| match node {
            Node::File(blob) => Some((path.as_str(), &*blob.bytes)),
            Node::Folder => None,
        })
    }

    /// Every folder by its path.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter(|(_, node)| matches!(node, Node::Folder)).map(|(path, _)| path.as_str())
    }

    /// Changes or adds a file behind everybody's back.
    pub fn replace(&mut self, path: &str, bytes: Vec<u8>) {
        self.nodes.insert(path.to_owned(), Node::File(Blob::new(bytes)));
    }

    /// Takes a file or an empty folder away behind everybody's back. Returns whether there was one.
    pub fn remove(&mut self, path: &str) -> bool {
        self.nodes.remove(path).is_some()
    }

    /// 64 bits that tell images apart, but for chance.
    pub fn digest(&self) -> u64 {
        self.digest_without(|_| false)
    }

    /// The same; of files that `is_blank`, only that they are there.
    pub fn digest_without(&self, is_blank: impl Fn(&str) -> bool) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (path, node) in &self.nodes {
            path.hash(&mut hasher);
            match node {
                Node::File(blob) if !is_blank(path) => blob.hash.hash(&mut hasher),
                Node::File(_) => 1_u8.hash(&mut hasher),
                Node::Folder => 2_u8.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}
