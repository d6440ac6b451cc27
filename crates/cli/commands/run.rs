//! `run`: the nightly job. It ends with the report, whatever became of the run.

use std::path::{Path, PathBuf};

use jiff::{Timestamp, Zoned};
use liasse_archive::Patterns;
use liasse_dossier::lang::Lang;
use liasse_dossier::notify::notify;
use liasse_dossier::report::{Report, Reports, text};
use liasse_dossier::run::{Busy, RunLock, Wanted, World, hold, run as run_dossiers};
use liasse_dossier::schedule::Moments;
use liasse_repo::{Repository, Whoami};

use super::backup;
use crate::args::Run;
use crate::context::Context;
use crate::error::{CliError, Result, chain};
use crate::exit::Exit;
use crate::progress::Bars;
use crate::time;
use crate::whoami;

pub(crate) fn run(context: &Context, args: &Run) -> Result<Exit> {
    let config = &context.settings.loaded.config;
    if config.rules.iter().all(|rule| rule.off) {
        return Err(CliError::usage("the settings name no dossiers").hint("write them with: liasse config init"));
    }
    if args.if_due && !is_due(context) {
        context.output.detail("no time of the schedule has passed since the last run");
        return Ok(Exit::Done);
    }
    let repository = context.open()?;
    let _lock = lock(context, &repository, args.wait)?;
    let report = make(context, args, &repository)?;
    let report = tell(context, report);
    context.output.result(&report, |out| text::render(&report, &context.settings.texts).lines().try_for_each(|line| out.line(line)))?;
    if context.stop.is_stopped() {
        return Ok(Exit::Interrupted);
    }
    Ok(match (&report.snapshot, report.is_error()) {
        (None, _) => Exit::Failed,
        (Some(_), true) => Exit::Incomplete,
        (Some(_), false) => Exit::Done,
    })
}

fn make(context: &Context, args: &Run, repository: &Repository) -> Result<Report> {
    let now = Zoned::now();
    let bars = Bars::new(context.output);
    let world = World {
        repository,
        config: &context.settings.loaded.config,
        texts: &context.settings.texts,
        whoami: Whoami { host: whoami::host(), user: whoami::user(), program: whoami::program() },
        own: own(context)?,
        place: Some(context.place.clone()),
        memory: repository.cache().map(Path::to_owned),
        progress: &bars,
        stop: &context.stop,
    };
    let wanted = Wanted {
        codes: args.codes.clone(),
        parts: args.parts.clone(),
        reason: args.reason.clone(),
        hold: args.hold.and_then(|term| hold(term.name(), &now)),
        force: args.force,
        ignore_room: args.ignore_room,
        utc_offset: time::utc_offset(liasse_repo::now()),
    };
    let report = run_dossiers(&world, &wanted);
    bars.clear();
    report.map_err(|error| {
        let said = error.text(&context.settings.texts);
        match error {
            liasse_dossier::run::RunError::Repository(error) => error.into(),
            liasse_dossier::run::RunError::Room { .. } | liasse_dossier::run::RunError::NothingFound { .. } => {
                hinted(CliError::failed, &said)
            }
            _ => hinted(CliError::usage, &said),
        }
    })
}

/// Keeps the report and sends it. What fails is a remark in it, and never makes the run fail.
fn tell(context: &Context, mut report: Report) -> Report {
    let settings = &context.settings.loaded.config;
    let texts = &context.settings.texts;
    let folder = settings.report.folder.clone().or_else(|| context.reports.clone());
    let save = |report: &Report| {
        folder.clone().map(|folder| Reports::open(folder).and_then(|reports| reports.save(report, texts).map(|_| reports)))
    };
    match save(&report) {
        Some(Ok(reports)) => _ = reports.prune(&settings.report, Timestamp::now()),
        Some(Err(error)) => report.remarks.push(chain(&error)),
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

/// Whether a time of the schedule has passed since the last run of which there is a report.
fn is_due(context: &Context) -> bool {
    let settings = &context.settings.loaded.config;
    let now = Zoned::now();
    let reports = settings.report.folder.clone().or_else(|| context.reports.clone()).map(Reports::at);
    let last = reports.and_then(|reports| {
        let names = reports.list().ok()?;
        names.iter().find_map(|name| reports.load(name).ok()).map(|report| report.began)
    });
    Moments::new(&settings.schedule.every, now.timestamp(), last, now.time_zone()).is_due()
}

/// The first sentence says what is wrong, the others what to do.
fn hinted(make: fn(String) -> CliError, said: &str) -> CliError {
    match said.split_once(". ") {
        Some((wrong, hint)) => make(wrong.to_owned()).hint(hint.to_owned()),
        None => make(said.trim_end_matches('.').to_owned()).hint("see what is found with: liasse config check"),
    }
}

/// One run at a time.
fn lock(context: &Context, repository: &Repository, wait: bool) -> Result<RunLock> {
    let folder: PathBuf = match repository.cache() {
        Some(folder) => folder.to_owned(),
        None => std::env::temp_dir().join(format!("liasse-run-{}", repository.id())),
    };
    let texts = &context.settings.texts;
    RunLock::take(&folder, wait, &context.stop).map_err(|busy| match busy {
        Busy::Held { process: Some(process) } => hinted(CliError::failed, &texts.get("run-busy", &[("process", process.into())])),
        Busy::Held { process: None } => hinted(CliError::failed, &texts.get("run-busy-unknown", &[])),
        Busy::Stopped => CliError::interrupted(),
        error => CliError::failed(chain(&error)),
    })
}

/// What this program keeps itself is never backed up.
fn own(context: &Context) -> Result<Patterns> {
    let own: Vec<String> =
        [Some(&context.place), context.cache.as_ref()].into_iter().flatten().filter_map(|path| backup::own(path)).collect();
    Patterns::new(own.iter().map(String::as_str)).map_err(|error| liasse_archive::Error::from(error).into())
}
