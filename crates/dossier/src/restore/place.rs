//! Where a dossier belongs. Must never name the place of another dossier, nor one that a symbolic link leads to.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use liasse_archive::repo::format::tree::Name;
use liasse_archive::target::{FileKind, Folder, Target};

use super::error::Trouble;
use super::state::State;
use crate::Code;
use crate::config::Config;
use crate::discover::{Discovery, Problem, wants};

/// Most bytes of a folder's name: others are made of it, with words and a time.
const MOST_NAME: usize = 200;

/// The place of a dossier: a name in a folder that is there.
#[derive(Debug)]
pub(super) struct Place {
    /// The dossier's folder.
    pub(super) path: PathBuf,
    /// What holds it.
    pub(super) parent: Folder,
    /// Its name there.
    pub(super) name: Name,
}

impl Place {
    /// Where the settings find a dossier now; else where `host`, which is this machine, had it; else where another machine had it, if
    /// these settings would find it there: a new computer in the place of that one.
    pub(super) fn find(config: &Config, discovery: &Discovery, state: &State, host: Option<&str>) -> Result<Self, Trouble> {
        let path = Path::new(OsStr::from_bytes(&state.line.path));
        let code: Code = state.line.code.parse().map_err(|_| Trouble::NoPlace(path.to_owned()))?;
        if discovery.problems.iter().any(|problem| matches!(problem, Problem::TwoFolders { code: two, .. } if *two == code)) {
            return Err(Trouble::TwoFolders);
        }
        if let Some(found) = discovery.get(&code) {
            return Self::at(&found.path);
        }
        let is_wanted = || config.rules.iter().any(|rule| !rule.off && wants(rule, &code, path).unwrap_or(false));
        if !path.is_absolute() || (host != Some(&state.snapshot.record.host) && !is_wanted()) {
            return Err(Trouble::NoPlace(path.to_owned()));
        }
        let overlaps = |other: &Path| path.starts_with(other) || other.starts_with(path);
        if let Some(other) = discovery.dossiers.iter().find(|found| overlaps(&found.path)) {
            return Err(Trouble::OtherDossier(other.code.as_str().to_owned()));
        }
        Self::at(path)
    }

    /// A place that is given.
    pub(super) fn at(path: &Path) -> Result<Self, Trouble> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(Trouble::NoPlace(path.to_owned())) };
        match parent.canonicalize() {
            Err(_) => return Err(Trouble::NoParent(parent.to_owned())),
            Ok(real) if real != parent => return Err(Trouble::Link),
            Ok(_) => {}
        }
        if name.len() > MOST_NAME {
            return Err(Trouble::TooLong);
        }
        let name = Name::new(name.as_bytes()).ok_or_else(|| Trouble::NoPlace(path.to_owned()))?;
        Ok(Self { path: path.to_owned(), parent: Target::open(parent)?.root().clone(), name })
    }

    /// The dossier's folder, if it is there; anything else of its name is refused.
    pub(super) fn folder(&self) -> Result<Option<Folder>, Trouble> {
        match self.parent.stat(&self.name)?.map(|stat| stat.kind) {
            None => Ok(None),
            Some(FileKind::Symlink) => Err(Trouble::Link),
            Some(FileKind::Directory) => {
                let folder = self.parent.open(&self.name)?;
                if folder.is_beside(&self.parent) { Ok(Some(folder)) } else { Err(Trouble::Mounted) }
            }
            Some(_) => Err(Trouble::NotAFolder),
        }
    }

    /// Whether one of these paths lies in it.
    pub(super) fn holds(&self, paths: &[PathBuf]) -> bool {
        let real = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(&self.path));
        paths.iter().any(|path| path.starts_with(&self.path) || real(path))
    }
}
