//! Owner, mode, extended attributes and times of an entry. Must never keep silent about what could not be set.
//!
//! The order matters: a change of the owner clears the set-user-id bit and `security.capability`; attributes of the user can
//! be written only while the mode lets the owner write; an ACL changes the mode, and the mode must have the last word; and
//! all of these leave the time of the content alone, which is set last.

use std::io;
use std::os::fd::BorrowedFd;

use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{Metadata, Xattr};
use rustix::fs::{AtFlags, CWD, Gid, Mode, Timespec, Timestamps, UTIME_OMIT, Uid};
use rustix::io::Errno;

use super::{FileKind, Stat};
use crate::system::{self, Attributed};

/// Set-user-id and set-group-id.
const SET_IDS: u32 = 0o6000;
/// File systems of cameras and sticks count time in units of up to 2 s: what is lost so is no shortfall.
const COARSEST_SECONDS: u64 = 2;
/// Attributes of other namespaces come from the system itself (`security.selinux`), and are not removed.
const REMOVABLE: [&[u8]; 4] = [b"user.", b"trusted.", b"system.posix_acl_", b"security.capability"];

/// Something that could not be restored of an entry.
#[derive(Debug)]
pub struct Shortfall {
    /// The entry.
    pub path: Vec<u8>,
    /// What of it.
    pub what: What,
    /// Why.
    pub cause: io::Error,
}

/// What could not be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The user that owns it.
    Owner,
    /// Its group.
    Group,
    /// Its permission bits, or some of them.
    Mode,
    /// The extended attribute of this name, or the list of them where the name is empty.
    Xattr(Vec<u8>),
    /// The time of its last change.
    Times,
    /// The entry itself, a device, which was not made.
    Special,
}

