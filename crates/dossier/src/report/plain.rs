//! Names from elsewhere, made safe to show: one line, nothing that moves the cursor, turns the direction of writing or hides.

use std::fmt::Write as _;

/// A text on one line; characters that would not be seen are shown by their number.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if hides(c) => _ = write!(out, "\\u{{{:x}}}", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

/// Control characters, those without width, and those that turn the direction of writing.
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_cannot_move_the_cursor_or_hide() {
        assert_eq!(plain("a\x1b[2Jb\nc\u{202e}d\u{200b}"), "a\\u{1b}[2Jb\\nc\\u{202e}d\\u{200b}");
        assert_eq!(plain("Boulangerie Dupré 1\u{a0}000"), "Boulangerie Dupré 1\u{a0}000");
    }
}
