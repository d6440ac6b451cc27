//! What can go wrong with a source. A type of its own, so that an unreadable file and a failing repository are never taken
//! for each other. Must never carry advice.

use std::fmt;
use std::io;

use crate::system::Replaced;

/// A failed operation on a source.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} {}", String::from_utf8_lossy(path))]
pub struct SourceError {
    /// The entry concerned.
    pub path: Vec<u8>,
    /// What was being done.
    pub operation: SourceOperation,
    /// Why it failed.
    pub source: io::Error,
}

/// What was being done with a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceOperation {
    /// Opening it.
    Open,
    /// Asking what it is.
    Stat,
    /// Listing a directory.
    List,
    /// Reading where a symbolic link points.
    ReadLink,
    /// Reading its content.
    Read,
    /// Looking for its holes.
    FindHoles,
    /// Listing its extended attributes.
    ListXattrs,
    /// Reading the extended attribute of this name.
    ReadXattr(Vec<u8>),
}

impl SourceError {
    /// Whether the entry is not, or no longer, what it was found to be: it was removed or replaced meanwhile.
    pub fn is_gone(&self) -> bool {
        let replaced = self.source.get_ref().and_then(|cause| cause.downcast_ref::<Replaced>()).is_some();
        replaced || matches!(self.source.kind(), io::ErrorKind::NotFound | io::ErrorKind::StaleNetworkFileHandle)
    }

    /// Whether the operating system refuses access.
    pub fn is_denied(&self) -> bool {
        self.source.kind() == io::ErrorKind::PermissionDenied
    }
}

impl fmt::Display for SourceOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("open"),
            Self::Stat => f.write_str("look up"),
            Self::List => f.write_str("list"),
            Self::ReadLink | Self::Read => f.write_str("read"),
            Self::FindHoles => f.write_str("find the holes of"),
            Self::ListXattrs => f.write_str("list the extended attributes of"),
            Self::ReadXattr(name) => write!(f, "read the extended attribute {} of", String::from_utf8_lossy(name)),
        }
    }
}
