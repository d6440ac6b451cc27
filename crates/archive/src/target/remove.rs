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
}

pub(super) fn remove(folder: &Folder, name: &Name) -> Result<(), TargetError> {
    let Some(stat) = folder.stat(name)? else { return Ok(()) };
    if stat.kind != FileKind::Directory {
        return folder.unlink(name, AtFlags::empty());
    }
    let mut open = vec![enter(folder, name)?];
    while let Some(innermost) = open.last_mut() {
        if let Some(entry) = innermost.rest.pop() {
            if is_directory(&innermost.folder, &entry)? {
                let below = enter(&innermost.folder, &entry.name)?;
                open.push(below);
            } else {
                innermost.folder.unlink(&entry.name, AtFlags::empty())?;
            }
        } else if let Some(emptied) = open.pop() {
            let above = open.last().map_or(folder, |above| &above.folder);
            above.unlink(&emptied.name, AtFlags::REMOVEDIR)?;
        }
    }
    Ok(())
}

pub(super) fn enter(above: &Folder, name: &Name) -> Result<Emptying, TargetError> {
    let folder = above.open(name)?;
    if !folder.is_beside(above) {
        let path = folder.path();
        return Err(TargetError { path, operation: TargetOperation::Remove, kind: TargetErrorKind::Mounted });
    }
    let rest = folder.list()?;
    Ok(Emptying { folder, name: name.clone(), rest })
}

fn is_directory(folder: &Folder, entry: &Listed) -> Result<bool, TargetError> {
    let kind = match entry.kind {
        Some(kind) => Some(kind),
        None => folder.stat(&entry.name)?.map(|stat| stat.kind),
    };
    Ok(kind == Some(FileKind::Directory))
}
