//! Who may do what, and how keys are handed over.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::{Ran, World, finish};

fn with_new_password(world: &World, args: &[&str], password: &str) -> Ran {
    finish(world.command(args).env("LIASSE_NEW_PASSWORD", password))
}

fn as_holder(world: &World, password: &str, args: &[&str]) -> Ran {
    finish(world.command(args).env("LIASSE_PASSWORD", password))
}

#[test]
fn a_writer_backs_up_and_reads_nothing() {
    let world = World::with_snapshot();
    let added = world.run(&["key", "add", "--role", "writer", "--label", "server", "--out", "credential"]).ends(0).out;
    assert!(added.contains("writer"), "{added}");
    let mode = fs::metadata(world.path("credential")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let run = |args: &[&str]| finish(world.command(&[args, &["--credential", "credential"]].concat()).env_remove("LIASSE_PASSWORD"));
    world.write("src/new.txt", b"from the server");
    run(&["backup", "src"]).ends(0);
    run(&["snapshots"]).ends(0);
    run(&["restore", "latest", "--target", "out"]).ends(11).says("owner or an auditor");
    run(&["ls", "latest"]).ends(11).says("owner or an auditor");
    run(&["key", "add", "--role", "writer", "--out", "second"]).ends(11).says("owner");
    assert!(!world.path("second").exists() && !world.path("out").join("home").exists());
    let checked = run(&["check"]).ends(0).out;
    assert!(checked.contains("not checked"), "{checked}");
    // The owner reads what the writer stored.
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "owner"]).ends(0);
    assert_eq!(world.picture("src"), world.picture("owner"));
}

#[test]
fn an_auditor_reads_and_writes_nothing() {
    let world = World::with_snapshot();
    with_new_password(&world, &["key", "add", "--role", "auditor", "--label", "Mr. Tax"], "auditing").ends(0);
    let before = world.objects("");
    as_holder(&world, "auditing", &["restore", "latest", "--target", "out"]).ends(0);
    as_holder(&world, "auditing", &["check", "--read-data"]).ends(0);
    as_holder(&world, "auditing", &["backup", "src"]).ends(11).says("owner or a writer");
    as_holder(&world, "auditing", &["key", "remove", "0"]).ends(11).says("owner");
    as_holder(&world, "auditing", &["key", "add", "--role", "auditor"]).ends(11).says("owner");
    assert_eq!(world.objects(""), before);
}

#[test]
fn keys_are_listed_and_removed() {
    let world = World::with_repository();
    with_new_password(&world, &["key", "add", "--role", "owner", "--label", "safe"], "second").ends(0);
    let listed = world.run(&["key", "list"]).ends(0).out;
    assert!(listed.contains("owner") && listed.contains("safe") && listed.contains("in use"), "{listed}");
    let keys = world.run(&["key", "list", "--json"]).ends(0).json();
    let id = |label: &str| {
        let key = keys["keys"].as_array().unwrap().iter().find(|key| key["label"] == label && key["form"] == "password");
        key.unwrap()["id"].as_str().unwrap().to_owned()
    };
    as_holder(&world, "second", &["snapshots"]).ends(0);
    world.run(&["key", "remove", &id("safe")[..10]]).ends(0);
    as_holder(&world, "second", &["snapshots"]).ends(11);
    world.run(&["key", "remove", &id("owner")]).ends(1).says("last owner");
    world.run(&["key", "remove", "nonsense"]).ends(1).says("no key nonsense");
    world.run(&["snapshots"]).ends(0);
    // Who removes the key that they came in with is told so.
    with_new_password(&world, &["key", "add", "--role", "owner", "--label", "third"], "third").ends(0);
    let told = world.run(&["key", "remove", &id("owner")]).ends(0).err;
    assert!(told.contains("you came in with the key that is gone now"), "{told}");
    world.run(&["snapshots"]).ends(11);
}

#[test]
fn nothing_more_is_accepted_from_a_writer_that_was_removed() {
    let world = World::with_snapshot();
    world.run(&["key", "add", "--role", "writer", "--label", "server", "--out", "credential"]).ends(0);
    let run = |args: &[&str]| finish(world.command(&[args, &["--credential", "credential"]].concat()).env_remove("LIASSE_PASSWORD"));
    run(&["backup", "src"]).ends(0);
    let keys = world.run(&["key", "list", "--json"]).ends(0).json();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["label"] == "server").unwrap()["id"].as_str().unwrap().to_owned();
    world.run(&["key", "remove", &key]).ends(0);
    assert!(world.run(&["key", "list"]).ends(0).out.contains("revoked after its snapshot 1"));
    run(&["backup", "src"]).ends(11).says("accepts no more snapshots");
    assert_eq!(world.snapshots().len(), 2);
    world.run(&["check"]).ends(0);
    // To start the nightly run again would not help, and its report does not say so.
    let settings = format!("[[rule]]\nname = 'src'\nroot = '{}'\n", world.text("src"));
    world.write("home/.config/liasse/config.toml", settings.as_bytes());
    world.write("src/D1/ledger", b"books");
    let told = run(&["run"]).ends(1).out;
    assert!(told.contains("liasse key add --role writer") && !told.contains("goes on"), "{told}");
}

