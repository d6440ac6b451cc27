//! Real files, pipes, links and directories, and what may happen to them while they are read.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{FileType, Mode, XattrFlags, lsetxattr, mkfifoat, mknodat};

use super::*;
use crate::system::testing::{acl, is_root, name, without_root};

fn open(path: &Path) -> Directory {
    Directory::open(path).unwrap()
}

fn open_file(directory: &Directory, file: &str) -> File {
    let stat = directory.stat(&name(file)).unwrap();
    directory.open_file(&name(file), &stat).unwrap()
}

#[test]
fn every_kind_is_listed_in_order_and_looked_up() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &[u8]| dir.path().join(std::ffi::OsStr::from_bytes(name));
    let long = [b'n'; 255];
    fs::write(at(&long), b"12345").unwrap();
    fs::create_dir(at(b"\xff\xfe")).unwrap();
    symlink("nowhere/at all", at(b"link")).unwrap();
    mkfifoat(rustix::fs::CWD, at(b"pipe"), Mode::RUSR).unwrap();
    let _socket = UnixListener::bind(at(b"socket")).unwrap();
    let mut expected = BTreeMap::from([
        (long.to_vec(), FileKind::File),
        (b"\xff\xfe".to_vec(), FileKind::Directory),
        (b"link".to_vec(), FileKind::Symlink),
        (b"pipe".to_vec(), FileKind::Fifo),
        (b"socket".to_vec(), FileKind::Socket),
    ]);
    if is_root() {
        let number = rustix::fs::makedev(250, 260);
        mknodat(rustix::fs::CWD, at(b"device"), FileType::CharacterDevice, Mode::RUSR, number).unwrap();
        expected.insert(b"device".to_vec(), FileKind::CharDevice);
    }
    let directory = open(dir.path());
    for _ in 0..2 {
        let listed = directory.list().unwrap();
        let found: Vec<_> = listed.iter().map(|entry| (entry.name.as_bytes().to_vec(), entry.kind.unwrap())).collect();
        assert_eq!(found, expected.clone().into_iter().collect::<Vec<_>>());
    }
    for (entry, kind) in &expected {
        let stat = directory.stat(&name(entry)).unwrap();
        let real = fs::symlink_metadata(at(entry)).unwrap();
        assert_eq!(stat.kind, *kind);
        assert_eq!((stat.inode, stat.size, stat.mode), (real.ino(), real.size(), real.mode() & 0o7777));
        assert_eq!((stat.uid, stat.gid, u64::from(stat.nlink), stat.blocks), (real.uid(), real.gid(), real.nlink(), real.blocks()));
        assert_eq!((stat.mtime.seconds(), i64::from(stat.mtime.nanoseconds())), (real.mtime(), real.mtime_nsec()));
        assert_eq!((stat.ctime.seconds(), i64::from(stat.ctime.nanoseconds())), (real.ctime(), real.ctime_nsec()));
        if *kind == FileKind::CharDevice {
            assert_eq!((stat.special.major, stat.special.minor), (250, 260));
        }
    }
    assert_eq!(directory.read_link(&name("link")).unwrap(), b"nowhere/at all");
    assert_eq!(directory.own_stat().unwrap().inode, fs::metadata(dir.path()).unwrap().ino());
}

#[test]
fn what_was_swapped_since_it_was_looked_up_is_refused_without_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let (file, folder) = (dir.path().join("file"), dir.path().join("folder"));
    let directory = open(dir.path());
    fs::write(&file, b"text").unwrap();
    let expected = directory.stat(&name("file")).unwrap();
    let swaps: [(&str, &dyn Fn()); 4] = [
        ("another file", &|| fs::write(&file, b"else").unwrap()),
        ("a pipe", &|| mkfifoat(rustix::fs::CWD, &file, Mode::RUSR).unwrap()),
        ("a link", &|| symlink("old", &file).unwrap()),
        ("nothing", &|| {}),
    ];
    fs::rename(&file, dir.path().join("old")).unwrap();
    for (what, swap) in swaps {
        swap();
        assert!(directory.open_file(&name("file"), &expected).unwrap_err().is_gone(), "{what}");
        assert!(file::open_waiting(fs::File::open(dir.path()).unwrap().as_fd(), &name("file"), &expected).is_err(), "{what}");
        let _ = fs::remove_file(&file);
    }
    fs::create_dir(&folder).unwrap();
    let expected = directory.stat(&name("folder")).unwrap();
    fs::rename(&folder, dir.path().join("moved")).unwrap();
    symlink("moved", &folder).unwrap();
    assert!(directory.open_child(&name("folder"), &expected).unwrap_err().is_gone());
    let moved = directory.open_child(&name("moved"), &expected).unwrap();
    assert_eq!(moved.path(), dir.path().join("moved").as_os_str().as_bytes());
}

