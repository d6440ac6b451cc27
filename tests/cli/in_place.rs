//! Dossiers that come back: the list of them, parts of them, and in place (the trade: "restore: the list of companies in the copy, choose;
//! replaces that company; option to wipe the others; refuses while anyone uses the system").

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Ran, World, finish, ran, wait_until};
use crate::week::{Station, sqlite};

/// Names of files and what is in them.
pub(crate) type Contents = Vec<(String, Vec<u8>)>;

/// A firm with dossiers in rules with parts, and a repository.
pub(crate) struct Firm(pub(crate) World);

impl Firm {
    pub(crate) fn new(codes: &[&str]) -> Self {
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

    pub(crate) fn settings(&self, more: &str) {
        let (vault, books, logs) = (self.0.text("vault"), self.0.text("books"), self.0.text("logs"));
        let text = format!(
            "language = 'en'\nrepository = '{vault}'\n[report]\nfolder = '{logs}'\n[[rule]]\nname = 'firm'\nroot = '{books}'\n{more}\n\
             [[rule.part]]\nname = 'photos'\npatterns = ['photos/', '*.jpg']\n[[rule.part]]\nname = 'indexes'\npatterns = ['*.idx']\n"
        );
        self.0.write("set.toml", text.as_bytes());
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        self.0.write(&format!("books/{name}"), text.as_bytes());
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.0.run(&[args, &["--config", &self.0.text("set.toml")]].concat())
    }

    /// A night that leaves the photos out.
    pub(crate) fn night_without_photos(&self) -> Ran {
        self.settings("without = ['photos']");
        let ran = self.night(&[]);
        self.settings("");
        ran
    }

    pub(crate) fn night(&self, args: &[&str]) -> Ran {
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
    firm.night_without_photos().ends(3);
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
    assert!(shown.contains("Left out of it: photos (last saved ") && shown.contains("missing"), "{shown}");
    assert!(shown.lines().last().unwrap().starts_with("3 dossiers can be restored: 9 files, "), "{shown}");
    let one = firm.run(&["restore", "D3", "--list"]).ends(0).out;
    assert!(!one.contains("D1") && one.lines().last().unwrap().starts_with("1 dossier can be restored: 3 files"), "{one}");
    firm.run(&["restore", "D33", "--list"]).ends(1).says("no snapshot has the dossier D33");
    let past = firm.run(&["restore", "--list", "--at", "2001-01-01"]).ends(0).out;
    assert_eq!(past, "No snapshot has dossiers.\n");
    firm.run(&["restore", "--list", "--at", "x"]).ends(2);
    // What looks like the start of an id may have been meant as a code.
    for word in ["E77", "D1O01"] {
        firm.run(&["restore", word, "--target", &firm.0.text("back")]).says("neither a dossier nor a snapshot").says("restore --list");
    }
}

#[test]
fn a_code_that_is_nearly_right_is_suggested() {
    let firm = Firm::new(&["D1001", "D2"]);
    firm.night(&[]).ends(0);
    for word in ["d1001", "D100"] {
        firm.run(&["restore", word, "--target", &firm.0.text("back")]).ends(1).says("is this meant: D1001?");
    }
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

impl Firm {
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path(&format!("books/{name}"))).unwrap_or_else(|error| error.kind().to_string())
    }

    pub(crate) fn in_place(&self, args: &[&str]) -> Ran {
        self.run(&[&["restore", "--in-place"], args].concat())
    }

    /// What restores left beside the dossiers.
    pub(crate) fn left(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path("books")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(".liasse")).collect();
        names.sort();
        names
    }

    /// Names and contents below a folder of the books.
    pub(crate) fn contents(&self, name: &str) -> Contents {
        let root = self.0.path(&format!("books/{name}"));
        let mut found = Vec::new();
        contents(&root, &root, &mut found);
        found.sort();
        found
    }

    fn inode(&self, name: &str) -> u64 {
        fs::metadata(self.0.path(&format!("books/{name}"))).unwrap().ino()
    }
}

