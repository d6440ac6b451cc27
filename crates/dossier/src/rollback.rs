//! A repository that shows an older state than this machine has seen there, in words for people and for JSON.

use jiff::Timestamp;
use liasse_archive::repo;
use serde::Serialize;

use crate::lang::Texts;
use crate::report::local::Local;
use crate::run::moment_of;

/// What was seen in the repository and is not there any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rollback {
    /// Ids of snapshots that are gone, the newest first: the first 100.
    pub missing: Vec<String>,
    /// How many there are.
    pub missing_count: u64,
    /// When the newest of them was made.
    pub newest: Option<Timestamp>,
    /// The number of the newest config that was seen, where an older one is the newest now.
    pub config_seen: Option<u64>,
    /// That of the newest now.
    pub config_there: Option<u64>,
}

impl From<repo::Rollback> for Rollback {
    fn from(rollback: repo::Rollback) -> Self {
        let newest = rollback.missing.first().and_then(|(_, time)| moment_of(*time));
        Self {
            missing: rollback.missing.iter().map(|(id, _)| id.to_string()).collect(),
            missing_count: rollback.missing_count,
            newest,
            config_seen: rollback.config.map(|(seen, _)| seen),
            config_there: rollback.config.map(|(_, there)| there),
        }
    }
}

impl Rollback {
    /// What is wrong: one sentence or two.
    pub fn text(&self, local: &Local<'_>) -> String {
        let mut said = Vec::new();
        let texts = local.texts();
        if self.missing_count > 0 {
            let date = self.newest.map(|newest| local.short(newest)).unwrap_or_default();
            let count = local.number(self.missing_count);
            said.push(texts.get("rollback", &[("number", self.missing_count.into()), ("count", count.into()), ("date", date.into())]));
        }
        if let Some((seen, there)) = self.config_seen.zip(self.config_there) {
            said.push(texts.get("rollback-config", &[("seen", seen.into()), ("there", there.into())]));
        }
        said.join(" ")
    }

    /// What to do about it.
    pub fn remedy(texts: &Texts) -> String {
        texts.get("rollback-remedy", &[])
    }
}
