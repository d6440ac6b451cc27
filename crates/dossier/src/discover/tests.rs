//! Discovery on real folders: what rules find, what they pass over, and every problem with its names.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use jiff::Timestamp;

use super::*;
use crate::Period;
use crate::config::{Part, Rule};
use crate::lang::{Lang, Texts};

struct World(tempfile::TempDir);

impl World {
    fn new(folders: &[&str]) -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        for folder in folders {
            fs::create_dir_all(world.path(folder)).unwrap();
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn rule(&self, name: &str, root: &str, pattern: &str) -> Rule {
        Rule { name: name.to_owned(), root: self.path(root), pattern: pattern.to_owned(), ..Rule::default() }
    }
}

fn find(rules: &[&Rule]) -> Discovery {
    discover(&Config { rules: rules.iter().copied().cloned().collect(), ..Config::default() })
}

fn codes(found: &Discovery) -> Vec<&str> {
    found.dossiers.iter().map(|dossier| dossier.code.as_str()).collect()
}

#[test]
fn folders_that_fit_are_dossiers_by_code() {
    let world = World::new(&["r/D2", "r/D10/D3", "r/X1", "s/north/D7", "s/south/D6/deep", "s/D5"]);
    world.write("r/D9", "a file");
    let found = find(&[&world.rule("r", "r", "D*"), &world.rule("s", "s", "*/D*")]);
    assert_eq!(codes(&found), ["D10", "D2", "D6", "D7"]);
    assert_eq!(found.problems, []);
    assert_eq!(found.get(&"D7".parse().unwrap()).unwrap().path, world.path("s/north/D7"));
    assert_eq!(found.nearest("D11"), ["D10"]);
    assert!(found.nearest("colour").is_empty());
}

#[test]
fn copies_never_pass_for_originals() {
    let world = World::new(&["r/D1", "c/D1"]);
    let copies = Rule { kind: Kind::Copy, ..world.rule("copies", "c", "*") };
    let found = find(&[&world.rule("r", "r", "*"), &copies]);
    assert_eq!((codes(&found), &found.problems), (vec!["D1", "D1.copy"], &vec![]));
}

#[test]
fn templates_tests_and_what_is_marked_are_passed_over() {
    let world = World::new(&["r/D1", "r/ETALON2024", "r/TEST-x"]);
    world.write("r/D2/NONTRANSFERABLE", "");
    let rule = Rule {
        exclude: vec!["ETALON*".to_owned(), "TEST*".to_owned()],
        exclude_marker: vec!["OTHER".to_owned(), "NONTRANSFERABLE".to_owned()],
        ..world.rule("r", "r", "*")
    };
    let found = find(&[&rule]);
    assert_eq!((codes(&found), &found.problems), (vec!["D1"], &vec![]));
    let passed: Vec<_> = found.passed_over.iter().map(|passed| (passed.path.clone(), passed.marker.as_deref())).collect();
    let wanted = [("r/D2", Some("NONTRANSFERABLE")), ("r/ETALON2024", None), ("r/TEST-x", None)];
    assert_eq!(passed, wanted.map(|(path, marker)| (world.path(path), marker)));
}

/// A restore that was killed, or kept what it replaced, leaves whole dossiers under such names, markers and all.
#[test]
fn what_a_restore_leaves_is_no_dossier() {
    let world = World::new(&["r/D1", "r/.liasse-restore-D1/new", "r/.liasse-replaced-D1-2026-11-22T210000", "r/.hidden"]);
    for folder in ["r/D1", "r/.liasse-replaced-D1-2026-11-22T210000", "r/.liasse-restore-D1/new"] {
        world.write(&format!("{folder}/dossier.ini"), "Code=D1\n");
    }
    let found = find(&[&world.rule("r", "r", "*"), &world.rule("deep", "r", "*/new")]);
    assert_eq!(codes(&found), [".hidden", "D1"]);
    let marked = Rule { marker: Some("dossier.ini".to_owned()), code_key: Some("Code".to_owned()), ..world.rule("r", "r", "*") };
    let found = find(&[&marked]);
    assert_eq!((codes(&found), &found.problems), (vec!["D1"], &vec![]));
}

#[test]
fn a_marker_makes_a_dossier_and_gives_its_code() {
    let world = World::new(&["r/empty"]);
    for (folder, text) in [("a", "[x]\nCode=D7\n"), ("b", "name=none\n"), ("c", "code = -x\n"), ("e", "Code=\n")] {
        world.write(&format!("r/{folder}/dossier.ini"), text);
    }
    fs::create_dir_all(world.path("r/d/dossier.ini")).unwrap();
    let marked = Rule { marker: Some("dossier.ini".to_owned()), ..world.rule("r", "r", "*") };
    assert_eq!(codes(&find(&[&marked])), ["a", "b", "c", "d", "e"]);
    let found = find(&[&Rule { code_key: Some("Code".to_owned()), ..marked }]);
    assert_eq!(codes(&found), ["D7"]);
    let kinds: Vec<_> = found.problems.iter().map(|problem| (std::mem::discriminant(problem), problem.paths()[0].to_owned())).collect();
    let wanted = [
        (Problem::NoCode { path: world.path("r/b/dossier.ini"), key: "Code".to_owned() }, "r/b"),
        (Problem::BadCode { path: world.path("r/c"), error: "-x".parse::<Code>().unwrap_err() }, "r/c"),
        (Problem::Marker { path: world.path("r/d/dossier.ini"), error: String::new() }, "r/d"),
        (Problem::BadCode { path: world.path("r/e"), error: "".parse::<Code>().unwrap_err() }, "r/e"),
    ];
    assert_eq!(kinds, wanted.map(|(problem, path)| (std::mem::discriminant(&problem), world.path(path))));
}

#[test]
fn a_root_that_is_not_there_is_not_an_empty_one() {
    let world = World::new(&["empty", "r/D1"]);
    let rules = [world.rule("gone", "nowhere", "*"), world.rule("empty", "empty", "*"), world.rule("r", "r", "*")];
    let found = find(&rules.iter().collect::<Vec<_>>());
    assert_eq!(codes(&found), ["D1"]);
    let gone = Problem::NoRoot { rule: "gone".to_owned(), root: world.path("nowhere") };
    assert_eq!(found.problems, [gone, Problem::NothingFound { rule: "empty".to_owned(), root: world.path("empty") }]);
    assert_eq!(find(&[&Rule { off: true, ..rules[0].clone() }]), Discovery::default());
}

#[test]
fn two_rules_for_one_folder_are_both_named() {
    let world = World::new(&["r/D1", "r/D2"]);
    symlink(world.path("r"), world.path("link")).unwrap();
    let found = find(&[&world.rule("first", "r", "*"), &world.rule("second", "link", "D1")]);
    assert_eq!(codes(&found), ["D1", "D2"]);
    assert_eq!(found.dossiers[0].rule, "first");
    let wanted = Problem::TwoRules { path: world.path("r/D1"), taken: "first".to_owned(), other: "second".to_owned() };
    assert_eq!(found.problems, [wanted]);
}

#[test]
fn of_two_folders_with_one_code_none_is_taken() {
    let world = World::new(&["a/D1", "b/D1", "b/D2", "c/D1"]);
    let found = find(&[&world.rule("a", "a", "*"), &world.rule("b", "b", "*"), &world.rule("c", "c", "*")]);
    assert_eq!(codes(&found), ["D2"]);
    let paths = ["a/D1", "b/D1", "c/D1"].map(|path| world.path(path)).to_vec();
    assert_eq!(found.problems, [Problem::TwoFolders { code: "D1".parse().unwrap(), paths }]);
}

#[test]
fn a_dossier_within_a_dossier_is_refused() {
    let world = World::new(&["r/D1/sub/D2/D3", "r/D4"]);
    let found = find(&[&world.rule("in", "r/D1/sub", "D*"), &world.rule("deep", "r/D1/sub/D2", "*"), &world.rule("out", "r", "*")]);
    assert_eq!(codes(&found), ["D1", "D4"]);
    let within = |path: &str| Problem::Within { path: world.path(path), outer: world.path("r/D1") };
    assert_eq!(found.problems, [within("r/D1/sub/D2"), within("r/D1/sub/D2/D3")]);
}

#[test]
fn names_that_are_no_text_and_links_are_told() {
    let world = World::new(&["r/D1", "elsewhere"]);
    let bad = world.path("r").join(OsStr::from_bytes(b"D\xff"));
    fs::create_dir(&bad).unwrap();
    symlink(world.path("elsewhere"), world.path("r/D3")).unwrap();
    symlink("nowhere", world.path("r/D4")).unwrap();
    fs::create_dir(world.path("r/D\u{1}")).unwrap();
    let found = find(&[&world.rule("r", "r", "D*")]);
    assert_eq!(codes(&found), ["D1"]);
    let error = "D\u{1}".parse::<Code>().unwrap_err();
    let wanted = [
        Problem::BadCode { path: world.path("r/D\u{1}"), error },
        Problem::Link { path: world.path("r/D3") },
        Problem::NotText { path: bad },
    ];
    assert_eq!(found.problems, wanted);
    let excluded = Rule { exclude: vec!["D[3-9]".to_owned()], ..world.rule("r", "r", "D[13]") };
    assert_eq!(find(&[&excluded]).problems, []);
}

#[test]
fn every_problem_is_said_in_every_language() {
    let (path, text, code) = (|| PathBuf::from("/P"), || "T".to_owned(), "C".parse::<Code>().unwrap());
    let problems = [
        Problem::NoRoot { rule: text(), root: path() },
        Problem::NothingFound { rule: text(), root: path() },
        Problem::BadRule { rule: text(), error: text() },
        Problem::Unreadable { path: path(), error: text() },
        Problem::TwoRules { path: path(), taken: text(), other: text() },
        Problem::TwoFolders { code, paths: vec![path(), path()] },
        Problem::Within { path: path(), outer: path() },
        Problem::Marker { path: path(), error: text() },
        Problem::NoCode { path: path(), key: text() },
        Problem::BadCode { path: path(), error: "".parse::<Code>().unwrap_err() },
        Problem::NotText { path: path() },
        Problem::Link { path: path() },
    ];
    for lang in Lang::ALL {
        let texts = Texts::new(lang);
        for problem in &problems {
            let said = problem.text(&texts);
            assert!(!said.starts_with("discover-") && !said.contains("{ $"), "{lang:?} {said}");
            assert!(matches!(problem, Problem::BadRule { .. }) || said.contains("/P"), "{said}");
        }
    }
}

fn part(name: &str, patterns: &[&str]) -> Part {
    Part { name: name.to_owned(), patterns: patterns.iter().map(|&text| text.to_owned()).collect(), ..Part::default() }
}

fn with_parts() -> Config {
    let closed = Part { since_year: Some(2019), ..part("closed", &["archives/{year}/", "exercise-{year}.zip"]) };
    let photos = Part { every: Some(Period::of_days(7)), ..part("photos", &["photos/", "*.jpg", "!logo.jpg"]) };
    let parts = vec![photos, part("indexes", &["*.idx"]), closed];
    Config {
        rules: vec![Rule { name: "r".to_owned(), without: vec!["indexes".to_owned()], parts, ..Rule::default() }],
        ..Config::default()
    }
}

/// What a run leaves out: names and reasons.
fn left_out(wishes: &str, last_days: Option<i64>) -> Vec<(String, Why)> {
    let (config, now) = (with_parts(), Timestamp::from_second(1_700_000_000).unwrap());
    let mut chooser = Chooser::new(&config, wishes.parse().unwrap(), now).unwrap();
    let last = |_: &str| last_days.map(|days| Timestamp::from_second(now.as_second() - days * 86_400).unwrap());
    chooser.choose("r", last).unwrap().left_out.into_iter().map(|left| (left.part, left.why)).collect()
}

#[test]
fn parts_are_chosen_by_rule_by_run_and_by_time() {
    let owned = |wanted: &[(&str, Why)]| -> Vec<_> { wanted.iter().map(|(part, why)| ((*part).to_owned(), *why)).collect() };
    for (wishes, last, wanted) in [
        ("", None, &[("indexes", Why::Rule)][..]),
        ("", Some(7), &[("indexes", Why::Rule)]),
        ("", Some(6), &[("photos", Why::NotDue), ("indexes", Why::Rule)]),
        ("", Some(-400), &[("indexes", Why::Rule)]),
        ("-closed", Some(6), &[("photos", Why::NotDue), ("indexes", Why::Rule), ("closed", Why::Run)]),
        ("indexes", None, &[("photos", Why::Run), ("closed", Why::Run)]),
        ("photos, closed", Some(1), &[("indexes", Why::Run)]),
        ("all", Some(1), &[]),
        ("all,-photos", Some(1), &[("photos", Why::Run)]),
    ] {
        assert_eq!(left_out(wishes, last), owned(wanted), "{wishes} {last:?}");
    }
    "photos,-photos".parse::<Wishes>().unwrap_err();
    let config = with_parts();
    let refused = Chooser::new(&config, "-fotos".parse().unwrap(), Timestamp::UNIX_EPOCH).unwrap_err();
    assert_eq!(refused.nearest, ["photos"]);
}

#[test]
fn what_is_left_out_says_by_which_part() {
    let config = with_parts();
    let all_but = |left: &[&str]| Exclusion::new(&config.rules[0], left).unwrap();
    let exclusion = all_but(&["photos", "indexes"]);
    for (path, is_dir, wanted) in [
        ("photos", true, Some("photos")),
        ("photos", false, None),
        ("deep/a.jpg", false, Some("photos")),
        ("logo.jpg", false, None),
        ("deep/a.idx", false, Some("indexes")),
        ("archives/2018", true, Some("closed")),
        ("archives/2019", true, None),
        ("archives/201", true, None),
        ("deep/archives/2018", true, None),
        ("exercise-1999.zip", false, Some("closed")),
        ("ledger.db", false, None),
    ] {
        assert_eq!(exclusion.part_of(path.as_bytes(), is_dir), wanted, "{path}");
        assert_eq!(exclusion.part_of(format!("/{path}").as_bytes(), is_dir), wanted, "/{path}");
    }
    assert_eq!(exclusion.part_of_with_parents(b"photos/2020/a.txt", false), Some("photos"));
    assert_eq!(exclusion.part_of_with_parents(b"archives/2018/x", false), Some("closed"));
    assert_eq!(all_but(&["closed"]).part_of(b"archives/2024", true), Some("closed"));
    assert!(!exclusion.is_empty() && Exclusion::new(&Rule::default(), &[]).unwrap().is_empty());
}

/// The cost is counted, not timed: one reading of each folder above the dossiers, and no look into a dossier.
#[test]
fn nothing_below_a_dossier_is_read() {
    let world = World::new(&["r/north/D1/sub", "r/south/D2"]);
    // A folder that may not be read, and one that leads nowhere: both would be told if anybody came that far.
    symlink("loop", world.path("r/north/D1/loop")).unwrap();
    symlink(world.path("r"), world.path("r/north/D1/D8")).unwrap();
    let found = find(&[&world.rule("r", "r", "*/D*")]);
    assert_eq!((codes(&found), &found.problems), (vec!["D1", "D2"], &vec![]));
}
