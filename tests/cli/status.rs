//! `status`: how things stand, as people and as monitoring see it.

use std::fs;

use crate::support::{Ran, World, finish};

/// A repository, and a file of settings with one rule.
fn firm() -> World {
    let world = World::with_repository();
    world.write("books/D1/ledger", b"1");
    let settings = format!("[[rule]]\nname = 'books'\nroot = '{}'\n", world.text("books"));
    world.write("home/.config/liasse/config.toml", settings.as_bytes());
    world
}

fn status(world: &World, more: &[&str]) -> Ran {
    world.run(&[&["status"], more].concat())
}

#[test]
fn a_dossier_that_was_never_saved_is_overdue_when_it_is_no_longer_new() {
    let world = firm();
    let told = status(&world, &[]).ends(0).out;
    assert!(
        told.contains("D1") && told.contains("never") && told.ends_with("Nothing is wrong so far: 1 dossier, 1 of them never saved yet.\n"),
        "{told}"
    );
    let told = status(&world, &["--set", "status.overdue-after='0 s'"]).ends(3).out;
    assert!(told.ends_with("Something needs your attention: 1 dossier, 1 overdue.\n"), "{told}");
    let json = status(&world, &["--json", "--set", "status.overdue-after='0 s'"]).ends(3).json();
    assert_eq!((&json["dossiers"][0]["last_good"], &json["counts"]["overdue"]), (&serde_json::Value::Null, &1.into()));
}

#[test]
fn a_rule_that_finds_nothing_and_an_old_check_are_told() {
    let world = firm();
    fs::rename(world.path("books"), world.path("away")).unwrap();
    let told = status(&world, &[]).ends(3).out;
    assert!(told.contains("!!! ") && told.contains(&world.text("books")), "{told}");
    fs::rename(world.path("away"), world.path("books")).unwrap();
    world.run(&["backup", "src"]).ends(0);
    status(&world, &["--set", "status.check-after='0 s'"]).ends(3);
    assert!(status(&world, &[]).ends(0).out.contains("never"));
}

#[test]
fn a_check_leaves_word_of_itself_and_of_damage() {
    let world = firm();
    world.run(&["backup", "src"]).ends(0);
    world.run(&["check", "--read-data"]).ends(0);
    let json = status(&world, &["--json"]).ends(0).json();
    assert_eq!((&json["last_check"]["depth"], &json["last_check"]["sound"]), (&"data".into(), &true.into()));
    fs::remove_file(&world.objects("packs")[0]).unwrap();
    world.run(&["check"]).ends(12);
    let told = status(&world, &[]).ends(3).out;
    assert!(told.contains("The last check found damage") && !told.contains("Read and found whole"), "{told}");
    // Nor does a run say that all is well.
    let told = world.run(&["run"]).ends(3).out;
    assert!(told.contains("The last check found damage"), "{told}");
    // Without a cache nothing is known of checks.
    assert_eq!(status(&world, &["--json", "--no-cache"]).ends(0).json()["last_check"], serde_json::Value::Null);
}

#[test]
fn it_needs_no_password_where_a_credential_is_set_and_writes_nothing() {
    let world = firm();
    world.run(&["backup", "src"]).ends(0);
    world.run(&["key", "add", "--role", "writer", "--out", "nightly"]).ends(0);
    let set = format!("credential='{}'", world.text("nightly"));
    // The first look keeps in the cache what snapshots say of themselves.
    status(&world, &[]).ends(0);
    let before = (world.picture("home"), world.picture("books"));
    for form in [&[][..], &["--json"], &["--html"], &["-v"]] {
        let args = [&["status", "--set", &set], form].concat();
        finish(world.command(&args).env_remove("LIASSE_PASSWORD")).ends(0);
    }
    assert_eq!((world.picture("home"), world.picture("books")), before);
}

#[test]
fn it_speaks_the_readers_language_and_makes_a_page() {
    let world = firm();
    assert!(
        status(&world, &["--lang", "fr"]).ends(0).out.ends_with("Rien d'anormal jusqu'ici : 1 dossier, dont 1 pas encore sauvegardé.\n")
    );
    let page = status(&world, &["--html", "--lang", "pt"]).ends(0).out;
    assert!(
        page.starts_with("<!DOCTYPE html>")
            && page.ends_with("</html>\n")
            && page.contains("Nada de errado até aqui: 1 dossiê, 1 ainda nunca salvo."),
        "{page}"
    );
}

#[test]
fn six_years_of_records_are_not_read_to_say_how_things_stand() {
    let world = firm();
    world.run(&["run"]).ends(0);
    let first = world.objects("snapshots");
    world.write("books/D1/more", b"more");
    world.run(&["run"]).ends(0);
    let told = status(&world, &["--json"]).ends(0).json();
    // Of the same length: who does not read it does not see it, and a check does.
    let whole = fs::read(&first[0]).unwrap();
    fs::write(&first[0], vec![0; whole.len()]).unwrap();
    let again = status(&world, &["--json"]).ends(0).json();
    assert_eq!(
        (&again["dossiers"][0]["last_good"], &again["room"]["per_day_bytes"]),
        (&told["dossiers"][0]["last_good"], &told["room"]["per_day_bytes"])
    );
    world.run(&["check"]).ends(12);
}

#[test]
fn records_that_cannot_be_read_are_damage() {
    let world = firm();
    world.run(&["backup", "src"]).ends(0);
    fs::write(&world.objects("snapshots")[0], b"rubbish").unwrap();
    assert_eq!(status(&world, &["--json"]).ends(12).json()["damaged"].as_array().unwrap().len(), 1);
}

#[test]
fn mistakes_in_the_settings_and_a_schedule_that_nobody_installed_are_told() {
    let world = firm();
    world.run(&["run"]).ends(0);
    let told = status(&world, &[]).ends(0).out;
    assert!(
        told.contains("not by itself; see to it with: liasse schedule install") && told.ends_with("All is well: 1 dossier.\n"),
        "{told}"
    );
    assert_eq!(status(&world, &["--json"]).ends(0).json()["next_run"], serde_json::Value::Null);
    let told = status(&world, &["--set", "rule.books.exlude=['x']"]).ends(3).out;
    assert!(told.contains("exlude") && told.ends_with("1 other thing to look at.\n"), "{told}");
}
