//! Walking trees: the entries of a directory, in order, in bounded memory.

use liasse_format::content::Content;
use liasse_format::evidence::{self, DirectoryEvidence};
use liasse_format::ids::{Evidence, Hash};
use liasse_format::pack::ChunkKind;
use liasse_format::tree::{Entry, TreeDecoder};

use crate::error::{Error, Result};
use crate::lists::ListWalk;
use crate::reader::{Reader, Scratch};

/// The entries of one directory, as they are read.
pub struct TreeWalk<'r> {
    reader: &'r Reader<'r>,
    lists: ListWalk,
    decoder: TreeDecoder,
    buffer: Vec<u8>,
    evidence: DirectoryEvidence,
    /// What has been read, and what it must hash to at the end.
    hash: Option<(blake3::Hasher, Hash)>,
}

impl<'r> TreeWalk<'r> {
    /// Starts at the first entry of a directory.
    pub fn new(reader: &'r Reader<'r>, tree: &Content) -> Self {
        Self {
            reader,
            lists: ListWalk::new(tree),
            decoder: TreeDecoder::default(),
            buffer: Vec::new(),
            evidence: DirectoryEvidence::default(),
            hash: None,
        }
    }

    /// As [`TreeWalk::new`], and refuses a stream that does not have the hash that its content states.
    pub(crate) fn hashed(reader: &'r Reader<'r>, tree: &Content) -> Self {
        Self { hash: Some((blake3::Hasher::new(), tree.hash)), ..Self::new(reader, tree) }
    }

    /// The next entry.
    pub fn next(&mut self, scratch: &mut Scratch) -> Result<Option<Entry>> {
        loop {
            if let Some((entry, _)) = self.decoder.next_entry().map_err(Error::decode("a tree"))? {
                self.evidence.push(evidence::of_entry(&entry));
                return Ok(Some(entry));
            }
            let Some(chunk) = self.lists.next(self.reader, scratch)? else {
                self.decoder.end().map_err(Error::decode("a tree"))?;
                return self.check_hash().map(|()| None);
            };
            self.reader.chunk(ChunkKind::Tree, &chunk, scratch, &mut self.buffer)?;
            if let Some((hasher, _)) = &mut self.hash {
                hasher.update(&self.buffer);
            }
            self.decoder.push(&self.buffer);
        }
    }

    fn check_hash(&self) -> Result<()> {
        match &self.hash {
            Some((hasher, stated)) if *hasher.finalize().as_bytes() != stated.0 => {
                Err(Error::BadContent { what: "its bytes are not those that its hash says" })
            }
            _ => Ok(()),
        }
    }

    /// Evidence over the entries so far; after the last, it must be what the directory's own entry says.
    pub fn evidence(&self) -> Evidence {
        self.evidence.root()
    }
}
