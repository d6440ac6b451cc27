//! Restores over what is there, from snapshots that do not know everything, that lie, or that are damaged.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::process::Command;

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::snapshot::Unread;
use liasse_archive::repo::format::tree::{Entry, Node, Xattr};
use liasse_archive::{Error, Overwrite, Patterns};

use support::{Planted, entry, file, folder, lost_file};

fn unread(path: &str) -> Unread {
    Unread { path: path.into(), cause: "denied".to_owned() }
}

/// What can have one more name; all of one group claim to be one file.
fn named(name: &str, group: u64, content: Content) -> Entry {
    let mut entry = entry(name, Node::File(content));
    entry.metadata.hard_link = Some(group);
    entry
}

fn inode(path: &Path) -> u64 {
    path.metadata().unwrap().ino()
}

#[test]
fn what_could_not_be_read_is_not_deleted() {
    let planted = Planted::new(
        |session, _| vec![folder(session, "closed", &[]), file(session, "known", b"1")],
        |draft| {
            draft.unread = vec![unread("/books/closed"), unread("/books/locked"), unread("/books/deep/down")];
            draft.statistics.unread = 3;
        },
    );
    let target = planted.target();
    for path in ["closed/inner", "deep", "surplus"] {
        fs::create_dir_all(target.join(path)).unwrap();
    }
    for path in ["closed/inner/precious", "closed/too", "locked", "deep/down", "surplus/file"] {
        fs::write(target.join(path), b"mine").unwrap();
    }
    for dry_run in [true, false] {
        let report = planted.restore(|options| (options.delete, options.dry_run) = (true, dry_run)).unwrap();
        assert_eq!((report.damaged, report.deleted, report.spared), (vec![], 1, 4));
        assert_eq!(target.join("surplus").exists(), dry_run);
    }
    for path in ["closed/inner/precious", "closed/too", "locked", "deep/down", "known"] {
        assert!(target.join(path).exists(), "{path}");
    }
}

#[test]
fn nothing_is_deleted_where_the_snapshot_does_not_name_all_that_it_lacks() {
    let planted = Planted::new(
        |session, _| vec![file(session, "known", b"1")],
        |draft| {
            draft.unread = vec![unread("/books/closed")];
            draft.statistics.unread = 2;
        },
    );
    fs::write(planted.target().join("surplus"), b"mine").unwrap();
    let refused = planted.restore(|options| options.delete = true).unwrap_err();
    assert!(matches!(refused, Error::UnnamedUnread { named: 1, unread: 2 }), "{refused}");
    assert!(planted.target().join("surplus").exists() && !planted.target().join("known").exists());
    planted.restore(|_| {}).unwrap();
}

#[test]
fn what_is_left_out_stays_in_surplus_folders_too() {
    let planted = Planted::new(|session, _| vec![file(session, "way", b"1"), file(session, "ways", b"2")], |_| {});
    let target = planted.target();
    for path in ["surplus/in", "way/in", "ways/in"] {
        fs::create_dir_all(target.join(path)).unwrap();
    }
    for path in ["surplus/in/a.keep", "surplus/in/b", "surplus/c", "way/in/a.keep", "ways/in/b"] {
        fs::write(target.join(path), b"mine").unwrap();
    }
    let report = planted.restore(|options| (options.delete, options.exclude) = (true, Patterns::new(["*.keep"]).unwrap())).unwrap();
    assert!(target.join("surplus/in/a.keep").exists() && target.join("way/in/a.keep").exists());
    assert!(!target.join("surplus/in/b").exists() && !target.join("surplus/c").exists());
    assert!(target.join("ways").is_file(), "what holds nothing of the kind makes way");
    assert_eq!((report.deleted, report.spared, report.damaged.len()), (0, 1, 1));
    assert_eq!(report.damaged[0].path, b"/books/way");
}

/// A file system of its own, as long as this lives.
struct Mount<'p>(&'p Path);

impl<'p> Mount<'p> {
    /// `None` where this user may not mount.
    fn new(path: &'p Path, options: &[&str]) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let done = Command::new("mount").args(options).arg(path).output().is_ok_and(|output| output.status.success());
        done.then_some(Self(path))
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        Command::new("umount").arg(self.0).status().ok();
    }
}

