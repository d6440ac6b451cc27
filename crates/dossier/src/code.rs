//! What a dossier is called.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most bytes of a code: it stands in file names and on command lines.
const MOST_BYTES: usize = 200;

/// The name of a dossier, for people and on command lines: D1234. Not empty, one line, no `/`, and not the start of an option.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

/// A text that cannot be a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} cannot be the code of a dossier: {why}")]
pub struct CodeError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Code {
    /// The code itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Code {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        let why = match text.as_str() {
            "" => "it is empty",
            "." | ".." => "it means a folder",
            text if text.len() > MOST_BYTES => "it is longer than 200 bytes",
            text if text.starts_with('-') => "it starts like an option",
            text if text.contains('/') => "it has a /",
            text if text.chars().any(char::is_control) => "it has a character that cannot be shown",
            text if text.trim() != text => "it begins or ends with a space",
            _ => return Ok(Self(text)),
        };
        Err(CodeError { text, why })
    }
}

impl std::str::FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::try_from(text.to_owned())
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_code_can_be_shown_and_typed() {
        for good in ["D1234", "Boulangerie Dupré", "a.b", "é"] {
            assert_eq!(good.parse::<Code>().unwrap().as_str(), good);
        }
        for bad in ["", ".", "..", "-x", "a/b", "a\nb", " a", "a ", &"x".repeat(201)] {
            bad.parse::<Code>().unwrap_err();
        }
    }
}
