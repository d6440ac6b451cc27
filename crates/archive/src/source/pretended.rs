//! For tests: what entries say that their extended attributes are, in place of what they are.

use std::collections::HashMap;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use liasse_repo::format::tree::Xattr;

use super::{SourceError, SourceOperation};

/// `None` says that they cannot be read.
type Answer = Option<Vec<Xattr>>;

static ANSWERS: Mutex<Option<HashMap<Vec<u8>, Answer>>> = Mutex::new(None);

/// Lets the entry at a path say this, or no more.
pub(crate) fn set(path: &Path, answer: Option<Answer>) {
    let mut answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    let (answers, path) = (answers.get_or_insert_default(), path.as_os_str().as_bytes());
    match answer {
        Some(answer) => _ = answers.insert(path.to_vec(), answer),
        None => _ = answers.remove(path),
    }
}

/// What the entry at a path is to say, if anything.
pub(super) fn of(path: &[u8]) -> Option<Result<Vec<Xattr>, SourceError>> {
    let answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = answers.as_ref()?.get(path)?.clone();
    let refused =
        || SourceError { path: path.to_vec(), operation: SourceOperation::ListXattrs, source: io::ErrorKind::PermissionDenied.into() };
    Some(answer.ok_or_else(refused))
}
