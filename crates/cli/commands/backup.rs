//! `backup`: the main job. What could not be read is named, and the program ends with it.

use std::path::{Path, PathBuf};

use liasse_archive::{BackupOptions, BackupReport, Patterns};
use liasse_dossier::Rollback;
use liasse_repo::{Creation, Repository, Whoami};
use serde::Serialize;

use super::recovery_key;
use super::shown::{PathJson, StatisticsJson, Trouble};
use crate::args::{Backup, Exclusions, Kdf};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::{Listing, Output};
use crate::paths;
use crate::progress::Bars;
use crate::text;
use crate::time;
use crate::whoami;

/// Most unread sources that are shown to people who did not ask for more. JSON has all that the report has.
const SHOWN: usize = 20;
/// Most sockets that are named to them.
const NAMED: usize = 3;

#[derive(Serialize)]
struct BackedUp {
    schema: u32,
    dry_run: bool,
    repository: String,
    location: String,
    snapshot: Option<String>,
    time: Option<String>,
    statistics: StatisticsJson,
    unread: Vec<Trouble>,
    left_out: Vec<LeftOutJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_store: Option<Vec<WouldStoreJson>>,
    excluded: u64,
    rollback: Option<Rollback>,
}

#[derive(Serialize)]
struct WouldStoreJson {
    #[serde(flatten)]
    path: PathJson,
    change: &'static str,
}

fn change(new: bool) -> &'static str {
    if new { "new" } else { "changed" }
}

#[derive(Serialize)]
struct LeftOutJson {
    #[serde(flatten)]
    path: PathJson,
    what: &'static str,
}

pub(crate) fn run(context: &Context, args: &Backup) -> Result<Exit> {
    let exclude = patterns(context, &args.exclusions)?;
    let repository = open(context, args)?;
    let rollback = repository.rollback()?.map(Rollback::from);
    refuse_own(context, args)?;
    let now = liasse_repo::now();
    let options = BackupOptions {
        sources: args.paths.clone(),
        exclude,
        exclude_caches: args.exclusions.exclude_caches,
        one_file_system: args.one_file_system,
        tags: args.tag.clone(),
        reason: args.reason.clone(),
        whoami: Whoami { host: args.host.clone().unwrap_or_else(whoami::host), user: whoami::user(), program: whoami::program() },
        force: args.force,
        dry_run: args.dry_run,
        time: now,
        utc_offset: time::utc_offset(now),
        hold: None,
    };
    let bars = Bars::new(context.output);
    let report = liasse_archive::backup(&repository, &options, &bars, &context.stop);
    bars.clear();
    if matches!(report, Err(liasse_archive::Error::NothingReached)) {
        args.paths.iter().for_each(|path| warn_unreadable(path, context.output));
    }
    let report = report.map_err(|error| explain(error.into()))?;
    context.output.result(&BackedUp { rollback: rollback.clone(), ..json(&report, &repository, args) }, |out| {
        show(&report, &repository, args, context.output.verbose, out)
    })?;
    warn(&report, context.output);
    if let Some(rollback) = rollback {
        context.warn_of(&rollback);
        return Ok(Exit::RolledBack);
    }
    Ok(if report.statistics.unread == 0 { Exit::Done } else { Exit::Incomplete })
}

/// Says why a source could not be read, as far as trying again tells it.
fn warn_unreadable(path: &Path, output: Output) {
    let is_plain = path.symlink_metadata().map(|metadata| metadata.is_file() || metadata.is_dir());
    // A pipe would wait for somebody to write into it.
    let tried = is_plain.and_then(|is_plain| if is_plain { std::fs::File::open(path).map(drop) } else { Ok(()) });
    if let Err(error) = tried {
        output.warn(&format!("could not read {}: {error}", path.display()));
    }
}

fn explain(error: CliError) -> CliError {
    if error.exit == Exit::Interrupted {
        return error.hint("no snapshot was made; run the command again, it goes on with what is stored already");
    }
    error
}

