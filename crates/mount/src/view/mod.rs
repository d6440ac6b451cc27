//! A view: what a reader of the repository may look into, as folders and files. It knows no way in which it is shown.
//!
//! Nothing is copied or kept but caches with a bound and the nodes that were given out. Must never give out a byte that was not verified,
//! and never change anything.

mod ahead;
mod attributes;
mod folder;
mod layout;
mod lru;
mod moments;
mod names;
mod nodes;
mod reading;
mod source;
mod state;
#[cfg(test)]
mod tests;
mod through;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::snapshot::Dossier;
use liasse_archive::repo::format::time::Time;
use liasse_archive::repo::format::tree::{Entry, Node as Stored, Xattr};
use liasse_archive::repo::{Error as RepoError, Repository, Snapshot};

use crate::error::{Error, Result};
use ahead::Ahead;
pub use attributes::{Attributes, Kind};
use folder::{Folder, Folders, Within};
use layout::Layout;
use lru::Lru;
use moments::{Child, Children, Made, Moments};
use names::Names;
use nodes::{Node, Nodes, number_of, number_of_link};
use source::{Source, lock};
use state::State;
pub use through::StateAt;

/// The number of a node.
pub type NodeId = u64;

/// The node of the view's own folder.
pub const ROOT: NodeId = nodes::ROOT;

/// Most bytes of what is known of where files lie.
const LAYOUTS_COST: usize = 24 << 20;
/// Most troubles that are remembered, so that each is told once.
const MOST_TOLD: usize = 4_096;

/// What is shown.
#[derive(Debug)]
pub enum Shown {
    /// All dates, snapshots and dossiers, each in a folder.
    Everything,
    /// One snapshot.
    Snapshot(Box<Snapshot>),
    /// A dossier, as a snapshot has it.
    Dossier(Box<Snapshot>, Box<Dossier>),
}

/// A moment as it is called here: the day as `2024-12-31`, and the clock as `235959`. None for what no calendar has.
pub type LocalTime = Box<dyn Fn(Time) -> Option<(String, String)> + Send + Sync>;

/// Something that the repository does not give as it was stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Trouble {
    /// Where, in the view; empty for all of it.
    pub path: Vec<u8>,
    /// Why, with the object.
    pub cause: String,
}

/// How a view is made.
pub struct Options {
    /// Bytes of opened blocks and chunks that are kept.
    pub cache_bytes: usize,
    /// How long what was seen of the snapshots counts.
    pub look_every: Duration,
    /// Owner and group of folders that no snapshot has.
    pub owner: (u32, u32),
    /// How moments are called.
    pub local: LocalTime,
    /// Is told each trouble once.
    pub tell: Box<dyn Fn(&Trouble) + Send + Sync>,
}

/// A part of a folder.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name.
    pub name: Vec<u8>,
    /// What it is. Its number may be another once it is given out; of a folder that [`View::changes`] only its kind is known.
    pub attributes: Attributes,
    /// What goes after it in a listing.
    pub next: u64,
    /// Where it stands.
    whence: Whence,
}

/// Where an item stands.
#[derive(Debug, Clone)]
pub struct Whence(Place);

#[derive(Clone)]
enum Place {
    Child(Child),
    Entry(Arc<Folder>, u32, Option<Content>),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Child(child) => child.fmt(f),
            Self::Entry(folder, ordinal, _) => write!(f, "{ordinal} of {}", folder.number),
        }
    }
}

/// What a listing of a folder goes through: as it was when the listing began.
pub struct Listing {
    of: Listed,
}

enum Listed {
    Made(u64, Children),
    Folder(Arc<Folder>),
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes of all files.
    pub bytes: u64,
    /// Files, folders and others.
    pub entries: u64,
}

/// What a reader of the repository may look into.
pub struct View {
    source: Arc<Source>,
    folders: Folders,
    layouts: Mutex<Lru<u64, Arc<Layout>>>,
    nodes: Nodes,
    /// `None` where one state is all of the view.
    moments: Option<Moments>,
    space: Space,
    /// `None` where nobody asks how many names files have.
    names: Option<Names>,
    ahead: Ahead,
    told: Mutex<HashSet<Trouble>>,
    options: Options,
}

