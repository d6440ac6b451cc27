//! What `mount` and `serve` have in common: which snapshots are shown, and the view of them.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use liasse_dossier::restore::History;
use liasse_mount::{Options, Shown, Trouble, View};
use liasse_repo::format::time::Time;
use liasse_repo::{Error as RepoError, Repository, Selector, Snapshot};
use serde::Serialize;

use super::restore_dossier;
use crate::args::Which;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::text;
use crate::time;

/// How long what was seen of the snapshots counts.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// What is shown, and what is said of it.
struct Chosen {
    shown: Shown,
    snapshot: Option<Snapshot>,
    since: Option<Time>,
}

/// What a result says of what is shown, and of which repository it is.
pub(super) struct Named {
    pub(super) repository: Arc<Repository>,
    snapshot: Option<String>,
    since: Option<Time>,
    dossier: Option<String>,
}

/// The same in JSON.
#[derive(Serialize)]
pub(super) struct NamedJson {
    snapshot: Option<String>,
    time: Option<String>,
    dossier: Option<String>,
}

impl Named {
    pub(super) fn json(&self) -> NamedJson {
        NamedJson { snapshot: self.snapshot.clone(), time: self.since.and_then(time::rfc3339), dossier: self.dossier.clone() }
    }

    pub(super) fn said(&self) -> String {
        match (&self.dossier, self.since) {
            (Some(code), Some(since)) => format!("the dossier {} as it was at {}", text::plain(code), time::local(since)),
            (_, Some(since)) => format!("the snapshot of {}", time::local(since)),
            _ => "all snapshots".to_owned(),
        }
    }
}

/// Opens the repository, and makes a view of what is chosen. `timed`: warnings say when they were.
pub(super) fn open(
    context: &Context,
    which: &Which,
    selector: Option<Selector>,
    action: &'static str,
    timed: bool,
) -> Result<(View, Named)> {
    let repository = Arc::new(context.open()?);
    if !repository.can_read() {
        return Err(RepoError::NotAllowed { action, needs: "owner or an auditor" }.into());
    }
    let chosen = choose(context, &repository, which, selector)?;
    let snapshot = chosen.snapshot.map(|snapshot| snapshot.id.to_string());
    let named = Named { repository: Arc::clone(&repository), snapshot, since: chosen.since, dossier: which.dossier.clone() };
    let view = View::new(repository, chosen.shown, options(context, which, timed)).map_err(explain_view)?;
    Ok((view, named))
}

/// Which snapshot is meant, if one is.
pub(super) fn selector(which: &Which) -> Result<Option<Selector>> {
    let zone = TimeZone::system();
    match (&which.at, &which.snapshot) {
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

fn choose(context: &Context, repository: &Repository, which: &Which, selector: Option<Selector>) -> Result<Chosen> {
    if selector.is_none() && which.dossier.is_none() {
        return Ok(Chosen { shown: Shown::Everything, snapshot: None, since: None });
    }
    let snapshots = repository.snapshots()?;
    for (object, error) in &snapshots.bad {
        context.output.warn(&format!("{object} cannot be read and is passed over: {error}"));
    }
    let selector = selector.unwrap_or(Selector::Latest);
    let snapshot = snapshots.find(&selector)?.clone();
    let Some(code) = &which.dossier else {
        let since = Some(snapshot.record.time);
        return Ok(Chosen { shown: Shown::Snapshot(Box::new(snapshot.clone())), snapshot: Some(snapshot), since });
    };
    dossier(context, repository, &snapshot, &selector, code)
}

fn dossier(context: &Context, repository: &Repository, snapshot: &Snapshot, selector: &Selector, code: &str) -> Result<Chosen> {
    let wanted = &snapshot.record;
    let history = History::new(repository, |head| match selector {
        Selector::Prefix(_) => (head.record.writer, head.record.sequence) == (wanted.writer, wanted.sequence),
        _ => head.made <= snapshot.made,
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

fn options(context: &Context, which: &Which, timed: bool) -> Options {
    let output = context.output;
    Options {
        cache_bytes: which.cache_size as usize * (1 << 20),
        look_every: LOOK_EVERY,
        owner: (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw()),
        local: Box::new(time::day_and_clock),
        tell: Box::new(move |trouble: &Trouble| {
            // A log is read later, and then it matters when that was.
            let when = if timed { format!("{}: ", time::local(liasse_repo::now())) } else { String::new() };
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
