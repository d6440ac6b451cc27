//! Chunks of the repository, verified, for many readers at once. Two that want the same chunk wait for one that reads it. Must never give
//! out bytes that do not have the id that names them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};

use liasse_archive::repo::format::content::ChunkRef;
use liasse_archive::repo::format::ids::ChunkId;
use liasse_archive::repo::format::pack::ChunkKind;
use liasse_archive::repo::{Reader, Repository, Result, Scratch};

use super::lru::Lru;

/// Least that a chunk counts for: what is kept beside its bytes.
const LEAST_COST: usize = 512;

/// The bytes of a chunk.
pub(super) type Bytes = Arc<Vec<u8>>;

/// Chunks that were read, and those that a thread is reading.
struct Chunks {
    kept: Lru<ChunkId, Bytes>,
    reading: HashSet<ChunkId>,
}

/// Where all content comes from.
pub(super) struct Source {
    repository: Arc<Repository>,
    /// Up to which look at the snapshots everything can be read, and what reads it.
    reader: RwLock<(u64, Arc<Reader<'static>>)>,
    /// So that one thread makes a new reader.
    renewing: Mutex<()>,
    /// The last look at the snapshots.
    looked: AtomicU64,
    chunks: Mutex<Chunks>,
    read: Condvar,
    scratch: Mutex<Vec<Scratch>>,
    cache_bytes: usize,
}

impl Source {
    /// Half of `cache_bytes` is for opened blocks, half for chunks.
    pub(super) fn new(repository: Arc<Repository>, cache_bytes: usize) -> Result<Self> {
        let reader = Arc::new(repository.shared_reader(cache_bytes / 2)?);
        let chunks = Chunks { kept: Lru::new(cache_bytes / 2), reading: HashSet::new() };
        Ok(Self {
            repository,
            reader: RwLock::new((0, reader)),
            renewing: Mutex::default(),
            looked: AtomicU64::new(0),
            chunks: Mutex::new(chunks),
            read: Condvar::new(),
            scratch: Mutex::default(),
            cache_bytes,
        })
    }

    pub(super) fn repository(&self) -> &Arc<Repository> {
        &self.repository
    }

    /// What reads everything that was there at a look at the snapshots.
    pub(super) fn reader(&self, look: u64) -> Result<Arc<Reader<'static>>> {
        let present = || {
            let present = self.reader.read().unwrap_or_else(PoisonError::into_inner);
            (present.0 >= look).then(|| Arc::clone(&present.1))
        };
        if let Some(reader) = present() {
            return Ok(reader);
        }
        let _one = lock(&self.renewing);
        if let Some(reader) = present() {
            return Ok(reader);
        }
        let looked = self.looked.load(Ordering::Acquire);
        let reader = Arc::new(self.repository.shared_reader(self.cache_bytes / 2)?);
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = (looked, Arc::clone(&reader));
        Ok(reader)
    }

    /// There are new snapshots, which the next reader knows.
    pub(super) fn looked(&self, look: u64) {
        self.looked.fetch_max(look, Ordering::AcqRel);
    }

    /// Lends what a thread keeps from chunk to chunk.
    pub(super) fn with_scratch<T>(&self, work: impl FnOnce(&mut Scratch) -> Result<T>) -> Result<T> {
        let spare = lock(&self.scratch).pop();
        let mut scratch = spare.map_or_else(Scratch::new, Ok)?;
        let done = work(&mut scratch);
        lock(&self.scratch).push(scratch);
        done
    }

    /// Whether a chunk of data is at hand or on its way.
    pub(super) fn is_near(&self, chunk: &ChunkRef) -> bool {
        let chunks = lock(&self.chunks);
        chunks.kept.contains(&chunk.id) || chunks.reading.contains(&chunk.id)
    }

    /// A chunk of a file's data.
    pub(super) fn data(&self, look: u64, chunk: &ChunkRef) -> Result<Bytes> {
        let mut chunks = lock(&self.chunks);
        loop {
            if let Some(bytes) = chunks.kept.get(&chunk.id).filter(|bytes| bytes.len() == chunk.length as usize) {
                return Ok(bytes);
            }
            if chunks.reading.insert(chunk.id) {
                break;
            }
            chunks = self.read.wait(chunks).unwrap_or_else(PoisonError::into_inner);
        }
        drop(chunks);
        let reading = Reading { source: self, id: chunk.id };
        let reader = self.reader(look)?;
        let mut bytes = Vec::new();
        self.with_scratch(|scratch| reader.chunk(ChunkKind::Data, chunk, scratch, &mut bytes).map(drop))?;
        let bytes = Arc::new(bytes);
        let cost = bytes.len() + LEAST_COST;
        lock(&self.chunks).kept.insert(chunk.id, Arc::clone(&bytes), cost);
        drop(reading);
        Ok(bytes)
    }
}

/// A chunk that a thread is reading. However that ends, those who wait for it are told.
struct Reading<'s> {
    source: &'s Source,
    id: ChunkId,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        lock(&self.source.chunks).reading.remove(&self.id);
        self.source.read.notify_all();
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
