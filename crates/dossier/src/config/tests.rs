//! The settings as a whole: layers of real files, every mistake in its place, and the table of keys held against the types.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde::Deserialize;

use super::decode::Decoder;
use super::tree::{Node, Table, Value, parse};
use super::*;
use crate::Period;
use crate::lang::{Lang, Texts};

/// Files of settings in a folder of their own.
struct Files {
    folder: tempfile::TempDir,
    sources: Sources,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), sources: Sources::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn machine(mut self, text: &str) -> Self {
        self.sources.machine = Some(self.write("machine.toml", text));
        self
    }

    fn user(mut self, text: &str) -> Self {
        self.sources.user = Some(self.write("user.toml", text));
        self
    }

    fn common(mut self, text: &str) -> Self {
        self.sources.common = Some(self.write("common.toml", text));
        self
    }

    fn set(mut self, text: &str) -> Self {
        self.sources.set.push(text.to_owned());
        self
    }

    fn load(&self) -> Loaded {
        load(&self.sources)
    }

    /// The mistakes as `FILE:LINE: sentence`, without the folder.
    fn told(&self, lang: Lang) -> Vec<String> {
        let folder = format!("{}/", self.folder.path().display());
        let texts = Texts::new(lang);
        let told = |mistake: &Mistake| format!("{}: {}", mistake.origin, mistake.text(&texts)).replace(&folder, "");
        check(&self.load()).iter().map(told).collect()
    }
}

fn said(explained: &Explained) -> (Option<&str>, String) {
    let origin = explained.origin.clone().unwrap_or_default();
    (explained.value.as_deref(), origin.rsplit('/').next().unwrap_or_default().to_owned())
}

const RULE: &str = "[[rule]]\nname = \"clients\"\nroot = \"/srv/books\"\n";

#[test]
fn the_nearer_prevails_key_by_key_and_rules_by_name() {
    let far = format!(
        "language = \"fr\"\nrepository = \"/far\"\n{RULE}exclude = [\"ETALON*\", \"TEST*\"]\n[[rule.part]]\nname = \"photos\"\npatterns = [\"photos/\"]\n[[rule.part]]\nname = \"indexes\"\npatterns = \"*.idx\"\n[[rule]]\nname = \"shops\"\nroot = \"/srv/shops\"\n"
    );
    let near = "repository = \"/near\"\n[[rule]]\nname = \"clients\"\nroot = \"/data\"\nexclude = [\"X*\"]\n[[rule.part]]\nname = \"photos\"\nevery = \"7 days\"\n[[rule]]\nname = \"own\"\nroot = \"/own\"\n";
    let files = Files::new().common(&far).machine(near).set("rule.shops.off=true").set("language=pt");
    let loaded = files.load();
    assert_eq!(loaded.mistakes, []);
    let config = &loaded.config;
    assert_eq!((config.language, config.repository.clone()), (Some(Lang::Portuguese), Some("/near".into())));
    let rules: Vec<_> = config.rules.iter().map(|rule| (rule.name.as_str(), rule.root.to_str().unwrap(), rule.off)).collect();
    assert_eq!(rules, [("clients", "/data", false), ("shops", "/srv/shops", true), ("own", "/own", false)]);
    let clients = &config.rules[0];
    assert_eq!(clients.exclude, ["X*"]);
    let parts: Vec<_> = clients.parts.iter().map(|part| (part.name.as_str(), part.patterns.join(" "), part.every)).collect();
    assert_eq!(parts, [("photos", "photos/".to_owned(), Some(Period::of_days(7))), ("indexes", "*.idx".to_owned(), None)]);
    assert_eq!(clients.pattern, "*");
    assert_eq!(loaded.files, [files.path("common.toml"), files.path("machine.toml")]);
}

