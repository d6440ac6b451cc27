//! Where files are restored to, and what is there already.

use std::fs;

use crate::support::{World, belongs_to_a_stranger, is_root};

fn restore(world: &World, more: &[&str]) -> crate::support::Ran {
    let what = format!("latest:{}", world.text("src"));
    world.run(&[&["restore", &what, "--target", "out"], more].concat())
}

#[test]
fn a_target_with_files_in_it_is_not_touched_unasked() {
    let world = World::with_snapshot();
    world.write("out/mine", b"my own");
    let before = world.picture("out");
    restore(&world, &[]).ends(1).says("holds files already");
    restore(&world, &["--delete"]).ends(1).says("holds files already");
    assert_eq!(world.picture("out"), before);
    restore(&world, &["--dry-run"]).ends(0);
    assert_eq!(world.picture("out"), before);
}

#[test]
fn an_empty_target_and_a_new_one_are_filled() {
    let world = World::with_snapshot();
    fs::create_dir_all(world.path("out")).unwrap();
    restore(&world, &[]).ends(0);
    world.run(&["restore", "latest", "--target", "new/deeper"]).ends(0);
    fs::create_dir_all(world.path("disk/lost+found")).unwrap();
    world.run(&["restore", "latest", "--target", "disk"]).ends(0);
}

#[test]
fn the_repository_is_neither_restored_into_nor_deleted_nor_backed_up_alone() {
    let world = World::with_snapshot();
    let before = world.picture("home");
    let repository = world.repository();
    std::os::unix::fs::symlink(&repository, world.path("alias")).unwrap();
    for target in [repository.clone(), repository.join("packs/new"), world.path("alias")] {
        let target = target.to_str().unwrap();
        world.run(&["restore", "latest", "--overwrite", "always", "--target", target]).ends(2).says("is in the repository itself");
    }
    for target in ["home", "."] {
        world.run(&["restore", "latest", "--overwrite", "always", "--delete", "--target", target]).ends(2).says("would delete it");
    }
    let packs = repository.join("packs");
    for source in [&repository, &packs] {
        world.run(&["backup".as_ref(), source.as_os_str()]).ends(2).says("only the repository itself");
    }
    assert_eq!(world.picture("home"), before);
    world.run(&["backup", "src", repository.to_str().unwrap()]).ends(0);
}

#[test]
fn a_target_that_is_a_file() {
    let world = World::with_snapshot();
    world.write("out", b"a file");
    restore(&world, &[]).ends(1).says("is not a folder");
    restore(&world, &["--overwrite", "always"]).ends(1).says("out");
    assert_eq!(fs::read(world.path("out")).unwrap(), b"a file");
}

#[test]
fn what_happens_to_files_that_exist() {
    let world = World::with_snapshot();
    restore(&world, &[]).ends(0);
    let whole = world.picture("out");
    let change = || {
        fs::write(world.path("out/letter.txt"), b"changed!!!").unwrap();
        fs::write(world.path("out/extra"), b"extra").unwrap();
    };
    change();
    let left = restore(&world, &["--overwrite", "never"]).ends(0);
    assert!(left.out.contains("3 files that were there"), "{}", left.out);
    assert_eq!(fs::read(world.path("out/letter.txt")).unwrap(), b"changed!!!");
    for when in ["if-changed", "always"] {
        change();
        restore(&world, &["--overwrite", when]).ends(0);
        assert_eq!(fs::read(world.path("out/letter.txt")).unwrap(), b"Dear Ada,\n", "{when}");
        assert!(world.path("out/extra").exists(), "{when}");
    }
    let told = restore(&world, &["--overwrite", "if-changed", "--delete", "--dry-run"]).ends(0).out;
    assert!(told.contains("would delete") && world.path("out/extra").exists(), "{told}");
    restore(&world, &["--overwrite", "if-changed", "--delete"]).ends(0);
    assert_eq!(world.picture("out"), whole);
}

#[test]
fn only_what_is_wanted() {
    let world = World::with_snapshot();
    restore(&world, &["--include", "*.csv"]).ends(0);
    assert!(world.path("out/deep/er/numbers.csv").exists() && !world.path("out/letter.txt").exists());
    let what = format!("latest:{}", world.text("src"));
    world.run(&["restore", &what, "--target", "most", "--exclude", "*.csv"]).ends(0);
    assert!(!world.path("most/deep/er/numbers.csv").exists() && world.path("most/letter.txt").exists());
    world.run(&["restore", &format!("{what}/letter.txt"), "--target", "one"]).ends(0);
    assert_eq!(fs::read(world.path("one/letter.txt")).unwrap(), b"Dear Ada,\n");
    world.run(&["restore", "latest:/not/there", "--target", "none"]).ends(1).says("is not in the snapshot");
    assert!(!world.path("none").exists());
}

#[test]
fn patterns_that_fit_nothing_are_a_mistake() {
    let world = World::with_snapshot();
    restore(&world, &["--include", "*.nothing"]).ends(1).says("nothing in the snapshot fits");
    restore(&world, &["--include", "*.nothing", "--dry-run"]).ends(1).says("nothing in the snapshot fits");
    restore(&world, &["--include", "empty"]).ends(0);
}

/// Who may not give files away still gets them, and is told.
#[test]
fn what_cannot_be_set_is_said() {
    let world = World::with_repository();
    let foreign = if is_root() { world.path("src/letter.txt") } else { "/etc/hostname".into() };
    if is_root() {
        belongs_to_a_stranger(&foreign);
    }
    let args = ["backup".as_ref(), foreign.as_os_str()];
    world.run(&args).ends(0);
    let restored = world.run_unprivileged(&["restore", "latest", "--target", "out"]).ends(0);
    assert!(restored.err.contains("could not set the owner or group of "), "{}", restored.err);
    assert_eq!(restored.err.matches("could not set the ").count(), 1, "one sentence for all of them: {}", restored.err);
    let inner = format!("out{}", foreign.display());
    let again = ["restore", "-v", "latest", "--target", "out", "--overwrite", "always"];
    let told = world.run_unprivileged(&again).ends(0).err;
    assert!(told.contains("could not set the owner of ") && told.contains(&inner), "{told}");
    assert!(world.path(&inner).exists());
}
