//! One layer held against the table of keys: what does not fit is told and taken out, the rest is brought into one form.

use std::path::Path;

use super::keys::{self, Key, Shape};
use super::mistake::{Mistake, Wrong};
use super::pattern;
use super::tree::{Layer, Node, Table, Value};
use crate::duration::Period;
use crate::nearest::nearest;
use crate::remark;

/// Names of keys that people would write a secret under.
const PLAIN: [&str; 9] = ["password", "passphrase", "passwd", "secret", "token", "api-key", "access-key", "secret-key", "recovery-key"];

/// Judges a table; what is left of it fits. `section` is its path in the table of keys, `shown` its path with names.
pub(super) fn table(table: &mut Table, section: &str, shown: &str, mistakes: &mut Vec<Mistake>) {
    for (name, node) in std::mem::take(table) {
        let shown = keys::join(shown, &name);
        match keys::find(&keys::join(section, &name)) {
            Some(key) => _ = value(key, node, &shown, mistakes).map(|node| table.insert(name, node)),
            None => mistakes.push(Mistake::new(&node.origin, unknown(section, &name, shown))),
        }
    }
    two_secrets(table, section, shown, mistakes);
}

fn unknown(section: &str, name: &str, shown: String) -> Wrong {
    if PLAIN.contains(&name.replace('_', "-").to_lowercase().as_str()) {
        return Wrong::Plain { key: shown };
    }
    let here = keys::of_section(section).map(Key::name);
    let found = nearest(name, here, 1).first().map(|near| keys::join(section, near));
    // A key that stands in the wrong table is as common as a misspelled one.
    let elsewhere = || keys::all().find(|key| key.name() == name).map(|key| key.path.to_owned());
    Wrong::Unknown { key: shown, nearest: found.or_else(elsewhere) }
}

/// Only one key of a table can say where its secret is.
fn two_secrets(table: &mut Table, section: &str, shown: &str, mistakes: &mut Vec<Mistake>) {
    let secrets = keys::of_section(section).filter(|key| key.shape.is_secret()).map(Key::name);
    let mut written: Vec<_> = secrets.filter(|name| table.contains_key(*name)).collect();
    while written.len() > 1 {
        let (Some(first), Some(second)) = (written.first().copied(), written.pop()) else { return };
        if let Some(node) = table.remove(second) {
            let [first, second] = [first, second].map(|name| keys::join(shown, name));
            mistakes.push(Mistake::new(&node.origin, Wrong::TwoSecrets { first, second }));
        }
    }
}

/// Judges a value; `None` if it does not fit.
fn value(key: &Key, mut node: Node, shown: &str, mistakes: &mut Vec<Mistake>) -> Option<Node> {
    match (key.shape, &mut node.value) {
        (Shape::Section, Value::Table(inner)) => table(inner, key.path, shown, mistakes),
        (Shape::Named, Value::List(items)) if items.iter().all(|item| item.table().is_some()) => {
            let items = std::mem::take(items);
            node.value = Value::Named(named(key, items, shown, mistakes));
        }
        (Shape::Named, Value::Named(items)) => {
            for (name, item) in items {
                let shown = keys::join(shown, name);
                _ = item.table_mut().map(|inner| table(inner, key.path, &shown, mistakes));
            }
        }
        _ => {
            one_or_many(key.shape, &mut node);
            if let Some(wrong) = leaf(key.shape, &mut node, shown) {
                mistakes.push(Mistake::new(&node.origin, wrong));
                return None;
            }
        }
    }
    Some(node)
}

/// Brings tables with names under their names.
fn named(key: &Key, items: Vec<Node>, shown: &str, mistakes: &mut Vec<Mistake>) -> Vec<(String, Node)> {
    let mut out: Vec<(String, Node)> = Vec::with_capacity(items.len());
    for mut item in items {
        let Some(inner) = item.table_mut() else { continue };
        let name = inner.get("name").and_then(Node::text).unwrap_or_default().to_owned();
        table(inner, key.path, &if name.is_empty() { shown.to_owned() } else { keys::join(shown, &name) }, mistakes);
        if name.is_empty() {
            mistakes.push(Mistake::new(&item.origin, Wrong::Missing { key: keys::join(shown, "name") }));
        } else if key.path == "rule.part" && !remark::is_name(&name) {
            let rule = shown.strip_prefix("rule.").and_then(|rest| rest.strip_suffix(".part")).unwrap_or(shown).to_owned();
            mistakes.push(Mistake::new(&item.origin, Wrong::PartName { rule, part: name }));
        } else if let Some((_, first)) = out.iter().find(|(other, _)| *other == name) {
            let wrong = Wrong::Twice { section: key.path.to_owned(), name, first: first.origin.clone() };
            mistakes.push(Mistake::new(&item.origin, wrong));
        } else {
            out.push((name, item));
        }
    }
    out
}

