//! What past runs of this machine left in the repository: the last line of each dossier, and how much runs write.
//!
//! Records name every dossier, so only as many are read as are needed; of all others the head is enough.

use std::collections::{BTreeMap, HashMap, HashSet};

use liasse_archive::repo::format::ids::SessionId;
use liasse_archive::repo::format::snapshot::Dossier as Line;
use liasse_archive::repo::{Head, Repository, Snapshot};

use super::RunError;
use crate::records::Records;

/// Most records that are read to find the last line of a dossier that newer ones do not have.
const MOST_RECORDS: usize = 64;
/// Past runs that tell how much one writes.
const MOST_WRITTEN: usize = 10;

/// Past runs.
#[derive(Default)]
pub(super) struct Past {
    /// The newest first.
    records: Vec<Snapshot>,
    largest: u64,
}

impl Past {
    /// Reads what a machine's runs recorded. Each holds all that its settings know, but another run on this machine may have others: so the
    /// newest of each set of roots is read, and older ones as long as a dossier that is `found` was not met.
    pub(super) fn read<'f>(repository: &Repository, host: &str, found: impl Iterator<Item = &'f str>) -> Result<Self, RunError> {
        let (records, _) = Records::new(repository, |head| head.dossiers > 0 && head.record.host == host)?;
        let mut past = Self { records: Vec::new(), largest: largest(records.heads()) };
        let mut unmet: HashSet<&str> = found.collect();
        let (mut roots, mut older) = (HashSet::new(), Vec::new());
        for head in records.heads() {
            if roots.contains(&head.record.sources) {
                older.push(head);
            } else if past.learn(&records, head, &mut unmet)? {
                roots.insert(&head.record.sources);
            }
        }
        for head in older {
            if unmet.is_empty() || past.records.len() >= MOST_RECORDS {
                break;
            }
            past.learn(&records, head, &mut unmet)?;
        }
        let place: HashMap<SessionId, usize> = records.heads().iter().map(|head| head.id).zip(0..).collect();
        past.records.sort_by_key(|snapshot| place.get(&snapshot.id));
        Ok(past)
    }

    /// Reads a record; whether it could be read.
    fn learn(&mut self, records: &Records<'_>, head: &Head, unmet: &mut HashSet<&str>) -> Result<bool, RunError> {
        let Some(snapshot) = records.read(head.id, &mut Vec::new())? else { return Ok(false) };
        snapshot.record.dossiers.iter().for_each(|line| _ = unmet.remove(line.code.as_str()));
        self.records.push(snapshot);
        Ok(true)
    }

    /// The newest line of each dossier.
    pub(super) fn last_lines(&self) -> BTreeMap<&str, &Line> {
        let mut last = BTreeMap::new();
        for line in self.records.iter().flat_map(|snapshot| &snapshot.record.dossiers) {
            last.entry(line.code.as_str()).or_insert(line);
        }
        last
    }

    /// Whether a run over these roots may miss a dossier: the newest record that names it is of the same roots; or there is none of these, and
    /// that one is of some of them, so that the settings were changed since.
    pub(super) fn is_of(&self, code: &str, roots: &[Vec<u8>]) -> bool {
        let sources = |snapshot: &&Snapshot| snapshot.record.sources.clone();
        let named = |snapshot: &&Snapshot| snapshot.record.dossiers.iter().any(|line| line.code == code);
        let Some(newest) = self.records.iter().find(named).as_ref().map(sources) else { return false };
        let is_known = self.records.iter().any(|snapshot| snapshot.record.sources == roots);
        newest == roots || (!is_known && newest.iter().any(|root| roots.contains(root)))
    }

    /// The most bytes that one of the last runs wrote.
    pub(super) fn largest(&self) -> u64 {
        self.largest
    }
}

/// The very first run is not like those after it.
fn largest(newest_first: &[Head]) -> u64 {
    let past = newest_first.iter().take(MOST_WRITTEN).filter(|head| head.record.sequence > 1);
    past.map(|head| head.record.statistics.stored).max().unwrap_or_default()
}
