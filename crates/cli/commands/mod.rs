//! One file a command: options in, one result out. What several of them show alike is in [`shown`].

pub(crate) mod backup;
mod browsed;
pub(crate) mod cat;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod config_check;
pub(crate) mod config_init;
mod detached;
pub(crate) mod init;
pub(crate) mod key;
pub(crate) mod key_add;
pub(crate) mod ls;
pub(crate) mod mount;
mod recovery_key;
pub(crate) mod report;
pub(crate) mod restore;
mod restore_dossier;
mod restore_in_place;
mod restore_list;
pub(crate) mod run;
pub(crate) mod schedule;
mod shown;
pub(crate) mod snapshots;
pub(crate) mod stats;
pub(crate) mod status;
mod tell;
pub(crate) mod watch;
