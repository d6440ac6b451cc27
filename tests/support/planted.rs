//! A tree with every kind of entry that the system lets us make.
#![allow(dead_code, reason = "every test that shares this uses some of it")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags};

pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

/// Plants it into an empty folder; devices, owners and access lists only as root.
pub(crate) fn plant(root: &Path, as_root: bool) {
    contents(root);
    names(root);
    links(root);
    attributes(root);
    if as_root {
        of_root(root);
    }
    times(root);
}

fn contents(root: &Path) {
    fs::create_dir_all(root.join("deep/er/still")).unwrap();
    fs::create_dir(root.join("empty folder")).unwrap();
    fs::write(root.join("empty"), b"").unwrap();
    fs::write(root.join("large"), noise(1, 6_000_000)).unwrap();
    fs::write(root.join("text"), "a line of text that says little\n".repeat(40_000)).unwrap();
    fs::write(root.join("deep/ledger"), [noise(2, 700_000), vec![0; 900_000], noise(3, 300_001)].concat()).unwrap();
    for n in 0..400 {
        fs::write(root.join(format!("deep/er/still/{n}")), format!("file {n} ").repeat(n * 3)).unwrap();
    }
    let sparse = fs::File::create(root.join("sparse")).unwrap();
    sparse.set_len(40_000_000).unwrap();
    sparse.write_all_at(b"in the middle", 20_000_000).unwrap();
    fs::File::create(root.join("only a hole")).unwrap().set_len(1 << 20).unwrap();
}

fn names(root: &Path) {
    let names: [&[u8]; 6] = [b"caf\xe9 \xff", &[b'n'; 255], b"two\nlines", b" spaces ", b"-rf", "\u{1f333} e\u{301}".as_bytes()];
    for name in names {
        fs::write(root.join(OsStr::from_bytes(name)), name).unwrap();
    }
}

fn links(root: &Path) {
    symlink("../large", root.join("deep/link")).unwrap();
    symlink(OsStr::from_bytes(b"no\xffwhere"), root.join("dangling")).unwrap();
    rustix::fs::mknodat(CWD, root.join("pipe"), FileType::Fifo, Mode::from_raw_mode(0o640), 0).unwrap();
    fs::hard_link(root.join("large"), root.join("deep/same as large")).unwrap();
    fs::hard_link(root.join("pipe"), root.join("deep/same pipe")).unwrap();
    fs::hard_link(root.join("dangling"), root.join("deep/same link")).unwrap();
}

fn attributes(root: &Path) {
    set(root, "text", "user.binary", &[0, 255].repeat(500));
    set(root, "text", "user.empty", b"");
    set(root, "deep", "user.of a folder", b"1");
    for (name, mode) in [("text", 0o4751), ("empty folder", 0o1700), ("empty", 0)] {
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
}

fn set(root: &Path, name: &str, attribute: &str, value: &[u8]) {
    rustix::fs::lsetxattr(root.join(name), attribute, value, XattrFlags::empty()).unwrap();
}

fn of_root(root: &Path) {
    let device = |name, kind, major, minor| {
        rustix::fs::mknodat(CWD, root.join(name), kind, Mode::from_raw_mode(0o660), rustix::fs::makedev(major, minor)).unwrap();
    };
    device("tape", FileType::CharacterDevice, 1, 3);
    device("disk", FileType::BlockDevice, 7, 200);
    for (n, name) in (1..).zip(["text", "large", "pipe", "deep", "dangling", "tape"]) {
        std::os::unix::fs::lchown(root.join(name), Some(1000 + n), Some(2000 + n)).unwrap();
    }
    fs::set_permissions(root.join("text"), fs::Permissions::from_mode(0o4751)).unwrap();
    set(root, "large", "trusted.note", b"of root");
    set(root, "large", "system.posix_acl_access", &acl(&[(1, 6, NOBODY), (2, 4, 1234), (4, 4, NOBODY), (16, 6, NOBODY), (32, 0, NOBODY)]));
    set(root, "deep/er", "system.posix_acl_default", &acl(&[(1, 7, NOBODY), (4, 5, NOBODY), (32, 5, NOBODY)]));
}

const NOBODY: u32 = u32::MAX;

/// An access list as Linux gives it, of (tag, permissions, id).
fn acl(rows: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in rows {
        bytes.extend([&tag.to_le_bytes()[..], &permissions.to_le_bytes(), &id.to_le_bytes()].concat());
    }
    bytes
}

fn times(root: &Path) {
    for (n, name) in (0..).zip(["dangling", "pipe", "large", "sparse", "empty folder"]) {
        let time = Timespec { tv_sec: -1_000_000 + n * 1_000_000_000, tv_nsec: 123_456_789 };
        let times = Timestamps { last_access: time, last_modification: time };
        rustix::fs::utimensat(CWD, root.join(name), &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
    }
}
