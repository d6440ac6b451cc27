//! `restore CODE… --in-place`: dossiers where they belong, in the place of what is there. What happens is the library's business; here it is
//! asked for and told.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use jiff::Zoned;
use liasse_dossier::restore::{Done, History, InPlaceError, Removed, Restored, State, Trouble, Wanted, World, in_place};
use liasse_dossier::run::Busy;
use liasse_repo::Repository;
use serde::Serialize;

use super::restore_dossier::{as_code, choose, history, never_saved, no_part, none_at_all, passed_over, warning};
use super::shown::PathJson;
use super::{restore, run};
use crate::args::Restore;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::progress::Bars;
use crate::text;
use crate::time;
use crate::whoami;

#[derive(Serialize)]
struct DoneJson {
    schema: u32,
    dry_run: bool,
    complete: bool,
    dossiers: Vec<RestoredJson>,
    deleted: Vec<RemovedJson>,
    found: Vec<PathJson>,
    remarks: Vec<String>,
    never_saved: Vec<String>,
}

#[derive(Serialize)]
struct RestoredJson {
    code: String,
    folder: PathJson,
    snapshot: String,
    since: Option<String>,
    restored: bool,
    error: Option<String>,
    files: u64,
    size_bytes: u64,
    unchanged: u64,
    kept: u64,
    kept_bytes: u64,
    removed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_write: Option<Vec<PathJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_keep: Option<Vec<PathJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_remove: Option<Vec<PathJson>>,
    shortfall_count: u64,
    unsaved: u64,
    unsaved_bytes: u64,
    unread: Option<u64>,
    lacks: Option<String>,
    replaced: Option<PathJson>,
}

#[derive(Serialize)]
struct RemovedJson {
    code: String,
    folder: PathJson,
    error: Option<String>,
    replaced: Option<PathJson>,
}

pub(super) fn run(context: &Context, args: &Restore) -> Result<Exit> {
    let mut codes = args.what.iter().map(|word| as_code(context, word)).collect::<Result<Vec<_>>>()?;
    codes.sort_unstable();
    codes.dedup();
    let repository = context.open()?;
    let host = whoami::host();
    let (states, without) =
        if args.all { every(context, &repository, args, &host)? } else { (states(context, &repository, args, &codes, &host)?, Vec::new()) };
    let own = History::new(&repository, |head| head.record.host == host)?;
    let bars = Bars::new(context.output);
    let lock = run::lock_folder(&repository);
    let world = World {
        repository: &repository,
        config: &context.settings.loaded.config,
        host: &host,
        history: &own,
        own: not_to_move(context),
        lock: &lock,
        now: Zoned::now(),
        progress: &bars,
        stop: &context.stop,
    };
    let wanted = wanted(args, states);
    let done = in_place(&world, &wanted);
    bars.clear();
    let done = done.map_err(|error| explain(context, error))?;
    tell(context, &done, without.clone())?;
    never_saved(context, &without);
    Ok(match exit(context, &done)? {
        Exit::Done if !without.is_empty() => Exit::Incomplete,
        exit => exit,
    })
}

/// The states of all dossiers of this machine, or of the one that is named, and the codes of those that have none.
fn every(context: &Context, repository: &Repository, args: &Restore, host: &str) -> Result<(Vec<State>, Vec<String>)> {
    let all = history(repository, context, &args.filter, args.at.as_deref())?;
    let history = if args.filter.host.is_none() { all.of_host(host) } else { all.clone() };
    let (found, without) = history.all(&context.stop)?;
    passed_over(context, &found.bad);
    if !found.states.is_empty() {
        return Ok((found.states.into_values().collect(), without));
    }
    let texts = &context.settings.texts;
    let Some(other) = all.newest(&context.stop)?.newest else { return Err(none_at_all(texts)) };
    let host = ("host", text::plain(&other.record.host).into());
    Err(CliError::failed(texts.get("restore-all-not-this-machine", &[])).hint(texts.get("restore-other-machine", &[host])))
}

