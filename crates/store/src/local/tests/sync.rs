//! Durability: what is synced, in which order, and what happens when it fails.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{leftovers, local_with};
use crate::conformance::{key, names};
use crate::{Area, ErrorKind, Local, Put, Store};

thread_local! {
    /// What this thread's stores have synced, and which of these calls fails.
    static SYNCED: RefCell<(Vec<PathBuf>, Option<usize>)> = const { RefCell::new((Vec::new(), None)) };
}

fn recording_sync(_file: &File, path: &Path) -> io::Result<()> {
    SYNCED.with_borrow_mut(|(synced, fails)| {
        synced.push(path.to_owned());
        if Some(synced.len()) == *fails { Err(io::Error::other("the disk lost it")) } else { Ok(()) }
    })
}

fn recording() -> (Local, TempDir) {
    let dir = TempDir::new().unwrap();
    (local_with(dir.path(), |inner| inner.sync = recording_sync), dir)
}

fn record(fails: Option<usize>) {
    SYNCED.set((Vec::new(), fails));
}

/// The paths synced since [`record`], below `root`; files in `tmp/` by that name only.
fn synced(root: &Path) -> Vec<String> {
    let relative = |path: &PathBuf| path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
    let nameless = |path: String| if path.starts_with("tmp/") { "tmp/*".to_owned() } else { path };
    SYNCED.with_borrow(|(synced, _)| synced.iter().map(relative).map(nameless).collect())
}

#[test]
fn file_then_new_folders_then_both_folders() {
    let (local, dir) = recording();
    let pack = key(Area::Packs, "abcd");
    record(None);
    local.put(&pack, b"pack").unwrap();
    assert_eq!(synced(dir.path()), ["", "tmp/*", "", "packs", "packs/ab", "tmp"]);
    record(None);
    local.put(&key(Area::Packs, "ab01"), b"pack").unwrap();
    assert_eq!(synced(dir.path()), ["tmp/*", "packs/ab", "tmp"], "known folders are not synced again");
    record(None);
    local.remove(&pack).unwrap();
    assert_eq!(synced(dir.path()), ["packs/ab"]);
}

/// Another process may have stored it a moment ago, and not yet have synced its folder.
#[test]
fn what_existed_is_made_durable_too() {
    let (local, dir) = recording();
    Local::open(dir.path()).unwrap().put(&key(Area::Packs, "abcd"), b"pack").unwrap();
    record(None);
    assert_eq!(local.put(&key(Area::Packs, "abcd"), b"pack").unwrap(), Put::Existed);
    assert_eq!(synced(dir.path()), ["", "packs", "packs/ab"]);
    record(None);
    assert_eq!(local.stage(Area::Packs).unwrap().publish("abcd").unwrap(), Put::Existed);
    assert_eq!(synced(dir.path()), ["", "tmp/*", "packs/ab"]);
}

#[test]
fn a_failed_sync_is_reported_and_leaves_nothing() {
    for fails in 1..=6 {
        let (local, dir) = recording();
        let pack = key(Area::Packs, "abcd");
        record(Some(fails));
        assert_eq!(local.put(&pack, b"pack").unwrap_err().kind(), ErrorKind::Io, "sync {fails}");
        assert_eq!(synced(dir.path()).len(), fails, "sync {fails}: nothing is tried after it");
        assert_eq!(names(&local, Area::Packs), [""; 0], "sync {fails}");
        assert_eq!(leftovers(&local), 0, "sync {fails}");
        record(None);
        assert_eq!(local.put(&pack, b"pack").unwrap(), Put::Created, "sync {fails}");
    }
}

#[test]
fn a_failed_sync_never_removes_what_another_put_there() {
    for fails in 1..=3 {
        let (local, dir) = recording();
        let pack = key(Area::Packs, "abcd");
        Local::open(dir.path()).unwrap().put(&pack, b"pack").unwrap();
        record(Some(fails));
        assert_eq!(local.put(&pack, b"pack").unwrap_err().kind(), ErrorKind::Io, "sync {fails}");
        assert_eq!(names(&local, Area::Packs), ["abcd"], "sync {fails}");
    }
}

#[test]
fn a_failed_removal_is_reported() {
    let (local, _dir) = recording();
    local.put(&key(Area::Plans, "01"), b"plan").unwrap();
    record(Some(1));
    assert_eq!(local.remove(&key(Area::Plans, "01")).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn folders_that_cannot_be_synced_are_no_failure() {
    let dir = TempDir::new().unwrap();
    let local = local_with(dir.path(), |inner| {
        inner.sync = |file, _| {
            if file.metadata()?.is_dir() { Err(rustix::io::Errno::INVAL.into()) } else { Ok(()) }
        };
    });
    assert_eq!(local.put(&key(Area::Packs, "abcd"), b"pack").unwrap(), Put::Created);
}

#[test]
fn what_is_set_aside_has_its_new_name_durably_before_it_loses_the_old() {
    let (local, dir) = recording();
    let pack = key(Area::Packs, "abcd");
    local.put(&pack, b"pack").unwrap();
    record(None);
    local.set_aside(&pack).unwrap();
    assert_eq!(synced(dir.path()), ["", "damaged", "packs/ab"]);
    for fails in 1..=2 {
        local.put(&pack, b"pack").unwrap();
        record(Some(fails));
        assert_eq!(local.set_aside(&pack).unwrap_err().kind(), ErrorKind::Io, "sync {fails}");
        record(None);
        assert_eq!(names(&local, Area::Damaged).len(), 1 + fails, "sync {fails}: not a byte is lost");
    }
}

/// The name is given when nothing can fail any more for want of space.
#[test]
fn what_was_synced_is_not_synced_again_when_it_gets_its_name() {
    let (local, dir) = recording();
    local.put(&key(Area::Packs, "ab01"), b"pack").unwrap();
    let mut stage = local.stage(Area::Packs).unwrap();
    stage.write(b"pack").unwrap();
    record(None);
    stage.sync().unwrap();
    assert_eq!(synced(dir.path()), ["tmp/*"]);
    stage.publish("ab02").unwrap();
    assert_eq!(synced(dir.path()), ["tmp/*", "packs/ab", "tmp"]);
    let mut stage = local.stage(Area::Packs).unwrap();
    record(Some(1));
    assert!(stage.sync().is_err());
    assert!(stage.sync().is_err(), "a sync that failed is never tried again");
    assert_eq!(synced(dir.path()).len(), 1);
    assert_eq!(stage.publish("ab03").unwrap_err().kind(), ErrorKind::Io);
}