fn contents(root: &Path, folder: &Path, found: &mut Contents) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            contents(root, &path, found);
        } else {
            found.push((path.strip_prefix(root).unwrap().display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

#[test]
fn a_dossier_is_replaced_where_it_is() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.night(&[]).ends(0);
    let (before, picture, neighbour) = (firm.contents("D1"), firm.0.picture("books/D1"), firm.0.picture("books/D2"));
    firm.write("D1/ledger.txt", "ruined");
    firm.write("D1/virus.exe", "!");
    firm.write("D1/new/deep/er.txt", "!");
    fs::remove_file(firm.0.path("books/D1/docs/letter.txt")).unwrap();
    firm.write("D2/ledger.txt", "D2 on Tuesday");
    let (ruined, after) = (firm.0.picture("books/D1"), firm.0.picture("books/D2"));
    assert_ne!(neighbour, after);

    let told = firm.in_place(&["D1", "--dry-run", "-v"]).ends(0).out;
    for line in ["would write ", "removed /virus.exe", "removed /new/deep/er.txt"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(told.contains("2 files would be written") && told.contains("2 would be removed"), "{told}");
    assert_eq!((firm.0.picture("books/D1"), firm.left()), (ruined, vec![]));

    let done = firm.in_place(&["D1", "--verify", "--json"]).ends(0).json();
    let dossier = &done["dossiers"][0];
    assert_eq!((&dossier["restored"], &dossier["files"], &dossier["removed"]), (&true.into(), &3.into(), &2.into()));
    assert_eq!((firm.contents("D1"), firm.0.picture("books/D1")), (before, picture));
    // Nothing else has two of the files that went, and what was done to the ledger: so all of it is kept.
    let kept = firm.replaced("D1");
    assert_eq!((&dossier["unsaved"], kept.len()), (&3.into(), 4));
    assert!(kept.contains(&("ledger.txt".to_owned(), b"ruined".to_vec())));
    assert_eq!((firm.0.picture("books/D2"), firm.left()), (after, vec![]));
    // It is found, and as it is stored.
    assert!(firm.night(&[]).ends(0).out.ends_with("2 of 2 dossiers saved, 0 in error.\n"));

    // One that is gone comes back to where it was; one whose place is gone does not.
    fs::remove_dir_all(firm.0.path("books/D1")).unwrap();
    assert!(firm.in_place(&["D1"]).ends(0).out.contains("3 files restored"));
    assert_eq!(firm.read("D1/ledger.txt"), "D1 on Monday");
    fs::rename(firm.0.path("books"), firm.0.path("elsewhere")).unwrap();
    firm.in_place(&["D1"]).ends(1).says("in which it belongs, is not there").says("make the folder");
    fs::create_dir(firm.0.path("books")).unwrap();
    std::os::unix::fs::symlink(firm.0.path("elsewhere/D1"), firm.0.path("books/D1")).unwrap();
    firm.in_place(&["D1"]).ends(1).says("symbolic link");
    assert_eq!(fs::read_to_string(firm.0.path("elsewhere/D1/ledger.txt")).unwrap(), "D1 on Monday");
}

#[test]
fn a_dossier_in_use_is_refused_and_no_other_is_touched() {
    let firm = Firm::new(&["D1", "D2"]);
    sqlite(&firm.0.path("books/D2"), "create table t(a, b); insert into t values (1, 1)");
    firm.night(&[]).ends(0);
    firm.write("D1/ledger.txt", "ruined");
    firm.write("D2/ledger.txt", "ruined");
    let station = Station::open(&firm.0.path("books/D2/ledger.db"));
    let refused = firm.in_place(&["D1", "D2"]).ends(1).says("D2: It is open: python3");
    assert!(refused.err.contains("Close it on every station"), "{}", refused.err);
    assert_eq!((firm.read("D1/ledger.txt").as_str(), firm.left()), ("ruined", vec![]));
    assert!(firm.in_place(&["D1", "D2", "--lang", "fr"]).ends(1).err.contains("Fermez-le sur tous les postes"));
    station.close();
    firm.in_place(&["D1", "D2", "--parts", "fotos"]).ends(2).says("is this meant: photos?");
    firm.in_place(&["D1", "D2"]).ends(0);
    assert_eq!((firm.read("D1/ledger.txt").as_str(), firm.read("D2/ledger.txt").as_str()), ("D1 on Monday", "D2 on Monday"));
}

#[test]
fn what_the_state_lacks_stays() {
    let firm = Firm::new(&["D1"]);
    firm.night_without_photos().ends(0);
    firm.write("D1/ledger.txt", "ruined");
    firm.write("D1/extra.txt", "goes");
    firm.write("D1/photos/2026/new.txt", "in the folder of photos");
    firm.write("D1/scans/letter.jpg", "a scan in a folder of its own");
    firm.write("D1/scans/note.txt", "goes");
    fs::create_dir(firm.0.path("books/D1/photos/empty")).unwrap();
    let inode = firm.inode("D1/photos/shop.jpg");
    let told = firm.in_place(&["D1", "--keep-replaced", "--json"]).ends(0).json();
    assert_eq!((&told["dossiers"][0]["kept"], &told["dossiers"][0]["removed"]), (&3.into(), &2.into()));
    let names = |name: &str| firm.contents(name).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let kept = ["docs/letter.txt", "ledger.txt", "photos/2026/new.txt", "photos/shop.jpg", "scans/letter.jpg"];
    assert_eq!((names("D1"), firm.read("D1/ledger.txt").as_str()), (kept.map(str::to_owned).to_vec(), "D1 on Monday"));
    assert!(firm.0.path("books/D1/photos/empty").is_dir());
    assert_eq!((firm.inode("D1/photos/shop.jpg"), fs::metadata(firm.0.path("books/D1/photos/shop.jpg")).unwrap().nlink()), (inode, 1));
    // What was replaced is beside it, without what stayed, and is no dossier.
    let replaced = told["dossiers"][0]["replaced"]["path"].as_str().unwrap();
    let name = Path::new(replaced).file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with(".liasse-replaced-D1-20"), "{name}");
    assert_eq!(
        (names(name), firm.left()),
        (["docs/letter.txt", "extra.txt", "ledger.txt", "scans/note.txt"].map(str::to_owned).to_vec(), vec![name.to_owned()])
    );
    assert!(firm.night(&[]).ends(0).out.contains("1 of 1 dossier"));

    // The other way round: the state has photos, and nobody wants these.
    firm.write("D1/photos/shop.jpg", "a better photo");
    firm.write("D1/ledger.txt", "ruined");
    firm.in_place(&["D1", "--parts", "-photos"]).ends(0);
    assert_eq!((firm.read("D1/photos/shop.jpg").as_str(), firm.read("D1/ledger.txt").as_str()), ("a better photo", "D1 on Monday"));
    firm.in_place(&["D1"]).ends(0);
    assert_eq!(firm.read("D1/photos/shop.jpg"), "photo of D1");

    // Nobody knows what a part was that has lost its name: nothing is guessed.
    firm.night_without_photos().ends(0);
    let settings = fs::read_to_string(firm.0.path("set.toml")).unwrap().replace("'photos'", "'pictures'");
    firm.0.write("set.toml", settings.as_bytes());
    firm.in_place(&["D1"]).ends(1).says("lacks the part photos").says("--target");
}

#[test]
fn damage_leaves_a_dossier_as_it_is() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.0.write_noise("books/D1/scan.tif", 3_000_000, 1);
    firm.night(&[]).ends(0);
    firm.write("D1/ledger.txt", "newer");
    firm.write("D2/ledger.txt", "newer");
    let packs = fs::read_dir(firm.0.path("vault/packs")).unwrap().flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
    let largest = packs.map(|pack| pack.unwrap().path()).max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    let mut bytes = fs::read(&largest).unwrap();
    let end = bytes.len() / 2;
    bytes[end - 100_000..end].iter_mut().step_by(1000).for_each(|byte| *byte ^= 1);
    fs::write(&largest, bytes).unwrap();
    // What the dossier itself still has just so would be taken from there.
    fs::remove_file(firm.0.path("books/D1/scan.tif")).unwrap();
    let picture = firm.0.picture("books/D1");
    let told = firm.in_place(&["D1", "D2", "--json"]);
    assert_eq!(told.code, 12, "{} {}", told.out, told.err);
    let json = told.json();
    assert_eq!((&json["dossiers"][0]["restored"], &json["dossiers"][1]["restored"]), (&false.into(), &true.into()));
    let error = json["dossiers"][0]["error"].as_str().unwrap();
    assert!(error.contains("scan.tif") && told.err.contains("--target"), "{error} {}", told.err);
    assert_eq!((firm.0.picture("books/D1"), firm.read("D2/ledger.txt").as_str()), (picture, "D2 on Monday"));
    // Not every dossier has its state, so what was replaced is still there.
    let left = firm.left();
    assert!(left.len() == 1 && left[0].starts_with(".liasse-replaced-D2-"), "{left:?}");
    assert_eq!(firm.read(&format!("{}/ledger.txt", left[0])), "newer");
}

#[test]
fn others_are_deleted_only_when_they_are_stored() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.night(&[]).ends(0);
    firm.write("D1/ledger.txt", "ruined");
    firm.write("D3/ledger.txt", "never stored");
    let all = || (firm.contents("D1"), firm.contents("D2"), firm.contents("D3"));
    let before = all();
    firm.in_place(&["D1", "--delete-others"]).ends(1).says("D3: it has no state in the repository");
    assert_eq!(all(), before);
    firm.night(&["D3"]).ends(0);
    let lock = firm.0.path("books/D2/work.lck");
    fs::write(&lock, "ada@desk").unwrap();
    firm.in_place(&["D1", "--delete-others"]).ends(1).says("D2: ");
    fs::remove_file(lock).unwrap();
    assert_eq!(all(), before);
    firm.run(&["restore", "D1", "--delete-others", "--target", "out"]).ends(2);
    firm.in_place(&["D1", "--delete-other"]).ends(2);
    let told = firm.in_place(&["D1", "--delete-others", "--dry-run"]).ends(0).out;
    assert!(told.contains("D2: would be deleted") && told.contains("D3: would be deleted"), "{told}");
    assert_eq!(all(), before);
    let told = firm.in_place(&["D1", "--delete-others", "--json"]).ends(0).json();
    assert_eq!(told["deleted"].as_array().unwrap().len(), 2);
    assert!(firm.replaced("D1").contains(&("ledger.txt".to_owned(), b"ruined".to_vec())));
    let names: Vec<_> = fs::read_dir(firm.0.path("books")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!((names, firm.read("D1/ledger.txt").as_str()), (vec!["D1".into()], "D1 on Monday"));
    firm.in_place(&["D2", "D3"]).ends(0);
    assert_eq!(firm.read("D3/ledger.txt"), "never stored");
}

impl Firm {
    /// What a restore replaced and kept: its files. It goes.
    pub(crate) fn replaced(&self, code: &str) -> Contents {
        let left = self.left();
        assert!(left.len() == 1 && left[0].starts_with(&format!(".liasse-replaced-{code}-")), "{left:?}");
        let contents = self.contents(&left[0]);
        fs::remove_dir_all(self.0.path(&format!("books/{}", left[0]))).unwrap();
        contents
    }
}

#[test]
fn a_disk_of_its_own_and_a_full_one_are_refused() {
    let firm = Firm::new(&["D1"]);
    firm.0.write_noise("books/D1/scan.tif", 3_000_000, 2);
    firm.night(&[]).ends(0);
    let liasse = format!("$LIASSE restore D1 --in-place --config {}", firm.0.text("set.toml"));
    let books = firm.0.text("books");
    let Some(ran) = firm.0.run_with_mounts(&format!("mount -t tmpfs none {books}/D1; {liasse}")) else { return };
    ran.ends(1).says("mount point");
    let within = format!("mount -t tmpfs none {books}/D1/docs; {liasse}");
    firm.0.run_with_mounts(&within).unwrap().ends(1).says("another disk is mounted in it, at /docs");
    let full = firm.0.run_with_mounts(&format!("mount -t tmpfs -o size=1m none {books}; {liasse}")).unwrap().ends(1).says("are needed");
    assert!(full.err.contains("3.0\u{a0}MB") && full.err.contains("1.0\u{a0}MB are free"), "{}", full.err);
    // Another file system, with room: the dossier comes to where it was.
    firm.0.run_with_mounts(&format!("mount -t tmpfs -o size=20m none {books}; {liasse}; cat {books}/D1/ledger.txt")).unwrap().ends(0);
}

#[test]
fn who_stops_a_restore_finds_the_dossier_as_it_was() {
    let firm = Firm::new(&["D1"]);
    firm.0.write_noise("books/D1/scan.tif", 120_000_000, 3);
    firm.night(&[]).ends(0);
    firm.write("D1/ledger.txt", "newer");
    let args = ["restore", "D1", "--in-place", "--config", &firm.0.text("set.toml")];
    let mut child = firm.0.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let staged = firm.0.path("books/.liasse-restore-D1/new/docs");
    wait_until(&mut child, || staged.exists());
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let stopped = ran(child.wait_with_output().unwrap());
    if stopped.code == 0 {
        // It was done before the signal came.
        return;
    }
    stopped.ends(130);
    assert_eq!((firm.read("D1/ledger.txt").as_str(), firm.left()), ("newer", vec![]));
}

/// What the program does on a computer of another name.
fn on_another_computer(firm: &Firm, args: &[&str]) -> Ran {
    let unshare = if crate::support::is_root() { "-u" } else { "-ru" };
    let mut command = Command::new("unshare");
    command.args([unshare, "sh", "-c", "hostname fresh && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_liasse")]);
    let settings = firm.0.text("set.toml");
    let args = [args, &["--config", &settings]].concat();
    finish(&mut firm.0.prepare(command, &args))
}

