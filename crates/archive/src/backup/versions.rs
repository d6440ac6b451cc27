//! Storing a file over its previous version: chunk by chunk at the same places, so that each costs only the leaves that changed.
//!
//! A file that is changed in place keeps the cuts of its previous version, wherever a chunk still shares leaves with the one that stood
//! there: cutting anew would move the places at a changed cut and find nothing to share. Where nothing is shared, the stream is cut by
//! its content, and as soon as a chunk is found that the previous version had, both go on together from there.

use liasse_chunk::Chunker;
use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::pack::{CHUNK_LIMIT, ChunkKind};
use liasse_repo::{Files, LeafValue, Older};

use super::Run;
use super::file::{News, ReadError};
use super::noise;
use crate::catalogue::{NewVersion, OldChunk, Version};
use crate::source::SourceError;
use crate::stream::ListWriter;

/// Bytes of files whose leaf values are kept: below, a file is one small chunk; above, the list of its chunks would take too much memory.
pub(super) const SIZES: std::ops::RangeInclusive<u64> = 16 << 10..=64 << 30;
/// A chunk keeps the cut of its previous version while at least one leaf in so many is the same.
const SHARED_ONE_IN: usize = 4;

/// What reads the data of a file: fills a buffer and says how much of it; 0 at the end.
pub(super) type Read<'r> = &'r mut dyn FnMut(&mut [u8]) -> Result<usize, SourceError>;

/// Stores files over their previous versions; kept from file to file for its buffers.
pub(super) struct Over {
    chunker: Chunker,
    window: Window,
    leaves: Vec<LeafValue>,
    back: Back,
}

/// Leaf values of an old chunk that nobody kept.
#[derive(Default)]
struct Back {
    leaves: Vec<LeafValue>,
    /// What they are of.
    chunk: Option<ChunkRef>,
    /// Where one chunk of a file cannot be read back, no more of them are tried.
    failed: bool,
}

/// The part of the data that is at hand.
#[derive(Default)]
struct Window {
    bytes: Vec<u8>,
    start: usize,
    ended: bool,
}

/// One pass over a file.
struct Pass<'a, 'f, 'r, 'v> {
    run: &'a Run<'a>,
    chunker: &'a Chunker,
    files: &'f mut Files<'r>,
    leaves: &'a mut Vec<LeafValue>,
    back: &'a mut Back,
    older: Option<&'a Version<'a>>,
    /// The number of the old chunk that starts where the new data go on.
    next: Option<usize>,
    /// The number of the old chunk that was met last.
    near: usize,
    position: u64,
    version: NewVersion<'v>,
    news: News,
    /// Whether the file is one that always looks like noise; known once its beginning is.
    is_packed: Option<bool>,
}

impl Over {
    pub(super) fn new(run: &Run<'_>) -> Self {
        Self { chunker: run.cutters.data.clone(), window: Window::default(), leaves: Vec::new(), back: Back::default() }
    }

    /// Stores all that `read` gives, lists its chunks, and gives their leaf values and what is new.
    pub(super) fn store<'v>(
        &mut self,
        run: &Run<'_>,
        files: &mut Files<'_>,
        (older, version): (Option<&Version<'_>>, NewVersion<'v>),
        read: Read<'_>,
        list: &mut ListWriter,
    ) -> Result<(NewVersion<'v>, News), ReadError> {
        self.window = Window { bytes: std::mem::take(&mut self.window.bytes), ..Window::default() };
        self.window.bytes.clear();
        self.back.failed = false;

        let mut pass = Pass {
            run,
            chunker: &self.chunker,
            files,
            leaves: &mut self.leaves,
            back: &mut self.back,
            older,
            next: Some(0),
            near: 0,
            position: 0,
            version,
            news: News { is_compared: older.is_some(), ..News::default() },
            is_packed: None,
        };
        loop {
            run.stop.check()?;
            let wanted = pass.old().map_or(0, |old| old.chunk.length).clamp(pass.chunker.params().max(), CHUNK_LIMIT);
            self.window.fill(wanted as usize, read)?;
            let Some(chunk) = pass.next_chunk(self.window.rest(), self.window.ended)? else {
                pass.news.is_compared &= !pass.back.failed;
                return Ok((pass.version, pass.news));
            };
            self.window.start += chunk.length as usize;
            run.progress.advance(chunk.length.into());
            list.push(run.session, run.cutters, chunk)?;
        }
    }
}

