//! What is to be backed up, as the part of the file system's tree that leads there.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use liasse_repo::format::snapshot::Unread;
use liasse_repo::format::tree::Name;

use super::dossiers::Dossier;
use crate::error::{Error, Result};
use crate::source::{SourceError, SourceOperation};

/// A folder on the way to sources, or a source.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// Whether all of it is wanted.
    pub(super) whole: bool,
    /// The number of the dossier that it is, if it is one.
    pub(super) dossier: Option<usize>,
    pub(super) children: BTreeMap<Name, Step>,
}

impl Step {
    /// Makes all of a path below `/` wanted.
    fn place(&mut self, path: &Path) -> Result<&mut Step> {
        let bytes = path.as_os_str().as_bytes();
        let not_absolute = || Error::NotAbsolute { path: path.display().to_string() };
        let mut step = self;
        for name in bytes.strip_prefix(b"/").ok_or_else(not_absolute)?.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            step = step.children.entry(Name::new(name).ok_or_else(not_absolute)?).or_default();
        }
        step.whole = true;
        Ok(step)
    }
}

/// All sources.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// The folder `/`.
    pub(super) root: Step,
    /// The same, with nothing but dossiers that come before the others.
    pub(super) first: Step,
    /// Sources that are not there.
    pub(super) missing: Vec<Unread>,
    paths: Vec<Vec<u8>>,
}

impl Sources {
    /// Looks every source up. That some are missing is reported; that all are is an error.
    pub(super) fn find(sources: &[PathBuf]) -> Result<Self> {
        let mut found = Self::default();
        let mut first = None;
        for source in sources {
            match resolve(source) {
                Ok(path) => found.add(&path)?,
                Err(error) => {
                    let path = source.as_os_str().as_bytes().to_vec();
                    found.missing.push(Unread { path: path.clone(), cause: error.to_string() });
                    first.get_or_insert(SourceError { path, operation: SourceOperation::Stat, source: error });
                }
            }
        }
        match first {
            Some(cause) if found.paths.is_empty() => Err(Error::NoSource { cause }),
            _ => Ok(found),
        }
    }

    /// Looks every dossier up. One whose folder is not there is passed over; so is one whose folder is another's now, and that is not
    /// looked at: that folder was given another code. `named` are the sources as the snapshot names them.
    pub(super) fn of_dossiers(dossiers: &[Dossier], named: &[PathBuf]) -> Result<Self> {
        let mut found = Self::default();
        let mut parents = HashMap::new();
        for (number, dossier) in dossiers.iter().enumerate() {
            let Some((parent, name)) = dossier.path.parent().zip(dossier.path.file_name()) else { continue };
            let real = parents.entry(parent).or_insert_with(|| parent.canonicalize().ok());
            if let Some(real) = real {
                let path = real.join(name);
                let place = found.root.place(&path)?;
                if place.dossier.is_some() && dossier.refusal.is_some() {
                    continue;
                }
                place.dossier = Some(number);
                if dossier.comes_first {
                    found.first.place(&path)?.dossier = Some(number);
                }
            }
        }
        found.paths = named.iter().map(|path| path.as_os_str().as_bytes().to_vec()).collect();
        Ok(found)
    }

    /// Their absolute paths.
    pub(super) fn paths(&self) -> &[Vec<u8>] {
        &self.paths
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        self.root.place(path)?;
        let bytes = path.as_os_str().as_bytes();
        if !self.paths.iter().any(|known| known == bytes) {
            self.paths.push(bytes.to_vec());
        }
        Ok(())
    }
}

/// The absolute path of a source: links on the way are followed, the source itself is not.
fn resolve(source: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(source)?;
    // "folder/" and "folder/.." name what is at the end of the link.
    let follows = source.as_os_str().as_bytes().ends_with(b"/") || source.as_os_str().as_bytes().ends_with(b".");
    match (absolute.parent(), absolute.file_name()) {
        (Some(parent), Some(name)) if !follows => {
            let path = parent.canonicalize()?.join(name);
            path.symlink_metadata()?;
            Ok(path)
        }
        _ => absolute.canonicalize(),
    }
}
