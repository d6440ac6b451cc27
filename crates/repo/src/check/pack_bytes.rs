//! The bytes of all packs: each is read from start to end once, on all cores, a block at a time.
//!
//! Must never hold a pack in memory, and never let one thread's failure pass for success.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use liasse_format::content::ChunkRef;
use liasse_format::ids::ChunkId;
use liasse_format::index::PackRecord;
use liasse_format::pack::{BLOCKS_OFFSET, Chunk, ChunkKind, Extent, Footer};
use liasse_seal::{BlockOpener, Decompressor, SealError};
use liasse_store::Key;

use super::Gathered;
use super::chunk_plan::ChunkPlan;
use super::damage::Bad;
use super::leaf_proof::Batch;
use super::pack_stream::Stream;
use super::packs::agrees;
use super::share::{Candidate, Share};
use super::verified::{self, Verified};
use crate::clock;
use crate::error::{Error, Result};
use crate::gather::Wanted;
use crate::index::{BlockPlace, Located, ORIGIN_MISSING, Pack, PackNumber};
use crate::pack_reader;
use crate::parallel;
use crate::progress::{Progress, Stop};
use crate::reader::{Reader, Scratch};

/// Reads the packs of a share, and remembers which of them are whole, also when it is stopped.
pub(super) fn check(reader: &Reader<'_>, share: Share, gathered: &mut Gathered, progress: &dyn Progress, stop: &Stop) -> Result<()> {
    let candidate = |(number, pack): (PackNumber, &Pack)| Candidate { number, name: pack.name, size: pack.size };
    let all: Vec<Candidate> = reader.index().packs().map(candidate).collect();
    let remembered = reader.repository().cache_file_here(verified::FILE);
    let chosen = share.choose(&all, &Verified::load(remembered.as_deref()), liasse_seal::random_bytes()?);
    let began = clock::now().seconds();
    progress.expect(all.iter().filter(|pack| chosen.contains(&pack.number)).map(|pack| pack.size).sum());
    let run = Run {
        reader,
        gathered: Mutex::new(gathered),
        progress,
        stop,
        read: AtomicU64::new(0),
        ended: Mutex::default(),
        postponed: Mutex::default(),
    };
    let read = parallel::for_each(chosen.into_iter(), Tools::new, |number, tools| run.pack(number, tools)).and_then(|()| run.settle());
    let ended = std::mem::take(&mut *run.ended.lock().unwrap_or_else(PoisonError::into_inner));
    let bytes = run.read.load(Ordering::Relaxed);
    gathered.counts.bytes_read = bytes;
    gathered.counts.packs_read = ended.len() as u64;
    remember(reader, &all, &ended, gathered, began)?;
    read
}

/// Packs that were read to their end, with no finding against them, are what their names say. Loaded anew: another check may have
/// remembered something meanwhile.
fn remember(reader: &Reader<'_>, all: &[Candidate], ended: &BTreeSet<PackNumber>, gathered: &Gathered, now: i64) -> Result<()> {
    let bad = gathered.findings.objects();
    let file = reader.repository().cache_file_here(verified::FILE);
    let mut verified = Verified::load(file.as_deref());
    for pack in all {
        // With more findings than are listed nobody knows which packs have none.
        let Some(bad) = &bad else {
            if ended.contains(&pack.number) {
                verified.forget(&pack.name);
            }
            continue;
        };
        if bad.contains(reader.index().place(pack.number)?.to_string().as_str()) {
            verified.mark_bad(pack.name);
        } else if ended.contains(&pack.number) {
            verified.mark(pack.name, now);
        }
    }
    verified.save(file.as_deref(), &all.iter().map(|pack| pack.name).collect());
    Ok(())
}

/// What all threads share.
pub(super) struct Run<'a> {
    pub(super) reader: &'a Reader<'a>,
    gathered: Mutex<&'a mut Gathered>,
    pub(super) progress: &'a dyn Progress,
    pub(super) stop: &'a Stop,
    pub(super) read: AtomicU64,
    /// Packs that were read to their end.
    ended: Mutex<BTreeSet<PackNumber>>,
    /// Chunks that do not lie in one block, proved last.
    postponed: Mutex<Vec<Postponed>>,
}

/// A chunk that is proved when all packs were read. There may be many: 56 bytes each.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Postponed {
    kind: ChunkKind,
    /// The first chunk that it goes back to.
    base: u64,
    number: PackNumber,
    id: ChunkId,
}

