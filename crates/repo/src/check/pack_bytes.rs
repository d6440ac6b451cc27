//! The bytes of all packs: each is read from start to end once, on all cores, a block at a time.
//!
//! Must never hold a pack in memory, and never let one thread's failure pass for success.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use liasse_format::content::ChunkRef;
use liasse_format::envelope::{self, TRAILER_SIZE};
use liasse_format::index::PackRecord;
use liasse_format::pack::{self, BLOCKS_OFFSET, Chunk, Extent, Footer, TAIL_SIZE};
use liasse_seal::{BlockOpener, Decompressor, SealError};
use liasse_store::Key;

use super::Gathered;
use super::chunk_plan::ChunkPlan;
use super::damage::Bad;
use super::packs::agrees;
use crate::error::{Error, Result};
use crate::index::{BlockPlace, Located, PackNumber};
use crate::pack_reader;
use crate::progress::{Progress, Stop};
use crate::reader::{Reader, Scratch};

/// Most threads: more would only take memory.
const MOST_THREADS: usize = 16;
/// Bytes that are read at once where there are no blocks.
const STEP: u64 = 1 << 20;

/// Reads all packs.
pub(super) fn check(reader: &Reader<'_>, gathered: &mut Gathered, progress: &dyn Progress, stop: &Stop) -> Result<()> {
    let packs: Vec<PackNumber> = reader.index().packs().map(|(number, _)| number).collect();
    progress.expect(reader.index().packs().map(|(_, pack)| pack.size).sum());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_THREADS).min(packs.len());
    let run = Run { reader, gathered: Mutex::new(gathered), progress, stop, read: AtomicU64::new(0) };
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        let mut tools = Tools::new()?;
        while let Some(number) = packs.get(next.fetch_add(1, Ordering::Relaxed)) {
            // The others need not go on when one cannot.
            run.pack(*number, &mut tools).inspect_err(|_| next.store(packs.len(), Ordering::Relaxed))?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results: Vec<Result<()>> =
            workers.into_iter().map(|worker| worker.join().unwrap_or(Err(Error::Internal("a worker failed")))).collect();
        results.into_iter().collect::<Result<()>>()
    })?;
    let read = run.read.load(Ordering::Relaxed);
    gathered.counts.bytes_read = read;
    Ok(())
}

/// What all threads share.
struct Run<'a> {
    reader: &'a Reader<'a>,
    gathered: Mutex<&'a mut Gathered>,
    progress: &'a dyn Progress,
    stop: &'a Stop,
    read: AtomicU64,
}

/// What a thread keeps from pack to pack.
struct Tools {
    stored: Vec<u8>,
    raw: Vec<u8>,
    joined: Vec<u8>,
    decompressor: Decompressor,
    scratch: Scratch,
}

impl Tools {
    fn new() -> Result<Self> {
        let (stored, raw, joined) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { stored, raw, joined, decompressor: Decompressor::new()?, scratch: Scratch::new()? })
    }
}

/// A pack on its way through.
struct Stream<'a> {
    run: &'a Run<'a>,
    number: PackNumber,
    place: Key,
    size: u64,
    hasher: blake3::Hasher,
    /// Where the next byte lies.
    at: u64,
    /// Whether every byte so far could be read.
    whole: bool,
}

