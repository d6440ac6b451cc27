//! States of dossiers, found record by record from the newest on. Records name every dossier, so never more than one of them is kept: of it
//! the lines that are wanted, and its head. Must never take a state from anything but a record that was read whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use liasse_archive::repo::format::snapshot::Dossier as Line;
use liasse_archive::repo::{self, Head, Repository, Snapshot, Stop};

use super::state::{Origin, State, is_read, is_state};
use crate::records::{Bad, Records};

/// Snapshots that are looked at, the newest first.
#[derive(Clone)]
pub struct History<'r> {
    records: Records<'r>,
    bad: Bad,
}

/// What was found.
#[derive(Default)]
pub struct Found {
    /// The states, by code.
    pub states: BTreeMap<String, State>,
    /// The newest snapshot with dossiers, without these.
    pub newest: Option<Arc<Snapshot>>,
    /// The codes that were met. All there are, when a dossier that was asked for was not found.
    pub known: BTreeSet<String>,
    /// Objects that could not be read, and why.
    pub bad: Vec<(String, String)>,
}

/// How much is wanted of a state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// What its snapshot says.
    Line,
    /// Where it was read, and what it lacks, too.
    Gaps,
}

/// The way to one state.
struct Search {
    state: Option<State>,
    is_done: bool,
}

impl<'r> History<'r> {
    /// The snapshots that fit. Nothing but heads is looked at.
    pub fn new(repository: &'r Repository, fits: impl Fn(&Head) -> bool) -> repo::Result<Self> {
        let (records, bad) = Records::new(repository, |head| head.dossiers > 0 && fits(head))?;
        Ok(Self { records, bad })
    }

    /// Those of one machine.
    #[must_use]
    pub fn of_host(&self, host: &str) -> Self {
        Self { records: self.records.filter(|record| record.host == host), bad: self.bad.clone() }
    }

    /// Objects that are no snapshots any more, and why.
    pub fn bad(&self) -> &[(String, String)] {
        &self.bad
    }

    /// The newest state of each of these dossiers, with what it lacks.
    pub fn find(&self, codes: &[&str], stop: &Stop) -> repo::Result<Found> {
        self.search(Some(codes), Wish::Gaps, stop)
    }

    /// The states that the newest snapshot with dossiers has of them, also of those that have none.
    pub fn newest(&self, stop: &Stop) -> repo::Result<Found> {
        self.search(None, Wish::Gaps, stop)
    }

    /// The newest state of each dossier that the newest snapshots name, each of another machine or other roots, and the codes of those that
    /// have none.
    pub fn all(&self, stop: &Stop) -> repo::Result<(Found, Vec<String>)> {
        let (mut codes, mut bad) = (BTreeSet::new(), Vec::new());
        for head in self.records.newest_of_each() {
            stop.check()?;
            let record = self.records.read(head.id, &mut bad)?.map(|snapshot| snapshot.record);
            codes.extend(record.into_iter().flat_map(|record| record.dossiers).map(|line| line.code));
        }
        let wanted: Vec<&str> = codes.iter().map(String::as_str).collect();
        let found = self.find(&wanted, stop)?;
        let without = codes.iter().filter(|code| !found.states.contains_key(*code)).cloned().collect();
        Ok((found, without))
    }

    /// The machines whose snapshots these are.
    pub fn hosts(&self) -> BTreeSet<&str> {
        self.records.heads().iter().map(|head| head.record.host.as_str()).collect()
    }

    /// Whether there is no snapshot with dossiers.
    pub fn is_empty(&self) -> bool {
        self.records.heads().is_empty()
    }

    /// What the newest snapshots say of these dossiers.
    pub(super) fn lines(&self, codes: &[&str], stop: &Stop) -> repo::Result<BTreeMap<String, Line>> {
        let found = self.search(Some(codes), Wish::Line, stop)?;
        Ok(found.states.into_iter().map(|(code, state)| (code, state.line)).collect())
    }

    fn search(&self, codes: Option<&[&str]>, wish: Wish, stop: &Stop) -> repo::Result<Found> {
        let mut found = Found::default();
        let start = |code: &&str| ((*code).to_owned(), Search { state: None, is_done: false });
        let mut searches: BTreeMap<String, Search> = codes.unwrap_or_default().iter().map(start).collect();
        for head in self.records.heads() {
            let is_first = codes.is_none() && found.newest.is_none();
            if !is_first && searches.values().all(|search| search.is_done) {
                break;
            }
            stop.check()?;
            let Some(mut snapshot) = self.records.read(head.id, &mut found.bad)? else { continue };
            let lines = std::mem::take(&mut snapshot.record.dossiers);
            let snapshot = Arc::new(snapshot);
            if is_first {
                let started = |line: &Line| {
                    let state = State { line: line.clone(), snapshot: Arc::clone(&snapshot), origin: None };
                    (line.code.clone(), Search { is_done: !is_state(line), state: Some(state) })
                };
                searches = lines.iter().map(started).collect();
            }
            for line in &lines {
                if !found.known.contains(&line.code) {
                    found.known.insert(line.code.clone());
                }
                if let Some(search) = searches.get_mut(&line.code).filter(|search| !search.is_done) {
                    search.meet(&snapshot, line, wish);
                }
            }
            found.newest.get_or_insert(snapshot);
        }
        found.states = searches.into_iter().filter_map(|(code, search)| Some((code, search.state?))).collect();
        Ok(found)
    }
}

impl Search {
    /// A record has a line of the dossier.
    fn meet(&mut self, snapshot: &Arc<Snapshot>, line: &Line, wish: Wish) {
        if self.state.is_none() && is_state(line) {
            self.state = Some(State { line: line.clone(), snapshot: Arc::clone(snapshot), origin: None });
        }
        let Some(state) = &mut self.state else { return };
        match &mut state.origin {
            _ if wish == Wish::Line => self.is_done = true,
            None if is_read(line) && (&line.tree, line.evidence) == (&state.line.tree, state.line.evidence) => {
                let origin = Origin::new(Arc::clone(snapshot), line.clone());
                self.is_done = origin.gaps.is_empty();
                state.origin = Some(origin);
            }
            // Whoever read it before that did not read this state.
            None => self.is_done = line.since < state.line.since,
            Some(origin) if origin.snapshot.record.host == snapshot.record.host => self.is_done = origin.learn(line),
            Some(_) => {}
        }
    }
}
