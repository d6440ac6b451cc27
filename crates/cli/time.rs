//! Moments: as people write them, as they read them, and as JSON has them.

use jiff::civil::{Date, DateTime, Time as Clock};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use liasse_repo::Selector;
use liasse_repo::format::time::Time;

use crate::error::{CliError, Result};

/// Which snapshot is meant: `latest`, the start of an id, or a date.
pub(crate) fn selector(text: &str, zone: &TimeZone) -> Result<Selector> {
    if text == "latest" {
        return Ok(Selector::Latest);
    }
    if !text.is_empty() && text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Selector::Prefix(text.to_ascii_lowercase()));
    }
    if let Some(moment) = moment(text, zone) {
        let time = of_timestamp(moment).ok_or_else(|| not_understood(text))?;
        return Ok(Selector::At { time, said: text.to_owned() });
    }
    Err(not_understood(text))
}

fn not_understood(text: &str) -> CliError {
    CliError::usage(format!("{text:?} names no snapshot"))
        .hint("write latest, the start of an id, or a date such as 2024-12-31 or 2024-12-31T21:00; a path comes after it as :/path")
}

/// The first and the last moment of the day, minute or second that is named by an option.
pub(crate) fn range(text: &str, option: &str) -> Result<(Time, Time)> {
    let found = bounds(text, &TimeZone::system()).and_then(|(start, end)| of_timestamp(start).zip(of_timestamp(end)));
    found
        .ok_or_else(|| CliError::usage(format!("{option} takes a date, and {text:?} is none")).hint("write 2024-12-31 or 2024-12-31T21:00"))
}

/// The end of the day, minute or second that is named, so that what a list shows can be typed as it stands.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    bounds(text, zone).map(|(_, end)| end)
}

/// The first and the last nanosecond of the day, minute or second that is named.
fn bounds(text: &str, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let Some((day, clock)) = text.split_once(['T', 't', ' ']) else {
        let day = text.parse::<Date>().ok().filter(|date| date.to_string() == text).or_else(|| by_hand(text))?;
        let midnight = |day: Date| last_in(zone, day.to_datetime(Clock::midnight()), false);
        return Some((midnight(day)?, before(midnight(day.tomorrow().ok()?)?, SignedDuration::ZERO)?));
    };
    let unit = unit(clock)?;
    if clock.ends_with(['Z', 'z']) || clock.contains(['+', '-']) {
        let start: Timestamp = text.replace(' ', "T").parse().ok()?;
        return Some((start, before(start, unit)?));
    }
    let date: Date = day.parse().ok()?;
    let start = last_in(zone, date.to_datetime(clock.parse::<Clock>().ok()?), true)?;
    Some((start, before(start, unit)?))
}

/// A day as people write it by hand, `31/12/2024` or `31.12.2024`, if there is one way only to read it: of a day and a month up to 12 nobody
/// knows which is which.
fn by_hand(text: &str) -> Option<Date> {
    let separator = ['/', '.'].into_iter().find(|separator| text.contains(*separator))?;
    let numbers: Vec<i16> = text.split(separator).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    // A year of two figures may be of any century.
    let [one, two, year] = numbers.as_slice() else { return None };
    if *year < 1900 {
        return None;
    }
    let date = |day: i16, month: i16| Date::new(*year, month.try_into().ok()?, day.try_into().ok()?).ok();
    match (date(*one, *two), date(*two, *one)) {
        (Some(european), Some(american)) => Some(european).filter(|date| *date == american),
        (european, american) => european.or(american),
    }
}

/// How much time the last part of `21:00` or `21:00:30` stands for.
fn unit(clock: &str) -> Option<SignedDuration> {
    let local = clock.trim_end_matches(['Z', 'z']);
    let local = local.split_once(['+', '-']).map_or(local, |(local, _)| local);
    match (local.matches(':').count(), local.contains(['.', ','])) {
        (1, false) => Some(SignedDuration::from_mins(1)),
        (2, false) => Some(SignedDuration::from_secs(1)),
        (2, true) => Some(SignedDuration::from_nanos(1)),
        _ => None,
    }
}

/// A local time; of two that are called the same, the later or the earlier.
fn last_in(zone: &TimeZone, local: DateTime, later: bool) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_zoned(local);
    let found = if later { ambiguous.later() } else { ambiguous.compatible() };
    found.ok().map(|zoned| zoned.timestamp())
}

/// The last nanosecond of a time that starts at `start` and takes `length`.
fn before(start: Timestamp, length: SignedDuration) -> Option<Timestamp> {
    start.checked_add(length).ok()?.checked_sub(SignedDuration::from_nanos(1)).ok()
}

fn of_timestamp(moment: Timestamp) -> Option<Time> {
    let nanoseconds = i64::from(moment.subsec_nanosecond());
    let borrow = i64::from(nanoseconds < 0);
    Time::new(moment.as_second() - borrow, u32::try_from(nanoseconds + borrow * 1_000_000_000).ok()?)
}

/// The same moment, where a calendar has it.
pub(crate) fn to_timestamp(time: Time) -> Option<Timestamp> {
    Timestamp::new(time.seconds(), i32::try_from(time.nanoseconds()).ok()?).ok()
}

