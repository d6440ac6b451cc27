//! `run`: the nightly job. It ends with the report, whatever became of the run, also of one that could not begin.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, Zoned};
use liasse_archive::Patterns;
use liasse_dossier::report::{Attempt, Report, Reports, text};
use liasse_dossier::run::{Busy, Obstacle, RunError, RunLock, Wanted, World, hold, run as run_dossiers};
use liasse_dossier::schedule::{Moments, is_ahead};
use liasse_repo::{Repository, Whoami};

use super::backup;
use super::tell::{tell, tell_failed};
use crate::args::Run;
use crate::context::Context;
use crate::error::{CliError, Result, chain};
use crate::exit::Exit;
use crate::password::Source;
use crate::progress::Bars;
use crate::time;
use crate::whoami;

/// A run that was not made.
#[derive(Debug)]
pub(crate) struct NotBegun {
    /// What whoever started it is told.
    pub(crate) error: CliError,
    /// What all others are told; nothing where only the command line was wrong, another run is at work, or somebody wished to stop.
    pub(crate) report: Option<Box<Report>>,
}

pub(crate) fn run(context: &Context, args: &Run) -> Result<Exit> {
    refuse_without_rules(context)?;
    if args.if_due && !is_due(context) {
        context.output.detail("no time of the schedule has passed since the last run");
        return Ok(Exit::Done);
    }
    let wanted = Wanted {
        codes: args.codes.clone(),
        parts: args.parts.clone(),
        reason: args.reason.clone(),
        hold: args.hold.and_then(|term| hold(term.name(), &Zoned::now())),
        force: args.force,
        ignore_room: args.ignore_room,
        utc_offset: time::utc_offset(liasse_repo::now()),
    };
    let report = match make(context, &wanted, args.wait) {
        Ok(report) => tell(context, report),
        Err(NotBegun { error, report }) => {
            if let Some(report) = report {
                tell_failed(context, *report);
            }
            return Err(error);
        }
    };
    context.output.result(&report, |out| text::render(&report, &context.settings.texts).lines().try_for_each(|line| out.line(line)))?;
    if context.stop.is_stopped() {
        return Ok(Exit::Interrupted);
    }
    Ok(match (&report.snapshot, report.is_error()) {
        (None, _) => Exit::Failed,
        (Some(_), _) if report.rolled_back => Exit::RolledBack,
        (Some(_), true) => Exit::Incomplete,
        (Some(_), false) => Exit::Done,
    })
}

pub(crate) fn refuse_without_rules(context: &Context) -> Result<()> {
    if context.settings.loaded.config.rules.iter().all(|rule| rule.off) {
        return Err(CliError::named(Exit::Usage, "error-no-dossiers", Vec::new()).remedy("remedy-config-init"));
    }
    Ok(())
}

/// Makes a run. With `wait`, after the one that is at work.
pub(crate) fn make(context: &Context, wanted: &Wanted, wait: bool) -> Result<Report, NotBegun> {
    let attempt = Attempt {
        host: whoami::host(),
        repository: context.place.display().to_string(),
        reason: wanted.reason.clone(),
        began: Timestamp::now(),
        utc_offset: wanted.utc_offset,
    };
    let made = try_to_make(context, wanted, wait).map(|report| with_mistakes(context, report));
    made.map_err(|(error, said)| {
        let is_told = error.exit != Exit::Interrupted && !context.stop.is_stopped();
        let report = said.filter(|_| is_told).map(|said| Box::new(Report::failed(attempt, said)));
        NotBegun { error, report }
    })
}

/// Mistakes in the settings that did not keep the run from being made may have made it another one than was meant.
fn with_mistakes(context: &Context, mut report: Report) -> Report {
    let mistakes = context.settings.told();
    report.problems += mistakes.len() as u64;
    report.remarks.splice(0..0, mistakes);
    report
}

