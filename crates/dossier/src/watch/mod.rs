//! Tells when a dossier was worked on and then closed: it changed, has been quiet for a while, and nobody has it open any more.
//!
//! The system tells of changes in folders (inotify, through the notify crate): files are not watched one by one. What the system cannot
//! watch, because its limits or ours are reached, is looked at instead from time to time, and that is said ([`Word::Looking`]); when it
//! lost changes, every dossier is looked at once ([`Word::Lost`]). A dossier is never reported for being read, and never twice for one
//! change. Nothing here grows with the number of changes. This module starts no run; [`Turns`] says when one is due.

mod folders;
mod inbox;
mod pending;
mod print;
mod settings;
mod turns;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use liasse_archive::repo::Stop;
use notify::event::{Event, EventKind, ModifyKind};

use crate::Code;
use crate::in_use::{self, OpenFiles};
use folders::Folders;
use inbox::{Inbox, MOST_CHANGES};
use pending::Pending;
use print::Print;
pub use settings::Settings;
pub use turns::Turns;

/// How long the wish to stop may go unseen.
const STOP_WAIT: Duration = Duration::from_millis(200);
/// How long the system may take to tell of a change, and how long that is waited for at most while more are told.
const TELL_WAIT: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// What a watch has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// A dossier was changed and closed: its time has come.
    Closed(Code),
    /// So many dossiers cannot be watched and are looked at instead, and why.
    Looking {
        /// How many.
        dossiers: usize,
        /// What the system, or the settings, said.
        why: String,
    },
    /// The system lost changes, so all dossiers were looked at.
    Lost,
}

/// A watch over dossiers.
#[derive(Debug)]
pub struct Watch {
    dossiers: BTreeMap<usize, Dossier>,
    next_number: usize,
    by_code: HashMap<Code, usize>,
    settings: Settings,
    in_use: in_use::Settings,
    folders: Folders,
    inbox: Inbox,
    pending: Pending,
    looked: Instant,
    words: Vec<Word>,
    told: usize,
}

#[derive(Debug)]
struct Dossier {
    code: Code,
    folder: PathBuf,
    print: Print,
}

impl Watch {
    /// Begins to watch. What happened before is not told.
    pub fn new(dossiers: Vec<(Code, PathBuf)>, settings: Settings, in_use: in_use::Settings) -> Self {
        let (slot, inbox) = Inbox::new();
        let mut watch = Self {
            dossiers: BTreeMap::new(),
            next_number: 0,
            by_code: HashMap::new(),
            folders: Folders::new(slot, settings.most_folders),
            pending: Pending::new(settings.quiet.as_std()),
            settings,
            in_use,
            inbox,
            looked: Instant::now(),
            words: Vec::new(),
            told: 0,
        };
        for (code, folder) in dossiers {
            watch.add(code, folder.canonicalize().unwrap_or(folder));
        }
        watch.tell_what_is_not_watched();
        watch
    }

    /// From now on, watches these dossiers and no others. One that is new counts as changed, and so does one whose folder came back.
    pub fn follow(&mut self, dossiers: Vec<(Code, PathBuf)>) {
        let wanted: BTreeMap<Code, PathBuf> =
            dossiers.into_iter().map(|(code, folder)| (code, folder.canonicalize().unwrap_or(folder))).collect();
        let is_gone = |dossier: &Dossier| wanted.get(&dossier.code) != Some(&dossier.folder);
        let gone: Vec<usize> = self.dossiers.iter().filter(|(_, dossier)| is_gone(dossier)).map(|(number, _)| *number).collect();
        for number in gone {
            self.let_go(number);
        }
        for (code, folder) in wanted {
            match self.by_code.get(&code).copied() {
                Some(number) if self.folders.has(&folder, number) => {}
                Some(number) => {
                    self.folders.add(&folder, number);
                    self.pending.changed(number, Instant::now());
                }
                None => {
                    let number = self.add(code, folder);
                    self.pending.changed(number, Instant::now());
                }
            }
        }
        self.tell_what_is_not_watched();
    }

    fn add(&mut self, code: Code, folder: PathBuf) -> usize {
        let number = self.next_number;
        self.next_number += 1;
        self.folders.add(&folder, number);
        // After the watches are set: a change between the two is seen by one of them.
        let print = Print::of(&folder);
        self.by_code.insert(code.clone(), number);
        self.dossiers.insert(number, Dossier { code, folder, print });
        number
    }

    fn let_go(&mut self, number: usize) {
        if let Some(dossier) = self.dossiers.remove(&number) {
            self.by_code.remove(&dossier.code);
            self.folders.let_go(&dossier.folder, number);
            self.pending.forget(number);
        }
    }

