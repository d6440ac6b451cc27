//! Reading chunks back. What comes out has the id that names it, or does not come out.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use liasse_format::content::ChunkRef;
use liasse_format::pack::ChunkKind;
use liasse_seal::{BlockOpener, Decompressor, Verified};

use crate::error::{Error, Result};
use crate::index::{self, Index, Located, PackNumber, Piece};
use crate::pack_reader;
use crate::repository::Repository;

/// Bytes of opened blocks that are kept, for all threads together.
const CACHE_BYTES: usize = 48 << 20;

/// The repository of a reader: borrowed for one journey, or shared by who reads for days.
enum Handle<'r> {
    Borrowed(&'r Repository),
    Shared(Arc<Repository>),
}

impl Deref for Handle<'_> {
    type Target = Repository;

    fn deref(&self) -> &Repository {
        match self {
            Self::Borrowed(repository) => repository,
            Self::Shared(repository) => repository,
        }
    }
}

/// Reads chunks of one repository, as it was when the reader was made.
pub struct Reader<'r> {
    repository: Handle<'r>,
    index: Index,
    openers: Mutex<HashMap<PackNumber, Arc<BlockOpener>>>,
    blocks: Mutex<BlockCache>,
    /// Told when a block was opened, or could not be.
    opened: Condvar,
    /// Whether packs themselves are asked when a chunk cannot be read otherwise.
    asks_packs: bool,
}

/// What a thread keeps from chunk to chunk.
pub struct Scratch {
    tools: Decompressor,
    stored: Vec<u8>,
    spare: Vec<u8>,
}

impl Scratch {
    /// Empty buffers.
    pub fn new() -> Result<Self> {
        Ok(Self { tools: Decompressor::new()?, stored: Vec::new(), spare: Vec::new() })
    }
}

impl Repository {
    /// Loads the index and gets ready to read. Needs a key that reads.
    pub fn reader(&self) -> Result<Reader<'_>> {
        if !self.can_read() {
            return Err(Error::NotAllowed { action: "reading content", needs: "owner or an auditor" });
        }
        Ok(Reader { asks_packs: true, ..self.reader_over(Index::load(&self.objects, self.cache(), &self.scratch())?) })
    }

    /// A reader for days, which keeps the repository alive and at most `cache_bytes` of opened blocks. It works on a copy of the local
    /// cache of its own, because who held that open would keep every backup from writing it.
    pub fn shared_reader(self: &Arc<Self>, cache_bytes: usize) -> Result<Reader<'static>> {
        if !self.can_read() {
            return Err(Error::NotAllowed { action: "reading content", needs: "owner or an auditor" });
        }
        let copy = self.cache().and_then(index::Copied::of);
        let index = Index::load(&self.objects, copy.as_ref().map(index::Copied::folder), &self.scratch())?;
        let blocks = Mutex::new(BlockCache { limit: cache_bytes, ..BlockCache::default() });
        let (openers, opened) = (Mutex::default(), Condvar::new());
        Ok(Reader { repository: Handle::Shared(Arc::clone(self)), index, openers, blocks, opened, asks_packs: true })
    }

    /// A reader that goes by an index alone, right or wrong.
    pub(crate) fn reader_over(&self, index: Index) -> Reader<'_> {
        let (openers, blocks, opened) = (Mutex::default(), Mutex::default(), Condvar::new());
        Reader { repository: Handle::Borrowed(self), index, openers, blocks, opened, asks_packs: false }
    }
}

