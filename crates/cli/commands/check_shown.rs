//! What a check came to, for people, in their language. What a finding says of an object's bytes stays in English: whoever can do something
//! about that looks it up.

use liasse_dossier::lang::Texts;
use liasse_dossier::report::local::Local;
use liasse_dossier::status::Depth;
use liasse_repo::format::time::Time;
use liasse_repo::{CheckReport, Finding, Note, VerifiedShare};

use crate::context::Context;
use crate::error::Result;
use crate::output::Listing;
use crate::text;
use crate::time;

/// Most files of one finding that are shown to people who did not ask for more. JSON has all that the report has.
const SHOWN: usize = 10;
/// What counts as lately verified, in seconds.
const YEAR: i64 = 366 * 86_400;

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
    remedies: &[String],
    out: &mut Listing,
) -> Result<()> {
    let (local, verbose, counts) = (manner(context), context.output.verbose, report.counts);
    let texts = local.texts();
    let looked = [("check-snapshots", counts.snapshots), ("check-entries", counts.entries)];
    let looked =
        looked.into_iter().filter(|_| depth != Depth::Structure).chain([("check-chunks", counts.chunks), ("check-packs", counts.packs)]);
    out.line(&looked.map(|(name, number)| counted(&local, name, number)).collect::<Vec<_>>().join(", "))?;
    show_notes(&local, &report.notes, verbose, out)?;
    for finding in &report.findings {
        show_finding(&local, finding, if verbose { usize::MAX } else { SHOWN }, out)?;
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

pub(super) fn show_finding(local: &Local<'_>, finding: &Finding, most: usize, out: &mut Listing) -> Result<()> {
    let texts = local.texts();
    let values = [("object", text::plain(&finding.object).into()), ("what", text::plain(&finding.what).into())];
    out.line(&texts.get("check-damaged", &values))?;
    for affected in finding.affected.iter().take(most) {
        let snapshot = affected.snapshot.to_string();
        let values = [("snapshot", text::short(&snapshot).into()), ("path", text::path(&affected.path).into())];
        out.line(&format!("    {}", texts.get("check-affected", &values)))?;
    }
    let shown = finding.affected.len().min(most) as u64;
    if finding.affected_count > shown {
        out.line(&format!("    {}", counted(local, "check-more", finding.affected_count - shown)))?;
    }
    for dossier in &finding.dossiers {
        out.line(&format!("    {}", texts.get("check-dossier", &[("code", text::plain(dossier).into())])))?;
    }
    Ok(())
}

/// How much was found.
pub(super) fn found(report: &CheckReport, texts: &Texts) -> String {
    let number = (report.findings.len() as u64).saturating_add(report.findings_left_off);
    counted(&Local::new(texts, 0), "check-found", number)
}
