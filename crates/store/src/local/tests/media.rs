//! Full, read-only and forbidden media, with the errors of a real kernel.
//!
//! Each test runs itself again with what it needs: a mount namespace of its own, whose small file system vanishes with it,
//! or without the superuser's right to pass over permissions. Where that cannot be had, the test fails and says so.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::leftovers;
use crate::conformance::{key, names};
use crate::{Area, ErrorKind, Local, Put, Store};

const INSIDE: &str = "LIASSE_TEST_INSIDE";

/// Runs `body` in a child that `wrapper` starts; `test` is this test's full name.
fn inside(wrapper: &[&str], test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let output = Command::new(wrapper[0])
        .args(&wrapper[1..])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap_or_else(|error| panic!("{wrapper:?} cannot be run, which this test needs: {error}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "in {wrapper:?}: {said}");
}

fn mount(args: &[&str], path: &Path) {
    let status = Command::new("mount").args(args).arg(path).status().unwrap();
    assert!(status.success(), "this test needs to mount a small file system: mount {args:?}");
}

fn with_mounts(test: &str, body: impl FnOnce(&Path)) {
    let wrapper: &[&str] =
        if rustix::process::geteuid().is_root() { &["unshare", "--mount"] } else { &["unshare", "--map-root-user", "--mount"] };
    inside(wrapper, test, || {
        let dir = TempDir::new().unwrap();
        mount(&["-t", "tmpfs", "-o", "size=256k", "none"], dir.path());
        body(dir.path());
        drop(Command::new("umount").arg("--lazy").arg(dir.path()).status());
    });
}

#[test]
fn a_full_medium_says_so_and_works_again_when_it_is_not() {
    with_mounts("local::tests::media::a_full_medium_says_so_and_works_again_when_it_is_not", |path| {
        let local = Local::create(path).unwrap();
        let (small, large) = (key(Area::Packs, "00aa"), key(Area::Packs, "00bb"));
        local.put(&small, &vec![1; 100_000]).unwrap();

        assert_eq!(local.put(&large, &vec![2; 200_000]).unwrap_err().kind(), ErrorKind::Full);
        let mut stage = local.stage(Area::Packs).unwrap();
        stage.write(&vec![2; 50_000]).unwrap();
        assert_eq!(stage.write(&vec![2; 150_000]).unwrap_err().kind(), ErrorKind::Full);
        // What was not written whole is not published, even if a careless caller asks for it.
        assert_eq!(stage.publish("00bb").unwrap_err().kind(), ErrorKind::Full);
        assert_eq!(names(&local, Area::Packs), ["00aa"]);
        assert_eq!(leftovers(&local), 0);

        local.remove(&small).unwrap();
        assert_eq!(local.put(&large, &vec![2; 200_000]).unwrap(), Put::Created);
        assert_eq!(local.get(&large, 200_000).unwrap(), vec![2; 200_000]);
    });
}

#[test]
fn a_read_only_medium_can_be_read() {
    with_mounts("local::tests::media::a_read_only_medium_can_be_read", |path| {
        let key = key(Area::Config, "1");
        Local::create(path).unwrap().put(&key, b"config").unwrap();
        mount(&["-o", "remount,ro"], path);
        let local = Local::open(path).unwrap();
        assert_eq!(local.get(&key, 10).unwrap(), b"config");
        assert_eq!(names(&local, Area::Config), ["1"]);
        assert_eq!(local.remove(&key).unwrap_err().kind(), ErrorKind::ReadOnly);
        assert_eq!(local.stage(Area::Packs).unwrap_err().kind(), ErrorKind::ReadOnly);
        let other = crate::conformance::key(Area::Config, "2");
        assert_eq!(local.put(&other, b"config").unwrap_err().kind(), ErrorKind::ReadOnly);
        // What is there needs no writing.
        assert_eq!(local.put(&key, b"config").unwrap(), Put::Existed);
    });
}

#[test]
fn forbidden_folders_are_errors_and_not_empty() {
    let test = "local::tests::media::forbidden_folders_are_errors_and_not_empty";
    let wrapper: &[&str] =
        if rustix::process::geteuid().is_root() { &["setpriv", "--bounding-set=-dac_override,-dac_read_search"] } else { &["env"] };
    inside(wrapper, test, || {
        let dir = TempDir::new().unwrap();
        let local = Local::create(dir.path()).unwrap();
        let pack = key(Area::Packs, "abcd");
        local.put(&pack, b"pack").unwrap();
        let set = |folder: &str, mode| fs::set_permissions(dir.path().join(folder), Permissions::from_mode(mode)).unwrap();

        for folder in ["packs", "packs/ab"] {
            set(folder, 0o000);
            assert_eq!(local.list(Area::Packs).unwrap_err().kind(), ErrorKind::Denied, "{folder}");
            assert_eq!(local.size(&pack).unwrap_err().kind(), ErrorKind::Denied, "{folder}");
            assert_eq!(local.get(&pack, 10).unwrap_err().kind(), ErrorKind::Denied, "{folder}");
            assert_eq!(local.put(&pack, b"pack").unwrap_err().kind(), ErrorKind::Denied, "{folder}");
            set(folder, 0o700);
        }
        set("packs/ab", 0o500);
        assert_eq!(local.put(&key(Area::Packs, "ab01"), b"pack").unwrap_err().kind(), ErrorKind::Denied);
        assert_eq!(local.remove(&pack).unwrap_err().kind(), ErrorKind::Denied);
        assert_eq!(names(&local, Area::Packs), ["abcd"]);
        set("packs/ab", 0o700);
        assert_eq!(leftovers(&local), 0);
    });
}
