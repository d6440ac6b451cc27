//! Dossiers that are known from before and not found now. Only the settings, or a marker that they name, may take one out; what anybody
//! does to its folder must never make it vanish unsaid.

use std::io;
use std::path::Path;

use liasse_archive::PatternError;

use super::search::patterns;
use super::{Discovery, Found, Problem};
use crate::config::{Config, Rule};
use crate::report::Cause;
use crate::{Code, spoken};

/// Why a dossier that is known is not found; `None` for one that no rule wants any more, or that a marker takes out.
pub(crate) fn why_not_found(config: &Config, found: &Discovery, code: &Code, path: &Path) -> Option<Cause> {
    let within: Vec<&Rule> = config.rules.iter().filter(|rule| !rule.off && is_within(path, rule)).collect();
    // A root that was reached by a link had another path, which nobody can tell while the link leads nowhere.
    let is_lost = within.is_empty() && path.symlink_metadata().is_err();
    let wanting: Vec<&Rule> = within.into_iter().filter(|rule| wants(rule, code, path).unwrap_or(true)).collect();
    let by_code = || found.problems.iter().find_map(|problem| of_code(problem, code));
    if wanting.is_empty() && !is_lost {
        return by_code();
    }
    let missing_root = found.problems.iter().find_map(|problem| match problem {
        Problem::NoRoot { root, .. } if is_lost || path.starts_with(root) => Some(Cause::RootMissing { root: root.display().to_string() }),
        _ => None,
    });
    let cause = missing_root.or_else(by_code).or_else(|| found.problems.iter().find_map(|problem| of_path(problem, path)));
    if cause.is_some() || wanting.is_empty() {
        return cause;
    }
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => of_folder(&wanting, found, code, path),
        Ok(_) => Some(Cause::NoFolder),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Some(Cause::Missing),
        Err(error) => Some(Cause::Unreadable { file: path.display().to_string(), error: spoken(&error) }),
    }
}

/// A problem with its code, wherever its folder is.
fn of_code(problem: &Problem, code: &Code) -> Option<Cause> {
    match problem {
        Problem::TwoFolders { code: two, paths } if two == code => {
            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            Some(Cause::TwoFolders { paths: paths.join(", ") })
        }
        _ => None,
    }
}

/// A problem with its folder, or with one above it.
fn of_path(problem: &Problem, path: &Path) -> Option<Cause> {
    let below = |file: &Path| Some(file.strip_prefix(path).ok()?.display().to_string());
    Some(match problem {
        Problem::Unreadable { path: folder, error } if path.starts_with(folder) => {
            Cause::Unreadable { file: folder.display().to_string(), error: error.clone() }
        }
        Problem::Marker { path: marker, error } => Cause::Unreadable { file: below(marker)?, error: error.clone() },
        Problem::NoCode { path: marker, key } => Cause::NoCode { file: below(marker)?, key: key.clone() },
        Problem::TwoFolders { code, paths } if paths.iter().any(|two| two == path) => Cause::Recoded { code: code.clone() },
        Problem::BadCode { path: folder, error } if folder == path => Cause::BadCode { code: error.text.clone() },
        Problem::Within { path: inner, outer } if inner == path => Cause::Within { outer: outer.display().to_string() },
        _ => return None,
    })
}

/// Why a folder that is there, and that rules want, is not the dossier that it was.
fn of_folder(wanting: &[&Rule], found: &Discovery, code: &Code, path: &Path) -> Option<Cause> {
    if found.passed_over.iter().any(|passed| passed.path == path && passed.marker.is_some()) {
        return None;
    }
    if let Some(other) = found.dossiers.iter().find(|found| found.path == path) {
        return is_by_marker(wanting, other, code).then(|| Cause::Recoded { code: other.code.clone() });
    }
    let missing = |rule: &&Rule| rule.marker.clone().filter(|marker| path.join(marker).symlink_metadata().is_err());
    Some(wanting.iter().find_map(missing).map_or(Cause::Unclaimed, |file| Cause::NoMarker { file }))
}

/// Whether a folder has another code because its marker says so; otherwise the settings do.
fn is_by_marker(wanting: &[&Rule], other: &Found, code: &Code) -> bool {
    let bare = |code: &Code| code.as_str().strip_suffix(".copy").unwrap_or(code.as_str()).to_owned();
    wanting.iter().any(|rule| rule.name == other.rule && rule.code_key.is_some()) && bare(&other.code) != bare(code)
}

/// Whether a path lies below a rule's root, or below what that leads to.
pub(crate) fn is_within(path: &Path, rule: &Rule) -> bool {
    path.starts_with(&rule.root) || rule.root.canonicalize().is_ok_and(|root| path.starts_with(root))
}

/// Whether a folder is where a rule looks for dossiers, and the rule excludes neither its name, nor that of a folder above it, nor its
/// code: who gave a folder another code has no other way to say that the old one is not missed.
pub(crate) fn wants(rule: &Rule, code: &Code, path: &Path) -> Result<bool, PatternError> {
    let (levels, names) = patterns(rule)?;
    let roots = [Some(rule.root.clone()), rule.root.canonicalize().ok()];
    let Some(below) = roots.iter().flatten().find_map(|root| path.strip_prefix(root).ok()) else { return Ok(false) };
    let fits = below.iter().enumerate().all(|(level, name)| levels.fits(level, name) && !names.fit(name));
    Ok(fits && below.iter().count() == levels.depth() && !names.fit(code.as_str().as_ref()))
}
