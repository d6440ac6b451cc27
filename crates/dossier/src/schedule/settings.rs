//! The section `[schedule]`.

use serde::{Deserialize, Serialize};

use super::Every;

/// When runs are made, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The times: one text or a list of them. Empty: there is no schedule.
    #[serde(with = "one_or_many")]
    pub every: Vec<Every>,
    /// Whether a run whose time passed while the machine was off is made as soon as it is on.
    pub catch_up: bool,
    /// As whom runs are made; without it as the system when root installs the schedule, as the user otherwise.
    pub scope: Option<Scope>,
    /// What starts them; without it what the machine has.
    pub system: Option<System>,
}

/// As whom runs are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// As the user who installs the schedule.
    User,
    /// As root, whoever is there.
    System,
}

/// What starts runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// A timer of systemd.
    Systemd,
    /// Lines for cron.
    Cron,
    /// An agent or daemon of macOS.
    Launchd,
    /// A task of Windows.
    Windows,
}

impl System {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Cron => "cron",
            Self::Launchd => "launchd",
            Self::Windows => "windows",
        }
    }
}

impl Scope {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { every: Vec::new(), catch_up: true, scope: None, system: None }
    }
}

/// One text, or a list of them.
mod one_or_many {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::schedule::Every;

    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text such as \"day 21:00\", or a list of such texts")]
    enum Written {
        One(String),
        Many(Vec<String>),
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Every>, D::Error> {
        let texts = match Written::deserialize(deserializer)? {
            Written::One(text) => vec![text],
            Written::Many(texts) => texts,
        };
        texts.iter().map(|text| text.parse().map_err(serde::de::Error::custom)).collect()
    }

    pub(super) fn serialize<S: Serializer>(every: &[Every], serializer: S) -> Result<S::Ok, S::Error> {
        every.serialize(serializer)
    }
}
