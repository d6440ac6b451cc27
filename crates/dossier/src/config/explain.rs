//! What a key is set to, who says so, and what others said.

use serde::Serialize;

use super::keys::Shape;
use super::layers::Loaded;
use super::path::{NoKey, Place, all_places, places};
use crate::lang::Texts;

/// One key, explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The key, with the names of rules and the like.
    pub key: String,
    /// Its value as TOML; `None` when nothing is set and nothing holds by default.
    pub value: Option<String>,
    /// Where it is set: `FILE:LINE`, a variable or an option; `None` for what holds by default.
    pub origin: Option<String>,
    /// What it means, in the language that was asked for.
    pub help: String,
    /// What holds when nobody sets it, as TOML; `None` when that is nothing.
    pub default: Option<String>,
    /// What farther layers say, nearest first.
    pub others: Vec<Other>,
}

/// A value that does not hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Other {
    /// The value, as TOML.
    pub value: String,
    /// Where it is set.
    pub origin: String,
}

/// Explains a key such as `repository`, `rule.clients.root`, or `rule.root` for all rules; without one, everything that can be set.
pub fn explain(loaded: &Loaded, key: Option<&str>, texts: &Texts) -> Result<Vec<Explained>, NoKey> {
    let places = match key {
        Some(key) => places(key, &loaded.merged)?,
        None => all_places(&loaded.merged),
    };
    Ok(places.iter().map(|place| one(loaded, place, texts)).collect())
}

fn one(loaded: &Loaded, place: &Place, texts: &Texts) -> Explained {
    let holds = place.value(&loaded.merged);
    let default = Some(place.key.default).filter(|default| !default.is_empty()).map(str::to_owned);
    let others = loaded.layers.iter().rev().filter_map(|layer| place.value(layer));
    let other = |node: &super::tree::Node| Other { value: node.value.to_string(), origin: node.origin.to_string() };
    let is_table = matches!(place.key.shape, Shape::Section | Shape::Named);
    Explained {
        key: place.shown(),
        value: holds.map(|node| node.value.to_string()).or_else(|| default.clone()),
        origin: holds.map(|node| node.origin.to_string()),
        help: texts.get(&place.key.help(), &[]),
        default,
        others: others.filter(|node| !is_table && Some(&node.origin) != holds.map(|node| &node.origin)).map(other).collect(),
    }
}