impl Reader<'_> {
    /// The repository that is read.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// Where a chunk lies: the first way that is known.
    pub fn locate(&self, kind: ChunkKind, chunk: &ChunkRef) -> Result<Located> {
        self.or_as_packs_say(kind, chunk, || {
            let ways = self.index.locate_all(kind, &chunk.id)?;
            ways.into_iter().next().ok_or(Error::MissingChunk { id: chunk.id })
        })
    }

    /// Tries something, and once more by what packs say of themselves, where that may be something else.
    fn or_as_packs_say<T>(&self, kind: ChunkKind, chunk: &ChunkRef, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
        let final_word = !self.asks_packs || self.index.believes_packs();
        match attempt() {
            // In this order: another thread may find out meanwhile.
            Err(error) if error.is_damage() && !final_word && (self.index.is_doubtful(kind, &chunk.id)? || self.index.believes_packs()) => {
                self.index.believe_packs()?;
                attempt()
            }
            done => done,
        }
    }

    /// Reads a chunk into `out`, by the first way that gives the bytes that have its id.
    pub fn chunk<'o>(&self, kind: ChunkKind, chunk: &ChunkRef, scratch: &mut Scratch, out: &'o mut Vec<u8>) -> Result<Verified<'o>> {
        let verified = self.or_as_packs_say(kind, chunk, || self.try_ways(kind, chunk, scratch, out))?;
        Ok(verified.lent_from(out))
    }

    fn try_ways(&self, kind: ChunkKind, chunk: &ChunkRef, scratch: &mut Scratch, room: &mut Vec<u8>) -> Result<Verified<'static>> {
        let mut failure = None;
        for way in self.index.locate_all(kind, &chunk.id)? {
            match self.prove(kind, chunk, &way, scratch, room) {
                Ok(verified) => return Ok(verified),
                // What cannot be read in one pack may be read in another.
                Err(error) if error.is_about_object() => _ = failure.get_or_insert(error),
                Err(error) => return Err(error),
            }
        }
        for placement in self.index.placements(&chunk.id)?.iter().filter(|placement| placement.kind == kind) {
            if let Some(verified) = self.prove_by_other_origins(chunk, placement, scratch, room)? {
                return Ok(verified);
            }
        }
        Err(failure.unwrap_or(Error::MissingChunk { id: chunk.id }))
    }

    /// One way to read a chunk, if it gives the bytes that have its id. They are put together in `room`, and taken from there.
    pub(crate) fn prove(
        &self,
        kind: ChunkKind,
        chunk: &ChunkRef,
        way: &Located,
        scratch: &mut Scratch,
        room: &mut Vec<u8>,
    ) -> Result<Verified<'static>> {
        self.assemble(chunk, way, scratch, room)?;
        let verified = self.repository.objects.keys.verify(kind, &chunk.id, std::mem::take(room));
        verified.map_err(|_| self.bad_chunk(chunk, way, "its bytes are not those that its name says"))
    }

    fn bad_chunk(&self, chunk: &ChunkRef, way: &Located, what: &'static str) -> Error {
        let place = way.pieces.first().and_then(|piece| self.index.place(piece.pack).ok());
        Error::BadChunk { id: chunk.id, object: place.map(|place| place.to_string()).unwrap_or_default(), what }
    }

    pub(crate) fn assemble(&self, chunk: &ChunkRef, way: &Located, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<()> {
        if way.length != chunk.length {
            return Err(self.bad_chunk(chunk, way, "it has another length"));
        }
        out.clear();
        out.reserve(chunk.length as usize);
        for piece in &way.pieces {
            let block = self.block(piece.pack, piece.block, scratch)?;
            out.extend_from_slice(slice(&block, piece).ok_or(Error::BadContent { what: "a piece ends outside its block" })?);
        }
        Ok(())
    }

    /// An opened block, from the cache or from its pack. Who wants one that another thread is opening waits for it.
    pub fn block(&self, pack: PackNumber, ordinal: u32, scratch: &mut Scratch) -> Result<Arc<Vec<u8>>> {
        let key = (self.index.believes_packs(), pack, ordinal);
        let mut blocks = lock(&self.blocks);
        loop {
            if let Some(block) = blocks.get(key) {
                return Ok(block);
            }
            if blocks.opening.insert(key) {
                break;
            }
            blocks = self.opened.wait(blocks).unwrap_or_else(PoisonError::into_inner);
        }
        drop(blocks);
        let opening = Opening { reader: self, key };
        let mut bytes = std::mem::take(&mut scratch.spare);
        self.read_block(pack, ordinal, scratch, &mut bytes)?;
        let block = Arc::new(bytes);
        scratch.spare = lock(&self.blocks).insert(key, Arc::clone(&block)).unwrap_or_default();
        drop(opening);
        Ok(block)
    }

    fn read_block(&self, pack: PackNumber, ordinal: u32, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<()> {
        let place =
            *self.index.blocks(pack)?.get(ordinal as usize).ok_or(Error::BadContent { what: "a block that its pack does not have" })?;
        let opener = self.opener(pack)?;
        let key = self.index.place(pack)?;
        scratch.stored.resize(place.block.stored as usize, 0);
        self.repository.objects.store.read_at(&key, place.offset, &mut scratch.stored)?;
        opener
            .open(ordinal, place.block.codec, place.block.raw, &scratch.stored, &mut scratch.tools, out)
            .map_err(Error::sealed(format!("block {ordinal} of {key}")))
    }

    fn opener(&self, pack: PackNumber) -> Result<Arc<BlockOpener>> {
        if let Some(opener) = lock(&self.openers).get(&pack) {
            return Ok(Arc::clone(opener));
        }
        let name = self.index.pack(pack)?.name;
        let opener = Arc::new(pack_reader::open_pack(&self.repository.objects, &self.repository.access, name)?);
        lock(&self.openers).insert(pack, Arc::clone(&opener));
        Ok(opener)
    }
}

/// The bytes of a piece in its opened block.
pub fn slice<'b>(block: &'b [u8], piece: &Piece) -> Option<&'b [u8]> {
    let start = piece.offset as usize;
    block.get(start..start.checked_add(piece.length as usize)?)
}

