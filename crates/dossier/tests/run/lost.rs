//! Dossiers that are known and not found: none vanishes from the report unless the settings say so.

use std::fs;
use std::os::unix::fs::symlink;

use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::{Alarm, Cause, Outcome, Report, html, text};

use crate::firm::{Firm, of, outcomes};

const MARKED: &str = "marker = 'd.ini'\ncode-key = 'Code'\nexclude-marker = ['NOT-THIS']\n";

/// A firm whose dossiers say their codes, which are not the names of their folders.
fn marked() -> Firm {
    let firm = Firm::new(&["one", "two"]);
    firm.write("one/d.ini", "Code=D1\n");
    firm.write("two/d.ini", "Code=D2\n");
    assert_eq!(outcomes(&firm.run(MARKED)), [("D1", Outcome::Stored), ("D2", Outcome::Stored)]);
    firm
}

/// The run after: D1 is in error for that cause, and stays so.
fn is_missed(firm: &Firm, settings: &str, outcome: Outcome, cause: &Cause) -> Report {
    let report = firm.run(settings);
    assert_eq!((of(&report, "D1").outcome, &of(&report, "D1").causes[..]), (outcome, std::slice::from_ref(cause)));
    assert!(report.is_error() && of(&report, "D1").since.is_some());
    let again = firm.run(settings);
    assert_eq!((of(&again, "D1").outcome, &of(&again, "D1").causes[..]), (outcome, std::slice::from_ref(cause)));
    report
}

#[test]
fn a_marker_that_is_gone_takes_no_dossier_away() {
    let firm = marked();
    fs::remove_file(firm.root().join("one/d.ini")).unwrap();
    is_missed(&firm, MARKED, Outcome::Missing, &Cause::NoMarker { file: "d.ini".to_owned() });
    assert!(!firm.run(&format!("{MARKED}exclude = ['one']\n")).is_error());
}

#[test]
fn a_code_that_is_changed_leaves_the_old_one_missed() {
    let firm = marked();
    firm.write("one/d.ini", "Code=D11\n");
    let report = is_missed(&firm, MARKED, Outcome::Missing, &Cause::Recoded { code: "D11".parse().unwrap() });
    assert!(of(&report, "D11").since.is_some());
    // Who changed it on purpose excludes the old code: the folder stays.
    let settings = format!("{MARKED}exclude = ['D1']\n");
    assert_eq!(outcomes(&firm.run(&settings)), [("D11", Outcome::Unchanged), ("D2", Outcome::Unchanged)]);
}

#[test]
fn a_marker_without_its_code_is_said_in_the_language_of_the_report() {
    let firm = marked();
    firm.write("one/d.ini", "Name=one\n");
    let cause = Cause::NoCode { file: "d.ini".to_owned(), key: "Code".to_owned() };
    is_missed(&firm, MARKED, Outcome::Failed, &cause);
    firm.write("one/d.ini", "Code=D2\n");
    let report = firm.run(MARKED);
    assert!(matches!(of(&report, "D2").causes[..], [Cause::TwoFolders { .. }]), "{report:?}");
    assert!(matches!(of(&report, "D1").causes[..], [Cause::Recoded { .. }]), "{report:?}");
}

#[test]
fn what_stands_in_the_place_of_a_folder_is_no_dossier() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.run("");
    let folder = firm.root().join("D1");
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "a file").unwrap();
    let report = is_missed(&firm, "", Outcome::Missing, &Cause::NoFolder);
    assert_eq!(of(&report, "D1").alarms, [Alarm::Missing]);
    for target in ["nowhere", "D2"] {
        fs::remove_file(&folder).unwrap();
        symlink(target, &folder).unwrap();
        is_missed(&firm, "", Outcome::Missing, &Cause::NoFolder);
    }
}