#[test]
fn what_is_mounted_is_not_emptied() {
    let planted = Planted::new(|session, _| vec![folder(session, "disk", &[])], |_| {});
    let (target, outside) = (planted.target(), tempfile::tempdir().unwrap());
    fs::write(outside.path().join("precious"), b"mine").unwrap();
    let (disk, inner, bound) = (target.join("disk"), target.join("surplus/inner"), target.join("surplus/zbound"));
    let bind = ["--bind", outside.path().to_str().unwrap()];
    let tmpfs = ["-t", "tmpfs", "none"];
    let mounts = (Mount::new(&disk, &tmpfs), Mount::new(&inner, &tmpfs), Mount::new(&bound, &bind));
    let (Some(_), Some(_), Some(_)) = &mounts else { return };
    for path in [disk.join("precious"), inner.join("precious"), target.join("surplus/file")] {
        fs::write(path, b"mine").unwrap();
    }
    let report = planted.restore(|options| options.delete = true).unwrap();
    assert_eq!(report.damaged, vec![]);
    for path in [&disk, &inner, &bound] {
        assert!(path.join("precious").exists(), "{}", path.display());
    }
    assert!(!target.join("surplus/file").exists());
}

#[test]
fn no_name_is_given_to_a_foreign_file() {
    let planted = Planted::new(
        |session, put| {
            let content = put(session, b"theirs");
            vec![named("a", 1, content.clone()), named("b", 1, content.clone()), named("c", 1, content)]
        },
        |_| {},
    );
    let at = |name: &str| planted.target().join(name);
    fs::write(at("a"), b"edited").unwrap();
    let report = planted.restore(|options| options.overwrite = Overwrite::Never).unwrap();
    assert_eq!((fs::read(at("a")).unwrap(), fs::read(at("b")).unwrap()), (b"edited".to_vec(), b"theirs".to_vec()));
    assert_eq!((report.unchanged, report.files, report.others, report.damaged), (1, 1, 1, vec![]));
    assert!(inode(&at("a")) != inode(&at("b")) && inode(&at("b")) == inode(&at("c")));
    // As old and as long as it must be, and another.
    fs::File::options().write(true).open(at("a")).unwrap().set_modified(at("b").metadata().unwrap().modified().unwrap()).unwrap();
    fs::remove_file(at("b")).unwrap();
    planted.restore(|_| {}).unwrap();
    assert_eq!(fs::read(at("b")).unwrap(), b"theirs");
    // What is there and proves equal gets its other names back.
    fs::remove_file(at("b")).unwrap();
    fs::remove_file(at("c")).unwrap();
    let report = planted.restore(|options| options.overwrite = Overwrite::Never).unwrap();
    assert_eq!((report.unchanged, report.files, report.others, report.damaged), (1, 0, 2, vec![]));
    assert!(inode(&at("a")) == inode(&at("b")) && inode(&at("a")) == inode(&at("c")));
    let report = planted.restore(|options| options.overwrite = Overwrite::Never).unwrap();
    assert_eq!((report.unchanged, report.damaged), (3, vec![]));
}

#[test]
fn further_names_do_without_a_first_that_is_lost() {
    let planted = Planted::new(
        |session, put| {
            let content = put(session, b"theirs");
            vec![
                named("a", 1, content.clone()),
                named("b", 1, content.clone()),
                named("c", 1, content),
                named("x", 2, lost_file()),
                named("y", 2, lost_file()),
            ]
        },
        |_| {},
    );
    let at = |name: &str| planted.target().join(name);
    fs::create_dir_all(at("a/in the way")).unwrap();
    fs::write(at("x"), b"old").unwrap();
    let report = planted.restore(|_| {}).unwrap();
    let lost: Vec<(&[u8], bool)> = report.damaged.iter().map(|lost| (lost.path.as_slice(), lost.damage)).collect();
    assert_eq!(lost, [(b"/books/a".as_slice(), false), (b"/books/x", true), (b"/books/y", true)]);
    assert_eq!((fs::read(at("b")).unwrap(), inode(&at("b"))), (b"theirs".to_vec(), inode(&at("c"))));
    assert!(!at("y").exists());
}

