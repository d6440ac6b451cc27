//! A restored file against what its snapshot states. Must never follow a link.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use liasse_repo::format::ids::Hash;
use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{Entry, Node};

use crate::restore::RestoreReport;

/// Bytes that are read at once.
const STEP: usize = 1 << 20;

/// What a snapshot states of a file or link.
pub(super) struct Stated {
    what: What,
    mode: u32,
    mtime: Time,
}

enum What {
    File { size: u64, hash: Hash },
    Link { target: Vec<u8> },
}

impl Stated {
    /// `None` for what is neither a file nor a link.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let what = match &entry.node {
            Node::File(content) => What::File { size: content.size, hash: content.hash },
            Node::Symlink { target } => What::Link { target: target.clone() },
            _ => return None,
        };
        Some(Self { what, mode: entry.metadata.mode, mtime: entry.metadata.mtime })
    }

    pub(super) fn is_file(&self) -> bool {
        matches!(self.what, What::File { .. })
    }

    pub(super) fn size(&self) -> u64 {
        match self.what {
            What::File { size, .. } => size,
            What::Link { .. } => 0,
        }
    }
}

/// Whether what lies there is what is stated; else, what is not. What the restore said it could not set is not held against it.
pub(super) fn compare(restored: &Path, stated: &Stated, report: &RestoreReport) -> Result<(), String> {
    let told = |error: std::io::Error| format!("it cannot be read after it was restored: {error}");
    let found = restored.symlink_metadata().map_err(told)?;
    match &stated.what {
        What::Link { target } => {
            let there = fs::read_link(restored).map_err(told)?;
            let is_same = there.as_os_str().as_bytes() == target.as_slice();
            is_same.then_some(()).ok_or_else(|| "the link leads elsewhere than the snapshot says".to_owned())
        }
        What::File { .. } if !found.is_file() => Err("it is no file after it was restored".to_owned()),
        What::File { size, .. } if found.len() != *size => {
            Err(format!("it has {} bytes after it was restored, and the snapshot says {size}", found.len()))
        }
        What::File { hash, .. } => {
            if hash_of(restored).map_err(told)? != *hash {
                return Err("its bytes are not those that the snapshot's hash says".to_owned());
            }
            let mtime = Time::new(found.mtime(), u32::try_from(found.mtime_nsec()).unwrap_or_default());
            let is_same = found.permissions().mode() & 0o7777 == stated.mode & 0o7777 && mtime == Some(stated.mtime);
            let is_excused = report.shortfall_count > 0;
            (is_same || is_excused).then_some(()).ok_or_else(|| "its mode or time is not what the snapshot says".to_owned())
        }
    }
}

fn hash_of(path: &Path) -> std::io::Result<Hash> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; STEP];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Hash(*hasher.finalize().as_bytes())),
            Ok(read) => _ = hasher.update(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
