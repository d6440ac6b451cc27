//! `serve`: the page of what differs between two states, asked by curl: what it says is what `diff` says.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::in_place::Firm;
use crate::serve::{Served, latest, link, url};
use crate::support::World;

/// The cells of the rows of a table, without their tags.
fn rows(page: &str, table: &str) -> Vec<Vec<String>> {
    let start = format!("<table class=\"{table}\">");
    let body = page.split(&start).nth(1).and_then(|rest| rest.split("</table>").next()).unwrap_or_else(|| panic!("{table}: {page}"));
    let plain = |cell: &str| {
        let texts = cell.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        texts.collect::<String>().replace('\u{a0}', " ").trim().to_owned()
    };
    let body = body.split("<tbody>").nth(1).unwrap();
    let cells = |row: &str| row.split("</th>").flat_map(|part| part.split("</td>")).map(plain).collect::<Vec<_>>();
    body.split("</tr>")
        .map(|row| cells(row).into_iter().filter(|cell| !cell.is_empty()).collect())
        .filter(|row: &Vec<_>| !row.is_empty())
        .collect()
}

/// A folder as it was, and as it is.
fn two_states() -> World {
    let world = World::with_repository();
    let src = world.path("src");
    world.write("src/gone.txt", b"1234567");
    world.write("src/stays/as it is.txt", b"the same");
    world.write("src/turns", b"a file");
    world.write("src/rights.txt", b"1");
    world.run(&["backup", "src"]).ends(0);
    world.write("src/letter.txt", b"Dear Grace and Ada,\n");
    world.write("src/new/<b>&.txt", b"123");
    fs::remove_file(src.join("gone.txt")).unwrap();
    fs::remove_file(src.join("turns")).unwrap();
    std::os::unix::fs::symlink("letter.txt", src.join("turns")).unwrap();
    fs::set_permissions(src.join("rights.txt"), fs::Permissions::from_mode(0o600)).unwrap();
    world.run(&["backup", "src"]).ends(0);
    world
}

#[test]
fn it_says_what_diff_says() {
    let world = two_states();
    let snapshots = world.run(&["snapshots", "--json"]).ends(0).json();
    let ids: Vec<&str> = snapshots["snapshots"].as_array().unwrap().iter().map(|snapshot| snapshot["id"].as_str().unwrap()).collect();
    let src = world.path("src");
    let said = world.run(&["diff", ids[0], ids[1], src.to_str().unwrap(), "--json"]).ends(0).json();
    let served = Served::begin(&world, &[]);
    let folder = served.get(&latest("browse", &src)).is(200).text();
    let address = link(&folder, "What has changed since the state before");
    let page = served.get(&address).is(200).text();

    let expected: Vec<(String, Value)> = said["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            let path = change["path"].as_str().unwrap().strip_prefix(src.to_str().unwrap()).unwrap().trim_start_matches('/').to_owned();
            (if path.is_empty() { "src".to_owned() } else { path }, change["change"].clone())
        })
        .collect();
    let found = rows(&page, "entries");
    assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
    for (row, (path, change)) in found.iter().zip(&expected) {
        let said = match change.as_str().unwrap() {
            "added" => "Added",
            "removed" => "Removed",
            "content" => "Changed",
            "metadata" => "Only details (",
            _ => "Turned into something else",
        };
        assert_eq!(row[0].trim_end_matches('/'), path.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        assert!(row[1].starts_with(said), "{row:?}");
    }
    assert!(found.iter().any(|row| row[0] == "rights.txt" && row[1] == "Only details (permissions)"), "{found:?}");
    assert!(found.iter().any(|row| row == &["letter.txt", "Changed", "10 B", "20 B"]), "{found:?}");
    let sums = rows(&page, "sums");
    for (word, kind) in [("Added", "added"), ("Removed", "removed"), ("Changed", "content"), ("Only details", "metadata")] {
        let row = sums.iter().find(|row| row[0] == word).unwrap_or_else(|| panic!("{word}: {sums:?}"));
        assert_eq!(row[1], said["totals"][kind]["entries"].to_string(), "{word}");
    }
    // What is there leads to what it is, and what is not to what it was.
    assert!(served.get(&link(&page, "letter.txt")).is(200).text().contains("Dear Grace"));
    assert!(served.get(&link(&page, "gone.txt")).is(200).text().contains("1234567"));
    assert!(!page.contains("as it is.txt") && !page.contains("<b>"), "{page}");
    assert_eq!(served.end(rustix::process::Signal::TERM), Some(0));
}