/// The states of dossiers of this machine, or of the one that is named: two machines may have dossiers of one code.
fn states(context: &Context, repository: &Repository, args: &Restore, codes: &[&str], host: &str) -> Result<Vec<State>> {
    let all = history(repository, context, &args.filter, args.at.as_deref())?;
    let looked_at = if args.filter.host.is_none() { all.of_host(host) } else { all.clone() };
    let error = match choose(context, &looked_at, codes, args.at.as_deref()) {
        Ok(found) => return Ok(found.states.into_values().collect()),
        Err(error) => error,
    };
    let known = looked_at.find(codes, &context.stop)?.states;
    let missing: Vec<&str> = codes.iter().copied().filter(|code| !known.contains_key(*code)).collect();
    let elsewhere = all.find(&missing, &context.stop)?.states;
    let Some((code, other)) = elsewhere.first_key_value() else { return Err(error) };
    let texts = &context.settings.texts;
    let host = ("host", text::plain(&other.snapshot.record.host).into());
    Err(CliError::failed(texts.get("restore-not-this-machine", &[("code", text::plain(code).into())]))
        .hint(texts.get("restore-other-machine", &[host])))
}

fn wanted(args: &Restore, states: Vec<State>) -> Wanted {
    Wanted {
        states,
        is_of_named_machine: args.filter.host.is_some(),
        parts: args.parts.clone(),
        keep_replaced: args.keep_replaced,
        delete_others: args.delete_others,
        verify: args.verify,
        dry_run: args.dry_run,
    }
}

/// What must not be moved away with a dossier.
fn not_to_move(context: &Context) -> Vec<PathBuf> {
    [Some(&context.place), context.cache.as_ref()].into_iter().flatten().cloned().collect()
}

fn tell(context: &Context, done: &Done, without: Vec<String>) -> Result<()> {
    let texts = &context.settings.texts;
    let offset = time::utc_offset(liasse_repo::now());
    context.output.result(&json(context, done, without), |out| {
        done.text(texts, offset, context.output.verbose).lines().try_for_each(|line| out.line(line))
    })?;
    for dossier in &done.dossiers {
        restore::warn(&dossier.report, context.output);
    }
    for dossier in &done.dossiers {
        if let Some(said) = warning(context, &dossier.state) {
            context.output.warn(&said);
        }
    }
    for remark in remarks(context, done) {
        context.output.warn(&remark);
    }
    Ok(())
}

fn remarks(context: &Context, done: &Done) -> Vec<String> {
    done.remarks.iter().map(|(code, trouble)| trouble.after(code, &context.settings.texts)).collect()
}

/// All is done, or the first dossier of which it is not, with what to do about it.
fn exit(context: &Context, done: &Done) -> Result<Exit> {
    let texts = &context.settings.texts;
    if let Some((code, trouble)) = done.first_trouble() {
        let others = done.dossiers.iter().filter_map(|dossier| Some((dossier.code.as_str(), dossier.trouble()?)));
        let others = others.filter(|(other, _)| *other != code).map(|(code, trouble)| trouble.text(code, texts));
        others.for_each(|said| context.output.warn(&said));
        let is_damage = done.dossiers.iter().filter_map(Restored::trouble).any(Trouble::is_damage);
        let exit = match (done.is_interrupted, is_damage) {
            (true, _) => Exit::Interrupted,
            (false, true) => Exit::Damaged,
            (false, false) => Exit::Failed,
        };
        return Err(CliError::new(exit, sentence(&trouble.text(code, texts))).hint(trouble.remedy(texts)));
    }
    if done.is_interrupted {
        return Ok(Exit::Interrupted);
    }
    let is_complete = done.remarks.is_empty() && !done.dossiers.iter().any(|dossier| dossier.state.is_incomplete());
    Ok(if is_complete { Exit::Done } else { Exit::Incomplete })
}

