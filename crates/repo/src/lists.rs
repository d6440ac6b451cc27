//! Walking the chunks of a content, through lists that are themselves stored as chunks (`spec/tree.md`).

use std::collections::VecDeque;

use liasse_format::content::{self, ChunkRef, Content};
use liasse_format::pack::ChunkKind;
use liasse_format::wire::Wire;

use crate::error::{Error, Result};
use crate::reader::{Reader, Scratch};

/// Most chunks of the data of one content: far beyond any file, and a bound for hostile lists.
const MOST_CHUNKS: u64 = 1 << 40;

/// One level of lists: items that were read, and the end of the last list chunk where it did not end with an item.
#[derive(Default)]
struct Level {
    items: VecDeque<ChunkRef>,
    carry: Vec<u8>,
    /// Bytes of the stored lists that were read for this level.
    bytes: u64,
}

/// The chunks of the data of a content, in order. Memory is bounded by one list chunk a level.
pub struct ListWalk {
    /// The innermost level, of data chunks, last.
    levels: Vec<Level>,
    left: u64,
    given: u64,
}

impl ListWalk {
    /// Starts at the first chunk.
    pub fn new(content: &Content) -> Self {
        let mut levels: Vec<Level> = (0..=content.depth).map(|_| Level::default()).collect();
        if let Some(outermost) = levels.first_mut() {
            outermost.items = content.chunks.iter().copied().collect();
        }
        Self { levels, left: content.data_size(), given: 0 }
    }

    /// The next chunk of the data.
    pub fn next(&mut self, reader: &Reader<'_>, scratch: &mut Scratch) -> Result<Option<ChunkRef>> {
        let innermost = self.levels.len().saturating_sub(1);
        if !self.fill(innermost, reader, scratch)? {
            return if self.left == 0 { Ok(None) } else { Err(Error::BadContent { what: "its list of chunks is too short" }) };
        }
        let chunk = self.levels.last_mut().and_then(|level| level.items.pop_front());
        let chunk = chunk.ok_or(Error::Internal("a filled level is not empty"))?;
        self.given += 1;
        self.left = self.left.checked_sub(chunk.length.into()).ok_or(Error::BadContent { what: "its list of chunks is too long" })?;
        if self.given > MOST_CHUNKS { Err(Error::BadContent { what: "it has too many chunks" }) } else { Ok(Some(chunk)) }
    }

    /// Makes sure that a level has an item; false at its end.
    fn fill(&mut self, level: usize, reader: &Reader<'_>, scratch: &mut Scratch) -> Result<bool> {
        loop {
            if self.levels.get(level).is_some_and(|level| !level.items.is_empty()) {
                return Ok(true);
            }
            let Some(outer) = level.checked_sub(1) else { return Ok(false) };
            if !self.fill(outer, reader, scratch)? {
                let bytes = self.levels.get(level).map_or(0, |level| level.bytes);
                content::check_list_size(bytes).map_err(Error::decode("a list of chunks"))?;
                return Ok(false);
            }
            let list = self.levels.get_mut(outer).and_then(|level| level.items.pop_front());
            let list = list.ok_or(Error::Internal("a filled level is not empty"))?;
            let mut bytes = Vec::new();
            reader.chunk(ChunkKind::List, &list, scratch, &mut bytes)?;
            if let Some(level) = self.levels.get_mut(level) {
                level.take_in(&bytes)?;
            }
        }
    }
}

impl Level {
    fn take_in(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        self.carry.extend_from_slice(bytes);
        let whole = self.carry.len() - self.carry.len() % ChunkRef::MIN_SIZE;
        let items = content::decode_list(self.carry.get(..whole).unwrap_or_default()).map_err(Error::decode("a list of chunks"))?;
        self.items.extend(items);
        self.carry.drain(..whole);
        Ok(())
    }
}
