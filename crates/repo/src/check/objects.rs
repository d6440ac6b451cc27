//! Names and structure: strays, configs and their chain, key slots, intents, plans.

use std::collections::BTreeSet;

use liasse_format::DecodeError;
use liasse_format::envelope::Kind;
use liasse_format::ids::{Hash, ObjectName, SessionId, SlotId};
use liasse_format::session::{Intent, Plan};
use liasse_format::wire::{self, Wire};
use liasse_seal::{BOX_OVERHEAD, BoxKey, SealError};
use liasse_store::{Area, Key};

use super::Gathered;
use crate::configs;
use crate::error::{Error, Result};
use crate::objects::Objects;
use crate::parity;
use crate::progress::Stop;
use crate::repository::Repository;

/// What a finding says of something that is no file in an object's place: a folder, a link, a pipe.
pub const IN_THE_WAY: &str = "something that is no file lies in its place";

/// Everything but packs, segments and snapshots, and the names of those.
pub(super) fn check(repository: &Repository, read_data: bool, gathered: &mut Gathered, stop: &Stop) -> Result<()> {
    for area in Area::ALL {
        names(repository, gathered, area)?;
    }
    match repository.objects.store.size(&Key::readme()).map_err(Error::from) {
        Ok(Some(_)) => {}
        Ok(None) => gathered.findings.note("README", "the plain text for people is not there"),
        Err(error) => keep(gathered, &Key::readme(), Err(error))?,
    }
    for (object, what) in parity::examine(&*repository.objects.store, repository.id(), read_data, stop)? {
        gathered.findings.add(object, what);
    }
    all_configs(repository, gathered)?;
    slots(repository, gathered)?;
    notes_of_work::<Intent>(repository, gathered, Area::Intents, Kind::Intent, BoxKey::Intent)?;
    notes_of_work::<Plan>(repository, gathered, Area::Plans, Kind::Plan, BoxKey::Plan)
}

fn names(repository: &Repository, gathered: &mut Gathered, area: Area) -> Result<()> {
    let store = &repository.objects.store;
    for stray in store.strays(area)? {
        match in_place_of(area, &stray) {
            Some(key) => _ = gathered.findings.add(key.to_string(), IN_THE_WAY),
            None => gathered.findings.note(format!("{area}: {stray}"), "a file that is none of the repository's"),
        }
    }
    let listed = store.list(area)?;
    gathered.counts.objects += listed.len() as u64;
    for listed in listed.iter().filter(|listed| !is_name(area, &listed.name)) {
        gathered.findings.note(Key::new(area, &listed.name)?.to_string(), "its name is not one of this folder, so it is never read");
    }
    Ok(())
}

/// The object in whose place a stray lies. Where such an object was, nothing else may tell that it is lost.
fn in_place_of(area: Area, stray: &str) -> Option<Key> {
    let name = stray.rsplit('/').next().unwrap_or_default();
    let key = Key::new(area, name).ok().filter(|_| is_name(area, name) && !matches!(area, Area::Root | Area::Damaged))?;
    (key.to_string() == format!("{area}/{stray}")).then_some(key)
}

/// Whether a name is of the form that its area's objects have.
pub(crate) fn is_name(area: Area, name: &str) -> bool {
    match area {
        Area::Config => name.parse::<u64>().is_ok_and(|number| number > 0 && number.to_string() == name),
        Area::Keys => SlotId::from_hex(name).is_some(),
        Area::Packs | Area::Index | Area::Parity => ObjectName::from_hex(name).is_some(),
        Area::Snapshots | Area::Intents | Area::Plans => SessionId::from_hex(name).is_some(),
        Area::Root | Area::Damaged => true,
    }
}

