//! Why no run was begun, and why one failed, in the reader's language.

use liasse_archive::PatternError;
use liasse_archive::repo;
use liasse_archive::repo::store::ErrorKind;

use crate::Code;
use crate::discover::NoPart;
use crate::lang::Texts;
use crate::report::local::Local;
use crate::spoken;

/// Why a run was not begun.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A dossier that nobody knows.
    #[error("there is no dossier {code}")]
    NoSuchDossier {
        /// As it was typed.
        code: Code,
        /// The ones that may be meant.
        nearest: Vec<String>,
    },
    /// A part that no rule has.
    #[error(transparent)]
    NoPart(#[from] NoPart),
    /// A pattern of a part cannot be understood.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// No rule finds any dossier, and none is known.
    #[error("no dossier was found")]
    NothingFound {
        /// Why, as far as that is known.
        problems: Vec<String>,
    },
    /// The repository may not fit.
    #[error("{needed} bytes may be needed, {free} are free")]
    Room {
        /// Bytes that the run may need.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] repo::Error),
}

impl RunError {
    /// What is wrong and what to do.
    pub fn text(&self, texts: &Texts) -> String {
        let local = Local::new(texts, 0);
        match self {
            Self::NoSuchDossier { code, nearest } if nearest.is_empty() => texts.get("run-no-dossier", &[("code", code.as_str().into())]),
            Self::NoSuchDossier { code, nearest } => {
                texts.get("run-no-dossier-nearest", &[("code", code.as_str().into()), ("nearest", nearest.join(", ").into())])
            }
            Self::NoPart(NoPart { part, nearest }) if nearest.is_empty() => texts.get("run-no-part", &[("part", part.into())]),
            Self::NoPart(NoPart { part, nearest }) => {
                texts.get("run-no-part-nearest", &[("part", part.into()), ("nearest", nearest.join(", ").into())])
            }
            Self::NothingFound { problems } => [&[texts.get("run-nothing-found", &[])], problems.as_slice()].concat().join(" "),
            Self::Room { needed, free } => {
                texts.get("run-room", &[("needed", local.size(*needed).into()), ("free", local.size(*free).into())])
            }
            Self::Pattern(error) => error.to_string(),
            Self::Repository(error) => spoken(error),
        }
    }
}

/// What keeps a run from the repository, before there is a [`RunError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// It is not where it should be: on a disk that is not plugged in, perhaps.
    NotThere,
    /// A password or credential is missing or wrong: what was said of it.
    Locked(String),
    /// Anything else: what was said of it.
    Other(String),
}

impl Obstacle {
    /// What is wrong and what to do. `place` is where the repository should be.
    pub fn text(&self, place: &str, texts: &Texts) -> String {
        match self {
            Self::NotThere => texts.get("run-no-repository", &[("place", place.into())]),
            Self::Locked(error) => texts.get("run-locked", &[("place", place.into()), ("error", error.into())]),
            Self::Other(error) => texts.get("run-not-begun", &[("error", error.into())]),
        }
    }
}

/// Why a run that had begun made no snapshot.
pub(super) fn failure(error: &liasse_archive::Error, texts: &Texts) -> String {
    match error {
        liasse_archive::Error::Repo(repo::Error::Interrupted) => return texts.get("run-interrupted", &[]),
        liasse_archive::Error::Repo(repo::Error::Store(error)) if matches!(error.kind(), ErrorKind::Full) => {
            return texts.get("run-full", &[]);
        }
        liasse_archive::Error::Repo(repo::Error::Revoked) => return texts.get("run-revoked", &[]),
        _ => {}
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let said = next.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = next.source();
    }
    texts.get("run-failed", &[("error", spoken(text).into())])
}
