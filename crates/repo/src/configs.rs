//! Configs: the newest that can be believed, and the next one (`spec/keys.md`).

use std::collections::BTreeSet;

use liasse_format::config::{Config, SIGNATURE_CONTEXT};
use liasse_format::envelope::{Header, Kind};
use liasse_format::ids::{Hash, PublicKey, SessionId, SlotId};
use liasse_format::{DecodeError, wire};
use liasse_seal::{BoxKey, SealError, SigningKey};
use liasse_store::{Area, Key, Put};

use crate::error::{Error, Result};
use crate::objects::{Objects, SMALL_LIMIT};

/// A config, and the hash of its object.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    pub(crate) config: Config,
    pub(crate) hash: Hash,
    /// Newer configs that could not be believed, and why.
    pub(crate) refused: Vec<(String, String)>,
}

/// The numbers of the configs that are there, the highest first.
pub(crate) fn numbers(store: &dyn liasse_store::Store) -> Result<Vec<u64>> {
    let canonical = |name: &str| name.parse::<u64>().ok().filter(|number| number.to_string() == name && *number > 0);
    let mut numbers: Vec<u64> = store.list(Area::Config)?.iter().filter_map(|listed| canonical(&listed.name)).collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    Ok(numbers)
}

pub(crate) fn key(number: u64) -> Result<Key> {
    Ok(Key::new(Area::Config, &number.to_string())?)
}

/// Reads one config and checks its signature and name.
pub(crate) fn read(objects: &Objects, owner: &PublicKey, number: u64) -> Result<(Config, Hash)> {
    let key = key(number)?;
    let (header, object) = objects.read(&key, Kind::Config)?;
    let plain = objects.open(&key, BoxKey::Config, &header, &object)?;
    let unsigned = || Error::sealed(&key)(SealError::Signature);
    let (body, signature) = plain.split_last_chunk::<64>().ok_or_else(unsigned)?;
    liasse_seal::verify(owner, &[SIGNATURE_CONTEXT, &header.to_bytes(), body], signature).map_err(Error::sealed(&key))?;
    let config: Config = wire::decode(body).map_err(Error::decode(&key))?;
    if config.number != number {
        return Err(Error::decode(&key)(DecodeError::Mismatch));
    }
    Ok((config, Hash::of(&object)))
}

/// The newest config that can be believed. A damaged one does not take the repository with it.
pub(crate) fn newest(objects: &Objects, owner: &PublicKey) -> Result<Current> {
    let mut refused = Vec::new();
    let mut first = None;
    for number in numbers(&*objects.store)? {
        match read(objects, owner, number) {
            Ok((config, hash)) => return Ok(Current { config, hash, refused }),
            Err(error) if error.is_about_object() => {
                refused.push((key(number)?.to_string(), error.to_string()));
                first.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    Err(first.unwrap_or_else(|| Error::Unfinished { location: objects.store.location(), missing: "the config is" }))
}

/// A config that was written after `known`, and that can be believed; the newest, where there are several.
pub(crate) fn newer(objects: &Objects, owner: &PublicKey, known: &Config) -> Result<Option<Config>> {
    for number in numbers(&*objects.store)?.into_iter().take_while(|number| *number > known.number) {
        match read(objects, owner, number) {
            Ok((config, _)) => return Ok(Some(config)),
            Err(error) if error.is_about_object() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The slots that the owner has taken away: `current` does not list them, and a config before it does that was whole when it was superseded,
/// as the config after it proves. One that was damaged then may have been passed over, and with it a slot that nobody meant to remove.
pub(crate) fn removed(objects: &Objects, owner: &PublicKey, current: &Config) -> Result<BTreeSet<SlotId>> {
    let mut slots = BTreeSet::new();
    let mut above = Some((current.number, current.previous));
    for number in numbers(&*objects.store)?.into_iter().skip_while(|number| *number >= current.number) {
        above = match read(objects, owner, number) {
            Ok((config, hash)) => {
                if above == Some((number + 1, hash)) {
                    slots.extend(config.slots.iter().map(|slot| slot.id));
                }
                Some((number, config.previous))
            }
            Err(error) if error.is_about_object() => None,
            Err(error) => return Err(error),
        };
    }
    for listed in &current.slots {
        slots.remove(&listed.id);
    }
    Ok(slots)
}

/// The number that the config after `current` has, and what it names as its previous: the object before it as its bytes are, whole or
/// damaged. No number is ever used twice, that of a damaged config neither, not even where it was set aside.
pub(crate) fn next(objects: &Objects, owner: &PublicKey, current: &Current) -> Result<(u64, Hash)> {
    if newer(objects, owner, &current.config)?.is_some() {
        return Err(Error::Contended);
    }
    let in_place = numbers(&*objects.store)?.into_iter().map(|number| Ok((number, key(number)?)));
    let used = in_place.chain(set_aside(&*objects.store)?.into_iter().map(Ok)).collect::<Result<Vec<_>>>()?;
    // Of two of one number, the one in its place is the last.
    let last = used.into_iter().rev().max_by_key(|(number, _)| *number);
    let Some((last, place)) = last.filter(|(last, _)| *last > current.config.number) else {
        return Ok((current.config.number + 1, current.hash));
    };
    let number = last.checked_add(1).ok_or(Error::TooLarge { what: "the number of the config" })?;
    Ok((number, Hash::of(&objects.store.get(&place, SMALL_LIMIT)?)))
}

/// Configs that were set aside, by number.
fn set_aside(store: &dyn liasse_store::Store) -> Result<Vec<(u64, Key)>> {
    let mut found = Vec::new();
    for listed in store.list(Area::Damaged)? {
        let aside = Key::new(Area::Damaged, &listed.name)?;
        let of = aside.was_aside_of().filter(|of| of.area() == Area::Config);
        found.extend(of.and_then(|of| of.name().parse().ok()).map(|number| (number, aside)));
    }
    Ok(found)
}

/// Signs, seals and puts a config; its number decides between two who do so at once.
pub(crate) fn write(objects: &Objects, owner: &SigningKey, config: &Config) -> Result<Hash> {
    let header = Header::new(Kind::Config, objects.repository, SessionId::NONE);
    let mut plain = wire::encode(config);
    let signature = owner.sign(&[SIGNATURE_CONTEXT, &header.to_bytes(), &plain]);
    plain.extend_from_slice(&signature);
    let object = objects.seal(Kind::Config, SessionId::NONE, BoxKey::Config, &plain)?;
    match objects.put(&key(config.number)?, &object)? {
        Put::Created => Ok(Hash::of(&object)),
        Put::Existed => Err(Error::Contended),
    }
}
