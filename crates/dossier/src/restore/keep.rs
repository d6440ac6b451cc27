//! What of a dossier stays as it is when the rest is replaced. Must never give up an entry that the state does not have because nobody
//! looked at it, as opposed to one that was not there.

use std::sync::Arc;

use liasse_archive::{PatternError, Patterns};

use super::state::State;
use crate::config::Rule;
use crate::discover::Exclusion;

/// From this length on, a path may be in the record only as far as it goes there.
const MAYBE_CUT: usize = 4_000;

/// The rules by which entries are kept.
#[derive(Debug, Default)]
pub(super) struct Keep {
    exclusion: Arc<Exclusion>,
    /// Below the dossier's folder, with a `/` before.
    unread: Vec<Vec<u8>>,
    /// What of the state is not restored.
    pub(super) left_out: Vec<Patterns>,
}

/// Why it is not known what is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unknown {
    /// Nobody knows what the state lacks.
    Gaps,
    /// A part was left out that the settings do not know any more.
    Part(String),
}

impl Keep {
    /// Restores all that a state has.
    pub(super) fn nothing(left_out: Vec<Patterns>) -> Self {
        Self { left_out, ..Self::default() }
    }

    /// Keeps what could not be read, and nothing else.
    #[cfg(test)]
    pub(super) fn of_unread(paths: &[&[u8]]) -> Self {
        Self { unread: paths.iter().map(|path| below(path)).collect(), ..Self::default() }
    }

    /// Keeps what a state lacks, and the parts that are not wanted.
    pub(super) fn new(
        rule: Option<&Rule>,
        state: &State,
        omitted: &[&str],
        left_out: Vec<Patterns>,
    ) -> Result<Result<Self, Unknown>, PatternError> {
        let (Some(parts), Some(as_before), Some(unread)) = (state.left_out(), state.as_before(), state.unread()) else {
            return Ok(Err(Unknown::Gaps));
        };
        let knows = |part: &str| rule.is_some_and(|rule| rule.parts.iter().any(|known| known.name == part));
        if let Some(part) = parts.iter().find(|part| !knows(part)) {
            return Ok(Err(Unknown::Part((*part).to_owned())));
        }
        // What the state has of a part that was not looked at is restored; what it does not have was perhaps never stored.
        let without: Vec<&str> = parts.iter().chain(&as_before).chain(omitted).copied().collect();
        let exclusion = match rule {
            Some(rule) => Arc::new(Exclusion::new(rule, &without)?),
            None => Arc::default(),
        };
        let unread = unread.into_iter().map(below).collect();
        Ok(Ok(Self { exclusion, unread, left_out }))
    }

    /// Whether an entry is kept, with all below it. `path` is below the dossier's folder, with a `/` before.
    pub(super) fn keeps(&self, path: &[u8], is_dir: bool) -> bool {
        let is_unread = |unread: &Vec<u8>| {
            path.strip_prefix(unread.as_slice()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
                || unread.len() >= MAYBE_CUT && path.starts_with(unread)
        };
        self.exclusion.part_of(path, is_dir).is_some() || self.unread.iter().any(is_unread)
    }

    /// Whether an entry of the state is not restored.
    pub(super) fn omits(&self, path: &[u8], is_dir: bool) -> bool {
        self.left_out.iter().any(|patterns| patterns.matches(path, is_dir))
    }
}

/// A path below the dossier's folder, as it is compared: empty for the folder itself.
fn below(path: &[u8]) -> Vec<u8> {
    if path.is_empty() { Vec::new() } else { [b"/", path].concat() }
}
