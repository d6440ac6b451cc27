//! Listings of a local store. A listing is complete or an error: an unreadable folder must never look like an empty one, and
//! nothing that [`Store::get`](crate::Store::get) would not find is listed.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use super::folder::{is_ours, is_pack_folder};
use super::{Inner, TMP};
use crate::disk::{Entry, Kind};
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
        match self.disk.list(&path) {
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

    fn scan_entries(&self, area: Area, entries: Vec<Entry>, scan: &mut Scan) -> io::Result<()> {
        for entry in entries {
            let is_folder = entry.kind == Kind::Folder;
            if area == Area::Packs {
                // No pack lies directly in `packs`.
                if is_folder && is_pack_folder(&entry.name) {
                    self.scan_shard(&entry.name, scan)?;
                } else {
                    scan.strays.push(entry.name.to_string_lossy().into_owned());
                }
            } else if area != Area::Root || !is_folder || !is_ours(&entry.name) {
                self.scan_object(area, None, &entry.name, scan)?;
            }
        }
        Ok(())
    }

    /// The packs of one folder. It is never removed, so that it cannot be read is an error even if it is gone.
    fn scan_shard(&self, shard: &OsStr, scan: &mut Scan) -> io::Result<()> {
        for entry in self.disk.list(&self.area_path(Area::Packs).join(shard))? {
            self.scan_object(Area::Packs, shard.to_str(), &entry.name, scan)?;
        }
        Ok(())
    }

    fn scan_object(&self, area: Area, shard: Option<&str>, name: &OsStr, scan: &mut Scan) -> io::Result<()> {
        let path = self.area_path(area).join(shard.unwrap_or_default()).join(name);
        let stat = match self.disk.stat_link(&path) {
            Ok(stat) => stat,
            // Removed since the folder was read, as objects may be at any time.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let key = name.to_str().and_then(|name| Key::new(area, name).ok());
        match key.filter(|key| stat.kind == Kind::File && key.shard() == shard) {
            Some(key) => scan.objects.push(Listed { name: key.name().to_owned(), size: stat.size }),
            None => scan.strays.push(match shard {
                Some(shard) => format!("{shard}/{}", name.to_string_lossy()),
                None => name.to_string_lossy().into_owned(),
            }),
        }
        Ok(())
    }

    /// The files in `tmp/`, the lock aside; none where there is no such folder.
    pub(super) fn leftovers(&self, lock: &str) -> io::Result<Vec<PathBuf>> {
        let tmp = self.root.join(TMP);
        let mut leftovers = match self.disk.list(&tmp) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            result => result?,
        };
        leftovers.retain(|entry| entry.name != lock);
        Ok(leftovers.into_iter().map(|entry| tmp.join(entry.name)).collect())
    }
}
