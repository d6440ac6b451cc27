//! Setting a damaged object aside. Must never lose a byte of it, whatever fails: it has its old name, or its new one, or both.

use super::{Inner, place};
use crate::error::{Error, ErrorKind, Operation};
use crate::key::Key;
use crate::store::{Put, Result};

impl Inner {
    pub(super) fn set_aside(&self, key: &Key) -> Result<Key> {
        let failed = |source| Error::from_io(source, Operation::SetAside, key);
        if self.size(key, Operation::SetAside)?.is_none() {
            return Err(Error::new(ErrorKind::NotFound, Operation::SetAside, key));
        }
        let from = self.path(key);
        for aside in key.asides()? {
            self.ensure_folder(&aside, Operation::SetAside)?;
            let placed = place::place(&*self.disk, self.methods, &self.tmp_path(), &from, &self.path(&aside)).map_err(failed)?;
            if placed == Put::Existed {
                continue;
            }
            self.handles.forget(key);
            // The new name first: after a power cut the object may have both names, and never none.
            self.sync_folder(&self.folder_path(&aside)).map_err(failed)?;
            self.sync_folder(&self.folder_path(key)).map_err(failed)?;
            return Ok(aside);
        }
        Err(Error::new(ErrorKind::BadName, Operation::SetAside, key))
    }
}
