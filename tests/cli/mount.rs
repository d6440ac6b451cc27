//! `mount`: how it begins and ends, what it shows, and what becomes of it when something goes wrong.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use crate::mounted::{Mounted, agree, is_mounted, is_possible, names, tool, unmount, until};
use crate::support::{World, finish, is_root, noise};
use crate::week::Firm;

/// Changes a bit of a file.
fn flip(path: &Path, at: u64) {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 1], at).unwrap();
}

#[test]
fn what_is_damaged_fails_and_nothing_beside_it() {
    if !is_possible() {
        return;
    }
    let world = World::with_snapshot();
    let large = noise(20 << 20, 4);
    world.write("src/large", &large);
    world.run(&["backup", "src"]).ends(0);
    let packs = world.objects("packs");
    let largest = packs.iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    flip(largest, 8 << 20);

    let mounted = Mounted::begin(&world, &[]);
    let path = mounted.path("latest", &world.path("src/large"));
    let mut all = Vec::new();
    let error = File::open(&path).unwrap().read_to_end(&mut all).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(Errno::IO.raw_os_error()));
    assert!(large.starts_with(&all) && all.len() > 1 << 20, "{}", all.len());
    let file = File::open(&path).unwrap();
    let mut bad = Vec::new();
    for (at, stored) in (0_u64..).step_by(4_096).zip(large.chunks(4_096)) {
        let mut block = [0; 4_096];
        match file.read_exact_at(&mut block, at) {
            Ok(()) => assert!(block[..] == *stored, "wrong bytes at {at}"),
            Err(error) => {
                assert_eq!(error.raw_os_error(), Some(Errno::IO.raw_os_error()));
                bad.push(at);
            }
        }
    }
    let range = bad.last().unwrap() - bad[0] + 4_096;
    assert!((8_192..4 << 20).contains(&range) && range == bad.len() as u64 * 4_096, "{range} {}", bad.len());
    assert_eq!(fs::read(mounted.path("latest", &world.path("src/letter.txt"))).unwrap(), b"Dear Ada,\n");
    let err = mounted.err();
    let (named, others): (Vec<&str>, Vec<&str>) = err.lines().partition(|line| line.contains("latest") && line.contains("src/large: "));
    assert!(others.is_empty() && named.iter().all(|line| line.contains("packs/")) && named.len() == 1, "{err}");
}

#[test]
fn new_snapshots_appear_beside_a_busy_mount() {
    if !is_possible() {
        return;
    }
    let world = World::with_snapshot();
    let mounted = Mounted::begin(&world, &[]);
    assert_eq!(names(&mounted.place), ["by-date", "dossiers", "latest", "snapshots"].map(|name| name.as_bytes().to_vec()));
    let letter = world.path("src/letter.txt");
    let mut open = File::open(mounted.path("latest", &letter)).unwrap();
    let first = world.snapshots()[0].clone();
    assert_eq!(names(&mounted.place.join("snapshots")), [first.as_bytes()]);

    world.write("src/letter.txt", b"Dear Grace,\n");
    world.run(&["backup", "src"]).ends(0);
    world.run(&["check", "--read-data"]).ends(0);
    let read = |below: &str| fs::read(mounted.path(below, &letter)).unwrap();
    until("a new snapshot", || {
        names(&mounted.place);
        read("latest") == b"Dear Grace,\n"
    });
    let ids = world.snapshots();
    assert_eq!(read(&format!("snapshots/{}", ids[0])), b"Dear Ada,\n");
    assert_eq!(read(&format!("snapshots/{}", ids[1])), b"Dear Grace,\n");
    let mut old = String::new();
    open.read_to_string(&mut old).unwrap();
    assert_eq!(old, "Dear Ada,\n", "what is open stays what it was");
    drop(open);

    // By date: the last of a day, and beside it all of a day that has several, also of one second. (Two days, if the night came between.)
    let by_date = mounted.place.join("by-date");
    until("a day", || names(&by_date).len() >= 2);
    let days: Vec<String> = names(&by_date).into_iter().map(|name| String::from_utf8(name).unwrap()).collect();
    let last = days.iter().rfind(|name| name.len() == 10).unwrap();
    assert_eq!(read(&format!("by-date/{last}")), b"Dear Grace,\n");
    assert!(days.iter().all(|name| matches!(name.len(), 10 | 17 | 19)), "{days:?}");

    // Backups write the local cache as if nobody had mounted anything, and nothing is left there.
    let cache = world.path("home/.cache/liasse");
    let index = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    let before = fs::metadata(index.join("index.redb")).unwrap().modified().unwrap();
    world.write_noise("src/more", 300_000, 1);
    world.run(&["backup", "src"]).ends(0);
    assert!(fs::metadata(index.join("index.redb")).unwrap().modified().unwrap() > before);
    assert!(!names(&index).iter().any(|name| name.starts_with(b"reading")));
    assert_eq!((mounted.err().as_str(), mounted.unmount()), ("", 0));
}

