//! `repair` as people use it: a plan that changes nothing, then what it says; what was mended restores as before.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{PASSWORD, World, finish, noise};

/// All files of a folder, by path, with their bytes.
fn bytes_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn without_damaged(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    bytes_below(&world.repository()).into_iter().filter(|(path, _)| !path.starts_with("damaged") && !path.starts_with("tmp")).collect()
}

/// Two snapshots, and a copy of the repository as any program makes one.
fn with_copy() -> World {
    let world = World::with_snapshot();
    world.write_noise("src/large", 3 << 20, 7);
    world.run(&["backup", "src"]).ends(0);
    assert!(Command::new("cp").arg("-a").arg(world.repository()).arg(world.path("copy")).status().unwrap().success());
    world
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x40;
    fs::write(path, bytes).unwrap();
}

fn damaged_files(world: &World) -> usize {
    fs::read_dir(world.repository().join("damaged")).unwrap().count()
}

/// For each kind of object: `check` names it, a plan changes nothing, and the other copy mends it. Every harm to every kind is held by
/// `crates/repo/tests/repair.rs`.
#[test]
fn another_copy_mends_every_kind_of_object() {
    let cases = [
        ("config", "gone"),
        ("config", "cut"),
        ("keys", "flipped"),
        ("packs", "gone"),
        ("packs", "flipped"),
        ("index", "cut"),
        ("snapshots", "flipped"),
    ];
    let world = with_copy();
    let sound = without_damaged(&world);
    for (kept, (area, harm)) in cases.iter().enumerate() {
        let case = format!("{area} {harm}");
        let object = world.objects(area).pop().unwrap();
        let name = object.file_name().unwrap().to_str().unwrap().to_owned();
        match *harm {
            "flipped" => flip(&object, 150),
            "cut" => fs::write(&object, &fs::read(&object).unwrap()[..70]).unwrap(),
            _ => fs::remove_file(&object).unwrap(),
        }
        let checked = world.run(&["check", "--read-data"]);
        let told = format!("{}{}", checked.out, checked.err);
        assert!(case == "config gone" || checked.code == 12 && told.contains(&name), "{case}: {} {told}", checked.code);
        let harmed = bytes_below(&world.repository());
        let planned = world.run(&["repair", "from", "copy"]);
        assert!(
            planned.code == 12 && planned.out.contains(&name) && planned.out.contains("--apply"),
            "{case}: {} {}",
            planned.code,
            planned.out
        );
        assert!(bytes_below(&world.repository()) == harmed, "{case}: a plan changes nothing");
        world.run(&["repair", "from", "copy", "--apply"]).ends(0);
        assert!(without_damaged(&world) == sound, "{case}");
        let gone = cases[..=kept].iter().filter(|(_, harm)| *harm == "gone").count();
        assert_eq!(damaged_files(&world), kept + 1 - gone, "{case}: what was damaged is kept");
    }
    assert!(world.run(&["repair", "from", "copy"]).ends(0).out.contains("nothing to do"));
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(0);
    assert_eq!(world.picture("src"), world.picture("out"));
}

#[test]
fn a_snapshot_that_only_the_other_copy_has_is_told_and_taken_on_request() {
    let world = with_copy();
    let sound = without_damaged(&world);
    fs::remove_file(world.objects("snapshots").pop().unwrap()).unwrap();
    let told = world.run(&["repair", "from", "copy", "--apply"]).ends(0).out;
    assert!(told.contains("One snapshot is only in the other copy; --all"), "{told}");
    assert_eq!(world.objects("snapshots").len(), 1);
    world.run(&["repair", "from", "copy", "--all", "--apply"]).ends(0);
    assert!(without_damaged(&world) == sound);
}

