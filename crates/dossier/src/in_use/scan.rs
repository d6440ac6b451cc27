//! One look at what all programs have open and locked, taken for a whole run. It is a picture of a moment: ask again with
//! [`OpenFiles::recheck`] just before a dossier is taken. What cannot be looked at is counted, never an error.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::ops::Bound;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::locks::{self, Lock};
use super::mounts::Mounts;
use super::{FileId, Settings, folder};
use crate::report::Cause;

/// How long a picture is good enough to take a dossier by.
const FRESH: Duration = Duration::from_secs(1);
/// The owner's permission to write: on the links in `/proc/PID/fd` it says that the file was opened for writing (proc(5)).
const OPEN_FOR_WRITING: u32 = 0o200;

/// A file that a program has open for writing.
#[derive(Debug)]
pub(super) struct Open {
    /// The file.
    pub(super) file: FileId,
    /// Its path, as the program's own mounts have it.
    pub(super) path: PathBuf,
    /// The process.
    pub(super) process: u32,
    /// Name of the program.
    pub(super) program: String,
}

/// What all programs had open for writing and locked at one moment.
#[derive(Debug)]
pub struct OpenFiles {
    open: Vec<Open>,
    by_inode: HashMap<u64, Vec<usize>>,
    by_path: BTreeMap<PathBuf, usize>,
    locks: HashMap<u64, Vec<Lock>>,
    mounts: Mounts,
    unseen: usize,
    taken: Instant,
}

impl OpenFiles {
    /// Looks at all processes and all locks. Where there is no `/proc`, nothing is seen.
    pub fn scan(settings: &Settings) -> Self {
        let mut seen = Self {
            open: Vec::new(),
            by_inode: HashMap::new(),
            by_path: BTreeMap::new(),
            locks: HashMap::new(),
            mounts: Mounts::default(),
            unseen: 0,
            taken: Instant::now(),
        };
        if settings.open_files {
            seen.look_at_processes(settings);
        }
        if settings.file_locks {
            seen.look_at_locks(settings);
        }
        seen
    }

    /// Why a dossier counts as in use, if it does. What it costs depends on the dossier alone.
    pub fn in_use(&self, folder: &Path, settings: &Settings) -> Option<Cause> {
        folder::look(self, folder, settings)
    }

    /// The same, by a picture that is not older than a second: for a dossier that is about to be taken, or was just read. A new look
    /// costs what [`OpenFiles::scan`] costs.
    pub fn recheck(&mut self, folder: &Path, settings: &Settings) -> Option<Cause> {
        if self.taken.elapsed() > FRESH {
            *self = Self::scan(settings);
        }
        self.in_use(folder, settings)
    }

    /// As if a while had passed.
    #[cfg(test)]
    pub(super) fn make_old(&mut self) {
        self.taken -= 2 * FRESH;
    }

    /// How many processes could not be looked at, because they belong to other users.
    pub fn unseen(&self) -> usize {
        self.unseen
    }

    /// Files open for writing by number of inode.
    pub(super) fn opened(&self, inode: u64) -> impl Iterator<Item = &Open> {
        self.by_inode.get(&inode).into_iter().flatten().filter_map(|number| self.open.get(*number))
    }

    /// Files open for writing below a folder, by their paths.
    pub(super) fn opened_below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a Open> {
        let from = self
            .by_path
            .range::<Path, _>((Bound::Included(folder), Bound::Unbounded))
            .take_while(move |(path, _)| path.starts_with(folder));
        from.filter_map(|(_, number)| self.open.get(*number))
    }

    /// Locks by number of inode.
    pub(super) fn locked(&self, inode: u64) -> &[Lock] {
        self.locks.get(&inode).map_or(&[], Vec::as_slice)
    }

    /// What is mounted.
    pub(super) fn mounts(&self) -> &Mounts {
        &self.mounts
    }

    fn look_at_processes(&mut self, settings: &Settings) {
        for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let number = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
            let Some(number) = number.filter(|number| *number != std::process::id()) else { continue };
            match self.look_at(number, &process.path(), settings) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => self.unseen += 1,
                // It has ended meanwhile.
                Err(_) | Ok(()) => {}
            }
        }
    }

    fn look_at(&mut self, process: u32, folder: &Path, settings: &Settings) -> io::Result<()> {
        let files = fs::read_dir(folder.join("fd"))?;
        let mut program = None;
        for link in files.flatten().map(|entry| entry.path()) {
            let Some((file, path)) = open_for_writing(&link) else { continue };
            let program = program.get_or_insert_with(|| name_of(folder));
            if settings.ignores_program(program) {
                break;
            }
            let number = self.open.len();
            self.by_inode.entry(file.inode).or_default().push(number);
            self.by_path.insert(path.clone(), number);
            self.open.push(Open { file, path, process, program: program.clone() });
        }
        Ok(())
    }

    fn look_at_locks(&mut self, settings: &Settings) {
        self.mounts = Mounts::read(&fs::read_to_string("/proc/self/mountinfo").unwrap_or_default());
        for lock in locks::read(&fs::read_to_string("/proc/locks").unwrap_or_default()) {
            if !lock.process.is_some_and(|process| is_ignored(process, settings)) {
                self.locks.entry(lock.file.inode).or_default().push(lock);
            }
        }
    }
}

/// Whether what a process does is no sign of use: it is this one, or one that the settings name.
pub(super) fn is_ignored(process: u32, settings: &Settings) -> bool {
    let is_named = || settings.ignores_program(&name_of(Path::new(&format!("/proc/{process}"))));
    process == std::process::id() || !settings.ignore_programs.is_empty() && is_named()
}

/// The regular file that a link in `/proc/PID/fd` leads to, if it is open for writing and still has a name.
fn open_for_writing(link: &Path) -> Option<(FileId, PathBuf)> {
    let is_for_writing = fs::symlink_metadata(link).ok()?.mode() & OPEN_FOR_WRITING != 0;
    let path = is_for_writing.then(|| fs::read_link(link).ok()).flatten()?;
    // Pipes and sockets have no path. What lies in these folders is no dossier, and most of what is open.
    if !path.is_absolute() || ["/dev", "/proc", "/sys"].iter().any(|system| path.starts_with(system)) {
        return None;
    }
    let metadata = fs::metadata(link).ok()?;
    let counts = metadata.is_file() && metadata.nlink() > 0;
    counts.then(|| (FileId { device: metadata.dev(), inode: metadata.ino() }, path))
}

/// The name of the program that a process runs.
fn name_of(process: &Path) -> String {
    fs::read_to_string(process.join("comm")).map_or_else(|_| "?".to_owned(), |name| name.trim_end().to_owned())
}
