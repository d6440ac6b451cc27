//! Loading the index: what the local cache has, what segments add to it, and what only the packs themselves tell.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, OnceLock};

use liasse_format::DecodeError;
use liasse_format::envelope::Kind;
use liasse_format::ids::ObjectName;
use liasse_format::index::{PackRecord, Segment};
use liasse_format::pack::DIRECTORY_LIMIT;
use liasse_format::wire;
use liasse_seal::BoxKey;
use liasse_store::{Area, Listed};

use super::cache::{Base, Writable};
use super::entry::{self, Digest};
use super::overlay::{Filling, Overlay};
use super::scratch::Scratch;
use super::{Index, Pack, PackNumber};
use crate::error::{Error, Result};
use crate::objects::{Objects, hash_key};
use crate::pack_reader;

type Numbers = HashMap<ObjectName, PackNumber>;

/// What the repository's folders list: objects that are named by hashes.
fn listing(objects: &Objects, area: Area) -> Result<Vec<(ObjectName, u64)>> {
    let named = |listed: Listed| ObjectName::from_hex(&listed.name).map(|name| (name, listed.size));
    Ok(objects.store.list(area)?.into_iter().filter_map(named).collect())
}

/// Reads a segment. It is believed only under its own name.
pub(crate) fn read_segment(objects: &Objects, name: ObjectName) -> Result<Segment> {
    let key = hash_key(Area::Index, name)?;
    let (header, object) = objects.read(&key, Kind::Segment)?;
    if ObjectName::of(&object) != name {
        return Err(Error::decode(&key)(DecodeError::Mismatch));
    }
    let packed = objects.open(&key, BoxKey::Segment, &header, &object)?;
    let plain = liasse_seal::decompress_packed(&packed, DIRECTORY_LIMIT).map_err(Error::sealed(&key))?;
    wire::decode(&plain).map_err(Error::decode(&key))
}

/// What segments say and what is not to be believed (`spec/index.md`).
#[derive(Default)]
struct Overruled {
    /// Segments that others stand in for.
    segments: BTreeSet<ObjectName>,
    /// Packs of which two segments say different things: what they say of themselves prevails.
    packs: BTreeSet<ObjectName>,
}

/// Reads segments, and packs that no segment lists. What cannot be read is collected, and does not stop the rest.
struct Gather<'a> {
    objects: &'a Objects,
    numbers: &'a Numbers,
    damage: Vec<(String, Error)>,
    unlisted: Vec<ObjectName>,
    overruled: Overruled,
    /// What the segments that were read stand in for.
    replaced: BTreeSet<ObjectName>,
}

impl<'a> Gather<'a> {
    fn new(objects: &'a Objects, numbers: &'a Numbers) -> Self {
        let (overruled, replaced) = (Overruled::default(), BTreeSet::new());
        Self { objects, numbers, damage: Vec::new(), unlisted: Vec::new(), overruled, replaced }
    }

