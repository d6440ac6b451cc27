//! `check`: whether the repository is whole, and if not, what the damage touches.

use jiff::Timestamp;
use liasse_dossier::status::{Checked, Checks, Depth};
use liasse_repo::{CheckOptions, CheckReport, Finding, Note, Repository};
use serde::Serialize;

use super::shown::PathJson;
use crate::args::Check;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::output::Listing;
use crate::progress::Bars;
use crate::text;

/// Most files of one finding that are shown to people who did not ask for more. JSON has all that the report has.
const SHOWN: usize = 10;

#[derive(Serialize)]
struct Report {
    schema: u32,
    sound: bool,
    read_data: bool,
    findings: Vec<FindingJson>,
    findings_left_off: u64,
    notes: Vec<NoteJson>,
    notes_left_off: u64,
    not_checked: Option<&'static str>,
    counts: Counts,
}

#[derive(Serialize)]
struct FindingJson {
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
    read_bytes: u64,
}

pub(crate) fn run(context: &Context, args: &Check) -> Result<Exit> {
    let repository = context.open()?;
    let bars = Bars::new(context.output);
    let report = repository.check(&CheckOptions { read_data: args.read_data }, &bars, &context.stop);
    bars.clear();
    let report = report?;
    remember(context, &repository, args, report.is_sound());
    context.output.result(&json(&report, args), |out| show(&report, args, context.output.verbose, out))?;
    if report.is_sound() {
        return Ok(Exit::Done);
    }
    if context.output.quiet {
        context.output.warn(&found(&report));
    }
    Ok(Exit::Damaged)
}

/// Leaves word for `status`. Where that fails, the repository counts as not checked here.
fn remember(context: &Context, repository: &Repository, args: &Check, sound: bool) {
    let depth = if args.read_data { Depth::Data } else { Depth::References };
    let checked = Checked { time: Timestamp::now(), depth, sound };
    if let Some(Err(error)) = repository.cache().map(|folder| Checks::remember(folder, checked)) {
        context.output.detail(&format!("the check will not be remembered: {error}"));
    }
}

fn json(report: &CheckReport, args: &Check) -> Report {
    let counts = report.counts;
    Report {
        schema: 1,
        sound: report.is_sound(),
        read_data: args.read_data,
        findings: report.findings.iter().map(FindingJson::from).collect(),
        findings_left_off: report.findings_left_off,
        notes: report.notes.iter().map(|note| NoteJson { object: note.object.clone(), what: note.what.clone() }).collect(),
        notes_left_off: report.notes_left_off,
        not_checked: report.not_checked,
        counts: Counts {
            objects: counts.objects,
            snapshots: counts.snapshots,
            trees: counts.trees,
            entries: counts.entries,
            chunks: counts.chunks,
            packs: counts.packs,
            read_bytes: counts.bytes_read,
        },
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

fn show(report: &CheckReport, args: &Check, verbose: bool, out: &mut Listing) -> Result<()> {
    let counts = report.counts;
    out.line(&format!(
        "{}, {}, {}, {}",
        text::counted(counts.snapshots, "snapshot", "snapshots"),
        text::counted(counts.entries, "file or folder", "files and folders"),
        text::counted(counts.chunks, "chunk", "chunks"),
        text::counted(counts.packs, "pack", "packs"),
    ))?;
    show_notes(&report.notes, verbose, out)?;
    for finding in &report.findings {
        show_finding(finding, if verbose { usize::MAX } else { SHOWN }, out)?;
    }
    if let Some(what) = report.not_checked {
        out.line(&format!("not checked: {what}"))?;
    }
    if args.read_data {
        out.line(&format!("read {} of data", text::size(counts.bytes_read)))?;
    } else {
        out.line("the data itself was not read; --read-data does that")?;
    }
    out.line(&if report.is_sound() { "no errors found".to_owned() } else { found(report) })
}

/// What happens in any healthy repository is only counted for those who did not ask for more.
fn show_notes(notes: &[Note], verbose: bool, out: &mut Listing) -> Result<()> {
    let (mut forks, mut unlisted) = (0, 0);
    for note in notes {
        if !verbose && note.what.starts_with("a fork: ") {
            forks += 1;
        } else if !verbose && note.what == "no readable segment lists this pack" {
            unlisted += 1;
        } else {
            out.line(&format!("note: {}: {}", text::plain(&note.object), text::plain(&note.what)))?;
        }
    }
    if forks > 0 {
        let backups = text::count(forks);
        out.line(&format!("note: {backups} backups ran at the same time as another under the same key: that is allowed"))?;
    }
    if unlisted > 0 {
        let packs = text::counted(unlisted, "pack was", "packs were");
        out.line(&format!("note: {packs} left by a backup that was interrupted or still runs: the next one uses what it needs of that"))?;
    }
    Ok(())
}

fn show_finding(finding: &Finding, most: usize, out: &mut Listing) -> Result<()> {
    out.line(&format!("damaged: {}: {}", text::plain(&finding.object), text::plain(&finding.what)))?;
    for affected in finding.affected.iter().take(most) {
        out.line(&format!("    snapshot {}  {}", text::short(&affected.snapshot.to_string()), text::path(&affected.path)))?;
    }
    let shown = finding.affected.len().min(most) as u64;
    if finding.affected_count > shown {
        out.line(&format!("    and {} more", text::count(finding.affected_count - shown)))?;
    }
    for dossier in &finding.dossiers {
        out.line(&format!("    dossier {}", text::plain(dossier)))?;
    }
    Ok(())
}

fn found(report: &CheckReport) -> String {
    let number = (report.findings.len() as u64).saturating_add(report.findings_left_off);
    format!("{} found", text::counted(number, "error", "errors"))
}
