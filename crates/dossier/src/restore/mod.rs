//! Dossiers brought back: which states there are, which parts of them are wanted, and in place of what is there.
//!
//! In place goes: check all, restore all beside their dossiers, swap one by one, and only then remove what was replaced. At every moment
//! each dossier is whole, the old one or the new one; no other dossier is touched, and nothing that was replaced is removed before every
//! chosen dossier has its new state.

mod check;
mod done;
mod error;
mod history;
mod keep;
mod list;
mod others;
mod place;
mod preview;
mod scope;
mod side;
mod size;
mod stage;
mod state;
mod survey;
#[cfg(test)]
mod tests;
mod work;

use std::path::{Path, PathBuf};

use jiff::Zoned;
use liasse_archive::RestoreReport;
use liasse_archive::repo::{self, Progress, Reader, Repository, Stop};
use liasse_archive::target::{Folder, Target};

use crate::config::Config;
use crate::discover::Wishes;
use crate::in_use::OpenFiles;
use crate::run::RunLock;
use check::{Checked, Plan, check};
pub use done::{Done, Fate, Removed, Restored};
pub use error::{InPlaceError, Refused, Trouble};
pub use history::{Found, History};
pub use list::{List, Listed};
use others::delete_others;
use preview::preview;
pub use scope::Scope;
pub use size::Size;
use stage::{Staged, stage, tidy};
pub use state::{State, is_state};
pub use survey::Counts;
use survey::{Act, survey};
use work::Work;

/// What a restore in place works with.
pub struct World<'a> {
    /// Where from.
    pub repository: &'a Repository,
    /// The settings.
    pub config: &'a Config,
    /// Name of this machine, as runs record it.
    pub host: &'a str,
    /// The snapshots of this machine.
    pub history: &'a History<'a>,
    /// What must not be replaced: the repository, the local cache.
    pub own: Vec<PathBuf>,
    /// Where the lock of runs is.
    pub lock: &'a Path,
    /// Now, by this machine's clock.
    pub now: Zoned,
    /// Who watches.
    pub progress: &'a dyn Progress,
    /// The wish to stop.
    pub stop: &'a Stop,
}

/// What is asked for.
#[expect(clippy::struct_excessive_bools, reason = "choices that do not depend on each other")]
pub struct Wanted {
    /// The states, each of another dossier.
    pub states: Vec<State>,
    /// Whether somebody named the machine that had them. It may be gone and bear this one's name: just the settings say what belongs where.
    pub is_of_named_machine: bool,
    /// Which parts of them.
    pub parts: Wishes,
    /// Whether what is replaced is kept beside it.
    pub keep_replaced: bool,
    /// Whether the dossiers that are not chosen are deleted.
    pub delete_others: bool,
    /// Whether every restored file is read again and compared.
    pub verify: bool,
    /// Whether all is only to be said.
    pub dry_run: bool,
}

/// Puts dossiers in their places. An error means that nothing was changed; what goes wrong later is told of each dossier.
pub fn in_place(world: &World<'_>, wanted: &Wanted) -> Result<Done, InPlaceError> {
    let reader = world.repository.reader()?;
    // A run that is going on is waited for by the person, not by the program.
    if !wanted.dry_run {
        drop(RunLock::take(world.lock, false, world.stop)?);
    }
    let plan = check(world, wanted, &reader)?;
    if wanted.dry_run {
        return Ok(preview(world, &plan));
    }
    let mut done = Done::default();
    let time = world.now.strftime("%Y-%m-%dT%H%M%S").to_string();
    let staged = stage_all(world, wanted, &reader, &plan, &time, &mut done)?;
    // Runs wait until nothing is moved or deleted any more.
    let lock = RunLock::take(world.lock, true, world.stop);
    let lock = lock.as_ref().map(|_| ()).map_err(ToString::to_string);
    let swapped = swap_all(world, &reader, &plan, staged, &time, lock.as_ref(), &mut done);
    done.is_complete = done.dossiers.iter().all(Restored::is_restored);
    for (checked, work, number) in swapped {
        let (kept, trouble) = finish(wanted, &reader, checked, work, done.is_complete, &time);
        done.remarks.extend(trouble.map(|trouble| (checked.state.line.code.clone(), trouble)));
        if let Some(dossier) = done.dossiers.get_mut(number) {
            dossier.kept = kept.path;
            if let Some(counts) = kept.counts {
                dossier.counts.unsaved = counts.unsaved;
                dossier.counts.unsaved_bytes = counts.unsaved_bytes;
                dossier.counts.unsaved_names = counts.unsaved_names;
            } else {
                dossier.counts.unsaved = 0;
            }
        }
    }
    if done.is_complete && !world.stop.is_stopped() {
        delete_others(world, &reader, wanted, plan.others, &time, &mut done);
    }
    done.is_interrupted = world.stop.is_stopped();
    Ok(done)
}

/// Restores every state beside its dossier. One that cannot be is told, and its dossier stays. Whoever stops it here finds nothing changed.
fn stage_all(
    world: &World<'_>,
    wanted: &Wanted,
    reader: &Reader<'_>,
    plan: &Plan<'_>,
    time: &str,
    done: &mut Done,
) -> Result<Vec<Option<Staged>>, InPlaceError> {
    let mut staged = Vec::new();
    for checked in &plan.chosen {
        let made = tidy(&checked.place, time).and_then(|kept| {
            done.found.extend(kept);
            stage(world, wanted, reader, checked)
        });
        match made {
            Ok(ready) => {
                done.dossiers.push(Restored::new(checked, ready.report.clone(), Fate::Restored));
                staged.push(Some(ready));
            }
            Err(Trouble::Stopped) => return Err(discard(staged)),
            Err(trouble) => {
                done.dossiers.push(Restored::new(checked, RestoreReport::default(), Fate::Left(trouble)));
                staged.push(None);
            }
        }
    }
    if world.stop.is_stopped() { Err(discard(staged)) } else { Ok(staged) }
}

