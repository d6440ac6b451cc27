//! What ends a backup or a restore. Trouble with one entry does not: it is counted and reported.

use std::path::PathBuf;

use crate::patterns::PatternError;
use crate::source::SourceError;
use crate::target::TargetError;

/// A backup, a restore or a look that could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The repository failed, or someone asked to stop.
    #[error(transparent)]
    Repo(#[from] liasse_repo::Error),
    /// None of the sources can be read.
    #[error("none of the sources can be read")]
    NoSource {
        /// The first of them.
        #[source]
        cause: SourceError,
    },
    /// The sources are there, and none of them could be entered.
    #[error("none of the sources can be entered")]
    NothingReached,
    /// A source that is not a path from the root of the file system.
    #[error("{path} is not an absolute path")]
    NotAbsolute {
        /// The source.
        path: String,
    },
    /// The target failed in a way that will not pass.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// What is asked for is not in the snapshot.
    #[error("{path} is not in the snapshot")]
    NotInSnapshot {
        /// What was asked for.
        path: String,
    },
    /// A folder was asked for, and something else is there.
    #[error("{path} is not a folder in the snapshot")]
    NotAFolder {
        /// What was asked for.
        path: String,
    },
    /// The bytes of a file were asked for, and something else is there.
    #[error("{path} is not a file in the snapshot")]
    NotAFile {
        /// What was asked for.
        path: String,
    },
    /// A file whose bytes cannot be read from the repository.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        cause: liasse_repo::Error,
    },
    /// What is asked for cannot be written to where it is to go.
    #[error("cannot write the output")]
    Output {
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// Somebody else restores into the target.
    #[error("another restore into {path} is under way")]
    TargetBusy {
        /// The target.
        path: String,
    },
    /// The target has the note of another restore.
    #[error("a restore of something else into {path} was cut off")]
    OtherRestore {
        /// The target.
        path: String,
    },
    /// What should be an export is none.
    #[error("{} is no export: {what}", path.display())]
    NoExport {
        /// What was looked at.
        path: PathBuf,
        /// Why not.
        what: &'static str,
    },
    /// An export that cannot be read.
    #[error("{} cannot be read", path.display())]
    ExportUnreadable {
        /// The export.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// What the snapshot does not have may have been deleted, or not read: it does not say which.
    #[error("the snapshot names only {named} of the {unread} entries that could not be read when it was made")]
    UnnamedUnread {
        /// How many it names.
        named: u64,
        /// How many there were.
        unread: u64,
    },
    /// A pattern cannot be understood.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A part of the program failed without saying why.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

/// The result of a backup or restore.
pub type Result<T, E = Error> = std::result::Result<T, E>;
