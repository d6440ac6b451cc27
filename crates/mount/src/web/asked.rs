//! What is asked for: the language, what kind of thing, and which names lead to it.

use std::sync::Arc;

use hyper::header::ACCEPT_LANGUAGE;
use hyper::{HeaderMap, Uri};

use super::coding;
use super::words::Words;

/// What kind of thing is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The first page: the calendar, or the state that is all there is.
    Home,
    /// The page of a folder or file.
    Browse,
    /// The bytes of a file.
    File,
    /// A picture, to be shown in a page.
    Image,
    /// A folder as a zip.
    Zip,
    /// A folder as a tar.
    Tar,
    /// The versions of a file.
    History,
    /// What has a name like this below a folder.
    Search,
    /// What differs between two states.
    Compare,
    /// The look of the pages.
    Style,
    /// What browsers ask for by themselves, and do not get.
    Icon,
    /// `WebDAV`.
    Dav,
}

impl What {
    const ALL: [(Self, &str); 11] = [
        (Self::Browse, "browse"),
        (Self::File, "file"),
        (Self::Image, "image"),
        (Self::Zip, "zip"),
        (Self::Tar, "tar"),
        (Self::History, "history"),
        (Self::Search, "search"),
        (Self::Compare, "compare"),
        (Self::Style, "style.css"),
        (Self::Icon, "favicon.ico"),
        (Self::Dav, "dav"),
    ];

    /// Its name in a URL.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(what, _)| *what == self).map_or("", |(_, name)| name)
    }
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    /// The number of the language.
    pub(super) language: usize,
    /// Whether the URL says it, so that links go on saying it.
    pub(super) is_chosen: bool,
    pub(super) what: What,
    /// Names from the view's own folder on.
    pub(super) path: Vec<Vec<u8>>,
    query: String,
}

impl Asked {
    /// Reads a request. `None` for a URL that names nothing here.
    pub(super) fn read(uri: &Uri, headers: &HeaderMap, words: &[Arc<dyn Words>]) -> Option<Self> {
        let mut path = coding::names(uri.path())?;
        let tagged = path.first().and_then(|first| words.iter().position(|words| words.tag().as_bytes() == first));
        if tagged.is_some() {
            path.remove(0);
        }
        let what = match path.first() {
            None => What::Home,
            Some(first) => What::ALL.iter().find(|(_, name)| name.as_bytes() == first)?.0,
        };
        path.drain(..path.len().min(1));
        let language = tagged.unwrap_or_else(|| preferred(headers, words));
        Some(Self { language, is_chosen: tagged.is_some(), what, path, query: uri.query().unwrap_or_default().to_owned() })
    }

    /// What is asked for where nothing can be read from the request.
    pub(super) fn nothing(headers: &HeaderMap, words: &[Arc<dyn Words>]) -> Self {
        Self { language: preferred(headers, words), is_chosen: false, what: What::Home, path: Vec::new(), query: String::new() }
    }

    /// A value of the query.
    pub(super) fn query(&self, key: &str) -> Option<String> {
        coding::query(&self.query, key)
    }

    /// All of the query.
    pub(super) fn whole_query(&self) -> &str {
        &self.query
    }
}

/// The language that is wished for most (RFC 9110, 12.5.4); the first one where none is wished for that is spoken here.
fn preferred(headers: &HeaderMap, words: &[Arc<dyn Words>]) -> usize {
    let wishes = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (0.0, 0);
    for wish in wishes.split(',').take(20) {
        let (range, weight) = wish.split_once(';').unwrap_or((wish, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()).unwrap_or(0.0);
        let language = range.trim().split('-').next().unwrap_or_default();
        let spoken = words.iter().position(|words| words.tag().eq_ignore_ascii_case(language));
        if let Some(number) = spoken.filter(|_| weight > best.0) {
            best = (weight, number);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::words::testing::words;
    use super::*;

    #[test]
    fn what_is_asked_for_is_read() {
        let words = words();
        let read = |uri: &str| Asked::read(&uri.parse().unwrap(), &HeaderMap::new(), &words);
        let asked = read("/fr/file/latest/a%20b?from=2&q=x").unwrap();
        assert_eq!((asked.language, asked.is_chosen, asked.what), (1, true, What::File));
        assert_eq!((asked.path.as_slice(), asked.query("q").as_deref()), (&[b"latest".to_vec(), b"a b".to_vec()][..], Some("x")));
        let home = read("/").unwrap();
        assert_eq!((home.what, home.is_chosen, home.path.len()), (What::Home, false, 0));
        assert_eq!(read("/pt/").unwrap().what, What::Home);
        assert!(read("/elsewhere").is_none() && read("/file/../etc").is_none() && read("/file/%2e%2e/etc").is_none());
    }

    #[test]
    fn the_language_is_the_one_wished_for_most() {
        let words = words();
        let wished = |wishes: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, wishes.parse().unwrap());
            words[Asked::nothing(&headers, &words).language].tag().to_owned()
        };
        for (wishes, tag) in [
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),
            ("de, pt-BR;q=0.3", "pt"),
            ("de, en;q=0.2, pt;q=0.3", "pt"),
            ("de", "en"),
            ("fr;q=0", "en"),
            (";;;,q=,fr;q=nan", "en"),
        ] {
            assert_eq!(wished(wishes), tag, "{wishes}");
        }
    }
}