/// Why nothing was begun.
fn explain(context: &Context, error: InPlaceError) -> CliError {
    let texts = &context.settings.texts;
    match error {
        InPlaceError::Refused(refused) => {
            let said: Vec<String> = refused.iter().map(|one| sentence(&one.trouble.text(&one.code, texts))).collect();
            let is_damage = refused.iter().any(|one| one.trouble.is_damage());
            let error = CliError::new(if is_damage { Exit::Damaged } else { Exit::Failed }, said.join("; "));
            let mut remedies: Vec<String> = refused.iter().map(|one| one.trouble.remedy(texts)).collect();
            remedies.dedup();
            remedies.into_iter().fold(error, CliError::hint)
        }
        InPlaceError::NoPart(error) => no_part(context, &error),
        InPlaceError::Pattern(error) => liasse_archive::Error::from(error).into(),
        InPlaceError::Repository(error) => restore_explained(error, texts.get("restore-nothing-changed", &[])),
        InPlaceError::Run(Busy::Stopped) => CliError::interrupted(),
        InPlaceError::Run(error) => CliError::failed(error.to_string()).hint(texts.get("restore-run-remedy", &[])),
        error => CliError::failed(error.to_string()),
    }
}

fn restore_explained(error: liasse_repo::Error, nothing: String) -> CliError {
    let error = CliError::from(error);
    if error.exit == Exit::Interrupted { error.hint(nothing) } else { error }
}

/// A message is one sentence without its full stop.
fn sentence(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}

fn json(context: &Context, done: &Done, never_saved: Vec<String>) -> DoneJson {
    DoneJson {
        schema: 1,
        dry_run: done.is_dry_run,
        complete: done.is_complete,
        dossiers: done.dossiers.iter().map(|dossier| restored(context, done, dossier)).collect(),
        deleted: done.others.iter().map(|other| removed(context, other)).collect(),
        found: done.found.iter().map(|path| folder(path)).collect(),
        remarks: remarks(context, done),
        never_saved,
    }
}

fn restored(context: &Context, done: &Done, dossier: &Restored) -> RestoredJson {
    let names = |names: &[Vec<u8>]| done.is_dry_run.then(|| names.iter().map(|name| PathJson::new(name)).collect());
    RestoredJson {
        code: dossier.code.clone(),
        folder: folder(&dossier.path),
        snapshot: dossier.snapshot.clone(),
        since: dossier.since.map(|since| since.to_string()),
        restored: dossier.is_restored() && !done.is_dry_run,
        error: dossier.trouble().map(|trouble| trouble.text(&dossier.code, &context.settings.texts)),
        files: dossier.report.files + dossier.report.others,
        size_bytes: dossier.report.bytes,
        unchanged: dossier.report.unchanged,
        kept: dossier.counts.carried,
        kept_bytes: dossier.counts.carried_bytes,
        removed: dossier.counts.deleted,
        would_write: names(&dossier.report.would_write),
        would_keep: names(&dossier.counts.carried_names),
        would_remove: names(&dossier.counts.deleted_names),
        unsaved: dossier.counts.unsaved,
        unsaved_bytes: dossier.counts.unsaved_bytes,
        shortfall_count: dossier.report.shortfall_count,
        unread: dossier.state.unread().map(|files| files.len() as u64),
        lacks: warning(context, &dossier.state),
        replaced: dossier.kept.as_deref().map(folder),
    }
}

fn removed(context: &Context, other: &Removed) -> RemovedJson {
    RemovedJson {
        code: other.code.clone(),
        folder: folder(&other.path),
        error: other.trouble.as_ref().map(|trouble| trouble.text(&other.code, &context.settings.texts)),
        replaced: other.kept.as_deref().map(folder),
    }
}

fn folder(path: &Path) -> PathJson {
    PathJson::new(path.as_os_str().as_bytes())
}
