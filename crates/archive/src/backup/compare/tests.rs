#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use liasse_repo::store::Memory;
use liasse_repo::{Creation, Repository, Silent, Stop};
use zeroize::Zeroizing;

use super::*;
use crate::backup::{BackupOptions, Leaves, backup};
use crate::catalogue;
use crate::patterns::Patterns;
use crate::source::{Owners, asked};
use crate::stream::Cutters;

struct Bench {
    folder: tempfile::TempDir,
    repository: Repository,
}

/// What is found of all folders, in the order of the catalogue.
type Verdicts = Vec<(String, bool)>;

impl Bench {
    /// Backs up a source that `plant` makes, so that there is a catalogue of it.
    fn new(plant: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let creation = Creation::new(Zeroizing::new("password".to_owned()));
        let repository = Repository::create(Arc::new(Memory::new()), &creation).unwrap().with_cache(&folder.path().join("cache"));
        let bench = Self { folder, repository };
        fs::create_dir(bench.source()).unwrap();
        plant(&bench.source());
        // Times must tell of any later change.
        std::thread::sleep(Duration::from_millis(250));
        backup(&bench.repository, &bench.options(), &Silent, &Stop::new()).unwrap();
        bench
    }

    fn source(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("source")
    }

    fn options(&self) -> BackupOptions {
        BackupOptions { sources: vec![self.source()], time: liasse_repo::now(), ..BackupOptions::default() }
    }

    /// Compares the source with the catalogue, on so many threads besides this one.
    fn compare(&self, options: &BackupOptions, threads: usize, stop: &Stop) -> Result<Verdicts> {
        let session = self.repository.begin_dry(liasse_repo::Whoami::default()).unwrap();
        let name = catalogue::file_names(&[self.source().into_os_string().into_encoded_bytes()]).0;
        let old = Catalogue::open(&self.repository.cache().unwrap().join(name)).unwrap();
        let (cutters, owners) = (Cutters::new(&self.repository).unwrap(), Owners::default());
        let run = Run {
            session: &session,
            options,
            dossiers: None,
            cutters: &cutters,
            owners: &owners,
            leaves: Leaves { old: None, new: None },
            read_back: None,
            catalogue_holds: true,
            compares_whole: true,
            today: crate::backup::today(),
            progress: &Silent,
            stop,
        };
        let comparison = Comparison::new(&run, &old);
        std::thread::scope(|scope| {
            let comparison = comparison.on_threads(scope, threads);
            let mut record = old.root().unwrap();
            for step in self.source().iter().skip(1) {
                let row = record.find(step.as_encoded_bytes()).unwrap();
                record = record.child(&row).unwrap();
            }
            let directory = Directory::open(&self.source()).unwrap();
            comparison.begin(&record, &directory, Within::default());
            let mut found = Vec::new();
            ask(&comparison, record, "", &mut found)?;
            Ok(found)
        })
    }
}

/// Asks as the walk does: what is below a directory only if it differs.
fn ask<'c>(comparison: &Comparison<'_, 'c>, mut record: Record<'c>, path: &str, found: &mut Verdicts) -> Result<()> {
    let same = comparison.is_same(&record)?;
    found.push((path.to_owned(), same));
    while let Some(row) = record.next_row().filter(|_| !same) {
        if let Some(child) = record.child(&row) {
            ask(comparison, child, &format!("{path}/{}", String::from_utf8_lossy(row.name)), found)?;
        }
    }
    Ok(())
}

fn plant(root: &Path) {
    for a in 0..20 {
        for b in 0..6 {
            let folder = root.join(format!("{a:02}/{b}"));
            fs::create_dir_all(folder.join("deep")).unwrap();
            fs::write(folder.join("file"), format!("{a} {b}")).unwrap();
            fs::write(folder.join("deep/file"), "deep").unwrap();
        }
    }
}

fn differing(found: &Verdicts) -> Vec<&str> {
    found.iter().filter(|(_, same)| !same).map(|(path, _)| path.as_str()).collect()
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let bench = Bench::new(plant);
    let compare = |threads| bench.compare(&bench.options(), threads, &Stop::new()).unwrap();
    assert_eq!(compare(0), [(String::new(), true)]);
    assert_eq!(compare(8), [(String::new(), true)]);
    let source = bench.source();
    fs::write(source.join("03/4/deep/file"), "changed").unwrap();
    fs::write(source.join("07/new"), "").unwrap();
    fs::remove_file(source.join("11/0/file")).unwrap();
    fs::remove_dir_all(source.join("15/2")).unwrap();
    fs::rename(source.join("19/5/file"), source.join("19/5/a file")).unwrap();
    let expected = ["", "/03", "/03/4", "/03/4/deep", "/07", "/11", "/11/0", "/15", "/15/2", "/15/2/deep", "/19", "/19/5"];
    let alone = compare(0);
    // What is gone is never asked for by a walk: it is in no listing.
    let asked = |found: &Verdicts| found.iter().filter(|(path, _)| !path.starts_with("/15/2")).cloned().collect::<Vec<_>>();
    assert_eq!(differing(&asked(&alone)), expected.into_iter().filter(|path| !path.starts_with("/15/2")).collect::<Vec<_>>());
    for threads in [1, 2, 8] {
        assert_eq!(asked(&compare(threads)), asked(&alone), "{threads} threads");
    }
}

#[test]
fn more_subdirectories_than_may_wait_are_all_compared() {
    let count = 2 * MOST_WAITING + 3;
    let bench = Bench::new(|root| (0..count).for_each(|n| fs::create_dir(root.join(format!("{n:05}"))).unwrap()));
    for threads in [0, 4] {
        assert_eq!(bench.compare(&bench.options(), threads, &Stop::new()).unwrap(), [(String::new(), true)]);
    }
    let last = format!("{:05}", count - 1);
    fs::write(bench.source().join(&last).join("new"), "").unwrap();
    for threads in [0, 4] {
        let found = bench.compare(&bench.options(), threads, &Stop::new()).unwrap();
        assert_eq!(found.len(), count + 1);
        assert_eq!(differing(&found), ["", &format!("/{last}")]);
    }
}

#[test]
fn what_is_left_out_or_cannot_be_seen_differs() {
    let bench = Bench::new(plant);
    let options = BackupOptions { exclude: Patterns::new(["/**/09/1/deep"]).unwrap(), ..bench.options() };
    let found = bench.compare(&options, 4, &Stop::new()).unwrap();
    assert!(["", "/09", "/09/1"].iter().all(|path| differing(&found).contains(path)), "{:?}", differing(&found));
    assert!(found.contains(&("/10".to_owned(), true)));
}

#[test]
fn a_wish_to_stop_ends_it() {
    let bench = Bench::new(plant);
    let stop = Stop::new();
    stop.stop();
    for threads in [0, 4] {
        assert!(bench.compare(&bench.options(), threads, &stop).is_err());
    }
}

#[test]
fn what_has_not_moved_is_neither_opened_nor_asked_for_attributes() {
    let bench = Bench::new(plant);
    let source = bench.source();
    let backup = || backup(&bench.repository, &bench.options(), &Silent, &Stop::new()).unwrap();
    assert_eq!(asked::take_below(&source).len(), 20 * 6 * 4 + 20 + 1);
    backup();
    assert_eq!(asked::take_below(&source), Vec::<String>::new());
    // Neither when a directory beside or above it has moved.
    fs::write(source.join("03/4/deep/file"), "changed").unwrap();
    fs::write(source.join("07/new"), "").unwrap();
    backup();
    assert_eq!(asked::take_below(&source), ["/03/4/deep/file", "/07", "/07/new"]);
}
