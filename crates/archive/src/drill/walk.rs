//! Going through a tree with every folder held against its evidence, from the root in the signed record down.

use liasse_repo::format::content::Content;
use liasse_repo::format::ids::{Evidence, SessionId};
use liasse_repo::format::tree::Entry;
use liasse_repo::{Reader, Scratch, TreeWalk};

use super::{Drill, DrillFailure, directory};
use crate::error::Result;

const NOT_EVIDENT: &str = "the evidence of this folder is not that of what is in it";

/// Is told the path of every entry that is no folder, with a slash before each name, and the entry.
type EachEntry<'e> = &'e mut dyn FnMut(&[u8], &Entry);

/// A walk through one tree.
pub(super) struct Walk<'a> {
    drill: &'a Drill<'a>,
    reader: &'a Reader<'a>,
    snapshot: SessionId,
    scratch: Scratch,
    /// Folders that cannot be read, or are not what is stated of them.
    pub(super) failures: Vec<DrillFailure>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(drill: &'a Drill<'a>, reader: &'a Reader<'a>, snapshot: SessionId) -> Result<Self> {
        Ok(Self { drill, reader, snapshot, scratch: Scratch::new()?, failures: Vec::new() })
    }

    /// Whether all folders were what the record proves.
    pub(super) fn is_evident(&self) -> bool {
        self.failures.is_empty()
    }

    /// Walks the tree of the folder `base`, without recursion. What cannot be read is a failure, and does not stop the rest.
    pub(super) fn all(&mut self, base: &[u8], tree: &Content, evidence: Evidence, each: EachEntry<'_>) -> Result<()> {
        let mut path = base.to_vec();
        let mut walks = vec![(TreeWalk::new(self.reader, tree), evidence, path.len())];
        while let Some((walk, stated, length)) = walks.last_mut() {
            self.drill.stop.check()?;
            path.truncate(*length);
            match walk.next(&mut self.scratch) {
                Ok(Some(entry)) => {
                    path.push(b'/');
                    path.extend_from_slice(entry.name.as_bytes());
                    match directory(&entry) {
                        Some((tree, evidence)) => walks.push((TreeWalk::new(self.reader, tree), evidence, path.len())),
                        None => each(&path, &entry),
                    }
                }
                Ok(None) => {
                    let is_evident = walk.evidence() == *stated;
                    walks.pop();
                    if !is_evident {
                        self.fail(&path, NOT_EVIDENT.to_owned());
                    }
                }
                Err(error) => {
                    let what = self.drill.repository.as_partial(error)?.to_string();
                    walks.pop();
                    self.fail(&path, what);
                }
            }
        }
        Ok(())
    }

    fn fail(&mut self, path: &[u8], what: String) {
        let path = if path.is_empty() { b"/".to_vec() } else { path.to_vec() };
        self.failures.push(DrillFailure { snapshot: self.snapshot, path, what, damage: true });
    }
}
