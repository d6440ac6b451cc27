//! `restore CODE…`: dossiers by their codes, each into a folder of its own. Nothing that is there is touched unless somebody says how.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use jiff::tz::TimeZone;
use liasse_archive::Patterns;
use liasse_dossier::discover::{Discovery, NoPart, discover};
use liasse_dossier::restore::{Scope, State};
use liasse_repo::{Repository, Selector, Snapshot};
use serde::Serialize;

use super::restore::{self, Restored};
use crate::args::{Filter, Restore};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::progress::Bars;
use crate::text;
use crate::time;
use crate::wanted::{Sieve, Wanted};

#[derive(Serialize)]
struct RestoredDossiers {
    schema: u32,
    dossiers: Vec<RestoredDossier>,
}

#[derive(Serialize)]
struct RestoredDossier {
    code: String,
    since: Option<String>,
    #[serde(flatten)]
    restored: Restored,
}

/// Restores dossiers, if that is what is meant: several words, a date apart, or one word that is the code of a dossier.
pub(super) fn run(context: &Context, args: &Restore) -> Result<Option<Exit>> {
    let one = match args.what.as_slice() {
        [one] if args.at.is_none() && args.parts.is_empty() => Some(one),
        _ => None,
    };
    if let Some(one) = one
        && (as_code(one).is_err() || Wanted::parse(one).is_ok_and(|wanted| wanted.has_path || wanted.selector == Selector::Latest))
    {
        return Ok(None);
    }
    let repository = match (context.open(), one) {
        (Ok(repository), _) => repository,
        // What is no snapshot and can be no dossier is wrong before anything else is.
        (Err(error), Some(one)) => return Wanted::parse(one).and(Err(error)),
        (Err(error), None) => return Err(error),
    };
    let snapshots = snapshots(&repository, context, &args.filter, args.at.as_deref())?;
    if let Some(one) = one {
        let code = as_code(one)?;
        if State::find(&snapshots, code).is_none() {
            return Ok(None);
        }
    }
    let chosen = args.what.iter().map(|word| choose(&snapshots, as_code(word)?, args.at.as_deref())).collect::<Result<Vec<_>>>()?;
    if args.overwrite.is_none() && !args.dry_run {
        for state in &chosen {
            restore::refuse_full(&args.target().join(&state.line.code))?;
        }
    }
    all(context, args, &repository, &chosen).map(Some)
}

/// A word of the command line as a code. A code has no `/`, so it leads nowhere but into the target.
pub(super) fn as_code(word: &OsStr) -> Result<&str> {
    let is_code = |text: &&str| !text.is_empty() && !matches!(*text, "." | "..") && !text.contains('/');
    let code = word.to_str().filter(is_code);
    code.ok_or_else(|| {
        CliError::usage(format!("{} is no code of a dossier", text::plain(&word.to_string_lossy())))
            .hint("see the codes with: liasse restore --list; a folder of a snapshot is restored alone, as SNAPSHOT:PATH")
    })
}

/// The snapshots that are looked at, the newest first.
pub(super) fn snapshots(repository: &Repository, context: &Context, filter: &Filter, at: Option<&str>) -> Result<Vec<Snapshot>> {
    let sieve = Sieve::of(filter)?;
    let found = repository.snapshots()?;
    for (object, error) in &found.bad {
        context.output.warn(&format!("{object} cannot be read and is passed over: {error}"));
    }
    let until = match at.map(|at| time::selector(at, &TimeZone::system())).transpose()? {
        Some(Selector::At { time, .. }) => Some(time),
        Some(_) => return Err(CliError::usage("--at takes a date, such as 2024-12-31 or 2024-12-31T21:00")),
        None => None,
    };
    let fits = |snapshot: &Snapshot| sieve.fits(&snapshot.record) && until.is_none_or(|until| snapshot.record.time <= until);
    Ok(found.good.into_iter().rev().filter(fits).collect())
}

