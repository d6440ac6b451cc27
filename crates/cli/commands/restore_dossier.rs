//! `restore CODE…`: dossiers by their codes, each into a folder of its own. Nothing that is there is touched unless somebody says how.

use std::collections::{BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use jiff::tz::TimeZone;
use liasse_archive::{Patterns, RestoreReport};
use liasse_dossier::discover::{Discovery, NoPart, discover};
use liasse_dossier::lang::Texts;
use liasse_dossier::report::local::Local;
use liasse_dossier::restore::{Found, History, Scope, State};
use liasse_repo::{Repository, Selector};
use serde::Serialize;

use super::restore::{self, Restored};
use crate::args::{Filter, Restore};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
use crate::progress::Bars;
use crate::text;
use crate::time;
use crate::wanted::{Sieve, Wanted};
use crate::whoami;

#[derive(Serialize)]
struct RestoredDossiers {
    schema: u32,
    dossiers: Vec<RestoredDossier>,
    never_saved: Vec<String>,
    refused: Vec<RefusedDossier>,
}

#[derive(Serialize)]
struct RefusedDossier {
    code: String,
    error: String,
}

#[derive(Serialize)]
struct RestoredDossier {
    code: String,
    since: Option<String>,
    unread: Option<u64>,
    lacks: Option<String>,
    #[serde(flatten)]
    restored: Restored,
}

/// What the words of a restore mean.
pub(super) enum Meant {
    /// Dossiers, and so it ended.
    Dossiers(Exit),
    /// A snapshot, or nothing. `known` are the codes that were looked at.
    Snapshot { known: BTreeSet<String> },
}

/// Restores dossiers, if that is what is meant: several words, a date apart, or one word that is the code of a dossier.
pub(super) fn run(context: &Context, args: &Restore) -> Result<Meant> {
    let one = match args.what.as_slice() {
        [one] if args.at.is_none() && args.parts.is_empty() => Some(one),
        _ => None,
    };
    if let Some(one) = one
        && (as_code(context, one).is_err() || Wanted::parse(one).is_ok_and(|wanted| wanted.has_path || wanted.selector == Selector::Latest))
    {
        return Ok(Meant::Snapshot { known: BTreeSet::new() });
    }
    let repository = match (context.open(), one) {
        (Ok(repository), _) => repository,
        // What is no snapshot and can be no dossier is wrong before anything else is.
        (Err(error), Some(one)) => return Wanted::parse(one).and(Err(error)),
        (Err(error), None) => return Err(error),
    };
    let history = history(&repository, context, &args.filter, args.at.as_deref())?;
    if args.all {
        return every(context, args, &repository, &history).map(Meant::Dossiers);
    }
    let mut codes = args.what.iter().map(|word| as_code(context, word)).collect::<Result<Vec<_>>>()?;
    let found = match one {
        Some(_) => history.find(&codes, &context.stop)?,
        None => choose(context, &history, &codes, args.at.as_deref())?,
    };
    if found.states.is_empty() {
        return Ok(Meant::Snapshot { known: found.known });
    }
    let mut seen = BTreeSet::new();
    codes.retain(|code| seen.insert(*code));
    let chosen: Vec<&State> = codes.iter().filter_map(|code| found.states.get(*code)).collect();
    into_folders(context, args, &repository, &chosen, Vec::new()).map(Meant::Dossiers)
}

/// All that the newest run names: of this machine, or of any where this machine is a new one.
fn every(context: &Context, args: &Restore, repository: &Repository, history: &History<'_>) -> Result<Exit> {
    let own = history.of_host(&whoami::host());
    let history = if args.filter.host.is_none() && !own.is_empty() { &own } else { history };
    let hosts = history.hosts();
    if hosts.len() > 1 {
        // Two machines may have dossiers of one code.
        let names: Vec<String> = hosts.into_iter().map(text::plain).collect();
        let texts = &context.settings.texts;
        return Err(CliError::usage(texts.get("restore-all-hosts", &[("hosts", names.join(", ").into())]))
            .hint(texts.get("restore-all-hosts-remedy", &[])));
    }
    let (found, without) = history.all(&context.stop)?;
    passed_over(context, &found.bad);
    if found.states.is_empty() {
        return Err(none_at_all(&context.settings.texts));
    }
    let chosen: Vec<&State> = found.states.values().collect();
    into_folders(context, args, repository, &chosen, without)
}

/// There are no dossiers.
pub(super) fn none_at_all(texts: &Texts) -> CliError {
    CliError::failed(texts.get("restore-all-none", &[])).hint(texts.get("restore-all-none-remedy", &[]))
}

/// Tells of dossiers of which there is no state.
pub(super) fn never_saved(context: &Context, codes: &[String]) {
    for code in codes {
        context.output.warn(&context.settings.texts.get("restore-all-without", &[("code", text::plain(code).into())]));
    }
}

/// One word that is no snapshot, and could have been meant as the code of a dossier: one of `known`.
pub(super) fn neither(context: &Context, args: &Restore, known: &BTreeSet<String>, error: CliError) -> CliError {
    let is_unknown = matches!(error.exit, Exit::Failed | Exit::Usage) && args.parts.is_empty();
    let [word] = args.what.as_slice() else { return error };
    let Some(word) = word.to_str().filter(|word| is_unknown && !word.contains(['/', ':']) && *word != "latest") else { return error };
    if matches!(time::selector(word, &TimeZone::system()), Ok(Selector::At { .. })) {
        return error;
    }
    let texts = &context.settings.texts;
    let error = CliError::new(error.exit, texts.get("restore-neither", &[("word", text::plain(word).into())]));
    error.hint(is_meant(texts, word, known))
}

/// A word of the command line as a code. A code has no `/`, so it leads nowhere but into the target.
pub(super) fn as_code<'w>(context: &Context, word: &'w OsStr) -> Result<&'w str> {
    let is_code = |text: &&str| !text.is_empty() && !matches!(*text, "." | "..") && !text.contains('/');
    let code = word.to_str().filter(is_code);
    let texts = &context.settings.texts;
    code.ok_or_else(|| {
        let word = text::plain(&word.to_string_lossy());
        CliError::usage(texts.get("restore-no-code", &[("word", word.into())])).hint(texts.get("restore-no-code-remedy", &[]))
    })
}

