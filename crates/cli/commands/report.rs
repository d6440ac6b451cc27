//! `report`: what the runs did, from the folder that they write to.

use std::path::Path;

use liasse_dossier::report::{FolderError, Report, Reports, html, text};
use serde::Serialize;

use crate::args::{Format, ReportList, ReportShow};
use crate::context::Context;
use crate::error::{CliError, Result, chain};
use crate::exit::Exit;
use crate::output::{Listing, Table};
use crate::text::plain;

#[derive(Serialize)]
struct Listed {
    schema: u32,
    folder: String,
    reports: Vec<Row>,
    damaged: Vec<Damaged>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    began: String,
    host: String,
    repository: String,
    reason: Option<String>,
    snapshot: Option<String>,
    failure: Option<String>,
    duration_ms: u64,
    asked: u64,
    saved: u64,
    in_error: u64,
    alarms: u64,
    verdict: String,
    #[serde(skip)]
    time: String,
}

#[derive(Serialize)]
struct Damaged {
    name: String,
    cause: String,
}

/// `report list`.
pub(crate) fn list(context: &Context, args: &ReportList) -> Result<Exit> {
    let reports = open(context, args.folder.as_deref())?;
    let names = reports.list().map_err(of_folder)?;
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let mut listed = Listed { schema: 1, folder: reports.folder().display().to_string(), reports: vec![], damaged: vec![] };
    for name in names.into_iter().take(limit) {
        context.stop.check()?;
        match reports.load(&name) {
            Ok(report) => listed.reports.push(row(context, name, report)),
            Err(error) => listed.damaged.push(Damaged { name, cause: chain(&error) }),
        }
    }
    context.output.answer(&listed, |out| show_list(&listed, out))?;
    for damaged in &listed.damaged {
        context.output.warn(&format!("report {} cannot be read: {}", damaged.name, damaged.cause));
    }
    Ok(if listed.damaged.is_empty() { Exit::Done } else { Exit::Incomplete })
}

fn row(context: &Context, name: String, report: Report) -> Row {
    let local = report.local(&context.settings.texts);
    let counts = report.counts();
    let verdict = match &report.failure {
        Some(failure) => local.texts().get("report-failure", &[("failure", failure.into())]),
        None => report.verdict(&local),
    };
    Row {
        name,
        began: report.began.to_string(),
        time: local.short(report.began),
        verdict,
        asked: counts.asked,
        saved: counts.saved,
        in_error: counts.in_error,
        alarms: counts.alarms,
        host: report.host,
        repository: report.repository,
        reason: report.reason,
        snapshot: report.snapshot,
        failure: report.failure,
        duration_ms: report.duration_ms,
    }
}

fn show_list(listed: &Listed, out: &mut Listing) -> Result<()> {
    if listed.reports.is_empty() {
        return out.line(&plain(&format!("no reports in {}", listed.folder)));
    }
    // Where runs into several repositories leave their reports in one folder, each says which.
    let are_mixed = listed.reports.windows(2).any(|pair| matches!(pair, [one, other] if one.repository != other.repository));
    let mut table =
        Table::new(if are_mixed { &["name", "time", "host", "repository", "result"] } else { &["name", "time", "host", "result"] }, &[]);
    for row in &listed.reports {
        let mut cells = vec![row.name.clone(), row.time.clone(), plain(&row.host)];
        if are_mixed {
            cells.push(plain(&row.repository));
        }
        cells.push(plain(&row.verdict));
        table.row(cells);
    }
    table.write(out)
}

/// `report show`.
pub(crate) fn show(context: &Context, args: &ReportShow) -> Result<Exit> {
    let reports = open(context, args.folder.as_deref())?;
    let name = reports.find(&args.id).map_err(of_folder)?;
    let report = reports.load(&name).map_err(of_folder)?;
    let mut out = Listing::new();
    let texts = &context.settings.texts;
    match args.format {
        _ if context.output.json => out.json(&report)?,
        Format::Json => out.json(&report)?,
        Format::Text => out.line(text::render(&report, texts).trim_end())?,
        Format::Html => out.line(html::render(&report, texts).trim_end())?,
    }
    out.finish()?;
    Ok(Exit::Done)
}

/// The folder that is named, that is set, or the usual one.
fn open(context: &Context, named: Option<&Path>) -> Result<Reports> {
    let set = || context.settings.loaded.config.report.folder.clone();
    let folder = named.map(Path::to_owned).or_else(set).or_else(|| context.reports.clone());
    folder.map(Reports::at).ok_or_else(|| {
        CliError::usage("no folder of reports is chosen, and there is no home folder for a default one").hint("choose it with --folder")
    })
}

fn of_folder(error: FolderError) -> CliError {
    let failed = CliError::failed(chain(&error));
    match error {
        FolderError::NotFound { .. } => failed.hint("see what there is with: liasse report list"),
        FolderError::Ambiguous { fitting, .. } => failed.hint(format!("give more of the name: {}", fitting.join(", "))),
        FolderError::Newer { .. } => failed.hint("install the current version of liasse"),
        FolderError::Damaged { .. } | FolderError::TooLarge { .. } => failed.hint("look at the text or the page of the same name"),
        FolderError::Io { .. } => failed.hint("check that the folder can be read, or choose another with --folder"),
    }
}