impl View {
    /// Makes a view. Needs a key that reads.
    pub fn new(repository: Arc<Repository>, shown: Shown, options: Options) -> Result<Self> {
        let source = Arc::new(Source::new(repository, options.cache_bytes)?);
        let space = |snapshot: &Snapshot| space_of(&snapshot.record.statistics);
        let of_state = |time, tree, dossier| {
            let state = State { place: Vec::new(), time, look: 0, dossier };
            Node::Folder(Folder::new(ROOT, tree, Within::State(state)), None)
        };
        let (moments, root, space) = match shown {
            Shown::Everything => (Some(Moments::new(&source, &options)?), Node::Made(Made::Root), Space { bytes: 0, entries: 0 }),
            Shown::Snapshot(snapshot) => {
                let space = space(&snapshot);
                (None, of_state(snapshot.record.time, snapshot.record.root, None), space)
            }
            Shown::Dossier(snapshot, line) => {
                let space = space(&snapshot);
                let within = Some((snapshot.record.root, line.path));
                (None, of_state(line.since, line.tree, within), space)
            }
        };
        Ok(Self {
            ahead: Ahead::new(&source, options.cache_bytes),
            source,
            folders: Folders::new(),
            layouts: Mutex::new(Lru::new(LAYOUTS_COST)),
            nodes: Nodes::new(root),
            moments,
            space,
            names: None,
            told: Mutex::default(),
            options,
        })
    }

    /// How much there is: in the newest snapshot, where all are shown.
    pub fn space(&self) -> Space {
        self.moments.as_ref().and_then(Moments::newest).map_or(self.space, |(statistics, _)| space_of(&statistics))
    }

    /// Whether what is in a folder may become something else while it is shown.
    pub fn changes(&self, node: NodeId) -> bool {
        matches!(self.nodes.get(node), Ok(Node::Made(_)))
    }

    /// Finds a name in a folder, and gives out its node.
    pub fn lookup(&self, folder: NodeId, name: &[u8]) -> Result<Attributes> {
        let item = match self.nodes.get(folder)? {
            Node::Made(made) => {
                let children = self.children(&made)?;
                let name = std::str::from_utf8(name).map_err(|_| Error::Missing)?;
                let at = children.binary_search_by(|(child, _)| child.as_str().cmp(name)).map_err(|_| Error::Missing)?;
                let (name, child) = children.get(at).ok_or(Error::Missing)?;
                let mut item = self.child_item(folder, name, child, at as u64);
                if let Child::State(shape) = child {
                    let root = Folder::new(item.attributes.id, shape.tree.clone(), Within::State(shape.state.clone()));
                    item.attributes = self.root_attributes(&root)?;
                }
                item
            }
            Node::Folder(folder, _) => {
                let found = self.folders.find(&self.source, &folder, name);
                let (ordinal, entry) = self.told(found, || joined(&folder, name))?.ok_or(Error::Missing)?;
                self.item_of(&folder, ordinal, entry)
            }
            Node::Entry(..) => return Err(Error::NotAFolder),
        };
        Ok(Attributes { id: self.hold(&item), ..item.attributes })
    }

    /// Gives out the node of an item, and its number.
    pub fn hold(&self, item: &Item) -> NodeId {
        let number = item.attributes.id;
        match &item.whence.0 {
            Place::Child(Child::Made(made)) => {
                self.nodes.give(number, |node| matches!(node, Node::Made(same) if same == made), |_| Node::Made(made.clone()))
            }
            Place::Child(Child::State(shape)) => self.nodes.give(
                number,
                |node| matches!(node, Node::Folder(same, None) if same.tree == shape.tree && same.state().0.place == shape.state.place),
                |number| Node::Folder(Folder::new(number, shape.tree.clone(), Within::State(shape.state.clone())), None),
            ),
            Place::Entry(folder, ordinal, Some(tree)) => self.nodes.give(
                number,
                |node| matches!(node, Node::Folder(_, Some((within, at))) if is_same(within, folder) && at == ordinal),
                |number| {
                    let name = liasse_archive::repo::format::tree::Name::new(item.name.as_slice());
                    let within = name.map(|name| Within::Folder(Arc::clone(folder), name));
                    // A name that is in an item was one in a tree.
                    within.map_or_else(
                        || Node::Entry(Arc::clone(folder), *ordinal),
                        |within| Node::Folder(Folder::new(number, tree.clone(), within), Some((Arc::clone(folder), *ordinal))),
                    )
                },
            ),
            Place::Entry(folder, ordinal, None) => {
                let links = item.attributes.links > 1;
                let same = |node: &Node| match node {
                    // All names of a file with several are one node.
                    Node::Entry(within, at) => links || is_same(within, folder) && at == ordinal,
                    _ => false,
                };
                self.nodes.give(number, same, |_| Node::Entry(Arc::clone(folder), *ordinal))
            }
        }
    }

