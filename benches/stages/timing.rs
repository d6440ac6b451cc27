//! Taking the time: the median of several runs, without what is set up before and dropped after.

use std::fmt::{self, Display, Formatter};
use std::time::Instant;

/// How often everything is run.
const RUNS: usize = 7;

/// What a second does, counted in `unit`.
#[derive(Clone, Copy)]
pub(crate) struct Rate {
    amount: f64,
    unit: &'static str,
}

/// A stage beside its floor.
pub(crate) struct Row {
    pub(crate) stage: Rate,
    pub(crate) floor: &'static str,
    pub(crate) at_floor: Rate,
}

/// Runs `work` on what `set_up` makes, and gives the rate of the median run, for a work of `bytes`.
pub(crate) fn bytes<S, T>(bytes: usize, set_up: impl FnMut() -> S, work: impl FnMut(S) -> T) -> Rate {
    Rate { amount: bytes as f64 / 1e6 / median(set_up, work), unit: "MB" }
}

/// The same, for a work of `count` things.
pub(crate) fn things<S, T>(count: usize, unit: &'static str, set_up: impl FnMut() -> S, work: impl FnMut(S) -> T) -> Rate {
    Rate { amount: count as f64 / median(set_up, work), unit }
}

fn median<S, T>(mut set_up: impl FnMut() -> S, mut work: impl FnMut(S) -> T) -> f64 {
    let mut once = || {
        let ready = set_up();
        let began = Instant::now();
        let done = work(ready);
        let seconds = began.elapsed().as_secs_f64();
        drop(std::hint::black_box(done));
        seconds
    };
    // The first run warms caches, and pages in what it needs.
    once();
    let mut seconds: Vec<f64> = (0..RUNS).map(|_| once()).collect();
    seconds.sort_by(f64::total_cmp);
    seconds[RUNS / 2]
}

impl Display for Rate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.amount < 100.0);
        write!(f, "{:.decimals$} {}", self.amount, self.unit)
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let share = self.stage.amount / self.at_floor.amount * 100.0;
        write!(f, "{} | {} | {} | {share:.0} %", self.stage, self.floor, self.at_floor)
    }
}
