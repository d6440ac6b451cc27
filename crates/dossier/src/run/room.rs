//! Whether a run will fit: a forecast from what past runs wrote and from what is new, against what is free, before anything is written.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use liasse_archive::repo::Stop;
use serde::{Deserialize, Serialize};

use super::{Plan, RunError, World};

/// A run needs a little in any case: records, an index segment, temporary files.
const LEAST_BYTES: u64 = 4 << 20;
/// A known run may be so many times as large as the largest of the last ones.
const MARGIN: u64 = 2;

/// What must stay free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Whether a run that may not fit is refused.
    pub check: bool,
    /// What must be free after a run, in MiB.
    pub keep_free: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { check: true, keep_free: 100 }
    }
}

/// Refuses a run that may not fit.
pub(super) fn check(world: &World<'_>, plan: &Plan) -> Result<(), RunError> {
    let settings = &world.config.room;
    let Some(free) = free(world).filter(|_| settings.check) else { return Ok(()) };
    let stored = forecast(world, plan)?;
    let needed = stored.saturating_add(world.config.parity.cost(stored)).saturating_add(settings.keep_free << 20);
    if needed > free { Err(RunError::Room { needed, free }) } else { Ok(()) }
}

/// Bytes that are free for the repository; `None` where that cannot be asked.
pub(super) fn free(world: &World<'_>) -> Option<u64> {
    free_at(world.place.as_deref()?)
}

/// Bytes that are free for who is no administrator, where a folder lies.
pub fn free_at(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

/// Bytes that a run may write: all of dossiers that were never stored, as if nothing could be compressed, and for the others twice what the
/// largest of the last runs wrote that stored no new ones.
fn forecast(world: &World<'_>, plan: &Plan) -> Result<u64, RunError> {
    let mut needed = LEAST_BYTES;
    for dossier in plan.dossiers.iter().filter(|dossier| dossier.kept.is_none() && dossier.refusal.is_none()) {
        needed = needed.saturating_add(size_of(&dossier.path, world.stop)?);
    }
    Ok(needed.saturating_add(plan.largest.saturating_mul(MARGIN)))
}

/// Bytes of the files in a folder and below it, as far as they can be seen.
fn size_of(folder: &Path, stop: &Stop) -> Result<u64, RunError> {
    let mut size = 0_u64;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        stop.check()?;
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                // What lies in holes takes no room.
                Ok(metadata) if metadata.is_file() => size = size.saturating_add(metadata.len().min(metadata.blocks() * 512)),
                _ => {}
            }
        }
    }
    Ok(size)
}