fn open(context: &Context, args: &Backup) -> Result<Repository> {
    match context.open_unwarned() {
        Err(error) if error.exit == Exit::NoRepository && args.init => {
            let password = context.new_password()?;
            let wanted = recovery_key::offer(context)?;
            let mut repository = context.create(&Creation::new(password))?;
            let texts = &context.settings.texts;
            context.output.note(&texts.get("repository-made", &[("place", repository.location().into())]));
            context.output.note(&texts.get("keep-password", &[]));
            if wanted {
                let (_, key) = recovery_key::add(&mut repository, recovery_key::LABEL, Kdf::Default)?;
                let mut out = Listing::new();
                recovery_key::show(texts, &key, &mut out)?;
                out.finish()?;
            } else {
                context.output.note(&texts.get("recovery-key-later", &[]));
            }
            Ok(repository)
        }
        opened => opened,
    }
}

/// The repository is left out, so there would be nothing to back up.
fn refuse_own(context: &Context, args: &Backup) -> Result<()> {
    let is_own = |path: &PathBuf| !path.is_symlink() && context.is_in_repository(path);
    if !args.paths.iter().all(is_own) {
        return Ok(());
    }
    Err(CliError::usage("only the repository itself would be backed up, and it is always left out")
        .hint("name the folders that are to be backed up; for a second copy of the repository use any program that copies files"))
}

/// What is left out: what is asked for, and what this program keeps itself. A backup must not contain itself.
pub(super) fn patterns(context: &Context, args: &Exclusions) -> Result<Patterns> {
    let mut files = Vec::new();
    for path in &args.exclude_from {
        files.push(std::fs::read_to_string(path).map_err(|error| CliError::io("read the patterns in", path, &error))?);
    }
    let own = own(context);
    let lines = args.exclude.iter().map(String::as_str);
    let lines = lines.chain(files.iter().flat_map(|file| file.lines())).chain(own.iter().map(String::as_str));
    Patterns::new(lines).map_err(|error| liasse_archive::Error::from(error).into())
}

/// The patterns of what this program keeps itself.
pub(super) fn own(context: &Context) -> Vec<String> {
    [Some(&context.place), context.cache.as_ref()].into_iter().flatten().filter_map(|path| pattern_of(path)).collect()
}

/// The pattern of one folder. None for what patterns cannot say.
fn pattern_of(path: &Path) -> Option<String> {
    let path = paths::real(path)?;
    let mut pattern = String::new();
    for c in path.to_str()?.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!' | '#' | ' ') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    (!pattern.contains('\n')).then(|| format!("{pattern}/"))
}

fn json(report: &BackupReport, repository: &Repository, args: &Backup) -> BackedUp {
    BackedUp {
        schema: 1,
        dry_run: args.dry_run,
        repository: repository.id().to_string(),
        location: repository.location(),
        snapshot: report.snapshot.as_ref().map(|snapshot| snapshot.id.to_string()),
        time: report.snapshot.as_ref().and_then(|snapshot| time::rfc3339(snapshot.record.time)),
        statistics: StatisticsJson::from(&report.statistics),
        unread: Trouble::unread(&report.unread),
        left_out: report.left_out.iter().map(|left| LeftOutJson { path: PathJson::new(&left.path), what: left.what }).collect(),
        would_store: args.dry_run.then(|| {
            let named = report.would_store.iter();
            named.map(|would| WouldStoreJson { path: PathJson::new(&would.path), change: change(would.new) }).collect()
        }),
        excluded: report.excluded,
        rollback: None,
    }
}

