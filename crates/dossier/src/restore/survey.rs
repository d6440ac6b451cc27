//! The present folder of a dossier beside the state that is to replace it: what stays, what goes. Must never follow a symbolic link or enter
//! another file system, and must find everything that is to be kept, wherever it lies.

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::tree::{Entry, Name, Node};
use liasse_archive::repo::{Reader, Scratch, Stop};
use liasse_archive::target::{FileKind, Folder, Listed, Occupied, Stat, TargetError};

use super::error::Trouble;
use super::keep::Keep;
use super::side::{Side, is_replaced, is_saved};

/// Most names that are told of each kind.
const MOST_NAMED: usize = 10_000;

/// What is done with what is kept.
#[derive(Clone, Copy)]
pub(super) enum Act<'a> {
    /// Nothing: it is only counted.
    Look,
    /// It is given to this folder too, unless that has it.
    Carry(&'a Folder),
    /// It is given to this folder too, in the place of what that has instead: nobody works there yet.
    Renew(&'a Folder),
    /// It is removed here, where this folder has it.
    Strip(&'a Folder),
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries that stay as they are, folders aside.
    pub carried: u64,
    /// Bytes of these.
    pub carried_bytes: u64,
    /// The first of them, below the dossier's folder.
    pub carried_names: Vec<Vec<u8>>,
    /// Entries that the state does not have, folders aside: they go.
    pub deleted: u64,
    /// The first of them.
    pub deleted_names: Vec<Vec<u8>>,
    /// Entries that go, or get what the state has, and that the newest state does not have as they are: nothing else has them.
    pub unsaved: u64,
    /// Bytes of these.
    pub unsaved_bytes: u64,
    /// The first of them.
    pub unsaved_names: Vec<Vec<u8>>,
    /// Entries that were given to a folder, folders aside.
    pub given: u64,
}

/// The trees beside which a folder is looked at.
#[derive(Clone, Copy)]
pub(super) struct Trees<'t> {
    /// The state that is to replace it.
    pub(super) state: Option<&'t Content>,
    /// The newest state that is stored of it.
    pub(super) newest: Option<&'t Content>,
}

/// A folder that is being looked at.
struct Level<'r> {
    folder: Folder,
    name: Option<Name>,
    /// Descending.
    rest: Vec<Listed>,
    state: Side<'r>,
    newest: Side<'r>,
    path_length: usize,
    /// Whether all that the state does not have is kept.
    keeps_all: bool,
    /// Whether the state has something else here, which all that is kept would be in the way of.
    is_blocked: bool,
    /// The same folder where things are carried to, once it is there.
    other: Option<Folder>,
    is_made: bool,
}

/// One look at a dossier.
pub(super) struct Survey<'r> {
    reader: &'r Reader<'r>,
    keep: &'r Keep,
    act: Act<'r>,
    stop: &'r Stop,
    scratch: Scratch,
    levels: Vec<Level<'r>>,
    path: Vec<u8>,
    counts: Counts,
}

/// Looks at a folder and a state, and acts.
pub(super) fn survey(
    reader: &Reader<'_>,
    trees: Trees<'_>,
    folder: &Folder,
    keep: &Keep,
    act: Act<'_>,
    stop: &Stop,
) -> Result<Counts, Trouble> {
    let (levels, path, counts) = (Vec::new(), Vec::new(), Counts::default());
    let mut survey = Survey { reader, keep, act, stop, scratch: Scratch::new()?, levels, path, counts };
    let other = match act {
        Act::Look => None,
        Act::Carry(other) | Act::Renew(other) | Act::Strip(other) => Some(other.clone()),
    };
    survey.enter(folder.clone(), None, trees, false, false, other)?;
    while !survey.levels.is_empty() {
        survey.step()?;
    }
    Ok(survey.counts)
}

