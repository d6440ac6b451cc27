//! Sources that are gone, denied, or not wanted.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use crate::support::World;

#[test]
fn a_source_that_is_gone_is_named_and_the_others_are_stored() {
    let world = World::with_repository();
    let ran = world.run(&["backup", "src", "gone"]).ends(3);
    assert!(ran.err.contains("gone"), "{}", ran.err);
    let snapshot = &world.run(&["snapshots", "--json"]).ends(0).json()["snapshots"][0];
    assert_eq!(snapshot["statistics"]["unread"], 1);
    assert!(snapshot["unread"][0]["path"].as_str().unwrap().ends_with("gone"), "{snapshot}");
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(0);
    assert_eq!(world.picture("src"), world.picture("out"));
}

#[test]
fn when_every_source_is_gone_there_is_no_snapshot() {
    let world = World::with_repository();
    world.run(&["backup", "gone", "lost"]).ends(1).says("none of the sources");
    assert!(world.snapshots().is_empty());
}

#[test]
fn what_denies_access_is_named_and_the_others_are_stored() {
    let world = World::with_repository();
    world.write("src/secret/inside", b"x");
    world.write("src/closed", b"y");
    fs::set_permissions(world.path("src/closed"), fs::Permissions::from_mode(0o0)).unwrap();
    fs::set_permissions(world.path("src/secret"), fs::Permissions::from_mode(0o0)).unwrap();
    let ran = world.run_unprivileged(&["backup", "src"]).ends(3);
    for name in ["src/closed", "src/secret"] {
        assert!(ran.err.contains(&format!("could not read {}", world.text(name))), "{}", ran.err);
    }
    let listed = world.run_unprivileged(&["ls", "-R", "latest"]).ends(0).out;
    assert!(listed.contains("numbers.csv") && !listed.contains("src/closed"), "{listed}");
    // Once it can be read, the next run has it.
    fs::set_permissions(world.path("src/closed"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(world.path("src/secret"), fs::Permissions::from_mode(0o700)).unwrap();
    world.run_unprivileged(&["backup", "src"]).ends(0);
    assert!(world.run_unprivileged(&["ls", "-R", "latest"]).ends(0).out.contains("secret/inside"));
}

/// An empty snapshot would look like a good one.
#[test]
fn when_no_source_can_be_read_there_is_no_snapshot() {
    let world = World::with_repository();
    world.write("closed", b"y");
    world.write("folder/inside", b"x");
    for name in ["closed", "folder"] {
        fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o0)).unwrap();
    }
    for sources in [&["closed"][..], &["folder"], &["folder", "closed", "gone"]] {
        let ran = world.run_unprivileged(&[&["backup"], sources].concat()).ends(1).says("none of the sources could be read");
        assert!(sources.iter().all(|source| ran.err.contains(&format!("could not read {source}: "))), "{}", ran.err);
    }
    let listed = world.run_unprivileged(&["snapshots", "--json"]).ends(0).json();
    assert_eq!(listed["snapshots"].as_array().unwrap().len(), 0);
    // One that can be read is enough, and the list says that others could not.
    fs::create_dir(world.path("empty")).unwrap();
    world.run_unprivileged(&["backup", "closed", "empty"]).ends(3);
    world.run_unprivileged(&["backup", "empty"]).ends(0);
    let listed = world.run_unprivileged(&["snapshots"]).ends(0).out;
    assert!(listed.contains("incomplete: 1 not read") && listed.contains("2 snapshots, 1 incomplete"), "{listed}");
    let listed = world.run_unprivileged(&["snapshots", "--json"]).ends(0).json();
    assert_eq!((&listed["snapshots"][0]["incomplete"], &listed["snapshots"][1]["incomplete"]), (&true.into(), &false.into()));
}