#[test]
fn states_are_chosen_by_their_days() {
    let world = two_states();
    let served = Served::begin(&world, &[]);
    let home = served.get("/").is(200).text();
    assert!(home.contains("<form method=\"get\" action=\"/compare/by-date\" class=\"days\">"), "{home}");
    let day = home.split("type=\"date\"").nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // Both are of one day: then the state before is meant.
    let asked = served.get(&format!("/compare/by-date?before={day}&after={day}")).is(303);
    let to = asked.header("location").unwrap().to_owned();
    assert!(to.starts_with(&format!("/compare/by-date/{day}?with={day}t")), "{to}");
    let page = served.get(&to.replace(&format!("{day}t"), &format!("{day}T"))).is(200).text();
    assert!(page.contains("letter.txt</a>") && page.contains("gone.txt</a>"), "{page}");
    // The other way round it is the same, and a state beside itself differs in nothing.
    let older = to.split("with=").nth(1).unwrap().to_uppercase();
    let turned = served.get(&format!("/compare/by-date/{older}?with={day}")).is(200).text();
    assert_eq!(rows(&turned, "entries"), rows(&page, "entries"));
    assert!(served.get(&format!("/compare/by-date/{day}?with={day}")).is(200).text().contains("Nothing is different"));
    assert!(served.get(&format!("/compare/by-date/{older}")).is(200).text().contains("There is no state before this one"));
    let none = served.get("/compare/by-date?before=1999-12-31").is(200).text();
    assert!(none.contains("Nothing was saved by 1999-12-31"), "{none}");
    served.get("/compare/by-date?before=&after=").is(200);
    served.get(&format!("/compare/latest?after=2999-01-01&before={day}")).is(303);

    for (lang, word) in [("fr", "Ce qui est diff\u{e9}rent"), ("pt", "O que \u{e9} diferente"), ("en", "What is different")] {
        let page = served.get(&format!("/{lang}/compare/latest")).is(200).text();
        assert!(page.contains(&format!("<h1>{word}</h1>")) && !page.contains("web-"), "{page}");
        assert!(
            served
                .get(&format!("/{lang}/compare/by-date?after={day}"))
                .is(303)
                .header("location")
                .unwrap()
                .starts_with(&format!("/{lang}/"))
        );
    }
    let src = url(&world.path("src"));
    for wrong in [
        "/compare".to_owned(),
        "/compare/nowhere".to_owned(),
        "/compare/dossiers".to_owned(),
        "/compare/dossiers/none".to_owned(),
        "/compare/by-date/1999-01-01".to_owned(),
        "/compare/latest?with=../x".to_owned(),
        "/compare/latest?with=%3Cscript%3E".to_owned(),
        format!("/compare/latest{src}/nowhere"),
        format!("/compare/latest{src}/letter.txt/below"),
    ] {
        served.get(&wrong).is(404);
    }
    // A word that is no day is the day of no state; a number that is none is the beginning.
    assert!(served.get("/compare/latest?before=%3Cscript%3E").is(200).text().contains("Nothing was saved by &lt;script&gt;"));
    served.get("/compare/latest?from=-1").is(200);
    served.get("/compare/latest?from=99999999999999999999").is(200);
}

#[test]
fn long_comparisons_come_in_parts() {
    let world = World::with_snapshot();
    for number in 0..1_200 {
        world.write(&format!("src/many/{number:04}"), b"1");
    }
    world.run(&["backup", "src"]).ends(0);
    let served = Served::begin(&world, &[]);
    let mut address = latest("compare", &world.path("src/many"));
    let mut names = Vec::new();
    for length in [1_000, 201] {
        let page = served.get(&address).is(200).text();
        let found = rows(&page, "entries");
        assert_eq!((found.len(), rows(&page, "sums")[0][1].as_str()), (length, "1201"));
        names.extend(found.into_iter().map(|row| row[0].clone()));
        address = if length == 1_000 {
            link(&page, "More").replace("&amp;", "&")
        } else {
            assert!(!page.contains(">More<"));
            String::new()
        };
    }
    assert_eq!((names[0].as_str(), names[1].as_str(), names[1_200].as_str()), ("many/", "0000", "1199"));
    // One state is all there is: nothing stands beside it.
    let alone = Served::begin(&world, &["--at", "2100-01-01"]);
    alone.get("/compare").is(404);
    assert!(!alone.get("/").is(200).text().contains("/compare"));
}

#[test]
fn a_dossier_is_compared_through_its_own_states() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.night(&[]).ends(0);
    firm.write("D2/ledger.txt", "D2 on Tuesday");
    firm.night(&[]).ends(0);
    firm.write("D1/ledger.txt", "D1 on Wednesday, corrected");
    firm.write("D1/new.txt", "1");
    firm.night(&[]).ends(0);
    let served = Served::begin(&firm.0, &["--config", &firm.0.text("set.toml")]);
    let states = served.get("/browse/dossiers/D1").is(200).text();
    assert!(states.contains("action=\"/compare/dossiers/D1\""), "{states}");
    let page = served.get("/compare/dossiers/D1").is(200).text();
    let found: Vec<(String, String)> = rows(&page, "entries").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(found, [("ledger.txt".to_owned(), "Changed".to_owned()), ("new.txt".to_owned(), "Added".to_owned())]);
    let all = rows(&served.get("/compare/latest").is(200).text(), "entries");
    assert!(!all.iter().any(|row| row[0].contains("D2/")), "D2 has not changed since the state before: {all:?}");
}
