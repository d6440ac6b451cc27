//! What differs between two states that stand beside each other: which states there are, and the differences of their trees. It has a reader
//! of its own, made when somebody compares. Must never keep more of what differs than whoever asks takes.

use std::sync::{Arc, Mutex, PoisonError};

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::ids::SessionId;
use liasse_archive::repo::format::time::Time;
use liasse_archive::repo::{Error as RepoError, Head, Reader, Repository, Stop};
use liasse_archive::{Browse, EachDifference, Error as ArchiveError, is_within};

use super::walked::Walked;
use crate::error::{Error, Result};
use crate::view::{StateAt, View};

/// Bytes of opened blocks that the reader keeps: trees are small, and read in order.
const CACHE_BYTES: usize = 8 << 20;
const BY_DATE: &[u8] = b"by-date";

/// A reader, and which snapshots there were when it was made.
type Kept = Option<(Vec<SessionId>, Arc<Reader<'static>>)>;

/// Compares states.
pub(super) struct Comparer {
    repository: Arc<Repository>,
    reader: Mutex<Kept>,
}

/// The states that stand beside each other, and what of them a path means.
pub(super) struct Beside {
    /// The folder of the states.
    pub(super) folder: Vec<Vec<u8>>,
    /// By time.
    pub(super) states: Vec<StateAt>,
    /// The state that the path names, by its number; none where it ends at their folder.
    pub(super) named: Option<usize>,
    /// What is meant in each state.
    pub(super) below: Vec<Vec<u8>>,
}

impl Beside {
    /// What a path means.
    pub(super) fn of(view: &Arc<View>, path: &[Vec<u8>]) -> Result<Self> {
        let (first, rest) = path.split_first().ok_or(Error::Missing)?;
        let (folder, depth) = match first.as_slice() {
            b"dossiers" if !rest.is_empty() => (path.get(..2).unwrap_or_default().to_vec(), 2),
            b"latest" => (vec![BY_DATE.to_vec()], 0),
            b"by-date" | b"snapshots" => (vec![BY_DATE.to_vec()], 1),
            _ => return Err(Error::Missing),
        };
        let states = view.states(Walked::to(view, &folder)?.id())?;
        if depth == 0 {
            return Ok(Self { folder, named: states.len().checked_sub(1), states, below: rest.to_vec() });
        }
        let Some(name) = path.get(depth) else { return Ok(Self { folder, states, named: None, below: Vec::new() }) };
        let time = time_of(view, path.get(..depth).unwrap_or_default(), name)?;
        let named = Some(states.iter().position(|state| state.time == time).ok_or(Error::Missing)?);
        Ok(Self { folder, states, named, below: path.get(depth + 1..).unwrap_or_default().to_vec() })
    }

    /// The last state of a day, or before it.
    pub(super) fn until(&self, day: &str) -> Option<usize> {
        self.states.iter().rposition(|state| day_of(state) <= day)
    }

    /// What is meant in a state, and something below that.
    pub(super) fn path<'p>(&'p self, state: &'p str, below: &[&'p [u8]]) -> Vec<&'p [u8]> {
        let names = self.folder.iter().map(Vec::as_slice).chain([state.as_bytes()]);
        names.chain(self.below.iter().map(Vec::as_slice)).chain(below.iter().copied()).collect()
    }
}

/// The day of a state, with which its name begins.
pub(super) fn day_of(state: &StateAt) -> &str {
    state.name.get(..10).unwrap_or_default()
}

/// When the state of a name was.
fn time_of(view: &Arc<View>, folder: &[Vec<u8>], name: &[u8]) -> Result<Time> {
    let folder = Walked::to(view, folder)?;
    let listing = view.begin_list(folder.id())?;
    let mut time = None;
    view.list(&listing, 0, &mut |item| {
        if item.name == name {
            time = Some(item.attributes.mtime);
        }
        time.is_none()
    })?;
    time.ok_or(Error::Missing)
}

/// One side of a comparison.
struct Side {
    tree: Content,
    is_whole: bool,
}

