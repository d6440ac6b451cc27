//! Extended records of POSIX pax: what the fields of a tar header are too small for.

use liasse_repo::format::time::Time;

/// The records of one entry.
#[derive(Default)]
pub(super) struct Records(Vec<u8>);

impl Records {
    /// Adds a record: its length in decimal, which counts itself, then `key=value` and a line feed.
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) {
        let rest = key.len() + value.len() + 3;
        let mut length = rest + 1;
        while rest + digits(length) != length {
            length = rest + digits(length);
        }
        self.0.extend_from_slice(length.to_string().as_bytes());
        for part in [&b" "[..], key, b"=", value, b"\n"] {
            self.0.extend_from_slice(part);
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

fn digits(number: usize) -> usize {
    number.to_string().len()
}

/// A time as pax has it: seconds with their decimals, none if there are none.
pub(super) fn time(time: Time) -> String {
    let (seconds, nanoseconds) = (i128::from(time.seconds()), i128::from(time.nanoseconds()));
    let total = seconds * 1_000_000_000 + nanoseconds;
    let sign = if total < 0 { "-" } else { "" };
    let (whole, part) = (total.unsigned_abs() / 1_000_000_000, total.unsigned_abs() % 1_000_000_000);
    if part == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:09}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_record_counts_its_own_length() {
        // The length with a further digit may be the reason for that digit.
        for (value, expected) in [(3, "8 k="), (4, "9 k="), (5, "11 k="), (93, "99 k="), (94, "101 k=")] {
            let mut records = Records::default();
            records.add(b"k", "x".repeat(value).as_bytes());
            let text = String::from_utf8(records.bytes().to_vec()).unwrap();
            let length: usize = text.split(' ').next().unwrap().parse().unwrap();
            assert!(text.starts_with(expected) && text.len() == length, "{value}: {text}");
        }
    }

    #[test]
    fn times_keep_their_nanoseconds_on_both_sides_of_1970() {
        let shown = [(1, 0), (1, 5), (-2, 750_000_000), (-1, 0)].map(|(seconds, part)| time(Time::new(seconds, part).unwrap()));
        assert_eq!(shown, ["1", "1.000000005", "-1.250000000", "-1"]);
    }
}