    /// Takes back a node that was given out so many times.
    pub fn forget(&self, node: NodeId, times: u64) {
        self.nodes.take_back(node, times);
    }

    /// What a node is.
    pub fn attributes(&self, node: NodeId) -> Result<Attributes> {
        match self.nodes.get(node)? {
            Node::Made(_) => Ok(self.made_attributes(node, None)),
            Node::Folder(folder, None) => self.root_attributes(&folder),
            Node::Folder(_, Some((within, ordinal))) | Node::Entry(within, ordinal) => {
                let entry = self.entry(&within, ordinal)?;
                Ok(Attributes { links: self.names_of(&within, &entry), ..Attributes::of(&entry, node) })
            }
        }
    }

    /// Begins to list a folder.
    pub fn begin_list(&self, folder: NodeId) -> Result<Listing> {
        let of = match self.nodes.get(folder)? {
            Node::Made(made) => Listed::Made(folder, self.children(&made)?),
            Node::Folder(folder, _) => Listed::Folder(folder),
            Node::Entry(..) => return Err(Error::NotAFolder),
        };
        Ok(Listing { of })
    }

    /// Lists what is in a folder from a place on, 0 or the `next` of an item, until `each` says false.
    pub fn list(&self, listing: &Listing, from: u64, each: &mut dyn FnMut(&Item) -> bool) -> Result<()> {
        let mut at = from;
        match &listing.of {
            Listed::Made(folder, children) => {
                let rest = usize::try_from(at).ok().and_then(|at| children.get(at..)).unwrap_or_default();
                for (name, child) in rest {
                    if !each(&self.child_item(*folder, name, child, at)) {
                        return Ok(());
                    }
                    at += 1;
                }
                Ok(())
            }
            Listed::Folder(folder) => loop {
                let Ok(ordinal) = u32::try_from(at) else { return Ok(()) };
                let page = self.folders.from(&self.source, folder, ordinal);
                let Some((entries, skip)) = self.told(page, || folder.path())? else { return Ok(()) };
                for entry in entries.get(skip..).unwrap_or_default() {
                    let Ok(ordinal) = u32::try_from(at) else { return Ok(()) };
                    if !each(&self.item_of(folder, ordinal, entry.clone())) {
                        return Ok(());
                    }
                    at += 1;
                }
            },
        }
    }

    /// The node above a folder.
    pub fn above(&self, node: NodeId) -> NodeId {
        match self.nodes.get(node) {
            Ok(Node::Folder(_, Some((within, _)))) => within.number,
            _ => ROOT,
        }
    }

    /// Where a link points, as it is written there.
    pub fn link(&self, node: NodeId) -> Result<Vec<u8>> {
        let Node::Entry(folder, ordinal) = self.nodes.get(node)? else { return Err(Error::OtherKind) };
        match self.entry(&folder, ordinal)?.node {
            Stored::Symlink { target } => Ok(target),
            _ => Err(Error::OtherKind),
        }
    }

    /// Extended attributes, ACLs among them, ascending by name.
    pub fn xattrs(&self, node: NodeId) -> Result<Vec<Xattr>> {
        match self.nodes.get(node)? {
            Node::Made(_) => Ok(Vec::new()),
            Node::Folder(folder, None) => Ok(self.dossier_entry(&folder)?.map(|entry| entry.metadata.xattrs).unwrap_or_default()),
            Node::Folder(_, Some((within, ordinal))) | Node::Entry(within, ordinal) => Ok(self.entry(&within, ordinal)?.metadata.xattrs),
        }
    }

    fn entry(&self, folder: &Folder, ordinal: u32) -> Result<Entry> {
        let entry = self.folders.entry(&self.source, folder, ordinal);
        self.told(entry, || folder.path())?.ok_or(Error::Missing)
    }

    fn path_of(&self, folder: &Folder, ordinal: u32) -> Vec<u8> {
        let entry = self.folders.entry(&self.source, folder, ordinal);
        entry.ok().flatten().map_or_else(|| folder.path(), |entry| joined(folder, entry.name.as_bytes()))
    }

