//! `repair from`: what is damaged or missing here is copied from another copy of the same repository, where it is sound.
//!
//! Must never touch what is sound here, whatever the other has under the same name; never take the word of the other copy for anything:
//! every object is read whole and held against its name, its hash or its signature before it counts; and never write to the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use liasse_format::ids::{SessionId, SlotId};
use liasse_store::{Area, Key, Store};

use super::judge::{self, Verdict, judge};
use super::reclaim::{self, Sought};
use super::{RepairPlan, RepairStep, key_of, marks, pack_name, place};
use crate::check::{CheckOptions, CheckReport};
use crate::configs;
use crate::error::{Error, Result};
use crate::objects::{LARGE_LIMIT, hash_key};
use crate::pack_reader;
use crate::progress::{Progress, Stop};
use crate::repository::{Repository, refuse_foreign};

/// Areas of which whole objects may be copied, in the order in which that is done: nothing is referred to before it is there.
const AREAS: [Area; 8] = [Area::Config, Area::Keys, Area::Packs, Area::Parity, Area::Index, Area::Snapshots, Area::Intents, Area::Plans];
/// Of these, an object that is missing is none that was lost: it is work in progress.
const PASSING: [Area; 2] = [Area::Intents, Area::Plans];

/// This copy and the other, seen with the same keys and the same config.
pub(super) struct Sides {
    pub(super) here: Repository,
    pub(super) there: Repository,
}

/// The objects of a copy.
type Names = BTreeSet<Key>;

impl Sides {
    pub(super) fn new(repository: &Repository, other: &Arc<dyn Store>) -> Result<Self> {
        refuse_foreign(&**other, repository.id())?;
        let mut sides = Self { here: repository.over(Arc::clone(repository.store()))?, there: repository.over(Arc::clone(other))? };
        // A config that is damaged here may be the one that accepts a writer.
        if let Ok(theirs) = configs::newest(&sides.there.objects, &repository.access.bundle.owner)
            && theirs.config.number > sides.here.current.config.number
        {
            sides.here.current = theirs;
        }
        sides.there.current = sides.here.current.clone();
        Ok(sides)
    }

    /// Copies an object that is sound there, unless it is sound here by now.
    pub(super) fn copy(&self, key: &Key, progress: &dyn Progress, stop: &Stop) -> Result<()> {
        if matches!(judge(&self.here, key, stop)?, Verdict::Sound(_)) {
            return Ok(());
        }
        if key.area() == Area::Keys && !self.is_listed(key)? {
            return Err(Error::Contended);
        }
        place::put_in_place(&*self.here.objects.store, key, |stage| {
            if matches!(key.area(), Area::Packs | Area::Parity) {
                return judge::hashed(&self.there, key, stop, &mut |bytes| {
                    progress.advance(bytes.len() as u64);
                    Ok(stage.write(bytes)?)
                });
            }
            let object = self.there.objects.store.get(key, LARGE_LIMIT)?;
            // The bytes that are written are judged, whatever the other gives when it is asked again.
            self.prove_bytes(key, &object, stop)?;
            progress.advance(object.len() as u64);
            Ok(stage.write(&object)?)
        })
    }

    /// Whether a slot is one that may be there: somebody may have removed it while all was checked for the plan.
    fn is_listed(&self, slot: &Key) -> Result<bool> {
        let newer = configs::newer(&self.here.objects, &self.here.access.bundle.owner, self.here.config())?;
        let config = newer.as_ref().unwrap_or_else(|| self.here.config());
        Ok(config.slots.iter().any(|listed| listed.id.to_string() == slot.name()))
    }

    /// Slots that lie here and were removed, as the configs of either copy prove: those that do may be about to be copied.
    fn removed_slots(&self, here: &Names) -> Result<BTreeSet<String>> {
        let (owner, current) = (&self.here.access.bundle.owner, self.here.config());
        let mut removed = configs::removed(&self.here.objects, owner, current)?;
        removed.extend(configs::removed(&self.there.objects, owner, current)?);
        let is_removed = |key: &&Key| key.area() == Area::Keys && SlotId::from_hex(key.name()).is_some_and(|slot| removed.contains(&slot));
        Ok(here.iter().filter(is_removed).map(ToString::to_string).collect())
    }

    fn prove_bytes(&self, key: &Key, object: &[u8], stop: &Stop) -> Result<()> {
        let store = liasse_store::Memory::new();
        store.put(key, object)?;
        match judge(&self.there.over(Arc::new(store))?, key, stop)? {
            Verdict::Sound(_) => Ok(()),
            _ => Err(Error::decode(key)(liasse_format::DecodeError::Mismatch)),
        }
    }
}