#[test]
fn a_leased_file_is_opened_by_way_of_its_path() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), b"text").unwrap();
    let stat = open(dir.path()).stat(&name("file")).unwrap();
    let handle = file::open_waiting(fs::File::open(dir.path()).unwrap().as_fd(), &name("file"), &stat).unwrap();
    let mut text = [0; 4];
    fs::File::from(handle).read_exact_at(&mut text, 0).unwrap();
    assert_eq!(&text, b"text");
}

#[test]
fn holes_are_found_and_a_full_file_is_one_segment() {
    let dir = tempfile::tempdir().unwrap();
    let (mib, size) = (1 << 20, 10 << 20);
    let sparse = fs::File::create(dir.path().join("sparse")).unwrap();
    sparse.set_len(size).unwrap();
    sparse.write_all_at(&[1; 4096], 3 * mib).unwrap();
    sparse.write_all_at(&[2; 4096], 7 * mib).unwrap();
    fs::write(dir.path().join("full"), vec![3; 100_000]).unwrap();
    fs::write(dir.path().join("empty"), b"").unwrap();
    let directory = open(dir.path());
    let segments = |file: &str| {
        let file = open_file(&directory, file);
        file.segments(&file.stat().unwrap()).unwrap()
    };
    let segment = |offset, length, is_hole| Segment { offset, length, is_hole };
    assert_eq!(
        segments("sparse"),
        [
            segment(0, 3 * mib, true),
            segment(3 * mib, 4096, false),
            segment(3 * mib + 4096, 4 * mib - 4096, true),
            segment(7 * mib, 4096, false),
            segment(7 * mib + 4096, 3 * mib - 4096, true),
        ]
    );
    assert_eq!(segments("full"), [segment(0, 100_000, false)]);
    assert_eq!(segments("empty"), []);
    let limited = file::find_segments(sparse.as_fd(), size, 1).unwrap();
    assert_eq!(limited, [segment(0, 3 * mib, true), segment(3 * mib, size - 3 * mib, false)]);
    sparse.set_len(mib).unwrap();
    let shrunk = file::find_segments(sparse.as_fd(), size, 100).unwrap();
    assert_eq!(shrunk.iter().map(|segment| segment.length).sum::<u64>(), size);
}

#[test]
fn a_file_that_changes_while_it_is_read_shows_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    fs::write(&path, vec![7; 10_000]).unwrap();
    let file = open_file(&open(dir.path()), "file");
    let before = file.stat().unwrap();
    assert!(before.is_unchanged(&file.stat().unwrap()));
    let mut buffer = vec![0; 8_000];
    assert_eq!(file.read_at(0, &mut buffer).unwrap(), 8_000);
    assert_eq!(file.read_at(8_000, &mut buffer).unwrap(), 2_000);
    assert_eq!(file.read_at(10_000, &mut buffer).unwrap(), 0);

    let writer = fs::OpenOptions::new().write(true).open(&path).unwrap();
    writer.set_len(9_000).unwrap();
    assert_eq!(file.read_at(8_000, &mut buffer).unwrap(), 1_000);
    assert!(!before.is_unchanged(&file.stat().unwrap()));

    // The same size and time of change: only ctime tells. The clock of a file system stands still for some milliseconds.
    let before = file.stat().unwrap();
    let mtime = writer.metadata().unwrap().modified().unwrap();
    while before.ctime == file.stat().unwrap().ctime {
        writer.write_all_at(b"x", 0).unwrap();
        writer.set_modified(mtime).unwrap();
    }
    let after = file.stat().unwrap();
    assert_eq!((before.size, before.mtime), (after.size, after.mtime));
    assert!(!before.is_unchanged(&after));
}

#[test]
fn reading_leaves_the_time_of_access_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    fs::write(&path, b"text").unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    fs::File::open(&path).unwrap().set_times(fs::FileTimes::new().set_accessed(old)).unwrap();
    let directory = open(dir.path());
    open_file(&directory, "file").read_at(0, &mut [0; 10]).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().accessed().unwrap(), old);
}

