//! Looks for signs of use in one dossier: at the names in its folders, and at those files that something is open or locked of.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::{Component, Path};

use super::mounts::Mount;
use super::{FileId, NamePattern, OpenFiles, Probe, Settings, owner, probe, scan};
use crate::report::Cause;

/// What was found so far. The first lock file ends the search; an open file is better known than a lock, because it has a program.
#[derive(Default)]
struct Found {
    open: Option<Cause>,
    locked: Option<Cause>,
}

/// Looks at a dossier. Folders that cannot be read are passed over: reading the dossier finds that out and says so.
pub(super) fn look(seen: &OpenFiles, folder: &Path, settings: &Settings) -> Option<Cause> {
    let look = Look { seen, settings, root: folder, mount: settings.file_locks.then(|| seen.mounts().of(folder)).flatten() };
    let mut found = Found::default();
    look.by_path(&mut found);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if fits(&settings.ignore, name.as_bytes()) {
                continue;
            }
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if fits(&settings.lock_files, name.as_bytes()) {
                let path = entry.path();
                return Some(Cause::LockFile { by: owner_of(&path, kind.is_file()), file: look.below(&path) });
            } else if kind.is_file() {
                look.at_file(&entry, &mut found);
            }
        }
    }
    found.open.or(found.locked)
}

fn fits(patterns: &[NamePattern], name: &[u8]) -> bool {
    patterns.iter().any(|pattern| pattern.fits(name))
}

/// Nothing but a regular file is opened: a pipe would never end.
fn owner_of(path: &Path, is_file: bool) -> Option<String> {
    is_file.then(|| owner::of(path)).flatten()
}

struct Look<'a> {
    seen: &'a OpenFiles,
    settings: &'a Settings,
    root: &'a Path,
    mount: Option<Mount>,
}

impl Look<'_> {
    /// Files that are open by paths below the folder: where a file system gives out numbers of inodes that change, these are all there is.
    fn by_path(&self, found: &mut Found) {
        let Ok(root) = self.root.canonicalize() else { return };
        let is_ignored = |path: &Path| {
            let below = path.strip_prefix(&root).unwrap_or(path);
            below.components().any(|part| matches!(part, Component::Normal(name) if fits(&self.settings.ignore, name.as_bytes())))
        };
        let open = self.seen.opened_below(&root).find(|open| !is_ignored(&open.path));
        found.open = open.map(|open| Cause::Open {
            file: open.path.strip_prefix(&root).unwrap_or(&open.path).to_string_lossy().into_owned(),
            program: open.program.clone(),
            process: open.process,
        });
    }

    /// A file is asked for its device only where its number is one of those that are open or locked.
    fn at_file(&self, entry: &fs::DirEntry, found: &mut Found) {
        let inode = entry.ino();
        if found.open.is_none() && self.seen.opened(inode).next().is_some() {
            found.open = self.open(entry);
        }
        if found.locked.is_none() && !self.seen.locked(inode).is_empty() {
            found.locked = self.locked(entry);
        }
        if found.locked.is_none() && self.is_probed(entry) {
            found.locked = self.probed(&entry.path());
        }
    }

    fn open(&self, entry: &fs::DirEntry) -> Option<Cause> {
        let file = id(entry)?;
        let open = self.seen.opened(file.inode).find(|open| open.file == file)?;
        Some(Cause::Open { file: self.below(&entry.path()), program: open.program.clone(), process: open.process })
    }

    fn locked(&self, entry: &fs::DirEntry) -> Option<Cause> {
        let file = id(entry)?;
        let is_device = |device: u64| device == file.device || self.mount.is_some_and(|mount| mount.device == device);
        let lock = self.seen.locked(file.inode).iter().find(|lock| is_device(lock.file.device))?;
        Some(Cause::Locked { file: self.below(&entry.path()), process: lock.process })
    }

    fn is_probed(&self, entry: &fs::DirEntry) -> bool {
        let wanted = match self.settings.probe {
            Probe::Always => true,
            Probe::Network => self.mount.is_some_and(|mount| mount.is_network),
            Probe::Never => false,
        };
        wanted && self.settings.file_locks && fits(&self.settings.databases, entry.file_name().as_bytes())
    }

    fn probed(&self, path: &Path) -> Option<Cause> {
        let holder = probe::holder(path)?;
        // The number of a process on another machine means nothing here.
        let is_here = !self.mount.is_some_and(|mount| mount.is_network);
        let process = holder.process.filter(|_| is_here);
        let is_ignored = process.is_some_and(|process| scan::is_ignored(process, self.settings));
        (!is_ignored).then(|| Cause::Locked { file: self.below(path), process })
    }

    fn below(&self, path: &Path) -> String {
        path.strip_prefix(self.root).unwrap_or(path).to_string_lossy().into_owned()
    }
}

fn id(entry: &fs::DirEntry) -> Option<FileId> {
    let metadata = entry.metadata().ok()?;
    Some(FileId { device: metadata.dev(), inode: metadata.ino() })
}
