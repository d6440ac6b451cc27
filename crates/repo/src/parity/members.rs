//! Which objects are protected, what they are called in heads, and when one is sound by itself.

use std::collections::BTreeMap;

use liasse_format::envelope::{self, HEADER_SIZE, Header, Kind};
use liasse_format::ids::{Hash, ObjectName, RepositoryId, SessionId, SlotId};
use liasse_format::parity::{Member, What};
use liasse_store::{Area, Key, Store};

use super::raw;
use crate::error::{Error, Result};
use crate::progress::{Progress, Stop};

/// Bytes that are read at once.
const STEP: u64 = 1 << 20;
/// The areas whose objects are protected: what is work in progress, recovery itself, or set aside, is not.
const AREAS: [Area; 6] = [Area::Root, Area::Config, Area::Keys, Area::Packs, Area::Index, Area::Snapshots];

/// What a name of an area says; `None` for one that is no object's.
fn what(area: Area, name: &str) -> Option<What> {
    match area {
        Area::Root => Some(What::Readme),
        Area::Config => name.parse().ok().filter(|number: &u64| *number > 0 && number.to_string() == name).map(What::Config),
        Area::Keys => SlotId::from_hex(name).map(What::Slot),
        Area::Packs => ObjectName::from_hex(name).map(What::Pack),
        Area::Index => ObjectName::from_hex(name).map(What::Segment),
        Area::Snapshots => SessionId::from_hex(name).map(What::Snapshot),
        Area::Intents | Area::Plans | Area::Parity | Area::Damaged => None,
    }
}

/// Where a member lies.
pub(super) fn key(what: What) -> Result<Key> {
    Ok(match what {
        What::Readme => Key::readme(),
        What::Config(number) => Key::new(Area::Config, &number.to_string())?,
        What::Slot(slot) => Key::new(Area::Keys, &slot.to_string())?,
        What::Pack(name) => Key::new(Area::Packs, &name.to_string())?,
        What::Segment(name) => Key::new(Area::Index, &name.to_string())?,
        What::Snapshot(session) => Key::new(Area::Snapshots, &session.to_string())?,
    })
}

/// The kinds that an object's header may say.
pub(super) fn kinds(what: What) -> &'static [Kind] {
    match what {
        What::Readme => &[],
        What::Config(_) => &[Kind::Config],
        What::Slot(_) => &[Kind::Slot],
        What::Pack(_) => &[Kind::DataPack, Kind::TreePack],
        What::Segment(_) => &[Kind::Segment],
        What::Snapshot(_) => &[Kind::Snapshot, Kind::Tombstone],
    }
}

/// Everything that can be protected, with its size in bytes.
pub(super) fn listing(store: &dyn Store) -> Result<BTreeMap<What, u64>> {
    let mut all = BTreeMap::new();
    for area in AREAS {
        let listed = store.list(area)?;
        all.extend(listed.into_iter().filter_map(|listed| Some((what(area, &listed.name)?, listed.size))));
    }
    Ok(all)
}

/// Whether a header is that of such an object of this repository. A README has none.
pub(super) fn has_header(what: What, repository: RepositoryId, head: &[u8; HEADER_SIZE]) -> bool {
    let fits = |header: Header| kinds(what).contains(&header.kind) && header.repository == repository;
    what == What::Readme || Header::from_bytes(head).is_ok_and(fits)
}

/// Reads a small object; `None` when it is gone, unreadable, or larger than its kind allows.
fn small(store: &dyn Store, what: What, size: u64) -> Result<Option<Vec<u8>>> {
    if size > what.size_limit() {
        return Ok(None);
    }
    let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
    match raw::fill(store, &key(what)?, size, 0, &mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.is_about_object() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an object that does not carry its hash as its name is sound whatever a list says. A README is when it is text: whoever reads
/// it can tell.
fn by_itself(what: What, repository: RepositoryId, bytes: &[u8]) -> bool {
    if what == What::Readme {
        return std::str::from_utf8(bytes).is_ok_and(|text| !text.is_empty() && !text.contains('\0'));
    }
    kinds(what).iter().any(|kind| match envelope::unwrap(bytes, *kind, Some(repository)) {
        Ok((header, _)) => !matches!(what, What::Snapshot(session) if session != header.session),
        Err(_) => false,
    })
}

/// Describes an object that is to be protected; `None` when it is not sound, so that there is nothing to protect. The bytes of packs and
/// segments are not read yet.
pub(super) fn describe(store: &dyn Store, repository: RepositoryId, what: What, length: u64) -> Result<Option<Member>> {
    let fits = length > 0 && length <= what.size_limit();
    if let (What::Pack(name) | What::Segment(name), true) = (what, fits) {
        return Ok(Some(Member { what, length, hash: Hash(name.0) }));
    }
    let bytes = if fits { small(store, what, length)? } else { None };
    let sound = bytes.filter(|bytes| by_itself(what, repository, bytes));
    Ok(sound.map(|bytes| Member { what, length, hash: Hash::of(&bytes) }))
}

/// What was found of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) hash: Hash,
    /// Whether it is sound without a list: it has its name, or a sound envelope.
    pub(super) by_itself: bool,
}

/// Reads an object from start to end; `None` when it is gone.
pub(super) fn read(
    store: &dyn Store,
    (repository, what, size): (RepositoryId, What, u64),
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Option<Found>> {
    progress.advance(size);
    if let What::Pack(name) | What::Segment(name) = what {
        let hash = hash(store, &key(what)?, size, stop)?;
        return Ok(hash.map(|hash| Found { hash, by_itself: hash.0 == name.0 }));
    }
    let bytes = small(store, what, size)?;
    Ok(bytes.map(|bytes| Found { hash: Hash::of(&bytes), by_itself: by_itself(what, repository, &bytes) }))
}

/// The BLAKE3 of an object; `None` when it is gone.
pub(super) fn hash(store: &dyn Store, key: &Key, size: u64, stop: &Stop) -> Result<Option<Hash>> {
    let (mut hasher, mut buf, mut at) = (blake3::Hasher::new(), Vec::new(), 0);
    while at < size {
        stop.check()?;
        buf.resize(usize::try_from((size - at).min(STEP)).unwrap_or_default(), 0);
        match raw::fill(store, key, size, at, &mut buf) {
            Ok(()) => hasher.update(&buf),
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        at += buf.len() as u64;
    }
    Ok(Some(Hash(*hasher.finalize().as_bytes())))
}

/// Whether an error says that an object is not there, or cannot be read at all.
pub(super) fn is_gone(error: &Error) -> bool {
    error.is_about_object()
}
