//! Dossiers: each is taken as it was at one time, or stays as it was. Must never let a state into the snapshot that never was: what was
//! looked at is looked at again when all is read, and anything that moved meanwhile makes it be read once more.

use std::borrow::Cow;

use crossbeam_channel::bounded;
use liasse_repo::format::snapshot::Outcome;
use liasse_repo::format::tree::Name;
use rustix::fs::CWD;
use rustix::io::Errno;

use super::{LookedAt, Met, Read, Scope, Seen, Step, Walk};
use crate::backup::compare::{Ahead, Within};
use crate::backup::dossiers::{Dossier, Dossiers, Inside, Judge, Refusal, Skip};
use crate::backup::judge::{is_settled, now};
use crate::backup::sources::Step as Way;
use crate::catalogue::{Identity, Record, Row};
use crate::error::{Error, Result};
use crate::source::{Directory, FileKind, Listed, SourceDirectory, Stat};

/// How often a dossier that changes while it is read is read in all.
const MOST_READS: u32 = 3;

/// What came of reading a dossier once.
enum Pass {
    /// It is as it was read.
    Whole(Read),
    /// Something moved meanwhile.
    Changing(Vec<u8>),
}

impl<'c> Walk<'_, 'c> {
    /// Walks dossiers that come before the others. What fails on the way to them is told of when the walk comes there in its order.
    pub(super) fn first(&mut self, directory: &Directory, name: Option<&Name>, way: &Way, mut prior: Option<Record<'c>>) -> Result<()> {
        if way.children.is_empty() {
            return Ok(());
        }
        self.step(Step::Pass { name: name.cloned() })?;
        let length = self.path.len();
        for (name, way) in &way.children {
            self.run.stop.check()?;
            let began = now();
            let Ok(stat) = directory.stat(name) else { continue };
            self.path.push(b'/');
            self.path.extend_from_slice(name.as_bytes());
            let (row, child) = super::known(prior.as_mut(), name);
            let is_excluded = self.run.skips(&self.path, stat.kind == FileKind::Directory, None).is_some();
            match way.dossier.filter(|_| !is_excluded) {
                Some(dossier) => {
                    self.dossier(dossier, &Met { directory, name, stat, began, row }, child)?;
                    self.step(Step::SetAside { dossier })?;
                    self.aside.insert(dossier);
                }
                None => {
                    if let (false, Ok(below)) = (is_excluded, directory.open_way(name, &stat)) {
                        self.first(&below, Some(name), way, child)?;
                    }
                }
            }
            self.path.truncate(length);
        }
        self.step(Step::Passed)
    }

    /// Walks a dossier, unless nothing changed in it.
    pub(super) fn dossier(&mut self, dossier: usize, met: &Met<'_, 'c>, child: Option<Record<'c>>) -> Result<()> {
        let Some(Dossiers { list, judge }) = &self.run.dossiers else { return Err(Error::Internal("a dossier without a list of them")) };
        if let Some(refusal) = list.get(dossier).and_then(|dossier| dossier.refusal.clone()) {
            return self.keep(dossier, met, child, refusal);
        }
        let is_prepared = list.get(dossier).is_some_and(|dossier| dossier.is_prepared);
        let met = &match prepared(dossier, met, *judge, is_prepared) {
            Ok(met) => met,
            Err(refusal) => return self.keep(dossier, met, child, refusal),
        };
        let opened = match met.stat.kind {
            FileKind::Directory => met.directory.open_child(met.name, &met.stat),
            _ => return self.keep(dossier, met, child, judge.unreachable(dossier, false, "it is not a folder")),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) => return self.keep(dossier, met, child, judge.unreachable(dossier, error.is_gone(), &error.source.to_string())),
        };
        let inside = Some(Inside { dossier, path_length: self.path.len(), is_known: child.is_some() && self.run.catalogue_holds });
        let within = Within { device: Some(met.stat.device), inside };
        if let Some(child) = &child
            && self.is_taken_over(met, child, &opened, within)?
        {
            return self.step(Step::Unchanged { dossier });
        }
        let mut moved = Vec::new();
        for number in 0..MOST_READS {
            if let Err(refusal) = judge.begin(dossier) {
                return self.keep(dossier, met, child, refusal);
            }
            match self.read((dossier, number == 0), met, &opened, within, child.clone())? {
                Pass::Whole(read) => match judge.accept(dossier, &read.found) {
                    Ok(()) => return self.step(Step::Leave).and_then(|()| self.step(Step::Taken { dossier })),
                    Err(refusal) => {
                        self.step(Step::Undo)?;
                        return self.keep(dossier, met, child, refusal);
                    }
                },
                Pass::Changing(path) => {
                    self.step(Step::Undo)?;
                    moved = path;
                }
            }
        }
        let refusal = judge.changing(dossier, moved.get(self.path.len() + 1..).unwrap_or_default());
        self.keep(dossier, met, child, refusal)
    }

    /// Has the dossiers of a folder compared that the walk comes to next: one by one, it would have to wait for each.
    pub(super) fn look_ahead<'n>(
        &self,
        directory: &Directory,
        way: &Way,
        names: impl Iterator<Item = &'n Listed>,
        prior: Option<&Record<'c>>,
    ) {
        let (Some(comparison), Some(dossiers), Some(prior)) = (self.comparison, &self.run.dossiers, prior) else { return };
        let mut prior = prior.clone();
        let ahead = names.filter_map(|Listed { name, .. }| {
            let number = way.children.get(name)?.dossier?;
            let is_ahead = |dossier: &&Dossier| dossier.refusal.is_none() && !dossier.is_prepared && !self.aside.contains(&number);
            dossiers.list.get(number).filter(is_ahead)?;
            let row = prior.find(name.as_bytes())?;
            let record = prior.child(&row)?;
            let stat = directory.stat(name).ok().filter(|stat| stat.kind == FileKind::Directory)?;
            let path_length = self.path.len() + 1 + name.as_bytes().len();
            let inside = Some(Inside { dossier: number, path_length, is_known: self.run.catalogue_holds });
            Some(Ahead { record, name, stat, within: Within { device: Some(stat.device), inside } })
        });
        comparison.begin_all(directory, ahead.collect());
    }

    /// Reads a dossier, and looks whether it moved meanwhile. `takes` says whether folders in it may be taken over by what was compared
    /// before: then these are compared again too.
    fn read(
        &mut self,
        (dossier, takes): (usize, bool),
        met: &Met<'_, 'c>,
        opened: &Directory,
        within: Within,
        prior: Option<Record<'c>>,
    ) -> Result<Pass> {
        let began = now();
        let stat = match opened.own_stat() {
            Ok(stat) => stat,
            Err(_) => met.stat,
        };
        self.step(Step::Begin { dossier })?;
        let entries = vec![(self.path.clone(), Identity::of(&stat))];
        self.looked_at = Some(LookedAt { entries, taken: Vec::new(), takes, linked: Vec::new() });
        let met = Met { stat, began, ..*met };
        let (metadata, is_whole) = self.metadata(&met, Some(opened))?;
        let seen = Seen { identity: Identity::of(&stat), trusted: is_whole && is_settled(&stat, began), day: 0 };
        self.step(Step::Enter { name: Some(met.name.clone()), metadata: Box::new(metadata), seen: Some(seen) })?;
        self.directory(opened, Scope { way: None, within }, prior)?;
        let looked_at = self.looked_at.take().ok_or(Error::Internal("a dossier that was not looked at"))?;
        let (reply, answer) = bounded(1);
        self.step(Step::Ask { reply })?;
        let read = answer.recv().map_err(|_| Error::Internal("the backup ended before its walk"))?;
        let moved = match read.changing.clone().or_else(|| first_moved(&looked_at.entries)) {
            None => self.first_changed(opened, &looked_at.taken, within)?,
            moved => moved,
        };
        if let Some(path) = moved {
            for key in looked_at.linked {
                self.linked.remove(&key);
            }
            return Ok(Pass::Changing(path));
        }
        Ok(Pass::Whole(read))
    }

    /// The first folder of those that were taken over in which something changed since.
    fn first_changed(&self, opened: &Directory, taken: &[(Vec<u8>, Record<'c>)], within: Within) -> Result<Option<Vec<u8>>> {
        for (path, record) in taken {
            let below = path.get(self.path.len() + 1..).unwrap_or_default();
            let is_still = match reach(opened, below) {
                Some(folder) => self.is_still(&folder, &mut path.clone(), record.clone(), within)?,
                None => false,
            };
            if !is_still {
                return Ok(Some(path.clone()));
            }
        }
        Ok(None)
    }

    /// Whether a folder, and all below it, is as a record has it. `path` is the folder's, and is left as it was.
    fn is_still(&self, directory: &Directory, path: &mut Vec<u8>, mut record: Record<'c>, within: Within) -> Result<bool> {
        self.run.stop.check()?;
        let Ok(names) = directory.list() else { return Ok(false) };
        let length = path.len();
        for Listed { name, .. } in names {
            let Ok(stat) = directory.stat(&name) else { return Ok(false) };
            path.truncate(length);
            path.push(b'/');
            path.extend_from_slice(name.as_bytes());
            let is_dir = stat.kind == FileKind::Directory;
            match self.run.skips(path, is_dir, within.inside) {
                None => {}
                Some(Skip::Out) => continue,
                Some(Skip::Stays) => {
                    if record.is_next(name.as_bytes()) {
                        record.next_row();
                    }
                    continue;
                }
            }
            let Some((row, true)) = record.take(name.as_bytes()) else { return Ok(false) };
            if row.identity != Identity::of(&stat) {
                return Ok(false);
            }
            if is_dir {
                let (Some(child), Ok(below)) = (record.child(&row), directory.open_child(&name, &stat)) else { return Ok(false) };
                if !self.is_still(&below, path, child, within)? {
                    return Ok(false);
                }
            }
        }
        path.truncate(length);
        Ok(record.next_row().is_none())
    }

    /// Leaves an entry of a dossier as the last run has it. What that does not have is left out.
    pub(super) fn stays(&mut self, name: &Name, prior: Option<&mut Record<'c>>) -> Result<()> {
        let (Some(row), child) = super::known(prior, name) else { return self.step(Step::Excluded { entries: 1 }) };
        let seen = Seen { identity: row.identity, trusted: row.trusted, day: row.day };
        let Some(child) = child else {
            self.keep_leaves(row.identity.key());
            let is_file = row.identity.is_file();
            return self.step(Step::Ready { name: name.clone(), entry: Cow::Borrowed(row.entry), seen, is_file, key: None });
        };
        let subtree = child.subtree().ok_or(Error::Internal("a record without an end"))?;
        self.keep_leaves_below(child)?;
        self.step(Step::Same { name: name.clone(), entry: row.entry, seen, subtree })
    }

    /// Lets a dossier stay as it was.
    fn keep(&mut self, dossier: usize, met: &Met<'_, 'c>, child: Option<Record<'c>>, refusal: Refusal) -> Result<()> {
        let metadata = match refusal.outcome {
            // Nothing of it is opened that was not asked for.
            Outcome::NotAsked => self.run.owners.metadata(&met.stat, Vec::new()),
            _ => self.stored_with(met.name, &met.stat, met.directory.xattrs(met.name).unwrap_or_default())?.0,
        };
        if let Some(child) = &child {
            self.keep_leaves_below(child.clone())?;
        }
        let prior = met.row.map(|row| (row, child.and_then(|child| child.subtree())));
        self.step(Step::Kept { dossier, name: met.name.clone(), refusal, metadata: Box::new(metadata), prior })
    }

    /// The leaf values of files that are not looked at stay.
    fn keep_leaves_below(&mut self, mut record: Record<'c>) -> Result<()> {
        if self.run.leaves.old.is_none() {
            return Ok(());
        }
        self.run.stop.check()?;
        while let Some(row) = record.next_row() {
            match record.child(&row) {
                Some(child) => self.keep_leaves_below(child)?,
                None => self.keep_leaves(row.identity.key()),
            }
        }
        Ok(())
    }

    /// Tells which files of a directory, and of directories in it that went, were there in the last run and are not.
    pub(super) fn tell_gone(&self, inside: Inside, prior: Option<Record<'c>>, names: &[Listed]) {
        let Some(mut prior) = prior else { return };
        let mut names = names.iter().peekable();
        while let Some(row) = prior.next_row() {
            while names.next_if(|listed| listed.name.as_bytes() < row.name).is_some() {}
            if names.peek().is_none_or(|listed| listed.name.as_bytes() != row.name) {
                self.tell_lost(inside, &prior, &row, &mut self.path.clone());
            }
        }
    }

    /// Tells of what the last run knew under a name that is not there: the file, or all files below. `path` is where the name was. What
    /// is left out, or stays as it was, is not missed.
    fn tell_lost(&self, inside: Inside, record: &Record<'_>, row: &Row<'_>, path: &mut Vec<u8>) {
        let (length, below) = (path.len(), record.child(row));
        path.push(b'/');
        path.extend_from_slice(row.name);
        if self.run.skips(path, below.is_some(), Some(inside)).is_none() {
            if let Some(mut below) = below {
                while let Some(row) = below.next_row() {
                    self.tell_lost(inside, &below, &row, path);
                }
            } else if let (Some(size), Some(Dossiers { judge, .. })) = (row.identity.file_size(), &self.run.dossiers) {
                judge.gone(inside.dossier, inside.below(path), size);
            }
        }
        path.truncate(length);
    }
}

/// A dossier as it is after the judge prepared it, if it is to be.
fn prepared<'w, 'c>(dossier: usize, met: &Met<'w, 'c>, judge: &dyn Judge, is_prepared: bool) -> Result<Met<'w, 'c>, Refusal> {
    if !is_prepared || !judge.prepare(dossier)? {
        return Ok(Met { ..*met });
    }
    let began = now();
    match met.directory.stat(met.name) {
        Ok(stat) => Ok(Met { stat, began, ..*met }),
        Err(error) => Err(judge.unreachable(dossier, error.is_gone(), &error.source.to_string())),
    }
}

/// A folder some names below another.
fn reach(folder: &Directory, below: &[u8]) -> Option<Directory> {
    below.split(|byte| *byte == b'/').try_fold(folder.clone(), |folder, name| {
        let name = Name::new(name)?;
        folder.open_child(&name, &folder.stat(&name).ok()?).ok()
    })
}

/// The first entry that is not as it was looked at.
fn first_moved(entries: &[(Vec<u8>, Identity)]) -> Option<Vec<u8>> {
    let moved = entries.iter().find(|(path, identity)| match Stat::of_name(CWD, path) {
        Ok(stat) => Identity::of(&stat) != *identity,
        // A path that is too long for the system to name says nothing.
        Err(error) => error.raw_os_error() != Some(Errno::NAMETOOLONG.raw_os_error()),
    });
    moved.map(|(path, _)| path.clone())
}
