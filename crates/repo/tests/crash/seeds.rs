//! Which seeds are tried, on all cores, and how far; and figures for who reads the output.

use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that whoever runs the tests may set.
pub fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")))
}

/// Figures, which are shown however the tests end.
pub fn say(figures: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{figures}").unwrap();
}

/// Runs seeds from 1 on until `is_enough` of what was added up and the next seed; or the one that is set. Gives what was added up, and how
/// many seeds there were. Panics with what the first seed says that fails.
pub fn each_seed<T: Default + Send, R>(
    is_enough: impl Fn(&T, u64) -> bool + Sync,
    run: impl Fn(u64) -> Result<R, String> + Sync,
    add: impl Fn(&mut T, R) + Sync,
) -> (T, u64) {
    let only = setting("LIASSE_SIM_SEED");
    let next = AtomicU64::new(only.unwrap_or(1));
    let (total, failed, done) = (Mutex::new(T::default()), Mutex::new(None), AtomicU64::new(0));
    let work = || {
        while failed.lock().unwrap().is_none() {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if only.map_or_else(|| is_enough(&total.lock().unwrap(), seed), |only| seed > only) {
                return;
            }
            match run(seed) {
                Ok(of) => add(&mut total.lock().unwrap(), of),
                Err(what) => *failed.lock().unwrap() = Some(what),
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(work);
        }
    });
    if let Some(what) = failed.into_inner().unwrap() {
        panic!("{what}");
    }
    (total.into_inner().unwrap(), done.into_inner())
}