#[test]
fn a_machine_names_the_file_that_it_shares() {
    let mut files = Files::new();
    let shared = files.write("shared.toml", RULE);
    files = files.machine(&format!("common = \"{}\"\nrepository = \"/r\"\n", shared.display()));
    assert_eq!(files.load().config.rules[0].name, "clients");
    fs::remove_file(&shared).unwrap();
    let loaded = files.load();
    assert!(loaded.is_fatal() && matches!(loaded.mistakes[0].what, Wrong::Unreadable { .. }), "{:?}", loaded.mistakes);
    assert_eq!(loaded.mistakes[0].origin.source.as_ref(), shared.to_str().unwrap());
    // The environment prevails over what the file says.
    files.sources.common = Some(files.write("other.toml", "language = \"pt\"\n"));
    assert_eq!((files.load().mistakes, files.load().config.language), (vec![], Some(Lang::Portuguese)));
}

#[test]
fn one_file_stands_for_the_machines_and_the_users() {
    let mut files = Files::new().machine("repository = \"/m\"\n").user("language = \"fr\"\n");
    files.sources.only = Some(files.write("only.toml", RULE));
    let config = files.load().config;
    assert_eq!((config.repository, config.language, config.rules.len()), (None, None, 1));
    files.sources.only = Some(files.path("nowhere.toml"));
    assert!(files.load().is_fatal());
    files.sources.only = None;
    fs::remove_file(files.path("user.toml")).unwrap();
    assert_eq!(files.load().mistakes, []);
}

#[test]
fn a_nearer_secret_hides_the_farther_ones() {
    let files = Files::new().machine("credential = \"/etc/c\"\n").user("password-file = \"/home/p\"\n");
    let loaded = files.load();
    assert_eq!((loaded.config.credential.clone(), loaded.config.password_file.clone()), (None, Some("/home/p".into())));
    let explained = explain(&loaded, Some("credential"), &Texts::new(Lang::English)).unwrap();
    assert_eq!((explained[0].value.clone(), explained[0].others.len()), (None, 1));
}

/// One file with every mistake there is; each is told once, with its line.
const MISTAKES: &str = r#"langauge = "fr"
repository = "backup"
credential = 7
password = "hunter2"
[[rule]]
name = "clients"
root = "/nowhere/at/all"
pattern = "a//b"
kind = "orignal"
code-key = "Code"
exclude = ["a/b"]
marker-file = "x"
without = ["photo", "colour"]
[[rule.part]]
name = "photos"
patterns = ["photos/"]
since-year = 2019
every = "soon"
[[rule.part]]
name = "broken"
patterns = ["a[b"]
[[rule]]
name = "clients"
root = "/srv"
[[rule]]
root = "/srv"
[[rule]]
name = "rootless"
off = "yes"
"#;

#[test]
fn every_mistake_is_told_with_its_line() {
    let files = Files::new().machine(MISTAKES);
    let told = files.told(Lang::English);
    let wanted = [
        (1, "There is no key langauge; is language meant?"),
        (2, "repository wants a path from the root, such as \"/srv/books\", not \"backup\"."),
        (3, "credential wants a path from the root"),
        (4, "password would hold a secret"),
        (7, "The folder /nowhere/at/all of the rule clients is not there"),
        (8, "rule.clients.pattern: the pattern a//b cannot be understood: there is nothing between two /."),
        (9, "rule.clients.kind wants one of original, copy, not \"orignal\"."),
        (10, "The rule clients has code-key and no marker"),
        (11, "rule.clients.exclude: the pattern a/b cannot be understood"),
        (12, "There is no key rule.clients.marker-file"),
        (13, "The rule clients leaves out the part photo, which it does not have; is photos meant?"),
        (13, "The rule clients leaves out the part colour, which it does not have."),
        (17, "The part photos of the rule clients has since-year, but none of its patterns has {year}."),
        (18, "rule.clients.part.photos.every wants a length of time"),
        (21, "rule.clients.part.broken.patterns: the pattern a[b cannot be understood"),
        (22, "There are two [[rule]] with the name clients; the first is at machine.toml:5."),
        (25, "rule.name is missing."),
        (27, "rule.rootless.root is missing."),
        (29, "rule.rootless.off wants true or false, not \"yes\"."),
    ];
    for ((line, start), told) in wanted.iter().zip(&told) {
        assert!(told.starts_with(&format!("machine.toml:{line}: {start}")), "{line}: {start}\nnot: {told}");
    }
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    assert!(!told.iter().any(|told| told.contains("hunter2")), "{told:#?}");
    for lang in [Lang::French, Lang::Portuguese] {
        let other = files.told(lang);
        assert_eq!(other.len(), told.len());
        for (one, other) in told.iter().zip(&other) {
            assert!(one != other && !other.contains("config-") && !other.contains("shape-"), "{other}");
        }
    }
}

