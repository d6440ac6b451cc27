//! The tables of options in the README and what `--help` says are the same options. And what a dry run names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::World;

pub(crate) type Options = BTreeSet<String>;

/// The options that a text names between backquotes.
fn options_in(text: &str) -> Options {
    let quoted = text.split('`').skip(1).step_by(2);
    let word = |word: &str| word.trim_end_matches(',').to_owned();
    quoted.flat_map(str::split_whitespace).filter(|word| word.starts_with('-')).map(word).collect()
}

/// The README's options: those of each command, and those of all.
pub(crate) fn readme() -> (BTreeMap<String, Options>, Options) {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let rows = |head: &str| -> Vec<String> {
        let table = page.lines().skip_while(|line| !line.starts_with(head)).skip(2);
        table.take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
    };
    let mut commands = BTreeMap::new();
    for row in rows("| command | does") {
        let name = row.trim_start_matches("| `").split('`').next().unwrap().to_owned();
        let is_word = |word: &&str| !word.starts_with('-') && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let words: Vec<&str> = name.split_whitespace().take_while(is_word).collect();
        commands.insert(words.join(" "), options_in(&row));
    }
    (commands, rows("| common option").iter().flat_map(|row| options_in(row)).collect())
}

/// The options in a help text: of each, all its forms.
fn help(world: &World, command: &str) -> Vec<Options> {
    let args: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    let shown = world.run(&args).ends(0).out;
    let forms = |line: &str| -> Options {
        let forms = line.split_whitespace().take_while(|word| word.starts_with('-') && word.len() > 1);
        forms.map(|word| word.trim_end_matches([',', '.']).to_owned()).collect()
    };
    shown.lines().map(forms).filter(|forms| !forms.is_empty()).collect()
}

#[test]
fn the_readme_names_the_options_that_there_are() {
    let world = World::new();
    let (commands, common) = readme();
    assert!(commands.len() > 9 && common.len() > 8, "{commands:?} {common:?}");
    let listed = world.run(&["--help"]).ends(0).out;
    for word in commands.keys().filter_map(|name| name.split(' ').next()) {
        assert!(listed.lines().any(|line| line.trim_start().starts_with(word)), "{word} is no command");
    }
    for (command, own) in &commands {
        let offered = help(&world, command);
        let all: Options = offered.iter().flatten().cloned().collect();
        let unknown: Vec<_> = own.union(&common).filter(|option| !all.contains(*option)).collect();
        assert!(unknown.is_empty(), "the README says of {command}: {unknown:?}");
        let is_named = |forms: &&Options| forms.contains("--help") || forms.iter().any(|form| own.contains(form) || common.contains(form));
        let unnamed: Vec<_> = offered.iter().filter(|forms| !is_named(forms)).collect();
        assert!(unnamed.is_empty(), "the README does not say of {command}: {unnamed:?}");
    }
}

#[test]
fn a_dry_run_names_what_it_would_do() {
    let world = World::with_snapshot();
    world.write("src/letter.txt", b"Dear Grace,\n");
    world.write("src/deep/new", b"1");
    let quietly = world.run(&["backup", "--dry-run", "src"]).ends(0).out;
    assert!(!quietly.contains("letter.txt"), "{quietly}");
    let named = world.run(&["backup", "--dry-run", "-v", "src"]).ends(0).out;
    for (change, name) in [("changed", "src/letter.txt"), ("new", "src/deep/new")] {
        let told = named.lines().any(|line| line.starts_with(change) && line.ends_with(&world.text(name)));
        assert!(told, "{change} {name}: {named}");
    }
    assert!(!named.contains("numbers.csv"), "{named}");
    assert_eq!(world.snapshots().len(), 1);

    fs::create_dir(world.path("out")).unwrap();
    let restore = ["restore", "latest", "--dry-run", "--target", "out"];
    let quietly = world.run(&restore).ends(0).out;
    assert!(!quietly.contains("letter.txt"), "{quietly}");
    let named = world.run(&[&restore[..], &["-v"]].concat()).ends(0).out;
    for name in ["src/letter.txt", "src/deep/er/numbers.csv", "src/deep/empty", "src/link"] {
        assert!(named.contains(&format!("would write {}\n", world.text(name))), "{name}: {named}");
    }
    assert!(fs::read_dir(world.path("out")).unwrap().next().is_none());
}

/// What was left out of a backup is not deleted by a restore, and that is said.
#[test]
fn what_a_restore_spares_is_told() {
    let world = World::with_repository();
    world.run(&["backup", "src"]).ends(0);
    let source = world.text("src");
    world.run(&["restore", &format!("latest:{source}"), "--target", "out"]).ends(0);
    world.write("out/mine.tmp", b"1");
    let args = ["restore", &format!("latest:{source}"), "--target", "out", "--overwrite", "if-changed", "--delete", "--exclude", "*.tmp"];
    let told = world.run(&args).ends(0).out;
    assert!(told.contains("spared    1 entry"), "{told}");
    let json = world.run(&[&args[..], &["--json"]].concat()).ends(0).json();
    assert_eq!((&json["spared"], &json["deleted"], &json["shortfall_count"]), (&1.into(), &0.into(), &0.into()));
    assert!(world.path("out/mine.tmp").exists());
}

#[test]
fn the_size_of_chunks_is_chosen_once() {
    let world = World::new();
    let refused = world.run(&["init", "--chunk-size", "100"]).ends(2);
    assert!(refused.err.contains("16, 32, 64, 128, 256, 512 or 1024"), "{}", refused.err);
    assert!(!world.repository().exists());
    world.run(&["init", "--chunk-size", "64"]).ends(0);
    let sizes = world.run(&["config", "show", "--json"]).ends(0).json()["data_chunks"].clone();
    assert_eq!([&sizes["min_bytes"], &sizes["average_bytes"], &sizes["max_bytes"]].map(|size| size.as_u64().unwrap() >> 10), [16, 64, 256]);
}
