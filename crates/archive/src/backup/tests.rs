//! Folders whose extended attributes cannot be read or stored. What they are asked for says so here, as no file system does everywhere.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::time::Duration;

use liasse_repo::format::tree::Xattr;
use liasse_repo::store::Memory;
use liasse_repo::{CheckOptions, Creation, Silent};
use zeroize::Zeroizing;

use super::*;
use crate::list;
use crate::source::pretended;
use walk::TOO_LARGE;

mod disturbed;

struct Bench {
    folder: tempfile::TempDir,
    repository: Repository,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let creation = Creation::new(Zeroizing::new("password".to_owned()));
        let repository = Repository::create(Arc::new(Memory::new()), &creation).unwrap().with_cache(&folder.path().join("cache"));
        Self { folder, repository }
    }

    fn source(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("source")
    }

    /// Backs up; gives what could not be read, and how many entries came into the snapshot with how many attributes.
    fn backup(&self) -> (Vec<String>, usize, usize) {
        let options = BackupOptions { sources: vec![self.source()], time: liasse_repo::now(), ..BackupOptions::default() };
        let report = backup(&self.repository, &options, &Silent, &Stop::new()).unwrap();
        let (mut entries, mut xattrs) = (0, 0);
        let snapshot = report.snapshot.as_ref().unwrap();
        list(
            &self.repository,
            snapshot,
            self.folder.path().canonicalize().unwrap().as_os_str().as_encoded_bytes(),
            true,
            &mut |_, entry| {
                entries += 1;
                xattrs += entry.metadata.xattrs.len();
                Ok(())
            },
        )
        .unwrap();
        let check = self.repository.check(&CheckOptions::ALL_DATA, &Silent, &Stop::new()).unwrap();
        assert!(check.findings.is_empty(), "{:?}", check.findings);
        let source = self.source().display().to_string();
        let unread = report.unread.iter().map(|unread| {
            let path = String::from_utf8(unread.path.clone()).unwrap();
            format!("{}: {}", path.strip_prefix(&source).unwrap(), unread.cause)
        });
        (unread.collect(), entries, xattrs)
    }
}

fn xattrs(count: usize, size: usize) -> Vec<Xattr> {
    (0..count).map(|n| Xattr { name: format!("user.{n:04}").into_bytes(), value: vec![7; size] }).collect()
}

/// A folder that could not be stored with its attributes is stored without, and so is all that lies beside it and in it.
#[test]
fn attributes_that_are_too_large_take_nothing_with_them() {
    let bench = Bench::new();
    for folder in ["beside", "large/below"] {
        fs::create_dir_all(bench.source().join(folder)).unwrap();
        fs::write(bench.source().join(folder).join("file"), folder).unwrap();
    }
    let large = bench.source().join("large");
    pretended::set(&large, Some(Some(xattrs(80, 65_000))));
    std::thread::sleep(Duration::from_millis(250));
    let told = vec![format!("/large: {TOO_LARGE}")];
    for _ in 0..3 {
        assert_eq!(bench.backup(), (told.clone(), 6, 0));
    }
    pretended::set(&large, Some(Some(xattrs(2, 65_000))));
    assert_eq!(bench.backup(), (vec![], 6, 2));
}

/// Attributes that could not be read are missing until they could.
#[test]
fn attributes_that_could_not_be_read_are_asked_for_again() {
    let bench = Bench::new();
    let (folder, link) = (bench.source().join("folder"), bench.source().join("link"));
    fs::create_dir_all(folder.join("below")).unwrap();
    symlink("nowhere", &link).unwrap();
    for entry in [&folder, &link] {
        pretended::set(entry, Some(None));
    }
    std::thread::sleep(Duration::from_millis(250));
    let cause = "cannot list the extended attributes of it: permission denied";
    let told = vec![format!("/folder: {cause}"), format!("/link: {cause}")];
    for _ in 0..3 {
        assert_eq!(bench.backup(), (told.clone(), 3, 0));
    }
    for entry in [&folder, &link] {
        pretended::set(entry, Some(Some(xattrs(1, 10))));
    }
    assert_eq!(bench.backup(), (vec![], 4, 2));
    assert_eq!(bench.backup(), (vec![], 4, 2));
}
