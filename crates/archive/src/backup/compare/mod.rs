//! Comparing directories with the catalogue of the last run, on several threads, ahead of the walk.
//!
//! What comes out is one word a directory: nothing changed in it and below it, or something may have. Names and what was found of them are
//! not handed on, so it takes no memory to be far ahead, and the walk finds the same with any number of threads. Must never open anything
//! but directories, and never call same what it could not see whole: whatever goes wrong counts as a difference, and the walk, which looks
//! again, tells of it.

mod state;

use std::ops::Deref;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope};

use liasse_repo::format::tree::Name;

use super::Run;
use super::dossiers::{Inside, Skip};
use super::judge::is_due;
use crate::catalogue::{Catalogue, FileKey, Identity, Record, Row};
use crate::error::Result;
use crate::source::{Directory, FileKind, Listed, SourceDirectory, Stat};
use state::{Found, State};

/// Subdirectories of one directory that wait at a time: the rest of it is looked at when these are done.
const MOST_WAITING: usize = 512;

/// The comparison of one run. Every directory below one that was begun is compared, those of directories that differ among them.
pub(super) struct Comparison<'r, 'c> {
    run: &'r Run<'r>,
    catalogue: &'c Catalogue,
    state: Mutex<State<'c>>,
    news: Condvar,
}

/// A comparison that other threads take part in. Dropped, it ends.
pub(super) struct Running<'s, 'r, 'c>(&'s Comparison<'r, 'c>);

/// What a directory lies in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Within {
    /// The file system of the source.
    pub(super) device: Option<u64>,
    pub(super) inside: Option<Inside>,
}

/// A directory that the walk will come to.
pub(super) struct Ahead<'n, 'c> {
    pub(super) record: Record<'c>,
    pub(super) name: &'n Name,
    pub(super) stat: Stat,
    pub(super) within: Within,
}

/// A directory to be compared. Its path is asked for when its turn comes: deep down, those of all that wait would take more than all else.
struct Task<'c> {
    place: u64,
    within: Within,
    stage: Stage<'c>,
}

enum Stage<'c> {
    Known { parent: Directory, name: Name, stat: Stat },
    Open(Directory),
    Listed(Listing<'c>),
}

/// A directory that is being compared.
struct Listing<'c> {
    directory: Directory,
    names: std::vec::IntoIter<Listed>,
    record: Record<'c>,
    same: bool,
    excluded: u64,
    leaves: Vec<FileKey>,
}

impl<'r, 'c> Comparison<'r, 'c> {
    pub(super) fn new(run: &'r Run<'r>, catalogue: &'c Catalogue) -> Self {
        Self { run, catalogue, state: Mutex::default(), news: Condvar::new() }
    }

    /// Lets so many threads take part, besides whoever asks, as long as what this gives is kept.
    pub(super) fn on_threads<'s>(&'s self, scope: &'s Scope<'s, '_>, threads: usize) -> Running<'s, 'r, 'c> {
        let running = Running(self);
        for _ in 0..threads {
            // With fewer it takes longer: whoever asks takes part.
            Builder::new().name("compare".to_owned()).spawn_scoped(scope, || self.work()).ok();
        }
        running
    }

    /// Takes part until the comparison ends.
    fn work(&self) {
        let mut state = self.lock();
        while !state.ended {
            state = self.help(state);
        }
    }

    /// Ends it, whatever is left to do.
    fn end(&self) {
        self.lock().ended = true;
        self.news.notify_all();
    }

    /// Has a directory and all below it compared, if it is not known.
    pub(super) fn begin(&self, record: &Record<'c>, directory: &Directory, within: Within) {
        let mut state = self.lock();
        let place = record.place();
        if !state.found.contains_key(&place) {
            state.add(None, Task { place, within, stage: Stage::Open(directory.clone()) });
            self.tell(&state);
        }
    }

    /// The same for several directories of one, which the walk will ask for in this order.
    pub(super) fn begin_all(&self, parent: &Directory, ahead: Vec<Ahead<'_, 'c>>) {
        let mut state = self.lock();
        for Ahead { record, name, stat, within } in ahead.into_iter().rev() {
            let place = record.place();
            if !state.found.contains_key(&place) {
                state.add(None, Task { place, within, stage: Stage::Known { parent: parent.clone(), name: name.clone(), stat } });
            }
        }
        self.tell(&state);
    }

    /// Whether nothing changed in a directory that was begun, or lies below one that was, and below it.
    pub(super) fn is_same(&self, record: &Record<'c>) -> Result<bool> {
        let place = record.place();
        let mut state = self.lock();
        loop {
            state.wanted = None;
            self.run.stop.check()?;
            match state.found.get(&place) {
                Some(found) if found.is_known() => return Ok(!found.differs),
                Some(_) if !state.ended => {}
                _ => return Ok(false),
            }
            state.wanted = Some(place);
            state = self.help(state);
        }
    }

    /// The files whose leaf values are known in a directory that is the same, and below it.
    pub(super) fn leaves(&self, record: &Record<'c>) -> Vec<FileKey> {
        self.lock().leaves.range(record.places()).flat_map(|(_, keys)| keys).copied().collect()
    }

    /// How many entries patterns leave out of a directory that is the same, and below it.
    pub(super) fn excluded(&self, record: &Record<'c>) -> u64 {
        self.lock().excluded.range(record.places()).map(|(_, entries)| entries).sum()
    }

