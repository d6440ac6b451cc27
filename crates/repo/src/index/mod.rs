//! The index: which pack holds a chunk, and where. A cache, never truth.
//!
//! What lies where is learned from index segments, and from the directories of packs that no segment lists. It is kept in a local
//! redb file between runs ([`cache`]); what that file does not have yet, or all of it where there is none, is kept for one run
//! ([`overlay`]), in memory or, where that is too much for it, in sorted files ([`sorter`]). So the memory does not grow with the chunks,
//! but for some bytes a block. Packs are numbered by the listing that was taken when the index was loaded: a pack that is not in it cannot be named,
//! so nothing is ever found in a pack that is gone.

mod cache;
mod copied;
mod entry;
mod load;
mod overlay;
mod own;
mod recent;
mod run;
mod scratch;
mod sorter;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use liasse_format::ids::{ChunkId, ObjectName};
use liasse_format::index::PackRecord;
use liasse_format::pack::{self, ChunkKind, Extent, PIECES_LIMIT};

use crate::error::{Error, Result};
use crate::objects::{Objects, hash_key};
pub(crate) use cache::create_private;
pub(crate) use copied::Copied;
pub(crate) use entry::Placement;
pub(crate) use entry::digest;
use liasse_store::{Area, Key};
pub(crate) use load::{Observed, each_listed, each_record, read_segment};
use overlay::Overlay;
pub(crate) use recent::Literals;
use recent::Recent;
pub(crate) use scratch::Scratch;
pub(crate) use sorter::{Sorted, Sorter};

/// The number of a pack in this run's listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackNumber(pub(crate) u32);

/// A pack of the listing.
#[derive(Debug, Clone)]
pub(crate) struct Pack {
    pub(crate) name: ObjectName,
    pub(crate) size: u64,
    /// Whether a plan that was seen may delete it: nothing new may refer to it.
    pub(crate) planned: bool,
    /// Whether a mark says that parts of it are damaged: what it holds is stored again where it is met.
    pub(crate) marked: bool,
}

impl Pack {
    /// Whether new things may refer to what it holds.
    pub(crate) fn is_usable(&self) -> bool {
        !self.planned && !self.marked
    }
}

/// A run of a chunk's bytes, in a block of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Which pack.
    pub pack: PackNumber,
    /// Ordinal of the block.
    pub block: u32,
    /// Where in the block's raw bytes.
    pub offset: u32,
    /// How many bytes.
    pub length: u32,
}

/// Where a chunk's bytes lie, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Bytes of the chunk.
    pub length: u32,
    /// Its pieces; their lengths add up.
    pub pieces: Vec<Piece>,
}

/// What is said of a chunk that has an origin which is nowhere.
pub(crate) const ORIGIN_MISSING: &str = "an origin is missing";

/// Where a range of an origin may be read.
pub(crate) struct Source<'a> {
    /// The origin.
    pub(crate) id: &'a ChunkId,
    /// A pack in which the range is literal.
    pub(crate) pack: PackNumber,
    /// Where in it.
    pub(crate) pieces: &'a [Piece],
}

/// Where a block lies in its pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockPlace {
    pub(crate) offset: u64,
    pub(crate) block: pack::Block,
}

/// Blocks lie one after the other, without gaps.
pub(crate) fn lay_out(blocks: &[pack::Block]) -> impl Iterator<Item = BlockPlace> {
    blocks.iter().scan(pack::BLOCKS_OFFSET, |next, block| {
        let offset = *next;
        *next += u64::from(block.stored);
        Some(BlockPlace { offset, block: *block })
    })
}

/// Places of blocks, by whether packs themselves said so.
type KnownBlocks = HashMap<(bool, PackNumber), Arc<[BlockPlace]>>;

/// Most packs of which the places of blocks are kept.
const MOST_KNOWN_BLOCKS: usize = 4_096;

