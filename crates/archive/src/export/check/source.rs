//! What an export that is looked at holds. Must never lead out of it, follow a link, or wait for anything.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{Device, Name};
use zip::ZipArchive;

use crate::target::{FileKind, Folder, Target, TargetError, TargetErrorKind};

/// Longest target of a link that is read.
const MOST_TARGET: u64 = 1 << 20;

/// An entry of an export.
pub(super) struct Seen {
    pub(super) kind: FileKind,
    /// Where a link leads.
    pub(super) target: Vec<u8>,
    /// Of a device.
    pub(super) device: Option<Device>,
    /// When it was changed, where the form says that exactly.
    pub(super) mtime: Option<Time>,
}

/// Is told the path of every entry, and whether it is a folder; says whether what is in it matters.
pub(super) type EachName<'e> = &'e mut dyn FnMut(&[u8], bool) -> bool;

/// One form of export.
pub(super) trait Source {
    /// Opens a file; `None` where nothing is of that name.
    fn open(&mut self, path: &[u8]) -> io::Result<Option<Box<dyn Read + '_>>>;

    /// What an entry is.
    fn look(&mut self, path: &[u8]) -> io::Result<Option<Seen>>;

    /// Tells all names.
    fn names(&mut self, each: EachName<'_>) -> io::Result<()>;
}

/// Opens an export.
pub(super) fn open(path: &Path) -> io::Result<Box<dyn Source>> {
    if path.metadata()?.is_dir() {
        let root = Target::open(path).map_err(of_target)?.root().clone();
        return Ok(Box::new(InFolder { last: (Vec::new(), root.clone()), root }));
    }
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is neither a folder nor a file"));
    }
    let zip = ZipArchive::new(File::open(path)?).map_err(of_zip)?;
    Ok(Box::new(InZip(zip)))
}

fn of_target(error: TargetError) -> io::Error {
    match error.kind {
        TargetErrorKind::Io(error) => error,
        TargetErrorKind::Missing => io::ErrorKind::NotFound.into(),
        // A link, or something else that leads elsewhere.
        TargetErrorKind::NotADirectory => io::ErrorKind::InvalidInput.into(),
        kind => io::Error::other(kind),
    }
}

fn of_zip(error: zip::result::ZipError) -> io::Error {
    match error {
        zip::result::ZipError::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// Nothing of that name is no error.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

struct InFolder {
    root: Folder,
    /// The folder that was opened last: most entries follow others of their folder.
    last: (Vec<u8>, Folder),
}

impl InFolder {
    fn place(&mut self, path: &[u8]) -> io::Result<(Folder, Name)> {
        let names: Option<Vec<Name>> = path.split(|byte| *byte == b'/').map(Name::new).collect();
        let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "it is no path");
        let mut names = names.ok_or_else(invalid)?;
        let name = names.pop().ok_or_else(invalid)?;
        let above = path.get(..path.len().saturating_sub(name.as_bytes().len() + 1)).unwrap_or_default();
        if self.last.0 != above {
            self.last = (above.to_vec(), self.root.descend(&names).map_err(of_target)?);
        }
        Ok((self.last.1.clone(), name))
    }
}

impl Source for InFolder {
    fn open(&mut self, path: &[u8]) -> io::Result<Option<Box<dyn Read + '_>>> {
        let open = self.place(path).and_then(|(folder, name)| folder.open_file(&name).map_err(of_target));
        found(open).map(|file| file.map(|file| Box::new(file) as Box<dyn Read>))
    }

    fn look(&mut self, path: &[u8]) -> io::Result<Option<Seen>> {
        let Some((folder, name)) = found(self.place(path))? else { return Ok(None) };
        let Some(stat) = folder.stat(&name).map_err(of_target)? else { return Ok(None) };
        let is_device = matches!(stat.kind, FileKind::CharDevice | FileKind::BlockDevice);
        let target = if stat.kind == FileKind::Symlink { folder.read_link(&name).map_err(of_target)? } else { Vec::new() };
        Ok(Some(Seen { kind: stat.kind, target, device: is_device.then_some(stat.special), mtime: Some(stat.mtime) }))
    }

    fn names(&mut self, each: EachName<'_>) -> io::Result<()> {
        // A stack of our own: folders may be deeper than the thread's.
        let mut left = vec![(self.root.clone(), Vec::new())];
        while let Some((folder, path)) = left.pop() {
            for listed in folder.list().map_err(of_target)? {
                let mut below = path.clone();
                below.extend_from_slice(listed.name.as_bytes());
                let kind = match listed.kind {
                    Some(kind) => Some(kind),
                    None => folder.stat(&listed.name).map_err(of_target)?.map(|stat| stat.kind),
                };
                let is_folder = kind == Some(FileKind::Directory);
                if each(&below, is_folder) && is_folder {
                    below.push(b'/');
                    left.push((folder.open(&listed.name).map_err(of_target)?, below));
                }
            }
        }
        Ok(())
    }
}

struct InZip(ZipArchive<File>);

impl Source for InZip {
    fn open(&mut self, path: &[u8]) -> io::Result<Option<Box<dyn Read + '_>>> {
        let Some(number) = self.0.index_for_name_raw(path) else { return Ok(None) };
        let entry = self.0.by_index(number).map_err(of_zip)?;
        if entry.is_dir() || entry.is_symlink() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        Ok(Some(Box::new(entry)))
    }

    fn look(&mut self, path: &[u8]) -> io::Result<Option<Seen>> {
        let folder = [path, b"/"].concat();
        let Some(number) = self.0.index_for_name_raw(path).or_else(|| self.0.index_for_name_raw(&folder)) else { return Ok(None) };
        let entry = self.0.by_index(number).map_err(of_zip)?;
        let (is_dir, is_symlink) = (entry.is_dir(), entry.is_symlink());
        let mut target = Vec::new();
        if is_symlink {
            entry.take(MOST_TARGET).read_to_end(&mut target)?;
        }
        let kind = match (is_dir, is_symlink) {
            (true, _) => FileKind::Directory,
            (_, true) => FileKind::Symlink,
            _ => FileKind::File,
        };
        Ok(Some(Seen { kind, target, device: None, mtime: None }))
    }

    fn names(&mut self, each: EachName<'_>) -> io::Result<()> {
        for name in self.0.file_names_raw() {
            let bare = name.strip_suffix(b"/").unwrap_or(name);
            each(bare, bare.len() < name.len());
        }
        if self.0.has_duplicate_names() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "two entries of the zip have the same name"));
        }
        Ok(())
    }
}