/// The snapshots that are looked at, the newest first.
pub(super) fn history<'r>(repository: &'r Repository, context: &Context, filter: &Filter, at: Option<&str>) -> Result<History<'r>> {
    let sieve = Sieve::of(filter)?;
    let until = match at.map(|at| time::selector(at, &TimeZone::system())).transpose()? {
        Some(Selector::At { time, .. }) => Some(time),
        Some(_) => return Err(CliError::usage(context.settings.texts.get("restore-at", &[]))),
        None => None,
    };
    let history = History::new(repository, |head| sieve.fits(&head.record) && until.is_none_or(|until| head.made <= until))?;
    passed_over(context, history.bad());
    Ok(history)
}

/// Tells of snapshots that cannot be read.
pub(super) fn passed_over(context: &Context, bad: &[(String, String)]) {
    for (object, error) in bad {
        let values = [("object", object.as_str().into()), ("error", error.as_str().into())];
        context.output.warn(&context.settings.texts.get("restore-passed-over", &values));
    }
}

/// The newest states of dossiers, all of them.
pub(super) fn choose(context: &Context, history: &History<'_>, codes: &[&str], at: Option<&str>) -> Result<Found> {
    let found = history.find(codes, &context.stop)?;
    passed_over(context, &found.bad);
    let Some(code) = codes.iter().find(|code| !found.states.contains_key(**code)) else { return Ok(found) };
    let texts = &context.settings.texts;
    let value = ("code", text::plain(code).into());
    let error = CliError::failed(match at {
        None => texts.get("restore-none-has", &[value]),
        Some(at) => texts.get("restore-none-has-at", &[value, ("date", at.into())]),
    });
    Err(error.hint(is_meant(texts, code, &found.known)))
}

