//! The page of what differs between two states: in all, and one by one in parts. It ends after a while, and says so.

use std::ops::ControlFlow;
use std::time::Instant;

use jiff::civil::Date;
use liasse_archive::{Change, Difference};

use super::super::Web;
use super::super::asked::{Asked, What};
use super::super::coding;
use super::super::compared::Beside;
use super::super::walked::Walked;
use super::super::words::Value;
use super::LONGEST;
use super::sheet::{Sheet, url_in};
use crate::error::{Error, Result};
use crate::repo::format::tree::{Entry, Node};
use crate::repo::{Error as RepoError, Stop};
use crate::view::StateAt;

/// Most that one page names.
const MOST: u64 = 1_000;
/// Every way to differ, and what it is called.
const CHANGES: [(Change, &str); 5] = [
    (Change::Added, "web-change-added"),
    (Change::Removed, "web-change-removed"),
    (Change::Content, "web-change-content"),
    (Change::Metadata, "web-change-metadata"),
    (Change::Type, "web-change-type"),
];

/// A page, or where it is.
pub(super) enum Answer {
    Page(String),
    Elsewhere(String),
}

/// How much differs in one way.
#[derive(Default, Clone, Copy)]
struct Sum {
    entries: u64,
    before: u64,
    after: u64,
}

/// Something that differs.
struct Row {
    path: Vec<u8>,
    change: Change,
    is_folder: bool,
    sizes: [Option<u64>; 2],
    metadata: Vec<&'static str>,
}

/// What was found.
#[derive(Default)]
struct Found {
    sums: [Sum; CHANGES.len()],
    seen: u64,
    rows: Vec<Row>,
    is_cut: bool,
}

pub(super) fn page(web: &Web, asked: &Asked, stop: &Stop) -> Result<Answer> {
    let beside = Beside::of(&web.view, &asked.path)?;
    let this = beside.named.or_else(|| beside.states.len().checked_sub(1)).ok_or(Error::Missing)?;
    let said = |key: &str| asked.query(key).filter(|said| !said.is_empty());
    let (before, after) = (said("before"), said("after"));
    if before.is_some() || after.is_some() {
        return chosen(web, asked, &beside, this, before, after);
    }
    let other = match said("with") {
        Some(with) => Some(beside.states.iter().position(|state| state.name == with).ok_or(Error::Missing)?),
        None => web.comparer.before(&beside, this)?,
    };
    let Some(other) = other else {
        // What is not there is not there before either.
        Walked::to(&web.view, &asked.path)?;
        let mut sheet = begin(web, asked, &beside, [this, this]);
        sheet.paragraph("web-compare-first", &[]);
        return Ok(Answer::Page(sheet.finish()));
    };
    compared(web, asked, &beside, [other.min(this), other.max(this)], stop).map(Answer::Page)
}

/// Goes to the two states that are meant by days, so that the address says which they are.
fn chosen(web: &Web, asked: &Asked, beside: &Beside, this: usize, before: Option<String>, after: Option<String>) -> Result<Answer> {
    let mut missing = None;
    let mut find = |day: Option<String>| {
        let found = day.as_ref().map(|day| day.parse::<Date>().ok().and_then(|_| beside.until(day)));
        missing = missing.take().or_else(|| day.filter(|_| found == Some(None)));
        found.flatten()
    };
    let (before, after) = (find(before), find(after));
    if let Some(day) = missing {
        let mut sheet = begin(web, asked, beside, [this, this]);
        let first = beside.states.first().map_or_else(String::new, |first| sheet.words.moment(first.time));
        let day = sheet.words.plain(day.as_bytes());
        sheet.paragraph("web-compare-none", &[("day", Value::Text(&day)), ("first", Value::Text(&first))]);
        return Ok(Answer::Page(sheet.finish()));
    }
    let after = after.unwrap_or(this);
    // Two states of one day cannot be told apart by it: then the one before is meant.
    let before = match before.filter(|before| *before != after) {
        Some(before) => before,
        None => web.comparer.before(beside, after)?.unwrap_or(after),
    };
    let name = |number: usize| beside.states.get(number).map(|state| state.name.as_str()).ok_or(Error::Missing);
    let (earlier, later) = (name(before.min(after))?, name(before.max(after))?);
    let to = url_in(asked, web.words(asked.language), What::Compare, &beside.path(later, &[]));
    Ok(Answer::Elsewhere(format!("{to}?with={}", coding::encode(earlier.as_bytes()))))
}

