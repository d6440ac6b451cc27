//! How the program ends. The numbers are promised in the README.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// All is done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Done, but some sources could not be read.
    Incomplete = 3,
    /// There is no repository.
    NoRepository = 10,
    /// Wrong password, or a key that may not do this.
    WrongKey = 11,
    /// The repository is damaged.
    Damaged = 12,
    /// Done, but the repository shows an older state than this machine has seen there.
    RolledBack = 13,
    /// Someone asked to stop.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
