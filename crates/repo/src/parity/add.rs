//! Protecting what no parity object protects yet. Must never protect bytes that are not sound: recovery of garbage is garbage.

use std::collections::HashSet;

use liasse_format::ids::RepositoryId;
use liasse_format::parity::{MEMBER_LIMIT, Member, What};
use liasse_store::{Area, Key, Store};

use super::members;
use super::opened::Opened;
use super::size::Rate;
use super::survey::identity;
use super::write::{self, Made};
use crate::error::{Error, Result};
use crate::progress::{Phase, Progress, Stop};

/// Most bytes that one object protects: so much is read again when a member of it turns out to be damaged.
pub(super) const MOST_BYTES: u64 = 1 << 30;

/// How to protect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AddOptions {
    /// How much recovery.
    pub rate: Rate,
}

/// What was protected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Added {
    /// Parity objects that were written, as their paths in the repository.
    pub objects: Vec<String>,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that they protect.
    pub members: u64,
    /// The bytes of these.
    pub member_bytes: u64,
    /// Objects that are not sound and so could not be protected.
    pub damaged: Vec<String>,
}

/// Protects everything that no parity object protects.
///
/// # Errors
/// Of the store. What was written before stays, and is of use.
pub fn add(store: &dyn Store, options: &AddOptions, progress: &dyn Progress, stop: &Stop) -> Result<Added> {
    let opened = Opened::all(store)?.good;
    let repository = identity(store, &opened)?;
    let own = opened.iter().filter(|opened| opened.repository() == repository);
    let known: HashSet<(What, u64)> = own.flat_map(Opened::members).map(|member| (member.what, member.length)).collect();
    drop(opened);
    let mut adding = Adding { store, repository, rate: options.rate, added: Added::default() };
    let (mut small, mut large) = (Vec::new(), Vec::new());
    for (what, size) in members::listing(store)?.into_iter().filter(|known_as| !known.contains(known_as)) {
        stop.check()?;
        match members::describe(store, repository, what, size)? {
            // Of their own, so that removing a key takes the recovery of nothing else with it.
            Some(member) if matches!(what, What::Readme | What::Config(_) | What::Slot(_)) => small.push(member),
            Some(member) => large.push(member),
            None => adding.is_damaged(what)?,
        }
    }
    progress.begin(Phase::CheckPacks);
    progress.expect(small.iter().chain(&large).map(Member::shards).sum::<u64>() * liasse_format::parity::SECTOR as u64);
    for batch in batches(small).into_iter().chain(batches(large)) {
        adding.protect(batch, progress, stop)?;
    }
    Ok(adding.added)
}

/// Members in the order of their list, as many together as one object takes.
fn batches(members: Vec<Member>) -> Vec<Vec<Member>> {
    let mut batches: Vec<Vec<Member>> = Vec::new();
    let mut bytes = 0;
    for member in members {
        bytes += member.length;
        match batches.last_mut() {
            Some(batch) if bytes <= MOST_BYTES && batch.len() < MEMBER_LIMIT => batch.push(member),
            _ => {
                bytes = member.length;
                batches.push(vec![member]);
            }
        }
    }
    batches
}

struct Adding<'a> {
    store: &'a dyn Store,
    repository: RepositoryId,
    rate: Rate,
    added: Added,
}

impl Adding<'_> {
    /// Makes one object. A member that turns out to be damaged is left out, and the others are protected all the same.
    fn protect(&mut self, mut members: Vec<Member>, progress: &dyn Progress, stop: &Stop) -> Result<()> {
        while !members.is_empty() {
            let head = self.rate.head(self.repository, members);
            match write::make(self.store, &head, progress, stop)? {
                Made::Whole(stage, name, size) => {
                    let key = Key::new(Area::Parity, &name.to_string())?;
                    if write::settle(self.store, stage, &key, stop)?.is_new {
                        self.added.bytes += size;
                        self.added.objects.push(key.to_string());
                    }
                    self.added.members += head.members.len() as u64;
                    self.added.member_bytes += head.members.iter().map(|member| member.length).sum::<u64>();
                    return Ok(());
                }
                Made::Changed(what) => {
                    self.is_damaged(what)?;
                    members = head.members;
                    members.retain(|member| member.what != what);
                }
            }
        }
        Ok(())
    }

    /// Notes what is not sound; what is gone meanwhile needs no recovery.
    fn is_damaged(&mut self, what: What) -> Result<()> {
        let key = members::key(what)?;
        match self.store.size(&key) {
            Ok(None) => {}
            Ok(Some(_)) => self.added.damaged.push(key.to_string()),
            Err(error) => match Error::from(error) {
                error if error.is_about_object() => self.added.damaged.push(key.to_string()),
                error => return Err(error),
            },
        }
        Ok(())
    }
}