    /// The entry of a dossier's own folder, where this is the root of its state.
    fn dossier_entry(&self, root: &Folder) -> Result<Option<Entry>> {
        let (state, _) = root.state();
        let Some((above, path)) = &state.dossier else { return Ok(None) };
        let mut folder = Folder::new(0, above.clone(), Within::State(State { dossier: None, ..state.clone() }));
        let mut found = None;
        for name in path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            let entry = self.folders.find(&self.source, &folder, name);
            let Some((_, entry)) = self.told(entry, || root.path())? else { return Ok(None) };
            let Stored::Directory { tree, .. } = &entry.node else { return Ok(None) };
            folder = Folder::new(0, tree.clone(), Within::State(State { dossier: None, ..state.clone() }));
            found = Some(entry);
        }
        // A record may name a state that its tree does not have at that place.
        Ok(found.filter(|_| folder.tree == root.tree))
    }

    fn root_attributes(&self, folder: &Folder) -> Result<Attributes> {
        let entry = self.dossier_entry(folder)?;
        let made = self.made_attributes(folder.number, Some(folder.state().0.time));
        Ok(entry.map_or(made, |entry| Attributes::of(&entry, folder.number)))
    }

    fn made_attributes(&self, id: NodeId, time: Option<Time>) -> Attributes {
        let newest = || self.moments.as_ref().and_then(Moments::newest).map(|(_, time)| time);
        Attributes::made(id, time.or_else(newest).unwrap_or_default(), self.options.owner)
    }

    fn children(&self, made: &Made) -> Result<Children> {
        let moments = self.moments.as_ref().ok_or(Error::Missing)?;
        let children = moments.children(&self.source, &self.options, made);
        self.told(children, Vec::new)
    }

    fn child_item(&self, folder: NodeId, name: &str, child: &Child, at: u64) -> Item {
        let attributes = match child {
            Child::Made(_) => self.made_attributes(number_of(folder, name.as_bytes(), b""), None),
            // What a dossier's own folder is like is told to who looks it up: for a list of years of them it would take too long.
            Child::State(shape) => self.made_attributes(number_of(folder, name.as_bytes(), &shape.salt), Some(shape.state.time)),
        };
        Item { name: name.as_bytes().to_vec(), attributes, next: at + 1, whence: Whence(Place::Child(child.clone())) }
    }

    /// What stands at a number of a folder.
    fn item_of(&self, folder: &Arc<Folder>, ordinal: u32, entry: Entry) -> Item {
        let id = match entry.metadata.hard_link {
            Some(group) => number_of_link(folder.state().1.number, group),
            None => number_of(folder.number, entry.name.as_bytes(), b""),
        };
        let attributes = Attributes { links: self.names_of(folder, &entry), ..Attributes::of(&entry, id) };
        let tree = if let Stored::Directory { tree, .. } = entry.node { Some(tree) } else { None };
        let place = Place::Entry(Arc::clone(folder), ordinal, tree);
        Item { name: entry.name.as_bytes().to_vec(), attributes, next: u64::from(ordinal) + 1, whence: Whence(place) }
    }

    /// Tells trouble with the repository, the first time.
    fn told<T>(&self, result: Result<T, RepoError>, path: impl FnOnce() -> Vec<u8>) -> Result<T> {
        result.map_err(|error| {
            let trouble = Trouble { path: path(), cause: error.to_string() };
            let mut told = lock(&self.told);
            if told.len() >= MOST_TOLD {
                told.clear();
            }
            let is_new = told.insert(trouble.clone());
            drop(told);
            if is_new {
                (self.options.tell)(&trouble);
            }
            Error::Repository(error)
        })
    }
}

fn space_of(statistics: &liasse_archive::repo::format::snapshot::Statistics) -> Space {
    let entries = statistics.files.saturating_add(statistics.directories).saturating_add(statistics.others);
    Space { bytes: statistics.size, entries }
}

fn is_same(one: &Arc<Folder>, other: &Arc<Folder>) -> bool {
    Arc::ptr_eq(one, other) || one.number == other.number && one.tree == other.tree
}

fn joined(folder: &Folder, name: &[u8]) -> Vec<u8> {
    [&folder.path(), &b"/"[..], name].concat()
}
