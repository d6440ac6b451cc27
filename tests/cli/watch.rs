//! `watch`: dossiers are saved when they were closed, while the program runs in the foreground.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{finish, wait_until};
use crate::unbegun::{move_away, put_back, reports};
use crate::week::Firm;

const SHORT: &str = "[watch]\nquiet = '1 s'\nlook-every = '1 s'\n";

/// A watch, and what it says.
struct Watching<'a> {
    firm: &'a Firm,
    child: Child,
}

impl<'a> Watching<'a> {
    /// Begins, and waits until dossiers are watched.
    fn begin(firm: &'a Firm, said: &str) -> Self {
        let args = ["--default-signal", env!("CARGO_BIN_EXE_liasse"), "watch", "-v", "--config", &firm.world.text("set.toml")];
        let mut command = firm.world.prepare(Command::new("env"), &args);
        let file = |name: &str| File::create(firm.world.path(name)).unwrap();
        command.env_remove("LIASSE_PASSWORD").stdout(file("watch.out")).stderr(file("watch.err"));
        let mut watching = Self { firm, child: command.spawn().unwrap() };
        watching.wait(|firm| read(firm, "watch.err").contains(said));
        watching
    }

    fn wait(&mut self, holds: impl Fn(&Firm) -> bool) {
        let firm = self.firm;
        wait_until(&mut self.child, || {
            // Looking costs more than waiting a little.
            std::thread::sleep(Duration::from_millis(20));
            holds(firm)
        });
    }

    /// Waits for that many reports, and gives the last one.
    fn report(&mut self, number: usize) -> Value {
        self.wait(|firm| reports(firm).len() >= number);
        let mut reports = reports(self.firm);
        assert_eq!(reports.len(), number);
        reports.pop().unwrap()
    }