#[test]
fn a_mount_ends_as_it_should_and_leaves_nothing() {
    if !is_possible() {
        return;
    }
    let world = World::with_snapshot();
    let letter = world.path("src/letter.txt");
    for signal in [Signal::TERM, Signal::INT] {
        let mounted = Mounted::begin(&world, &[]);
        // Also where somebody has a file open.
        let _open = File::open(mounted.path("latest", &letter)).unwrap();
        let place = mounted.place.clone();
        assert_eq!(mounted.end(signal), Some(0));
        assert!(!is_mounted(&place));
    }
    // Killed: what is left answers no more, and the next mount clears it away.
    let mounted = Mounted::begin(&world, &[]);
    let place = mounted.place.clone();
    let Mounted { child, .. } = &mounted;
    kill_process(Pid::from_child(child), Signal::KILL).unwrap();
    let dead = std::mem::ManuallyDrop::new(mounted);
    until("a dead mount", || fs::read_dir(&place).is_err());
    assert!(is_mounted(&dead.place));
    let again = Mounted::begin(&world, &[]);
    assert_eq!(fs::read(again.path("latest", &letter)).unwrap(), b"Dear Ada,\n");
    assert!(again.err().contains("cleared away"), "{}", again.err());
    // One that lives is not.
    world.run(&["mount", "mnt"]).ends(1).says("mounted at");
    assert_eq!(again.unmount(), 0);
    assert!(!is_mounted(&place) && names(&place).is_empty());
}

#[test]
fn in_the_background_it_is_ready_when_the_command_ends() {
    if !is_possible() {
        return;
    }
    let world = World::with_repository();
    world.write_noise("src/large", 3 << 20, 7);
    world.run(&["backup", "src"]).ends(0);
    fs::create_dir(world.path("mnt")).unwrap();
    // The output is read to its end: a process that went on and kept it open would never let this return.
    let ran = world.run(&["mount", "mnt", "--background"]).ends(0);
    assert!(ran.out.ends_with(&format!("umount {}\n", world.text("mnt"))) && ran.err.is_empty(), "{}{}", ran.out, ran.err);
    let shown = world.path("mnt/latest").join(world.path("src/letter.txt").strip_prefix("/").unwrap());
    assert_eq!(fs::read(&shown).unwrap(), b"Dear Ada,\n");
    // Trouble goes to a file.
    let packs = world.objects("packs");
    flip(packs.iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap(), 2 << 20);
    assert_eq!(fs::read(shown.with_file_name("large")).map(drop).unwrap_err().raw_os_error(), Some(Errno::IO.raw_os_error()));
    let log = fs::read_to_string(world.path("home/.local/state/liasse/mount.log")).unwrap();
    assert!(log.contains("latest") && log.contains("packs/"), "{log}");
    unmount(&world.path("mnt"));

    let refused = world.run(&["mount", "missing", "--background"]).ends(1);
    assert!(refused.says("missing").out.is_empty());
}

