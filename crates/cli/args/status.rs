//! The options of `status`.

use clap::Args;

/// Show how things stand.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// As a page for a browser
    #[arg(long)]
    pub(crate) html: bool,
}
