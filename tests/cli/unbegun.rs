//! Runs that cannot begin: whoever reads reports and mails hears of each, and what the command prints and ends with stays as it is.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::servers::Server;
use crate::week::Firm;

/// The reports, the oldest first.
pub(crate) fn reports(firm: &Firm) -> Vec<Value> {
    let listed = fs::read_dir(firm.world.path("logs")).into_iter().flatten().map(|entry| entry.unwrap().path());
    let jsons = listed.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut reports: Vec<Value> = jsons.map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap()).collect();
    reports.sort_by_key(|report| report["began"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap());
    reports
}

pub(crate) fn move_away(firm: &Firm) {
    fs::rename(firm.world.path("vault"), firm.world.path("away")).unwrap();
}

pub(crate) fn put_back(firm: &Firm) {
    fs::rename(firm.world.path("away"), firm.world.path("vault")).unwrap();
}

#[test]
fn a_disk_that_is_not_plugged_in_is_reported_in_the_readers_language() {
    let mut firm = Firm::new();
    let mut hooks = Server::http(None);
    firm.settings("fr", &format!("[webhook]\nurl = 'http://127.0.0.1:{}/200'\n", hooks.port));
    firm.night(&[]).ends(0);
    move_away(&firm);
    let told = firm.night(&["--reason", "before-closing"]).ends(10).says("il n'y a pas de dépôt à");
    assert!(told.out.is_empty(), "{}", told.out);

    let said = format!("Le dépôt n'est pas à l'endroit {}.", firm.world.text("vault"));
    let report = reports(&firm).pop().unwrap();
    assert!(report["failure"].as_str().unwrap().starts_with(&said), "{report}");
    assert_eq!((&report["snapshot"], &report["reason"]), (&Value::Null, &"before-closing".into()));
    assert_eq!(report["repository"].as_str(), Some(firm.world.text("vault").as_str()));
    // By its name: of two reports of one second either may be the latest.
    let set = firm.world.text("set.toml");
    let listed = firm.world.run(&["report", "list", "--json", "--config", &set]).ends(0).json();
    let listed = listed["reports"].as_array().unwrap().iter().find(|row| row["failure"].is_string()).unwrap();
    let shown = firm.world.run(&["report", "show", listed["name"].as_str().unwrap(), "--config", &set]).ends(0).out;
    assert!(shown.contains(&format!("La sauvegarde a échoué : {said}")) && shown.ends_with("Rien n'a été sauvegardé.\n"), "{shown}");
    let mail = firm.mails.next().unwrap();
    assert!(mail["subject"].as_str().unwrap().contains("rien n'a été sauvegardé"), "{mail}");
    assert!(mail.to_string().contains("branchez-le"), "{mail}");
    let called = hooks.next().unwrap();
    assert!(called.to_string().contains("branchez-le"), "{called}");

    // It is back: all is well, but the next to look hears of the failed run, and then of it no more.
    put_back(&firm);
    let status = ["status", "--config", &firm.world.text("set.toml"), "-v"];
    let shown = firm.world.run(&status).ends(3).out;
    assert!(shown.contains(&said) && shown.contains("D1005"), "{shown}");
    let told = firm.night(&[]).ends(0).out;
    assert!(told.ends_with("6 sur 6 dossiers sauvegardés, 0 en erreur.\n"), "{told}");
    assert!(!firm.world.run(&status).ends(0).out.contains(&said));
    assert_eq!(reports(&firm).len(), 3);
    assert!(hooks.end().is_empty());
}

#[test]
fn a_missing_or_wrong_credential_is_reported() {
    let mut firm = Firm::new();
    let credential = firm.world.path("credential");
    let good = fs::read(&credential).unwrap();
    fs::remove_file(&credential).unwrap();
    let hint = format!("make it with: liasse key add --role writer --out {}", credential.display());
    firm.night(&[]).ends(1).says(&hint);
    let mail = firm.mails.next().unwrap().to_string();
    assert!(mail.contains("Nothing was saved") && mail.contains("cannot be opened") && mail.contains("Ask whoever set up"), "{mail}");

    fs::write(&credential, b"rubbish").unwrap();
    firm.night(&[]).ends(11).says("is no credential file");
    assert!(firm.mails.next().unwrap().to_string().contains("is no credential file"));
    let without = firm.world.text("set.toml");
    let text = fs::read_to_string(&without).unwrap().replace("credential = ", "password-file = ");
    fs::write(&without, text).unwrap();
    firm.night(&[]).ends(11).says("wrong password");
    assert!(firm.mails.next().unwrap().to_string().contains("wrong password"));

    firm.settings("en", "");
    fs::write(&credential, good).unwrap();
    firm.night(&[]).ends(0);
    let failed = reports(&firm).iter().map(|report| report["failure"].is_string()).collect::<Vec<_>>();
    assert_eq!(failed, [true, true, true, false]);
}

#[test]
fn too_little_room_and_nothing_found_are_reported() {
    let mut firm = Firm::new();
    firm.settings("pt", "[room]\nkeep-free = 1000000000\n");
    let told = firm.night(&[]).ends(1).says("Esta execução pode precisar de");
    let mail = firm.mails.next().unwrap().to_string();
    assert!(mail.contains("Nada foi salvo") && mail.contains("Libere") && mail.contains("Nada foi gravado"), "{mail}");
    // A run with an end in sight is one that can begin.
    assert!(!told.err.contains("A execução falhou"), "{}", told.err);
    assert!(reports(&firm)[0]["failure"].as_str().unwrap().starts_with("Esta execução pode precisar de"));

    firm.settings("en", "");
    fs::rename(firm.world.path("books"), firm.world.path("elsewhere")).unwrap();
    firm.night(&[]).ends(1).says("No dossier was found");
    assert!(firm.mails.next().unwrap().to_string().contains("No dossier was found"));
    assert_eq!(reports(&firm).len(), 2);
}

#[test]
fn wrong_usage_is_nobody_elses_business() {
    let firm = Firm::new();
    firm.night(&["D9999"]).ends(2).says("There is no dossier D9999");
    firm.night(&["--parts", "photos"]).ends(2).says("photos");
    let set = firm.world.text("set.toml");
    let text = fs::read_to_string(&set).unwrap().replace("[[rule]]", "[[rule]]\noff = true");
    fs::write(&set, text).unwrap();
    firm.night(&[]).ends(2).says("the settings name no dossiers");
    assert_eq!(reports(&firm), [] as [Value; 0]);
    assert_eq!(firm.mails.end(), [] as [Value; 0]);
}

#[test]
fn a_run_that_failed_or_took_only_some_leaves_the_next_one_due() {
    let firm = Firm::new();
    // Twenty minutes ago, and again in forty.
    let minutes = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 60;
    firm.settings("en", &format!("[schedule]\nevery = 'hour :{:02}'\n", (minutes + 40) % 60));
    move_away(&firm);
    firm.night(&["--if-due"]).ends(10);
    put_back(&firm);
    firm.night(&["D1001"]).ends(0);
    let told = firm.night(&["--if-due"]).ends(0).out;
    assert!(told.contains("6 of 6 dossiers saved"), "{told}");
    assert_eq!(firm.night(&["--if-due"]).ends(0).out, "");
    assert_eq!(reports(&firm).len(), 3);
}