/// What the packs of one listing hold.
pub(crate) struct Index {
    objects: Objects,
    /// Where more of it goes than memory should hold.
    scratch: Scratch,
    packs: Vec<Pack>,
    numbers: HashMap<ObjectName, PackNumber>,
    base: Option<cache::Base>,
    overlay: Overlay,
    /// Loaded from the repository when the local cache turns out to be damaged.
    fallback: OnceLock<Option<Overlay>>,
    /// What all packs say of themselves, once something else was found to be wrong. From then on nothing else is asked.
    own: OnceLock<Overlay>,
    /// Directories of packs that were read to find that out.
    records: Mutex<HashMap<PackNumber, Option<Arc<PackRecord>>>>,
    blocks: Mutex<KnownBlocks>,
    recent: Mutex<Recent>,
    /// Segments and packs that could not be read, and why.
    pub(crate) damage: Vec<(String, Error)>,
    /// Packs that no segment lists.
    pub(crate) unlisted: Vec<ObjectName>,
}

impl Index {
    /// All packs that are there.
    pub(crate) fn packs(&self) -> impl Iterator<Item = (PackNumber, &Pack)> {
        (0..).map(PackNumber).zip(&self.packs)
    }

    pub(crate) fn pack(&self, number: PackNumber) -> Result<&Pack> {
        self.packs.get(number.0 as usize).ok_or(Error::Internal("a pack that is not in the listing"))
    }

    /// Where a pack lies in the repository.
    pub(crate) fn place(&self, number: PackNumber) -> Result<Key> {
        hash_key(Area::Packs, self.pack(number)?.name)
    }

    pub(crate) fn number(&self, name: &ObjectName) -> Option<PackNumber> {
        self.numbers.get(name).copied()
    }

    /// Forbids new references to a pack.
    pub(crate) fn avoid(&mut self, name: &ObjectName) {
        if let Some(pack) = self.number(name).and_then(|number| self.packs.get_mut(number.0 as usize)) {
            pack.planned = true;
        }
    }

    /// Forbids new references to a pack that is damaged.
    pub(crate) fn mark(&mut self, name: &ObjectName) {
        if let Some(pack) = self.number(name).and_then(|number| self.packs.get_mut(number.0 as usize)) {
            pack.marked = true;
        }
    }

    /// Forbids new references to any pack.
    pub(crate) fn avoid_all(&mut self) {
        for pack in &mut self.packs {
            pack.planned = true;
        }
    }

    /// Lets go of the local cache, so that it can be written. Nothing can be looked up afterwards.
    pub(crate) fn close_cache(&mut self) {
        self.base = None;
    }

    /// Whether a pack is there and may be referred to.
    pub(crate) fn is_usable(&self, name: &ObjectName) -> bool {
        self.number(name).and_then(|number| self.packs.get(number.0 as usize)).is_some_and(Pack::is_usable)
    }

    /// Whether a pack is in no plan, and not marked.
    pub(crate) fn is_safe(&self, number: PackNumber) -> bool {
        self.packs.get(number.0 as usize).is_some_and(Pack::is_usable)
    }

    /// The length of a chunk, if new things may refer to it: it lies whole in packs that are there and that no plan may delete.
    pub(crate) fn reusable(&self, kind: ChunkKind, id: &ChunkId) -> Result<Option<u32>> {
        for placement in self.placements(id)? {
            let safe = |origin: &Source<'_>| self.is_safe(origin.pack);
            if placement.kind == kind && self.is_safe(placement.pack) && self.resolve_within(&placement, safe)?.is_ok() {
                return Ok(Some(placement.length));
            }
        }
        Ok(None)
    }

    /// In how many pieces a range of this chunk lies that new chunks may have as an origin: it is literal in a pack that no plan may
    /// delete. `None` where it is not.
    pub(crate) fn origin_pieces(&self, kind: ChunkKind, id: &ChunkId, offset: u32, length: u32) -> Result<Option<usize>> {
        let found = self.literal_range(kind, id, offset, length, |origin| self.is_safe(origin.pack))?;
        Ok(found.ok().map(|pieces| pieces.len()))
    }

