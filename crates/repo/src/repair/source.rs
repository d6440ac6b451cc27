//! `repair from-source`: what is damaged here is stored again from the live files, by a backup that refers to nothing damaged.
//!
//! The backup is an honest one: a new snapshot of what the files are now. Old snapshots name chunks, not packs, so every chunk that the
//! files still have makes them whole again. This module only finds and marks the packs that the backup must not refer to.

use std::collections::BTreeSet;

use super::RepairPlan;
use crate::check::CheckOptions;
use crate::error::{Error, Result};
use crate::progress::{Progress, Stop};
use crate::repository::Repository;

impl Repository {
    /// Plans to store again what is damaged: checks all of the repository with its data, and marks the packs in which something is wrong.
    /// Changes nothing.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] for a key that makes no backups.
    pub fn plan_source(&self, progress: &dyn Progress, stop: &Stop) -> Result<RepairPlan> {
        if self.access.writer.is_none() {
            return Err(Error::NotAllowed { action: "a backup", needs: "owner or a writer" });
        }
        let report = self.check(&CheckOptions::ALL_DATA, progress, stop)?;
        let mut plan = RepairPlan::default();
        self.plan_marks(&mut plan, &report)?;
        plan.leave(report, BTreeSet::new());
        Ok(plan)
    }
}
