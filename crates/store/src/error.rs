//! What can go wrong with a store. A type of its own, so that a full or failing repository can never be taken for an
//! unreadable source file. Must never carry advice: hints belong to the program, not to a library.

use std::fmt;
use std::io;

use rustix::io::Errno;

/// A failed operation on a repository's store.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} {object}: {kind}")]
pub struct Error {
    kind: ErrorKind,
    operation: Operation,
    object: String,
    source: Option<io::Error>,
}

/// The kinds of failure that a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// There is no such object or folder.
    NotFound,
    /// No space or quota is left (`ENOSPC`, `EDQUOT`).
    Full,
    /// The store can only be read (`EROFS`).
    ReadOnly,
    /// The operating system refuses (`EACCES`, `EPERM`).
    Denied,
    /// The object is larger than the caller is ready to hold; nothing was read.
    TooLarge {
        /// The object's size in bytes.
        size: u64,
        /// The caller's limit in bytes.
        limit: u64,
    },
    /// The object ends before the range that was asked for.
    Short {
        /// Where the range starts, in bytes.
        offset: u64,
        /// How many bytes were wanted from there.
        wanted: u64,
    },
    /// The name can name no object of this area.
    BadName,
    /// Something lies at the object's place that is no regular file.
    NotAFile,
    /// A repository was to be created in a folder that holds other things.
    NotEmpty,
    /// The folder holds no repository, or no longer does: a medium may have been unplugged.
    NotARepository,
    /// Any other failure; see the source.
    Io,
}

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Creating the store.
    Create,
    /// Opening the store.
    Open,
    /// Making a key of a name.
    Name,
    /// [`Store::list`](crate::Store::list) and [`Store::strays`](crate::Store::strays).
    List,
    /// [`Store::get`](crate::Store::get).
    Get,
    /// [`Store::read_at`](crate::Store::read_at).
    ReadAt,
    /// [`Store::size`](crate::Store::size).
    Size,
    /// [`Store::put`](crate::Store::put).
    Put,
    /// [`Store::stage`](crate::Store::stage).
    Stage,
    /// [`Stage::write`](crate::Stage::write).
    Write,
    /// [`Stage::publish`](crate::Stage::publish) and [`Stage::take_place`](crate::Stage::take_place).
    Publish,
    /// [`Store::remove`](crate::Store::remove).
    Remove,
    /// [`Store::sweep`](crate::Store::sweep).
    Sweep,
    /// [`Store::set_aside`](crate::Store::set_aside).
    SetAside,
}

impl Error {
    /// An error without an underlying one of the operating system.
    pub fn new(kind: ErrorKind, operation: Operation, object: impl fmt::Display) -> Self {
        Self { kind, operation, object: object.to_string(), source: None }
    }

    /// An error of the operating system; its kind follows from the error number.
    pub fn from_io(source: io::Error, operation: Operation, object: impl fmt::Display) -> Self {
        Self { kind: ErrorKind::of(&source), operation, object: object.to_string(), source: Some(source) }
    }

    /// What kind of failure it is.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What was being done.
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// The object, file or folder concerned.
    pub fn object(&self) -> &str {
        &self.object
    }
}

impl ErrorKind {
    fn of(error: &io::Error) -> Self {
        match Errno::from_io_error(error) {
            Some(Errno::NOSPC | Errno::DQUOT) => Self::Full,
            Some(Errno::ROFS) => Self::ReadOnly,
            Some(Errno::ACCESS | Errno::PERM) => Self::Denied,
            Some(Errno::NOENT) => Self::NotFound,
            _ => Self::Io,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found in the repository"),
            Self::Full => f.write_str("the repository's storage is full"),
            Self::ReadOnly => f.write_str("the repository's storage is read-only"),
            Self::Denied => f.write_str("the repository's storage denies access"),
            Self::TooLarge { size, limit } => write!(f, "{size} bytes are more than the limit of {limit}"),
            Self::Short { offset, wanted } => write!(f, "it ends before the {wanted} bytes at offset {offset}"),
            Self::BadName => f.write_str("no valid object name"),
            Self::NotAFile => f.write_str("not a regular file"),
            Self::NotEmpty => f.write_str("the folder holds something that is not a repository"),
            Self::NotARepository => f.write_str("the folder holds no repository"),
            Self::Io => f.write_str("the repository's storage failed"),
        }
    }
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Create,
        Self::Open,
        Self::Name,
        Self::List,
        Self::Get,
        Self::ReadAt,
        Self::Size,
        Self::Put,
        Self::Stage,
        Self::Write,
        Self::Publish,
        Self::Remove,
        Self::Sweep,
        Self::SetAside,
    ];

    /// Whether it may change what the store holds.
    pub const fn is_mutation(self) -> bool {
        matches!(self, Self::Put | Self::Stage | Self::Write | Self::Publish | Self::Remove | Self::Sweep | Self::SetAside)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create a repository in",
            Self::Open => "open the repository in",
            Self::Name => "use the name",
            Self::List => "list",
            Self::Get | Self::ReadAt => "read",
            Self::Size => "look up",
            Self::Put => "store",
            Self::Stage => "begin an object in",
            Self::Write => "write an object for",
            Self::Publish => "publish",
            Self::Remove => "remove",
            Self::Sweep => "sweep",
            Self::SetAside => "set aside",
        })
    }
}
