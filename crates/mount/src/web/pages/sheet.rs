//! What all pages have: the way past the head to the content, the head with the main places, the way here, and the languages.

use std::fmt::Write as _;

use liasse_html::{Page, Style};

use super::super::Web;
use super::super::asked::{Asked, What};
use super::super::coding;
use super::super::compared::day_of;
use super::super::words::{Value, Words};
use crate::view::{ROOT, StateAt};

/// A page under way.
pub(super) struct Sheet<'w> {
    pub(super) html: Page,
    pub(super) words: &'w dyn Words,
    web: &'w Web,
    asked: &'w Asked,
}

impl<'w> Sheet<'w> {
    /// A page up to its heading.
    pub(super) fn new(web: &'w Web, asked: &'w Asked, title: impl FnOnce(&dyn Words) -> String) -> Self {
        Self::begin(web, asked, title, |_| ())
    }

    /// The page of something at the path, with the way there.
    pub(super) fn at_path(web: &'w Web, asked: &'w Asked, title: impl FnOnce(&dyn Words) -> String) -> Self {
        Self::begin(web, asked, title, Self::way)
    }

    fn begin(web: &'w Web, asked: &'w Asked, title: impl FnOnce(&dyn Words) -> String, before: impl FnOnce(&mut Self)) -> Self {
        let words = web.words(asked.language);
        let title = title(words);
        let whole = format!("{title} \u{2013} Liasse");
        let mut sheet = Self { html: Page::new(words.tag(), &whole, Style::At(&format!("/{}", What::Style.name()))), words, web, asked };
        sheet.head();
        before(&mut sheet);
        sheet.html.open("main", &[("id", "main"), ("tabindex", "-1")]);
        sheet.html.element("h1", &[], &title);
        sheet
    }

    fn head(&mut self) {
        self.html.element("a", &[("class", "skip"), ("href", "#main")], &self.words.say("web-skip", &[]));
        self.html.open("header", &[]);
        self.html.open("nav", &[("aria-label", &self.words.say("web-places", &[]))]);
        self.html.open("ul", &[]);
        self.item(&self.url(What::Home, &[]), &self.words.say("web-home", &[]));
        if self.web.view.changes(ROOT) {
            for (name, message) in [("latest", "web-latest"), ("dossiers", "web-dossiers")] {
                self.item(&self.url(What::Browse, &[name.as_bytes()]), &self.words.say(message, &[]));
            }
        }
        self.html.close("ul");
        self.html.close("nav");
        self.html.close("header");
    }

    /// A link in a list.
    pub(super) fn item(&mut self, to: &str, text: &str) {
        self.html.open("li", &[]);
        self.html.link(to, text);
        self.html.close("li");
    }

    /// The folders on the way here.
    fn way(&mut self) {
        let Some((_, above)) = self.asked.path.split_last() else { return };
        self.html.open("nav", &[("class", "way"), ("aria-label", &self.words.say("web-way", &[]))]);
        self.html.open("ol", &[]);
        self.item(&self.url(What::Home, &[]), &self.words.say("web-home", &[]));
        for number in 1..=above.len() {
            let path = above.get(..number).unwrap_or_default();
            self.item(&self.path_url(What::Browse, path), &self.shown(path));
        }
        self.html.close("ol");
        self.html.close("nav");
    }

    /// What the last name of a path is called on a page.
    pub(super) fn shown(&self, path: &[Vec<u8>]) -> String {
        called(self.web, self.words, path)
    }

    /// The URL of something here, in the language that was chosen.
    pub(super) fn url(&self, what: What, path: &[&[u8]]) -> String {
        url_in(self.asked, self.words, what, path)
    }