/// It is stored, so it must not be told as one that is not.
#[test]
fn a_file_that_keeps_changing_is_stored_and_named() {
    let world = World::with_repository();
    world.write_noise("src/growing", 8 << 20, 3);
    let path = world.path("src/growing");
    let done = std::sync::atomic::AtomicBool::new(false);
    let ran = std::thread::scope(|scope| {
        // On a busy machine one of them does not come to write often enough.
        for _ in 0..6 {
            scope.spawn(|| {
                let mut file = fs::File::options().append(true).open(&path).unwrap();
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    std::io::Write::write_all(&mut file, b"x").unwrap();
                }
            });
        }
        let ran = world.run(&["backup", "src"]);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        ran
    })
    .ends(3);
    assert!(ran.err.contains("changed while it was read: ") && !ran.err.contains("could not read"), "{}", ran.err);
    assert!(world.run(&["ls", "-R", "latest"]).ends(0).out.contains("src/growing"));
}

#[test]
fn sockets_are_named_as_left_out() {
    let world = World::with_repository();
    let _socket = UnixListener::bind(world.path("src/socket")).unwrap();
    let ran = world.run(&["backup", "-v", "src"]).ends(0);
    assert!(ran.err.contains("left out the socket") && ran.err.contains("src/socket"), "{}", ran.err);
    assert!(world.run(&["backup", "src"]).ends(0).err.contains("left out 1 socket: "));
    let _others = ["a", "b", "c"].map(|name| UnixListener::bind(world.path("src").join(name)).unwrap());
    let told = world.run(&["backup", "src"]).ends(0).err;
    assert!(told.contains("left out 4 sockets: ") && told.contains("src/a, ") && told.contains(" and 1 more"), "{told}");
}

#[test]
fn patterns_leave_out() {
    let world = World::with_repository();
    for name in ["a.tmp", "b.log", "keep.log", "cache/x", "deep/c.tmp"] {
        world.write(&format!("src/{name}"), b"x");
    }
    world.write("patterns", b"# logs\n*.log\n!keep.log\n\n");
    world.write("src/marked/CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n");
    world.write("src/marked/rubbish", b"x");
    world.run(&["backup", "src", "--exclude", "*.tmp", "--exclude", "cache/", "--exclude-from", "patterns", "--exclude-caches"]).ends(0);
    let listed = world.run(&["ls", "-R", "latest"]).ends(0).out;
    for (name, stored) in [
        ("a.tmp", false),
        ("b.log", false),
        ("keep.log", true),
        ("src/cache", false),
        ("c.tmp", false),
        ("rubbish", false),
        ("letter", true),
    ] {
        assert_eq!(listed.contains(name), stored, "{name} in {listed}");
    }
    let missing = world.run(&["backup", "src", "--exclude-from", "nowhere"]).ends(1);
    assert!(missing.err.contains("cannot read the patterns in nowhere"), "{}", missing.err);
}

#[test]
fn names_that_are_not_text_survive() {
    let world = World::with_repository();
    let odd = world.path("src").join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::write(&odd, b"latin").unwrap();
    world.run(&["backup", "src"]).ends(0);
    let mut what = format!("latest:{}/", world.text("src")).into_bytes();
    what.extend_from_slice(b"caf\xe9");
    let args = ["ls".as_ref(), "--json".as_ref(), std::ffi::OsStr::from_bytes(&what)];
    let listed = world.run(&args).ends(0).json();
    assert!(listed["path_hex"].as_str().unwrap().ends_with("636166e9"), "{listed}");
    world.run(&["restore", &format!("latest:{}", world.text("src")), "--target", "out"]).ends(0);
    assert_eq!(world.picture("src"), world.picture("out"));
}

/// A file whose content changes while its size and time stay is still seen; `--force` reads everything in any case.
#[test]
fn changes_are_found() {
    let world = World::with_snapshot();
    let path = world.path("src/letter.txt");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, b"Dear Eve,\n").unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let ran = world.run(&["backup", "src", "--json"]).ends(0).json();
    assert_eq!(ran["statistics"]["changed"], 1, "{ran}");
    let forced = world.run(&["backup", "src", "--force", "--json"]).ends(0).json();
    assert_eq!(forced["statistics"]["unchanged"], 3, "{forced}");
    // Folders above the source are looked at again too, and other tests make theirs in one of them meanwhile: only a tree may be new.
    assert!(forced["statistics"]["added_bytes"].as_u64().unwrap() < 1_000, "{forced}");
}
