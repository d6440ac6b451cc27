//! `export` and `verify-export`: what others hold in their hands, checked with their tools, with ours, and after somebody changed it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::cat::with_dossier;
use crate::support::{Ran, World, finish, is_root, noise};

/// What there is to export: names that lines of text cannot hold, and all kinds of entries.
fn with_odd_dossier() -> World {
    let world = World::with_repository();
    let odd = |name: &[u8]| world.path("books/D1/in").join(OsStr::from_bytes(name));
    fs::create_dir_all(world.path("books/D1/in/folder/empty")).unwrap();
    for name in
        [&b"new\nline"[..], b"back\\slash", b"tab\there", b"raw\xff", b"-rf", b"esc\x1b[31m", b" lead", b"<script>", b"folder/in it"]
    {
        fs::write(odd(name), name).unwrap();
    }
    fs::write(odd(b"large"), noise(3 << 20, 7)).unwrap();
    fs::set_permissions(odd(b"-rf"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::hard_link(odd(b"large"), odd(b"large too")).unwrap();
    symlink("large", odd(b"link")).unwrap();
    symlink(OsStr::from_bytes(b"raw\xff"), odd(b"link to raw")).unwrap();
    symlink("/etc/passwd", odd(b"away")).unwrap();
    assert!(Command::new("mkfifo").arg(odd(b"pipe")).status().unwrap().success());
    assert!(Command::new("setfattr").args(["-n", "user.note", "-v", "kept"]).arg(odd(b" lead")).status().unwrap().success());
    world.write("books/D2/in/other", b"another client");
    with_dossier(&world, b"first");
    world
}

fn shell(world: &World, script: &str) -> Ran {
    finish(world.prepare(Command::new("bash"), &["-euo", "pipefail", "-c", script]).env("LC_ALL", "C.UTF-8"))
}

fn verify(world: &World, what: &str, more: &[&str]) -> Ran {
    // No password, no repository: somebody else's machine.
    let mut command = world.command(&[&["verify-export", what, "--json"], more].concat());
    finish(command.env_remove("LIASSE_PASSWORD").env("HOME", world.path("elsewhere")))
}

fn signer(world: &World) -> String {
    let keys = world.run(&["key", "list", "--json"]).ends(0).json();
    let keys = keys["keys"].as_array().unwrap().clone();
    keys.iter().find(|key| key["form"] == "writer").unwrap()["id"].as_str().unwrap().to_owned()
}

fn wrong(checked: &Value) -> Vec<(String, String)> {
    let text = |wrong: &Value, name: &str| wrong[name].as_str().unwrap().to_owned();
    checked["wrong"].as_array().unwrap().iter().map(|wrong| (text(wrong, "path"), text(wrong, "what"))).collect()
}

#[test]
fn a_folder_is_checked_with_the_tools_that_everybody_has() {
    let world = with_odd_dossier();
    let exported = world.run(&["export", "D1", "--to", "out", "--json"]).ends(0).json();
    assert_eq!(world.picture("out/files"), world.picture("books/D1"), "the files are those of the dossier");
    assert_eq!((&exported["files"], &exported["other_dossiers_named"]), (&12.into(), &1.into()));
    let sums = shell(&world, "cd out && (sha256sum -c --strict SHA256SUMS && sha256sum SHA256SUMS) | tr -c '\\n[:print:]' '?'").ends(0).out;
    assert_eq!(sums.lines().filter(|line| line.ends_with(": OK")).count(), 12 + 5, "{sums}");
    assert!(sums.contains(exported["sums_sha256"].as_str().unwrap()));
    // This program's names are text.
    shell(&world, "cd out && grep -av raw B3SUMS | b3sum -c").ends(0);
    let openssl = "cd out && openssl pkeyutl -verify -rawin -pubin -inkey snapshot.key.pem -in snapshot.record -sigfile snapshot.signature";
    shell(&world, openssl).ends(0);
    assert!(shell(&world, &openssl.replace("snapshot.record", "MANIFEST.tsv")).code != 0);

    let checked = verify(&world, "out", &["--signer", &signer(&world)]).ends(0).json();
    assert_eq!((&checked["is_given_signer"], &checked["is_evident"], &checked["record"]), (&true.into(), &true.into(), &"signed".into()));
    assert_eq!((&checked["files"], &checked["times_changed"], &checked["signer"]), (&12.into(), &0.into(), &exported["signer"]));
    assert_eq!(checked["evidence"], exported["evidence"]);
    assert_eq!(verify(&world, "out", &[]).ends(0).json()["is_given_signer"], Value::Null);
    assert_eq!(verify(&world, "out", &["--signer", &"0".repeat(64)]).ends(12).json()["is_sound"], false);
    world.run(&["verify-export", "out", "--signer", "abc"]).ends(2).says("64 hexadecimal digits");
}

#[test]
fn a_zip_is_the_same() {
    let world = with_odd_dossier();
    let exported = world.run(&["export", "D1", "--to", "out.zip", "--json"]).ends(3).json();
    let left_out = exported["left_out"].to_string();
    assert!(left_out.contains("in/pipe") && left_out.contains("in/ lead"), "{left_out}");
    let checked = verify(&world, "out.zip", &["--signer", &signer(&world)]).ends(3).json();
    assert_eq!((&checked["absent_count"], &checked["wrong_count"], &checked["is_evident"]), (&2.into(), &0.into(), &true.into()));
    assert_eq!([&checked["absent"][0]["path"], &checked["absent"][1]["path"]], ["in/link to raw", "in/pipe"]);
    // A program that writes names as they are in the zip.
    let unpack = "python3 -c 'import zipfile; zipfile.ZipFile(\"out.zip\").extractall(\"un\")'";
    let sums = shell(&world, &format!("{unpack} && cd un && sha256sum -c --strict SHA256SUMS")).ends(0).out;
    assert_eq!(sums.lines().filter(|line| line.ends_with(": OK")).count(), 12 + 5, "{sums}");
    assert_eq!(fs::read(world.path("un/files/in/raw%FF")).unwrap(), b"raw\xff");
    let folder = world.run(&["export", "D1", "--to", "out", "--json"]).ends(0).json();
    assert_eq!(folder["evidence"], exported["evidence"]);
}

/// Everything that somebody could change is seen, in both forms; and what is proved without a key is no more than that.
#[test]
fn whoever_changes_it_is_seen() {
    let world = with_odd_dossier();
    world.run(&["export", "D1", "--to", "whole"]).ends(0);
    world.run(&["export", "D2", "--to", "other"]).ends(0);
    let key = signer(&world);
    let tampered = |script: &str| {
        shell(&world, &format!("rm -rf out && cp -a whole out && cd out && {script}")).ends(0);
        verify(&world, "out", &["--signer", &key])
    };
    tampered("true").ends(0);
    let path = |name: &str| format!("files/in/{name}");
    for (script, name, what) in [
        ("printf F > files/in/ledger", path("ledger"), "changed"),
        ("truncate -s 4 files/in/ledger", path("ledger"), "changed"),
        ("truncate -s 400G files/in/ledger", path("ledger"), "changed"),
        ("rm files/in/ledger", path("ledger"), "missing"),
        ("rm files/in/ledger; mkfifo files/in/ledger", path("ledger"), "changed"),
        ("mv files/in/ledger x; ln -s ../../x files/in/ledger", path("ledger"), "changed"),
        ("mv files/in ..; ln -s ../../in files/in", path("ledger"), "changed"),
        ("ln -sfn /etc/shadow files/in/away", path("away"), "changed"),
        ("rm files/in/pipe; touch files/in/pipe", path("pipe"), "changed"),
        ("rmdir files/in/folder/empty", path("folder/empty"), "missing"),
        ("echo 1 > files/in/more", path("more"), "extra"),
        ("mkdir -p more/deep", "more".to_owned(), "extra"),
        ("echo 1 >> README.html", "SHA256SUMS".to_owned(), "changed"),
        ("rm README.html", "README.html".to_owned(), "missing"),
        ("rm B3SUMS", "B3SUMS".to_owned(), "missing"),
        ("sed -i s/a/b/ SHA256SUMS", "SHA256SUMS".to_owned(), "changed"),
    ] {
        let checked = tampered(script).ends(12).json();
        assert!(wrong(&checked).contains(&(name, what.to_owned())), "{script}: {}", checked["wrong"]);
    }
    let again = " && sha256sum files/in/ledger | cut -c-64 > ../new && sed -i \"s/^.*  files.in.ledger/$(cat ../new)  files\\/in\\/ledger/\" SHA256SUMS";
    let checked = tampered(&format!("printf FIRST > files/in/ledger{again}")).ends(12).json();
    assert_eq!(wrong(&checked)[0].0, "files/in/ledger");

    // The manifest goes along with the change, and the sums with the manifest: then the root does not.
    for script in ["s/\\t0640\\t/\\t0600\\t/", "/\\tin\\/large too$/d", "s/\\tin\\/-rf$/\\tin\\/-rg/", "s/^since\\t2/since\\t1/"] {
        let checked = tampered(&format!("sed -i '{script}' MANIFEST.tsv; mv files/in/-rf files/in/-rg || true")).ends(12).json();
        assert!(checked["is_evident"] == false || checked["record"] == "foreign", "{script}: {checked}");
    }
    // What the root says nothing about: where a file is. None is replaced by saying that it is not there, and none changes its name.
    let swap = "-e 's/\\t=\\tin\\/large$/\\tas in\\/ledger\\tin\\/large/' -e 's/\\t=\\tin\\/ledger$/\\tas in\\/large\\tin\\/ledger/'";
    for script in [
        "sed -i 's/\\t=\\tin\\/ledger$/\\t-\\tin\\/ledger/' MANIFEST.tsv && printf FIRST > files/in/ledger".to_owned(),
        format!("sed -i {swap} MANIFEST.tsv && cd files/in && mv ledger x && mv large ledger && mv x large"),
    ] {
        let checked = tampered(&script).ends(12).json();
        assert!(checked["is_evident"] == true && wrong(&checked).contains(&(path("ledger"), "changed".to_owned())), "{script}: {checked}");
    }
    let told = tampered("sed -i 's/\\t=\\tin\\/ledger$/\\t-\\tin\\/ledger/' MANIFEST.tsv && rm files/in/ledger").ends(12).json();
    assert_eq!(told["absent"][0]["path"], "in/ledger", "and the sums do not fit");

    for (script, record) in [
        ("cp ../other/snapshot.* . && printf 1 | dd of=snapshot.signature conv=notrunc status=none", "bad"),
        ("printf 1 | dd of=snapshot.record seek=100 bs=1 conv=notrunc status=none", "bad"),
        ("truncate -s 10 snapshot.record", "bad"),
        ("rm snapshot.signature", "bad"),
        ("sed -i s/MCowBQYDK2VwAyEA./MCowBQYDK2VwAyEAx/ snapshot.key.pem", "bad"),
        ("sed -i 's/^dossier\\tD1/dossier\\tD2/' MANIFEST.tsv", "foreign"),
        ("rm snapshot.*", "none"),
    ] {
        assert_eq!(tampered(script).ends(12).json()["record"], record, "{script}");
    }
    for script in
        ["sed -i 's/\\tin\\/large/\\t..\\/large/' MANIFEST.tsv", "sed -i 4,5d MANIFEST.tsv", "echo x >> MANIFEST.tsv", "rm MANIFEST.tsv"]
    {
        let said = tampered(script).ends(12);
        assert!(said.err.contains("is no export"), "{}", said.err);
    }
    // Copied without times: nothing of it is wrong.
    shell(&world, "rm -rf out && cp -r whole out").ends(0);
    let checked = verify(&world, "out", &[]).ends(0).json();
    assert_eq!((&checked["is_sound"], checked["times_changed"].as_u64() > Some(10)), (&true.into(), true));
}

#[test]
fn a_zip_that_was_changed_is_seen() {
    let world = World::with_repository();
    with_dossier(&world, b"first");
    world.run(&["export", "D1", "--to", "whole.zip"]).ends(0);
    let tampered = |python: &str| {
        let script =
            format!("import zipfile\nz = zipfile.ZipFile('whole.zip')\no = zipfile.ZipFile('out.zip', 'w')\n{python}\no.close()\n");
        shell(&world, &format!("rm -f out.zip && python3 -W ignore - <<'END'\n{script}END")).ends(0);
        verify(&world, "out.zip", &[])
    };
    let copied = |change: &str| format!("for n in z.namelist():\n    b = z.read(n)\n    {change}\n    o.writestr(z.getinfo(n), b)");
    tampered(&copied("pass")).ends(0);
    for (change, name, what) in [
        ("b = b.replace(b'first', b'FIRST')", "files/in/ledger", "changed"),
        ("b = b + bytes(1 << 28) if n.endswith('ledger') else b", "files/in/ledger", "changed"),
        ("o.writestr('../../evil', 'x') if n.endswith('ledger') else 0", "../../evil", "extra"),
        ("o.writestr('/etc/evil', 'x') if n.endswith('ledger') else 0", "/etc/evil", "extra"),
        ("if n.endswith('ledger'): continue", "files/in/ledger", "missing"),
        ("o.writestr(n, 'x') if n.endswith('ledger') else 0", "files", "unreadable"),
    ] {
        let checked = tampered(&copied(change)).ends(12).json();
        assert!(wrong(&checked).contains(&(name.to_owned(), what.to_owned())), "{change}: {}", checked["wrong"]);
    }
    assert!(!world.path("evil").exists());
    let bytes = fs::read(world.path("whole.zip")).unwrap();
    for length in [0, 100, bytes.len() / 2, bytes.len() - 30] {
        fs::write(world.path("cut.zip"), &bytes[..length]).unwrap();
        assert!(verify(&world, "cut.zip", &[]).ends(12).err.contains("is no export"));
    }
}

#[test]
fn the_state_of_a_date_and_without_the_record() {
    let world = World::with_repository();
    with_dossier(&world, b"first");
    let then = world.run(&["snapshots", "--json"]).ends(0).json()["snapshots"][0]["time"].as_str().unwrap().to_owned();
    with_dossier(&world, b"second");
    world.run(&["export", "D1", "--to", "now"]).ends(0);
    let told = world.run(&["export", "D1", "--at", &then, "--to", "then", "--no-record", "--lang", "fr"]).ends(0);
    assert!(told.out.starts_with("Dossier D1 au ") && !told.err.contains("nomme"), "{}{}", told.out, told.err);
    assert_eq!(
        ["now", "then"].map(|at| fs::read(world.path(at).join("files/in/ledger")).unwrap()),
        [b"second".to_vec(), b"first".to_vec()]
    );
    assert_eq!(fs::metadata(world.path("now")).unwrap().permissions().mode() & 0o777, 0o700, "nobody else's business yet");
    let checked = verify(&world, "then", &[]).ends(0).json();
    assert_eq!((&checked["record"], &checked["is_evident"]), (&"none".into(), &true.into()));
    verify(&world, "then", &["--signer", &signer(&world)]).ends(12);
    let page = fs::read_to_string(world.path("then/README.html")).unwrap();
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is not in {page}"));
    assert!(
        page.contains("<html lang=\"fr\">") && place("lang=\"fr\"") < place("lang=\"en\"") && place("lang=\"en\"") < place("lang=\"pt\"")
    );
    let page = fs::read_to_string(world.path("now/README.html")).unwrap();
    assert!(page.contains(&format!("--signer {}", signer(&world))) && !page.contains("http:") && !page.contains("<script"), "{page}");
}

#[test]
fn what_cannot_be_is_refused_and_leaves_nothing() {
    let world = World::with_repository();
    with_dossier(&world, b"first");
    let left = || {
        fs::read_dir(world.path(""))
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().as_bytes().starts_with(b".liasse-"))
            .count()
    };
    world.write("full/mine", b"mine");
    world.write("there.zip", b"mine");
    symlink("empty", world.path("link")).unwrap();
    fs::create_dir(world.path("empty")).unwrap();
    for target in ["full", "there.zip", "link", "src/letter.txt"] {
        world.run(&["export", "D1", "--to", target]).ends(1).says("is there already");
    }
    world.run(&["export", "D1", "--to", "nowhere/out"]).ends(1).says("not found");
    let inside = world.repository().join("out");
    world.run(&["export", "D1", "--to", inside.to_str().unwrap()]).ends(2).says("in the repository itself");
    world.run(&["export", "D9", "--to", "out"]).ends(1).says("no snapshot has the dossier D9");
    world.run(&["export", "../D1", "--to", "out"]).ends(2);
    world.run(&["export", "D1", "--at", "1999-12-31", "--to", "out"]).ends(1).says("D1");
    assert!(!world.path("out").exists() && left() == 0);
    assert_eq!(fs::read(world.path("full/mine")).unwrap(), b"mine");
    assert!(verify(&world, "full", &[]).ends(12).err.contains("is no export"));
    assert!(verify(&world, "nothing", &[]).ends(12).err.contains("is no export"));
    // An empty folder is a place.
    world.run(&["export", "D1", "--to", "empty"]).ends(0);
    verify(&world, "empty", &[]).ends(0);
    let script = "mount -t tmpfs -o size=64k none full && ! $LIASSE export D1 --to full/out 2>err && ! $LIASSE export D1 --to full/out.zip 2>>err; ls -A full; cat err";
    world.write_noise("books/D1/in/large", 1 << 20, 3);
    world.run(&["run", "--config", "set.toml"]).ends(0);
    if let Some(ran) = world.run_with_mounts(script) {
        assert!(ran.out.starts_with("error: "), "{}{}", ran.out, ran.err);
        assert_eq!(ran.out.matches("space").count(), 2, "{}", ran.out);
    }
    assert_eq!(left(), 0);
}

#[test]
fn damage_is_told_and_stays_visible_in_the_export() {
    let world = World::with_repository();
    world.write_noise("books/D1/in/large", 12 << 20, 8);
    with_dossier(&world, b"first");
    for pack in world.objects("packs").iter().filter(|pack| fs::metadata(pack).unwrap().len() > 8 << 20) {
        let mut bytes = fs::read(pack).unwrap();
        let end = bytes.len() - (1 << 20);
        bytes[6 << 20..end].iter_mut().step_by(100_000).for_each(|byte| *byte ^= 1);
        fs::write(pack, bytes).unwrap();
    }
    for target in ["out", "out.zip"] {
        let exported = world.run(&["export", "D1", "--to", target, "--json"]).ends(12).json();
        assert_eq!(exported["lost"][0]["path"], "in/large");
        // A zip has the part that could be read, which nobody must take for the file.
        let checked = verify(&world, target, &["--signer", &signer(&world)]).ends(if target == "out" { 3 } else { 12 }).json();
        assert_eq!((&checked["absent"][0]["path"], &checked["is_evident"]), (&"in/large".into(), &true.into()));
        assert_eq!(wrong(&checked).iter().any(|(name, _)| name == "files/in/large"), target == "out.zip");
    }
    assert!(fs::read_to_string(world.path("out/README.html")).unwrap().contains("<li>in/large</li>"));
    shell(&world, "cd out && sha256sum -c --strict --quiet SHA256SUMS").ends(0);
}

/// What root restores for itself, somebody else can take out too, as far as they may.
#[test]
fn somebody_who_is_not_root_exports() {
    let world = World::with_repository();
    with_dossier(&world, b"first");
    if is_root() {
        std::os::unix::fs::chown(world.path("books/D1/in/ledger"), Some(4242), Some(4242)).unwrap();
        world.run(&["run", "--config", "set.toml"]).ends(0);
    }
    world.run_unprivileged(&["export", "D1", "--to", "out"]).ends(0);
    verify(&world, "out", &["--signer", &signer(&world)]).ends(0);
    assert!(Path::new(&world.path("out/files/in/ledger")).exists());
}

#[test]
fn who_stops_an_export_finds_nothing_of_it() {
    let world = World::with_repository();
    world.write_noise("books/D1/in/large", 60 << 20, 9);
    with_dossier(&world, b"first");
    let names = || -> Vec<_> {
        let mut names: Vec<_> = fs::read_dir(world.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    for target in ["out", "out.zip"] {
        let mut child = world.command(&["export", "D1", "--to", target]).stderr(std::process::Stdio::piped()).spawn().unwrap();
        crate::support::wait_until(&mut child, || names().len() > before.len());
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stderr));
        assert_eq!(names(), before, "{target}");
    }
}
