//! For tests: of which entries more was asked than a look, that is, which files were opened and whose attributes were listed.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

static ASKED: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

pub(super) fn note(path: Vec<u8>) {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner).push(path);
}

/// Those below a folder since this was last asked for it, ascending. Other tests have other folders.
pub(crate) fn take_below(folder: &Path) -> Vec<String> {
    let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let mut below = Vec::new();
    asked.retain(|path| match path.strip_prefix(folder.as_os_str().as_bytes()) {
        Some(rest) => {
            below.push(String::from_utf8_lossy(rest).into_owned());
            false
        }
        None => true,
    });
    below.sort();
    below.dedup();
    below
}
