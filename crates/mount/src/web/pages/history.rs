//! The page of one file through time: its versions, and where each can be had.

use liasse_archive::Span;

use super::super::Web;
use super::super::asked::{Asked, What};
use super::super::walked::Walked;
use super::super::words::Value;
use super::sheet::Sheet;
use crate::error::{Error, Result};
use crate::repo::Stop;
use crate::view::StateAt;

/// Where states of the same stand beside each other, and how many names lead to one.
fn beside(path: &[Vec<u8>]) -> Option<(Vec<Vec<u8>>, usize)> {
    match path.first()?.as_slice() {
        b"latest" => Some((vec![b"by-date".to_vec()], 1)),
        b"by-date" | b"snapshots" => Some((vec![b"by-date".to_vec()], 2)),
        b"dossiers" => Some((path.get(..2)?.to_vec(), 3)),
        _ => None,
    }
}

pub(super) fn page(web: &Web, asked: &Asked, stop: &Stop) -> Result<String> {
    let (place, names) = beside(&asked.path).ok_or(Error::Missing)?;
    let below = asked.path.get(names..).filter(|below| !below.is_empty()).ok_or(Error::Missing)?;
    let folder = Walked::to(&web.view, &place)?;
    let states = web.view.states(folder.id())?;
    let history = web.view.history(&states, &below.join(&b'/'), stop)?;
    let mut sheet = Sheet::at_path(web, asked, |words| {
        let name = words.plain(below.last().map_or(b"", Vec::as_slice));
        words.say("web-versions-of", &[("name", Value::Text(&name))])
    });
    if !history.lost.is_empty() {
        sheet.failure("web-lost-states", &[("number", Value::Number(history.lost.len() as u64))]);
    }
    let mut spans: Vec<&Span> = history.spans.iter().filter(|span| span.seen.is_some()).collect();
    if spans.is_empty() {
        return Err(Error::Missing);
    }
    spans.sort_by_key(|span| (std::cmp::Reverse(span.first), span.series));
    sheet.paragraph("web-version-count", &[("number", Value::Number(spans.len() as u64))]);
    sheet.html.open("table", &[("class", "entries")]);
    sheet.html.element("caption", &[], &sheet.words.say("web-newest-first", &[]));
    sheet.columns(&["web-from", "web-until", "web-size", "web-changed", "web-file"]);
    sheet.html.open("tbody", &[]);
    for span in spans {
        if let (Some(first), Some(last)) = (states.get(span.first), states.get(span.last)) {
            row(&mut sheet, span, (first, last), &place, below);
        }
    }
    sheet.html.close("tbody");
    sheet.html.close("table");
    Ok(sheet.finish())
}

fn row(sheet: &mut Sheet<'_>, span: &Span, (first, last): (&StateAt, &StateAt), place: &[Vec<u8>], below: &[Vec<u8>]) {
    let Some(seen) = &span.seen else { return };
    let names = place.iter().map(Vec::as_slice).chain([first.name.as_bytes()]).chain(below.iter().map(Vec::as_slice));
    let path: Vec<&[u8]> = names.collect();
    let from = sheet.words.moment(first.time);
    sheet.html.open("tr", &[]);
    sheet.html.open("th", &[("scope", "row")]);
    let to = sheet.url(What::Browse, &path);
    sheet.html.link(&to, &from);
    sheet.html.close("th");
    sheet.html.element("td", &[], &sheet.words.short(last.time));
    let size = seen.size.map_or_else(String::new, |size| sheet.words.size(size));
    sheet.html.element("td", &[("class", "number")], &size);
    sheet.html.element("td", &[], &sheet.words.short(seen.mtime));
    sheet.html.open("td", &[]);
    if seen.hash.is_some() {
        let to = sheet.url(What::File, &path);
        // The same word many times: which one, says its label.
        let text = sheet.words.say("web-download", &[]);
        sheet.html.element("a", &[("href", &to), ("download", ""), ("aria-label", &format!("{text} \u{2013} {from}"))], &text);
    }
    sheet.html.close("td");
    sheet.html.close("tr");
}
