//! What a restore in place would do. Nothing is changed.

use liasse_archive::{RestoreOptions, RestoreReport, restore};

use super::World;
use super::check::{Checked, Plan};
use super::done::{Done, Fate, Removed, Restored};
use super::error::Trouble;

/// What would be done.
pub(super) fn preview(world: &World<'_>, plan: &Plan<'_>) -> Done {
    let look = |checked: &Checked<'_>| {
        let (snapshot, path) = checked.state.source();
        let options = RestoreOptions {
            path: path.to_vec(),
            tree: Some(checked.state.line.tree.clone()),
            target: checked.place.path.clone(),
            left_out: checked.keep.left_out.clone(),
            dry_run: true,
            ..RestoreOptions::default()
        };
        restore(world.repository, snapshot, &options, world.progress, world.stop).map_err(Trouble::from)
    };
    let mut done = Done { is_dry_run: true, ..Done::default() };
    for checked in &plan.chosen {
        let told = match look(checked) {
            Ok(report) if report.damaged.is_empty() => Restored::new(checked, report, Fate::Restored),
            Ok(report) => Restored::new(checked, RestoreReport::default(), Fate::Left(Trouble::Lost(report.damaged))),
            Err(trouble) => Restored::new(checked, RestoreReport::default(), Fate::Left(trouble)),
        };
        done.dossiers.push(told);
    }
    let others =
        plan.others.iter().map(|other| Removed { code: other.code.clone(), path: other.place.path.clone(), kept: None, trouble: None });
    done.others = others.collect();
    done.is_complete = done.dossiers.iter().all(Restored::is_restored);
    done.is_interrupted = world.stop.is_stopped();
    done
}
