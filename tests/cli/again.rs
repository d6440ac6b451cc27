//! A restore onto what is there: over files that changed, where one was cut off, and into targets that take two names for one.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use crate::in_place::Firm;
use crate::support::{Ran, World, is_root, noise};

const NOTE: &str = ".liasse-restore";

fn restore(world: &World, more: &[&str]) -> Ran {
    let what = format!("latest:{}", world.text("src"));
    world.run(&[&["restore", &what, "--target", "out"], more].concat())
}

/// Without showing what differs: it is large.
#[track_caller]
fn same(world: &World) {
    assert!(world.picture("out") == world.picture("src"), "the target is not what was backed up");
}

/// Bytes that are there just so are not read from the repository: they need not even be readable there.
#[test]
fn what_is_there_is_taken_from_there() {
    let world = World::with_repository();
    world.write("src/large", &noise(12 << 20, 1));
    let sparse = File::create(world.path("src/sparse")).unwrap();
    sparse.write_all_at(&noise(2 << 20, 2), 3 << 20).unwrap();
    sparse.set_len(9 << 20).unwrap();
    world.run(&["backup", "src"]).ends(0);
    restore(&world, &[]).ends(0);
    assert!(!world.path("out").join(NOTE).exists());
    let before = fs::metadata(world.path("out/large")).unwrap().ino();
    // A chunk or two change, the rest stays.
    File::options().write(true).open(world.path("out/large")).unwrap().write_all_at(b"changed", 5 << 20).unwrap();
    let open = File::open(world.path("out/large")).unwrap();
    let told = restore(&world, &["--overwrite", "if-changed", "--json"]).ends(0).json();
    let reused = told["reused_bytes"].as_u64().unwrap();
    assert!(reused > 10 << 20 && reused < 12 << 20, "{told}");
    same(&world);
    // Whoever had it open has the old one: the new one came into its place when it was whole.
    assert!(fs::metadata(world.path("out/large")).unwrap().ino() != before);
    let mut old = [0; 7];
    open.read_exact_at(&mut old, 5 << 20).unwrap();
    assert_eq!(&old, b"changed");
    // Longer, and with bytes where a hole must be.
    File::options().write(true).open(world.path("out/large")).unwrap().set_len(20 << 20).unwrap();
    File::options().write(true).open(world.path("out/sparse")).unwrap().write_all_at(b"no hole", 1 << 20).unwrap();
    restore(&world, &["--overwrite", "if-changed"]).ends(0);
    same(&world);
    assert!(fs::metadata(world.path("out/sparse")).unwrap().blocks() * 512 < 4 << 20, "its holes are holes");

    // No block of it can be opened any more.
    for pack in world.objects("packs").iter().filter(|pack| fs::metadata(pack).unwrap().len() > 8 << 20) {
        let mut bytes = fs::read(pack).unwrap();
        let end = bytes.len() - 100_000;
        bytes[1_000..end].iter_mut().step_by(10_000).for_each(|byte| *byte ^= 1);
        fs::write(pack, bytes).unwrap();
    }
    let told = restore(&world, &["--overwrite", "always", "--json"]).ends(0).json();
    assert!(told["reused_bytes"].as_u64().unwrap() >= 14 << 20, "{told}");
    same(&world);
    File::options().write(true).open(world.path("out/large")).unwrap().write_all_at(b"changed", 5 << 20).unwrap();
    assert!(restore(&world, &["--overwrite", "always"]).ends(12).err.contains("src/large"));
    assert!(fs::read(world.path("out/large")).unwrap()[5 << 20..].starts_with(b"changed"), "it is what it was");
}

/// What looks the same is read when that is asked for, and written anew where it is not the same.
#[test]
fn verify_reads_what_is_left_too() {
    let world = World::with_snapshot();
    restore(&world, &[]).ends(0);
    let path = world.path("out/letter.txt");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, b"Dear Eve,\n").unwrap();
    File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    restore(&world, &["--overwrite", "if-changed"]).ends(0);
    assert_eq!(fs::read(&path).unwrap(), b"Dear Eve,\n", "size and time are what counts");
    restore(&world, &["--overwrite", "if-changed", "--verify"]).ends(0);
    same(&world);
}

