//! Faults of a simulated disk, and habits of some real ones. Must never strike unless it was asked for.

use std::path::Path;
use std::time::Duration;

use rustix::io::Errno;

use super::random::Chance;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// `EIO`. A sync that fails so drops what it should have written, and the next one reports success, as Linux does.
    Io,
    /// `ENOSPC`, of operations that need space.
    Full,
    /// `EINTR`, of reads and writes.
    Interrupted,
}

/// What is wrong with a disk, or odd. All of it can be on at once.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
pub struct Trouble {
    /// Which operations fail, by their numbers: see [`Sim::operations`](crate::Sim::operations).
    pub failures: Vec<(u64, Failure)>,
    /// This sync fails, counted from 1 and from now.
    pub failed_sync: Option<u64>,
    /// Every operation from this one on fails with `EIO`: the disk is gone.
    pub gone_from: Option<u64>,
    /// How many bytes can still be written; at 0, nothing can be made either.
    pub room: Option<u64>,
    /// Reads and writes transfer any number of bytes from 1 on, by this seed, and are interrupted now and then.
    pub ragged: Option<u64>,
    /// How far the clock goes on with every operation.
    pub delay: Duration,
    /// Listings are as they were when this was set on, as of a server's cache.
    pub stale_lists: bool,
    /// Listings end after so many names.
    pub list_limit: Option<usize>,
    /// Reads of these paths that reach the byte [`Trouble::rotten_at`] fail with `EIO`: a sector that the medium does not give.
    pub rotten: Option<fn(&str) -> bool>,
    /// Which byte that is.
    pub rotten_at: u64,
    /// `renameat2` is unknown, as on NFS.
    pub no_rename_no_replace: bool,
    /// `link` is refused, as on FAT.
    pub no_link: bool,
    /// Folders cannot be synced (`EINVAL`).
    pub no_folder_sync: bool,
    /// Syncs of these paths report success and do nothing: a disk that lies, or a sync that was forgotten. To see that tests notice.
    pub ignored_syncs: Option<fn(&str) -> bool>,
}

/// What an operation does to a disk, as far as faults go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Looks at names, sizes or bytes.
    Look,
    /// Reads bytes.
    Read,
    /// Appends bytes.
    Write,
    /// Needs space for a name.
    Make,
    /// Changes names, and needs no space.
    Change,
    /// Makes durable.
    Sync,
}

impl Trouble {
    /// What the `number`-th operation fails with.
    pub(super) fn strikes(&mut self, number: u64, sort: Sort) -> Option<Errno> {
        if sort == Sort::Sync {
            self.failed_sync = self.failed_sync.map(|left| left.wrapping_sub(1));
            if self.failed_sync == Some(0) {
                return Some(Errno::IO);
            }
        }
        if self.gone_from.is_some_and(|from| number >= from) {
            return Some(Errno::IO);
        }
        if self.room == Some(0) && matches!(sort, Sort::Write | Sort::Make) {
            return Some(Errno::NOSPC);
        }
        let failures = self.failures.iter().filter(|(at, _)| *at == number);
        failures.map(|(_, failure)| *failure).find_map(|failure| match failure {
            Failure::Io => Some(Errno::IO),
            Failure::Full => matches!(sort, Sort::Write | Sort::Make | Sort::Sync).then_some(Errno::NOSPC),
            Failure::Interrupted => matches!(sort, Sort::Read | Sort::Write).then_some(Errno::INTR),
        })
    }

    /// Whether a read of so many bytes reaches a sector that the medium does not give.
    pub(super) fn is_rotten(&self, path: &Path, offset: u64, length: usize) -> bool {
        let reaches = (offset..offset.saturating_add(length as u64)).contains(&self.rotten_at);
        reaches && self.rotten.zip(path.to_str()).is_some_and(|(is_rotten, path)| is_rotten(path))
    }

    /// How many of `wanted` bytes a read or write moves, or that it is interrupted.
    pub(super) fn transfer(&self, number: u64, wanted: usize) -> Result<usize, Errno> {
        let Some(seed) = self.ragged.filter(|_| wanted > 0) else { return Ok(wanted) };
        let mut chance = Chance::new(seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d));
        if chance.once_in(8) { Err(Errno::INTR) } else { Ok(1 + chance.below(wanted)) }
    }
}