    /// Does what is next, or waits for news.
    fn help<'s>(&'s self, mut state: MutexGuard<'s, State<'c>>) -> MutexGuard<'s, State<'c>> {
        if let Some(task) = state.tasks.pop() {
            drop(state);
            self.compare(task);
            return self.lock();
        }
        state.waiting += 1;
        state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    fn lock(&self) -> MutexGuard<'_, State<'c>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes those who wait, if there is anything for them: one a directory would cost as much as the directory.
    fn tell(&self, state: &State<'_>) {
        let is_known = |place| state.found.get(&place).is_some_and(Found::is_known);
        if state.waiting > 0 && (!state.tasks.is_empty() || state.wanted.is_some_and(is_known)) {
            self.news.notify_all();
        }
    }

    fn compare(&self, task: Task<'c>) {
        let (place, within) = (task.place, task.within);
        let mut end = End { comparison: self, place, same: false, below: Vec::new(), rest: None, excluded: 0, leaves: Vec::new() };
        let Some(mut listing) = self.list(place, task.stage) else { return };
        let mut path = listing.directory.path();
        if path.last() != Some(&b'/') {
            path.push(b'/');
        }
        let length = path.len();
        while end.below.len() < MOST_WAITING {
            if self.run.stop.check().is_err() {
                return self.end();
            }
            let Some(listed) = listing.names.next() else {
                end.same = listing.same && listing.record.next_row().is_none();
                (end.leaves, end.excluded) = (listing.leaves, listing.excluded);
                return;
            };
            path.truncate(length);
            path.extend_from_slice(listed.name.as_bytes());
            if let Some((place, stat)) = self.entry(&mut listing, &listed, &path, within) {
                let stage = Stage::Known { parent: listing.directory.clone(), name: listed.name, stat };
                end.below.push(Task { place, within, stage });
            }
        }
        end.rest = Some(Task { place, within, stage: Stage::Listed(listing) });
    }

    fn list(&self, place: u64, stage: Stage<'c>) -> Option<Listing<'c>> {
        let directory = match stage {
            Stage::Listed(listing) => return Some(listing),
            Stage::Open(directory) => directory,
            Stage::Known { parent, name, stat } => parent.open_child(&name, &stat).ok()?,
        };
        let names = directory.list().ok()?.into_iter();
        Some(Listing { directory, names, record: self.catalogue.record_at(place)?, same: true, excluded: 0, leaves: Vec::new() })
    }

    /// Compares an entry. A directory that the catalogue knows is to be compared too, whether it moved itself or not.
    fn entry(&self, listing: &mut Listing<'c>, listed: &Listed, path: &[u8], within: Within) -> Option<(u64, Stat)> {
        let skip = |kind: FileKind| self.run.skips(path, kind == FileKind::Directory, within.inside);
        if let Some(skip) = listed.kind.and_then(skip) {
            let is_known = listing.record.is_next(listed.name.as_bytes());
            match skip {
                // The last run left it out too, unless it has it.
                Skip::Out => listing.same &= !is_known,
                Skip::Stays if is_known => _ = listing.record.next_row(),
                Skip::Stays => {}
            }
            listing.excluded += u64::from(!is_known);
            return None;
        }
        let taken = listing.record.take(listed.name.as_bytes());
        listing.same &= taken.is_some_and(|(row, is_next)| is_next && row.trusted);
        let (row, _) = taken?;
        if !listing.same && listed.kind.is_some_and(|kind| kind != FileKind::Directory) {
            return None;
        }
        let same = listing.same;
        // Until all is seen, it differs.
        listing.same = false;
        let stat = listing.directory.stat(&listed.name).ok()?;
        let is_dir = stat.kind == FileKind::Directory;
        if listed.kind != Some(stat.kind) && skip(stat.kind).is_some() {
            return None;
        }
        let mut place = None;
        if is_dir {
            let crosses = self.run.options.one_file_system && within.device.is_some_and(|device| device != stat.device);
            place = Some(listing.record.child_place(&row).filter(|_| !crosses)?);
        }
        // Its other names may lie where something changed: only the walk sees to it that all of them get what was read once.
        let has_names = !is_dir && stat.nlink > 1;
        listing.same = same && !has_names && row.identity == Identity::of(&stat) && !is_due(self.run, &row, &stat);
        listing.leaves.extend(self.known_leaves(&row, &stat));
        place.map(|place| (place, stat))
    }

    fn known_leaves(&self, row: &Row<'_>, stat: &Stat) -> Option<FileKey> {
        let old = self.run.leaves.old.filter(|_| stat.kind == FileKind::File)?;
        Some(row.identity.key()).filter(|key| old.knows(*key))
    }
}

impl<'r, 'c> Deref for Running<'_, 'r, 'c> {
    type Target = Comparison<'r, 'c>;

    fn deref(&self) -> &Self::Target {
        self.0
    }
}

impl Drop for Running<'_, '_, '_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What came out of a task. It is told in any case: the walk would wait for ever.
struct End<'s, 'r, 'c> {
    comparison: &'s Comparison<'r, 'c>,
    place: u64,
    same: bool,
    below: Vec<Task<'c>>,
    rest: Option<Task<'c>>,
    excluded: u64,
    leaves: Vec<FileKey>,
}

impl Drop for End<'_, '_, '_> {
    fn drop(&mut self) {
        let mut state = self.comparison.lock();
        if let Some(found) = state.found.get_mut(&self.place) {
            found.open += self.below.len();
        }
        let is_done = self.rest.is_none();
        state.tasks.extend(self.rest.take());
        for task in self.below.drain(..).rev() {
            state.add(Some(self.place), task);
        }
        if !self.leaves.is_empty() {
            state.leaves.insert(self.place, std::mem::take(&mut self.leaves));
        }
        if self.excluded > 0 {
            state.excluded.insert(self.place, self.excluded);
        }
        if is_done {
            state.settle(self.place, self.same);
        }
        self.comparison.tell(&state);
    }
}

#[cfg(test)]
mod tests;
