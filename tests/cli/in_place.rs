//! Dossiers that come back: the list of them, parts of them, and in place (the trade: "restore: the list of companies in the copy, choose;
//! replaces that company; option to wipe the others; refuses while anyone uses the system").

use std::fs;
use std::time::Duration;

use crate::support::{Ran, World};

/// A firm with dossiers in rules with parts, and a repository.
struct Firm(World);

impl Firm {
    fn new(codes: &[&str]) -> Self {
        let firm = Self(World::new());
        for code in codes {
            firm.write(&format!("{code}/ledger.txt"), &format!("{code} on Monday"));
            firm.write(&format!("{code}/docs/letter.txt"), "Dear Ada");
            firm.write(&format!("{code}/photos/shop.jpg"), &format!("photo of {code}"));
        }
        firm.settings("");
        firm.0.run(&["init", "--config", &firm.0.text("set.toml")]).ends(0);
        firm
    }

    fn settings(&self, more: &str) {
        let (vault, books, logs) = (self.0.text("vault"), self.0.text("books"), self.0.text("logs"));
        let text = format!(
            "language = 'en'\nrepository = '{vault}'\n[report]\nfolder = '{logs}'\n[[rule]]\nname = 'firm'\nroot = '{books}'\n{more}\n\
             [[rule.part]]\nname = 'photos'\npatterns = ['photos/', '*.jpg']\n[[rule.part]]\nname = 'indexes'\npatterns = ['*.idx']\n"
        );
        self.0.write("set.toml", text.as_bytes());
    }

    fn write(&self, name: &str, text: &str) {
        self.0.write(&format!("books/{name}"), text.as_bytes());
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.0.run(&[args, &["--config", &self.0.text("set.toml")]].concat())
    }

    fn night(&self, args: &[&str]) -> Ran {
        // Times of what was written before are believed from now on.
        std::thread::sleep(Duration::from_millis(150));
        self.run(&[&["run"], args].concat())
    }
}

#[test]
fn the_dossiers_of_a_snapshot_are_listed() {
    let firm = Firm::new(&["D1", "D2", "D3"]);
    let empty = firm.run(&["restore", "--list"]).ends(0).out;
    assert_eq!(empty, "No snapshot has dossiers.\n");
    firm.night(&[]).ends(0);
    let first = firm.run(&["restore", "--list", "--json"]).ends(0).json();
    firm.write("D1/docs/more.txt", "more");
    firm.write("D2/work.lck", "ada@desk");
    fs::remove_dir_all(firm.0.path("books/D3")).unwrap();
    firm.night(&["--parts", "-photos"]).ends(3);
    let list = firm.run(&["restore", "--list", "--json"]).ends(0).json();
    let of = |code: &str, name: &str| list["dossiers"].as_array().unwrap().iter().find(|line| line["code"] == code).unwrap()[name].clone();
    assert_eq!([of("D1", "outcome"), of("D2", "outcome"), of("D3", "outcome")], ["stored", "in-use", "missing"]);
    assert_eq!((of("D1", "left_out"), of("D2", "left_out")), (serde_json::json!(["photos"]), serde_json::json!([])));
    assert_eq!([of("D1", "files"), of("D2", "files"), of("D3", "files")], [3, 3, 3]);
    assert_eq!((list["files"].as_u64(), list["restorable"].as_u64()), (Some(9), Some(3)));
    // What was in use or gone has the state of the night before, and says so.
    assert_eq!(of("D2", "since"), first["dossiers"][1]["since"]);
    assert_ne!(of("D1", "since"), first["dossiers"][0]["since"]);
    let shown = firm.run(&["restore", "--list"]).ends(0).out;
    assert!(shown.contains("Left out of it: photos.") && shown.contains("missing"), "{shown}");
    assert!(shown.lines().last().unwrap().starts_with("3 dossiers can be restored: 9 files, "), "{shown}");
    let one = firm.run(&["restore", "D3", "--list"]).ends(0).out;
    assert!(!one.contains("D1") && one.lines().last().unwrap().starts_with("1 dossier can be restored: 3 files"), "{one}");
    firm.run(&["restore", "D33", "--list"]).ends(1).says("no snapshot has the dossier D33");
    let past = firm.run(&["restore", "--list", "--at", "2001-01-01"]).ends(0).out;
    assert_eq!(past, "No snapshot has dossiers.\n");
    firm.run(&["restore", "--list", "--at", "x"]).ends(2);
}

#[test]
fn a_name_in_the_list_cannot_move_the_cursor() {
    let firm = Firm::new(&["D\u{202e}1"]);
    firm.night(&[]).ends(0);
    let shown = firm.run(&["restore", "--list"]).ends(0).out;
    assert!(shown.contains("D\\u{202e}1") && !shown.contains('\u{202e}'), "{shown}");
}

#[test]
fn parts_are_restored_by_name() {
    let firm = Firm::new(&["D1"]);
    firm.write("D1/ledger.idx", "index");
    firm.write("D1/docs/scan.jpg", "scan");
    firm.night(&[]).ends(0);
    let there = |folder: &str| {
        let names = ["ledger.txt", "ledger.idx", "docs/letter.txt", "docs/scan.jpg", "photos/shop.jpg"];
        names.map(|name| firm.0.path(&format!("{folder}/D1/{name}")).exists())
    };
    for (parts, target, wanted) in [
        ("photos", "a", [true, false, true, true, true]),
        ("-photos", "b", [true, true, true, false, false]),
        ("all", "c", [true; 5]),
        ("all,-indexes", "d", [true, false, true, true, true]),
    ] {
        firm.run(&["restore", "D1", "--parts", parts, "--target", &firm.0.text(target)]).ends(0);
        assert_eq!(there(target), wanted, "{parts}");
    }
    // What belongs to a part that is not restored is not deleted either.
    firm.0.write("c/D1/docs/extra.jpg", b"mine");
    firm.0.write("c/D1/docs/extra.txt", b"mine");
    let args = ["restore", "D1", "--parts", "-photos", "--target", &firm.0.text("c"), "--overwrite", "if-changed", "--delete"];
    firm.run(&args).ends(0);
    assert_eq!((there("c"), firm.0.path("c/D1/docs/extra.jpg").exists()), ([true; 5], true));
    assert!(!firm.0.path("c/D1/docs/extra.txt").exists());

    firm.run(&["restore", "D1", "--parts", "fotos", "--target", "e"]).ends(2).says("is this meant: photos?");
    firm.run(&["restore", "latest", "--parts", "photos", "--target", "e"]).ends(1).says("no snapshot has the dossier latest");
    firm.settings("off = true");
    firm.run(&["restore", "D1", "--parts", "photos", "--target", "e"]).ends(1).says("no rule for the dossier D1");
    assert!(!firm.0.path("e").exists());
}