impl<'a> Run<'a> {
    fn pack(&'a self, number: PackNumber, tools: &mut Tools) -> Result<()> {
        let (place, pack) = (self.reader.index().place(number)?, self.reader.index().pack(number)?);
        let mut stream = Stream { run: self, number, place, size: pack.size, hasher: blake3::Hasher::new(), at: 0, whole: true };
        let own = self.own_parts(number, &stream.place)?;
        let opener = self.opener(number, &stream.place)?;
        let blocks = self.blocks(number, own.as_ref())?;
        let chunks = own.as_ref().map(|(_, record)| record.directory.chunks.as_slice()).unwrap_or_default();
        let plan = ChunkPlan::new(chunks);
        stream.pass_to(BLOCKS_OFFSET, tools)?;
        stream.blocks(&blocks, opener.as_ref(), chunks, &plan, tools)?;
        stream.rest(own.as_ref().map(|(footer, _)| footer), tools)?;
        if opener.is_some() {
            for chunk in plan.later.iter().filter_map(|index| chunks.get(*index)) {
                self.stop.check()?;
                self.later(number, chunk, tools)?;
            }
            if let (Some((_, record)), 1..) = (&own, plan.unused(&blocks)) {
                let what = format!("{} bytes of its blocks belong to no chunk", plan.unused(&blocks));
                self.lock().findings.note(stream.place.to_string(), what);
                debug_assert_eq!(record.size, stream.size);
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, &'a mut Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self, place: &Key, what: impl Into<String>) -> Bad {
        self.lock().findings.add(place.to_string(), what)
    }

    /// What the pack says of itself.
    fn own_parts(&self, number: PackNumber, place: &Key) -> Result<Option<(Footer, PackRecord)>> {
        match pack_reader::read_parts(&self.reader.repository().objects, self.reader.index().pack(number)?.name) {
            Ok(parts) => {
                if !agrees(&self.lock().stated, &parts.1) {
                    self.found(place, "its directory is not what a segment says of it");
                }
                Ok(Some(parts))
            }
            Err(error) if error.is_about_object() => {
                self.lock().findings.add_error(&place.to_string(), &error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// What opens its blocks; `None` when they cannot be opened, or not with this key.
    fn opener(&self, number: PackNumber, place: &Key) -> Result<Option<BlockOpener>> {
        let repository = self.reader.repository();
        if !repository.can_read() {
            return Ok(None);
        }
        match pack_reader::open_pack(&repository.objects, &repository.access, self.reader.index().pack(number)?.name) {
            Ok(opener) => Ok(Some(opener)),
            Err(Error::Sealed { cause: SealError::OtherReader { reader }, .. }) if self.is_known(reader) => {
                self.lock().findings.note(place.to_string(), "sealed to another reader of this repository: its blocks were not opened");
                Ok(None)
            }
            Err(error) if error.is_about_object() => {
                let mut gathered = self.lock();
                let finding = gathered.findings.add_error(&place.to_string(), &error);
                gathered.damage.packs.insert(number, finding);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn is_known(&self, reader: liasse_format::ids::ReaderId) -> bool {
        self.reader.repository().config().readers.iter().any(|known| liasse_seal::reader_id(&known.key) == reader)
    }

    /// Where the blocks lie, by the pack itself or, where it does not say, by a segment.
    fn blocks(&self, number: PackNumber, own: Option<&(Footer, PackRecord)>) -> Result<Vec<BlockPlace>> {
        if let Some((_, record)) = own {
            return Ok(crate::index::lay_out(&record.directory.blocks).collect());
        }
        Ok(self.reader.index().blocks_if_known(number)?.map(|blocks| blocks.to_vec()).unwrap_or_default())
    }

    /// A chunk that is not in one block: its own way is put together by the reader.
    fn later(&self, number: PackNumber, chunk: &Chunk, tools: &mut Tools) -> Result<()> {
        let index = self.reader.index();
        let placements = index.placements(&chunk.id)?;
        let Some(placement) = placements.iter().find(|placement| placement.pack == number && placement.kind == chunk.kind) else {
            return Ok(());
        };
        let reference = ChunkRef { id: chunk.id, length: chunk.length };
        let proved = match index.resolve(placement)? {
            Ok(pieces) => {
                let way = Located { length: placement.length, pieces };
                self.reader.prove(chunk.kind, &reference, &way, &mut tools.scratch, &mut tools.joined)
            }
            Err(what) => Err(Error::BadChunk { id: chunk.id, object: index.place(number)?.to_string(), what }),
        };
        match proved {
            Ok(()) => Ok(()),
            Err(Error::BadChunk { id, what, .. }) => {
                self.bad_chunk(number, id, what)?;
                Ok(())
            }
            // A block that does not open: the same finding as where it lies.
            Err(error) if error.is_about_object() => {
                self.lock().findings.add_error("the index", &error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn bad_chunk(&self, number: PackNumber, id: liasse_format::ids::ChunkId, what: &str) -> Result<()> {
        let place = self.reader.index().place(number)?;
        let mut gathered = self.lock();
        let finding = gathered.findings.add(place.to_string(), format!("chunk {id}: {what}"));
        gathered.damage.chunks.insert((number, id), finding);
        Ok(())
    }
}

impl Stream<'_> {
    /// Reads the next bytes into `tools.stored`. What cannot be read is a finding, and the rest goes on.
    fn take(&mut self, length: usize, tools: &mut Tools) -> Result<std::result::Result<(), Bad>> {
        self.run.stop.check()?;
        tools.stored.resize(length, 0);
        let read = self.run.reader.repository().objects.store.read_at(&self.place, self.at, &mut tools.stored).map_err(Error::from);
        self.at += length as u64;
        self.run.progress.advance(length as u64);
        match read {
            Ok(()) => {
                self.run.read.fetch_add(length as u64, Ordering::Relaxed);
                self.hasher.update(&tools.stored);
                Ok(Ok(()))
            }
            Err(error) if error.is_about_object() => {
                self.whole = false;
                Ok(Err(self.run.lock().findings.add_error(&self.place.to_string(), &error)))
            }
            Err(error) => Err(error),
        }
    }

    /// Only hashes what comes before `end`.
    fn pass_to(&mut self, end: u64, tools: &mut Tools) -> Result<()> {
        let end = end.min(self.size);
        while self.at < end {
            let length = usize::try_from((end - self.at).min(STEP)).unwrap_or_default();
            _ = self.take(length, tools)?;
        }
        Ok(())
    }

    fn blocks(
        &mut self,
        blocks: &[BlockPlace],
        opener: Option<&BlockOpener>,
        chunks: &[Chunk],
        plan: &ChunkPlan,
        tools: &mut Tools,
    ) -> Result<()> {
        for (ordinal, place) in (0_u32..).zip(blocks) {
            if place.offset + u64::from(place.block.stored) > self.size {
                break;
            }
            let read = self.take(place.block.stored as usize, tools)?;
            let result = match (read, opener) {
                (Err(bad), _) => Err(bad),
                (Ok(()), None) => continue,
                (Ok(()), Some(opener)) => {
                    let Tools { stored, raw, decompressor, .. } = tools;
                    opener
                        .open(ordinal, place.block.codec, place.block.raw, stored, decompressor, raw)
                        .map_err(|cause| self.run.found(&self.place, format!("block {ordinal}: {cause}")))
                }
            };
            match result {
                Ok(()) => {
                    for chunk in plan.of_block(ordinal).iter().filter_map(|(_, index)| chunks.get(*index)) {
                        self.chunk(chunk, tools)?;
                    }
                }
                Err(bad) => _ = self.run.lock().damage.blocks.insert((self.number, ordinal), bad),
            }
        }
        Ok(())
    }

    /// Hashes a chunk that lies wholly in the block at hand.
    fn chunk(&self, chunk: &Chunk, tools: &mut Tools) -> Result<()> {
        let literal = |extent: &Extent| match extent {
            Extent::Literal { offset, length, .. } => {
                (*offset as usize).checked_add(*length as usize).and_then(|end| tools.raw.get(*offset as usize..end))
            }
            Extent::Origin { .. } => None,
        };
        let keys = &self.run.reader.repository().objects.keys;
        let id = match chunk.extents.as_slice() {
            [extent] => literal(extent).map(|bytes| keys.chunk_id(chunk.kind, bytes)),
            extents => {
                tools.joined.clear();
                let joined = extents.iter().all(|extent| literal(extent).map(|bytes| tools.joined.extend_from_slice(bytes)).is_some());
                joined.then(|| keys.chunk_id(chunk.kind, &tools.joined))
            }
        };
        if id == Some(chunk.id) {
            return Ok(());
        }
        self.run.bad_chunk(self.number, chunk.id, "its bytes are not those that its name says")
    }

    /// From the end of the blocks to the end of the pack: directory, padding, footer, trailer; then the hash of it all.
    fn rest(&mut self, footer: Option<&Footer>, tools: &mut Tools) -> Result<()> {
        let trailer_at = self.size.saturating_sub(TRAILER_SIZE as u64);
        if let Some(footer) = footer {
            self.pass_to(footer.directory_offset.saturating_add(footer.directory_size), tools)?;
            let padding = self.size.saturating_sub(TAIL_SIZE as u64).saturating_sub(self.at);
            let padding = usize::try_from(padding.min(pack::PADDING)).unwrap_or_default();
            if self.take(padding, tools)?.is_ok() && tools.stored.iter().any(|byte| *byte != 0) {
                self.run.found(&self.place, "its padding is not zeros");
            }
        }
        self.pass_to(trailer_at, tools)?;
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or_default();
        if !self.whole || left != TRAILER_SIZE {
            return self.end(tools, left);
        }
        let mut hasher = self.hasher.clone();
        let trailer = envelope::trailer(self.size, &mut hasher);
        if self.take(left, tools)?.is_ok() && tools.stored != trailer {
            self.run.found(&self.place, "its trailer is not that of its bytes");
        }
        self.end(tools, 0)
    }

    fn end(&mut self, tools: &mut Tools, left: usize) -> Result<()> {
        if left > 0 {
            _ = self.take(left, tools)?;
        }
        let name = self.hasher.finalize();
        if self.whole && *name.as_bytes() != self.run.reader.index().pack(self.number)?.name.0 {
            self.run.found(&self.place, "its bytes are not those that its name says");
        }
        Ok(())
    }
}
