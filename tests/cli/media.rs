//! Disks that are full, read-only, or closed to us. Nothing is lost, and the next run goes on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::World;

fn set_modes(folder: &Path, mode: u32) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            set_modes(&path, mode);
        }
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_repository_that_may_not_be_written_can_be_read() {
    let world = World::with_snapshot();
    world.write("src/new", b"new");
    set_modes(&world.repository(), 0o555);
    world.run_unprivileged(&["backup", "src"]).ends(1).says("denies access");
    world.run_unprivileged(&["snapshots"]).ends(0);
    world.run_unprivileged(&["restore", "latest", "--target", "out"]).ends(0);
    world.run_unprivileged(&["check", "--read-data"]).ends(0);
    set_modes(&world.repository(), 0o755);
    world.run_unprivileged(&["backup", "src"]).ends(0);
    assert_eq!(world.run_unprivileged(&["snapshots"]).ends(0).out.lines().last(), Some("2 snapshots"));
}

#[test]
fn a_disk_that_is_read_only() {
    let world = World::with_snapshot();
    let repository = world.repository();
    let script = format!(
        "mount --bind '{0}' '{0}' && mount -o remount,ro,bind '{0}'
         $LIASSE snapshots >&2 && $LIASSE restore latest --target out >&2
         exec $LIASSE backup src",
        repository.display()
    );
    let Some(ran) = world.run_with_mounts(&script) else { return };
    let ran = ran.ends(1).says("is read-only");
    assert!(ran.err.contains(repository.to_str().unwrap()), "where it is: {}", ran.err);
    assert_eq!(world.snapshots().len(), 1);
}

/// A disk of 12 MiB: the first backup fits, the second does not, and after some room is made a third does.
#[test]
fn a_disk_that_is_full() {
    let world = World::new();
    world.write_noise("large/noise", 16 << 20, 5);
    fs::create_dir(world.path("disk")).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=12m none '{}'
         export LIASSE_REPOSITORY=disk/repository
         $LIASSE backup --init src >&2
         if $LIASSE backup large >&2; then exit 50; else test $? = 1; fi
         echo '--- afterwards' >&2
         $LIASSE snapshots && $LIASSE check --read-data >&2
         mount -o remount,size=60m '{0}'
         $LIASSE backup large >&2 && $LIASSE check --read-data >&2 && $LIASSE restore latest --target out >&2
         cmp large/noise out{1} >&2",
        world.text("disk"),
        world.text("large/noise"),
    );
    let Some(ran) = world.run_with_mounts(&script) else { return };
    let ran = ran.ends(0);
    let (failing, _) = ran.err.split_once("--- afterwards").unwrap();
    assert!(failing.contains("full") && failing.contains("hint: free some space"), "{failing}");
    assert!(ran.out.contains("1 snapshot\n"), "nothing was committed: {}", ran.out);
}

#[test]
fn a_full_disk_while_restoring() {
    let world = World::with_repository();
    world.write_noise("src/noise", 8 << 20, 6);
    world.run(&["backup", "src"]).ends(0);
    fs::create_dir(world.path("disk")).unwrap();
    let script = format!("mount -t tmpfs -o size=4m none '{}'; exec $LIASSE restore latest --target disk", world.text("disk"));
    let Some(ran) = world.run_with_mounts(&script) else { return };
    ran.ends(1).says("no space is left").says("run the same command again: it goes on");
}
