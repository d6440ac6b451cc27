//! Restores into real directories, and what may lie in their way.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod hostile;
mod kinds;
mod metadata;

use std::path::Path;

use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{Metadata, Xattr};

use super::*;
use crate::source::{Directory, Owners, SourceDirectory, SourceFile};
use crate::system::testing::name;

fn open(path: &Path) -> Target {
    Target::open(path).unwrap()
}

/// Metadata that anybody may give to his own files.
fn own(mode: u32) -> Metadata {
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    Metadata { mode, uid, gid, mtime: Time::new(1_000_000_000, 123_456_789).unwrap(), ..Metadata::default() }
}

fn xattr(name: &str, value: &[u8]) -> Xattr {
    Xattr { name: name.into(), value: value.to_vec() }
}

fn write(folder: &Folder, file: &str, text: &[u8], occupied: Occupied) -> Result<Vec<Shortfall>, TargetError> {
    let temp = folder.create_temp(&name(file))?;
    temp.write_at(0, text)?;
    temp.finish(&own(0o644), occupied)
}

/// What a restore does: each entry of a directory, and the directory's own metadata last.
fn copy(from: &Directory, to: &Folder, owners: &Owners) -> Vec<Shortfall> {
    let mut missed = Vec::new();
    for entry in from.list().unwrap() {
        let name = &entry.name;
        let stat = from.stat(name).unwrap();
        let metadata = owners.metadata(&stat, from.xattrs(name).unwrap());
        let keep = Occupied::Refuse;
        missed.extend(match stat.kind {
            FileKind::File => {
                let (file, temp) = (from.open_file(name, &stat).unwrap(), to.create_temp(name).unwrap());
                temp.set_len(stat.size).unwrap();
                for data in file.segments(&stat).unwrap().iter().filter(|segment| !segment.is_hole) {
                    let mut buffer = vec![0; usize::try_from(data.length).unwrap()];
                    assert_eq!(file.read_at(data.offset, &mut buffer).unwrap(), buffer.len());
                    temp.reserve(data.offset, data.length).unwrap();
                    temp.write_at(data.offset, &buffer).unwrap();
                }
                temp.finish(&metadata, keep).unwrap()
            }
            FileKind::Directory => {
                let (below, _) = to.make_dir(name, keep).unwrap();
                let mut missed = copy(&from.open_child(name, &stat).unwrap(), &below, owners);
                missed.extend(below.apply(&metadata).unwrap());
                missed
            }
            FileKind::Symlink => to.symlink(name, &from.read_link(name).unwrap(), &metadata, keep).unwrap(),
            FileKind::Fifo => to.fifo(name, &metadata, keep).unwrap(),
            kind => to.device(name, kind, stat.special, &metadata, keep).unwrap(),
        });
    }
    missed
}
