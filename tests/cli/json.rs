//! `docs/json.md` and what is printed have the same names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::{Alarm, Cause, Reports};
use serde_json::Value;

use crate::support::{World, belongs_to_a_stranger, finish, is_root, noise};

type Names = BTreeMap<String, BTreeSet<String>>;

/// The names that the page documents, by section.
fn documented() -> Names {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap();
    let mut names = Names::new();
    let mut section = String::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut section);
        } else if let Some((name, _)) = line.strip_prefix("| `").and_then(|rest| rest.split_once('`')) {
            assert!(names.entry(section.clone()).or_default().insert(name.to_owned()), "{section}: {name} twice");
        }
    }
    names
}

fn names_of(value: &Value, prefix: &str, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                names_of(value, &name, names);
                names.insert(name);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names_of(item, &format!("{prefix}[]"), names)),
        _ => {}
    }
}

/// Gathers what is printed.
#[derive(Default)]
struct Printed(Names);

impl Printed {
    fn add(&mut self, section: &str, lines: &str) {
        assert!(!lines.is_empty(), "{section} printed nothing");
        for line in lines.lines() {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{section}: {error}: {line}"));
            assert!(section == "ls" || section == "Errors" || value["schema"] == 1, "{line}");
            names_of(&value, "", self.0.entry(section.to_owned()).or_default());
        }
    }
}

/// A world in which everything that has a name in JSON occurs.
fn print_everything(world: &World) -> Printed {
    let mut printed = Printed::default();
    let odd = |name: &[u8]| world.path("src").join(std::ffi::OsStr::from_bytes(name));
    printed.add("init", &world.run(&["init", "--json", "--recovery-key"]).ends(0).out);
    fs::write(odd(b"odd\xff"), noise(100, 10)).unwrap();
    std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(b"odd\xff"), odd(b"odd-link")).unwrap();
    let _sockets = [odd(b"socket\xff"), odd(b"socket")].map(|path| std::os::unix::net::UnixListener::bind(path).unwrap());
    let missing = odd(b"missing\xff");
    let odd_file = odd(b"odd\xff");
    let args = ["backup".as_ref(), "--json".as_ref(), odd_file.as_os_str(), "src".as_ref(), missing.as_os_str()];
    let dry: Vec<_> = args.iter().copied().chain(["--dry-run".as_ref()]).collect();
    printed.add("backup", &world.run(&dry).ends(3).out);
    printed.add("backup", &world.run(&args).ends(3).out);
    printed.add("restore", &world.run(&["restore", "latest", "--dry-run", "--json", "--target", "dry"]).ends(0).out);
    printed.add("ls", &world.run(&["ls", "-R", "--json", "latest"]).ends(0).out);
    fs::create_dir(world.path("mnt")).unwrap();
    if crate::mounted::is_possible() {
        printed.add("mount", &world.run(&["mount", "mnt", "--json", "--background", "--snapshot", "latest"]).ends(0).out);
        crate::mounted::unmount(&world.path("mnt"));
    } else {
        printed.0.extend(documented().remove_entry("mount"));
    }
    printed.add("serve", &crate::serve::first_line(world, &["--snapshot", "latest"]));
    printed.add("check", &world.run(&["check", "--json"]).ends(0).out);
    crate::parity::print_all(world, |section, lines| printed.add(section, lines));
    printed.add("stats", &world.run(&["stats", "--json"]).ends(0).out);
    printed.add("config show", &world.run(&["config", "show", "--json"]).ends(0).out);
    let auditor = finish(world.command(&["key", "add", "--json", "--role", "auditor"]).env("LIASSE_NEW_PASSWORD", "auditing")).ends(0);
    printed.add("key add", &auditor.out);
    printed.add("key add", &world.run(&["key", "add", "--json", "--recovery-key"]).ends(0).out);
    printed.add("key list", &world.run(&["key", "list", "--json"]).ends(0).out);
    let id = auditor.json()["id"].as_str().unwrap().to_owned();
    printed.add("key remove", &world.run(&["key", "remove", "--json", &id]).ends(0).out);
    printed.add("Errors", &world.run(&["ls", "--json", "latest:/nowhere"]).ends(1).err);
    print_settings(world, &mut printed);
    print_reports(world, &mut printed);
    print_status(world, &mut printed);
    print_in_place(&mut printed);
    print_schedule(world, &mut printed);
    print_shortfalls(world, &mut printed);
    print_browsed(&mut printed);
    print_export(&mut printed);
    print_damage(world, &mut printed);
    print_rollback(&mut printed);
    printed
}

