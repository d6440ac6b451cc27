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
use super::overlay::Overlay;
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

/// Feeds what `segments` list, and what packs that are not `known` afterwards tell of themselves, to `take`. What cannot be read is
/// collected, and does not stop the rest.
struct Gather<'a> {
    objects: &'a Objects,
    numbers: &'a Numbers,
    damage: Vec<(String, Error)>,
    unlisted: Vec<ObjectName>,
}

impl Gather<'_> {
    fn segments(&mut self, segments: &[ObjectName], mut take: impl FnMut(ObjectName, &[PackRecord]) -> Result<()>) -> Result<()> {
        for name in segments {
            match read_segment(self.objects, *name) {
                Ok(segment) => take(*name, &segment.packs)?,
                Err(error) if error.is_about_object() => self.damage.push((hash_key(Area::Index, *name)?.to_string(), error)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn packs(&mut self, known: impl Fn(&ObjectName) -> Result<bool>, mut take: impl FnMut(PackRecord) -> Result<()>) -> Result<()> {
        let mut names: Vec<_> = self.numbers.iter().collect();
        names.sort_by_key(|(_, number)| **number);
        for (name, _) in names {
            if known(name)? {
                continue;
            }
            self.unlisted.push(*name);
            match pack_reader::read_record(self.objects, *name) {
                Ok(record) => take(record)?,
                Err(error) if error.is_about_object() => self.damage.push((hash_key(Area::Packs, *name)?.to_string(), error)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Reads all of the index into memory.
pub(super) fn everything(objects: &Objects, numbers: &Numbers) -> Result<Overlay> {
    let segments: Vec<_> = listing(objects, Area::Index)?.into_iter().map(|(name, _)| name).collect();
    let mut gather = Gather { objects, numbers, damage: Vec::new(), unlisted: Vec::new() };
    overlay(&mut gather, &segments, |_| Ok(false), &mut |_, _| ())
}

/// Told of every segment that is read, and of every pack that it lists.
pub(crate) type Observer<'a> = &'a mut dyn FnMut(ObjectName, &PackRecord);

/// Hands over what every pack that is there holds, once each. Gives what could not be read, and why.
pub(crate) fn each_record(objects: &Objects, each: &mut dyn FnMut(&PackRecord)) -> Result<Vec<(String, Error)>> {
    let segments: Vec<_> = listing(objects, Area::Index)?.into_iter().map(|(name, _)| name).collect();
    let numbers: Numbers = listing(objects, Area::Packs)?.into_iter().map(|(name, _)| name).zip((0..).map(PackNumber)).collect();
    let mut seen = HashSet::new();
    let mut gather = Gather { objects, numbers: &numbers, damage: Vec::new(), unlisted: Vec::new() };
    gather.segments(&segments, |_, packs| {
        packs.iter().filter(|record| numbers.contains_key(&record.name) && seen.insert(record.name)).for_each(&mut *each);
        Ok(())
    })?;
    let known = |name: &ObjectName| Ok(seen.contains(name));
    gather.packs(known, |record| {
        each(&record);
        Ok(())
    })?;
    Ok(gather.damage)
}

fn overlay(
    gather: &mut Gather<'_>,
    segments: &[ObjectName],
    known: impl Fn(&ObjectName) -> Result<bool>,
    observe: Observer<'_>,
) -> Result<Overlay> {
    let numbers = gather.numbers;
    let mut overlay = Overlay::default();
    gather.segments(segments, |segment, packs| {
        for record in packs {
            observe(segment, record);
            if let Some(number) = numbers.get(&record.name) {
                overlay.add(*number, record);
            }
        }
        Ok(())
    })?;
    let mut found = Vec::new();
    let listed = |name: &ObjectName| Ok(numbers.get(name).is_some_and(|number| overlay.holds(*number)) || known(name)?);
    gather.packs(listed, |record| {
        found.push(record);
        Ok(())
    })?;
    for record in found {
        if let Some(number) = numbers.get(&record.name) {
            overlay.add(*number, &record);
        }
    }
    Ok(overlay)
}

impl Index {
    /// Lists the packs and learns what they hold. With a `cache`, what is new is merged into it; where another process has it open for
    /// writing or reading, what is new is kept in memory for this run.
    pub(crate) fn load(objects: &Objects, cache: Option<&Path>) -> Result<Self> {
        Self::load_observed(objects, cache, &mut |_, _| ())
    }

    /// Loads the index from the repository alone, all of it in memory, and tells of all that segments list, packs that are gone included.
    pub(crate) fn load_truth(objects: &Objects, observe: Observer<'_>) -> Result<Self> {
        Self::load_observed(objects, None, observe)
    }

    fn load_observed(objects: &Objects, cache: Option<&Path>, observe: Observer<'_>) -> Result<Self> {
        let segments: BTreeSet<ObjectName> = listing(objects, Area::Index)?.into_iter().map(|(name, _)| name).collect();
        let mut packs: Vec<Pack> =
            listing(objects, Area::Packs)?.into_iter().map(|(name, size)| Pack { name, size, planned: false }).collect();
        packs.sort_by_key(|pack| pack.name);
        let numbers: Numbers = packs.iter().map(|pack| pack.name).zip((0..).map(PackNumber)).collect();
        let mut gather = Gather { objects, numbers: &numbers, damage: Vec::new(), unlisted: Vec::new() };
        let base = cache.and_then(|folder| bring_up_to_date(&mut gather, &segments, folder));
        let missing: Vec<ObjectName> = match &base {
            Some(base) => segments.iter().filter(|name| !base.merged(name)).copied().collect(),
            None => segments.into_iter().collect(),
        };
        let known = |name: &ObjectName| Ok(base.as_ref().is_some_and(|base| base.knows(name)));
        let overlay = overlay(&mut gather, &missing, known, observe)?;
        let (mut damage, mut unlisted) = (gather.damage, gather.unlisted);
        damage.dedup_by(|a, b| a.0 == b.0);
        unlisted.sort_unstable();
        unlisted.dedup();
        Ok(Self {
            objects: objects.clone(),
            packs,
            numbers,
            base,
            overlay,
            fallback: OnceLock::new(),
            blocks: Mutex::default(),
            damage,
            unlisted,
        })
    }

    /// Merges what a finished session wrote into the local cache. Failing to costs the next run some time, and nothing else.
    pub(crate) fn merge(objects: &Objects, cache: &Path, segments: &[ObjectName]) -> Result<()> {
        let Some(mut writable) = Writable::open(cache, objects.repository) else { return Ok(()) };
        for name in segments {
            let segment = read_segment(objects, *name)?;
            writable.add(Some(*name), &segment.packs)?;
        }
        writable.commit()
    }
}

/// Merges new segments into the cache and opens it for reading. `None` when there is no cache to be had: it is then done without.
fn bring_up_to_date(gather: &mut Gather<'_>, segments: &BTreeSet<ObjectName>, folder: &Path) -> Option<Base> {
    let current = |base: &Base| segments.iter().all(|name| base.merged(name)) && gather.numbers.keys().all(|name| base.knows(name));
    if let Some(base) = Base::open(folder, gather.objects.repository, gather.numbers)
        && current(&base)
    {
        return Some(base);
    }
    if let Some(mut writable) = Writable::open(folder, gather.objects.repository) {
        let missing: Vec<ObjectName> = segments.iter().filter(|name| !writable.merged(name)).copied().collect();
        let merged = gather
            .segments(&missing, |name, packs| writable.add(Some(name), packs))
            .and_then(|()| {
                let mut found = Vec::new();
                gather.packs(
                    |name| Ok(writable.knows(name)),
                    |record| {
                        found.push(record);
                        Ok(())
                    },
                )?;
                writable.add(None, &found)
            })
            .and_then(|()| writable.commit());
        if merged.is_err() {
            return None;
        }
    }
    Base::open(folder, gather.objects.repository, gather.numbers)
}
