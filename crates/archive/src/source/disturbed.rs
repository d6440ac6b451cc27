//! For tests: what happens to a file, or to the reading of it, at any read of it. What changes the file changes the real one, so that the
//! file system itself says what follows.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

/// How a read goes.
pub(crate) enum Read {
    /// As it would.
    Plain,
    /// It fails.
    Fails(Errno),
    /// It gives at most so many bytes.
    AtMost(usize),
}

/// Called with the number of the read of a file, from 1.
pub(crate) type Disturber = Box<dyn FnMut(u32) -> Read + Send>;

/// By path: how often it was read, and what happens.
type Disturbers = HashMap<Vec<u8>, (u32, Disturber)>;

static DISTURBERS: Mutex<Option<Disturbers>> = Mutex::new(None);

/// Lets this happen at every read of the file at a path from now on.
pub(crate) fn set(path: &Path, disturber: Disturber) {
    let mut disturbers = DISTURBERS.lock().unwrap_or_else(PoisonError::into_inner);
    disturbers.get_or_insert_default().insert(path.as_os_str().as_bytes().to_vec(), (0, disturber));
}

/// Lets nothing happen any more; gives how many reads there were.
pub(crate) fn end(path: &Path) -> u32 {
    let mut disturbers = DISTURBERS.lock().unwrap_or_else(PoisonError::into_inner);
    disturbers.as_mut().and_then(|all| all.remove(path.as_os_str().as_bytes())).map_or(0, |(reads, _)| reads)
}

/// How the next read of the file at a path goes.
pub(super) fn next(path: &[u8]) -> Read {
    let mut disturbers = DISTURBERS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((reads, disturber)) = disturbers.as_mut().and_then(|all| all.get_mut(path)) else { return Read::Plain };
    *reads += 1;
    disturber(*reads)
}
