//! A copy of the local cache for who reads it for days: the file is locked while it is open, and a backup that finds it locked cannot
//! write it. Must never wait for anybody, and must leave nothing behind.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::cache;

/// A folder with a copy, until it is dropped. What was opened in it stays open.
pub(crate) struct Copied {
    folder: PathBuf,
}

impl Copied {
    /// Copies the cache of `folder`; `None` where there is none, where it is written meanwhile, or where there is no room.
    pub(crate) fn of(folder: &Path) -> Option<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let source = File::open(cache::file(folder)).ok()?;
        let name = format!("reading-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let copied = Self { folder: folder.join(name) };
        fs::create_dir(&copied.folder).ok()?;
        copied.fill(source).ok()?.then_some(copied)
    }

    /// Whether the copy is of one moment. What is written between two commits is not referred to: such a file is as after a crash.
    fn fill(&self, mut source: File) -> io::Result<bool> {
        let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(cache::file(&self.folder))?;
        let before = source.metadata()?;
        let copied = io::copy(&mut source, &mut copy)?;
        let after = source.metadata()?;
        let stamp = |metadata: &fs::Metadata| (metadata.len(), metadata.mtime(), metadata.mtime_nsec());
        Ok(stamp(&before) == stamp(&after) && copied == after.len())
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}
