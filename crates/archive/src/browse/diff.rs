//! What differs between two trees: both are walked side by side, in the order of names. Folders with the same content are not entered, so
//! it costs what differs.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use liasse_repo::format::content::Content;
use liasse_repo::format::tree::{Entry, Metadata, Node};
use liasse_repo::{Error as RepoError, Reader, Repository, Scratch, TreeWalk};

use super::Browse;
use crate::error::{Error, Result};
use crate::list::Found;
use crate::restore::Lost;

/// How an entry differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Only the later tree has it.
    Added,
    /// Only the earlier tree has it.
    Removed,
    /// Its bytes, where it leads, or which device it is.
    Content,
    /// Nothing else than its metadata.
    Metadata,
    /// It is something else: a file that became a folder.
    Type,
}

/// Something that differs.
#[derive(Debug)]
pub struct Difference<'d> {
    /// Where it is.
    pub path: &'d [u8],
    /// How it differs.
    pub change: Change,
    /// As it was.
    pub before: Option<&'d Entry>,
    /// As it is.
    pub after: Option<&'d Entry>,
}

impl Difference<'_> {
    /// Which of its metadata differ, if it is in both trees: `mode`, `owner`, `mtime`, `xattrs`, `links` (whether it has further names),
    /// `windows`.
    pub fn metadata(&self) -> Vec<&'static str> {
        match (self.before, self.after) {
            (Some(before), Some(after)) => differing(&before.metadata, &after.metadata),
            _ => Vec::new(),
        }
    }
}

/// Is told every difference, a folder before what is in it; breaks off when it has had enough.
pub type EachDifference<'e> = &'e mut dyn FnMut(&Difference<'_>) -> ControlFlow<()>;

/// What becomes of a folder of which only the earlier state cannot be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenLost {
    /// What is in it is not compared.
    PassOver,
    /// All that is in the later state counts as added.
    AsAdded,
}

impl Browse<'_> {
    /// Tells what differs between two trees at a path and below it, and gives the folders that could not be compared because they cannot
    /// be read.
    pub fn diff(&mut self, before: &Content, after: &Content, path: &[u8], each: EachDifference<'_>) -> Result<Vec<Lost>> {
        let sides = [before, after].map(|root| match self.find(root, path) {
            Err(Error::NotInSnapshot { .. }) => Ok(None),
            found => found.map(Some),
        });
        let [before, after] = sides;
        let (before, after) = (before?, after?);
        if before.is_none() && after.is_none() {
            return Err(Error::NotInSnapshot { path: String::from_utf8_lossy(path).into_owned() });
        }
        let mut walk = Walk::new(&self.reader, &mut self.scratch, WhenLost::PassOver, each);
        walk.path.extend_from_slice(path);
        while walk.path.last() == Some(&b'/') {
            walk.path.pop();
        }
        let (before, after) = (Start::of(before), Start::of(after));
        let flow = walk.pair(before.entry.as_ref(), after.entry.as_ref());
        if flow.is_continue() {
            walk.enter(before.tree(), after.tree());
            while walk.step(&mut || self.stop.check())?.is_continue() {}
        }
        Ok(walk.lost)
    }

    /// The same over whole trees, for searches; the earlier one may be missing.
    pub(super) fn diff_roots(&mut self, before: Option<&Content>, after: &Content, each: EachDifference<'_>) -> Result<Vec<Lost>> {
        let mut walk = Walk::new(&self.reader, &mut self.scratch, WhenLost::AsAdded, each);
        walk.enter(before, Some(after));
        while walk.step(&mut || self.stop.check())?.is_continue() {}
        Ok(walk.lost)
    }
}

/// Where a comparison starts on one side.
struct Start {
    entry: Option<Entry>,
    root: Option<Content>,
}

impl Start {
    fn of(found: Option<Found>) -> Self {
        match found {
            None => Self { entry: None, root: None },
            Some(Found::Root(tree)) => Self { entry: None, root: Some(tree) },
            Some(Found::Entry(entry)) => Self { entry: Some(*entry), root: None },
        }
    }

    fn tree(&self) -> Option<&Content> {
        self.root.as_ref().or_else(|| self.entry.as_ref().and_then(tree_of))
    }
}

fn tree_of(entry: &Entry) -> Option<&Content> {
    match &entry.node {
        Node::Directory { tree, .. } => Some(tree),
        _ => None,
    }
}

/// One side of a folder: its entries, with the next one at hand.
struct Side<'r> {
    walk: Option<TreeWalk<'r>>,
    next: Option<Entry>,
}

impl<'r> Side<'r> {
    fn new(reader: &'r Reader<'r>, tree: Option<&Content>) -> Self {
        Self { walk: tree.map(|tree| TreeWalk::new(reader, tree)), next: None }
    }

    /// Makes sure that the next entry is at hand, if there is one.
    fn look(&mut self, scratch: &mut Scratch) -> Result<(), RepoError> {
        if let (None, Some(walk)) = (&self.next, &mut self.walk) {
            self.next = walk.next(scratch)?;
            if self.next.is_none() {
                self.walk = None;
            }
        }
        Ok(())
    }
}

/// A folder that is compared.
struct Level<'r> {
    before: Side<'r>,
    after: Side<'r>,
    /// Bytes of its path.
    length: usize,
}

