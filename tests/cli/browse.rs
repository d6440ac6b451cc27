//! `diff`, `history` and `find`: what snapshots say of files without restoring them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

use crate::cat::with_dossier;
use crate::support::{World, finish};

/// Three snapshots: a letter is written anew, a folder goes, a list comes, and the first letter comes back.
fn with_three() -> (World, Vec<String>) {
    let world = World::with_snapshot();
    world.write("src/letter.txt", b"Dear Grace,\nhow are you?\n");
    fs::remove_dir_all(world.path("src/deep/er")).unwrap();
    world.write("src/new\x1b[2J", b"12345");
    fs::set_permissions(world.path("src/deep/empty"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::remove_file(world.path("src/link")).unwrap();
    fs::create_dir(world.path("src/link")).unwrap();
    world.run(&["backup", "src"]).ends(0);
    world.write("src/letter.txt", b"Dear Ada,\n");
    fs::remove_file(world.path("src/new\x1b[2J")).unwrap();
    world.run(&["backup", "src"]).ends(0);
    let ids = world.snapshots();
    (world, ids)
}

#[test]
fn diff_tells_what_differs_with_sizes_and_sums() {
    let (world, ids) = with_three();
    let told = world.run(&["diff", &ids[0], &ids[1], &world.text("src")]).ends(0).out;
    for (change, before, after, path) in [
        ("changed", "10 B", "25 B", "src/letter.txt"),
        ("removed", "-", "-", "src/deep/er"),
        ("removed", "12 B", "-", "src/deep/er/numbers.csv"),
        ("added", "-", "5 B", "src/new\\u{1b}[2J"),
        ("metadata", "0 B", "0 B", "src/deep/empty  (mode)"),
        ("metadata", "-", "-", "src/deep  (mtime)"),
        ("turned", "-", "-", "src/link  (symlink -> directory)"),
    ] {
        let line = format!("{change:<8} {before:>11} {after:>11}  {}", world.text(path));
        assert!(told.lines().any(|told| told == line), "{line}\n{told}");
    }
    for sum in ["added     1, 5 B", "removed   2, 12 B", "changed   1, 10 B before, 25 B after", "turned    1 into something else"] {
        assert!(told.lines().any(|line| line == sum), "{sum}\n{told}");
    }
    let json = world.run(&["diff", "--json", &ids[0], &ids[1], &world.text("src/letter.txt")]).ends(0).json();
    let change = &json["changes"][0];
    assert_eq!((json["changes"].as_array().unwrap().len(), &change["change"]), (1, &"content".into()));
    assert_eq!((&change["before"]["size_bytes"], &change["after"]["size_bytes"]), (&10.into(), &25.into()));
    assert_eq!(json["totals"]["content"]["after_bytes"], 25);
    let same = world.run(&["diff", "latest", "latest"]).ends(0);
    assert_eq!(same.out, "no differences\n");
    world.run(&["diff", "latest", &ids[0], "/nowhere"]).ends(1).says("is not in the snapshot");
    world.run(&["diff", "latest:/a", &ids[0]]).ends(2).says("a path comes after both snapshots");
}

#[test]
fn diff_says_that_what_could_not_be_read_is_not_known() {
    let world = World::with_snapshot();
    world.run(&["backup", "src", "missing"]).ends(3);
    let ids = world.snapshots();
    let told = world.run(&["diff", &ids[0], &ids[1]]).ends(0);
    assert!(told.err.contains("lacks 1 entry that could not be read then"), "{}", told.err);
    assert_eq!(world.run(&["diff", "--json", &ids[0], &ids[1]]).ends(0).json()["after"]["incomplete"], true);
}

#[test]
fn history_tells_every_version_and_every_gap() {
    let (world, ids) = with_three();
    let letter = world.run(&["history", "--json", "src/letter.txt"]).ends(0).json();
    let versions = letter["versions"].as_array().unwrap();
    let shown: Vec<_> = versions.iter().map(|version| (version["size_bytes"].as_u64(), version["first_snapshot"].as_str())).collect();
    let expected = [(Some(10), Some(ids[0].as_str())), (Some(25), Some(&ids[1])), (Some(10), Some(&ids[2]))];
    assert_eq!(shown, expected);
    assert_eq!((&versions[0]["hash"], versions[0]["hash"] == versions[1]["hash"]), (&versions[2]["hash"], false));
    let hash = versions[0]["hash"].as_str().unwrap();
    assert_eq!(hash, blake3::hash(b"Dear Ada,\n").to_hex().as_str());
    let told = world.run(&["history", "src/letter.txt"]).ends(0).out;
    let last = told.lines().last().unwrap();
    assert!(told.lines().count() == 4 && last.contains(&hash[..8]) && last.contains(&ids[2][..8]) && last.contains("10 B"), "{told}");
    // Gone for two snapshots; there for one between two others.
    let gone = world.run(&["history", "--json", &world.text("src/deep/er/numbers.csv")]).ends(0).json();
    assert_eq!((&gone["versions"][1]["absent"], &gone["versions"][1]["snapshots"]), (&true.into(), &2.into()));
    let new = world.run(&["history", "src/new\x1b[2J"]).ends(0).out;
    assert!(new.lines().count() == 3 && new.lines().last().unwrap().contains("absent"), "{new}");
    // A backup of other things says nothing of it.
    world.write("other/thing", b"1");
    world.run(&["backup", "other"]).ends(0);
    assert_eq!(world.run(&["history", "--json", "src/letter.txt"]).ends(0).json()["versions"], letter["versions"]);
    world.run(&["history", "src/nothing"]).ends(1).says("is in no snapshot");
}

#[test]
fn history_follows_a_file_through_the_states_of_a_dossier() {
    let world = World::with_repository();
    with_dossier(&world, b"first");
    world.write("books/D1/in/ledger", b"second, longer");
    world.run(&["run", "--config", "set.toml"]).ends(0);
    let told = world.run(&["history", "--json", "--dossier", "D1", "in/ledger"]).ends(0).json();
    let sizes: Vec<_> = told["versions"].as_array().unwrap().iter().map(|version| version["size_bytes"].as_u64().unwrap()).collect();
    assert_eq!((sizes, &told["dossier"], &told["path"]), (vec![5, 14], &"D1".into(), &"/in/ledger".into()));
    world.run(&["history", "--dossier", "D9", "in/ledger"]).ends(1).says("no snapshot fits");
}

#[test]
fn find_tells_each_path_once_with_its_versions() {
    let (world, ids) = with_three();
    let found = world.run(&["find", "--json", "-v", "*.txt", "numbers.*"]).ends(0).json();
    let found = found["found"].as_array().unwrap();
    let letter = &found[1];
    assert_eq!((found.len(), &letter["path"]), (2, &world.text("src/letter.txt").into()));
    assert_eq!((&letter["versions"], &letter["all"][1]["size_bytes"]), (&2.into(), &25.into()));
    assert_eq!((&letter["first_snapshot"], &letter["last_snapshot"]), (&ids[0].clone().into(), &ids[2].clone().into()));
    assert_eq!((&letter["size_bytes"], &found[0]["last_snapshot"]), (&10.into(), &ids[0].clone().into()));
    let told = world.run(&["find", "new*"]).ends(0).out;
    assert!(told.lines().nth(1).unwrap().ends_with(&world.text("src/new\\u{1b}[2J")), "{told}");
    assert_eq!(world.run(&["find", "-v", "letter.txt"]).ends(0).out.lines().count(), 4);
    let none = world.run(&["find", "*.pdf"]).ends(0);
    assert!(none.out.is_empty() && none.err.contains("nothing fits in 3 snapshots"), "{}", none.err);
    world.run(&["find", "a[b"]).ends(2).says("cannot understand the pattern");
    world.run(&["find", "letter.txt", "--to", "2020-12-31"]).ends(1).says("no snapshot fits");
    for (option, date) in [("--from", "2020-12-31"), ("--to", "2100-01-01")] {
        let found = world.run(&["find", "--json", "letter.txt", option, date]).ends(0).json();
        assert_eq!((&found["snapshots"], &found["found"][0]["versions"]), (&3.into(), &2.into()));
    }
    world.run(&["find", "x", "--from", "yesterday"]).ends(2).says("--from takes a date");
}

#[test]
fn a_snapshot_or_tree_that_is_damaged_is_named_and_the_others_are_told() {
    let (world, ids) = with_three();
    fs::write(world.repository().join("snapshots").join(&ids[1]), b"rubbish").unwrap();
    for args in [&["history", "src/letter.txt"][..], &["find", "letter.txt"]] {
        let told = world.run(args).ends(12);
        assert!(told.out.contains("10 B") && told.err.contains(&ids[1]), "{}{}", told.out, told.err);
    }
    for pack in world.objects("packs") {
        fs::remove_file(pack).unwrap();
    }
    let told = world.run(&["history", "src/letter.txt", "--no-cache"]).ends(12);
    assert!(told.err.contains(&ids[0][..8]), "{}", told.err);
    let told = world.run(&["diff", "--no-cache", &ids[0], &ids[2]]).ends(12);
    assert!(told.err.contains("cannot compare what is in /"), "{}", told.err);
    assert_eq!(world.run(&["find", "--json", "--no-cache", "*"]).ends(12).json()["unreadable"][0]["snapshot"], ids[0].as_str());
}

#[test]
fn names_that_are_no_text_are_told_whole() {
    let world = World::with_repository();
    fs::write(world.path("src").join(OsStr::from_bytes(b"odd\xff")), b"1").unwrap();
    world.run(&["backup", "src"]).ends(0);
    let found = world.run(&["find", "--json", "odd*"]).ends(0).json();
    assert!(found["found"][0]["path_hex"].as_str().unwrap().ends_with("6f6464ff"), "{found}");
    let path = world.path("src").join(OsStr::from_bytes(b"odd\xff"));
    let told = finish(&mut world.command(&[OsStr::new("history"), path.as_os_str()])).ends(0).out;
    assert_eq!(told.lines().count(), 2, "{told}");
}

#[test]
fn a_key_that_does_not_read_is_refused() {
    let (world, ids) = with_three();
    world.run(&["key", "add", "--role", "writer", "--out", "credential"]).ends(0);
    for args in [&["diff", &ids[0], &ids[1]][..], &["history", "src/letter.txt"], &["find", "*"]] {
        let mut command = world.command(&[args, &["--credential", "credential"]].concat());
        finish(command.env_remove("LIASSE_PASSWORD")).ends(11).says("reading content");
    }
}
