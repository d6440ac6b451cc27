//! What can go wrong with a repository. It says what and where; what a person should do about it is added by who speaks to people.

use liasse_format::DecodeError;
use liasse_format::ids::{ChunkId, RepositoryId, SessionId};
use liasse_seal::SealError;
use thiserror::Error;

/// A failed operation on a repository.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no repository at the place.
    #[error("there is no repository at {location}")]
    NoRepository {
        /// The place.
        location: String,
    },
    /// There is a beginning of a repository, but no key or config that could open it.
    #[error("the repository at {location} is not complete: {missing} missing")]
    Unfinished {
        /// The place.
        location: String,
        /// What is not there.
        missing: &'static str,
    },
    /// There is a repository already.
    #[error("there is a repository at {location} already")]
    Exists {
        /// The place.
        location: String,
    },
    /// No key slot opens with the password.
    #[error("wrong password for the repository at {location}")]
    WrongPassword {
        /// The place.
        location: String,
        /// Slots that are damaged or that the storage does not give, as their paths: the password may be for one of them.
        unread: Vec<String>,
    },
    /// The password opens a key slot that the owner has removed, and that somebody has put back.
    #[error("the owner of the repository at {location} has removed the key {slot}")]
    RemovedKey {
        /// The place.
        location: String,
        /// The slot, as its path.
        slot: String,
    },
    /// The credential is of another repository, or not accepted by it.
    #[error("the credential does not belong to the repository at {location}")]
    WrongCredential {
        /// The place.
        location: String,
    },
    /// What is asked for needs another role.
    #[error("{action} needs the key of an {needs}")]
    NotAllowed {
        /// What was asked for.
        action: &'static str,
        /// Who may.
        needs: &'static str,
    },
    /// A credential file was asked for, for a role that has none.
    #[error("a credential file is for a writer, not for an {role}")]
    CredentialRole {
        /// The role.
        role: liasse_format::keys::Role,
    },
    /// An object that does not decode.
    #[error("{object} is damaged: {cause}")]
    Damaged {
        /// The object's place in the repository.
        object: String,
        /// Why it was refused.
        cause: DecodeError,
    },
    /// An object that was written by a newer version of the format.
    #[error("{object} has format version {major}, which this program does not know")]
    Newer {
        /// The object's place in the repository.
        object: String,
        /// The version.
        major: u16,
    },
    /// An object, or a part of one, that does not open, verify or decompress.
    #[error("{object} is damaged: {cause}")]
    Sealed {
        /// The object's place in the repository.
        object: String,
        /// Why it was refused.
        cause: SealError,
    },
    /// A record that is signed by nobody who may.
    #[error("{object} is not signed by a writer of this repository")]
    Unsigned {
        /// The object's place in the repository.
        object: String,
    },
    /// A chunk that no pack holds.
    #[error("chunk {id} is missing")]
    MissingChunk {
        /// Its name.
        id: ChunkId,
    },
    /// A chunk whose bytes, or their description, do not fit its name.
    #[error("chunk {id} in {object} is damaged: {what}")]
    BadChunk {
        /// Its name.
        id: ChunkId,
        /// Where it lies.
        object: String,
        /// What is wrong.
        what: &'static str,
    },
    /// A content whose pieces do not fit together.
    #[error("content is damaged: {what}")]
    BadContent {
        /// What is wrong.
        what: &'static str,
    },
    /// Nothing fits what was asked for.
    #[error("no snapshot {selector}")]
    NoSnapshot {
        /// What was asked for.
        selector: String,
        /// Time of the first snapshot, when there is one.
        first: Option<liasse_format::time::Time>,
    },
    /// More than one snapshot fits.
    #[error("more than one snapshot starts with {prefix}")]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// Some of those that fit.
        candidates: Vec<SessionId>,
    },
    /// No key slot or writer of that name.
    #[error("no key {name}")]
    NoKey {
        /// What was asked for.
        name: String,
    },
    /// The last way in for an owner.
    #[error("key {name} is the last owner key")]
    LastOwner {
        /// What was to be removed.
        name: String,
    },
    /// The session's slot was taken: a deletion went by while it was writing, and its chunks may be gone.
    #[error("session {session} was ended by a deletion that ran beside it; nothing was committed")]
    Burned {
        /// The session.
        session: SessionId,
    },
    /// The owner has revoked the writer: what it signs from now on is believed by nobody.
    #[error("the owner of the repository accepts no more snapshots signed with this key")]
    Revoked,
    /// Two clients changed the config at the same time.
    #[error("the config was changed by someone else at the same time")]
    Contended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] liasse_store::Error),
    /// The operating system gave no random bytes, or a signature or seal could not be made.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The local cache failed in a way that cannot be worked around.
    #[error("local cache {path}: {what}")]
    Cache {
        /// The file.
        path: String,
        /// What happened.
        what: String,
    },
    /// A value is too large to be written.
    #[error("{what} is too large")]
    TooLarge {
        /// Which value.
        what: &'static str,
    },
    /// The repository of the object is not the one that is open.
    #[error("{object} belongs to repository {found}")]
    Foreign {
        /// The object's place.
        object: String,
        /// Its repository.
        found: RepositoryId,
    },
    /// Someone asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// A part of the program failed without saying why.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

