//! Names in lines of text. A name is bytes; what would end a line or a column is written with a backslash, as coreutils do in sums
//! (manual of coreutils, "md5sum invocation"). Every name has one form, and no other is read.

/// A name with `\\`, `\n` and `\r`, and whether any was needed: sums say so by a backslash before the line.
pub(super) fn escaped(name: &[u8]) -> (Vec<u8>, bool) {
    let out = name.iter().fold(Vec::with_capacity(name.len()), |mut out, byte| {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            byte => out.push(*byte),
        }
        out
    });
    let is_needed = out.len() != name.len();
    (out, is_needed)
}

/// The same for a column of a table, where a tab is `\t` too.
pub(super) fn cell(text: &[u8]) -> Vec<u8> {
    let (text, _) = escaped(text);
    text.split(|byte| *byte == b'\t').collect::<Vec<_>>().join(&b"\\t"[..])
}

/// What a column says; `None` for what is no form of anything.
pub(super) fn of_cell(cell: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(cell.len());
    let mut bytes = cell.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                _ => return None,
            },
            b'\n' | b'\r' | b'\t' => return None,
            byte => *byte,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for name in [&b"plain name"[..], b"", b"a\\b\nc\rd\te", b"\\n", b"raw\xff\x1b["] {
            assert_eq!(of_cell(&cell(name)).as_deref(), Some(name));
        }
        assert_eq!(escaped(b"a\tb"), (b"a\tb".to_vec(), false));
        assert_eq!(escaped(b"a\\\n\r"), (b"a\\\\\\n\\r".to_vec(), true));
        for bad in [&b"a\tb"[..], b"\\x", b"a\\", b"a\n"] {
            assert_eq!(of_cell(bad), None);
        }
    }
}
