//! The main job, from an empty home to files that are back.

use std::fs;

use crate::support::{World, noise};

#[test]
fn one_command_makes_the_repository_and_the_first_backup() {
    let world = World::new();
    let made = world.run(&["backup", "--init", "src"]).ends(0);
    assert!(made.out.contains("3 new") && made.out.contains("snapshot"), "{}", made.out);
    assert!(made.err.contains("made the repository"), "{}", made.err);
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(0);
    assert_eq!(world.picture("src"), world.picture("out"));
}

#[test]
fn init_on_a_repository_that_is_there_is_a_backup_like_any_other() {
    let world = World::with_snapshot();
    world.run(&["backup", "--init", "src"]).ends(0);
    assert_eq!(world.snapshots().len(), 2);
}

#[test]
fn a_whole_snapshot_is_restored_by_absolute_paths() {
    let world = World::with_snapshot();
    let restored = world.run(&["restore", "latest", "--target", "out", "--verify"]).ends(0);
    assert!(restored.out.contains("3 files"), "{}", restored.out);
    let inner = format!("out{}", world.text("src"));
    assert_eq!(world.picture("src"), world.picture(&inner));
}

#[test]
fn an_id_or_the_start_of_it_names_a_snapshot() {
    let world = World::with_snapshot();
    world.write("src/letter.txt", b"Dear Grace,\n");
    world.run(&["backup", "src"]).ends(0);
    let ids = world.snapshots();
    assert_eq!(ids.len(), 2);
    for (id, letter) in ids.iter().zip(["Dear Ada,\n", "Dear Grace,\n"]) {
        for name in [id.clone(), id[..8].to_owned(), id.to_uppercase()] {
            let target = format!("out-{name}");
            world.run(&["restore", &format!("{name}:{}", world.text("src")), "--target", &target]).ends(0);
            assert_eq!(fs::read_to_string(world.path(&target).join("letter.txt")).unwrap(), letter);
        }
    }
    world.run(&["ls", "f00dfeed"]).ends(1).says("no snapshot f00dfeed");
}

#[test]
fn an_unchanged_tree_costs_a_snapshot_only() {
    let world = World::with_repository();
    world.write_noise("src/noise", 3 << 20, 1);
    world.run(&["backup", "src"]).ends(0);
    let packs = world.objects("packs");
    let again = world.run(&["backup", "src", "--json"]).ends(0).json();
    assert_eq!(again["statistics"]["unchanged"], 4);
    assert_eq!(again["statistics"]["added_bytes"], 0);
    assert_eq!(world.objects("packs"), packs);
}

#[test]
fn the_list_of_snapshots_says_what_people_look_for() {
    let world = World::with_repository();
    assert_eq!(world.run(&["snapshots"]).ends(0).out, "no snapshots\n");
    let args = ["backup", "src", "--tag", "daily", "--tag", "books", "--host", "front-desk", "--reason", "before the audit"];
    world.run(&args).ends(0);
    let listed = world.run(&["snapshots"]).ends(0).out;
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].starts_with("id") && lines[2] == "1 snapshot", "{listed}");
    let id = &world.snapshots()[0];
    for part in [&id[..8], "front-desk", "books,daily", "22 B", &world.text("src")] {
        assert!(lines[1].contains(part), "{part} in {listed}");
    }
    let json = world.run(&["snapshots", "--json"]).ends(0).json();
    assert_eq!(json["snapshots"][0]["reason"], "before the audit");
}

#[test]
fn ls_shows_folders_and_what_is_in_them() {
    let world = World::with_snapshot();
    let (src, of) = (world.text("src"), |name: &str| world.text(&format!("src/{name}")));
    let flat = world.run(&["ls", &format!("latest:{src}")]).ends(0).out;
    assert_eq!(flat.lines().collect::<Vec<_>>(), [of("deep"), of("letter.txt"), of("link")]);
    let deep = world.run(&["ls", "-R", &format!("latest:{src}/")]).ends(0).out;
    assert!(deep.lines().any(|line| line == of("deep/er/numbers.csv")), "{deep}");
    let long = world.run(&["ls", "-l", &format!("latest:{src}")]).ends(0).out;
    assert!(long.contains("lrwxrwxrwx") && long.contains(" -> letter.txt") && long.contains("-rw"), "{long}");
    assert_eq!(world.run(&["ls", &format!("latest:{src}/letter.txt")]).ends(0).out.trim_end(), of("letter.txt"));
    world.run(&["ls", &format!("latest:{src}/gone")]).ends(1).says("is not in the snapshot");
}

#[test]
fn a_dry_run_stores_nothing() {
    let world = World::with_repository();
    let before = world.picture("home/.local/share");
    let told = world.run(&["backup", "--dry-run", "src"]).ends(0).out;
    assert!(told.contains("3 new") && told.contains("nothing was stored"), "{told}");
    assert_eq!(world.picture("home/.local/share"), before);
}

#[test]
fn check_and_stats_of_a_good_repository() {
    let world = World::with_snapshot();
    world.write_noise("src/noise", 1 << 20, 2);
    world.run(&["backup", "src"]).ends(0);
    for args in [&["check"][..], &["check", "--read-data"]] {
        let checked = world.run(args).ends(0).out;
        assert_eq!(checked.lines().last(), Some("no errors found"), "{checked}");
        assert!(!checked.contains("damaged"), "{checked}");
    }
    let stats = world.run(&["stats", "--json"]).ends(0).json();
    assert_eq!(stats["snapshots"], 2);
    assert_eq!(stats["latest"]["files"], 4);
    assert!(stats["chunk_bytes"].as_u64().unwrap() > 1 << 20, "{stats}");
    assert!(world.run(&["stats"]).ends(0).out.contains("2 snapshots"));
}

