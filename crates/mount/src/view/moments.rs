//! What there is to choose from: the snapshots by id and by day, and the dossiers of each. Looked at again when somebody looks, at most
//! every few seconds, so that new snapshots appear. A repository that is away leaves what was known.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::ids::SessionId;
use liasse_archive::repo::format::snapshot::{Dossier, Snapshot as Record, Statistics};
use liasse_archive::repo::format::time::Time;
use liasse_archive::repo::format::tree::Name;
use liasse_archive::repo::store::Area;
use liasse_archive::repo::{Claim, Repository, Result, in_order, now};

use super::source::{Source, lock};
use super::state::State;
use super::{LocalTime, Options};

/// Most dossiers of which the states are kept.
const MOST_DOSSIERS: usize = 64;

/// A folder that no snapshot has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Made {
    /// The view itself.
    Root,
    /// A folder for each day.
    ByDate,
    /// A folder for each dossier.
    Dossiers,
    /// A folder for each state of a dossier.
    Dossier(String),
    /// A folder for each snapshot.
    Snapshots,
}

/// What has a name in such a folder.
#[derive(Debug, Clone)]
pub(super) enum Child {
    /// Another.
    Made(Made),
    /// A state.
    State(Arc<Shape>),
}

/// A state that has a name.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) state: State,
    /// What is in it.
    pub(super) tree: Content,
    /// Tells it from others that may have its name.
    pub(super) salt: [u8; 16],
    /// The machine it is of; empty for dossiers, which are told apart by their codes.
    pub(super) host: Arc<str>,
}

/// Names, ascending, and what they stand for.
pub(super) type Children = Arc<[(String, Child)]>;

/// A snapshot, without its lists.
#[derive(Debug, Clone)]
struct Moment {
    id: SessionId,
    claim: Claim,
    /// When it was made, as far as its writer's clock can be believed.
    time: Time,
    root: Content,
    statistics: Statistics,
    host: Arc<str>,
}

impl Moment {
    fn of(id: SessionId, record: &Record) -> Self {
        Self {
            id,
            claim: Claim::of(record),
            time: record.time,
            root: record.root.clone(),
            statistics: record.statistics,
            host: record.host.as_str().into(),
        }
    }
}

/// A state of a dossier: when it was read, what is in it, and the last snapshot that has it.
#[derive(Debug, Clone)]
struct DossierState {
    id: SessionId,
    tree: Content,
    root: Content,
    path: Vec<u8>,
}

/// The states of one dossier, and how many moments were searched for them.
#[derive(Default, Clone)]
struct DossierStates {
    searched: HashSet<SessionId>,
    states: BTreeMap<Time, DossierState>,
}

/// What is known.
#[derive(Default)]
struct Known {
    look: u64,
    looked: Option<Instant>,
    /// Slots that hold no snapshot, or one that cannot be believed.
    passed_over: HashSet<SessionId>,
    /// In the order in which they were made.
    moments: Vec<Arc<Moment>>,
    /// Codes of all dossiers, and the moments that were searched for them.
    codes: BTreeSet<String>,
    searched: HashSet<SessionId>,
    dossiers: HashMap<String, DossierStates>,
    /// What was made of all this.
    children: HashMap<Made, (u64, Children)>,
}

/// What there is to choose from.
pub(super) struct Moments {
    known: Mutex<Known>,
}

impl Moments {
    pub(super) fn new(source: &Source, options: &Options) -> Result<Self> {
        let moments = Self { known: Mutex::default() };
        let mut known = lock(&moments.known);
        let heads = source.repository().heads()?;
        known.moments = heads.iter().map(|head| Arc::new(Moment::of(head.id, &head.record))).collect();
        known.look_again(source, options)?;
        drop(known);
        Ok(moments)
    }

    /// Files and bytes of the newest snapshot, and its time.
    pub(super) fn newest(&self) -> Option<(Statistics, Time)> {
        lock(&self.known).moments.last().map(|moment| (moment.statistics, moment.time))
    }

