//! Patterns over names of files, matched without a file system and without regard to the case of ASCII letters: servers hold
//! `PDOXUSRS.LCK` and `pdoxusrs.lck` alike. Every name of every dossier goes through them at every run, so they allocate nothing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A pattern over a name: `*` any characters, `?` one, `[a-z]` one of these, `[!a-z]` one of the others. It never holds a `/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NamePattern {
    text: String,
    parts: Vec<Part>,
}

/// A text that is no pattern over names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} cannot stand for names of files: {why}")]
pub struct NamePatternError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Byte(u8),
    OneOf { not: bool, ranges: Vec<(u8, u8)> },
}

impl Part {
    fn fits(&self, byte: u8) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Byte(wanted) => *wanted == byte.to_ascii_lowercase(),
            Self::OneOf { not, ranges } => {
                let byte = byte.to_ascii_lowercase();
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&byte)) != *not
            }
        }
    }
}

impl NamePattern {
    /// Whether a name fits. A character beyond ASCII counts as its bytes.
    pub fn fits(&self, name: &[u8]) -> bool {
        let (mut part, mut byte) = (0, 0);
        // Where to go on when what follows the last `*` does not fit: that `*` takes one byte more.
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match (self.parts.get(part), name.get(byte)) {
                (None, None) => return true,
                (Some(Part::Any), _) => {
                    part += 1;
                    retry = Some((part, byte));
                    continue;
                }
                (Some(wanted), Some(&found)) if wanted.fits(found) => {
                    part += 1;
                    byte += 1;
                    continue;
                }
                _ => {}
            }
            match retry {
                Some((after, from)) if from < name.len() => {
                    part = after;
                    byte = from + 1;
                    retry = Some((after, byte));
                }
                _ => return false,
            }
        }
    }
}

impl FromStr for NamePattern {
    type Err = NamePatternError;

    fn from_str(text: &str) -> Result<Self, NamePatternError> {
        let failed = |why| NamePatternError { text: text.to_owned(), why };
        if text.is_empty() {
            return Err(failed("it is empty"));
        }
        if text.contains('/') {
            return Err(failed("it has a /, and only names are looked at"));
        }
        let mut parts = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            parts.push(match byte {
                b'*' => Part::Any,
                b'?' => Part::One,
                b'[' => one_of(&mut rest).ok_or_else(|| failed("a [ has no ]"))?,
                other => Part::Byte(other.to_ascii_lowercase()),
            });
        }
        Ok(Self { text: text.to_owned(), parts })
    }
}

/// What stands between brackets; a `]` at the start stands for itself.
fn one_of(rest: &mut std::str::Bytes<'_>) -> Option<Part> {
    let mut bytes = Vec::new();
    loop {
        match rest.next()? {
            b']' if !bytes.is_empty() && bytes != *b"!" => break,
            byte => bytes.push(byte.to_ascii_lowercase()),
        }
    }
    let (not, mut bytes) = match bytes.split_first() {
        Some((b'!', others)) => (true, others),
        _ => (false, bytes.as_slice()),
    };
    let mut ranges = Vec::new();
    while let Some((&from, others)) = bytes.split_first() {
        if let [b'-', to, others @ ..] = others {
            ranges.push((from, *to));
            bytes = others;
        } else {
            ranges.push((from, from));
            bytes = others;
        }
    }
    Some(Part::OneOf { not, ranges })
}

impl TryFrom<String> for NamePattern {
    type Error = NamePatternError;

    fn try_from(text: String) -> Result<Self, NamePatternError> {
        text.parse()
    }
}

impl From<NamePattern> for String {
    fn from(pattern: NamePattern) -> Self {
        pattern.text
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pattern_fits_names() {
        for (pattern, name, fits) in [
            ("*.lck", "PDOXUSRS.LCK", true),
            ("*.lck", "lck", false),
            ("*.lck", "a.lck.old", false),
            ("~$*", "~$letter.docx", true),
            (".~lock.*#", ".~lock.letter.odt#", true),
            (".~lock.*#", ".~lock.letter.odt", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("*aab", "aaaab", true),
            ("?", "", false),
            ("??", "é", true),
            ("*", "", true),
            ("[0-9][0-9].ldb", "07.ldb", true),
            ("[0-9][0-9].ldb", "x7.ldb", false),
            ("[!a-c]x", "dX", true),
            ("[!a-c]x", "Bx", false),
            ("[]]", "]", true),
            ("[a-]", "-", true),
        ] {
            assert_eq!(pattern.parse::<NamePattern>().unwrap().fits(name.as_bytes()), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_that_could_never_fit_is_refused() {
        for bad in ["", "a/b", "[a", "[", "[]"] {
            bad.parse::<NamePattern>().unwrap_err();
        }
    }

    #[test]
    fn many_stars_cost_little() {
        let pattern: NamePattern = "*a".repeat(40).parse().unwrap();
        assert!(!pattern.fits(format!("{}b", "a".repeat(20_000)).as_bytes()));
    }
}