    /// The same for a path as it was asked for.
    pub(super) fn path_url(&self, what: What, path: &[Vec<u8>]) -> String {
        self.url(what, &path.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// A name and a value.
    pub(super) fn fact(&mut self, name: &str, value: &str) {
        self.html.element("dt", &[], &self.words.say(name, &[]));
        self.html.element("dd", &[], value);
    }

    /// The heads of a table's columns.
    pub(super) fn columns(&mut self, names: &[&str]) {
        self.html.open("thead", &[]);
        self.html.open("tr", &[]);
        for name in names {
            self.html.element("th", &[("scope", "col")], &self.words.say(name, &[]));
        }
        self.html.close("tr");
        self.html.close("thead");
    }

    /// A field for what is searched, and its button.
    pub(super) fn search(&mut self, action: &str, label: &str, value: &str) {
        self.html.open("form", &[("role", "search"), ("method", "get"), ("action", action)]);
        self.html.element("label", &[("for", "q")], &self.words.say(label, &[]));
        self.html.open("input", &[("type", "search"), ("id", "q"), ("name", "q"), ("value", value), ("maxlength", "200")]);
        self.html.element("button", &[("type", "submit")], &self.words.say("web-search", &[]));
        self.html.close("form");
    }

    /// A choice of two days, of which the states are to be compared: those of two of the states to begin with.
    pub(super) fn days(&mut self, action: &str, states: &[StateAt], numbers: [usize; 2]) {
        let [before, after] = numbers.map(|number| states.get(number).map_or("", day_of));
        let [first, last] = [states.first(), states.last()].map(|state| state.map_or("", day_of));
        self.html.open("form", &[("method", "get"), ("action", action), ("class", "days")]);
        for (name, message, day) in [("before", "web-compare-day", before), ("after", "web-compare-and-day", after)] {
            self.html.element("label", &[("for", name)], &self.words.say(message, &[]));
            self.html.open("input", &[("type", "date"), ("id", name), ("name", name), ("value", day), ("min", first), ("max", last)]);
        }
        self.html.element("button", &[("type", "submit")], &self.words.say("web-compare", &[]));
        self.html.close("form");
    }

    /// The way to the next part.
    pub(super) fn more(&mut self, to: &str) {
        self.html.open("p", &[]);
        self.html.element("a", &[("href", to), ("rel", "next")], &self.words.say("web-more", &[]));
        self.html.close("p");
    }

    /// A paragraph that nobody may overlook.
    pub(super) fn failure(&mut self, message: &str, values: &[(&'static str, Value<'_>)]) {
        self.html.element("p", &[("class", "failure"), ("role", "alert")], &self.words.say(message, values));
    }

    /// A paragraph with a message.
    pub(super) fn paragraph(&mut self, message: &str, values: &[(&'static str, Value<'_>)]) {
        self.html.element("p", &[], &self.words.say(message, values));
    }

    /// The whole page.
    pub(super) fn finish(mut self) -> String {
        self.html.close("main");
        self.html.open("footer", &[]);
        self.paragraph("web-read-only", &[]);
        self.html.open("nav", &[("aria-label", &self.words.say("web-languages", &[]))]);
        self.html.open("ul", &[]);
        for (number, words) in self.web.words.iter().enumerate() {
            self.html.open("li", &[]);
            let to = self.same_in(words.as_ref());
            let (tag, name) = (words.tag(), words.name());
            let mut attributes = vec![("href", to.as_str()), ("lang", tag), ("hreflang", tag)];
            if number == self.asked.language {
                attributes.push(("aria-current", "true"));
            }
            self.html.element("a", &attributes, name);
            self.html.close("li");
        }
        self.html.close("ul");
        self.html.close("nav");
        self.html.close("footer");
        self.html.finish()
    }

    /// This page in another language.
    fn same_in(&self, words: &dyn Words) -> String {
        let mut url = format!("/{}/", words.tag());
        if self.asked.what != What::Home {
            let path = coding::encode_path(self.asked.path.iter().map(Vec::as_slice));
            _ = write!(url, "{}{path}", self.asked.what.name());
        }
        let query = self.asked.whole_query();
        if query.is_empty() { url } else { url + "?" + query }
    }
}

/// The URL of something here, in the language that was chosen.
pub(super) fn url_in(asked: &Asked, words: &dyn Words, what: What, path: &[&[u8]]) -> String {
    let mut url = if asked.is_chosen { format!("/{}", words.tag()) } else { String::new() };
    if what == What::Home {
        return url + "/";
    }
    _ = write!(url, "/{}{}", what.name(), coding::encode_path(path.iter().copied()));
    url
}

/// What the last name of a path is called on a page: folders that no snapshot has are called in the language.
pub(super) fn called(web: &Web, words: &dyn Words, path: &[Vec<u8>]) -> String {
    let message = match path {
        [only] if web.view.changes(ROOT) => match only.as_slice() {
            b"latest" => Some("web-latest"),
            b"by-date" => Some("web-by-date"),
            b"dossiers" => Some("web-dossiers"),
            b"snapshots" => Some("web-snapshots"),
            _ => None,
        },
        [] => Some("web-home"),
        _ => None,
    };
    match message {
        Some(message) => words.say(message, &[]),
        None => words.plain(path.last().map_or(b"", Vec::as_slice)),
    }
}
