//! The first page: the days that have a state, as a calendar, a month at a time.

use std::collections::BTreeMap;
use std::ops::Bound;

use jiff::civil::Date;

use super::super::Web;
use super::super::asked::{Asked, What};
use super::super::walked::Walked;
use super::super::words::{Value, Words};
use super::sheet::Sheet;
use crate::error::Result;
use crate::view::StateAt;

const BY_DATE: &[u8] = b"by-date";

/// A month, as `2024-12`.
type Month = str;

/// The states of each day of each month, in the order of time.
type Months<'s> = BTreeMap<&'s Month, BTreeMap<i8, Vec<&'s StateAt>>>;

pub(super) fn page(web: &Web, asked: &Asked) -> Result<String> {
    let folder = Walked::to(&web.view, &[BY_DATE.to_vec()])?;
    let states = web.view.states(folder.id())?;
    let months = months(&states);
    let mut sheet = Sheet::new(web, asked, |words| words.say("web-title", &[]));
    let (Some(first), Some(last)) = (states.first(), states.last()) else {
        sheet.paragraph("web-nothing-yet", &[]);
        return Ok(sheet.finish());
    };
    let (from, until) = (sheet.words.moment(first.time), sheet.words.moment(last.time));
    sheet.paragraph(
        "web-range",
        &[("number", Value::Number(states.len() as u64)), ("from", Value::Text(&from)), ("until", Value::Text(&until))],
    );
    let action = sheet.url(What::Search, &[b"latest"]);
    sheet.search(&action, "web-search-latest", "");
    if states.len() > 1 {
        let action = sheet.url(What::Compare, &[BY_DATE]);
        sheet.days(&action, &states, [states.len() - 2, states.len() - 1]);
    }
    let wanted = asked.query("month");
    let month = wanted.as_deref().filter(|wanted| months.contains_key(wanted));
    if let Some(month) = month.or_else(|| months.keys().next_back().copied()) {
        choice(&mut sheet, &months, month);
        if let Some(days) = months.get(month) {
            table(&mut sheet, month, days);
            list(&mut sheet, days);
        }
    }
    Ok(sheet.finish())
}

/// Names begin with the day.
fn months(states: &[StateAt]) -> Months<'_> {
    let mut months = Months::new();
    for state in states {
        let day = state.name.get(8..10).and_then(|day| day.parse().ok());
        if let (Some(month), Some(day)) = (state.name.get(..7), day) {
            months.entry(month).or_default().entry(day).or_default().push(state);
        }
    }
    months
}

/// The first day of a month.
fn first_day(month: &Month) -> Option<Date> {
    format!("{month}-01").parse().ok()
}

fn called(words: &dyn Words, month: &Month) -> String {
    let Some(first) = first_day(month) else { return month.to_owned() };
    let name = words.say("date-month", &[("number", Value::Number(first.month().unsigned_abs().into()))]);
    words.say("web-month", &[("month", Value::Text(&name)), ("year", Value::Text(&first.year().to_string()))])
}

/// The months before and after, and all of them.
fn choice(sheet: &mut Sheet<'_>, months: &Months<'_>, month: &Month) {
    let words = sheet.words;
    sheet.html.element("h2", &[("id", "month")], &called(words, month));
    sheet.html.open("nav", &[("class", "months"), ("aria-label", &words.say("web-months", &[]))]);
    let home = sheet.url(What::Home, &[]);
    let before = months.range::<Month, _>((Bound::Unbounded, Bound::Excluded(month))).next_back();
    let after = months.range::<Month, _>((Bound::Excluded(month), Bound::Unbounded)).next();
    for (neighbour, message) in [(before, "web-before"), (after, "web-after")] {
        if let Some((neighbour, _)) = neighbour {
            let text = words.say(message, &[("month", Value::Text(&called(words, neighbour)))]);
            sheet.html.link(&format!("{home}?month={neighbour}"), &text);
        }
    }
    sheet.html.open("form", &[("method", "get"), ("action", &home)]);
    sheet.html.element("label", &[("for", "choose")], &words.say("web-choose-month", &[]));
    sheet.html.open("select", &[("id", "choose"), ("name", "month")]);
    for known in months.keys().rev() {
        let mut attributes = vec![("value", *known)];
        if *known == month {
            attributes.push(("selected", ""));
        }
        sheet.html.element("option", &attributes, &called(words, known));
    }
    sheet.html.close("select");
    sheet.html.element("button", &[("type", "submit")], &words.say("web-show", &[]));
    sheet.html.close("form");
    sheet.html.close("nav");
}

/// The month as a table of weeks, with a link on each day that has a state: to its last one.
fn table(sheet: &mut Sheet<'_>, month: &Month, days: &BTreeMap<i8, Vec<&StateAt>>) {
    let Some(first) = first_day(month) else { return };
    let words = sheet.words;
    sheet.html.open("table", &[("class", "calendar"), ("aria-labelledby", "month")]);
    sheet.html.open("thead", &[]);
    sheet.html.open("tr", &[]);
    for number in 1..=7 {
        let name = words.say("date-weekday", &[("number", Value::Number(number))]);
        let short: String = name.chars().take(3).collect();
        sheet.html.element("th", &[("scope", "col"), ("abbr", &name)], &short);
    }
    sheet.html.close("tr");
    sheet.html.close("thead");
    sheet.html.open("tbody", &[]);
    let skipped = first.weekday().to_monday_zero_offset();
    let cells = skipped + first.days_in_month();
    for cell in 0..(cells + 6) / 7 * 7 {
        if cell % 7 == 0 {
            sheet.html.open("tr", &[]);
        }
        let day = cell - skipped + 1;
        match days.get(&day).and_then(|states| states.last()) {
            Some(state) => {
                let to = sheet.url(What::Browse, &[BY_DATE, state.name.as_bytes()]);
                sheet.html.open("td", &[]);
                sheet.html.element("a", &[("href", &to), ("aria-label", &words.moment(state.time))], &day.to_string());
                sheet.html.close("td");
            }
            None if day < 1 || cell >= cells => sheet.html.element("td", &[], ""),
            None => sheet.html.element("td", &[], &day.to_string()),
        }
        if cell % 7 == 6 {
            sheet.html.close("tr");
        }
    }
    sheet.html.close("tbody");
    sheet.html.close("table");
}

/// All states of the month.
fn list(sheet: &mut Sheet<'_>, days: &BTreeMap<i8, Vec<&StateAt>>) {
    sheet.html.element("h2", &[], &sheet.words.say("web-states", &[]));
    sheet.html.open("ul", &[("class", "states")]);
    for state in days.values().flatten().rev() {
        let to = sheet.url(What::Browse, &[BY_DATE, state.name.as_bytes()]);
        sheet.html.open("li", &[]);
        sheet.html.link(&to, &sheet.words.moment(state.time));
        sheet.html.close("li");
    }
    sheet.html.close("ul");
}
