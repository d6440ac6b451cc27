//! Open files of packs that are being read, so that a read does not open its pack again. Objects never change, so a handle
//! is good as long as its object is; only removal ends it. Must never hold more than a few files, nor a lock while reading.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::DiskFile;
use crate::key::Key;
use crate::store::Result;

/// How many files stay open: far below what a process may open, and enough for the packs that a restore alternates between.
pub(super) const LIMIT: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Handles {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Least recently used first. Short enough for a linear search.
    open: Vec<(Key, Arc<dyn DiskFile>)>,
    /// How often something was forgotten.
    forgotten: u64,
}

impl Handles {
    /// The file of `key`: one that is open, or the one that `open` gives.
    pub(super) fn get_or_open(&self, key: &Key, open: impl FnOnce() -> Result<Box<dyn DiskFile>>) -> Result<Arc<dyn DiskFile>> {
        let forgotten = {
            let mut state = self.lock();
            if let Some(at) = state.open.iter().position(|(have, _)| have == key) {
                let entry = state.open.remove(at);
                let file = Arc::clone(&entry.1);
                state.open.push(entry);
                return Ok(file);
            }
            state.forgotten
        };
        let file: Arc<dyn DiskFile> = Arc::from(open()?);
        self.keep(key, &file, forgotten);
        Ok(file)
    }

    /// Keeps a file, unless something was removed since it was asked for: it may have been this object.
    fn keep(&self, key: &Key, file: &Arc<dyn DiskFile>, forgotten: u64) {
        let mut state = self.lock();
        if state.forgotten != forgotten || state.open.iter().any(|(have, _)| have == key) {
            return;
        }
        if state.open.len() >= LIMIT {
            state.open.remove(0);
        }
        state.open.push((key.clone(), Arc::clone(file)));
    }

    /// Closes the file of an object that was removed.
    pub(super) fn forget(&self, key: &Key) {
        let mut state = self.lock();
        state.forgotten += 1;
        state.open.retain(|(have, _)| have != key);
    }

    #[cfg(test)]
    pub(super) fn keys(&self) -> Vec<Key> {
        self.lock().open.iter().map(|(key, _)| key.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
