//! Everything that is asked before anything is written: where each dossier belongs, whether somebody works in it, what stays and what goes,
//! and whether there is room.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use liasse_archive::repo::format::snapshot::Dossier as Line;
use liasse_archive::repo::{self, Reader};

use super::error::{InPlaceError, Refused, Trouble};
use super::keep::Keep;
use super::others::refuse_unsaved;
use super::place::Place;
use super::scope::Scope;
use super::size::Size;
use super::state::State;
use super::survey::{Act, Counts, Trees, survey};
use super::work::{Leftover, Work};
use super::{Wanted, World};
use crate::discover::{Discovery, discover};
use crate::in_use::OpenFiles;
use crate::run::room::free_at;

/// A dossier that may be put in its place.
pub(super) struct Checked<'s> {
    /// The newest state that this machine stored.
    pub(super) newest: Option<Line>,
    pub(super) state: &'s State,
    pub(super) place: Place,
    pub(super) keep: Keep,
    pub(super) counts: Counts,
    pub(super) is_present: bool,
    pub(super) size: Size,
}

/// A dossier that is to go because it was not chosen.
pub(super) struct Other {
    /// Its newest state.
    pub(super) line: Line,
    pub(super) code: String,
    pub(super) place: Place,
}

/// What is to be done.
pub(super) struct Plan<'s> {
    pub(super) chosen: Vec<Checked<'s>>,
    pub(super) others: Vec<Other>,
}

impl Checked<'_> {
    /// The trees beside which its folder is looked at.
    pub(super) fn trees(&self) -> Trees<'_> {
        Trees { state: Some(&self.state.line.tree), newest: self.newest.as_ref().map(|line| &line.tree) }
    }
}

/// Checks all that is asked for. Nothing is changed, but for a dossier that a restore which was cut off had moved aside: that is put back,
/// unless all is only to be said.
pub(super) fn check<'s>(world: &World<'_>, wanted: &'s Wanted, reader: &Reader<'_>) -> Result<Plan<'s>, InPlaceError> {
    wanted.parts.check(world.config)?;
    let discovery = discover(world.config);
    let open = OpenFiles::scan(&world.config.in_use);
    let codes: BTreeSet<&str> = wanted.states.iter().map(|state| state.line.code.as_str()).collect();
    let others = discovery.dossiers.iter().map(|found| found.code.as_str()).filter(|_| wanted.delete_others);
    let codes: Vec<&str> = codes.into_iter().chain(others).collect();
    let newest = world.history.lines(&codes, world.stop)?;
    let check = Check { world, wanted, reader, discovery: &discovery, open: &open, newest };
    let (mut chosen, mut refused) = (Vec::new(), Vec::new());
    for state in &wanted.states {
        world.stop.check()?;
        match check.one(state) {
            Ok(checked) => match overlapping(&chosen, &checked.place) {
                None => chosen.push(checked),
                Some(other) => refused.push(Refused { code: state.line.code.clone(), trouble: Trouble::OtherDossier(other) }),
            },
            Err(Trouble::Stopped) => return Err(repo::Error::Interrupted.into()),
            Err(trouble) => refused.push(Refused { code: state.line.code.clone(), trouble }),
        }
    }
    let others = if wanted.delete_others { check.others(&mut refused) } else { Vec::new() };
    if refused.is_empty()
        && let Some((code, trouble)) = room(&chosen)
    {
        refused.push(Refused { code, trouble });
    }
    if refused.is_empty() { Ok(Plan { chosen, others }) } else { Err(InPlaceError::Refused(refused)) }
}

struct Check<'a, 's> {
    world: &'a World<'a>,
    wanted: &'s Wanted,
    reader: &'a Reader<'a>,
    discovery: &'a Discovery,
    open: &'a OpenFiles,
    /// The newest state of each dossier that this machine stored.
    newest: BTreeMap<String, Line>,
}

