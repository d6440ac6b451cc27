//! Every golden repository of `tests/golden` is read as it was written: by every key, every record, every entry, every file on disk; and
//! goes on being a repository that can be backed up into. `tests/golden/README.md` says what it holds.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/disk.rs"]
mod disk;
#[path = "support/entries.rs"]
mod entries;
#[path = "support/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::text;
use entries::{parts, time};
use liasse_repo::format::keys::Role;
use liasse_repo::format::snapshot::{Dossier, Outcome, Snapshot as Record, Statistics};
use liasse_repo::store::Local;
use liasse_repo::{Repository, Snapshot, Unlock};
use program::{Key, is_root, restore, run, succeed};
use serde_json::{Value, json};

/// The versions that the tests below go through.
const VERSIONS: [&str; 1] = ["v1.0"];

/// A copy of a golden repository, so that nothing can change the one that is checked in.
struct Golden {
    folder: tempfile::TempDir,
    expected: Value,
}

impl Golden {
    fn all() -> impl Iterator<Item = Self> {
        VERSIONS.iter().map(|version| Self::copy(&golden().join(version)))
    }

    fn copy(version: &Path) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        copy_folder(version, folder.path());
        let expected = serde_json::from_slice(&fs::read(version.join("expected.json")).unwrap()).unwrap();
        Self { folder, expected }
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn password(&self, role: &str) -> Key {
        Key::Password(self.expected["passwords"][role].as_str().unwrap().to_owned())
    }

    /// Every key there is, with what it may do.
    fn keys(&self) -> Vec<(Role, Key)> {
        let credential = |name: &str| Key::Credential(self.folder.path().join(name));
        vec![
            (Role::Owner, self.password("owner")),
            (Role::Auditor, self.password("auditor")),
            (Role::Writer, self.password("writer")),
            (Role::Auditor, credential("auditor.credential")),
            (Role::Writer, credential("writer.credential")),
        ]
    }

    fn open(&self, key: &Key) -> Repository {
        let unlock = match key {
            Key::Password(password) => Unlock::Password(password.clone().into()),
            Key::Credential(path) => Unlock::Credential(fs::read(path).unwrap().into()),
        };
        Repository::open(Arc::new(Local::open(&self.repository()).unwrap()), &unlock).unwrap()
    }

    /// The expected snapshots, by id.
    fn snapshots(&self) -> BTreeMap<String, Value> {
        let list = self.expected["snapshots"].as_array().unwrap();
        list.iter().map(|snapshot| (snapshot["id"].as_str().unwrap().to_owned(), snapshot.clone())).collect()
    }

    /// Restores every snapshot that is expected and holds it against the disk.
    fn restore_all(&self, key: &Key) {
        for (id, expected) in self.snapshots() {
            let target = tempfile::tempdir_in(self.folder.path()).unwrap();
            restore(&self.repository(), key, &id, target.path());
            let entries = expected["entries"].as_array().unwrap();
            same(&disk::of_folder(target.path(), is_root()), &disk::visible(entries, is_root()));
            disk::check_links(target.path(), entries);
            disk::check_holes(target.path(), entries);
        }
    }

