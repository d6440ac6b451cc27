//! Which dossiers there are: folders that rules name, one folder one dossier. It reads the folders on the way to them and their
//! markers, and never what is in a dossier. It must drop nothing silently: what is not taken is named, with the reason.
//!
//! [`discover`] finds them; [`Chooser`] says which parts of each a run takes.

mod claims;
mod exclusion;
mod known;
mod marker;
mod parts;
mod problem;
mod search;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use exclusion::Exclusion;
pub(crate) use known::{is_within, wants, why_not_found};
pub use parts::{Choice, Chooser, LeftOut, NoPart, Why, Wishes};
pub use problem::Problem;

use crate::Code;
use crate::config::{Config, Kind};

/// A dossier that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its code.
    pub code: Code,
    /// The rule that found it.
    pub rule: String,
    /// Its folder: absolute, and no link on the way to it.
    pub path: PathBuf,
    /// An original or a copy.
    pub kind: Kind,
}

/// A folder that a rule passes over on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// The folder.
    pub path: PathBuf,
    /// The rule.
    pub rule: String,
    /// The marker that says so; `None` for a pattern of its name.
    pub marker: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Discovery {
    /// The dossiers, by code; no two have one code or one folder.
    pub dossiers: Vec<Found>,
    /// Folders that are passed over because a rule says so, by path.
    pub passed_over: Vec<PassedOver>,
    /// What is wrong, in the order of rules and paths.
    pub problems: Vec<Problem>,
}

/// Finds the dossiers of all rules that are on. Trouble with one never hides another.
pub fn discover(config: &Config) -> Discovery {
    let mut found = Discovery::default();
    let mut claims = Vec::new();
    for rule in config.rules.iter().filter(|rule| !rule.off) {
        search::search(rule, &mut claims, &mut found);
    }
    claims::settle(claims, &mut found);
    found.passed_over.sort_by(|a, b| a.path.cmp(&b.path));
    found.passed_over.dedup();
    found
}

impl Discovery {
    /// The dossier with this code.
    pub fn get(&self, code: &Code) -> Option<&Found> {
        self.dossiers.binary_search_by(|found| found.code.cmp(code)).ok().and_then(|at| self.dossiers.get(at))
    }

    /// The codes nearest to one that is not there, best first, at most three.
    pub fn nearest(&self, code: &str) -> Vec<&str> {
        crate::nearest(code, self.dossiers.iter().map(|found| found.code.as_str()), 3)
    }
}
