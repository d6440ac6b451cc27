//! `restore CODE…`: dossiers by their codes, each into a folder of its own. Nothing that is there is touched unless somebody says how.

use std::ffi::OsStr;

use jiff::tz::TimeZone;
use liasse_repo::format::snapshot::Dossier;
use liasse_repo::{Repository, Selector, Snapshot};
use serde::Serialize;

use super::restore::{self, Restored};
use crate::args::Restore;
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
        [one] if args.at.is_none() => Some(one),
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
    let snapshots = snapshots(&repository, context, args)?;
    if let Some(one) = one {
        let code = as_code(one)?;
        if !snapshots.iter().any(|snapshot| line(snapshot, code).is_some()) {
            return Ok(None);
        }
    }
    let chosen = args.what.iter().map(|word| choose(&snapshots, as_code(word)?, args)).collect::<Result<Vec<_>>>()?;
    if args.overwrite.is_none() && !args.dry_run {
        for (_, dossier) in &chosen {
            restore::refuse_full(&args.target.join(&dossier.code))?;
        }
    }
    all(context, args, &repository, &chosen).map(Some)
}

/// A word of the command line as a code. A code has no `/`, so it leads nowhere but into the target.
fn as_code(word: &OsStr) -> Result<&str> {
    let is_code = |text: &&str| !text.is_empty() && !matches!(*text, "." | "..") && !text.contains('/');
    let code = word.to_str().filter(is_code);
    code.ok_or_else(|| {
        CliError::usage(format!("{} is no code of a dossier", text::plain(&word.to_string_lossy())))
            .hint("see the codes with: liasse status -v; a folder of a snapshot is restored alone, as SNAPSHOT:PATH")
    })
}

/// The snapshots that are looked at, the newest first.
fn snapshots(repository: &Repository, context: &Context, args: &Restore) -> Result<Vec<Snapshot>> {
    let sieve = Sieve::of(&args.filter)?;
    let found = repository.snapshots()?;
    for (object, error) in &found.bad {
        context.output.warn(&format!("{object} cannot be read and is passed over: {error}"));
    }
    let until = match args.at.as_deref().map(|at| time::selector(at, &TimeZone::system())).transpose()? {
        Some(Selector::At { time, .. }) => Some(time),
        Some(_) => return Err(CliError::usage("--at takes a date, such as 2024-12-31 or 2024-12-31T21:00")),
        None => None,
    };
    let fits = |snapshot: &Snapshot| sieve.fits(&snapshot.record) && until.is_none_or(|until| snapshot.record.time <= until);
    Ok(found.good.into_iter().rev().filter(fits).collect())
}

/// What a snapshot has of a dossier: a state, not only its name.
fn line<'s>(snapshot: &'s Snapshot, code: &str) -> Option<&'s Dossier> {
    snapshot.record.dossiers.iter().find(|dossier| dossier.code == code && (dossier.tree.size > 0 || dossier.evidence.0 != [0; 32]))
}

fn choose<'s>(snapshots: &'s [Snapshot], code: &str, args: &Restore) -> Result<(&'s Snapshot, &'s Dossier)> {
    let found = snapshots.iter().find_map(|snapshot| Some((snapshot, line(snapshot, code)?)));
    found.ok_or_else(|| {
        let known = snapshots.iter().flat_map(|snapshot| &snapshot.record.dossiers).map(|dossier| dossier.code.as_str());
        let nearest = liasse_dossier::nearest(code, known, 3);
        let when = args.at.as_ref().map_or(String::new(), |at| format!(" at or before {at}"));
        let error = CliError::failed(format!("no snapshot has the dossier {}{when}", text::plain(code)));
        match nearest.as_slice() {
            [] => error.hint("see what there is with: liasse status -v"),
            names => error.hint(format!("is this meant: {}?", names.join(", "))),
        }
    })
}

fn all(context: &Context, args: &Restore, repository: &Repository, chosen: &[(&Snapshot, &Dossier)]) -> Result<Exit> {
    let mut done = RestoredDossiers { schema: 1, dossiers: Vec::new() };
    let mut worst = Exit::Done;
    let mut reports = Vec::new();
    for (snapshot, dossier) in chosen {
        let target = args.target.join(&dossier.code);
        let mut options = restore::options(args, dossier.path.clone())?;
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
        for ((report, target), (snapshot, dossier)) in reports.iter().zip(chosen) {
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