    /// Every way to read a chunk, the first found first. An empty list: it is missing.
    ///
    /// A rotten cache may know nothing of a chunk that is there: none is called missing before the repository itself was asked.
    pub(crate) fn locate_all(&self, kind: ChunkKind, id: &ChunkId) -> Result<Vec<Located>> {
        let found = self.ways(kind, id);
        if self.base.is_none() || self.fallback.get().is_some() || found.as_ref().is_ok_and(|ways| !ways.is_empty()) {
            return found;
        }
        self.fallback.get_or_init(|| self.load_fallback());
        let truth = self.ways(kind, id);
        if truth.as_ref().is_ok_and(|ways| !ways.is_empty()) {
            self.discard_cache();
        }
        truth
    }

    fn ways(&self, kind: ChunkKind, id: &ChunkId) -> Result<Vec<Located>> {
        let mut ways = Vec::new();
        let mut refused = None;
        for placement in self.placements(id)? {
            if placement.kind != kind {
                continue;
            }
            match self.resolve(&placement)? {
                Ok(pieces) => ways.push(Located { length: placement.length, pieces }),
                Err(what) => refused = Some((placement.pack, what)),
            }
        }
        match refused {
            Some((pack, what)) if ways.is_empty() => Err(self.bad_chunk(id, pack, what)),
            _ => Ok(ways),
        }
    }

    fn bad_chunk(&self, id: &ChunkId, pack: PackNumber, what: &'static str) -> Error {
        let object = self.place(pack).map(|place| place.to_string()).unwrap_or_default();
        Error::BadChunk { id: *id, object, what }
    }

