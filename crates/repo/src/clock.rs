//! The machine's clock: a claim, never a reason to delete anything.

use std::time::{SystemTime, UNIX_EPOCH};

use liasse_format::time::Time;

/// Now, as this machine believes.
pub fn now() -> Time {
    let (seconds, nanoseconds) = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => (i64::try_from(after.as_secs()).unwrap_or(i64::MAX), after.subsec_nanos()),
        Err(before) => (-i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX) - 1, 0),
    };
    Time::new(seconds, nanoseconds).unwrap_or_default()
}