impl Repository {
    /// Plans to mend this repository from another copy of it: checks all of it with its data, then looks for what is damaged or missing in
    /// the other. What only the other has is not taken, but for what snapshots here need; with `all` it is. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Foreign`] where the other is another repository's.
    pub fn plan_from(&self, other: &Arc<dyn Store>, all: bool, progress: &dyn Progress, stop: &Stop) -> Result<RepairPlan> {
        let sides = Sides::new(self, other)?;
        // By the config that will be there: what an older one would call damage, as a snapshot of a later writer, is none with that.
        let newest = &sides.here.current;
        let comes = all || configs::numbers(&*self.objects.store)?.contains(&newest.config.number);
        let report =
            self.with_config(if comes { newest.clone() } else { self.current.clone() })?.check(&CheckOptions::ALL_DATA, progress, stop)?;
        let (here, there) = (names(&sides.here)?, names(&sides.there)?);
        let only_there: Names = there.difference(&here).filter(|key| !PASSING.contains(&key.area())).cloned().collect();
        let mut wanted: Names = report.findings.iter().filter_map(|finding| key_of(&finding.object)).collect();
        wanted.extend(cut_off(self, &here)?);
        for pack in marks::all(&self.objects)? {
            wanted.insert(hash_key(Area::Packs, pack)?);
        }
        wanted.extend(needed(&sides, &report, &only_there, &here)?);
        let mut plan = RepairPlan::default();
        if all {
            wanted.extend(only_there);
        } else {
            let is_left = |key: &&Key| key.area() == Area::Snapshots && !wanted.contains(key);
            plan.only_there = only_there.iter().filter(is_left).count() as u64;
        }
        // A slot that the config does not list may have been removed: it must not come back from anywhere.
        let listed: BTreeSet<String> = sides.here.current.config.slots.iter().map(|slot| slot.id.to_string()).collect();
        plan.older = sides.older()?;
        plan.removed_slots = sides.removed_slots(&here)?;
        // First of all: what lies under another's name would go with what takes its place.
        plan.steps = sides.reclaimed(&wanted, &report, stop)?;
        wanted.retain(|key| there.contains(key) && (key.area() != Area::Keys || listed.contains(key.name())));
        for area in AREAS {
            let mut keys: Vec<&Key> = wanted.iter().filter(|key| key.area() == area).collect();
            // Configs in the order of their numbers.
            keys.sort_by_key(|key| (key.name().len(), key.name().to_owned()));
            for key in keys {
                plan.steps.extend(sides.step(key, stop)?);
            }
        }
        self.plan_marks(&mut plan, &report)?;
        let coming = sides.coming(&plan, &report)?;
        plan.leave(report, coming);
        Ok(plan)
    }

    /// What is marked and gets whole loses its mark; what is damaged and stays so gets one.
    pub(super) fn plan_marks(&self, plan: &mut RepairPlan, report: &CheckReport) -> Result<()> {
        let marked = marks::all(&self.objects)?;
        let mended: BTreeSet<_> = plan.steps.iter().filter_map(RepairStep::mends).filter_map(pack_name).collect();
        let damaged: BTreeSet<_> =
            report.findings.iter().filter_map(|finding| key_of(&finding.object)).filter_map(|key| pack_name(&key)).collect();
        for pack in damaged.difference(&mended).filter(|pack| !marked.contains(pack)) {
            if self.objects.store.size(&hash_key(Area::Packs, *pack)?).is_ok_and(|size| size.is_some()) {
                plan.steps.push(RepairStep::Mark { pack: *pack });
            }
        }
        // A report that was cut does not prove that a pack is whole, and one on which there is a note may be known to be damaged.
        let cut = report.findings_left_off > 0 || report.notes_left_off > 0;
        let noted: BTreeSet<_> = report.notes.iter().filter_map(|note| key_of(&note.object)).filter_map(|key| pack_name(&key)).collect();
        let whole = |pack: &&_| mended.contains(*pack) || !cut && !damaged.contains(*pack) && !noted.contains(*pack);
        for pack in marked.iter().filter(whole) {
            plan.steps.push(RepairStep::Unmark { pack: *pack });
        }
        Ok(())
    }
}

