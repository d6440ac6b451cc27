//! What reading a source and writing a target have in common: handles of directories, what `stat` says, listings and
//! extended attributes, on Linux. Must never follow a symbolic link below the directory that it started from, and never
//! decide what a failure means: it gives the operating system's errors, and the layers above say whose they are.

mod chain;
mod list;
mod stat;
mod xattrs;

#[cfg(test)]
pub(crate) mod testing;

pub(crate) use chain::{Chain, Replaced};
pub(crate) use list::list;
pub(crate) use xattrs::{Attributed, XattrFailure};

pub use list::Listed;
pub use stat::{FileKind, Stat};

use std::os::fd::{AsFd, AsRawFd};

/// The path that leads to an open file, whatever has become of its name. Needs `/proc`.
pub(crate) fn path_of_fd(fd: impl AsFd) -> String {
    format!("/proc/self/fd/{}", fd.as_fd().as_raw_fd())
}

/// The path of a name in an open directory. It is short, however deep the directory lies. Needs `/proc`.
pub(crate) fn path_of_name(directory: impl AsFd, name: &[u8]) -> Vec<u8> {
    let mut path = path_of_fd(directory).into_bytes();
    path.push(b'/');
    path.extend_from_slice(name);
    path
}
