//! The page of a report, read by a parser that is not ours.

use std::io::Write;
use std::process::{Command, Stdio};

use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::{Report, html};

use crate::sample::{bad, empty, good, hostile, usual};

/// Reads a page with Python's own parser: fails on an element that is not closed, that runs or loads something, or on any attribute that
/// could; prints what a screen reader would find.
const READER: &str = r#"
import sys, html.parser
allowed = {"html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "p", "dl", "dt", "dd", "ul", "li", "strong",
           "div", "table", "thead", "tbody", "tr", "th", "td"}
attributes = {"lang", "charset", "http-equiv", "content", "name", "class", "scope", "id", "role", "aria-labelledby", "tabindex", "title"}
class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text, self.style = [], [], ""
    def handle_starttag(self, tag, attrs):
        assert tag in allowed, tag
        assert set(name for name, _ in attrs) <= attributes, attrs
        assert len(set(name for name, _ in attrs)) == len(attrs), attrs
        if tag in ("td", "th"): assert self.open[-1] == "tr", self.open
        if tag == "tr": assert self.open[-1] in ("thead", "tbody"), self.open
        if tag == "th": assert dict(attrs)["scope"] in ("col", "row")
        if tag == "html": print("lang", dict(attrs)["lang"])
        if tag == "meta": return
        self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)
    def handle_data(self, data):
        if self.open and self.open[-1] == "style": self.style += data
        elif data.strip(): print(self.open[-1], ascii(data))
    def handle_comment(self, data): raise AssertionError(data)
    def unknown_decl(self, data): raise AssertionError(data)
    def handle_pi(self, data): raise AssertionError(data)
reader = Reader()
reader.feed(sys.stdin.buffer.read().decode("utf-8"))
reader.close()
assert reader.open == [], reader.open
assert "url(" not in reader.style and "@import" not in reader.style
for wanted in ("prefers-color-scheme: dark", "@media print"): assert wanted in reader.style
"#;

/// What the reader finds: an element's name and its text, in Python's notation.
#[track_caller]
fn read(page: &str) -> Vec<String> {
    let mut child = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test needs python3");
    child.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn render(report: &Report, lang: Lang) -> String {
    html::render(report, &Texts::new(lang))
}

#[test]
fn every_page_is_well_formed_and_loads_nothing() {
    for report in [empty(), good(), usual(), bad(), hostile()] {
        for lang in Lang::ALL {
            let page = render(&report, lang);
            let found = read(&page);
            assert_eq!(found[0], format!("lang {}", lang.tag()));
            // A name may say so; nothing of ours does, and no address is anywhere but in a text.
            let ours = page.replace("https://evil.example", "");
            assert!(!ours.contains("://"), "{page}");
            assert_eq!(found.iter().filter(|line| line.starts_with("h1 ")).count(), 1);
        }
    }
}

#[test]
fn a_page_says_what_the_text_says() {
    let found = read(&render(&usual(), Lang::English));
    for wanted in [
        "title 'Backup of SRV01, Sunday 22 November 2026, 21:00 (UTC+01:00)'",
        "p 'Something needs your attention. 24 of 25 dossiers saved, 1 in error'",
        "th 'D1234'",
        "td 'in use'",
        "td '12.3\\xa0MB'",
        "p 'PC-03 works in it: the lock file ledger.lck is there.'",
        "p 'The state of 2026-11-21 21:00 is kept.'",
    ] {
        assert!(found.iter().any(|line| line == wanted), "{wanted} is not in {found:#?}");
    }
    assert_eq!(found.last().unwrap(), "p '24 of 25 dossiers saved, 1 in error: D1234 open at PC-03.'");
    let french = read(&render(&good(), Lang::French));
    assert!(french.contains(&"p 'Tout va bien. 24 sur 24 dossiers sauvegard\\xe9s, 0 en erreur'".to_owned()), "{french:#?}");
    let portuguese = read(&render(&usual(), Lang::Portuguese));
    assert!(portuguese.contains(&"th 'O que fazer'".to_owned()), "{portuguese:#?}");
}

#[test]
fn alarms_and_errors_are_at_the_top_of_the_page() {
    for lang in Lang::ALL {
        let found = read(&render(&bad(), lang));
        let place = |wanted: &str| found.iter().position(|line| line == wanted).unwrap();
        assert!(place("strong 'D1007'") < place("th 'D1234'") && place("th 'D1234'") < place("th 'D1000'"));
    }
}

/// What is escaped is read as it was written: nothing is lost, nothing becomes markup.
#[test]
fn hostile_names_are_texts() {
    let found = read(&render(&hostile(), Lang::English));
    let harm = "<script src=\"https://evil.example/x.js\">alert('&amp;')</script>\"'><img src=x onerror=alert(1)>\\\\n\\\\u{1b}[2J";
    let shown = harm.replace('\'', "\\'");
    assert!(found.iter().filter(|line| line.contains(&shown)).count() > 8, "{found:#?}");
    assert!(found.iter().any(|line| line.starts_with("th ") && line.contains("<b onclick=")), "{found:#?}");
}

#[test]
fn a_page_carries_no_script_and_forbids_all() {
    let page = render(&hostile(), Lang::French);
    assert!(page.contains("default-src &#39;none&#39;") && !page.to_lowercase().contains("<script"), "{page}");
}
