//! The sections `[[hook]]`.

use serde::{Deserialize, Serialize};

use crate::{Code, Period};

/// All hooks, in the order in which they run.
pub type Settings = Vec<Hook>;

/// How long a hook may take when nothing is said.
const TIMEOUT: Period = Period::of_seconds(600);

/// A command before or after something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", try_from = "Written")]
pub struct Hook {
    /// Its name, for reports.
    pub name: String,
    /// When it runs.
    pub when: When,
    /// Only for dossiers of these rules; all when empty.
    pub rules: Vec<String>,
    /// Only for these dossiers; all when empty.
    pub dossiers: Vec<Code>,
    /// What runs.
    pub command: Command,
    /// How long it may take.
    pub timeout: Period,
    /// What happens when it fails.
    pub on_failure: OnFailure,
}

/// The same as it is written, with what may be left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    name: String,
    when: When,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    dossiers: Vec<Code>,
    command: Command,
    timeout: Option<Period>,
    on_failure: Option<OnFailure>,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Before the first dossier is looked at.
    BeforeRun,
    /// After the snapshot, or after the run failed.
    AfterRun,
    /// Before a dossier is looked at and read.
    BeforeDossier,
    /// After a dossier was read, or left out.
    AfterDossier,
}

impl When {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::BeforeRun => "before-run",
            Self::AfterRun => "after-run",
            Self::BeforeDossier => "before-dossier",
            Self::AfterDossier => "after-dossier",
        }
    }

    /// Whether it runs once for each dossier.
    pub fn is_of_dossier(self) -> bool {
        matches!(self, Self::BeforeDossier | Self::AfterDossier)
    }
}

/// What happens when a hook fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// No dossier is read any more, and the run fails. So it is for a hook before the run that says nothing else.
    Stop,
    /// The dossier is left out, and keeps its last good state. So it is for a hook before a dossier.
    Skip,
    /// It is told in the report. So it is for a hook after something, when all is done.
    GoOn,
}

/// What runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a command as one text, or as a list of a program and its arguments")]
pub enum Command {
    /// A line for `sh -c`.
    Shell(String),
    /// A program and its arguments, without a shell.
    Program(Vec<String>),
}

/// A hook that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// It has no name.
    #[error("a hook needs a name")]
    NoName,
    /// It has nothing to run.
    #[error("the hook {name:?} has no command")]
    NoCommand {
        /// Its name.
        name: String,
    },
    /// It would be ended at once.
    #[error("the hook {name:?} has no time to run: its timeout is 0")]
    NoTime {
        /// Its name.
        name: String,
    },
    /// It runs once in a run and is meant for some dossiers.
    #[error("the hook {name:?} runs once in a run, so it cannot be for some rules or dossiers only")]
    NotOfDossiers {
        /// Its name.
        name: String,
    },
    /// It runs when there is no dossier, or none any more, to leave out.
    #[error("the hook {name:?} does not run before a dossier, so its failure cannot skip one: use \"stop\" or \"go-on\"")]
    NothingToSkip {
        /// Its name.
        name: String,
    },
}

impl TryFrom<Written> for Hook {
    type Error = HookError;

    fn try_from(written: Written) -> Result<Self, HookError> {
        let name = written.name;
        let is_empty = match &written.command {
            Command::Shell(line) => line.trim().is_empty(),
            Command::Program(words) => words.first().is_none_or(String::is_empty),
        };
        let timeout = written.timeout.unwrap_or(TIMEOUT);
        let is_of_some = !written.rules.is_empty() || !written.dossiers.is_empty();
        let of_dossier = written.when.is_of_dossier();
        let on_failure = written.on_failure.unwrap_or(match written.when {
            When::BeforeRun => OnFailure::Stop,
            When::BeforeDossier => OnFailure::Skip,
            When::AfterRun | When::AfterDossier => OnFailure::GoOn,
        });
        if name.trim().is_empty() {
            Err(HookError::NoName)
        } else if is_empty {
            Err(HookError::NoCommand { name })
        } else if timeout.as_std().is_zero() {
            Err(HookError::NoTime { name })
        } else if is_of_some && !of_dossier {
            Err(HookError::NotOfDossiers { name })
        } else if on_failure == OnFailure::Skip && written.when != When::BeforeDossier {
            Err(HookError::NothingToSkip { name })
        } else {
            let Written { when, rules, dossiers, command, .. } = written;
            Ok(Self { name, when, rules, dossiers, command, timeout, on_failure })
        }
    }
}

impl Hook {
    /// Whether it is for a dossier of a rule.
    pub fn is_for(&self, rule: &str, code: &Code) -> bool {
        (self.rules.is_empty() || self.rules.iter().any(|name| name == rule)) && (self.dossiers.is_empty() || self.dossiers.contains(code))
    }
}