/// A first file, settings with a mistake, and a key that two places set.
fn print_settings(world: &World, printed: &mut Printed) {
    printed.add("config init", &world.run(&["config", "init", "--json", "--config", "made/c.toml", "--root", "src"]).ends(0).out);
    world.write("bad.toml", b"repositroy = \"/r\"\nrepository = \"/r\"\n[[rule]]\nname = \"r\"\nroot = \"/nowhere\"\n");
    let bad = ["--json", "--config", "bad.toml", "--set", "repository=/s"];
    printed.add("config check", &world.run(&[&["config", "check"], &bad[..]].concat()).ends(1).out);
    printed.add("config explain", &world.run(&[&["config", "explain"], &bad[..]].concat()).ends(0).out);
}

/// A report with everything that can be in one, and one that cannot be read.
fn print_reports(world: &World, printed: &mut Printed) {
    let reports = Reports::open(world.path("logs")).unwrap();
    let mut report = crate::sample::hostile();
    report.dossiers[1].alarms =
        vec![Alarm::Empty { files_before: 1 }, Alarm::Vanished { files: 1, files_before: 1, bytes: 1, bytes_before: 1 }];
    report.dossiers[1].causes = vec![
        Cause::NoCode { file: "a".to_owned(), key: "Code".to_owned() },
        Cause::Recoded { code: "D2".parse().unwrap() },
        Cause::TwoFolders { paths: "/a, /b".to_owned() },
        Cause::Within { outer: "/a".to_owned() },
    ];
    reports.save(&report, &Texts::new(Lang::English)).unwrap();
    printed.add("report show", &world.run(&["report", "show", "--json", "--folder", "logs"]).ends(0).out);
    world.write("logs/2026-01-01T210000+0100-00000000.json", b"rubbish");
    printed.add("report list", &world.run(&["report", "list", "--json", "--folder", "logs"]).ends(3).out);
}

/// A dossier with a cause and an alarm in the last report, after a check.
fn print_status(world: &World, printed: &mut Printed) {
    world.write("books/D1/ledger", b"1");
    let listed = world.run(&["snapshots", "--json"]).ends(0).json();
    let mut report = crate::sample::hostile();
    listed["snapshots"][0]["host"].as_str().unwrap().clone_into(&mut report.host);
    report.repository = world.repository().display().to_string();
    report.began = jiff::Timestamp::now();
    report.dossiers.truncate(1);
    let dossier = &mut report.dossiers[0];
    dossier.code = "D1".parse().unwrap();
    dossier.outcome = liasse_dossier::report::Outcome::InUse;
    dossier.causes = vec![Cause::LockFile { file: "a".to_owned(), by: None }];
    dossier.alarms = vec![Alarm::Empty { files_before: 1 }];
    Reports::open(world.path("told")).unwrap().save(&report, &Texts::new(Lang::English)).unwrap();
    let settings = format!("[report]\nfolder = '{}'\n[[rule]]\nname = 'books'\nroot = '{}'\n", world.text("told"), world.text("books"));
    world.write("status.toml", settings.as_bytes());
    printed.add("status", &world.run(&["status", "--json", "--config", "status.toml"]).ends(3).out);
    world.run(&["run", "--config", "status.toml"]).ends(0);
    printed.add("restore --list", &world.run(&["restore", "--list", "--json", "--config", "status.toml"]).ends(0).out);
}

/// Dossiers that are put in place, in a folder and with files whose names are no text.
fn print_in_place(printed: &mut Printed) {
    let world = World::with_repository();
    let odd = |name: &[u8]| world.path("").join(std::ffi::OsStr::from_bytes(name));
    fs::create_dir_all(odd(b"books\xff/D1")).unwrap();
    std::os::unix::fs::symlink(odd(b"books\xff"), world.path("books")).unwrap();
    fs::write(odd(b"books\xff/D1/odd\xff"), b"1").unwrap();
    world.write("books/D2/ledger", b"2");
    let rule = format!(
        "[[rule]]\nname = 'books'\nroot = '{}'\n[[rule.part]]\nname = 'photos'\npatterns = ['*.jpg']\n",
        world.path("").join("books").display()
    );
    world.write("set.toml", rule.as_bytes());
    world.run(&["run", "--set", "rule.books.without=[\"photos\"]", "--config", "set.toml"]).ends(0);
    for name in [&b"odd\xff"[..], b"stays\xff.jpg", b"goes\xff"] {
        fs::write(odd(&[b"books\xff/D1/", name].concat()), b"newer").unwrap();
    }
    world.write("books/.liasse-restore-D1/new/left", b"left");
    world.write("books/.liasse-restore-D1/note", b"old 1\nnew 2\n");
    let args = ["restore", "D1", "--in-place", "--keep-replaced", "--delete-others", "--json", "--config", "set.toml"];
    printed.add("restore --in-place", &world.run(&[&args[..], &["--dry-run"]].concat()).ends(0).out);
    printed.add("restore --in-place", &world.run(&args).ends(0).out);
}