#[test]
fn names_whose_content_differs_are_files_of_their_own() {
    let planted = Planted::new(
        |session, put| {
            let (one, two) = (put(session, b"one"), put(session, b"two"));
            vec![named("a", 1, one.clone()), named("b", 1, two.clone()), named("c", 1, one), named("d", 1, two)]
        },
        |_| {},
    );
    let at = |name: &str| planted.target().join(name);
    let report = planted.restore(|_| {}).unwrap();
    assert_eq!((report.files, report.others, report.damaged), (2, 2, vec![]));
    assert_eq!((fs::read(at("c")).unwrap(), fs::read(at("d")).unwrap()), (b"one".to_vec(), b"two".to_vec()));
    assert!(inode(&at("a")) == inode(&at("c")) && inode(&at("b")) == inode(&at("d")));
}

#[test]
fn many_folders_do_not_need_many_open_files() {
    if std::env::var_os("LIASSE_FEW_FILES").is_none() {
        let again = r#"ulimit -n 256 && exec "$0" --exact many_folders_do_not_need_many_open_files"#;
        let mut command = Command::new("sh");
        command.args(["-c", again]).arg(std::env::current_exe().unwrap()).env("LIASSE_FEW_FILES", "1");
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let planted = Planted::new(
        |session, _| {
            let names = (0..1_000).map(|number| format!("{number:04}"));
            names
                .map(|name| {
                    let inner = file(session, "file", name.as_bytes());
                    folder(session, &name, &[inner])
                })
                .collect()
        },
        |_| {},
    );
    let report = planted.restore(|options| options.verify = true).unwrap();
    assert_eq!((report.files, report.directories, report.damaged), (1_000, 1_000, vec![]));
}

#[test]
fn settings_that_could_not_be_made_are_counted_and_the_first_are_told() {
    let planted = Planted::new(
        |session, _| {
            let names = (0..1_200).map(|number| format!("{number:04}"));
            let odd = |mut entry: Entry| {
                entry.metadata.xattrs = vec![Xattr { name: b"nonsense".to_vec(), value: vec![] }];
                entry
            };
            names.map(|name| odd(file(session, &name, b"1"))).collect()
        },
        |_| {},
    );
    let report = planted.restore(|_| {}).unwrap();
    assert_eq!((report.files, report.shortfall_count, report.shortfalls.len()), (1_200, 1_200, 1_000));
}

#[test]
fn a_file_deeper_than_any_path_is_verified() {
    let planted = Planted::new(
        |session, _| {
            let mut inner = file(session, "file", b"deep");
            for level in 0..30 {
                inner = folder(session, &format!("{level:0200}"), &[inner]);
            }
            vec![inner]
        },
        |_| {},
    );
    let report = planted.restore(|options| options.verify = true).unwrap();
    assert_eq!((report.files, report.damaged), (1, vec![]));
}

#[test]
fn files_end_in_holes() {
    let planted = Planted::new(
        |session, put| {
            let (mut sparse, mut hollow) = (put(session, b"data"), Content::empty());
            for (content, offset) in [(&mut sparse, 4), (&mut hollow, 0)] {
                content.holes = vec![liasse_archive::repo::format::content::Hole { offset, length: 1 << 20 }];
                content.size += 1 << 20;
            }
            vec![entry("hollow", Node::File(hollow)), entry("sparse", Node::File(sparse))]
        },
        |_| {},
    );
    let report = planted.restore(|_| {}).unwrap();
    assert_eq!((report.files, report.damaged), (2, vec![]));
    assert_eq!(planted.target().join("hollow").metadata().unwrap().len(), 1 << 20);
    let sparse = fs::File::open(planted.target().join("sparse")).unwrap();
    let mut start = [1; 6];
    sparse.read_exact_at(&mut start, 0).unwrap();
    assert_eq!((sparse.metadata().unwrap().len(), &start), ((1 << 20) + 4, b"data\0\0"));
}

#[test]
fn a_name_that_is_too_long_for_the_target_is_named() {
    let long = "n".repeat(300);
    let planted = Planted::new(
        |session, put| {
            let inside = named("inside", 1, put(session, b"theirs"));
            vec![file(session, "a", b"kept"), folder(session, &long, &[inside]), named(&format!("o{long}"), 1, put(session, b"theirs"))]
        },
        |_| {},
    );
    let report = planted.restore(|_| {}).unwrap();
    let told: Vec<_> =
        report.damaged.iter().map(|lost| (lost.path.len(), lost.damage, lost.cause.contains("is too long for the target"))).collect();
    assert_eq!(told, [(307, false, true), (308, false, true)]);
    assert_eq!(fs::read(planted.target().join("a")).unwrap(), b"kept");
}
