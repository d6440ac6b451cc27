//! Clocks that were wrong for a night: no old state stays the newest, none is given who asks for an earlier date, nothing that is due is put
//! off, and nobody is told that all is well.

use std::process::Command;

use crate::in_place::Firm;
use crate::support::{Ran, finish};

/// What the program does when the machine believes that it is some other time (libfaketime).
fn at(firm: &Firm, when: &str, args: &[&str]) -> Ran {
    let mut command = Command::new("faketime");
    command.args([when, env!("CARGO_BIN_EXE_liasse")]);
    let settings = firm.0.text("set.toml");
    finish(&mut firm.0.prepare(command, &[args, &["--config", &settings]].concat()))
}

/// Nights at which a machine believed to be at these times, each after a day of work.
fn nights(times: &[&str]) -> Firm {
    let firm = Firm::new(&["D1"]);
    firm.settings("[schedule]\nevery = ['day 21:00']\n");
    for (number, when) in times.iter().enumerate() {
        firm.write("D1/ledger.txt", &format!("night {number}"));
        at(&firm, when, &["run"]).ends(0);
    }
    firm
}

/// What is restored of the dossier, and of the newest snapshot, or that of a date.
fn restored(firm: &Firm, date: Option<&str>) -> [String; 2] {
    let back = firm.0.path("back");
    let dossier = [&["restore", "D1", "--target", "back/dossier"][..], &date.map_or(vec![], |date| vec!["--at", date])].concat();
    at(firm, "2026-03-04 12:00", &dossier).ends(0);
    at(firm, "2026-03-04 12:00", &["restore", date.unwrap_or("latest"), "--target", "back/whole"]).ends(0);
    let read = |name: String| std::fs::read_to_string(back.join(name)).unwrap();
    let whole = format!("whole{}", firm.0.text("books/D1/ledger.txt"));
    let both = [read("dossier/D1/ledger.txt".to_owned()), read(whole)];
    std::fs::remove_dir_all(back).unwrap();
    both
}

#[test]
fn a_night_with_a_wrong_clock_is_the_newest_only_until_the_next() {
    for wrong in ["2098-01-01 21:00", "2000-01-01 00:05"] {
        let firm = nights(&["2026-03-01 21:00", wrong]);
        assert_eq!(restored(&firm, None), ["night 1", "night 1"], "{wrong}");
        firm.write("D1/ledger.txt", "night 2");
        at(&firm, "2026-03-03 21:00", &["run"]).ends(0);
        assert_eq!(restored(&firm, None), ["night 2", "night 2"], "{wrong}");
        // Nobody knows at which of the days between it was: whoever asks for one of them gets what is certain.
        for day in ["2026-03-01", "2026-03-02"] {
            assert_eq!(restored(&firm, Some(day)), ["night 0", "night 0"], "{wrong}");
        }
        assert_eq!(restored(&firm, Some("2026-03-03")), ["night 2", "night 2"], "{wrong}");
        let listed = at(&firm, "2026-03-04 12:00", &["snapshots", "--json"]).ends(0).json();
        let numbers: Vec<_> = listed["snapshots"].as_array().unwrap().iter().map(|one| one["sequence"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3], "{wrong}");
    }
}

#[test]
fn a_year_to_come_neither_stops_the_runs_nor_says_that_all_is_well() {
    let firm = nights(&["2026-03-01 21:00", "2098-01-01 21:00"]);
    at(&firm, "2098-01-02 12:00", &["check", "--read-data"]).ends(0);
    firm.write("D1/ledger.txt", "night 2");
    let told = at(&firm, "2026-03-03 21:30", &["run", "--if-due"]).ends(0).out;
    assert!(told.contains("1 of 1 dossier saved"), "{told}");
    let well = at(&firm, "2026-03-04 12:00", &["status", "--json"]).ends(0).json();
    assert_eq!(well["last_run"]["began"].as_str().unwrap().split('T').next(), Some("2026-03-03"), "{well}");
    let late = at(&firm, "2026-03-20 12:00", &["status", "--json"]).ends(3).json();
    assert_eq!(late["dossiers"][0]["overdue"], true, "{late}");
    let latest = at(&firm, "2026-03-20 12:00", &["report", "show", "latest"]).ends(0).out;
    assert!(latest.contains("3 March 2026"), "{latest}");
    // What the check saw in 2098 says nothing of damage that is found now.
    std::fs::remove_dir_all(firm.0.path("vault/packs")).unwrap();
    std::fs::create_dir(firm.0.path("vault/packs")).unwrap();
    at(&firm, "2026-03-20 12:00", &["check"]).ends(12);
    assert!(at(&firm, "2026-03-20 12:00", &["status"]).ends(3).out.contains("The last check found damage"));
}

/// A machine that is gone after a night in a year to come, and a mount while one is there.
#[test]
fn what_lies_ahead_is_nowhere_the_newest() {
    let firm = nights(&["2026-03-01 21:00", "2098-01-01 21:00"]);
    // Runs stop: that is seen, although the last one seems to be to come.
    let late = at(&firm, "2026-03-20 12:00", &["status", "--json"]).ends(3).json();
    assert_eq!(late["dossiers"][0]["overdue"], true, "{late}");
    firm.write("D1/ledger.txt", "night 2");
    firm.0.run(&["key", "add", "--role", "writer", "--out", "other", "-r", "vault"]).ends(0);
    let other = ["run", "--credential", "other"];
    at(&firm, "2026-03-03 21:00", &other).ends(0);
    assert_eq!(restored(&firm, None), ["night 2", "night 2"]);
    assert_eq!(restored(&firm, Some("2026-03-03")), ["night 2", "night 2"]);
    let ledger = firm.0.text("books/D1/ledger.txt");
    let versions = |args: &[&str]| {
        let found = at(&firm, "2026-03-04 12:00", &[&["find", "ledger.txt", "--json"], args].concat()).ends(0).json();
        let one = found["found"].as_array().unwrap().iter().find(|one| one["path"] == ledger.as_str()).unwrap();
        one["versions"].as_u64().unwrap()
    };
    assert_eq!([versions(&[]), versions(&["--to", "2026-03-02"]), versions(&["--from", "2026-03-02"])], [3, 2, 1]);
}
