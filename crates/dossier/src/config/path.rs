//! Keys as people type them: `rule.clients.root`, `rule.root` of all rules, and `KEY=VALUE`.

use super::keys::{self, Key, Shape};
use super::tree::{Layer, Node, Origin, Table, Value, parse, quoted};
use crate::nearest::nearest;

/// A key with the names of the rules and the like on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) words: Vec<String>,
    pub(super) key: &'static Key,
}

/// There is no such key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no key {key}")]
pub struct NoKey {
    /// As it was typed.
    pub key: String,
    /// The ones that may be meant.
    pub nearest: Vec<String>,
}

impl Place {
    /// As one types it: words that are not plain are quoted.
    pub(super) fn shown(&self) -> String {
        let is_plain = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let words: Vec<_> = self.words.iter().map(|word| if is_plain(word) { word.clone() } else { quoted(word) }).collect();
        words.join(".")
    }

    /// The value below a root.
    pub(super) fn value<'a>(&self, root: &'a Node) -> Option<&'a Node> {
        self.words.iter().try_fold(root, |node, word| match &node.value {
            Value::Table(table) => table.get(word),
            Value::Named(list) => list.iter().find(|(name, _)| name == word).map(|(_, node)| node),
            _ => None,
        })
    }
}

/// The words of a key: names that are not plain stand in quotes.
fn words(text: &str) -> Option<Vec<String>> {
    let (root, errors) = parse(&format!("{text}=0"), Layer::CommandLine, "".as_ref());
    let mut words = Vec::new();
    let mut node = &root;
    while let Some(table) = node.table() {
        let (word, inner) = table.first_key_value()?;
        words.push(word.clone());
        node = inner;
    }
    (errors.is_empty() && !words.is_empty()).then_some(words)
}

/// Reads `KEY=VALUE`. A text needs no quotes.
pub(super) fn assignment(text: &str, origin: &Origin) -> Option<Table> {
    let (words, value) = text.match_indices('=').find_map(|(at, _)| {
        let words = words(text.get(..at)?.trim())?;
        Some((words, text.get(at + 1..)?.trim()))
    })?;
    let mut section = String::new();
    let mut shape = None;
    let mut is_name = false;
    for word in &words {
        if is_name {
            is_name = false;
            continue;
        }
        section = keys::join(&section, word);
        shape = keys::find(&section).map(|key| key.shape);
        is_name = shape == Some(Shape::Named);
    }
    let node = Node::new(typed(shape.unwrap_or(Shape::Text), value), origin.clone());
    Some(nested(&words, node, ""))
}

/// A value as the key wants it, or as TOML, or as the text that it is.
fn typed(shape: Shape, value: &str) -> Value {
    let (root, errors) = parse(&format!("v={value}"), Layer::CommandLine, "".as_ref());
    let parsed = root.table().filter(|table| errors.is_empty() && table.len() == 1).and_then(|table| table.get("v"));
    let wants_other = matches!(
        shape,
        Shape::Truth
            | Shape::Number
            | Shape::Fraction
            | Shape::Texts
            | Shape::FileNames
            | Shape::Names
            | Shape::Patterns
            | Shape::NeededPatterns
    );
    match parsed {
        Some(node) if wants_other || node.text().is_some() => node.value.clone(),
        _ => Value::Text(value.to_owned()),
    }
}

/// A value below the tables on the way to it.
fn nested(words: &[String], node: Node, section: &str) -> Table {
    let Some((first, rest)) = words.split_first() else { return Table::new() };
    let path = keys::join(section, first);
    let is_named = keys::find(&path).is_some_and(|key| key.shape == Shape::Named);
    let origin = node.origin.clone();
    let inner = match rest.split_first() {
        None => node,
        Some((name, rest)) if is_named => {
            let mut table = nested(rest, node, &path);
            table.insert("name".to_owned(), Node::new(Value::Text(name.clone()), origin.clone()));
            Node::new(Value::Named(vec![(name.clone(), Node::new(Value::Table(table), origin.clone()))]), origin)
        }
        Some(_) => Node::new(Value::Table(nested(rest, node, &path)), origin),
    };
    Table::from([(first.clone(), inner)])
}

