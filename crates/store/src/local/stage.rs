//! One object on its way from `tmp/` to its name. Must leave nothing behind when it fails, and must never report an object
//! as stored that a power cut could undo.

use std::path::PathBuf;
use std::sync::Arc;

use super::aside::Unreadable;
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
        Ok(Self { inner, area, path, file, failed: None })
    }

    pub(super) fn append(&mut self, bytes: &[u8], operation: Operation, object: impl std::fmt::Display) -> Result<()> {
        disk::write_all(&*self.file, bytes).map_err(|source| {
            let error = Error::from_io(source, operation, object);
            self.failed = Some(error.kind());
            error
        })
    }

    /// Makes the bytes durable. A sync that fails is never tried again, because the second may report success for bytes that the kernel
    /// has dropped.
    fn sync_as(&self, operation: Operation, object: impl std::fmt::Display) -> Result<()> {
        match self.failed {
            Some(kind) => Err(Error::new(kind, operation, object)),
            None => self.file.sync().map_err(|source| Error::from_io(source, operation, object)),
        }
    }

    /// Syncs the file, gives it its name, and syncs both folders.
    pub(super) fn publish_as(self, key: &Key, operation: Operation) -> Result<Put> {
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

    /// The same in the place of a damaged object, which has another name before it loses this one to the new object, at once.
    fn take_place_of(self, key: &Key) -> Result<Option<Key>> {
        let operation = Operation::Publish;
        let inner = Arc::clone(&self.inner);
        if inner.size(key, Operation::Size)?.is_none() {
            return self.publish_as(key, operation).map(|_| None);
        }
        self.sync_as(operation, key)?;
        inner.ensure_folder(key, operation)?;
        let aside = inner.name_aside(key, Unreadable::Stays)?;
        let failed = |source| Error::from_io(source, operation, key);
        // Closed before, because some servers replace no file that is open; and after, because a reader may have opened it again.
        inner.handles.forget(key);
        let moved = inner.disk.rename(&self.path, &inner.path(key));
        inner.handles.forget(key);
        moved.map_err(failed)?;
        // Where this fails, either of the two may have the name: both are durable, and nothing is undone.
        inner.sync_folder(&inner.folder_path(key)).map_err(failed)?;
        inner.sync_folder(&inner.tmp_path()).map_err(failed)?;
        Ok(Some(aside))
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

    fn publish(self: Box<Self>, name: &str) -> Result<Put> {
        let key = Key::new(self.area, name)?;
        self.publish_as(&key, Operation::Publish)
    }

    fn take_place(self: Box<Self>, name: &str) -> Result<Option<Key>> {
        let key = Key::new(self.area, name)?;
        self.take_place_of(&key)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // After publishing there is no such name any more; no other failure could be told to anyone.
        drop(self.inner.disk.remove(&self.path));
    }
}
