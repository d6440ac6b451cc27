//! A parity object whose head was found. What its sectors hold is looked at group by group.

use liasse_format::envelope::Kind;
use liasse_format::ids::RepositoryId;
use liasse_format::parity::{Head, Layout, Place, SECTOR, SHARD_HASH, Sector, Tag, shard_hash};
use liasse_store::{Area, Key, Store};

use super::find::{Finder, Strip, assemble};
use super::raw;
use crate::error::Result;

/// What is read first: most heads are in there.
const FIRST: u64 = 16 << 10;
/// What is read at once when the head is not there.
const STEP: u64 = 1 << 20;

/// Most members of all heads that are held at once: some 400 MB.
const MOST_MEMBERS: usize = 1 << 22;

/// A parity object.
pub(super) struct Opened {
    pub(super) key: Key,
    /// Where its bytes are: in its place, or set aside.
    pub(super) source: Key,
    /// The length of the file, whatever the head says.
    pub(super) size: u64,
    pub(super) head: Head,
    pub(super) layout: Layout,
    tag: Tag,
}

/// All parity objects of a store.
#[derive(Default)]
pub(super) struct Heads {
    /// Those whose head was found.
    pub(super) good: Vec<Opened>,
    /// Those without one, and their sizes in bytes.
    pub(super) headless: Vec<(Key, u64)>,
    /// Those that were not looked at, because the others list so much already.
    pub(super) left_out: Vec<(Key, u64)>,
}

/// The recovery of one group, as far as it is sound.
pub(super) struct Recovery {
    /// Hashes of the shards, then of the recovery shards.
    hashes: Vec<Option<[u8; SHARD_HASH]>>,
    sectors: Vec<u8>,
    /// Where in `sectors` a recovery shard begins, where it is sound.
    shards: Vec<Option<usize>>,
}

impl Opened {
    /// Opens every parity object of a store, in the order of their names.
    pub(super) fn all(store: &dyn Store) -> Result<Heads> {
        let mut heads = Heads::default();
        let mut room = MOST_MEMBERS;
        for listed in store.list(Area::Parity)? {
            if liasse_format::ids::ObjectName::from_hex(&listed.name).is_none() {
                continue;
            }
            let key = Key::new(Area::Parity, &listed.name)?;
            if room == 0 {
                heads.left_out.push((key, listed.size));
                continue;
            }
            match Self::open(store, &key, listed.size) {
                Ok(Some(opened)) => {
                    room = room.saturating_sub(opened.head.members.len());
                    heads.good.push(opened);
                }
                Ok(None) => heads.headless.push((key, listed.size)),
                Err(error) if error.is_about_object() => heads.headless.push((key, listed.size)),
                Err(error) => return Err(error),
            }
        }
        Ok(heads)
    }

