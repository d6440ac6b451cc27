//! Reads what people write of times.

use jiff::civil::{Time, Weekday};

use super::{Day, Every};

/// Monday to Friday.
pub(super) const WORKING: [Weekday; 5] = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
/// Saturday and Sunday.
const FREE: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];
/// Most days between two runs.
const MOST_DAYS: u16 = 366;
/// The names of the days, by their number from Monday.
const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A text that names no times.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} names no times: {why}; write for example \"day 21:00\", \"day 12:30 21:00\", \"weekday 21:00\", \"monday,thursday 21:00\", \
    \"7 days 21:00\", \"month 1 21:00\", \"month last 21:00\" or \"hour\""
)]
pub struct EveryError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// The name of a day.
pub(super) fn name(day: Weekday) -> &'static str {
    let number = usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
    NAMES.get(number).copied().unwrap_or_default()
}

/// Reads a schedule.
pub(super) fn every(text: &str) -> Result<Every, EveryError> {
    let failed = |why| EveryError { text: text.to_owned(), why };
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_ascii_whitespace().collect();
    let (day, rest) = match words.as_slice() {
        [] => return Err(failed("it is empty")),
        ["hour"] => return Ok(Every::Hour(0)),
        ["hour", minute] => {
            return minute.strip_prefix(':').and_then(minutes).map(Every::Hour).ok_or_else(|| failed("the minute is not clear"));
        }
        ["day", rest @ ..] => (Day::Any, rest),
        ["month", "last", rest @ ..] => (Day::MonthEnd, rest),
        ["month", day, rest @ ..] => (month(day).ok_or_else(|| failed("the day of the month is not one from 1 to 28, or last"))?, rest),
        [number, "days" | "day", rest @ ..] => (days(number).ok_or_else(|| failed("the number of days is not one from 1 to 366"))?, rest),
        [names, rest @ ..] => (week(names).ok_or_else(|| failed("the day is not known"))?, rest),
    };
    let times: Option<Vec<Time>> = rest.iter().flat_map(|word| word.split(',')).filter(|word| !word.is_empty()).map(time).collect();
    let mut times = times.ok_or_else(|| failed("a time is not one like 21:00"))?;
    times.sort_unstable();
    times.dedup();
    match (&day, times.len()) {
        (_, 0) => Err(failed("the time is missing")),
        (Day::After(_), 2..) => Err(failed("with a number of days there is one time")),
        _ => Ok(Every::Day(day, times)),
    }
}

fn month(text: &str) -> Option<Day> {
    text.parse().ok().filter(|day| (1..=28).contains(day)).map(Day::Month)
}

fn days(text: &str) -> Option<Day> {
    match text.parse().ok()? {
        1 => Some(Day::Any),
        days @ 2..=MOST_DAYS => Some(Day::After(days)),
        _ => None,
    }
}

fn week(text: &str) -> Option<Day> {
    let mut days = Vec::new();
    for name in text.split(',').filter(|name| !name.is_empty()) {
        match name {
            "weekday" | "weekdays" => days.extend(WORKING),
            "weekend" => days.extend(FREE),
            name => days.push(weekday(name)?),
        }
    }
    days.sort_unstable_by_key(|day| day.to_monday_zero_offset());
    days.dedup();
    (!days.is_empty()).then_some(Day::Week(days))
}

/// A day by its name or the first three letters of it.
fn weekday(text: &str) -> Option<Weekday> {
    let number = NAMES.iter().position(|name| *name == text || text.len() == 3 && name.starts_with(text))?;
    Weekday::from_monday_zero_offset(i8::try_from(number).ok()?).ok()
}

/// For example `21:00`, `9:30`, `21h00` or `21h`.
fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once([':', 'h'])?;
    let minute = if minute.is_empty() && text.ends_with('h') { 0 } else { minutes(minute)? };
    let is_number = !hour.is_empty() && hour.len() <= 2 && hour.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Time::new(hour.parse().ok()?, minute, 0, 0).ok()).flatten()
}

fn minutes(text: &str) -> Option<i8> {
    let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok().filter(|minute| *minute < 60)).flatten()
}