/// The page up to what differs: which states, and a choice of others.
fn begin<'w>(web: &'w Web, asked: &'w Asked, beside: &Beside, numbers: [usize; 2]) -> Sheet<'w> {
    let mut sheet = Sheet::at_path(web, asked, |words| words.say("web-compare-title", &[]));
    let action = sheet.path_url(What::Compare, &asked.path);
    sheet.days(&action, &beside.states, numbers);
    sheet
}

fn compared(web: &Web, asked: &Asked, beside: &Beside, numbers: [usize; 2], stop: &Stop) -> Result<String> {
    let from = asked.query("from").and_then(|from| from.parse().ok()).unwrap_or_default();
    let mut found = Found::default();
    let until = stop.until(Instant::now() + LONGEST);
    let (lost, is_whole) = match web.comparer.compare(beside, numbers, &until, &mut |difference| found.add(difference, from)) {
        Err(Error::Repository(RepoError::Interrupted)) if !stop.is_stopped() => {
            found.is_cut = true;
            (0, true)
        }
        compared => compared?,
    };
    let [before, after] = numbers.map(|number| beside.states.get(number).ok_or(Error::Missing));
    let sides = [before?, after?];
    let mut sheet = begin(web, asked, beside, numbers);
    sheet.html.open("dl", &[]);
    for (state, name) in sides.iter().zip(["web-compare-before", "web-compare-after"]) {
        sheet.html.element("dt", &[], &sheet.words.say(name, &[]));
        sheet.html.open("dd", &[]);
        let to = sheet.url(What::Browse, &beside.path(&state.name, &[]));
        sheet.html.link(&to, &sheet.words.moment(state.time));
        sheet.html.close("dd");
    }
    sheet.html.close("dl");
    if lost > 0 {
        sheet.failure("web-lost-folders", &[("number", Value::Number(lost as u64))]);
    }
    if !is_whole {
        sheet.paragraph("web-compare-unread", &[]);
    }
    if found.is_cut {
        sheet.failure("web-compare-cut", &[]);
    }
    if found.seen == 0 && !found.is_cut {
        sheet.paragraph("web-compare-same", &[]);
    } else {
        sums(&mut sheet, &found);
        rows(&mut sheet, beside, sides, &found.rows);
    }
    let next = from.saturating_add(found.rows.len() as u64);
    if next < found.seen {
        let [before, after] = sides;
        let other = if beside.named == Some(numbers[0]) { after } else { before };
        let with = coding::encode(other.name.as_bytes());
        let to = format!("{}?with={with}&from={next}", sheet.path_url(What::Compare, &asked.path));
        sheet.more(&to);
    }
    Ok(sheet.finish())
}

impl Found {
    fn add(&mut self, difference: &Difference<'_>, from: u64) -> ControlFlow<()> {
        let sizes = [difference.before, difference.after].map(|entry| entry.and_then(size));
        for (sum, (change, _)) in self.sums.iter_mut().zip(CHANGES) {
            if change == difference.change {
                sum.entries += 1;
                sum.before = sum.before.saturating_add(sizes[0].unwrap_or_default());
                sum.after = sum.after.saturating_add(sizes[1].unwrap_or_default());
            }
        }
        if self.seen >= from && (self.rows.len() as u64) < MOST {
            let is_folder = |entry: &Entry| matches!(entry.node, Node::Directory { .. });
            self.rows.push(Row {
                path: difference.path.to_vec(),
                change: difference.change,
                is_folder: difference.after.or(difference.before).is_some_and(is_folder),
                sizes,
                metadata: difference.metadata(),
            });
        }
        self.seen += 1;
        ControlFlow::Continue(())
    }
}