#[test]
fn what_comes_back_after_a_night_away_is_held_against_what_it_was() {
    let firm = Firm::new(&["D1", "D2"]);
    for number in 0..6 {
        firm.write(&format!("D1/{number}.txt"), format!("account {number}"));
    }
    firm.run("");
    let (folder, away) = (firm.root().join("D1"), firm.root().parent().unwrap().join("away"));
    let night_away = || {
        fs::rename(&folder, &away).unwrap();
        assert_eq!(of(&firm.run(""), "D1").alarms, [Alarm::Missing]);
        fs::rename(&away, &folder).unwrap();
    };
    night_away();
    assert_eq!(of(&firm.run(""), "D1").alarms, [], "it came back whole");
    night_away();
    // Runs with other settings, which know other dossiers, leave no gap in what is remembered.
    let other = tempfile::tempdir().unwrap();
    fs::create_dir(other.path().join("X1")).unwrap();
    firm.run(&format!("off = true\n[[rule]]\nname = 'other'\nroot = '{}'\n", other.path().display()));
    (0..6).for_each(|number| fs::remove_file(folder.join(format!("{number}.txt"))).unwrap());
    let report = firm.run("");
    assert!(matches!(of(&report, "D1").alarms[..], [Alarm::Vanished { files: 6, .. }]), "{report:?}");
}

#[test]
fn a_dossier_that_comes_to_lie_in_another_is_missed() {
    let firm = Firm::new(&["north/D1", "D2"]);
    let both = |more: &str| {
        let deep = format!("[[rule]]\nname = 'deep'\nroot = '{}'\npattern = 'north/*'\n", firm.root().display());
        format!("marker = 'ledger.db'\n{deep}{more}")
    };
    assert_eq!(outcomes(&firm.run(&both(""))), [("D1", Outcome::Stored), ("D2", Outcome::Stored)]);
    firm.write("north/ledger.db", "now a dossier by its marker");
    let outer = firm.root().canonicalize().unwrap().join("north").display().to_string();
    is_missed(&firm, &both(""), Outcome::Failed, &Cause::Within { outer });
}

#[test]
fn what_the_settings_take_out_is_not_missed() {
    let other = tempfile::tempdir().unwrap();
    fs::create_dir(other.path().join("X1")).unwrap();
    let elsewhere = format!("off = true\n[[rule]]\nname = 'other'\nroot = '{}'\n", other.path().display());
    for settings in ["exclude = ['D1']\n", "pattern = 'D2'\n", &elsewhere] {
        let firm = Firm::new(&["D1", "D2"]);
        firm.run("");
        for is_there in [true, false] {
            if !is_there {
                fs::remove_dir_all(firm.root().join("D1")).unwrap();
            }
            let report = firm.run(settings);
            assert!(report.dossiers.iter().all(|dossier| dossier.code.as_str() != "D1"), "{settings}{report:?}");
        }
    }
}

#[test]
fn what_is_left_out_is_told_by_name_and_is_no_error() {
    let firm = marked();
    fs::create_dir(firm.root().join("TEMPLATE")).unwrap();
    let settings = format!("{MARKED}exclude = ['TEMPLATE*']\n");
    firm.write("one/NOT-THIS", "");
    let report = firm.run(&settings);
    assert_eq!(outcomes(&report), [("D2", Outcome::Unchanged)]);
    assert!(!report.is_error());
    let told: Vec<_> = report.passed_over.iter().map(|passed| (passed.marker.as_deref(), passed.was_saved)).collect();
    assert_eq!((told, report.passed_over_more), (vec![(Some("NOT-THIS"), true), (None, false)], 0));
    let french = Texts::new(Lang::French);
    let (whole, brief, page) = (text::render(&report, &french), text::render_brief(&report, &french), html::render(&report, &french));
    for said in [&whole, &brief, &page] {
        assert!(
            said.contains("one : exclu par son marqueur NOT-THIS (r\u{e8}gle firm). Il \u{e9}tait sauvegard\u{e9} auparavant"),
            "{said}"
        );
    }
    assert!(whole.contains("TEMPLATE : exclu par son nom") && page.contains("TEMPLATE") && !brief.contains("TEMPLATE"), "{brief}");
}

#[test]
fn a_dossier_that_no_rule_finds_any_more_is_told_by_name() {
    let firm = marked();
    let report = firm.run(&format!("{MARKED}pattern = 'tw*'\n"));
    assert_eq!(outcomes(&report), [("D2", Outcome::Unchanged)]);
    let told: Vec<_> = report.passed_over.iter().map(|passed| (passed.rule.as_deref(), passed.was_saved)).collect();
    assert_eq!(told, [(None, true)]);
    assert!(text::render_brief(&report, &Texts::new(Lang::English)).contains("no rule of the settings finds it any more"));
}
