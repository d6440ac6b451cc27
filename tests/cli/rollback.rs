//! A repository that is set back to an older state of itself: each object is sound, and only who remembers a newer state can tell.

use std::fs;
use std::process::Command;

use crate::support::World;

/// Makes one folder a copy of another.
fn replay(world: &World, from: &str, to: &str) {
    fs::remove_dir_all(world.path(to)).ok();
    let copied = Command::new("cp").arg("-a").args([world.path(from), world.path(to)]).status().unwrap();
    assert!(copied.success());
}

const REPOSITORY: &str = "home/.local/share/liasse/repository";

/// Two snapshots and a key were added, and the repository is as it was before.
fn rolled_back() -> World {
    let world = World::with_snapshot();
    world.write("books/D1/ledger", b"1");
    let settings = format!("[[rule]]\nname = 'books'\nroot = '{}'\n", world.text("books"));
    world.write("home/.config/liasse/config.toml", settings.as_bytes());
    replay(&world, REPOSITORY, "old");
    for text in ["newer", "newest"] {
        world.write("src/letter.txt", text.as_bytes());
        world.run(&["backup", "src"]).ends(0);
    }
    replay(&world, REPOSITORY, "new");
    replay(&world, "old", REPOSITORY);
    world
}

#[test]
fn pitfall_28_a_writer_that_knows_a_newer_head_says_so() {
    let world = rolled_back();
    let older = "shows an older state than was seen there from this computer: 2 snapshots are not there any more";
    for args in [&["check"][..], &["check", "--read-data"], &["status"], &["check", "-q"]] {
        let told = world.run(args).ends(13);
        assert!((told.out + &told.err).contains(older), "{args:?}: {}", told.err);
    }
    for args in [&["snapshots"][..], &["restore", "latest", "--target", "out"], &["ls", "latest"]] {
        assert!(world.run(args).ends(0).err.contains(older), "{args:?}");
    }
    // What is to be saved is saved all the same, and the alarm does not end with that.
    let stored = world.run(&["backup", "src"]).ends(13);
    assert!(stored.err.contains(older) && stored.out.contains("snapshot  "), "{}{}", stored.out, stored.err);
    let run = world.run(&["run", "--json"]).ends(13).json();
    assert_eq!((&run["rolled_back"], &run["problems"]), (&true.into(), &1.into()));
    assert!(run["remarks"][0].as_str().unwrap().contains(older) && run["snapshot"].is_string(), "{run}");
    assert!(world.run(&["run"]).ends(13).out.contains(older));
    assert!(world.run(&["status", "--lang", "fr"]).ends(13).out.contains("2 instantanés n'y sont plus"));
    for command in ["backup", "check", "status"] {
        let args = if command == "backup" { vec![command, "src", "--json"] } else { vec![command, "--json"] };
        let rollback = world.run(&args).ends(13).json()["rollback"].clone();
        assert_eq!((&rollback["missing_count"], rollback["missing"].as_array().unwrap().len()), (&2.into(), 2), "{command}");
    }
    // The newer state comes back: nothing is missing.
    for name in ["snapshots", "packs", "index"] {
        let copied = Command::new("cp").arg("-a").args([world.path("new").join(name), world.repository()]).status().unwrap();
        assert!(copied.success());
    }
    world.run(&["check"]).ends(0);
    world.run(&["status"]).ends(0);
}

#[test]
fn it_is_remembered_without_the_cache() {
    let world = rolled_back();
    fs::remove_dir_all(world.path("home/.cache")).unwrap();
    world.run(&["check"]).ends(13);
    world.run(&["check", "--no-cache"]).ends(13);
    world.run(&["backup", "src", "--no-cache"]).ends(13);
    // Who knows nothing claims nothing, and a memory that rots is none.
    let memory = world.path("home/.local/state/liasse/seen");
    let file = fs::read_dir(&memory).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    world.run(&["check"]).ends(0);
}

#[test]
fn a_person_accepts_an_older_state() {
    let world = rolled_back();
    let told = world.run(&["check", "--accept-rollback"]).ends(0);
    assert!(told.err.contains("2 snapshots are not there any more"), "what is accepted is said: {}", told.err);
    world.run(&["check"]).ends(0);
    world.run(&["backup", "src"]).ends(0);
    // From there on it is held to what was seen.
    replay(&world, "old", REPOSITORY);
    let told = world.run(&["check"]).ends(13).err;
    assert!(told.contains("a snapshot of 20") && told.contains(" is not there any more"), "{told}");
}

#[test]
fn one_snapshot_that_goes_is_missed_and_named() {
    let world = World::with_snapshot();
    world.run(&["backup", "src"]).ends(0);
    let ids = world.snapshots();
    fs::remove_file(world.repository().join("snapshots").join(&ids[0])).unwrap();
    let rollback = world.run(&["status", "--json"]).ends(13).json()["rollback"].clone();
    assert_eq!(rollback["missing"].as_array().unwrap(), &[ids[0].clone()]);
    // One that is only damaged is not gone.
    let world = World::with_snapshot();
    fs::write(&world.objects("snapshots")[0], b"rubbish").unwrap();
    assert!(world.run(&["check", "--json"]).ends(12).json()["rollback"].is_null());
}

/// Who was shut out is let in again where an older config is shown.
#[test]
fn keys_that_were_removed_and_come_back_are_told() {
    let world = World::with_snapshot();
    world.run(&["key", "add", "--role", "writer", "--label", "server", "--out", "credential"]).ends(0);
    replay(&world, REPOSITORY, "old");
    let keys = world.run(&["key", "list", "--json"]).ends(0).json();
    let server = keys["keys"].as_array().unwrap().iter().find(|key| key["label"] == "server").unwrap()["id"].as_str().unwrap().to_owned();
    world.run(&["key", "remove", &server]).ends(0);
    world.run(&["check"]).ends(0);
    replay(&world, "old", REPOSITORY);
    let told = world.run(&["check", "--json"]).ends(13).json();
    assert_eq!((&told["rollback"]["config_seen"], &told["rollback"]["config_there"]), (&3.into(), &2.into()));
    assert!(world.run(&["check"]).ends(13).err.contains("older keys and settings"));
}

#[test]
fn another_repository_in_the_same_place_is_no_alarm() {
    let world = rolled_back();
    fs::remove_dir_all(world.repository()).unwrap();
    world.run(&["init"]).ends(0);
    let made = world.run(&["backup", "src"]).ends(0);
    assert!(!made.err.contains("older"), "{}", made.err);
    world.run(&["check"]).ends(0);
}
