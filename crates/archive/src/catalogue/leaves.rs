//! The leaf values of files that were seen to change, kept locally beside the catalogue, by device and inode: so a file that was renamed
//! or moved still finds its previous version.
//!
//! Values are claims: whoever uses them merges them to the id of their chunk first. They take 3 % of the size of the files they are of.
//! Several readers add to the file at once, each the whole of one file's values.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::wire::{self, Reader, Wire};
use liasse_repo::{LEAF_SIZE, LeafValue, Older};

use super::{CHECK_SIZE, check, map};

const MAGIC: &[u8; 8] = b"LIALEA\x00\x01";
/// Most files, and most chunks of one.
const LIMIT: usize = 1 << 24;
const VALUE_SIZE: usize = size_of::<LeafValue>();

/// Which file values are of: device and inode.
pub(crate) type FileKey = (u64, u64);

/// How many leaf values a chunk has.
fn leaf_count(length: u32) -> usize {
    let length = length as usize;
    if length <= LEAF_SIZE { 0 } else { length.div_ceil(LEAF_SIZE) }
}

/// The values of the last run, mapped.
pub(crate) struct LeafCache {
    map: memmap2::Mmap,
    /// Where the values of each file start, ascending by key.
    files: Vec<(FileKey, u64)>,
}

/// The chunks of a file as it was, and their leaf values.
pub(crate) struct Version<'c> {
    chunks: Vec<(ChunkRef, &'c [LeafValue])>,
    /// Where each chunk started in the data of the file.
    starts: Vec<u64>,
}

/// The chunks of a file as it is, and their leaf values.
#[derive(Default)]
pub(crate) struct NewVersion {
    chunks: Vec<ChunkRef>,
    values: Vec<u8>,
}

impl LeafCache {
    /// `None` for a file that is missing, damaged or of another version.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let map = map::map(path).ok()?;
        let (rest, length) = map.strip_prefix(MAGIC)?.split_last_chunk::<8>()?;
        let (rest, sum) = rest.split_last_chunk::<CHECK_SIZE>()?;
        let start = rest.len().checked_sub(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let end = rest.get(start..)?;
        if check(end) != *sum {
            return None;
        }
        let mut input = Reader::new(end);
        let count = input.len(LIMIT, 24).ok()?;
        let files = (0..count).map(|_| Some(((u64::get(&mut input).ok()?, u64::get(&mut input).ok()?), u64::get(&mut input).ok()?)));
        let files = files.collect::<Option<Vec<_>>>()?;
        input.end().ok()?;
        Some(Self { map, files })
    }

    /// The chunks and values of a file as it was.
    pub(crate) fn version(&self, key: FileKey) -> Option<Version<'_>> {
        let mut input = Reader::new(self.record(key)?);
        let count = input.len(LIMIT, ChunkRef::MIN_SIZE).ok()?;
        let mut chunks = Vec::with_capacity(count);
        for _ in 0..count {
            chunks.push(ChunkRef::get(&mut input).ok()?);
        }
        let mut version = Version { chunks: Vec::with_capacity(count), starts: Vec::with_capacity(count) };
        let mut start = 0;
        for chunk in chunks {
            let values = input.raw(leaf_count(chunk.length) * VALUE_SIZE).ok()?;
            version.chunks.push((chunk, values.as_chunks::<VALUE_SIZE>().0));
            version.starts.push(start);
            start += u64::from(chunk.length);
        }
        input.end().ok()?;
        Some(version)
    }

    fn record(&self, key: FileKey) -> Option<&[u8]> {
        let found = self.files.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        let start = usize::try_from(self.files.get(found)?.1).ok()?;
        let (sum, bytes) = self.map.get(start..)?.split_first_chunk::<CHECK_SIZE>()?;
        let (length, bytes) = bytes.split_first_chunk::<8>()?;
        let body = bytes.get(..usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        (check(body) == *sum).then_some(body)
    }
}