fn size(entry: &Entry) -> Option<u64> {
    if let Node::File(content) = &entry.node { Some(content.size) } else { None }
}

fn sums(sheet: &mut Sheet<'_>, found: &Found) {
    sheet.html.open("table", &[("class", "sums")]);
    sheet.html.element("caption", &[], &sheet.words.say("web-compare-sums", &[]));
    sheet.columns(&["web-compare-change", "web-compare-number", "web-compare-size-before", "web-compare-size-after"]);
    sheet.html.open("tbody", &[]);
    for (sum, (change, message)) in found.sums.iter().zip(CHANGES).filter(|(sum, _)| sum.entries > 0) {
        sheet.html.open("tr", &[]);
        sheet.html.element("th", &[("scope", "row")], &sheet.words.say(message, &[]));
        sheet.html.element("td", &[("class", "number")], &sum.entries.to_string());
        for (bytes, other) in [(sum.before, Change::Added), (sum.after, Change::Removed)] {
            let text = if change == other || change == Change::Metadata { String::new() } else { sheet.words.size(bytes) };
            sheet.html.element("td", &[("class", "number")], &text);
        }
        sheet.html.close("tr");
    }
    sheet.html.close("tbody");
    sheet.html.close("table");
}

fn rows(sheet: &mut Sheet<'_>, beside: &Beside, sides: [&StateAt; 2], rows: &[Row]) {
    sheet.html.open("table", &[("class", "entries")]);
    sheet.html.element("caption", &[], &sheet.words.say("web-compare-list", &[]));
    sheet.columns(&["web-name", "web-compare-change", "web-compare-size-before", "web-compare-size-after"]);
    sheet.html.open("tbody", &[]);
    for row in rows {
        let below: Vec<&[u8]> = row.path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()).skip(beside.below.len()).collect();
        let [before, after] = sides;
        let side = if row.change == Change::Removed { before } else { after };
        let to = sheet.url(What::Browse, &beside.path(&side.name, &below));
        // The folder itself has no name below itself.
        let name = if below.is_empty() { beside.below.last().cloned().unwrap_or_default() } else { below.join(&b'/') };
        let mut name = sheet.words.plain(&name);
        if row.is_folder {
            name.push('/');
        }
        sheet.html.open("tr", &[]);
        sheet.html.open("th", &[("scope", "row")]);
        sheet.html.link(&to, &name);
        sheet.html.close("th");
        sheet.html.element("td", &[], &how(sheet, row));
        for bytes in row.sizes {
            let text = bytes.map_or_else(String::new, |bytes| sheet.words.size(bytes));
            sheet.html.element("td", &[("class", "number")], &text);
        }
        sheet.html.close("tr");
    }
    sheet.html.close("tbody");
    sheet.html.close("table");
}

/// How something differs, in words.
fn how(sheet: &Sheet<'_>, row: &Row) -> String {
    let message = CHANGES.iter().find(|(change, _)| *change == row.change).map_or("", |(_, message)| message);
    let said = sheet.words.say(message, &[]);
    if row.change != Change::Metadata {
        return said;
    }
    let details = row.metadata.iter().map(|detail| match *detail {
        "mode" => "web-detail-mode",
        "owner" => "web-detail-owner",
        "mtime" => "web-detail-time",
        "links" => "web-detail-links",
        "windows" => "web-detail-windows",
        _ => "web-detail-xattrs",
    });
    let details: Vec<String> = details.map(|message| sheet.words.say(message, &[])).collect();
    format!("{said} ({})", details.join(", "))
}
