//! Memory stays bounded whatever the tree is (pitfalls 30 and 31): the most that a run of the program ever holds, as the kernel counted
//! it, for many files, for one large file, for one folder with very many entries, for restores, and for a repository of very many chunks.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/planted.rs"]
mod planted;
#[path = "support/program.rs"]
mod program;
#[allow(dead_code, reason = "the bench uses all of it")]
#[path = "../benches/stages/synthetic.rs"]
mod synthetic;

use std::fs::{self, File};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use planted::noise;
use program::{Key, liasse};
use serde_json::Value;

const LIMIT_KIB: u64 = 200 << 10;
/// Runs a program, and prints after its output a line with its exit code and the most memory that it held, in KiB.
const MEASURE: &str = "\
import os, sys
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print('\\n', os.waitstatus_to_exitcode(status), usage.ru_maxrss, sep=' ')";

/// Where there is room for many files: in memory that is nobody's own if there is enough, because a disk takes its time.
fn place() -> &'static Path {
    let shared = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(shared).map_or(0, |room| room.f_bavail * room.f_frsize);
    if room > 4 << 30 { shared } else { Path::new(env!("CARGO_TARGET_TMPDIR")) }
}

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir_in(place()).unwrap() };
        fs::create_dir(bench.path("source")).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command that has to succeed within the bound; what it prints.
    fn bounded(&self, arguments: &[&str]) -> Value {
        self.bounded_by(LIMIT_KIB, &Key::Password("password".to_owned()), arguments)
    }

    fn bounded_by(&self, limit_kib: u64, key: &Key, arguments: &[&str]) -> Value {
        let (code, peak, printed) = self.measured(key, arguments);
        assert_eq!(code, 0, "{printed}");
        assert!(peak < limit_kib, "{arguments:?} held {} MiB", peak >> 10);
        serde_json::from_str(&printed).unwrap()
    }

    /// How a command ended, the most that it held, in KiB, and what it printed.
    fn measured(&self, key: &Key, arguments: &[&str]) -> (u64, u64, String) {
        let mut plain = liasse(&self.path("repository"), key);
        plain.arg("--cache-dir").arg(self.path("cache")).args(arguments);
        let mut command = Command::new("python3");
        command.arg("-c").arg(MEASURE).arg(plain.get_program()).args(plain.get_args());
        command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = command.output().unwrap_or_else(|error| panic!("this test needs python3: {error}"));
        let text = String::from_utf8(output.stdout).unwrap();
        let (printed, measured) = text.trim_end().rsplit_once('\n').unwrap();
        let measured: Vec<u64> = measured.split_whitespace().map(|number| number.parse().unwrap()).collect();
        let [code, peak] = measured[..] else { panic!("{text}") };
        assert!(peak > 4 << 10, "{peak} KiB: nothing was measured");
        (code, peak, if code == 0 { printed.to_owned() } else { format!("{printed}{}", String::from_utf8_lossy(&output.stderr)) })
    }

    fn backup(&self) -> Value {
        self.bounded(&["backup", "--init", self.path("source").to_str().unwrap()])
    }

    /// Restores the source into a folder of this name.
    fn restore(&self, name: &str) -> PathBuf {
        let (what, target) = (format!("latest:{}", self.path("source").display()), self.path(name));
        self.bounded(&["restore", &what, "--target", target.to_str().unwrap()]);
        target
    }
}

fn hash(path: &Path) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path).unwrap()).unwrap();
    hasher.finalize()
}

#[test]
fn pitfall_31_a_large_repository_restores_in_little_memory() {
    let bench = Bench::new();
    let source = bench.path("source");
    fs::write(source.join("large"), noise(0, 150 << 20)).unwrap();
    for n in 1..=150 {
        fs::write(source.join(n.to_string()), noise(n, 1 << 20)).unwrap();
    }
    bench.backup();
    let target = bench.restore("target");
    for entry in fs::read_dir(&source).unwrap() {
        let path = entry.unwrap().path();
        assert!(hash(&path) == hash(&target.join(path.file_name().unwrap())), "{}", path.display());
    }
}

