//! The section `[watch]`.

use serde::{Deserialize, Serialize};

use crate::Period;

/// How dossiers are watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How long nothing may have changed in a dossier before it counts as closed.
    pub quiet: Period,
    /// How often dossiers that cannot be watched are looked at, new ones are looked for, and a run that failed is tried again.
    pub look_every: Period,
    /// Most folders that are watched; the system has a limit of its own.
    pub most_folders: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { quiet: Period::of_seconds(300), look_every: Period::of_seconds(300), most_folders: 100_000 }
    }
}