impl Sides {
    /// Chunks that were missed and that packs hold which are about to be copied, as findings name them.
    fn coming(&self, plan: &RepairPlan, report: &CheckReport) -> Result<BTreeSet<String>> {
        let missed: BTreeSet<&str> =
            report.findings.iter().map(|finding| finding.object.as_str()).filter(|object| object.starts_with("chunk ")).collect();
        let mut coming = BTreeSet::new();
        for pack in plan.steps.iter().filter_map(RepairStep::mends).filter_map(pack_name).filter(|_| !missed.is_empty()) {
            match pack_reader::read_record(&self.there.objects, pack) {
                Ok(record) => {
                    let chunks = record.directory.chunks.iter().map(|chunk| format!("chunk {}", chunk.id));
                    coming.extend(chunks.filter(|chunk| missed.contains(chunk.as_str())));
                }
                Err(error) if error.is_about_object() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(coming)
    }

    /// What lies here under another's name of what is wanted, and is sound nowhere.
    fn reclaimed(&self, wanted: &Names, report: &CheckReport, stop: &Stop) -> Result<Vec<RepairStep>> {
        let mut sought = Sought { any: misses_chunks(report), ..Sought::default() };
        for key in wanted.iter().filter(|key| reclaim::is_hashed(key)) {
            if place::is_blocked(&*self.here.objects.store, key)? {
                continue;
            }
            match judge(&self.here, key, stop)? {
                Verdict::Sound(_) => continue,
                Verdict::Missing => {}
                Verdict::Damaged => sought.damaged.push(key.clone()),
            }
            if !matches!(judge(&self.there, key, stop)?, Verdict::Sound(_)) {
                sought.lost.insert(key.clone());
            }
        }
        reclaim::plan(&self.here, &sought, stop)
    }

    /// What to do about an object that is wanted, if anything can be done.
    fn step(&self, key: &Key, stop: &Stop) -> Result<Option<RepairStep>> {
        if place::is_blocked(&*self.here.objects.store, key)? {
            return Ok(None);
        }
        let replaces = match judge(&self.here, key, stop)? {
            Verdict::Sound(_) => return Ok(None),
            Verdict::Missing if PASSING.contains(&key.area()) => return Ok(None),
            Verdict::Missing => false,
            Verdict::Damaged => true,
        };
        Ok(match judge(&self.there, key, stop)? {
            Verdict::Sound(size) => Some(RepairStep::Copy { object: key.clone(), size, replaces }),
            Verdict::Missing | Verdict::Damaged => None,
        })
    }
}

/// All objects of a copy.
fn names(repository: &Repository) -> Result<Names> {
    let mut names = Names::new();
    for area in AREAS {
        for listed in repository.objects.store.list(area)? {
            if crate::check::is_name(area, &listed.name) {
                names.insert(Key::new(area, &listed.name)?);
            }
        }
    }
    Ok(names)
}

/// Objects that a repair has set aside and that nothing took the place of: it was cut off between the two.
fn cut_off(repository: &Repository, here: &Names) -> Result<Names> {
    let set_aside = repository.objects.store.list(Area::Damaged)?;
    let was = set_aside.iter().filter_map(|listed| Key::new(Area::Damaged, &listed.name).ok()?.was_aside_of());
    Ok(was.filter(|key| !here.contains(key)).collect())
}

/// Whether chunks are missing of which nobody knows any more where they lay.
fn misses_chunks(report: &CheckReport) -> bool {
    report.findings.iter().any(|finding| finding.object.starts_with("chunk ")) || report.findings_left_off > 0
}

/// Packs and segments that only the other has and that snapshots here may need: those of their sessions; and where a chunk is missing of
/// which nobody knows any more where it lay, all. A pack that turns out not to be needed costs its bytes and nothing else.
fn needed(sides: &Sides, report: &CheckReport, only_there: &Names, here: &Names) -> Result<Names> {
    let any = misses_chunks(report);
    let mut needed = Names::new();
    if !here.iter().any(|key| key.area() == Area::Config) {
        // Without any nothing opens, and there is none that a later one could miss.
        needed.extend(only_there.iter().filter(|key| key.area() == Area::Config).cloned());
    }
    for key in only_there.iter().filter(|key| matches!(key.area(), Area::Packs | Area::Index)) {
        let session = match pack_reader::header_of(&sides.there.objects, key) {
            Ok(header) => header.session,
            Err(error) if error.is_about_object() => continue,
            Err(error) => return Err(error),
        };
        if any || session != SessionId::NONE && here.contains(&Key::new(Area::Snapshots, &session.to_string())?) {
            needed.insert(key.clone());
        }
    }
    Ok(needed)
}