/// Where several are possible, one may stand alone.
fn one_or_many(shape: Shape, node: &mut Node) {
    let many = matches!(shape, Shape::Texts | Shape::FileNames | Shape::Names | Shape::Patterns | Shape::NeededPatterns);
    if many && node.text().is_some() {
        let one = node.clone();
        node.value = Value::List(vec![one]);
    }
}

/// What is wrong with a value that is no table.
fn leaf(shape: Shape, node: &mut Node, key: &str) -> Option<Wrong> {
    let is_near = node.origin.layer >= Layer::Environment;
    let misshapen = |node: &Node| Some(shape_of(shape, node, key));
    match shape {
        Shape::Text => node.text().is_none().then(|| shape_of(shape, node, key)),
        Shape::Name => node.text().is_none_or(|text| text.trim().is_empty()).then(|| shape_of(shape, node, key)),
        Shape::Path | Shape::NeededPath | Shape::SecretFile => {
            let text = node.text().unwrap_or_default();
            // On the command line a path is seen from where the person is; in a file nobody knows from where.
            if is_near && !text.is_empty() {
                let absolute = std::path::absolute(text).ok().and_then(|path| path.to_str().map(str::to_owned));
                node.value = Value::Text(absolute.unwrap_or_else(|| text.to_owned()));
            }
            if Path::new(node.text().unwrap_or_default()).is_absolute() { None } else { misshapen(node) }
        }
        Shape::SecretCommand => match node.text() {
            Some(text) if says_its_secret(text) => Some(Wrong::Plain { key: key.to_owned() }),
            Some(text) if !text.trim().is_empty() => None,
            _ => misshapen(node),
        },
        Shape::FileName => node.text().is_none_or(|text| !is_file_name(text)).then(|| shape_of(shape, node, key)),
        Shape::Folders => match node.text() {
            Some(text) => pattern::Levels::new(text).err().map(|error| bad_pattern(key, text, &error.cause)),
            None => misshapen(node),
        },
        Shape::Truth => (!matches!(node.value, Value::Truth(_))).then(|| shape_of(shape, node, key)),
        Shape::Number => (!matches!(node.value, Value::Integer(0..))).then(|| shape_of(shape, node, key)),
        Shape::Fraction => (!matches!(node.value, Value::Integer(_) | Value::Float(_))).then(|| shape_of(shape, node, key)),
        Shape::Period => node.text().is_none_or(|text| text.parse::<Period>().is_err()).then(|| shape_of(shape, node, key)),
        Shape::Word(words) | Shape::NeededWord(words) => {
            node.text().is_none_or(|text| !words.contains(&text)).then(|| shape_of(shape, node, key))
        }
        Shape::Command if node.text().is_some_and(|text| !text.trim().is_empty()) => None,
        Shape::Command | Shape::Texts | Shape::FileNames | Shape::Names | Shape::Patterns | Shape::NeededPatterns => list(shape, node, key),
        Shape::Section | Shape::Named => misshapen(node),
    }
}

/// Whether a command only prints what is written in it: then the secret itself stands in the settings, or in the list of processes.
fn says_its_secret(command: &str) -> bool {
    let prints = ["echo ", "printf "].iter().any(|start| command.trim_start().starts_with(start));
    prints && !command.contains(['$', '`', ';', '|', '&', '<'])
}

/// What is wrong with a list of texts.
fn list(shape: Shape, node: &Node, key: &str) -> Option<Wrong> {
    let Value::List(items) = &node.value else { return Some(shape_of(shape, node, key)) };
    if matches!(shape, Shape::NeededPatterns | Shape::Command) && items.is_empty() {
        return Some(shape_of(shape, node, key));
    }
    items.iter().find_map(|item| {
        let Some(text) = item.text() else { return Some(shape_of(shape, item, key)) };
        let failed = match shape {
            Shape::FileNames if !is_file_name(text) => return Some(shape_of(shape, item, key)),
            Shape::Names => pattern::Names::new([text]).err().map(|error| error.cause),
            Shape::Patterns | Shape::NeededPatterns => pattern::of_part(text).err().map(|error| error.cause),
            _ => None,
        };
        failed.map(|error| bad_pattern(key, text, &error))
    })
}

fn is_file_name(text: &str) -> bool {
    !["", ".", ".."].contains(&text) && !text.contains(['/', '\0'])
}

fn bad_pattern(key: &str, pattern: &str, error: &str) -> Wrong {
    Wrong::Pattern { key: key.to_owned(), pattern: pattern.to_owned(), error: error.to_owned() }
}

fn shape_of(wanted: Shape, node: &Node, key: &str) -> Wrong {
    Wrong::Shape { key: key.to_owned(), wanted, found: node.value.to_string() }
}
