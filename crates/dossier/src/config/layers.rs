//! Where settings come from, and how they are put together: read, judged, laid over each other, decoded.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::decode::{DecodeError, Decoder};
use super::mistake::{Mistake, Wrong};
use super::path::assignment;
use super::settings::Config;
use super::tree::{Layer, Node, Origin, Table, Value, parse};
use super::{judge, merge, whole};
use crate::spoken;

/// Where to look. The caller knows the system and the environment; nothing here does.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The language of the user's surroundings: the value of `LANG` or the like.
    pub locale: Option<String>,
    /// The common file, if the environment names one; otherwise the machine's or the user's file may.
    pub common: Option<PathBuf>,
    /// The machine's file; it need not be there.
    pub machine: Option<PathBuf>,
    /// The user's file; it need not be there.
    pub user: Option<PathBuf>,
    /// A file instead of both, which must be there.
    pub only: Option<PathBuf>,
    /// What variables of the environment say: name, key, value.
    pub environment: Vec<(String, &'static str, String)>,
    /// What options of the command line say: option, key, value.
    pub options: Vec<(String, &'static str, String)>,
    /// `KEY=VALUE` from the command line; a later one prevails.
    pub set: Vec<String>,
}

/// The settings, and everything that is known about how they came about.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings. What was mistaken is left out.
    pub config: Config,
    /// Every mistake, by layer, file and line.
    pub mistakes: Vec<Mistake>,
    /// The files that were read, farthest first.
    pub files: Vec<PathBuf>,
    pub(super) layers: Vec<Node>,
    pub(super) merged: Node,
}

impl Loaded {
    /// Whether no run should start with these settings.
    pub fn is_fatal(&self) -> bool {
        self.mistakes.iter().any(Mistake::is_fatal)
    }
}

/// Reads all layers and puts them together.
pub fn load(sources: &Sources) -> Loaded {
    let mut reading = Reading::default();
    reading.near_files(sources);
    reading.common_file(sources);
    reading.variables(sources);
    reading.layers.sort_by_key(|layer| layer.origin.layer);
    reading.finish()
}

#[derive(Default)]
struct Reading {
    layers: Vec<Node>,
    files: Vec<(Layer, PathBuf)>,
    mistakes: Vec<Mistake>,
}

impl Reading {
    fn near_files(&mut self, sources: &Sources) {
        if let Some(path) = &sources.only {
            self.file(Layer::File, path, true);
            return;
        }
        for (layer, path) in [(Layer::Machine, &sources.machine), (Layer::User, &sources.user)] {
            if let Some(path) = path {
                self.file(layer, path, false);
            }
        }
    }

    /// The file that the environment names, or else the nearest file that names one.
    fn common_file(&mut self, sources: &Sources) {
        let named = self.layers.iter().rev().find_map(|layer| layer.table()?.get("common")?.text().map(PathBuf::from));
        if let Some(path) = sources.common.clone().or(named) {
            self.file(Layer::Common, &path, true);
        }
    }

