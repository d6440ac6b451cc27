//! What of a dossier is left out, and by which part.

use liasse_archive::{PatternError, Patterns};

use crate::config::pattern::{any_year, has_year, years_before};
use crate::config::{Part, Rule};

/// What of the dossiers of a rule is left out, compiled once for all that leave out the same.
#[derive(Debug, Clone, Default)]
pub struct Exclusion {
    parts: Vec<(String, Patterns)>,
}

impl Exclusion {
    /// Leaves out the parts of a rule that are named, and the closed years of all others.
    pub fn new(rule: &Rule, left_out: &[&str]) -> Result<Self, PatternError> {
        let compiled = |part: &Part| -> Result<(String, Patterns), PatternError> {
            let lines = if left_out.contains(&part.name.as_str()) { whole(part) } else { closed(part) };
            Ok((part.name.clone(), Patterns::new(lines.iter().map(String::as_str))?))
        };
        let parts: Vec<_> = rule.parts.iter().map(compiled).collect::<Result<_, _>>()?;
        Ok(Self { parts: parts.into_iter().filter(|(_, patterns)| !patterns.is_empty()).collect() })
    }

    /// Takes just the parts of a rule that are named, with all their years.
    pub fn of_parts(rule: &Rule, names: &[&str]) -> Result<Self, PatternError> {
        let wanted = rule.parts.iter().filter(|part| names.contains(&part.name.as_str()));
        let compiled = |part: &Part| Ok((part.name.clone(), Patterns::new(whole(part).iter().map(String::as_str))?));
        Ok(Self { parts: wanted.map(compiled).collect::<Result<_, PatternError>>()? })
    }

    /// The patterns of each part.
    pub fn patterns(&self) -> impl Iterator<Item = &Patterns> {
        self.parts.iter().map(|(_, patterns)| patterns)
    }

    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The part that leaves out an entry, by its path below the dossier's folder. The folders above it are not looked at: who walks does
    /// not come below what is left out.
    pub fn part_of(&self, below: &[u8], is_dir: bool) -> Option<&str> {
        self.parts.iter().find(|(_, patterns)| patterns.matches(below, is_dir)).map(|(name, _)| name.as_str())
    }

    /// The same for who does not walk: the part that leaves out an entry or a folder above it.
    pub fn part_of_with_parents(&self, below: &[u8], is_dir: bool) -> Option<&str> {
        let path = [b"/", below.strip_prefix(b"/").unwrap_or(below)].concat();
        self.parts.iter().find(|(_, patterns)| patterns.matches_with_parents(&path, is_dir)).map(|(name, _)| name.as_str())
    }
}

fn whole(part: &Part) -> Vec<String> {
    part.patterns.iter().map(|pattern| any_year(pattern)).collect()
}

/// The years of a part that are too old.
fn closed(part: &Part) -> Vec<String> {
    let Some(year) = part.since_year else { return Vec::new() };
    part.patterns.iter().filter(|pattern| has_year(pattern)).flat_map(|pattern| years_before(pattern, year)).collect()
}