#[test]
fn what_is_good_of_a_file_with_mistakes_holds() {
    let loaded = Files::new().machine(MISTAKES).load();
    assert!(loaded.is_fatal());
    let rules: Vec<_> = loaded.config.rules.iter().map(|rule| (rule.name.as_str(), rule.parts.len())).collect();
    assert_eq!(rules, [("clients", 1)]);
    let loaded = Files::new().machine(&format!("repositroy = \"/r\"\n{RULE}paterns = \"D*\"\n")).load();
    assert!(!loaded.is_fatal() && loaded.mistakes.len() == 2 && loaded.config.rules.len() == 1);
}

#[test]
fn lines_that_are_no_toml_are_all_told() {
    let files = Files::new().machine(&format!("repository = \n{RULE}kind == \"copy\"\n"));
    let told = files.told(Lang::English);
    for line in [1, 5] {
        assert!(told.iter().any(|told| told.starts_with(&format!("machine.toml:{line}: This line cannot be understood"))), "{told:#?}");
    }
    assert!(files.load().is_fatal());
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    for text in ["password=hunter2", "password_command=x", "password-command=echo hunter2", "token = hunter2", "=hunter2", "a b=hunter2"] {
        let files = Files::new().set(text);
        let mistakes = files.load().mistakes;
        assert_eq!(mistakes.len(), 1, "{text}: {mistakes:?}");
        assert!(!mistakes[0].text(&Texts::new(Lang::English)).contains("hunter2"), "{text}");
        assert_eq!(mistakes[0].origin.to_string(), "--set");
    }
    for text in ["password-command=echo \"$SECRET\"", "password-command=printf x | decrypt", "password-command=pass show books"] {
        assert!(Files::new().set(text).load().mistakes.is_empty(), "{text}");
    }
}

#[test]
fn what_is_set_on_the_command_line_needs_no_quotes() {
    let files = Files::new().machine(&RULE.replace("clients", "my clients"));
    let files = files.set("rule.\"my clients\".pattern=*/D*").set("rule.\"my clients\".exclude=[\"A*\", \"B*\"]");
    let files = files.set("rule.\"my clients\".exclude-marker=NO").set("rule.\"my clients\".part.photos.patterns=photos/");
    let files = files.set("rule.\"my clients\".part.photos.since-year=2019").set("repository=here");
    let loaded = files.load();
    let told: Vec<_> = loaded.mistakes.iter().map(|mistake| mistake.text(&Texts::new(Lang::English))).collect();
    assert_eq!(told, ["The part photos of the rule my clients has since-year, but none of its patterns has {year}."]);
    let rule = &loaded.config.rules[0];
    assert_eq!((rule.pattern.as_str(), rule.exclude.len(), rule.exclude_marker[0].as_str()), ("*/D*", 2, "NO"));
    assert_eq!((rule.parts[0].patterns[0].as_str(), rule.parts[0].since_year), ("photos/", Some(2019)));
    assert!(loaded.config.repository.as_ref().unwrap().is_absolute());
    let explained = explain(&loaded, Some("rule.pattern"), &Texts::new(Lang::English)).unwrap();
    assert_eq!(explained[0].key, "rule.\"my clients\".pattern");
}

