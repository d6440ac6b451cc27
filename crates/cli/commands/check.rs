//! `check`: whether the repository is whole, and if not, what the damage touches and what to do.

use jiff::Timestamp;
use liasse_dossier::Rollback;
use liasse_dossier::status::{Checked, Checks, Depth};
use liasse_repo::{CheckOptions, CheckReport, Finding, Repository, Share, VerifiedShare};
use serde::Serialize;

use super::check_shown::{self, Times, found, show};
use super::shown::PathJson;
use super::{check_drill, check_remedies};
use crate::args::Check;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::progress::Bars;

#[derive(Serialize)]
struct Report {
    schema: u32,
    sound: bool,
    depth: Depth,
    read_data: bool,
    findings: Vec<FindingJson>,
    findings_left_off: u64,
    remedies: Vec<String>,
    notes: Vec<NoteJson>,
    notes_left_off: u64,
    removed_keys: Vec<String>,
    rollback: Option<Rollback>,
    not_checked: Option<&'static str>,
    counts: Counts,
    verified: VerifiedJson,
}

#[derive(Serialize)]
pub(super) struct FindingJson {
    object: String,
    what: String,
    affected: Vec<AffectedJson>,
    affected_count: u64,
    dossiers: Vec<String>,
}

#[derive(Serialize)]
struct AffectedJson {
    snapshot: String,
    #[serde(flatten)]
    path: PathJson,
}

#[derive(Serialize)]
struct NoteJson {
    object: String,
    what: String,
}

#[derive(Serialize)]
struct Counts {
    objects: u64,
    snapshots: u64,
    trees: u64,
    entries: u64,
    chunks: u64,
    packs: u64,
    pack_bytes: u64,
    read_packs: u64,
    read_bytes: u64,
}

/// How much was found whole in the last twelve months.
#[derive(Serialize)]
struct VerifiedJson {
    bytes: u64,
    total_bytes: u64,
}

impl From<VerifiedShare> for VerifiedJson {
    fn from(verified: VerifiedShare) -> Self {
        Self { bytes: verified.bytes, total_bytes: verified.total_bytes }
    }
}

pub(crate) fn run(context: &Context, args: &Check) -> Result<Exit> {
    let repository = context.open_unwarned()?;
    let rollback = rollback(context, &repository, args)?;
    if let Some(drill) = &args.drill {
        let exit = check_drill::run(context, &repository, drill, rollback.as_ref())?;
        return Ok(told_of(context, rollback.as_ref(), exit));
    }
    let (options, depth) = depth(args);
    let bars = Bars::new(context.output);
    let report = repository.check(&options, &bars, &context.stop);
    bars.clear();
    let report = report?;
    // Where the key does not read, no reference was followed and no block opened.
    let looked = if report.not_checked.is_some() { Depth::Structure } else { depth };
    remember(context, &repository, looked, report.is_sound());
    let verified = repository.verified_since(check_shown::a_year_ago())?;
    let texts = &context.settings.texts;
    let remedies = check_remedies::of(&report, texts);
    let times = if report.touched.snapshots.is_empty() { Times::new() } else { times(&repository) };
    let json = Report { rollback: rollback.clone(), remedies: remedies.clone(), ..json(&report, depth, verified) };
    context.output.result(&json, |out| show(context, &report, depth, verified, (&remedies, &times), out))?;
    let exit = match (report.is_sound(), report.removed_slots.is_empty()) {
        (false, _) => Exit::Damaged,
        (true, false) => Exit::RolledBack,
        (true, true) => Exit::Done,
    };
    if context.output.quiet {
        for remedy in check_remedies::of_removed_keys(&report.removed_slots, texts) {
            context.output.warn(&remedy);
        }
    }
    if exit == Exit::Damaged && context.output.quiet {
        context.output.warn(&found(&report, texts));
    }
    Ok(told_of(context, rollback.as_ref(), exit))
}

/// Where they cannot be told any more, what was found is told without.
fn times(repository: &Repository) -> Times {
    repository.heads().unwrap_or_default().iter().map(|head| (head.id, head.record.time)).collect()
}

/// How deep is asked for.
fn depth(args: &Check) -> (CheckOptions, Depth) {
    match (args.structure, args.read_data, args.subset) {
        (true, ..) => (CheckOptions::Structure, Depth::Structure),
        (false, true, None | Some(Share::All)) => (CheckOptions::ALL_DATA, Depth::Data),
        (false, true, Some(share)) => (CheckOptions::Data(share), Depth::Share),
        (false, false, _) => (CheckOptions::References, Depth::References),
    }
}

/// Says when the repository shows an older state, and how the program ends with that.
fn told_of(context: &Context, rollback: Option<&Rollback>, exit: Exit) -> Exit {
    let Some(rollback) = rollback else { return exit };
    context.warn_of(rollback);
    if exit == Exit::Done { Exit::RolledBack } else { exit }
}

/// What was seen in the repository and is not there any more, unless a person accepts that.
fn rollback(context: &Context, repository: &Repository, args: &Check) -> Result<Option<Rollback>> {
    let rollback = repository.rollback()?.map(Rollback::from);
    if !args.accept_rollback {
        return Ok(rollback);
    }
    if let Some(rollback) = &rollback {
        context.warn_of(rollback);
        repository.accept_rollback()?;
        context.output.note(&context.settings.texts.get("rollback-accepted", &[]));
    }
    Ok(None)
}

/// Leaves word for `status`. Where that fails, the repository counts as not checked here.
pub(super) fn remember(context: &Context, repository: &Repository, depth: Depth, sound: bool) {
    let checked = Checked { time: Timestamp::now(), depth, sound };
    if let Err(error) = Checks::remember(repository, checked) {
        context.output.detail(&format!("the check will not be remembered: {error}"));
    }
}

fn json(report: &CheckReport, depth: Depth, verified: VerifiedShare) -> Report {
    let counts = report.counts;
    Report {
        schema: 1,
        sound: report.is_sound(),
        depth,
        read_data: depth == Depth::Data,
        findings: report.findings.iter().map(FindingJson::from).collect(),
        findings_left_off: report.findings_left_off,
        remedies: Vec::new(),
        notes: report.notes.iter().map(|note| NoteJson { object: note.object.clone(), what: note.what.clone() }).collect(),
        notes_left_off: report.notes_left_off,
        removed_keys: report.removed_slots.iter().cloned().collect(),
        rollback: None,
        not_checked: report.not_checked,
        counts: Counts {
            objects: counts.objects,
            snapshots: counts.snapshots,
            trees: counts.trees,
            entries: counts.entries,
            chunks: counts.chunks,
            packs: counts.packs,
            pack_bytes: counts.pack_bytes,
            read_packs: counts.packs_read,
            read_bytes: counts.bytes_read,
        },
        verified: verified.into(),
    }
}

impl From<&Finding> for FindingJson {
    fn from(finding: &Finding) -> Self {
        let affected = |affected: &liasse_repo::Affected| AffectedJson {
            snapshot: affected.snapshot.to_string(),
            path: PathJson::new(&affected.path),
        };
        Self {
            object: finding.object.clone(),
            what: finding.what.clone(),
            affected: finding.affected.iter().map(affected).collect(),
            affected_count: finding.affected_count,
            dossiers: finding.dossiers.clone(),
        }
    }
}
