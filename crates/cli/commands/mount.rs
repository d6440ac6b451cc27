//! `mount`: snapshots as a folder, until somebody unmounts it or stops the program.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use liasse_dossier::restore::History;
use liasse_mount::fuse::{MountError, Mounted};
use liasse_mount::{Options, Shown, Trouble, View};
use liasse_repo::{Error as RepoError, Repository, Selector, Snapshot};
use serde::Serialize;

use super::{detached, restore_dossier};
use crate::args::Mount;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::text;
use crate::time;

/// How long what was seen of the snapshots counts.
const LOOK_EVERY: Duration = Duration::from_secs(3);
const FUSE: &str = "install FUSE (on a Debian: apt install fuse3), and load it with: modprobe fuse";

#[derive(Serialize)]
struct MountedJson {
    schema: u32,
    folder: String,
    snapshot: Option<String>,
    time: Option<String>,
    dossier: Option<String>,
}

/// What is shown, and what is said of it.
struct Chosen {
    shown: Shown,
    snapshot: Option<Snapshot>,
    since: Option<liasse_repo::format::time::Time>,
}

pub(crate) fn run(context: &Context, args: &Mount) -> Result<Exit> {
    let selector = selector(args)?;
    if context.is_in_repository(&args.folder) || context.is_above_repository(&args.folder) {
        return Err(CliError::usage(format!("{} is the repository's folder, or holds it", args.folder.display()))
            .hint("make a new empty folder elsewhere and mount there"));
    }
    if args.background && !args.detached {
        return detached::begin();
    }
    let repository = Arc::new(context.open()?);
    if !repository.can_read() {
        return Err(RepoError::NotAllowed { action: "mounting", needs: "owner or an auditor" }.into());
    }
    let chosen = choose(context, &repository, args, selector)?;
    let (snapshot, since) = (chosen.snapshot, chosen.since);
    let view = View::new(repository, chosen.shown, options(context, args)).map_err(explain_view)?;
    let mounted = Mounted::begin(view, &args.folder, args.allow_other).map_err(|error| explain(&error))?;
    if mounted.has_cleared() {
        context.output.note("a mount that was killed was cleared away there");
    }
    let shown = MountedJson {
        schema: 1,
        folder: mounted.place().to_string_lossy().into_owned(),
        snapshot: snapshot.as_ref().map(|snapshot| snapshot.id.to_string()),
        time: since.and_then(time::rfc3339),
        dossier: args.dossier.clone(),
    };
    context.output.result(&shown, |out| {
        let what = match (&args.dossier, since) {
            (Some(code), Some(since)) => format!("the dossier {} as it was at {}", text::plain(code), time::local(since)),
            (_, Some(since)) => format!("the snapshot of {}", time::local(since)),
            _ => "all snapshots".to_owned(),
        };
        let folder = text::path(mounted.place().as_os_str().as_encoded_bytes());
        out.line(&format!("{folder} shows {what}; end it with: umount {folder}"))
    })?;
    if args.detached {
        detached::ready(context)?;
    }
    mounted.wait(&context.stop).map_err(|error| CliError::io("unmount", &args.folder, &error))?;
    Ok(Exit::Done)
}

/// Which snapshot is meant, if one is.
fn selector(args: &Mount) -> Result<Option<Selector>> {
    let zone = TimeZone::system();
    match (&args.at, &args.snapshot) {
        (Some(at), _) => match time::selector(at, &zone)? {
            at @ Selector::At { .. } => Ok(Some(at)),
            _ => Err(CliError::usage("--at takes a date, such as 2024-12-31 or 2024-12-31T21:00").hint("--snapshot takes an id")),
        },
        (None, Some(id)) => match time::selector(id, &zone)? {
            Selector::At { .. } => Err(CliError::usage("--snapshot takes the id of a snapshot, or its start").hint("--at takes a date")),
            id => Ok(Some(id)),
        },
        (None, None) => Ok(None),
    }
}

fn choose(context: &Context, repository: &Repository, args: &Mount, selector: Option<Selector>) -> Result<Chosen> {
    if selector.is_none() && args.dossier.is_none() {
        return Ok(Chosen { shown: Shown::Everything, snapshot: None, since: None });
    }
    let snapshots = repository.snapshots()?;
    for (object, error) in &snapshots.bad {
        context.output.warn(&format!("{object} cannot be read and is passed over: {error}"));
    }
    let selector = selector.unwrap_or(Selector::Latest);
    let snapshot = snapshots.find(&selector)?.clone();
    let Some(code) = &args.dossier else {
        let since = Some(snapshot.record.time);
        return Ok(Chosen { shown: Shown::Snapshot(Box::new(snapshot.clone())), snapshot: Some(snapshot), since });
    };
    dossier(context, repository, &snapshot, &selector, code)
}

fn dossier(context: &Context, repository: &Repository, snapshot: &Snapshot, selector: &Selector, code: &str) -> Result<Chosen> {
    let wanted = &snapshot.record;
    let history = History::new(repository, |record| match selector {
        Selector::Prefix(_) => (record.writer, record.sequence) == (wanted.writer, wanted.sequence),
        _ => record.time <= wanted.time,
    })?;
    let mut states = restore_dossier::choose(context, &history, &[code], None)?.states;
    let Some(state) = states.remove(code) else { return Err(CliError::failed("internal error: a dossier that was found is gone")) };
    let snapshot = Arc::unwrap_or_clone(state.snapshot);
    Ok(Chosen {
        since: Some(state.line.since),
        shown: Shown::Dossier(Box::new(snapshot.clone()), Box::new(state.line)),
        snapshot: Some(snapshot),
    })
}

fn options(context: &Context, args: &Mount) -> Options {
    let (output, detached) = (context.output, args.detached);
    Options {
        cache_bytes: args.cache_size as usize * (1 << 20),
        look_every: LOOK_EVERY,
        owner: (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw()),
        local: Box::new(time::day_and_clock),
        tell: Box::new(move |trouble: &Trouble| {
            // A log is read later, and then it matters when that was.
            let when = if detached { format!("{}: ", time::local(liasse_repo::now())) } else { String::new() };
            let at = if trouble.path.is_empty() { String::new() } else { format!("{}: ", text::path(&trouble.path)) };
            output.warn(&format!("{when}{at}{}", trouble.cause));
        }),
    }
}

fn explain_view(error: liasse_mount::Error) -> CliError {
    match error {
        liasse_mount::Error::Repository(error) => error.into(),
        error => CliError::failed(error.to_string()),
    }
}

/// What can be done about a mount that cannot be made.
fn explain(error: &MountError) -> CliError {
    let failed = CliError::failed(liasse_dossier::spoken(error));
    let unmount = |place: &PathBuf| format!("unmount it with: umount {0}; or with: fusermount3 -u -z {0}", place.display());
    match error {
        MountError::NoDevice => failed.hint(FUSE),
        MountError::NoHelper => failed.hint("install it (on a Debian: apt install fuse3), or mount as root"),
        MountError::Place { .. } => failed.hint("make an empty folder, and mount on that"),
        MountError::NotEmpty(_) => failed.hint("what is in it would be hidden: make a new empty folder, and mount on that"),
        MountError::Mounted { place, .. } | MountError::Stale(place) => failed.hint(unmount(place)),
        MountError::System { .. } => failed
            .hint("check who may use FUSE here: /dev/fuse must be readable, and --allow-other needs user_allow_other in /etc/fuse.conf"),
    }
}
