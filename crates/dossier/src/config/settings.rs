//! The settings as values: what the files say, once it is put together and found good.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::duration::Period;
use crate::lang::Lang;

/// Everything that can be set. A module that has settings has one field here, and one row for each key in the table of keys.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Language of reports, mails and messages.
    pub language: Option<Lang>,
    /// The file that this one and those of other machines have in common.
    pub common: Option<PathBuf>,
    /// Where the repository is.
    pub repository: Option<PathBuf>,
    /// Credential file that opens it.
    pub credential: Option<PathBuf>,
    /// File that holds its password.
    pub password_file: Option<PathBuf>,
    /// Shell command that prints its password.
    pub password_command: Option<String>,
    /// Where dossiers are, in the order of the files.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// What counts as a sign that somebody works in a dossier.
    pub in_use: crate::in_use::Settings,
    /// Commands before and after runs and dossiers.
    #[serde(rename = "hook")]
    pub hooks: crate::hooks::Settings,
    /// When to raise the alarm.
    pub alarms: crate::run::alarms::Settings,
    /// What must stay free.
    pub room: crate::run::room::Settings,
    /// How much recovery a run adds for what it stored.
    pub parity: crate::run::parity::Settings,
    /// When runs are made.
    pub schedule: crate::schedule::Settings,
    /// When something deserves attention.
    pub status: crate::status::Settings,
    /// How dossiers are watched.
    pub watch: crate::watch::Settings,
    /// Where reports go, and how long they are kept.
    pub report: crate::report::Settings,
    /// Who gets a mail.
    pub mail: crate::notify::mail::Settings,
    /// What is called.
    pub webhook: crate::notify::webhook::Settings,
}

/// Where dossiers are, and what of them is taken.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule {
    /// Its name, for people and for nearer files that change it.
    pub name: String,
    /// Folder below which the dossiers lie.
    pub root: PathBuf,
    /// Which folders below the root are dossiers: one pattern for each level, with `/` between.
    #[serde(default = "any")]
    pub pattern: String,
    /// Originals or copies.
    #[serde(default)]
    pub kind: Kind,
    /// Only folders that have this file are dossiers.
    #[serde(default)]
    pub marker: Option<String>,
    /// The key in the marker that gives the code; without it the code is the folder's name.
    #[serde(default)]
    pub code_key: Option<String>,
    /// Patterns of names of folders that are no dossiers, or not to be taken, at any level.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Folders that have one of these files are not taken.
    #[serde(default)]
    pub exclude_marker: Vec<String>,
    /// Names of parts that are left out.
    #[serde(default)]
    pub without: Vec<String>,
    /// Whether the rule is passed over: for a machine that does not have what the common file names.
    #[serde(default)]
    pub off: bool,
    /// Named pieces of a dossier.
    #[serde(default, rename = "part")]
    pub parts: Vec<Part>,
}

/// Every folder right below the root.
fn any() -> String {
    "*".to_owned()
}

/// Whether dossiers are what people work in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// People work in them.
    #[default]
    Original,
    /// Somebody copied them from elsewhere: their codes end in `.copy`, so that a copy never passes for its original.
    Copy,
}

/// A named piece of every dossier of a rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Part {
    /// Its name, for reports and for `--parts`.
    pub name: String,
    /// What belongs to it: patterns as in `.gitignore`, from the dossier's folder. `{year}` stands for four digits.
    pub patterns: Vec<String>,
    /// Only runs at least that long after the last one that had it take it again.
    #[serde(default)]
    pub every: Option<Period>,
    /// Years before this one are left out; the patterns say with `{year}` where the year stands.
    #[serde(default)]
    pub since_year: Option<i16>,
}
