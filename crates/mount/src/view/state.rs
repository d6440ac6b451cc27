//! A state that is shown: a whole snapshot, or a dossier as a snapshot has it.

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::time::Time;

/// A state that is shown.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// Its path in the view; empty where it is all of the view.
    pub(super) place: Vec<u8>,
    /// When it was.
    pub(super) time: Time,
    /// The look at the snapshots that found it.
    pub(super) look: u64,
    /// Where a dossier is: the folder that stands for `/`, and its path in it.
    pub(super) dossier: Option<(Content, Vec<u8>)>,
}
