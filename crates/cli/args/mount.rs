//! The options of `mount` and `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Show snapshots as a folder.
#[derive(Debug, Args)]
pub(crate) struct Mount {
    /// Empty folder to show them in
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// What is shown.
    #[command(flatten)]
    pub(crate) which: Which,
    /// Go on in the background once the folder is ready
    #[arg(long)]
    pub(crate) background: bool,
    /// Let every user of this machine look into it, as far as owners and modes allow it
    #[arg(long)]
    pub(crate) allow_other: bool,
    /// This is the process that goes on in the background
    #[arg(long, hide = true, requires = "background")]
    pub(crate) detached: bool,
}

/// What is shown of the repository; all of it without.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Only the state of this date, such as 2024-12-31 or 2024-12-31T21:00
    #[arg(long, value_name = "DATE", conflicts_with = "snapshot")]
    pub(crate) at: Option<String>,
    /// Only this snapshot: its id or the start of it, or "latest"
    #[arg(long, value_name = "ID")]
    pub(crate) snapshot: Option<String>,
    /// Only this dossier: its last good state, or that of the date or snapshot
    #[arg(long, value_name = "CODE")]
    pub(crate) dossier: Option<String>,
    /// MiB of opened data that are kept in memory
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(8..=65_536))]
    pub(crate) cache_size: u32,
}

/// Show snapshots in a browser and to file managers.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// What is shown.
    #[command(flatten)]
    pub(crate) which: Which,
    /// Address and port to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8420")]
    pub(crate) listen: SocketAddr,
    /// File that holds the password of the pages; needed for any address but this machine's own
    #[arg(long, value_name = "FILE")]
    pub(crate) access_file: Option<PathBuf>,
    /// Certificate for TLS, with those that vouch for it, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Let pages and password go over the network in the clear
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) insecure_plain: bool,
}
