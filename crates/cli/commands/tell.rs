//! What becomes of a report: it is kept in the log folder, and whoever should hear of it is told.

use jiff::Timestamp;
use liasse_dossier::lang::Lang;
use liasse_dossier::notify::notify;
use liasse_dossier::report::{Report, Reports};

use crate::context::Context;
use crate::error::chain;

/// Keeps the report and sends it. What fails is a remark in it, and never makes the run fail.
pub(crate) fn tell(context: &Context, mut report: Report) -> Report {
    let settings = &context.settings.loaded.config;
    let texts = &context.settings.texts;
    let save = |report: &Report| {
        let folder = context.reports_folder();
        folder.map(|folder| Reports::open(folder).and_then(|reports| reports.save(report, texts).map(|_| reports)))
    };
    match save(&report) {
        Some(Ok(reports)) => _ = reports.prune(&settings.report, Timestamp::now()),
        Some(Err(error)) => {
            // A report that nobody can look up is something to look at.
            report.problems += 1;
            report.remarks.push(chain(&error));
        }
        None => {}
    }
    let failed =
        notify(&report, &settings.mail, &settings.webhook, settings.language.unwrap_or(Lang::English), &|name| std::env::var_os(name));
    if !failed.is_empty() {
        report.remarks.extend(failed.iter().map(|error| error.text(texts)));
        if let Some(Err(error)) = save(&report) {
            report.remarks.push(chain(&error));
        }
    }
    report
}

/// The same for a run that could not begin. Its report is not printed, so its remarks are.
pub(crate) fn tell_failed(context: &Context, report: Report) {
    for remark in tell(context, report).remarks {
        context.output.warn(&remark);
    }
}