/// What gets the metadata.
pub(super) enum Object<'a> {
    /// An open file or directory.
    Open(BorrowedFd<'a>),
    /// What was opened only as a path, and not followed.
    Path(BorrowedFd<'a>),
}

/// Gives an entry its metadata, except for what the kernel alone sets (`ctime`, birth time). An error is returned only when
/// the entry cannot even be looked at.
pub(super) fn apply(object: &Object<'_>, metadata: &Metadata, path: impl FnOnce() -> Vec<u8>) -> io::Result<Vec<Shortfall>> {
    let mut missed = Vec::new();
    let stat = object.stat()?;
    let is_owned = set_owner(object, &stat, metadata, &mut missed);
    set_xattrs(object, &metadata.xattrs, &mut missed);
    if stat.kind != FileKind::Symlink {
        set_mode(object, metadata.mode, is_owned, &mut missed)?;
    }
    set_times(object, metadata.mtime, &mut missed)?;
    if missed.is_empty() {
        return Ok(Vec::new());
    }
    let path = path();
    Ok(missed.into_iter().map(|(what, cause)| Shortfall { path: path.clone(), what, cause }).collect())
}

type Missed = Vec<(What, io::Error)>;

/// Whether it has the owner and the group that it should have.
fn set_owner(object: &Object<'_>, stat: &Stat, metadata: &Metadata, missed: &mut Missed) -> bool {
    let before = missed.len();
    if stat.uid != metadata.uid && stat.gid != metadata.gid && object.chown(Some(metadata.uid), Some(metadata.gid)).is_ok() {
        return true;
    }
    // One may be allowed without the other: to give a file to another group of one's own is.
    if stat.gid != metadata.gid
        && let Err(cause) = object.chown(None, Some(metadata.gid))
    {
        missed.push((What::Group, cause));
    }
    if stat.uid != metadata.uid
        && let Err(cause) = object.chown(Some(metadata.uid), None)
    {
        missed.push((What::Owner, cause));
    }
    missed.len() == before
}

fn set_xattrs(object: &Object<'_>, wanted: &[Xattr], missed: &mut Missed) {
    let magic = object.magic_path();
    let attributed = object.attributed(&magic);
    match attributed.names() {
        Ok(present) => {
            // A directory with a default ACL hands it down, and an older file may have had others.
            for name in present.into_iter().filter(|name| is_surplus(name, wanted)) {
                if let Err(cause) = attributed.remove(&name) {
                    missed.push((What::Xattr(name), cause));
                }
            }
        }
        Err(cause) => missed.push((What::Xattr(Vec::new()), cause)),
    }
    for xattr in wanted {
        if let Err(cause) = attributed.set(xattr) {
            missed.push((What::Xattr(xattr.name.clone()), cause));
        }
    }
}

fn is_surplus(name: &[u8], wanted: &[Xattr]) -> bool {
    REMOVABLE.iter().any(|prefix| name.starts_with(prefix)) && !wanted.iter().any(|xattr| xattr.name == name)
}

/// A program that was to run as its owner must not run as somebody else, so those bits need the right owner.
fn set_mode(object: &Object<'_>, mode: u32, is_owned: bool, missed: &mut Missed) -> io::Result<()> {
    let allowed = if is_owned { mode } else { mode & !SET_IDS };
    match object.chmod(allowed) {
        Err(cause) if object.stat()?.mode != mode => missed.push((What::Mode, cause)),
        _ if object.stat()?.mode != mode => {
            missed.push((What::Mode, io::Error::new(io::ErrorKind::PermissionDenied, "some permission bits were not set")));
        }
        _ => {}
    }
    Ok(())
}

fn set_times(object: &Object<'_>, mtime: Time, missed: &mut Missed) -> io::Result<()> {
    if let Err(cause) = object.set_mtime(mtime) {
        missed.push((What::Times, cause));
    } else if object.stat()?.mtime.seconds().abs_diff(mtime.seconds()) > COARSEST_SECONDS {
        missed.push((What::Times, io::Error::new(io::ErrorKind::Unsupported, "the file system cannot hold a time so far away")));
    }
    Ok(())
}

impl Object<'_> {
    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Open(fd) | Self::Path(fd) => *fd,
        }
    }

    /// Leads to the entry itself, even if that is a symbolic link.
    fn magic_path(&self) -> String {
        system::path_of_fd(self.fd())
    }

    fn attributed<'a>(&'a self, magic: &'a str) -> Attributed<'a> {
        match self {
            Self::Open(fd) => Attributed::Fd(*fd),
            Self::Path(_) => Attributed::Magic(magic),
        }
    }

    fn stat(&self) -> io::Result<Stat> {
        Stat::of_fd(self.fd())
    }

    fn chown(&self, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
        // This number means "leave it" to the kernel, and is nobody's.
        if uid == Some(u32::MAX) || gid == Some(u32::MAX) {
            return Err(Errno::INVAL.into());
        }
        let (uid, gid) = (uid.map(Uid::from_raw), gid.map(Gid::from_raw));
        Ok(rustix::fs::chownat(self.fd(), "", uid, gid, AtFlags::EMPTY_PATH)?)
    }

    fn chmod(&self, mode: u32) -> io::Result<()> {
        let mode = Mode::from_raw_mode(mode);
        Ok(match self {
            Self::Open(fd) => rustix::fs::fchmod(fd, mode),
            Self::Path(_) => rustix::fs::chmodat(CWD, self.magic_path(), mode, AtFlags::empty()),
        }?)
    }

    fn set_mtime(&self, mtime: Time) -> io::Result<()> {
        let last_modification = Timespec { tv_sec: mtime.seconds(), tv_nsec: mtime.nanoseconds().into() };
        let times = Timestamps { last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT }, last_modification };
        let result = match self {
            Self::Open(fd) => rustix::fs::futimens(fd, &times),
            Self::Path(fd) => rustix::fs::utimensat(fd, "", &times, AtFlags::EMPTY_PATH),
        };
        match (result, self) {
            // Before Linux 5.8.
            (Err(Errno::INVAL | Errno::NOENT), Self::Path(_)) => {
                Ok(rustix::fs::utimensat(CWD, self.magic_path(), &times, AtFlags::empty())?)
            }
            (result, _) => Ok(result?),
        }
    }
}
