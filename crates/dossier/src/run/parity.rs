//! Recovery of what a run stored, for a medium that rots. Must never fail a run: what is stored is stored.

use liasse_archive::repo::parity::{self, AddOptions, Rate};
use serde::{Deserialize, Serialize};

use super::World;
use crate::report::Report;

/// How much recovery a run adds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// In percent of what is stored, at most 100; 0 for none.
    pub rate: u64,
}

impl Settings {
    fn rate(&self) -> Option<Rate> {
        Rate::new(u32::try_from(self.rate.min(100)).ok()?)
    }

    /// What so many bytes cost with it. A little more is needed in any case.
    pub(super) fn cost(&self, bytes: u64) -> u64 {
        self.rate().map_or(0, |rate| parity::cost(bytes, rate))
    }
}

/// Protects what nothing protects yet. Trouble is told in the report.
pub(super) fn protect(world: &World<'_>, report: &mut Report) {
    let Some(rate) = world.config.parity.rate() else { return };
    if world.stop.is_stopped() {
        return;
    }
    let texts = world.texts;
    let remark = match parity::add(world.repository.store(), &AddOptions { rate }, world.progress, world.stop) {
        Ok(added) => {
            report.stored = report.stored.saturating_add(added.bytes);
            let number = added.damaged.len();
            (number > 0).then(|| texts.get("run-parity-damaged", &[("number", number.into())]))
        }
        Err(error) => Some(texts.get("run-parity-failed", &[("error", error.to_string().into())])),
    };
    report.problems += u64::from(remark.is_some());
    report.remarks.extend(remark);
}
