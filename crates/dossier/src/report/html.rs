//! A report as one page of HTML for everybody's browser: nothing is loaded from elsewhere, no script, a table that a screen reader
//! reads, light and dark, and made to be printed. What is good or bad is said in words, colour only repeats it.

use liasse_html::{Page, Style};

use super::local::Local;
use super::text::{causes, facts, in_order, title};
use super::{DossierReport, Report, plain};
use crate::lang::Texts;

/// The page.
pub fn render(report: &Report, texts: &Texts) -> String {
    let local = report.local(texts);
    let title = title(report, &local);
    let mut page = Page::new(texts.lang().tag(), &title, Style::Within(include_str!("style.css")));
    page.open("main", &[]);
    page.element("h1", &[], &title);
    verdict(&mut page, report, &local);
    alarms(&mut page, report, &local);
    page.open("dl", &[]);
    for (name, value) in facts(report, &local) {
        page.element("dt", &[], &name);
        page.element("dd", &[], &value);
    }
    page.close("dl");
    dossiers(&mut page, report, &local);
    list(&mut page, "report-passed-over", report.passed_over_text(&local, true), &local);
    list(&mut page, "report-remarks", report.remarks.iter().map(|remark| plain(remark)).collect(), &local);
    page.element("h2", &[], &texts.get("report-summary", &[]));
    page.element("p", &[("class", class(report.is_error()))], &report.summary(&local));
    page.close("main");
    page.finish()
}

fn class(is_bad: bool) -> &'static str {
    if is_bad { "bad" } else { "good" }
}

fn verdict(page: &mut Page, report: &Report, local: &Local<'_>) {
    let is_bad = report.is_error();
    let said = local.texts().get(if is_bad { "report-bad" } else { "report-good" }, &[]);
    let class = if is_bad { "verdict bad" } else { "verdict good" };
    page.element("p", &[("class", class)], &format!("{said} {}", plain(&report.verdict(local))));
    if let Some(failure) = &report.failure {
        let said = local.texts().get("report-failure", &[("failure", failure.into())]);
        page.element("p", &[("class", "verdict bad")], &plain(&said));
    }
}

fn alarms(page: &mut Page, report: &Report, local: &Local<'_>) {
    if report.alarms().next().is_none() {
        return;
    }
    page.open("section", &[("class", "alarms")]);
    page.element("h2", &[], &local.texts().get("report-alarms", &[]));
    page.open("ul", &[]);
    for (dossier, alarm) in report.alarms() {
        page.open("li", &[]);
        page.element("strong", &[], &plain(dossier.code.as_str()));
        page.element("p", &[], &plain(&alarm.text(local)));
        page.element("p", &[], &plain(&alarm.remedy(local)));
        if let Some(way) = report.way_back(dossier, local) {
            page.element("p", &[], &way);
        }
        page.close("li");
    }
    page.close("ul");
    page.close("section");
}

fn dossiers(page: &mut Page, report: &Report, local: &Local<'_>) {
    let texts = local.texts();
    page.element("h2", &[("id", "dossiers")], &texts.get("report-dossiers", &[]));
    if report.dossiers.is_empty() {
        page.element("p", &[], &texts.get("report-no-dossiers", &[]));
        return;
    }
    // Wide tables are scrolled; who uses the keyboard has to be able to.
    page.open("div", &[("class", "table"), ("role", "region"), ("aria-labelledby", "dossiers"), ("tabindex", "0")]);
    page.open("table", &[("aria-labelledby", "dossiers")]);
    page.open("thead", &[]);
    page.open("tr", &[]);
    for (name, is_number) in COLUMNS {
        let class = if is_number { "number" } else { "words" };
        page.element("th", &[("scope", "col"), ("class", class)], &texts.get(name, &[]));
    }
    page.close("tr");
    page.close("thead");
    page.open("tbody", &[]);
    in_order(report).for_each(|dossier| row(page, dossier, local));
    page.close("tbody");
    page.close("table");
    page.close("div");
}

/// Headings, and whether numbers are below.
const COLUMNS: [(&str, bool); 7] = [
    ("report-dossier", false),
    ("report-outcome", false),
    ("report-size", true),
    ("report-added", true),
    ("report-duration", true),
    ("report-cause", false),
    ("report-remedy", false),
];

fn row(page: &mut Page, dossier: &DossierReport, local: &Local<'_>) {
    page.open("tr", &[("class", class(dossier.is_in_error()))]);
    page.element("th", &[("scope", "row"), ("title", &plain(&dossier.path))], &plain(dossier.code.as_str()));
    page.element("td", &[("class", "outcome")], &dossier.outcome_text(local));
    for number in [local.size(dossier.size), local.size(dossier.added), local.duration(dossier.duration_ms)] {
        page.element("td", &[("class", "number")], &number);
    }
    let (why, remedies) = causes(dossier, local);
    for sentences in [why, remedies] {
        page.open("td", &[]);
        for sentence in sentences {
            page.element("p", &[], &sentence);
        }
        page.close("td");
    }
    page.close("tr");
}

fn list(page: &mut Page, heading: &str, lines: Vec<String>, local: &Local<'_>) {
    if lines.is_empty() {
        return;
    }
    page.element("h2", &[], &local.texts().get(heading, &[]));
    page.open("ul", &[]);
    for line in lines {
        page.element("li", &[], &line);
    }
    page.close("ul");
}
