//! A repository that is damaged: named, ended with, and everything else still restored.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{World, finish, noise};

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x40;
    fs::write(path, bytes).unwrap();
}

/// A repository with a file of 40 MiB in packs of its own, and small files stored before it. The largest pack holds only the large file.
fn with_large_file() -> World {
    let world = World::with_snapshot();
    world.write("src/large", &noise(40 << 20, 4));
    world.run(&["backup", "src"]).ends(0);
    let packs = world.objects("packs");
    let largest = packs.iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    flip(largest, 10 << 20);
    world
}

#[test]
fn damaged_data_is_named_and_the_rest_restored() {
    let world = with_large_file();
    let restored = world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(12);
    assert!(restored.err.contains(&world.text("src/large")), "{}", restored.err);
    assert!(!world.path("out/large").exists(), "never wrong bytes under the name of a file");
    for name in ["letter.txt", "deep/er/numbers.csv"] {
        assert_eq!(fs::read(world.path("src").join(name)).unwrap(), fs::read(world.path("out").join(name)).unwrap());
    }
}

#[test]
fn check_names_object_snapshot_and_file() {
    let world = with_large_file();
    assert_eq!(world.run(&["check"]).ends(0).out.lines().last(), Some("no errors found"), "references are whole");
    let checked = world.run(&["check", "--read-data"]).ends(12).out;
    assert!(checked.lines().last().unwrap().ends_with(" found") && !checked.contains("no errors"), "{checked}");
    let latest = world.snapshots().pop().unwrap();
    for part in ["packs/", &world.text("src/large"), &latest[..8]] {
        assert!(checked.contains(part), "{part} in {checked}");
    }
    let quiet = world.run(&["check", "--read-data", "-q"]).ends(12);
    assert!(quiet.out.is_empty() && quiet.err.contains("found"), "{}", quiet.err);
}

/// What a check says of one object.
struct Said {
    snapshots: BTreeSet<String>,
    dossiers: BTreeSet<String>,
    paths: BTreeSet<String>,
}

fn said(world: &World, object: &str) -> Said {
    let json = world.run(&["check", "--read-data", "--json"]).ends(12).json();
    let findings = json["findings"].as_array().unwrap().iter().filter(|finding| finding["object"] == object);
    let mut said = Said { snapshots: BTreeSet::new(), dossiers: BTreeSet::new(), paths: BTreeSet::new() };
    let mut found = false;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for finding in findings {
        found = true;
        said.dossiers.extend(finding["dossiers"].as_array().unwrap().iter().map(text));
        for affected in finding["affected"].as_array().unwrap() {
            said.snapshots.insert(text(&affected["snapshot"]));
            said.paths.insert(text(&affected["path"]));
        }
    }
    assert!(found, "{object} is not named: {json}");
    said
}

/// Two dossiers, of a run each: whatever object is damaged, a check names it, and just what it takes down.
#[test]
fn every_object_is_named_with_the_snapshots_dossiers_and_files_it_takes_down() {
    let world = World::with_repository();
    let settings = format!("[[rule]]\nname = 'books'\nroot = '{}'\n", world.text("books"));
    world.write("home/.config/liasse/config.toml", settings.as_bytes());
    for (seed, code) in [(1, "D1"), (2, "D2")] {
        world.write_noise(&format!("books/{code}/ledger"), 100_000, seed);
        world.write(&format!("books/{code}/2024/journal"), code.as_bytes());
        world.run(&["run"]).ends(0);
    }
    // Without its own slot nothing opens.
    let own = world.objects("keys");
    finish(world.command(&["key", "add", "--role", "auditor"]).env("LIASSE_NEW_PASSWORD", "another")).ends(0);
    let runs = world.snapshots();
    let mut kinds = BTreeMap::new();
    for area in ["config", "keys", "packs", "index", "snapshots"] {
        for path in world.objects(area) {
            let object = path.strip_prefix(world.repository()).unwrap().to_str().unwrap().to_owned();
            if own.contains(&path) {
                continue;
            }
            let whole = fs::read(&path).unwrap();
            // In every block of a pack.
            let mut bytes = whole.clone();
            let last = whole.len() * 3 / 4;
            (whole.len().min(100)..=last).step_by(97).for_each(|at| bytes[at] ^= 0x40);
            fs::write(&path, bytes).unwrap();
            let said = said(&world, &object);
            let session = format!("{:032x}", u128::from_be_bytes(whole[32..48].try_into().unwrap()));
            let run = runs.iter().position(|run| *run == session);
            let code = run.map(|run| ["D1", "D2"][run]);
            match (area, whole[8]) {
                ("packs", kind) => {
                    let code = code.unwrap();
                    assert_eq!(said.dossiers, BTreeSet::from([code.to_owned()]), "{object}");
                    // What the first run stored, the second one has too.
                    assert_eq!(said.snapshots, runs[run.unwrap()..].iter().cloned().collect(), "{object}");
                    let place = if kind == 4 { "ledger" } else { "" };
                    let below = world.text(&format!("books/{code}/{place}"));
                    // Where the root itself is lost, that says it all.
                    let names = |path: &String| path == "/" && kind != 4 || path.starts_with(below.trim_end_matches('/'));
                    assert!(said.paths.iter().any(names), "{object}: {:?}", said.paths);
                    *kinds.entry(("packs", kind)).or_insert(0) += 1;
                }
                (area, kind) => *kinds.entry((area, kind)).or_insert(0) += 1,
            }
            // The object's own name is the snapshot's; what was in it, nobody can tell any more.
            assert!(area != "snapshots" || object.ends_with(&session), "{object}");
            fs::write(&path, whole).unwrap();
        }
    }
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    world.run(&["check", "--read-data"]).ends(0);
}

