//! How things stand as plain text, for one screen: what needs attention first, the result last. It must never let a name break a line.

use std::fmt::Write as _;

use super::{Dossier, Status};
use crate::lang::Texts;
use crate::report::plain;

/// Most dossiers that are well and listed all the same, for who did not ask for all.
const MOST_GOOD: usize = 20;
/// Widest that a column is made for the sake of one long cell.
const MOST_WIDTH: usize = 28;

/// The whole screen. With `all`, every dossier has its line, however many there are; those that need attention always have.
pub fn render(status: &Status, texts: &Texts, all: bool) -> String {
    let local = status.local(texts);
    let mut out = String::new();
    let title = status.title(&local);
    _ = writeln!(out, "{title}\n{}\n", "=".repeat(title.chars().count()));
    let facts = status.facts(&local);
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, value) in facts {
        _ = writeln!(out, "{name}{}  {value}", gap(&name, width));
    }
    out.push('\n');
    let warnings = status.warnings(&local);
    for warning in &warnings {
        _ = writeln!(out, "!!! {warning}");
    }
    if !warnings.is_empty() {
        out.push('\n');
    }
    if !status.dossiers.is_empty() {
        dossiers(&mut out, status, texts, all);
    }
    _ = writeln!(out, "{}", status.verdict(texts));
    out
}

fn dossiers(out: &mut String, status: &Status, texts: &Texts, all: bool) {
    let local = status.local(texts);
    let names = ["report-dossier", "status-last-good", "status-age", "status-outcome"].map(|name| texts.get(name, &[]));
    let mut rows = vec![(names, texts.get("report-cause", &[]))];
    let row = |dossier: &Dossier| {
        let (good, age) = dossier.good_text(&local);
        ([plain(dossier.code.as_str()), good, age, dossier.outcome_text(texts)], dossier.said(&local).join(" "))
    };
    let good = status.dossiers.iter().filter(|dossier| !dossier.is_bad()).count();
    let hidden = if all { 0 } else { good.saturating_sub(MOST_GOOD) };
    rows.extend(status.in_order().take(status.dossiers.len() - hidden).map(row));
    let mut widths = [0; 4];
    for (cells, _) in &rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count().min(MOST_WIDTH));
        }
    }
    for (cells, said) in rows {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            line.extend([cell, gap(cell, width).as_str(), "  "]);
        }
        line.push_str(&said);
        _ = writeln!(out, "{}", line.trim_end());
    }
    if hidden > 0 {
        _ = writeln!(out, "{}", texts.get("status-more", &[("number", local.number(hidden as u64).into())]));
    }
    out.push('\n');
}

/// What is missing to a width.
fn gap(cell: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(cell.chars().count()))
}
