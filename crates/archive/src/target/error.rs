//! What can go wrong with a restore's target. Must never be taken for trouble with the repository, and never carry advice.

use std::fmt;
use std::io;

use rustix::io::Errno;

use super::FileKind;

/// A failed operation on a restore's target.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} {}", String::from_utf8_lossy(path))]
pub struct TargetError {
    /// The entry concerned.
    pub path: Vec<u8>,
    /// What was being done.
    pub operation: TargetOperation,
    /// Why it failed.
    #[source]
    pub kind: TargetErrorKind,
}

/// Why an operation on a target failed.
#[derive(Debug, thiserror::Error)]
pub enum TargetErrorKind {
    /// Something has the name already.
    #[error("there is a {kind} of that name")]
    Exists {
        /// What it is.
        kind: FileKind,
    },
    /// The file system takes the name for another one's, which is there: it folds case, or leaves something out of names.
    #[error("the target cannot tell its name from {:?}, which is there", String::from_utf8_lossy(with))]
    Collides {
        /// The name that is there.
        with: Vec<u8>,
    },
    /// The file system has no names as long as that.
    #[error("its name is too long for the target's file system")]
    TooLong,
    /// Something that is no directory, perhaps a symbolic link, stands where a directory was expected.
    #[error("not a directory")]
    NotADirectory,
    /// There is no such entry.
    #[error("not found")]
    Missing,
    /// No space or quota is left.
    #[error("no space is left")]
    Full,
    /// The file system can only be read.
    #[error("the file system is read-only")]
    ReadOnly,
    /// The operating system refuses.
    #[error("access is denied")]
    Denied,
    /// Another file system is mounted there, and is not touched.
    #[error("another file system is mounted there")]
    Mounted,
    /// Anything else.
    #[error(transparent)]
    Io(io::Error),
}

/// What was being done with a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetOperation {
    /// Opening a directory.
    Open,
    /// Making a directory.
    MakeDirectory,
    /// Making anything else.
    Make,
    /// Writing a file.
    Write,
    /// Reading it again.
    Read,
    /// Giving it its metadata.
    Apply,
    /// Moving it to its name.
    Place,
    /// Removing an entry.
    Remove,
    /// Asking what an entry is.
    Stat,
    /// Listing a directory.
    List,
    /// Making durable.
    Sync,
}

impl TargetError {
    /// An error of the operating system; its kind follows from the error number.
    pub(crate) fn new(path: Vec<u8>, operation: TargetOperation, error: io::Error) -> Self {
        Self { path, operation, kind: TargetErrorKind::of(error) }
    }
}

impl TargetErrorKind {
    fn of(error: io::Error) -> Self {
        match Errno::from_io_error(&error) {
            Some(Errno::NOSPC | Errno::DQUOT) => Self::Full,
            Some(Errno::ROFS) => Self::ReadOnly,
            Some(Errno::ACCESS | Errno::PERM) => Self::Denied,
            Some(Errno::NOTDIR | Errno::LOOP) => Self::NotADirectory,
            Some(Errno::NOENT) => Self::Missing,
            Some(Errno::NAMETOOLONG) => Self::TooLong,
            _ => Self::Io(error),
        }
    }
}

impl fmt::Display for TargetOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::MakeDirectory => "make the directory",
            Self::Make => "make",
            Self::Write => "write",
            Self::Read => "read",
            Self::Apply => "set the metadata of",
            Self::Place => "put in its place",
            Self::Remove => "remove",
            Self::Stat => "look up",
            Self::List => "list",
            Self::Sync => "make durable",
        })
    }
}
