//! Records of runs, the newest first. A record names every dossier, so six years of them are much to read: heads say which there are, and
//! whoever looks reads only as far as it must. Must never give anything of a record that was not read whole.

use std::collections::HashSet;

use liasse_archive::repo::format::ids::SessionId;
use liasse_archive::repo::format::snapshot::Snapshot as Record;
use liasse_archive::repo::{self, Head, Repository, Snapshot};

/// Objects that cannot be read, and why.
pub(crate) type Bad = Vec<(String, String)>;

/// The records of some runs.
#[derive(Clone)]
pub(crate) struct Records<'r> {
    repository: &'r Repository,
    /// The newest first.
    heads: Vec<Head>,
}

impl<'r> Records<'r> {
    /// Those of all snapshots that fit, and objects that are no snapshots any more. Only heads are looked at.
    pub(crate) fn new(repository: &'r Repository, fits: impl Fn(&Head) -> bool) -> repo::Result<(Self, Bad)> {
        let (mut heads, bad) = repository.heads_and_bad()?;
        heads.retain(|head| fits(head));
        heads.reverse();
        let bad = bad.into_iter().map(|(object, error)| (object, error.to_string())).collect();
        Ok((Self { repository, heads }, bad))
    }

    /// Those of them that fit.
    pub(crate) fn filter(&self, fits: impl Fn(&Record) -> bool) -> Self {
        let heads = self.heads.iter().filter(|head| fits(&head.record)).cloned().collect();
        Self { repository: self.repository, heads }
    }

    /// What they say of themselves, the newest first.
    pub(crate) fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// The newest of each machine and each set of roots: runs with other settings know other dossiers.
    pub(crate) fn newest_of_each(&self) -> Vec<&Head> {
        let mut seen = HashSet::new();
        self.heads.iter().filter(|head| seen.insert((&head.record.host, &head.record.sources))).collect()
    }

    /// One of them, whole; nothing where it went meanwhile or is damaged, which is told.
    pub(crate) fn read(&self, id: SessionId, bad: &mut Bad) -> repo::Result<Option<Snapshot>> {
        match self.repository.snapshot(id) {
            Ok(read) => Ok(read),
            Err(error) => {
                bad.push((format!("snapshots/{id}"), self.repository.as_partial(error)?.to_string()));
                Ok(None)
            }
        }
    }
}
