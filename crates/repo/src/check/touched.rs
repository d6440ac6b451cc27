//! How much of each snapshot and dossier all damage together touches: what a person wants to know first. Each file or directory counts once,
//! however many damages touch it.
//!
//! Memory is bounded whatever is found: beyond a number of snapshots and dossiers no more are named.

use std::collections::BTreeMap;

use liasse_format::ids::SessionId;

use super::report::Place;

/// Most snapshots, and most dossiers, that are named.
const MOST: usize = 10_000;
/// Paths that are named of each snapshot.
pub const FIRST_PATHS: usize = 3;

/// What of a snapshot is touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchedSnapshot {
    /// The snapshot.
    pub snapshot: SessionId,
    /// Its files and directories that are touched.
    pub count: u64,
    /// The first [`FIRST_PATHS`] of them.
    pub first: Vec<Vec<u8>>,
}

/// What all damage together touches, what has most first. At most 10,000 snapshots and 10,000 dossiers are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Snapshots.
    pub snapshots: Vec<TouchedSnapshot>,
    /// Codes of dossiers, with how many of their files and directories in all snapshots.
    pub dossiers: Vec<(String, u64)>,
}

/// The same, while it is found out.
#[derive(Default)]
pub(super) struct Touching {
    snapshots: BTreeMap<SessionId, (u64, Vec<Vec<u8>>)>,
    dossiers: BTreeMap<String, u64>,
    /// The places that were counted last: all damages of a place are met one after the other.
    last: Option<(SessionId, Vec<u8>)>,
    last_of_dossier: Option<(SessionId, Vec<u8>)>,
}

impl Touching {
    /// Counts a place of a snapshot.
    pub(super) fn snapshot(&mut self, place: Place<'_>) {
        if is_again(&mut self.last, place) || self.snapshots.len() >= MOST && !self.snapshots.contains_key(&place.snapshot) {
            return;
        }
        let (count, first) = self.snapshots.entry(place.snapshot).or_default();
        *count += 1;
        if first.len() < FIRST_PATHS {
            first.push(place.path.to_vec());
        }
    }

    /// Counts a place of a dossier's tree.
    pub(super) fn dossier(&mut self, code: &str, place: Place<'_>) {
        if is_again(&mut self.last_of_dossier, place) {
            return;
        }
        if let Some(count) = self.dossiers.get_mut(code) {
            *count += 1;
        } else if self.dossiers.len() < MOST {
            self.dossiers.insert(code.to_owned(), 1);
        }
    }

    pub(super) fn finish(self) -> Touched {
        let touched = |(snapshot, (count, first))| TouchedSnapshot { snapshot, count, first };
        let mut snapshots: Vec<TouchedSnapshot> = self.snapshots.into_iter().map(touched).collect();
        snapshots.sort_by_key(|touched| std::cmp::Reverse(touched.count));
        let mut dossiers: Vec<(String, u64)> = self.dossiers.into_iter().collect();
        dossiers.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Touched { snapshots, dossiers }
    }
}

/// Whether a place is the one that was counted last.
fn is_again(last: &mut Option<(SessionId, Vec<u8>)>, place: Place<'_>) -> bool {
    if last.as_ref().is_some_and(|(snapshot, path)| *snapshot == place.snapshot && path == place.path) {
        return true;
    }
    *last = Some((place.snapshot, place.path.to_vec()));
    false
}
