//! The one seam between long operations and whoever watches them: how far they are, and the wish that they stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

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
pub struct Stop {
    asked: Arc<AtomicBool>,
    end: Option<Instant>,
}

impl Stop {
    /// Nobody wishes so yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same wish, given by itself when a moment has come.
    #[must_use]
    pub fn until(&self, end: Instant) -> Self {
        Self { asked: Arc::clone(&self.asked), end: Some(end) }
    }

    /// Asks to stop as soon as may be.
    pub fn stop(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// The flag itself, for a signal handler that sets it.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.asked)
    }

    /// Whether someone asked, or the moment has come.
    pub fn is_stopped(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || self.end.is_some_and(|end| Instant::now() > end)
    }

    /// [`Error::Interrupted`] once someone asked.
    pub fn check(&self) -> Result<()> {
        if self.is_stopped() { Err(Error::Interrupted) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_wish_may_come_from_the_clock_and_is_shared_all_the_same() {
        let stop = Stop::new();
        let (early, late) = (stop.until(Instant::now()), stop.until(Instant::now() + Duration::from_hours(1)));
        std::thread::sleep(Duration::from_millis(2));
        assert!(early.is_stopped() && !late.is_stopped() && !stop.is_stopped());
        stop.stop();
        assert!(late.is_stopped() && matches!(late.check(), Err(Error::Interrupted)));
    }
}
