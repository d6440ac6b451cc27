//! What could be repaired, and what not: found out without changing anything.

use std::collections::{BTreeMap, HashMap, HashSet};

use liasse_format::DecodeError;
use liasse_format::envelope::{HEADER_SIZE, Header, Kind};
use liasse_format::ids::{Hash, RepositoryId};
use liasse_format::parity::What;
use liasse_store::{Key, Store};

use super::group::{Placed, Shards};
use super::members;
use super::opened::{Heads, Opened};
use super::survey::{State, Survey, identity};
use crate::error::Result;
use crate::progress::{Phase, Progress, Stop};
use crate::repair::place::is_blocked;

/// What a repair by parity would do.
pub struct ParityPlan {
    /// Members that are damaged or missing, in the order of their kinds and names.
    pub members: Vec<PlannedMember>,
    /// Parity objects that are not sound.
    pub parity: Vec<PlannedParity>,
    /// Members that were looked at.
    pub looked_at: u64,
    /// Objects that no parity object protects: nothing is known of them.
    pub unprotected: u64,
    pub(super) repository: RepositoryId,
    pub(super) opened: Vec<Opened>,
    pub(super) survey: Survey,
    /// Which parity object gives which of its members, in an order in which each has what it needs of those before.
    pub(super) jobs: Vec<(usize, Vec<usize>)>,
}

/// A member that is not sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedMember {
    /// The object, as its path in the repository.
    pub object: String,
    /// The length that it had, in bytes.
    pub length: u64,
    /// Whether it is not there at all, rather than damaged.
    pub missing: bool,
    /// What can be done.
    pub way: Way,
}

/// What can be done about a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// It can be rebuilt.
    Rebuild,
    /// More of it is lost than there is recovery for.
    Lost {
        /// Bytes that cannot be rebuilt, at the least.
        bytes: u64,
    },
    /// Something that is no file lies in its place, and a repair moves nothing whose owner it does not know.
    Blocked,
    /// A key slot that may have been removed on purpose; another one opens the repository.
    LeaveAlone,
}

/// A parity object that is not sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedParity {
    /// The object, as its path in the repository.
    pub object: String,
    /// What is wrong, and what can be done.
    pub doubt: Doubt,
}

/// What is the matter with a parity object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is damaged, and can be made anew: all its members are there, or will be.
    Remake,
    /// It is damaged, and not all of its members can be had. What is left of it is still of use.
    Worn,
    /// What it protects cannot be told any more: it is of no use.
    Headless,
    /// It is what its name says, and this program cannot tell what it protects: a newer one may.
    Unknown,
    /// It is of another repository, and of no use here.
    Foreign,
    /// The others together list more than is held in memory, so it was not looked at.
    LeftOut,
}

impl ParityPlan {
    /// Whether there is nothing that a repair would change.
    pub fn is_idle(&self) -> bool {
        let works = |parity: &PlannedParity| matches!(parity.doubt, Doubt::Remake | Doubt::Headless);
        self.jobs.is_empty() && !self.parity.iter().any(works)
    }

    /// Whether all is sound, and nothing will be lost.
    pub fn is_sound(&self) -> bool {
        self.parity.is_empty() && self.members.iter().all(|member| member.way == Way::LeaveAlone)
    }

    /// Whether something is lost for good, as far as parity goes.
    pub fn has_losses(&self) -> bool {
        self.members.iter().any(|member| matches!(member.way, Way::Lost { .. }))
    }
}

