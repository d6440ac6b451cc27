//! A week of nightly runs over dossiers that live: some open, some failing, one emptied, a power cut in the middle. Reports, mails, exit codes
//! and snapshots are what they must be, in three languages (the trade: dossiers "in use" are skipped and taken next time; a report and a
//! file of the codes in error; mail only on errors).

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::servers::Server;
use crate::support::{Ran, World, finish, wait_until};

/// The codes of its dossiers.
pub(crate) const CODES: [&str; 6] = ["D1001", "D1002", "D1003", "D1004", "D1005", "X9"];

/// A firm with its settings, a credential that cannot read, and a mail server.
pub(crate) struct Firm {
    pub(crate) world: World,
    pub(crate) mails: Server,
}

impl Firm {
    pub(crate) fn new() -> Self {
        let world = World::new();
        for (seed, code) in (1_u64..).zip(CODES) {
            sqlite(
                &world.path("books").join(code),
                &format!("create table t(a, b); insert into t values ({seed}, hex(randomblob(200000)))"),
            );
            world.write(&format!("books/{code}/journal.log"), b"opened\n");
            world.write(&format!("books/{code}/2023.sig"), format!("signed {code}").as_bytes());
        }
        world.write("books/TEMPLATE/ledger.db", b"nothing");
        let mails = Server::smtp("plain", None);
        let firm = Self { world, mails };
        firm.settings("en", "");
        firm.world.run(&["init", "--config", &firm.world.text("set.toml")]).ends(0);
        let credential = firm.world.text("credential");
        firm.world.run(&["key", "add", "--role", "writer", "--out", &credential, "--config", &firm.world.text("set.toml")]).ends(0);
        firm
    }

    pub(crate) fn settings(&self, lang: &str, more: &str) {
        let path = |name: &str| self.world.text(name);
        let text = format!(
            "language = '{lang}'\nrepository = '{}'\ncredential = '{}'\n[[rule]]\nname = 'firm'\nroot = '{}'\nexclude = ['TEMPLATE']\n\
             [report]\nfolder = '{}'\n[mail]\nwhen = 'on-error'\nto = ['ada@example.org']\nfrom = 'liasse@example.org'\nhost = '127.0.0.1'\n\
             port = {}\nsecurity = 'none'\n{more}",
            path("vault"),
            path("credential"),
            path("books"),
            path("logs"),
            self.mails.port,
        );
        self.world.write("set.toml", text.as_bytes());
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.world.command(&[&["run", "--config", &self.world.text("set.toml")], args].concat());
        // No password: the nightly job cannot read what it writes.
        command.env_remove("LIASSE_PASSWORD");
        command
    }

    pub(crate) fn night(&self, args: &[&str]) -> Ran {
        // Times of what was written before are believed from now on.
        std::thread::sleep(Duration::from_millis(150));
        finish(&mut self.command(args))
    }

    pub(crate) fn work(&self, code: &str) {
        sqlite(&self.world.path("books").join(code), "insert into t values (2, hex(randomblob(500)))");
        let journal = self.world.path("books").join(code).join("journal.log");
        let text = fs::read_to_string(&journal).unwrap();
        fs::write(journal, text + "typed\n").unwrap();
    }

    fn journal(&self, snapshot: &str, code: &str) -> String {
        let books = fs::canonicalize(self.world.path("books")).unwrap();
        let what = format!("{snapshot}:{}/{code}", books.display());
        fs::remove_dir_all(self.world.path("back")).ok();
        self.world.run(&["restore", &what, "--target", "back", "-r", "vault"]).ends(0);
        fs::read_to_string(self.world.path("back/journal.log")).unwrap()
    }
}

pub(crate) fn sqlite(folder: &Path, statement: &str) {
    fs::create_dir_all(folder).unwrap();
    let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()";
    let done = Command::new("python3").args(["-c", script]).arg(folder.join("ledger.db")).arg(statement).status().unwrap();
    assert!(done.success());
}

/// A program that works in a ledger until its input ends.
pub(crate) struct Station(Child);

