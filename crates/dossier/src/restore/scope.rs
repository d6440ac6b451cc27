//! Which parts of a dossier are restored, by what the settings say today.

use std::path::Path;

use liasse_archive::{PatternError, Patterns};

use crate::Code;
use crate::config::{Config, Rule};
use crate::discover::{Discovery, Exclusion, Wishes, is_within};

/// The parts of one dossier, as its rule names them.
pub struct Scope<'c> {
    rule: Option<&'c Rule>,
    omitted: Vec<&'c str>,
}

impl<'c> Scope<'c> {
    /// What is wanted of a dossier. Its rule is the one that finds it now, or else the first in whose root it lay.
    pub fn new(config: &'c Config, discovery: &Discovery, code: &str, path: &Path, wishes: &Wishes) -> Self {
        let found = code.parse::<Code>().ok().and_then(|code| discovery.get(&code)).map(|found| found.rule.as_str());
        let rules = || config.rules.iter().filter(|rule| !rule.off);
        let by_name = found.and_then(|name| rules().find(|rule| rule.name == name));
        let rule = by_name.or_else(|| rules().find(|rule| is_within(path, rule)));
        let parts = rule.map_or(&[][..], |rule| rule.parts.as_slice());
        Self { rule, omitted: parts.iter().map(|part| part.name.as_str()).filter(|name| wishes.omits(name)).collect() }
    }

    /// Whether the settings say anything of this dossier.
    pub fn has_rule(&self) -> bool {
        self.rule.is_some()
    }

    /// The rule of the dossier, if there is one.
    pub(super) fn rule(&self) -> Option<&'c Rule> {
        self.rule
    }

    /// The parts that are not wanted.
    pub(super) fn omitted(&self) -> &[&'c str] {
        &self.omitted
    }

    /// What is not to be restored.
    pub fn left_out(&self) -> Result<Vec<Patterns>, PatternError> {
        let Some(rule) = self.rule else { return Ok(Vec::new()) };
        Ok(Exclusion::of_parts(rule, &self.omitted)?.patterns().cloned().collect())
    }
}
