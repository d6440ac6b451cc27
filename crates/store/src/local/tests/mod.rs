//! What only a local store has to prove: files, folders, syncing, hostile names, full and read-only media.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod create;
mod folder;
mod media;
mod sync;

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::files::Files;
use super::place::Method;
use super::{Inner, Local};
use crate::conformance::conformance;
use crate::error::Operation;

/// A new repository in a new folder.
fn new_local() -> (Local, TempDir) {
    let dir = TempDir::new().unwrap();
    (Local::create(dir.path()).unwrap(), dir)
}

/// As [`new_local`], publishing in the given ways only.
fn new_local_by(methods: &'static [Method]) -> (Local, TempDir) {
    let dir = TempDir::new().unwrap();
    (local_with(dir.path(), |inner| inner.methods = methods), dir)
}

fn local_with(path: &Path, change: impl FnOnce(&mut Inner)) -> Local {
    let mut inner = Inner::new(Arc::new(Files), path, Operation::Create).unwrap();
    inner.make_repository().unwrap();
    change(&mut inner);
    Local { inner: Arc::new(inner) }
}

/// The files in `tmp/`.
fn leftovers(local: &Local) -> usize {
    local.inner.leftovers(super::place::LOCK).unwrap().len()
}

conformance!(local, super::new_local());
conformance!(by_rename, super::new_local_by(&[super::Method::RenameNoReplace]));
conformance!(by_link, super::new_local_by(&[super::Method::Link]));
conformance!(by_checked_rename, super::new_local_by(&[super::Method::CheckedRename]));
