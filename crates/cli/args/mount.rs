//! The options of `mount`.

use std::path::PathBuf;

use clap::Args;

/// Show snapshots as a folder.
#[derive(Debug, Args)]
pub(crate) struct Mount {
    /// Empty folder to show them in
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Only the state of this date, such as 2024-12-31 or 2024-12-31T21:00
    #[arg(long, value_name = "DATE", conflicts_with = "snapshot")]
    pub(crate) at: Option<String>,
    /// Only this snapshot: its id or the start of it, or "latest"
    #[arg(long, value_name = "ID")]
    pub(crate) snapshot: Option<String>,
    /// Only this dossier: its last good state, or that of the date or snapshot
    #[arg(long, value_name = "CODE")]
    pub(crate) dossier: Option<String>,
    /// Go on in the background once the folder is ready
    #[arg(long)]
    pub(crate) background: bool,
    /// MiB of opened data that are kept in memory
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(8..=65_536))]
    pub(crate) cache_size: u32,
    /// Let every user of this machine look into it, as far as owners and modes allow it
    #[arg(long)]
    pub(crate) allow_other: bool,
    /// This is the process that goes on in the background
    #[arg(long, hide = true, requires = "background")]
    pub(crate) detached: bool,
}