/// A restore that met a full disk goes on when there is room. After a restart, files are not believed by how they look.
#[test]
fn a_restore_that_was_cut_off_goes_on() {
    let world = World::with_repository();
    for number in 0..60 {
        world.write_noise(&format!("src/many/file{number:02}"), 100_000, number);
    }
    world.write_noise("src/zz-last", 6 << 20, 99);
    world.run(&["backup", "src"]).ends(0);
    world.run(&["backup", "src/deep"]).ends(0);
    let first = world.snapshots().remove(0);
    fs::create_dir(world.path("out")).unwrap();
    let script = format!(
        r#"
        mount -t tmpfs -o size=8m none out
        go() {{ "$LIASSE" restore {first}:{src} --target out --json "$@" 2>>err || echo "failed $?"; }}
        go
        test -f out/{NOTE} && test ! -e out/zz-last && ls out/many | wc -l
        "$LIASSE" restore latest:{src}/deep --target out 2>&1 || echo "failed $?"
        mkdir -p out/many && : > out/many/.liasse-0123456789abcdef && : > out/many/.liasse-mine
        mount -o remount,size=64m out
        # As after a cut of power: a file that has its length and its time, and not its bytes.
        file=$(ls -d out/many/file* | head -1)
        touch -r "$file" stamp && printf wrong | dd of="$file" conv=notrunc status=none && touch -r stamp "$file"
        go
        diff -r out src && echo same
        ls -A out out/many | grep liasse
        "#,
        src = world.text("src"),
    );
    let Some(ran) = world.run_with_mounts(&script) else { return };
    let lines: Vec<&str> = ran.out.lines().collect();
    let shown = format!("{}\n{}{}", ran.out, ran.err, fs::read_to_string(world.path("err")).unwrap_or_default());
    assert_eq!(lines.first(), Some(&"failed 1"), "{shown}");
    assert!(lines[1].trim().parse::<u32>().unwrap() > 5, "{shown}");
    assert!(ran.out.contains("a restore of something else into out was cut off"), "{shown}");
    let told: serde_json::Value = serde_json::from_str(lines.iter().find(|line| line.starts_with('{')).unwrap()).unwrap();
    assert_eq!(told["resumed"], true, "{shown}");
    assert!(told["unchanged"].as_u64() > Some(4) && told["files"].as_u64() > Some(1), "{shown}");
    // Only what somebody else put there is left.
    assert_eq!(lines.last(), Some(&".liasse-mine"), "{shown}");
    assert!(ran.out.contains("Only in out/many: .liasse-mine"), "{shown}");
    assert!(!ran.out.contains(NOTE) && !ran.out.contains("differ"), "{shown}");
}

#[test]
fn a_restore_that_was_killed_goes_on_by_the_same_command() {
    let world = World::with_repository();
    for number in 0..300 {
        world.write_noise(&format!("src/many/{number}"), 50_000, number);
    }
    world.write_noise("src/zz-last", 40 << 20, 999);
    world.run(&["backup", "src"]).ends(0);
    let what = format!("latest:{}", world.text("src"));
    let args = ["restore", &what, "--target", "out", "--json"];
    let mut child = world.command(&args).stdout(std::process::Stdio::null()).spawn().unwrap();
    crate::support::wait_until(&mut child, || world.path("out/many").join("0").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    // Two at once would be in each other's way.
    let target = File::open(world.path("out")).unwrap();
    rustix::fs::flock(&target, rustix::fs::FlockOperation::LockExclusive).unwrap();
    if world.path("out").join(NOTE).exists() {
        world.run(&args).ends(1);
        drop(target);
        let told = world.run(&args).ends(0).json();
        assert_eq!(told["resumed"], true);
        assert!(told["unchanged"].as_u64() > Some(0), "{told}");
    }
    same(&world);
}

/// Two names that the target takes for one: the first stays as it is, the second is named and written nowhere.
#[test]
fn names_that_fall_together_are_told_before_anything_is_lost() {
    let world = World::with_repository();
    for (name, text) in
        [("src/A.txt", "upper"), ("src/a.txt", "lower"), ("src/Docs/one", "1"), ("src/docs/one", "2"), ("src/docs/two", "2")]
    {
        world.write(name, text.as_bytes());
    }
    std::os::unix::fs::symlink("a.txt", world.path("src/a-link")).unwrap();
    world.run(&["backup", "src"]).ends(0);
    let script = format!(
        r#"
        go() {{ "$LIASSE" restore latest:{src} --target disk/out --json "$@" 2>>err || echo "ended $?"; cat disk/out/A.txt disk/out/Docs/one; ls disk/out/Docs; echo; }}
        go
        go --overwrite always
        go --overwrite if-changed --delete
        go --overwrite never
        "#,
        src = world.text("src"),
    );
    let Some(ran) = on_exfat(&world, &script) else { return };
    let shown = format!("{}\n{}{}", ran.out, ran.err, fs::read_to_string(world.path("err")).unwrap_or_default());
    assert_eq!(ran.out.matches("upper1one\n").count(), 4, "{shown}");
    let told: Vec<serde_json::Value> =
        ran.out.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 4, "{shown}");
    for told in &told {
        let lost = told["lost"].to_string();
        for (name, with) in [("src/a.txt", "A.txt"), ("src/docs", "Docs")] {
            let is_named = told["lost"].as_array().unwrap().iter().any(|lost| {
                let (path, cause) = (lost["path"].as_str().unwrap(), lost["cause"].as_str().unwrap());
                path.ends_with(name) && cause.contains(&format!("cannot tell its name from \"{with}\""))
            });
            assert!(is_named, "{name}: {lost}");
        }
    }
}

