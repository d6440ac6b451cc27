//! `repair`: shows what would be mended, and mends it where that is asked for. What was done is proved by a new check.

use std::path::PathBuf;
use std::sync::Arc;

use liasse_archive::BackupOptions;
use liasse_dossier::lang::Texts;
use liasse_dossier::report::local::Local as Manner;
use liasse_repo::store::{Area, Local, Store};
use liasse_repo::{CheckOptions, CheckReport, Finding, RepairPlan, RepairStep, Repaired, Repository, Whoami};

use super::backup;
use super::check_remedies::{in_the_way, of_removed_keys};
use super::check_shown::{manner, show_findings};
use super::repair_shown::{self, Mended};
use crate::args::{Repair, RepairFrom, RepairFromSource};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
use crate::paths;
use crate::progress::Bars;
use crate::text;
use crate::time;
use crate::whoami;

/// Most files that could not be read that are named.
const SHOWN: usize = 10;

/// A way, settled: what it needs besides the plan.
struct Way {
    name: &'static str,
    apply: bool,
    other: Option<Arc<dyn Store>>,
    /// What is read and stored again.
    again: Option<BackupOptions>,
}

impl Way {
    fn paths(&self) -> Option<&[PathBuf]> {
        self.again.as_ref().map(|again| again.sources.as_slice())
    }
}

pub(crate) fn run(context: &Context, args: &Repair) -> Result<Exit> {
    match args {
        Repair::Index(args) => {
            let repository = context.open()?;
            let mut plan = repository.plan_index(&context.stop)?;
            if plan.is_empty() {
                // An index that is whole says nothing of what it refers to.
                plan.left = look(context, &repository, &CheckOptions::References)?;
            }
            finish(context, &repository, plan, &Way { name: "index", apply: args.apply, other: None, again: None })
        }
        Repair::From(args) => from(context, args),
        Repair::FromSource(args) => from_source(context, args),
        Repair::Parity(args) => super::parity::repair(context, args),
    }
}

fn from(context: &Context, args: &RepairFrom) -> Result<Exit> {
    if paths::real(&args.other).is_some_and(|other| paths::real(&context.place) == Some(other)) {
        let place = vec![("place", args.other.display().to_string())];
        return Err(CliError::named(Exit::Usage, "repair-same-place", place).remedy("repair-choose-copy"));
    }
    let other = Local::open(&args.other).map_err(|error| no_copy(&error.into()))?;
    let other: Arc<dyn Store> = Arc::new(other);
    let repository = context.open_or_like(&other)?;
    let plan = watched(context, |bars| repository.plan_from(&other, args.all, bars, &context.stop).map_err(|error| refused(error, args)))?;
    finish(context, &repository, plan, &Way { name: "from", apply: args.apply, other: Some(other), again: None })
}

/// Where there is no repository, none is to be made: a copy is asked for.
fn no_copy(error: &CliError) -> CliError {
    if error.exit == Exit::NoRepository { CliError::new(error.exit, &error.message).remedy("repair-choose-copy") } else { error.clone() }
}

/// A folder that holds something else is no damage.
fn refused(error: liasse_repo::Error, args: &RepairFrom) -> CliError {
    match error {
        liasse_repo::Error::Foreign { .. } => {
            let place = vec![("place", args.other.display().to_string())];
            CliError::named(Exit::Usage, "repair-another", place).remedy("repair-choose-copy")
        }
        error => error.into(),
    }
}

fn from_source(context: &Context, args: &RepairFromSource) -> Result<Exit> {
    let repository = context.open()?;
    for path in &args.paths {
        std::fs::symlink_metadata(path).map_err(|error| {
            CliError::io("read", path, &error).hint("name files and folders that are there, or none for those of the last snapshot")
        })?;
    }
    let exclude = backup::patterns(context, &args.exclusions)?;
    let paths = if args.paths.is_empty() { last_sources(&repository)? } else { args.paths.clone() };
    let plan = watched(context, |bars| Ok(repository.plan_source(bars, &context.stop)?))?;
    let anything = plan.report.as_ref().is_some_and(|report| !report.is_sound());
    // A file that has not moved may be what an old snapshot lacks.
    let options =
        BackupOptions { sources: paths, exclude, exclude_caches: args.exclusions.exclude_caches, force: true, ..BackupOptions::default() };
    let again = anything.then_some(options);
    finish(context, &repository, plan, &Way { name: "from-source", apply: args.apply, other: None, again })
}