#[test]
fn a_pack_that_is_gone() {
    let world = World::with_snapshot();
    for pack in world.objects("packs") {
        fs::remove_file(pack).unwrap();
    }
    world.run(&["check"]).ends(12);
    let restored = world.run(&["restore", "latest", "--target", "out", "--no-cache"]);
    assert_eq!(restored.code, 12, "{}{}", restored.out, restored.err);
}

/// The data pack that a backup wrote: a pack names its session in its header.
fn data_pack(world: &World, snapshot: &str) -> PathBuf {
    let is_it = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        let session = format!("{:032x}", u128::from_be_bytes(bytes[32..48].try_into().unwrap()));
        session == snapshot && bytes[8] == 4
    };
    world.objects("packs").into_iter().find(is_it).unwrap()
}

/// A ledger that changes every day, over origins in the packs of the days before; a letter that does not.
#[test]
fn an_origin_that_is_lost_takes_down_what_needs_it_and_nothing_else() {
    let world = World::with_snapshot();
    let mut ledger = noise(400_000, 6);
    for day in 1..=4 {
        ledger[day * 50_000] ^= 1;
        world.write("src/ledger", &ledger);
        world.run(&["backup", "src"]).ends(0);
    }
    let ids = world.snapshots();
    let (whole, rotten) = (data_pack(&world, &ids[2]), data_pack(&world, &ids[3]));
    // The second day paid for whole chunks, and later days for what changed: their ledgers need it.
    let needing = |checked: &str| -> Vec<bool> {
        let ledger = world.text("src/ledger");
        ids.iter().map(|id| checked.lines().any(|line| line.contains(&format!("snapshot {}  {ledger}", &id[..8])))).collect()
    };
    let sound = fs::read(&whole).unwrap();
    for (pack, harm, expected) in [
        (&whole, "gone", [false, false, true, true, true]),
        (&whole, "rotten", [false, false, true, true, true]),
        (&rotten, "rotten", [false, false, false, true, true]),
    ] {
        let bytes = fs::read(pack).unwrap();
        let depth: &[&str] = if harm == "gone" { &["check", "-v"] } else { &["check", "-v", "--read-data"] };
        if harm == "gone" {
            fs::remove_file(pack).unwrap();
        } else {
            flip(pack, 250);
        }
        let checked = world.run(depth).ends(12).out;
        assert_eq!(needing(&checked), expected, "{checked}");
        assert!(!checked.contains("letter.txt") && !checked.contains("numbers.csv"), "{checked}");
        for (id, needs) in ids.iter().zip(expected) {
            let what = format!("{id}:{}", world.text("src"));
            let restored = world.run(&["restore", &what, "--target", "out"]).ends(if needs { 12 } else { 0 });
            assert_eq!(restored.err.contains(&format!("not restored: {}", world.text("src/ledger"))), needs, "{}", restored.err);
            assert_eq!(world.path("out/ledger").exists(), !needs && *id != ids[0]);
            assert_eq!(fs::read(world.path("out/letter.txt")).unwrap(), b"Dear Ada,\n");
            assert_eq!(fs::read(world.path("out/deep/er/numbers.csv")).unwrap(), b"1;2;3\n4;5;6\n");
            fs::remove_dir_all(world.path("out")).unwrap();
        }
        fs::write(pack, bytes).unwrap();
    }
    assert_eq!(fs::read(whole).unwrap(), sound);
    world.run(&["check", "--read-data"]).ends(0);
}

#[test]
fn a_damaged_snapshot_does_not_hide_the_others() {
    let world = World::with_snapshot();
    world.run(&["backup", "src"]).ends(0);
    let ids = world.snapshots();
    flip(&world.repository().join("snapshots").join(&ids[1]), 200);
    let listed = world.run(&["snapshots"]).ends(12);
    assert!(listed.out.contains(&ids[0][..8]) && listed.err.contains(&ids[1]), "{}{}", listed.out, listed.err);
    // What is latest is in doubt; what has a name is not.
    let latest = world.run(&["restore", "latest", "--target", "latest"]).ends(12);
    assert!(latest.err.contains(&ids[1]), "{}", latest.err);
    world.run(&["restore", &ids[0], "--target", "named"]).ends(0);
    world.run(&["restore", &ids[1], "--target", "none"]).ends(12).says(&ids[1]);
    assert!(!world.path("none").exists());
    world.run(&["check"]).ends(12);
}

#[test]
fn a_damaged_config_or_key() {
    let world = World::with_snapshot();
    let config = world.repository().join("config/1");
    flip(&config, 100);
    world.run(&["snapshots"]).ends(12).says("config/1");
    let told = world.run(&["check"]).ends(12).says("put it back from a copy").err;
    assert!(!told.contains("liasse check"), "it does not advise what was just done: {told}");
    flip(&config, 100);
    flip(&world.objects("keys")[0], 60);
    world.run(&["snapshots"]).ends(12).says("keys/");
}

/// The local cache is never truth: whatever is in it, the result is the same.
#[test]
fn a_damaged_cache_changes_nothing() {
    let world = World::with_snapshot();
    let mut caches = vec![world.path("home/.cache/liasse")];
    let mut damaged = 0;
    while let Some(path) = caches.pop() {
        if path.is_dir() {
            caches.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let length = fs::read(&path).unwrap().len();
            (0..length).step_by(97).for_each(|at| flip(&path, at));
            damaged += 1;
        }
    }
    assert!(damaged > 0);
    world.write("src/letter.txt", b"Dear Grace,\n");
    world.run(&["backup", "src"]).ends(0);
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(0);
    assert_eq!(world.picture("src"), world.picture("out"));
    world.run(&["check", "--read-data"]).ends(0);
}
