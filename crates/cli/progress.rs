//! Bars on a terminal, nothing elsewhere.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use liasse_repo::{Phase, Progress};
use rustix::termios::tcgetwinsize;

use crate::output::Output;
use crate::text;

/// How often the path that is worked on is shown, in milliseconds.
const PATH_EVERY_MS: u64 = 100;

/// What takes less is not worth a bar.
const AFTER: Duration = Duration::from_secs(1);
/// Columns of a terminal on which a whole bar has room.
const WIDE: u16 = 90;

/// What is shown while a command works.
pub(crate) struct Bars {
    shown: bool,
    /// Whether it took long enough for a bar to be drawn.
    drawn: AtomicBool,
    bar: Mutex<ProgressBar>,
    began: Instant,
    last_path_ms: AtomicU64,
}

impl Bars {
    /// Bars, if there is a terminal to draw them on.
    pub(crate) fn new(output: Output) -> Self {
        let last_path_ms = AtomicU64::new(0);
        Self {
            shown: output.is_interactive(),
            drawn: AtomicBool::new(false),
            bar: Mutex::new(ProgressBar::hidden()),
            began: Instant::now(),
            last_path_ms,
        }
    }

    /// Takes them off the screen.
    pub(crate) fn clear(&self) {
        self.bar().finish_and_clear();
    }

    /// Begins to draw once the command has taken its time.
    fn draw(&self) {
        if !self.drawn.load(Ordering::Relaxed) && self.began.elapsed() >= AFTER && !self.drawn.swap(true, Ordering::Relaxed) {
            Self::draw_on_terminal(&self.bar());
        }
    }

    fn draw_on_terminal(bar: &ProgressBar) {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(200));
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
        self.draw();
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template(phase, columns() >= WIDE)).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix(title(phase));
        let mut shown = self.bar();
        // The old one is gone before the new one is drawn.
        shown.finish_and_clear();
        if self.drawn.load(Ordering::Relaxed) {
            Self::draw_on_terminal(&bar);
        }
        *shown = bar;
    }

    fn expect(&self, amount: u64) {
        if self.shown {
            self.draw();
            self.bar().inc_length(amount);
        }
    }

    fn advance(&self, amount: u64) {
        if self.shown {
            self.draw();
            self.bar().inc(amount);
        }
    }

    fn at(&self, path: &[u8]) {
        if !self.shown {
            return;
        }
        self.draw();
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
        Phase::CheckStructure => "packs",
        Phase::CheckTrees => "snapshots",
        Phase::CheckPacks => "data",
        Phase::Repair => "mending",
    }
}

/// Columns of the terminal. One that does not know is taken for a wide one.
fn columns() -> u16 {
    let known = tcgetwinsize(std::io::stderr()).map(|size| size.ws_col);
    known.ok().filter(|columns| *columns > 0).unwrap_or(WIDE)
}

/// What a line holds. It must fit: what is wrapped stays on the screen.
fn template(phase: Phase, wide: bool) -> &'static str {
    match phase {
        Phase::Backup | Phase::Restore | Phase::CheckPacks | Phase::Repair if !wide => "{prefix} {percent}% {wide_msg}",
        Phase::Plan | Phase::CheckTrees | Phase::CheckStructure if !wide => "{prefix} {pos}/{len} {wide_msg}",
        Phase::Backup | Phase::Restore | Phase::CheckPacks | Phase::Repair => {
            "{prefix} [{bar:24}] {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec}, {eta} left  {wide_msg}"
        }
        Phase::Plan | Phase::CheckTrees | Phase::CheckStructure => "{prefix} [{bar:24}] {pos}/{len}, {eta} left  {wide_msg}",
        Phase::Commit => "{prefix} {spinner} {elapsed}",
    }
}
