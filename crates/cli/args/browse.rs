//! The options of the commands that look into snapshots without restoring.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

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

/// Show what differs between two snapshots.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// An id or its start, "latest", or a date such as 2024-12-31 or 2024-12-31T21:00
    #[arg(value_name = "SNAPSHOT")]
    pub(crate) before: OsString,
    /// What it is compared with
    #[arg(value_name = "SNAPSHOT")]
    pub(crate) after: OsString,
    /// Only what is at this path and below it
    #[arg(value_name = "PATH")]
    pub(crate) below: Option<OsString>,
    /// Of which snapshots.
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// Show all versions of a file.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// The file. With --dossier: a path in the dossier
    #[arg(value_name = "PATH")]
    pub(crate) what: OsString,
    /// Through the states of this dossier
    #[arg(long, value_name = "CODE")]
    pub(crate) dossier: Option<String>,
    /// Of which snapshots.
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// Find files in all snapshots by their names.
#[derive(Debug, Args)]
pub(crate) struct Find {
    /// As those of --exclude: "*.pdf" anywhere, "/home/ada/*.pdf" in one folder
    #[arg(required = true, value_name = "PATTERN")]
    pub(crate) patterns: Vec<String>,
    /// Only in snapshots of this date and later ones
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// Only in snapshots of this date and earlier ones
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Of which snapshots.
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// Write a snapshot, or a folder of one, as an archive.
#[derive(Debug, Args)]
pub(crate) struct Dump {
    /// An id or its start, "latest", or a date such as 2024-12-31 or 2024-12-31T21:00; then ":" and a path. With --dossier: a path in the
    /// dossier
    #[arg(value_name = "SNAPSHOT[:PATH]", required_unless_present = "dossier")]
    pub(crate) what: Option<OsString>,
    /// Form of the archive; without it the one that the end of the file's name says, or tar
    #[arg(long, value_enum)]
    pub(crate) format: Option<Archive>,
    /// New file to write to, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// A dossier's last good state.
    #[command(flatten)]
    pub(crate) dossier: OfDossier,
    /// Of which snapshots.
    #[command(flatten)]
    pub(crate) filter: Filter,
}

/// Form of an archive.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Archive {
    /// With everything that the snapshot has of a file
    Tar,
    /// For every system; with names, permissions and times
    Zip,
}