/// Runs a script with an empty exFAT, which takes `A` and `a` for the same name, at `disk`.
fn on_exfat(world: &World, script: &str) -> Option<Ran> {
    if !is_root() {
        eprintln!("only root mounts an image: not tested here");
        return None;
    }
    fs::create_dir(world.path("disk")).unwrap();
    world.run_with_mounts(&format!(
        r#"
        truncate -s 64M img && mkfs.exfat img >/dev/null
        loop=$(losetup -f --show img)
        trap 'umount disk; losetup -d "$loop"' EXIT
        mount.exfat-fuse "$loop" disk >/dev/null
        {script}
        "#
    ))
}

#[test]
fn where_only_capital_letters_changed_what_goes_makes_room_for_what_comes() {
    let world = World::with_repository();
    for (name, text) in [("books/Letter.txt", "new"), ("books/Docs/One", "1"), ("books/both", "lower"), ("books/z/BOTH", "upper")] {
        world.write(name, text.as_bytes());
    }
    world.run(&["backup", "books"]).ends(0);
    let script = format!(
        r#"
        mkdir -p disk/out/docs disk/out/z
        printf old >disk/out/letter.txt; printf old >disk/out/docs/one; printf old >disk/out/docs/gone; printf old >disk/out/z/both
        "$LIASSE" restore latest:{books} --target disk/out --overwrite if-changed --delete --json
        cd disk/out && find . | LC_ALL=C sort | tr '\n' ' ' && cat Letter.txt Docs/One z/BOTH
        "#,
        books = world.text("books"),
    );
    let Some(ran) = on_exfat(&world, &script) else { return };
    let (told, there) = ran.out.split_once('\n').unwrap_or_else(|| panic!("{}", ran.err));
    let told: serde_json::Value = serde_json::from_str(told).unwrap();
    assert_eq!((told["lost"].to_string(), &told["deleted"]), ("[]".to_owned(), &3.into()), "{told}");
    assert_eq!(there, ". ./Docs ./Docs/One ./Letter.txt ./both ./z ./z/BOTH new1upper", "{}", ran.err);
}

