//! The options of the commands that look into snapshots without restoring.

use std::ffi::OsString;

use clap::Args;

use super::Filter;

/// Write the bytes of a file in a snapshot to standard output.
#[derive(Debug, Args)]
pub(crate) struct Cat {
    /// An id or its start, "latest", or a date such as 2024-12-31 or 2024-12-31T21:00; then ":" and the path of a file. With --dossier: a path
    /// in the dossier
    #[arg(value_name = "SNAPSHOT:PATH")]
    pub(crate) what: OsString,
    /// A dossier's last good state.
    #[command(flatten)]
    pub(crate) dossier: OfDossier,
    /// Of which snapshots.
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// A state of a dossier.
#[derive(Debug, Args)]
pub(crate) struct OfDossier {
    /// In the last good state of this dossier
    #[arg(long, value_name = "CODE")]
    pub(crate) dossier: Option<String>,
    /// With --dossier: as it was at this date
    #[arg(long, value_name = "DATE", requires = "dossier")]
    pub(crate) at: Option<String>,
}
