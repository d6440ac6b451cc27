//! How long reports are kept, and where.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Period;

/// The table `[report]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Folder that the reports are written to. Without it: one in the user's folder for such things.
    pub folder: Option<PathBuf>,
    /// How long a report is kept.
    pub keep: Period,
    /// How many reports are kept however old they are. The newest is always kept.
    pub keep_least: u32,
    /// How many reports are kept at most, the newest of them. Without it: any number. `keep-least` prevails.
    pub keep_most: Option<u32>,
}

impl Default for Settings {
    /// Somewhat more than a year, so that the last year can be looked up whole.
    fn default() -> Self {
        Self { folder: None, keep: Period::of_days(400), keep_least: 30, keep_most: None }
    }
}