impl Station {
    pub(crate) fn open(ledger: &Path) -> Self {
        let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('begin immediate');\
                      c.execute('insert into t values (9, 9)'); print('open', flush=True); sys.stdin.read(); c.execute('rollback')";
        let mut child =
            Command::new("python3").args(["-c", script]).arg(ledger).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "open\n");
        Self(child)
    }

    pub(crate) fn close(mut self) {
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn a_week() {
    let mut firm = Firm::new();

    // Monday: everything is new. No mail, because all is well.
    let told = firm.night(&[]).ends(0).out;
    assert!(
        told.ends_with("6 of 6 dossiers saved, 0 in error.\n") && told.contains("TEMPLATE: left out by its name (rule firm)."),
        "{told}"
    );

    // Tuesday: two dossiers were worked in, one of them is still open.
    firm.work("D1001");
    firm.work("D1002");
    let station = Station::open(&firm.world.path("books/D1002/ledger.db"));
    let told = firm.night(&[]).ends(3).out;
    assert!(told.lines().last().unwrap().starts_with("5 of 6 dossiers saved, 1 in error: D1002"), "{told}");
    station.close();
    let mail = firm.mails.next().unwrap();
    assert!(mail["subject"].as_str().unwrap().contains("5 of 6 dossiers saved, 1 in error"), "{mail}");
    assert_eq!(firm.journal("latest", "D1001"), "opened\ntyped\n");
    assert_eq!(firm.journal("latest", "D1002"), "opened\n");

    // Wednesday: it is closed, and taken. The dump of another fails; in French.
    firm.work("D1003");
    firm.settings("fr", "[[hook]]\nname = 'export'\nwhen = 'before-dossier'\ndossiers = ['D1003']\ncommand = 'echo plein >&2; exit 4'\n");
    let told = firm.night(&[]).ends(3).out;
    assert!(told.contains("La préparation « export » a échoué") && told.contains("plein"), "{told}");
    assert!(told.lines().last().unwrap().starts_with("5 sur 6 dossiers sauvegardés, 1 en erreur : D1003"), "{told}");
    assert!(firm.mails.next().unwrap()["subject"].as_str().unwrap().contains("5 sur 6 dossiers sauvegardés"));
    assert_eq!(firm.journal("latest", "D1002"), "opened\ntyped\n");
    assert_eq!(firm.journal("latest", "D1003"), "opened\n");

    // Thursday: power is cut in the middle of a run that has much to store. The next one goes on; in Portuguese.
    firm.settings("pt", "");
    firm.work("D1004");
    firm.world.write_noise("books/D1005/scans/all.tif", 60_000_000, 5);
    let before = firm.world.run(&["snapshots", "-r", "vault", "--json"]).ends(0).json()["snapshots"].as_array().unwrap().len();
    let mut child = firm.command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let packs = firm.world.path("vault/packs");
    let count = || walk(&packs);
    let first = count();
    wait_until(&mut child, || count() > first);
    child.kill().unwrap();
    child.wait().unwrap();
    let after = firm.world.run(&["snapshots", "-r", "vault", "--json"]).ends(0).json()["snapshots"].as_array().unwrap().len();
    assert_eq!(after, before, "a run that is cut off leaves no snapshot");
    let told = firm.night(&[]).ends(0).out;
    assert!(told.ends_with("6 de 6 dossiês salvos, 0 com erro.\n"), "{told}");
    assert_eq!(firm.journal("latest", "D1003"), "opened\ntyped\n");

    // Friday: one dossier was emptied, one is gone. Both keep their last state; the alarm is first.
    for name in ["ledger.db", "journal.log", "2023.sig"] {
        fs::remove_file(firm.world.path("books/D1001").join(name)).unwrap();
    }
    fs::remove_dir_all(firm.world.path("books/X9")).unwrap();
    firm.settings("en", "");
    let told = firm.night(&[]).ends(3).out;
    let (alarm, table) = (told.find("D1001").unwrap(), told.find("Dossiers\n").unwrap());
    assert!(alarm < table && told.contains("4 of 6 dossiers saved, 2 in error"), "{told}");
    let mail = firm.mails.next().unwrap();
    assert!(mail["parts"].as_object().unwrap().keys().any(|name| name.contains("error")), "{mail}");
    assert_eq!(firm.journal("latest", "D1001"), "opened\ntyped\n");
    let codes = fs::read_dir(firm.world.path("logs")).unwrap().map(|entry| entry.unwrap().path());
    let newest = codes.filter(|path| path.to_str().unwrap().ends_with(".errors.txt")).max().unwrap();
    assert_eq!(fs::read_to_string(newest).unwrap(), "D1001\nX9\n");

    // Saturday: one dossier alone, before it is closed, held for six years. A second run at the same time is refused.
    firm.work("D1004");
    let told = firm.night(&["D1004", "--reason", "before-closing", "--hold", "fiscal-6y", "--json"]).ends(0).json();
    let outcome = |code: &str| told["dossiers"].as_array().unwrap().iter().find(|line| line["code"] == code).unwrap()["outcome"].clone();
    assert_eq!((outcome("D1004"), outcome("D1002")), ("stored".into(), "not-asked".into()));
    firm.night(&["D1040"]).ends(2).says("Is this meant: D1004");

    // A dossier comes back by its code, also one that is gone, and as it was before.
    let back = firm.world.run(&["restore", "X9", "D1004", "--target", "codes", "-r", "vault", "--json"]).ends(0).json();
    assert_eq!((back["dossiers"][0]["code"].as_str(), back["dossiers"][1]["code"].as_str()), (Some("X9"), Some("D1004")));
    let text = |path: &str| fs::read_to_string(firm.world.path(path)).unwrap();
    assert_eq!((text("codes/X9/2023.sig"), text("codes/D1004/journal.log")), ("signed X9".to_owned(), "opened\ntyped\ntyped\n".to_owned()));
    firm.world.run(&["restore", "D1001", "--target", "one", "-r", "vault"]).ends(0);
    assert_eq!(text("one/D1001/journal.log"), "opened\ntyped\n");
    firm.world.run(&["restore", "D1001", "--target", "one", "-r", "vault"]).ends(1).says("holds files already");
    firm.world
        .run(&["restore", "D1001", "--at", "2001-01-01", "--target", "two", "-r", "vault"])
        .ends(1)
        .says("no snapshot has the dossier");
    firm.world.run(&["restore", "D1001", "D1040", "--target", "two", "-r", "vault"]).ends(1).says("is this meant: D1004");
    firm.world.run(&["restore", "../D1001", "D1001", "--target", "two", "-r", "vault"]).ends(2).says("is no code of a dossier");
    assert!(!firm.world.path("two").exists());

    // Sunday: nothing happened, so nothing is stored, and everything is sound.
    let told = firm.night(&["--json"]).json();
    assert_eq!(told["dossiers"].as_array().unwrap().iter().map(|line| line["added"].as_u64().unwrap()).sum::<u64>(), 0);
    firm.world.run(&["check", "--read-data", "-r", "vault"]).ends(0);
}

/// Files below a folder.
fn walk(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { 1 }).sum()
}

#[test]
fn a_second_run_is_refused_or_waits() {
    let firm = Firm::new();
    let hook = "[[hook]]\nname = 'slow'\nwhen = 'before-run'\ncommand = 'touch began; while [ ! -e go ]; do sleep 0.05; done'\n";
    firm.settings("en", hook);
    let mut first = firm.command(&[]);
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = firm.world.path("began");
    wait_until(&mut first, || began.exists());
    firm.night(&[]).ends(1).says("Another run is at work (process");
    let mut second = firm.command(&["--wait"]);
    let mut second = second.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    firm.world.write("go", b"");
    assert!(first.wait().unwrap().success() && second.wait().unwrap().success());
    assert_eq!(firm.world.run(&["snapshots", "-r", "vault", "--json"]).ends(0).json()["snapshots"].as_array().unwrap().len(), 2);
}