/// Which codes may be meant by a word that is none, or where to see them.
fn is_meant(texts: &Texts, word: &str, known: &BTreeSet<String>) -> String {
    match liasse_dossier::nearest(word, known.iter().map(String::as_str), 3).as_slice() {
        [] => texts.get("restore-see-list", &[]),
        names => texts.get("restore-is-meant", &[("names", text::plain(&names.join(", ")).into())]),
    }
}

/// What a state lacks.
pub(super) fn warning(context: &Context, state: &State) -> Option<String> {
    state.warning(&Local::new(&context.settings.texts, time::utc_offset(state.line.since)))
}

/// Each dossier into a folder of its own in the target.
fn into_folders(context: &Context, args: &Restore, repository: &Repository, chosen: &[&State], without: Vec<String>) -> Result<Exit> {
    if args.overwrite.is_none() && !args.dry_run {
        for state in chosen {
            restore::refuse_full(&args.target().join(&state.line.code), args.delete)?;
        }
    }
    let mut worst = if without.is_empty() { Exit::Done } else { Exit::Incomplete };
    let mut done = RestoredDossiers { schema: 1, dossiers: Vec::new(), never_saved: without, refused: Vec::new() };
    let mut there = names_in(args.target());
    let mut reports = Vec::new();
    let left_out = left_out(context, args, chosen)?;
    for (state, left_out) in chosen.iter().zip(left_out) {
        let (snapshot, dossier) = (&state.snapshot, &state.line);
        let target = args.target().join(&dossier.code);
        // Another folder answers to the name: where capital letters are not told from small ones, two dossiers would become one.
        if there.as_mut().is_some_and(|there| there.insert(dossier.code.as_str().into())) && target.symlink_metadata().is_ok() {
            let values = [("code", text::plain(&dossier.code).into()), ("path", text::plain(&target.display().to_string()).into())];
            done.refused
                .push(RefusedDossier { code: dossier.code.clone(), error: context.settings.texts.get("restore-same-name", &values) });
            worst = worse(worst, Exit::Failed);
            continue;
        }
        let mut options = restore::options(args, dossier.path.clone())?;
        options.left_out = left_out;
        options.tree = Some(dossier.tree.clone());
        options.target.clone_from(&target);
        let bars = Bars::new(context.output);
        let report = liasse_archive::restore(repository, snapshot, &options, &bars, &context.stop);
        bars.clear();
        let report = report.map_err(|error| {
            if chosen.len() == 1 {
                return restore::explain(error);
            }
            let (is_full, error) = (restore::is_full(&error), CliError::from(error));
            // Dossiers that are done have no note any more.
            if is_full || error.exit == Exit::Interrupted { error.remedy("remedy-go-on") } else { error }
        })?;
        let exit = match restore::exit(&report, false) {
            Exit::Done if state.is_incomplete() => Exit::Incomplete,
            exit => exit,
        };
        worst = worse(worst, exit);
        done.dossiers.push(RestoredDossier {
            code: dossier.code.clone(),
            since: time::rfc3339(dossier.since),
            unread: state.unread().map(|files| files.len() as u64),
            lacks: warning(context, state),
            restored: restore::json(&report, snapshot, &target, args),
        });
        reports.push((report, target, *state));
    }
    context.output.result(&done, |out| {
        for (report, target, state) in &reports {
            show(context, args, state, report, target, out)?;
        }
        Ok(())
    })?;
    never_saved(context, &done.never_saved);
    for refused in &done.refused {
        context.output.warn(&refused.error);
    }
    for (report, _, state) in &reports {
        restore::warn(report, context.output);
        if let Some(said) = warning(context, state) {
            context.output.warn(&said);
        }
    }
    Ok(worst)
}

