//! File trees to and from a repository.
//!
//! [`backup`] goes: walk, compare with the catalogue, read, cut, name, store, tree, snapshot. [`restore`] goes: snapshot, tree, locate,
//! read, open, verify, write. [`Browse`] looks into snapshots without restoring them, and [`export`] makes of a
//! dossier's state what others can check.

mod backup;
mod browse;
mod catalogue;
mod drill;
mod error;
mod export;
mod list;
mod paths;
mod patterns;
mod restore;
pub mod source;
mod stream;
mod system;
pub mod target;

pub use backup::{
    BackupOptions, BackupReport, Dossier, Fate, FileSeen, Found, Judge, Kept, LeftOut, Refusal, Skip, WouldStore, backup, backup_dossiers,
};
pub use browse::{Browse, Change, Difference, Dumped, EachDifference, Format, History, Moment, Search, Seen, Span, Version};
pub use drill::{Drill, DrillFailure, DrillReport, remove_drilled};
pub use error::{Error, Result};
pub use export::{Checked, Export, Exported, Form, Head, Proof, Signed, Wrong, WrongKind, export, verify_export};
pub use liasse_repo as repo;
pub use list::list;
pub use paths::is_within;
pub use patterns::{PatternError, Patterns};
pub use restore::{Lost, NOTE, Noted, Overwrite, RestoreOptions, RestoreReport, Shortfall, is_cut_off, restore};
