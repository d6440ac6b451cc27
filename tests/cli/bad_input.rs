//! Places that hold no repository, half of one, or one of tomorrow; and command lines that make no sense.

use std::fs;

use crate::support::World;

#[test]
fn usage_asks_for_nothing_that_the_environment_gives() {
    let world = World::new();
    let mut command = world.command(&["restore"]);
    let ran = crate::support::finish(command.env("LIASSE_REPOSITORY", "somewhere")).ends(2);
    assert!(ran.err.contains("Usage: ") && !ran.err.contains("--repository"), "{}", ran.err);
}

#[test]
fn where_there_is_no_repository() {
    let world = World::new();
    for args in [&["snapshots"][..], &["backup", "src"], &["ls", "latest"], &["restore", "latest", "--target", "o"], &["check"], &["stats"]]
    {
        world.run(args).ends(10).says("there is no repository at");
    }
    assert!(!world.path("home").exists() && !world.path("o").exists(), "looking must leave nothing behind");
}

#[test]
fn a_folder_of_other_things_is_no_repository_and_becomes_none() {
    let world = World::new();
    let before = world.picture("src");
    world.run(&["snapshots", "-r", "src"]).ends(10).says("there is no repository at");
    world.run(&["init", "-r", "src"]).ends(10).says("holds other things");
    world.run(&["backup", "--init", "src", "-r", "src"]).ends(10).says("holds other things");
    assert_eq!(world.picture("src"), before);
}

#[test]
fn a_file_is_no_repository() {
    let world = World::new();
    world.run(&["snapshots", "-r", "src/letter.txt"]).ends(10).says("is a file");
    world.run(&["init", "-r", "src/letter.txt"]).ends(10).says("is a file");
}

#[test]
fn making_a_repository_twice_is_refused() {
    let world = World::with_snapshot();
    let before = world.picture("home/.local");
    world.run(&["init"]).ends(1).says("there is a repository at");
    assert_eq!(world.picture("home/.local"), before);
}

/// What an interruption while making it leaves: everything but the config, which is written last.
#[test]
fn a_repository_that_was_half_made_is_named_and_completed() {
    let world = World::with_repository();
    fs::remove_file(world.repository().join("config/1")).unwrap();
    for args in [&["snapshots"][..], &["backup", "src"]] {
        world.run(args).ends(10).says("is not complete");
    }
    world.run(&["init"]).ends(0);
    world.run(&["backup", "src"]).ends(0);
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(0);
    assert_eq!(world.picture("src"), world.picture("out"));
}

/// A config that is lost says nothing about the backups: they are not built over.
#[test]
fn a_repository_without_its_config_is_not_replaced() {
    let world = World::with_snapshot();
    fs::remove_file(world.repository().join("config/1")).unwrap();
    let before = world.picture("home/.local");
    for args in [&["backup", "--init", "src"][..], &["init"]] {
        world.run(args).ends(10).says("is not complete");
    }
    assert_eq!(world.picture("home/.local"), before);
}

#[test]
fn a_repository_without_its_keys_is_damaged() {
    let world = World::with_snapshot();
    fs::remove_file(&world.objects("keys")[0]).unwrap();
    world.run(&["snapshots"]).ends(12).says("key slots");
}

/// The major version stands behind the magic and the kind in every object.
#[test]
fn a_newer_format_needs_a_newer_program() {
    let world = World::with_snapshot();
    let config = world.repository().join("config/1");
    let mut bytes = fs::read(&config).unwrap();
    bytes[10] = 2;
    fs::write(&config, bytes).unwrap();
    for args in [&["snapshots"][..], &["backup", "src"], &["check"]] {
        world.run(args).ends(1).says("newer program");
    }
}

#[test]
fn command_lines_that_make_no_sense() {
    let world = World::with_snapshot();
    for args in [
        &["frobnicate"][..],
        &["backup"],
        &["restore", "latest"],
        &["restore", "latest", "--target", "o", "--overwrite", "sometimes"],
        &["ls"],
        &["ls", "yesterday"],
        &["ls", "2024-02-30"],
        &["ls", "latest:relative"],
        &["ls", "latest:/a/../b"],
        &["restore", "latest", "--target", "o", "--exclude", "a[b"],
        &["backup", "src", "--exclude", "a[b"],
        &["backup", "src", "--init", "--dry-run"],
        &["key", "add"],
        &["key", "add", "--role", "king"],
        &["snapshots", "-q", "-v"],
        &["snapshots", "--password-file", "a", "--credential", "b"],
        &["init", "--password", "secret"],
        &[],
    ] {
        let ran = world.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
        assert!(!ran.err.is_empty() && ran.out.is_empty(), "{args:?}");
    }
    assert!(!world.path("o").exists());
}

#[test]
fn help_and_version_are_no_errors() {
    let world = World::new();
    for args in [&["--help"][..], &["--version"], &["backup", "--help"], &["help", "restore"]] {
        let ran = world.run(args).ends(0);
        assert!(!ran.out.is_empty() && ran.err.is_empty(), "{args:?}");
    }
    for command in ["init", "backup", "snapshots", "ls", "restore", "check", "key", "stats", "config"] {
        assert!(world.run(&["--help"]).out.contains(command), "{command}");
    }
}

#[test]
fn names_from_elsewhere_do_not_move_the_cursor() {
    let world = World::with_repository();
    world.write("src/\u{1b}[2Jgone\n", b"x");
    world.run(&["backup", "src", "--tag", "red\u{1b}[31m"]).ends(0);
    let listed = world.run(&["ls", "-R", "-l", "latest"]).ends(0).out + &world.run(&["snapshots"]).ends(0).out;
    assert!(listed.contains("\\u{1b}[2Jgone\\n") && listed.contains("red\\u{1b}[31m"), "{listed}");
    assert!(!listed.contains('\u{1b}'));
}