impl Postponed {
    fn new(number: PackNumber, chunk: &Chunk) -> Self {
        let origin = |extent: &Extent| if let Extent::Origin { id, .. } = extent { Some(*id) } else { None };
        let base = chunk.extents.iter().find_map(origin).unwrap_or(chunk.id);
        let base = u64::from_le_bytes(base.0.first_chunk().copied().unwrap_or_default());
        Self { kind: chunk.kind, base, number, id: chunk.id }
    }
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
            let later = plan.later.iter().filter_map(|index| chunks.get(*index)).map(|chunk| Postponed::new(number, chunk));
            self.postponed.lock().unwrap_or_else(PoisonError::into_inner).extend(later);
            if let (Some((_, record)), 1..) = (&own, plan.unused(&blocks)) {
                let what = format!("{} bytes of its blocks belong to no chunk", plan.unused(&blocks));
                self.lock().findings.note(stream.place.to_string(), what);
                debug_assert_eq!(record.size, stream.size);
            }
        }
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
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

    /// Proves the chunks that are not in one block. Those that go back to the same one come together: they share most of their blocks.
    fn settle(&self) -> Result<()> {
        let mut postponed = std::mem::take(&mut *self.postponed.lock().unwrap_or_else(PoisonError::into_inner));
        postponed.sort_unstable();
        let mut batch = Batch::default();
        for Postponed { kind, number, id, .. } in postponed {
            self.stop.check()?;
            let Some(wanted) = self.way(number, kind, id)? else { continue };
            if batch.is_full_for(kind) {
                self.prove(&mut batch)?;
            }
            batch.push(number, wanted);
        }
        self.prove(&mut batch)
    }

    fn prove(&self, batch: &mut Batch) -> Result<()> {
        // Doubts are rare, or the repository is badly damaged; one after the other, so that their buffers are bounded.
        let tools = Mutex::new(Tools::new()?);
        let failed = |error: &Error| _ = self.lock().findings.add_error("the index", error);
        batch.prove(self.reader, self.stop, failed, |number, wanted| {
            self.prove_alone(number, wanted, &mut tools.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }

    /// Where the pieces of a chunk of a pack lie; `None` when that is known to be nowhere.
    fn way(&self, number: PackNumber, kind: ChunkKind, id: ChunkId) -> Result<Option<Wanted>> {
        let index = self.reader.index();
        let placements = index.placements(&id)?;
        let Some(placement) = placements.iter().find(|placement| placement.pack == number && placement.kind == kind) else {
            return Ok(None);
        };
        match index.resolve(placement)? {
            Ok(pieces) => {
                let way = Located { length: placement.length, pieces };
                Ok(Some(Wanted { kind, chunk: ChunkRef { id, length: placement.length }, way }))
            }
            // The pack is not to blame for an origin that went with another.
            Err(ORIGIN_MISSING) if !self.lock().damage.behind(index, &id)?.is_empty() => Ok(None),
            Err(what) => self.bad_chunk(number, id, what).map(|()| None),
        }
    }

    fn prove_alone(&self, number: PackNumber, wanted: &Wanted, tools: &mut Tools) -> Result<()> {
        let placements = self.reader.index().placements(&wanted.chunk.id)?;
        for placement in placements.iter().filter(|placement| placement.pack == number && placement.kind == wanted.kind) {
            let proved = self.reader.prove_by_other_origins(&wanted.chunk, placement, &mut tools.scratch, &mut tools.joined)?;
            if let Some(verified) = proved {
                tools.joined = verified.into_vec();
                return Ok(());
            }
        }
        match self.reader.prove(wanted.kind, &wanted.chunk, &wanted.way, &mut tools.scratch, &mut tools.joined) {
            Ok(verified) => {
                tools.joined = verified.into_vec();
                Ok(())
            }
            Err(Error::BadChunk { id, what, .. }) => self.bad_chunk(number, id, what),
            // A block that does not open: the same finding as where it lies.
            Err(error) if error.is_about_object() => {
                let mut gathered = self.lock();
                let finding = gathered.findings.add_error("the index", &error);
                // Nobody may have read the pack of that block: what needs the chunk is found by the chunk.
                gathered.damage.chunks.insert((number, wanted.chunk.id), finding);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn bad_chunk(&self, number: PackNumber, id: ChunkId, what: &str) -> Result<()> {
        let place = self.reader.index().place(number)?;
        let mut gathered = self.lock();
        let finding = gathered.findings.add(place.to_string(), format!("chunk {id}: {what}"));
        gathered.damage.chunks.insert((number, id), finding);
        Ok(())
    }
}
