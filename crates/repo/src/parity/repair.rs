//! Carrying a plan out: members are rebuilt and verified, what was damaged is set aside, and the whole one takes its place.
//!
//! Must never publish what does not have its hash, never take away the only bytes there are before sound ones are durable, and never set
//! a sound object aside.

use std::collections::{BTreeSet, HashMap};

use liasse_format::envelope::HEADER_SIZE;
use liasse_format::parity::What;
use liasse_store::{Area, ErrorKind, Key, Stage, Store};

use super::group::{Part, Placed, Shards};
use super::members;
use super::opened::Opened;
use super::plan::{Doubt, ParityPlan};
use super::write::{self, Made};
use crate::error::Result;
use crate::progress::{Phase, Progress, Stop};

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Members that were rebuilt, as their paths in the repository.
    pub rebuilt: Vec<String>,
    /// Parity objects that were made anew.
    pub remade: Vec<String>,
    /// Where what was damaged lies now.
    pub set_aside: Vec<String>,
    /// Members and parity objects that could not be rebuilt after all, because what came of it does not have its hash.
    pub failed: Vec<String>,
}

/// Carries a plan out. What was rebuilt before an error stays so: the next plan begins there.
///
/// # Errors
/// Of the store, and when somebody asks to stop.
pub fn apply(store: &dyn Store, plan: &ParityPlan, progress: &dyn Progress, stop: &Stop) -> Result<Repaired> {
    let mut repair = Repair { store, plan, stop, done: Repaired::default(), mended: HashMap::new(), wrong: BTreeSet::new() };
    progress.begin(Phase::Restore);
    let lengths = |(number, members): &(usize, Vec<usize>)| {
        let opened = plan.opened.get(*number)?;
        Some(members.iter().filter_map(|member| opened.members().get(*member)).map(|member| member.length).sum::<u64>())
    };
    progress.expect(plan.jobs.iter().filter_map(lengths).sum());
    for (number, wanted) in &plan.jobs {
        if let Some(opened) = plan.opened.get(*number) {
            repair.members(opened, wanted, progress)?;
        }
    }
    repair.by_others(progress)?;
    for parity in &plan.parity {
        stop.check()?;
        let done = match parity.doubt {
            Doubt::Remake => repair.remake(&parity.object, progress),
            Doubt::Headless => repair.put_away(&parity.object),
            Doubt::Worn | Doubt::Unknown | Doubt::Foreign | Doubt::LeftOut => Ok(()),
        };
        repair.or_failed(&parity.object, done)?;
    }
    Ok(repair.done)
}

struct Repair<'a> {
    store: &'a dyn Store,
    plan: &'a ParityPlan,
    stop: &'a Stop,
    done: Repaired,
    mended: HashMap<What, liasse_format::ids::Hash>,
    /// What an object should have given, and did not.
    wrong: BTreeSet<What>,
}

/// A member on its way to be whole.
struct Building {
    stage: Box<dyn Stage>,
    hasher: blake3::Hasher,
    /// Its first bytes.
    head: Vec<u8>,
}

impl Building {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let missing = HEADER_SIZE - self.head.len();
        self.head.extend(bytes.iter().take(missing));
        self.hasher.update(bytes);
        self.stage.write(bytes)?;
        Ok(())
    }
}

