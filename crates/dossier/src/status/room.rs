//! How fast the repository grows, and when the room that is left ends at this pace.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// The days that tell the pace.
const WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Too short a time tells none.
const LEAST: SignedDuration = SignedDuration::from_hours(24);
/// Seconds of a day.
const DAY: i64 = 86_400;

/// Room left where the repository is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Room {
    /// Bytes that are free.
    #[serde(rename = "free_bytes")]
    pub free: u64,
    /// Bytes that snapshots wrote a day, over the last 30 days; `None` where that is not known yet. A writer's first snapshot does not
    /// count: those after it are not like it.
    #[serde(rename = "per_day_bytes")]
    pub per_day: Option<u64>,
    /// When what is free beyond what must stay free is used up at this pace; `None` where it does not end within a lifetime.
    pub ends: Option<Timestamp>,
}

/// What one snapshot wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) time: Timestamp,
    pub(super) bytes: u64,
    /// Whether it was its writer's first.
    pub(super) is_first: bool,
}

impl Room {
    pub(super) fn new(free: u64, keep_free: u64, written: &[Written], now: Timestamp) -> Self {
        let per_day = pace(written, now);
        let days = per_day.and_then(|pace| free.saturating_sub(keep_free).checked_div(pace)).filter(|days| *days < 100 * 366);
        let ends = days.and_then(|days| now.checked_add(SignedDuration::from_hours(i64::try_from(days).ok()? * 24)).ok());
        Self { free, per_day, ends }
    }
}

/// Bytes a day.
fn pace(written: &[Written], now: Timestamp) -> Option<u64> {
    let first = written.iter().map(|written| written.time).min()?;
    let since = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN).max(first);
    let span = now.duration_since(since);
    if span < LEAST {
        return None;
    }
    let counts = |written: &&Written| !written.is_first && written.time >= since;
    let bytes = written.iter().filter(counts).fold(0_u64, |sum, written| sum.saturating_add(written.bytes));
    let per_day = u128::from(bytes) * u128::try_from(DAY).ok()? / u128::try_from(span.as_secs()).ok()?.max(1);
    u64::try_from(per_day).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * DAY).unwrap()
    }

    fn written(days: impl IntoIterator<Item = i64>) -> Vec<Written> {
        days.into_iter().enumerate().map(|(n, day)| Written { time: at(day), bytes: 100, is_first: n == 0 }).collect()
    }

    #[test]
    fn the_last_thirty_days_tell_when_the_room_ends() {
        // Ten days since the first, nine that count.
        let room = Room::new(1000, 100, &written(0..10), at(10));
        assert_eq!((room.per_day, room.ends), (Some(90), Some(at(20))));
        // A hundred a day for a year: only thirty days of it count, however many there were.
        assert_eq!(Room::new(3000, 0, &written(0..365), at(365)), Room { free: 3000, per_day: Some(100), ends: Some(at(395)) });
        // Nothing left beyond what must stay free: it ends now.
        assert_eq!(Room::new(50, 100, &written(0..10), at(10)).ends, Some(at(10)));
    }

    #[test]
    fn where_little_is_known_nothing_is_foretold() {
        assert_eq!(Room::new(1000, 0, &[], at(10)).per_day, None);
        assert_eq!(Room::new(1000, 0, &written([10, 10, 10]), at(10)).per_day, None);
        // Nothing was added: the room does not end.
        assert_eq!(Room::new(1000, 0, &written([0]), at(10)), Room { free: 1000, per_day: Some(0), ends: None });
        // A clock that was put back.
        assert_eq!(Room::new(1000, 0, &written([20, 21]), at(10)).per_day, None);
    }
}
