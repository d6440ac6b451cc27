//! Owner, mode, extended attributes and times of an entry. Must never keep silent about what could not be set.
//!
//! The order matters: a change of the owner clears the set-user-id bit and `security.capability`; attributes of the user can
//! be written only while the mode lets the owner write; an ACL changes the mode, and the mode must have the last word; and
//! all of these leave the time of the content alone, which is set last.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;

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
    // A program that was to run as its owner must not run as somebody else, so those bits need the right owner.
    let allowed = if is_owned { metadata.mode } else { metadata.mode & !SET_IDS };
    let mode = if stat.kind == FileKind::Symlink { None } else { Some(object.chmod(allowed)) };
    let times = object.set_mtime(metadata.mtime);
    let after = object.stat()?;
    missed.extend(mode.and_then(|done| missed_mode(done, &after, metadata.mode)));
    missed.extend(missed_times(times, &after, metadata.mtime));
    if missed.is_empty() {
        return Ok(Vec::new());
    }
    let path = path();
    Ok(missed.into_iter().map(|(what, cause)| Shortfall { path: path.clone(), what, cause }).collect())
}

/// Gives a file or directory that this process has just made its metadata, in as few calls as most need: one look at the end tells
/// whether all is as it must be. If anything is not, it is done by [`apply`], which tells what could not be set. To be used where
/// no default ACL was handed down.
pub(super) fn apply_new(fd: BorrowedFd<'_>, metadata: &Metadata, path: impl FnOnce() -> Vec<u8>) -> io::Result<Vec<Shortfall>> {
    let object = Object::Open(fd);
    if is_applied(&object, metadata).unwrap_or(false) { Ok(Vec::new()) } else { apply(&object, metadata, path) }
}

fn is_applied(object: &Object<'_>, metadata: &Metadata) -> io::Result<bool> {
    // Those bits need the right owner, which is known only when it was looked at.
    if metadata.mode & SET_IDS != 0 {
        return Ok(false);
    }
    if (metadata.uid, metadata.gid) != process_owner() {
        object.chown(Some(metadata.uid), Some(metadata.gid))?;
    }
    let magic = object.magic_path();
    metadata.xattrs.iter().try_for_each(|xattr| object.attributed(&magic).set(xattr))?;
    object.chmod(metadata.mode)?;
    object.set_mtime(metadata.mtime)?;
    let after = object.stat()?;
    let is_owned = (after.uid, after.gid) == (metadata.uid, metadata.gid);
    Ok(is_owned && after.mode == metadata.mode && is_near(after.mtime, metadata.mtime))
}

/// Whom new files belong to, in most directories. If it is wrong, or changes, the last look shows it.
fn process_owner() -> (u32, u32) {
    static OWNER: OnceLock<(u32, u32)> = OnceLock::new();
    *OWNER.get_or_init(|| (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw()))
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

fn missed_mode(done: io::Result<()>, after: &Stat, mode: u32) -> Option<(What, io::Error)> {
    let unset = || io::Error::new(io::ErrorKind::PermissionDenied, "some permission bits were not set");
    (after.mode != mode).then(|| (What::Mode, done.err().unwrap_or_else(unset)))
}

fn missed_times(done: io::Result<()>, after: &Stat, mtime: Time) -> Option<(What, io::Error)> {
    let unset = || io::Error::new(io::ErrorKind::Unsupported, "the file system cannot hold a time so far away");
    match done {
        Err(cause) => Some((What::Times, cause)),
        Ok(()) => (!is_near(after.mtime, mtime)).then(|| (What::Times, unset())),
    }
}

fn is_near(is: Time, wanted: Time) -> bool {
    is.seconds().abs_diff(wanted.seconds()) <= COARSEST_SECONDS
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
