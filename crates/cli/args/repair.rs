//! `repair`: the ways to mend a damaged repository.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Exclusions;
use super::parity::RepairParity;

/// Ways to mend a damaged repository.
#[derive(Debug, Subcommand)]
pub(crate) enum Repair {
    /// List packs in the index again that no readable part of it lists
    Index(RepairIndex),
    /// Copy what is damaged or missing from another copy of this repository
    From(RepairFrom),
    /// Store again what is damaged, from the files that were backed up
    FromSource(RepairFromSource),
    /// Rebuild what has rotted, from parity; needs no password
    Parity(RepairParity),
}

/// List packs in the index again that no readable part of it lists.
#[derive(Debug, Args)]
pub(crate) struct RepairIndex {
    /// Do it, rather than only say what would be done
    #[arg(long)]
    pub(crate) apply: bool,
}

/// Copy what is damaged or missing from another copy of this repository.
#[derive(Debug, Args)]
pub(crate) struct RepairFrom {
    /// Folder of the other copy; nothing is changed there
    #[arg(value_name = "OTHER")]
    pub(crate) other: PathBuf,
    /// Take also what only the other copy has: snapshots that this one never had
    #[arg(long)]
    pub(crate) all: bool,
    /// Do it, rather than only say what would be done
    #[arg(long)]
    pub(crate) apply: bool,
}

/// Store again what is damaged, from the files that were backed up.
#[derive(Debug, Args)]
pub(crate) struct RepairFromSource {
    /// Files and folders to read whole; those of the last snapshot of this machine without any
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// What is left out.
    #[command(flatten)]
    pub(crate) exclusions: Exclusions,
    /// Do it, rather than only say what would be done
    #[arg(long)]
    pub(crate) apply: bool,
}
