//! Numbers, sizes, lengths of time and dates in the manner of a language, at the place where the run was made. It must never look at
//! the clock or the time zone of who reads: a report says the same everywhere.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use crate::lang::{Lang, Texts};

/// The manner of a language, at a place.
#[derive(Debug)]
pub struct Local<'a> {
    texts: &'a Texts,
    offset: Offset,
}

impl<'a> Local<'a> {
    /// The manner of the language of `texts`, so many seconds east of UTC. An offset that no place has counts as none.
    pub fn new(texts: &'a Texts, utc_offset: i32) -> Self {
        Self { texts, offset: Offset::from_seconds(utc_offset).unwrap_or(Offset::UTC) }
    }

    /// The messages.
    pub fn texts(&self) -> &'a Texts {
        self.texts
    }

    /// A whole number, its thousands apart.
    pub fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::with_capacity(digits.len() * 2);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(match self.texts.lang() {
                    Lang::English => ',',
                    Lang::French => '\u{a0}',
                    Lang::Portuguese => '.',
                });
            }
            out.push(digit);
        }
        out
    }

    /// Bytes, as the makers of disks count them: 1 kB is 1,000 bytes.
    pub fn size(&self, bytes: u64) -> String {
        let units = match self.texts.lang() {
            Lang::French => ["o", "ko", "Mo", "Go", "To", "Po", "Eo"],
            Lang::English | Lang::Portuguese => ["B", "kB", "MB", "GB", "TB", "PB", "EB"],
        };
        let mut unit = 1_u64;
        let mut name = units.into_iter();
        let mut shown = name.next().unwrap_or_default();
        for larger in name {
            if bytes / unit < 1000 {
                break;
            }
            unit *= 1000;
            shown = larger;
        }
        if unit == 1 {
            return format!("{bytes}\u{a0}{shown}");
        }
        let tenths = u128::from(bytes) * 10 / u128::from(unit);
        format!("{}{}{}\u{a0}{shown}", tenths / 10, self.mark(), tenths % 10)
    }

    /// What stands before a fraction.
    fn mark(&self) -> char {
        if self.texts.lang() == Lang::English { '.' } else { ',' }
    }

    /// A length of time.
    pub fn duration(&self, milliseconds: u64) -> String {
        let seconds = milliseconds / 1000;
        match seconds {
            0..60 => format!("{seconds}{}{}\u{a0}s", self.mark(), milliseconds % 1000 / 100),
            60..3600 => format!("{}\u{a0}min\u{a0}{:02}\u{a0}s", seconds / 60, seconds % 60),
            _ => format!("{}\u{a0}h\u{a0}{:02}\u{a0}min", self.number(seconds / 3600), seconds / 60 % 60),
        }
    }

    fn zoned(&self, moment: Timestamp) -> Zoned {
        moment.to_zoned(TimeZone::fixed(self.offset))
    }

    /// A moment for a table.
    pub fn short(&self, moment: Timestamp) -> String {
        let form = if self.texts.lang() == Lang::English { "%Y-%m-%d %H:%M" } else { "%d/%m/%Y %H:%M" };
        self.zoned(moment).strftime(form).to_string()
    }

    /// A moment as one types it on a command line.
    pub(super) fn typed(&self, moment: Timestamp) -> String {
        self.zoned(moment).strftime("%Y-%m-%dT%H:%M:%S").to_string()
    }

    /// A moment for a sentence.
    pub fn long(&self, moment: Timestamp) -> String {
        let zoned = self.zoned(moment);
        let name = |message: &str, number: i8| self.texts.get(message, &[("number", i64::from(number).into())]);
        self.texts.get(
            "date",
            &[
                ("weekday", name("date-weekday", zoned.weekday().to_monday_one_offset()).into()),
                ("day", i64::from(zoned.day()).into()),
                ("month", name("date-month", zoned.month()).into()),
                ("year", zoned.year().to_string().into()),
                ("time", zoned.strftime("%H:%M").to_string().into()),
            ],
        )
    }

    /// How far the place's clock is from UTC.
    pub fn offset(&self) -> String {
        let minutes = self.offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn in_all(shown: impl Fn(&Local<'_>) -> String) -> Vec<String> {
        Lang::ALL.into_iter().map(|lang| shown(&Local::new(&Texts::new(lang), 3600)).replace('\u{a0}', " ")).collect()
    }

    #[test]
    fn numbers_are_of_the_language() {
        assert_eq!(in_all(|local| local.number(1_234_567)), ["1,234,567", "1 234 567", "1.234.567"]);
        assert_eq!(in_all(|local| local.number(999)), ["999", "999", "999"]);
    }

    #[test]
    fn sizes_are_of_the_language() {
        assert_eq!(in_all(|local| local.size(1_550_000)), ["1.5 MB", "1,5 Mo", "1,5 MB"]);
        assert_eq!(in_all(|local| local.size(999)), ["999 B", "999 o", "999 B"]);
        assert_eq!(in_all(|local| local.size(1000)), ["1.0 kB", "1,0 ko", "1,0 kB"]);
        assert_eq!(in_all(|local| local.size(u64::MAX)), ["18.4 EB", "18,4 Eo", "18,4 EB"]);
    }

    #[test]
    fn lengths_of_time_are_of_the_language() {
        assert_eq!(in_all(|local| local.duration(950)), ["0.9 s", "0,9 s", "0,9 s"]);
        assert_eq!(in_all(|local| local.duration(65_000))[0], "1 min 05 s");
        assert_eq!(in_all(|local| local.duration(u64::MAX))[2], "5.124.095.576.030 h 25 min");
    }

    #[test]
    fn dates_are_of_the_language_and_the_place() {
        let moment: Timestamp = "2026-11-01T23:30:00Z".parse().unwrap();
        assert_eq!(in_all(|local| local.short(moment)), ["2026-11-02 00:30", "02/11/2026 00:30", "02/11/2026 00:30"]);
        let long = ["Monday 2 November 2026, 00:30", "lundi 2 novembre 2026 à 00:30", "segunda-feira, 2 de novembro de 2026, 00:30"];
        assert_eq!(in_all(|local| local.long(moment)), long);
        let texts = Texts::new(Lang::English);
        assert_eq!([3600, -12_600, i32::MAX].map(|offset| Local::new(&texts, offset).offset()), ["UTC+01:00", "UTC-03:30", "UTC+00:00"]);
    }

    #[test]
    fn no_moment_fails() {
        let texts = Texts::new(Lang::French);
        for moment in [Timestamp::MIN, Timestamp::MAX] {
            for offset in [-93_599, 0, 93_599] {
                let local = Local::new(&texts, offset);
                assert!(!local.short(moment).is_empty() && !local.long(moment).is_empty());
            }
        }
    }
}
