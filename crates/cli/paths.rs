//! Where paths lead. Nothing is changed here.

use std::path::{Path, PathBuf};

/// Where a folder really is, even when it is still to be made.
pub(crate) fn real(path: &Path) -> Option<PathBuf> {
    let above = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let (above, real) = above?;
    let missing = path.strip_prefix(above).ok()?;
    // Joining nothing would add a slash.
    Some(if missing.as_os_str().is_empty() { real } else { real.join(missing) })
}