/// What the last snapshot of this machine was made of.
fn last_sources(repository: &Repository) -> Result<Vec<PathBuf>> {
    use std::os::unix::ffi::OsStringExt as _;
    let host = whoami::host();
    let heads = repository.heads()?;
    let last = heads.iter().rfind(|head| head.record.host == host);
    let sources = last.map(|head| head.record.sources.clone()).unwrap_or_default();
    if sources.is_empty() {
        return Err(CliError::named(Exit::Usage, "repair-no-sources", Vec::new()).remedy("repair-name-sources"));
    }
    Ok(sources.into_iter().map(|source| PathBuf::from(std::ffi::OsString::from_vec(source))).collect())
}

fn watched<T>(context: &Context, work: impl FnOnce(&Bars) -> Result<T>) -> Result<T> {
    let bars = Bars::new(context.output);
    let done = work(&bars);
    bars.clear();
    done
}

/// Shows the plan, or does what it says and shows what came of it.
fn finish(context: &Context, repository: &Repository, plan: RepairPlan, way: &Way) -> Result<Exit> {
    let shown = Mended::plan(way.name, &plan, way.paths());
    if !way.apply || plan.is_empty() && way.again.is_none() {
        let nothing = plan.is_empty() && way.again.is_none();
        let exit = exit_of_plan(&plan, nothing);
        context.output.result(&shown, |out| show_plan(context, &plan, &shown, nothing, out))?;
        return Ok(exit);
    }
    let repaired = watched(context, |bars| Ok(repository.repair(plan, way.other.as_ref(), bars, &context.stop)?))?;
    let (snapshot, unread) = match &way.again {
        Some(again) => store_again(context, repository, again)?,
        None => (None, 0),
    };
    // What is told from here on is what is there now, by the config that is there now.
    let repository = &repository.again()?;
    let left = left_now(context, repository, way)?;
    let older = way.other.as_ref().and_then(|other| repository.older_than(other).ok().flatten());
    let sound = left.is_empty() && repaired.failed.is_empty();
    let shown = Mended::done(&shown, &repaired, &left, older, snapshot, sound);
    context.output.result(&shown, |out| show_done(context, &repaired, &left, &shown, out))?;
    Ok(match (sound, unread) {
        (false, _) => Exit::Damaged,
        (true, 1..) => Exit::Incomplete,
        (true, 0) => Exit::Done,
    })
}

fn exit_of_plan(plan: &RepairPlan, nothing: bool) -> Exit {
    let sound = plan.left.is_empty() && plan.report.as_ref().is_none_or(CheckReport::is_sound);
    // A repository without its config does not open: it was checked with that of the other copy.
    let harmed = |step: &RepairStep| match step {
        RepairStep::Copy { object, replaces, .. } => *replaces || object.area() == Area::Config,
        step => matches!(step, RepairStep::SetAside { .. } | RepairStep::Reclaim { .. }),
    };
    match (sound && !plan.steps.iter().any(harmed), nothing) {
        (false, _) => Exit::Damaged,
        (true, true) => Exit::Done,
        (true, false) => Exit::Incomplete,
    }
}

/// A backup of the live files, which refers to nothing that is marked. Gives its snapshot, and how much could not be read.
fn store_again(context: &Context, repository: &Repository, again: &BackupOptions) -> Result<(Option<String>, u64)> {
    let now = liasse_repo::now();
    let options = BackupOptions {
        reason: Some("repair".to_owned()),
        whoami: Whoami { host: whoami::host(), user: whoami::user(), program: whoami::program() },
        time: now,
        utc_offset: time::utc_offset(now),
        ..again.clone()
    };
    let report = watched(context, |bars| Ok(liasse_archive::backup(repository, &options, bars, &context.stop)?))?;
    for unread in report.unread.iter().take(SHOWN) {
        context.output.warn(&format!("could not read {}: {}", text::path(&unread.path), unread.cause));
    }
    Ok((report.snapshot.map(|snapshot| snapshot.id.to_string()), report.statistics.unread))
}

