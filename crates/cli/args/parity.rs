//! `parity` and `repair parity`.

use clap::{Args, Subcommand};
use liasse_repo::parity::Rate;

/// Recovery of a medium that rots.
#[derive(Debug, Subcommand)]
pub(crate) enum Parity {
    /// Protect everything that is not protected yet; needs no password
    Add(ParityAdd),
    /// Show how well the repository is protected; needs no password
    Check,
}

/// Protect everything that is not protected yet.
#[derive(Debug, Args)]
pub(crate) struct ParityAdd {
    /// How much recovery is stored: 8% repairs 5% of a medium
    #[arg(long, value_name = "PERCENT", default_value_t)]
    pub(crate) rate: Rate,
}

/// Rebuild what has rotted; needs no password.
#[derive(Debug, Args)]
pub(crate) struct RepairParity {
    /// Do it, rather than only say what would be done
    #[arg(long)]
    pub(crate) apply: bool,
}
