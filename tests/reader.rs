//! Two programs that know nothing of each other but the specification, this one and `spec/reader`, restore the same repositories, and
//! the trees are compared byte for byte with all their metadata; by our own eyes and by rsync's.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/disk.rs"]
mod disk;
#[path = "support/planted.rs"]
mod planted;
#[path = "support/program.rs"]
mod program;
#[path = "support/python.rs"]
mod python;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use program::{Key, is_root, restore, succeed};
use serde_json::{Value, json};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Runs a command of the Python reader, which has to succeed; what it prints.
fn read(repository: &Path, password: &str, command: &[&str]) -> String {
    let arguments = [&[repository.to_str().unwrap()], command].concat();
    let (code, output) = python::run("liasse_reader.py", password, &arguments);
    let errors = python::told(&output.stderr);
    // Who is not root cannot make devices, and the reader tells so.
    let good = if is_root() { code == 0 && errors.is_empty() } else { code == 0 || command[0] == "restore" };
    assert!(good, "{command:?} ends with {code}: {errors}");
    python::told(&output.stdout)
}

/// What rsync would have to change in one tree to make it the other.
fn rsync(from: &Path, to: &Path) -> Vec<String> {
    let ends = [from, to].map(|path| format!("{}/", path.display()));
    let output = Command::new("rsync").args(["-aHAXni", "--delete", "--checksum"]).args(ends).output();
    let output = output.unwrap_or_else(|error| panic!("this test needs rsync (Debian: apt install rsync): {error}"));
    assert!(output.status.success(), "{}", python::told(&output.stderr));
    // The folder that is restored into keeps its own metadata.
    python::told(&output.stdout).lines().filter(|line| !line.ends_with(" ./")).map(str::to_owned).collect()
}

/// Demands that two trees are the same.
fn same(a: &Path, b: &Path) {
    assert_eq!(rsync(a, b), Vec::<String>::new());
    let [found, wanted] = [a, b].map(|path| disk::of_folder(path, is_root()));
    for (found, wanted) in found.iter().zip(&wanted) {
        assert_eq!(found, wanted);
    }
    assert_eq!(found.len(), wanted.len());
}

/// Restores a snapshot with both programs and compares; gives the tree.
fn restore_with_both(repository: &Path, password: &str, snapshot: &str, work: &Path) -> PathBuf {
    let (ours, theirs) = (work.join(format!("ours-{snapshot}")), work.join(format!("theirs-{snapshot}")));
    restore(repository, &Key::Password(password.to_owned()), snapshot, &ours);
    read(repository, password, &["restore", snapshot, "--target", theirs.to_str().unwrap()]);
    same(&ours, &theirs);
    ours
}

