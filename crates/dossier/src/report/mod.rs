//! What a run did, dossier by dossier: what people read, what monitoring reads, and what the next run remembers.

mod alarm;
mod begin;
mod cause;
mod folder;
pub mod html;
pub mod local;
mod passed_over;
mod plain;
mod settings;
mod summary;
pub mod text;

use jiff::Timestamp;
use liasse_archive::repo::format::snapshot::Outcome as Fared;
use serde::{Deserialize, Serialize};

pub use alarm::Alarm;
pub use begin::Attempt;
pub use cause::Cause;
pub(crate) use folder::to_json;
pub use folder::{FolderError, Reports, Saved};
pub use passed_over::PassedOver;
pub use plain::plain;
pub use settings::Settings;
pub use summary::Counts;

use crate::Code;
use crate::lang::Texts;

/// How a dossier fared in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Its present state is stored.
    Stored,
    /// Its present state was stored already.
    Unchanged,
    /// Somebody works in it; its last good state stays.
    InUse,
    /// It could not be read; its last good state stays.
    Failed,
    /// It was not found, or found empty; its last good state stays.
    Missing,
    /// The run was not asked for it; its last good state stays.
    NotAsked,
}

impl Outcome {
    /// In a word or two.
    pub fn text(self, texts: &Texts) -> String {
        let name = match self {
            Self::Stored => "outcome-stored",
            Self::Unchanged => "outcome-unchanged",
            Self::InUse => "outcome-in-use",
            Self::Failed => "outcome-failed",
            Self::Missing => "outcome-missing",
            Self::NotAsked => "outcome-not-asked",
        };
        texts.get(name, &[])
    }
}

impl From<Fared> for Outcome {
    fn from(outcome: Fared) -> Self {
        match outcome {
            Fared::Stored => Self::Stored,
            Fared::Unchanged => Self::Unchanged,
            Fared::InUse => Self::InUse,
            Fared::Failed => Self::Failed,
            Fared::Missing => Self::Missing,
            Fared::NotAsked => Self::NotAsked,
        }
    }
}

/// One dossier in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DossierReport {
    /// Its name.
    pub code: Code,
    /// Its folder.
    pub path: String,
    /// How it fared.
    pub outcome: Outcome,
    /// When its state in the snapshot was read; `None` if there never was one.
    pub since: Option<Timestamp>,
    /// Its files, in the state that the snapshot has.
    pub files: u64,
    /// Bytes of these files.
    pub size: u64,
    /// Bytes that this run added for it, before compression.
    pub added: u64,
    /// What the run took over it, in milliseconds.
    pub duration_ms: u64,
    /// Why its present state is not stored, or not all of it.
    pub causes: Vec<Cause>,
    /// Names of its parts that were left out on purpose.
    pub left_out: Vec<String>,
    /// Names of its parts that this run did not look at: they are as the last run that did has them.
    #[serde(default)]
    pub as_before: Vec<String>,
    /// What a person should look at.
    pub alarms: Vec<Alarm>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Version of this layout.
    pub schema: u32,
    /// Name of the machine.
    pub host: String,
    /// Where the repository is.
    pub repository: String,
    /// Why the run was made, if a reason was given.
    pub reason: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// Seconds east of UTC there.
    pub utc_offset: i32,
    /// What it took, in milliseconds.
    pub duration_ms: u64,
    /// The snapshot; `None` when none was made.
    pub snapshot: Option<String>,
    /// Why the run itself failed or was cut short.
    pub failure: Option<String>,
    /// How much there is that a person should look at beside dossiers: rules that find nothing, hooks that failed. The remarks say what.
    #[serde(default)]
    pub problems: u64,
    /// What hooks and other helpers of the run had to say: one sentence each, in the run's language.
    pub remarks: Vec<String>,
    /// All dossiers, by code.
    pub dossiers: Vec<DossierReport>,
    /// Folders that the settings leave out: the first of them.
    #[serde(default)]
    pub passed_over: Vec<PassedOver>,
    /// How many more there are.
    #[serde(default)]
    pub passed_over_more: u64,
    /// Whether the repository showed an older state than this machine had seen there.
    #[serde(default)]
    pub rolled_back: bool,
    /// Bytes written to the repository.
    pub stored: u64,
    /// Bytes still free where the repository is, if that is known.
    pub free: Option<u64>,
}