#[test]
fn what_another_copy_does_not_have_whole_stays_lost_and_is_named() {
    let world = with_copy();
    let largest = world.objects("packs").into_iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    flip(&largest, 1 << 20);
    let there = world.path("copy").join(largest.strip_prefix(world.repository()).unwrap());
    flip(&there, 2 << 20);
    let told = world.run(&["repair", "from", "copy", "--apply"]).ends(12).out;
    for part in ["packs/", &world.text("src/large"), "repair from-source"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    // The rest is restored as before.
    let restored = world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(12);
    assert!(restored.err.contains(&world.text("src/large")), "{}", restored.err);
    assert_eq!(fs::read(world.path("out/letter.txt")).unwrap(), b"Dear Ada,\n");
    // The files themselves bring it back: the pack was marked.
    world.run(&["backup", "--force", "src"]).ends(0);
    world.run(&["check", "--read-data"]).ends(0);
}

#[test]
fn the_live_files_mend_old_snapshots() {
    let world = World::with_snapshot();
    world.write("src/large", &noise(8 << 20, 4));
    world.run(&["backup", "src"]).ends(0);
    let before = world.picture("src");
    let old = world.snapshots().pop().unwrap();
    let largest = world.objects("packs").into_iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    flip(&largest, 2 << 20);
    // Without a mark, every later backup refers to what has rotted.
    world.run(&["backup", "--force", "src"]).ends(0);
    world.run(&["check", "--read-data"]).ends(12);
    let harmed = bytes_below(&world.repository());
    let planned = world.run(&["repair", "from-source"]).ends(12).out;
    assert!(planned.contains(&world.text("src")) && planned.contains("--apply"), "{planned}");
    assert!(bytes_below(&world.repository()) == harmed, "a plan changes nothing");
    world.run(&["repair", "from-source", "--apply"]).ends(0);
    let what = format!("{old}:{}", world.text("src"));
    world.run(&["restore", &what, "--target", "out"]).ends(0);
    assert_eq!(world.picture("out"), before, "the old snapshot is whole again");
    world.run(&["check", "--read-data"]).ends(0);
    assert!(world.run(&["repair", "from-source"]).ends(0).out.contains("nothing to do"));
    let harmed: Vec<_> = harmed.into_iter().filter(|(path, _)| path.starts_with("packs") || path.starts_with("snapshots")).collect();
    let now = bytes_below(&world.repository());
    assert!(harmed.iter().all(|object| now.contains(object)), "nothing is rewritten or deleted");
}

#[test]
fn what_the_live_files_do_not_have_any_more_stays_lost() {
    let world = World::with_snapshot();
    world.write("src/large", &noise(4 << 20, 4));
    world.run(&["backup", "src"]).ends(0);
    let old = world.snapshots().pop().unwrap();
    let largest = world.objects("packs").into_iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    flip(&largest, 2 << 20);
    world.write("src/large", b"something else");
    world.run(&["repair", "from-source", "nowhere"]).ends(1).says("nowhere");
    let told = world.run(&["repair", "from-source", "src", "--exclude", "*.csv", "--apply"]).ends(12).out;
    assert!(!world.run(&["ls", "-R", "latest"]).ends(0).out.contains("numbers.csv"), "what is left out is left out");
    let told = [told, world.run(&["repair", "from-source", "src", "--apply"]).ends(12).out].concat();
    assert!(told.contains(&world.text("src/large")) && told.contains(&old[..8]), "{told}");
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(0);
    assert_eq!(world.picture("src"), world.picture("out"));
}

#[test]
fn the_index_is_rebuilt() {
    let world = with_copy();
    for segment in world.objects("index") {
        fs::write(&segment, b"rotten").unwrap();
    }
    world.run(&["check"]).ends(12);
    let harmed = bytes_below(&world.repository());
    world.run(&["repair", "index"]).ends(12);
    assert!(bytes_below(&world.repository()) == harmed, "a plan changes nothing");
    world.run(&["repair", "index", "--apply"]).ends(0);
    assert_eq!(damaged_files(&world), 2);
    world.run(&["check", "--read-data"]).ends(0);
    let told = world.run(&["repair", "index", "--lang", "fr"]).ends(0).out;
    assert!(told.contains("rien à faire"), "{told}");
    world.run(&["backup", "src"]).ends(0);
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(0);
    assert_eq!(world.picture("src"), world.picture("out"));
}

/// An index that is whole says nothing of packs that are gone: no repair says that all is well.
#[test]
fn a_repair_of_the_index_says_what_else_is_missing() {
    let world = with_copy();
    let pack = world.objects("packs").into_iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    fs::remove_file(&pack).unwrap();
    let name = pack.file_name().unwrap().to_str().unwrap().to_owned();
    for args in [&["repair", "index"][..], &["repair", "index", "--apply"]] {
        let told = world.run(args).ends(12).out;
        assert!(told.contains(&name) && !told.contains("nothing to do"), "{told}");
    }
    fs::write(&world.objects("index")[0], b"rotten").unwrap();
    let told = world.run(&["repair", "index", "--apply"]).ends(12).out;
    let is_named = told.contains(&name) || told.contains("no pack holds it");
    assert!(is_named && !told.contains("nothing is damaged any more"), "{told}");
}

#[test]
fn what_is_no_other_copy_is_refused() {
    let world = with_copy();
    let elsewhere = World::with_repository();
    let other = elsewhere.repository().to_str().unwrap().to_owned();
    let before = bytes_below(&world.repository());
    world.run(&["repair", "from", &other, "--all", "--apply"]).ends(2).says("another repository");
    let own = world.repository().to_str().unwrap().to_owned();
    // A stick's folder, not the repository on it: nobody is to make one there.
    let told = world.run(&["repair", "from", &world.text("src")]).ends(10).says("name the folder of another copy").err;
    assert!(!told.contains("init"), "{told}");
    world.run(&["repair", "from", &own, "--apply"]).ends(2).says("itself");
    world.run(&["repair", "from", "nowhere", "--apply"]).ends(10);
    assert!(bytes_below(&world.repository()) == before);
}

/// A credential of a machine that only adds may mend as well: nothing needs to be read or signed for that.
#[test]
fn a_writer_mends_with_its_credential() {
    let world = with_copy();
    world.run(&["key", "add", "--role", "writer", "--out", "till.key"]).ends(0);
    let pack = world.objects("packs").into_iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    let sound = fs::read(&pack).unwrap();
    flip(&pack, 1 << 20);
    for segment in world.objects("index") {
        fs::remove_file(segment).unwrap();
    }
    let run = |args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["--credential", "till.key"]).collect();
        finish(world.command(&args).env_remove("LIASSE_PASSWORD"))
    };
    run(&["repair", "index", "--apply"]).ends(0);
    run(&["repair", "from", "copy", "--apply"]).ends(0);
    assert!(fs::read(&pack).unwrap() == sound);
    finish(world.command(&["check", "--read-data"]).env("LIASSE_PASSWORD", PASSWORD)).ends(0);
}

