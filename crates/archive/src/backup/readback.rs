//! Leaf values of a file's previous version that no cache has: computed from the repository, where the key reads it.
//!
//! A file's values are kept from its first change on, so that change would cost whole chunks, and so would every file after the cache was
//! lost. A key that cannot read pays that once; with one that can, the old bytes are read back, which costs time and no bytes. Must never
//! read what did not change: a chunk is read back only when another stands in its place. Whatever fails here only costs bytes.

use std::sync::{Mutex, OnceLock, PoisonError};

use liasse_repo::format::content::{ChunkRef, Content};
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::{Entry, Node};
use liasse_repo::format::wire;
use liasse_repo::{LeafValue, ListWalk, Reader, Scratch, Session, Stop};

use crate::catalogue::Version;

/// Most bytes of a file that is read back: all of it is, if it changed all over.
const MOST_BYTES: u64 = 256 << 20;

/// Gives what was stored of files, by what the last run made of them.
pub(super) trait ReadsBack: Sync {
    /// The chunks of a file, by its entry; their leaf values are for [`ReadsBack::leaves`].
    fn version(&self, entry: &[u8]) -> Option<Version<'static>>;

    /// The leaf values of a chunk.
    fn leaves(&self, chunk: &ChunkRef, leaves: &mut Vec<LeafValue>) -> Option<()>;
}

/// Reads back what a session's repository holds.
pub(super) struct ReadBack<'r> {
    session: &'r Session<'r>,
    stop: &'r Stop,
    /// Made when it is wanted first; `None` where that cannot be.
    reader: OnceLock<Option<Reader<'r>>>,
    /// What nobody reads with at the moment.
    idle: Mutex<Vec<(Scratch, Vec<u8>)>>,
}

impl<'r> ReadBack<'r> {
    pub(super) fn new(session: &'r Session<'r>, stop: &'r Stop) -> Self {
        Self { session, stop, reader: OnceLock::new(), idle: Mutex::default() }
    }

    fn reader(&self) -> Option<&Reader<'r>> {
        self.reader.get_or_init(|| self.session.repository().reader().ok()).as_ref()
    }

    fn chunks(&self, content: &Content) -> Option<Version<'static>> {
        let mut version = Version::default();
        if content.depth == 0 {
            content.chunks.iter().for_each(|chunk| version.push(*chunk, None));
            return Some(version);
        }
        let (reader, mut scratch) = (self.reader()?, Scratch::new().ok()?);
        let mut walk = ListWalk::new(content);
        while let Some(chunk) = walk.next(reader, &mut scratch).ok()? {
            self.stop.check().ok()?;
            version.push(chunk, None);
        }
        Some(version)
    }
}

impl ReadsBack for ReadBack<'_> {
    fn version(&self, entry: &[u8]) -> Option<Version<'static>> {
        match wire::decode(entry) {
            Ok(Entry { node: Node::File(content), .. }) if content.data_size() <= MOST_BYTES => self.chunks(&content),
            _ => None,
        }
    }

    fn leaves(&self, chunk: &ChunkRef, leaves: &mut Vec<LeafValue>) -> Option<()> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = self.reader()?;
        let spare = idle().pop();
        let (mut scratch, mut bytes) = match spare {
            Some(spare) => spare,
            None => (Scratch::new().ok()?, Vec::new()),
        };
        let verified = reader.chunk(ChunkKind::Data, chunk, &mut scratch, &mut bytes).ok()?;
        self.session.leaf_values(&verified, leaves);
        idle().push((scratch, bytes));
        Some(())
    }
}
