//! Why a dossier is not put in its place, in the reader's language: what is wrong, and what to do.

use std::path::PathBuf;

use liasse_archive::repo;
use liasse_archive::target::TargetError;
use liasse_archive::{Lost, PatternError};

use super::keep::Unknown;
use crate::discover::NoPart;
use crate::lang::Texts;
use crate::report::local::Local;
use crate::report::{Cause, plain};
use crate::run::Busy;

/// Most files that cannot be restored are named.
const MOST_LOST: usize = 5;

/// Why a dossier stays as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// Somebody works in it.
    #[error("it is in use")]
    InUse(Cause),
    /// There is too little room beside it.
    #[error("{needed} bytes are needed, {free} are free")]
    Room {
        /// Bytes that all chosen dossiers of that disk need.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// Nobody knows where it belongs on this machine.
    #[error("it has no place here")]
    NoPlace(PathBuf),
    /// The folder that should hold it is not there.
    #[error("{} is not there", .0.display())]
    NoParent(PathBuf),
    /// Its code belongs to several folders.
    #[error("its code belongs to several folders")]
    TwoFolders,
    /// Another dossier lies there.
    #[error("the dossier {0} lies there")]
    OtherDossier(String),
    /// A disk is mounted there.
    #[error("its folder is a mount point")]
    Mounted,
    /// A disk is mounted in it.
    #[error("something is mounted in it")]
    MountedWithin(Vec<u8>),
    /// It is a symbolic link, or one leads to it.
    #[error("its folder is a symbolic link")]
    Link,
    /// Something that is no folder has its name.
    #[error("it is no folder")]
    NotAFolder,
    /// Its name leaves no room for the names beside it.
    #[error("its name is too long")]
    TooLong,
    /// The repository or the cache lies in it.
    #[error("the repository lies in it")]
    HoldsRepository,
    /// Another restore is at work in it.
    #[error("another restore is at work")]
    Busy,
    /// Nobody knows what the state lacks.
    #[error("what the state lacks is not known")]
    UnknownGaps,
    /// The state lacks a part that the settings do not know.
    #[error("the settings know no part {0}")]
    UnknownPart(String),
    /// Something that is kept stands where the state has something else.
    #[error("something that is kept is in the way")]
    InTheWay(Vec<u8>),
    /// Something of it is not stored as it is now.
    #[error("not all of it is stored")]
    Unsaved(Vec<u8>),
    /// It has no state in the repository.
    #[error("it has no state in the repository")]
    NoState,
    /// Its state cannot be read.
    #[error("its state cannot be read")]
    State(#[source] repo::Error),
    /// Some of its files cannot be restored.
    #[error("some of it cannot be restored")]
    Lost(Vec<Lost>),
    /// The disk failed.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Anything else that failed.
    #[error(transparent)]
    Archive(liasse_archive::Error),
    /// Runs could not be kept out.
    #[error("{0}")]
    Lock(String),
    /// It came, went or was moved since it was checked.
    #[error("it was moved meanwhile")]
    Moved,
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
    /// A part of the program failed without saying why.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

/// A dossier and why it stays as it is.
#[derive(Debug)]
pub struct Refused {
    /// Its code.
    pub code: String,
    /// Why.
    pub trouble: Trouble,
}

/// Why nothing was begun.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InPlaceError {
    /// Dossiers that cannot be put in their places, each with the reason.
    #[error("not possible for {} dossiers", .0.len())]
    Refused(Vec<Refused>),
    /// A part that no rule has.
    #[error(transparent)]
    NoPart(#[from] NoPart),
    /// A pattern of a part cannot be understood.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The repository failed, or somebody asked to stop.
    #[error(transparent)]
    Repository(#[from] repo::Error),
    /// A run is at work.
    #[error(transparent)]
    Run(#[from] Busy),
}

impl From<liasse_archive::Error> for Trouble {
    fn from(error: liasse_archive::Error) -> Self {
        match error {
            liasse_archive::Error::Repo(repo::Error::Interrupted) => Self::Stopped,
            liasse_archive::Error::Repo(error) => Self::State(error),
            liasse_archive::Error::Target(error) => Self::Target(error),
            error => Self::Archive(error),
        }
    }
}

impl From<repo::Error> for Trouble {
    fn from(error: repo::Error) -> Self {
        if matches!(error, repo::Error::Interrupted) { Self::Stopped } else { Self::State(error) }
    }
}

impl From<Unknown> for Trouble {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Gaps => Self::UnknownGaps,
            Unknown::Part(part) => Self::UnknownPart(part),
        }
    }
}

impl Trouble {
    /// Whether the repository is to blame.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::State(error) => error.is_damage(),
            Self::Lost(lost) => lost.iter().any(|lost| lost.damage),
            _ => false,
        }
    }

    /// What is wrong with a dossier, one sentence.
    pub fn text(&self, code: &str, texts: &Texts) -> String {
        let local = Local::new(texts, 0);
        let why = match self {
            Self::InUse(cause) => cause.text(texts),
            Self::Room { needed, free } => {
                texts.get("restore-room", &[("needed", local.size(*needed).into()), ("free", local.size(*free).into())])
            }
            Self::OtherDossier(other) => texts.get("restore-other-dossier", &[("other", other.into())]),
            Self::MountedWithin(path) | Self::InTheWay(path) | Self::Unsaved(path) => {
                texts.get(self.name(), &[("path", String::from_utf8_lossy(path).into())])
            }
            Self::NoPlace(path) | Self::NoParent(path) => texts.get(self.name(), &[("path", path.display().to_string().into())]),
            Self::UnknownPart(part) => texts.get("restore-unknown-part", &[("part", part.into())]),
            Self::Lost(lost) => lost_text(lost, texts),
            Self::State(error) => texts.get("restore-failed", &[("error", chain(error).into())]),
            Self::Target(error) => texts.get("restore-failed", &[("error", chain(error).into())]),
            Self::Archive(error) => texts.get("restore-failed", &[("error", chain(error).into())]),
            Self::Lock(error) => texts.get("restore-failed", &[("error", error.into())]),
            Self::Internal(error) => texts.get("restore-failed", &[("error", (*error).into())]),
            _ => texts.get(self.name(), &[]),
        };
        plain(&texts.get("restore-refused", &[("code", code.into()), ("why", why.into())]))
    }

    /// What went wrong with a dossier that was restored, when what it replaced was seen to.
    pub fn after(&self, code: &str, texts: &Texts) -> String {
        plain(&texts.get("restore-not-removed", &[("code", code.into()), ("error", chain(self).into())]))
    }

    /// What to do about it, one sentence.
    pub fn remedy(&self, texts: &Texts) -> String {
        match self {
            Self::InUse(_) | Self::Busy | Self::Lock(_) | Self::Moved => texts.get("restore-in-use-remedy", &[]),
            Self::Room { .. } => texts.get("restore-room-remedy", &[]),
            Self::NoParent(_) => texts.get("restore-no-parent-remedy", &[]),
            Self::UnknownPart(_) => texts.get("restore-unknown-part-remedy", &[]),
            Self::Lost(_) | Self::State(_) => texts.get("restore-lost-remedy", &[]),
            Self::NoState => texts.get("restore-no-state-remedy", &[]),
            Self::Unsaved(_) => texts.get("restore-unsaved-remedy", &[]),
            Self::Stopped => texts.get("restore-stopped-remedy", &[]),
            Self::OtherDossier(_) | Self::TwoFolders => texts.get("restore-two-folders-remedy", &[]),
            _ => texts.get("restore-target-remedy", &[]),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::NoPlace(_) => "restore-no-place",
            Self::NoParent(_) => "restore-no-parent",
            Self::TwoFolders => "restore-two-folders",
            Self::Mounted => "restore-mounted",
            Self::MountedWithin(_) => "restore-mounted-within",
            Self::Link => "restore-link",
            Self::NotAFolder => "restore-not-a-folder",
            Self::TooLong => "restore-too-long",
            Self::HoldsRepository => "restore-holds-repository",
            Self::Busy => "restore-busy",
            Self::UnknownGaps => "restore-unknown-gaps",
            Self::InTheWay(_) => "restore-in-the-way",
            Self::Unsaved(_) => "restore-unsaved",
            Self::Moved => "restore-moved",
            Self::NoState => "restore-no-state",
            _ => "restore-stopped",
        }
    }
}

fn lost_text(lost: &[Lost], texts: &Texts) -> String {
    let named = lost.iter().take(MOST_LOST).map(|lost| format!("{}: {}", String::from_utf8_lossy(&lost.path), lost.cause));
    let named = named.collect::<Vec<_>>().join("; ");
    texts.get("restore-lost", &[("number", (lost.len() as u64).into()), ("files", named.into())])
}

/// An error and its causes, none of them twice.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let said = next.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = next.source();
    }
    text
}