impl<'a> Pass<'a, '_, '_, '_> {
    /// The old chunk that started at this place.
    fn old(&self) -> Option<OldChunk<'a>> {
        self.older?.chunk(self.next?)
    }

    /// Stores the next chunk of `rest`; `None` at the end.
    fn next_chunk(&mut self, rest: &[u8], ended: bool) -> Result<Option<ChunkRef>, ReadError> {
        let older = self.older;
        self.is_packed.get_or_insert_with(|| noise::is_packed(rest));
        let old = self.old();
        // The last chunk is cut anew: what was added behind it belongs to it.
        if let Some(old) = old.filter(|old| !old.is_last)
            && let Some(bytes) = rest.get(..old.chunk.length as usize)
            && let Some(chunk) = self.same_cut(bytes, &old)?
        {
            self.near = self.next.unwrap_or_default();
            self.next = Some(self.near + 1);
            self.position += u64::from(chunk.length);
            return Ok(Some(chunk));
        }
        let Some(bytes) = self.chunker.cut(rest, ended).and_then(|length| rest.get(..length)) else { return Ok(None) };
        let chunk = self.new_cut(bytes, old.as_ref())?;
        self.position += u64::from(chunk.length);
        let found = older.and_then(|older| older.find(&chunk, self.near));
        self.near = found.unwrap_or(self.near);
        self.next = found.map(|number| number + 1).or_else(|| older?.starting_at(self.position));
        Ok(Some(chunk))
    }

    /// Stores bytes that stand just where an old chunk stood, if they are the same or share enough with it.
    fn same_cut(&mut self, bytes: &[u8], old: &OldChunk<'_>) -> Result<Option<ChunkRef>, ReadError> {
        let session = self.run.session;
        if session.name(bytes) == old.chunk.id && session.reusable(ChunkKind::Data, &old.chunk)? {
            if old.leaves.is_none() {
                session.leaf_values(bytes, self.leaves);
            }
            self.version.push(old.chunk, old.leaves.unwrap_or(self.leaves));
            return Ok(Some(old.chunk));
        }
        let Some(old) = self.back.with_leaves(self.run, old) else { return Ok(None) };
        session.leaf_values(bytes, self.leaves);
        let shared = self.leaves.iter().zip(old.leaves).filter(|(new, old)| new == old).count();
        if shared * SHARED_ONE_IN < self.leaves.len() {
            return Ok(None);
        }
        let stored = self.files.put_over(bytes, self.leaves, &old)?;
        self.news.count(&stored, bytes, self.is_packed == Some(true), self.position);
        self.version.push(stored.chunk, self.leaves);
        Ok(Some(stored.chunk))
    }

    /// Stores bytes that were cut by their content.
    fn new_cut(&mut self, bytes: &[u8], old: Option<&OldChunk<'_>>) -> Result<ChunkRef, ReadError> {
        let session = self.run.session;
        session.leaf_values(bytes, self.leaves);
        let old = match old {
            // Nothing is read back for what is there already.
            Some(OldChunk { leaves: None, .. }) if self.is_known(bytes)? => None,
            Some(old) => self.back.with_leaves(self.run, old),
            None => None,
        };
        let stored = match old {
            Some(old) => self.files.put_over(bytes, self.leaves, &old)?,
            None => self.files.put(bytes)?,
        };
        self.news.count(&stored, bytes, self.is_packed == Some(true), self.position);
        self.version.push(stored.chunk, self.leaves);
        Ok(stored.chunk)
    }

    /// Whether bytes that were cut here are a chunk that is there.
    fn is_known(&self, bytes: &[u8]) -> Result<bool, ReadError> {
        let session = self.run.session;
        let chunk = ChunkRef { id: session.name(bytes), length: u32::try_from(bytes.len()).unwrap_or(u32::MAX) };
        Ok(session.reusable(ChunkKind::Data, &chunk)?)
    }
}

impl Back {
    /// An old chunk and its leaf values, read back where they were not kept.
    fn with_leaves<'b>(&'b mut self, run: &Run<'_>, old: &OldChunk<'b>) -> Option<Older<'b>> {
        if let Some(leaves) = old.leaves {
            return Some(Older { chunk: old.chunk, leaves });
        }
        if self.chunk != Some(old.chunk) {
            self.chunk = None;
            self.failed = self.failed || run.read_back.and_then(|read_back| read_back.leaves(&old.chunk, &mut self.leaves)).is_none();
            if self.failed {
                return None;
            }
            self.chunk = Some(old.chunk);
        }
        Some(Older { chunk: old.chunk, leaves: &self.leaves })
    }
}

impl Window {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Reads until there are `wanted` bytes, or no more.
    fn fill(&mut self, wanted: usize, read: Read<'_>) -> Result<(), SourceError> {
        if self.ended || self.rest().len() >= wanted {
            return Ok(());
        }
        self.bytes.drain(..self.start);
        self.start = 0;
        let mut end = self.bytes.len();
        self.bytes.resize(wanted * 2, 0);
        while let Some(room) = self.bytes.get_mut(end..).filter(|room| !room.is_empty()) {
            let length = read(room)?;
            if length == 0 {
                self.ended = true;
                break;
            }
            end += length;
        }
        self.bytes.truncate(end);
        Ok(())
    }
}
