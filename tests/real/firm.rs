//! A firm whose books change every day, its repository, and what must come back from it. Must never ask the program what is right.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::planted::noise;
use crate::program::{Key, liasse, succeed};

const PASSWORD: &str = "the books are safe";

/// What lies below a folder: every file by its path, with the hash of its bytes.
type State = BTreeMap<PathBuf, blake3::Hash>;

pub(crate) struct Firm {
    books: PathBuf,
    repository: PathBuf,
    cache: PathBuf,
    writer: PathBuf,
    day: u64,
    seed: u64,
    /// No scan has as many bytes.
    scan: u64,
    /// Every snapshot that must be there, and what it must give back.
    kept: BTreeMap<String, State>,
}

impl Firm {
    /// Books, caches and credentials in `desk`, the repository in `medium`, with a first snapshot.
    pub(crate) fn new(desk: &Path, medium: &Path, seed: u64, scan: u64) -> Self {
        let mut firm = Self {
            books: desk.join("books"),
            repository: medium.join("repository"),
            cache: desk.join("cache"),
            writer: desk.join("writer"),
            day: 0,
            seed,
            scan,
            kept: BTreeMap::new(),
        };
        fs::create_dir_all(firm.books.join("letters")).unwrap();
        for n in 0..30 {
            fs::write(firm.books.join(format!("letters/{n}.txt")), format!("letter {n}\n").repeat(40)).unwrap();
        }
        fs::write(firm.books.join("ledger"), noise(seed, 400_000)).unwrap();
        succeed(&firm.repository, &Self::owner(), ["init"]);
        succeed(&firm.repository, &Self::owner(), ["key", "add", "--role", "writer", "--out", firm.writer.to_str().unwrap()]);
        firm.backs_up();
        firm
    }

    fn owner() -> Key {
        Key::Password(PASSWORD.to_owned())
    }

    pub(crate) fn repository(&self) -> &Path {
        &self.repository
    }

    /// A day's work: rows of the ledger, a letter, a scan, and one that goes.
    pub(crate) fn works(&mut self) {
        self.day += 1;
        let day = self.seed.wrapping_mul(1_000_003) + self.day;
        let ledger = fs::File::options().write(true).open(self.books.join("ledger")).unwrap();
        for row in 0..5 {
            ledger.write_all_at(&noise(day * 10 + row, 200), (day * 7919 + row * 80_021) % 400_000).unwrap();
        }
        fs::write(self.books.join(format!("letters/{}.txt", day % 30)), format!("written on day {day}\n").repeat(30)).unwrap();
        let length = usize::try_from(day * 104_729_711 % self.scan).unwrap();
        fs::write(self.books.join(format!("scan {}", day % 5)), noise(day, length)).unwrap();
        drop(fs::remove_file(self.books.join(format!("scan {}", (day + 2) % 5))));
    }

    /// The nightly backup, still to be started. `ahead` comes before the program: what runs it.
    pub(crate) fn backup(&self, ahead: &[&str]) -> Command {
        let plain = liasse(&self.repository, &Key::Credential(self.writer.clone()));
        let line: Vec<_> = ahead.iter().map(std::ffi::OsStr::new).chain([plain.get_program()]).chain(plain.get_args()).collect();
        let mut command = Command::new(line[0]);
        command.env_clear().args(&line[1..]).arg("--cache-dir").arg(&self.cache).arg("backup").arg(&self.books);
        for (name, value) in plain.get_envs() {
            command.env(name, value.unwrap());
        }
        command
    }

    /// Remembers what a backup that ended well has stored.
    pub(crate) fn remember(&mut self, output: &Output) {
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        self.kept.insert(report["snapshot"].as_str().unwrap().to_owned(), state(&self.books));
    }

    /// A backup that has to end well.
    pub(crate) fn backs_up(&mut self) {
        let output = self.backup(&[]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        self.remember(&output);
    }

    /// After an accident: everything that was committed is there, and all of it is sound. A snapshot that was being made may be there, whole.
    pub(crate) fn looks_after(&mut self, what: &str) {
        let key = Key::Credential(self.writer.clone());
        let listed = succeed(&self.repository, &key, ["snapshots"]);
        assert_eq!(listed["damaged"], serde_json::json!([]), "{what}");
        let listed: Vec<&str> = listed["snapshots"].as_array().unwrap().iter().map(|snapshot| snapshot["id"].as_str().unwrap()).collect();
        let lost: Vec<&String> = self.kept.keys().filter(|id| !listed.contains(&id.as_str())).collect();
        assert!(lost.is_empty(), "{what}: lost {lost:?}");
        let new: Vec<&str> = listed.into_iter().filter(|id| !self.kept.contains_key(*id)).collect();
        assert!(new.len() < 2, "{what}: who made {new:?}?");
        for id in new {
            self.kept.insert(id.to_owned(), state(&self.books));
        }
        let report = succeed(&self.repository, &Self::owner(), ["check", "--read-data"]);
        assert_eq!(report["sound"], true, "{what}: {report}");
    }

    /// Every snapshot, byte for byte. Returns how many.
    pub(crate) fn gets_everything_back(&self, desk: &Path) -> usize {
        for (id, state_then) in &self.kept {
            let target = tempfile::tempdir_in(desk).unwrap();
            let from = format!("{id}:{}", self.books.display());
            let arguments = ["restore", &from, "--target", target.path().to_str().unwrap()];
            succeed(&self.repository, &Self::owner(), arguments);
            assert!(state(target.path()) == *state_then, "snapshot {id} came back otherwise");
        }
        self.kept.len()
    }
}

fn state(folder: &Path) -> State {
    let (mut found, mut folders) = (State::new(), vec![folder.to_owned()]);
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), blake3::hash(&fs::read(&path).unwrap()));
            }
        }
    }
    found
}
