//! What the snapshot records of this machine know of dossiers. Each record is looked at once, in whatever order they come.

use std::collections::BTreeMap;

use jiff::Timestamp;
use liasse_archive::repo::Snapshot;
use liasse_archive::repo::format::ids::Evidence;
use liasse_archive::repo::format::snapshot::{Dossier as Line, Snapshot as Record};

use super::room::Written;
use crate::report::Outcome;
use crate::run::moment_of;

/// All of it.
#[derive(Default)]
pub(super) struct Known {
    /// The last run's record and its time.
    pub(super) last: Option<(Timestamp, Record)>,
    /// When the last run was made that was asked for all dossiers.
    pub(super) last_of_all: Option<Timestamp>,
    /// Each dossier, by code.
    pub(super) dossiers: BTreeMap<String, Past>,
    /// What each snapshot of the repository wrote.
    pub(super) written: Vec<Written>,
    /// When the repository's first snapshot was made.
    pub(super) first: Option<Timestamp>,
}

/// What is known of one dossier.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// When its state was last known to be stored.
    pub(super) good: Option<Timestamp>,
    /// The last run that was asked for it.
    pub(super) last: Option<Last>,
}

/// How it fared in a run.
#[derive(Debug)]
pub(super) struct Last {
    pub(super) time: Timestamp,
    pub(super) outcome: Outcome,
    /// Why, in a word.
    pub(super) why: String,
    /// Whether something in it could not be read.
    pub(super) is_incomplete: bool,
}

impl Known {
    /// Learns from one snapshot.
    pub(super) fn learn(&mut self, snapshot: Snapshot, host: &str) {
        let record = snapshot.record;
        let Some(time) = moment_of(record.time) else { return };
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.written.push(Written { time, bytes: record.statistics.stored, is_first: record.sequence == 1 });
        if record.dossiers.is_empty() || record.host != host {
            return;
        }
        for line in &record.dossiers {
            if !self.dossiers.contains_key(&line.code) {
                self.dossiers.insert(line.code.clone(), Past::default());
            }
            if let Some(past) = self.dossiers.get_mut(&line.code) {
                past.learn(line, time, &record);
            }
        }
        if record.dossiers.iter().all(|line| Outcome::from(line.outcome) != Outcome::NotAsked) {
            self.last_of_all = self.last_of_all.max(Some(time));
        }
        let is_newer = |(then, other): &(Timestamp, Record)| (time, record.sequence) > (*then, other.sequence);
        if self.last.as_ref().is_none_or(is_newer) {
            self.last = Some((time, record));
        }
    }
}

impl Past {
    fn learn(&mut self, line: &Line, time: Timestamp, record: &Record) {
        let outcome = Outcome::from(line.outcome);
        let is_state = line.tree.size > 0 || line.evidence != Evidence([0; 32]);
        let good = match outcome {
            // It was looked at, and was as it is stored.
            Outcome::Stored | Outcome::Unchanged => Some(time),
            // What it has is from before.
            Outcome::InUse | Outcome::Failed | Outcome::Missing | Outcome::NotAsked => moment_of(line.since).filter(|_| is_state),
        };
        self.good = self.good.max(good);
        if outcome == Outcome::NotAsked || self.last.as_ref().is_some_and(|last| last.time > time) {
            return;
        }
        let is_stored = matches!(outcome, Outcome::Stored | Outcome::Unchanged);
        self.last = Some(Last {
            time,
            outcome,
            why: if is_stored { String::new() } else { line.cause.clone() },
            is_incomplete: is_stored && record.unread.iter().any(|unread| is_within(&unread.path, &line.path)),
        });
    }
}

fn is_within(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}
