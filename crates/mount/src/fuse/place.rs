//! The folder that is mounted on: looked at before, cleared of what a killed mount left, unmounted at the end.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::io::Errno;
use rustix::mount::{UnmountFlags, unmount};

/// What such mounts are called in the system's list.
pub(super) const NAME: &str = "liasse";
const DEVICE: &str = "/dev/fuse";
const HELPER: &str = "fusermount3";
/// KiB that the kernel asks for at once, where it lets us say so.
const READ_AHEAD_KIB: &str = "1024";

/// Why nothing is mounted.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// The kernel has no FUSE, or it is not loaded.
    #[error("this system has no FUSE: {DEVICE} is not there")]
    NoDevice,
    /// Only root mounts without the helper.
    #[error("the program {HELPER} is not there")]
    NoHelper,
    /// The folder is not there, or is none.
    #[error("cannot mount on {}: {cause}", .place.display())]
    Place {
        /// The folder.
        place: PathBuf,
        /// What is wrong with it.
        cause: io::Error,
    },
    /// What is in the folder would be hidden.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// Something is mounted there.
    #[error("something is mounted at {} already: {name}", .place.display())]
    Mounted {
        /// The folder.
        place: PathBuf,
        /// What the system calls it.
        name: String,
    },
    /// What is mounted there answers no more, and is not ours, or cannot be cleared away.
    #[error("a mount that answers no more is in the way at {}", .0.display())]
    Stale(PathBuf),
    /// The system refuses.
    #[error("cannot mount on {}: {cause}", .place.display())]
    System {
        /// The folder.
        place: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl MountError {
    pub(super) fn of(place: &Path, cause: io::Error) -> Self {
        Self::System { place: place.to_owned(), cause }
    }
}

/// Whether there is what mounts need.
pub(super) fn require_fuse() -> Result<(), MountError> {
    if !Path::new(DEVICE).exists() {
        return Err(MountError::NoDevice);
    }
    if rustix::process::geteuid().is_root() || has_helper() { Ok(()) } else { Err(MountError::NoHelper) }
}

fn has_helper() -> bool {
    let is_program =
        |folder: &Path| fs::metadata(folder.join(HELPER)).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0);
    ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"].into_iter().any(|folder| is_program(Path::new(folder)))
}

/// The folder without links in its path, empty, with nothing mounted on it; and whether something was cleared away for that.
pub(super) fn prepare(place: &Path) -> Result<(PathBuf, bool), MountError> {
    let bad = |cause| MountError::Place { place: place.to_owned(), cause };
    let real = real(place).map_err(bad)?;
    let mut cleared = false;
    // Mounts may lie upon each other.
    while let Some(mount) = mounted_at(&real) {
        // What the folder is like the kernel may still know; what is in it, only who is alive.
        let is_dead = matches!(fs::read_dir(&real), Err(error) if is_disconnected(&error));
        if !is_dead {
            return Err(MountError::Mounted { place: real, name: mount });
        }
        if mount != NAME || detach(&real).is_err() {
            return Err(MountError::Stale(real));
        }
        cleared = true;
    }
    if !fs::metadata(&real).map_err(bad)?.is_dir() {
        return Err(bad(io::Error::from(io::ErrorKind::NotADirectory)));
    }
    if fs::read_dir(&real).map_err(bad)?.next().is_some() {
        return Err(MountError::NotEmpty(real));
    }
    Ok((real, cleared))
}

/// The path without links. A mount that answers no more cannot be asked, so what it is mounted on is not.
fn real(place: &Path) -> io::Result<PathBuf> {
    match place.canonicalize() {
        Err(error) if is_disconnected(&error) => {
            let absolute = std::path::absolute(place)?;
            match (absolute.parent(), absolute.file_name()) {
                (Some(parent), Some(name)) => Ok(parent.canonicalize()?.join(name)),
                _ => Err(error),
            }
        }
        done => done,
    }
}

fn is_disconnected(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NOTCONN.raw_os_error())
}

/// What the system calls the uppermost mount on a folder.
fn mounted_at(place: &Path) -> Option<String> {
    let list = fs::read("/proc/self/mountinfo").ok()?;
    list.split(|byte| *byte == b'\n').rev().find_map(|line| source_at(line, place))
}

/// The source of a mount, if it is on that folder (`proc(5)`).
fn source_at(line: &[u8], place: &Path) -> Option<String> {
    let mut fields = line.split(|byte| *byte == b' ');
    let on = fields.nth(4)?;
    let source = fields.skip_while(|field| *field != b"-").nth(2)?;
    (unescaped(on) == place.as_os_str()).then(|| String::from_utf8_lossy(source).into_owned())
}

/// The kernel writes a space as `\040`, and other bytes likewise.
fn unescaped(field: &[u8]) -> OsString {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.first_chunk::<3>().filter(|_| *byte == b'\\').and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        out.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    OsString::from_vec(out)
}

/// Unmounts, at once for who looks for it, and for the others when they are done.
pub(super) fn detach(place: &Path) -> io::Result<()> {
    match unmount(place, UnmountFlags::DETACH) {
        // Somebody was faster.
        Ok(()) | Err(Errno::INVAL | Errno::NOENT) => Ok(()),
        Err(Errno::PERM) => helper_detach(place),
        Err(error) => Err(error.into()),
    }
}

fn helper_detach(place: &Path) -> io::Result<()> {
    let args = [OsStr::new("-u"), OsStr::new("-z"), OsStr::new("--"), place.as_os_str()];
    let status = Command::new(HELPER).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{HELPER} ended with {status}"))) }
}

/// Lets the kernel ask for more at once. Only root may; without it, it is slower.
pub(super) fn widen(place: &Path) {
    let Ok(meta) = fs::metadata(place) else { return };
    let (major, minor) = (rustix::fs::major(meta.dev()), rustix::fs::minor(meta.dev()));
    fs::write(format!("/sys/class/bdi/{major}:{minor}/read_ahead_kb"), READ_AHEAD_KIB).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_mounts_is_read_as_the_kernel_writes_it() {
        let line = br"36 35 98:0 /mnt1 /mnt\040two\134 rw,noatime master:1 - fuse.liasse liasse rw,user_id=0";
        assert_eq!(source_at(line, Path::new(r"/mnt two\")).as_deref(), Some("liasse"));
        assert_eq!(source_at(line, Path::new("/mnt")), None);
        assert_eq!(source_at(b"", Path::new("/")), None);
        assert_eq!(unescaped(br"\04"), OsStr::new(r"\04"));
    }
}
