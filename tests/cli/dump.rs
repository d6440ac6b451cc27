//! `dump`: archives that the programs of the system read, compared with what was backed up.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::cat::with_dossier;
use crate::support::{World, finish, is_root, noise};

/// Runs a shell script in the world's folder; what it prints.
fn shell(world: &World, script: &str) -> String {
    let mut command = world.prepare(Command::new("bash"), &["-euo", "pipefail", "-c", script]);
    finish(command.env("LC_ALL", "C.UTF-8").env("LIASSE", env!("CARGO_BIN_EXE_liasse"))).ends(0).out
}

/// Everything a folder can hold that an archive must not lose.
fn with_all_kinds() -> World {
    let world = World::with_repository();
    let src = |name: &str| world.path("src").join(name);
    world.write("src/large", &noise(20 << 20, 1));
    world.write(&format!("src/{}/{}", "d".repeat(200), "n".repeat(200)), b"long");
    world.write("src/caf\u{e9} \u{202e}\n", b"odd");
    fs::write(world.path("src").join(OsStr::from_bytes(b"raw\xff")), b"raw").unwrap();
    fs::hard_link(src("letter.txt"), src("letter2.txt")).unwrap();
    symlink("../".repeat(60), src("far")).unwrap();
    let sparse = File::create(src("sparse")).unwrap();
    sparse.write_all_at(b"middle", 5 << 20).unwrap();
    sparse.set_len(30 << 20).unwrap();
    let ended = File::create(src("sparse-end")).unwrap();
    ended.set_len(8 << 20).unwrap();
    ended.write_all_at(b"end", (8 << 20) - 3).unwrap();
    fs::set_permissions(src("deep/empty"), fs::Permissions::from_mode(0o4640)).unwrap();
    let odd_time = SystemTime::UNIX_EPOCH + Duration::new(1_234_567_890, 123_456_789);
    File::options().write(true).open(src("deep/er/numbers.csv")).unwrap().set_modified(odd_time).unwrap();
    // Whole seconds: libarchive takes "-5.25" for -4.75.
    let old = SystemTime::UNIX_EPOCH - Duration::from_secs(5);
    File::options().write(true).open(src("deep/empty")).unwrap().set_modified(old).unwrap();
    assert!(Command::new("setfattr").args(["-n", "user.note", "-v", "kept"]).arg(src("letter.txt")).status().unwrap().success());
    if is_root() {
        assert!(Command::new("mknod").arg(src("null")).args(["c", "1", "3"]).status().unwrap().success());
    }
    assert!(Command::new("mkfifo").arg(src("pipe")).status().unwrap().success());
    world.run(&["backup", "src"]).ends(0);
    world
}

#[test]
fn tar_gives_back_all_that_was_backed_up() {
    let world = with_all_kinds();
    let what = world.text("src");
    shell(&world, &format!("mkdir out && $LIASSE dump latest:{what} | tar -x -p --xattrs --xattrs-include='*' -C out"));
    assert_eq!(world.picture("out/src"), world.picture("src"));
    assert_eq!(
        fs::metadata(world.path("out/src/letter.txt")).unwrap().ino(),
        fs::metadata(world.path("out/src/letter2.txt")).unwrap().ino()
    );
    for name in ["sparse", "sparse-end"] {
        let blocks = |folder: &str| fs::metadata(world.path(folder).join(name)).unwrap().blocks();
        assert!(blocks("out/src") <= blocks("src") + 16, "{name} has holes: {} and {}", blocks("out/src"), blocks("src"));
    }
    assert!(shell(&world, "getfattr --only-values -n user.note out/src/letter.txt").contains("kept"));
    // Another program, of another family.
    shell(&world, &format!("mkdir bsd && $LIASSE dump latest:{what} --output a.tar && bsdtar -x -p -f a.tar -C bsd"));
    assert_eq!(world.picture("bsd/src"), world.picture("src"));
    // The whole snapshot lies below its paths.
    let listed = shell(&world, "$LIASSE dump latest --format tar | tar -t --quoting-style=escape");
    assert!(listed.lines().any(|line| line == what.trim_start_matches('/').to_owned() + "/letter.txt"), "{listed}");
}