    fn check(&self, key: &Key) {
        let report = succeed(&self.repository(), key, ["check", "--read-data"]);
        assert_eq!((&report["sound"], &report["findings"]), (&json!(true), &json!([])));
    }
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.as_ref().unwrap().file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// Compares item by item, so that a difference is told shortly.
fn same(found: &[Value], wanted: &[Value]) {
    for (found, wanted) in found.iter().zip(wanted) {
        assert_eq!(found, wanted);
    }
    assert_eq!(found.len(), wanted.len());
}

/// The bytes of every file of a repository.
fn objects(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(objects(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

fn statistics(value: &Statistics) -> Value {
    json!({
        "files": value.files, "directories": value.directories, "others": value.others, "size": value.size, "new": value.new,
        "changed": value.changed, "unchanged": value.unchanged, "unread": value.unread, "added": value.added, "stored": value.stored,
        "duration": value.duration_ms,
    })
}

fn dossier(value: &Dossier) -> Value {
    let outcome = match value.outcome {
        Outcome::Stored => 1,
        Outcome::Unchanged => 2,
        Outcome::InUse => 3,
        Outcome::Failed => 4,
        Outcome::Missing => 5,
        Outcome::NotAsked => 6,
    };
    json!({
        "code": value.code, "outcome": outcome, "path": text(&value.path), "since": time(value.since),
        "size": value.tree.size, "evidence": value.evidence.to_string(), "cause": value.cause,
    })
}

fn record(snapshot: &Snapshot) -> Value {
    let Record { sources, unread, dossiers, hold, .. } = &snapshot.record;
    json!({
        "id": snapshot.id.to_string(), "writer": snapshot.record.writer.to_string(), "sequence": snapshot.record.sequence,
        "previous": snapshot.record.previous.to_string(), "time": time(snapshot.record.time), "offset": snapshot.record.utc_offset,
        "host": snapshot.record.host, "user": snapshot.record.user, "program": snapshot.record.program,
        "sources": sources.iter().map(|source| text(source)).collect::<Vec<_>>(), "tags": snapshot.record.tags,
        "reason": snapshot.record.reason, "evidence": snapshot.record.evidence.to_string(),
        "statistics": statistics(&snapshot.record.statistics),
        "unread": unread.iter().map(|unread| json!([text(&unread.path), unread.cause])).collect::<Vec<_>>(),
        "dossiers": dossiers.iter().map(dossier).collect::<Vec<_>>(),
        "hold": hold.as_ref().map(|hold| json!([hold.name, time(hold.until)])), "tlvs": parts(&snapshot.record.unknown),
    })
}

#[test]
fn every_version_is_tested() {
    let names = fs::read_dir(golden()).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let mut found: Vec<_> = names.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| name != "__pycache__").collect();
    found.sort();
    assert_eq!(found, VERSIONS);
}

#[test]
fn every_key_opens_and_sees_every_record() {
    for golden in Golden::all() {
        for (role, key) in golden.keys() {
            let repository = golden.open(&key);
            assert_eq!(repository.role(), role);
            assert_eq!(repository.refused_configs(), []);
            let found = repository.snapshots().unwrap();
            assert!(found.bad.is_empty(), "{:?}", found.bad);
            let found: BTreeMap<_, _> = found.good.iter().map(|snapshot| (snapshot.id.to_string(), record(snapshot))).collect();
            let mut wanted = golden.snapshots();
            for snapshot in wanted.values_mut() {
                snapshot.as_object_mut().unwrap().remove("entries");
            }
            same(&found.into_values().collect::<Vec<_>>(), &wanted.into_values().collect::<Vec<_>>());
        }
    }
}

#[test]
fn every_entry_is_read_with_all_its_parts() {
    for golden in Golden::all() {
        for (role, key) in golden.keys() {
            let repository = golden.open(&key);
            for snapshot in repository.snapshots().unwrap().good {
                let mut found = Vec::new();
                let listed = liasse_archive::list(&repository, &snapshot, b"", true, &mut |path, entry| {
                    found.push(entries::of_entry(path, entry));
                    Ok(())
                });
                assert_eq!(listed.is_ok(), role != Role::Writer);
                if listed.is_ok() {
                    same(&found, golden.snapshots()[&snapshot.id.to_string()]["entries"].as_array().unwrap());
                }
            }
        }
    }
}

#[test]
fn every_snapshot_restores() {
    for golden in Golden::all() {
        golden.restore_all(&golden.password("owner"));
        golden.restore_all(&Key::Credential(golden.folder.path().join("auditor.credential")));
    }
}

#[test]
fn nothing_is_wrong_with_it() {
    for golden in Golden::all() {
        for (_, key) in golden.keys() {
            golden.check(&key);
        }
    }
}

#[test]
fn a_wrong_password_and_a_writer_read_nothing() {
    for golden in Golden::all() {
        let (repository, target) = (golden.repository(), golden.folder.path().join("target"));
        let keys = [Key::Password("golden".to_owned()), Key::Credential(golden.folder.path().join("writer.credential"))];
        for key in keys {
            let (code, _) = run(&repository, &key, ["restore", "latest", "--target", target.to_str().unwrap()]);
            assert_eq!(code, 11);
            assert!(!target.exists());
        }
    }
}

#[test]
fn new_backups_go_into_it_and_change_nothing_that_is_there() {
    for golden in Golden::all() {
        let before = objects(&golden.repository());
        let source = golden.folder.path().join("source");
        fs::create_dir_all(source.join("folder")).unwrap();
        fs::write(source.join("folder/file"), "new ".repeat(50_000)).unwrap();
        let owner = golden.password("owner");
        for key in [&owner, &Key::Credential(golden.folder.path().join("writer.credential"))] {
            let report = succeed(&golden.repository(), key, ["backup", source.to_str().unwrap()]);
            let target = tempfile::tempdir_in(golden.folder.path()).unwrap();
            let what = format!("{}:{}", report["snapshot"].as_str().unwrap(), source.display());
            restore(&golden.repository(), &owner, &what, target.path());
            assert_eq!(disk::of_folder(target.path(), true), disk::of_folder(&source, true));
        }
        let after = objects(&golden.repository());
        for (path, bytes) in before {
            assert!(after.get(&path) == Some(&bytes), "{} is changed", path.display());
        }
        golden.check(&owner);
        golden.restore_all(&owner);
    }
}

/// Pitfall 16: what rewrites segments loses nothing of what an old version wrote.
#[test]
fn its_index_is_rebuilt_from_its_packs() {
    for golden in Golden::all() {
        let owner = golden.password("owner");
        let before = objects(&golden.repository());
        let segments: Vec<_> = before.keys().filter(|path| path.parent().is_some_and(|folder| folder.ends_with("index"))).collect();
        assert!(!segments.is_empty());
        for segment in &segments {
            fs::remove_file(segment).unwrap();
            fs::write(segment, b"rotten").unwrap();
        }
        let writer = Key::Credential(golden.folder.path().join("writer.credential"));
        let report = succeed(&golden.repository(), &writer, ["repair", "index", "--apply"]);
        assert_eq!(report["sound"], json!(true));
        golden.check(&owner);
        golden.restore_all(&owner);
        let after = objects(&golden.repository());
        for (path, bytes) in before.iter().filter(|(path, _)| !segments.contains(path)) {
            assert!(after.get(path) == Some(bytes), "{} is changed", path.display());
        }
    }
}
