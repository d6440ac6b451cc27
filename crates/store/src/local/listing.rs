//! Listings of a local store. A listing is complete or an error: an unreadable folder must never look like an empty one, and
//! nothing that [`Store::get`](crate::Store::get) would not find is listed.

use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use super::folder::{is_ours, is_pack_folder};
use super::{Inner, TMP};
use crate::error::{Error, Operation};
use crate::key::{Area, Key};
use crate::store::{Listed, Result};

/// What lies in an area.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) objects: Vec<Listed>,
    pub(super) strays: Vec<String>,
}

impl Inner {
    /// Everything in an area, sorted.
    pub(super) fn scan(&self, area: Area) -> Result<Scan> {
        let mut scan = Scan::default();
        let path = self.area_path(area);
        let failed = |source| Error::from_io(source, Operation::List, path.display());
        match entries(&path) {
            Ok(entries) => self.scan_entries(area, entries, &mut scan).map_err(failed)?,
            // No folder, no objects; but only where a repository stands, not where a medium was unplugged.
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.require_repository(Operation::List)?,
            Err(error) => return Err(failed(error)),
        }
        if area == Area::Root {
            self.require_repository(Operation::List)?;
        }
        scan.objects.sort();
        scan.strays.sort();
        Ok(scan)
    }

    fn scan_entries(&self, area: Area, entries: Vec<DirEntry>, scan: &mut Scan) -> io::Result<()> {
        for entry in entries {
            let name = entry.file_name();
            let is_folder = entry.file_type()?.is_dir();
            if area == Area::Packs {
                // No pack lies directly in `packs`.
                if is_folder && is_pack_folder(&name) {
                    self.scan_shard(&name, scan)?;
                } else {
                    scan.strays.push(name.to_string_lossy().into_owned());
                }
            } else if area != Area::Root || !is_folder || !is_ours(&name) {
                scan_object(area, None, &entry, scan)?;
            }
        }
        Ok(())
    }

    /// The packs of one folder. It is never removed, so that it cannot be read is an error even if it is gone.
    fn scan_shard(&self, shard: &OsStr, scan: &mut Scan) -> io::Result<()> {
        for entry in entries(&self.area_path(Area::Packs).join(shard))? {
            scan_object(Area::Packs, shard.to_str(), &entry, scan)?;
        }
        Ok(())
    }
}

fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    fs::read_dir(folder)?.collect()
}

fn scan_object(area: Area, shard: Option<&str>, entry: &DirEntry, scan: &mut Scan) -> io::Result<()> {
    let name = entry.file_name();
    // Does not follow links.
    let metadata = match entry.metadata() {
        Ok(metadata) => metadata,
        // Removed since the folder was read, as objects may be at any time.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let key = name.to_str().and_then(|name| Key::new(area, name).ok());
    match key.filter(|key| metadata.is_file() && key.shard() == shard) {
        Some(key) => scan.objects.push(Listed { name: key.name().to_owned(), size: metadata.len() }),
        None => scan.strays.push(match shard {
            Some(shard) => format!("{shard}/{}", name.to_string_lossy()),
            None => name.to_string_lossy().into_owned(),
        }),
    }
    Ok(())
}

impl Inner {
    /// The files in `tmp/`, the lock aside; none where there is no such folder.
    pub(super) fn leftovers(&self, lock: &str) -> io::Result<Vec<DirEntry>> {
        let mut leftovers = match entries(&self.root.join(TMP)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            result => result?,
        };
        leftovers.retain(|entry| entry.file_name() != lock);
        Ok(leftovers)
    }
}
