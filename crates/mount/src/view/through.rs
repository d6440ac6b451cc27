//! Looks through a view that go further than one folder: all that is below a folder, searched or as one archive, and one path in all the
//! states that stand beside each other. Nothing of what they find is kept here.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::time::Time;
use liasse_archive::repo::format::tree::Entry;
use liasse_archive::repo::{Error as RepoError, Stop};
use liasse_archive::{Browse, Dumped, Error as ArchiveError, Format, History, Lost, Moment};

use super::folder::Folder;
use super::moments::Child;
use super::nodes::Node;
use super::{NodeId, View};
use crate::error::{Error, Result};

/// One of the states in a folder of states.
#[derive(Debug, Clone)]
pub struct StateAt {
    /// Its name in the folder: the shortest, where it has several.
    pub name: String,
    /// When it was.
    pub time: Time,
    tree: Content,
    host: Arc<str>,
    look: u64,
    salt: [u8; 16],
}

impl View {
    /// The states in a folder of states, each once, ascending by time. Folders of other kinds have none.
    pub fn states(&self, folder: NodeId) -> Result<Vec<StateAt>> {
        let Node::Made(made) = self.nodes.get(folder)? else { return Ok(Vec::new()) };
        let children = self.children(&made)?;
        let mut states: Vec<StateAt> = children.iter().filter_map(|(name, child)| state(name, child)).collect();
        states.sort_by_key(|state| (state.time, state.salt, state.name.len()));
        states.dedup_by_key(|state| (state.time, state.salt));
        Ok(states)
    }

    /// The versions of what is at a path of states, which are in the order of time. States of one machine say nothing of another's.
    pub fn history(&self, states: &[StateAt], path: &[u8], stop: &Stop) -> Result<History> {
        let mut hosts: Vec<&str> = states.iter().map(|state| &*state.host).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let moment = |state: &'_ StateAt| {
            let series = hosts.binary_search(&&*state.host).unwrap_or_default();
            // What a state does not have may only not have been read.
            (state.tree.clone(), series)
        };
        let owned: Vec<(Content, usize)> = states.iter().map(moment).collect();
        let moments: Vec<Moment<'_>> = owned.iter().map(|(tree, series)| Moment { tree, series: *series, is_whole: false }).collect();
        let look = states.iter().map(|state| state.look).max().unwrap_or_default();
        let found = self.browse(look, stop).and_then(|mut browse| browse.history(path, &moments));
        self.seen(found, || path.to_vec())
    }

    /// Tells everything below a folder of a state, by its path from there, until `each` has had enough. Gives how many folders cannot be
    /// read.
    pub fn below(&self, folder: NodeId, stop: &Stop, each: &mut dyn FnMut(&[u8], &Entry) -> ControlFlow<()>) -> Result<usize> {
        let Node::Folder(folder, _) = self.nodes.get(folder)? else { return Err(Error::NotAFolder) };
        let lost = self.walk(&folder, stop, each);
        Ok(self.seen(lost, || folder.path())?.len())
    }

    pub(super) fn walk(
        &self,
        folder: &Folder,
        stop: &Stop,
        each: &mut dyn FnMut(&[u8], &Entry) -> ControlFlow<()>,
    ) -> Result<Vec<Lost>, ArchiveError> {
        // All that is there is what an empty folder does not have.
        self.browse(folder.state().0.look, stop)?.diff(&Content::empty(), &folder.tree, b"", &mut |found| match found.after {
            Some(entry) => each(found.path, entry),
            None => ControlFlow::Continue(()),
        })
    }

    /// Writes a folder of a state as one archive, under its own name, or nothing of it more once something cannot be read.
    pub fn archive(&self, folder: NodeId, format: Format, stop: &Stop, out: &mut dyn Write) -> Result<Dumped> {
        let Node::Folder(folder, at) = self.nodes.get(folder)? else { return Err(Error::NotAFolder) };
        let (root, path) = match at {
            None => (folder.tree.clone(), Vec::new()),
            Some((within, ordinal)) => (within.tree.clone(), self.entry(&within, ordinal)?.name.as_bytes().to_vec()),
        };
        let done = self.browse(folder.state().0.look, stop).and_then(|mut browse| browse.dump_whole(&root, &path, format, out));
        self.seen(done, || folder.path())
    }

    /// Whether an error says that only what was asked for is damaged, and not that the repository is away.
    pub fn is_damage(&self, error: Error) -> bool {
        let Error::Repository(error) = error else { return false };
        self.source.repository().as_partial(error).is_ok()
    }

    fn browse(&self, look: u64, stop: &Stop) -> Result<Browse<'static>, ArchiveError> {
        Browse::over(self.source.reader(look)?, stop)
    }

    fn seen<T>(&self, result: Result<T, ArchiveError>, path: impl FnOnce() -> Vec<u8>) -> Result<T> {
        match result {
            Ok(found) => Ok(found),
            Err(ArchiveError::NotInSnapshot { .. }) => Err(Error::Missing),
            Err(ArchiveError::NotAFolder { .. }) => Err(Error::NotAFolder),
            Err(ArchiveError::NotAFile { .. }) => Err(Error::OtherKind),
            Err(ArchiveError::Output { cause }) => Err(Error::Output(cause)),
            Err(ArchiveError::Unreadable { path, cause }) => self.told(Err(cause), || path.into_bytes()),
            Err(ArchiveError::Repo(RepoError::Interrupted)) => Err(Error::Repository(RepoError::Interrupted)),
            Err(ArchiveError::Repo(cause)) => self.told(Err(cause), path),
            Err(_) => self.told(Err(RepoError::Internal("a look through a view")), path),
        }
    }
}

fn state(name: &str, child: &Child) -> Option<StateAt> {
    let Child::State(shape) = child else { return None };
    let (time, look) = (shape.state.time, shape.state.look);
    Some(StateAt { name: name.to_owned(), time, tree: shape.tree.clone(), host: Arc::clone(&shape.host), look, salt: shape.salt })
}
