//! Names in URLs and headers: encoded so that each means itself, decoded so that none means anything else.

use std::fmt::Write as _;

/// A name as a part of a path (RFC 3986: everything but unreserved characters is encoded).
pub(super) fn encode(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(*byte)),
            byte => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

/// Names as a path, each after a slash.
pub(super) fn encode_path<'n>(names: impl IntoIterator<Item = &'n [u8]>) -> String {
    names.into_iter().fold(String::new(), |path, name| path + "/" + &encode(name))
}

/// The bytes of an encoded text; `None` where a `%` is followed by anything but two digits.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            let digits = after.first_chunk::<2>().filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after.get(2..).unwrap_or_default();
        } else {
            out.push(*byte);
        }
    }
    Some(out)
}

/// The names of a path. `None` for what names nothing in any snapshot: `.` and `..`, a slash or NUL in a name, an empty name between two.
pub(super) fn names(path: &str) -> Option<Vec<Vec<u8>>> {
    let path = path.strip_prefix('/')?;
    if path.is_empty() {
        return Some(Vec::new());
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').map(|name| decode(name).filter(|name| is_name(name))).collect()
}

fn is_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.iter().any(|byte| matches!(byte, b'/' | 0))
}

/// A value of a query by its key. A plus is a space.
pub(super) fn query(query: &str, key: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key))?.1;
    decode(&value.replace('+', " ")).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// `Content-Disposition` of a download (RFC 6266): a name that every client understands, and the real one (RFC 8187) for those that can.
/// What would part folders, end the header or hide is no part of either.
pub(super) fn disposition(name: &[u8], ending: &str) -> String {
    let text: String = String::from_utf8_lossy(name).chars().map(|c| if is_odd(c) { '_' } else { c }).collect();
    let text = text.trim_matches([' ', '.']);
    let text = if text.is_empty() { "_" } else { text };
    let simple: String = text.chars().map(|c| if c.is_ascii_graphic() && !r#""\%"#.contains(c) || c == ' ' { c } else { '_' }).collect();
    format!("attachment; filename=\"{simple}{ending}\"; filename*=UTF-8''{}{ending}", encode(text.as_bytes()))
}

/// Characters that file systems, headers or eyes take for something else.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_name_comes_back_from_a_path() {
        for name in
            [&b"letter.txt"[..], b"a b", b"\xff\xfe", "caf\u{e9}".as_bytes(), b"100%", b"<script>", b"a\"b'c", b"...", b"a\nb", b"?q=#x"]
        {
            let path = encode_path([b"one".as_slice(), name]);
            assert!(path.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"'?#".contains(&byte)), "{path}");
            assert_eq!(names(&path).unwrap(), [b"one".to_vec(), name.to_vec()], "{path}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_no_path() {
        for path in
            ["", "x", "/..", "/a/../b", "/%2e%2e/etc", "/a/%2E", "/a%2fb", "/a//b", "//", "/a%00", "/%", "/%4", "/%zz", "/%+1", "/a/./b"]
        {
            assert_eq!(names(path), None, "{path}");
        }
        assert_eq!(names("/").unwrap(), Vec::<Vec<u8>>::new());
        assert_eq!(names("/a/").unwrap(), [b"a".to_vec()]);
    }

    #[test]
    fn queries_give_their_values() {
        assert_eq!(query("from=3&q=a+b%26c", "q").unwrap(), "a b&c");
        assert_eq!((query("q", "q"), query("qq=1", "q"), query("q=%zz", "q")), (None, None, None));
    }

    #[test]
    fn no_name_ends_its_header_or_names_another_folder() {
        let plain = disposition(b"letter.txt", "");
        assert_eq!(plain, "attachment; filename=\"letter.txt\"; filename*=UTF-8''letter.txt");
        let french = disposition("caf\u{e9} 1.txt".as_bytes(), ".zip");
        assert_eq!(french, "attachment; filename=\"caf_ 1.txt.zip\"; filename*=UTF-8''caf%C3%A9%201.txt.zip");
        for name in [
            &b"a\"; filename=\"b.exe"[..],
            b"a\r\nSet-Cookie: x",
            b"..\\..\\x",
            b"../x",
            "a\u{202e}txt.exe".as_bytes(),
            b"\xff%41\0",
            b"..",
            b"",
        ] {
            let header = disposition(name, "");
            assert!(header.bytes().all(|byte| (32..127).contains(&byte)), "{header}");
            assert_eq!(header.matches('"').count(), 2, "{header}");
            let simple = header.split('"').nth(1).unwrap();
            assert!(!simple.contains(['\\', '/', '%']) && !simple.starts_with('.') && !simple.is_empty(), "{header}");
        }
    }
}
