//! Removing an entry with all that is in it. Must never follow a symbolic link, enter another file system, or use up the
//! stack on a deep tree.

use liasse_repo::format::tree::Name;
use rustix::fs::AtFlags;

use super::{FileKind, Folder, Listed, TargetError, TargetErrorKind, TargetOperation};

/// A directory that is being emptied.
pub(super) struct Emptying {
    folder: Folder,
    name: Name,
    rest: Vec<Listed>,
    /// Whether something in it stays.
    is_kept: bool,
}

/// Removes all of it; something that is mounted is an error.
pub(super) fn remove(folder: &Folder, name: &Name) -> Result<(), TargetError> {
    clear(folder, name, false, false, &mut |_| false).map(|_| ())
}

/// Removes what may go, or only looks. Whether nothing is left, or would be. Something that is mounted stays, or is an error.
pub(super) fn clear(
    folder: &Folder,
    name: &Name,
    look_only: bool,
    spare_mounted: bool,
    spares: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<bool, TargetError> {
    let Some(stat) = folder.stat(name)? else { return Ok(true) };
    let mut path = name.as_bytes().to_vec();
    if spares(&path) {
        return Ok(false);
    }
    if stat.kind != FileKind::Directory {
        return if look_only { Ok(true) } else { folder.unlink(name, AtFlags::empty()).map(|()| true) };
    }
    let enter = |above: &Folder, name: &Name| match enter(above, name) {
        Err(TargetError { kind: TargetErrorKind::Mounted, .. }) if spare_mounted => Ok(None),
        result => result.map(Some),
    };
    let mut open: Vec<Emptying> = enter(folder, name)?.into_iter().collect();
    let mut is_kept = open.is_empty();
    while let Some(innermost) = open.last_mut() {
        let Some(entry) = innermost.rest.pop() else {
            let Some(emptied) = open.pop() else { break };
            path.truncate(path.len().saturating_sub(emptied.name.as_bytes().len() + 1));
            if emptied.is_kept {
                *open.last_mut().map_or(&mut is_kept, |above| &mut above.is_kept) = true;
            } else if !look_only {
                let above = open.last().map_or(folder, |above| &above.folder);
                above.unlink(&emptied.name, AtFlags::REMOVEDIR)?;
            }
            continue;
        };
        let length = path.len();
        path.push(b'/');
        path.extend_from_slice(entry.name.as_bytes());
        if spares(&path) {
            innermost.is_kept = true;
        } else if is_directory(&innermost.folder, &entry)? {
            if let Some(below) = enter(&innermost.folder, &entry.name)? {
                open.push(below);
                continue;
            }
            innermost.is_kept = true;
        } else if !look_only {
            innermost.folder.unlink(&entry.name, AtFlags::empty())?;
        }
        path.truncate(length);
    }
    Ok(!is_kept)
}

pub(super) fn enter(above: &Folder, name: &Name) -> Result<Emptying, TargetError> {
    let folder = above.open(name)?;
    if !folder.is_beside(above) {
        let path = folder.path();
        return Err(TargetError { path, operation: TargetOperation::Remove, kind: TargetErrorKind::Mounted });
    }
    let rest = folder.list()?;
    Ok(Emptying { folder, name: name.clone(), rest, is_kept: false })
}

fn is_directory(folder: &Folder, entry: &Listed) -> Result<bool, TargetError> {
    let kind = match entry.kind {
        Some(kind) => Some(kind),
        None => folder.stat(&entry.name)?.map(|stat| stat.kind),
    };
    Ok(kind == Some(FileKind::Directory))
}
