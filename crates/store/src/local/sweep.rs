//! Removing what dead writers left in `tmp/`. Must never touch an object, nor the file of a writer that lives.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::Inner;
use super::place::LOCK;
use crate::disk::Kind;
use crate::error::{Error, Operation};
use crate::store::Result;

impl Inner {
    pub(super) fn sweep(&self, older_than: Duration) -> Result<u64> {
        self.require_repository(Operation::Sweep)?;
        let tmp = self.tmp_path();
        let failed = |source| Error::from_io(source, Operation::Sweep, tmp.display());
        let mut removed = 0;
        for path in self.leftovers(LOCK).map_err(failed)? {
            if self.is_abandoned(&path, older_than).map_err(failed)? {
                match self.disk.remove(&path) {
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

    /// Old enough, and not locked by whoever writes it. Files dated in the future are taken for young.
    fn is_abandoned(&self, path: &Path, older_than: Duration) -> io::Result<bool> {
        let check = || -> io::Result<bool> {
            let stat = self.disk.stat_link(path)?;
            let age = self.disk.now().duration_since(stat.modified).unwrap_or_default();
            if stat.kind != Kind::File || age < older_than {
                return Ok(false);
            }
            // Where locks are unknown, the age must do.
            Ok(self.disk.open(path)?.try_lock().unwrap_or(true))
        };
        match check() {
            // Published or discarded since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            result => result,
        }
    }
}
