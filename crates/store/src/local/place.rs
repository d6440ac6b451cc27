//! Giving a finished file its name without replacing what may be there, in the best way that the file system knows. See
//! [`Local`](super::Local) for what each way is worth. Must never replace an object.

use std::io;
use std::path::Path;

use rustix::io::Errno;

use crate::disk::Disk;
use crate::store::Put;

/// The file in `tmp/` that [`Method::CheckedRename`] locks.
pub(super) const LOCK: &str = "lock";

/// The ways, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// `renameat2(RENAME_NOREPLACE)`.
    RenameNoReplace,
    /// `link` and `unlink`.
    Link,
    /// Check and `rename` under a lock of this machine.
    CheckedRename,
}

impl Method {
    pub(super) const ALL: &'static [Self] = &[Self::RenameNoReplace, Self::Link, Self::CheckedRename];

    /// Moves `from` to `to`. When `to` exists, `from` may stay. `tmp` is the folder of the lock.
    fn place(self, disk: &dyn Disk, tmp: &Path, from: &Path, to: &Path) -> io::Result<Put> {
        match self {
            Self::RenameNoReplace => rename_no_replace(disk, from, to),
            Self::Link => link(disk, from, to),
            Self::CheckedRename => checked_rename(disk, &tmp.join(LOCK), from, to),
        }
    }

    /// Whether an error says that the file system does not know this way, rather than that it failed.
    fn is_unknown(self, error: &io::Error) -> bool {
        match Errno::from_io_error(error) {
            Some(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => self != Self::CheckedRename,
            // `link` says so with EPERM; where permissions are the true cause, the next way says it again.
            Some(Errno::PERM) => self == Self::Link,
            _ => false,
        }
    }
}

/// Moves `from` to `to` by the first of `methods` that the file system knows.
pub(super) fn place(disk: &dyn Disk, methods: &[Method], tmp: &Path, from: &Path, to: &Path) -> io::Result<Put> {
    for method in methods {
        match method.place(disk, tmp, from, to) {
            Err(error) if method.is_unknown(&error) => {}
            result => return result,
        }
    }
    Err(io::ErrorKind::Unsupported.into())
}

fn rename_no_replace(disk: &dyn Disk, from: &Path, to: &Path) -> io::Result<Put> {
    match disk.rename_no_replace(from, to) {
        Ok(()) => Ok(Put::Created),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::Existed),
        Err(error) => Err(error),
    }
}

fn link(disk: &dyn Disk, from: &Path, to: &Path) -> io::Result<Put> {
    let put = give(disk, from, to)?;
    if put == Put::Created {
        // The object stands; a second name in `tmp/` is waste that a sweep finds.
        drop(disk.remove(from));
    }
    Ok(put)
}

/// Gives a file a second name.
fn give(disk: &dyn Disk, from: &Path, to: &Path) -> io::Result<Put> {
    match disk.link(from, to) {
        Ok(()) => Ok(Put::Created),
        // A server whose answer was lost is asked again, and then finds the link that it made itself.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let is_same = disk.stat_link(from)?.identity == disk.stat_link(to)?.identity;
            Ok(if is_same { Put::Created } else { Put::Existed })
        }
        Err(error) => Err(error),
    }
}

/// Gives a file a second name; `None` where the file system knows no second names.
pub(super) fn second_name(disk: &dyn Disk, from: &Path, to: &Path) -> io::Result<Option<Put>> {
    match give(disk, from, to) {
        Err(error) if Method::Link.is_unknown(&error) => Ok(None),
        result => result.map(Some),
    }
}

fn checked_rename(disk: &dyn Disk, lock: &Path, from: &Path, to: &Path) -> io::Result<Put> {
    let lock = disk.open_lock(lock)?;
    lock.lock()?;
    match disk.stat_link(to) {
        Ok(_) => Ok(Put::Existed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            disk.rename(from, to)?;
            Ok(Put::Created)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;
    use crate::local::files::Files;

    #[test]
    fn only_an_unknown_way_leads_to_the_next() {
        for (method, unknown) in [
            (Method::RenameNoReplace, &[Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP][..]),
            (Method::Link, &[Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP, Errno::PERM][..]),
            (Method::CheckedRename, &[][..]),
        ] {
            let all = [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP, Errno::PERM, Errno::ACCESS, Errno::NOSPC, Errno::IO];
            for errno in all {
                assert_eq!(method.is_unknown(&errno.into()), unknown.contains(&errno), "{method:?} {errno}");
            }
        }
    }

    /// A server that lost its answer finds its own link.
    #[test]
    fn a_link_made_before_counts_as_made() {
        let dir = tempfile::TempDir::new().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        fs::write(&from, b"object").unwrap();
        fs::hard_link(&from, &to).unwrap();
        assert_eq!(link(&Files, &from, &to).unwrap(), Put::Created);
        assert!(to.exists() && !from.exists());
    }
}