impl Comparer {
    pub(super) fn new(repository: Arc<Repository>) -> Self {
        Self { repository, reader: Mutex::default() }
    }

    /// The state that a state is compared with if nobody says with which: the one before it, of the same machine.
    pub(super) fn before(&self, beside: &Beside, number: usize) -> Result<Option<usize>> {
        if beside.folder.len() > 1 {
            return Ok(number.checked_sub(1));
        }
        let heads = self.repository.heads()?;
        let host = |number: usize| head(&heads, beside, number).map(|head| head.record.host.as_str());
        let own = host(number);
        Ok((0..number).rev().find(|number| host(*number) == own))
    }

    /// Tells what differs, at a path and below it, between two states. Gives how many folders could not be compared, and whether each state
    /// has all that was to be saved.
    pub(super) fn compare(&self, beside: &Beside, numbers: [usize; 2], stop: &Stop, each: EachDifference<'_>) -> Result<(usize, bool)> {
        let heads = self.repository.heads()?;
        let [before, after] = numbers.map(|number| self.side(&heads, beside, number));
        let (before, after) = (before?, after?);
        let path = beside.below.join(&b'/');
        let compared = Browse::over(self.reader(&heads)?, stop).and_then(|mut browse| browse.diff(&before.tree, &after.tree, &path, each));
        match compared {
            Ok(lost) => Ok((lost.len(), before.is_whole && after.is_whole)),
            Err(ArchiveError::NotInSnapshot { .. } | ArchiveError::NotAFolder { .. }) => Err(Error::Missing),
            Err(ArchiveError::Repo(error)) => Err(error.into()),
            Err(_) => Err(RepoError::Internal("a comparison of two states").into()),
        }
    }

    fn side(&self, heads: &[Head], beside: &Beside, number: usize) -> Result<Side> {
        let [_, code] = beside.folder.as_slice() else {
            let record = &head(heads, beside, number).ok_or(Error::Missing)?.record;
            return Ok(Side { tree: record.root.clone(), is_whole: record.statistics.unread == 0 });
        };
        let since = beside.states.get(number).ok_or(Error::Missing)?.time;
        // The run that read it is of that time; where it was forgotten, those after it may have the state too.
        for head in heads.iter().filter(|head| head.made >= since) {
            let record = match self.repository.snapshot(head.id) {
                Ok(Some(snapshot)) => snapshot.record,
                Ok(None) => continue,
                Err(error) => {
                    self.repository.as_partial(error)?;
                    continue;
                }
            };
            if let Some(line) = record.dossiers.iter().find(|line| line.code.as_bytes() == code && line.since.min(head.made) == since) {
                let touches = |unread: &[u8]| is_within(unread, &line.path) || is_within(&line.path, unread);
                // The record names some of them only.
                let unnamed = record.statistics.unread > record.unread.len() as u64;
                let is_whole = !unnamed && !record.unread.iter().any(|unread| touches(&unread.path));
                return Ok(Side { tree: line.tree.clone(), is_whole });
            }
        }
        Err(Error::Missing)
    }

    /// What reads all that these snapshots have. One that was made when there were others is let go.
    fn reader(&self, heads: &[Head]) -> Result<Arc<Reader<'static>>> {
        let now: Vec<SessionId> = heads.iter().map(|head| head.id).collect();
        let mut kept = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, reader)) = kept.as_ref().filter(|(then, _)| *then == now) {
            return Ok(Arc::clone(reader));
        }
        *kept = None;
        let reader = Arc::new(self.repository.shared_reader(CACHE_BYTES)?);
        *kept = Some((now, Arc::clone(&reader)));
        Ok(reader)
    }
}

/// The head of a state. Of several of one time, both lists have the same order.
fn head<'h>(heads: &'h [Head], beside: &Beside, number: usize) -> Option<&'h Head> {
    let time = beside.states.get(number)?.time;
    let nth = beside.states.get(..number)?.iter().filter(|state| state.time == time).count();
    heads.iter().filter(|head| head.made == time).nth(nth)
}