fn print_schedule(world: &World, printed: &mut Printed) {
    let set = ["schedule.every='day 21:00'", "schedule.system='systemd'", "schedule.scope='user'"];
    let options: Vec<&str> = set.into_iter().flat_map(|set| ["--set", set]).chain(["--json"]).collect();
    for command in ["install", "show", "remove"] {
        printed.add(&format!("schedule {command}"), &world.run(&[&["schedule", command][..], &options].concat()).ends(0).out);
    }
}

/// Owners that cannot be set, of names that are text and of others.
fn print_shortfalls(world: &World, printed: &mut Printed) {
    let odd = std::ffi::OsStr::from_bytes(b"theirs/odd\xff");
    for name in ["theirs/plain".as_ref(), odd] {
        let path = world.path("").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"x").unwrap();
        if is_root() {
            belongs_to_a_stranger(&path);
        }
    }
    world.run(&["backup", "theirs"]).ends(0);
    let target = std::ffi::OsStr::from_bytes(b"out\xff");
    let args = ["restore".as_ref(), "--json".as_ref(), "latest".as_ref(), "--target".as_ref(), target];
    printed.add("restore", &world.run_unprivileged(&args).ends(0).out);
}

/// Differences, versions and what is found, with names that are no text, and with trees and a snapshot that are damaged.
fn print_browsed(printed: &mut Printed) {
    let world = World::with_snapshot();
    let odd = |name: &[u8]| world.path("src").join(std::ffi::OsStr::from_bytes(name));
    fs::create_dir(odd(b"odd\xff")).unwrap();
    fs::create_dir(odd(b"plain")).unwrap();
    std::os::unix::fs::symlink(odd(b"odd\xff"), odd(b"odd-link\xff")).unwrap();
    world.write("src/letter.txt", b"Dear Grace,\n");
    world.run(&["backup", "src"]).ends(0);
    fs::remove_file(odd(b"deep/empty")).unwrap();
    for (folder, number) in [(&b"odd\xff"[..], 1), (b"plain", 2)] {
        fs::write(odd(folder).join("file"), [number]).unwrap();
    }
    world.run(&["backup", "src"]).ends(0);
    let ids = world.snapshots();
    let link = odd(b"odd-link\xff");
    let history = ["history".as_ref(), "--json".as_ref(), link.as_os_str()];
    printed.add("diff", &world.run(&["diff", "--json", &ids[0], &ids[2]]).ends(0).out);
    printed.add("history", &world.run(&history).ends(0).out);
    printed.add("find", &world.run(&["find", "--json", "-v", "*"]).ends(0).out);
    let dump = ["dump".as_ref(), "--json".as_ref(), "latest".as_ref(), "--format".as_ref(), "zip".as_ref(), "--output".as_ref()];
    printed.add("dump", &world.run(&[&dump[..], &[std::ffi::OsStr::from_bytes(b"odd\xff.zip")]].concat()).ends(0).out);
    fs::write(world.repository().join("snapshots").join(&ids[1]), b"rubbish").unwrap();
    for pack in world.objects("packs") {
        fs::remove_file(pack).unwrap();
    }
    printed.add("diff", &world.run(&["diff", "--json", "--no-cache", &ids[0], &ids[2]]).ends(12).out);
    let history = [&history[..], &["--no-cache".as_ref()]].concat();
    printed.add("history", &world.run(&history).ends(12).out);
    printed.add("find", &world.run(&["find", "--json", "--no-cache", "*"]).ends(12).out);
    let lost = [&dump[..], &["lost.zip".as_ref(), "--no-cache".as_ref()]].concat();
    printed.add("dump", &world.run(&lost).ends(12).out);
}

/// A dossier with a file that is lost, and an export that somebody added to.
fn print_export(printed: &mut Printed) {
    let world = World::with_repository();
    let odd = |place: &str, name: &[u8]| world.path(place).join(std::ffi::OsStr::from_bytes(name));
    world.write_noise("books/D1/in/plain", 1 << 20, 12);
    fs::write(odd("books/D1/in", b"odd\xff"), noise(1 << 20, 13)).unwrap();
    for name in [&b"pipe\xff"[..], b"pipe"] {
        assert!(Command::new("mkfifo").arg(odd("books/D1/in", name)).status().unwrap().success());
    }
    crate::cat::with_dossier(&world, b"first");
    let zip = odd("", b"odd\xff.zip");
    let args = ["export".as_ref(), "D1".as_ref(), "--json".as_ref(), "--to".as_ref(), zip.as_os_str()];
    printed.add("export", &world.run(&args).ends(3).out);
    let largest = world.objects("packs").into_iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    fs::remove_file(largest).unwrap();
    printed.add("export", &world.run(&["export", "D1", "--json", "--to", "out", "--no-cache"]).ends(12).out);
    for name in [&b"more\xff"[..], b"more"] {
        fs::write(odd("out/files", name), b"").unwrap();
    }
    printed.add("verify-export", &world.run(&["verify-export", "out", "--json"]).ends(12).out);
}

