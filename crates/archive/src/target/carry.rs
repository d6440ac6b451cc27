//! Keeping entries of one folder in another that is to take its place. Must never write to what is kept, nor follow a symbolic link.

use std::os::fd::AsFd;

use liasse_repo::format::tree::Metadata;
use liasse_repo::format::tree::Name;

use super::{FileKind, Folder, Occupied, TargetError, TargetErrorKind, TargetOperation};
use crate::system::{Attributed, Stat, path_of_name};

/// Bytes that are copied at once.
const BUFFER_SIZE: usize = 64 << 10;

impl Folder {
    /// Its own metadata, as far as [`Folder::apply`] sets it.
    pub fn own_metadata(&self) -> Result<Metadata, TargetError> {
        let stat = self.own_stat()?;
        let handle = self.handle().map_err(|error| TargetError::new(self.path(), TargetOperation::Stat, error))?;
        let xattrs = Attributed::Fd(handle.as_fd()).read();
        let xattrs = xattrs.map_err(|failure| TargetError::new(self.path(), TargetOperation::Stat, failure.cause))?;
        Ok(Metadata { xattrs, ..of(&stat) })
    }

    /// Gives an entry that is no directory to another folder too: by a further name where the file system can, else as a copy. A socket
    /// that cannot have a further name is left out: without its program it is nothing.
    pub fn carry(&self, name: &Name, to: &Self) -> Result<(), TargetError> {
        match to.hard_link(name, self, name, Occupied::Refuse) {
            Err(error) if matches!(error.kind, TargetErrorKind::Io(_) | TargetErrorKind::Denied) => self.copy(name, to),
            result => result,
        }
    }

    fn copy(&self, name: &Name, to: &Self) -> Result<(), TargetError> {
        let missing = || TargetError { path: self.path_of(name), operation: TargetOperation::Read, kind: TargetErrorKind::Missing };
        let stat = self.stat(name)?.ok_or_else(missing)?;
        let metadata = self.metadata_of(name, &stat)?;
        match stat.kind {
            FileKind::File => self.copy_file(name, to, &stat, &metadata),
            FileKind::Symlink => to.symlink(name, &self.read_link(name)?, &metadata, Occupied::Refuse).map(|_| ()),
            FileKind::Fifo => to.fifo(name, &metadata, Occupied::Refuse).map(|_| ()),
            FileKind::CharDevice | FileKind::BlockDevice => {
                to.device(name, stat.kind, stat.special, &metadata, Occupied::Refuse).map(|_| ())
            }
            FileKind::Socket => Ok(()),
            FileKind::Directory => {
                let kind = TargetErrorKind::Exists { kind: stat.kind };
                Err(TargetError { path: self.path_of(name), operation: TargetOperation::Read, kind })
            }
        }
    }

    fn copy_file(&self, name: &Name, to: &Self, stat: &Stat, metadata: &Metadata) -> Result<(), TargetError> {
        let file = to.create_temp(name)?;
        file.set_len(stat.size)?;
        let (mut offset, mut failed) = (0_u64, None);
        self.read_file(name, BUFFER_SIZE, |bytes| {
            // What is nothing but zeros may be a hole.
            if failed.is_none() && bytes.iter().any(|byte| *byte != 0) {
                failed = file.write_at(offset, bytes).err();
            }
            offset += bytes.len() as u64;
        })?;
        match failed {
            Some(error) => Err(error),
            None => file.finish(metadata, Occupied::Refuse).map(|_| ()),
        }
    }

    fn metadata_of(&self, name: &Name, stat: &Stat) -> Result<Metadata, TargetError> {
        let handle = self.on(name, TargetOperation::Stat, Ok)?;
        let path = path_of_name(&handle, name.as_bytes());
        let xattrs = Attributed::Entry(&path).read();
        let xattrs = xattrs.map_err(|failure| TargetError::new(self.path_of(name), TargetOperation::Stat, failure.cause))?;
        Ok(Metadata { xattrs, ..of(stat) })
    }
}

fn of(stat: &Stat) -> Metadata {
    Metadata { mode: stat.mode, uid: stat.uid, gid: stat.gid, mtime: stat.mtime, ..Metadata::default() }
}