    /// What is in a folder. Trouble on the way is told to `tell`, and what is known already is given.
    pub(super) fn children(&self, source: &Source, options: &Options, made: &Made) -> Result<Children> {
        let mut known = lock(&self.known);
        if known.looked.is_none_or(|looked| looked.elapsed() >= options.look_every)
            && let Err(error) = known.look_again(source, options)
        {
            known.looked = Some(Instant::now());
            (options.tell)(&super::Trouble { path: Vec::new(), cause: error.to_string() });
        }
        if let Some((_, children)) = known.children.get(made).filter(|(look, _)| *look == known.look) {
            return Ok(Arc::clone(children));
        }
        let mut children = match made {
            Made::Root => known.root(),
            Made::ByDate => known.by_date(&options.local),
            Made::Snapshots => known.by_id(),
            Made::Dossiers => known.codes(source)?,
            Made::Dossier(code) => known.dossier(source, code, &options.local)?,
        };
        children.sort_by(|a, b| a.0.cmp(&b.0));
        children.dedup_by(|a, b| a.0 == b.0);
        let children: Children = children.into();
        if known.children.len() > MOST_DOSSIERS {
            known.children.clear();
        }
        let look = known.look;
        known.children.insert(made.clone(), (look, Arc::clone(&children)));
        Ok(children)
    }
}

impl Known {
    /// Reads the snapshots that are new.
    fn look_again(&mut self, source: &Source, options: &Options) -> Result<()> {
        let repository = source.repository();
        let listed = repository.store().list(Area::Snapshots)?;
        let ids: HashSet<SessionId> = listed.iter().filter_map(|listed| SessionId::from_hex(&listed.name)).collect();
        let known: HashSet<SessionId> = self.moments.iter().map(|moment| moment.id).collect();
        let before = self.moments.len();
        self.moments.retain(|moment| ids.contains(&moment.id));
        let mut is_news = self.moments.len() != before || self.looked.is_none();
        for id in ids {
            if known.contains(&id) || self.passed_over.contains(&id) {
                continue;
            }
            match repository.snapshot(id) {
                Ok(Some(snapshot)) => {
                    self.moments.push(Arc::new(Moment::of(id, &snapshot.record)));
                    is_news = true;
                }
                Ok(None) => _ = self.passed_over.insert(id),
                Err(error) => {
                    let error = repository.as_partial(error)?;
                    self.passed_over.insert(id);
                    (options.tell)(&super::Trouble { path: format!("snapshots/{id}").into_bytes(), cause: error.to_string() });
                }
            }
        }
        self.looked = Some(Instant::now());
        if is_news {
            self.put_in_order();
            self.look += 1;
            source.looked(self.look);
        }
        Ok(())
    }

    fn put_in_order(&mut self) {
        let claims: Vec<_> = self.moments.iter().map(|moment| (moment.id, moment.claim)).collect();
        let place = |(number, time): (usize, Time)| Some(Arc::new(Moment { time, ..(**self.moments.get(number)?).clone() }));
        self.moments = in_order(&claims, now()).into_iter().filter_map(place).collect();
    }

    fn root(&self) -> Vec<(String, Child)> {
        let made = [("by-date", Made::ByDate), ("dossiers", Made::Dossiers), ("snapshots", Made::Snapshots)];
        let mut children: Vec<_> = made.into_iter().map(|(name, made)| (name.to_owned(), Child::Made(made))).collect();
        children.extend(self.moments.last().map(|last| self.snapshot("latest", "latest".to_owned(), last)));
        children
    }

    fn by_id(&self) -> Vec<(String, Child)> {
        self.moments.iter().map(|moment| self.snapshot(&format!("snapshots/{}", moment.id), moment.id.to_string(), moment)).collect()
    }

    fn by_date(&self, local: &LocalTime) -> Vec<(String, Child)> {
        let times: Vec<Time> = self.moments.iter().map(|moment| moment.time).collect();
        let named = names(&times, local).into_iter();
        named
            .filter_map(|(name, number)| {
                let moment = self.moments.get(number)?;
                Some(self.snapshot(&format!("by-date/{name}"), name, moment))
            })
            .collect()
    }

    fn snapshot(&self, place: &str, name: String, moment: &Moment) -> (String, Child) {
        let state = State { place: place.as_bytes().to_vec(), time: moment.time, look: self.look, dossier: None };
        (name, Child::State(Arc::new(Shape { state, tree: moment.root.clone(), salt: moment.id.0, host: Arc::clone(&moment.host) })))
    }

    fn codes(&mut self, source: &Source) -> Result<Vec<(String, Child)>> {
        for moment in &self.moments {
            if self.searched.contains(&moment.id) {
                continue;
            }
            let codes = record(source.repository(), moment.id)?.map(|record| record.dossiers).unwrap_or_default();
            // A code of a hostile record that is no name cannot be shown.
            self.codes.extend(
                codes.into_iter().filter(has_state).map(|dossier| dossier.code).filter(|code| Name::new(code.as_bytes()).is_some()),
            );
            self.searched.insert(moment.id);
        }
        Ok(self.codes.iter().map(|code| (code.clone(), Child::Made(Made::Dossier(code.clone())))).collect())
    }

