//! Dossiers that are known from before and not found now.

use std::path::Path;

use super::Problem;
use crate::Code;
use crate::config::pattern::Names;
use crate::config::{Config, Rule};
use crate::report::Cause;

/// Why a dossier that is known is not found; `None` for one that no rule wants any more.
pub(crate) fn why_not_found(config: &Config, problems: &[Problem], code: &Code, path: &Path) -> Option<Cause> {
    let within: Vec<&Rule> = config.rules.iter().filter(|rule| !rule.off && is_within(path, rule)).collect();
    let is_gone = path.symlink_metadata().is_err();
    let missing_root = problems.iter().find_map(|problem| match problem {
        // A root that was reached by a link had another path, which nobody can tell while the link leads nowhere.
        Problem::NoRoot { root, .. } if path.starts_with(root) || within.is_empty() && is_gone => Some(root.display().to_string()),
        _ => None,
    });
    if let Some(root) = missing_root {
        return Some(Cause::RootMissing { root });
    }
    let troubled = problems.iter().find_map(|problem| match problem {
        Problem::TwoFolders { code: two, .. } if two == code => Some("its code belongs to several folders".to_owned()),
        Problem::Unreadable { path: folder, error } if path.starts_with(folder) => Some(error.clone()),
        Problem::Marker { path: marker, error } if marker.starts_with(path) => Some(error.clone()),
        Problem::NoCode { path: marker, key } if marker.starts_with(path) => Some(format!("its marker does not say {key}")),
        _ => None,
    });
    if let Some(error) = troubled {
        return Some(Cause::Unreadable { file: path.display().to_string(), error });
    }
    // Whoever excludes a dossier by its name does not miss it.
    let is_wanted = within.iter().any(|rule| !is_excluded(path, rule));
    (is_wanted && is_gone).then_some(Cause::Missing)
}

/// Whether a path lies below a rule's root, or below what that leads to.
pub(crate) fn is_within(path: &Path, rule: &Rule) -> bool {
    path.starts_with(&rule.root) || rule.root.canonicalize().is_ok_and(|root| path.starts_with(root))
}

/// Whether a rule excludes a folder by its name, or by that of a folder above it.
fn is_excluded(path: &Path, rule: &Rule) -> bool {
    let Ok(names) = Names::new(rule.exclude.iter().map(String::as_str)) else { return false };
    let roots = [Some(rule.root.clone()), rule.root.canonicalize().ok()];
    let below = roots.iter().flatten().find_map(|root| path.strip_prefix(root).ok());
    below.is_some_and(|below| below.iter().any(|name| names.fit(name)))
}
