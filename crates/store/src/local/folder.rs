//! The folders of a local repository: making them durable, and knowing a repository when one is there. Must never take an
//! empty mount point for an empty repository, nor somebody's documents for a place to start one.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::PoisonError;

use rustix::io::Errno;

use super::{Inner, TMP};
use crate::disk::Kind;
use crate::error::{Error, ErrorKind, Operation};
use crate::key::{Area, Key, is_shard};
use crate::store::Result;

/// Every repository has these two, filled as soon as it can be used; the others may be lost with a copy that skips empty
/// folders.
const MARKS: [Area; 2] = [Area::Config, Area::Keys];

/// What an empty medium may hold in its root.
const IGNORED: [&str; 4] = ["lost+found", "System Volume Information", "$RECYCLE.BIN", ".Trash-1000"];

impl Inner {
    /// Makes what is missing of a repository's folders, durably.
    pub(super) fn make_repository(&self) -> Result<()> {
        let failed = |source| Error::from_io(source, Operation::Create, self.root.display());
        self.make_root().map_err(failed)?;
        if !self.is_repository().map_err(failed)? && !self.is_vacant().map_err(failed)? {
            return Err(Error::new(ErrorKind::NotEmpty, Operation::Create, self.root.display()));
        }
        for name in Area::ALL.map(Area::dir).into_iter().filter(|dir| !dir.is_empty()).chain([TMP]) {
            self.make_folder(&self.root.join(name)).map_err(failed)?;
        }
        self.sync_folder(&self.root).map_err(failed)
    }

    /// Makes the root and its missing parents, each durable in its own parent.
    fn make_root(&self) -> io::Result<()> {
        let mut missing = Vec::new();
        for folder in self.root.ancestors() {
            match self.disk.stat(folder) {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(folder),
                Err(error) => return Err(error),
            }
        }
        for folder in missing.into_iter().rev() {
            self.make_durable_folder(folder)?;
        }
        Ok(())
    }

    fn is_repository(&self) -> io::Result<bool> {
        for mark in MARKS {
            match self.disk.stat(&self.area_path(mark)) {
                Ok(stat) if stat.kind == Kind::Folder => {}
                Ok(_) => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Whether nothing but empty folders of ours (an interrupted creation) and what is ignored lies in the root.
    fn is_vacant(&self) -> io::Result<bool> {
        for entry in self.disk.list(&self.root)? {
            if IGNORED.iter().any(|ignored| entry.name == *ignored) {
                continue;
            }
            let is_empty = || Ok::<_, io::Error>(self.disk.list(&self.root.join(&entry.name))?.is_empty());
            if !is_ours(&entry.name) || entry.kind != Kind::Folder || !is_empty()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Fails unless the root is there and marked as a repository.
    pub(super) fn require_repository(&self, operation: Operation) -> Result<()> {
        let failed = |source| Error::from_io(source, operation, self.root.display());
        self.disk.stat(&self.root).map_err(failed)?;
        if self.is_repository().map_err(failed)? {
            return Ok(());
        }
        Err(Error::new(ErrorKind::NotARepository, operation, self.root.display()))
    }

    /// Makes sure that the folder of an object exists, and that its own entry is durable. The latter once for each process
    /// even if it exists: another writer may have made it a moment ago and not have synced it.
    pub(super) fn ensure_folder(&self, key: &Key, operation: Operation) -> Result<()> {
        self.ensure_known(&self.area_path(key.area()), operation)?;
        self.ensure_known(&self.folder_path(key), operation)
    }

    /// As [`Inner::ensure_folder`], for one folder whose parent exists.
    pub(super) fn ensure_known(&self, folder: &Path, operation: Operation) -> Result<()> {
        // Held throughout, so that no other thread counts on a folder whose entry is not yet durable.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if folder == self.root || known.contains(folder) {
            return Ok(());
        }
        self.require_repository(operation)?;
        let failed = |source| Error::from_io(source, operation, folder.display());
        self.make_durable_folder(folder).map_err(failed)?;
        known.insert(folder.to_owned());
        Ok(())
    }

    /// Makes a folder, or finds it there; says whether it made it.
    fn make_folder(&self, path: &Path) -> io::Result<bool> {
        match self.disk.make_folder(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && self.disk.stat(path)?.kind == Kind::Folder => Ok(false),
            result => result.map(|()| true),
        }
    }

    /// The same, and its name is durable. A folder whose name could not be made so goes again: the next sync would report success
    /// for it, and what is put there would be gone with it after a power cut.
    fn make_durable_folder(&self, path: &Path) -> io::Result<()> {
        let made = self.make_folder(path)?;
        let synced = self.sync_folder(path.parent().unwrap_or(&self.root));
        if made && synced.is_err() {
            drop(self.disk.remove_folder(path));
        }
        synced
    }

    /// Makes a folder's entries durable. A file system that cannot sync folders says so with one of three errors, and has
    /// nothing better to offer; everything else is a failure.
    pub(super) fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let result = self.disk.sync_folder(folder);
        match result.as_ref().map_err(Errno::from_io_error) {
            Err(Some(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)) => Ok(()),
            _ => result,
        }
    }
}

/// Whether a name in the root is that of a folder of ours.
pub(super) fn is_ours(name: &OsStr) -> bool {
    name == TMP || Area::ALL.iter().any(|area| *area != Area::Root && name == area.dir())
}

/// Whether a name in `packs` is that of a folder of packs.
pub(super) fn is_pack_folder(name: &OsStr) -> bool {
    name.to_str().is_some_and(is_shard)
}
