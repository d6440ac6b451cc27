//! Leaf values of a file's previous version that no cache has: computed from the repository, where the key reads it.
//!
//! A file's values are kept from its first change on, so that change would cost whole chunks, and so would every file after the cache was
//! lost. A key that cannot read pays that once; with one that can, the old bytes are read back, which costs time and no bytes. Whatever
//! fails here only costs bytes.

use std::sync::OnceLock;

use liasse_repo::format::content::Content;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::{Entry, Node};
use liasse_repo::format::wire;
use liasse_repo::{ListWalk, Reader, Scratch, Session, Stop};

use crate::catalogue::Version;

/// Most bytes of a file that are read back: their values are held in memory, 8 MiB of them.
const MOST_BYTES: u64 = 256 << 20;

/// Reads back what a session's repository holds.
pub(super) struct ReadBack<'r> {
    session: &'r Session<'r>,
    stop: &'r Stop,
    /// Made when it is wanted first; `None` where that cannot be.
    reader: OnceLock<Option<Reader<'r>>>,
}

impl<'r> ReadBack<'r> {
    pub(super) fn new(session: &'r Session<'r>, stop: &'r Stop) -> Self {
        Self { session, stop, reader: OnceLock::new() }
    }

    /// The chunks of a file and their leaf values, by the file's entry of the last run.
    pub(super) fn version(&self, entry: &[u8]) -> Option<Version<'static>> {
        let Ok(Entry { node: Node::File(content), .. }) = wire::decode(entry) else { return None };
        if content.data_size() > MOST_BYTES {
            return None;
        }
        let reader = self.reader.get_or_init(|| self.session.repository().reader().ok()).as_ref()?;
        self.read(reader, &content)
    }

    fn read(&self, reader: &Reader<'_>, content: &Content) -> Option<Version<'static>> {
        let (mut scratch, mut bytes, mut leaves) = (Scratch::new().ok()?, Vec::new(), Vec::new());
        let mut version = Version::default();
        let mut walk = ListWalk::new(content);
        while let Some(chunk) = walk.next(reader, &mut scratch).ok()? {
            self.stop.check().ok()?;
            let verified = reader.chunk(ChunkKind::Data, &chunk, &mut scratch, &mut bytes).ok()?;
            self.session.leaf_values(&verified, &mut leaves);
            version.push(chunk, leaves.clone().into());
        }
        Some(version)
    }
}
