//! Tells when a dossier was worked on and then closed: it changed, has been quiet for a while, and nobody has it open any more.
//!
//! The system tells of changes in folders (inotify, through the notify crate): files are not watched one by one. What the system cannot
//! watch, because its limits or ours are reached, is looked at instead from time to time, and that is said ([`Word::Looking`]); when it
//! lost changes, every dossier is looked at once ([`Word::Lost`]). A dossier is never reported for being read, and never twice for one
//! change. This module starts no run.

mod folders;
mod pending;
mod print;
mod settings;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use liasse_archive::repo::Stop;
use notify::event::{AccessKind, AccessMode, EventKind, MetadataKind, ModifyKind};

use crate::Code;
use crate::in_use::{self, OpenFiles};
use folders::Folders;
use pending::Pending;
use print::Print;
pub use settings::Settings;

/// How long the wish to stop may go unseen.
const STOP_WAIT: Duration = Duration::from_millis(200);

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
    dossiers: Vec<Dossier>,
    by_code: HashMap<Code, usize>,
    settings: Settings,
    in_use: in_use::Settings,
    folders: Folders,
    events: Receiver<notify::Result<notify::Event>>,
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
        let (send, events) = mpsc::channel();
        let dossiers: Vec<Dossier> = dossiers
            .into_iter()
            .map(|(code, folder)| Dossier { code, folder: folder.canonicalize().unwrap_or(folder), print: Print::default() })
            .collect();
        let by_code = dossiers.iter().enumerate().map(|(number, dossier)| (dossier.code.clone(), number)).collect();
        let mut folders = Folders::new(send, settings.most_folders);
        for (number, dossier) in dossiers.iter().enumerate() {
            folders.add(&dossier.folder, number);
        }
        let pending = Pending::new(settings.quiet.as_std());
        let mut watch =
            Self { dossiers, by_code, settings, in_use, folders, events, pending, looked: Instant::now(), words: Vec::new(), told: 0 };
        // After the watches are set: a change between the two is seen by one of them.
        watch.dossiers.iter_mut().for_each(|dossier| dossier.print = Print::of(&dossier.folder));
        watch.tell_what_is_not_watched();
        watch
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
            match self.events.recv_timeout(deadline.map_or(wait, |deadline| wait.min(deadline - now))) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {}
                // Nothing is watched at all: everything is looked at.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(wait),
            }
            while let Ok(event) = self.events.try_recv() {
                self.take(event);
            }
            self.look_from_time_to_time();
            self.close_what_is_quiet();
        }
    }

    /// The state of a dossier was saved by somebody else: a run that took all. What changes from now on counts.
    pub fn saved(&mut self, code: &Code) {
        if let Some(number) = self.by_code.get(code).copied() {
            self.pending.forget(number);
            self.remember(number);
        }
    }

    fn take(&mut self, event: notify::Result<notify::Event>) {
        let Ok(event) = event else { return self.lost() };
        if event.need_rescan() {
            return self.lost();
        }
        if !is_change(event.kind) {
            return;
        }
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
        for number in 0..self.dossiers.len() {
            self.look_at(number);
            if let Some(dossier) = self.dossiers.get(number) {
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
        let Some(dossier) = self.dossiers.get_mut(number) else { return };
        let print = Print::of(&dossier.folder);
        if print != dossier.print {
            dossier.print = print;
            self.pending.changed(number, Instant::now());
        }
    }

    fn remember(&mut self, number: usize) {
        if let Some(dossier) = self.dossiers.get_mut(number) {
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
            let Some(dossier) = self.dossiers.get(number) else { continue };
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

/// Opening and reading are no changes, and nor is the time of the last reading.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) | EventKind::Other => false,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Any => true,
    }
}
