//! `status`: how things stand, on one screen, and as an exit code for monitoring.

use jiff::Zoned;
use liasse_dossier::report::Reports;
use liasse_dossier::status::{World, html, look, text};

use super::schedule;
use crate::args::{Global, Status as Args};
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::output::Listing;
use crate::whoami;

pub(crate) fn run(context: &Context, global: &Global, args: &Args) -> Result<Exit> {
    let repository = context.open_unwarned()?;
    let settings = &context.settings;
    let now = Zoned::now();
    let reports = context.reports_folder().map(Reports::at);
    let status = look(&World {
        repository: &repository,
        config: &settings.loaded.config,
        texts: &settings.texts,
        host: &whoami::host(),
        place: Some(&context.place),
        reports: reports.as_ref(),
        mistakes: settings.told(),
        is_scheduled: schedule::is_installed(context, global),
        now: now.timestamp(),
        zone: now.time_zone().clone(),
    })?;
    if args.html {
        let mut out = Listing::new();
        out.line(html::render(&status, &settings.texts).trim_end())?;
        out.finish()?;
    } else {
        let all = context.output.verbose;
        context.output.answer(&status, |out| out.line(text::render(&status, &settings.texts, all).trim_end()))?;
    }
    Ok(match (status.damaged.is_empty(), status.is_well()) {
        (false, _) => Exit::Damaged,
        (true, _) if status.rollback.is_some() => Exit::RolledBack,
        (true, false) => Exit::Incomplete,
        (true, true) => Exit::Done,
    })
}
