//! A view over HTTP: web pages for a browser, downloads, and `WebDAV` for file managers. Everything is read, nothing can be written.
//!
//! [`Serving::begin`] listens, [`Serving::wait`] lasts until somebody wishes to stop. What is asked for is looked up name by name in the
//! view, and nowhere else. Must never look into the host's file system, give out a byte that was not verified, or let a browser run what
//! a file contains; and never use a cookie, a script or anything from elsewhere.

mod access;
mod answer;
mod archive;
mod asked;
mod coding;
mod compared;
mod dav;
mod download;
mod pages;
mod patient;
mod preview;
mod server;
mod walked;
mod words;

use std::sync::Arc;

use tokio::sync::{Mutex, Semaphore};

use crate::repo::Repository;
use crate::view::View;
pub use access::{Access, Password};
use compared::Comparer;
pub use server::{ServeError, Serving, Tls};
pub use words::{Value, Words};

/// Archives that may be under way at once: each holds up to some 60 MiB of opened data, beside the cache.
const MOST_ARCHIVES: usize = 2;
/// Searches, histories and comparisons that may be under way at once: each keeps a thread busy.
const MOST_LOOKS: usize = 4;

/// What is served, to whom, and in which languages.
pub struct Web {
    view: Arc<View>,
    /// Spoken to who asks for no language that is spoken.
    first: Arc<dyn Words>,
    words: Vec<Arc<dyn Words>>,
    access: Access,
    comparer: Comparer,
    /// Room for archives, and for searches, histories and comparisons.
    archives: Arc<Semaphore>,
    looks: Arc<Semaphore>,
    /// Held while a wrong password waits for its answer.
    guess: Mutex<()>,
}

impl Web {
    /// Puts them together: a view, and the repository that it is of. The first language is spoken to who asks for none that is spoken.
    pub fn new(view: View, repository: Arc<Repository>, first: Arc<dyn Words>, others: Vec<Arc<dyn Words>>, access: Access) -> Self {
        let words = std::iter::once(Arc::clone(&first)).chain(others).collect();
        let room = |most| Arc::new(Semaphore::new(most));
        let (archives, looks) = (room(MOST_ARCHIVES), room(MOST_LOOKS));
        let comparer = Comparer::new(repository);
        Self { view: Arc::new(view), first, words, access, comparer, archives, looks, guess: Mutex::default() }
    }

    /// A language by its number.
    fn words(&self, number: usize) -> &dyn Words {
        self.words.get(number).unwrap_or(&self.first).as_ref()
    }
}