    /// What was set aside of parity objects and has a head. What nothing has taken the place of may be all there is of it: a repair that
    /// was cut off leaves it so.
    pub(super) fn asides(store: &dyn Store) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        for listed in store.list(Area::Damaged)? {
            let aside = Key::new(Area::Damaged, &listed.name)?;
            let Some(key) = aside.was_aside_of().filter(|key| key.area() == Area::Parity) else { continue };
            match Self::open(store, &aside, listed.size) {
                Ok(Some(opened)) => found.push(Self { key, ..opened }),
                Ok(None) => {}
                Err(error) if error.is_about_object() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Looks for the head of an object of `size` bytes. `None` when there is none.
    fn open(store: &dyn Store, key: &Key, size: u64) -> Result<Option<Self>> {
        let size = size.min(Kind::Parity.size_limit());
        let (mut finder, mut buf, mut at, mut step) = (Finder::default(), Vec::new(), SECTOR as u64, FIRST);
        while at + SECTOR as u64 <= size && !finder.is_exhausted() {
            buf.resize(usize::try_from((size - at).min(step)).unwrap_or_default() / SECTOR * SECTOR, 0);
            raw::fill(store, key, size, at, &mut buf)?;
            if let Some((head, layout, tag)) = finder.look(&buf)? {
                return Ok(Some(Self { key: key.clone(), source: key.clone(), size, head, layout, tag }));
            }
            at += buf.len() as u64;
            step = STEP;
        }
        Ok(None)
    }

    /// Whose objects it protects.
    pub(super) fn repository(&self) -> RepositoryId {
        self.head.repository
    }

    /// What it protects.
    pub(super) fn members(&self) -> &[liasse_format::parity::Member] {
        &self.head.members
    }

    /// Reads the recovery of a group.
    pub(super) fn recovery(&self, store: &dyn Store, place: &Place, number: u32) -> Result<Recovery> {
        let first = self.layout.sector(place, 0);
        let last = self.layout.sector(place, place.sectors() - 1);
        let mut sectors = vec![0; usize::try_from(last + 1 - first).unwrap_or_default() * SECTOR];
        raw::fill(store, &self.source, self.size, first * SECTOR as u64, &mut sectors)?;
        let offset = |sector: u64| usize::try_from(self.layout.sector(place, sector) - first).unwrap_or_default() * SECTOR;
        let at = |offset: usize| sectors.get(offset..offset + SECTOR).and_then(|bytes| bytes.first_chunk::<SECTOR>());

        let mut strip = Strip::new();
        for index in 0..place.table() {
            let found = at(offset(place.table_sector(index))).and_then(|bytes| Sector::from_bytes(bytes).ok());
            let counts = (place.table_data, u32::from(place.group.table_recovery));
            let fits = |sector: &Sector| {
                sector.tag == self.tag
                    && (sector.strip, u32::from(sector.index)) == (number + 1, index)
                    && (u32::from(sector.data), u32::from(sector.recovery)) == counts
            };
            if let Some(sector) = found.filter(fits) {
                strip.insert(sector.index, sector.payload);
            }
        }
        let hashes = hashes(place, &strip)?;
        let shards = (0..place.recovery()).zip(hashes.iter().skip(place.group.shards as usize)).map(|(shard, hash)| {
            let start = offset(place.recovery_sector(shard));
            at(start).filter(|bytes| *hash == Some(shard_hash(bytes))).map(|_| start)
        });
        let shards = shards.collect();
        Ok(Recovery { hashes, sectors, shards })
    }
}

/// The table, or as much of it as there is.
fn hashes(place: &Place, strip: &Strip) -> Result<Vec<Option<[u8; SHARD_HASH]>>> {
    let count = (place.group.shards + place.recovery()) as usize;
    let data = u16::try_from(place.table_data).unwrap_or(u16::MAX);
    if let Some(whole) = assemble(strip, data, place.group.table_recovery)? {
        return Ok(whole.as_chunks::<SHARD_HASH>().0.iter().take(count).map(|hash| Some(*hash)).collect());
    }
    let mut hashes = Vec::with_capacity(count);
    for index in 0..data {
        match strip.get(&index) {
            Some(payload) => hashes.extend(payload.as_chunks::<SHARD_HASH>().0.iter().map(|hash| Some(*hash))),
            None => hashes.extend([None; liasse_format::parity::PAYLOAD / SHARD_HASH]),
        }
    }
    hashes.truncate(count);
    Ok(hashes)
}

impl Recovery {
    /// The hash that a shard of the group must have, where it is known.
    pub(super) fn hash(&self, shard: usize) -> Option<[u8; SHARD_HASH]> {
        self.hashes.get(shard).copied().flatten()
    }

    /// The sound recovery shards of a codeword, each with its number in it.
    pub(super) fn of(&self, place: &Place, codeword: usize) -> impl Iterator<Item = (usize, &[u8])> {
        let own = self.shards.iter().skip(codeword).step_by(place.codewords as usize).enumerate();
        own.filter_map(|(number, start)| Some((number, self.sectors.get((*start)?..(*start)? + SECTOR)?)))
    }

    /// How many there are.
    pub(super) fn count(&self, place: &Place, codeword: usize) -> usize {
        self.of(place, codeword).count()
    }

    /// The recovery shards that are not known to be sound, by number in the group.
    pub(super) fn rotten(&self) -> Vec<u32> {
        (0..).zip(&self.shards).filter(|(_, shard)| shard.is_none()).map(|(number, _)| number).collect()
    }
}
