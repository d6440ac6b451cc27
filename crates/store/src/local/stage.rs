//! One object on its way from `tmp/` to its name. Must leave nothing behind when it fails, and must never report an object
//! as stored that a power cut could undo.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Inner, place};
use crate::disk::{self, DiskFile};
use crate::error::{Error, ErrorKind, Operation};
use crate::key::{Area, Key};
use crate::store::{Put, Result, Stage};

/// A file in `tmp/` that this process writes. Its lock tells a sweep that it is no leftover.
#[derive(Debug)]
pub(super) struct Staged {
    inner: Arc<Inner>,
    area: Area,
    path: PathBuf,
    file: Box<dyn DiskFile>,
    failed: Option<ErrorKind>,
    /// Whether all bytes so far would survive a power cut.
    synced: bool,
}

impl Staged {
    pub(super) fn new(inner: Arc<Inner>, area: Area, operation: Operation) -> Result<Self> {
        let tmp = inner.tmp_path();
        inner.ensure_known(&tmp, operation)?;
        let failed = |source| Error::from_io(source, operation, tmp.display());
        let path = tmp.join(inner.disk.random_name().map_err(failed)?);
        let file = inner.disk.create(&path).map_err(failed)?;
        // Where locks are unknown, the age that a sweep asks for must do.
        drop(file.try_lock());
        Ok(Self { inner, area, path, file, failed: None, synced: false })
    }

    pub(super) fn append(&mut self, bytes: &[u8], operation: Operation, object: impl std::fmt::Display) -> Result<()> {
        self.synced = false;
        disk::write_all(&*self.file, bytes).map_err(|source| {
            let error = Error::from_io(source, operation, object);
            self.failed = Some(error.kind());
            error
        })
    }

    /// Makes the bytes durable, once: a sync that failed is never tried again, because the second may report success for bytes that
    /// the kernel has dropped.
    fn sync_as(&mut self, operation: Operation, object: impl std::fmt::Display) -> Result<()> {
        if let Some(kind) = self.failed {
            return Err(Error::new(kind, operation, object));
        }
        if !self.synced {
            self.file.sync().map_err(|source| {
                let error = Error::from_io(source, operation, object);
                self.failed = Some(error.kind());
                error
            })?;
            self.synced = true;
        }
        Ok(())
    }

    /// Syncs the file, gives it its name, and syncs both folders.
    pub(super) fn publish_as(mut self, key: &Key, operation: Operation) -> Result<Put> {
        self.sync_as(operation, key)?;
        let inner = Arc::clone(&self.inner);
        let failed = |source| Error::from_io(source, operation, key);
        inner.ensure_folder(key, operation)?;
        let target = inner.path(key);
        match place::place(&*inner.disk, inner.methods, &inner.tmp_path(), &self.path, &target).map_err(failed)? {
            Put::Existed => inner.existed(key, operation),
            Put::Created => {
                let synced = inner
                    .sync_folder(&inner.folder_path(key))
                    // Else a crash may bring the name in `tmp/` back, on FAT as a second owner of the same bytes.
                    .and_then(|()| inner.sync_folder(&inner.tmp_path()));
                if synced.is_err() {
                    // Nobody may count on it: the session that wrote it will not commit.
                    drop(inner.disk.remove(&target));
                }
                synced.map_err(failed)?;
                Ok(Put::Created)
            }
        }
    }
}

impl Inner {
    /// Answers that an object existed, once that is durable: whoever put it may not have come to sync its folder yet.
    pub(super) fn existed(&self, key: &Key, operation: Operation) -> Result<Put> {
        // Gone again, or no file: then it cannot be said to exist.
        if self.size(key, operation)?.is_none() {
            return Err(Error::new(ErrorKind::NotFound, operation, key));
        }
        self.ensure_folder(key, operation)?;
        let synced = self.sync_folder(&self.folder_path(key));
        synced.map_err(|source| Error::from_io(source, operation, key))?;
        Ok(Put::Existed)
    }
}

impl Stage for Staged {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let area = self.area;
        self.append(bytes, Operation::Write, area)
    }

    fn sync(&mut self) -> Result<()> {
        let area = self.area;
        self.sync_as(Operation::Sync, area)
    }

    fn publish(self: Box<Self>, name: &str) -> Result<Put> {
        let key = Key::new(self.area, name)?;
        self.publish_as(&key, Operation::Publish)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // After publishing there is no such name any more; no other failure could be told to anyone.
        drop(self.inner.disk.remove(&self.path));
    }
}
