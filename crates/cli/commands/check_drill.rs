//! `check --drill`: a restore that nobody needs, to see whether it can be done and gives back what was stored.

use std::collections::BTreeSet;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use liasse_archive::{self as archive, DrillFailure, DrillReport};
use liasse_dossier::Rollback;
use liasse_dossier::restore::History;
use liasse_dossier::status::Depth;
use liasse_repo::format::ids::SessionId;
use liasse_repo::{Repository, Snapshot};
use serde::Serialize;

use super::check::remember;
use super::check_shown::{counted, manner};
use super::restore_dossier::choose;
use super::shown::PathJson;
use crate::args::Drill;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
use crate::progress::Bars;
use crate::text;

/// Snapshots that files are drawn from: the newest, and others.
const SNAPSHOTS: usize = 4;
/// Most files that are named to people who did not ask for more.
const SHOWN: usize = 10;

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    sound: bool,
    depth: Depth,
    drill: Drilled,
    rollback: Option<&'a Rollback>,
}

#[derive(Serialize)]
struct Drilled {
    dossier: Option<String>,
    files: u64,
    bytes: u64,
    links: u64,
    proven: u64,
    restored: Vec<Place>,
    failures: Vec<Failure>,
    failure_count: u64,
}

#[derive(Serialize)]
struct Place {
    snapshot: String,
    #[serde(flatten)]
    path: PathJson,
}

#[derive(Serialize)]
struct Failure {
    #[serde(flatten)]
    place: Place,
    what: String,
}

impl Place {
    fn new(snapshot: SessionId, path: &[u8]) -> Self {
        Self { snapshot: snapshot.to_string(), path: PathJson::new(path) }
    }
}

/// A folder that is gone at the end, however the drill ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Self> {
        let chance = liasse_repo::chance()?;
        let number = u64::from_le_bytes(chance.first_chunk().copied().unwrap_or_default());
        let path = std::env::temp_dir().join(format!("liasse-drill-{number:016x}"));
        DirBuilder::new().mode(0o700).create(&path).map_err(|error| CliError::io("make the folder", &path, &error))?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    /// Removes it, and says where that fails: what was restored would lie there for all to find who may read the user's files.
    fn remove(self) -> Result<()> {
        let removed = archive::remove_drilled(&self.0);
        let path = self.0.clone();
        std::mem::forget(self);
        removed.map_err(|error| CliError::io("remove the folder", &path, &error))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        _ = archive::remove_drilled(&self.0);
    }
}

pub(super) fn run(context: &Context, repository: &Repository, drill: &Drill, rollback: Option<&Rollback>) -> Result<Exit> {
    let folder = Temporary::new()?;
    let bars = Bars::new(context.output);
    let made = archive::Drill { repository, folder: folder.path(), progress: &bars, stop: &context.stop };
    let report = match drill {
        Drill::Files(number) => snapshots(context, repository).and_then(|from| Ok(made.files(&from, *number, liasse_repo::chance()?)?)),
        Drill::Dossier(code) => dossier(context, repository, &made, code),
    };
    bars.clear();
    let removed = folder.remove();
    // What was found out is told, whatever becomes of the folder; and that it is there still, whatever was found out.
    if let (Err(_), Err(left)) = (&report, &removed) {
        context.output.warn(&left.message);
    }
    let report = report?;
    // That a disk for temporary files is full or has no such names says nothing of the repository.
    let is_damaged = report.failures.iter().any(|failure| failure.damage);
    if is_damaged || report.files > 0 && report.is_sound() {
        remember(context, repository, Depth::Drill, !is_damaged);
    }
    let drilled = json(&report, drill);
    let json = Report { schema: 1, sound: report.is_sound(), depth: Depth::Drill, drill: drilled, rollback };
    context.output.result(&json, |out| show(context, &report, out))?;
    if !report.is_sound() && context.output.quiet {
        context.output.warn(&counted(&manner(context), "drill-found", report.failure_count));
    }
    removed?;
    Ok(match is_damaged {
        true => Exit::Damaged,
        false if report.is_sound() => Exit::Done,
        false => Exit::Failed,
    })
}