#[test]
fn config_shows_the_parameters() {
    let world = World::new();
    world.run(&["init", "--name", "the office"]).ends(0);
    let shown = world.run(&["config", "show"]).ends(0).out;
    for part in ["the office", "owner", "128.0 KiB", "32.0 MiB"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn another_repository_and_no_cache() {
    let world = World::new();
    world.run(&["-r", "other", "--no-cache", "init"]).ends(0);
    world.run(&["backup", "src", "-r", "other", "--no-cache"]).ends(0);
    assert!(!world.path("home/.cache").exists(), "nothing was asked to be there but what was seen of the repository");
    world.run(&["backup", "src", "-r", "other", "--cache-dir", "kept"]).ends(0);
    assert!(world.path("kept").is_dir());
    let listed = crate::support::finish(world.command(&["snapshots", "--json"]).env("LIASSE_REPOSITORY", "other")).ends(0).json();
    assert_eq!(listed["snapshots"].as_array().unwrap().len(), 2);
}

#[test]
fn the_last_snapshot_of_a_machine_or_a_folder() {
    let world = World::with_snapshot();
    world.write("other/file", b"x");
    world.run(&["backup", "other", "--host", "till"]).ends(0);
    let ids = world.snapshots();
    let of = |args: &[&str]| {
        let listed = world.run(&[&["snapshots", "--json"], args].concat()).ends(0).json();
        listed["snapshots"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of(&["--host", "till"]), ids[1..]);
    assert_eq!(of(&["--path", "src"]), ids[..1]);
    assert_eq!(of(&["--path", "src/letter.txt"]), ids[..1]);
    assert_eq!(of(&["--path", "sr"]), [""; 0]);
    assert_eq!(of(&["--path", "src", "--host", "till"]), [""; 0]);
    world.run(&["restore", "latest", "--path", "src", "--target", "out"]).ends(0);
    assert!(world.path("out").join(&world.text("src/letter.txt")[1..]).exists());
    world.run(&["ls", "latest", "--path", "nowhere"]).ends(1).says("there is no snapshot with");
    world.run(&["restore", "latest", "--host", "desk", "--target", "none"]).ends(1).says("there is no snapshot of desk");
}

#[test]
fn a_list_without_a_path_begins_where_there_is_a_choice() {
    let world = World::with_snapshot();
    let listed = world.run(&["ls", "latest"]).ends(0).out;
    assert_eq!(listed, world.run(&["ls", &format!("latest:{}", world.text("src"))]).ends(0).out);
    assert!(listed.contains("letter.txt"), "{listed}");
    world.write("other/file", b"x");
    world.run(&["backup", "src", "other"]).ends(0);
    let listed = world.run(&["ls", "latest"]).ends(0).out;
    assert_eq!(listed, format!("{}\n{}\n", world.text("other"), world.text("src")));
    assert_eq!(world.run(&["ls", "latest:/"]).ends(0).out.lines().count(), 1);
    world.run(&["backup", "other"]).ends(0);
    assert_eq!(world.run(&["ls", "latest"]).ends(0).out, format!("{}\n", world.text("other/file")));
}

#[test]
fn quiet_says_nothing() {
    let world = World::new();
    for args in [&["init", "-q"][..], &["backup", "-q", "src"], &["restore", "-q", "latest", "--target", "out"], &["check", "-q"]] {
        let ran = world.run(args).ends(0);
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""), "{args:?}");
    }
    // What was asked for is no remark.
    for args in [&["snapshots"][..], &["ls", "latest"], &["stats"], &["key", "list"], &["config", "show"]] {
        let ran = world.run(&[args, &["-q"]].concat()).ends(0);
        assert!(!ran.out.is_empty() && ran.out == world.run(args).ends(0).out, "{args:?}");
    }
}

/// A home holds the repository and the cache; a backup of it must not hold them, nor grow by itself.
#[test]
fn a_backup_of_the_home_leaves_the_repository_out() {
    let world = World::with_repository();
    world.write("home/diary.txt", &noise(1000, 3));
    world.run(&["backup", "home"]).ends(0);
    world.run(&["backup", "home"]).ends(0);
    let listed = world.run(&["ls", "-R", "latest"]).ends(0).out;
    assert!(listed.contains("home/diary.txt"), "{listed}");
    for own in ["liasse/repository", ".cache/liasse"] {
        assert!(!listed.contains(own), "{listed}");
    }
}

#[test]
fn a_reader_who_goes_away_ends_a_list_quietly() {
    let world = World::with_snapshot();
    let mut command = world.prepare(std::process::Command::new("sh"), &["-c", "$LIASSE ls -R latest; echo $? >&2"]);
    let mut child = command.env("LIASSE", env!("CARGO_BIN_EXE_liasse"));
    child = child.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = child.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "0\n");
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let world = World::with_snapshot();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output =
        world.command(&["snapshots"]).stdout(full).stderr(std::process::Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot write the result"));
}
