//! What can only be judged of the whole: what is missing in all layers, and keys that need each other.

use super::keys::{self, Shape};
use super::mistake::{Mistake, Wrong};
use super::pattern;
use super::tree::{Node, Origin, Table, Value};
use crate::nearest::nearest;

/// Holds all layers together against what they need of each other.
pub(super) fn check(root: &Table, mistakes: &mut Vec<Mistake>) {
    needed(root, "", "", None, mistakes);
    of_mail(root, mistakes);
    for (name, rule) in named(root, "rule") {
        if let Some(table) = rule.table() {
            of_rule(name, table, mistakes);
        }
    }
}

/// Tables with names below a key.
fn named<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = (&'a str, &'a Node)> {
    let list = table.get(key).and_then(|node| if let Value::Named(list) = &node.value { Some(list) } else { None });
    list.into_iter().flatten().map(|(name, node)| (name.as_str(), node))
}

/// What must be given and is not. What was given wrongly has been told.
fn needed(table: &Table, section: &str, shown: &str, origin: Option<&Origin>, mistakes: &mut Vec<Mistake>) {
    for key in keys::of_section(section) {
        let path = keys::join(shown, key.name());
        match (table.get(key.name()), key.shape) {
            (None, shape) if shape.is_needed() => {
                let is_told = mistakes.iter().any(|mistake| mistake.key() == Some(path.as_str()));
                if let Some(origin) = origin.filter(|_| !is_told) {
                    mistakes.push(Mistake::new(origin, Wrong::Missing { key: path }));
                }
            }
            (Some(node), Shape::Section) => _ = node.table().map(|inner| needed(inner, key.path, &path, Some(&node.origin), mistakes)),
            (Some(_), Shape::Named) => {
                for (name, node) in named(table, key.name()) {
                    _ = node.table().map(|inner| needed(inner, key.path, &keys::join(&path, name), Some(&node.origin), mistakes));
                }
            }
            _ => {}
        }
    }
}

/// A mail that is wished for needs somebody to go to, and a server that takes it.
fn of_mail(root: &Table, mistakes: &mut Vec<Mistake>) {
    let Some(node) = root.get("mail") else { return };
    let Some(mail) = node.table().filter(|mail| mail.get("when").and_then(Node::text) != Some("never")) else { return };
    for name in ["to", "host"] {
        let is_given =
            mail.get(name).is_some_and(|given| given.text() != Some("") && !matches!(&given.value, Value::List(all) if all.is_empty()));
        if !mail.is_empty() && !is_given {
            mistakes.push(Mistake::new(&node.origin, Wrong::Missing { key: keys::join("mail", name) }));
        }
    }
}

fn of_rule(name: &str, rule: &Table, mistakes: &mut Vec<Mistake>) {
    let rule_name = || name.to_owned();
    if let (Some(node), None) = (rule.get("code-key"), rule.get("marker")) {
        mistakes.push(Mistake::new(&node.origin, Wrong::NoMarker { rule: rule_name() }));
    }
    let parts: Vec<&str> = named(rule, "part").map(|(part, _)| part).collect();
    for item in texts(rule, "without") {
        let part = item.text().unwrap_or_default();
        if !parts.contains(&part) {
            let nearest = nearest(part, parts.iter().copied(), 1).first().map(|near| (*near).to_owned());
            mistakes.push(Mistake::new(&item.origin, Wrong::NoPart { rule: rule_name(), part: part.to_owned(), nearest }));
        }
    }
    for (part, table) in named(rule, "part").filter_map(|(part, node)| Some((part, node.table()?))) {
        let has_year = texts(table, "patterns").any(|item| item.text().is_some_and(pattern::has_year));
        if let Some(node) = table.get("since-year").filter(|_| !has_year) {
            mistakes.push(Mistake::new(&node.origin, Wrong::NoYear { rule: rule_name(), part: part.to_owned() }));
        }
    }
}

fn texts<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a Node> {
    let list = table.get(key).and_then(|node| if let Value::List(items) = &node.value { Some(items) } else { None });
    list.into_iter().flatten()
}
