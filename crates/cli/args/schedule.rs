//! The options of `schedule`.

use clap::Subcommand;

/// The system's timer that starts runs.
#[derive(Debug, Subcommand)]
pub(crate) enum Schedule {
    /// Set the system's timer, as the settings have it
    Install {
        /// Only show what would be written and done
        #[arg(long)]
        dry_run: bool,
    },
    /// Take away what install has written
    Remove {
        /// Only show what would be removed
        #[arg(long)]
        dry_run: bool,
    },
    /// Show what is installed, and the next times
    Show,
}