#[test]
fn one_state_is_all_that_is_shown() {
    if !is_possible() {
        return;
    }
    let firm = Firm::new();
    firm.night(&[]).ends(0);
    let config = firm.world.text("set.toml");
    let books = firm.world.path("books");
    let before = fs::read(books.join("D1001/journal.log")).unwrap();
    let year = jiff::Zoned::now().year();

    let mounted = Mounted::begin(&firm.world, &["--config", &config, "--dossier", "D1001"]);
    let mut numbers = BTreeMap::new();
    agree(&books.join("D1001"), &mounted.place, &mut numbers);
    assert_eq!(mounted.unmount(), 0);

    firm.world.write("books/D1001/journal.log", b"another\n");
    firm.night(&[]).ends(0);
    let mounted = Mounted::begin(&firm.world, &["--config", &config]);
    let dossier = mounted.place.join("dossiers/D1001");
    assert_eq!(names(&mounted.place.join("dossiers")), crate::week::CODES.map(|code| code.as_bytes().to_vec()));
    let dates = names(&dossier);
    // The night may come between.
    assert!(dates.len() == 3 || dates.len() == 2, "{dates:?}");
    let states: Vec<Vec<u8>> =
        dates.iter().map(|date| fs::read(dossier.join(OsStr::from_bytes(date)).join("journal.log")).unwrap()).collect();
    assert!(states.contains(&before) && states.contains(&b"another\n".to_vec()), "{dates:?}");
    let newest = dates.iter().rfind(|date| date.len() == 10).unwrap();
    agree(&books.join("D1001"), &dossier.join(OsStr::from_bytes(newest)), &mut numbers);
    assert_eq!(mounted.unmount(), 0);

    let ids = firm.world.run(&["snapshots", "--json", "--config", &config]).ends(0).json();
    let first = ids["snapshots"][0]["id"].as_str().unwrap();
    let mounted = Mounted::begin(&firm.world, &["--config", &config, "--snapshot", &first[..10], "--dossier", "D1001"]);
    assert_eq!(fs::read(mounted.place.join("journal.log")).unwrap(), before);
    assert_eq!(mounted.unmount(), 0);
    let mounted = Mounted::begin(&firm.world, &["--config", &config, "--at", &format!("{}-12-31", year + 1)]);
    assert_eq!(fs::read(mounted.path("", &books.join("D1001/journal.log"))).unwrap(), b"another\n");
    assert_eq!(mounted.unmount(), 0);

    let refused = firm.world.run(&["mount", "mnt", "--config", &config, "--dossier", "D1O01"]).ends(1);
    assert!(refused.says("D1O01").err.contains("D1001"));
}

#[test]
fn a_repository_that_vanishes_is_an_error_and_no_end() {
    if !is_possible() {
        return;
    }
    let world = World::with_snapshot();
    world.write_noise("src/large", 5 << 20, 8);
    world.run(&["backup", "src"]).ends(0);
    let mounted = Mounted::begin(&world, &[]);
    let shown = mounted.path("latest", &world.path("src"));
    assert_eq!(names(&shown).len(), 4);
    fs::rename(world.repository(), world.path("away")).unwrap();
    let error = fs::read(shown.join("large")).map(drop).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(Errno::IO.raw_os_error()));
    assert_eq!(names(&mounted.place).len(), 4);
    assert!(mounted.err().contains("src/large"), "{}", mounted.err());
    fs::rename(world.path("away"), world.repository()).unwrap();
    assert!(fs::read(shown.join("large")).unwrap() == noise(5 << 20, 8), "it is back");
    fs::rename(world.repository(), world.path("away")).unwrap();
    assert_eq!(mounted.unmount(), 0);
}

