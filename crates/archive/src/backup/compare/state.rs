//! What a comparison has found and has left to do. Must never count a directory as the same before all of it is.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::Task;
use crate::catalogue::FileKey;

#[derive(Default)]
pub(super) struct State<'c> {
    /// Those that were found last are looked at first, which is the order of the walk.
    pub(super) tasks: Vec<Task<'c>>,
    /// What is known of each directory, by the place of its record.
    pub(super) found: HashMap<u64, Found>,
    /// Unchanged files whose leaf values are known, by the place of their directory.
    pub(super) leaves: BTreeMap<u64, Vec<FileKey>>,
    /// How many entries are left out of a directory, by its place; not where there are none.
    pub(super) excluded: BTreeMap<u64, u64>,
    /// What the walk waits for.
    pub(super) wanted: Option<u64>,
    /// Threads that wait for something to do, or for what is wanted.
    pub(super) waiting: usize,
    pub(super) ended: bool,
}

pub(super) struct Found {
    pub(super) above: Option<u64>,
    /// Its own entries, if they are not all compared, and its subdirectories that are not known to be the same.
    pub(super) open: usize,
    pub(super) differs: bool,
}

impl<'c> State<'c> {
    pub(super) fn add(&mut self, above: Option<u64>, task: Task<'c>) {
        match (self.found.entry(task.place), above) {
            (Entry::Vacant(entry), _) => {
                entry.insert(Found { above, open: 1, differs: false });
                self.tasks.push(task);
            }
            // The walk was here first, so it is in the directory above already and does not ask for it any more.
            (Entry::Occupied(_), Some(above)) => self.settle(above, false),
            (Entry::Occupied(_), None) => {}
        }
    }

    /// One part of a directory is compared. Whatever follows from it for those above follows at once.
    pub(super) fn settle(&mut self, place: u64, same: bool) {
        let mut next = Some(place);
        while let Some(found) = next.and_then(|place| self.found.get_mut(&place)) {
            if found.differs {
                return;
            }
            found.open = found.open.saturating_sub(1);
            found.differs = !same;
            if !found.is_known() {
                return;
            }
            next = found.above;
        }
    }
}

impl Found {
    pub(super) fn is_known(&self) -> bool {
        self.differs || self.open == 0
    }
}
