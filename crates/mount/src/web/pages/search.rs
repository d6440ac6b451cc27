//! The page of a search by name below a folder. A name is meant that has all the words, in any case; or one that a pattern with `*` or `?`
//! fits. It ends when there is enough to show, or after a while.

use std::ops::ControlFlow;
use std::time::Instant;

use liasse_archive::Patterns;

use super::super::Web;
use super::super::asked::{Asked, What};
use super::super::walked::Walked;
use super::super::words::Value;
use super::LONGEST;
use super::sheet::Sheet;
use crate::error::Result;
use crate::repo::Stop;
use crate::repo::format::time::Time;
use crate::repo::format::tree::{Entry, Node};

/// Most that is shown.
const MOST: usize = 500;

/// What was found.
struct Found {
    path: Vec<u8>,
    /// Bytes of a file.
    size: Option<u64>,
    mtime: Time,
}

/// What is searched for.
enum Wanted {
    Words(Vec<String>),
    Pattern(Patterns),
}

impl Wanted {
    /// `None` where nothing is.
    fn of(said: &str) -> Option<Self> {
        let said = said.trim();
        if said.contains(['*', '?']) {
            let pattern = Patterns::new([said]).ok();
            return pattern.filter(|pattern| !pattern.is_empty()).map(Self::Pattern);
        }
        let words: Vec<String> = said.split_whitespace().map(str::to_lowercase).collect();
        (!words.is_empty()).then_some(Self::Words(words))
    }

    fn fits(&self, path: &[u8], entry: &Entry) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.matches(path, matches!(entry.node, Node::Directory { .. })),
            Self::Words(words) => {
                let name = String::from_utf8_lossy(entry.name.as_bytes()).to_lowercase();
                words.iter().all(|word| name.contains(word))
            }
        }
    }
}

pub(super) fn page(web: &Web, asked: &Asked, stop: &Stop) -> Result<String> {
    let said = asked.query("q").unwrap_or_default();
    let folder = Walked::to(&web.view, &asked.path)?;
    let wanted = Wanted::of(&said);
    let end = Instant::now() + LONGEST;
    let (mut found, mut is_cut) = (Vec::new(), false);
    let mut lost = 0;
    if let Some(wanted) = &wanted {
        lost = web.view.below(folder.id(), stop, &mut |path, entry| {
            is_cut = found.len() == MOST || Instant::now() > end;
            if is_cut {
                return ControlFlow::Break(());
            }
            if wanted.fits(path, entry) {
                let size = if let Node::File(content) = &entry.node { Some(content.size) } else { None };
                found.push(Found { path: path.to_vec(), size, mtime: entry.metadata.mtime });
            }
            ControlFlow::Continue(())
        })?;
    }
    let mut sheet = Sheet::at_path(web, asked, |words| words.say("web-search-title", &[]));
    let action = sheet.path_url(What::Search, &asked.path);
    sheet.search(&action, "web-search-below", &said);
    let number = Value::Number(found.len() as u64);
    match (&wanted, is_cut) {
        (None, _) => sheet.paragraph("web-search-help", &[]),
        (Some(_), true) => sheet.paragraph("web-found-cut", &[("number", number)]),
        (Some(_), false) => sheet.paragraph("web-found", &[("number", number)]),
    }
    if lost > 0 {
        sheet.failure("web-lost-folders", &[("number", Value::Number(lost as u64))]);
    }
    if !found.is_empty() {
        table(&mut sheet, asked, &found);
    }
    Ok(sheet.finish())
}

fn table(sheet: &mut Sheet<'_>, asked: &Asked, found: &[Found]) {
    sheet.html.open("table", &[("class", "entries")]);
    sheet.html.element("caption", &[], &sheet.words.say("web-results", &[]));
    sheet.columns(&["web-name", "web-size", "web-changed"]);
    sheet.html.open("tbody", &[]);
    for found in found {
        let below = found.path.split(|byte| *byte == b'/').filter(|name| !name.is_empty());
        let path: Vec<&[u8]> = asked.path.iter().map(Vec::as_slice).chain(below).collect();
        let to = sheet.url(What::Browse, &path);
        sheet.html.open("tr", &[]);
        sheet.html.open("th", &[("scope", "row")]);
        let name = found.path.strip_prefix(b"/").unwrap_or(&found.path);
        sheet.html.link(&to, &sheet.words.plain(name));
        sheet.html.close("th");
        let size = found.size.map_or_else(String::new, |size| sheet.words.size(size));
        sheet.html.element("td", &[("class", "number")], &size);
        sheet.html.element("td", &[], &sheet.words.short(found.mtime));
        sheet.html.close("tr");
    }
    sheet.html.close("tbody");
    sheet.html.close("table");
}
