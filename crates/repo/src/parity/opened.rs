//! A parity object whose head was found. What its sectors hold is looked at group by group.

use std::collections::HashSet;

use liasse_format::envelope::Kind;
use liasse_format::ids::{ObjectName, RepositoryId};
use liasse_format::parity::{Head, Layout, Place, SECTOR, SHARD_HASH, Sector, Tag, What, shard_hash};
use liasse_store::{Area, Key, Store};

use super::find::{Finder, Strip, assemble};
use super::raw;
use crate::error::Result;

/// What is read first: most heads are in there.
const FIRST: u64 = 16 << 10;
/// What is read at once when the head is not there.
const STEP: u64 = 1 << 20;

/// Most members and groups of all heads that are held at once: some 400 MB.
const MOST_ITEMS: usize = 1 << 22;
/// Bytes of later versions' parts that count as much as one of these.
const ITEM: usize = 64;

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
    /// How much more may be held.
    room: usize,
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
        let mut heads = Heads { room: MOST_ITEMS, ..Heads::default() };
        for (key, size) in in_place(store)? {
            if heads.room == 0 {
                heads.left_out.push((key, size));
            } else if let Some(opened) = Self::open(store, &key, size)? {
                heads.room = heads.room.saturating_sub(opened.items());
                heads.good.push(opened);
            } else {
                heads.headless.push((key, size));
            }
        }
        Ok(heads)
    }

    /// Adds what was set aside of parity objects and has a head, as far as there is room. What nothing has taken the place of may be all
    /// there is of it: a repair that was cut off leaves it so.
    pub(super) fn add_asides(store: &dyn Store, heads: &mut Heads) -> Result<()> {
        let known = heads.good.iter().map(|opened| &opened.key).chain(heads.headless.iter().map(|(key, _)| key));
        let known: HashSet<Key> = known.cloned().collect();
        for (aside, size) in set_aside(store)? {
            let Some(key) = aside.was_aside_of().filter(|key| heads.room > 0 && !known.contains(key)) else { continue };
            if let Some(opened) = Self::open(store, &aside, size)? {
                heads.room = heads.room.saturating_sub(opened.items());
                heads.good.push(Self { key, ..opened });
            }
        }
        Ok(())
    }

    /// Where there is a head that lists a member, in place or set aside. One head at a time is held, so that none is left out.
    pub(super) fn protecting(store: &dyn Store, what: What) -> Result<Vec<Key>> {
        let mut found = Vec::new();
        for (key, size) in in_place(store)?.into_iter().chain(set_aside(store)?) {
            let opened = Self::open(store, &key, size)?;
            if opened.is_some_and(|opened| opened.members().iter().any(|member| member.what == what)) {
                found.push(key);
            }
        }
        Ok(found)
    }

    /// How much is held of it.
    fn items(&self) -> usize {
        let later: usize = self.head.unknown.iter().map(|part| part.bytes.len()).sum();
        self.head.members.len() + self.head.groups.len() + later / ITEM
    }

    /// Looks for the head of an object of `size` bytes. `None` when there is none, or the storage does not give it.
    fn open(store: &dyn Store, key: &Key, size: u64) -> Result<Option<Self>> {
        match Self::search(store, key, size) {
            Err(error) if error.is_about_object() => Ok(None),
            found => found,
        }
    }

    fn search(store: &dyn Store, key: &Key, size: u64) -> Result<Option<Self>> {
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

/// The parity objects in their place, and their sizes in bytes, by name.
fn in_place(store: &dyn Store) -> Result<Vec<(Key, u64)>> {
    let listed = store.list(Area::Parity)?.into_iter().filter(|listed| ObjectName::from_hex(&listed.name).is_some());
    listed.map(|listed| Ok((Key::new(Area::Parity, &listed.name)?, listed.size))).collect()
}

/// Those that were set aside.
fn set_aside(store: &dyn Store) -> Result<Vec<(Key, u64)>> {
    let mut found = Vec::new();
    for listed in store.list(Area::Damaged)? {
        let aside = Key::new(Area::Damaged, &listed.name)?;
        if aside.was_aside_of().is_some_and(|key| key.area() == Area::Parity) {
            found.push((aside, listed.size));
        }
    }
    Ok(found)
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
