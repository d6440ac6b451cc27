//! Mistakes in the settings: what is wrong, where it stands, and the sentence that says so.

use fluent_bundle::FluentValue;

use super::keys::Shape;
use super::tree::Origin;
use crate::lang::Texts;

/// One mistake.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Where it stands.
    pub origin: Origin,
    /// What is wrong.
    pub what: Wrong,
}

/// What is wrong. Keys are named by their whole path.
#[derive(Debug, Clone, PartialEq)]
pub enum Wrong {
    /// The file cannot be read.
    Unreadable {
        /// What the system says.
        error: String,
    },
    /// The line is no TOML.
    Syntax {
        /// What the reader of TOML says, in English.
        error: String,
    },
    /// There is no such key.
    Unknown {
        /// As it is written.
        key: String,
        /// The one that may be meant.
        nearest: Option<String>,
    },
    /// A secret would stand in the file.
    Plain {
        /// The key.
        key: String,
    },
    /// The value has another shape.
    Shape {
        /// The key.
        key: String,
        /// What is wanted.
        wanted: Shape,
        /// What is written; never shown for what may be a secret.
        found: String,
    },
    /// A pattern cannot be understood.
    Pattern {
        /// The key.
        key: String,
        /// The pattern.
        pattern: String,
        /// What is wrong with it, in English.
        error: String,
    },
    /// A type does not take the value.
    Value {
        /// The key.
        key: String,
        /// What is wrong with it, in English.
        error: String,
    },
    /// Something that must be given is not.
    Missing {
        /// The key.
        key: String,
    },
    /// Two tables of one kind have one name.
    Twice {
        /// Which kind: `rule`.
        section: String,
        /// The name.
        name: String,
        /// Where it was first.
        first: Origin,
    },
    /// Two keys both say where one secret is.
    TwoSecrets {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// A rule leaves out a part that it does not have.
    NoPart {
        /// The rule.
        rule: String,
        /// The part.
        part: String,
        /// The one that may be meant.
        nearest: Option<String>,
    },
    /// A key gives the code, and no marker has it.
    NoMarker {
        /// The rule.
        rule: String,
    },
    /// Years are counted, and no pattern says where they stand.
    NoYear {
        /// The rule.
        rule: String,
        /// The part.
        part: String,
    },
    /// A part has a name that could not be told from several.
    PartName {
        /// The rule.
        rule: String,
        /// The part.
        part: String,
    },
    /// There is no rule, so nothing would be saved.
    NoRule,
    /// A rule's root is not there.
    NoRoot {
        /// The rule.
        rule: String,
        /// The folder.
        root: String,
    },
    /// A rule's root cannot be read.
    Root {
        /// The rule.
        rule: String,
        /// The folder.
        root: String,
        /// What the system says.
        error: String,
    },
    /// A file that holds a secret cannot be read.
    Secret {
        /// The file.
        path: String,
        /// What the system says.
        error: String,
    },
    /// A file that holds a secret can be read by everybody.
    Open {
        /// The file.
        path: String,
    },
    /// An option `--set` is not `KEY=VALUE`.
    Set {
        /// The option.
        text: String,
    },
}

impl Mistake {
    pub(super) fn new(origin: &Origin, what: Wrong) -> Self {
        Self { origin: origin.clone(), what }
    }

    /// Whether no run should start with it: a text that could be read only in part may lack anything.
    pub fn is_fatal(&self) -> bool {
        matches!(self.what, Wrong::Unreadable { .. } | Wrong::Syntax { .. } | Wrong::Set { .. })
            || self.key().is_some_and(|key| {
                ["repository", "credential", "password-file", "password-command"].contains(&key) || matches!(self.what, Wrong::Plain { .. })
            })
    }

    /// The key that it is about.
    pub fn key(&self) -> Option<&str> {
        match &self.what {
            Wrong::Unknown { key, .. }
            | Wrong::Plain { key }
            | Wrong::Shape { key, .. }
            | Wrong::Pattern { key, .. }
            | Wrong::Value { key, .. }
            | Wrong::Missing { key }
            | Wrong::TwoSecrets { second: key, .. } => Some(key),
            _ => None,
        }
    }

    /// What is wrong and what to do, without the place.
    pub fn text(&self, texts: &Texts) -> String {
        let (name, values) = self.message(texts);
        texts.get(name, &values)
    }

    fn message(&self, texts: &Texts) -> (&'static str, Vec<(&'static str, FluentValue<'_>)>) {
        match &self.what {
            Wrong::Unreadable { error } => ("config-unreadable", vec![("error", error.into())]),
            Wrong::Syntax { error } => ("config-syntax", vec![("error", error.into())]),
            Wrong::Unknown { key, nearest: Some(nearest) } => {
                ("config-unknown-near", vec![("key", key.into()), ("nearest", nearest.into())])
            }
            Wrong::Unknown { key, nearest: None } => ("config-unknown", vec![("key", key.into())]),
            Wrong::Plain { key } => ("config-plain", vec![("key", key.into())]),
            Wrong::Shape { key, wanted, found } => {
                ("config-shape", vec![("key", key.into()), ("wanted", said(*wanted, texts).into()), ("found", found.into())])
            }
            Wrong::Pattern { key, pattern, error } => {
                ("config-pattern", vec![("key", key.into()), ("pattern", pattern.into()), ("error", error.into())])
            }
            Wrong::Value { key, error } => ("config-value", vec![("key", key.into()), ("error", error.into())]),
            Wrong::Missing { key } => ("config-missing", vec![("key", key.into())]),
            Wrong::Twice { section, name, first } => {
                ("config-twice", vec![("section", section.into()), ("name", name.into()), ("first", first.to_string().into())])
            }
            Wrong::TwoSecrets { first, second } => ("config-two-secrets", vec![("first", first.into()), ("second", second.into())]),
            Wrong::NoPart { rule, part, nearest: Some(nearest) } => {
                ("config-no-part-near", vec![("rule", rule.into()), ("part", part.into()), ("nearest", nearest.into())])
            }
            Wrong::NoPart { rule, part, nearest: None } => ("config-no-part", vec![("rule", rule.into()), ("part", part.into())]),
            Wrong::NoMarker { rule } => ("config-no-marker", vec![("rule", rule.into())]),
            Wrong::PartName { rule, part } => ("config-part-name", vec![("rule", rule.into()), ("part", part.into())]),
            Wrong::NoYear { rule, part } => ("config-no-year", vec![("rule", rule.into()), ("part", part.into())]),
            Wrong::NoRule => ("config-no-rule", vec![]),
            Wrong::NoRoot { rule, root } => ("config-no-root", vec![("rule", rule.into()), ("root", root.into())]),
            Wrong::Root { rule, root, error } => {
                ("config-root", vec![("rule", rule.into()), ("root", root.into()), ("error", error.into())])
            }
            Wrong::Secret { path, error } => ("config-secret", vec![("path", path.into()), ("error", error.into())]),
            Wrong::Open { path } => ("config-open", vec![("path", path.into())]),
            Wrong::Set { text } => ("config-set", vec![("text", text.into())]),
        }
    }
}

/// What is wanted, in words.
fn said(wanted: Shape, texts: &Texts) -> String {
    let words = if let Shape::Word(words) | Shape::NeededWord(words) = wanted { words.join(", ") } else { String::new() };
    texts.get(wanted.message(), &[("words", words.into())])
}
