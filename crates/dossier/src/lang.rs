//! What people read, in their language: messages by name, from the files in `lang/`, in the syntax of Project Fluent
//! (<https://projectfluent.org/fluent/guide/>). Every language has every message; a test holds that.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::{LanguageIdentifier, langid};

/// A language that the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Lang {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// French.
    #[serde(rename = "fr")]
    French,
    /// Portuguese, as in Brazil.
    #[serde(rename = "pt")]
    Portuguese,
}

/// The files of each language; their names are the same in all.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        const ENGLISH: &[&str] = &[$(include_str!(concat!("../lang/en/", $name, ".ftl"))),*];
        const FRENCH: &[&str] = &[$(include_str!(concat!("../lang/fr/", $name, ".ftl"))),*];
        const PORTUGUESE: &[&str] = &[$(include_str!(concat!("../lang/pt/", $name, ".ftl"))),*];
    };
}

files![
    "cause",    //
    "check",    //
    "config",   //
    "discover", //
    "export",   //
    "hooks",    //
    "notify",   //
    "repair",   //
    "report",   //
    "restore",  //
    "run",      //
    "settings", //
    "status",   //
    "terminal", //
    "watch",    //
    "web",      //
];

impl Lang {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::English, Self::French, Self::Portuguese];

    /// The language of a locale such as `fr_FR.UTF-8`, `pt-BR` or `en`; `None` for one that the program does not speak.
    pub fn of_locale(locale: &str) -> Option<Self> {
        let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default().to_ascii_lowercase();
        match language.as_str() {
            "en" => Some(Self::English),
            "fr" => Some(Self::French),
            "pt" => Some(Self::Portuguese),
            _ => None,
        }
    }

    /// Its two letters, as in `lang` of HTML.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::Portuguese => "pt",
        }
    }

    fn files(self) -> &'static [&'static str] {
        match self {
            Self::English => ENGLISH,
            Self::French => FRENCH,
            Self::Portuguese => PORTUGUESE,
        }
    }
}

/// Not a method: the macro's code has a word that the linter does not like in those of a type that is read from files.
fn id(lang: Lang) -> LanguageIdentifier {
    match lang {
        Lang::English => langid!("en"),
        Lang::French => langid!("fr"),
        Lang::Portuguese => langid!("pt-BR"),
    }
}

/// The messages of one language.
pub struct Texts {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// All messages of a language.
    pub fn new(lang: Lang) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![id(lang)]);
        // What is put into a message is shown as it is: no marks around it, which files and mails would keep.
        bundle.set_use_isolating(false);
        for file in lang.files() {
            let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self { lang, bundle }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// A message. One that is not there shows its name: better than nothing where there is no one to ask.
    pub fn get(&self, name: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(name).and_then(|message| message.value()) else { return name.to_owned() };
        let args: FluentArgs<'_> = values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("lang", &self.lang).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use std::collections::BTreeMap;

    use fluent_bundle::FluentResource;
    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

    use super::*;

    /// The variables of each message of a file.
    fn messages(file: &str) -> BTreeMap<String, Vec<String>> {
        let resource = FluentResource::try_new(file.to_owned()).map_err(|(_, errors)| errors).unwrap();
        let message = |entry: &Entry<&str>| match entry {
            Entry::Message(message) => {
                let mut variables = Vec::new();
                variables_of(message.value.as_ref().unwrap(), &mut variables);
                variables.sort();
                variables.dedup();
                Some((message.id.name.to_owned(), variables))
            }
            Entry::Junk { content } => panic!("{content}"),
            _ => None,
        };
        resource.entries().filter_map(message).collect()
    }

    fn variables_of(pattern: &Pattern<&str>, found: &mut Vec<String>) {
        for element in &pattern.elements {
            let PatternElement::Placeable { expression } = element else { continue };
            match expression {
                Expression::Inline(InlineExpression::VariableReference { id }) => found.push(id.name.to_owned()),
                Expression::Select { selector, variants } => {
                    if let InlineExpression::VariableReference { id } = selector {
                        found.push(id.name.to_owned());
                    }
                    for variant in variants {
                        variables_of(&variant.value, found);
                    }
                }
                Expression::Inline(_) => {}
            }
        }
    }

    #[test]
    fn every_language_says_the_same_things_of_the_same_values() {
        for number in 0..ENGLISH.len() {
            let english = messages(Lang::English.files()[number]);
            assert!(!english.is_empty());
            for lang in [Lang::French, Lang::Portuguese] {
                assert_eq!(messages(lang.files()[number]), english, "{lang:?}, file {number}");
            }
        }
    }

    #[test]
    fn a_locale_gives_its_language() {
        for (locale, lang) in [("fr_FR.UTF-8", Lang::French), ("pt-BR", Lang::Portuguese), ("en", Lang::English), ("pt", Lang::Portuguese)]
        {
            assert_eq!(Lang::of_locale(locale), Some(lang));
        }
        for locale in ["", "C", "POSIX", "de_DE", "français"] {
            assert_eq!(Lang::of_locale(locale), None, "{locale}");
        }
    }
}
