//! Pitfall 24: a restore that ends well has restored everything. Each object of a repository is taken away in turn, and then each is
//! emptied; with a cache that knows the repository as it was, and without one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/disk.rs"]
mod disk;
#[path = "support/planted.rs"]
mod planted;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{Key, is_root, liasse, restore, succeed};
use serde_json::Value;

struct Bench {
    folder: tempfile::TempDir,
    key: Key,
    /// Ids of snapshots, and what is in them.
    snapshots: Vec<(String, Vec<Value>)>,
}

impl Bench {
    /// A repository with two snapshots, that share some of their content.
    fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut bench = Self { folder, key: Key::Password("password".to_owned()), snapshots: Vec::new() };
        let source = bench.path("source");
        fs::create_dir_all(source.join("folder")).unwrap();
        for n in 0..8 {
            fs::write(source.join(format!("folder/{n}")), planted::noise(n, 300_000)).unwrap();
        }
        bench.backup();
        fs::write(source.join("folder/3"), b"changed").unwrap();
        fs::write(source.join("new"), planted::noise(9, 100_000)).unwrap();
        bench.backup();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn backup(&mut self) {
        let (repository, source) = (self.path("repository"), self.path("source"));
        let report = succeed(&repository, &self.key, ["backup", "--init", source.to_str().unwrap()]);
        let id = report["snapshot"].as_str().unwrap().to_owned();
        let target = tempfile::tempdir_in(self.folder.path()).unwrap();
        restore(&repository, &self.key, &id, target.path());
        self.snapshots.push((id, disk::of_folder(target.path(), is_root())));
    }

    /// Every file of the repository.
    fn objects(&self) -> Vec<PathBuf> {
        let (mut found, mut folders) = (Vec::new(), vec![self.path("repository")]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }

    /// Whether a restore ends well; demands that it is whole then.
    fn restores(&self, repository: &Path, cache: &[&str], snapshot: usize, what: &Path) -> bool {
        let (id, wanted) = &self.snapshots[snapshot];
        let target = tempfile::tempdir_in(self.folder.path()).unwrap();
        let mut command = liasse(repository, &self.key);
        command.args(cache).arg("restore").arg(id).arg("--target").arg(target.path());
        let output = command.output().unwrap();
        let code = output.status.code().unwrap_or(-1);
        let complete = disk::of_folder(target.path(), is_root()) == *wanted;
        assert!(complete || [1, 10, 11, 12].contains(&code), "without {} the restore ends with {code}", what.display());
        assert!(complete || !output.stderr.is_empty() || !output.stdout.is_empty(), "nothing is said about {}", what.display());
        code == 0
    }

    /// Harms each object in turn; how many restores ended well and how many did not.
    fn harm_each(&self, harm: fn(&Path), cache: &[&str]) -> (usize, usize) {
        let (mut good, mut bad) = (0, 0);
        for object in self.objects() {
            let whole = fs::read(&object).unwrap();
            harm(&object);
            for snapshot in 0..self.snapshots.len() {
                let ended = self.restores(&self.path("repository"), cache, snapshot, &object);
                *(if ended { &mut good } else { &mut bad }) += 1;
            }
            drop(fs::remove_file(&object));
            fs::write(&object, whole).unwrap();
        }
        for snapshot in 0..self.snapshots.len() {
            assert!(self.restores(&self.path("repository"), cache, snapshot, Path::new("harm")));
        }
        (good, bad)
    }
}

/// Harmed: at least the config, the only key, the first data and tree pack, and the snapshot itself, for each of two snapshots.
fn enough((good, bad): (usize, usize)) {
    assert!(bad >= 10, "only {bad} restores failed");
    assert!(good >= 4, "only {good} restores could do without an object");
}

#[test]
fn pitfall_24_no_restore_succeeds_with_files_missing() {
    let bench = Bench::new();
    enough(bench.harm_each(|object| fs::remove_file(object).unwrap(), &["--no-cache"]));
}

#[test]
fn pitfall_24_nor_with_a_cache_that_knows_better() {
    let bench = Bench::new();
    let cache = bench.path("cache");
    let cache = ["--cache-dir", cache.to_str().unwrap()];
    assert!(bench.restores(&bench.path("repository"), &cache, 1, Path::new("nothing")));
    enough(bench.harm_each(|object| fs::remove_file(object).unwrap(), &cache));
    enough(bench.harm_each(|object| fs::write(object, b"").unwrap(), &cache));
}
