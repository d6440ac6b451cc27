//! Backup: walk, compare with the catalogue, read, cut, name, store, tree, snapshot.
//!
//! One thread walks the sources in the order of their names and says, step by step, what it finds; workers read the files that may
//! have changed; the thread that called puts it all together in the walk's order. Queues between them are bounded, so memory does not
//! depend on the tree. Trouble with one entry never stops the others; trouble with the repository stops everything.

mod assemble;
mod compare;
mod dossiers;
mod file;
mod judge;
mod noise;
mod readback;
mod sources;
mod versions;
mod walk;

use std::path::PathBuf;
use std::sync::mpsc;
use std::time::{SystemTime, UNIX_EPOCH};

use crossbeam_channel::bounded;
use liasse_repo::format::ids::{Hash, ObjectName};
use liasse_repo::format::snapshot::{Hold, Statistics, Unread};
use liasse_repo::format::time::Time;
use liasse_repo::{Draft, Phase, Progress, Repository, Session, Snapshot, Stop, Whoami};

use crate::catalogue::{self, Catalogue, LeafCache, LeafWriter};
use crate::error::{Error, Result};
use crate::patterns::Patterns;
use crate::source::Owners;
use crate::stream::Cutters;
use assemble::Assembler;
use compare::Comparison;
use readback::{ReadBack, ReadsBack};
use sources::Sources;

pub use dossiers::{Dossier, Fate, FileSeen, Found, Judge, Kept, Refusal, Skip};
use dossiers::{Dossiers, Inside};

/// Steps of the walk that wait to be put together.
const MOST_STEPS: usize = 4096;
/// Files that wait to be read.
const MOST_JOBS: usize = 512;
/// Most threads that read: more would only wait for the disk.
const MOST_READERS: usize = 8;
/// Threads that compare, besides the walk. They mostly wait: for a disk, or for a server to answer.
const MOST_COMPARING: usize = 8;
/// Depth of a tree is bounded by this, not by handles or path lengths.
const WALK_STACK_BYTES: usize = 256 << 20;

/// What is backed up, and how.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent wish")]
pub struct BackupOptions {
    /// Files and folders. One that is a symbolic link is stored as one.
    pub sources: Vec<PathBuf>,
    /// What is left out, with all that is below it.
    pub exclude: Patterns,
    /// Leave out what lies in folders marked as caches by a `CACHEDIR.TAG`.
    pub exclude_caches: bool,
    /// Do not enter other file systems that are mounted below a source.
    pub one_file_system: bool,
    /// For people.
    pub tags: Vec<String>,
    /// Why the run is made.
    pub reason: Option<String>,
    /// Who runs it.
    pub whoami: Whoami,
    /// Read every file, whatever its times say.
    pub force: bool,
    /// Find out what would be stored, and store nothing.
    pub dry_run: bool,
    /// When the run began, by this machine's clock.
    pub time: Time,
    /// Seconds east of UTC here.
    pub utc_offset: i32,
    /// A promise not to forget the snapshot.
    pub hold: Option<Hold>,
}

/// Something that is left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it is.
    pub path: Vec<u8>,
    /// What it is.
    pub what: &'static str,
}

/// A file that a dry run would have stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldStore {
    /// Where it is.
    pub path: Vec<u8>,
    /// Whether the last backup did not have it; otherwise it changed since.
    pub new: bool,
}

/// What a backup found and did.
#[derive(Debug, Clone)]
pub struct BackupReport {
    /// What was committed; `None` after a dry run.
    pub snapshot: Option<Snapshot>,
    /// What was found, and what is new of it.
    pub statistics: Statistics,
    /// Entries that could not be read whole, the first 10,000 of them.
    pub unread: Vec<Unread>,
    /// Sockets, which have no content, the first 10,000 of them.
    pub left_out: Vec<LeftOut>,
    /// Files that a dry run would have stored, the first 10,000 of them.
    pub would_store: Vec<WouldStore>,
    /// Entries that patterns or cache marks left out.
    pub excluded: u64,
}