#[test]
fn attributes_are_read_of_everything_that_has_them() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("file"), b"").unwrap();
    fs::create_dir(at("folder")).unwrap();
    symlink("file", at("link")).unwrap();
    mkfifoat(rustix::fs::CWD, at("pipe"), Mode::RUSR).unwrap();
    let set = |file: &str, attribute: &str, value: &[u8]| lsetxattr(at(file), attribute, value, XattrFlags::empty());
    if set("file", "user.b", b"2").is_err() {
        return; // This file system has none.
    }
    let long = vec![9; 3_000];
    set("file", "user.a", &long).unwrap();
    set("folder", "user.folder", b"").unwrap();
    set("file", "system.posix_acl_access", &acl(1)).unwrap();
    let xattr = |name: &str, value: &[u8]| Xattr { name: name.into(), value: value.to_vec() };
    let directory = open(dir.path());
    let file = vec![xattr("system.posix_acl_access", &acl(1)), xattr("user.a", &long), xattr("user.b", b"2")];
    assert_eq!(open_file(&directory, "file").xattrs().unwrap(), file);
    assert_eq!(directory.xattrs(&name("file")).unwrap(), file);
    let child = directory.open_child(&name("folder"), &directory.stat(&name("folder")).unwrap()).unwrap();
    assert_eq!(child.own_xattrs().unwrap(), [xattr("user.folder", b"")]);
    if is_root() {
        for special in ["link", "pipe"] {
            set(special, "trusted.x", b"y").unwrap();
            assert_eq!(directory.xattrs(&name(special)).unwrap(), [xattr("trusted.x", b"y")]);
        }
    }
    let error = directory.xattrs(&name("none")).unwrap_err();
    assert!(error.is_gone() && error.operation == SourceOperation::ListXattrs);
}

#[test]
fn a_tree_deeper_than_any_path_is_walked_down_and_up() {
    const DEPTH: usize = 1_100;
    let dir = tempfile::tempdir().unwrap();
    let step = name([b'd'; 200]);
    let mut line = vec![open(dir.path())];
    let mut handles = vec![fs::File::open(dir.path()).unwrap()];
    for _ in 0..DEPTH {
        let above = handles.pop().unwrap();
        rustix::fs::mkdirat(&above, step.as_bytes(), Mode::RWXU).unwrap();
        let flags = rustix::fs::OFlags::DIRECTORY;
        handles.push(rustix::fs::openat(&above, step.as_bytes(), flags, Mode::empty()).unwrap().into());
        let deepest = line.last().unwrap();
        let child = deepest.open_child(&step, &deepest.stat(&step).unwrap()).unwrap();
        line.push(child);
    }
    assert!(line.last().unwrap().list().unwrap().is_empty());
    assert_eq!(line.last().unwrap().path().len(), dir.path().as_os_str().len() + DEPTH * 201);
    line.pop();
    while let Some(directory) = line.pop() {
        assert_eq!(directory.list().unwrap().len(), 1);
    }
    crate::target::Target::open(dir.path()).unwrap().root().remove(&step).unwrap();
    assert!(open(dir.path()).list().unwrap().is_empty());
}

#[test]
fn one_unreadable_entry_is_an_error_of_its_own() {
    without_root("source::tests::one_unreadable_entry_is_an_error_of_its_own", || {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for file in ["a", "b", "c"] {
            fs::write(at(file), file).unwrap();
        }
        fs::create_dir(at("closed")).unwrap();
        let deny = |name: &str| fs::set_permissions(at(name), fs::Permissions::from_mode(0o000)).unwrap();
        deny("b");
        deny("closed");
        let directory = open(dir.path());
        assert_eq!(directory.list().unwrap().len(), 4);
        let stat = directory.stat(&name("b")).unwrap();
        let error = directory.open_file(&name("b"), &stat).unwrap_err();
        assert!(error.is_denied() && !error.is_gone());
        assert_eq!((error.path.as_slice(), error.operation), (at("b").as_os_str().as_bytes(), SourceOperation::Open));
        let stat = directory.stat(&name("closed")).unwrap();
        assert!(directory.open_child(&name("closed"), &stat).unwrap_err().is_denied());
        assert_eq!(open_file(&directory, "c").read_at(0, &mut [0; 2]).unwrap(), 1);
        // A file of somebody else's is readable without the right to leave its time of access alone.
        assert!(open(Path::new("/etc")).open_file(&name("passwd"), &open(Path::new("/etc")).stat(&name("passwd")).unwrap()).is_ok());
    });
}

#[test]
fn ids_have_names_or_none() {
    let owners = Owners::default();
    for _ in 0..2 {
        assert_eq!((owners.user(0).as_str(), owners.group(0).as_str()), ("root", "root"));
        assert_eq!(owners.user(3_999_999_999), "");
    }
}

#[test]
fn several_threads_may_list_one_directory_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..3_000 {
        fs::write(folder.path().join(format!("a-name-that-fills-the-buffer-{n}")), b"").unwrap();
    }
    let directory = Directory::open(folder.path()).unwrap();
    std::thread::scope(|scope| {
        let list = || (0..40).all(|_| directory.clone().list().unwrap().len() == 3_000);
        let threads = [scope.spawn(list), scope.spawn(list), scope.spawn(list)];
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    });
}