#[test]
fn a_key_is_explained_with_its_origin_and_what_others_said() {
    let mut files = Files::new().common(&format!("repository = \"/c\"\n{RULE}")).machine("\n\nrepository = \"/m\"\n");
    files.sources.environment = vec![("LIASSE_REPOSITORY".to_owned(), "repository", "/e".to_owned())];
    files.sources.locale = Some("fr_FR.UTF-8".to_owned());
    let loaded = files.load();
    let texts = Texts::new(Lang::French);
    let one = |key: &str| explain(&loaded, Some(key), &texts).unwrap().remove(0);
    let repository = one("repository");
    assert_eq!(said(&repository), (Some("\"/e\""), "LIASSE_REPOSITORY".to_owned()));
    let others: Vec<_> = repository.others.iter().map(|other| (other.value.as_str(), other.origin.rsplit('/').next().unwrap())).collect();
    assert_eq!(others, [("\"/m\"", "machine.toml:3"), ("\"/c\"", "common.toml:1")]);
    assert!(repository.help.starts_with("Répertoire du dépôt"));
    assert_eq!(said(&one("rule.clients.root")), (Some("\"/srv/books\""), "common.toml:4".to_owned()));
    assert_eq!(said(&one("rule.kind")), (Some("\"original\""), String::new()));
    assert_eq!(said(&one("language")), (Some("\"fr\""), "LANG".to_owned()));
    let all = explain(&loaded, None, &texts).unwrap();
    assert!(all.len() > 15 && all.iter().any(|one| one.key == "rule.clients.pattern"), "{all:?}");
    assert!(explain(&loaded, Some("rule.clients"), &texts).unwrap().len() > 8);
    for (typed, meant) in [
        ("repositry", vec!["repository"]),
        ("rule.client.root", vec!["rule.clients"]),
        ("rule.clients.rot", vec!["rule.clients.root"]),
        ("pattern", vec!["rule.pattern"]),
        ("a b", vec![]),
        ("", vec![]),
    ] {
        let refused = explain(&loaded, Some(typed), &texts).unwrap_err();
        assert_eq!(refused.nearest.iter().map(String::as_str).take(1).collect::<Vec<_>>(), meant, "{typed}");
    }
}

/// A value that a key takes.
fn sample(key: &Key) -> Value {
    let node = |value| Node::new(value, Origin::of(Layer::File, "sample"));
    match key.shape {
        _ if key.path == "mail.attach" => Value::List(vec![node(Value::Text("html".to_owned()))]),
        _ if key.path == "schedule.every" => Value::Text("day 21:00".to_owned()),
        // A hook of the run takes neither rules nor every policy.
        _ if key.path == "hook.when" => Value::Text("before-dossier".to_owned()),
        _ if key.path == "hook.on-failure" => Value::Text("skip".to_owned()),
        Shape::Truth => Value::Truth(true),
        Shape::Number => Value::Integer(7),
        Shape::Fraction => Value::Float(0.5),
        Shape::Period => Value::Text("5 min".to_owned()),
        Shape::Word(words) | Shape::NeededWord(words) => Value::Text(words[0].to_owned()),
        Shape::Texts | Shape::FileNames | Shape::Names | Shape::Patterns | Shape::NeededPatterns => {
            Value::List(vec![node(Value::Text("x".to_owned()))])
        }
        _ => Value::Text("/x".to_owned()),
    }
}

/// A table with every key that the table of keys has, or every default.
fn table_of(section: &str, value: &dyn Fn(&Key) -> Option<Value>) -> Table {
    let node = |value| Node::new(value, Origin::of(Layer::File, "sample"));
    let inner = |key: &Key| match key.shape {
        Shape::Section => Some(Value::Table(table_of(key.path, value))),
        Shape::Named => Some(Value::Named(vec![("x".to_owned(), node(Value::Table(table_of(key.path, value))))])),
        _ => value(key),
    };
    keys::of_section(section).filter_map(|key| Some((key.name().to_owned(), node(inner(key)?)))).collect()
}

fn decoded(table: Table, whole: bool) -> Config {
    let node = Node::new(Value::Table(table), Origin::of(Layer::File, "sample"));
    Config::deserialize(Decoder { node: &node, whole }).unwrap_or_else(|error| panic!("{:?}: {}", error.path, error.message))
}

#[test]
fn the_table_of_keys_and_the_types_have_the_same_keys() {
    // A row without its field is refused by the type, a field without its row by the decoder.
    decoded(table_of("", &|key| Some(sample(key))), true);
    let paths: Vec<_> = keys::all().map(|key| key.path).collect();
    let mut sorted = paths.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), paths.len(), "a key has two rows");
}

