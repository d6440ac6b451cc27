//! The settings as people meet them: written by `config init`, judged by `config check`, told by `config explain`, used by all commands.

use std::fs;

use crate::support::{World, finish};

const RULE: &str = "[[rule]]\nname = \"clients\"\n";

fn user_file(world: &World, text: &str) -> String {
    world.write("home/.config/liasse/config.toml", text.as_bytes());
    world.text("home/.config/liasse/config.toml")
}

#[test]
fn a_first_file_is_written_checked_and_used() {
    let world = World::new();
    for code in ["D1", "D2", "X3"] {
        world.write(&format!("books/{code}/ledger.db"), b"1");
    }
    let file = world.text("set/config.toml");
    let init = ["config", "init", "--config", &file, "--root", "books", "--pattern", "D*", "-r", "vault", "--lang", "fr"];
    let said = world.run(&init).ends(0).out;
    assert!(said.contains("Fichier écrit") && said.contains(&file), "{said}");
    world.run(&init).ends(1).says("is there already");
    // The credential is still to be made; then all is good.
    let told = world.run(&["config", "check", "--config", &file]).ends(1).out;
    assert!(told.contains("config.toml:") && told.contains("credential") && told.ends_with("1 erreur.\n"), "{told}");
    world.run(&["init", "--config", &file]).ends(0);
    assert!(world.path("vault/config").is_dir());
    let credential = world.text("set/credential");
    world.run(&["key", "add", "--role", "writer", "--out", &credential, "--config", &file]).ends(0);
    let told = world.run(&["config", "check", "--config", &file]).ends(0).out;
    assert_eq!(told, "Les réglages sont bons : 2 dossiers trouvés.\n");
    let mut backup = world.command(&["backup", "src", "--config", &file]);
    finish(backup.env_remove("LIASSE_PASSWORD")).ends(0);
    world.run(&["snapshots", "--config", &file]).ends(0);
}

#[test]
fn every_mistake_is_listed_with_its_line() {
    let world = World::new();
    let file = user_file(&world, &format!("repositroy = \"/r\"\npassword = \"hunter2\"\n{RULE}root = \"/nowhere/at/all\"\n"));
    let ran = world.run(&["config", "check"]).ends(1);
    for words in
        [":1: There is no key repositroy; is repository meant?", ":2: password would hold a secret", ":5: The folder /nowhere/at/all"]
    {
        assert!(ran.out.contains(&format!("{file}{words}")), "{words} is not in:\n{}", ran.out);
    }
    assert!(!ran.out.contains("hunter2") && ran.out.ends_with("3 mistakes.\n"), "{}", ran.out);
    let shown = world.run(&["config", "check", "--json"]).ends(1).json();
    assert_eq!((shown["mistakes"][0]["line"].as_u64(), shown["mistakes"][0]["key"].as_str()), (Some(1), Some("repositroy")));
}

#[test]
fn a_run_with_a_mistake_in_its_settings_tells_of_it() {
    let world = World::new();
    world.write("books/D1/ledger.db", b"1");
    let rule = format!("[[rule]]\nname = 'r'\nroot = '{}'\npatern = 'D*'\n", world.text("books"));
    let file = user_file(&world, &rule);
    world.run(&["init"]).ends(0);
    let ran = world.run(&["run"]).ends(3);
    assert!(ran.out.contains(&format!("{file}:4: There is no key rule.r.patern; is rule.pattern meant?")), "{}", ran.out);
    assert!(ran.out.ends_with("1 other thing to look at; 1 of 1 dossier saved, 0 in error.\n"), "{}", ran.out);
}

#[test]
fn no_command_starts_with_settings_that_may_lack_anything() {
    let world = World::new();
    user_file(&world, "repository = \n");
    world.run(&["snapshots"]).ends(2).says("This line cannot be understood");
    world.run(&["snapshots", "--set", "repository=x", "--config", &world.text("none.toml")]).ends(2).says("cannot be read");
    // Who names the repository gets at it all the same.
    let ran = world.run(&["-r", "vault", "init"]).ends(0);
    assert!(ran.err.contains("warning: "), "{}", ran.err);
}