/// Reads everything that is protected, and says what could be repaired.
///
/// # Errors
/// Only what keeps this from being found out: damage is in the plan.
pub fn plan(store: &dyn Store, progress: &dyn Progress, stop: &Stop) -> Result<ParityPlan> {
    let mut heads = Opened::all(store)?;
    Opened::add_asides(store, &mut heads)?;
    let Heads { good: opened, headless, left_out, .. } = heads;
    let repository = identity(store, &opened)?;
    let doubt = |key: &Key, doubt| PlannedParity { object: key.to_string(), doubt };
    let mut parity = Vec::new();
    for (key, size) in &headless {
        let is_later = is_later(store, key, *size, stop)?;
        parity.push(doubt(key, if is_later { Doubt::Unknown } else { Doubt::Headless }));
    }
    parity.extend(left_out.iter().map(|(key, _)| doubt(key, Doubt::LeftOut)));
    let (opened, foreign): (Vec<_>, Vec<_>) = opened.into_iter().partition(|opened| opened.repository() == repository);
    parity.extend(foreign.iter().map(|opened| doubt(&opened.key, Doubt::Foreign)));
    progress.begin(Phase::CheckPacks);
    progress.expect(opened.iter().map(|opened| opened.size).sum());
    let survey = Survey::make(store, repository, &opened, progress, stop)?;

    let mut planner = Planner { store, survey: &survey, mended: HashMap::new(), lost: HashMap::new(), all: false, stop };
    let mut jobs = planner.jobs(&opened)?;
    if !survey.has_slot(&planner.mended) {
        // Without any key nothing can be opened: now the missing ones, too.
        planner.all = true;
        jobs.extend(planner.jobs(&opened)?);
    }
    let Planner { mut mended, lost, all, .. } = planner;
    let blocked = blocked(store, &survey, &opened)?;
    mended.retain(|what, _| !blocked.contains(what));
    for (number, wanted) in &mut jobs {
        let members = opened.get(*number).map(Opened::members).unwrap_or_default();
        wanted.retain(|member| members.get(*member).is_some_and(|member| !blocked.contains(&member.what)));
    }
    jobs.retain(|(_, wanted)| !wanted.is_empty());
    for opened in &opened {
        progress.advance(opened.size);
        let is_in_place = opened.source == opened.key;
        if is_in_place && members::hash(store, &opened.key, opened.size, stop)?.is_some_and(|hash| hash.to_string() == opened.key.name()) {
            continue;
        }
        let can_be = |placed: Vec<Placed>| placed.iter().all(|placed| placed.whole);
        let remade = can_be(survey.placed(&opened.head, &mended)?);
        if remade || is_in_place {
            parity.push(doubt(&opened.key, if remade { Doubt::Remake } else { Doubt::Worn }));
        }
    }
    parity.sort_by(|a, b| a.object.cmp(&b.object));
    parity.dedup();
    let members = told(&survey, &opened, (&mended, &lost, &blocked, all))?;
    let known: HashSet<What> = opened.iter().flat_map(Opened::members).map(|member| member.what).collect();
    let unprotected = survey.listing.keys().filter(|what| !known.contains(what)).count() as u64;
    let looked_at = survey.listing.len() as u64 - unprotected;
    Ok(ParityPlan { members, parity, looked_at, unprotected, repository, opened, survey, jobs })
}

/// Whether an object without a head is parity of a later version: it says so, and is what its name says.
fn is_later(store: &dyn Store, key: &Key, size: u64, stop: &Stop) -> Result<bool> {
    let mut head = [0; HEADER_SIZE];
    if size > Kind::Parity.size_limit() || size < HEADER_SIZE as u64 {
        return Ok(false);
    }
    match super::raw::fill(store, key, size, 0, &mut head) {
        Err(error) if error.is_about_object() => return Ok(false),
        read => read?,
    }
    let says_so = match Header::from_bytes(&head) {
        Ok(header) => header.kind == Kind::Parity,
        Err(error) => matches!(error, DecodeError::Version { .. }),
    };
    Ok(says_so && members::hash(store, key, size, stop)?.is_some_and(|hash| hash.to_string() == key.name()))
}

/// Members that are not there, and in whose place something else is.
fn blocked(store: &dyn Store, survey: &Survey, opened: &[Opened]) -> Result<HashSet<What>> {
    let mut blocked = HashSet::new();
    let members = opened.iter().flat_map(Opened::members);
    for member in members.filter(|member| survey.state(member) == State::Missing) {
        if is_blocked(store, &members::key(member.what)?)? {
            blocked.insert(member.what);
        }
    }
    Ok(blocked)
}