#[test]
fn the_table_of_keys_and_the_types_have_the_same_defaults() {
    let written = |key: &Key| -> Option<Value> {
        if key.shape.is_needed() {
            return Some(sample(key));
        }
        let (root, errors) = parse(&format!("v={}", key.default), Layer::File, "default".as_ref());
        assert!(errors.is_empty() || key.default.is_empty(), "{}", key.path);
        root.table()?.get("v").filter(|_| errors.is_empty()).map(|node| node.value.clone())
    };
    let needed = |key: &Key| key.shape.is_needed().then(|| sample(key));
    assert_eq!(decoded(table_of("", &written), false), decoded(table_of("", &needed), false));
}

#[test]
fn every_key_is_explained_in_every_language() {
    for lang in Lang::ALL {
        let texts = Texts::new(lang);
        for key in keys::all() {
            assert_ne!(texts.get(&key.help(), &[]), key.help(), "{lang:?}");
            assert!(!texts.get(key.shape.message(), &[("words", "x".into())]).starts_with("shape-"), "{lang:?} {:?}", key.shape);
        }
    }
}

proptest! {
    /// Whatever the layers say of whatever keys, the nearest that says anything holds, and the others are named from near to far.
    #[test]
    fn the_nearest_layer_prevails(said in prop::collection::vec(prop::collection::vec(prop::bool::ANY, 4), 4)) {
        let keys = [("repository", ""), ("language", ""), ("pattern", "rule.r."), ("marker", "rule.r.")];
        let word = |layer: usize, key: &str| match key {
            "language" => ["en", "fr", "pt", "en"][layer].to_owned(),
            _ => format!("/{layer}").replace('/', if key == "repository" { "/" } else { "m" }),
        };
        let text = |layer: usize| {
            let lines = |section: &str| -> String {
                let spoken = keys.iter().zip(&said[layer]).filter(|((_, of), says)| *of == section && **says);
                spoken.map(|((key, _), _)| format!("{key} = \"{}\"\n", word(layer, key))).collect::<Vec<_>>().concat()
            };
            format!("{}[[rule]]\nname = \"r\"\nroot = \"/x\"\n{}", lines(""), lines("rule.r."))
        };
        let mut files = Files::new().common(&text(0)).machine(&text(1)).user(&text(2));
        for ((key, section), says) in keys.iter().zip(&said[3]) {
            if *says {
                files.sources.set.push(format!("{section}{key}={}", word(3, key)));
            }
        }
        let loaded = files.load();
        prop_assert_eq!(&loaded.mistakes, &[]);
        for (number, (key, section)) in keys.iter().enumerate() {
            let speakers: Vec<_> = (0..4).rev().filter(|layer| said[*layer][number]).map(|layer| format!("{:?}", word(layer, key))).collect();
            let explained = explain(&loaded, Some(&format!("{section}{key}")), &Texts::new(Lang::English)).unwrap().remove(0);
            let shown: Vec<_> = explained.origin.iter().filter_map(|_| explained.value.clone()).chain(explained.others.into_iter().map(|other| other.value)).collect();
            prop_assert_eq!(shown, speakers);
        }
    }
}

#[test]
fn a_part_that_could_be_taken_for_two_is_no_part() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let part = |name: &str| format!("[[rule.part]]\nname = '{name}'\npatterns = ['x/']\n");
    fs::write(&file, format!("[[rule]]\nname = 'r'\nroot = '/srv'\n{}{}{}", part("a, b"), part("c; d"), part("e"))).unwrap();
    let loaded = load(&Sources { only: Some(file), ..Sources::default() });
    let wrong: Vec<_> = loaded.mistakes.iter().map(|mistake| mistake.what.clone()).collect();
    let of = |part: &str| Wrong::PartName { rule: "r".to_owned(), part: part.to_owned() };
    assert_eq!(wrong, [of("a, b"), of("c; d")]);
    let parts: Vec<_> = loaded.config.rules[0].parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(parts, ["e"]);
}