/// A snapshot and a config that were there and are gone.
fn print_rollback(printed: &mut Printed) {
    let world = World::with_snapshot();
    world.run(&["key", "add", "--role", "writer", "--out", "credential"]).ends(0);
    world.run(&["backup", "src"]).ends(0);
    assert!(Command::new("cp").arg("-a").arg(world.repository()).arg(world.path("newer")).status().unwrap().success());
    fs::remove_file(world.repository().join("config/2")).unwrap();
    fs::remove_file(&world.objects("snapshots")[0]).unwrap();
    printed.add("repair", &world.run(&["repair", "from", "newer", "--json"]).ends(0).out);
    printed.add("check", &world.run(&["check", "--json"]).ends(13).out);
    printed.add("backup", &world.run(&["backup", "src", "--json"]).ends(13).out);
    printed.add("status", &world.run(&["status", "--json"]).ends(13).out);
}

/// Data and a snapshot that are damaged.
fn print_damage(world: &World, printed: &mut Printed) {
    fs::write(world.path("src").join(std::ffi::OsStr::from_bytes(b"large\xff")), noise(4 << 20, 11)).unwrap();
    fs::write(world.path("src/large"), noise(4 << 20, 12)).unwrap();
    world.run(&["backup", "src"]).ends(0);
    let packs = world.objects("packs");
    let largest = packs.iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    let mut bytes = fs::read(largest).unwrap();
    // Every block of it.
    let end = bytes.len() - 4096;
    bytes[1024..end].iter_mut().step_by(65_536).for_each(|byte| *byte ^= 1);
    fs::write(largest, bytes).unwrap();
    printed.add("restore", &world.run(&["restore", "--json", "latest", "--target", "lost"]).ends(12).out);
    // A folder that is none of the repository's is worth a note.
    fs::write(world.repository().join("packs/notes.txt"), b"?").unwrap();
    printed.add("check", &world.run(&["check", "--read-data", "--json"]).ends(12).out);
    printed.add("check", &world.run(&["check", "--drill", "1000", "--json"]).ends(12).out);
    printed.add("repair", &world.run(&["repair", "from-source", "--json", "src"]).ends(12).out);
    let last = world.snapshots().pop().unwrap();
    fs::write(world.repository().join("snapshots").join(last), b"rubbish").unwrap();
    printed.add("snapshots", &world.run(&["snapshots", "--json"]).ends(12).out);
}

#[test]
fn what_is_printed_is_what_is_documented() {
    let world = World::new();
    let printed = print_everything(&world).0;
    let documented = documented();
    assert_eq!(printed.keys().collect::<Vec<_>>(), documented.keys().collect::<Vec<_>>(), "every command has its section");
    // Owners of other people's files cannot be had without root; no harm hits a tree and not those above it.
    let never = |section: &str, name: &str| {
        matches!((section, name), ("diff" | "find", "unreadable[].path_hex") | ("dump", "lost[].path_hex"))
            || !is_root() && name.starts_with("shortfalls[]")
    };
    for (section, names) in &documented {
        let printed = &printed[section];
        let secret: Vec<_> = printed.difference(names).collect();
        assert!(secret.is_empty(), "{section} prints what is not documented: {secret:?}");
        let missing: Vec<_> = names.difference(printed).filter(|name| !never(section, name)).collect();
        assert!(missing.is_empty(), "{section} does not print what is documented: {missing:?}");
    }
}

/// The examples are real: they have only names that are documented.
#[test]
fn examples_are_valid() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap();
    let documented = documented();
    let mut section = String::new();
    let mut seen = BTreeSet::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut section);
        } else if line.starts_with('{') {
            let mut names = BTreeSet::new();
            names_of(&serde_json::from_str(line).unwrap(), "", &mut names);
            assert!(names.is_subset(&documented[&section]), "{section}: {:?}", names.difference(&documented[&section]));
            seen.insert(section.clone());
        }
    }
    assert_eq!(seen.len(), documented.len(), "every section has an example");
}

#[test]
fn errors_are_json_too() {
    let world = World::with_repository();
    let ran = finish(world.command(&["snapshots", "--json"]).env("LIASSE_PASSWORD", "wrong")).ends(11);
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!((ran.out.as_str(), &error["exit_code"]), ("", &11.into()));
}