fn zoned(time: Time) -> Option<Zoned> {
    to_timestamp(time).map(|moment| moment.to_zoned(TimeZone::system()))
}

/// A moment as people read it here.
pub(crate) fn local(time: Time) -> String {
    zoned(time).map_or_else(|| format!("{} s from 1970", time.seconds()), |zoned| zoned.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// The day as `2024-12-31` and the clock as `235959`, here; none for what no calendar has.
pub(crate) fn day_and_clock(time: Time) -> Option<(String, String)> {
    zoned(time).map(|zoned| (zoned.strftime("%Y-%m-%d").to_string(), zoned.strftime("%H%M%S").to_string()))
}

/// A moment in RFC 3339, in UTC; none for what no calendar has.
pub(crate) fn rfc3339(time: Time) -> Option<String> {
    to_timestamp(time).map(|moment| moment.to_string())
}

/// Seconds east of UTC here, at a moment.
pub(crate) fn utc_offset(time: Time) -> i32 {
    zoned(time).map_or(0, |zoned| zoned.offset().seconds())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn at(text: &str) -> String {
        let zone = TimeZone::get("Europe/Zurich").unwrap();
        match selector(text, &zone) {
            Ok(Selector::At { time, said }) => {
                assert_eq!(said, text);
                rfc3339(time).unwrap()
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_date_means_the_end_of_what_is_named() {
        assert_eq!(at("2024-12-31"), "2024-12-31T22:59:59.999999999Z");
        assert_eq!(at("2024-12-31T21:00"), "2024-12-31T20:00:59.999999999Z");
        assert_eq!(at("2024-12-31 21:00:30"), "2024-12-31T20:00:30.999999999Z");
        assert_eq!(at("2024-12-31T21:00:30Z"), "2024-12-31T21:00:30.999999999Z");
        assert_eq!(at("2024-12-31T21:00+05:30"), "2024-12-31T15:30:59.999999999Z");
        assert_eq!(at("2024-12-31T21:00:30.25-05:00"), "2025-01-01T02:00:30.25Z");
        assert_eq!(at("31/12/2024"), at("2024-12-31"));
        assert_eq!(at("31.12.2024"), at("2024-12-31"));
        assert_eq!(at("12/31/2024"), at("2024-12-31"));
        assert_eq!(at("5/5/2024"), at("2024-05-05"));
        assert!(["11/12/2024", "31/12/24", "31/31/2024", "1/2", "31.12/2024"].iter().all(|text| by_hand(text).is_none()));
        assert_eq!(at("1969-12-31T23:59:59Z"), "1969-12-31T23:59:59.999999999Z");
    }

    #[test]
    fn a_range_is_all_of_what_is_named() {
        let zone = TimeZone::get("Europe/Zurich").unwrap();
        let shown = |text: &str| bounds(text, &zone).map(|(start, end)| format!("{start} {end}"));
        assert_eq!(shown("2024-12-31").unwrap(), "2024-12-30T23:00:00Z 2024-12-31T22:59:59.999999999Z");
        assert_eq!(shown("2024-12-31T21:00").unwrap(), "2024-12-31T20:00:00Z 2024-12-31T20:00:59.999999999Z");
        assert_eq!(shown("latest"), None);
    }

    /// An hour that comes twice means its second time, a day is as long as it is, and an hour that is skipped is what follows it.
    #[test]
    fn clocks_that_are_put_back_or_forward() {
        assert_eq!(at("2024-10-27T02:30"), "2024-10-27T01:30:59.999999999Z");
        assert_eq!(at("2024-10-27"), "2024-10-27T22:59:59.999999999Z");
        assert_eq!(at("2024-03-31"), "2024-03-31T21:59:59.999999999Z");
        assert_eq!(at("2024-03-31T02:30"), "2024-03-31T01:30:59.999999999Z");
    }

    #[test]
    fn ids_and_latest() {
        let zone = TimeZone::UTC;
        assert_eq!(selector("latest", &zone).unwrap(), Selector::Latest);
        assert_eq!(selector("2024", &zone).unwrap(), Selector::Prefix("2024".to_owned()));
        assert_eq!(selector("ABcd", &zone).unwrap(), Selector::Prefix("abcd".to_owned()));
        for bad in
            ["", "yesterday", "2024-13-01", "2024-02-30", "2024-12-31T25:00", "2024-12-31T", "2024-12-31T21", "latest:", "-1", "2024-1-1"]
        {
            let error = selector(bad, &zone).unwrap_err();
            assert_eq!(error.exit, crate::exit::Exit::Usage, "{bad}");
        }
    }

    #[test]
    fn moments_before_1970_survive() {
        let time = Time::new(-2, 750_000_000).unwrap();
        assert_eq!(of_timestamp(to_timestamp(time).unwrap()), Some(time));
        assert_eq!(rfc3339(time).unwrap(), "1969-12-31T23:59:58.75Z");
        assert_eq!(rfc3339(Time::new(i64::MAX, 0).unwrap()), None);
    }
}