/// The way through both trees. A stack of our own: trees may be deeper than the thread's.
struct Walk<'w, 'e> {
    reader: &'w Reader<'w>,
    scratch: &'w mut Scratch,
    when_lost: WhenLost,
    each: EachDifference<'e>,
    path: Vec<u8>,
    levels: Vec<Level<'w>>,
    lost: Vec<Lost>,
}

impl<'w, 'e> Walk<'w, 'e> {
    fn new(reader: &'w Reader<'w>, scratch: &'w mut Scratch, when_lost: WhenLost, each: EachDifference<'e>) -> Self {
        Self { reader, scratch, when_lost, each, path: Vec::new(), levels: Vec::new(), lost: Vec::new() }
    }

    /// Goes into the folder at the present path, unless both sides are the same.
    fn enter(&mut self, before: Option<&Content>, after: Option<&Content>) {
        let is_same = matches!((before, after), (Some(before), Some(after)) if (before.size, before.hash) == (after.size, after.hash));
        if is_same || before.is_none() && after.is_none() {
            return;
        }
        let [before, after] = [before, after].map(|tree| Side::new(self.reader, tree));
        self.levels.push(Level { before, after, length: self.path.len() });
    }

    /// Compares the next entry; breaks at the end.
    fn step(&mut self, go_on: &mut dyn FnMut() -> Result<(), RepoError>) -> Result<ControlFlow<()>> {
        go_on()?;
        let Some(level) = self.levels.last_mut() else { return Ok(ControlFlow::Break(())) };
        self.path.truncate(level.length);
        if let Err(error) = level.before.look(self.scratch) {
            self.lose(error, self.when_lost == WhenLost::AsAdded)?;
            return Ok(ControlFlow::Continue(()));
        }
        if let Err(error) = level.after.look(self.scratch) {
            self.lose(error, false)?;
            return Ok(ControlFlow::Continue(()));
        }
        let order = match (&level.before.next, &level.after.next) {
            (None, None) => {
                self.levels.pop();
                return Ok(ControlFlow::Continue(()));
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.name.cmp(&after.name),
        };
        let before = level.before.next.take_if(|_| order.is_le());
        let after = level.after.next.take_if(|_| order.is_ge());
        let Some(either) = before.as_ref().or(after.as_ref()) else { return Ok(ControlFlow::Continue(())) };
        self.path.push(b'/');
        self.path.extend_from_slice(either.name.as_bytes());
        let flow = self.pair(before.as_ref(), after.as_ref());
        self.enter(before.as_ref().and_then(tree_of), after.as_ref().and_then(tree_of));
        Ok(flow)
    }

    /// Tells how the entry at the present path differs, if it does.
    fn pair(&mut self, before: Option<&Entry>, after: Option<&Entry>) -> ControlFlow<()> {
        let change = match (before, after) {
            (Some(before), Some(after)) => change(before, after),
            (Some(_), None) => Some(Change::Removed),
            (None, Some(_)) => Some(Change::Added),
            (None, None) => None,
        };
        let Some(change) = change else { return ControlFlow::Continue(()) };
        (self.each)(&Difference { path: &self.path, change, before, after })
    }

    /// Notes that the folder of the last level cannot be read, and leaves it, or goes on with its later state alone.
    fn lose(&mut self, error: RepoError, goes_on: bool) -> Result<()> {
        let repository: &Repository = self.reader.repository();
        let cause = repository.as_partial(error)?.to_string();
        self.lost.push(Lost { path: self.path.clone(), cause, damage: true });
        match self.levels.last_mut() {
            Some(level) if goes_on => level.before = Side::new(self.reader, None),
            _ => _ = self.levels.pop(),
        }
        Ok(())
    }
}

fn change(before: &Entry, after: &Entry) -> Option<Change> {
    if before.node.type_number() != after.node.type_number() {
        return Some(Change::Type);
    }
    if !is_same_content(&before.node, &after.node) {
        return Some(Change::Content);
    }
    (!differing(&before.metadata, &after.metadata).is_empty()).then_some(Change::Metadata)
}

/// Whether two nodes of one type hold the same. How a content is cut and what lies below a folder does not count.
pub(super) fn is_same_content(before: &Node, after: &Node) -> bool {
    match (before, after) {
        (Node::File(before), Node::File(after)) => (before.size, before.hash) == (after.size, after.hash),
        (Node::Directory { .. }, Node::Directory { .. }) => true,
        (before, after) => before == after,
    }
}

fn differing(before: &Metadata, after: &Metadata) -> Vec<&'static str> {
    let owner = |metadata: &Metadata| (metadata.uid, metadata.gid, metadata.user.clone(), metadata.group.clone());
    let windows = |metadata: &Metadata| (metadata.windows_attributes, metadata.windows_security.clone());
    let fields = [
        ("mode", before.mode != after.mode),
        ("owner", owner(before) != owner(after)),
        ("mtime", before.mtime != after.mtime),
        ("xattrs", before.xattrs != after.xattrs),
        // The number of a group means nothing in another snapshot.
        ("links", before.hard_link.is_some() != after.hard_link.is_some()),
        ("windows", windows(before) != windows(after)),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}
