//! What all members are like, each read once; and whose repository it is, when even that may be rotten.

use std::collections::{BTreeMap, HashMap};

use liasse_format::envelope::{self, Kind};
use liasse_format::ids::{Hash, RepositoryId};
use liasse_format::parity::{Head, Member, What};
use liasse_store::{Area, Key, Store};

use super::group::Placed;
use super::members::{self, Found};
use super::opened::Opened;
use crate::configs;
use crate::error::{Error, Result};
use crate::objects::SMALL_LIMIT;
use crate::progress::{Progress, Stop};

/// Whose repository a store holds: what the newest sound config says, or else what most parity objects say.
///
/// # Errors
/// [`Error::NoRepository`] when there is nothing at all; [`Error::Unfinished`] when nothing says whose it is.
pub(super) fn identity(store: &dyn Store, opened: &[Opened]) -> Result<RepositoryId> {
    for number in configs::numbers(store)? {
        match store.get(&configs::key(number)?, SMALL_LIMIT).map_err(Error::from) {
            Ok(object) => {
                if let Ok((header, _)) = envelope::unwrap(&object, Kind::Config, None) {
                    return Ok(header.repository);
                }
            }
            Err(error) if error.is_about_object() => {}
            Err(error) => return Err(error),
        }
    }
    let mut votes: BTreeMap<RepositoryId, usize> = BTreeMap::new();
    for opened in opened {
        *votes.entry(opened.repository()).or_default() += 1;
    }
    let most = votes.into_iter().max_by_key(|(_, votes)| *votes).map(|(repository, _)| repository);
    if let Some(repository) = most {
        return Ok(repository);
    }
    let location = store.location();
    let is_empty = members::listing(store)?.is_empty();
    Err(if is_empty { Error::NoRepository { location } } else { Error::Unfinished { location, missing: "a sound config is" } })
}

/// How a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It has its hash.
    Whole,
    /// It has other bytes than the list says, and is sound all the same.
    Other,
    /// It is there, and not sound.
    Damaged,
    /// It is not there.
    Missing,
}

/// All that is there, and what was read of it.
pub(super) struct Survey {
    pub(super) listing: BTreeMap<What, u64>,
    found: HashMap<What, Found>,
    /// What was set aside last of an object.
    asides: HashMap<Key, (Key, u64)>,
}

impl Survey {
    /// Reads every member of some heads.
    pub(super) fn make(
        store: &dyn Store,
        repository: RepositoryId,
        opened: &[Opened],
        progress: &dyn Progress,
        stop: &Stop,
    ) -> Result<Self> {
        let listing = members::listing(store)?;
        let wanted: BTreeMap<What, u64> =
            opened.iter().flat_map(Opened::members).filter_map(|member| Some((member.what, *listing.get(&member.what)?))).collect();
        progress.expect(wanted.values().sum());
        let mut found = HashMap::new();
        for (what, size) in wanted {
            if let Some(read) = members::read(store, (repository, what, size), progress, stop)? {
                found.insert(what, read);
            }
        }
        Ok(Self { listing, found, asides: asides(store)? })
    }

    pub(super) fn state(&self, member: &Member) -> State {
        match (self.found.get(&member.what), self.listing.contains_key(&member.what)) {
            (Some(found), _) if found.hash == member.hash => State::Whole,
            (Some(found), _) if found.by_itself => State::Other,
            (_, true) => State::Damaged,
            (_, false) => State::Missing,
        }
    }

    /// Whether a key slot is there, or will be, that can be used: then a missing one may have been removed on purpose.
    pub(super) fn has_slot(&self, mended: &HashMap<What, Hash>) -> bool {
        let is_slot = |what: &What| matches!(what, What::Slot(_));
        mended.keys().any(is_slot) || self.found.iter().any(|(what, found)| is_slot(what) && found.by_itself)
    }

    /// The members of a head where their bytes are. What is in `mended` counts as whole.
    pub(super) fn placed(&self, head: &Head, mended: &HashMap<What, Hash>) -> Result<Vec<Placed>> {
        let mut first = 0;
        let mut placed = Vec::with_capacity(head.members.len());
        for member in &head.members {
            let key = members::key(member.what)?;
            let is_mended = mended.get(&member.what) == Some(&member.hash);
            let source = match self.listing.get(&member.what) {
                // It no longer is what the listing says, but what it was.
                _ if is_mended => Some((key, member.length)),
                Some(size) => Some((key, *size)),
                None => self.asides.get(&key).cloned(),
            };
            let whole = is_mended || self.state(member) == State::Whole;
            placed.push(Placed { member: *member, first, source, whole });
            first += member.shards();
        }
        Ok(placed)
    }
}

/// What was set aside, the last of each object.
fn asides(store: &dyn Store) -> Result<HashMap<Key, (Key, u64)>> {
    let mut last: HashMap<Key, (u32, Key, u64)> = HashMap::new();
    for listed in store.list(Area::Damaged)? {
        let aside = Key::new(Area::Damaged, &listed.name)?;
        let number = listed.name.rsplit_once('z').and_then(|(_, number)| number.parse().ok()).unwrap_or(0);
        if let Some(of) = aside.was_aside_of()
            && last.get(&of).is_none_or(|(known, _, _)| *known < number)
        {
            last.insert(of, (number, aside, listed.size));
        }
    }
    Ok(last.into_iter().map(|(of, (_, aside, size))| (of, (aside, size))).collect())
}
