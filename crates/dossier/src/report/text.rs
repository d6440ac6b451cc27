//! A report as plain text: alarms first, then one line a dossier with those in error on top, the result last. It must never let a name
//! break a line or a column.

use std::fmt::Write as _;

use super::local::Local;
use super::{DossierReport, Report, plain};
use crate::lang::Texts;

/// Widest that a column is made for the sake of one long cell.
const MOST_WIDTH: usize = 28;
/// Most causes of one dossier that are told.
pub(super) const MOST_CAUSES: usize = 5;

/// The whole report.
pub fn render(report: &Report, texts: &Texts) -> String {
    let local = report.local(texts);
    let mut out = head(report, &local);
    dossiers(&mut out, in_order(report), &local);
    passed_over(&mut out, report, &local, true);
    tail(&mut out, report, &local);
    out
}

/// What a person has to look at, and the result: without the dossiers that are well.
pub fn render_brief(report: &Report, texts: &Texts) -> String {
    let local = report.local(texts);
    let mut out = head(report, &local);
    if report.in_error().next().is_some() {
        dossiers(&mut out, report.in_error(), &local);
    }
    passed_over(&mut out, report, &local, false);
    tail(&mut out, report, &local);
    out
}

/// Dossiers, those in error first, each group by code.
pub(super) fn in_order(report: &Report) -> impl Iterator<Item = &DossierReport> {
    report.in_error().chain(report.dossiers.iter().filter(|dossier| !dossier.is_in_error()))
}

/// What the run was: its names and values, in the reader's language.
pub(super) fn facts(report: &Report, local: &Local<'_>) -> Vec<(String, String)> {
    let texts = local.texts();
    let none = || texts.get("report-none", &[]);
    let mut facts = vec![("report-repository", report.repository.clone())];
    facts.extend(report.reason.clone().map(|reason| ("report-reason", reason)));
    facts.push(("report-duration", local.duration(report.duration_ms)));
    facts.push(("report-snapshot", report.snapshot.clone().unwrap_or_else(none)));
    facts.push(("report-stored", local.size(report.stored)));
    facts.extend(report.free.map(|free| ("report-free", local.size(free))));
    facts.into_iter().map(|(name, value)| (texts.get(name, &[]), plain(&value))).collect()
}

/// The title: where, and when by the clock there.
pub(super) fn title(report: &Report, local: &Local<'_>) -> String {
    let date = format!("{} ({})", local.long(report.began), local.offset());
    plain(&local.texts().get("report-title", &[("host", report.host.as_str().into()), ("date", date.into())]))
}

/// Why a dossier is as it is, and what to do: sentences.
pub(super) fn causes(dossier: &DossierReport, local: &Local<'_>) -> (Vec<String>, Vec<String>) {
    let texts = local.texts();
    let told = || dossier.causes.iter().take(MOST_CAUSES);
    let mut why: Vec<String> = told().map(|cause| plain(&cause.text(texts))).collect();
    let more = dossier.causes.len().saturating_sub(MOST_CAUSES);
    if more > 0 {
        why.push(texts.get("report-more", &[("number", local.number(more as u64).into())]));
    }
    why.extend(dossier.kept(local));
    why.extend(dossier.left_out_text(local).map(|said| plain(&said)));
    let mut remedies: Vec<String> = told().map(|cause| plain(&cause.remedy(texts))).collect();
    remedies.dedup();
    (why, remedies)
}

fn head(report: &Report, local: &Local<'_>) -> String {
    let mut out = String::new();
    let title = title(report, local);
    let line = "=".repeat(title.chars().count());
    _ = writeln!(out, "{title}\n{line}\n");
    let facts = facts(report, local);
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, value) in facts {
        _ = writeln!(out, "{name}{}  {value}", gap(&name, width));
    }
    out.push('\n');
    if let Some(failure) = &report.failure {
        let said = local.texts().get("report-failure", &[("failure", failure.into())]);
        _ = writeln!(out, "!!! {}\n", plain(&said));
    }
    alarms(&mut out, report, local);
    out
}

fn alarms(out: &mut String, report: &Report, local: &Local<'_>) {
    if report.alarms().next().is_none() {
        return;
    }
    heading(out, local, "report-alarms");
    for (dossier, alarm) in report.alarms() {
        let (text, remedy) = (plain(&alarm.text(local)), plain(&alarm.remedy(local)));
        _ = writeln!(out, "!!! {}: {text} {remedy}", plain(dossier.code.as_str()));
        if let Some(way) = report.way_back(dossier, local) {
            _ = writeln!(out, "    {way}");
        }
    }
    out.push('\n');
}

fn heading(out: &mut String, local: &Local<'_>, name: &str) {
    let heading = local.texts().get(name, &[]);
    _ = writeln!(out, "{heading}\n{}", "-".repeat(heading.chars().count()));
}

/// The table: code, outcome, size, what is new, how long it took; then sentences.
fn dossiers<'r>(out: &mut String, all: impl Iterator<Item = &'r DossierReport>, local: &Local<'_>) {
    let names = ["report-dossier", "report-outcome", "report-size", "report-added", "report-duration"].map(|n| local.texts().get(n, &[]));
    let mut rows: Vec<([String; 5], String)> = vec![(names, local.texts().get("report-cause", &[]))];
    rows.extend(all.map(|dossier| row(dossier, local)));
    heading(out, local, "report-dossiers");
    if rows.len() == 1 {
        _ = writeln!(out, "{}\n", local.texts().get("report-no-dossiers", &[]));
        return;
    }
    let mut widths = [0; 5];
    for (cells, _) in &rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count().min(MOST_WIDTH));
        }
    }
    for (cells, said) in rows {
        let mut line = String::new();
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let gap = gap(cell, width);
            // Words begin on the left, numbers end on the right.
            let (before, after) = if column < 2 { ("", gap.as_str()) } else { (gap.as_str(), "") };
            line.extend([before, cell, after, "  "]);
        }
        line.push_str(&said);
        _ = writeln!(out, "{}", line.trim_end());
    }
    out.push('\n');
}

fn row(dossier: &DossierReport, local: &Local<'_>) -> ([String; 5], String) {
    let cells = [
        plain(dossier.code.as_str()),
        dossier.outcome_text(local),
        local.size(dossier.size),
        local.size(dossier.added),
        local.duration(dossier.duration_ms),
    ];
    let (mut said, remedies) = causes(dossier, local);
    said.extend(remedies);
    (cells, said.join(" "))
}

fn passed_over(out: &mut String, report: &Report, local: &Local<'_>, all: bool) {
    let lines = report.passed_over_text(local, all);
    if lines.is_empty() {
        return;
    }
    heading(out, local, "report-passed-over");
    for line in lines {
        _ = writeln!(out, "- {line}");
    }
    out.push('\n');
}

fn tail(out: &mut String, report: &Report, local: &Local<'_>) {
    if !report.remarks.is_empty() {
        heading(out, local, "report-remarks");
        for remark in &report.remarks {
            _ = writeln!(out, "- {}", plain(remark));
        }
        out.push('\n');
    }
    _ = writeln!(out, "{}", report.summary(local));
}

/// What is missing to a width.
fn gap(cell: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(cell.chars().count()))
}