/// What all parts of a backup share.
struct Run<'a> {
    session: &'a Session<'a>,
    options: &'a BackupOptions,
    dossiers: Option<Dossiers<'a>>,
    cutters: &'a Cutters,
    owners: &'a Owners,
    /// Leaf values of files that changed before, of the last run and for the next.
    leaves: Leaves<'a>,
    /// Where the key reads content, what gives the leaf values that nobody kept.
    read_back: Option<&'a (dyn ReadsBack + 'a)>,
    /// Whether every pack that the catalogue relies on is there, so that its entries need no look-up.
    catalogue_holds: bool,
    /// Whether directories may be compared with the catalogue as a whole: it holds, and was made by a walk with the same options.
    compares_whole: bool,
    /// Days since 1970.
    today: u32,
    progress: &'a dyn Progress,
    stop: &'a Stop,
}

impl Run<'_> {
    /// Whether an entry is not looked at, on purpose.
    fn skips(&self, path: &[u8], is_dir: bool, inside: Option<Inside>) -> Option<Skip> {
        if self.options.exclude.matches(path, is_dir) {
            return Some(Skip::Out);
        }
        let (dossiers, inside) = self.dossiers.as_ref().zip(inside)?;
        let skip = dossiers.judge.skips(inside.dossier, inside.below(path), is_dir)?;
        if skip == Skip::Stays && !inside.is_known { None } else { Some(skip) }
    }
}

/// Leaf values: what the last run kept, and what the next one is to have.
#[derive(Clone, Copy)]
struct Leaves<'a> {
    old: Option<&'a LeafCache>,
    new: Option<&'a LeafWriter>,
}

/// Backs up, and commits a snapshot. Entries that could not be read are in the report; the snapshot holds the others.
pub fn backup(repository: &Repository, options: &BackupOptions, progress: &dyn Progress, stop: &Stop) -> Result<BackupReport> {
    let sources = Sources::find(&options.sources)?;
    let files = catalogue::file_names(sources.paths());
    run(repository, options, Plan { sources, dossiers: None, files }, progress, stop)
}

/// Backs up dossiers, each as a whole or as it was, and commits a snapshot that has them all. `options.sources` are only what the snapshot
/// names as its sources. `judge` is told what becomes of each dossier.
pub fn backup_dossiers(
    repository: &Repository,
    options: &BackupOptions,
    (list, judge): (&[Dossier], &dyn Judge),
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<BackupReport> {
    let sources = Sources::of_dossiers(list, &options.sources)?;
    // Whatever dossiers come and go, the catalogue stays the same.
    let files = catalogue::file_names(&[b"dossiers".to_vec()]);
    run(repository, options, Plan { sources, dossiers: Some(Dossiers { list, judge }), files }, progress, stop)
}

/// What a run walks, and what the files of its catalogue and leaf values are called.
struct Plan<'a> {
    sources: Sources,
    dossiers: Option<Dossiers<'a>>,
    files: (String, String),
}

fn run(repository: &Repository, options: &BackupOptions, plan: Plan<'_>, progress: &dyn Progress, stop: &Stop) -> Result<BackupReport> {
    let Plan { sources, dossiers, files: (file, leaf_file) } = plan;
    let session = if options.dry_run { repository.begin_dry(options.whoami.clone()) } else { repository.begin(options.whoami.clone()) }?;
    let in_cache = |name: &str| repository.cache().map(|folder| folder.join(name));
    let (file, leaf_file) = (in_cache(&file), in_cache(&leaf_file));
    let old_leaves = leaf_file.as_deref().and_then(LeafCache::open);
    let new_leaves = leaf_file.as_deref().filter(|_| !options.dry_run).and_then(|file| LeafWriter::create(file).ok());
    let old = file.as_deref().and_then(Catalogue::open);
    let new = file.as_deref().filter(|_| !options.dry_run).and_then(|file| catalogue::Writer::create(file).ok());
    let walked_by = walk_options(options);
    progress.begin(Phase::Backup);
    let assembled = {
        let catalogue_holds = old.as_ref().is_some_and(|old| session.all_usable(old.packs.iter()));
        let read_back = ReadBack::new(&session, stop);
        let run = Run {
            session: &session,
            options,
            dossiers,
            cutters: &Cutters::new(repository)?,
            owners: &Owners::default(),
            leaves: Leaves { old: old_leaves.as_ref(), new: new_leaves.as_ref() },
            read_back: repository.can_read().then_some(&read_back as &dyn ReadsBack),
            catalogue_holds,
            compares_whole: catalogue_holds && !options.force && old.as_ref().is_some_and(|old| old.options == walked_by),
            today: today(),
            progress,
            stop,
        };
        assemble(&run, &sources, old.as_ref(), new).and_then(|assembled| anything_read(&sources, assembled))
    };
    let assembled = match assembled {
        Ok(assembled) => assembled,
        Err(error) => {
            if matches!(error, Error::Repo(liasse_repo::Error::Interrupted)) && !options.dry_run {
                // What was stored is not stored again by the next run.
                session.abandon().ok();
            }
            return Err(error);
        }
    };
    progress.begin(Phase::Commit);
    let mut report = assembled.report;
    if options.dry_run {
        report.statistics.added = session.added();
        return Ok(report);
    }
    let draft = Draft {
        time: options.time,
        utc_offset: options.utc_offset,
        sources: sources.paths().to_vec(),
        tags: options.tags.clone(),
        reason: options.reason.clone(),
        root: assembled.root,
        evidence: assembled.evidence,
        statistics: report.statistics,
        unread: report.unread.clone(),
        dossiers: assembled.dossiers,
        hold: options.hold.clone(),
    };
    let (snapshot, packs) = session.commit(draft)?;
    report.statistics = snapshot.record.statistics;
    report.snapshot = Some(snapshot);
    if let Some((writer, root)) = assembled.catalogue {
        // A catalogue that cannot be written costs the next run some time.
        writer.finish(root, walked_by, &sorted(packs)).ok();
    }
    if let Some(leaves) = new_leaves {
        leaves.finish().ok();
    }
    Ok(report)
}

