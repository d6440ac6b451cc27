//! The options of `report`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Reports of the runs.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// List the reports, the newest first
    List(ReportList),
    /// Show a report
    Show(ReportShow),
}

/// List the reports.
#[derive(Debug, Args)]
pub(crate) struct ReportList {
    /// Folder of the reports, instead of the one in the settings
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// List at most so many; 0 for all
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 30)]
    pub(crate) limit: usize,
}

/// Show a report.
#[derive(Debug, Args)]
pub(crate) struct ReportShow {
    /// Its name or the start of it, the start of its snapshot's id, or "latest"
    #[arg(value_name = "ID", default_value = "latest")]
    pub(crate) id: String,
    /// Folder of the reports, instead of the one in the settings
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// In which form
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// In which form a report is shown.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Format {
    /// As plain text
    #[default]
    Text,
    /// As JSON, on one line
    Json,
    /// As a page for a browser
    Html,
}