/// Whether its place is by what packs say of themselves, and which it is.
type BlockKey = (bool, PackNumber, u32);

/// An opened block, and when it was last used.
type Kept = (Arc<Vec<u8>>, u64);

/// A block that a thread is opening. However that ends, those who wait for it are told.
struct Opening<'a, 'r> {
    reader: &'a Reader<'r>,
    key: BlockKey,
}

impl Drop for Opening<'_, '_> {
    fn drop(&mut self) {
        lock(&self.reader.blocks).opening.remove(&self.key);
        self.reader.opened.notify_all();
    }
}

/// Opened blocks, the least recently used dropped first.
struct BlockCache {
    blocks: HashMap<BlockKey, Kept>,
    /// Those that threads are opening.
    opening: HashSet<BlockKey>,
    bytes: usize,
    limit: usize,
    clock: u64,
}

impl Default for BlockCache {
    fn default() -> Self {
        Self { blocks: HashMap::new(), opening: HashSet::new(), bytes: 0, limit: CACHE_BYTES, clock: 0 }
    }
}

impl BlockCache {
    fn get(&mut self, key: BlockKey) -> Option<Arc<Vec<u8>>> {
        self.clock += 1;
        let (block, used) = self.blocks.get_mut(&key)?;
        *used = self.clock;
        Some(Arc::clone(block))
    }

    /// Adds a block; gives back the buffer of one that was dropped and that nobody uses.
    fn insert(&mut self, key: BlockKey, block: Arc<Vec<u8>>) -> Option<Vec<u8>> {
        self.clock += 1;
        self.bytes += block.len();
        if let Some((old, _)) = self.blocks.insert(key, (block, self.clock)) {
            self.bytes -= old.len();
        }
        let mut spare = None;
        while self.bytes > self.limit && self.blocks.len() > 1 {
            let oldest = self.blocks.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key)?;
            if let Some((dropped, _)) = self.blocks.remove(&oldest) {
                self.bytes -= dropped.len();
                spare = Arc::into_inner(dropped);
            }
        }
        spare
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
