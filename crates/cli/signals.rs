//! The wish to stop, from the keyboard or the system: the first asks, the second ends the program at once.

use std::io;

use liasse_repo::Stop;
use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal, set_dumpable_behavior, setrlimit};
use signal_hook::flag;

use crate::exit::Exit;

const SIGNALS: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

/// Lets signals set `stop`. One that was ignored when the program began stays ignored, as `nohup` wants it.
pub(crate) fn listen(stop: &Stop) -> io::Result<()> {
    let ignored = ignored();
    for signal in SIGNALS.map(Signal::as_raw).into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0) {
        // In this order: the second signal finds the flag set by the first.
        flag::register_conditional_shutdown(signal, Exit::Interrupted as i32, stop.flag())?;
        flag::register(signal, stop.flag())?;
    }
    Ok(())
}

/// The signals that are ignored, a bit each.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Keeps keys out of core dumps, also of those that the system hands to a program, for which the limit does not count; and out of reach
/// of the same user's other programs.
pub(crate) fn no_core_dumps() {
    // Where it cannot be set there is nothing else to do.
    _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