#[test]
fn zip_gives_back_what_a_zip_can_hold() {
    let world = with_all_kinds();
    let dumped = world.run(&["dump", &format!("latest:{}", world.text("src")), "--output", "a.zip", "--json"]).ends(0).json();
    let left_out: Vec<&str> = dumped["left_out"].as_array().unwrap().iter().map(|left| left["what"].as_str().unwrap()).collect();
    for what in ["a pipe or device", "extended attributes", "its own name"] {
        assert!(left_out.contains(&what), "{what}: {left_out:?}");
    }
    shell(&world, "unzip -tqq a.zip && mkdir out && TZ=UTC unzip -qq a.zip -d out && mkdir bsd && bsdtar -x -f - -C bsd < a.zip");
    for folder in ["out", "bsd"] {
        let out = world.path(folder).join("src");
        let mut compared = 0;
        compare(&world.path("src"), &out, &mut compared);
        assert_eq!(compared, 8);
        assert_eq!(fs::read(out.join("raw%FF")).unwrap(), b"raw");
        assert_eq!(fs::metadata(out.join("deep/er/numbers.csv")).unwrap().mtime(), 1_234_567_890);
    }
    assert_eq!(fs::read_link(world.path("out/src/link")).unwrap(), Path::new("letter.txt"));
    assert_eq!(fs::metadata(world.path("out/src/deep/empty")).unwrap().mode() & 0o777, 0o640);
}

/// Whether the regular files below a folder are in another one, but for names that the program in between alters.
fn compare(folder: &Path, other: &Path, compared: &mut u64) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        let other = other.join(entry.file_name());
        if kind.is_dir() {
            compare(&path, &other, compared);
        } else if kind.is_file() && entry.file_name().to_str().is_some_and(|name| !name.contains('\n')) {
            assert!(fs::read(&path).unwrap() == fs::read(&other).unwrap(), "{}", path.display());
            *compared += 1;
        }
    }
}

#[test]
fn a_dossier_as_it_was_and_one_file_alone() {
    let world = World::with_repository();
    with_dossier(&world, b"first");
    world.run(&["dump", "--dossier", "D1", "--output", "d.tar"]).ends(0);
    assert_eq!(shell(&world, "tar -xOf d.tar in/ledger"), "first");
    let file = world.text("books/D1/in/ledger");
    assert_eq!(shell(&world, &format!("$LIASSE dump latest:{file} | tar -t")), "ledger\n");
}

#[test]
fn damage_is_named_and_the_archive_is_whole_otherwise() {
    let world = World::with_snapshot();
    world.write("src/a-large", &noise(60 << 20, 2));
    world.run(&["backup", "src"]).ends(0);
    // Its last blocks: the start of the file is whole.
    for pack in world.objects("packs").iter().filter(|pack| fs::metadata(pack).unwrap().len() > 20 << 20) {
        let mut bytes = fs::read(pack).unwrap();
        let end = bytes.len() - (1 << 20);
        bytes[10 << 20..end].iter_mut().step_by(100_000).for_each(|byte| *byte ^= 1);
        fs::write(pack, bytes).unwrap();
    }
    let what = format!("latest:{}", world.text("src"));
    for (format, list) in [("tar", "tar -xOf d.tar src/letter.txt"), ("zip", "unzip -tqq d.zip >&2 && unzip -p d.zip src/letter.txt")] {
        let dumped = world.run(&["dump", &what, "--output", &format!("d.{format}")]).ends(12);
        assert!(dumped.err.contains(&format!("not whole in the archive: {}", world.text("src/a-large"))), "{}", dumped.err);
        assert_eq!(shell(&world, list), "Dear Ada,\n");
    }
    let lost = world.run(&["dump", &what, "--output", "e.tar", "--json"]).ends(12).json();
    assert_eq!(lost["lost"][0]["path"], world.text("src/a-large").as_str());
}

#[test]
fn what_cannot_be_is_refused() {
    let world = World::with_snapshot();
    world.write("there.tar", b"mine");
    world.run(&["dump", "latest", "--output", "there.tar"]).ends(1).says("is there already");
    assert_eq!(fs::read(world.path("there.tar")).unwrap(), b"mine");
    world.run(&["dump", "latest", "--output", "a.rar"]).ends(2).says("does not say which archive");
    world.run(&["dump", "latest", "--json"]).ends(2);
    world.run(&["dump", "latest:/nowhere", "--output", "a.tar"]).ends(1).says("is not in the snapshot");
    assert!(!world.path("a.tar").exists());
    let inside = world.repository().join("a.tar");
    world.run(&["dump", "latest", "--output", inside.to_str().unwrap()]).ends(2).says("in the repository itself");
    let mut on_terminal =
        world.prepare(Command::new("script"), &["-qec", &format!("{} dump latest", env!("CARGO_BIN_EXE_liasse")), "/dev/null"]);
    let told = finish(on_terminal.stdin(Stdio::null())).ends(2).out;
    assert!(told.contains("nothing for a terminal") && !told.contains('\0'), "{told}");
    let full = File::options().write(true).open("/dev/full").unwrap();
    finish_to(&world, full).ends(1).says("cannot write the output");
}

fn finish_to(world: &World, out: File) -> crate::support::Ran {
    crate::support::ran(world.command(&["dump", "latest"]).stdout(out).output().unwrap())
}
