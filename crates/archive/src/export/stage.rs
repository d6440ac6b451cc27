//! Where an export is made: a folder beside its place, under a temporary name, for its owner only. Must never take the place of anything,
//! nor leave anything behind, short of the process being killed.

use std::ffi::OsStr;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use liasse_repo::format::tree::Name;

use super::Form;
use crate::target::{FileKind, Folder, Occupied, TEMP_PREFIX, Target, TargetError, TargetErrorKind, TargetOperation};

/// The folder that an export is made in.
pub(super) struct Stage {
    parent: Folder,
    name: Name,
    provisional: Name,
    /// The folder itself.
    pub(super) folder: Folder,
    /// Its path.
    pub(super) path: PathBuf,
}

impl Stage {
    /// Makes it, unless the place of the export is taken: by anything but an empty folder that a folder may stand for.
    pub(super) fn make(target: &Path, form: Form) -> Result<Self, TargetError> {
        let failed = |error| TargetError::new(target.as_os_str().as_bytes().to_vec(), TargetOperation::Place, error);
        let invalid = || failed(io::Error::new(io::ErrorKind::InvalidInput, "it is no name"));
        let target = std::path::absolute(target).map_err(failed)?;
        let (parent, name) = target.parent().zip(target.file_name()).ok_or_else(invalid)?;
        let name = Name::new(name.as_bytes()).ok_or_else(invalid)?;
        let folder = Target::open(parent)?.root().clone();
        refuse_taken(&folder, &name, form)?;
        loop {
            let random = RandomState::new().hash_one(name.as_bytes());
            let provisional = Name::new(format!("{TEMP_PREFIX}{random:016x}")).ok_or_else(invalid)?;
            let (made, is_made) = folder.make_dir(&provisional, Occupied::Refuse)?;
            if is_made {
                let path = parent.join(OsStr::from_bytes(provisional.as_bytes()));
                return Ok(Self { parent: folder, name, provisional, folder: made, path });
            }
        }
    }

    /// Makes all durable, and gives the folder its place, or the one file in it that is the export.
    pub(super) fn place(self, form: Form) -> Result<(), TargetError> {
        Target::open(&self.path)?.sync()?;
        refuse_taken(&self.parent, &self.name, form)?;
        match form {
            Form::Folder => {
                if self.parent.stat(&self.name)?.is_some() {
                    self.parent.remove_empty(&self.name)?;
                }
                self.parent.move_to(&self.provisional, &self.parent, &self.name)?;
            }
            Form::Zip => self.folder.move_to(&zip_name()?, &self.parent, &self.name)?,
        }
        self.parent.sync_names()
    }
}

/// What the zip is called until it has its place.
pub(super) fn zip_name() -> Result<Name, TargetError> {
    let invalid = || TargetError::new(Vec::new(), TargetOperation::Place, io::ErrorKind::InvalidInput.into());
    Name::new("export.zip").ok_or_else(invalid)
}

fn refuse_taken(parent: &Folder, name: &Name, form: Form) -> Result<(), TargetError> {
    let Some(stat) = parent.stat(name)? else { return Ok(()) };
    if form == Form::Folder && stat.kind == FileKind::Directory && parent.open(name)?.list()?.is_empty() {
        return Ok(());
    }
    Err(TargetError { path: parent.path_of(name), operation: TargetOperation::Place, kind: TargetErrorKind::Exists { kind: stat.kind } })
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Nothing can be done where even this fails; the name tells what it is. After the folder has its place, nothing has this name.
        self.parent.remove(&self.provisional).ok();
    }
}
