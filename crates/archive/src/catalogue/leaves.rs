//! The leaf values of files that were seen to change, kept locally beside the catalogue, by device and inode: so a file that was renamed
//! or moved still finds its previous version.
//!
//! Values are claims: whoever uses them merges them to the id of their chunk first. They take 3 % of the size of the files they are of.
//! Several readers add to the file at once, in parts of bounded size; parts of a file that was not read to its end are named nowhere.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::wire::{self, Reader, Wire};
use liasse_repo::{LEAF_SIZE, LeafValue};

use super::{check, end_of, first_bytes, map, record_at};

const MAGIC: &[u8; 8] = b"LIALEA\x00\x01";
/// Most files, and most chunks of one.
const LIMIT: usize = 1 << 24;
const VALUE_SIZE: usize = size_of::<LeafValue>();
/// Bytes of values at which a part is written.
const PART_BYTES: usize = 4 << 20;

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
    /// Where the parts of each file's values start, ascending by key, the parts of a file in order.
    files: Vec<(FileKey, u64)>,
}

/// The chunks of a file as it was, and their leaf values where they were kept.
#[derive(Default)]
pub(crate) struct Version<'c> {
    chunks: Vec<(ChunkRef, Option<&'c [LeafValue]>)>,
    /// Where each chunk started in the data of the file, and where the last ended.
    starts: Vec<u64>,
    end: u64,
}

/// One of them.
#[derive(Clone, Copy)]
pub(crate) struct OldChunk<'c> {
    pub(crate) chunk: ChunkRef,
    /// Claims. `None` where they were not kept.
    pub(crate) leaves: Option<&'c [LeafValue]>,
    pub(crate) is_last: bool,
}

/// The chunks of a file as it is, and their leaf values, on their way into the file for the next run.
pub(crate) struct NewVersion<'w> {
    writer: &'w LeafWriter,
    chunks: Vec<ChunkRef>,
    values: Vec<u8>,
    parts: Vec<u64>,
}

impl LeafCache {
    /// `None` for a file that is missing, damaged or of another version.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let map = map::map(path).ok()?;
        let mut input = Reader::new(end_of(&map, MAGIC)?);
        let count = input.len(LIMIT, 24).ok()?;
        let files = (0..count).map(|_| Some(((u64::get(&mut input).ok()?, u64::get(&mut input).ok()?), u64::get(&mut input).ok()?)));
        let files = files.collect::<Option<Vec<_>>>()?;
        input.end().ok()?;
        Some(Self { map, files })
    }

    /// The chunks and values of a file as it was.
    pub(crate) fn version(&self, key: FileKey) -> Option<Version<'_>> {
        let mut version = Version::default();
        for part in self.parts(key) {
            let mut input = Reader::new(self.record(part)?);
            let count = input.len(LIMIT, ChunkRef::MIN_SIZE).ok()?;
            let chunks = (0..count).map(|_| ChunkRef::get(&mut input).ok()).collect::<Option<Vec<_>>>()?;
            for chunk in chunks {
                let values = input.raw(leaf_count(chunk.length) * VALUE_SIZE).ok()?;
                version.push(chunk, Some(values.as_chunks::<VALUE_SIZE>().0));
            }
            input.end().ok()?;
        }
        (!version.chunks.is_empty()).then_some(version)
    }

    /// Whether there are values of a file.
    pub(crate) fn knows(&self, key: FileKey) -> bool {
        self.parts(key).next().is_some()
    }

    fn parts(&self, key: FileKey) -> impl Iterator<Item = u64> {
        let first = self.files.partition_point(|(known, _)| *known < key);
        self.files.iter().skip(first).take_while(move |(known, _)| *known == key).map(|(_, start)| *start)
    }

    fn record(&self, start: u64) -> Option<&[u8]> {
        record_at(&self.map, start)
    }
}

impl<'c> Version<'c> {
    /// Adds the next chunk, and its values where they were kept.
    pub(crate) fn push(&mut self, chunk: ChunkRef, leaves: Option<&'c [LeafValue]>) {
        self.chunks.push((chunk, leaves));
        self.starts.push(self.end);
        self.end += u64::from(chunk.length);
    }

    /// A chunk by its number.
    pub(crate) fn chunk(&self, number: usize) -> Option<OldChunk<'c>> {
        let (chunk, leaves) = *self.chunks.get(number)?;
        Some(OldChunk { chunk, leaves, is_last: number + 1 == self.chunks.len() })
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

impl<'w> NewVersion<'w> {
    pub(crate) fn new(writer: &'w LeafWriter) -> Self {
        Self { writer, chunks: Vec::new(), values: Vec::new(), parts: Vec::new() }
    }

    /// Adds the next chunk and its values.
    pub(crate) fn push(&mut self, chunk: ChunkRef, leaves: &[LeafValue]) {
        self.chunks.push(chunk);
        self.values.extend_from_slice(leaves.as_flattened());
        if self.values.len() >= PART_BYTES {
            self.write_part();
        }
    }

    /// The file was read to its end, and is the one with this key.
    pub(crate) fn finish(mut self, key: FileKey) {
        if !self.chunks.is_empty() {
            self.write_part();
        }
        self.writer.name(key, &self.parts);
    }

    fn write_part(&mut self) {
        let mut head = wire::Writer::default();
        head.list(&self.chunks);
        self.parts.push(self.writer.write(&[&head.into_bytes(), &self.values]));
        self.chunks.clear();
        self.values.clear();
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
    /// A file with several names is kept once.
    named: HashSet<FileKey>,
    /// A file that cannot be written is given up: the next run stores some chunks whole.
    failed: bool,
    finished: bool,
}

impl LeafWriter {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let temporary = path.with_extension(format!("{}.new", std::process::id()));
        let mut file = BufWriter::with_capacity(1 << 18, super::write::create_private(&temporary)?);
        file.write_all(MAGIC)?;
        let state = State { file, position: MAGIC.len() as u64, files: Vec::new(), named: HashSet::new(), failed: false, finished: false };
        Ok(Self { state: Mutex::new(state), temporary, path: path.to_owned() })
    }

    /// Takes over the values of a file that did not change.
    pub(crate) fn keep(&self, key: FileKey, old: &LeafCache) {
        let parts: Option<Vec<u64>> = old.parts(key).map(|part| Some(self.write(&[old.record(part)?]))).collect();
        if let Some(parts) = parts {
            self.name(key, &parts);
        }
    }

    /// Writes a part, and says where it starts.
    fn write(&self, body: &[&[u8]]) -> u64 {
        let mut hasher = blake3::Hasher::new();
        for part in body {
            hasher.update(part);
        }
        let length: usize = body.iter().map(|part| part.len()).sum();
        let head = [&first_bytes(hasher.finalize().as_bytes())[..], &(length as u64).to_le_bytes()].concat();
        let mut state = self.lock();
        let start = state.position;
        let written = [&head[..]].iter().chain(body).try_for_each(|part| {
            state.position += part.len() as u64;
            state.file.write_all(part)
        });
        state.failed |= written.is_err();
        start
    }

    /// Names the parts of a file.
    fn name(&self, key: FileKey, parts: &[u64]) {
        let mut state = self.lock();
        if state.named.insert(key) {
            state.files.extend(parts.iter().map(|part| (key, *part)));
        }
    }

    /// Writes the end and gives the file its name.
    pub(crate) fn finish(&self) -> io::Result<()> {
        let mut state = self.lock();
        if state.failed {
            return Err(io::Error::other("an earlier write failed"));
        }
        state.files.sort_by_key(|(key, _)| *key);
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