/// Nothing was moved yet: all that was staged goes.
fn discard(staged: Vec<Option<Staged>>) -> InPlaceError {
    for ready in staged.into_iter().flatten() {
        // The next restore removes what is left.
        ready.work.remove().ok();
    }
    repo::Error::Interrupted.into()
}

/// Dossiers that have their new states, and the number of each.
type Swapped<'p, 's> = Vec<(&'p Checked<'s>, Work, usize)>;

/// Lets the states that lie ready change places with their dossiers, one by one.
fn swap_all<'p, 's>(
    world: &World<'_>,
    reader: &Reader<'_>,
    plan: &'p Plan<'s>,
    staged: Vec<Option<Staged>>,
    time: &str,
    lock: Result<&(), &String>,
    done: &mut Done,
) -> Swapped<'p, 's> {
    let mut swapped = Vec::new();
    for ((number, checked), ready) in plan.chosen.iter().enumerate().zip(staged) {
        let Some(ready) = ready else { continue };
        let done_so = match lock {
            _ if world.stop.is_stopped() => Err(Trouble::Stopped),
            Err(busy) => Err(Trouble::Lock(busy.clone())),
            Ok(()) => swap(world, reader, checked, &ready.work),
        };
        let Err(trouble) = done_so else {
            swapped.push((checked, ready.work, number));
            continue;
        };
        if let Some(dossier) = done.dossiers.get_mut(number) {
            dossier.fate = Fate::Left(trouble);
        }
        // What cannot be removed now, the next restore removes.
        done.found.extend(ready.work.discard(time).ok().flatten());
    }
    swapped
}

fn swap(world: &World<'_>, reader: &Reader<'_>, checked: &Checked<'_>, work: &Work) -> Result<(), Trouble> {
    let present = checked.place.folder()?;
    if present.is_some() != checked.is_present {
        return Err(Trouble::Moved);
    }
    refuse_in_use(world, checked.place.path.as_path())?;
    if let Some(present) = &present {
        renew(world, reader, checked, present, work)?;
    }
    work.swap(present.as_ref())
}

/// Carries once more what is kept: it may have changed while the state was restored, and nothing else has what it is now.
fn renew(world: &World<'_>, reader: &Reader<'_>, checked: &Checked<'_>, present: &Folder, work: &Work) -> Result<(), Trouble> {
    let new = work.folder.open(&work::word("new")?)?;
    let counts = survey(reader, checked.trees(), present, &checked.keep, Act::Renew(&new), world.stop)?;
    if counts.given > 0 {
        Target::open(&work.path)?.sync()?;
    }
    Ok(())
}

/// A new look, just before a folder is moved.
fn refuse_in_use(world: &World<'_>, path: &Path) -> Result<(), Trouble> {
    let settings = &world.config.in_use;
    OpenFiles::scan(settings).in_use(path, settings).map_or(Ok(()), |cause| Err(Trouble::InUse(cause)))
}

/// Removes what was replaced, or gives it a name beside the dossier and gives that; with what went wrong. When in doubt, it is kept; and so is
/// what nothing else has.
fn finish(
    wanted: &Wanted,
    reader: &Reader<'_>,
    checked: &Checked<'_>,
    work: Work,
    is_complete: bool,
    time: &str,
) -> (Kept, Option<Trouble>) {
    if !checked.is_present {
        return (Kept::default(), work.remove().err());
    }
    let caught_up = catch_up(reader, checked, &work, !is_complete || wanted.keep_replaced);
    let unsaved = match caught_up {
        Ok(None) => return (Kept::default(), work.forget().err()),
        Ok(Some(unsaved)) => Ok(unsaved),
        Err(trouble) => Err(trouble),
    };
    match work.keep("old", time) {
        Ok(path) => (Kept { path: Some(path), counts: unsaved.as_ref().ok().cloned() }, unsaved.err()),
        Err(trouble) => (Kept::default(), Some(trouble)),
    }
}

/// What becomes of what was replaced.
#[derive(Default)]
struct Kept {
    /// Where it is, if it is kept.
    path: Option<PathBuf>,
    /// What is in it.
    counts: Option<Counts>,
}

/// Carries what came to the kept parts since they were carried, and takes what was carried from what is replaced if that stays: one file
/// with two names would change in both places. It stays too when nothing else has all that is in it. Gives what is in it if it stays.
fn catch_up(reader: &Reader<'_>, checked: &Checked<'_>, work: &Work, stays: bool) -> Result<Option<Counts>, Trouble> {
    // Whoever stops now stops nothing: the dossier has its state, and what is left to do is to tidy up.
    let go_on = Stop::new();
    let new = checked.place.folder()?.ok_or(Trouble::Moved)?;
    let old = work.old()?;
    let counts = survey(reader, checked.trees(), &old, &checked.keep, Act::Carry(&new), &go_on)?;
    if !stays && counts.unsaved == 0 {
        return Ok(None);
    }
    survey(reader, checked.trees(), &old, &checked.keep, Act::Strip(&new), &go_on)?;
    Ok(Some(counts))
}
