//! Whether somebody works in a dossier: lock files by their names, files that a program has open for writing, locks that others hold.
//!
//! What counts, and what does not:
//!
//! - A lock file counts while it is there; what it says about its owner is told.
//! - A file that a program has open **for writing** counts. One that is open for reading only does not: a viewer of a PDF, an indexer or
//!   another backup must not keep a dossier from being saved.
//! - A lock counts, shared ones too: `SQLite` and dBase programs lock what they work with, and a table that a station merely reads is
//!   a table that it has open. A lease counts only when it is one for writing: file servers take leases for reading on everything.
//! - This process does not count, nor do programs that are named in the settings.
//!
//! What it costs: one look at the tables of open files and of locks in `/proc` for a whole run ([`OpenFiles::scan`]; 4 ms with 90
//! processes and 500 open files), and for each dossier the names in its folders, without a `stat` for its files (36 µs with 20 files).
//!
//! What cannot be seen: without the rights of root the open files of other users (their locks are seen; [`OpenFiles::unseen`] counts
//! such processes); open files on other machines, for which a dossier on a network file system is probed for locks ([`probe`]); and
//! files that a program has mapped into its memory and then closed. So a dossier that passes is still watched while it is read.

mod folder;
mod locks;
mod mounts;
mod names;
mod owner;
mod probe;
mod scan;
mod settings;

#[cfg(test)]
mod tests;

pub use names::{NamePattern, NamePatternError};
pub use scan::OpenFiles;
pub use settings::{Probe, Settings};

/// A file, whatever it is called: the number of its device and of its inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct FileId {
    device: u64,
    inode: u64,
}