/// Every member that is not sound, once.
fn told(
    survey: &Survey,
    opened: &[Opened],
    (mended, lost, blocked, with_keys): (&HashMap<What, Hash>, &HashMap<What, u64>, &HashSet<What>, bool),
) -> Result<Vec<PlannedMember>> {
    let mut all = BTreeMap::new();
    for member in opened.iter().flat_map(Opened::members) {
        let missing = match survey.state(member) {
            State::Whole | State::Other => continue,
            State::Damaged => false,
            State::Missing => true,
        };
        let way = if missing && !with_keys && matches!(member.what, What::Slot(_)) {
            Way::LeaveAlone
        } else if blocked.contains(&member.what) {
            Way::Blocked
        } else if mended.contains_key(&member.what) {
            Way::Rebuild
        } else {
            Way::Lost { bytes: lost.get(&member.what).copied().unwrap_or(member.length) }
        };
        let object = members::key(member.what)?.to_string();
        all.entry(member.what).or_insert(PlannedMember { object, length: member.length, missing, way });
    }
    Ok(all.into_values().collect())
}

/// Finds out what gives what.
struct Planner<'a> {
    store: &'a dyn Store,
    survey: &'a Survey,
    /// What can be rebuilt, and to what.
    mended: HashMap<What, Hash>,
    /// Bytes that are lost of the others, by the best object for each.
    lost: HashMap<What, u64>,
    /// Whether missing keys are wanted.
    all: bool,
    stop: &'a Stop,
}

impl Planner<'_> {
    /// What one object rebuilds may be what another one needs: so all are asked again until none has more to give.
    fn jobs(&mut self, opened: &[Opened]) -> Result<Vec<(usize, Vec<usize>)>> {
        let mut jobs = Vec::new();
        let mut asked: Vec<Option<usize>> = vec![None; opened.len()];
        loop {
            let before = self.mended.len();
            for (number, (opened, asked)) in opened.iter().zip(&mut asked).enumerate() {
                self.stop.check()?;
                let known = opened.members().iter().filter(|member| self.mended.get(&member.what) == Some(&member.hash)).count();
                let wanted = self.wanted(opened);
                if wanted.is_empty() || *asked == Some(known) {
                    continue;
                }
                let given = self.ask(opened, &wanted)?;
                *asked = Some(known + given.len());
                if !given.is_empty() {
                    jobs.push((number, given));
                }
            }
            if self.mended.len() == before {
                return Ok(jobs);
            }
        }
    }

    /// The members of an object that need to be rebuilt.
    fn wanted(&self, opened: &Opened) -> Vec<usize> {
        let is_wanted = |member: &&liasse_format::parity::Member| {
            let state = self.survey.state(member);
            let missing = state == State::Missing;
            (missing || state == State::Damaged)
                && !self.mended.contains_key(&member.what)
                && (self.all || !missing || !matches!(member.what, What::Slot(_)))
        };
        opened.members().iter().enumerate().filter(|(_, member)| is_wanted(member)).map(|(number, _)| number).collect()
    }

    /// Which of them an object can rebuild.
    fn ask(&mut self, opened: &Opened, wanted: &[usize]) -> Result<Vec<usize>> {
        let placed = self.survey.placed(&opened.head, &self.mended)?;
        let mut lost = vec![0_u64; placed.len()];
        for (number, place) in (0..).zip(opened.layout.groups()) {
            self.stop.check()?;
            let parts: Vec<_> = wanted.iter().filter_map(|member| Some((*member, placed.get(*member)?.part(place)?))).collect();
            if parts.is_empty() {
                continue;
            }
            let recovery = opened.recovery(self.store, place, number)?;
            let mut shards = Shards::load(self.store, &placed, place, &recovery)?;
            shards.suppose(place, &recovery);
            for (member, part) in parts {
                lost.iter_mut().skip(member).take(1).for_each(|lost| *lost += shards.lost(&part) as u64);
            }
        }
        let mut given = Vec::new();
        for (number, (placed, lost)) in placed.iter().zip(lost).enumerate().filter(|(number, _)| wanted.contains(number)) {
            if lost == 0 {
                self.mended.insert(placed.member.what, placed.member.hash);
                given.push(number);
            } else {
                let bytes = (lost * liasse_format::parity::SECTOR as u64).min(placed.member.length);
                let least = self.lost.entry(placed.member.what).or_insert(bytes);
                *least = bytes.min(*least);
            }
        }
        Ok(given)
    }
}