impl Survey<'_> {
    fn enter(
        &mut self,
        folder: Folder,
        name: Option<Name>,
        trees: Trees<'_>,
        keeps_all: bool,
        is_blocked: bool,
        other: Option<Folder>,
    ) -> Result<(), Trouble> {
        self.stop.check()?;
        let mut rest = folder.list()?;
        rest.reverse();
        let (state, newest) = (Side::new(self.reader, trees.state), Side::new(self.reader, trees.newest));
        let path_length = self.path.len();
        self.levels.push(Level { folder, name, rest, state, newest, path_length, keeps_all, is_blocked, other, is_made: false });
        Ok(())
    }

    fn step(&mut self) -> Result<(), Trouble> {
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        self.path.truncate(level.path_length);
        let Some(listed) = level.rest.pop() else { return self.leave() };
        let Some(stat) = level.folder.stat(&listed.name)? else { return Ok(()) };
        let is_dir = stat.kind == FileKind::Directory;
        self.path.push(b'/');
        self.path.extend_from_slice(listed.name.as_bytes());
        let met = level.state.meet(&listed.name, &mut self.scratch)?;
        let in_state = met.filter(|entry| !self.keep.omits(&self.path, matches!(entry.node, Node::Directory { .. })));
        let keeps = level.keeps_all || self.keep.keeps(&self.path, is_dir) || stat.kind == FileKind::Socket;
        if is_dir {
            return self.directory(listed.name, in_state.as_ref(), keeps);
        }
        match in_state {
            Some(entry) if !matches!(entry.node, Node::Directory { .. }) => {
                // It gets what the state has: that is what was asked for.
                if is_saved(&entry, &stat, || level.folder.read_link(&listed.name).ok()) { Ok(()) } else { self.saved(&listed.name, &stat) }
            }
            None if keeps => self.kept(&listed.name, &stat),
            Some(_) if keeps => Err(Trouble::InTheWay(self.path.clone())),
            None | Some(_) => {
                self.counts.deleted += 1;
                named(&mut self.counts.deleted_names, &self.path);
                self.saved(&listed.name, &stat)
            }
        }
    }

    /// Counts an entry unless the newest state has it as it is.
    fn saved(&mut self, name: &Name, stat: &Stat) -> Result<(), Trouble> {
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        let saved = level.newest.meet(name, &mut self.scratch)?;
        if saved.is_none_or(|saved| !is_saved(&saved, stat, || level.folder.read_link(name).ok())) {
            self.counts.unsaved += 1;
            self.counts.unsaved_bytes = self.counts.unsaved_bytes.saturating_add(stat.size);
            named(&mut self.counts.unsaved_names, &self.path);
        }
        Ok(())
    }

    fn directory(&mut self, name: Name, in_state: Option<&Entry>, keeps: bool) -> Result<(), Trouble> {
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        let folder = level.folder.open(&name)?;
        if !folder.is_beside(&level.folder) {
            return Err(Trouble::MountedWithin(self.path.clone()));
        }
        let tree = in_state.and_then(tree_of);
        let newest = level.newest.meet(&name, &mut self.scratch)?;
        let is_blocked = level.is_blocked || in_state.is_some() && tree.is_none();
        let other = match (&level.other, self.act) {
            (Some(other), Act::Carry(_) | Act::Renew(_) | Act::Strip(_)) => open_if_there(other, &name)?,
            _ => None,
        };
        let trees = Trees { state: tree, newest: newest.as_ref().and_then(tree_of) };
        self.enter(folder, Some(name), trees, keeps, is_blocked, other)?;
        if keeps && tree.is_none() && matches!(self.act, Act::Carry(_) | Act::Renew(_)) {
            // A folder that is kept is kept although it is empty.
            self.other()?;
        }
        Ok(())
    }

    fn kept(&mut self, name: &Name, stat: &Stat) -> Result<(), Trouble> {
        if self.levels.last().is_some_and(|level| level.is_blocked) {
            return Err(Trouble::InTheWay(self.path.clone()));
        }
        self.counts.carried += 1;
        self.counts.carried_bytes = self.counts.carried_bytes.saturating_add(stat.size);
        named(&mut self.counts.carried_names, &self.path);
        match self.act {
            Act::Look => {}
            Act::Carry(_) | Act::Renew(_) => {
                let other = self.other()?;
                let Some(level) = self.levels.last() else { return Ok(()) };
                let there = other.stat(name)?;
                let is_replaced = there.is_some_and(|there| is_replaced(stat, &there));
                if is_replaced && matches!(self.act, Act::Carry(_)) {
                    // Somebody changed one of both: neither is given up.
                    return self.saved(name, stat);
                }
                if is_replaced {
                    other.remove(name)?;
                }
                if is_replaced || there.is_none() {
                    self.counts.given += 1;
                    level.folder.carry(name, &other)?;
                }
            }
            Act::Strip(_) => {
                let Some(level) = self.levels.last() else { return Ok(()) };
                let there = level.other.as_ref().map(|other| other.stat(name)).transpose()?.flatten();
                if there.is_some_and(|there| there.inode == stat.inode && there.device == stat.device) {
                    level.folder.remove(name)?;
                }
            }
        }
        Ok(())
    }

    /// The folder at hand where things are carried to, made if it is missing, with those above it.
    fn other(&mut self) -> Result<Folder, Trouble> {
        let occupied = if matches!(self.act, Act::Renew(_)) { Occupied::Replace } else { Occupied::Refuse };
        let mut above: Option<Folder> = None;
        for level in &mut self.levels {
            if level.other.is_none()
                && let (Some(above), Some(name)) = (&above, &level.name)
            {
                let (made, is_made) = above.make_dir(name, occupied)?;
                level.other = Some(made);
                level.is_made = is_made;
            }
            above.clone_from(&level.other);
        }
        above.ok_or(Trouble::Internal("a survey that carries to nowhere"))
    }

    fn leave(&mut self) -> Result<(), Trouble> {
        let Some(level) = self.levels.pop() else { return Ok(()) };
        if let (true, Some(other)) = (level.is_made, &level.other) {
            // What cannot be set is no reason to lose the files.
            other.apply(&level.folder.own_metadata()?)?;
        }
        Ok(())
    }
}

fn tree_of(entry: &Entry) -> Option<&Content> {
    match &entry.node {
        Node::Directory { tree, .. } => Some(tree),
        _ => None,
    }
}

fn open_if_there(folder: &Folder, name: &Name) -> Result<Option<Folder>, TargetError> {
    let is_there = folder.stat(name)?.is_some_and(|stat| stat.kind == FileKind::Directory);
    is_there.then(|| folder.open(name)).transpose()
}

fn named(names: &mut Vec<Vec<u8>>, path: &[u8]) {
    if names.len() < MOST_NAMED {
        names.push(path.to_vec());
    }
}