#[test]
fn dossiers_whose_codes_fall_together_do_not_become_one() {
    let firm = Firm::new(&["kunde", "KUNDE", "other"]);
    firm.night(&[]).ends(0);
    let config = firm.0.text("set.toml");
    let script = format!(
        r#"
        go() {{ "$LIASSE" restore kunde KUNDE other --target disk/all --config {config} "$@" || echo "ended $?"; ls disk/all; cat disk/all/*/ledger.txt; echo; }}
        go --json
        go --overwrite if-changed --delete
        "#
    );
    let Some(ran) = on_exfat(&firm.0, &script) else { return };
    let shown = format!("{}\n{}", ran.out, ran.err);
    assert_eq!(ran.out.matches("ended 1\nkunde\nother\nkunde on Mondayother on Monday\n").count(), 2, "{shown}");
    assert_eq!(ran.err.matches("KUNDE is not restored").count(), 1, "{shown}");
    let told: serde_json::Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    assert_eq!((&told["refused"][0]["code"], told["dossiers"].as_array().unwrap().len()), (&"KUNDE".into(), 2), "{told}");
}

/// Where the file system lets two files share their room, what stayed is shared, and what changed is not.
#[test]
fn what_stayed_shares_its_room_where_that_is_possible() {
    if !is_root() {
        eprintln!("only root mounts an image: not tested here");
        return;
    }
    let world = World::with_repository();
    world.write_noise("src/large", 24 << 20, 5);
    world.run(&["backup", "src"]).ends(0);
    fs::create_dir(world.path("disk")).unwrap();
    let script = format!(
        r#"
        truncate -s 200M img && mkfs.btrfs -q img
        mount -o loop img disk
        "$LIASSE" restore latest:{src} --target disk/out >/dev/null
        for text in changed again; do
            ln -f disk/out/large disk/kept
            cp --reflink=never disk/out/large disk/new && printf $text | dd of=disk/new bs=1M seek=9 conv=notrunc status=none
            mv disk/new disk/out/large && sync -f disk
            before=$(btrfs filesystem du -s --raw disk/out/large | awk 'END {{ print $2 }}')
            cp --reflink=always disk/out/large disk/witness
            "$LIASSE" restore latest:{src} --target disk/out --overwrite always --json
            sync -f disk
            echo "own $(btrfs filesystem du -s --raw disk/out/large | awk 'END {{ print $2 }}') of $before"
            cmp disk/out/large {src}/large && echo same
            rm disk/witness
        done
        umount disk
        "#,
        src = world.text("src"),
    );
    let Some(ran) = world.run_with_mounts(&script) else { return };
    let shown = format!("{}\n{}", ran.out, ran.err);
    assert_eq!(ran.out.lines().filter(|line| *line == "same").count(), 2, "{shown}");
    for own in ran.out.lines().filter_map(|line| line.strip_prefix("own ")) {
        let (own, all) = own.split_once(" of ").unwrap();
        assert!(own.parse::<u64>().unwrap() * 4 < all.parse::<u64>().unwrap(), "{shown}");
    }
    assert_eq!(ran.out.matches("own ").count(), 2, "{shown}");
}

/// A restore that was cut off, as the note in its target tells.
fn cut_off(world: &World) {
    world.write("src/ledger", b"as it was stored");
    world.write("src/letter", b"Dear Ada");
    world.run(&["backup", "src"]).ends(0);
    let script = format!(
        "mount -t tmpfs -o size=64k none out; \"$LIASSE\" restore latest:{} --target out || :; cp -a out/{NOTE} kept",
        world.text("src")
    );
    world.write_noise("src/zz-last", 1 << 20, 7);
    world.run(&["backup", "src"]).ends(0);
    fs::create_dir(world.path("out")).unwrap();
    assert!(world.run_with_mounts(&script).is_some());
    restore(world, &[]).ends(0);
    fs::copy(world.path("kept"), world.path("out").join(NOTE)).unwrap();
}

#[test]
fn what_somebody_worked_in_since_is_not_replaced_by_who_goes_on() {
    let world = World::with_repository();
    cut_off(&world);
    world.write("out/ledger", b"an hour of work");
    world.write("out/new", b"more work");
    let told = restore(&world, &[]).ends(1);
    assert!(told.err.contains("ledger"), "{}", told.err);
    assert_eq!(fs::read(world.path("out/ledger")).unwrap(), b"an hour of work");
    fs::copy(world.path("kept"), world.path("out").join(NOTE)).unwrap();
    restore(&world, &["--delete"]).ends(2).says("may hold what came since");
    assert!(world.path("out/new").exists());
    restore(&world, &["--overwrite", "if-changed", "--delete"]).ends(0);
    same(&world);
}

#[test]
fn where_any_restore_was_cut_off_what_looks_whole_is_read() {
    let world = World::with_repository();
    cut_off(&world);
    // The length and the time, and not the bytes: the disk was unplugged.
    let time = fs::metadata(world.path("out/letter")).unwrap().modified().unwrap();
    world.write("out/letter", b"\0\0\0\0\0\0\0\0");
    File::options().write(true).open(world.path("out/letter")).unwrap().set_modified(time).unwrap();
    world.write("src/ledger", b"a newer state");
    world.run(&["backup", "src"]).ends(0);
    restore(&world, &[]).ends(1).says("was cut off");
    restore(&world, &["--overwrite", "if-changed"]).ends(0);
    same(&world);
}

#[test]
fn a_file_that_is_called_like_the_note_is_told_and_not_lost_unsaid() {
    let world = World::with_repository();
    world.write(&format!("src/{NOTE}"), b"mine");
    world.run(&["backup", "src"]).ends(0);
    let what = format!("latest:{}/{NOTE}", world.text("src"));
    let told = world.run(&["restore", &what, "--target", "out"]).ends(1);
    assert!(told.err.contains("its name is that of the note"), "{}", told.err);
}

#[test]
fn a_folder_that_may_not_be_written_to_comes_back_for_anybody() {
    let world = World::with_repository();
    world.write("src/letter", b"Dear Ada");
    fs::set_permissions(world.path("src"), std::os::unix::fs::PermissionsExt::from_mode(0o555)).unwrap();
    world.run_unprivileged(&["init", "-r", "vault"]).ends(0);
    world.run_unprivileged(&["backup", "src", "-r", "vault"]).ends(0);
    let what = format!("latest:{}", world.text("src"));
    world.run_unprivileged(&["restore", &what, "--target", "out", "-r", "vault"]).ends(0);
    assert!(!world.path("out").join(NOTE).exists());
    assert_eq!(fs::metadata(world.path("out")).unwrap().mode() & 0o777, 0o555);
}
