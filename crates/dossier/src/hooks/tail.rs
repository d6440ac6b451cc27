//! The end of what a command says: the last bytes of a stream that may be endless.

use std::collections::VecDeque;

/// Most bytes that are kept: what a person reads to see what went wrong.
pub(super) const MOST_BYTES: usize = 4096;

/// The last bytes of a stream.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: VecDeque<u8>,
    is_cut: bool,
}

impl Tail {
    /// Adds bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let last = bytes.get(bytes.len().saturating_sub(MOST_BYTES)..).unwrap_or_default();
        let surplus = (self.bytes.len() + last.len()).saturating_sub(MOST_BYTES);
        self.is_cut |= surplus > 0 || last.len() < bytes.len();
        self.bytes.drain(..surplus.min(self.bytes.len()));
        self.bytes.extend(last);
    }

    /// What is left as a text of whole lines where it was cut, without characters that a terminal would obey.
    pub(super) fn text(&self) -> String {
        let bytes: Vec<u8> = self.bytes.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let whole = if self.is_cut { text.split_once('\n').map_or(&*text, |(_, rest)| rest) } else { &text };
        let is_shown = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
        whole.chars().filter(is_shown).collect::<String>().trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept_and_begins_with_a_whole_line() {
        let mut tail = Tail::default();
        tail.add(b"one\ntwo\n");
        assert_eq!(tail.text(), "one\ntwo");
        for _ in 0..1000 {
            tail.add(b"0123456789\n");
        }
        tail.add("end \u{1b}[31mé\u{7}\r\n".as_bytes());
        let text = tail.text();
        assert!(tail.bytes.len() == MOST_BYTES && text.ends_with("end [31mé"), "{text}");
        assert!(text.lines().rev().skip(1).all(|line| line == "0123456789"), "{text}");
        tail.add(&[b'x'; 3 * MOST_BYTES]);
        assert_eq!(tail.text(), "x".repeat(MOST_BYTES));
    }
}
