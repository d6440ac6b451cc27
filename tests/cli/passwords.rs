//! Where passwords come from, and that they go nowhere else.

use std::fs;

use crate::support::{PASSWORD, Ran, World, finish};

fn without_variable(world: &World, args: &[&str]) -> Ran {
    finish(world.command(args).env_remove("LIASSE_PASSWORD"))
}

#[test]
fn a_wrong_password_opens_nothing() {
    let world = World::with_snapshot();
    for args in [&["snapshots"][..], &["backup", "src"], &["check"], &["restore", "latest", "--target", "o"], &["key", "list"]] {
        finish(world.command(args).env("LIASSE_PASSWORD", "wrong")).ends(11).says("wrong password");
    }
    assert_eq!(world.snapshots().len(), 1);
}

#[test]
fn a_password_from_a_file_or_a_command() {
    let world = World::with_snapshot();
    for (name, bytes) in [("lf", format!("{PASSWORD}\n")), ("crlf", format!("{PASSWORD}\r\n")), ("bare", PASSWORD.to_owned())] {
        world.write(name, bytes.as_bytes());
        without_variable(&world, &["snapshots", "--password-file", name]).ends(0);
        without_variable(&world, &["snapshots", "--password-command", &format!("cat {name}")]).ends(0);
    }
    world.write("two", format!("{PASSWORD}\n\n").as_bytes());
    without_variable(&world, &["snapshots", "--password-file", "two"]).ends(11).says("wrong password");
}

#[test]
fn a_flag_goes_before_the_variable() {
    let world = World::with_snapshot();
    world.write("wrong", b"wrong\n");
    world.run(&["snapshots", "--password-file", "wrong"]).ends(11);
    world.write("right", PASSWORD.as_bytes());
    finish(world.command(&["snapshots", "--password-file", "right"]).env("LIASSE_PASSWORD", "wrong")).ends(0);
}

#[test]
fn without_a_terminal_or_a_password_it_is_wrong_usage() {
    let world = World::with_snapshot();
    without_variable(&world, &["snapshots"]).ends(2).says("no terminal to ask");
    without_variable(&world, &["init", "-r", "new"]).ends(2).says("no terminal to ask");
    assert!(!world.path("new").exists(), "giving up leaves nothing behind");
}

#[test]
fn an_empty_password_is_refused() {
    let world = World::new();
    finish(world.command(&["init"]).env("LIASSE_PASSWORD", "")).ends(2).says("is empty");
    world.write("empty", b"\n");
    without_variable(&world, &["init", "--password-file", "empty"]).ends(2).says("is empty");
    without_variable(&world, &["init", "--password-command", "true"]).ends(2).says("is empty");
    assert!(!world.repository().exists());
}

#[test]
fn sources_of_passwords_that_fail() {
    let world = World::with_snapshot();
    let gone = without_variable(&world, &["snapshots", "--password-file", "gone"]).ends(1);
    assert!(gone.err.contains("cannot read gone"), "{}", gone.err);
    without_variable(&world, &["snapshots", "--password-command", "exit 3"]).ends(1).says("the password command failed");
    let binary = world.run(&["snapshots", "--password-command", r"printf '\377' | cat"]);
    assert!(binary.code == 2 && binary.err.contains("UTF-8"), "{}", binary.err);
}

/// The variable is for this program, not for those it starts.
#[test]
fn a_password_command_does_not_see_the_variable() {
    let world = World::with_snapshot();
    world.run(&["snapshots", "--password-command", "echo \"${LIASSE_PASSWORD-unset}\""]).ends(11);
    let said = world.run(&["snapshots", "--password-command", "test -z \"$LIASSE_PASSWORD\" && exit 7"]).ends(1);
    assert!(said.err.contains('7'), "{}", said.err);
}

#[test]
fn no_secret_is_ever_printed_or_kept() {
    let world = World::with_repository();
    let made = finish(
        world.command(&["key", "add", "--role", "writer", "--out", "credential", "-v"]).env("LIASSE_NEW_PASSWORD", "another secret"),
    );
    let added = finish(world.command(&["key", "add", "--role", "auditor", "-v"]).env("LIASSE_NEW_PASSWORD", "another secret")).ends(0);
    let mut said = made.ends(0).out + &added.out + &added.err;
    for args in [
        &["backup", "src", "-v"][..],
        &["backup", "src", "--json"],
        &["snapshots", "-v"],
        &["key", "list", "--json"],
        &["config", "show"],
        &["stats", "-v"],
        &["check", "-v"],
        &["init", "-v"],
        &["snapshots", "-r", "nowhere", "-v"],
        &["key", "remove", "nothing"],
    ] {
        let ran = world.run(args);
        said += &(ran.out + &ran.err);
    }
    let wrong = finish(world.command(&["snapshots", "-v"]).env("LIASSE_PASSWORD", "a wrong secret")).ends(11);
    said += &(wrong.out + &wrong.err);
    for secret in [PASSWORD, "another secret", "a wrong secret"] {
        assert!(!said.contains(secret), "{said}");
        for kept in ["home", "credential"] {
            assert!(!holds(&world.path(kept), secret.as_bytes()), "{kept}");
        }
    }
}

fn holds(path: &std::path::Path, secret: &[u8]) -> bool {
    if path.is_dir() {
        return fs::read_dir(path).unwrap().any(|entry| holds(&entry.unwrap().path(), secret));
    }
    fs::read(path).unwrap().windows(secret.len()).any(|window| window == secret)
}