pub(super) fn choose<'s>(snapshots: &'s [Snapshot], code: &str, at: Option<&str>) -> Result<State<'s>> {
    State::find(snapshots, code).ok_or_else(|| {
        let known = snapshots.iter().flat_map(|snapshot| &snapshot.record.dossiers).map(|dossier| dossier.code.as_str());
        let nearest = liasse_dossier::nearest(code, known, 3);
        let when = at.map_or(String::new(), |at| format!(" at or before {at}"));
        let error = CliError::failed(format!("no snapshot has the dossier {}{when}", text::plain(code)));
        match nearest.as_slice() {
            [] => error.hint("see what there is with: liasse restore --list"),
            names => error.hint(format!("is this meant: {}?", names.join(", "))),
        }
    })
}

fn all(context: &Context, args: &Restore, repository: &Repository, chosen: &[State<'_>]) -> Result<Exit> {
    let mut done = RestoredDossiers { schema: 1, dossiers: Vec::new() };
    let mut worst = Exit::Done;
    let mut reports = Vec::new();
    let left_out = left_out(context, args, chosen)?;
    for (State { snapshot, line: dossier, .. }, left_out) in chosen.iter().zip(left_out) {
        let target = args.target().join(&dossier.code);
        let mut options = restore::options(args, dossier.path.clone())?;
        options.left_out = left_out;
        options.tree = Some(dossier.tree.clone());
        options.target.clone_from(&target);
        let bars = Bars::new(context.output);
        let report = liasse_archive::restore(repository, snapshot, &options, &bars, &context.stop);
        bars.clear();
        let report = report.map_err(|error| restore::explain(error.into()))?;
        let exit = restore::exit(&report, false);
        if exit != Exit::Done && worst != Exit::Damaged {
            worst = exit;
        }
        done.dossiers.push(RestoredDossier {
            code: dossier.code.clone(),
            since: time::rfc3339(dossier.since),
            restored: restore::json(&report, snapshot, &target, args),
        });
        reports.push((report, target));
    }
    context.output.result(&done, |out| {
        for ((report, target), State { snapshot, line: dossier, .. }) in reports.iter().zip(chosen) {
            out.line(&format!("dossier   {}, as it was at {}", text::plain(&dossier.code), time::local(dossier.since)))?;
            restore::show(report, snapshot, target, args, context.output.verbose, out)?;
        }
        Ok(())
    })?;
    for (report, _) in &reports {
        restore::warn(report, context.output);
    }
    Ok(worst)
}

/// What of each dossier is not to be restored, because of its part.
fn left_out(context: &Context, args: &Restore, chosen: &[State<'_>]) -> Result<Vec<Vec<Patterns>>> {
    if args.parts.is_empty() {
        return Ok(vec![Vec::new(); chosen.len()]);
    }
    let config = &context.settings.loaded.config;
    args.parts.check(config).map_err(|error| no_part(&error))?;
    let discovery = discover(config);
    chosen.iter().map(|state| left_out_of(context, args, &discovery, state)).collect()
}

fn left_out_of(context: &Context, args: &Restore, discovery: &Discovery, state: &State<'_>) -> Result<Vec<Patterns>> {
    let path = Path::new(OsStr::from_bytes(&state.line.path));
    let scope = Scope::new(&context.settings.loaded.config, discovery, &state.line.code, path, &args.parts);
    if !scope.has_rule() {
        let code = text::plain(&state.line.code);
        return Err(CliError::failed(format!("the settings have no rule for the dossier {code}, so nobody knows its parts"))
            .hint("restore it without --parts, or name its rule in the settings; see them with: liasse config explain rule"));
    }
    scope.left_out().map_err(|error| liasse_archive::Error::from(error).into())
}

/// A part that no rule has.
pub(super) fn no_part(error: &NoPart) -> CliError {
    let said = CliError::usage(format!("the settings know no part {}", text::plain(&error.part)));
    match error.nearest.as_slice() {
        [] => said.hint("see the parts with: liasse config explain rule"),
        nearest => said.hint(format!("is this meant: {}?", nearest.join(", "))),
    }
}
