//! Nothing that no snapshot has is lost by a restore, and what a snapshot lacks is said.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use crate::in_place::Firm;
use crate::support::{ran, wait_until};

#[test]
fn others_with_anything_that_is_not_stored_are_not_deleted() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.night_without_photos().ends(0);
    firm.write("D1/ledger.txt", "ruined");
    let all = || (firm.contents("D1"), firm.contents("D2"), firm.left());
    let before = all();
    let refused = firm.in_place(&["D1", "--delete-others"]).ends(1).says("D2: /photos/shop.jpg is not stored as it is now");
    assert!(refused.err.contains("liasse run"), "{}", refused.err);
    assert_eq!(all(), before);
    firm.night(&[]).ends(0);
    let unsaved = [("ledger.txt", "D2 on Sunday"), ("docs/letter.txt", "Dear Eve"), ("docs/new.txt", "new")];
    for (name, text) in unsaved {
        let path = firm.0.path(&format!("books/D2/{name}"));
        let was = fs::read(&path).ok();
        firm.write(&format!("D2/{name}"), text);
        let before = all();
        firm.in_place(&["D1", "--delete-others", "--dry-run"]).ends(1).says(&format!("D2: /{name} is not stored"));
        firm.in_place(&["D1", "--delete-others"]).ends(1).says(&format!("D2: /{name} is not stored"));
        assert_eq!(all(), before);
        fs::remove_file(&path).unwrap();
        if was.is_some() {
            firm.in_place(&["D2", "--at", "2100-01-01"]).ends(0);
        }
    }
    firm.in_place(&["D1", "--delete-others"]).ends(0);
    assert!(!firm.0.path("books/D2").exists());
}

/// What belongs to a part is what the settings say today: files that were left out under other settings are in no snapshot.
#[test]
fn what_no_snapshot_has_is_not_deleted_by_other_settings() {
    let firm = Firm::new(&["D1"]);
    let old = "without = ['plans']\n[[rule.part]]\nname = 'years'\npatterns = ['/year/{year}/']\nsince-year = 2020\n\
               [[rule.part]]\nname = 'plans'\npatterns = ['/plans/']\n";
    firm.settings(old);
    firm.write("D1/year/2018/a", "closed");
    firm.write("D1/plans/house", "house");
    firm.write("D1/old.txt", "in the newest state only");
    firm.night(&[]).ends(0);
    // As the settings were, all of that stays.
    firm.write("D1/ledger.txt", "ruined");
    firm.in_place(&["D1"]).ends(0);
    let kept = firm.replaced("D1");
    assert!(kept.contains(&("ledger.txt".to_owned(), b"ruined".to_vec())));
    assert!(!kept.iter().any(|(name, _)| name.starts_with("plans") || name.starts_with("year")), "what stays is not kept twice");
    assert_eq!((firm.read("D1/year/2018/a").as_str(), firm.read("D1/plans/house").as_str(), firm.left()), ("closed", "house", vec![]));
    for (new, gone) in [
        (old.replace("since-year = 2020\n", ""), [("year/2018/a", "closed")]),
        (old.replace("/plans/", "/drawings/"), [("plans/house", "house")]),
    ] {
        firm.settings(&new);
        let would = firm.in_place(&["D1", "--dry-run"]).ends(0).out;
        assert!(would.contains("1 file (") && would.contains("in no other place as it is"), "{would}");
        let told = firm.in_place(&["D1"]).ends(0).out;
        assert!(told.contains("1 file (") && told.contains(gone[0].0) && told.contains(".liasse-replaced-D1-"), "{told}");
        let kept = firm.replaced("D1");
        for (name, text) in gone {
            assert!(!firm.0.path(&format!("books/D1/{name}")).exists());
            assert!(kept.contains(&(name.to_owned(), text.as_bytes().to_vec())), "{name}");
            firm.write(&format!("D1/{name}"), text);
        }
        firm.settings(old);
    }
}

/// What a newer state has as it is may go: it comes back from there.
#[test]
fn what_a_newer_snapshot_has_goes() {
    let firm = Firm::new(&["D1"]);
    firm.night(&[]).ends(0);
    let first = firm.run(&["restore", "--list", "--json"]).ends(0).json()["time"].as_str().unwrap().to_owned();
    firm.write("D1/more.txt", "newer");
    std::os::unix::fs::symlink("more.txt", firm.0.path("books/D1/link")).unwrap();
    firm.night(&[]).ends(0);
    let told = firm.in_place(&["D1", "--at", &first, "--json"]).ends(0).json();
    assert_eq!((&told["dossiers"][0]["removed"], &told["dossiers"][0]["unsaved"]), (&2.into(), &0.into()));
    assert_eq!((firm.read("D1/more.txt").as_str(), firm.left()), ("entity not found", vec![]));
    firm.in_place(&["D1"]).ends(0);
    assert_eq!(firm.read("D1/more.txt"), "newer");
}

