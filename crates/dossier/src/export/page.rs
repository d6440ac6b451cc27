//! The page beside the files of an export: what it is, what it lacks, how it is checked and what that proves; in all languages, the chosen
//! one first. Must never promise what a check does not show.

use liasse_archive::repo::SignedBy;
use liasse_archive::{Exported, Head};
use liasse_html::{Page, Style};

use super::Wanted;
use crate::lang::{Lang, Texts};
use crate::report::local::Local;
use crate::report::plain;
use crate::run::moment_of;

/// Most files that are named.
const MOST_NAMED: usize = 100;
const OPENSSL: &str = "openssl pkeyutl -verify -rawin -pubin -inkey snapshot.key.pem -in snapshot.record -sigfile snapshot.signature";

/// The page.
pub(super) fn render(wanted: &Wanted<'_>, head: &Head, signed: Option<&SignedBy>, exported: &Exported) -> String {
    let others = Lang::ALL.into_iter().filter(|lang| *lang != wanted.lang);
    let langs: Vec<Texts> = std::iter::once(wanted.lang).chain(others).map(Texts::new).collect();
    let title = langs.first().map(|texts| title(head, &Local::new(texts, wanted.utc_offset))).unwrap_or_default();
    let mut page = Page::new(wanted.lang.tag(), &title, Style::Within(include_str!("../report/style.css")));
    page.open("main", &[]);
    for texts in &langs {
        page.open("section", &[("lang", texts.lang().tag())]);
        section(&mut page, wanted, head, signed, exported, &Local::new(texts, wanted.utc_offset));
        page.close("section");
    }
    page.close("main");
    page.finish()
}

fn title(head: &Head, local: &Local<'_>) -> String {
    let date = moment_of(head.since).map_or_else(|| "?".to_owned(), |since| local.long(since));
    plain(&local.texts().get("export-title", &[("code", head.dossier.as_str().into()), ("date", date.into())]))
}

fn section(page: &mut Page, wanted: &Wanted<'_>, head: &Head, signed: Option<&SignedBy>, exported: &Exported, local: &Local<'_>) {
    let texts = local.texts();
    page.element("h1", &[], &title(head, local));
    page.element("p", &[], &texts.get("export-what", &[]));
    page.open("dl", &[]);
    for (name, value) in facts(head, signed, exported, local) {
        page.element("dt", &[], &texts.get(name, &[]));
        page.element("dd", &[], &plain(&value));
    }
    page.close("dl");
    if let Some(gaps) = wanted.state.gaps(local) {
        page.element("p", &[("class", "bad")], &gaps);
    }
    lost(page, exported, local);
    page.element("h2", &[], &texts.get("export-how", &[]));
    let liasse =
        signed.map_or_else(|| "liasse verify-export .".to_owned(), |by| format!("liasse verify-export --signer {} .", by.record.writer));
    step(page, "export-how-sums", &["sha256sum -c SHA256SUMS", "shasum -a 256 -c SHA256SUMS", "b3sum -c B3SUMS"], texts);
    step(page, "export-how-all", &[&liasse], texts);
    if signed.is_some() {
        step(page, "export-how-signature", &[OPENSSL], texts);
    }
    page.element("h2", &[], &texts.get("export-proves", &[]));
    let said = if signed.is_some() {
        &["export-proves-sums", "export-proves-key", "export-proves-not"][..]
    } else {
        &["export-proves-sums", "export-proves-nothing"]
    };
    for message in said {
        page.element("p", &[], &texts.get(message, &[]));
    }
}

fn facts(head: &Head, signed: Option<&SignedBy>, exported: &Exported, local: &Local<'_>) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("export-files", format!("{} ({})", local.number(exported.files), local.size(exported.bytes))),
        ("export-snapshot", head.snapshot.to_string()),
        ("export-root", head.evidence.to_string()),
    ];
    if let Some(by) = signed {
        let time = moment_of(by.record.time).map_or_else(|| "?".to_owned(), |time| local.long(time));
        facts.extend([("export-made", time), ("export-host", by.record.host.clone()), ("export-key", by.record.writer.to_string())]);
    }
    facts
}

fn step(page: &mut Page, message: &str, commands: &[&str], texts: &Texts) {
    page.element("p", &[], &texts.get(message, &[]));
    page.element("pre", &[], &commands.join("\n"));
}

/// What should be there and is not.
fn lost(page: &mut Page, exported: &Exported, local: &Local<'_>) {
    let texts = local.texts();
    let number = exported.lost.len() + exported.left_out.len();
    if number == 0 {
        return;
    }
    let number = number as u64;
    page.element(
        "p",
        &[("class", "bad")],
        &texts.get("export-lacks", &[("number", number.into()), ("shown", local.number(number).into())]),
    );
    page.open("ul", &[]);
    let names = exported.lost.iter().map(|lost| &lost.path).chain(exported.left_out.iter().map(|(path, _)| path));
    for path in names.take(MOST_NAMED) {
        page.element("li", &[], &plain(&String::from_utf8_lossy(path)));
    }
    page.close("ul");
}
