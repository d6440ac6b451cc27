//! How things stand as one page of HTML, in the manner of a report's: nothing is loaded from elsewhere, no script, and colour only repeats
//! what is said in words.

use liasse_html::{Page, Style};

use super::{Dossier, Status};
use crate::lang::Texts;
use crate::report::local::Local;
use crate::report::plain;

/// The page.
pub fn render(status: &Status, texts: &Texts) -> String {
    let local = status.local(texts);
    let title = status.title(&local);
    let mut page = Page::new(texts.lang().tag(), &title, Style::Within(include_str!("../report/style.css")));
    page.open("main", &[]);
    page.element("h1", &[], &title);
    let class = if status.is_well() { "verdict good" } else { "verdict bad" };
    page.element("p", &[("class", class)], &status.verdict(texts));
    let warnings = status.warnings(&local);
    if !warnings.is_empty() {
        page.open("section", &[("class", "alarms")]);
        page.open("ul", &[]);
        for warning in &warnings {
            page.element("li", &[], warning);
        }
        page.close("ul");
        page.close("section");
    }
    page.open("dl", &[]);
    for (name, value) in status.facts(&local) {
        page.element("dt", &[], &name);
        page.element("dd", &[], &value);
    }
    page.close("dl");
    if !status.dossiers.is_empty() {
        table(&mut page, status, &local);
    }
    page.close("main");
    page.finish()
}

fn table(page: &mut Page, status: &Status, local: &Local<'_>) {
    let texts = local.texts();
    page.element("h2", &[("id", "dossiers")], &texts.get("report-dossiers", &[]));
    page.open("div", &[("class", "table"), ("role", "region"), ("aria-labelledby", "dossiers"), ("tabindex", "0")]);
    page.open("table", &[("aria-labelledby", "dossiers")]);
    page.open("thead", &[]);
    page.open("tr", &[]);
    for name in ["report-dossier", "status-last-good", "status-age", "status-outcome", "status-copies", "report-cause", "report-remedy"] {
        page.element("th", &[("scope", "col")], &texts.get(name, &[]));
    }
    page.close("tr");
    page.close("thead");
    page.open("tbody", &[]);
    status.in_order().for_each(|dossier| row(page, dossier, local));
    page.close("tbody");
    page.close("table");
    page.close("div");
}

fn row(page: &mut Page, dossier: &Dossier, local: &Local<'_>) {
    page.open("tr", &[("class", if dossier.is_bad() { "bad" } else { "good" })]);
    page.element("th", &[("scope", "row"), ("title", &plain(&dossier.path))], &plain(dossier.code.as_str()));
    let (good, age) = dossier.good_text(local);
    for cell in [good, age] {
        page.element("td", &[], &cell);
    }
    page.element("td", &[("class", "outcome")], &dossier.outcome_text(local.texts()));
    page.element("td", &[], &dossier.copies.to_string());
    let alarms = dossier.alarms.iter().map(|alarm| alarm.remedy(local));
    let causes = dossier.causes.iter().map(|cause| cause.remedy(local.texts()));
    let mut remedies: Vec<String> = alarms.chain(causes).map(|said| plain(&said)).collect();
    remedies.dedup();
    for sentences in [dossier.said(local), remedies] {
        page.open("td", &[]);
        for sentence in sentences {
            page.element("p", &[], &sentence);
        }
        page.close("td");
    }
    page.close("tr");
}