    /// Replaces origins by where their bytes lie. The depth is always one: an origin's range is literal there, or the chunk is refused.
    pub(crate) fn resolve(&self, placement: &Placement) -> Result<std::result::Result<Vec<Piece>, &'static str>> {
        self.resolve_within(placement, |_| true)
    }

    /// The same, with the bytes of origins from where they are wanted only.
    pub(crate) fn resolve_within(
        &self,
        placement: &Placement,
        mut wanted: impl FnMut(&Source<'_>) -> bool,
    ) -> Result<std::result::Result<Vec<Piece>, &'static str>> {
        let mut pieces = Vec::with_capacity(placement.extents.len());
        for extent in &placement.extents {
            match extent {
                Extent::Literal { block, offset, length } => {
                    pieces.push(Piece { pack: placement.pack, block: *block, offset: *offset, length: *length });
                }
                Extent::Origin { id, offset, length } => match self.literal_range(placement.kind, id, *offset, *length, &mut wanted)? {
                    Ok(found) => pieces.extend(found),
                    Err(what) => return Ok(Err(what)),
                },
            }
            // Ranges of origins that lie in crumbs could ask for a piece a byte.
            if pieces.len() > PIECES_LIMIT {
                return Ok(Err("it lies in too many pieces"));
            }
        }
        Ok(Ok(pieces))
    }

    /// The literal pieces of a range of an origin.
    fn literal_range(
        &self,
        kind: ChunkKind,
        id: &ChunkId,
        offset: u32,
        length: u32,
        mut wanted: impl FnMut(&Source<'_>) -> bool,
    ) -> Result<std::result::Result<Vec<Piece>, &'static str>> {
        let mut what = ORIGIN_MISSING;
        for literals in self.literals(id)?.iter().filter(|literals| literals.kind == kind) {
            match literals.range(offset, length) {
                Some(pieces) if wanted(&Source { id, pack: literals.pack, pieces: &pieces }) => return Ok(Ok(pieces)),
                Some(_) => {}
                None => what = "a range of an origin is not literal there",
            }
        }
        Ok(Err(what))
    }

    /// What is literal of a chunk, in every pack of the listing that holds it.
    fn literals(&self, id: &ChunkId) -> Result<Arc<[Literals]>> {
        let authority = (self.own.get().is_some(), self.fallback.get().is_some());
        let recent = || self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = recent().get(authority, id) {
            return Ok(known);
        }
        let literals: Arc<[Literals]> = self.placements(id)?.iter().map(Literals::of).collect();
        recent().keep(authority, *id, Arc::clone(&literals));
        Ok(literals)
    }

    /// Where a chunk is, in every pack of the listing that holds it.
    pub(crate) fn placements(&self, id: &ChunkId) -> Result<Vec<Placement>> {
        if let Some(own) = self.own.get() {
            return own.get(id).map_err(|error| self.scratch_error(&error));
        }
        let mut found = self.overlay.get(id).map_err(|error| self.scratch_error(&error))?;
        if let Some(base) = &self.base
            && self.fallback.get().is_none()
        {
            match base.get(id) {
                Ok(placements) => found.extend(placements),
                Err(_) => self.fall_back(),
            }
        }
        match self.fallback.get() {
            Some(Some(fallback)) => fallback.get(id).map_err(|error| self.scratch_error(&error)),
            Some(None) => Err(self.cache_error()),
            None => Ok(found),
        }
    }

    /// Where the blocks of a pack lie.
    pub(crate) fn blocks(&self, number: PackNumber) -> Result<Arc<[BlockPlace]>> {
        self.blocks_if_known(number)?.ok_or(Error::Internal("a pack without blocks"))
    }

    /// Where the blocks of a pack lie; `None` when neither a segment nor the pack itself could be read.
    pub(crate) fn blocks_if_known(&self, number: PackNumber) -> Result<Option<Arc<[BlockPlace]>>> {
        let own = self.own.get();
        let key = (own.is_some(), number);
        if let Some(blocks) = self.known_blocks().get(&key) {
            return Ok(Some(Arc::clone(blocks)));
        }
        let found = match (own, self.overlay.blocks(number)) {
            (Some(own), _) => own.blocks(number),
            (None, Some(blocks)) => Some(blocks),
            (None, None) => self.cached_blocks(number)?,
        };
        let Some(blocks) = found else { return Ok(None) };
        let places: Arc<[BlockPlace]> = lay_out(&blocks).collect();
        let mut known = self.known_blocks();
        if known.len() >= MOST_KNOWN_BLOCKS {
            known.clear();
        }
        known.insert(key, Arc::clone(&places));
        drop(known);
        Ok(Some(places))
    }

    fn cached_blocks(&self, number: PackNumber) -> Result<Option<Vec<pack::Block>>> {
        if let Some(base) = &self.base
            && self.fallback.get().is_none()
        {
            match base.blocks(number) {
                Ok(blocks) => return Ok(blocks),
                Err(_) => self.fall_back(),
            }
        }
        match self.fallback.get() {
            Some(Some(fallback)) => Ok(fallback.blocks(number)),
            Some(None) => Err(self.cache_error()),
            None => Ok(None),
        }
    }

    /// The cache is damaged: from now on the repository itself is asked.
    fn fall_back(&self) {
        self.fallback.get_or_init(|| self.load_fallback());
        self.discard_cache();
    }

    /// So that the next run makes a new one.
    fn discard_cache(&self) {
        if let Some(base) = &self.base {
            std::fs::remove_file(base.path()).ok();
        }
    }

    fn load_fallback(&self) -> Option<Overlay> {
        load::everything(&self.objects, &self.numbers, &self.scratch).ok()
    }

    fn cache_error(&self) -> Error {
        let path = self.base.as_ref().map(|base| base.path().display().to_string()).unwrap_or_default();
        Error::Cache { path, what: "it is damaged, and the index could not be read from the repository".to_owned() }
    }

    fn scratch_error(&self, error: &std::io::Error) -> Error {
        self.scratch.error(error)
    }

    fn known_blocks(&self) -> std::sync::MutexGuard<'_, KnownBlocks> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