/// Files that are kept and that somebody replaces while the rest is restored: what is there last stays.
#[test]
fn what_is_kept_stays_as_it_is_last() {
    let firm = Firm::new(&["D1"]);
    firm.0.write_noise("books/D1/scan.tif", 120_000_000, 4);
    for name in ["album", "list", "same"] {
        firm.write(&format!("D1/photos/{name}"), "old");
    }
    firm.night_without_photos().ends(0);
    let args = ["restore", "D1", "--in-place", "--config", &firm.0.text("set.toml")];
    let mut child = firm.0.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (staged, carried) = (firm.0.path("books/.liasse-restore-D1/new"), firm.0.path("books/.liasse-restore-D1/new/photos/shop.jpg"));
    wait_until(&mut child, || carried.exists());
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::STOP).unwrap();
    assert!(staged.exists(), "it was over too soon");
    for (name, text) in [("list", "new"), ("shop.jpg", "a better photo"), ("more.jpg", "one more")] {
        firm.write(&format!("D1/photos/{name}.part"), text);
        fs::rename(firm.0.path(&format!("books/D1/photos/{name}.part")), firm.0.path(&format!("books/D1/photos/{name}"))).unwrap();
    }
    fs::remove_file(firm.0.path("books/D1/photos/album")).unwrap();
    firm.write("D1/photos/album/1.jpg", "a folder now");
    rustix::process::kill_process(process, rustix::process::Signal::CONT).unwrap();
    ran(child.wait_with_output().unwrap()).ends(0);
    let texts = ["list", "shop.jpg", "more.jpg", "same", "album/1.jpg"].map(|name| firm.read(&format!("D1/photos/{name}")));
    assert_eq!((texts.each_ref().map(String::as_str), firm.left()), (["new", "a better photo", "one more", "old", "a folder now"], vec![]));
}

/// The trade: "what was left out is said in the report and the snapshot", so also when it comes back.
#[test]
fn a_state_that_lacks_something_says_so() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.night(&[]).ends(0);
    firm.settings("without = ['photos']");
    firm.write("D1/ledger.txt", "Tuesday");
    firm.night(&[]).ends(0);
    firm.write("D1/ledger.txt", "Wednesday");
    firm.night(&[]).ends(0);
    let there = |said: &str, name: &str| assert!(said.contains(&format!("Left out of it: photos ({name}")), "{said}");
    there(&firm.run(&["restore", "--list", "D1"]).ends(0).out, "last saved 20");
    there(&firm.run(&["restore", "D1", "--target", &firm.0.text("a")]).ends(0).err, "last saved 20");
    let told = firm.in_place(&["D1"]).ends(0);
    there(&told.err, "last saved 20");
    assert!(told.err.contains("warning: D1: "), "{}", told.err);
    let json = firm.in_place(&["D1", "--json"]).ends(0).json();
    there(json["dossiers"][0]["lacks"].as_str().unwrap(), "last saved 20");
    let never = Firm::new(&["D1"]);
    never.settings("without = ['photos']");
    never.night(&[]).ends(0);
    there(&never.run(&["restore", "D1", "--target", &never.0.text("a")]).ends(0).err, "never saved before");
    let french = never.run(&["restore", "D1", "--target", &never.0.text("b"), "--lang", "fr"]).ends(0);
    assert!(french.out.starts_with("D1 : comme au ") && french.err.contains("jamais sauvegardé"), "{} {}", french.out, french.err);
    let french = never.run(&["restore", "D9", "--at", "2100-01-01", "--target", &never.0.text("c"), "--lang", "fr"]).ends(1);
    assert!(french.err.contains("aucun instantané ne contient"), "{}", french.err);
    let french = never.run(&["restore", "D9", "D1", "--target", &never.0.text("c"), "--lang", "pt"]).ends(1);
    assert!(french.err.contains("nenhuma cópia contém o dossiê D9"), "{}", french.err);
}

/// Files that could not be read when a state was saved are not in it: whoever gets it back must know.
#[test]
fn files_that_were_not_read_are_named() {
    let firm = Firm::new(&["D1"]);
    firm.write("D1/docs/locked.txt", "locked");
    let locked = firm.0.path("books/D1/docs/locked.txt");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    std::thread::sleep(Duration::from_millis(150));
    let ran = firm.0.run_unprivileged(&["run", "--config", &firm.0.text("set.toml")]);
    assert_eq!(ran.code, 3, "{} {}", ran.out, ran.err);
    let list = firm.run(&["restore", "--list"]).ends(3).out;
    assert!(list.contains("1 file could not be read when it was saved: docs/locked.txt"), "{list}");
    firm.run(&["restore", "D1", "--target", &firm.0.text("a")]).ends(3);
    let told = firm.in_place(&["D1"]).ends(3).err;
    assert!(told.contains("docs/locked.txt"), "{told}");
    assert!(locked.exists() && firm.left().is_empty(), "it stays: the state lacks it");
}

/// States are searched for record by record.
#[test]
fn a_state_is_found_however_old_it_is() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.night(&[]).ends(0);
    firm.write("D1/work.lck", "ada@desk");
    for number in 0..4 {
        firm.write("D2/ledger.txt", &format!("D2, day {number}"));
        firm.night(&[]).ends(3);
    }
    let list = firm.run(&["restore", "--list", "--json"]).ends(0).json();
    assert_eq!((&list["dossiers"][0]["left_out"], &list["dossiers"][0]["unread"]), (&serde_json::json!([]), &0.into()));
    fs::remove_file(firm.0.path("books/D1/work.lck")).unwrap();
    firm.write("D1/ledger.txt", "ruined");
    firm.in_place(&["D1", "D2"]).ends(0);
    assert_eq!((firm.read("D1/ledger.txt").as_str(), firm.read("D2/ledger.txt").as_str()), ("D1 on Monday", "D2, day 3"));
    // A damaged record is passed over, and named.
    let newest = firm.run(&["restore", "--list", "--json"]).ends(0).json()["snapshot"].as_str().unwrap().to_owned();
    let object = firm.0.path(&format!("vault/snapshots/{newest}"));
    let mut bytes = fs::read(&object).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&object, bytes).unwrap();
    for more in [&[][..], &["--no-cache"]] {
        let told = firm.run(&[&["restore", "--list", "D2"], more].concat()).ends(0).err;
        assert!(told.contains(&format!("snapshots/{newest} cannot be read and is passed over")), "{told}");
    }
}
