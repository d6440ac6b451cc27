//! What may lie in a repository's folder, and what may be missing there.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::time::Duration;

use super::{leftovers, new_local};
use crate::conformance::{key, names};
use crate::local::handles::LIMIT;
use crate::{Area, ErrorKind, Key, Store};

#[test]
fn strangers_are_never_listed() {
    let (local, dir) = new_local();
    let root = dir.path();
    local.put(&key(Area::Index, "ab"), b"index").unwrap();
    local.put(&key(Area::Packs, "abcd"), b"pack").unwrap();
    for stranger in
        ["index/AB", "index/ab.tmp", "index/.hidden", "index/a b", "index/con", "packs/abcd", "packs/ab/cdef", "packs/ab/ABCD", "note.txt"]
    {
        fs::write(root.join(stranger), b"stranger").unwrap();
    }
    for folder in ["index/00", "index/config", "photos"] {
        fs::create_dir(root.join(folder)).unwrap();
    }
    fs::create_dir(root.join("packs/xyz")).unwrap();
    symlink("/etc/passwd", root.join("index/11")).unwrap();
    symlink(root.join("index"), root.join("packs/cc")).unwrap();
    assert_eq!(names(&local, Area::Index), ["ab"]);
    assert_eq!(names(&local, Area::Packs), ["abcd"]);
    assert_eq!(names(&local, Area::Root), [""; 0]);
    assert_eq!(local.strays(Area::Index).unwrap(), [".hidden", "00", "11", "AB", "a b", "ab.tmp", "con", "config"]);
    assert_eq!(local.strays(Area::Packs).unwrap(), ["ab/ABCD", "ab/cdef", "abcd", "cc", "xyz"]);
    assert_eq!(local.strays(Area::Root).unwrap(), ["note.txt", "photos"]);
}

#[test]
fn links_and_folders_in_an_objects_place_are_not_objects() {
    let (local, dir) = new_local();
    fs::write(dir.path().join("secret"), b"secret").unwrap();
    symlink(dir.path().join("secret"), dir.path().join("index/11")).unwrap();
    fs::create_dir(dir.path().join("index/22")).unwrap();
    let fifo = dir.path().join("index/33");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for name in ["11", "22", "33"] {
        let key = key(Area::Index, name);
        assert!(local.get(&key, 100).is_err(), "{name}");
        assert!(local.read_at(&key, 0, &mut [0; 1]).is_err(), "{name}");
        assert_eq!(local.size(&key).unwrap_err().kind(), ErrorKind::NotAFile, "{name}");
        assert_eq!(local.put(&key, b"object").unwrap_err().kind(), ErrorKind::NotAFile, "{name}");
    }
    assert_eq!(fs::read(dir.path().join("secret")).unwrap(), b"secret");
    assert_eq!(leftovers(&local), 0);
}

#[test]
fn a_missing_area_is_empty_and_comes_back_when_needed() {
    let (local, dir) = new_local();
    for name in ["damaged", "packs", "tmp"] {
        fs::remove_dir(dir.path().join(name)).unwrap();
    }
    assert_eq!(local.list(Area::Damaged).unwrap(), []);
    assert_eq!(local.list(Area::Packs).unwrap(), []);
    assert_eq!(local.size(&key(Area::Packs, "ab")).unwrap(), None);
    assert_eq!(local.sweep(Duration::ZERO).unwrap(), 0);
    local.put(&key(Area::Packs, "abcd"), b"pack").unwrap();
    assert_eq!(names(&local, Area::Packs), ["abcd"]);
}

/// An unplugged medium leaves an empty mount point: everything about it is an error.
#[test]
fn a_repository_that_went_away_is_not_an_empty_one() {
    let (local, dir) = new_local();
    local.put(&key(Area::Packs, "abcd"), b"pack").unwrap();
    let root = dir.path().join("moved");
    fs::create_dir(&root).unwrap();
    for area in Area::ALL.into_iter().map(Area::dir).filter(|dir| !dir.is_empty()).chain(["tmp"]) {
        fs::rename(dir.path().join(area), root.join(area)).unwrap();
    }
    let absent = key(Area::Packs, "ef00");
    for area in Area::ALL {
        assert_eq!(local.list(area).unwrap_err().kind(), ErrorKind::NotARepository, "{area}");
    }
    assert_eq!(local.size(&absent).unwrap_err().kind(), ErrorKind::NotARepository);
    assert!(local.put(&absent, b"pack").is_err());
    assert!(local.stage(Area::Packs).is_err());
    assert!(local.sweep(Duration::ZERO).is_err());
    fs::rename(&root, dir.path().with_extension("gone")).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing was created in its place");
    fs::remove_dir_all(dir.path().with_extension("gone")).unwrap();
}

#[test]
fn a_sweep_takes_old_leftovers_only() {
    let (local, dir) = new_local();
    let leftover = dir.path().join("tmp/deadbeef");
    fs::write(&leftover, b"half a pack").unwrap();
    assert_eq!(local.sweep(Duration::from_hours(1)).unwrap(), 0);
    assert!(leftover.exists());
    let file = fs::File::options().write(true).open(&leftover).unwrap();
    file.set_modified(std::time::SystemTime::now() - Duration::from_hours(2)).unwrap();
    drop(file);
    fs::create_dir(dir.path().join("tmp/folder")).unwrap();
    // Asked through a pointer that is shared, as everything may be.
    let shared = Arc::new(local);
    assert_eq!(Store::sweep(&shared, Duration::from_hours(1)).unwrap(), 1);
    assert!(!leftover.exists());
    assert_eq!(Store::location(&shared), dir.path().display().to_string());
    assert_eq!(Store::strays(&shared, Area::Root).unwrap(), [""; 0]);
    fs::write(dir.path().join("note.txt"), b"").unwrap();
    assert_eq!(Store::strays(&shared, Area::Root).unwrap(), ["note.txt"]);
    assert_eq!(shared.sweep(Duration::ZERO).unwrap(), 0);
    assert!(dir.path().join("tmp/folder").exists(), "a folder is no leftover of a writer");
}

#[test]
fn few_packs_stay_open() {
    let (local, _dir) = new_local();
    let packs: Vec<Key> = (0..LIMIT + 8).map(|n| key(Area::Packs, &format!("{n:04x}"))).collect();
    for pack in &packs {
        local.put(pack, b"pack").unwrap();
        local.read_at(pack, 0, &mut [0; 4]).unwrap();
        local.read_at(&packs[0], 0, &mut [0; 4]).unwrap();
    }
    let open = local.inner.handles.keys();
    assert_eq!(open.len(), LIMIT);
    assert!(open.contains(&packs[0]), "what is used stays open");
    assert!(!open.contains(&packs[1]), "what is not used longest is closed");
    local.remove(&packs[0]).unwrap();
    assert!(!local.inner.handles.keys().contains(&packs[0]));
}

/// Reads through a handle that is open: the folder is not looked at again.
#[test]
fn a_second_read_opens_nothing() {
    let (local, dir) = new_local();
    let pack = key(Area::Packs, "abcd");
    local.put(&pack, b"pack").unwrap();
    local.read_at(&pack, 0, &mut [0; 4]).unwrap();
    fs::rename(dir.path().join("packs"), dir.path().join("elsewhere")).unwrap();
    local.read_at(&pack, 0, &mut [0; 4]).unwrap();
}
