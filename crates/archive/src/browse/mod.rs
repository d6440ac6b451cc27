//! Looking into snapshots without restoring them: the bytes of a file, what differs, the versions of a file, searches, archives.
//!
//! Nothing is given out that was not verified, nothing is written but to the output that is asked for, and what is kept in memory is a
//! folder for each level on the way down and what is found, never a whole tree or file.

mod bytes;
mod diff;
pub(crate) mod dump;
mod history;
mod search;
mod seen;

use std::io::Write;
use std::sync::Arc;

use liasse_repo::format::content::Content;
use liasse_repo::format::tree::Node;
use liasse_repo::{Reader, Repository, Scratch, Stop};

use crate::error::{Error, Result};
use crate::list::{self, Found};

use bytes::{Holes, copy};
pub use diff::{Change, Difference, EachDifference};
pub use dump::{Dumped, Format};
pub use history::{History, Moment, Span};
pub use search::{Search, Version};
pub use seen::Seen;

/// Looks into the snapshots of one repository, as it was when this was made. Trees are named by their content: the root of a snapshot
/// or the tree of a dossier.
pub struct Browse<'r> {
    reader: Arc<Reader<'r>>,
    scratch: Scratch,
    stop: Stop,
}

impl<'r> Browse<'r> {
    /// Loads the index. Needs a key that reads.
    pub fn new(repository: &'r Repository, stop: &Stop) -> Result<Self> {
        Self::over(Arc::new(repository.reader()?), stop)
    }

    /// Goes by a reader that is there already, and may serve others meanwhile.
    pub fn over(reader: Arc<Reader<'r>>, stop: &Stop) -> Result<Self> {
        Ok(Self { reader, scratch: Scratch::new()?, stop: stop.clone() })
    }

    /// Looks a path up. Slashes at its ends do not matter.
    fn find(&mut self, root: &Content, path: &[u8]) -> Result<Found> {
        list::find(&self.reader, root, path, &mut self.scratch)
    }

    /// Writes the bytes of a file. What was written before an error is right, and not all.
    pub fn cat(&mut self, root: &Content, path: &[u8], out: &mut dyn Write) -> Result<()> {
        let not_a_file = || Error::NotAFile { path: String::from_utf8_lossy(path).into_owned() };
        let Found::Entry(entry) = self.find(root, path)? else { return Err(not_a_file()) };
        let Node::File(content) = &entry.node else { return Err(not_a_file()) };
        copy(&self.reader, &mut self.scratch, &self.stop, content, Holes::Zeros, out).map_err(|error| self.in_file(path, error))
    }

    /// Says which file cannot be read, where only that is at fault.
    fn in_file(&self, path: &[u8], error: Error) -> Error {
        let Error::Repo(cause) = error else { return error };
        match self.reader.repository().as_partial(cause) {
            Ok(cause) => Error::Unreadable { path: String::from_utf8_lossy(path).into_owned(), cause },
            Err(error) => error.into(),
        }
    }
}