/// 2 GiB: one is a hole, one is text of which no two parts are the same.
#[test]
fn one_large_file_is_backed_up_in_little_memory() {
    let bench = Bench::new();
    let large = bench.path("source").join("large");
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&large).unwrap());
    file.seek(SeekFrom::Start(1 << 30)).unwrap();
    let line = "a line of a text of which every kibibyte begins otherwise; ".repeat(18);
    for n in 0..(1 << 20) {
        writeln!(file, "{n:09} {}", &line[..1013]).unwrap();
    }
    file.into_inner().unwrap();
    assert_eq!(large.metadata().unwrap().len(), 2 << 30);
    let report = bench.backup();
    assert_eq!(report["statistics"]["size_bytes"], 2_u64 << 30);
    assert!(report["statistics"]["added_bytes"].as_u64().unwrap() < (1 << 30) + (16 << 20), "the hole was read");
}

#[test]
fn many_small_files_are_backed_up_in_little_memory() {
    let bench = Bench::new();
    for folder in 0..600 {
        let path = bench.path("source").join(folder.to_string());
        fs::create_dir(&path).unwrap();
        for n in 0..100 {
            fs::write(path.join(n.to_string()), format!("{folder} {n} ").repeat(100)).unwrap();
        }
    }
    let report = bench.backup();
    assert_eq!(report["statistics"]["files"], 60_000);
}

#[test]
fn pitfall_30_a_folder_of_very_many_entries_takes_little_memory_and_a_change_in_it_little_space() {
    const ENTRIES: u64 = 100_000;
    let bench = Bench::new();
    let source = bench.path("source");
    for n in 0..ENTRIES {
        fs::write(source.join(format!("an entry with a name that is not short {n}")), n.to_le_bytes()).unwrap();
    }
    let first = bench.backup();
    assert_eq!(first["statistics"]["files"], ENTRIES);
    fs::write(source.join("an entry with a name that is not short 50000"), b"changed").unwrap();
    let second = bench.backup();
    let statistics = &second["statistics"];
    assert_eq!((&statistics["new"], &statistics["changed"]), (&0.into(), &1.into()));
    let added = statistics["added_bytes"].as_u64().unwrap();
    assert!(added < 250_000, "{added} bytes for one changed file");
    let target = bench.restore("target");
    assert_eq!(fs::read_dir(&target).unwrap().count() as u64, ENTRIES);
    assert_eq!(fs::read(target.join("an entry with a name that is not short 50000")).unwrap(), b"changed");
    assert_eq!(fs::read(target.join("an entry with a name that is not short 99999")).unwrap(), 99_999_u64.to_le_bytes());
}

/// In a map, each chunk took about 150 bytes.
#[test]
fn a_million_chunks_are_checked_in_little_memory() {
    const CHUNKS: u64 = 1_000_000;
    const MOST_KIB: u64 = 128 << 10;
    let bench = Bench::new();
    synthetic::make(bench.folder.path(), CHUNKS);
    // Deriving a key from a password takes memory on purpose.
    let key = Key::Credential(bench.path("credential"));
    let report = bench.bounded_by(MOST_KIB, &key, &["check"]);
    assert!(report["counts"]["chunks"].as_u64().unwrap() > CHUNKS, "{report}");
    assert_eq!(report["findings"], serde_json::json!([]));
}

/// What a slot asks for is held against its limits before any of it is taken: memory, passes and lanes stand behind a checksum, which
/// anybody can make.
#[test]
fn a_hostile_key_slot_costs_neither_memory_nor_time() {
    const MOST_KIB: u64 = 48 << 10;
    let bench = Bench::new();
    bench.backup();
    let key = Key::Password("password".to_owned());
    let slots: Vec<_> = fs::read_dir(bench.path("repository/keys")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [slot] = &slots[..] else { panic!("{slots:?}") };
    let sound = fs::read(slot).unwrap();
    // Behind the header and the number of the derivation: memory, passes, lanes.
    for (at, value) in [(50, u32::MAX), (50, 2_097_153), (50, 0), (54, u32::MAX), (54, 17), (58, u32::MAX), (58, 0)] {
        let mut hostile = sound.clone();
        hostile[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let hashed = hostile.len() - 40;
        let hash = blake3::hash(&hostile[..hashed]);
        hostile[hashed..hashed + 32].copy_from_slice(hash.as_bytes());
        fs::remove_file(slot).unwrap();
        fs::write(slot, &hostile).unwrap();
        let (code, peak, printed) = bench.measured(&key, &["snapshots"]);
        assert!(code == 12 && printed.contains("keys/"), "{at} {value}: {code} {printed}");
        assert!(peak < MOST_KIB, "{at} {value}: {} MiB", peak >> 10);
    }
    fs::remove_file(slot).unwrap();
    fs::write(slot, &sound).unwrap();
    bench.bounded(&["snapshots"]);
}
