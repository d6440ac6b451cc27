//! Which folders the system watches for us, and to which dossier each belongs. Their number is bounded.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use super::inbox::Slot;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

/// The watched folders.
pub(super) struct Folders {
    watcher: Option<RecommendedWatcher>,
    owners: HashMap<PathBuf, usize>,
    unwatched: BTreeSet<usize>,
    most: usize,
    why: String,
}

impl Folders {
    /// Nothing is watched yet. Where the system can watch nothing, nothing ever is.
    pub(super) fn new(slot: Slot, most: usize) -> Self {
        let (watcher, why) = match RecommendedWatcher::new(slot, notify::Config::default().with_follow_symlinks(false)) {
            Ok(watcher) => (Some(watcher), String::new()),
            Err(error) => (None, error.to_string()),
        };
        Self { watcher, owners: HashMap::new(), unwatched: BTreeSet::new(), most, why }
    }

    /// Watches a folder of a dossier and all folders below it. What is no folder, or is watched, is passed over. A dossier of which one
    /// folder cannot be watched is one to be looked at.
    pub(super) fn add(&mut self, folder: &Path, number: usize) {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            if self.unwatched.contains(&number) || !folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
                continue;
            }
            if let Err(why) = self.watch(&folder, number) {
                self.why = why;
                self.unwatched.insert(number);
                return;
            }
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            folders.extend(entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()));
        }
    }

    fn watch(&mut self, folder: &Path, number: usize) -> Result<(), String> {
        // Watched again even if it is known: a folder may have gone and another come by its name.
        if self.owners.len() >= self.most && !self.owners.contains_key(folder) {
            return Err(format!("{} folders are watched, which is the most that is allowed", self.most));
        }
        let Some(watcher) = &mut self.watcher else { return Err(self.why.clone()) };
        watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|error| error.to_string())?;
        self.owners.insert(folder.to_owned(), number);
        Ok(())
    }

    /// Whether all is done for a dossier that can be: its folder is watched, or it is one to be looked at.
    pub(super) fn has(&self, folder: &Path, number: usize) -> bool {
        self.unwatched.contains(&number) || self.owners.get(folder) == Some(&number)
    }

    /// A dossier is of no interest any more.
    pub(super) fn let_go(&mut self, folder: &Path, number: usize) {
        self.unwatched.remove(&number);
        self.unwatch(|path, owner| owner == number && path.starts_with(folder));
    }

    /// Something by this name came or went: folders that were watched by it, or below it, are so no more.
    pub(super) fn forget(&mut self, path: &Path) {
        if self.owners.contains_key(path) {
            self.unwatch(|folder, _| folder.starts_with(path));
        }
    }

    fn unwatch(&mut self, is_gone: impl Fn(&Path, usize) -> bool) {
        let gone = self.owners.extract_if(|folder, number| is_gone(folder, *number));
        for (folder, _) in gone {
            if let Some(watcher) = &mut self.watcher {
                // The system may have forgotten it before.
                _ = watcher.unwatch(&folder);
            }
        }
    }

    /// The dossier that a path belongs to.
    pub(super) fn owner(&self, path: &Path) -> Option<usize> {
        path.ancestors().find_map(|above| self.owners.get(above)).copied()
    }

    /// The dossiers that must be looked at.
    pub(super) fn unwatched(&self) -> impl Iterator<Item = usize> + '_ {
        self.unwatched.iter().copied()
    }

    /// Why they must.
    pub(super) fn why(&self) -> &str {
        &self.why
    }
}

impl fmt::Debug for Folders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folders").field("watched", &self.owners.len()).field("unwatched", &self.unwatched.len()).finish_non_exhaustive()
    }
}
