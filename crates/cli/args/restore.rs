//! The options of `restore`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use liasse_dossier::discover::Wishes;

use super::Filter;
use super::run::parts;

/// Restore from a snapshot.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// An id or its start, "latest", or a date such as 2024-12-31 or 2024-12-31T21:00; then ":" and a path. Or codes of dossiers, each of
    /// which goes into a folder of its own in the target
    #[arg(required_unless_present_any = ["list", "all"], value_name = "SNAPSHOT[:PATH]|CODE")]
    pub(crate) what: Vec<OsString>,
    /// List the dossiers that can be restored, with dates and sizes
    #[arg(long, conflicts_with_all = ["target", "parts", "include", "exclude", "dry_run", "delete", "overwrite", "verify"])]
    pub(crate) list: bool,
    /// All dossiers of the newest run of this machine, or of the newest run at all if this machine made none
    #[arg(long, conflicts_with_all = ["what", "list", "delete_others"])]
    pub(crate) all: bool,
    /// Dossiers as they were at this date; without it the last good state of each
    #[arg(long, value_name = "DATE")]
    pub(crate) at: Option<String>,
    /// Which parts of dossiers: "photos,documents" restores of all parts only these, "-photos" leaves one out
    #[arg(long, value_name = "PARTS", allow_hyphen_values = true, value_parser = parts, default_value = "", hide_default_value = true)]
    pub(crate) parts: Wishes,
    /// Of which snapshots.
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Folder to restore into. Without PATH every source goes below it by its whole path; with PATH the folder's content goes into it
    #[arg(long, value_name = "FOLDER")]
    pub(crate) target: Option<PathBuf>,
    /// Put dossiers in their places instead, each as a whole in one step; refused when somebody works in one
    #[arg(long, conflicts_with_all = ["list", "target", "include", "exclude", "delete", "overwrite"])]
    pub(crate) in_place: bool,
    /// With --in-place: keep what is replaced, beside the dossier
    #[arg(long, requires = "in_place", conflicts_with = "target")]
    pub(crate) keep_replaced: bool,
    /// With --in-place: delete all dossiers that the settings find and that are not named here
    #[arg(long, requires = "in_place", conflicts_with = "target")]
    pub(crate) delete_others: bool,
    /// Restore only what fits this pattern; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) include: Vec<String>,
    /// Leave out what fits this pattern; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) exclude: Vec<String>,
    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Delete what is in the target and not in the snapshot
    #[arg(long)]
    pub(crate) delete: bool,
    /// What to do with files that exist; needed when the target is not empty
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) overwrite: Option<Overwrite>,
    /// Read every restored file again and compare
    #[arg(long)]
    pub(crate) verify: bool,
}

impl Restore {
    /// Where to. Whoever restores into a folder has said which.
    pub(crate) fn target(&self) -> &Path {
        self.target.as_deref().unwrap_or(Path::new(""))
    }
}

/// What to do with files that exist.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Overwrite {
    /// Write every file again
    Always,
    /// Write files whose size or time differs
    IfChanged,
    /// Leave them alone
    Never,
}
