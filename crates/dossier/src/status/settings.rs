//! The section `[status]`.

use serde::{Deserialize, Serialize};

use crate::Period;

/// When something deserves attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How old a dossier's last good state may be.
    pub overdue_after: Period,
    /// How long ago the repository may have been checked.
    pub check_after: Period,
    /// For how long the room that is left must last at the present pace.
    pub room_for: Period,
}

impl Default for Settings {
    /// One night may be missed; a check belongs to every month.
    fn default() -> Self {
        Self { overdue_after: Period::of_days(2), check_after: Period::of_days(35), room_for: Period::of_days(14) }
    }
}