/// The places that a typed key means: several where it names a key of all rules.
pub(super) fn places(text: &str, root: &Node) -> Result<Vec<Place>, NoKey> {
    let failed = |nearest: Vec<String>| NoKey { key: text.to_owned(), nearest };
    let words = words(text).ok_or_else(|| failed(Vec::new()))?;
    let mut found = Vec::new();
    expand(&words, "", Some(root), &mut Vec::new(), &mut found).map_err(failed)?;
    Ok(found)
}

/// Every place there is: each key, and each key of each rule.
pub(super) fn all_places(root: &Node) -> Vec<Place> {
    let mut found = Vec::new();
    below("", Some(root), &mut Vec::new(), &mut found);
    found
}

fn below(section: &str, node: Option<&Node>, way: &mut Vec<String>, found: &mut Vec<Place>) {
    for key in keys::of_section(section) {
        way.push(key.name().to_owned());
        let inner = node.and_then(Node::table).and_then(|table| table.get(key.name()));
        match (key.shape, inner.map(|node| &node.value)) {
            (Shape::Section, _) => below(key.path, inner, way, found),
            (Shape::Named, Some(Value::Named(list))) => {
                for (name, item) in list {
                    way.push(name.clone());
                    below(key.path, Some(item), way, found);
                    way.pop();
                }
            }
            (Shape::Named, _) => {}
            _ => found.push(Place { words: way.clone(), key }),
        }
        way.pop();
    }
}

/// Follows the words of a key; names what may be meant where it cannot.
fn expand(words: &[String], section: &str, node: Option<&Node>, way: &mut Vec<String>, found: &mut Vec<Place>) -> Result<(), Vec<String>> {
    let Some((first, rest)) = words.split_first() else { return Ok(()) };
    let Some(key) = keys::find(&keys::join(section, first)) else { return Err(meant(first, section, way)) };
    let inner = node.and_then(Node::table).and_then(|table| table.get(first));
    way.push(first.clone());
    let followed = match (rest.split_first(), inner.map(|node| &node.value)) {
        (None, _) => {
            found.push(Place { words: way.clone(), key });
            if key.shape == Shape::Section {
                below(key.path, inner, way, found);
            }
            Ok(())
        }
        (Some((name, rest)), Some(Value::Named(list))) if list.iter().any(|(other, _)| other == name) => {
            let item = list.iter().find(|(other, _)| other == name).map(|(_, item)| item);
            way.push(name.clone());
            let followed = expand(rest, key.path, item, way, found);
            if rest.is_empty() {
                below(key.path, item, way, found);
            }
            way.pop();
            followed
        }
        (Some((word, _)), Some(Value::Named(list))) if keys::find(&keys::join(key.path, word)).is_some() => {
            list.iter().try_for_each(|(name, item)| {
                way.push(name.clone());
                let followed = expand(rest, key.path, Some(item), way, found);
                way.pop();
                followed
            })
        }
        (Some((word, _)), Some(Value::Named(list))) => {
            let names = nearest(word, list.iter().map(|(name, _)| name.as_str()), 3);
            let prefix = way.join(".");
            let names = names.into_iter().map(|name| format!("{prefix}.{name}"));
            Err(names.chain(meant(word, key.path, way)).collect())
        }
        _ => expand(rest, key.path, inner, way, found),
    };
    way.pop();
    followed
}

/// Keys of a section, or of the whole table, that a word may mean.
fn meant(word: &str, section: &str, way: &[String]) -> Vec<String> {
    let prefix = way.join(".");
    let here = nearest(word, keys::of_section(section).map(Key::name), 3);
    if here.is_empty() {
        return keys::all().filter(|key| key.name() == word).map(|key| key.path.to_owned()).collect();
    }
    here.into_iter().map(|name| keys::join(&prefix, name)).collect()
}
