//! Searching many trees for names. The trees of one series are searched once: of each later one only what differs from the one before.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use liasse_repo::format::tree::{Entry, Node};

use super::diff::{Change, Difference};
use super::{Browse, Moment, Seen};
use crate::error::Result;
use crate::patterns::Patterns;
use crate::restore::Lost;

/// A version of what was found.
#[derive(Debug, Clone)]
pub struct Version {
    /// What it is.
    pub seen: Seen,
    /// The first moment that has it, by its number.
    pub first: usize,
    /// The last one.
    pub last: usize,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Search {
    /// Paths that fit, each with its versions, in the order of their first moments.
    pub found: BTreeMap<Vec<u8>, Vec<Version>>,
    /// Folders that cannot be read, each with the moment and the cause.
    pub lost: Vec<(usize, Lost)>,
}

/// A path that fits.
#[derive(Default)]
struct Track {
    versions: Vec<Version>,
    /// The version that the last moment of the series has.
    present: Option<usize>,
}

impl Track {
    fn begin(&mut self, entry: &Entry, moment: usize) {
        let seen = Seen::of(entry);
        // Other series may have it too, and what went may come back.
        let known = self.versions.iter().rposition(|version| version.seen.is_same(&seen));
        self.present = Some(known.unwrap_or(self.versions.len()));
        match known.and_then(|known| self.versions.get_mut(known)) {
            Some(version) => version.extend(moment),
            None => self.versions.push(Version { seen, first: moment, last: moment }),
        }
    }

    /// The present version was last seen at a moment.
    fn end(&mut self, moment: usize) {
        if let Some(version) = self.present.take().and_then(|present| self.versions.get_mut(present)) {
            version.extend(moment);
        }
    }
}

impl Version {
    fn extend(&mut self, moment: usize) {
        (self.first, self.last) = (self.first.min(moment), self.last.max(moment));
    }
}

impl Browse<'_> {
    /// Finds all paths that fit patterns. `moments` are in the order of time.
    pub fn search(&mut self, patterns: &Patterns, moments: &[Moment<'_>]) -> Result<Search> {
        let mut tracks: BTreeMap<Vec<u8>, Track> = BTreeMap::new();
        let mut search = Search::default();
        let mut series: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, moment) in moments.iter().enumerate() {
            series.entry(moment.series).or_default().push(number);
        }
        for numbers in series.into_values() {
            let mut before: Option<(usize, &Moment<'_>)> = None;
            for (number, moment) in numbers.into_iter().filter_map(|number| Some((number, moments.get(number)?))) {
                let last = before.map_or(number, |(last, _)| last);
                let mut note = |difference: &Difference<'_>| {
                    take(&mut tracks, patterns, difference, last, number);
                    ControlFlow::Continue(())
                };
                let unreadable = self.diff_roots(before.map(|(_, before)| before.tree), moment.tree, &mut note)?;
                search.lost.extend(unreadable.into_iter().map(|lost| (number, lost)));
                before = Some((number, moment));
            }
            if let Some((last, _)) = before {
                for track in tracks.values_mut() {
                    track.end(last);
                }
            }
        }
        search.found = tracks.into_iter().map(|(path, track)| (path, in_order(track.versions))).collect();
        Ok(search)
    }
}

fn in_order(mut versions: Vec<Version>) -> Vec<Version> {
    versions.sort_by_key(|version| version.first);
    versions
}

/// Notes a difference between two moments.
fn take(tracks: &mut BTreeMap<Vec<u8>, Track>, patterns: &Patterns, difference: &Difference<'_>, last: usize, now: usize) {
    if difference.change == Change::Metadata {
        return;
    }
    let fits = |entry: &Entry| patterns.matches(difference.path, matches!(entry.node, Node::Directory { .. }));
    if difference.before.is_some_and(fits)
        && let Some(track) = tracks.get_mut(difference.path)
    {
        track.end(last);
    }
    if let Some(entry) = difference.after.filter(|entry| fits(entry)) {
        tracks.entry(difference.path.to_vec()).or_default().begin(entry, now);
    }
}