/// The files that a dry run would have stored.
fn show_named(report: &BackupReport, out: &mut Listing) -> Result<()> {
    for would in &report.would_store {
        out.line(&format!("{:7}   {}", change(would.new), text::path(&would.path)))?;
    }
    // Only a dry run that names some may have left some off.
    let all = if report.would_store.is_empty() { 0 } else { report.statistics.new + report.statistics.changed };
    match all.saturating_sub(report.would_store.len() as u64) {
        0 => Ok(()),
        more => out.line(&format!("and {} more", text::count(more))),
    }
}

fn show(report: &BackupReport, repository: &Repository, args: &Backup, verbose: bool, out: &mut Listing) -> Result<()> {
    if verbose {
        show_named(report, out)?;
    }
    let found = &report.statistics;
    out.line(&format!(
        "found     {}, {} in {}{}",
        text::counted(found.files, "file", "files"),
        text::size(found.size),
        text::counted(found.directories, "folder", "folders"),
        if found.others == 0 { String::new() } else { format!(", {}", text::counted(found.others, "other", "others")) },
    ))?;
    out.line(&format!(
        "files     {} new, {} changed, {} unchanged",
        text::count(found.new),
        text::count(found.changed),
        text::count(found.unchanged)
    ))?;
    if args.dry_run {
        out.line(&format!("would add {} of new data, before compression", text::size(found.added)))?;
        return out.line("nothing was stored: this was a dry run");
    }
    out.line(&format!(
        "stored    {} of new data, {} compressed and encrypted, in {}",
        text::size(found.added),
        text::size(found.stored),
        text::duration(found.duration_ms)
    ))?;
    let Some(snapshot) = &report.snapshot else { return Ok(()) };
    let id = snapshot.id.to_string();
    out.line(&format!("snapshot  {} in {}", text::short(&id), text::plain(&repository.location())))
}

fn warn(report: &BackupReport, output: Output) {
    let shown = if output.verbose { usize::MAX } else { SHOWN };
    for unread in report.unread.iter().take(shown) {
        let path = text::path(&unread.path);
        // This one is stored all the same.
        let changed = unread.cause.contains("kept changing");
        output.warn(&if changed {
            format!("changed while it was read: {path}: stored as it was read")
        } else {
            format!("could not read {path}: {}", unread.cause)
        });
    }
    let more = report.statistics.unread.saturating_sub(report.unread.len().min(shown) as u64);
    if more > 0 {
        output.warn(&format!("{} more could not be read or changed meanwhile; see them with -v or --json", text::count(more)));
    }
    for left in &report.left_out {
        output.detail(&format!("left out the {} {}", left.what, text::path(&left.path)));
    }
    if !report.left_out.is_empty() && !output.verbose {
        let first: Vec<String> = report.left_out.iter().take(NAMED).map(|left| text::path(&left.path)).collect();
        let more = report.left_out.len().saturating_sub(NAMED) as u64;
        let more = if more == 0 { String::new() } else { format!(" and {} more; see them with -v", text::count(more)) };
        let sockets = text::counted(report.left_out.len() as u64, "socket", "sockets");
        output.note(&format!("left out {sockets}: {}{more}", first.join(", ")));
    }
    if report.excluded > 0 {
        output.detail(&format!("left out {} by patterns and cache marks", text::counted(report.excluded, "entry", "entries")));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_repository_is_left_out_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["plain", "with space ", "a*b", "[x]", "!odd", "#hash", "back\\slash", "{a,b}", "q?"] {
            let place = folder.path().canonicalize().unwrap().join(name).join("repository");
            let bytes = |path: &Path| std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
            for made in [false, true] {
                if made {
                    std::fs::create_dir_all(&place).unwrap();
                }
                let patterns = Patterns::new([pattern_of(&place).unwrap().as_str()]).unwrap();
                assert!(patterns.matches(&bytes(&place), true), "{name} {made}");
                assert!(!patterns.matches(&bytes(place.parent().unwrap()), true), "{name} {made}");
                assert!(!patterns.matches(&bytes(&place.with_file_name("other")), true), "{name} {made}");
            }
        }
    }
}
