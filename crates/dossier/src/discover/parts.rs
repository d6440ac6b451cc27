//! Which parts of each dossier a run takes: the rule's switches, what the run was asked for, and how long ago each was taken.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use liasse_archive::PatternError;
use serde::{Deserialize, Serialize};

use super::exclusion::Exclusion;
use crate::config::{Config, Part, Rule};
use crate::nearest;

/// Takes every part, whatever the rules say.
const ALL: &str = "all";

/// What `--parts` asks for: `photos,documents` takes of all parts only these, `-photos` leaves one out, `all` takes every part; what
/// belongs to no part is always taken. A part that is named is taken whatever the rule's `without` and `every` say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    take: Vec<String>,
    leave: Vec<String>,
}

impl FromStr for Wishes {
    type Err = NoPart;

    fn from_str(text: &str) -> Result<Self, NoPart> {
        let mut wishes = Self::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word.strip_prefix('-') {
                Some(name) => wishes.leave.push(name.to_owned()),
                None => wishes.take.push(word.to_owned()),
            }
        }
        match wishes.take.iter().find(|name| wishes.leave.contains(name)) {
            Some(both) => Err(NoPart { part: both.clone(), nearest: Vec::new() }),
            None => Ok(wishes),
        }
    }
}

impl Wishes {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.take.is_empty() && self.leave.is_empty()
    }

    /// Whether a part is not wanted: it is left out by its name, or others are taken and it is not.
    pub fn omits(&self, part: &str) -> bool {
        let is_named = |names: &[String]| names.iter().any(|name| name == part);
        let takes_all = self.take.iter().any(|name| name == ALL);
        is_named(&self.leave) || !self.take.is_empty() && !takes_all && !is_named(&self.take)
    }

    /// Refuses the name of a part that no rule has.
    pub fn check(&self, config: &Config) -> Result<(), NoPart> {
        let known: Vec<&str> = config.rules.iter().flat_map(|rule| &rule.parts).map(|part| part.name.as_str()).collect();
        let is_unknown = |name: &&String| !known.contains(&name.as_str());
        let unknown = self.leave.iter().find(is_unknown).or_else(|| self.take.iter().filter(|name| *name != ALL).find(is_unknown));
        match unknown {
            Some(part) => {
                let nearest = nearest(part, known.iter().copied(), 3).into_iter().map(str::to_owned).collect();
                Err(NoPart { part: part.clone(), nearest })
            }
            None => Ok(()),
        }
    }
}

/// A part that no rule has, or that is wanted and not wanted at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no rule has a part {part:?}, or it is both wanted and left out")]
pub struct NoPart {
    /// As it was typed.
    pub part: String,
    /// The ones that may be meant.
    pub nearest: Vec<String>,
}

/// Why a part is left out of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The rule leaves it out.
    Rule,
    /// This run was asked to.
    Run,
    /// It was taken not long enough ago.
    NotDue,
}

impl Why {
    /// Whether the part is left out of this run only: what the last run has of it stays.
    pub fn is_for_now(self) -> bool {
        matches!(self, Self::Run | Self::NotDue)
    }
}

/// A part that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its name.
    pub part: String,
    /// Why.
    pub why: Why,
}

/// What a run takes of one dossier.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Parts that are left out, in the order of the rule.
    pub left_out: Vec<LeftOut>,
    /// Parts that are taken: the caller keeps the time, for the next run.
    pub taken: Vec<String>,
    /// What is left out of the walk: these parts, and years before `since-year`.
    pub exclusion: Arc<Exclusion>,
}

/// Chooses parts for each dossier of a run.
#[derive(Debug)]
pub struct Chooser<'a> {
    rules: HashMap<&'a str, &'a Rule>,
    wishes: Wishes,
    now: Timestamp,
    compiled: HashMap<(String, Vec<String>), Arc<Exclusion>>,
}

impl<'a> Chooser<'a> {
    /// A run at a time, with its wishes; these must name parts that some rule has.
    pub fn new(config: &'a Config, wishes: Wishes, now: Timestamp) -> Result<Self, NoPart> {
        wishes.check(config)?;
        let rules = config.rules.iter().map(|rule| (rule.name.as_str(), rule)).collect();
        Ok(Self { rules, wishes, now, compiled: HashMap::new() })
    }

    /// What is taken of a dossier that a rule found. `last` says when a part of this dossier was last taken, if ever.
    pub fn choose(&mut self, rule: &str, last: impl Fn(&str) -> Option<Timestamp>) -> Result<Choice, PatternError> {
        let Some(found) = self.rules.get(rule).copied() else {
            return Ok(Choice { left_out: Vec::new(), taken: Vec::new(), exclusion: Arc::default() });
        };
        let (mut left_out, mut taken) = (Vec::new(), Vec::new());
        for part in &found.parts {
            match self.why_not(found, part, &last) {
                Some(why) => left_out.push(LeftOut { part: part.name.clone(), why }),
                None => taken.push(part.name.clone()),
            }
        }
        let exclusion = self.exclusion(found, &left_out)?;
        Ok(Choice { left_out, taken, exclusion })
    }

    fn why_not(&self, rule: &Rule, part: &Part, last: &impl Fn(&str) -> Option<Timestamp>) -> Option<Why> {
        if self.wishes.omits(&part.name) {
            return Some(Why::Run);
        }
        if !self.wishes.take.is_empty() {
            return None;
        }
        if rule.without.contains(&part.name) {
            return Some(Why::Rule);
        }
        let since = self.now.as_second().checked_sub(last(&part.name)?.as_second())?;
        let every = part.every?.as_std().as_secs();
        // A clock that went back must not put a part off for years.
        (u64::try_from(since).is_ok_and(|since| since < every)).then_some(Why::NotDue)
    }

    fn exclusion(&mut self, rule: &Rule, left_out: &[LeftOut]) -> Result<Arc<Exclusion>, PatternError> {
        let names: Vec<&str> = left_out.iter().map(|left| left.part.as_str()).collect();
        let key = (rule.name.clone(), names.iter().map(|name| (*name).to_owned()).collect());
        if let Some(known) = self.compiled.get(&key) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(Exclusion::new(rule, &names)?);
        self.compiled.insert(key, Arc::clone(&made));
        Ok(made)
    }
}
