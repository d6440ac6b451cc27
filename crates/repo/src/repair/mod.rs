//! Repair: what a check has found is mended from what is known to be sound.
//!
//! A plan is made first and shown; only [`Repository::repair`] changes anything. Must only add: a damaged object is set aside when a sound
//! one is durable to take its place, nothing is deleted but marks that no longer say anything, and what is sound here is never touched,
//! whatever another copy has. Every step stands on its own: where one is cut off, the next plan goes on.

mod from;
mod index;
mod judge;
mod marks;
mod older;
pub(crate) mod place;
mod reclaim;
mod source;

use std::collections::BTreeSet;
use std::sync::Arc;

use liasse_format::ids::ObjectName;
use liasse_store::{Area, Key, Store};

pub(crate) use marks::all as marked;

use crate::check::{CheckReport, Finding};
use crate::error::{Error, Result};
use crate::objects::hash_key;
use crate::progress::{Phase, Progress, Stop};
use crate::repository::Repository;
use crate::seen::Rollback;

/// What is to be done to one object, or for some packs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepairStep {
    /// A sound object is copied from another copy of the repository.
    Copy {
        /// The object.
        object: Key,
        /// Its bytes.
        size: u64,
        /// Whether a damaged one lies in its place, and is set aside.
        replaces: bool,
    },
    /// An object whose bytes lie whole under another's name, or were set aside under it, gets its own place.
    Reclaim {
        /// The object.
        object: Key,
        /// Where its bytes lie.
        from: Key,
        /// These.
        size: u64,
        /// Whether a damaged one lies in its place, and is set aside.
        replaces: bool,
    },
    /// Packs that no sound segment lists are listed in new segments, by their own directories.
    List {
        /// The packs.
        packs: Vec<ObjectName>,
    },
    /// A damaged segment is set aside: what it said is said by others.
    SetAside {
        /// The segment.
        object: Key,
    },
    /// A pack is marked: nothing new refers to it, so that what it holds is stored again when it is met.
    Mark {
        /// The pack.
        pack: ObjectName,
    },
    /// A mark goes: the pack is whole again.
    Unmark {
        /// The pack.
        pack: ObjectName,
    },
}

impl RepairStep {
    /// Bytes that it copies.
    fn bytes(&self) -> u64 {
        match self {
            Self::Copy { size, .. } | Self::Reclaim { size, .. } => *size,
            Self::List { .. } | Self::SetAside { .. } | Self::Mark { .. } | Self::Unmark { .. } => 0,
        }
    }

    /// The object that is whole, or in nobody's way, after it.
    fn mends(&self) -> Option<&Key> {
        match self {
            Self::Copy { object, .. } | Self::Reclaim { object, .. } | Self::SetAside { object } => Some(object),
            Self::List { .. } | Self::Mark { .. } | Self::Unmark { .. } => None,
        }
    }
}

/// What a repair would do, and what it would leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepairPlan {
    /// In the order in which it is done: nothing is referred to before it is there.
    pub steps: Vec<RepairStep>,
    /// Damage that no step mends.
    pub left: Vec<Finding>,
    /// All that was found, where the whole repository was checked for the plan.
    pub report: Option<CheckReport>,
    /// Snapshots that only the other copy has, and that are not taken.
    pub only_there: u64,
    /// What the other copy has that is newer than all that is here: this one may have been set back.
    pub older: Option<Rollback>,
    /// Key slots that the owner has removed and that are there again, as their paths. A repair deletes nothing: they stay, and open nothing.
    pub removed_slots: BTreeSet<String>,
}

/// What a repair did.
#[derive(Debug, Default)]
pub struct Repaired {
    /// Steps that were taken.
    pub done: Vec<RepairStep>,
    /// Steps that could not be taken, and why; the others were taken all the same.
    pub failed: Vec<(RepairStep, Error)>,
}

impl RepairPlan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What is found and no step mends: none of these, and no object that is put in its place.
    fn leave(&mut self, report: CheckReport, mut mended: BTreeSet<String>) {
        mended.extend(self.steps.iter().filter_map(RepairStep::mends).map(ToString::to_string));
        self.left = report.findings.iter().filter(|finding| !mended.contains(&finding.object)).cloned().collect();
        self.removed_slots.extend(report.removed_slots.iter().cloned());
        self.report = Some(report);
    }
}

impl Repository {
    /// Does what a plan says. `other` is the copy that it was made with.
    ///
    /// # Errors
    /// What keeps the whole repair from going on, such as a full disk. What keeps one object from being mended is in the result.
    pub fn repair(&self, plan: RepairPlan, other: Option<&Arc<dyn Store>>, progress: &dyn Progress, stop: &Stop) -> Result<Repaired> {
        progress.begin(Phase::Repair);
        progress.expect(plan.steps.iter().map(RepairStep::bytes).sum());
        let sides = other.map(|other| from::Sides::new(self, other)).transpose()?;
        let mut repaired = Repaired::default();
        for step in plan.steps {
            stop.check()?;
            let taken = match (&step, &sides) {
                (RepairStep::Copy { object, .. }, Some(sides)) => sides.copy(object, progress, stop),
                (RepairStep::Copy { .. }, None) => Err(Error::Internal("a repair from nowhere")),
                (RepairStep::Reclaim { object, from, .. }, _) => reclaim::take(self, object, from, progress, stop),
                (RepairStep::List { packs }, _) => index::list(self, packs, stop),
                (RepairStep::SetAside { object }, _) => index::set_aside(self, object),
                (RepairStep::Mark { pack }, _) => marks::put(&self.objects, *pack),
                (RepairStep::Unmark { pack }, _) => self.unmark(*pack, stop),
            };
            match taken {
                Ok(()) => repaired.done.push(step),
                Err(error) if error.is_about_object() => repaired.failed.push((step, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(repaired)
    }
}

impl Repository {
    /// Takes a pack's mark, if the pack is whole by now: a copy that was planned may have failed.
    fn unmark(&self, pack: ObjectName, stop: &Stop) -> Result<()> {
        let key = hash_key(Area::Packs, pack)?;
        match judge::judge(self, &key, stop)? {
            judge::Verdict::Sound(_) => marks::remove(&self.objects, pack),
            judge::Verdict::Missing | judge::Verdict::Damaged => Err(Error::decode(&key)(liasse_format::DecodeError::Mismatch)),
        }
    }
}

/// The key of an object that a finding names by its place.
fn key_of(place: &str) -> Option<Key> {
    let (folder, name) = place.rsplit_once('/')?;
    let area = Area::ALL.into_iter().find(|area| *area != Area::Root && folder.split('/').next() == Some(area.dir()))?;
    Key::new(area, name).ok().filter(|key| key.to_string() == place)
}

fn pack_name(key: &Key) -> Option<ObjectName> {
    if key.area() == Area::Packs { ObjectName::from_hex(key.name()) } else { None }
}