#[test]
fn a_burnt_computer_comes_back_whole_on_a_new_one() {
    let firm = Firm::new(&["D1", "D2", "D3"]);
    firm.write("D3/work.lck", "ada@desk");
    firm.night(&[]).ends(3);
    let host = firm.run(&["snapshots", "--json"]).ends(0).json()["snapshots"][0]["host"].as_str().unwrap().to_owned();
    let whole = firm.0.picture("books/D1");
    fs::remove_dir_all(firm.0.path("books")).unwrap();
    // Into any folder: all that there is, and what there never was is named.
    let ran = on_another_computer(&firm, &["restore", "--all", "--target", &firm.0.text("back")]).ends(3);
    assert!(ran.err.contains("D3 was never saved") && firm.0.path("back/D2").is_dir() && !firm.0.path("back/D3").exists(), "{}", ran.err);
    assert_eq!(firm.0.picture("back/D1"), whole);
    // In their places: who was that computer is said once, and the folder of the dossiers is there.
    on_another_computer(&firm, &["restore", "--all", "--in-place"]).ends(1).says(&format!("--host {host}"));
    let args = ["restore", "--all", "--in-place", "--host", &host];
    on_another_computer(&firm, &args).ends(1).says("books, in which it belongs, is not there").says("make the folder");
    fs::create_dir(firm.0.path("books")).unwrap();
    let done = on_another_computer(&firm, &[&args[..], &["--json"]].concat()).ends(3).json();
    assert_eq!((done["dossiers"].as_array().unwrap().len(), &done["never_saved"]), (2, &serde_json::json!(["D3"])));
    assert_eq!(firm.0.picture("books/D1"), whole);
    // Where these settings would not look for it, it does not go.
    fs::remove_dir_all(firm.0.path("books/D2")).unwrap();
    firm.settings("pattern = 'X*'");
    on_another_computer(&firm, &["restore", "D2", "--in-place", "--host", &host]).ends(1).says("nobody knows where it belongs");
    // Nor when the new one has the old one's name.
    firm.in_place(&["D2", "--host", &host]).ends(1).says("nobody knows where it belongs");
    firm.run(&args).ends(1).says("nobody knows where it belongs");
    assert!(!firm.0.path("books/D2").exists());
}

