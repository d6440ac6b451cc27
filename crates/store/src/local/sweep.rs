//! Removing what dead writers left in `tmp/`. Must never touch an object, nor the file of a writer that lives.

use std::fs::{self, DirEntry, TryLockError};
use std::io;
use std::time::{Duration, SystemTime};

use super::place::LOCK;
use super::{Inner, files};
use crate::error::{Error, Operation};
use crate::store::Result;

impl Inner {
    pub(super) fn sweep(&self, older_than: Duration) -> Result<u64> {
        self.require_repository(Operation::Sweep)?;
        let tmp = self.tmp_path();
        let failed = |source| Error::from_io(source, Operation::Sweep, tmp.display());
        let mut removed = 0;
        for entry in self.leftovers(LOCK).map_err(failed)? {
            if is_abandoned(&entry, older_than).map_err(failed)? {
                match fs::remove_file(entry.path()) {
                    Ok(()) => removed += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(failed(error)),
                }
            }
        }
        if removed > 0 {
            self.sync_folder(&tmp).map_err(failed)?;
        }
        Ok(removed)
    }
}

/// Old enough, and not locked by whoever writes it. Files dated in the future are taken for young.
fn is_abandoned(entry: &DirEntry, older_than: Duration) -> io::Result<bool> {
    let check = || -> io::Result<bool> {
        let metadata = entry.metadata()?;
        let age = SystemTime::now().duration_since(metadata.modified()?).unwrap_or_default();
        if !metadata.is_file() || age < older_than {
            return Ok(false);
        }
        let locked = files::open(&entry.path())?.try_lock();
        Ok(!matches!(locked, Err(TryLockError::WouldBlock)))
    };
    match check() {
        // Published or discarded since the folder was read.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        result => result,
    }
}
