//! What a file looks like, as far as it can be shown without running anything of it: text, as text, and pictures of kinds that only a
//! picture can be. What it is called says nothing.

/// Bytes of a file that are looked at.
pub(super) const LOOKED_AT: u32 = 192 << 10;
/// Bytes of the largest picture that is shown.
pub(super) const LARGEST_PICTURE: u64 = 32 << 20;

/// What a file looks like.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Preview {
    /// A text, or its beginning.
    Text(String),
    /// A picture of this kind.
    Picture(&'static str),
    /// Nothing that can be shown.
    Nothing,
}

/// What a file looks like by its beginning.
pub(super) fn of(beginning: &[u8], size: u64) -> Preview {
    if let Some(kind) = picture(beginning) {
        return if size <= LARGEST_PICTURE { Preview::Picture(kind) } else { Preview::Nothing };
    }
    text(beginning, beginning.len() as u64 == size).map_or(Preview::Nothing, Preview::Text)
}

/// The kind of a picture by how it begins. SVG is a text that may hold programs: it is shown as text.
pub(super) fn picture(beginning: &[u8]) -> Option<&'static str> {
    match beginning {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// The text that bytes are: UTF-8, UTF-16 with its mark, or else the Windows code page of western Europe, in which much bookkeeping is.
fn text(bytes: &[u8], is_all: bool) -> Option<String> {
    if let [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] = bytes {
        let is_little = bytes.first() == Some(&0xff);
        let units =
            rest.as_chunks::<2>().0.iter().map(|pair| if is_little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) });
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        return Some(text).filter(|text| !text.chars().any(is_binary));
    }
    if bytes.iter().any(|byte| is_binary(char::from(*byte)) && byte.is_ascii()) {
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        // The last character may be cut off.
        Err(error) if error.error_len().is_none() && !is_all => {
            bytes.get(..error.valid_up_to()).map(|valid| String::from_utf8_lossy(valid).into_owned())
        }
        Err(_) => Some(bytes.iter().map(|byte| western(*byte)).collect()),
    }
}

/// Control characters that no text has.
fn is_binary(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x1a' | '\x1b')
}

/// A character of Windows-1252 (<https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT>).
fn western(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '\u{20ac}', '\u{fffd}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}', '\u{160}',
        '\u{2039}', '\u{152}', '\u{fffd}', '\u{17d}', '\u{fffd}', '\u{fffd}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}',
        '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{fffd}', '\u{17e}', '\u{178}',
    ];
    byte.checked_sub(0x80).and_then(|high| HIGH.get(usize::from(high))).copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> Preview {
        of(bytes, bytes.len() as u64)
    }

    #[test]
    fn only_what_can_do_nothing_is_shown() {
        assert_eq!(shown(b"\x89PNG\r\n\x1a\n...."), Preview::Picture("image/png"));
        assert_eq!(of(b"\xff\xd8\xff\xe0", LARGEST_PICTURE + 1), Preview::Nothing);
        for text in ["<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "<html><script>1</script>", "%!PS", "", "GIF8"] {
            assert_eq!(shown(text.as_bytes()), Preview::Text(text.to_owned()));
        }
        assert_eq!((shown(b"\x7fELF\x02\x01\x01\0"), shown(b"a\0b")), (Preview::Nothing, Preview::Nothing));
    }

    #[test]
    fn texts_are_read_as_they_were_written() {
        for (bytes, text) in [
            (&b"caf\xc3\xa9"[..], "caf\u{e9}"),
            (b"caf\xe9 5\x80", "caf\u{e9} 5\u{20ac}"),
            (b"\xef\xbb\xbfa;b", "a;b"),
            (b"\xff\xfea\0\xe9\0", "a\u{e9}"),
            (b"\xfe\xff\0a", "a"),
        ] {
            assert_eq!(shown(bytes), Preview::Text(text.to_owned()), "{bytes:?}");
        }
        assert_eq!(of(b"caf\xc3", 100), Preview::Text("caf".to_owned()));
    }
}
