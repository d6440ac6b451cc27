//! One pack that is being written (`spec/pack.md`). Blocks come in any order and are written in theirs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use liasse_format::envelope::{self, HEADER_SIZE, Header, Kind};
use liasse_format::ids::{ObjectName, PublicKey, SessionId};
use liasse_format::index::PackRecord;
use liasse_format::pack::{self, Block, Chunk, Directory, Extent, Footer};
use liasse_format::wire;
use liasse_seal::{BlockSealer, BlockTicket, BoxKey, Sealed};
use liasse_store::{Area, Stage};

use super::lane::RawBlock;
use crate::error::{Error, Result};
use crate::objects::Objects;

/// Blocks, chunks and bytes of chunks in the directory at which a pack is closed, well under the limits of the format: a block more is of
/// little weight against what is left.
const MOST_BLOCKS: u32 = 60_000;
const MOST_CHUNKS: u64 = 900_000;
const MOST_LISTED: u64 = 32 << 20;

/// A pack under way.
pub(super) struct PackBuilder {
    kind: Kind,
    header: Header,
    commitment: [u8; 32],
    sealer: Mutex<BlockSealer>,
    /// Bytes that were written, and raw bytes under way.
    size: AtomicU64,
    chunk_count: AtomicU64,
    listed: AtomicU64,
    writing: Mutex<Writing>,
}

struct Writing {
    /// Gone once the pack is published.
    stage: Option<Box<dyn Stage>>,
    hasher: blake3::Hasher,
    length: u64,
    /// Blocks that came before their turn.
    waiting: BTreeMap<u32, (Sealed, Vec<Chunk>)>,
    directory: Directory,
    /// How many blocks there will be, once no more come.
    expected: Option<u32>,
}

impl PackBuilder {
    pub(super) fn begin(objects: &Objects, kind: Kind, session: SessionId, reader: &PublicKey) -> Result<Self> {
        let header = objects.header(kind, session);
        let bytes: [u8; HEADER_SIZE] = header.to_bytes();
        let (sealer, key) = BlockSealer::new(reader, &bytes)?;
        let mut writing = Writing {
            stage: Some(objects.store.stage(Area::Packs)?),
            hasher: blake3::Hasher::new(),
            length: 0,
            waiting: BTreeMap::new(),
            directory: Directory::default(),
            expected: None,
        };
        writing.write(&bytes)?;
        writing.write(&key.to_bytes())?;
        Ok(Self {
            kind,
            header,
            commitment: key.commitment,
            sealer: Mutex::new(sealer),
            size: AtomicU64::new(0),
            chunk_count: AtomicU64::new(0),
            listed: AtomicU64::new(0),
            writing: Mutex::new(writing),
        })
    }

    /// Bytes so far, those under way before compression.
    pub(super) fn size(&self) -> u64 {
        self.size.load(Ordering::Relaxed)
    }

    /// Whether the format wants no more in one pack.
    pub(super) fn is_full(&self) -> bool {
        lock(&self.sealer).count() >= MOST_BLOCKS
            || self.chunk_count.load(Ordering::Relaxed) >= MOST_CHUNKS
            || self.listed.load(Ordering::Relaxed) >= MOST_LISTED
    }

    /// A place for a block.
    pub(super) fn ticket(&self, block: &RawBlock) -> Result<BlockTicket> {
        self.size.fetch_add(block.bytes.len() as u64, Ordering::Relaxed);
        self.chunk_count.fetch_add(block.chunks.len() as u64, Ordering::Relaxed);
        self.listed.fetch_add(block.listed as u64, Ordering::Relaxed);
        Ok(lock(&self.sealer).ticket()?)
    }

    /// Writes a block when its turn has come, or keeps it until then. Gives back a buffer that is free again.
    pub(super) fn write(&self, sealed: Sealed, mut chunks: Vec<Chunk>) -> Result<Option<Vec<u8>>> {
        let ordinal = sealed.ordinal();
        for extent in chunks.iter_mut().flat_map(|chunk| &mut chunk.extents) {
            if let Extent::Literal { block, .. } = extent {
                *block = ordinal;
            }
        }
        self.size.fetch_add(sealed.bytes().len() as u64, Ordering::Relaxed);
        self.size.fetch_sub(sealed.raw_len().into(), Ordering::Relaxed);
        let mut writing = lock(&self.writing);
        writing.waiting.insert(ordinal, (sealed, chunks));
        writing.write_waiting()
    }

    /// No more tickets are taken.
    pub(super) fn close(&self) {
        lock(&self.writing).expected = Some(lock(&self.sealer).count());
    }

    /// Publishes the pack once it is closed and every block is written; durable when this returns.
    pub(super) fn finish_if_complete(&self, objects: &Objects, level: i32) -> Result<Option<PackRecord>> {
        let mut writing = lock(&self.writing);
        let written = u32::try_from(writing.directory.blocks.len()).unwrap_or(u32::MAX);
        if writing.expected != Some(written) {
            return Ok(None);
        }
        let Some(stage) = writing.stage.take() else { return Ok(None) };
        let mut writing = std::mem::replace(&mut *writing, Writing::gone());
        writing.stage = Some(stage);
        self.finish(writing, objects, level).map(Some)
    }