#[test]
fn a_credential_file_is_never_overwritten() {
    let world = World::with_repository();
    world.write("taken", b"something dear");
    world.run(&["key", "add", "--role", "writer", "--out", "taken"]).ends(1).says("exists already");
    assert_eq!(fs::read(world.path("taken")).unwrap(), b"something dear");
    let writers = world.run(&["config", "show", "--json"]).ends(0).json();
    assert_eq!(writers["writers"], 1, "no key was accepted that nobody has");
}

/// A file that reads could be neither listed nor taken away.
#[test]
fn a_credential_file_is_for_writers_only() {
    let world = World::with_repository();
    let keys = world.run(&["key", "list", "--json"]).ends(0).out;
    for role in ["auditor", "owner"] {
        world.run(&["key", "add", "--role", role, "--out", "credential"]).ends(2).says("leave out --out");
        assert!(!world.path("credential").exists(), "{role}");
    }
    assert_eq!(world.run(&["key", "list", "--json"]).ends(0).out, keys);
}

#[test]
fn files_that_are_no_credentials() {
    let world = World::with_snapshot();
    for (name, bytes) in [("text", &b"my password"[..]), ("empty", b"")] {
        world.write(name, bytes);
        world.run(&["snapshots", "--credential", name]).ends(11).says("no credential file");
    }
    let gone = world.run(&["snapshots", "--credential", "gone"]).ends(1);
    assert!(gone.err.contains("cannot read gone"), "{}", gone.err);
    world.run(&["key", "add", "--role", "writer", "--out", "credential"]).ends(0);
    world.run(&["init", "-r", "other"]).ends(0);
    world.run(&["snapshots", "-r", "other", "--credential", "credential"]).ends(11).says("does not belong");
    world.run(&["init", "-r", "third", "--credential", "credential"]).ends(2).says("begins with a password");
}

#[test]
fn a_new_key_without_a_password_is_wrong_usage() {
    let world = World::with_repository();
    world.run(&["key", "add", "--role", "auditor"]).ends(2).says("--new-password-file");
    world.write("new", b"from a file\n");
    world.run(&["key", "add", "--role", "auditor", "--new-password-file", "new"]).ends(0);
    world.run(&["key", "add", "--role", "auditor", "--new-password-command", "echo from a command"]).ends(0);
    for password in ["from a file", "from a command"] {
        as_holder(&world, password, &["snapshots"]).ends(0);
    }
}

#[test]
fn a_recovery_key_opens_what_the_password_opened() {
    let world = World::new();
    let made = world.run(&["init", "--recovery-key"]).ends(0).out;
    let key = made.lines().map(str::trim).find(|line| line.len() == 47 && line.matches('-').count() == 7).unwrap();
    world.run(&["backup", "src"]).ends(0);
    for typed in [key.to_owned(), key.to_lowercase(), key.replace('-', " "), key.replace('-', "").replace('0', "O")] {
        as_holder(&world, &typed, &["snapshots"]).ends(0);
    }
    let wrong = format!("{}{}", &key[..46], if key.ends_with('0') { '2' } else { '0' });
    as_holder(&world, &wrong, &["snapshots"]).ends(11);
    // It is an owner's: it can take the place of a password that is lost.
    finish(world.command(&["key", "add", "--role", "owner"]).env("LIASSE_PASSWORD", key).env("LIASSE_NEW_PASSWORD", "new one")).ends(0);
    as_holder(&world, "new one", &["restore", "latest", "--target", "out"]).ends(0);
    // Another one can be made at any time, with the first.
    let added = finish(world.command(&["key", "add", "--recovery-key", "-q"]).env("LIASSE_PASSWORD", key)).ends(0).out;
    let another = added.lines().map(str::trim).find(|line| line.len() == 47).unwrap();
    assert_ne!(another, key);
    as_holder(&world, another, &["key", "add", "--recovery-key", "--json"]).ends(0);
    let keys = world.run(&["key", "list"]).ends(0).out;
    assert_eq!(keys.matches("recovery key").count(), 3, "{keys}");
    as_holder(&world, another, &["key", "add", "--recovery-key", "--role", "auditor"]).ends(2);
    let silent = world.run(&["init", "-r", "silent", "-q", "--recovery-key"]).ends(0).out;
    assert!(silent.contains("Recovery key"), "what is shown once is shown even then: {silent}");
}

