//! Lengths of time as people write them: "5 min", "2 days", "1 week 12 hours".

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};

/// A length of time, read and written as a text. A day has 24 hours; months and years have no fixed length and are refused. Not
/// negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(Duration);

/// A text that is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no length of time such as \"5 min\", \"2 days\" or \"1 week\"")]
pub struct PeriodError {
    /// The text.
    pub text: String,
}

impl Period {
    /// That many seconds.
    pub const fn of_seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// That many days of 24 hours.
    pub const fn of_days(days: u32) -> Self {
        Self(Duration::from_secs(days as u64 * 86_400))
    }

    /// The same for the standard library.
    pub const fn as_std(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Period {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let failed = || PeriodError { text: text.to_owned() };
        let span: Span = text.trim().parse().map_err(|_| failed())?;
        if span.get_years() != 0 || span.get_months() != 0 {
            return Err(failed());
        }
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| failed())?;
        Duration::try_from(duration).map(Self).map_err(|_| failed())
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl fmt::Display for Period {
    /// In the largest units, such that it reads back as the same: "1 day 12 hours".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let units = [
            (seconds / 86_400, "day", "days"),
            (seconds / 3600 % 24, "hour", "hours"),
            (seconds / 60 % 60, "min", "min"),
            (seconds % 60, "s", "s"),
            (u64::from(self.0.subsec_nanos()), "ns", "ns"),
        ];
        let mut written = false;
        for (number, one, many) in units.into_iter().filter(|(number, ..)| *number > 0) {
            let gap = if written { " " } else { "" };
            write!(f, "{gap}{number} {}", if number == 1 { one } else { many })?;
            written = true;
        }
        if written { Ok(()) } else { f.write_str("0 s") }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_period_is_what_people_write() {
        for (text, seconds) in [("5 min", 300), ("2 days", 172_800), ("1 week", 604_800), ("90s", 90), ("1 day 12 hours", 129_600)] {
            assert_eq!(text.parse::<Period>().unwrap(), Period::of_seconds(seconds), "{text}");
        }
        for bad in ["", "soon", "5", "-5 min", "5 min ago", "1 month", "2 years", "7 jours"] {
            bad.parse::<Period>().unwrap_err();
        }
        assert_eq!(Period::of_days(7).to_string(), "7 days");
        assert_eq!(Period::of_days(1).as_std(), Duration::from_hours(24));
        assert_eq!(Period::default().to_string(), "0 s");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in 0_u64..4_000_000_000, nanoseconds in prop_oneof![Just(0), 0_u32..1_000_000_000]) {
            let period = Period::from(Duration::new(seconds, nanoseconds));
            prop_assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
        }
    }
}
