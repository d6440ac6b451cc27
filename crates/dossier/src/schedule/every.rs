//! The times of a schedule, reckoned in a time zone. A time that a day does not have, because the clock was put forward over it, is taken
//! as much later; one that a day has twice is taken the first time (RFC 5545, section 3.3.5).

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned};
use serde::{Deserialize, Serialize};

use super::EveryError;

/// How long after its time a schedule counts as due where no run is known: a timer may be late, but nobody wants a first run at noon.
const LATE: i64 = 3600;
/// So far ahead of the clock a moment that passed may be: clocks are put back by hours. Beyond, one of the two was wrong.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// On which days.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Day {
    /// Every day.
    Any,
    /// On these days of the week, at least one, in their order.
    Week(Vec<Weekday>),
    /// That many days, two at least, after the last run.
    After(u16),
    /// On that day of each month, 1 to 28.
    Month(i8),
    /// On the last day of each month.
    MonthEnd,
}

/// When a run is due: `day 21:00`, `day 12:30 21:00`, `weekday 12:30`, `monday,thursday 21:00`, `7 days 21:00`, `month 1 21:00`,
/// `month last 21:00`, `hour`, `hour :30`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Every {
    /// On some days, at these times, at least one, in their order.
    Day(Day, Vec<Time>),
    /// In every hour, at that minute.
    Hour(i8),
}

impl Every {
    /// The first time after a moment; of a number of days, counted from the last run, if one is known. `None` beyond the calendar.
    pub fn next(&self, after: &Zoned, last: Option<&Zoned>) -> Option<Zoned> {
        match self {
            Self::Hour(minute) => next_hour(after, *minute),
            Self::Day(day, times) => {
                let mut date = after.date();
                if let (Day::After(days), Some(last)) = (day, last) {
                    date = date.max(last.date().checked_add(i64::from(*days).days()).ok()?);
                }
                // A month has one of every day, and the clock is never put forward over a whole day twice.
                for _ in 0..64 {
                    let at = |time: &Time| date.to_datetime(*time).to_zoned(after.time_zone().clone()).ok();
                    let found = times.iter().filter(|_| day.has(date)).filter_map(at).filter(|at| at > after).min();
                    if found.is_some() {
                        return found;
                    }
                    date = date.tomorrow().ok()?;
                }
                None
            }
        }
    }

    /// Whether a run is due at a moment: one of the times has come since the last run began. Where no run is known, whether one came
    /// within the last hour.
    pub fn is_due(&self, now: &Zoned, last: Option<&Zoned>) -> bool {
        let since = match last {
            // A clock that was put back: nothing is known of what is to come.
            Some(last) if last > now => return false,
            Some(last) => last.clone(),
            None => match now.checked_sub(LATE.seconds()) {
                Ok(since) => since,
                Err(_) => return false,
            },
        };
        self.next(&since, last).is_some_and(|next| next <= *now)
    }

    /// Whether timers cannot say it, so that they must ask more often, and [`Every::is_due`] answers.
    pub(super) fn counts_days(&self) -> bool {
        matches!(self, Self::Day(Day::After(_), _))
    }
}

impl Day {
    fn has(&self, date: Date) -> bool {
        match self {
            Self::Any | Self::After(_) => true,
            Self::Week(days) => days.contains(&date.weekday()),
            Self::Month(day) => date.day() == *day,
            Self::MonthEnd => date.day() == date.days_in_month(),
        }
    }
}

/// Hours are counted as they pass, so that none is missed and none doubled when the clock is put forward or back.
fn next_hour(after: &Zoned, minute: i8) -> Option<Zoned> {
    let mut next = after.with().minute(minute).second(0).subsec_nanosecond(0).build().ok()?;
    while next <= *after {
        next = next.checked_add(1.hour()).ok()?;
    }
    Some(next)
}

/// The times of several schedules, in their order, without end.
#[derive(Debug)]
pub struct Moments<'a> {
    every: &'a [Every],
    last: Option<Zoned>,
    after: Zoned,
}

impl<'a> Moments<'a> {
    /// The times after a moment. Every one is taken as if a run began then. A last run that is more than a day ahead of the clock is not
    /// known: one of the two times is wrong, and runs must go on.
    pub fn new(every: &'a [Every], after: Timestamp, last: Option<Timestamp>, zone: &TimeZone) -> Self {
        let zoned = |moment: Timestamp| moment.to_zoned(zone.clone());
        let last = last.filter(|last| !is_ahead(*last, after));
        Self { every, last: last.map(zoned), after: zoned(after) }
    }

    /// Whether a run is due by any of the schedules.
    pub fn is_due(&self) -> bool {
        self.every.iter().any(|every| every.is_due(&self.after, self.last.as_ref()))
    }
}

impl Iterator for Moments<'_> {
    type Item = Zoned;

    fn next(&mut self) -> Option<Zoned> {
        let next = self.every.iter().filter_map(|every| every.next(&self.after, self.last.as_ref())).min()?;
        self.after = next.clone();
        self.last = Some(next.clone());
        Some(next)
    }
}

/// Whether a moment that passed lies so far ahead of now that a clock was wrong, then or now.
pub fn is_ahead(moment: Timestamp, now: Timestamp) -> bool {
    moment.duration_since(now) > AHEAD
}

impl FromStr for Every {
    type Err = EveryError;

    fn from_str(text: &str) -> Result<Self, EveryError> {
        super::parse::every(text)
    }
}

impl TryFrom<String> for Every {
    type Error = EveryError;

    fn try_from(text: String) -> Result<Self, EveryError> {
        text.parse()
    }
}

impl From<Every> for String {
    fn from(every: Every) -> Self {
        every.to_string()
    }
}

impl fmt::Display for Every {
    /// As it is written in the settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, times) = match self {
            Self::Hour(0) => return f.write_str("hour"),
            Self::Hour(minute) => return write!(f, "hour :{minute:02}"),
            Self::Day(day, times) => (day, times),
        };
        match day {
            Day::Any => f.write_str("day")?,
            Day::Week(days) if *days == super::parse::WORKING => f.write_str("weekday")?,
            Day::Week(days) => {
                let names: Vec<&str> = days.iter().map(|day| super::parse::name(*day)).collect();
                f.write_str(&names.join(","))?;
            }
            Day::After(days) => write!(f, "{days} days")?,
            Day::Month(day) => write!(f, "month {day}")?,
            Day::MonthEnd => f.write_str("month last")?,
        }
        times.iter().try_for_each(|time| write!(f, " {:02}:{:02}", time.hour(), time.minute()))
    }
}
