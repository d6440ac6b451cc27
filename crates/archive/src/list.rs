//! Looking into snapshots: one path, or all that is below it.

use liasse_repo::format::content::Content;
use liasse_repo::format::tree::{Entry, Node};
use liasse_repo::{Reader, Repository, Scratch, Snapshot, TreeWalk};

use crate::error::{Error, Result};

/// What a path names in a tree.
pub(crate) enum Found {
    /// The folder itself that the tree is of.
    Root(Content),
    /// An entry.
    Entry(Box<Entry>),
}

/// Looks a path up in a tree. Slashes at its ends do not matter.
pub(crate) fn find(reader: &Reader<'_>, root: &Content, path: &[u8], scratch: &mut Scratch) -> Result<Found> {
    let missing = || Error::NotInSnapshot { path: String::from_utf8_lossy(path).into_owned() };
    let mut found = Found::Root(root.clone());
    for name in path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
        let tree = match found {
            Found::Root(tree) => tree,
            Found::Entry(entry) => match entry.node {
                Node::Directory { tree, .. } => tree,
                _ => return Err(missing()),
            },
        };
        let mut walk = TreeWalk::new(reader, &tree);
        found = loop {
            match walk.next(scratch)? {
                Some(entry) if entry.name.as_bytes() == name => break Found::Entry(Box::new(entry)),
                Some(entry) if entry.name.as_bytes() < name => {}
                _ => return Err(missing()),
            }
        };
    }
    Ok(found)
}

/// Calls `each` with the full path of an entry and the entry, in the order of names, a folder before what is in it.
type Each<'e> = &'e mut dyn FnMut(&[u8], &Entry) -> liasse_repo::Result<()>;

/// Lists what is at a path of a snapshot: a folder's entries, with those below them if `recursive`; or the one entry that is no folder.
pub fn list(repository: &Repository, snapshot: &Snapshot, path: &[u8], recursive: bool, each: Each<'_>) -> Result<()> {
    let reader = repository.reader()?;
    let mut scratch = Scratch::new()?;
    let mut full = path.to_vec();
    while full.last() == Some(&b'/') {
        full.pop();
    }
    let tree = match find(&reader, &snapshot.record.root, path, &mut scratch)? {
        Found::Root(tree) => tree,
        Found::Entry(entry) => match &entry.node {
            Node::Directory { tree, .. } => tree.clone(),
            _ => return Ok(each(&full, &entry)?),
        },
    };
    // A stack of our own: snapshots may be deeper than the thread's.
    let mut walks = vec![(TreeWalk::new(&reader, &tree), full.len())];
    while let Some((walk, length)) = walks.last_mut() {
        full.truncate(*length);
        let Some(entry) = walk.next(&mut scratch)? else {
            walks.pop();
            continue;
        };
        full.push(b'/');
        full.extend_from_slice(entry.name.as_bytes());
        each(&full, &entry)?;
        if let (true, Node::Directory { tree, .. }) = (recursive, &entry.node) {
            walks.push((TreeWalk::new(&reader, tree), full.len()));
        }
    }
    Ok(())
}
