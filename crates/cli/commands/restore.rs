//! `restore`: back to files. What could not be restored is named, and the program ends with it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::Path;

use liasse_archive::target::TargetErrorKind;
use liasse_archive::{Error as ArchiveError, Noted, Overwrite, Patterns, RestoreOptions, RestoreReport, Shortfall, is_cut_off};
use liasse_repo::Snapshot;
use serde::Serialize;

use super::restore_dossier::{self, Meant};
use super::shown::{PathJson, Trouble};
use super::{restore_in_place, restore_list};
use crate::args;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::{Listing, Output};
use crate::progress::Bars;
use crate::text;
use crate::time;
use crate::wanted::{self, Sieve, Wanted};

/// Most lines of a kind that are shown to people who did not ask for more. JSON has all.
const SHOWN: usize = 20;
/// What a new disk holds that is nobody's file.
const IGNORED: [&str; 4] = ["lost+found", "System Volume Information", "$RECYCLE.BIN", ".Trash-1000"];

#[derive(Serialize)]
pub(super) struct Restored {
    schema: u32,
    dry_run: bool,
    snapshot: String,
    time: Option<String>,
    target: PathJson,
    files: u64,
    directories: u64,
    others: u64,
    size_bytes: u64,
    unchanged: u64,
    reused_bytes: u64,
    resumed: bool,
    deleted: u64,
    spared: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_write: Option<Vec<PathJson>>,
    shortfalls: Vec<ShortfallJson>,
    shortfall_count: u64,
    lost: Vec<LostJson>,
}

#[derive(Serialize)]
struct ShortfallJson {
    #[serde(flatten)]
    trouble: Trouble,
    what: String,
}

#[derive(Serialize)]
struct LostJson {
    #[serde(flatten)]
    trouble: Trouble,
    damage: bool,
}

pub(crate) fn run(context: &Context, args: &args::Restore) -> Result<Exit> {
    if args.list {
        return restore_list::run(context, args);
    }
    if args.in_place {
        return restore_in_place::run(context, args);
    }
    if args.target.is_none() {
        return Err(CliError::named(Exit::Usage, "error-no-target", Vec::new()).remedy("remedy-no-target"));
    }
    refuse_repository(context, args)?;
    let known = match restore_dossier::run(context, args)? {
        Meant::Dossiers(exit) => return Ok(exit),
        Meant::Snapshot { known } => known,
    };
    let what = args.what.first().map(OsString::as_os_str).unwrap_or_default();
    let wanted = Wanted::parse(what).map_err(|error| restore_dossier::neither(context, args, &known, error))?;
    if !args.parts.is_empty() {
        return Err(CliError::usage("--parts chooses parts of dossiers, and no dossier is named")
            .hint("name dossiers by their codes; of a snapshot, choose files with --include and --exclude"));
    }
    let options = options(args, wanted.path)?;
    if args.overwrite.is_none() && !args.dry_run {
        refuse_full(args.target(), args.delete)?;
    }
    let repository = context.open()?;
    let found = wanted::find(&repository, &wanted.selector, &Sieve::of(&args.filter)?, context.output);
    let found = found.map_err(|error| restore_dossier::neither(context, args, &known, error))?;
    let bars = Bars::new(context.output);
    let report = liasse_archive::restore(&repository, &found.snapshot, &options, &bars, &context.stop);
    bars.clear();
    let report = report.map_err(explain)?;
    refuse_nothing(&report, args)?;
    context.output.result(&json(&report, &found.snapshot, args.target(), args), |out| {
        show(&report, &found.snapshot, args.target(), args, context.output.verbose, out)
    })?;
    warn(&report, context.output);
    Ok(exit(&report, found.doubtful))
}

pub(super) fn exit(report: &RestoreReport, doubtful: bool) -> Exit {
    if doubtful || report.damaged.iter().any(|lost| lost.damage) {
        Exit::Damaged
    } else if report.damaged.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    }
}