/// The newest config counts again once it is back: what only an older one says is missing is not told.
#[test]
fn what_is_told_after_a_repair_is_what_the_next_check_finds() {
    let world = World::with_snapshot();
    finish(world.command(&["key", "add", "--role", "auditor", "--label", "leaving"]).env("LIASSE_NEW_PASSWORD", "leaving")).ends(0);
    let keys = world.run(&["key", "list", "--json"]).ends(0).json();
    let leaving = keys["keys"].as_array().unwrap().iter().find(|key| key["label"] == "leaving").unwrap()["id"].as_str().unwrap().to_owned();
    world.run(&["key", "remove", &leaving]).ends(0);
    assert!(Command::new("cp").arg("-a").arg(world.repository()).arg(world.path("copy")).status().unwrap().success());
    fs::write(world.repository().join("config/3"), b"").unwrap();
    let told = world.run(&["repair", "from", "copy"]).ends(12).out;
    assert!(told.contains("config/3") && !told.contains("not mended"), "{told}");
    let told = world.run(&["repair", "from", "copy", "--apply"]).ends(0).out;
    assert!(told.contains("nothing is damaged any more") && !told.contains("newer"), "{told}");
    world.run(&["check"]).ends(0);
    // What a pack holds that is copied is mended with it, also where no list tells any more what lay there.
    let largest = world.objects("packs").into_iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    fs::remove_file(largest).unwrap();
    for segment in world.objects("index") {
        fs::remove_file(segment).unwrap();
    }
    assert!(world.run(&["check"]).ends(12).out.contains("damaged: chunk "));
    let told = world.run(&["repair", "from", "copy"]).ends(12).out;
    assert!(told.contains("packs/") && !told.contains("not mended"), "{told}");
    world.run(&["repair", "from", "copy", "--apply"]).ends(0);
    world.run(&["check", "--read-data"]).ends(0);
}

