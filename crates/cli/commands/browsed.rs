//! What the commands that look into snapshots have in common: which tree is meant.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use liasse_repo::Repository;
use liasse_repo::format::content::Content;

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