/// The same; or the error, and what readers of reports are told of it, if they are.
fn try_to_make(context: &Context, wanted: &Wanted, wait: bool) -> Result<Report, (CliError, Option<String>)> {
    let repository = context.open_unwarned().map_err(|error| with_obstacle(context, error))?;
    let _lock = lock(context, &repository, wait)?;
    let bars = Bars::new(context.output);
    let world = World {
        repository: &repository,
        config: &context.settings.loaded.config,
        texts: &context.settings.texts,
        whoami: Whoami { host: whoami::host(), user: whoami::user(), program: whoami::program() },
        own: own(context).map_err(|error| (error, None))?,
        place: Some(context.place.clone()),
        memory: repository.cache().map(Path::to_owned),
        progress: &bars,
        stop: &context.stop,
    };
    let report = run_dossiers(&world, wanted);
    bars.clear();
    report.map_err(|error| {
        let said = error.text(&context.settings.texts);
        match error {
            RunError::Repository(error) => with_obstacle(context, error.into()),
            RunError::Room { .. } | RunError::NothingFound { .. } => (hinted(CliError::failed, &said), Some(said)),
            _ => (hinted(CliError::usage, &said), None),
        }
    })
}

/// What keeps a run from the repository, for readers of reports. Nobody but who typed a password hears that it is wrong.
fn with_obstacle(context: &Context, error: CliError) -> (CliError, Option<String>) {
    let error = error.in_language(&context.settings.texts);
    let is_key = matches!(error.exit, Exit::WrongKey | Exit::Usage);
    if is_key && context.secret == Source::Prompt && std::io::stdin().is_terminal() {
        return (error, None);
    }
    let obstacle = match error.exit {
        Exit::NoRepository => Obstacle::NotThere,
        _ if is_key || context.secret.is_missing() => Obstacle::Locked(error.message.clone()),
        _ => Obstacle::Other(error.message.clone()),
    };
    let said = obstacle.text(&context.place.display().to_string(), &context.settings.texts);
    (error, Some(said))
}

/// Whether a time of the schedule has passed since the last run of all dossiers that made a snapshot, as far as reports tell. One that
/// failed is made again whenever somebody asks: timers do at the times of the schedule and when the machine starts, and no more often.
fn is_due(context: &Context) -> bool {
    let settings = &context.settings.loaded.config;
    let now = Zoned::now();
    let place = context.place.display().to_string();
    let last = context.reports_folder().map(Reports::at).and_then(|reports| {
        let names = reports.list().ok()?;
        names
            .iter()
            .filter_map(|name| reports.load(name).ok())
            .find(|report| report.is_of_all() && report.repository == place && !is_ahead(report.began, now.timestamp()))
            .map(|report| report.began)
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

/// Where the lock of runs is.
pub(super) fn lock_folder(repository: &Repository) -> PathBuf {
    match repository.cache() {
        Some(folder) => folder.to_owned(),
        None => std::env::temp_dir().join(format!("liasse-run-{}", repository.id())),
    }
}

/// One run at a time.
fn lock(context: &Context, repository: &Repository, wait: bool) -> Result<RunLock, (CliError, Option<String>)> {
    let folder = lock_folder(repository);
    let texts = &context.settings.texts;
    RunLock::take(&folder, wait, &context.stop).map_err(|busy| match busy {
        Busy::Held { process: Some(process) } => (hinted(CliError::failed, &texts.get("run-busy", &[("process", process.into())])), None),
        Busy::Held { process: None } => (hinted(CliError::failed, &texts.get("run-busy-unknown", &[])), None),
        Busy::Stopped => (CliError::interrupted(), None),
        error => with_obstacle(context, CliError::failed(chain(&error))),
    })
}

/// What this program keeps itself is never backed up.
fn own(context: &Context) -> Result<Patterns> {
    Patterns::new(backup::own(context).iter().map(String::as_str)).map_err(|error| liasse_archive::Error::from(error).into())
}
