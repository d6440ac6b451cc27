//! Trees that were prepared to lead a restore astray, or that are just very deep.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;

use liasse_repo::format::tree::Name;
use rustix::io::Errno;

use super::*;

fn is_no_directory<T>(result: Result<T, TargetError>) -> bool {
    matches!(result.map(|_| ()).unwrap_err().kind, TargetErrorKind::NotADirectory)
}

#[test]
fn a_planted_link_leads_nowhere() {
    let (outside, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(outside.path().join("inner")).unwrap();
    fs::write(outside.path().join("file"), b"precious").unwrap();
    symlink(outside.path(), dir.path().join("link")).unwrap();
    symlink(outside.path().join("file"), dir.path().join("file")).unwrap();
    let before = fs::metadata(outside.path().join("file")).unwrap();
    let target = open(dir.path());
    let (root, link) = (target.root(), name("link"));

    assert!(is_no_directory(root.open(&link)));
    assert!(is_no_directory(target.folder(&[link.clone(), name("inner")])));
    let planted = root.make_dir(&link, Occupied::Refuse).unwrap_err();
    assert!(matches!(planted.kind, TargetErrorKind::Exists { kind: FileKind::Symlink }));
    assert!(matches!(write(root, "file", b"new", Occupied::Refuse).unwrap_err().kind, TargetErrorKind::Exists { kind: FileKind::Symlink }));
    root.apply_to(&name("file"), &own(0o777)).unwrap();
    write(root, "file", b"new", Occupied::Replace).unwrap();
    let (folder, made) = root.make_dir(&link, Occupied::Replace).unwrap();
    assert!(made);
    write(&folder, "inner", b"new", Occupied::Refuse).unwrap();

    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"new");
    assert_eq!(fs::read(outside.path().join("file")).unwrap(), b"precious");
    let after = fs::metadata(outside.path().join("file")).unwrap();
    assert_eq!((before.permissions(), before.modified().unwrap()), (after.permissions(), after.modified().unwrap()));
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 2);
}

#[test]
fn removing_follows_no_link_and_knows_what_is_not_there() {
    let (outside, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(outside.path().join("file"), b"precious").unwrap();
    fs::create_dir_all(dir.path().join("a/b/c")).unwrap();
    fs::write(dir.path().join("a/b/file"), b"").unwrap();
    symlink(outside.path(), dir.path().join("a/b/link")).unwrap();
    let target = open(dir.path());
    target.root().remove(&name("a")).unwrap();
    target.root().remove(&name("a")).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    assert!(outside.path().join("file").exists());
}

#[test]
fn another_file_system_is_not_removed() {
    // Only its first step: were the test to fail as root, nothing should be lost.
    let root = Target::open(Path::new("/")).unwrap();
    let error = remove::enter(root.root(), &name("proc")).err().unwrap();
    assert!(matches!(error.kind, TargetErrorKind::Mounted), "{:?}", error.kind);
}

#[test]
fn a_tree_deeper_than_any_path_is_written_and_found() {
    const DEPTH: usize = 1_100;
    let dir = tempfile::tempdir().unwrap();
    let target = Target::create(&dir.path().join("new/target")).unwrap();
    let path: Vec<Name> = (0..DEPTH).map(|level| name(format!("{level:0200}"))).collect();
    let mut line = vec![target.root().clone()];
    for step in &path {
        let (below, made) = line.last().unwrap().make_dir(step, Occupied::Refuse).unwrap();
        assert!(made);
        line.push(below);
    }
    write(line.last().unwrap(), "file", b"deep", Occupied::Refuse).unwrap();
    while let Some(folder) = line.pop() {
        assert!(folder.apply(&own(0o755)).unwrap().is_empty());
    }
    let deepest = target.folder(&path).unwrap();
    assert_eq!(deepest.stat(&name("file")).unwrap().unwrap().size, 4);
    assert_eq!(deepest.own_stat().unwrap().mtime, own(0).mtime);
    assert!(deepest.path().ends_with(format!("{:0200}", DEPTH - 1).as_bytes()));
    target.root().remove(&path[0]).unwrap();
    assert!(target.root().list().unwrap().is_empty());
}

#[test]
fn errors_are_told_apart() {
    let kind = |errno: Errno| TargetError::new(Vec::new(), TargetOperation::Write, errno.into()).kind;
    assert!(matches!(kind(Errno::NOSPC), TargetErrorKind::Full));
    assert!(matches!(kind(Errno::DQUOT), TargetErrorKind::Full));
    assert!(matches!(kind(Errno::ROFS), TargetErrorKind::ReadOnly));
    assert!(matches!(kind(Errno::ACCESS), TargetErrorKind::Denied));
    assert!(matches!(kind(Errno::IO), TargetErrorKind::Io(_)));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let error = io::Write::write(&mut &full, b"x").unwrap_err();
    assert!(matches!(TargetError::new(Vec::new(), TargetOperation::Write, error).kind, TargetErrorKind::Full));
    let missing = Target::open(Path::new("/nowhere/at/all")).unwrap_err();
    assert!(matches!(missing.kind, TargetErrorKind::Missing));
    assert_eq!(missing.to_string(), "cannot open /nowhere/at/all");
}
