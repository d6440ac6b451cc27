//! The simulated file system as [`Local`](crate::Local) sees it. Must answer as Linux does, to the error number.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustix::io::Errno;

use super::Machine;
use super::live::{Live, State};
use super::step::{Action, Inode};
use super::trouble::Sort;
use crate::disk::{Disk, DiskFile, Entry, Kind, Stat};

/// A file of a simulated disk, open.
#[derive(Debug)]
struct Open {
    machine: Arc<Machine>,
    inode: Inode,
    path: PathBuf,
    holds_lock: std::sync::atomic::AtomicBool,
}

/// The disk of a machine.
#[derive(Debug, Clone)]
pub(super) struct Simulated(pub(super) Arc<Machine>);

impl Simulated {
    fn run<T>(&self, sort: Sort, action: impl FnOnce(&mut State) -> Result<T, Errno>) -> io::Result<T> {
        let mut state = self.0.lock();
        state.begin(sort)?;
        Ok(action(&mut state)?)
    }

    fn file(&self, inode: Inode, path: &Path) -> Box<dyn DiskFile> {
        Box::new(Open { machine: Arc::clone(&self.0), inode, path: path.to_owned(), holds_lock: false.into() })
    }
}

impl Disk for Simulated {
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let inode = self.run(Sort::Look, |state| {
            state.opened.insert(path.display().to_string());
            state.find(path)
        })?;
        Ok(self.file(inode, path))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let make = |state: &mut State| state.make(path, Live::File { bytes: Vec::new(), modified: state.now });
        Ok(self.file(self.run(Sort::Make, make)?, path))
    }

    fn open_lock(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let inode = self.run(Sort::Make, |state| match state.find(path) {
            Err(Errno::NOENT) => state.make(path, Live::File { bytes: Vec::new(), modified: state.now }),
            found => found,
        })?;
        Ok(self.file(inode, path))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.run(Sort::Make, |state| state.make(path, Live::Folder(std::collections::BTreeMap::new())).map(drop))
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.run(Sort::Change, |state| {
            let place = state.place(path)?;
            let inode = state.at(&place).ok_or(Errno::NOENT)?;
            if !state.folder(inode)?.is_empty() {
                return Err(Errno::NOTEMPTY);
            }
            state.set(&place, None);
            state.record(Action::RemoveFolder { place }, path);
            Ok(())
        })
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.run(Sort::Look, |state| state.stat(state.find(path)?))
    }

    fn stat_link(&self, path: &Path) -> io::Result<Stat> {
        self.stat(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.run(Sort::Look, |state| state.list(state.find(folder)?))
    }

    fn rename_no_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.run(Sort::Make, |state| {
            if state.trouble.no_rename_no_replace {
                return Err(Errno::INVAL);
            }
            if state.find(from).is_ok() && state.at(&state.place(to)?).is_some() {
                return Err(Errno::EXIST);
            }
            rename(state, from, to)
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.run(Sort::Make, |state| rename(state, from, to))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.run(Sort::Make, |state| {
            if state.trouble.no_link {
                return Err(Errno::PERM);
            }
            let (inode, place) = (state.find(from)?, state.place(to)?);
            if state.at(&place).is_some() {
                return Err(Errno::EXIST);
            }
            state.set(&place, Some(inode));
            state.record(Action::Link { place, inode }, to);
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.run(Sort::Change, |state| {
            let place = state.place(path)?;
            let inode = state.at(&place).ok_or(Errno::NOENT)?;
            if state.stat(inode)?.kind == Kind::Folder {
                return Err(Errno::ISDIR);
            }
            state.set(&place, None);
            state.record(Action::Remove { place }, path);
            Ok(())
        })
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.0.lock();
        let inode = state.find(folder)?;
        if state.trouble.no_folder_sync {
            return Err(Errno::INVAL.into());
        }
        sync(&mut state, folder, Action::SyncFolder { inode }, Action::LoseFolder { inode })
    }

    fn now(&self) -> SystemTime {
        self.0.lock().now
    }

    /// Made of what lay there and of how many were asked for, so that a run is the same each time.
    fn random_name(&self) -> io::Result<String> {
        let mut state = self.0.lock();
        state.names += 1;
        Ok(format!("{:016x}{:016x}", state.salt, state.names))
    }
}

fn rename(state: &mut State, from: &Path, to: &Path) -> Result<(), Errno> {
    let (source, target) = (state.place(from)?, state.place(to)?);
    let inode = state.at(&source).ok_or(Errno::NOENT)?;
    state.set(&source, None);
    state.set(&target, Some(inode));
    state.record(Action::Move { from: source, to: target, inode }, from);
    Ok(())
}

/// Counts a sync, and makes durable what `reached` says, or drops it.
fn sync(state: &mut State, path: &Path, reached: Action, lost: Action) -> io::Result<()> {
    if let Err(error) = state.begin(Sort::Sync) {
        state.record(lost, path);
        return Err(error.into());
    }
    if !state.trouble.ignored_syncs.is_some_and(|ignores| ignores(&path.to_string_lossy())) {
        state.record(reached, path);
    }
    Ok(())
}

impl DiskFile for Open {
    fn stat(&self) -> io::Result<Stat> {
        let mut state = self.machine.lock();
        state.begin(Sort::Look)?;
        Ok(state.stat(self.inode)?)
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut state = self.machine.lock();
        state.begin(Sort::Read)?;
        let number = state.operations;
        let Some(Live::File { bytes, .. }) = state.nodes.get(&self.inode) else { return Err(Errno::ISDIR.into()) };
        let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
        if state.trouble.is_rotten(&self.path, offset, buf.len()) {
            return Err(Errno::IO.into());
        }
        let length = state.trouble.transfer(number, rest.len().min(buf.len()))?;
        let (Some(from), Some(to)) = (rest.get(..length), buf.get_mut(..length)) else { return Err(Errno::FAULT.into()) };
        to.copy_from_slice(from);
        Ok(length)
    }

    fn write(&self, new: &[u8]) -> io::Result<usize> {
        let mut state = self.machine.lock();
        state.begin(Sort::Write)?;
        let (number, now) = (state.operations, state.now);
        let mut length = state.trouble.transfer(number, new.len())?;
        if let Some(room) = &mut state.trouble.room {
            length = length.min(usize::try_from(*room).unwrap_or(usize::MAX));
            *room -= length as u64;
        }
        let new = new.get(..length).unwrap_or_default();
        let Some(Live::File { bytes, modified }) = state.nodes.get_mut(&self.inode) else { return Err(Errno::BADF.into()) };
        let at = bytes.len();
        bytes.extend_from_slice(new);
        *modified = now;
        state.record(Action::Write { inode: self.inode, at, bytes: new.into() }, &self.path);
        Ok(length)
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.machine.lock();
        let inode = self.inode;
        sync(&mut state, &self.path, Action::SyncFile { inode }, Action::LoseFile { inode })
    }

    fn lock(&self) -> io::Result<()> {
        while !self.try_lock()? {
            self.machine.wait();
        }
        Ok(())
    }

    fn try_lock(&self) -> io::Result<bool> {
        let took = self.machine.lock().locked.insert(self.inode);
        if took {
            self.holds_lock.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        Ok(took)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.holds_lock.load(std::sync::atomic::Ordering::Relaxed) {
            self.machine.lock().locked.remove(&self.inode);
            self.machine.wake();
        }
    }
}
