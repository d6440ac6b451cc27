//! What a check came to, for people, in their language. What a finding says of an object's bytes stays in English: whoever can do something
//! about that looks it up.

use std::collections::HashMap;

use liasse_dossier::lang::Texts;
use liasse_dossier::report::local::Local;
use liasse_dossier::status::Depth;
use liasse_repo::format::ids::SessionId;
use liasse_repo::format::time::Time;
use liasse_repo::{CheckReport, FIRST_PATHS, Finding, Note, Touched, VerifiedShare};

use crate::context::Context;
use crate::error::Result;
use crate::output::Listing;
use crate::text;
use crate::time;

/// Most findings, snapshots and dossiers that are shown to people who did not ask for more. JSON has all that the report has.
const SHOWN: usize = 10;
/// What counts as lately verified, in seconds.
const YEAR: i64 = 366 * 86_400;

/// When snapshots were made, as far as they can be read.
pub(super) type Times = HashMap<SessionId, Time>;

/// Since when what was verified counts.
pub(super) fn a_year_ago() -> Time {
    let now = liasse_repo::now();
    Time::new(now.seconds().saturating_sub(YEAR), 0).unwrap_or(now)
}

/// Numbers and sizes in the manner of the reader's language.
pub(super) fn manner(context: &Context) -> Local<'_> {
    Local::new(&context.settings.texts, time::utc_offset(liasse_repo::now()))
}

/// A message about a number of things.
pub(super) fn counted(local: &Local<'_>, name: &str, number: u64) -> String {
    local.texts().get(name, &[("number", number.into()), ("count", local.number(number).into())])
}

pub(super) fn show(
    context: &Context,
    report: &CheckReport,
    depth: Depth,
    verified: VerifiedShare,
    (remedies, times): (&[String], &Times),
    out: &mut Listing,
) -> Result<()> {
    let (local, verbose, counts) = (manner(context), context.output.verbose, report.counts);
    let texts = local.texts();
    let looked = [("check-snapshots", counts.snapshots), ("check-entries", counts.entries)];
    let looked =
        looked.into_iter().filter(|_| depth != Depth::Structure).chain([("check-chunks", counts.chunks), ("check-packs", counts.packs)]);
    out.line(&looked.map(|(name, number)| counted(&local, name, number)).collect::<Vec<_>>().join(", "))?;
    show_notes(&local, &report.notes, verbose, out)?;
    if verbose {
        report.findings.iter().try_for_each(|finding| show_finding(&local, finding, true, out))?;
    } else {
        let worst = worst_first(&report.findings);
        worst.iter().take(SHOWN).try_for_each(|finding| out.line(&damaged(texts, finding)))?;
        show_rest(&local, "check-more-errors", report.findings.len() as u64 + report.findings_left_off, SHOWN as u64, "", out)?;
        show_touched(&local, &report.touched, times, out)?;
    }
    if report.not_checked.is_some() {
        out.line(&texts.get("check-no-reader", &[]))?;
    }
    out.line(&read(&local, report, depth))?;
    if matches!(depth, Depth::Share | Depth::Data) {
        let percent = (u128::from(verified.bytes) * 100).checked_div(u128::from(verified.total_bytes)).unwrap_or(100);
        out.line(&texts.get("check-verified", &[("percent", percent.to_string().into())]))?;
    }
    remedies.iter().try_for_each(|remedy| out.line(remedy))?;
    out.line(&if report.is_sound() { texts.get("check-sound", &[]) } else { found(report, texts) })
}

/// How much was read.
fn read(local: &Local<'_>, report: &CheckReport, depth: Depth) -> String {
    let counts = report.counts;
    let size = ("size", text::size(counts.bytes_read).into());
    match depth {
        Depth::Structure => local.texts().get("check-only-structure", &[]),
        Depth::References | Depth::Drill => local.texts().get("check-not-read", &[]),
        Depth::Data => local.texts().get("check-read", &[size]),
        Depth::Share => {
            let packs = [("number", counts.packs_read.into()), ("count", local.number(counts.packs_read).into())];
            let total = ("total", text::size(counts.pack_bytes).into());
            local.texts().get("check-read-share", &[size, total].into_iter().chain(packs).collect::<Vec<_>>())
        }
    }
}

/// What happens in any healthy repository is only counted for those who did not ask for more.
fn show_notes(local: &Local<'_>, notes: &[Note], verbose: bool, out: &mut Listing) -> Result<()> {
    let (mut forks, mut unlisted) = (0, 0);
    for note in notes {
        if !verbose && note.what.starts_with("a fork: ") {
            forks += 1;
        } else if !verbose && note.what == "no readable segment lists this pack" {
            unlisted += 1;
        } else {
            let values = [("object", text::plain(&note.object).into()), ("what", text::plain(&note.what).into())];
            out.line(&local.texts().get("check-note", &values))?;
        }
    }
    for (name, number) in [("check-forks", forks), ("check-unlisted", unlisted)] {
        if number > 0 {
            out.line(&counted(local, name, number))?;
        }
    }
    Ok(())
}

