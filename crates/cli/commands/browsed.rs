//! What the commands that look into snapshots have in common: which tree is meant.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use liasse_archive::Moment;
use liasse_repo::format::content::Content;
use liasse_repo::format::snapshot::Snapshot as Record;
use liasse_repo::format::time::Time;
use liasse_repo::{Error as RepoError, Repository};
use serde::Serialize;

use super::restore_dossier::{as_code, choose, history};
use crate::args::{Filter, OfDossier};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::wanted::{self, Sieve, Wanted};

/// A tree, and the path in it that is asked for.
pub(super) struct Place {
    /// The root of a snapshot, or the tree of a dossier.
    pub(super) tree: Content,
    /// From the tree's own folder; empty for that.
    pub(super) path: Vec<u8>,
    /// Whether a newer or better one may be damaged.
    pub(super) doubtful: bool,
}

/// The place that `SNAPSHOT[:PATH]` names, or a path in a dossier.
pub(super) fn place(repository: &Repository, context: &Context, what: &OsStr, of: &OfDossier, filter: &Filter) -> Result<Place> {
    if let Some(code) = &of.dossier {
        let history = history(repository, context, filter, of.at.as_deref())?;
        let code = as_code(context, OsStr::new(code))?;
        let mut states = choose(context, &history, &[code], of.at.as_deref())?.states;
        let Some(state) = states.remove(code) else { return Err(CliError::failed("internal error: a dossier that was found is gone")) };
        return Ok(Place { tree: state.line.tree, path: wanted::normal(what.as_bytes())?, doubtful: false });
    }
    let wanted = Wanted::parse(what)?;
    let found = wanted::find(repository, &wanted.selector, &Sieve::of(filter)?, context.output)?;
    Ok(Place { tree: found.snapshot.record.root, path: wanted.path, doubtful: found.doubtful })
}

/// Refuses, before a password is asked for, what names no file.
pub(super) fn refuse_no_path(what: &OsStr, of: &OfDossier) -> Result<()> {
    if of.dossier.is_some() || Wanted::parse(what)?.has_path {
        return Ok(());
    }
    Err(CliError::usage("no path is given")
        .hint("write it after the snapshot, as latest:/home/ada/letter.txt; or name a dossier with --dossier"))
}

/// What is needed of a snapshot to look into it among very many.
pub(super) struct Look {
    /// Its id.
    pub(super) id: String,
    /// Of which moment it is.
    pub(super) time: Time,
    /// Which machine.
    pub(super) host: String,
    tree: Content,
    /// Looks with the same are of one series.
    series: Vec<Vec<u8>>,
    is_whole: bool,
}

/// What one command looks for in a snapshot.
pub(super) struct Part {
    /// The tree that is looked into.
    pub(super) tree: Content,
    /// When it was so, if not when the snapshot was made.
    pub(super) since: Option<Time>,
    /// What tells its series from others of the same machine.
    pub(super) series: Vec<Vec<u8>>,
    /// Whether what is not in it was not there.
    pub(super) is_whole: bool,
}

/// A snapshot that cannot be read.
#[derive(Serialize)]
pub(super) struct Damaged {
    object: String,
    cause: String,
}

/// The snapshots that a command looks into, by time, and those that cannot be read.
pub(super) struct Looks {
    pub(super) all: Vec<Look>,
    pub(super) damaged: Vec<Damaged>,
}

impl Looks {
    /// Reads the snapshots that fit, and keeps little of each.
    pub(super) fn read(
        repository: &Repository,
        context: &Context,
        filter: &Filter,
        part: impl Fn(&Record, Time) -> Option<Part>,
    ) -> Result<Self> {
        let sieve = Sieve::of(filter)?;
        let heads = repository.heads()?;
        let places: HashMap<_, _> = heads.iter().map(|head| head.id).zip(0..).collect();
        let (mut all, mut there) = (Vec::new(), false);
        let bad = repository.each_snapshot(|snapshot| {
            there = true;
            let record = &snapshot.record;
            // One that came since is not among them.
            let place = places.get(&snapshot.id).copied().unwrap_or(heads.len());
            let made = heads.get(place).map_or(record.time, |head| head.made);
            let Some(part) = sieve.fits(record).then(|| part(record, made)).flatten() else { return };
            let look = Look {
                id: snapshot.id.to_string(),
                time: part.since.unwrap_or(record.time),
                host: record.host.clone(),
                tree: part.tree,
                series: std::iter::once(record.host.clone().into_bytes()).chain(part.series).collect(),
                is_whole: part.is_whole,
            };
            all.push((place, look));
        })?;
        all.sort_by_key(|(place, _)| *place);
        let damaged: Vec<Damaged> = bad.into_iter().map(|(object, error)| Damaged { object, cause: error.to_string() }).collect();
        for bad in &damaged {
            context.output.warn(&format!("{} cannot be read and is passed over: {}", bad.object, bad.cause));
        }
        match (there, all.is_empty()) {
            (false, _) if damaged.is_empty() => Err(RepoError::NoSnapshot { selector: "yet".to_owned(), first: None }.into()),
            (true, true) => Err(CliError::failed("no snapshot fits what is asked for").hint("see all of them with: liasse snapshots")),
            _ => Ok(Self { all: all.into_iter().map(|(_, look)| look).collect(), damaged }),
        }
    }

    /// The same for the library, with the series as numbers.
    pub(super) fn moments(&self) -> Vec<Moment<'_>> {
        let mut series: Vec<&Vec<Vec<u8>>> = Vec::new();
        let mut number = |key| {
            series.iter().position(|known| *known == key).unwrap_or_else(|| {
                series.push(key);
                series.len() - 1
            })
        };
        self.all.iter().map(|look| Moment { tree: &look.tree, series: number(&look.series), is_whole: look.is_whole }).collect()
    }

    /// The look of a number that the library gave.
    pub(super) fn at(&self, number: usize) -> Result<&Look> {
        self.all.get(number).ok_or_else(|| CliError::failed("internal error: no such snapshot"))
    }
}
