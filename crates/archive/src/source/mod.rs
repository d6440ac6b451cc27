//! Reading the files that are backed up. Must never follow a symbolic link that it is not told to follow, never wait for the
//! other end of a pipe, never change a source, and never take half of something for all of it.
//!
//! A backup is written against the two traits, so that a simulated source can stand in for [`Directory`] and [`File`], which
//! read the file systems of Linux. All failures are [`SourceError`]s: trouble with a *source*, which is told apart from
//! trouble with the repository.

#[cfg(test)]
pub(crate) mod asked;
mod directory;
#[cfg(test)]
pub(crate) mod disturbed;
mod error;
mod file;
mod owners;
#[cfg(test)]
pub(crate) mod pretended;
#[cfg(test)]
mod tests;

pub use crate::system::{FileKind, Listed, Stat};
pub use directory::Directory;
pub use error::{SourceError, SourceOperation};
pub use file::{File, Segment};
pub use owners::Owners;

use liasse_repo::format::tree::{Name, Xattr};

/// A directory of a source. A clone is the same directory; it may be used by several threads.
pub trait SourceDirectory: Clone + Send + Sync {
    /// What its files are read by.
    type File: SourceFile;

    /// The way to it, for messages.
    fn path(&self) -> Vec<u8>;

    /// What it is itself, as of now.
    fn own_stat(&self) -> Result<Stat, SourceError>;

    /// Its own extended attributes, ascending by name.
    fn own_xattrs(&self) -> Result<Vec<Xattr>, SourceError>;

    /// The names in it, ascending as bytes. All of them, whoever else asks meanwhile.
    fn list(&self) -> Result<Vec<Listed>, SourceError>;

    /// What an entry is; a symbolic link is not followed and no automount is started.
    fn stat(&self, name: &Name) -> Result<Stat, SourceError>;

    /// An entry's extended attributes, ascending by name, without opening it.
    fn xattrs(&self, name: &Name) -> Result<Vec<Xattr>, SourceError>;

    /// Where a symbolic link points, as it is written there.
    fn read_link(&self, name: &Name) -> Result<Vec<u8>, SourceError>;

    /// Opens a directory in this one. `expected` is what [`SourceDirectory::stat`] said of it: another than that is refused.
    fn open_child(&self, name: &Name, expected: &Stat) -> Result<Self, SourceError>;

    /// As `open_child`, for a directory that only leads somewhere: it is enough that it may be entered, and it cannot be listed.
    fn open_way(&self, name: &Name, expected: &Stat) -> Result<Self, SourceError>;

    /// Opens a regular file for reading. `expected` is what [`SourceDirectory::stat`] said of it: another than that is refused.
    fn open_file(&self, name: &Name, expected: &Stat) -> Result<Self::File, SourceError>;
}

/// An open regular file of a source.
pub trait SourceFile: Send + Sync {
    /// What it is as of now. Compare with an earlier one by [`Stat::is_unchanged`] to see whether it changed while it was read.
    fn stat(&self) -> Result<Stat, SourceError>;

    /// Its extended attributes, ascending by name.
    fn xattrs(&self) -> Result<Vec<Xattr>, SourceError>;

    /// Where its data and its holes are, in order, from byte 0 to `stat.size` without gaps. A file without holes costs no call.
    fn segments(&self, stat: &Stat) -> Result<Vec<Segment>, SourceError>;

    /// Fills the buffer from an offset in bytes. Fewer bytes than it holds are given only where the file ends.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError>;
}