#[test]
fn a_copy_that_shows_that_this_one_was_set_back_is_told() {
    let world = with_copy();
    world.run(&["backup", "src"]).ends(0);
    finish(world.command(&["key", "add", "--role", "auditor"]).env("LIASSE_NEW_PASSWORD", "another")).ends(0);
    let (newer, here) = (world.path("newer"), world.repository());
    fs::rename(&here, &newer).unwrap();
    fs::rename(world.path("copy"), &here).unwrap();
    // Whoever has seen nothing of it yet: the two copies tell by themselves.
    fs::remove_dir_all(world.path("home/.local/state")).unwrap();
    for args in [&["repair", "from", "newer"][..], &["repair", "from", "newer", "--apply"]] {
        let told = world.run(args).ends(0).out;
        assert!(told.contains("The other copy is newer") && told.contains("keys and settings (number 2, here 1)"), "{told}");
    }
    let json = world.run(&["repair", "from", "newer", "--json"]).ends(0).json();
    assert_eq!((&json["rollback"]["missing_count"], &json["rollback"]["config_seen"]), (&1.into(), &2.into()), "{json}");
    assert!(world.run(&["repair", "from", "newer", "--lang", "fr"]).ends(0).out.contains("L'autre copie est plus récente"));
    // The older one shows nothing of the kind, and neither does this one when it has what it lacked.
    assert!(!world.run(&["repair", "from", "newer", "--all", "--apply"]).ends(0).out.contains("newer than"));
    fs::rename(&here, world.path("mended")).unwrap();
    fs::rename(&newer, &here).unwrap();
    assert!(world.run(&["repair", "from", "mended", "--json"]).ends(0).json()["rollback"].is_null());
}

/// One that is lost in the middle is no sign of that.
#[test]
fn a_snapshot_that_is_lost_alone_makes_no_older_state() {
    let world = with_copy();
    world.run(&["backup", "src"]).ends(0);
    let ids = world.snapshots();
    fs::remove_file(world.repository().join("snapshots").join(&ids[1])).unwrap();
    let json = world.run(&["repair", "from", "copy", "--json"]).ends(0).json();
    assert_eq!((json["rollback"].is_null(), &json["only_there"]), (true, &1.into()), "{json}");
}

/// A folder, a pipe, a link that leads to itself: named with what to do, and everything else is looked at and mended.
#[test]
fn something_strange_in_an_objects_place_keeps_no_other_from_being_mended() {
    let world = with_copy();
    world.run(&["parity", "add"]).ends(0);
    // Little enough for parity to rebuild it, were its place free.
    let pack = world.objects("packs").into_iter().min_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    let (name, readme) = (pack.file_name().unwrap().to_str().unwrap(), world.repository().join("README"));
    let snapshot = world.objects("snapshots").pop().unwrap();
    let (whole, text) = (fs::read(&snapshot).unwrap(), fs::read(&readme).unwrap());
    fs::rename(&pack, world.path("kept")).unwrap();
    for kind in ["folder", "pipe", "loop"] {
        for place in [&pack, &readme] {
            fs::remove_file(place).ok();
            match kind {
                "folder" => fs::create_dir(place).unwrap(),
                "pipe" => assert!(Command::new("mkfifo").arg(place).status().unwrap().success()),
                _ => std::os::unix::fs::symlink(place, place).unwrap(),
            }
        }
        flip(&snapshot, 150);
        let checked = world.run(&["check", "--read-data"]).ends(12).out;
        for part in [name, "lies in its place", "damaged: README", snapshot.file_name().unwrap().to_str().unwrap(), "move that out"] {
            assert!(checked.contains(part), "{kind}: {part} in {checked}");
        }
        let plan = without_password(&world, &["repair", "parity"], 12);
        let named = |told: &str| told.lines().any(|line| line.contains(name) && line.contains("move that out of the repository"));
        assert!(named(&plan) && plan.contains("--apply"), "{kind}: {plan}");
        let done = without_password(&world, &["repair", "parity", "--apply"], 12);
        assert!(named(&done) && done.contains("rebuilt snapshots/"), "{kind}: {done}");
        assert!(fs::read(&snapshot).unwrap() == whole, "{kind}");
        flip(&snapshot, 150);
        let plan = world.run(&["repair", "from", "copy"]).ends(12).out;
        assert!(plan.contains(name) && plan.contains("move that out"), "{kind}: {plan}");
        let done = world.run(&["repair", "from", "copy", "--apply"]).ends(12).out;
        assert!(done.contains(name) && done.contains("move that out") && !done.contains("not done"), "{kind}: {done}");
        assert!(fs::read(&snapshot).unwrap() == whole, "{kind}");
        for place in [&pack, &readme] {
            if kind == "folder" { fs::remove_dir(place).unwrap() } else { fs::remove_file(place).unwrap() }
        }
        fs::write(&readme, &text).unwrap();
    }
    without_password(&world, &["repair", "parity", "--apply"], 0);
    world.run(&["check", "--read-data"]).ends(0);
}

/// Runs a command that needs none; what it prints.
fn without_password(world: &World, args: &[&str], code: i32) -> String {
    finish(world.command(args).env_remove("LIASSE_PASSWORD")).ends(code).out
}
