//! A file that marks a folder as a dossier and may say its code, in lines such as `Code=D1234`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Most bytes of a marker that are looked at.
const MOST_BYTES: u64 = 1 << 16;

/// The value of a key in a marker; `None` if it does not have the key. The first one counts, whatever section it is in; capital letters
/// make no difference in a key, as in all such files.
pub(super) fn value(path: &Path, key: &str) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(find(&text(&bytes), key))
}

fn find(text: &str, key: &str) -> Option<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with([';', '#', '[']));
    let mut pairs = lines.filter_map(|line| line.split_once(['=', ':']));
    let (_, value) = pairs.find(|(name, _)| name.trim().to_lowercase() == key.trim().to_lowercase())?;
    let value = value.trim();
    let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    Some(quoted.unwrap_or(value).to_owned())
}

/// Text as programs of the last thirty years write it: UTF-8, UTF-16 with its mark, or else one byte a character.
fn text(bytes: &[u8]) -> String {
    let units = |read: fn([u8; 2]) -> u16, bytes: &[u8]| -> String {
        let units: Vec<u16> = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(read).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => units(u16::from_be_bytes, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_says_its_code() {
        let found = |text: &str| find(text, "Code");
        assert_eq!(found("[Dossier]\r\nname = X\r\ncode = D1234\r\nCode=other\r\n"), Some("D1234".to_owned()));
        assert_eq!(found("Code: \"D 1\""), Some("D 1".to_owned()));
        assert_eq!(found("; Code=1\n#Code=2\n[Code=3]\nCodes=4\n"), None);
        assert_eq!(found("Code="), Some(String::new()));
    }

    #[test]
    fn a_marker_may_be_written_in_old_ways() {
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("Code=é".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [&b"Code=\xe9"[..], "Code=é".as_bytes(), b"\xef\xbb\xbfCode=\xc3\xa9", &utf16] {
            assert_eq!(find(&text(bytes), "code"), Some("é".to_owned()), "{bytes:?}");
        }
    }
}
