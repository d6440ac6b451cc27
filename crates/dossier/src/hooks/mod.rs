//! Commands of the user's before and after a run or a dossier: to dump or quiesce a database, to close a program, to mount a disk.
//!
//! A hook runs in a process group of its own, with nothing to read, with what it says kept up to a bound, and for a bounded time: then
//! its whole group is ended. A hook never gets a password: the variables that hold one, by their names or by the settings,
//! are taken out of its environment. It may use
//! `LIASSE_HOOK`, `LIASSE_WHEN`, `LIASSE_RUN`, `LIASSE_REASON`, `LIASSE_DOSSIER`, `LIASSE_PATH`, `LIASSE_RULE` and `LIASSE_OUTCOME`;
//! those that say nothing at that moment are not set.

mod group;
mod run;
mod settings;
mod tail;

#[cfg(test)]
mod tests;

pub use run::{Ended, Ran, Scene, run};
pub use settings::{Command, Hook, HookError, OnFailure, Settings, When};
