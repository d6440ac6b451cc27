//! The options of `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Settings of this program, and the parameters of the repository.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Show the repository's parameters
    Show,
    /// Write a first file of settings, with a comment for each
    Init(ConfigInit),
    /// Find every mistake in the settings
    Check,
    /// Show what is set, by whom, and what it means
    Explain {
        /// A key such as repository or rule.clients.root; without it, all of them
        #[arg(value_name = "KEY")]
        key: Option<String>,
    },
}

/// Write a first file of settings.
#[derive(Debug, Args)]
pub(crate) struct ConfigInit {
    /// Folder in which the dossiers lie
    #[arg(long, value_name = "FOLDER")]
    pub(crate) root: Option<PathBuf>,
    /// What the folders of the dossiers are called, such as "D*"
    #[arg(long, value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
    /// When the backup runs, such as "day 21:00"
    #[arg(long, value_name = "TIME")]
    pub(crate) every: Option<String>,
}