#[test]
fn all_is_one_choice_and_not_a_wish_to_delete() {
    let firm = Firm::new(&["D1"]);
    firm.run(&["restore", "--all", "--target", &firm.0.text("back")]).ends(1).says("no snapshot has dossiers");
    firm.run(&["restore", "--all", "D1", "--target", "back"]).ends(2);
    firm.run(&["restore", "--all", "--in-place", "--delete-others"]).ends(2);
}

#[test]
fn all_are_those_of_every_settings_of_this_machine() {
    let firm = Firm::new(&["A1"]);
    firm.night(&[]).ends(0);
    let books = firm.0.text("books");
    firm.0.write("other/B1/ledger.txt", b"B1");
    let set = format!("repository = '{}'\n[[rule]]\nname = 'other'\nroot = '{}'\n", firm.0.text("vault"), firm.0.text("other"));
    firm.0.write("other.toml", set.as_bytes());
    let other = firm.0.text("other.toml");
    firm.0.run(&["run", "--config", &other]).ends(0);
    // Neither misses what the other saves.
    let told = firm.night(&[]).ends(0).out;
    assert!(!told.contains("B1") && told.ends_with("1 of 1 dossier saved, 0 in error.\n"), "{told}");
    fs::remove_dir_all(&books).unwrap();
    fs::create_dir(&books).unwrap();
    firm.0.run(&["run", "--config", &other]).ends(0);
    let told = firm.run(&["status", "--json"]).ends(3).json();
    assert_eq!((&told["dossiers"][0]["code"], &told["dossiers"][0]["outcome"]), (&"A1".into(), &"missing".into()), "{told}");
    firm.run(&["restore", "--all", "--target", &firm.0.text("back")]).ends(0);
    assert!(firm.0.path("back/A1/ledger.txt").exists() && firm.0.path("back/B1/ledger.txt").exists());
}