    fn file(&mut self, layer: Layer, path: &Path, is_needed: bool) {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_needed => return,
            Err(error) => {
                let origin = Origin::of(layer, path.display().to_string());
                return self.mistakes.push(Mistake::new(&origin, Wrong::Unreadable { error: spoken(&error) }));
            }
        };
        let (mut root, errors) = parse(&text, layer, path);
        self.mistakes.extend(errors.into_iter().map(|(origin, error)| Mistake::new(&origin, Wrong::Syntax { error })));
        if let Some(table) = root.table_mut() {
            judge::table(table, "", "", &mut self.mistakes);
        }
        self.layers.push(root);
        self.files.push((layer, path.to_owned()));
    }

    fn variables(&mut self, sources: &Sources) {
        let locale = sources.locale.as_deref().and_then(crate::lang::Lang::of_locale);
        let locale = locale.map(|lang| ("LANG".to_owned(), "language", lang.tag().to_owned()));
        self.words(Layer::Locale, locale.as_slice());
        self.words(Layer::Environment, &sources.environment);
        self.words(Layer::CommandLine, &sources.options);
        for text in &sources.set {
            let origin = Origin::of(Layer::CommandLine, "--set");
            match assignment(text, &origin) {
                Some(table) => self.layer(table, &origin),
                None => self.mistakes.push(Mistake::new(&origin, Wrong::Set { text: before_value(text) })),
            }
        }
    }

    fn words(&mut self, layer: Layer, words: &[(String, &'static str, String)]) {
        for (source, key, value) in words {
            let origin = Origin::of(layer, source.as_str());
            let node = Node::new(Value::Text(value.clone()), origin.clone());
            self.layer(Table::from([((*key).to_owned(), node)]), &origin);
        }
    }

    fn layer(&mut self, mut table: Table, origin: &Origin) {
        judge::table(&mut table, "", "", &mut self.mistakes);
        self.layers.push(Node::new(Value::Table(table), origin.clone()));
    }

    fn finish(mut self) -> Loaded {
        let mut merged = Table::new();
        for layer in &self.layers {
            if let Some(table) = layer.table() {
                merge::lay_over(&mut merged, table.clone(), "");
            }
        }
        whole::check(&merged, &mut self.mistakes);
        let mut merged = Node::new(Value::Table(merged), Origin::of(Layer::Common, ""));
        let config = decode(&mut merged, &mut self.mistakes);
        self.mistakes.sort_by(|a, b| a.origin.cmp(&b.origin));
        self.files.sort();
        let files = self.files.into_iter().map(|(_, path)| path).collect();
        Loaded { config, mistakes: self.mistakes, files, layers: self.layers, merged }
    }
}

/// Decodes; what a type does not take is told, taken out, and the rest decoded again, until all of it is taken.
fn decode(merged: &mut Node, mistakes: &mut Vec<Mistake>) -> Config {
    loop {
        match Config::deserialize(Decoder { node: merged, whole: false }) {
            Ok(config) => return config,
            Err(error) => {
                let removed = remove(merged, &error.path);
                tell(&error, mistakes);
                if !removed {
                    return Config::default();
                }
            }
        }
    }
}

/// A mistake within what was told already is none: something that must be given is missing because it was wrong.
fn tell(error: &DecodeError, mistakes: &mut Vec<Mistake>) {
    let key = error.path.join(".");
    let is_told = |mistake: &Mistake| mistake.key().is_some_and(|told| told == key || told.starts_with(&format!("{key}.")));
    if let Some(origin) = error.origin.as_ref().filter(|_| !mistakes.iter().any(is_told)) {
        mistakes.push(Mistake::new(origin, Wrong::Value { key, error: error.message.clone() }));
    }
}

/// Takes the value at a path out, or the nearest one above it that there is.
fn remove(node: &mut Node, path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    match &mut node.value {
        Value::Table(table) => table.get_mut(first).is_some_and(|inner| remove(inner, rest)) || table.remove(first).is_some(),
        Value::Named(list) => {
            let Some(at) = list.iter().position(|(name, _)| name == first) else { return false };
            if !list.get_mut(at).is_some_and(|(_, inner)| remove(inner, rest)) {
                list.remove(at);
            }
            true
        }
        _ => false,
    }
}

/// What may be shown of an assignment that was not understood: never the value.
fn before_value(text: &str) -> String {
    text.split('=').next().unwrap_or_default().to_owned()
}

/// The keys that variables of the environment can set. `LIASSE_CONFIG` and `LIASSE_COMMON_CONFIG` name files instead.
pub const VARIABLES: [(&str, &str); 5] = [
    ("LIASSE_LANGUAGE", "language"),
    ("LIASSE_REPOSITORY", "repository"),
    ("LIASSE_CREDENTIAL", "credential"),
    ("LIASSE_PASSWORD_FILE", "password-file"),
    ("LIASSE_PASSWORD_COMMAND", "password-command"),
];
