//! What comes back of an entry's metadata, with and without the rights to all of it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use rustix::fs::{XattrFlags, lsetxattr};

use super::*;
use crate::system::testing::{acl, is_root, without_root};

fn whats(missed: Vec<Shortfall>) -> Vec<What> {
    missed.into_iter().map(|shortfall| shortfall.what).collect()
}

#[test]
fn a_program_of_another_owner_keeps_its_bits_and_capabilities() {
    let dir = tempfile::tempdir().unwrap();
    let target = open(dir.path());
    let temp = target.root().create_temp(&name("program")).unwrap();
    temp.write_at(0, b"#!").unwrap();
    let mut metadata = own(0o6755);
    if is_root() {
        // CAP_NET_BIND_SERVICE, permitted and effective, as `setcap` writes it (revision 2).
        let capability = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        metadata = Metadata { uid: 12, gid: 34, xattrs: vec![xattr("security.capability", &capability)], ..metadata };
    }
    assert_eq!(whats(temp.finish(&metadata, Occupied::Refuse).unwrap()), []);
    let real = fs::metadata(dir.path().join("program")).unwrap();
    assert_eq!((real.mode() & 0o7777, real.uid(), real.gid()), (0o6755, metadata.uid, metadata.gid));
    let source = Directory::open(dir.path()).unwrap();
    assert_eq!(source.xattrs(&name("program")).unwrap(), metadata.xattrs);
}

#[test]
fn times_come_back_to_the_nanosecond_or_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let target = open(dir.path());
    let root = target.root();
    for (seconds, nanoseconds) in [(0, 0), (-1, 1), (-2_000_000_000, 999_999_999), (1_700_000_000, 123_456_789), (4_294_967_296 + 5, 1)] {
        let metadata = Metadata { mtime: Time::new(seconds, nanoseconds).unwrap(), ..own(0o600) };
        let temp = root.create_temp(&name("file")).unwrap();
        assert_eq!(whats(temp.finish(&metadata, Occupied::Replace).unwrap()), []);
        assert_eq!(whats(root.symlink(&name("link"), b"x", &metadata, Occupied::Replace).unwrap()), []);
        for entry in ["file", "link"] {
            assert_eq!(root.stat(&name(entry)).unwrap().unwrap().mtime, metadata.mtime);
        }
    }
    for seconds in [i64::MIN, i64::MAX] {
        let metadata = Metadata { mtime: Time::new(seconds, 0).unwrap(), ..own(0o600) };
        let missed = whats(root.apply_to(&name("file"), &metadata).unwrap());
        let is_kept = root.stat(&name("file")).unwrap().unwrap().mtime == metadata.mtime;
        assert_eq!(missed == [What::Times], !is_kept);
    }
}

#[test]
fn attributes_that_were_handed_down_or_left_over_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let set = |attribute: &str, value: &[u8]| lsetxattr(dir.path(), attribute, value, XattrFlags::empty());
    if set("user.left", b"over").is_err() {
        return; // This file system has none.
    }
    set("system.posix_acl_default", &acl(5)).unwrap();
    let target = open(dir.path());
    let (folder, _) = target.root().make_dir(&name("folder"), Occupied::Refuse).unwrap();
    assert!(!folder_xattrs(dir.path(), "folder").is_empty());
    write(&folder, "file", b"", Occupied::Refuse).unwrap();
    assert_eq!(whats(folder.apply(&own(0o755)).unwrap()), []);
    assert_eq!(folder_xattrs(&dir.path().join("folder"), "file"), []);
    assert_eq!(folder_xattrs(dir.path(), "folder"), []);
    let wanted = vec![xattr("user.new", b"1")];
    assert_eq!(whats(target.root().apply(&Metadata { xattrs: wanted.clone(), ..own(0o755) }).unwrap()), []);
    assert_eq!(Directory::open(dir.path()).unwrap().own_xattrs().unwrap(), wanted);
}

fn folder_xattrs(path: &Path, entry: &str) -> Vec<Xattr> {
    Directory::open(path).unwrap().xattrs(&name(entry)).unwrap()
}

#[test]
fn what_nobody_can_have_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let target = open(dir.path());
    let metadata = Metadata { uid: u32::MAX, gid: u32::MAX, xattrs: vec![xattr("nonsense", b"1")], ..own(0o6750) };
    let temp = target.root().create_temp(&name("file")).unwrap();
    let missed = temp.finish(&metadata, Occupied::Refuse).unwrap();
    assert!(missed.iter().all(|shortfall| shortfall.path.ends_with(b"/file")));
    assert_eq!(whats(missed), [What::Group, What::Owner, What::Xattr(b"nonsense".to_vec()), What::Mode]);
    assert_eq!(fs::metadata(dir.path().join("file")).unwrap().mode() & 0o7777, 0o750);
}

#[test]
fn without_rights_all_that_is_lost_is_told() {
    without_root("target::tests::metadata::without_rights_all_that_is_lost_is_told", || {
        let dir = tempfile::tempdir().unwrap();
        let target = open(dir.path());
        let root = target.root();
        let foreign = Metadata { uid: 0, gid: 0, ..own(0o4755) };
        let temp = root.create_temp(&name("program")).unwrap();
        assert_eq!(whats(temp.finish(&foreign, Occupied::Refuse).unwrap()), [What::Group, What::Owner, What::Mode]);
        assert_eq!(fs::metadata(dir.path().join("program")).unwrap().mode() & 0o7777, 0o755);
        let missed = root.symlink(&name("link"), b"x", &foreign, Occupied::Refuse).unwrap();
        assert_eq!(whats(missed), [What::Group, What::Owner]);

        let mut read_only = own(0o400);
        if lsetxattr(dir.path(), "user.probe", b"", XattrFlags::empty()).is_ok() {
            read_only.xattrs = vec![xattr("user.note", b"1")];
        }
        let temp = root.create_temp(&name("file")).unwrap();
        assert_eq!(whats(temp.finish(&read_only, Occupied::Refuse).unwrap()), []);
        let device = liasse_repo::format::tree::Device { major: 1, minor: 3 };
        let missed = root.device(&name("null"), FileKind::CharDevice, device, &own(0o600), Occupied::Refuse).unwrap();
        assert_eq!(whats(missed), [What::Special]);
        assert_eq!(root.list().unwrap().len(), 3, "nothing temporary is left");

        fs::create_dir(dir.path().join("closed")).unwrap();
        fs::set_permissions(dir.path().join("closed"), fs::Permissions::from_mode(0o500)).unwrap();
        let closed = root.open(&name("closed")).unwrap();
        assert!(matches!(closed.create_temp(&name("file")).unwrap_err().kind, TargetErrorKind::Denied));
    });
}
