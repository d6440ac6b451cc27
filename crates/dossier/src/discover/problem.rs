//! What is wrong with the dossiers that were looked for: which, and the sentence that says so.

use std::path::{Path, PathBuf};

use fluent_bundle::FluentValue;

use crate::lang::Texts;
use crate::{Code, CodeError};

/// Something wrong. Whatever it is, all other dossiers are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A rule's root is not there: a medium that is not plugged in, a server that does not answer.
    NoRoot {
        /// The rule.
        rule: String,
        /// The folder.
        root: PathBuf,
    },
    /// A rule's root is there, and has no dossier that the rule fits.
    NothingFound {
        /// The rule.
        rule: String,
        /// The folder.
        root: PathBuf,
    },
    /// A rule cannot be followed; what is wrong with it is also told of the settings.
    BadRule {
        /// The rule.
        rule: String,
        /// What is wrong, in English.
        error: String,
    },
    /// A folder on the way to dossiers cannot be read.
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: String,
    },
    /// Two rules fit one folder; the first one takes it.
    TwoRules {
        /// The folder.
        path: PathBuf,
        /// The rule that takes it.
        taken: String,
        /// The rule that does not.
        other: String,
    },
    /// Several folders have one code; none is taken.
    TwoFolders {
        /// The code.
        code: Code,
        /// The folders.
        paths: Vec<PathBuf>,
    },
    /// A dossier lies in another; the inner one is not taken by itself.
    Within {
        /// The inner one.
        path: PathBuf,
        /// The outer one.
        outer: PathBuf,
    },
    /// A marker cannot be read.
    Marker {
        /// The marker.
        path: PathBuf,
        /// What the system says.
        error: String,
    },
    /// A marker does not say the code.
    NoCode {
        /// The marker.
        path: PathBuf,
        /// The key that it should have.
        key: String,
    },
    /// A folder's code cannot be one.
    BadCode {
        /// The folder.
        path: PathBuf,
        /// Why not.
        error: CodeError,
    },
    /// A folder's name is no text.
    NotText {
        /// The folder.
        path: PathBuf,
    },
    /// What should be a dossier is a link to a folder.
    Link {
        /// The link.
        path: PathBuf,
    },
}

impl Problem {
    /// What is wrong and what to do.
    pub fn text(&self, texts: &Texts) -> String {
        let (name, values) = self.message();
        texts.get(name, &values)
    }

    /// The folders that are not taken because of it, or below which none is found.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::NoRoot { root: path, .. }
            | Self::Unreadable { path, .. }
            | Self::Within { path, .. }
            | Self::BadCode { path, .. }
            | Self::NotText { path }
            | Self::Link { path } => vec![path],
            Self::Marker { path, .. } | Self::NoCode { path, .. } => path.parent().into_iter().collect(),
            Self::TwoFolders { paths, .. } => paths.iter().map(PathBuf::as_path).collect(),
            Self::NothingFound { .. } | Self::BadRule { .. } | Self::TwoRules { .. } => vec![],
        }
    }

    fn message(&self) -> (&'static str, Vec<(&'static str, FluentValue<'_>)>) {
        let shown = |path: &Path| FluentValue::from(path.display().to_string());
        match self {
            Self::NoRoot { rule, root } => ("discover-no-root", vec![("rule", rule.into()), ("root", shown(root))]),
            Self::NothingFound { rule, root } => ("discover-nothing", vec![("rule", rule.into()), ("root", shown(root))]),
            Self::BadRule { rule, error } => ("discover-bad-rule", vec![("rule", rule.into()), ("error", error.into())]),
            Self::Unreadable { path, error } => ("discover-unreadable", vec![("path", shown(path)), ("error", error.into())]),
            Self::TwoRules { path, taken, other } => {
                ("discover-two-rules", vec![("path", shown(path)), ("taken", taken.into()), ("other", other.into())])
            }
            Self::TwoFolders { code, paths } => {
                let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
                ("discover-two-folders", vec![("code", code.as_str().into()), ("paths", paths.join(", ").into())])
            }
            Self::Within { path, outer } => ("discover-within", vec![("path", shown(path)), ("outer", shown(outer))]),
            Self::Marker { path, error } => ("discover-marker", vec![("path", shown(path)), ("error", error.into())]),
            Self::NoCode { path, key } => ("discover-no-code", vec![("path", shown(path)), ("key", key.into())]),
            Self::BadCode { path, error } => ("discover-bad-code", vec![("path", shown(path)), ("code", error.text.as_str().into())]),
            Self::NotText { path } => ("discover-not-text", vec![("path", shown(path))]),
            Self::Link { path } => ("discover-link", vec![("path", shown(path))]),
        }
    }
}