pub(super) fn options(args: &args::Restore, path: Vec<u8>) -> Result<RestoreOptions> {
    let patterns = |lines: &[String]| {
        Patterns::new(lines.iter().map(String::as_str)).map_err(|error| CliError::from(liasse_archive::Error::from(error)))
    };
    Ok(RestoreOptions {
        path,
        tree: None,
        beside: None,
        target: args.target().to_owned(),
        include: patterns(&args.include)?,
        exclude: patterns(&args.exclude)?,
        left_out: Vec::new(),
        dry_run: args.dry_run,
        delete: args.delete,
        overwrite: match args.overwrite {
            Some(args::Overwrite::Always) => Overwrite::Always,
            Some(args::Overwrite::IfChanged) | None => Overwrite::IfChanged,
            Some(args::Overwrite::Never) => Overwrite::Never,
        },
        verify: args.verify,
        // Whoever says what becomes of files has seen what is there.
        noted: if args.overwrite.is_some() { Noted::Anew } else { Noted::Yes },
    })
}

/// The repository must not be written over, nor deleted as something that no snapshot has.
fn refuse_repository(context: &Context, args: &args::Restore) -> Result<()> {
    if context.is_in_repository(args.target()) {
        return Err(CliError::usage(format!("the target {} is in the repository itself", args.target().display()))
            .hint("choose an empty or new folder with --target"));
    }
    if args.delete && context.is_above_repository(args.target()) {
        return Err(CliError::usage(format!(
            "the repository lies in the target {}, and --delete would delete it",
            args.target().display()
        ))
        .hint("leave out --delete, or choose another folder with --target"));
    }
    Ok(())
}

/// Files that are there are touched only when someone said how, or when a restore left them that was cut off; whether that was the same one
/// is looked at when it is known which one this is.
pub(super) fn refuse_full(target: &Path, deletes: bool) -> Result<()> {
    let at = || vec![("path", text::plain(&target.display().to_string()))];
    if is_cut_off(target) && deletes {
        return Err(CliError::named(Exit::Usage, "error-cut-off", at()).remedy("remedy-cut-off"));
    }
    if is_cut_off(target) {
        return Ok(());
    }
    let mut entries = match std::fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(CliError::named(Exit::Failed, "error-target-no-folder", at()).remedy("remedy-other-target"));
        }
        Err(error) => return Err(CliError::io("look into the target", target, &error)),
    };
    let is_file =
        |entry: &io::Result<std::fs::DirEntry>| !matches!(entry, Ok(entry) if IGNORED.iter().any(|name| entry.file_name() == *name));
    if !entries.any(|entry| is_file(&entry)) {
        return Ok(());
    }
    Err(CliError::named(Exit::Failed, "error-target-full", at()).remedy("remedy-target-full"))
}

/// Patterns that fit nothing are a mistake, and must not look like a restore.
fn refuse_nothing(report: &RestoreReport, args: &args::Restore) -> Result<()> {
    let entries = report.files + report.directories + report.others + report.unchanged;
    if args.include.is_empty() || entries > 0 || !report.damaged.is_empty() {
        return Ok(());
    }
    Err(CliError::failed("nothing in the snapshot fits what is to be included")
        .hint("see what is there with: liasse ls -R SNAPSHOT; patterns are those of .gitignore"))
}

/// What to do where a restore was broken off.
pub(super) fn explain(error: ArchiveError) -> CliError {
    let is_full = is_full(&error);
    let error = CliError::from(error);
    match error.exit {
        Exit::Interrupted => error.remedy("remedy-go-on-same"),
        _ if is_full => error.remedy("remedy-go-on-full"),
        _ => error,
    }
}

/// Whether there is no room left in the target.
pub(super) fn is_full(error: &ArchiveError) -> bool {
    matches!(error, ArchiveError::Target(target) if matches!(target.kind, TargetErrorKind::Full))
}

pub(super) fn json(report: &RestoreReport, snapshot: &Snapshot, target: &Path, args: &args::Restore) -> Restored {
    Restored {
        schema: 1,
        dry_run: args.dry_run,
        snapshot: snapshot.id.to_string(),
        time: time::rfc3339(snapshot.record.time),
        target: PathJson::new(std::os::unix::ffi::OsStrExt::as_bytes(target.as_os_str())),
        files: report.files,
        directories: report.directories,
        others: report.others,
        size_bytes: report.bytes,
        unchanged: report.unchanged,
        reused_bytes: report.reused,
        resumed: report.is_resumed,
        deleted: report.deleted,
        spared: report.spared,
        would_write: args.dry_run.then(|| report.would_write.iter().map(|path| PathJson::new(path)).collect()),
        shortfall_count: report.shortfall_count,
        shortfalls: report
            .shortfalls
            .iter()
            .map(|short| ShortfallJson { trouble: Trouble::new(&short.path, &short.cause), what: short.what.clone() })
            .collect(),
        lost: report.damaged.iter().map(|lost| LostJson { trouble: Trouble::new(&lost.path, &lost.cause), damage: lost.damage }).collect(),
    }
}

