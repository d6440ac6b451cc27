//! Asks a file system whether anybody holds a lock on a file, by the question that is asked before locking (`F_OFD_GETLK`, fcntl(2)).
//! No lock is ever taken, so nobody is disturbed, and a file server answers for all its stations.
//!
//! The question is about all bytes that a file could ever have, since database programs lock bytes far beyond its end: `SQLite` at
//! 0x40000000 (<https://www.sqlite.org/fileformat2.html>, "the lock-byte page"; pending, reserved, and 510 for those who read; a
//! connection in WAL mode holds one of these while it is open), dBase at 1 000 000 000, `FoxPro` and Clipper near 0x7fffffff, Access
//! at 0x10000000.

use std::path::Path;

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;

/// Somebody holds a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    /// The process, if it is one of this machine and the lock belongs to it rather than to an open file.
    pub(super) process: Option<u32>,
}

/// Who holds a lock on the file; `None` too where the question cannot be asked.
pub(super) fn holder(path: &Path) -> Option<Holder> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = match open(path, flags, Mode::empty()) {
        Ok(file) => file,
        // A lease for writing, or a station that shares the file with nobody.
        Err(Errno::AGAIN | Errno::BUSY | Errno::TXTBSY) => return Some(Holder { process: None }),
        Err(_) => return None,
    };
    let mut asked = libc::flock {
        l_type: libc::c_short::try_from(libc::F_WRLCK).ok()?,
        l_whence: libc::c_short::try_from(libc::SEEK_SET).ok()?,
        l_start: 0,
        // To the end of all numbers.
        l_len: 0,
        l_pid: 0,
    };
    fcntl(&file, FcntlArg::F_OFD_GETLK(&mut asked)).ok()?;
    let is_free = i32::from(asked.l_type) == libc::F_UNLCK;
    (!is_free).then(|| Holder { process: u32::try_from(asked.l_pid).ok().filter(|process| *process > 0) })
}