    /// Waits for the next word; `None` when somebody wishes to stop, or the time is over.
    pub fn next(&mut self, stop: &Stop, deadline: Option<Instant>) -> Option<Word> {
        loop {
            if let Some(word) = self.words.pop() {
                return Some(word);
            }
            let now = Instant::now();
            if stop.is_stopped() || deadline.is_some_and(|deadline| deadline <= now) {
                return None;
            }
            let wait = self.pending.wait(now).unwrap_or(STOP_WAIT).min(STOP_WAIT);
            if let Some(event) = self.inbox.next(deadline.map_or(wait, |deadline| wait.min(deadline - now))) {
                self.take(&event);
            }
            self.take_all();
            self.look_from_time_to_time();
            self.close_what_is_quiet();
        }
    }

    /// What changed since the last word, in dossiers of which `is_own` holds, was done by the run itself, by its hooks: it does not count.
    /// A dossier that had changed before still waits for its turn.
    pub fn pass_over(&mut self, mut is_own: impl FnMut(&Code) -> bool) {
        let (wait, most) = TELL_WAIT;
        let (before, began) = (self.pending.numbers(), Instant::now());
        while let Some(event) = self.inbox.next(wait).filter(|_| began.elapsed() < most) {
            self.take(&event);
        }
        for number in &self.pending.numbers() - &before {
            if self.dossiers.get(&number).is_some_and(|dossier| is_own(&dossier.code)) {
                self.pending.forget(number);
                self.remember(number);
            }
        }
    }

    fn take_all(&mut self) {
        for _ in 0..MOST_CHANGES {
            let Some(event) = self.inbox.next(Duration::ZERO) else { break };
            self.take(&event);
        }
        if self.inbox.has_lost() {
            self.lost();
        }
    }

    fn take(&mut self, event: &Event) {
        for path in &event.paths {
            if let Some(number) = self.folders.owner(path) {
                self.pending.changed(number, Instant::now());
                if matches!(event.kind, EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
                    self.folders.forget(path);
                    self.folders.add(path, number);
                    self.tell_what_is_not_watched();
                }
            }
        }
    }

    /// Changes were lost: every dossier is held against its last picture, and new folders are watched.
    fn lost(&mut self) {
        let numbers: Vec<usize> = self.dossiers.keys().copied().collect();
        for number in numbers {
            self.look_at(number);
            if let Some(dossier) = self.dossiers.get(&number) {
                self.folders.add(&dossier.folder, number);
            }
        }
        self.tell_what_is_not_watched();
        self.words.insert(0, Word::Lost);
    }

    fn look_from_time_to_time(&mut self) {
        if self.looked.elapsed() < self.settings.look_every.as_std() {
            return;
        }
        let unwatched: Vec<usize> = self.folders.unwatched().collect();
        for number in unwatched {
            self.look_at(number);
        }
        self.looked = Instant::now();
    }

    fn look_at(&mut self, number: usize) {
        let Some(dossier) = self.dossiers.get_mut(&number) else { return };
        let print = Print::of(&dossier.folder);
        if print != dossier.print {
            dossier.print = print;
            self.pending.changed(number, Instant::now());
        }
    }

    fn remember(&mut self, number: usize) {
        if let Some(dossier) = self.dossiers.get_mut(&number) {
            dossier.print = Print::of(&dossier.folder);
        }
    }

    /// Reports what has been quiet for long enough and is not in use; what is in use is asked for again after the same while.
    fn close_what_is_quiet(&mut self) {
        let quiet = self.pending.quiet(Instant::now());
        if quiet.is_empty() {
            return;
        }
        let seen = OpenFiles::scan(&self.in_use);
        for number in quiet {
            let Some(dossier) = self.dossiers.get(&number) else { continue };
            if is_in_use(&seen, &dossier.folder, &self.in_use) {
                self.pending.changed(number, Instant::now());
            } else {
                self.words.insert(0, Word::Closed(dossier.code.clone()));
                self.remember(number);
            }
        }
    }

    fn tell_what_is_not_watched(&mut self) {
        let dossiers = self.folders.unwatched().count();
        if dossiers > self.told {
            self.told = dossiers;
            self.words.insert(0, Word::Looking { dossiers, why: self.folders.why().to_owned() });
        }
    }
}

fn is_in_use(seen: &OpenFiles, folder: &Path, settings: &in_use::Settings) -> bool {
    seen.in_use(folder, settings).is_some()
}
