//! Which paths are meant: the pattern language of `.gitignore`, which people know, over absolute paths.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A list of patterns; a later one prevails over an earlier one, `!` takes back, a trailing `/` means folders only.
#[derive(Debug, Clone)]
pub struct Patterns(Gitignore);

/// A pattern that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("cannot understand the pattern {pattern:?}: {cause}")]
pub struct PatternError {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub cause: String,
}

impl Default for Patterns {
    fn default() -> Self {
        Self(Gitignore::empty())
    }
}

impl Patterns {
    /// Reads patterns, one a line; empty lines and those that start with `#` are passed over.
    pub fn new<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
        let mut builder = GitignoreBuilder::new("/");
        builder.allow_unclosed_class(false);
        for line in lines {
            let failed = |error: ignore::Error| PatternError { pattern: line.to_owned(), cause: error.to_string() };
            builder.add_line(None, line).map_err(failed)?;
        }
        let failed = |error: ignore::Error| PatternError { pattern: String::new(), cause: error.to_string() };
        Ok(Self(builder.build().map_err(failed)?))
    }

    /// Whether there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an entry is meant. Folders above it are not looked at.
    pub fn matches(&self, path: &[u8], is_dir: bool) -> bool {
        !self.is_empty() && matches!(self.0.matched(as_path(path), is_dir), Match::Ignore(_))
    }

    /// Whether an entry, or a folder above it, is meant.
    pub fn matches_with_parents(&self, path: &[u8], is_dir: bool) -> bool {
        let path = as_path(path);
        !self.is_empty() && path.has_root() && matches!(self.0.matched_path_or_any_parents(path, is_dir), Match::Ignore(_))
    }
}

fn as_path(path: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_gitignore() {
        let patterns = Patterns::new(["*.tmp", "/home/ada/cache/", "!keep.tmp", "build/out"]).unwrap();
        for (path, is_dir, meant) in [
            ("/a/b.tmp", false, true),
            ("/a/keep.tmp", false, false),
            ("/home/ada/cache", true, true),
            ("/home/ada/cache", false, false),
            ("/x/home/ada/cache", true, false),
            ("/build/out", false, true),
            ("/x/build/out", false, false),
        ] {
            assert_eq!(patterns.matches(path.as_bytes(), is_dir), meant, "{path}");
        }
        assert!(patterns.matches_with_parents(b"/home/ada/cache/deep/file", false));
        assert!(!Patterns::default().matches(b"/a", false));
        assert!(Patterns::new(["a[b"]).is_err());
    }
}