/// The result of an operation on a repository.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// What a decoder said of an object.
    pub(crate) fn decode(object: impl ToString) -> impl FnOnce(DecodeError) -> Self {
        move |cause| match cause {
            DecodeError::Version { major } => Self::Newer { object: object.to_string(), major },
            cause => Self::Damaged { object: object.to_string(), cause },
        }
    }

    /// What opening, verifying or decompressing said of an object.
    pub(crate) fn sealed(object: impl ToString) -> impl FnOnce(SealError) -> Self {
        move |cause| Self::Sealed { object: object.to_string(), cause }
    }

    /// The same once more, for another who asks: what happened is told to everybody whom it concerns.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Store(error) => Self::Store(store_error_again(error)),
            Self::Seal(cause) => Self::Seal(cause.clone()),
            Self::Sealed { object, cause } => Self::Sealed { object: object.clone(), cause: cause.clone() },
            Self::Damaged { object, cause } => Self::Damaged { object: object.clone(), cause: cause.clone() },
            Self::Cache { path, what } => Self::Cache { path: path.clone(), what: what.clone() },
            Self::TooLarge { what } => Self::TooLarge { what },
            Self::Interrupted => Self::Interrupted,
            Self::Internal(what) => Self::Internal(what),
            _ => Self::Internal("the session failed before"),
        }
    }

    /// Whether one object is at fault, by its bytes or because the storage does not give them, so that others may still be good.
    pub(crate) fn is_about_object(&self) -> bool {
        use liasse_store::{ErrorKind, Operation};
        match self {
            Self::Store(error) => {
                let reads = matches!(error.operation(), Operation::Get | Operation::ReadAt | Operation::Size);
                let is_one = error.kind() == ErrorKind::NotAFile || reads && matches!(error.kind(), ErrorKind::Io | ErrorKind::Denied);
                is_one || self.is_damage()
            }
            _ => self.is_damage(),
        }
    }

    /// Whether the repository's own bytes are at fault, so that other parts of it may still be good.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. }
            | Self::Newer { .. }
            | Self::Sealed { .. }
            | Self::Unsigned { .. }
            | Self::MissingChunk { .. }
            | Self::BadChunk { .. }
            | Self::BadContent { .. }
            | Self::Foreign { .. } => true,
            Self::Store(error) => matches!(
                error.kind(),
                liasse_store::ErrorKind::NotFound | liasse_store::ErrorKind::Short { .. } | liasse_store::ErrorKind::TooLarge { .. }
            ),
            _ => false,
        }
    }
}

/// With the error of the operating system, where there was one.
fn store_error_again(error: &liasse_store::Error) -> liasse_store::Error {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
    match source.and_then(std::io::Error::raw_os_error) {
        Some(number) => liasse_store::Error::from_io(std::io::Error::from_raw_os_error(number), error.operation(), error.object()),
        None => liasse_store::Error::new(error.kind(), error.operation(), error.object()),
    }
}