fn ids(listed: &Value) -> Vec<String> {
    listed.as_array().unwrap().iter().map(|snapshot| snapshot["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn both_restore_every_golden_repository() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let versions: Vec<_> = fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path().join("expected.json")).collect();
    let mut tested = 0;
    for file in versions.iter().filter(|file| file.exists()) {
        let expected: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let (repository, work) = (file.with_file_name("repository"), folder());
        let password = expected["passwords"]["owner"].as_str().unwrap();
        read(&repository, password, &["check"]);
        let listed: Value = serde_json::from_str(&read(&repository, password, &["snapshots", "--json"])).unwrap();
        assert_eq!(listed.as_array().unwrap().len(), expected["snapshots"].as_array().unwrap().len());
        for snapshot in expected["snapshots"].as_array().unwrap() {
            let theirs = work.path().join(format!("theirs-{}", snapshot["id"].as_str().unwrap()));
            restore_with_both(&repository, password, snapshot["id"].as_str().unwrap(), work.path());
            let entries = snapshot["entries"].as_array().unwrap();
            assert_eq!(json!(disk::of_folder(&theirs, is_root())), json!(disk::visible(entries, is_root())));
            disk::check_links(&theirs, entries);
            disk::check_holes(&theirs, entries);
            tested += 1;
        }
    }
    assert!(tested >= 4, "{tested} snapshots");
}

/// Changes a planted tree: contents, metadata, names, and entries that come and go.
fn change(source: &Path) {
    let mut ledger = fs::read(source.join("deep/ledger")).unwrap();
    ledger.splice(500_000..500_010, *b"a few more bytes than there were");
    fs::write(source.join("deep/ledger"), ledger).unwrap();
    fs::rename(source.join("deep/er"), source.join("moved")).unwrap();
    fs::remove_file(source.join("dangling")).unwrap();
    fs::create_dir(source.join("dangling")).unwrap();
    fs::write(source.join("dangling/file"), planted::noise(9, 100_000)).unwrap();
    fs::copy(source.join("large"), source.join("copy of large")).unwrap();
}

#[test]
fn both_restore_a_fresh_repository() {
    let work = folder();
    let (repository, source, password) = (work.path().join("repository"), work.path().join("source"), "new password");
    let owner = Key::Password(password.to_owned());
    let path = source.to_str().unwrap();
    fs::create_dir(&source).unwrap();
    planted::plant(&source, is_root());
    succeed(&repository, &owner, ["backup", "--init", "--tag", "first", path]);
    let credential = work.path().join("writer.credential");
    succeed(&repository, &owner, ["key", "add", "--role", "writer", "--label", "laptop", "--out", credential.to_str().unwrap()]);
    // The tree as it was, to be compared with later.
    let before = work.path().join("before");
    let copied = Command::new("cp").args(["-a", "--sparse=always"]).arg(&source).arg(&before).status().unwrap();
    assert!(copied.success());
    change(&source);
    succeed(&repository, &Key::Credential(credential), ["backup", "--reason", "by a writer", path]);
    succeed(&repository, &owner, ["backup", path]);

    let ours = ids(&succeed(&repository, &owner, ["snapshots"])["snapshots"]);
    let theirs: Value = serde_json::from_str(&read(&repository, password, &["snapshots", "--json"])).unwrap();
    assert_eq!(ours, ids(&theirs));
    assert_eq!(ours.len(), 3);
    for (snapshot, tree) in ours.iter().zip([&before, &source, &source]) {
        let restored = restore_with_both(&repository, password, snapshot, work.path());
        same(&restored.join(path.trim_start_matches('/')), tree);
    }
    read(&repository, password, &["check"]);
}

/// Without a key, both find what parity protects, and the same sectors rotten.
#[test]
fn the_reader_knows_what_parity_protects() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let version = fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path().join("repository")).find(|path| path.is_dir()).unwrap();
    let work = folder();
    let repository = work.path().join("repository");
    assert!(Command::new("cp").arg("-r").args([&version, &repository]).status().unwrap().success());
    let store = liasse_repo::store::Local::open(&repository).unwrap();
    let (silent, stop) = (liasse_repo::Silent, liasse_repo::Stop::new());
    liasse_repo::parity::add(&store, &liasse_repo::parity::AddOptions::default(), &silent, &stop).unwrap();
    let listed = read(&repository, "", &["parity"]);
    let members = listed.lines().filter(|line| line.starts_with("    ")).count() as u64;
    let plan = liasse_repo::parity::plan(&store, &silent, &stop).unwrap();
    assert!(plan.is_sound() && members == plan.looked_at && members > 5, "{listed}");
    assert!(listed.lines().all(|line| line.ends_with(": sound") || line.ends_with("sound, 0 recovery shards rotten")), "{listed}");

    let pack = listed.lines().find_map(|line| line.trim().strip_suffix(": sound").filter(|path| path.starts_with("packs/"))).unwrap();
    let mut bytes = fs::read(repository.join(pack)).unwrap();
    bytes[600] ^= 1;
    bytes[1100] ^= 1;
    fs::write(repository.join(pack), bytes).unwrap();
    let (code, output) = python::run("liasse_reader.py", "", &[repository.to_str().unwrap(), "parity"]);
    let told = python::told(&output.stdout);
    assert!(code == 12 && told.contains(&format!("    {pack}: 2 shards lost\n")), "{told}");
}

#[test]
fn the_reader_passes_its_own_tests() {
    let (code, output) = python::run("test_reader.py", "", &["-v"]);
    assert_eq!(code, 0, "{}{}", python::told(&output.stdout), python::told(&output.stderr));
    let vectors = python::folder().join("../vectors");
    let (code, output) = python::run("liasse_reader.py", "", &["vector", vectors.to_str().unwrap()]);
    assert_eq!(code, 0, "{}{}", python::told(&output.stdout), python::told(&output.stderr));
}
