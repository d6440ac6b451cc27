//! Layers laid over each other: the nearer prevails, key by key.
//!
//! Tables are laid over each other key by key, at every depth. Rules, parts and other tables with a name meet the one of the same name
//! and are laid over it in the same way; one with a new name is added after the others. Every other list is replaced as a whole. Of
//! several keys in one table that say where a secret is only one can hold, so a nearer one hides all farther ones.

use super::keys::{self, Key};
use super::tree::{Node, Table, Value};

/// Lays a nearer table over a farther one. `section` is the path of both.
pub(super) fn lay_over(far: &mut Table, near: Table, section: &str) {
    hide_secrets(far, &near, section);
    for (name, node) in near {
        let path = keys::join(section, &name);
        let node = match far.remove(&name) {
            Some(before) => both(before, node, &path),
            None => node,
        };
        far.insert(name, node);
    }
}

fn both(mut far: Node, near: Node, path: &str) -> Node {
    match (&mut far.value, near.value) {
        (Value::Table(table), Value::Table(over)) => {
            lay_over(table, over, path);
            far
        }
        (Value::Named(list), Value::Named(over)) => {
            for (name, node) in over {
                lay_over_named(list, name, node, path);
            }
            far
        }
        (_, value) => Node { value, origin: near.origin },
    }
}

fn lay_over_named(list: &mut Vec<(String, Node)>, name: String, mut node: Node, path: &str) {
    let same = list.iter_mut().find(|(other, _)| *other == name).and_then(|(_, far)| far.table_mut());
    match (same, node.table_mut()) {
        (Some(far), Some(near)) => lay_over(far, std::mem::take(near), path),
        _ => list.push((name, node)),
    }
}

/// What the farther table says of secrets goes behind what the nearer one says, if that says anything.
fn hide_secrets(far: &mut Table, near: &Table, section: &str) {
    let is_secret = |key: &&Key| key.shape.is_secret();
    if keys::of_section(section).filter(is_secret).any(|key| near.contains_key(key.name())) {
        for key in keys::of_section(section).filter(is_secret).filter(|key| !near.contains_key(key.name())) {
            far.remove(key.name());
        }
    }
}
