//! Entries of every kind, made anew and in the place of others.

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt, symlink};

use liasse_repo::format::tree::{Device, Name};
use rustix::fs::{FileType, Mode, XattrFlags, lsetxattr, makedev, mkfifoat, mknodat};

use super::*;
use crate::system::testing::{acl, is_root};

/// Everything about a tree that a restore should give back.
fn describe(directory: &Directory, way: &str, lines: &mut Vec<String>) {
    for entry in directory.list().unwrap() {
        let stat = directory.stat(&entry.name).unwrap();
        let way = format!("{way}/{:?}", entry.name);
        let owner = (stat.mode, stat.uid, stat.gid, stat.special, stat.mtime);
        let size = if stat.kind == FileKind::Directory { (0, 0) } else { (stat.size, stat.blocks) };
        lines.push(format!("{way} {:?} {owner:?} {size:?} {:?}", stat.kind, directory.xattrs(&entry.name).unwrap()));
        match stat.kind {
            FileKind::Symlink => lines.push(format!("{:?}", directory.read_link(&entry.name).unwrap())),
            FileKind::Directory => describe(&directory.open_child(&entry.name, &stat).unwrap(), &way, lines),
            FileKind::File => {
                let file = directory.open_file(&entry.name, &stat).unwrap();
                let mut content = vec![0; usize::try_from(stat.size).unwrap()];
                file.read_at(0, &mut content).unwrap();
                lines.push(format!("{:?} {}", file.segments(&stat).unwrap(), sum_of(&content)));
            }
            _ => {}
        }
    }
}

fn sum_of(content: &[u8]) -> String {
    content.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte))).to_string()
}

#[test]
fn a_tree_comes_back_as_it_was() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &str| from.path().join(name);
    let own_time = |name: &str, seconds: i64, nanoseconds: u32| {
        let metadata = Metadata { mtime: Time::new(seconds, nanoseconds).unwrap(), mode: 0o740, ..own(0) };
        open(from.path()).root().apply_to(&super::name(name), &metadata).unwrap();
    };
    fs::create_dir_all(at("folder/inner")).unwrap();
    fs::write(at("folder/inner/file"), b"text").unwrap();
    fs::write(at(&"l".repeat(255)), b"long name").unwrap();
    fs::write(from.path().join(non_utf8()), b"").unwrap();
    symlink("/nowhere\n/at all", at("link")).unwrap();
    mkfifoat(CWD, at("pipe"), Mode::RUSR | Mode::WOTH).unwrap();
    let sparse = fs::File::create(at("sparse")).unwrap();
    sparse.set_len(5 << 20).unwrap();
    sparse.write_all_at(&[5; 10_000], 1 << 20).unwrap();
    if lsetxattr(at("sparse"), "user.comment", b"\0\xff", XattrFlags::empty()).is_ok() {
        lsetxattr(at("sparse"), "system.posix_acl_access", &acl(7), XattrFlags::empty()).unwrap();
        lsetxattr(at("folder"), "system.posix_acl_default", &acl(8), XattrFlags::empty()).unwrap();
    }
    if is_root() {
        mknodat(CWD, at("null"), FileType::CharacterDevice, Mode::RUSR, makedev(1, 3)).unwrap();
        mknodat(CWD, at("disk"), FileType::BlockDevice, Mode::RUSR, makedev(259, 300)).unwrap();
        std::os::unix::fs::lchown(at("link"), Some(12), Some(34)).unwrap();
        std::os::unix::fs::chown(at("sparse"), Some(12), Some(34)).unwrap();
        lsetxattr(at("link"), "trusted.t", b"t", XattrFlags::empty()).unwrap();
    }
    own_time("pipe", -1, 999_999_999);
    own_time("link", -86_400 * 365, 1);
    own_time("folder", 5_000_000_000, 7);
    let (source, target) = (Directory::open(from.path()).unwrap(), open(to.path()));
    let missed = copy(&source, target.root(), &Owners::default());
    assert!(missed.is_empty(), "{missed:?}");
    let (mut before, mut after) = (Vec::new(), Vec::new());
    describe(&source, "", &mut before);
    describe(&Directory::open(to.path()).unwrap(), "", &mut after);
    assert_eq!(before, after);
    target.sync().unwrap();
}

fn non_utf8() -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(b"n\xff\xfe\n".to_vec())
}

/// With a temporary name, as on file systems that make no files without one; and without.
#[test]
fn a_file_is_seen_when_it_is_whole_and_gone_when_it_is_given_up() {
    for has_name in [true, false] {
        comes_and_goes(has_name);
    }
}