/// What is still damaged: nothing is believed to be mended that was not looked at again.
fn left_now(context: &Context, repository: &Repository, way: &Way) -> Result<Vec<Finding>> {
    // The index says nothing of the data.
    look(context, repository, if way.name == "index" { &CheckOptions::References } else { &CheckOptions::ALL_DATA })
}

fn look(context: &Context, repository: &Repository, depth: &CheckOptions) -> Result<Vec<Finding>> {
    Ok(watched(context, |bars| Ok(repository.check(depth, bars, &context.stop)?))?.findings)
}

fn show_plan(context: &Context, plan: &RepairPlan, shown: &Mended, nothing: bool, out: &mut Listing) -> Result<()> {
    let texts = &context.settings.texts;
    if nothing && plan.left.is_empty() {
        out.line(&texts.get("repair-nothing", &[]))?;
        return not_taken_on(texts, shown, out);
    }
    if !nothing {
        out.line(&texts.get("repair-plan", &[]))?;
        plan.steps.iter().try_for_each(|step| out.line(&format!("    {}", repair_shown::said(texts, step))))?;
        if let Some(paths) = &shown.paths {
            for path in paths {
                out.line(&format!("    {}", texts.get("repair-read", &[("path", text::plain(path).into())])))?;
            }
        }
    }
    // What the files still have is known only when they are read.
    let title = if shown.paths.is_some() { "repair-found" } else { "repair-left" };
    show_left(context, &plan.left, title, out)?;
    not_taken_on(texts, shown, out)?;
    if nothing { Ok(()) } else { out.line(&texts.get("repair-apply", &[])) }
}

fn show_done(context: &Context, repaired: &Repaired, left: &[Finding], shown: &Mended, out: &mut Listing) -> Result<()> {
    let texts = &context.settings.texts;
    if !repaired.done.is_empty() {
        out.line(&texts.get("repair-done", &[]))?;
    }
    repaired.done.iter().try_for_each(|step| out.line(&format!("    {}", repair_shown::said(texts, step))))?;
    for (step, error) in &repaired.failed {
        let values = [("step", repair_shown::said(texts, step).into()), ("error", text::plain(&error.to_string()).into())];
        out.line(&texts.get("repair-failed", &values))?;
    }
    if let Some(snapshot) = &shown.snapshot {
        out.line(&texts.get("repair-stored", &[("snapshot", text::short(snapshot).into())]))?;
    }
    show_left(context, left, "repair-left", out)?;
    not_taken_on(texts, shown, out)?;
    if left.is_empty() && repaired.failed.is_empty() { out.line(&texts.get("repair-whole", &[])) } else { Ok(()) }
}

/// What stays damaged, with what it takes down and what else may help.
fn show_left(context: &Context, left: &[Finding], title: &str, out: &mut Listing) -> Result<()> {
    if left.is_empty() {
        return Ok(());
    }
    let texts = &context.settings.texts;
    out.line(&texts.get(title, &[("number", left.len().into())]))?;
    show_findings(&manner(context), left, context.output.verbose, out)?;
    in_the_way(left).map_or(Ok(()), |remedy| out.line(&texts.get(remedy, &[])))?;
    out.line(&texts.get("repair-other-ways", &[]))
}

/// What no repair does by itself, with the command that does it.
fn not_taken_on(texts: &Texts, shown: &Mended, out: &mut Listing) -> Result<()> {
    let local = Manner::new(texts, time::utc_offset(liasse_repo::now()));
    shown.rollback.iter().try_for_each(|newer| out.line(&repair_shown::newer_there(&local, newer)))?;
    if shown.only_there > 0 {
        out.line(&texts.get("repair-only-there", &[("number", shown.only_there.into())]))?;
    }
    of_removed_keys(&shown.removed_keys, texts).iter().try_for_each(|remedy| out.line(remedy))
}