/// What a dry run would have written.
fn show_named(report: &RestoreReport, out: &mut Listing) -> Result<()> {
    for path in &report.would_write {
        out.line(&format!("would write {}", text::path(path)))?;
    }
    let all = if report.would_write.is_empty() { 0 } else { report.files + report.others };
    match all.saturating_sub(report.would_write.len() as u64) {
        0 => Ok(()),
        more => out.line(&format!("and {} more", text::count(more))),
    }
}

pub(super) fn show(
    report: &RestoreReport,
    snapshot: &Snapshot,
    target: &Path,
    args: &args::Restore,
    verbose: bool,
    out: &mut Listing,
) -> Result<()> {
    if verbose {
        show_named(report, out)?;
    }
    let others = if report.others == 0 { String::new() } else { format!(", {}", text::counted(report.others, "other", "others")) };
    out.line(&format!(
        "{}  {}, {} in {}{others}",
        if args.dry_run { "would restore" } else { "restored" },
        text::counted(report.files, "file", "files"),
        text::size(report.bytes),
        text::counted(report.directories, "folder", "folders"),
    ))?;
    if report.is_resumed {
        out.line("resumed   a restore that was cut off")?;
    }
    if report.reused > 0 {
        out.line(&format!("reused    {} of the files that were there", text::size(report.reused)))?;
    }
    if report.unchanged > 0 {
        out.line(&format!("left      {} that were there", text::counted(report.unchanged, "file", "files")))?;
    }
    if report.deleted > 0 {
        let deleted = if args.dry_run { "would delete" } else { "deleted" };
        out.line(&format!("{deleted}   {}", text::counted(report.deleted, "entry", "entries")))?;
    }
    if report.spared > 0 {
        let spared = text::counted(report.spared, "entry", "entries");
        out.line(&format!("spared    {spared} that the snapshot does not have: what was left out of it is not deleted"))?;
    }
    let id = snapshot.id.to_string();
    out.line(&format!("snapshot  {} of {}", text::short(&id), time::local(snapshot.record.time)))?;
    out.line(&format!("target    {}", text::plain(&target.display().to_string())))
}

pub(super) fn warn(report: &RestoreReport, output: Output) {
    let shown = if output.verbose { usize::MAX } else { SHOWN };
    for lost in report.damaged.iter().take(shown) {
        output.warn(&format!("not restored: {}: {}", text::path(&lost.path), lost.cause));
    }
    more(report.damaged.len(), shown, "not restored", output);
    if report.damaged.iter().any(|lost| lost.damage) {
        output.warn("the repository is damaged: liasse check --read-data says what else is touched, and what may mend it");
    }
    // Who is not root may give nothing away: that is one thing to know, not one a file.
    let is_owner = |short: &&Shortfall| !output.verbose && matches!(short.what.as_str(), "owner" | "group");
    let (owners, others): (Vec<_>, Vec<_>) = report.shortfalls.iter().partition(is_owner);
    for short in others.iter().take(shown) {
        output.warn(&match short.what.as_str() {
            "device" => format!("not made: the device {}: {}: only root may make devices", text::path(&short.path), short.cause),
            what => format!("could not set the {what} of {}: {}", text::path(&short.path), short.cause),
        });
    }
    more(others.len(), shown, "settings that could not be made", output);
    // The report keeps no more of them.
    let unnamed = report.shortfall_count.saturating_sub(report.shortfalls.len() as u64);
    if unnamed > 0 {
        output.warn(&format!("{} more settings could not be made, and are not named", text::count(unnamed)));
    }
    if let Some(first) = owners.first() {
        let entries: BTreeSet<_> = owners.iter().map(|short| &short.path).collect();
        let entries = text::counted(entries.len() as u64, "entry", "entries");
        output.warn(&format!("could not set the owner or group of {entries}: {}; see them with -v", first.cause));
    }
}

fn more(number: usize, shown: usize, what: &str, output: Output) {
    if let Some(left) = number.checked_sub(shown).filter(|left| *left > 0) {
        output.warn(&format!("{} more {what}; see them with -v or --json", text::count(left as u64)));
    }
}
