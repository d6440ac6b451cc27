//! The options of `export` and `verify-export`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::Filter;

/// Write a dossier in open form, for others to read and to check.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The dossier
    #[arg(value_name = "CODE")]
    pub(crate) code: OsString,
    /// As it was at this date; without it the last good state
    #[arg(long, value_name = "DATE")]
    pub(crate) at: Option<String>,
    /// New or empty folder to write to; or a new file that ends with .zip
    #[arg(long, value_name = "FOLDER|FILE.zip")]
    pub(crate) to: PathBuf,
    /// Leave out the signed record, which names the other dossiers of its run and proves who saved this one
    #[arg(long)]
    pub(crate) no_record: bool,
    /// Of which snapshots.
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// Check an export, without password or repository.
#[derive(Debug, Args)]
pub(crate) struct VerifyExport {
    /// What `export` wrote
    #[arg(value_name = "FOLDER|FILE.zip")]
    pub(crate) what: PathBuf,
    /// The key that must have signed it, as "key list --json" shows it to the firm
    #[arg(long, value_name = "KEY")]
    pub(crate) signer: Option<String>,
}