impl Version<'_> {
    /// A chunk by its number, and whether it is the last.
    pub(crate) fn chunk(&self, number: usize) -> Option<(Older<'_>, bool)> {
        let (chunk, leaves) = self.chunks.get(number)?;
        Some((Older { chunk: *chunk, leaves }, number + 1 == self.chunks.len()))
    }

    /// The number of the chunk that started at a place in the data.
    pub(crate) fn starting_at(&self, start: u64) -> Option<usize> {
        self.starts.binary_search(&start).ok()
    }

    /// The number of a chunk, looked for from `near` on first.
    pub(crate) fn find(&self, chunk: &ChunkRef, near: usize) -> Option<usize> {
        /// A moved chunk is looked for this far: a longer search would cost more than it finds.
        const REACH: usize = 64;
        let from = near.saturating_sub(REACH);
        self.chunks.iter().skip(from).take(2 * REACH).position(|(known, _)| known == chunk).map(|found| from + found)
    }
}

impl NewVersion {
    /// Adds the next chunk and its values.
    pub(crate) fn push(&mut self, chunk: ChunkRef, leaves: &[LeafValue]) {
        self.chunks.push(chunk);
        self.values.extend_from_slice(leaves.as_flattened());
    }
}

/// The values for the next run, being written. Dropped, it leaves nothing.
pub(crate) struct LeafWriter {
    state: Mutex<State>,
    temporary: PathBuf,
    path: PathBuf,
}

struct State {
    file: BufWriter<File>,
    position: u64,
    files: Vec<(FileKey, u64)>,
    /// A file that cannot be written is given up: the next run stores some chunks whole.
    failed: bool,
    finished: bool,
}

impl LeafWriter {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let temporary = path.with_extension(format!("{}.new", std::process::id()));
        let mut file = BufWriter::with_capacity(1 << 18, super::write::create_private(&temporary)?);
        file.write_all(MAGIC)?;
        let state = State { file, position: MAGIC.len() as u64, files: Vec::new(), failed: false, finished: false };
        Ok(Self { state: Mutex::new(state), temporary, path: path.to_owned() })
    }

    /// Adds the values of a file that was read.
    pub(crate) fn add(&self, key: FileKey, version: &NewVersion) {
        let mut head = wire::Writer::default();
        head.list(&version.chunks);
        self.write(key, &[&head.into_bytes(), &version.values]);
    }

    /// Takes over the values of a file that did not change.
    pub(crate) fn keep(&self, key: FileKey, old: &LeafCache) {
        if let Some(body) = old.record(key) {
            self.write(key, &[body]);
        }
    }

    fn write(&self, key: FileKey, body: &[&[u8]]) {
        let body = body.concat();
        let mut state = self.lock();
        let start = state.position;
        let written = [&check(&body)[..], &(body.len() as u64).to_le_bytes(), &body].into_iter().try_for_each(|part| {
            state.position += part.len() as u64;
            state.file.write_all(part)
        });
        state.failed |= written.is_err();
        state.files.push((key, start));
    }

    /// Writes the end and gives the file its name.
    pub(crate) fn finish(&self) -> io::Result<()> {
        let mut state = self.lock();
        if state.failed {
            return Err(io::Error::other("an earlier write failed"));
        }
        state.files.sort_unstable();
        state.files.dedup_by_key(|(key, _)| *key);
        let mut end = wire::Writer::default();
        end.len(state.files.len());
        for ((device, inode), start) in &state.files {
            device.put(&mut end);
            inode.put(&mut end);
            start.put(&mut end);
        }
        let end = end.into_bytes();
        state.file.write_all(&end)?;
        state.file.write_all(&check(&end))?;
        state.file.write_all(&(end.len() as u64).to_le_bytes())?;
        state.file.flush()?;
        std::fs::rename(&self.temporary, &self.path)?;
        state.finished = true;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LeafWriter {
    fn drop(&mut self) {
        if !self.lock().finished {
            std::fs::remove_file(&self.temporary).ok();
        }
    }
}
