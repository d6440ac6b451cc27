//! Files for sorting: private, without a name from the moment they are made, and gone with the process, however it ends.
//!
//! Must never be needed: where no file can be made, everything is kept in memory instead.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::cache::create_private;
use crate::error::Error;

/// What the names of such files begin with, for the moment that they have one.
const PREFIX: &str = "liasse-sorting-";
/// Bytes of rows that are kept in memory while they are gathered.
const MEMORY_BYTES: usize = 32 << 20;

/// Where rows go that are too many for memory.
#[derive(Debug, Clone)]
pub(crate) struct Scratch {
    folder: Option<PathBuf>,
    /// Bytes of rows that are kept in memory.
    pub(super) memory_bytes: usize,
}

impl Scratch {
    /// In a folder; with `None`, in memory only.
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        Self { folder: folder.map(Path::to_owned), memory_bytes: MEMORY_BYTES }
    }

    /// With files for all that takes more than a few bytes.
    #[cfg(test)]
    pub(super) fn tiny(folder: &Path, memory_bytes: usize) -> Self {
        Self { memory_bytes, ..Self::new(Some(folder)) }
    }

    /// A failure to read what was written.
    pub(crate) fn error(&self, cause: &io::Error) -> Error {
        let path = self.folder.as_ref().map(|folder| folder.display().to_string()).unwrap_or_default();
        Error::Cache { path, what: format!("what was sorted there does not come back: {cause}") }
    }

    /// A new file that only this process can reach.
    pub(super) fn file(&self) -> io::Result<File> {
        let folder = self.folder.as_deref().ok_or(io::ErrorKind::NotFound)?;
        create_private(folder)?;
        sweep(folder);
        let random: [u8; 16] = liasse_seal::random_bytes().map_err(io::Error::other)?;
        let path = folder.join(format!("{PREFIX}{:032x}", u128::from_le_bytes(random)));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        // Where this fails, the next one that is made removes it.
        std::fs::remove_file(&path).ok();
        Ok(file)
    }
}

/// Removes what processes left that were killed between making a file and taking its name away. One that still has a name can go at any
/// time: whoever made it has it open, and is about to do the same.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            std::fs::remove_file(entry.path()).ok();
        }
    }
}