/// Every config on its own, then each `previous` against the config before it.
fn all_configs(repository: &Repository, gathered: &mut Gathered) -> Result<()> {
    let mut above: Option<(u64, Hash)> = None;
    for number in configs::numbers(&*repository.objects.store)? {
        let place = configs::key(number)?.to_string();
        if let Some((upper, _)) = above.filter(|(upper, _)| *upper != number + 1) {
            gathered.findings.add(format!("config/{}", upper - 1), "it is not there, and a later config follows it");
        }
        above = match configs::read(&repository.objects, &repository.access.bundle.owner, number) {
            Ok((config, hash)) => {
                if above.is_some_and(|(upper, previous)| upper == number + 1 && previous != hash) {
                    gathered.findings.add(place, "the config after it follows another than this");
                }
                Some((number, config.previous))
            }
            Err(error) if error.is_about_object() => {
                gathered.findings.add_error(&place, &error);
                None
            }
            Err(error) => return Err(error),
        };
    }
    if let Some((number, _)) = above.filter(|(number, _)| *number != 1) {
        gathered.findings.add(format!("config/{}", number - 1), "it is not there, and a later config follows it");
    }
    Ok(())
}

fn slots(repository: &Repository, gathered: &mut Gathered) -> Result<()> {
    let listed = repository.objects.store.list(Area::Keys)?;
    let noted = &repository.config().slots;
    let is_listed = |name: &str| noted.iter().any(|note| note.id.to_string() == name);
    let removed = if listed.iter().all(|slot| is_listed(&slot.name)) {
        BTreeSet::new()
    } else {
        configs::removed(&repository.objects, &repository.access.bundle.owner, repository.config())?
    };
    for slot in listed.iter().filter(|listed| is_name(Area::Keys, &listed.name)) {
        let key = Key::new(Area::Keys, &slot.name)?;
        let is_listed = is_listed(&slot.name);
        match slot_is_sound(&repository.objects, &key) {
            // It opens nothing here, and nobody relies on it.
            Err(Error::Damaged { cause: DecodeError::Foreign, .. }) if !is_listed => {
                gathered.findings.note(key.to_string(), "a key slot of another repository, as an interrupted beginning leaves it");
                continue;
            }
            sound => keep(gathered, &key, sound)?,
        }
        if SlotId::from_hex(&slot.name).is_some_and(|slot| removed.contains(&slot)) {
            gathered.removed_slots.insert(key.to_string());
            gathered.findings.note(key.to_string(), "a key that the owner has removed is there again; it opens nothing");
        } else if !is_listed {
            gathered.findings.note(key.to_string(), "a key slot that no config lists; it opens the repository");
        }
    }
    for note in noted.iter().filter(|note| !listed.iter().any(|listed| listed.name == note.id.to_string())) {
        gathered.findings.add(format!("keys/{}", note.id), "a key slot that the config lists is not there");
    }
    Ok(())
}

/// As far as can be told without its password.
pub(crate) fn slot_is_sound(objects: &Objects, key: &Key) -> Result<()> {
    let (_, object) = objects.read(key, Kind::Slot)?;
    let (_, body) = liasse_format::envelope::unwrap(&object, Kind::Slot, None).map_err(Error::decode(key))?;
    let mut input = wire::Reader::new(body);
    liasse_format::keys::Kdf::get(&mut input).map_err(Error::decode(key))?;
    if input.left() < BOX_OVERHEAD {
        return Err(Error::sealed(key)(SealError::Decode(DecodeError::Truncated { offset: object.len() })));
    }
    Ok(())
}

/// Work in progress, or what was left of it.
fn notes_of_work<T: Wire>(repository: &Repository, gathered: &mut Gathered, area: Area, kind: Kind, purpose: BoxKey) -> Result<()> {
    for listed in repository.objects.store.list(area)?.iter().filter(|listed| is_name(area, &listed.name)) {
        let key = Key::new(area, &listed.name)?;
        let read = repository.objects.read_named_by_session::<T>(&key, kind, purpose);
        // Who wrote it may have finished and removed it by now.
        if matches!(&read, Err(Error::Store(error)) if error.kind() == liasse_store::ErrorKind::NotFound) {
            continue;
        }
        keep(gathered, &key, read.map(drop))?;
    }
    Ok(())
}

/// Keeps damage as a finding, and gives back only what keeps the check from being made.
fn keep(gathered: &mut Gathered, key: &Key, result: Result<()>) -> Result<()> {
    match result {
        Err(error) if error.is_about_object() => {
            gathered.findings.add_error(&key.to_string(), &error);
            Ok(())
        }
        other => other,
    }
}