impl<'s> Check<'_, 's> {
    fn one(&self, state: &'s State) -> Result<Checked<'s>, Trouble> {
        let host = (!self.wanted.is_of_named_machine).then_some(self.world.host);
        let place = Place::find(self.world.config, self.discovery, state, host)?;
        self.may_be_replaced(&place)?;
        let present = place.folder()?;
        let scope = Scope::new(self.world.config, self.discovery, &state.line.code, &place.path, &self.wanted.parts);
        let failed = |error| Trouble::Archive(liasse_archive::Error::from(error));
        let left_out = scope.left_out().map_err(failed)?;
        let keep = match &present {
            None => Keep::nothing(left_out),
            Some(_) => Keep::new(scope.rule(), state, scope.omitted(), left_out).map_err(failed)??,
        };
        let size = Size::of(self.reader, &state.line.tree, &keep.left_out, self.world.stop)?;
        let newest = self.newest.get(&state.line.code).cloned();
        let trees = Trees { state: Some(&state.line.tree), newest: newest.as_ref().map(|line| &line.tree) };
        let counts = match &present {
            Some(folder) => survey(self.reader, trees, folder, &keep, Act::Look, self.world.stop)?,
            None => Counts::default(),
        };
        Ok(Checked { newest, state, place, keep, counts, is_present: present.is_some(), size })
    }

    /// Whether a folder may be moved away: nobody works in it, and it is nobody else's.
    fn may_be_replaced(&self, place: &Place) -> Result<(), Trouble> {
        if place.holds(&self.world.own) {
            return Err(Trouble::HoldsRepository);
        }
        if let Some(work) = Work::left(place)?
            && !self.wanted.dry_run
            && work.leftover()? == Leftover::Dossier
        {
            work.put_back()?;
        }
        if place.folder()?.is_some()
            && let Some(cause) = self.open.in_use(&place.path, &self.world.config.in_use)
        {
            return Err(Trouble::InUse(cause));
        }
        Ok(())
    }

    /// The dossiers that were not chosen. Of each this machine must have stored what is there now.
    fn others(&self, refused: &mut Vec<Refused>) -> Vec<Other> {
        let is_chosen = |code: &str| self.wanted.states.iter().any(|state| state.line.code == code);
        let mut others = Vec::new();
        for found in self.discovery.dossiers.iter().filter(|found| !is_chosen(found.code.as_str())) {
            let code = found.code.as_str().to_owned();
            match self.other(&code, &found.path) {
                Ok((place, line)) => others.push(Other { line, code, place }),
                Err(trouble) => refused.push(Refused { code, trouble }),
            }
        }
        others
    }

    fn other(&self, code: &str, path: &Path) -> Result<(Place, Line), Trouble> {
        let line = self.newest.get(code).ok_or(Trouble::NoState)?;
        let place = Place::at(path)?;
        self.may_be_replaced(&place)?;
        if let Some(folder) = place.folder()? {
            refuse_unsaved(self.reader, &folder, line, self.world.stop)?;
        }
        Ok((place, line.clone()))
    }
}

/// The dossier whose place is, holds or lies in another one's.
fn overlapping(chosen: &[Checked<'_>], place: &Place) -> Option<String> {
    let overlaps = |other: &Path| place.path.starts_with(other) || other.starts_with(&place.path);
    chosen.iter().find(|other| overlaps(&other.place.path)).map(|other| other.state.line.code.clone())
}

/// Whether all of them fit on their disks, beside what is there: the first that does not.
fn room(chosen: &[Checked<'_>]) -> Option<(String, Trouble)> {
    let mut needed: BTreeMap<u64, u64> = BTreeMap::new();
    for checked in chosen {
        let disk = checked.place.parent.own_stat().ok()?.device;
        let sum = needed.entry(disk).or_default();
        *sum = sum.saturating_add(checked.size.room);
        let Some(free) = free_at(checked.place.path.parent()?) else { continue };
        if *sum > free {
            return Some((checked.state.line.code.clone(), Trouble::Room { needed: *sum, free }));
        }
    }
    None
}
