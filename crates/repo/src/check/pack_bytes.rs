//! The bytes of all packs: each is read from start to end once, on all cores, a block at a time.
//!
//! Must never hold a pack in memory, and never let one thread's failure pass for success.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use liasse_format::content::ChunkRef;
use liasse_format::index::PackRecord;
use liasse_format::pack::{BLOCKS_OFFSET, Chunk, Footer};
use liasse_seal::{BlockOpener, Decompressor, SealError};
use liasse_store::Key;

use super::Gathered;
use super::chunk_plan::ChunkPlan;
use super::damage::Bad;
use super::pack_stream::Stream;
use super::packs::agrees;
use crate::error::{Error, Result};
use crate::gather::{Wanted, runs};
use crate::index::{BlockPlace, Located, PackNumber};
use crate::pack_reader;
use crate::progress::{Progress, Stop};
use crate::reader::{Reader, Scratch};

/// Chunks in many blocks that are put together at once: their descriptions are held in memory.
const MOST_POSTPONED: usize = 16 << 10;
/// Most threads: more would only take memory.
const MOST_THREADS: usize = 16;

/// Reads all packs.
pub(super) fn check(reader: &Reader<'_>, gathered: &mut Gathered, progress: &dyn Progress, stop: &Stop) -> Result<()> {
    let packs: Vec<PackNumber> = reader.index().packs().map(|(number, _)| number).collect();
    progress.expect(reader.index().packs().map(|(_, pack)| pack.size).sum());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_THREADS).min(packs.len());
    let run = Run { reader, gathered: Mutex::new(gathered), progress, stop, read: AtomicU64::new(0), postponed: Mutex::default() };
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
    run.settle()?;
    let read = run.read.load(Ordering::Relaxed);
    gathered.counts.bytes_read = read;
    Ok(())
}

/// What all threads share.
pub(super) struct Run<'a> {
    pub(super) reader: &'a Reader<'a>,
    gathered: Mutex<&'a mut Gathered>,
    pub(super) progress: &'a dyn Progress,
    pub(super) stop: &'a Stop,
    pub(super) read: AtomicU64,
    /// Chunks that lie in many blocks: they are put together when there are many of them.
    postponed: Mutex<Vec<(PackNumber, Wanted)>>,
}

/// What a thread keeps from pack to pack.
pub(super) struct Tools {
    pub(super) stored: Vec<u8>,
    pub(super) raw: Vec<u8>,
    pub(super) joined: Vec<u8>,
    pub(super) decompressor: Decompressor,
    scratch: Scratch,
}

impl Tools {
    fn new() -> Result<Self> {
        let (stored, raw, joined) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { stored, raw, joined, decompressor: Decompressor::new()?, scratch: Scratch::new()? })
    }
}

impl<'a> Run<'a> {
    fn pack(&'a self, number: PackNumber, tools: &mut Tools) -> Result<()> {
        let (place, pack) = (self.reader.index().place(number)?, self.reader.index().pack(number)?);
        let mut stream = Stream::new(self, number, place, pack.size);
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

    pub(super) fn lock(&self) -> MutexGuard<'_, &'a mut Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn found(&self, place: &Key, what: impl Into<String>) -> Bad {
        self.lock().findings.add(place.to_string(), what)
    }

    /// What the pack says of itself.
    fn own_parts(&self, number: PackNumber, place: &Key) -> Result<Option<(Footer, PackRecord)>> {
        match pack_reader::read_parts(&self.reader.repository().objects, self.reader.index().pack(number)?.name) {
            Ok(parts) => {
                let mut gathered = self.lock();
                if !agrees(&gathered.stated, &parts.1) {
                    gathered.contradicted = true;
                    gathered.findings.add(place.to_string(), "its directory is not what a segment says of it");
                }
                drop(gathered);
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
        match index.resolve(placement)? {
            Ok(pieces) => {
                let way = Located { length: placement.length, pieces };
                let wanted = Wanted { kind: chunk.kind, chunk: ChunkRef { id: chunk.id, length: chunk.length }, way };
                let full = {
                    let mut postponed = self.postponed.lock().unwrap_or_else(PoisonError::into_inner);
                    postponed.push((number, wanted));
                    (postponed.len() >= MOST_POSTPONED).then(|| std::mem::take(&mut *postponed))
                };
                full.map_or(Ok(()), |full| self.join(full, tools))
            }
            Err(what) => self.bad_chunk(number, chunk.id, what),
        }
    }

    /// Puts together what is still postponed.
    fn settle(&self) -> Result<()> {
        let rest = std::mem::take(&mut *self.postponed.lock().unwrap_or_else(PoisonError::into_inner));
        self.join(rest, &mut Tools::new()?)
    }

    /// Puts chunks together, many at once, so that each block is opened seldom, and proves them. One that is not what its name says is put
    /// together again alone, to say why.
    fn join(&self, mut chunks: Vec<(PackNumber, Wanted)>, tools: &mut Tools) -> Result<()> {
        chunks.sort_by_key(|(_, wanted)| wanted.way.pieces.first().map(|piece| (piece.pack, piece.block)));
        let (numbers, wanted): (Vec<PackNumber>, Vec<Wanted>) = chunks.into_iter().unzip();
        let keys = &self.reader.repository().objects.keys;
        let mut number = numbers.iter();
        for run in runs(&wanted) {
            let gathered = match self.reader.gather(run, self.stop) {
                // Storage that fails for one block: each chunk is then read alone.
                Err(error) if error.is_about_object() => {
                    self.lock().findings.add_error("the index", &error);
                    vec![None; run.len()]
                }
                gathered => gathered?,
            };
            for ((wanted, bytes), number) in run.iter().zip(gathered).zip(&mut number) {
                let good = bytes.is_some_and(|bytes| keys.chunk_id(wanted.kind, &bytes) == wanted.chunk.id);
                if !good {
                    self.prove_alone(*number, wanted, tools)?;
                }
            }
        }
        Ok(())
    }

    fn prove_alone(&self, number: PackNumber, wanted: &Wanted, tools: &mut Tools) -> Result<()> {
        match self.reader.prove(wanted.kind, &wanted.chunk, &wanted.way, &mut tools.scratch, &mut tools.joined) {
            Ok(()) => Ok(()),
            Err(Error::BadChunk { id, what, .. }) => self.bad_chunk(number, id, what),
            // A block that does not open: the same finding as where it lies.
            Err(error) if error.is_about_object() => {
                self.lock().findings.add_error("the index", &error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn bad_chunk(&self, number: PackNumber, id: liasse_format::ids::ChunkId, what: &str) -> Result<()> {
        let place = self.reader.index().place(number)?;
        let mut gathered = self.lock();
        let finding = gathered.findings.add(place.to_string(), format!("chunk {id}: {what}"));
        gathered.damage.chunks.insert((number, id), finding);
        Ok(())
    }
}