    fn dossier(&mut self, source: &Source, code: &str, local: &LocalTime) -> Result<Vec<(String, Child)>> {
        let mut found = self.dossiers.remove(code).unwrap_or_default();
        for moment in &self.moments {
            if found.searched.contains(&moment.id) {
                continue;
            }
            let line = record(source.repository(), moment.id)?.and_then(|mut record| {
                let at = record.dossiers.binary_search_by(|dossier| dossier.code.as_str().cmp(code)).ok()?;
                Some(record.dossiers.swap_remove(at))
            });
            found.searched.insert(moment.id);
            if let Some(line) = line.filter(has_state) {
                let state = DossierState { id: moment.id, tree: line.tree, root: moment.root.clone(), path: line.path };
                // A state is no newer than the snapshots that have it.
                found.states.insert(line.since.min(moment.time), state);
            }
        }
        let times: Vec<Time> = found.states.keys().copied().collect();
        let (look, host) = (self.look, Arc::from(""));
        let children = names(&times, local).into_iter().filter_map(|(name, number)| {
            let time = *times.get(number)?;
            let state = found.states.get(&time)?;
            let place = format!("dossiers/{code}/{name}").into_bytes();
            let shown = State { place, time, look, dossier: Some((state.root.clone(), state.path.clone())) };
            Some((
                name,
                Child::State(Arc::new(Shape { state: shown, tree: state.tree.clone(), salt: state.id.0, host: Arc::clone(&host) })),
            ))
        });
        let children = children.collect();
        if self.dossiers.len() >= MOST_DOSSIERS {
            self.dossiers.clear();
        }
        self.dossiers.insert(code.to_owned(), found);
        Ok(children)
    }
}

/// Whether a line has a state: not only the dossier's name.
fn has_state(line: &Dossier) -> bool {
    line.tree.size > 0 || line.evidence.0 != [0; 32]
}

/// A record; none where it was taken away or can no more be believed.
fn record(repository: &Repository, id: SessionId) -> Result<Option<Record>> {
    match repository.snapshot(id) {
        Ok(snapshot) => Ok(snapshot.map(|snapshot| snapshot.record)),
        Err(error) => repository.as_partial(error).map(|_| None),
    }
}

/// Names of moments, which are given ascending: of each day the last one, by the day; where there are several, all of them by day and clock.
/// One that has no day here, because no calendar has it, has no name.
fn names(times: &[Time], local: &LocalTime) -> Vec<(String, usize)> {
    let dated: Vec<(String, String, usize)> =
        times.iter().enumerate().filter_map(|(number, time)| local(*time).map(|(day, clock)| (day, clock, number))).collect();
    let mut days: BTreeMap<&str, Vec<(&str, usize)>> = BTreeMap::new();
    for (day, clock, number) in &dated {
        days.entry(day).or_default().push((clock, *number));
    }
    let mut names = Vec::new();
    for (day, moments) in days {
        if moments.len() > 1 {
            let mut before: HashMap<&str, usize> = HashMap::new();
            for (clock, number) in &moments {
                let same = before.entry(clock).or_default();
                *same += 1;
                let name = if *same == 1 { format!("{day}T{clock}") } else { format!("{day}T{clock}-{same}") };
                names.push((name, *number));
            }
        }
        names.extend(moments.iter().map(|(_, number)| *number).max().map(|last| (day.to_owned(), last)));
    }
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_day_is_its_last_snapshot_and_several_stand_beside_it() {
        let local: LocalTime = Box::new(|time| {
            (time.seconds() < 1000).then(|| (format!("2024-01-{:02}", 1 + time.seconds() / 100), format!("{:06}", time.seconds() % 100)))
        });
        let times = [5, 105, 110, 110, 3000].map(|seconds| Time::new(seconds, 0).unwrap());
        let expected =
            [("2024-01-01", 0), ("2024-01-02T000005", 1), ("2024-01-02T000010", 2), ("2024-01-02T000010-2", 3), ("2024-01-02", 3)];
        assert_eq!(names(&times, &local), expected.map(|(name, number)| (name.to_owned(), number)));
    }
}
