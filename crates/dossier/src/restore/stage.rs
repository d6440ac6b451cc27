//! A state restored beside the dossier that it is to replace, with all that is kept of that, and durable: so that a swap is all that is left
//! to do. Until then the dossier is as it was.

use std::path::PathBuf;

use liasse_archive::repo::Reader;
use liasse_archive::target::{Occupied, Target};
use liasse_archive::{Overwrite, RestoreOptions, RestoreReport, restore};

use super::check::Checked;
use super::error::Trouble;
use super::place::Place;
use super::survey::{Act, survey};
use super::work::{Work, word};
use super::{Wanted, World};

/// A dossier whose state lies ready.
pub(super) struct Staged {
    pub(super) work: Work,
    pub(super) report: RestoreReport,
}

/// Restores a state beside its dossier. What is not whole is removed.
pub(super) fn stage(world: &World<'_>, wanted: &Wanted, reader: &Reader<'_>, checked: &Checked<'_>) -> Result<Staged, Trouble> {
    let work = Work::begin(&checked.place)?;
    match fill(world, wanted, reader, checked, &work) {
        Ok(report) => Ok(Staged { work, report }),
        Err(trouble) => {
            // What was wrong first is what people need to know. The next restore removes what is left.
            work.remove().ok();
            Err(trouble)
        }
    }
}

fn fill(world: &World<'_>, wanted: &Wanted, reader: &Reader<'_>, checked: &Checked<'_>, work: &Work) -> Result<RestoreReport, Trouble> {
    let (new, _) = work.folder.make_dir(&word("new")?, Occupied::Refuse)?;
    let present = checked.place.folder()?;
    if let Some(present) = &present {
        survey(reader, checked.trees(), present, &checked.keep, Act::Carry(&new), world.stop)?;
        // It prevails only where the snapshot does not say more.
        let mut metadata = present.own_metadata()?;
        metadata.mode |= 0o700;
        new.apply(&metadata)?;
    }
    let (snapshot, path) = checked.state.source();
    let options = RestoreOptions {
        path: path.to_vec(),
        tree: Some(checked.state.line.tree.clone()),
        target: work.path.join("new"),
        left_out: checked.keep.left_out.clone(),
        overwrite: Overwrite::Always,
        // Most of it is mostly there.
        beside: present.clone(),
        verify: wanted.verify,
        ..RestoreOptions::default()
    };
    let report = restore(world.repository, snapshot, &options, world.progress, world.stop)?;
    if !report.damaged.is_empty() {
        return Err(Trouble::Lost(report.damaged));
    }
    if let Some(present) = &present
        && checked.place.parent.keeps_numbers()?
    {
        work.write_note(present, &new)?;
    }
    // The files, what is kept, the note: all of it, before anything is moved.
    Target::open(&work.path)?.sync()?;
    Ok(report)
}

/// Sees to what an earlier restore left beside a dossier. What it replaced gets a name of its own, which is given.
pub(super) fn tidy(place: &Place, time: &str) -> Result<Option<PathBuf>, Trouble> {
    Work::left(place)?.map_or(Ok(None), |work| work.discard(time))
}