#[test]
fn two_thousand_files_are_open_at_once() {
    if !is_possible() {
        return;
    }
    let world = World::with_repository();
    for number in 0..2_000 {
        world.write(&format!("src/many/{number}"), format!("file {number}").repeat(100).as_bytes());
    }
    world.run(&["backup", "src"]).ends(0);
    let mounted = Mounted::begin(&world, &["--cache-size", "8"]);
    let many = mounted.path("latest", &world.path("src/many"));
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    rustix::process::setrlimit(rustix::process::Resource::Nofile, rustix::process::Rlimit { current: limit.maximum, ..limit }).unwrap();
    let files: Vec<File> = (0..2_000).map(|number| File::open(many.join(number.to_string())).unwrap()).collect();
    for (number, mut file) in files.iter().enumerate() {
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, format!("file {number}").repeat(100));
    }
    let status = fs::read_to_string(format!("/proc/{}/status", mounted.child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").trim().parse().unwrap();
    assert!(peak < 256 << 10, "{peak} KiB");
}

#[test]
fn what_cannot_be_mounted_is_told_with_what_to_do() {
    let world = World::with_snapshot();
    world.run(&["mount", "missing"]).ends(1).says("missing");
    world.run(&["mount", "src/letter.txt"]).ends(1).says("letter.txt");
    world.run(&["mount", "src"]).ends(1).says("not empty");
    fs::create_dir(world.path("mnt")).unwrap();
    let first = world.run(&["mount", "mnt", "--at", "1999-12-31"]).ends(1).says("1999-12-31").err;
    assert!(first.contains("the first snapshot is of 20"), "{first}");
    world.run(&["mount", "mnt", "--at", "latest"]).ends(2).says("--at takes a date");
    world.run(&["mount", "mnt", "--snapshot", "2024-12-31"]).ends(2).says("--snapshot takes the id");
    world.run(&["mount", "mnt", "--at", "2024-12-31", "--snapshot", "latest"]).ends(2);
    world.run(&["mount", "mnt", "--cache-size", "1"]).ends(2);
    world.run(&["mount", "mnt", "--dossier", "D1"]).ends(1).says("dossier D1");
    world.run(&["mount", world.repository().join("packs").to_str().unwrap()]).ends(2).says("repository");

    // A key that only adds; and one that reads and can change nothing.
    let credential = world.text("credential");
    world.run(&["key", "add", "--role", "writer", "--out", &credential]).ends(0);
    world.run(&["mount", "mnt", "--credential", &credential]).ends(11).says("auditor");
    finish(world.command(&["key", "add", "--role", "auditor"]).env("LIASSE_NEW_PASSWORD", "auditing")).ends(0);
    world.write("auditing", b"auditing");
    if is_possible() {
        let auditor = Mounted::begin(&world, &["--password-file", "auditing"]);
        assert_eq!(fs::read(auditor.path("latest", &world.path("src/letter.txt"))).unwrap(), b"Dear Ada,\n");
        assert_eq!(auditor.unmount(), 0);
    }

    // No FUSE, and no program that mounts for people.
    let script = "umask 022; mount -t tmpfs none /dev; exec \"$LIASSE\" mount mnt";
    if let Some(ran) = world.run_with_mounts(script) {
        assert!(ran.ends(1).says("no FUSE").err.contains("fuse3"));
    }
    if is_root() {
        let script = "for f in /usr/bin/fusermount3 /bin/fusermount3; do [ -e $f ] && mount --bind /dev/null $f || true; done
            exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$LIASSE\" -r \"$PWD/repo\" mount mnt";
        world.run(&["init", "-r", "repo"]).ends(0);
        world.run(&["backup", "-r", "repo", "src"]).ends(0);
        tool("chmod", &["-R", "a+rX"], &world.path("."));
        tool("chown", &["-R", "65534", "--"], &world.path("repo"));
        tool("chown", &["-R", "65534", "--"], &world.path("home"));
        if let Some(ran) = world.run_with_mounts(script) {
            assert!(ran.ends(1).says("fusermount3").err.contains("fuse3"));
        }
    }
}

/// Mounts as somebody, lets others try to look in and to unmount, and unmounts. Says what should not be.
const BY_SOMEBODY: &str = r#"
    by() { who=$1; shift; if [ "$(id -u)" = 0 ]; then setpriv --reuid "$who" --regid "$who" --clear-groups "$@"; else "$@"; fi; }
    by 65534 "$LIASSE" mount mnt --background >said
    shown="mnt/latest$PWD/src"
    by 65534 cmp "$shown/large" src/large
    if [ "$(id -u)" = 0 ]; then
        for other in 0 12345; do
            if by $other ls mnt 2>/dev/null; then echo "$other lists it"; fi
            if by $other cat "$shown/letter.txt" 2>/dev/null; then echo "$other reads it"; fi
        done
        if by 12345 fusermount3 -u mnt 2>/dev/null; then echo "12345 unmounts it"; fi
    fi
    by 65534 fusermount3 -u mnt
    if grep -F " $PWD/mnt " /proc/self/mounts; then echo "it is there still"; fi
    by 65534 ls -A mnt
"#;

#[test]
fn a_mount_by_who_is_not_root_is_theirs_alone() {
    if !is_possible() {
        return;
    }
    let world = World::new();
    fs::create_dir(world.path("mnt")).unwrap();
    fs::create_dir(world.path("dev")).unwrap();
    world.write_noise("src/large", 3 << 20, 9);
    world.run_unprivileged(&["init"]).ends(0);
    world.run_unprivileged(&["backup", "src"]).ends(0);
    let ran = if is_root() {
        // Everybody may open the device, as on any desktop, whatever it is like here.
        let device = "mount -t tmpfs none dev; mknod -m 666 dev/fuse c 10 229; mount --bind dev/fuse /dev/fuse\n";
        let Some(ran) = world.run_with_mounts(&[device, BY_SOMEBODY].concat()) else { return };
        ran
    } else {
        finish(world.prepare(Command::new("sh"), &["-ec", BY_SOMEBODY]).env("LIASSE", env!("CARGO_BIN_EXE_liasse")))
    };
    assert_eq!((ran.ends(0).out.as_str(), fs::read_dir(world.path("mnt")).unwrap().count()), ("", 0));
    assert!(fs::read_to_string(world.path("said")).unwrap().contains("end it with: umount"));
}