fn lay_over(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().unwrap().success());
}

/// A repository whose owner has removed the password `leaving`, the id of that, and a copy from before in `old`.
fn left_behind() -> (World, String) {
    let world = World::with_snapshot();
    with_new_password(&world, &["key", "add", "--role", "auditor", "--label", "leaving"], "leaving").ends(0);
    fs::create_dir(world.path("old")).unwrap();
    lay_over(&world.repository(), &world.path("old"));
    let keys = world.run(&["key", "list", "--json"]).ends(0).json();
    let id = keys["keys"].as_array().unwrap().iter().find(|key| key["label"] == "leaving").unwrap()["id"].as_str().unwrap().to_owned();
    world.run(&["key", "remove", &id]).ends(0);
    (world, id)
}

#[test]
fn a_password_that_was_removed_opens_nothing_whoever_puts_its_key_back() {
    let (world, id) = left_behind();
    let slot = format!("keys/{id}");
    let put_back = |how: &str| match how {
        "the key" => _ = fs::copy(world.path("old").join(&slot), world.repository().join(&slot)).unwrap(),
        _ => lay_over(&world.path("old"), &world.repository()),
    };
    for how in ["the key", "an older copy over all"] {
        put_back(how);
        for args in [&["snapshots"][..], &["restore", "latest", "--target", "out"], &["check"]] {
            let refused = as_holder(&world, "leaving", args).ends(11).says("has removed");
            assert!(refused.err.contains(&slot) && refused.err.contains("another password"), "{how}: {}", refused.err);
        }
        // All else goes on, and a check says what to do.
        world.run(&["backup", "src"]).ends(0);
        let told = world.run(&["check"]).ends(13).out;
        assert!(told.contains("no errors found") && told.contains(&format!("liasse key remove {}", &id[..8])), "{how}: {told}");
        assert!(world.run(&["check", "-q"]).ends(13).err.contains(&format!("liasse key remove {}", &id[..8])));
        let json = world.run(&["check", "--json"]).ends(13).json();
        assert_eq!((&json["sound"], &json["removed_keys"][0]), (&true.into(), &slot.clone().into()), "{how}");
        assert!(json["remedies"][0].as_str().unwrap().contains("key remove"), "{json}");
        world.run(&["key", "remove", &id[..8]]).ends(0);
        let json = world.run(&["check", "--json"]).ends(0).json();
        assert_eq!(json["removed_keys"].as_array().unwrap().len(), 0, "{how}");
    }
    // A password may come again under a key of its own.
    put_back("the key");
    with_new_password(&world, &["key", "add", "--role", "auditor", "--label", "back again"], "leaving").ends(0);
    as_holder(&world, "leaving", &["snapshots"]).ends(0);
}

#[test]
fn a_repair_lets_nobody_in_who_was_shut_out() {
    let (world, id) = left_behind();
    // The keys of an older copy open no newer one.
    let refused = as_holder(&world, "leaving", &["repair", "from", "old"]).ends(11).says("has removed");
    assert!(refused.err.contains(&id), "{}", refused.err);
    // A repository that was set back gets the newer config, and the key that it lists no more is named with what removes it.
    let newer = world.path("newer");
    fs::rename(world.repository(), &newer).unwrap();
    fs::rename(world.path("old"), world.repository()).unwrap();
    as_holder(&world, "leaving", &["snapshots"]).ends(0);
    let command = format!("liasse key remove {}", &id[..8]);
    let plan = world.run(&["repair", "from", "newer", "--all"]).out;
    assert!(plan.contains(&command), "{plan}");
    let done = world.run(&["repair", "from", "newer", "--all", "--apply"]).ends(0).out;
    assert!(done.contains(&command), "{done}");
    let json = world.run(&["repair", "from", "newer", "--all", "--json"]).ends(0).json();
    assert_eq!(json["removed_keys"].as_array().unwrap(), &[format!("keys/{id}")]);
    as_holder(&world, "leaving", &["snapshots"]).ends(11).says("has removed");
    world.run(&["key", "remove", &id]).ends(0);
    world.run(&["check", "--accept-rollback"]).ends(0);
}
