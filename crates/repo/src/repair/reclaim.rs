//! Objects that lie whole under another's name: a rescue that mixed names up, or a repair that set a damaged object aside whose bytes were
//! those of another. Must never take anything for an object but by the hash of all its bytes.

use std::collections::{BTreeMap, BTreeSet};

use liasse_store::{Area, Key};

use super::{RepairStep, judge, place};
use crate::error::{Error, Result};
use crate::objects::hash_key;
use crate::progress::{Progress, Stop};
use crate::repository::Repository;

/// The areas whose objects are named by their hash.
const HASHED: [Area; 2] = [Area::Packs, Area::Parity];

/// Whether an object's name is the hash of its bytes.
pub(super) fn is_hashed(key: &Key) -> bool {
    HASHED.contains(&key.area())
}

/// What is looked for.
#[derive(Default)]
pub(super) struct Sought {
    /// Objects that are sound in no copy.
    pub(super) lost: BTreeSet<Key>,
    /// Objects whose bytes are not their own.
    pub(super) damaged: Vec<Key>,
    /// Whether chunks are missing of which nobody knows where they lay: then every object is wanted.
    pub(super) any: bool,
}

/// Where the bytes of objects lie that are sought: under the name of a damaged one, or set aside.
pub(super) fn plan(repository: &Repository, sought: &Sought, stop: &Stop) -> Result<Vec<RepairStep>> {
    if sought.lost.is_empty() && !sought.any {
        return Ok(Vec::new());
    }
    let mut strays: BTreeMap<Key, (Key, u64)> = BTreeMap::new();
    let asides: Vec<Key> = set_aside(repository)?.into_iter().map(|(aside, _)| aside).collect();
    for source in sought.damaged.iter().chain(&asides) {
        if let Some((key, size)) = what_is(repository, source, stop)? {
            strays.entry(key).or_insert_with(|| (source.clone(), size));
        }
    }
    let mut steps = Vec::new();
    for (object, (from, size)) in strays {
        let replaces = match judge::judge(repository, &object, stop)? {
            judge::Verdict::Sound(_) => continue,
            _ if !sought.any && !sought.lost.contains(&object) => continue,
            judge::Verdict::Missing => false,
            judge::Verdict::Damaged => true,
        };
        if !place::is_blocked(&*repository.objects.store, &object)? {
            steps.push(RepairStep::Reclaim { object, from, size, replaces });
        }
    }
    Ok(steps)
}

/// Gives an object its place, from where its bytes lie; or from where they were set aside since.
pub(super) fn take(repository: &Repository, object: &Key, from: &Key, progress: &dyn Progress, stop: &Stop) -> Result<()> {
    if matches!(judge::judge(repository, object, stop)?, judge::Verdict::Sound(_)) {
        return Ok(());
    }
    let since = set_aside(repository)?.into_iter().filter(|(_, was)| was == from).map(|(aside, _)| aside);
    let mut refused = None;
    for source in std::iter::once(from.clone()).chain(since) {
        let placed = place::put_in_place(&*repository.objects.store, object, |stage| {
            let name = judge::hash_of(repository, &source, object.area(), stop, &mut |bytes| {
                progress.advance(bytes.len() as u64);
                Ok(stage.write(bytes)?)
            })?;
            if name.to_string() == object.name() { Ok(()) } else { Err(Error::decode(&source)(liasse_format::DecodeError::Mismatch)) }
        });
        match placed {
            Err(error) if error.is_about_object() => refused = Some(error),
            placed => return placed,
        }
    }
    Err(refused.unwrap_or(Error::Internal("a source that is none")))
}

/// What was set aside of objects that are named by their hash, and of which.
fn set_aside(repository: &Repository) -> Result<Vec<(Key, Key)>> {
    let listed = repository.objects.store.list(Area::Damaged)?;
    let asides = listed.iter().filter_map(|listed| {
        let aside = Key::new(Area::Damaged, &listed.name).ok()?;
        let was = aside.was_aside_of().filter(is_hashed)?;
        Some((aside, was))
    });
    Ok(asides.collect())
}

/// Of which object something has the bytes, if they are whole, and how many these are.
fn what_is(repository: &Repository, source: &Key, stop: &Stop) -> Result<Option<(Key, u64)>> {
    let area = source.was_aside_of().unwrap_or_else(|| source.clone()).area();
    let mut size = 0;
    let hashed = judge::hash_of(repository, source, area, stop, &mut |bytes| {
        size += bytes.len() as u64;
        Ok(())
    });
    match hashed {
        Ok(name) => Ok(Some((hash_key(area, name)?, size))),
        Err(error) if error.is_about_object() => Ok(None),
        Err(error) => Err(error),
    }
}
