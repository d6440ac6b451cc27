//! Where a repository may be created, and what is taken for one.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::new_local;
use crate::conformance::key;
use crate::{Area, ErrorKind, Local, Put, Store};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn makes_folders_for_the_owner_only() {
    let dir = TempDir::new().unwrap();
    let root = dir.path().join("new/parents/repository");
    let local = Local::create(&root).unwrap();
    for area in Area::ALL {
        assert_eq!(mode(&root.join(area.dir())), 0o700, "{area}");
    }
    local.put(&key(Area::Packs, "abcd"), b"pack").unwrap();
    assert_eq!(mode(&root.join("packs/ab")), 0o700);
    assert_eq!(mode(&root.join("packs/ab/abcd")), 0o400);
}

#[test]
fn creating_again_opens_and_loses_nothing() {
    let (local, dir) = new_local();
    local.put(&key(Area::Config, "1"), b"config").unwrap();
    let again = Local::create(dir.path()).unwrap();
    assert_eq!(again.get(&key(Area::Config, "1"), 10).unwrap(), b"config");
    assert_eq!(Local::open(dir.path()).unwrap().put(&key(Area::Config, "1"), b"other").unwrap(), Put::Existed);
}

#[test]
fn refuses_a_folder_of_other_things() {
    for (thing, content) in [("letter.txt", true), ("config/settings", true), ("photos", false)] {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join(thing);
        if content {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "mine").unwrap();
        } else {
            fs::create_dir(&path).unwrap();
        }
        let error = Local::create(dir.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotEmpty, "{thing}");
        assert!(!dir.path().join("packs").exists(), "{thing}: something was created");
    }
}

#[test]
fn completes_an_interrupted_creation() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("config")).unwrap();
    fs::create_dir(dir.path().join("lost+found")).unwrap();
    Local::create(dir.path()).unwrap();
    assert!(dir.path().join("tmp").is_dir());
}

#[test]
fn opens_only_what_is_a_repository() {
    let dir = TempDir::new().unwrap();
    assert_eq!(Local::open(dir.path()).unwrap_err().kind(), ErrorKind::NotARepository);
    assert_eq!(Local::open(&dir.path().join("missing")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "opening creates nothing");
    fs::create_dir(dir.path().join("keys")).unwrap();
    fs::write(dir.path().join("config"), b"").unwrap();
    assert_eq!(Local::open(dir.path()).unwrap_err().kind(), ErrorKind::NotARepository);
    assert_eq!(Local::create(dir.path()).unwrap_err().kind(), ErrorKind::NotEmpty, "a file of that name is not ours");
}

/// What is there is not a folder, and must not be taken for one that was made before.
#[test]
fn a_file_in_the_place_of_a_folder_is_an_error() {
    let (local, dir) = new_local();
    fs::write(dir.path().join("packs/ab"), b"").unwrap();
    assert_eq!(local.put(&key(Area::Packs, "abcd"), b"pack").unwrap_err().kind(), ErrorKind::Io);
    fs::remove_dir(dir.path().join("index")).unwrap();
    fs::write(dir.path().join("index"), b"").unwrap();
    assert_eq!(Local::create(dir.path()).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn it_says_where_it_is() {
    let (local, dir) = new_local();
    assert_eq!((local.root(), local.location()), (dir.path(), dir.path().display().to_string()));
}