/// What all damage together takes down, the worst first: how much of which snapshots and dossiers.
fn show_touched(local: &Local<'_>, touched: &Touched, times: &Times, out: &mut Listing) -> Result<()> {
    if touched.snapshots.is_empty() && touched.dossiers.is_empty() {
        return Ok(());
    }
    out.line(&local.texts().get("check-touched", &[]))?;
    for touched in touched.snapshots.iter().take(SHOWN) {
        let id = touched.snapshot.to_string();
        let date = times.get(&touched.snapshot).copied().map(time::local).unwrap_or_default();
        let values = [("snapshot", text::short(&id).into()), ("date", date.into()), ("entries", entries(local, touched.count).into())];
        out.line(&format!("    {}", local.texts().get("check-touched-snapshot", &values)))?;
        touched.first.iter().try_for_each(|path| out.line(&format!("        {}", text::path(path))))?;
        show_rest(local, "check-more", touched.count, touched.first.len() as u64, "        ", out)?;
    }
    show_rest(local, "check-more-snapshots", touched.snapshots.len() as u64, SHOWN as u64, "    ", out)?;
    for (code, count) in touched.dossiers.iter().take(SHOWN) {
        let values = [("code", text::plain(code).into()), ("entries", entries(local, *count).into())];
        out.line(&format!("    {}", local.texts().get("check-touched-dossier", &values)))?;
    }
    show_rest(local, "check-more-dossiers", touched.dossiers.len() as u64, SHOWN as u64, "    ", out)?;
    out.line(&local.texts().get("check-all-of-it", &[]))
}

fn entries(local: &Local<'_>, number: u64) -> String {
    counted(local, "check-entries", number)
}

/// What touches most first; what touches nothing may be as bad, so that order stays else.
fn worst_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut worst: Vec<&Finding> = findings.iter().collect();
    worst.sort_by_key(|finding| std::cmp::Reverse(finding.affected_count));
    worst
}

/// How many more there are than were shown.
fn show_rest(local: &Local<'_>, name: &str, all: u64, shown: u64, margin: &str, out: &mut Listing) -> Result<()> {
    let rest = all.saturating_sub(shown);
    if rest == 0 { Ok(()) } else { out.line(&format!("{margin}{}", counted(local, name, rest))) }
}

fn damaged(texts: &Texts, finding: &Finding) -> String {
    texts.get("check-damaged", &[("object", text::plain(&finding.object).into()), ("what", text::plain(&finding.what).into())])
}

/// Damages one by one, each with the first of what it touches; all of it, for who asked for more.
pub(super) fn show_findings(local: &Local<'_>, findings: &[Finding], verbose: bool, out: &mut Listing) -> Result<()> {
    let most = if verbose { usize::MAX } else { SHOWN };
    worst_first(findings).into_iter().take(most).try_for_each(|finding| show_finding(local, finding, verbose, out))?;
    show_rest(local, "check-more-errors", findings.len() as u64, most as u64, "", out)
}

fn show_finding(local: &Local<'_>, finding: &Finding, verbose: bool, out: &mut Listing) -> Result<()> {
    let (files, dossiers) = if verbose { (usize::MAX, usize::MAX) } else { (FIRST_PATHS, FIRST_PATHS) };
    let texts = local.texts();
    out.line(&damaged(texts, finding))?;
    for affected in finding.affected.iter().take(files) {
        let snapshot = affected.snapshot.to_string();
        let values = [("snapshot", text::short(&snapshot).into()), ("path", text::path(&affected.path).into())];
        out.line(&format!("    {}", texts.get("check-affected", &values)))?;
    }
    show_rest(local, "check-more", finding.affected_count, finding.affected.len().min(files) as u64, "    ", out)?;
    for dossier in finding.dossiers.iter().take(dossiers) {
        out.line(&format!("    {}", texts.get("check-dossier", &[("code", text::plain(dossier).into())])))?;
    }
    show_rest(local, "check-more-dossiers", finding.dossiers.len() as u64, dossiers as u64, "    ", out)
}

/// How much was found.
pub(super) fn found(report: &CheckReport, texts: &Texts) -> String {
    let number = (report.findings.len() as u64).saturating_add(report.findings_left_off);
    counted(&Local::new(texts, 0), "check-found", number)
}
