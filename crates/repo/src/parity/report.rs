//! How well a repository is protected: what parity there is, how it is, and how much more it could take. Must never change anything.

use std::collections::BTreeSet;

use liasse_format::ids::RepositoryId;
use liasse_format::parity::What;
use liasse_store::Store;

use super::members;
use super::opened::{Heads, Opened};
use super::survey::identity;
use crate::error::Result;
use crate::progress::{Phase, Progress, Stop};

/// How well a repository is protected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParityReport {
    /// Every parity object, in the order of their names.
    pub objects: Vec<ParityState>,
    /// Objects that some parity object protects.
    pub protected: u64,
    /// Their bytes.
    pub protected_bytes: u64,
    /// Objects that none protects, of those that could be.
    pub unprotected: u64,
    /// Their bytes.
    pub unprotected_bytes: u64,
}

/// How one parity object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParityState {
    /// The object, as its path in the repository.
    pub object: String,
    /// Its length in bytes.
    pub size: u64,
    /// What is wrong with it.
    pub damage: Option<&'static str>,
    /// Objects that it protects.
    pub members: u64,
    /// Their bytes.
    pub member_bytes: u64,
    /// Objects that it protects and that are not there, or of another length.
    pub missing: u64,
    /// The share of sectors that may still be lost, of those that it protects and its own, in hundredths of a percent: where codewords
    /// have it least.
    pub spare: u64,
}

impl ParityReport {
    /// Whether all parity objects are as they were made.
    pub fn is_sound(&self) -> bool {
        self.objects.iter().all(|object| object.damage.is_none())
    }
}

const HEADLESS: &str = "what it protects cannot be told any more";
const LEFT_OUT: &str = "it was not looked at: the others list too much already";
const FOREIGN: &str = "it is of another repository";
const WORN: &str = "a part of it is lost";

/// For a check: the parity objects that are not sound, and what is wrong with them. Without `read`, only heads and lengths are looked at.
pub(crate) fn examine(store: &dyn Store, repository: RepositoryId, read: bool, stop: &Stop) -> Result<Vec<(String, &'static str)>> {
    let Heads { good, headless, left_out, .. } = Opened::all(store)?;
    let mut found: Vec<_> = headless.iter().map(|(key, _)| (key.to_string(), HEADLESS)).collect();
    found.extend(left_out.iter().map(|(key, _)| (key.to_string(), LEFT_OUT)));
    for opened in good {
        let is_worn = || Ok::<_, crate::Error>(opened.size != opened.layout.size() || read && !is_sound(store, &opened, stop)?);
        if opened.repository() != repository {
            found.push((opened.key.to_string(), FOREIGN));
        } else if is_worn()? {
            found.push((opened.key.to_string(), WORN));
        }
    }
    Ok(found)
}

fn is_sound(store: &dyn Store, opened: &Opened, stop: &Stop) -> Result<bool> {
    Ok(members::hash(store, &opened.key, opened.size, stop)?.is_some_and(|hash| hash.to_string() == opened.key.name()))
}

/// Reads all parity objects, and lists what they protect. Members themselves are not read.
///
/// # Errors
/// Of the store.
pub fn check(store: &dyn Store, progress: &dyn Progress, stop: &Stop) -> Result<ParityReport> {
    let Heads { good: opened, headless, left_out, .. } = Opened::all(store)?;
    let listing = members::listing(store)?;
    let repository = identity(store, &opened).ok();
    progress.begin(Phase::CheckPacks);
    progress.expect(opened.iter().map(|opened| opened.size).sum());
    let mut report = ParityReport::default();
    let mut protected = BTreeSet::new();
    for opened in &opened {
        let is_there = |what: &What, length: u64| listing.get(what) == Some(&length);
        let there = opened.members().iter().filter(|member| is_there(&member.what, member.length));
        let own = Some(opened.repository()) == repository;
        protected.extend(there.filter(|_| own).map(|member| member.what));
        report.objects.push(state(store, opened, own, &is_there, progress, stop)?);
    }
    let lost = headless.into_iter().map(|lost| (lost, HEADLESS));
    let more = left_out.into_iter().map(|left| (left, LEFT_OUT));
    report.objects.extend(lost.chain(more).map(|((key, size), damage)| ParityState {
        object: key.to_string(),
        size,
        damage: Some(damage),
        members: 0,
        member_bytes: 0,
        missing: 0,
        spare: 0,
    }));
    report.objects.sort_by(|a, b| a.object.cmp(&b.object));
    for (what, size) in &listing {
        let (count, bytes) = if protected.contains(what) {
            (&mut report.protected, &mut report.protected_bytes)
        } else {
            (&mut report.unprotected, &mut report.unprotected_bytes)
        };
        *count += 1;
        *bytes += size;
    }
    Ok(report)
}

fn state(
    store: &dyn Store,
    opened: &Opened,
    own: bool,
    is_there: &dyn Fn(&What, u64) -> bool,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<ParityState> {
    progress.advance(opened.size);
    let sound = is_sound(store, opened, stop)?;
    let damage = match (own, sound) {
        (false, _) => Some(FOREIGN),
        (true, false) => Some(WORN),
        (true, true) => None,
    };
    let missing: Vec<_> = {
        let mut first = 0;
        let spans = opened.members().iter().map(|member| {
            let start = first;
            first += member.shards();
            (start, first, is_there(&member.what, member.length))
        });
        spans.filter(|(_, _, there)| !there).map(|(start, end, _)| (start, end)).collect()
    };
    let mut spare = u64::MAX;
    for (number, place) in (0..).zip(opened.layout.groups()) {
        let recovery = if sound { None } else { Some(opened.recovery(store, place, number)?) };
        let end = place.first_shard + u64::from(place.group.shards);
        let gone: u64 = missing.iter().map(|(from, to)| (*to).min(end).saturating_sub((*from).max(place.first_shard))).sum();
        for codeword in 0..place.codewords {
            let left = recovery.as_ref().map_or(place.group.recovery as usize, |recovery| recovery.count(place, codeword as usize)) as u64;
            let all = u64::from(place.shards_of(codeword) + place.group.recovery);
            // A run of shards is dealt out to the codewords in turn.
            let left = left.saturating_sub(gone.div_ceil(u64::from(place.codewords)));
            spare = spare.min(left * 10_000 / all.max(1));
        }
    }
    Ok(ParityState {
        object: opened.key.to_string(),
        size: opened.size,
        damage,
        members: opened.members().len() as u64,
        member_bytes: opened.members().iter().map(|member| member.length).sum(),
        missing: missing.len() as u64,
        spare: if own && spare != u64::MAX { spare } else { 0 },
    })
}
