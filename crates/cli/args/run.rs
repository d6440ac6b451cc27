//! The options of `run`.

use clap::{Args, ValueEnum};
use liasse_dossier::Code;
use liasse_dossier::discover::Wishes;

/// Save the dossiers that the settings name, each as a whole.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Only these dossiers; the snapshot has the others as they were
    #[arg(value_name = "CODE", value_parser = code)]
    pub(crate) codes: Vec<Code>,
    /// Why this run is made, such as before-closing, before-exchange or before-update
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Which parts: "photos,documents" takes of all parts only these, "-photos" leaves one out, "all" takes every part
    #[arg(long, value_name = "PARTS", allow_hyphen_values = true, value_parser = parts, default_value = "", hide_default_value = true)]
    pub(crate) parts: Wishes,
    /// Promise not to forget this snapshot before the term of the law is over
    #[arg(long, value_enum, value_name = "TERM")]
    pub(crate) hold: Option<Term>,
    /// Wait while another run is at work
    #[arg(long)]
    pub(crate) wait: bool,
    /// Do nothing unless a time of the schedule has passed since the last run of all dossiers
    #[arg(long)]
    pub(crate) if_due: bool,
    /// Read every file again, also those that look unchanged
    #[arg(long)]
    pub(crate) force: bool,
    /// Begin although there may be too little room
    #[arg(long)]
    pub(crate) ignore_room: bool,
}

/// A term of the law.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Term {
    /// Six years from the end of this year
    #[value(name = "fiscal-6y")]
    Fiscal,
    /// Ten years from the end of this year
    #[value(name = "commercial-10y")]
    Commercial,
}

impl Term {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fiscal => "fiscal-6y",
            Self::Commercial => "commercial-10y",
        }
    }
}

fn code(text: &str) -> Result<Code, String> {
    text.parse().map_err(|error: liasse_dossier::CodeError| error.to_string())
}

pub(super) fn parts(text: &str) -> Result<Wishes, String> {
    text.parse().map_err(|error: liasse_dossier::discover::NoPart| error.to_string())
}
