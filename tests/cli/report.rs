//! `report`: what the runs did, listed and shown, in three languages.

use std::fs;

use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::{Report, Reports};

use crate::sample::{bad, good, hostile, usual};
use crate::support::{Ran, World, finish};

/// Three runs, an hour apart.
fn with_reports(world: &World) -> [String; 3] {
    let reports = Reports::open(world.path("logs")).unwrap();
    let mut hour = 0;
    [good(), usual(), bad()].map(|mut report| {
        hour += 1;
        report.began += jiff::SignedDuration::from_hours(hour);
        report.snapshot = Some(format!("{hour:08x}").repeat(4));
        reports.save(&report, &Texts::new(Lang::English)).unwrap().name
    })
}

fn report(world: &World, args: &[&str]) -> Ran {
    world.run(&[&["report"], args, &["--folder", "logs"]].concat())
}

#[test]
fn reports_are_listed_the_newest_first() {
    let world = World::new();
    let names = with_reports(&world);
    let listed = report(&world, &["list"]).ends(0).out;
    let lines: Vec<&str> = listed.lines().skip(1).collect();
    assert!(lines[0].starts_with(&names[2]) && lines[2].starts_with(&names[0]), "{listed}");
    assert!(lines[1].ends_with("24 of 25 dossiers saved, 1 in error") && lines[1].contains("2026-11-22 23:00"), "{listed}");
    assert_eq!(report(&world, &["list", "-n", "1"]).ends(0).out.lines().count(), 2);
    let json = report(&world, &["list", "--json"]).ends(0).json();
    assert_eq!((&json["reports"][0]["alarms"], &json["reports"][1]["in_error"]), (&4.into(), &1.into()));
}

#[test]
fn a_report_is_shown_in_each_form() {
    let world = World::new();
    let names = with_reports(&world);
    let shown = report(&world, &["show", &names[1]]).ends(0).out;
    assert!(shown.ends_with("24 of 25 dossiers saved, 1 in error: D1234 open at PC-03.\n"), "{shown}");
    assert!(report(&world, &["show"]).ends(0).out.contains("!!! D1007"), "without a name: the latest");
    let page = report(&world, &["show", "00000001", "--format", "html"]).ends(0).out;
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{page}");
    for json in [report(&world, &["show", "latest", "--format", "json"]), report(&world, &["show", "--json"])] {
        let parsed: Report = serde_json::from_value(json.ends(0).json()).unwrap();
        assert_eq!(parsed.dossiers, bad().dossiers);
    }
}

#[test]
fn a_report_is_shown_in_the_language_of_the_reader() {
    let world = World::new();
    let names = with_reports(&world);
    let show = ["report", "show", &names[1], "--folder", "logs"];
    let french = "24 sur 25 dossiers sauvegardés, 1 en erreur : D1234 ouvert sur PC-03.\n";
    let portuguese = "24 de 25 dossiês salvos, 1 com erro: D1234 aberto em PC-03.\n";
    let in_locale = |variable: &str, locale: &str| finish(world.command(&show).env(variable, locale)).ends(0).out;
    assert!(world.run(&[&show[..], &["--lang", "fr"]].concat()).ends(0).out.ends_with(french));
    assert!(in_locale("LANG", "pt_BR.UTF-8").ends_with(portuguese));
    assert!(in_locale("LC_ALL", "fr_CH").ends_with(french));
    assert!(in_locale("LANG", "de_DE.UTF-8").ends_with("open at PC-03.\n"));
    world.run(&[&show[..], &["--lang", "de"]].concat()).ends(2);
}

#[test]
fn what_is_not_there_is_said_with_what_to_do() {
    let world = World::new();
    assert!(report(&world, &["list"]).ends(0).out.starts_with("no reports in "));
    report(&world, &["show"]).ends(1).says("there is no report \"latest\"");
    with_reports(&world);
    report(&world, &["show", "nothing"]).ends(1).says("there is no report \"nothing\"");
    report(&world, &["show", "2026"]).ends(1).says("more than one report is called \"2026\"");
    report(&world, &["show", "../../etc"]).ends(1).says("there is no report");
}

#[test]
fn a_damaged_report_is_named_and_the_others_listed() {
    let world = World::new();
    let names = with_reports(&world);
    fs::write(world.path(&format!("logs/{}.json", names[1])), b"{").unwrap();
    let listed = report(&world, &["list"]).ends(3);
    assert_eq!(listed.out.lines().count(), 3);
    assert!(listed.err.contains(&names[1]), "{}", listed.err);
    report(&world, &["show", &names[1]]).ends(1).says("is no report");
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let world = World::new();
    let reports = Reports::open(world.path("logs")).unwrap();
    reports.save(&hostile(), &Texts::new(Lang::English)).unwrap();
    for args in [&["list"][..], &["show"], &["show", "--format", "html"]] {
        let shown = report(&world, args).ends(0).out;
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()) && !shown.contains('\u{202e}'), "{shown}");
    }
}