fn comes_and_goes(has_name: bool) {
    let dir = tempfile::tempdir().unwrap();
    let target = open(dir.path());
    if has_name {
        target.root().refuses_unnamed();
    }
    let listed = || target.root().list().unwrap().into_iter().map(|entry| entry.name).collect::<Vec<Name>>();
    let temp = target.root().create_temp(&name("file")).unwrap();
    temp.write_at(0, b"ha").unwrap();
    assert_eq!(listed().len(), usize::from(has_name));
    for temporary in listed() {
        assert!(temporary.as_bytes().starts_with(TEMP_PREFIX.as_bytes()));
        let path = dir.path().join(String::from_utf8(temporary.as_bytes().to_vec()).unwrap());
        assert_eq!(fs::metadata(path).unwrap().mode() & 0o777, 0o600);
    }
    assert_eq!(target.root().stat(&name("file")).unwrap(), None);
    drop(temp);
    assert_eq!(listed(), []);
    let temp = target.root().create_temp(&name("file")).unwrap();
    temp.write_at(2, b"lf").unwrap();
    temp.write_at(0, b"ha").unwrap();
    assert!(temp.finish(&own(0o600), Occupied::Refuse).unwrap().is_empty());
    assert_eq!(listed(), [name("file")]);
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"half");
}

#[test]
fn what_is_in_the_way_stays_or_goes_as_told() {
    let dir = tempfile::tempdir().unwrap();
    let (target, way) = (open(dir.path()), name("way"));
    let root = target.root();
    let exists = |result: Result<Vec<Shortfall>, TargetError>, expected: FileKind| match result.unwrap_err().kind {
        TargetErrorKind::Exists { kind } => assert_eq!(kind, expected),
        other => panic!("{other}"),
    };
    write(root, "way", b"old", Occupied::Refuse).unwrap();
    exists(write(root, "way", b"new", Occupied::Refuse), FileKind::File);
    exists(root.symlink(&way, b"x", &own(0), Occupied::Refuse), FileKind::File);
    exists(root.make_dir(&way, Occupied::Refuse).map(|_| Vec::new()), FileKind::File);
    assert_eq!(fs::read(dir.path().join("way")).unwrap(), b"old");
    write(root, "way", b"new", Occupied::Replace).unwrap();
    assert_eq!(fs::read(dir.path().join("way")).unwrap(), b"new");
    root.symlink(&way, b"x", &own(0), Occupied::Replace).unwrap();
    root.fifo(&way, &own(0o600), Occupied::Replace).unwrap();

    let (folder, made) = root.make_dir(&way, Occupied::Replace).unwrap();
    assert!(made);
    write(&folder, "inside", b"1", Occupied::Refuse).unwrap();
    for occupied in [Occupied::Refuse, Occupied::Replace, Occupied::ReplaceTree] {
        assert!(!root.make_dir(&way, occupied).unwrap().1, "a directory is taken as it is");
    }
    for occupied in [Occupied::Refuse, Occupied::Replace] {
        exists(write(root, "way", b"new", occupied), FileKind::Directory);
    }
    assert!(dir.path().join("way/inside").exists());
    write(root, "way", b"new", Occupied::ReplaceTree).unwrap();
    assert_eq!(root.list().unwrap().len(), 1, "nothing temporary is left");
    assert_eq!(fs::read(dir.path().join("way")).unwrap(), b"new");
}

#[test]
fn further_names_of_a_file_are_that_file() {
    let dir = tempfile::tempdir().unwrap();
    let target = open(dir.path());
    let root = target.root();
    write(root, "one", b"1", Occupied::Refuse).unwrap();
    root.symlink(&name("link"), b"one", &own(0), Occupied::Refuse).unwrap();
    let (folder, _) = root.make_dir(&name("folder"), Occupied::Refuse).unwrap();
    folder.hard_link(&name("two"), root, &name("one"), Occupied::Refuse).unwrap();
    assert!(folder.hard_link(&name("two"), root, &name("one"), Occupied::Refuse).is_err());
    folder.hard_link(&name("two"), root, &name("one"), Occupied::Replace).unwrap();
    folder.hard_link(&name("link"), root, &name("link"), Occupied::Refuse).unwrap();
    assert_eq!(folder.list().unwrap().len(), 2, "nothing temporary is left");
    assert_eq!(root.stat(&name("one")).unwrap().unwrap().nlink, 2);
    assert!(folder.stat(&name("two")).unwrap().unwrap().is_same_entry(&root.stat(&name("one")).unwrap().unwrap()));
    assert_eq!(folder.stat(&name("link")).unwrap().unwrap().kind, FileKind::Symlink);
}

#[test]
fn a_device_that_cannot_be_made_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let target = open(dir.path());
    for (kind, major) in [(FileKind::CharDevice, 1 << 12), (FileKind::BlockDevice, u32::MAX), (FileKind::File, 1)] {
        let missed = target.root().device(&name("d"), kind, Device { major, minor: 1 }, &own(0o600), Occupied::Refuse).unwrap();
        assert_eq!(missed[0].what, What::Special);
        assert_eq!(missed[0].path, dir.path().join("d").as_os_str().as_encoded_bytes());
    }
    assert!(target.root().list().unwrap().is_empty());
}
