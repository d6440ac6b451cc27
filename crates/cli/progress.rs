//! Bars on a terminal, nothing elsewhere.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use liasse_repo::{Phase, Progress};

use crate::output::Output;
use crate::text;

/// How often the path that is worked on is shown, in milliseconds.
const PATH_EVERY_MS: u64 = 100;

/// What is shown while a command works.
pub(crate) struct Bars {
    shown: bool,
    bar: Mutex<ProgressBar>,
    began: Instant,
    last_path_ms: AtomicU64,
}

impl Bars {
    /// Bars, if there is a terminal to draw them on.
    pub(crate) fn new(output: Output) -> Self {
        let last_path_ms = AtomicU64::new(0);
        Self { shown: output.is_interactive(), bar: Mutex::new(ProgressBar::hidden()), began: Instant::now(), last_path_ms }
    }

    /// Takes them off the screen.
    pub(crate) fn clear(&self) {
        self.bar().finish_and_clear();
    }

    fn bar(&self) -> MutexGuard<'_, ProgressBar> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Progress for Bars {
    fn begin(&self, phase: Phase) {
        if !self.shown {
            return;
        }
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template(template(phase)).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix(title(phase));
        bar.enable_steady_tick(Duration::from_millis(200));
        std::mem::replace(&mut *self.bar(), bar).finish_and_clear();
    }

    fn expect(&self, amount: u64) {
        if self.shown {
            self.bar().inc_length(amount);
        }
    }

    fn advance(&self, amount: u64) {
        if self.shown {
            self.bar().inc(amount);
        }
    }

    fn at(&self, path: &[u8]) {
        if !self.shown {
            return;
        }
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let last = self.last_path_ms.load(Ordering::Relaxed);
        let due = now.saturating_sub(last) >= PATH_EVERY_MS;
        // Of many threads only the one that moves the time on draws.
        if due && self.last_path_ms.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.bar().set_message(text::path(path));
        }
    }
}

fn title(phase: Phase) -> &'static str {
    match phase {
        Phase::Backup => "backing up",
        Phase::Commit => "finishing",
        Phase::Plan => "looking",
        Phase::Restore => "restoring",
        Phase::CheckTrees => "snapshots",
        Phase::CheckPacks => "data",
    }
}

fn template(phase: Phase) -> &'static str {
    match phase {
        Phase::Backup | Phase::Restore | Phase::CheckPacks => {
            "{prefix} [{bar:24}] {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec}, {eta} left  {wide_msg}"
        }
        Phase::Plan | Phase::CheckTrees => "{prefix} [{bar:24}] {pos}/{len}, {eta} left  {wide_msg}",
        Phase::Commit => "{prefix} {spinner} {elapsed}",
    }
}
