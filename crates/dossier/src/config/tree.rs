//! Settings as they were written: values that know where they stand. Nothing is judged here.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One of the places that settings come from; a later one is nearer and prevails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The language of the user's surroundings.
    Locale,
    /// The file that machines have in common.
    Common,
    /// The machine's file.
    Machine,
    /// The user's file.
    User,
    /// The file that the command line names instead of the machine's and the user's.
    File,
    /// A variable of the environment.
    Environment,
    /// The command line.
    CommandLine,
}

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// In which layer.
    pub layer: Layer,
    /// The file, the variable, or the option.
    pub source: Arc<str>,
    /// The line in the file, from 1; `None` outside of files.
    pub line: Option<u32>,
}

impl Origin {
    /// A whole layer: a variable, an option, or a file that cannot be read.
    pub(super) fn of(layer: Layer, source: impl Into<Arc<str>>) -> Self {
        Self { layer, source: source.into(), line: None }
    }
}

impl fmt::Display for Origin {
    /// `FILE:LINE`, or the name of the variable or option.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.source),
            None => f.write_str(&self.source),
        }
    }
}

/// A table by keys.
pub(super) type Table = BTreeMap<String, Node>;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// What can be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Truth(bool),
    /// A date, which no setting is: kept so that the mistake can be told.
    Date(String),
    List(Vec<Node>),
    Table(Table),
    /// Tables with a name each, in the order in which the names were first met.
    Named(Vec<(String, Node)>),
}

impl Node {
    pub(super) fn new(value: Value, origin: Origin) -> Self {
        Self { value, origin }
    }

    pub(super) fn table(&self) -> Option<&Table> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }

    pub(super) fn table_mut(&mut self) -> Option<&mut Table> {
        if let Value::Table(table) = &mut self.value { Some(table) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }
}

impl fmt::Display for Value {
    /// As it would stand in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Date(date) => f.write_str(date),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.value.to_string()).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Table(_) => f.write_str("{…}"),
            Self::Named(tables) => write!(f, "{}", tables.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.extend(['\\', 'u'].into_iter().chain(hex(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Four digits.
fn hex(c: char) -> impl Iterator<Item = char> {
    [12, 8, 4, 0].into_iter().filter_map(move |shift| char::from_digit(u32::from(c) >> shift & 15, 16))
}

/// What is wrong with the writing itself, and on which line.
pub(super) type SyntaxError = (Origin, String);

/// Reads a file's text. What can be understood of a text with mistakes is read all the same.
pub(super) fn parse(text: &str, layer: Layer, path: &Path) -> (Node, Vec<SyntaxError>) {
    let source: Arc<str> = path.display().to_string().into();
    let place = Place { text, layer, source };
    let (table, errors) = DeTable::parse_recoverable(text);
    let said = |error: &toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        (place.at(at), error.message().to_owned())
    };
    let errors = errors.iter().map(said).collect();
    let root = place.at(0);
    (Node::new(Value::Table(place.table(table.into_inner())), root), errors)
}

/// Where in a file's text something is.
struct Place<'a> {
    text: &'a str,
    layer: Layer,
    source: Arc<str>,
}

impl Place<'_> {
    fn at(&self, offset: usize) -> Origin {
        let before = self.text.as_bytes().get(..offset).unwrap_or(self.text.as_bytes());
        let line = before.split(|byte| *byte == b'\n').count();
        Origin { layer: self.layer, source: Arc::clone(&self.source), line: u32::try_from(line).ok() }
    }

    /// Values stand where their keys do: that is where people look.
    fn table(&self, table: DeTable<'_>) -> Table {
        let entry = |(key, value): (Spanned<_>, Spanned<_>)| {
            let origin = self.at(key.span().start);
            let value: DeValue<'_> = value.into_inner();
            (std::borrow::Cow::into_owned(key.into_inner()), Node::new(self.value(value), origin))
        };
        table.into_iter().map(entry).collect()
    }

    fn value(&self, value: DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => Value::Date(number.as_str().to_owned()),
            },
            DeValue::Float(number) => number.as_str().parse().map_or_else(|_| Value::Date(number.as_str().to_owned()), Value::Float),
            DeValue::Boolean(truth) => Value::Truth(truth),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(items) => {
                let item = |item: Spanned<DeValue<'_>>| {
                    let origin = self.at(item.span().start);
                    Node::new(self.value(item.into_inner()), origin)
                };
                Value::List(items.into_iter().map(item).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_value_knows_its_line() {
        let text = "a = 1\n\n[b]\nc = [\n  'x',\n  \"y\\n\"\n]\n[[d]]\ne = 0x10\n[[d]]\n";
        let (root, errors) = parse(text, Layer::Machine, Path::new("f.toml"));
        assert!(errors.is_empty());
        let table = root.table().unwrap();
        let line = |node: &Node| node.origin.line.unwrap();
        assert_eq!((line(&table["a"]), line(&table["b"])), (1, 3));
        let c = &table["b"].table().unwrap()["c"];
        assert_eq!((c.value.to_string().as_str(), line(c)), (r#"["x", "y\n"]"#, 4));
        let Value::List(d) = &table["d"].value else { unreachable!() };
        assert_eq!(d.iter().map(line).collect::<Vec<_>>(), [8, 10]);
        assert_eq!(d[0].table().unwrap()["e"].value, Value::Integer(16));
        assert_eq!(c.origin.to_string(), "f.toml:4");
    }

    #[test]
    fn every_mistake_of_writing_is_found() {
        let (root, errors) = parse("a = \nb = 2\nc = = 3\nd = 4\n", Layer::User, Path::new("f"));
        let lines: Vec<_> = errors.iter().map(|(origin, _)| origin.line.unwrap()).collect();
        assert!(lines.contains(&1) && lines.contains(&3), "{errors:?}");
        assert_eq!(root.table().unwrap()["d"].value, Value::Integer(4));
    }
}