    fn finish(&self, mut writing: Writing, objects: &Objects, level: i32) -> Result<PackRecord> {
        let mut directory = std::mem::take(&mut writing.directory);
        directory.chunks.sort_unstable_by_key(|chunk| chunk.id);
        let sealed = self.seal_directory(objects, &directory, level)?;
        let footer = Footer {
            directory_offset: writing.length,
            directory_size: sealed.len() as u64,
            blocks: count(directory.blocks.len()),
            chunks: count(directory.chunks.len()),
        };
        writing.write(&sealed)?;
        let padding = usize::try_from(pack::padding(writing.length)).unwrap_or_default();
        writing.write(&vec![0; padding])?;
        let header = self.header.to_bytes();
        writing.write(&objects.keys.seal_box(BoxKey::Footer, &header, &self.commitment, &wire::encode(&footer))?)?;
        let size = writing.length + envelope::TRAILER_SIZE as u64;
        let trailer = envelope::trailer(size, &mut writing.hasher);
        let name = ObjectName(*writing.hasher.finalize().as_bytes());
        let mut stage = writing.stage.take().ok_or(Error::Internal("a pack was published twice"))?;
        stage.write(&trailer)?;
        stage.publish(&name.to_string())?;
        Ok(PackRecord { name, kind: self.kind, size, directory })
    }

    /// Seals the directory, and does not believe it before it has come back as it went in.
    fn seal_directory(&self, objects: &Objects, directory: &Directory, level: i32) -> Result<Vec<u8>> {
        let plain = wire::encode(directory);
        if plain.len() > pack::DIRECTORY_LIMIT {
            return Err(Error::TooLarge { what: "a pack's directory" });
        }
        let packed = liasse_seal::compress_packed(level, &plain)?;
        let header = self.header.to_bytes();
        let sealed = objects.keys.seal_box(BoxKey::Directory, &header, &self.commitment, &packed)?;
        let place = "a new pack's directory";
        let opened = objects.keys.open_box(BoxKey::Directory, &header, &self.commitment, &sealed).map_err(Error::sealed(place))?;
        let opened = liasse_seal::decompress_packed(&opened, pack::DIRECTORY_LIMIT).map_err(Error::sealed(place))?;
        let decoded: Directory = wire::decode(&opened).map_err(Error::decode(place))?;
        if decoded == *directory { Ok(sealed) } else { Err(Error::Internal("a directory does not come back as it went in")) }
    }
}

impl Writing {
    /// What is left of a pack that is published.
    fn gone() -> Self {
        Self {
            stage: None,
            hasher: blake3::Hasher::new(),
            length: 0,
            waiting: BTreeMap::new(),
            directory: Directory::default(),
            expected: None,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(self.stage.as_mut().ok_or(Error::Internal("a pack was written after its end"))?.write(bytes)?)
    }

    fn write_waiting(&mut self) -> Result<Option<Vec<u8>>> {
        let mut spare = None;
        while let Some((sealed, chunks)) = self.waiting.remove(&count(self.directory.blocks.len())) {
            self.write(sealed.bytes())?;
            let block = Block { stored: count(sealed.bytes().len()), raw: sealed.raw_len(), codec: sealed.codec().number() };
            self.directory.blocks.push(block);
            self.directory.chunks.extend(chunks);
            spare = Some(sealed.into_bytes());
        }
        Ok(spare)
    }
}

/// Counts and lengths here are far below 4 GiB.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use liasse_format::ids::ChunkId;
    use liasse_format::pack::ChunkKind;

    use super::super::jobs::tests::jobs;
    use super::*;

    fn block(chunks: usize, listed: usize) -> RawBlock {
        let chunk = Chunk { kind: ChunkKind::Data, id: ChunkId([1; 32]), length: 1, extents: vec![] };
        RawBlock { bytes: vec![0; 10], chunks: vec![chunk; chunks], listed }
    }

    /// Blocks of so many chunks and listed bytes, until the pack wants no more; well before the format takes no more.
    fn until_full(chunks: usize, listed: usize) -> usize {
        let pack = jobs().new_pack(Kind::DataPack).unwrap();
        let block = block(chunks, listed);
        let count = (0..100_000).take_while(|_| !pack.is_full() && pack.ticket(&block).is_ok()).count();
        assert_eq!(pack.size(), 10 * count as u64);
        count
    }

    #[test]
    fn a_pack_is_full_by_its_blocks_its_chunks_or_what_lists_them() {
        assert_eq!(until_full(0, 0), 60_000);
        assert_eq!(until_full(9_000, 0), 100);
        assert_eq!(until_full(0, 1 << 20), 32);
    }
}
