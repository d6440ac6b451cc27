//! The one seam between long operations and whoever watches them: how far they are, and the wish that they stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

/// A part of a long operation, with the unit it is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reading sources and storing what is new: bytes of files.
    Backup,
    /// Writing out what is under way, and committing: nothing is counted.
    Commit,
    /// Learning what is to be restored: entries.
    Plan,
    /// Writing files: bytes.
    Restore,
    /// Following every reference of every snapshot: snapshots.
    CheckTrees,
    /// Reading the directories of packs: packs.
    CheckStructure,
    /// Reading packs: bytes.
    CheckPacks,
    /// Putting sound objects into the place of damaged ones: bytes.
    Repair,
}

/// Who watches a long operation. Called from many threads, often: it must be quick.
pub trait Progress: Sync {
    /// A phase begins.
    fn begin(&self, phase: Phase) {
        _ = phase;
    }

    /// So much more is known to lie ahead in this phase.
    fn expect(&self, amount: u64) {
        _ = amount;
    }

    /// So much more is done.
    fn advance(&self, amount: u64) {
        _ = amount;
    }

    /// What is being worked on, as raw bytes of a path.
    fn at(&self, path: &[u8]) {
        _ = path;
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

/// The wish that an operation stops, given from a signal or another thread.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Nobody wishes so yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop as soon as may be.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// The flag itself, for a signal handler that sets it.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    /// Whether someone asked.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// [`Error::Interrupted`] once someone asked.
    pub fn check(&self) -> Result<()> {
        if self.is_stopped() { Err(Error::Interrupted) } else { Ok(()) }
    }
}