/// The names in a folder, as far as it tells them.
fn names_in(folder: &Path) -> Option<HashSet<OsString>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Some(entries.flatten().map(|entry| entry.file_name()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(HashSet::new()),
        Err(_) => None,
    }
}

/// What the program ends with after two dossiers.
fn worse(worst: Exit, exit: Exit) -> Exit {
    let is_worse = exit != Exit::Done && worst != Exit::Damaged && (worst == Exit::Done || exit != Exit::Incomplete);
    if is_worse { exit } else { worst }
}

/// What became of one dossier, in the language that is set.
fn show(context: &Context, args: &Restore, state: &State, report: &RestoreReport, target: &Path, out: &mut Listing) -> Result<()> {
    let texts = &context.settings.texts;
    let local = Local::new(texts, time::utc_offset(state.line.since));
    if context.output.verbose {
        for path in &report.would_write {
            out.line(&texts.get("restore-name-written", &[("path", text::path(path).into())]))?;
        }
    }
    let values = [
        ("code", text::plain(&state.line.code).into()),
        ("since", time::local(state.line.since).into()),
        ("path", text::plain(&target.display().to_string()).into()),
        ("files", local.number(report.files + report.others).into()),
        ("size", local.size(report.bytes).into()),
    ];
    out.line(&texts.get(if args.dry_run { "restore-to-would" } else { "restore-to-done" }, &values))?;
    if report.is_resumed {
        out.line(&texts.get("restore-to-resumed", &[]))?;
    }
    if report.reused > 0 {
        out.line(&texts.get("restore-to-reused", &[("size", local.size(report.reused).into())]))?;
    }
    let deleted = if args.dry_run { "restore-to-would-delete" } else { "restore-to-deleted" };
    for (message, number) in [("restore-to-left", report.unchanged), (deleted, report.deleted), ("restore-to-spared", report.spared)] {
        if number > 0 {
            out.line(&texts.get(message, &[("number", number.into()), ("shown", local.number(number).into())]))?;
        }
    }
    Ok(())
}

/// What of each dossier is not to be restored, because of its part.
fn left_out(context: &Context, args: &Restore, chosen: &[&State]) -> Result<Vec<Vec<Patterns>>> {
    if args.parts.is_empty() {
        return Ok(vec![Vec::new(); chosen.len()]);
    }
    let config = &context.settings.loaded.config;
    args.parts.check(config).map_err(|error| no_part(context, &error))?;
    let discovery = discover(config);
    chosen.iter().map(|state| left_out_of(context, args, &discovery, state)).collect()
}

fn left_out_of(context: &Context, args: &Restore, discovery: &Discovery, state: &State) -> Result<Vec<Patterns>> {
    let path = Path::new(OsStr::from_bytes(&state.line.path));
    let scope = Scope::new(&context.settings.loaded.config, discovery, &state.line.code, path, &args.parts);
    if !scope.has_rule() {
        let code = text::plain(&state.line.code);
        let texts = &context.settings.texts;
        return Err(CliError::failed(texts.get("restore-no-rule", &[("code", code.into())])).hint(texts.get("restore-no-rule-remedy", &[])));
    }
    scope.left_out().map_err(|error| liasse_archive::Error::from(error).into())
}

/// A part that no rule has.
pub(super) fn no_part(context: &Context, error: &NoPart) -> CliError {
    let texts = &context.settings.texts;
    let said = CliError::usage(texts.get("restore-no-part", &[("part", text::plain(&error.part).into())]));
    match error.nearest.as_slice() {
        [] => said.hint(texts.get("restore-no-part-remedy", &[])),
        nearest => said.hint(texts.get("restore-is-meant", &[("names", nearest.join(", ").into())])),
    }
}
