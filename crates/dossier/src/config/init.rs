//! The first file of settings: what is known is written, everything else stands there as a comment, with its help.

use super::keys::{self, Key, Shape};
use super::tree::quoted;
use crate::lang::Texts;

/// Longest line of a comment.
const WIDTH: usize = 100;

/// What the first file says: values, as texts, by the path of their key.
pub type Answer = (&'static str, String);

/// The text of a file with these answers, from the table of keys, in the language of `texts`.
pub fn first_file(answers: &[Answer], texts: &Texts) -> String {
    let mut file = Writer { answers, texts, text: String::new() };
    file.comment(&texts.get("config-file", &[]));
    file.text.push('\n');
    file.section("");
    file.text
}

struct Writer<'a> {
    answers: &'a [Answer],
    texts: &'a Texts,
    text: String,
}

impl Writer<'_> {
    /// The keys of a table, then the tables in it.
    fn section(&mut self, path: &str) {
        let is_table = |key: &&Key| matches!(key.shape, Shape::Section | Shape::Named);
        for key in keys::of_section(path).filter(|key| !is_table(key)) {
            self.key(key);
        }
        for key in keys::of_section(path).filter(is_table) {
            self.text.push('\n');
            self.comment(&self.texts.get(&key.help(), &[]));
            let heading = if key.shape == Shape::Named { format!("[[{}]]", key.path) } else { format!("[{}]", key.path) };
            self.line(&heading, self.is_answered(key.path));
            self.section(key.path);
        }
    }

    fn is_answered(&self, path: &str) -> bool {
        self.answers.iter().any(|(key, _)| key.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }

    fn key(&mut self, key: &Key) {
        self.comment(&self.texts.get(&key.help(), &[]));
        let answer = self.answers.iter().find(|(path, _)| *path == key.path).map(|(_, value)| quoted(value));
        let is_answered = answer.is_some();
        let value = answer.unwrap_or_else(|| if key.default.is_empty() { example(key) } else { key.default.to_owned() });
        self.line(&format!("{} = {value}", key.name()), is_answered);
    }

    fn line(&mut self, line: &str, holds: bool) {
        self.text.push_str(if holds { "" } else { "#" });
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn comment(&mut self, text: &str) {
        let mut line = String::from("#");
        for word in text.split_whitespace() {
            if line.chars().count() + word.chars().count() >= WIDTH {
                self.text.push_str(&line);
                self.text.push('\n');
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.text.push_str(&line);
        self.text.push('\n');
    }
}

/// Something that a key without a default could be.
fn example(key: &Key) -> String {
    let text = match key.shape {
        Shape::Truth => "false",
        Shape::Number if key.name() == "port" => "587",
        Shape::Number if key.name() == "since-year" => "2019",
        Shape::Number => "100",
        Shape::Fraction => "0.5",
        Shape::Period => "\"7 days\"",
        Shape::Texts | Shape::FileNames | Shape::Names | Shape::Patterns | Shape::NeededPatterns => "[\"…\"]",
        Shape::Path | Shape::NeededPath | Shape::SecretFile => "\"/…\"",
        Shape::Word(words) | Shape::NeededWord(words) => return quoted(words.first().copied().unwrap_or_default()),
        _ => "\"…\"",
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;
    use crate::config::{Mistake, Sources, Wrong, load};
    use crate::lang::Lang;

    #[test]
    fn the_first_file_is_good_and_names_every_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for lang in Lang::ALL {
            let answers = [("repository", "/r \"x\"".to_owned()), ("rule.name", "dossiers".to_owned()), ("rule.root", "/srv".to_owned())];
            let text = first_file(&answers, &Texts::new(lang));
            assert!(text.lines().filter(|line| line.starts_with("# ")).all(|line| line.chars().count() <= WIDTH), "{text}");
            let loaded = |text: &str| {
                fs::write(&path, text).unwrap();
                load(&Sources { only: Some(path.clone()), ..Sources::default() })
            };
            let good = loaded(&text);
            assert_eq!(good.mistakes, [], "{text}");
            assert_eq!(good.config.rules.first().unwrap().root.to_str(), Some("/srv"));
            assert_eq!(good.config.repository.unwrap().to_str(), Some("/r \"x\""));
            // A comment without a space is a setting that does not hold; each stands where it would be understood.
            let bare: Vec<_> =
                text.lines().map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line)).collect();
            let mistakes = loaded(&bare.join("\n")).mistakes;
            let misplaced = |one: &&Mistake| matches!(one.what, Wrong::Unknown { .. } | Wrong::Syntax { .. } | Wrong::Twice { .. });
            assert_eq!(mistakes.iter().find(misplaced), None, "{text}");
            for key in keys::all() {
                assert!(text.contains(key.name()), "{}", key.path);
            }
        }
    }
}
