//! The page of a folder: what is in it, and what can be done with all of it. A long folder is shown in parts; all dossiers are one list.

use super::super::Web;
use super::super::asked::{Asked, What};
use super::super::walked::Walked;
use super::sheet::{Sheet, called};
use crate::error::Result;
use crate::repo::format::time::Time;
use crate::view::{Item, Kind, ROOT};

/// Most entries of one page.
const MOST: usize = 1_000;
/// Most dossiers, days or snapshots of one page.
const MOST_MADE: usize = 20_000;

pub(super) fn page(web: &Web, asked: &Asked, walked: &Walked) -> Result<String> {
    let is_made = web.view.changes(walked.id());
    let from = asked.query("from").and_then(|from| from.parse().ok()).unwrap_or_default();
    let wanted = asked.query("q").filter(|_| is_made).unwrap_or_default();
    let (items, next) = items(web, walked, from, &wanted, if is_made { MOST_MADE } else { MOST })?;
    let mut sheet = Sheet::at_path(web, asked, |words| called(web, words, &asked.path));
    if is_made {
        let action = sheet.path_url(What::Browse, &asked.path);
        sheet.search(&action, "web-filter", &wanted);
        let states_here = web.view.states(walked.id())?;
        if let [.., _, _] = states_here.as_slice() {
            let action = sheet.path_url(What::Compare, &asked.path);
            sheet.days(&action, &states_here, [states_here.len() - 2, states_here.len() - 1]);
        }
        states(&mut sheet, asked, &items);
    } else {
        tools(&mut sheet, web, asked, walked);
        entries(&mut sheet, asked, &items);
    }
    if items.is_empty() {
        sheet.paragraph("web-empty", &[]);
    }
    if let Some(next) = next {
        let to = format!("{}?from={next}", sheet.path_url(What::Browse, &asked.path));
        sheet.more(&to);
    }
    Ok(sheet.finish())
}

/// What is in a folder from a place on, as much as one page shows; and where the next page begins.
fn items(web: &Web, walked: &Walked, from: u64, wanted: &str, most: usize) -> Result<(Vec<Item>, Option<u64>)> {
    let listing = web.view.begin_list(walked.id())?;
    let wanted = wanted.trim().to_lowercase();
    let (mut items, mut next) = (Vec::new(), None);
    web.view.list(&listing, from, &mut |item| {
        if !wanted.is_empty() && !String::from_utf8_lossy(&item.name).to_lowercase().contains(&wanted) {
            return true;
        }
        if items.len() == most {
            return false;
        }
        next = Some(item.next);
        items.push(item.clone());
        true
    })?;
    let is_full = items.len() == most;
    Ok((items, next.filter(|_| is_full)))
}

/// The whole folder as one file, and a search below it.
fn tools(sheet: &mut Sheet<'_>, web: &Web, asked: &Asked, walked: &Walked) {
    if walked.attributes.mtime != Time::default() {
        let moment = sheet.words.moment(walked.attributes.mtime);
        sheet.html.element("p", &[], &moment);
    }
    sheet.html.open("ul", &[("class", "tools")]);
    for (what, message) in [(What::Zip, "web-zip"), (What::Tar, "web-tar")] {
        sheet.html.open("li", &[]);
        let to = sheet.path_url(what, &asked.path);
        sheet.html.element("a", &[("href", &to), ("download", "")], &sheet.words.say(message, &[]));
        sheet.html.close("li");
    }
    if web.view.changes(ROOT) {
        sheet.item(&sheet.path_url(What::Compare, &asked.path), &sheet.words.say("web-compare-link", &[]));
    }
    sheet.html.close("ul");
    let action = sheet.path_url(What::Search, &asked.path);
    sheet.search(&action, "web-search-below", "");
}

/// A list of folders that no snapshot has, or of states: a name each, and when it was.
fn states(sheet: &mut Sheet<'_>, asked: &Asked, items: &[Item]) {
    let are_states = asked.path.len() > 1 || asked.path.first().is_some_and(|name| name != b"dossiers");
    sheet.html.open("ul", &[("class", "states")]);
    for item in items {
        let path: Vec<&[u8]> = asked.path.iter().map(Vec::as_slice).chain([item.name.as_slice()]).collect();
        let name = sheet.words.plain(&item.name);
        let text = if are_states { format!("{name} \u{2013} {}", sheet.words.moment(item.attributes.mtime)) } else { name };
        sheet.html.open("li", &[]);
        let to = sheet.url(What::Browse, &path);
        sheet.html.link(&to, &text);
        sheet.html.close("li");
    }
    sheet.html.close("ul");
}

fn entries(sheet: &mut Sheet<'_>, asked: &Asked, items: &[Item]) {
    sheet.html.open("table", &[("class", "entries")]);
    sheet.html.element("caption", &[], &sheet.words.say("web-content", &[]));
    sheet.columns(&["web-name", "web-size", "web-changed"]);
    sheet.html.open("tbody", &[]);
    for item in items {
        let is_folder = item.attributes.kind == Kind::Folder;
        let path: Vec<&[u8]> = asked.path.iter().map(Vec::as_slice).chain([item.name.as_slice()]).collect();
        let mut name = sheet.words.plain(&item.name);
        if is_folder {
            name.push('/');
        }
        let to = sheet.url(What::Browse, &path);
        sheet.html.open("tr", &[]);
        sheet.html.open("th", &[("scope", "row")]);
        sheet.html.link(&to, &name);
        sheet.html.close("th");
        let size = if item.attributes.kind == Kind::File { sheet.words.size(item.attributes.size) } else { String::new() };
        sheet.html.element("td", &[("class", "number")], &size);
        sheet.html.element("td", &[], &sheet.words.short(item.attributes.mtime));
        sheet.html.close("tr");
    }
    sheet.html.close("tbody");
    sheet.html.close("table");
}
