//! The depths of a check, what is remembered of them, and what a person is told to do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Ran, World, finish, noise};

/// Runs a drill with a folder of its own for temporary files, in which nothing stays.
fn drill(world: &World, args: &[&str]) -> Ran {
    fs::create_dir_all(world.path("temporary")).unwrap();
    let ran = finish(world.command(&[&["check", "--drill"], args].concat()).env("TMPDIR", world.path("temporary")));
    let left: Vec<_> = fs::read_dir(world.path("temporary")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
    ran
}

fn largest_pack(world: &World) -> std::path::PathBuf {
    world.objects("packs").into_iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap()
}

fn rot(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// A dossier of its own pack, beside others.
fn with_dossiers() -> World {
    let world = World::with_repository();
    world.write("books/D1/ledger", &noise(200_000, 1));
    world.write("books/1234/ledger", b"small");
    std::os::unix::fs::symlink("ledger", world.path("books/D1/link")).unwrap();
    let settings = format!("[[rule]]\nname = 'books'\nroot = '{}'\n", world.text("books"));
    world.write("home/.config/liasse/config.toml", settings.as_bytes());
    world.run(&["run"]).ends(0);
    world
}

#[test]
fn what_is_no_share_and_no_drill_is_wrong_usage() {
    let world = World::with_snapshot();
    for share in ["", "5", "0%", "101%", "13/12", "0/3", "oldest:", "oldest:many", "newest:1G"] {
        assert!(world.run(&["check", "--read-data", "--subset", share]).ends(2).err.contains("a share is 5%"), "{share}");
    }
    for (args, told) in [
        (&["--subset", "5%"][..], "--read-data"),
        (&["--structure", "--read-data"], "cannot be used with"),
        (&["--drill", "1", "--read-data"], "cannot be used with"),
    ] {
        assert!(world.run(&[&["check"], args].concat()).ends(2).err.contains(told), "{args:?}");
    }
    for what in ["0", "10001", "a/b", ".."] {
        let told = drill(&world, &[what]).ends(2).err;
        assert!(told.contains("--drill"), "{told}");
    }
}

#[test]
fn structure_is_quick_and_says_what_it_did_not_do() {
    let world = World::with_snapshot();
    let told = world.run(&["check", "--structure"]).ends(0).out;
    assert!(told.contains("was not followed") && told.ends_with("no errors found\n"), "{told}");
    let json = world.run(&["check", "--structure", "--json"]).ends(0).json();
    assert_eq!((&json["depth"], &json["counts"]["trees"], &json["read_data"]), (&"structure".into(), &0.into(), &false.into()));
    // It is no check that monitoring waits for.
    let status = world.run(&["status", "--json", "--set", "status.check-after='0 s'"]).json();
    assert_eq!((&status["last_check"]["depth"], &status["check_overdue"]), (&"structure".into(), &true.into()));
    let pack = largest_pack(&world);
    let bytes = fs::read(&pack).unwrap();
    fs::write(&pack, &bytes[..bytes.len() - 1]).unwrap();
    world.run(&["check", "--structure"]).ends(12);
}

#[test]
fn shares_together_are_all_and_status_says_how_much() {
    let world = World::with_snapshot();
    let share = |share: &str| world.run(&["check", "--read-data", "--subset", share, "--json"]).ends(0).json();
    let status = || world.run(&["status", "--json"]).json()["verified"].clone();
    assert_eq!(status()["bytes"], 0);
    let (first, second) = (share("1/2"), share("2/2"));
    let read = |json: &serde_json::Value| json["counts"]["read_packs"].as_u64().unwrap();
    assert_eq!(read(&first) + read(&second), first["counts"]["packs"].as_u64().unwrap());
    assert_eq!((&first["depth"], &second["verified"]["bytes"]), (&"share".into(), &second["verified"]["total_bytes"]));
    assert_eq!(status()["bytes"], status()["total_bytes"]);
    assert!(world.run(&["status"]).out.contains("100 % of the data in the last 12 months"));
    let told = world.run(&["check", "--read-data", "--subset", "0,5%", "--lang", "pt"]).ends(0).out;
    assert!(told.contains("em 1 pacote") && told.ends_with("nenhum erro encontrado\n"), "{told}");
    // Without the cache nothing is known; that is never a reason to fail.
    fs::remove_dir_all(world.path("home/.cache")).unwrap();
    assert_eq!(status()["bytes"], 0);
    share("oldest:1");
}

/// What was found of a copy says nothing of the original, nor the other way round.
#[test]
fn each_place_of_a_repository_has_checks_of_its_own() {
    let world = World::with_snapshot();
    let copied = Command::new("cp").arg("-a").args([world.repository(), world.path("copy")]).status().unwrap();
    assert!(copied.success());
    let here = world.repository();
    let here = here.to_str().unwrap();
    world.run(&["check", "--read-data"]).ends(0);
    let status = |place: &str| world.run(&["status", "--json", "-r", place]).json();
    let (own, other) = (status(here), status("copy"));
    assert_eq!(own["verified"]["bytes"], own["verified"]["total_bytes"]);
    assert_eq!((&other["verified"]["bytes"], &other["last_check"]), (&0.into(), &serde_json::Value::Null));
    let pack = largest_pack(&world);
    rot(&world.path("copy/packs").join(pack.strip_prefix(world.repository().join("packs")).unwrap()));
    world.run(&["check", "--read-data", "-r", "copy"]).ends(12);
    assert_eq!((&status("copy")["unsound"], &status(here)["unsound"]), (&true.into(), &false.into()));
    // Disks change places under one path: what was read of the one says nothing of the other.
    fs::rename(here, world.path("away")).unwrap();
    fs::rename(world.path("copy"), here).unwrap();
    assert_eq!(status(here)["verified"]["bytes"], 0);
}

/// A check sees what was committed when it looked, whatever is written meanwhile.
#[test]
fn a_check_beside_backups_finds_nothing() {
    let world = World::with_snapshot();
    for round in 0..3 {
        world.write_noise(&format!("src/large{round}"), 20 << 20, round);
        let mut backup = world.command(&["backup", "src"]).stdout(Stdio::null()).spawn().unwrap();
        while backup.try_wait().unwrap().is_none() {
            for depth in [&["check", "--read-data"][..], &["check"], &["check", "--structure"]] {
                world.run(depth).ends(0);
            }
        }
        assert!(backup.wait().unwrap().success());
    }
    world.run(&["check", "--read-data"]).ends(0);
    assert_eq!(world.snapshots().len(), 4);
}

#[test]
fn damage_in_a_share_stands_until_it_is_mended() {
    let world = with_dossiers();
    let pack = largest_pack(&world);
    let whole = fs::read(&pack).unwrap();
    rot(&pack);
    world.run(&["check", "--read-data", "--subset", "100%"]).ends(12);
    let is_unsound = || world.run(&["status", "--json"]).json()["unsound"].clone();
    assert_eq!(is_unsound(), true);
    // Neither a check that does not look there, nor one that looks elsewhere, settles it.
    world.run(&["check"]).ends(0);
    assert_eq!(is_unsound(), true);
    let look = |share: &str| world.run(&["check", "--read-data", "--subset", share]).code;
    let elsewhere: Vec<_> = ["1/2", "2/2"].into_iter().filter(|share| look(share) == 0).collect();
    assert_eq!(elsewhere.len(), 1, "the pack is in one half");
    assert_eq!(look(elsewhere[0]), 0);
    assert_eq!(is_unsound(), true);
    fs::write(&pack, whole).unwrap();
    world.run(&["check", "--read-data", "--subset", "oldest:1"]).ends(0);
    assert_eq!(is_unsound(), false);
}

#[test]
fn what_is_found_names_dossiers_and_what_to_do_in_the_readers_language() {
    let world = with_dossiers();
    rot(&largest_pack(&world));
    let told = world.run(&["check", "--read-data", "--lang", "fr"]).ends(12).out;
    for part in ["endommagé : packs/", "dossier D1", &world.text("books/D1/ledger"), "N'effacez rien", "packs/ : liasse repair"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("dossier 1234") && told.trim_end().ends_with("trouvées") || told.trim_end().ends_with("trouvée"), "{told}");
    let json = world.run(&["check", "--read-data", "--json"]).ends(12).json();
    assert!(json["remedies"].as_array().unwrap().len() >= 2, "{json}");
    // Each part of a repository has its own word of advice.
    for (area, advice) in [("index", "index/: "), ("snapshots", "snapshots/: "), ("keys", "keys/: ")] {
        let world = with_dossiers();
        world.run(&["key", "add", "--role", "writer", "--out", "credential"]).ends(0);
        rot(&world.objects(area)[0]);
        let told = finish(world.command(&["check", "--credential", "credential"]).env_remove("LIASSE_PASSWORD")).ends(12).out;
        assert!(told.contains(advice), "{area}: {told}");
    }
}

#[test]
fn a_drill_restores_compares_and_leaves_nothing() {
    let world = with_dossiers();
    let told = drill(&world, &["100"]).ends(0).out;
    assert!(told.contains("restored 2 files") && told.contains("2 of them are proved"), "{told}");
    let dossier = drill(&world, &["D1", "--json"]).ends(0).json();
    let found = &dossier["drill"];
    assert_eq!((&found["files"], &found["links"], &found["proven"], &found["dossier"]), (&1.into(), &1.into(), &1.into(), &"D1".into()));
    assert_eq!(found["restored"][0]["path"], world.text("books/D1/ledger"));
    assert!(drill(&world, &["code:1234", "--lang", "fr"]).ends(0).out.contains("1 fichier restauré"));
    assert_eq!(world.run(&["status", "--json"]).json()["last_check"]["depth"], "drill");
    drill(&world, &["D7"]).ends(1).says("D7");
    // Who cannot read cannot try a restore.
    world.run(&["key", "add", "--role", "writer", "--out", "credential"]).ends(0);
    let args = ["check", "--drill", "5", "--credential", "credential"];
    finish(world.command(&args).env_remove("LIASSE_PASSWORD")).ends(11).says("owner or an auditor");
}

/// Folders that may not be written to are restored as they are, and must go again.
#[test]
fn a_drill_by_who_is_not_root_leaves_nothing_either() {
    let world = World::new();
    world.write("books/D1/closed/ledger", &noise(2000, 1));
    world.write("books/D1/closed/2024/journal", b"all of it");
    let settings = format!("[[rule]]\nname = 'books'\nroot = '{}'\n", world.text("books"));
    world.write("home/.config/liasse/config.toml", settings.as_bytes());
    for closed in ["books/D1/closed/2024", "books/D1/closed"] {
        fs::set_permissions(world.path(closed), fs::Permissions::from_mode(0o555)).unwrap();
    }
    fs::create_dir(world.path("temporary")).unwrap();
    world.run_unprivileged(&["init"]).ends(0);
    world.run_unprivileged(&["run"]).ends(0);
    let drilled = finish(world.unprivileged(&["check", "--drill", "D1"]).env("TMPDIR", world.path("temporary"))).ends(0);
    assert!(drilled.out.contains("restored 2 files"), "{}", drilled.out);
    assert_eq!(fs::read_dir(world.path("temporary")).unwrap().count(), 0);
}

#[test]
fn a_drill_names_what_does_not_come_back() {
    let world = with_dossiers();
    rot(&largest_pack(&world));
    for what in ["100", "D1"] {
        let told = drill(&world, &[what]).ends(12).out;
        assert!(told.contains(&format!("{}: ", world.text("books/D1/ledger"))) && told.contains("1 failure"), "{told}");
    }
    drill(&world, &["code:1234"]).ends(0);
    let quiet = drill(&world, &["100", "-q"]).ends(12);
    assert!(quiet.err.contains("1 failure") && quiet.out.is_empty(), "{}", quiet.err);
    let empty = World::with_repository();
    assert!(drill(&empty, &["3"]).ends(0).out.contains("no files to restore"));
}

/// One lost file takes down a part of everything: people see how much of what, the worst first, and how to see all of it.
#[test]
fn what_damage_takes_down_fits_on_a_screen() {
    let world = World::with_repository();
    let settings = format!("[[rule]]\nname = 'books'\nroot = '{}'\n", world.text("books"));
    world.write("home/.config/liasse/config.toml", settings.as_bytes());
    for number in 0..150 {
        world.write_noise(&format!("books/D{number:03}/ledger"), 2000, number);
    }
    for number in 0..40 {
        world.write_noise(&format!("books/D149/scans/{number}"), 2000, 1000 + number);
    }
    world.run(&["run"]).ends(0);
    fs::remove_dir_all(world.path("books/D149/scans")).unwrap();
    // With an alarm, as most of that dossier is gone.
    world.run(&["run"]).ends(3);
    let ids = world.snapshots();
    fs::remove_file(largest_pack(&world)).unwrap();
    for lists_too in [false, true] {
        if lists_too {
            for segment in world.objects("index") {
                fs::remove_file(segment).unwrap();
            }
        }
        let told = world.run(&["check"]).ends(12).out;
        assert!(told.lines().count() < 60, "{lists_too}: {told}");
        let at = |part: &str| told.find(part).unwrap_or_else(|| panic!("{part} is not in {told}"));
        let (first, second) = (at(&format!("snapshot {}", &ids[0][..8])), at(&format!("snapshot {}", &ids[1][..8])));
        assert!(at("the worst first") < first && first < second, "{told}");
        assert!(at("190 files and folders") < second && at("150 files and folders") > second, "{told}");
        assert!(at("dossier D149  42 files and folders") < at("dossier D000  2 files and folders"), "{told}");
        for part in [world.text("books/D000/ledger").as_str(), "and 187 more", "and 140 more dossiers", "with -v, or with --json"] {
            at(part);
        }
        let all = world.run(&["check", "-v"]).ends(12).out;
        assert!(all.contains(&world.text("books/D120/ledger")) && all.contains("dossier D099"), "{all}");
        let json = world.run(&["check", "--json"]).ends(12).json();
        let affected: u64 = json["findings"].as_array().unwrap().iter().map(|finding| finding["affected_count"].as_u64().unwrap()).sum();
        assert!(affected >= 340, "{affected}");
    }
}
