//! What reports are called: by the clock where the run was made, with its distance from UTC, so that they sort in their order even when
//! clocks are put back, and by the snapshot. What is not exactly such a name is not ours.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::report::Report;

/// Digits of a snapshot's id in a name.
const ID_DIGITS: usize = 8;

/// `2026-11-22T210000+0100-cbd864f4`, with `-2` behind it where that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    began: Timestamp,
    shown: String,
    number: u32,
}

impl Name {
    /// What a report is called.
    pub(super) fn of(report: &Report) -> Self {
        // Names have no seconds of an offset; no place of our days has them.
        let minutes = Offset::from_seconds(report.utc_offset / 60 * 60).unwrap_or(Offset::UTC);
        let began = Timestamp::from_second(report.began.as_second()).unwrap_or(report.began);
        let local = began.to_zoned(TimeZone::fixed(minutes)).strftime("%Y-%m-%dT%H%M%S%z").to_string();
        let is_id = |id: &&String| id.len() >= ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let of_snapshot = report.snapshot.as_ref().filter(is_id).and_then(|id| id.get(..ID_DIGITS)).map(str::to_ascii_lowercase);
        let id = of_snapshot.unwrap_or_else(|| format!("{:08x}", report.began.subsec_nanosecond().unsigned_abs()));
        Self { began, shown: format!("{local}-{id}"), number: 1 }
    }

    /// The same with the next number.
    pub(super) fn next(self) -> Self {
        Self { number: self.number.saturating_add(1), ..self }
    }

    /// The name that a text is, written as we write it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (shown, rest) = text.split_at_checked(31)?;
        let (moment, id) = shown.split_at_checked(22)?;
        let id = id.strip_prefix('-')?;
        let is_id = id.len() == ID_DIGITS && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let (local, offset) = moment.split_at_checked(17)?;
        let began = DateTime::strptime("%Y-%m-%dT%H%M%S", local).ok()?;
        let began = seconds(offset).and_then(|offset| Offset::from_seconds(offset).ok())?.to_timestamp(began).ok()?;
        let number = if rest.is_empty() { 1 } else { rest.strip_prefix('-')?.parse().ok().filter(|number| *number > 1)? };
        let name = Self { began, shown: shown.to_owned(), number };
        (is_id && name.to_string() == text).then_some(name)
    }

    /// When the run began, to the second.
    pub(super) fn began(&self) -> Timestamp {
        self.began
    }

    /// Whether the report of this name is this one.
    pub(super) fn is_of(&self, report: &Report) -> bool {
        Self::of(report).shown == self.shown
    }

    /// Whether this is what somebody means: the start of the name, or of the id in it.
    pub(super) fn fits(&self, asked: &str) -> bool {
        let id = self.shown.rsplit('-').next().unwrap_or_default();
        // A whole id of a snapshot begins with what is in the name.
        let is_id = asked.len() >= 4 && (id.starts_with(asked) || asked.len() > ID_DIGITS && asked.starts_with(id));
        !asked.is_empty() && (is_id || self.to_string().starts_with(asked))
    }
}

/// `+0130` in seconds.
fn seconds(offset: &str) -> Option<i32> {
    let digits = offset.get(1..).filter(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (hours, minutes) = digits.split_at_checked(2)?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    match offset.chars().next()? {
        '+' => Some(seconds),
        '-' => Some(-seconds),
        _ => None,
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)?;
        if self.number > 1 { write!(f, "-{}", self.number) } else { Ok(()) }
    }
}

impl Ord for Name {
    /// By time.
    fn cmp(&self, other: &Self) -> Ordering {
        (self.began, self.number, &self.shown).cmp(&(other.began, other.number, &other.shown))
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
