//! Dossiers that are known from before and not found now.

use std::path::Path;

use super::Problem;
use crate::Code;
use crate::config::Config;
use crate::report::Cause;

/// Why a dossier that is known is not found; `None` for one that no rule wants any more.
pub(crate) fn why_not_found(config: &Config, problems: &[Problem], code: &Code, path: &Path) -> Option<Cause> {
    let missing_root = problems.iter().find_map(|problem| match problem {
        Problem::NoRoot { root, .. } if path.starts_with(root) => Some(root.display().to_string()),
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
    let is_wanted = config.rules.iter().any(|rule| !rule.off && path.starts_with(&rule.root));
    (is_wanted && path.symlink_metadata().is_err()).then_some(Cause::Missing)
}