/// The newest snapshot, and some others drawn by lot.
fn snapshots(context: &Context, repository: &Repository) -> Result<Vec<Snapshot>> {
    let (heads, mut bad) = repository.heads_and_bad()?;
    if heads.is_empty()
        && let Some((_, error)) = bad.pop()
    {
        // Nothing can be restored, which is the worst that a drill can find.
        return Err(error.into());
    }
    for (object, error) in bad {
        let values = [("object", object.into()), ("error", error.to_string().into())];
        context.output.warn(&context.settings.texts.get("restore-passed-over", &values));
    }
    let mut chosen: BTreeSet<SessionId> = heads.last().map(|head| head.id).into_iter().collect();
    let mut lots = liasse_repo::chance()?.into_iter().map(usize::from).fold(0_usize, |sum, byte| sum.wrapping_mul(257).wrapping_add(byte));
    for _ in 1..SNAPSHOTS {
        let at = lots.checked_rem(heads.len()).unwrap_or_default();
        chosen.extend(heads.get(at).map(|head| head.id));
        lots = lots.rotate_right(13).wrapping_mul(0x9e37_79b9);
    }
    let mut snapshots = Vec::new();
    for id in chosen {
        snapshots.extend(repository.snapshot(id)?);
    }
    Ok(snapshots)
}

fn dossier(context: &Context, repository: &Repository, drill: &archive::Drill<'_>, code: &str) -> Result<DrillReport> {
    let history = History::new(repository, |_| true)?;
    let found = choose(context, &history, &[code], None)?;
    let Some(state) = found.states.get(code) else { return Ok(DrillReport::default()) };
    Ok(drill.tree(&state.snapshot, &state.line.path, &state.line.tree, state.line.evidence)?)
}

fn json(report: &DrillReport, drill: &Drill) -> Drilled {
    let failure = |failure: &DrillFailure| Failure { place: Place::new(failure.snapshot, &failure.path), what: failure.what.clone() };
    Drilled {
        dossier: if let Drill::Dossier(code) = drill { Some(code.clone()) } else { None },
        files: report.files,
        bytes: report.bytes,
        links: report.links,
        proven: report.proven,
        restored: report.drilled.iter().map(|(snapshot, path)| Place::new(*snapshot, path)).collect(),
        failures: report.failures.iter().map(failure).collect(),
        failure_count: report.failure_count,
    }
}

fn show(context: &Context, report: &DrillReport, out: &mut Listing) -> Result<()> {
    let (local, verbose) = (manner(context), context.output.verbose);
    let texts = local.texts();
    for (snapshot, path) in report.drilled.iter().filter(|_| verbose) {
        let snapshot = snapshot.to_string();
        let values = [("snapshot", text::short(&snapshot).into()), ("path", text::path(path).into())];
        out.line(&texts.get("check-affected", &values))?;
    }
    for failure in report.failures.iter().take(if verbose { usize::MAX } else { SHOWN }) {
        let snapshot = failure.snapshot.to_string();
        let values = [
            ("snapshot", text::short(&snapshot).into()),
            ("path", text::path(&failure.path).into()),
            ("what", text::plain(&failure.what).into()),
        ];
        out.line(&texts.get("drill-failed", &values))?;
    }
    let more = report.failure_count.saturating_sub(SHOWN as u64);
    if more > 0 && !verbose {
        out.line(&counted(&local, "check-more", more))?;
    }
    if report.files == 0 && report.is_sound() {
        return out.line(&texts.get("drill-empty", &[]));
    }
    if report.files > 0 {
        let values =
            [("number", report.files.into()), ("count", local.number(report.files).into()), ("size", text::size(report.bytes).into())];
        out.line(&texts.get("drill-done", &values))?;
        out.line(&counted(&local, "drill-proven", report.proven))?;
    }
    if report.is_sound() {
        return Ok(());
    }
    out.line(&texts.get("remedy-drill", &[]))?;
    out.line(&counted(&local, "drill-found", report.failure_count))
}
