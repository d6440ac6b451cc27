//! Setting a damaged object aside. Must never lose a byte of it that the medium gives, whatever fails: it has its old name, or its new one,
//! or both.

use std::io;
use std::sync::Arc;

use super::stage::Staged;
use super::{Inner, place};
use crate::disk::{self, DiskFile};
use crate::error::{Error, ErrorKind, Operation};
use crate::key::Key;
use crate::store::{Put, Result};

/// Bytes that are copied at once.
const STEP: usize = 1 << 20;
/// What is not given up as a whole where the medium does not give all of an object: the largest sector of common media, in bytes.
const GRAIN: usize = 4096;

/// What becomes of an object that has to be copied, and that the medium does not give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It is moved: nothing is lost that it may give another time.
    Moves,
    /// It stays in its place, and the copy has zeros for what is not given: a sound object waits to replace it at once, and whoever looks
    /// there must find the one or the other.
    Stays,
}

impl Inner {
    pub(super) fn set_aside(self: &Arc<Self>, key: &Key) -> Result<Key> {
        let failed = |source| Error::from_io(source, Operation::SetAside, key);
        let aside = self.name_aside(key, Unreadable::Moves)?;
        self.handles.forget(key);
        match self.disk.remove(&self.path(key)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            result => result.map_err(failed)?,
        }
        self.sync_folder(&self.folder_path(key)).map_err(failed)?;
        Ok(aside)
    }

    /// Gives an object a name among those that are set aside, durably, and leaves it the old one.
    pub(super) fn name_aside(self: &Arc<Self>, key: &Key, unreadable: Unreadable) -> Result<Key> {
        if self.size(key, Operation::SetAside)?.is_none() {
            return Err(Error::new(ErrorKind::NotFound, Operation::SetAside, key));
        }
        for aside in key.asides()? {
            self.ensure_folder(&aside, Operation::SetAside)?;
            if self.second_name(key, &aside, unreadable)? == Put::Existed {
                continue;
            }
            let synced = self.sync_folder(&self.folder_path(&aside));
            synced.map_err(|source| Error::from_io(source, Operation::SetAside, key))?;
            return Ok(aside);
        }
        Err(Error::new(ErrorKind::BadName, Operation::SetAside, key))
    }

    /// Gives an object a second name; where the file system has no such names, to a copy of it. A move gives and takes a name at once, of
    /// which a power cut may leave only the taking where there is no journal, as on FAT.
    fn second_name(self: &Arc<Self>, key: &Key, aside: &Key, unreadable: Unreadable) -> Result<Put> {
        let knows = self.methods.contains(&place::Method::Link);
        let given = if knows { place::second_name(&*self.disk, &self.path(key), &self.path(aside)) } else { Ok(None) };
        match given.map_err(|source| Error::from_io(source, Operation::SetAside, key))? {
            Some(put) => Ok(put),
            None => self.copy_aside(key, aside, unreadable),
        }
    }

    fn copy_aside(self: &Arc<Self>, key: &Key, aside: &Key, unreadable: Unreadable) -> Result<Put> {
        let (file, size) = self.open_object(key, Operation::SetAside)?;
        let mut stage = Staged::new(Arc::clone(self), aside.area(), Operation::SetAside)?;
        let (mut at, mut buffer) = (0, Vec::new());
        while at < size {
            buffer.resize(usize::try_from(size - at).unwrap_or(STEP).min(STEP), 0);
            if disk::read_exact_at(&*file, &mut buffer, at).is_err() {
                if unreadable == Unreadable::Moves {
                    // A copy would have less than may be there.
                    drop(stage);
                    return self.move_aside(key, aside);
                }
                read_what_is_given(&*file, &mut buffer, at);
            }
            stage.append(&buffer, Operation::SetAside, aside)?;
            at += buffer.len() as u64;
        }
        stage.publish_as(aside, Operation::SetAside)
    }

    fn move_aside(&self, key: &Key, aside: &Key) -> Result<Put> {
        let moved = place::place(&*self.disk, self.methods, &self.tmp_path(), &self.path(key), &self.path(aside));
        moved.map_err(|source| Error::from_io(source, Operation::SetAside, key))
    }
}

/// Reads sector by sector; what is not given is zeros.
fn read_what_is_given(file: &dyn DiskFile, buffer: &mut [u8], offset: u64) {
    let mut at = offset;
    for grain in buffer.chunks_mut(GRAIN) {
        if disk::read_exact_at(file, grain, at).is_err() {
            grain.fill(0);
        }
        at += grain.len() as u64;
    }
}
