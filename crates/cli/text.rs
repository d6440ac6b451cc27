//! Bytes, numbers and names as people read them. What comes from files, snapshots and keys must never move the cursor or hide a part
//! of itself: control characters are escaped.

pub(crate) use liasse_dossier::report::plain;

const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// A size in binary units.
pub(crate) fn size(bytes: u64) -> String {
    let mut unit = 0;
    let mut left = bytes;
    // The last unit under the size; 1023.95 KiB would be shown as 1024.0.
    while left >= 1024 && unit + 1 < UNITS.len() {
        left /= 1024;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or("B");
    if unit == 0 {
        return format!("{bytes} B");
    }
    let tenths = u128::from(bytes) * 10 / (1_u128 << (10 * unit));
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// A number with its thousands apart.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number and what is counted, in the right number.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// How long something took.
pub(crate) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..60 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        60..3600 => format!("{}:{:02} min", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02} h", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

/// A path, whatever its bytes.
pub(crate) fn path(bytes: &[u8]) -> String {
    plain(&String::from_utf8_lossy(bytes))
}

/// The start of an id, long enough for people.
pub(crate) fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_binary_units() {
        let shown: Vec<String> = [0, 1, 1023, 1024, 1536, (1 << 20) - 1, 1 << 30, u64::MAX].map(size).to_vec();
        assert_eq!(shown, ["0 B", "1 B", "1023 B", "1.0 KiB", "1.5 KiB", "1023.9 KiB", "1.0 GiB", "15.9 EiB"]);
    }

    #[test]
    fn numbers_are_read_in_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count).to_vec(), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "file", "files"), "1 file");
    }

    #[test]
    fn names_cannot_move_the_cursor() {
        assert_eq!(path(b"a\x1b[2Jb\nc\xff\xe2\x80\xaed"), "a\\u{1b}[2Jb\\nc\u{fffd}\\u{202e}d");
    }

    #[test]
    fn durations() {
        assert_eq!([999, 61_000, 3_661_000].map(duration).to_vec(), ["0.9 s", "1:01 min", "1:01:01 h"]);
    }
}