/// Refuses to go on when every source is one that could not be read, or lies below such a folder: an empty snapshot would look like a
/// good one.
fn anything_read(sources: &Sources, assembled: assemble::Assembled) -> Result<assemble::Assembled> {
    if !assembled.dossiers.is_empty() {
        return Ok(assembled);
    }
    let report = &assembled.report;
    let is_within = |path: &[u8], folder: &[u8]| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
    let is_unread = |source: &Vec<u8>| report.unread.iter().any(|unread| is_within(source, &unread.path));
    if report.statistics.files + report.statistics.others == 0 && sources.paths().iter().all(is_unread) {
        return Err(Error::NothingReached);
    }
    Ok(assembled)
}

fn today() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
    u32::try_from(since).unwrap_or(u32::MAX)
}

/// What of the options decides which entries a walk finds, patterns aside: these are held against every entry.
fn walk_options(options: &BackupOptions) -> Hash {
    Hash::of(&[u8::from(options.exclude_caches), u8::from(options.one_file_system)])
}

fn sorted(mut packs: Vec<ObjectName>) -> Vec<ObjectName> {
    packs.sort_unstable();
    packs
}

/// Runs the walk, what compares ahead of it, and the readers, and puts together what they find.
fn assemble(run: &Run<'_>, sources: &Sources, old: Option<&Catalogue>, new: Option<catalogue::Writer>) -> Result<assemble::Assembled> {
    let failure = file::Failure::default();
    let comparison = old.filter(|_| run.compares_whole).map(|old| Comparison::new(run, old));
    std::thread::scope(|scope| {
        // Of this kind, because it drops what is under way when whoever takes the steps fails: the walk may wait for an answer to one of them.
        let (send_step, steps) = mpsc::sync_channel(MOST_STEPS);
        let (send_job, jobs) = bounded(MOST_JOBS);
        for _ in 0..run.session.threads().min(MOST_READERS) {
            let (jobs, failure) = (jobs.clone(), &failure);
            scope.spawn(move || file::work(run, &jobs, failure));
        }
        drop(jobs);
        let comparison = comparison.as_ref().map(|comparison| comparison.on_threads(scope, MOST_COMPARING));
        let walk = std::thread::Builder::new().name("walk".to_owned()).stack_size(WALK_STACK_BYTES);
        let walk = walk.spawn_scoped(scope, move || {
            let comparison = comparison.as_deref();
            walk::Walk::new(run, comparison, send_step, send_job).run(sources, old)
        });
        let walk = walk.map_err(|_| Error::Internal("a thread could not be started"))?;
        let assembled = Assembler::new(run, new).run(steps);
        let walked = walk.join().map_err(|_| Error::Internal("the walk failed"))?;
        if let Some(error) = failure.take() {
            return Err(error.into());
        }
        match (walked, assembled) {
            // Each ends when the other does, and then only the other knows why.
            (Err(Error::Internal(_)), Err(assembled)) => Err(assembled),
            (Err(walked), _) => Err(walked),
            (Ok(()), assembled) => assembled,
        }
    })
}

#[cfg(test)]
mod tests;
