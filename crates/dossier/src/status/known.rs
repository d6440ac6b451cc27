//! What the snapshot records of this machine know of dossiers: read from the newest on, as far as anything is still open.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use liasse_archive::is_within;
use liasse_archive::repo::format::ids::{Evidence, SessionId};
use liasse_archive::repo::format::snapshot::{Dossier as Line, Snapshot as Record};
use liasse_archive::repo::{self, Head, Repository};

use super::room::Written;
use crate::records::{Bad, Records};
use crate::report::Outcome;
use crate::run::moment_of;

/// Most records that are read for dossiers of which newer ones say too little.
const MOST_RECORDS: usize = 64;

/// All of it.
#[derive(Default)]
pub(super) struct Known {
    /// When the last run was made.
    pub(super) last: Option<Timestamp>,
    /// Where the dossiers were that the last run of each set of roots knows, by code.
    pub(super) places: BTreeMap<String, Vec<u8>>,
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
    /// Whether no older record can say more.
    is_settled: bool,
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
    /// Reads what is needed to know of these dossiers, and of those that the last run knows, how they stand.
    pub(super) fn read<'f>(repository: &Repository, host: &str, found: impl Iterator<Item = &'f str>) -> repo::Result<(Self, Bad)> {
        let (all, mut bad) = Records::new(repository, |_| true)?;
        let mut known = Self::default();
        all.heads().iter().for_each(|head| known.count(head));
        let own = all.filter(|record| record.host == host);
        let newest: HashSet<SessionId> = own.newest_of_each().into_iter().map(|head| head.id).collect();
        let mut open: HashSet<String> = found.map(str::to_owned).collect();
        let mut read = 0;
        for head in own.heads().iter().filter(|head| head.dossiers > 0) {
            let is_newest = newest.contains(&head.id);
            if !is_newest && known.last_of_all.is_some() && (open.is_empty() || read >= MOST_RECORDS) {
                continue;
            }
            read += usize::from(!is_newest);
            if let Some(snapshot) = own.read(head.id, &mut bad)? {
                known.learn(head, &snapshot.record, is_newest, &mut open);
            }
        }
        Ok((known, bad))
    }

    /// Counts a snapshot of any machine.
    fn count(&mut self, head: &Head) {
        let Some(time) = moment_of(head.made) else { return };
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.written.push(Written { time, bytes: head.record.statistics.stored, is_first: head.record.sequence == 1 });
    }

    /// Learns from a record that is older than all before it; `is_newest` if none of these was of its roots. `open` are the dossiers of which
    /// more is to be learnt.
    fn learn(&mut self, head: &Head, record: &Record, is_newest: bool, open: &mut HashSet<String>) {
        let Some(time) = moment_of(head.made) else { return };
        for line in record.dossiers.iter().filter(|_| is_newest) {
            if self.places.insert(line.code.clone(), line.path.clone()).is_none() && !self.dossiers.contains_key(&line.code) {
                open.insert(line.code.clone());
            }
        }
        for line in &record.dossiers {
            if !open.contains(&line.code) {
                continue;
            }
            let past = self.dossiers.entry(line.code.clone()).or_default();
            past.learn(line, time, record);
            if past.is_settled {
                open.remove(&line.code);
            }
        }
        if self.last_of_all.is_none() && record.dossiers.iter().all(|line| Outcome::from(line.outcome) != Outcome::NotAsked) {
            self.last_of_all = Some(time);
        }
        self.last.get_or_insert(time);
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
            Outcome::InUse | Outcome::Failed | Outcome::Missing | Outcome::NotAsked => {
                moment_of(line.since).filter(|_| is_state).map(|since| since.min(time))
            }
        };
        self.good = self.good.max(good);
        let is_stored = matches!(outcome, Outcome::Stored | Outcome::Unchanged);
        self.is_settled = is_stored;
        if outcome == Outcome::NotAsked || self.last.is_some() {
            return;
        }
        self.last = Some(Last {
            time,
            outcome,
            why: if is_stored { String::new() } else { line.cause.clone() },
            is_incomplete: is_stored && record.unread.iter().any(|unread| is_within(&unread.path, &line.path)),
        });
    }
}