    /// Ends it as the system does.
    fn end(mut self) -> i32 {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn read(firm: &Firm, name: &str) -> String {
    fs::read_to_string(firm.world.path(name)).unwrap()
}

/// Codes of the dossiers that a run was asked for and that it saved.
fn saved(report: &Value) -> Vec<&str> {
    let asked = report["dossiers"].as_array().unwrap().iter().filter(|dossier| dossier["outcome"] != "not-asked");
    asked.inspect(|dossier| assert_eq!(dossier["outcome"], "stored", "{report}")).map(|dossier| dossier["code"].as_str().unwrap()).collect()
}

/// A program that changed a file and keeps it open.
fn station(file: &Path) -> Child {
    let script = "import sys; f = open(sys.argv[1], 'a'); f.write('typed\\n'); f.flush(); print('open', flush=True); sys.stdin.read()";
    let mut command = Command::new("python3");
    let mut child = command.args(["-c", script]).arg(file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "open\n");
    child
}

#[test]
fn a_dossier_is_saved_when_it_is_closed() {
    let firm = Firm::new();
    firm.settings("en", SHORT);
    firm.night(&[]).ends(0);
    let mut watching = Watching::begin(&firm, "Watching 6 dossiers");

    // One is open, another is closed: only this one is saved.
    let mut open = station(&firm.world.path("books/D1001/journal.log"));
    firm.world.write("books/D1002/journal.log", b"opened\ntyped\n");
    let report = watching.report(2);
    assert_eq!((saved(&report), &report["reason"]), (vec!["D1002"], &"closed".into()));
    drop(open.stdin.take());
    open.wait().unwrap();
    assert_eq!(saved(&watching.report(3)), ["D1001"]);

    // One that is new; and two that close together go together.
    firm.world.write("books/D2000/journal.log", b"opened\n");
    assert_eq!(saved(&watching.report(4)), ["D2000"]);
    for code in ["D1003", "D2000"] {
        firm.world.write(&format!("books/{code}/journal.log"), b"opened\ntyped\n");
    }
    assert_eq!(saved(&watching.report(5)), ["D1003", "D2000"]);
    watching.wait(|firm| read(firm, "watch.out").lines().count() == 4);
    assert_eq!(watching.end(), 0);
    let told = read(&firm, "watch.out");
    assert!(told.lines().last().unwrap().ends_with("  D1003, D2000: 2 of 2 dossiers saved, 0 in error."), "{told}");
    assert_eq!(firm.mails.end(), [] as [Value; 0]);
}

#[test]
fn an_outage_is_told_once_and_nothing_is_forgotten() {
    let mut firm = Firm::new();
    firm.settings("fr", SHORT);
    firm.night(&[]).ends(0);
    move_away(&firm);
    {
        let mut watching = Watching::begin(&firm, "dossiers sont surveillés");
        firm.world.write("books/D1003/journal.log", b"opened\ntyped\n");
        let report = watching.report(2);
        assert!(report["failure"].as_str().unwrap().contains("branchez-le"), "{report}");
        // It is tried again and again, and another dossier is closed meanwhile.
        let tried = |firm: &Firm| read(firm, "watch.err").matches("un nouvel essai suivra").count();
        watching.wait(|firm| tried(firm) > 1);
        firm.world.write("books/D1004/journal.log", b"opened\ntyped\n");
        let before = tried(&firm);
        // Longer than it takes for the other to be found closed.
        watching.wait(|firm| tried(firm) > before + 5);
        put_back(&firm);
        assert_eq!(saved(&watching.report(3)), ["D1003", "D1004"]);
        watching.wait(|firm| read(firm, "watch.out").lines().count() == 2);
        assert_eq!(watching.end(), 0);
    }
    let mail = firm.mails.next().unwrap();
    assert!(mail["subject"].as_str().unwrap().contains("rien n'a été sauvegardé"), "{mail}");
    assert_eq!(firm.mails.end(), [] as [Value; 0]);
}

#[test]
fn what_hooks_write_into_dossiers_starts_no_run() {
    let firm = Firm::new();
    let hook = "[[hook]]\nname = 'dump'\nwhen = 'before-dossier'\ncommand = 'date +%N > \"$LIASSE_PATH/dump\"'\n";
    firm.settings("en", &format!("{SHORT}{hook}"));
    firm.night(&[]).ends(0);
    let mut watching = Watching::begin(&firm, "Watching");
    firm.world.write("books/D1001/journal.log", b"opened\ntyped\n");
    assert_eq!(saved(&watching.report(2)), ["D1001"]);
    for _ in 0..2 {
        let number = reports(&firm).len();
        firm.world.write("books/D1002/journal.log", format!("opened\n{number}\n").as_bytes());
        assert_eq!(saved(&watching.report(number + 1)), ["D1002"]);
    }
    assert_eq!(watching.end(), 0);
    assert_eq!(reports(&firm).len(), 4);
}

/// Somebody works in one dossier while another is saved; and a hook of every run writes into a third.
#[test]
fn what_changes_during_a_run_is_saved_and_what_its_hooks_write_ends() {
    let firm = Firm::new();
    let hook = "[[hook]]\nname = 'dump'\nwhen = 'before-run'\ncommand = 'touch began; date +%N > books/D1003/dump; sleep 1'\n";
    firm.settings("en", &format!("{SHORT}{hook}"));
    firm.night(&[]).ends(0);
    fs::remove_file(firm.world.path("began")).unwrap();
    let mut watching = Watching::begin(&firm, "Watching");
    firm.world.write("books/D1001/journal.log", b"opened\ntyped\n");
    watching.wait(|firm| firm.world.path("began").exists());
    firm.world.write("books/D1002/journal.log", b"opened\nmeanwhile\n");
    let codes = |report: &Value| saved(report).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let all = |firm: &Firm| reports(firm).iter().skip(1).flat_map(codes).collect::<Vec<String>>();
    watching.wait(|firm| all(firm).len() >= 3);
    let mut seen = all(&firm);
    seen.sort();
    assert_eq!(seen, ["D1001", "D1002", "D1003"]);
    let number = reports(&firm).len();
    assert_eq!(watching.end(), 0);
    assert_eq!(reports(&firm).len(), number);
}

#[test]
fn a_run_that_is_stopped_in_the_middle_is_interrupted() {
    let firm = Firm::new();
    let hook = "[[hook]]\nname = 'slow'\nwhen = 'before-run'\ncommand = 'touch began; while true; do sleep 0.05; done'\n";
    firm.settings("en", &format!("{SHORT}{hook}"));
    let mut watching = Watching::begin(&firm, "Watching");
    firm.world.write("books/D1001/journal.log", b"opened\ntyped\n");
    watching.wait(|firm| firm.world.path("began").exists());
    assert_eq!(watching.end(), 130);
    assert!(reports(&firm).pop().unwrap()["failure"].is_string());
}

#[test]
fn a_watch_asks_nobody() {
    let firm = Firm::new();
    let set = firm.world.text("set.toml");
    let text: String = fs::read_to_string(&set)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("credential"))
        .fold(String::new(), |text, line| text + line + "\n");
    fs::write(&set, text).unwrap();
    finish(firm.world.command(&["watch", "--config", &set]).env_remove("LIASSE_PASSWORD"))
        .ends(2)
        .says("opens the repository again and again");
    firm.world.run(&["watch", "-r", "vault"]).ends(2).says("the settings name no dossiers");
}
