//! Removing what a drill restored. Must never follow a link, nor leave what somebody's files say where others may find it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Removes a folder that a drill restored into, with all that is in it, also folders that were restored as not to be written to: who is
/// not root could not empty these as they are.
///
/// # Errors
/// What cannot be removed even so.
pub fn remove_drilled(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_up(folder)?;
            fs::remove_dir_all(folder)
        }
        removed => removed,
    }
}

/// Lets the owner into every folder.
fn open_up(folder: &Path) -> io::Result<()> {
    let mut rest = vec![folder.to_owned()];
    while let Some(folder) = rest.pop() {
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                rest.push(entry.path());
            }
        }
    }
    Ok(())
}
