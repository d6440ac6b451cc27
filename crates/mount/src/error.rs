//! Why a view does not give what is asked for.

use liasse_archive::repo;

/// Why a view does not give what is asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing of that name.
    #[error("there is nothing of that name")]
    Missing,
    /// Something is asked of it that only a folder has.
    #[error("it is no folder")]
    NotAFolder,
    /// Something is asked of it that only a file, or a link, has.
    #[error("it is of another kind")]
    OtherKind,
    /// A node that was never given out, or that was given back.
    #[error("node {0} is not known")]
    Unknown(u64),
    /// Who asked for it takes it no more.
    #[error("cannot hand it out")]
    Output(#[source] std::io::Error),
    /// The repository does not give it, or not as it was stored. It was told already, with path and object.
    #[error(transparent)]
    Repository(#[from] repo::Error),
}

/// The result of a look into a view.
pub type Result<T, E = Error> = std::result::Result<T, E>;
