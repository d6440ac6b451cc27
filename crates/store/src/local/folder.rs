//! The folders of a local repository: making them durable, and knowing a repository when one is there. Must never take an
//! empty mount point for an empty repository, nor somebody's documents for a place to start one.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::PoisonError;

use rustix::io::Errno;

use super::{Inner, TMP, files};
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
            files::make_folder(&self.root.join(name)).map_err(failed)?;
        }
        self.sync_folder(&self.root).map_err(failed)
    }

    /// Makes the root and its missing parents, each durable in its own parent.
    fn make_root(&self) -> io::Result<()> {
        let mut missing = Vec::new();
        for folder in self.root.ancestors() {
            if folder.try_exists()? {
                break;
            }
            missing.push(folder);
        }
        for folder in missing.into_iter().rev() {
            files::make_folder(folder)?;
            self.sync_folder(folder.parent().unwrap_or(folder))?;
        }
        Ok(())
    }

    fn is_repository(&self) -> io::Result<bool> {
        for mark in MARKS {
            match fs::metadata(self.area_path(mark)) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Whether nothing but empty folders of ours (an interrupted creation) and what is ignored lies in the root.
    fn is_vacant(&self) -> io::Result<bool> {
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            let name = entry.file_name();
            if IGNORED.iter().any(|ignored| name == *ignored) {
                continue;
            }
            let empty_folder = || Ok::<_, io::Error>(fs::read_dir(entry.path())?.next().is_none());
            if !is_ours(&name) || !entry.file_type()?.is_dir() || !empty_folder()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Fails unless the root is there and marked as a repository.
    pub(super) fn require_repository(&self, operation: Operation) -> Result<()> {
        let failed = |source| Error::from_io(source, operation, self.root.display());
        fs::metadata(&self.root).map_err(failed)?;
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
        files::make_folder(folder).map_err(failed)?;
        self.sync_folder(folder.parent().unwrap_or(&self.root)).map_err(failed)?;
        known.insert(folder.to_owned());
        Ok(())
    }

    /// Makes a folder's entries durable. A file system that cannot sync folders says so with one of three errors, and has
    /// nothing better to offer; everything else is a failure.
    pub(super) fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let result = (self.sync)(&fs::File::open(folder)?, folder);
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