    /// Hands over what segments list: nothing for those that are replaced.
    fn segments(&mut self, segments: &[ObjectName], mut take: impl FnMut(ObjectName, &[PackRecord]) -> Result<()>) -> Result<()> {
        for name in segments {
            match read_segment(self.objects, *name) {
                Ok(segment) => {
                    self.replaced.extend(segment.replaces);
                    let is_replaced = self.overruled.segments.contains(name);
                    take(*name, if is_replaced { &[] } else { &segment.packs })?;
                }
                Err(error) if error.is_about_object() => self.damage.push((hash_key(Area::Index, *name)?.to_string(), error)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes note of what turned out not to be believed. Whether any of it is among what was `taken`, which must then be gathered anew.
    fn overrule(&mut self, disputed: BTreeSet<ObjectName>, taken: impl Fn(&ObjectName) -> bool) -> bool {
        let mut again = false;
        for name in std::mem::take(&mut self.replaced) {
            again |= self.overruled.segments.insert(name) && taken(&name);
        }
        for name in disputed {
            // One that does not say itself what it holds: then the first that was said of it is as good as another.
            if pack_reader::read_record(self.objects, name).is_ok() {
                again |= self.overruled.packs.insert(name);
            }
        }
        again
    }

    /// Packs that are there and that nothing is known of yet.
    fn unknown(&self, known: impl Fn(&ObjectName) -> bool) -> Vec<ObjectName> {
        let mut names: Vec<_> = self.numbers.iter().filter(|(name, _)| !known(name)).collect();
        names.sort_by_key(|(_, number)| **number);
        names.into_iter().map(|(name, _)| *name).collect()
    }

    /// Hands over what packs say of themselves.
    fn packs(&mut self, names: &[ObjectName], mut take: impl FnMut(&PackRecord) -> Result<()>) -> Result<()> {
        for name in names {
            if !self.overruled.packs.contains(name) {
                self.unlisted.push(*name);
            }
            match pack_reader::read_record(self.objects, *name) {
                Ok(record) => take(&record)?,
                Err(error) if error.is_about_object() => self.damage.push((hash_key(Area::Packs, *name)?.to_string(), error)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Reads all of the index.
pub(super) fn everything(objects: &Objects, numbers: &Numbers, scratch: &Scratch) -> Result<Overlay> {
    let segments: Vec<_> = listing(objects, Area::Index)?.into_iter().map(|(name, _)| name).collect();
    let mut gather = Gather::new(objects, numbers);
    Ok(overlay(&mut gather, &segments, None, scratch, &mut |_| ())?.unwrap_or_default())
}

/// Reads all of the index by what packs say of themselves; segments are believed only of packs that do not.
pub(super) fn from_packs(objects: &Objects, numbers: &Numbers, scratch: &Scratch) -> Result<Overlay> {
    let mut filling = Filling::new(scratch);
    let mut gather = Gather::new(objects, numbers);
    let mut add = |record: &PackRecord| {
        if let Some(number) = numbers.get(&record.name) {
            filling.add(*number, record);
        }
    };
    let all = gather.unknown(|_| false);
    gather.packs(&all, |record| {
        add(record);
        Ok(())
    })?;
    if !gather.damage.is_empty() {
        let segments: Vec<_> = listing(objects, Area::Index)?.into_iter().map(|(name, _)| name).collect();
        gather.segments(&segments, |_, packs| {
            packs.iter().for_each(&mut add);
            Ok(())
        })?;
    }
    Ok(filling.finish())
}

/// What is told of while the index is loaded.
pub(crate) enum Observed<'a> {
    /// It begins, or begins anew: what was told before does not count.
    Begin,
    /// A segment that no other replaces lists a pack.
    Listed(ObjectName, &'a PackRecord),
}

/// Told of every segment that is read, and of every pack that it lists.
pub(crate) type Observer<'a> = &'a mut dyn FnMut(Observed<'_>);

/// Hands over what every pack that is there holds, once each, as it is first told: good enough to count. Gives what could not be read, and why.
pub(crate) fn each_record(objects: &Objects, each: &mut dyn FnMut(&PackRecord)) -> Result<Vec<(String, Error)>> {
    let segments: Vec<_> = listing(objects, Area::Index)?.into_iter().map(|(name, _)| name).collect();
    let numbers: Numbers = listing(objects, Area::Packs)?.into_iter().map(|(name, _)| name).zip((0..).map(PackNumber)).collect();
    let mut seen = HashSet::new();
    let mut gather = Gather::new(objects, &numbers);
    gather.segments(&segments, |_, packs| {
        packs.iter().filter(|record| numbers.contains_key(&record.name) && seen.insert(record.name)).for_each(&mut *each);
        Ok(())
    })?;
    let unlisted = gather.unknown(|name| seen.contains(name));
    gather.packs(&unlisted, |record| {
        each(record);
        Ok(())
    })?;
    Ok(gather.damage)
}

/// Hands over all that segments list, packs that are gone included, and what other segments stand in for. Passes over what cannot be read.
pub(crate) fn each_listed(objects: &Objects, each: &mut dyn FnMut(&PackRecord)) -> Result<()> {
    for (name, _) in listing(objects, Area::Index)? {
        match read_segment(objects, name) {
            Ok(segment) => segment.packs.iter().for_each(&mut *each),
            Err(error) if error.is_about_object() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What segments say beyond a cache; `None` when they contradict the cache.
fn overlay(
    gather: &mut Gather<'_>,
    segments: &[ObjectName],
    base: Option<&Base>,
    scratch: &Scratch,
    observe: Observer<'_>,
) -> Result<Option<Overlay>> {
    let numbers = gather.numbers;
    let mut filling = loop {
        observe(Observed::Begin);
        let mut filling = Filling::new(scratch);
        let mut disputed = BTreeSet::new();
        let mut contradicts = false;
        let believed_of_itself = gather.overruled.packs.clone();
        gather.segments(segments, |segment, packs| {
            for record in packs {
                observe(Observed::Listed(segment, record));
                let Some(number) = numbers.get(&record.name).filter(|_| !believed_of_itself.contains(&record.name)) else { continue };
                match base.and_then(|base| base.digest(&record.name)) {
                    Some(known) => contradicts |= known != entry::digest(record),
                    None if filling.add(*number, record) => {}
                    None => _ = disputed.insert(record.name),
                }
            }
            Ok(())
        })?;
        if base.is_some_and(|base| gather.replaced.iter().any(|name| base.merged(name))) || contradicts {
            return Ok(None);
        }
        if !gather.overrule(disputed, |name| segments.contains(name)) {
            break filling;
        }
    };
    let listed =
        |name: &ObjectName| numbers.get(name).is_some_and(|number| filling.holds(*number)) || base.is_some_and(|base| base.knows(name));
    let unlisted = gather.unknown(listed);
    gather.packs(&unlisted, |record| {
        if let Some(number) = numbers.get(&record.name) {
            filling.add(*number, record);
        }
        Ok(())
    })?;
    Ok(Some(filling.finish()))
}

impl Index {
    /// Lists the packs and learns what they hold. With a `cache`, what is new is merged into it; where another process has it open for
    /// writing or reading, what is new is kept for this run only.
    pub(crate) fn load(objects: &Objects, cache: Option<&Path>, scratch: &Scratch) -> Result<Self> {
        Self::load_observed(objects, cache, scratch, &mut |_| ())
    }

    /// Loads the index from the repository alone, and tells of all that segments list, packs that are gone included.
    pub(crate) fn load_truth(objects: &Objects, scratch: &Scratch, observe: Observer<'_>) -> Result<Self> {
        Self::load_observed(objects, None, scratch, observe)
    }

    fn load_observed(objects: &Objects, cache: Option<&Path>, scratch: &Scratch, observe: Observer<'_>) -> Result<Self> {
        let segments: BTreeSet<ObjectName> = listing(objects, Area::Index)?.into_iter().map(|(name, _)| name).collect();
        let mut packs: Vec<Pack> =
            listing(objects, Area::Packs)?.into_iter().map(|(name, size)| Pack { name, size, planned: false, marked: false }).collect();
        packs.sort_by_key(|pack| pack.name);
        let numbers: Numbers = packs.iter().map(|pack| pack.name).zip((0..).map(PackNumber)).collect();
        let mut gather = Gather::new(objects, &numbers);
        let mut base = cache.and_then(|folder| bring_up_to_date(&mut gather, &segments, folder, scratch));
        let overlay = loop {
            gather.replaced.clear();
            let is_new = |name: &&ObjectName| base.as_ref().is_none_or(|base| !base.merged(name));
            let missing: Vec<ObjectName> = segments.iter().filter(is_new).copied().collect();
            match overlay(&mut gather, &missing, base.as_ref(), scratch, observe)? {
                Some(overlay) => break overlay,
                None => base = None,
            }
        };
        let (mut damage, mut unlisted) = (gather.damage, gather.unlisted);
        let mut told = HashSet::new();
        damage.retain(|(place, _)| told.insert(place.clone()));
        unlisted.sort_unstable();
        unlisted.dedup();
        Ok(Self {
            objects: objects.clone(),
            scratch: scratch.clone(),
            packs,
            numbers,
            base,
            overlay,
            fallback: OnceLock::new(),
            own: OnceLock::new(),
            records: Mutex::default(),
            blocks: Mutex::default(),
            recent: Mutex::default(),
            damage,
            unlisted,
        })
    }

    /// Merges what a finished session wrote into the local cache. Failing to costs the next run some time, and nothing else.
    pub(crate) fn merge(objects: &Objects, cache: &Path, segments: &[ObjectName]) -> Result<()> {
        let Some(mut writable) = Writable::open(cache, &Scratch::new(Some(cache)), objects.repository) else { return Ok(()) };
        for name in segments {
            let segment = read_segment(objects, *name)?;
            // What they say beside others is judged where all of them are read.
            if segment.replaces.is_empty() && segment.packs.iter().all(|record| writable.digest(&record.name).is_none()) {
                writable.add(Some(*name), &segment.packs)?;
            }
        }
        writable.commit()
    }
}

/// Merges new segments into the cache and opens it for reading. `None` when there is no cache to be had: it is then done without.
fn bring_up_to_date(gather: &mut Gather<'_>, segments: &BTreeSet<ObjectName>, folder: &Path, scratch: &Scratch) -> Option<Base> {
    let current = |base: &Base| segments.iter().all(|name| base.merged(name)) && gather.numbers.keys().all(|name| base.knows(name));
    if let Some(base) = Base::open(folder, gather.objects.repository, gather.numbers)
        && current(&base)
    {
        return Some(base);
    }
    while let Some(mut writable) = Writable::open(folder, scratch, gather.objects.repository) {
        match merge_missing(gather, segments, &mut writable) {
            Ok(false) => {
                writable.commit().ok()?;
                break;
            }
            // It holds what is not to be believed: it is made anew, without that.
            Ok(true) => writable.discard(),
            Err(_) => return None,
        }
    }
    Base::open(folder, gather.objects.repository, gather.numbers)
}

/// Adds what the cache does not have. Gives whether it holds, or was just given, what turns out not to be believed.
fn merge_missing(gather: &mut Gather<'_>, segments: &BTreeSet<ObjectName>, writable: &mut Writable) -> Result<bool> {
    let missing: Vec<ObjectName> = segments.iter().filter(|name| !writable.merged(name)).copied().collect();
    let believed_of_itself = gather.overruled.packs.clone();
    let mut disputed = BTreeSet::new();
    let objects = gather.objects;
    gather.segments(&missing, |name, packs| {
        let mut fresh = Vec::new();
        for record in packs.iter().filter(|record| !believed_of_itself.contains(&record.name)) {
            match writable.digest(&record.name) {
                None => fresh.push(record),
                Some(known) if known == entry::digest(record) => {}
                // What the cache has may be what the pack says itself.
                Some(known) if says_itself(objects, record.name, known) => {}
                Some(_) => _ = disputed.insert(record.name),
            }
        }
        writable.add(Some(name), fresh)
    })?;
    if gather.overrule(disputed, |name| segments.contains(name)) {
        return Ok(true);
    }
    let unlisted = gather.unknown(|name| writable.knows(name));
    gather.packs(&unlisted, |record| writable.add(None, [record]))?;
    Ok(false)
}

fn says_itself(objects: &Objects, name: ObjectName, known: Digest) -> bool {
    pack_reader::read_record(objects, name).is_ok_and(|record| entry::digest(&record) == known)
}
