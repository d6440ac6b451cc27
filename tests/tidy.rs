//! Holds the house rules that no compiler knows: who may use whom, where unsafe code and output may stand, how long a file may be, and
//! that the pages name what is there. An exception is a line in a list here, and the lists only get shorter.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Most lines of a Rust file: beyond them it is two ideas.
const MOST_LINES: usize = 600;
/// Folders that hold what was not written: output of compilers and fuzzers, and seeds in bytes.
const NOT_OURS: [&str; 5] = ["target", "fuzz/target", "fuzz/corpus", "fuzz/artifacts", "spec/reader/__pycache__"];
/// Kinds of files that are text.
const TEXT: [&str; 8] = ["rs", "md", "py", "toml", "txt", "sh", "in", "yml"];

/// The design's arrows, and no others.
const ARROWS: [(&str, &[&str]); 10] = [
    ("liasse", &["dossier", "mount", "archive", "repo"]),
    ("dossier", &["archive", "html"]),
    ("mount", &["archive", "html"]),
    ("archive", &["repo", "chunk"]),
    ("repo", &["seal", "store", "format"]),
    ("seal", &["format"]),
    ("format", &[]),
    ("html", &[]),
    ("chunk", &[]),
    ("store", &[]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of ours below `folder`, by its path from the root.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                let hidden = name == "__pycache__" || name.starts_with('.') && name != ".ci";
                if !hidden && !NOT_OURS.iter().any(|folder| entry.path() == root().join(folder)) {
                    folders.push(entry.path());
                }
            } else {
                found.push(entry.path().strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn extension(path: &str) -> &str {
    Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every text file of ours, and what it says.
fn texts() -> Vec<(String, String)> {
    let is_text = |path: &String| TEXT.contains(&extension(path)) || path.ends_with("/run");
    let texts: Vec<_> = files("").into_iter().filter(is_text).map(|path| (read(&path), path)).map(|(text, path)| (path, text)).collect();
    assert!(texts.len() > 200, "only {} files are looked at", texts.len());
    texts
}

fn rust() -> Vec<(String, String)> {
    texts().into_iter().filter(|(path, _)| extension(path) == "rs").collect()
}

/// `path:line` of every line that `is_bad`.
fn lines_where(texts: &[(String, String)], is_bad: impl Fn(&str) -> bool) -> Vec<String> {
    let bad = |(path, text): &(String, String)| -> Vec<String> {
        text.lines().enumerate().filter(|(_, line)| is_bad(line)).map(|(n, line)| format!("{path}:{}: {}", n + 1, line.trim())).collect()
    };
    texts.iter().flat_map(bad).collect()
}

/// Whether `word` stands in a line by itself, not as a part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].chars().next_back().is_some_and(is_part) && !line[at + word.len()..].chars().next().is_some_and(is_part))
}

/// Names of the packages in one table of a `Cargo.toml`.
fn table(manifest: &str, heading: &str) -> BTreeSet<String> {
    let heading = format!("[{heading}]");
    let lines = manifest.lines().skip_while(|line| line.trim() != heading).skip(1).take_while(|line| !line.starts_with('['));
    let name = |line: &str| line.split(['.', '=', ' ']).next().unwrap_or_default().to_owned();
    lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(name).collect()
}

/// The manifest of every crate, by its short name.
fn manifests() -> BTreeMap<String, String> {
    let crates = files("crates").into_iter().filter(|path| path.ends_with("/Cargo.toml"));
    let named = crates.map(|path| (path.split('/').nth(1).unwrap().to_owned(), read(&path)));
    named.chain([("liasse".to_owned(), read("Cargo.toml"))]).collect()
}

#[test]
fn crates_use_only_what_the_design_allows() {
    for (name, manifest) in manifests() {
        let used: BTreeSet<_> =
            table(&manifest, "dependencies").iter().filter_map(|name| name.strip_prefix("liasse-").map(str::to_owned)).collect();
        let (_, allowed) = ARROWS.iter().find(|(from, _)| *from == name).unwrap_or_else(|| panic!("no arrows are drawn for {name}"));
        let allowed: BTreeSet<_> = allowed.iter().map(|name| (*name).to_owned()).collect();
        assert!(used.is_subset(&allowed), "{name} uses {:?}", used.difference(&allowed));
        if name != "liasse" {
            assert!(!manifest.contains("path = \""), "{name} names a path instead of the workspace");
        }
    }
}

#[test]
fn every_dependency_is_of_the_workspace_and_justified() {
    let workspace = table(&read("Cargo.toml"), "workspace.dependencies");
    let page = read("ARCHITECTURE.md");
    let mut used = BTreeSet::new();
    for (name, manifest) in manifests() {
        for dependency in ["dependencies", "dev-dependencies"].iter().flat_map(|heading| table(&manifest, heading)) {
            let known = workspace.contains(&dependency) || dependency == "liasse-fuzz";
            assert!(known, "{name}: {dependency} is not among the workspace's dependencies");
            used.insert(dependency);
        }
    }
    for dependency in workspace.iter().filter(|name| !name.starts_with("liasse-")) {
        assert!(used.contains(dependency), "nothing uses {dependency}");
        assert!(page.contains(&format!("| {dependency} | ")), "ARCHITECTURE.md does not say why there is {dependency}");
    }
    let listed = page.lines().skip_while(|line| !line.starts_with("| package |")).skip(2).filter_map(|line| line.strip_prefix("| "));
    for name in listed.filter_map(|line| line.split(" | ").next()) {
        assert!(workspace.contains(name), "ARCHITECTURE.md justifies {name}, which is not there");
    }
}

#[test]
fn unsafe_code_stands_in_one_place() {
    let map = "crates/archive/src/catalogue/map.rs";
    let unsafe_word = concat!("un", "safe");
    let is_code = |line: &str| has_word(line, unsafe_word) && !line.trim_start().starts_with("//");
    let bad: Vec<_> = lines_where(&rust(), is_code).into_iter().filter(|line| !line.starts_with(map)).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let forbids = concat!("#![forbid(un", "safe_code)]");
    let roots = manifests().into_keys().filter(|name| name != "archive");
    for name in roots {
        let root = if name == "liasse" { "crates/cli/main.rs".to_owned() } else { format!("crates/{name}/src/lib.rs") };
        assert!(read(&root).lines().any(|line| line == forbids), "{root} does not forbid it");
    }
    assert!(read("fuzz/src/lib.rs").contains(forbids));
    let allows = concat!("allow(un", "safe_code)");
    assert_eq!(lines_where(&rust(), |line| line.contains(allows)), [format!("{map}:2: #![{allows}]")]);
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<_> =
        rust().iter().map(|(path, text)| (text.lines().count(), path.clone())).filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "{long:#?}");
    // Its tables grow with what there is; what is told beside them has to stay short.
    assert!(read("ARCHITECTURE.md").lines().filter(|line| !line.starts_with("| ")).count() < 140);
}

#[test]
fn nothing_is_left_open() {
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("TB", "D")];
    let code = [concat!("unimplemen", "ted!"), concat!("to", "do!("), concat!("#[ig", "nore")];
    let is_open = |line: &str| words.iter().any(|word| has_word(line, word)) || code.iter().any(|code| line.contains(code));
    let open = lines_where(&texts(), is_open);
    assert!(open.is_empty(), "{open:#?}");
}

/// What was written on one machine must mean something on all others.
#[test]
fn no_file_names_a_place_of_one_machine() {
    let places = [concat!("/wo", "rk/"), concat!("/fa", "rm/"), concat!(".lib", "rary"), concat!("/ro", "ot/."), concat!("bash_", "jobs")];
    let bad = lines_where(&texts(), |line| places.iter().any(|place| line.contains(place)));
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn only_the_program_prints() {
    let macros = ["println!", "print!", "eprintln!", "eprint!", "dbg!"];
    let is_library = |path: &str| path.starts_with("crates/") && !path.starts_with("crates/cli/") || path.starts_with("fuzz/");
    let libraries: Vec<_> = rust().into_iter().filter(|(path, _)| is_library(path)).collect();
    let bad = lines_where(&libraries, |line| macros.iter().any(|name| has_word(line, name.trim_end_matches('!')) && line.contains(name)));
    assert!(bad.is_empty(), "{bad:#?}");
    let is_test = |path: &str| path.contains("/tests");
    let libraries: Vec<_> = libraries.into_iter().filter(|(path, _)| !is_test(path)).collect();
    let exits = lines_where(&libraries, |line| line.contains("process::exit") || line.contains("env::var"));
    assert!(exits.is_empty(), "{exits:#?}");
}

#[test]
fn every_page_of_the_specification_is_linked() {
    let index = read("spec/README.md");
    for page in files("spec").iter().filter(|page| extension(page) == "md").filter_map(|page| page.strip_prefix("spec/")) {
        let linked = page == "README.md"
            || index.contains(&format!("]({page})"))
            || page.ends_with("/README.md") && index.contains(&format!("`{}/`", page.trim_end_matches("/README.md")));
        assert!(linked, "spec/README.md does not link {page}");
    }
}

/// `tests/vectors.rs` runs them; this holds the folder against the page that describes it, for those who have only these.
#[test]
fn every_vector_is_of_a_described_type() {
    let page = read("spec/vectors/README.md");
    let types: BTreeSet<_> = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let classes = read("spec/README.md");
    for file in files("spec/vectors") {
        let name = file.strip_prefix("spec/vectors/").unwrap();
        if ["README.md", "make.py"].contains(&name) {
            continue;
        }
        let (what, class) =
            name.strip_suffix(".json").and_then(|name| name.rsplit_once('.')).unwrap_or_else(|| panic!("{name} is no vector"));
        assert!(types.iter().any(|kind| what.starts_with(&format!("{kind}-"))), "{name} is of no type");
        assert!(class == "ok" || classes.contains(&format!("| `{class}` |")), "{name} is of no class");
    }
}

/// The place of every link from one page to a file.
#[test]
fn links_between_pages_lead_somewhere() {
    for (path, text) in texts().into_iter().filter(|(path, _)| extension(path) == "md") {
        let folder = PathBuf::from(&path).parent().unwrap().to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            if file.is_empty() || file.contains("://") || file.contains(' ') {
                continue;
            }
            assert!(root().join(&folder).join(file).exists(), "{path} links {target}");
        }
    }
}

/// The map of the tests names every test program, and no test that is not there.
#[test]
fn the_map_of_the_tests_is_true() {
    let map = read("tests/README.md");
    let sources: String = rust().into_iter().map(|(_, text)| text).collect();
    let python = read("spec/reader/test_reader.py");
    for file in files("tests").iter().filter(|path| extension(path) == "rs" && path.matches('/').count() == 1) {
        assert!(map.contains(&format!("`{}`", file.trim_start_matches("tests/"))), "tests/README.md does not name {file}");
    }
    let is_there = |name: &str| sources.contains(&format!("fn {name}(")) || python.contains(&format!("def {name}("));
    let pitfalls = table_below(&map, "| # |");
    for (row, number) in pitfalls.iter().zip(1..) {
        assert_eq!(row[0], number.to_string(), "{row:?}");
    }
    assert_eq!(pitfalls.len(), 32);
    for row in pitfalls.iter().chain(&table_below(&map, "| today |")).chain(&table_below(&map, "| who |")) {
        assert!(row[2].contains('`') || row[2].starts_with("not yet"), "{row:?}");
        for name in row[2].split('`').skip(1).step_by(2) {
            assert!(is_there(name), "{row:?} names the test {name}, which is not there");
        }
    }
}

/// The cells of the table whose head starts so.
fn table_below<'p>(page: &'p str, head: &str) -> Vec<Vec<&'p str>> {
    let rows = page.lines().skip_while(|line| !line.starts_with(head)).skip(2).take_while(|line| line.starts_with('|'));
    let rows: Vec<Vec<&str>> = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect();
    assert!(!rows.is_empty(), "there is no table with the head {head}");
    rows
}

#[test]
fn the_page_for_people_gives_the_commands_that_are_run() {
    let page = read("README.md");
    assert!(page.contains("\ntests/run\n"));
    assert!(read(".ci/run").ends_with("exec tests/run\n"));
    assert!(page.contains("cargo run --release -- backup --init --exclude-caches .\n"));
    let version = table(&read("Cargo.toml"), "workspace.package").contains("rust-version");
    assert!(version && page.contains("(1.95 or newer)") && read("Cargo.toml").contains("rust-version = \"1.95\""));
    for code in ["0", "1", "2", "3", "10", "11", "12", "130"] {
        assert!(page.contains(&format!("| {code} | ")), "the README does not explain exit code {code}");
    }
}
