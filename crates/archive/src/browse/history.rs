//! The versions of one file through many trees. A tree that was looked into is remembered by its content, and not read again.

use std::collections::HashMap;

use liasse_repo::format::content::Content;
use liasse_repo::format::ids::Hash;
use liasse_repo::format::tree::Node;
use liasse_repo::{Error as RepoError, TreeWalk};

use super::{Browse, Seen};
use crate::error::Result;

/// A tree at a time.
#[derive(Debug)]
pub struct Moment<'m> {
    /// The tree.
    pub tree: &'m Content,
    /// What was backed up together: moments of different series say nothing of each other.
    pub series: usize,
    /// Whether what is not in the tree was not there. Otherwise it may only not have been read.
    pub is_whole: bool,
}

/// A version, or an absence, from a moment to another.
#[derive(Debug, Clone)]
pub struct Span {
    /// Of which series.
    pub series: usize,
    /// The first moment that has it, by its number.
    pub first: usize,
    /// The last one before another version or absence.
    pub last: usize,
    /// How many moments have it.
    pub moments: u64,
    /// The version; none where it was absent.
    pub seen: Option<Seen>,
}

/// All versions of a file.
#[derive(Debug, Default)]
pub struct History {
    /// Versions and the gaps between them, by series and time. A series begins with a version.
    pub spans: Vec<Span>,
    /// Moments of which it cannot be read, and why.
    pub lost: Vec<(usize, String)>,
}

/// What a tree holds at the rest of the path, by how far down it is and its content.
type Known = HashMap<(usize, u64, Hash), Option<Seen>>;

impl Browse<'_> {
    /// Finds the versions of what is at a path. `moments` are in the order of time.
    pub fn history(&mut self, path: &[u8], moments: &[Moment<'_>]) -> Result<History> {
        let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()).collect();
        let mut known = Known::new();
        let mut history = History::default();
        let mut last: HashMap<usize, Span> = HashMap::new();
        for (number, moment) in moments.iter().enumerate() {
            self.stop.check()?;
            let seen = match self.look_up(moment.tree, &names, &mut known) {
                Ok(seen) => seen,
                Err(error) => {
                    history.lost.push((number, self.reader.repository().as_partial(error)?.to_string()));
                    continue;
                }
            };
            if seen.is_none() && (!moment.is_whole || !last.contains_key(&moment.series)) {
                continue;
            }
            let is_same = |span: &Span| match (&span.seen, &seen) {
                (Some(before), Some(now)) => before.is_same(now),
                (before, now) => before.is_none() && now.is_none(),
            };
            if let Some(span) = last.get_mut(&moment.series).filter(|span| is_same(span)) {
                (span.last, span.moments) = (number, span.moments + 1);
                continue;
            }
            let span = Span { series: moment.series, first: number, last: number, moments: 1, seen };
            history.spans.extend(last.insert(moment.series, span));
        }
        history.spans.extend(last.into_values());
        history.spans.sort_by_key(|span| (span.series, span.first));
        Ok(history)
    }

    /// What a tree has at a path. What is learnt of the trees on the way is kept.
    fn look_up(&mut self, root: &Content, names: &[&[u8]], known: &mut Known) -> Result<Option<Seen>, RepoError> {
        let mut tree = root.clone();
        let mut way = Vec::new();
        let mut found = None;
        for (depth, name) in names.iter().enumerate() {
            let key = (depth, tree.size, tree.hash);
            if let Some(seen) = known.get(&key) {
                found.clone_from(seen);
                break;
            }
            way.push(key);
            let mut walk = TreeWalk::new(&self.reader, &tree);
            let entry = loop {
                match walk.next(&mut self.scratch)? {
                    Some(entry) if entry.name.as_bytes() < *name => {}
                    other => break other.filter(|entry| entry.name.as_bytes() == *name),
                }
            };
            let Some(entry) = entry else { break };
            match &entry.node {
                _ if depth + 1 == names.len() => found = Some(Seen::of(&entry)),
                Node::Directory { tree: below, .. } => tree = below.clone(),
                _ => break,
            }
        }
        known.extend(way.into_iter().map(|key| (key, found.clone())));
        Ok(found)
    }
}