#[test]
fn a_key_is_explained_with_who_says_so() {
    let world = World::new();
    let file = user_file(&world, &format!("repository = \"/far\"\n{RULE}root = \"/srv\"\n"));
    let told = finish(world.command(&["config", "explain", "repository"]).env("LIASSE_REPOSITORY", "/near")).ends(0).out;
    assert!(told.starts_with("repository = \"/near\"  (from LIASSE_REPOSITORY)\n"), "{told}");
    assert!(told.contains(&format!("others say: \"/far\" ({file}:1)")), "{told}");
    let told = world.run(&["config", "explain", "rule.clients.root", "--lang", "pt"]).ends(0).out;
    assert!(told.starts_with("rule.clients.root = \"/srv\"") && told.contains("Pasta onde ficam os dossiês"), "{told}");
    let all = world.run(&["config", "explain", "--json"]).ends(0).json();
    assert!(all["keys"].as_array().unwrap().len() > 15);
    world.run(&["config", "explain", "rule.clients.rot"]).ends(2).says("rule.clients.root");
}

#[test]
fn without_a_person_what_must_be_known_must_be_given() {
    let world = World::new();
    world.run(&["config", "init", "--config", "c.toml"]).ends(2).says("--root FOLDER");
    assert!(fs::metadata(world.path("c.toml")).is_err());
}

#[test]
fn a_first_file_with_a_bad_answer_is_not_written() {
    let world = World::new();
    let file = world.text("set/config.toml");
    let init =
        |every: &str| world.run(&["config", "init", "--config", &file, "--root", "books", "-r", "vault", "--every", every, "--lang", "pt"]);
    init("when the cows come home").ends(2).says("schedule.every").says("nada foi gravado");
    assert!(!world.path("set/config.toml").exists());
    let said = init("day 20:30").ends(0).out;
    assert!(said.contains("liasse run; liasse schedule install"), "{said}");
}

#[test]
fn a_mail_that_can_never_go_is_a_mistake() {
    let world = World::new();
    let rule = format!("[[rule]]\nname = 'r'\nroot = '{}'\n", world.text("."));
    for (mail, missing) in [("host = 'h'", "mail.to"), ("to = ['a@example.org']", "mail.host"), ("to = []\nhost = 'h'", "mail.to")] {
        user_file(&world, &format!("{rule}[mail]\n{mail}\n"));
        let told = world.run(&["config", "check"]).ends(1).out;
        assert!(told.contains(missing) && told.ends_with("1 mistake.\n"), "{mail}: {told}");
    }
    user_file(&world, &format!("{rule}[mail]\nwhen = 'never'\nhost = 'h'\n"));
    world.run(&["config", "check"]).ends(0);
}

#[test]
fn a_section_is_explained_with_all_its_keys() {
    let world = World::new();
    let told = world.run(&["config", "explain", "in-use", "--json"]).ends(0).json();
    let keys: Vec<&str> = told["keys"].as_array().unwrap().iter().map(|key| key["key"].as_str().unwrap()).collect();
    assert!(
        keys.contains(&"in-use") && keys.contains(&"in-use.lock-files") && keys.iter().all(|key| key.starts_with("in-use")),
        "{keys:?}"
    );
}

#[test]
fn failures_are_told_in_the_language_that_is_set() {
    let world = World::new();
    for (lang, none, wrong) in [
        ("fr", ["erreur : il n'y a pas de dépôt", "conseil : s'il est sur un disque"], ["mot de passe incorrect", "conseil : réessayez"]),
        ("pt", ["erro: não há repositório", "dica: se está em um disco"], ["senha errada", "dica: tente de novo"]),
        ("en", ["error: there is no repository", "hint: if it is on a disk"], ["wrong password", "hint: try again"]),
    ] {
        let missing = world.run(&["snapshots", "-r", "gone", "--lang", lang]).ends(10);
        let missing = none.iter().fold(missing, |ran, words| ran.says(words));
        assert_eq!(missing.err.lines().count(), 2, "{}", missing.err);
        let place = format!("vault-{lang}");
        world.run(&["init", "-r", &place, "--lang", lang]).ends(0);
        let mut command = world.command(&["snapshots", "-r", &place, "--lang", lang]);
        let refused = finish(command.env("LIASSE_PASSWORD", "other")).ends(11);
        _ = wrong.iter().fold(refused, |ran, words| ran.says(words));
    }
}