impl Repair<'_> {
    /// Rebuilds members by one parity object, group by group.
    fn members(&mut self, opened: &Opened, wanted: &[usize], progress: &dyn Progress) -> Result<()> {
        let placed = self.plan.survey.placed(&opened.head, &self.mended)?;
        // Only a member that goes on in the next group is left open from one to the next.
        let mut building: Option<Building> = None;
        for (number, place) in (0..).zip(opened.layout.groups()) {
            self.stop.check()?;
            let here: Vec<(&Placed, Part)> =
                wanted.iter().filter_map(|member| placed.get(*member)).filter_map(|placed| Some((placed, placed.part(place)?))).collect();
            if here.is_empty() {
                continue;
            }
            let recovery = opened.recovery(self.store, place, number)?;
            let mut shards = Shards::load(self.store, &placed, place, &recovery)?;
            shards.rebuild(place, &recovery)?;
            for (placed, part) in here {
                if part.offset() == 0 {
                    let stage = self.store.stage(members::key(placed.member.what)?.area())?;
                    building = Some(Building { stage, hasher: blake3::Hasher::new(), head: Vec::new() });
                }
                // What is lost after all is not written; the hash would tell anyway.
                if shards.lost(&part) > 0 {
                    building = None;
                }
                if let Some(building) = &mut building {
                    building.write(shards.bytes(&part))?;
                    progress.advance(shards.bytes(&part).len() as u64);
                }
                if placed.ends_in(place) {
                    self.finish(placed, building.take())?;
                }
            }
        }
        Ok(())
    }

    /// What one object could not give after all, because its list is wrong or something that it goes by is, another one may.
    fn by_others(&mut self, progress: &dyn Progress) -> Result<()> {
        loop {
            let before = self.wrong.len();
            for opened in &self.plan.opened {
                let members = (0..).zip(opened.members());
                let wanted: Vec<usize> = members.filter(|(_, member)| self.wrong.contains(&member.what)).map(|(index, _)| index).collect();
                if !wanted.is_empty() {
                    self.members(opened, &wanted, progress)?;
                }
            }
            if self.wrong.len() == before {
                break;
            }
        }
        for what in &self.wrong {
            self.done.failed.push(members::key(*what)?.to_string());
        }
        Ok(())
    }

    /// Puts a member in its place, if it is what it must be.
    fn finish(&mut self, placed: &Placed, building: Option<Building>) -> Result<()> {
        let (member, key) = (&placed.member, members::key(placed.member.what)?);
        let good = building.filter(|building| {
            let head = building.head.first_chunk::<HEADER_SIZE>();
            let fits = head.is_some_and(|head| members::has_header(member.what, self.plan.repository, head));
            *building.hasher.finalize().as_bytes() == member.hash.0 && (fits || member.what == What::Readme)
        });
        let Some(building) = good else {
            self.wrong.insert(member.what);
            return Ok(());
        };
        self.wrong.remove(&member.what);
        let placed = self.take_place(member.what, &key, building.stage);
        if !self.or_failed(&key.to_string(), placed)? {
            return Ok(());
        }
        self.mended.insert(member.what, member.hash);
        if let What::Pack(name) = member.what {
            // The mark says that nobody could mend it.
            self.remove_mark(&name.to_string())?;
        }
        Ok(())
    }

    /// Gives a rebuilt member its name, unless somebody has mended it by now.
    fn take_place(&mut self, what: What, key: &Key, stage: Box<dyn Stage>) -> Result<()> {
        if !self.is_sound(what, key)? {
            let aside = stage.take_place(key.name())?;
            self.done.set_aside.extend(aside.map(|aside| aside.to_string()));
            self.done.rebuilt.push(key.to_string());
        }
        Ok(())
    }

    /// Trouble with one object keeps no other from being mended. Says whether there was none.
    fn or_failed(&mut self, object: &str, result: Result<()>) -> Result<bool> {
        match result {
            Ok(()) => Ok(true),
            Err(error) if error.is_about_object() => {
                self.done.failed.push(object.to_owned());
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether somebody has mended an object since it was looked at.
    fn is_sound(&self, what: What, key: &Key) -> Result<bool> {
        let Some(size) = self.store.size(key)? else { return Ok(false) };
        let found = members::read(self.store, (self.plan.repository, what, size), &crate::progress::Silent, self.stop)?;
        Ok(found.is_some_and(|found| found.by_itself))
    }

    /// Sets an object aside, if it is there.
    fn aside(&mut self, key: &Key) -> Result<()> {
        let aside = gone_is_none(self.store.set_aside(key))?;
        self.done.set_aside.extend(aside.map(|aside| aside.to_string()));
        Ok(())
    }

    fn remove_mark(&self, pack: &str) -> Result<()> {
        gone_is_none(self.store.remove(&Key::new(Area::Damaged, pack)?)).map(drop)
    }

    /// Makes a parity object anew.
    fn remake(&mut self, object: &str, progress: &dyn Progress) -> Result<()> {
        let Some(opened) = self.plan.opened.iter().find(|opened| opened.key.to_string() == object) else { return Ok(()) };
        match write::make(self.store, &opened.head, progress, self.stop)? {
            Made::Whole(stage, name, _) => {
                let own = Key::new(Area::Parity, &name.to_string())?;
                let settled = write::settle(self.store, stage, &own, self.stop)?;
                self.done.set_aside.extend(settled.aside.map(|aside| aside.to_string()));
                if own != opened.key {
                    // Under another name than its own, it was a copy that somebody made.
                    self.aside(&opened.key)?;
                }
                self.done.remade.push(own.to_string());
            }
            Made::Changed(_) => self.done.failed.push(object.to_owned()),
        }
        Ok(())
    }

    /// Sets aside what is of no use.
    fn put_away(&mut self, object: &str) -> Result<()> {
        let key = object.rsplit('/').next().map(|name| Key::new(Area::Parity, name)).transpose()?;
        key.map_or(Ok(()), |key| self.aside(&key))
    }
}

/// What is gone already need not be taken away.
fn gone_is_none<T>(result: liasse_store::Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Removes all recovery of an object that is to be gone for good.
pub(crate) fn forget(store: &dyn Store, what: What) -> Result<()> {
    for key in Opened::protecting(store, what)? {
        gone_is_none(store.remove(&key))?;
    }
    Ok(())
}
