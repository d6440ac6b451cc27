//! A tree goes in and comes out the same; an unchanged one costs nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use liasse_archive::repo::store::{Faulty, Local, Memory, Operation, Store};
use liasse_archive::repo::{CheckOptions, Creation, Repository, Silent, Stop};
use liasse_archive::{BackupOptions, BackupReport, Overwrite, Patterns, RestoreOptions, RestoreReport, backup, list, restore};
use zeroize::Zeroizing;

/// Everything of a tree that matters, by path.
fn describe(root: &Path) -> BTreeMap<PathBuf, String> {
    fn visit(root: &Path, path: &Path, found: &mut BTreeMap<PathBuf, String>) {
        let meta = path.symlink_metadata().unwrap();
        let content = if meta.is_symlink() {
            fs::read_link(path).unwrap().display().to_string()
        } else if meta.is_file() {
            blake3::hash(&fs::read(path).unwrap()).to_string()
        } else {
            String::new()
        };
        let nlink = if meta.is_dir() { 0 } else { meta.nlink() };
        let text = format!(
            "{:o} {}:{} {}.{} {} {nlink} {content}",
            meta.mode(),
            meta.uid(),
            meta.gid(),
            meta.mtime(),
            meta.mtime_nsec(),
            if meta.is_dir() { 0 } else { meta.size() }
        );
        found.insert(path.strip_prefix(root).unwrap().to_owned(), text);
        if meta.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                visit(root, &entry.unwrap().path(), found);
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(root, root, &mut found);
    found
}

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

fn plant(root: &Path) {
    fs::create_dir_all(root.join("deep/er/still")).unwrap();
    fs::create_dir(root.join("empty")).unwrap();
    fs::write(root.join("nothing"), b"").unwrap();
    fs::write(root.join("small"), b"hello").unwrap();
    fs::write(root.join("large"), noise(1, 5_000_000)).unwrap();
    fs::write(root.join("deep/er/ledger"), [noise(2, 700_000), vec![0; 900_000], noise(3, 300_001)].concat()).unwrap();
    fs::hard_link(root.join("large"), root.join("deep/same as large")).unwrap();
    symlink("../small", root.join("deep/link")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    for n in 0..300 {
        fs::write(root.join(format!("deep/er/still/{n}")), format!("file {n}").repeat(n)).unwrap();
    }
    let sparse = fs::File::create(root.join("sparse")).unwrap();
    sparse.set_len(40_000_000).unwrap();
    sparse.write_all_at(b"in the middle", 20_000_000).unwrap();
    fs::set_permissions(root.join("small"), fs::Permissions::from_mode(0o4751)).unwrap();
    fs::set_permissions(root.join("empty"), fs::Permissions::from_mode(0o1700)).unwrap();
}

struct Bench {
    folder: tempfile::TempDir,
    repository: Repository,
}

impl Bench {
    fn new(store: Arc<dyn Store>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let creation = Creation::new(Zeroizing::new("password".to_owned()));
        let repository = Repository::create(store, &creation).unwrap().with_cache(&folder.path().join("cache"));
        fs::create_dir(folder.path().join("source")).unwrap();
        Self { folder, repository }
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    fn options(&self) -> BackupOptions {
        BackupOptions { sources: vec![self.source()], time: liasse_archive::repo::now(), ..BackupOptions::default() }
    }

    fn backup(&self) -> BackupReport {
        backup(&self.repository, &self.options(), &Silent, &Stop::new()).unwrap()
    }

    fn restore(&self, report: &BackupReport, change: impl FnOnce(&mut RestoreOptions)) -> (PathBuf, RestoreReport) {
        let target = self.folder.path().join("target");
        let mut options = RestoreOptions {
            path: self.source().as_os_str().as_encoded_bytes().to_vec(),
            target: target.clone(),
            ..RestoreOptions::default()
        };
        change(&mut options);
        let report = restore(&self.repository, report.snapshot.as_ref().unwrap(), &options, &Silent, &Stop::new()).unwrap();
        (target, report)
    }

    fn check_restore(&self, report: &BackupReport) {
        fs::remove_dir_all(self.folder.path().join("target")).ok();
        let (target, restored) = self.restore(report, |options| options.verify = true);
        assert_eq!((restored.shortfalls, restored.damaged), (vec![], vec![]));
        assert_eq!(describe(&target), describe(&self.source()));
    }
}

/// Times move on, so that they tell of changes.
fn settle() {
    std::thread::sleep(Duration::from_millis(250));
}

#[test]
fn a_tree_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::create(&folder.path().join("repository")).unwrap();
    let bench = Bench::new(Arc::new(local));
    plant(&bench.source());
    let first = bench.backup();
    assert_eq!((first.unread.len(), first.statistics.files, first.statistics.new), (0, 306, 306), "{:?}", first.unread);
    bench.check_restore(&first);
    let holes = bench.folder.path().join("target/sparse").metadata().unwrap().blocks();
    assert!(holes < 1_000, "{holes} blocks");

    settle();
    fs::write(bench.source().join("deep/er/still/7"), b"changed").unwrap();
    fs::remove_file(bench.source().join("small")).unwrap();
    fs::rename(bench.source().join("empty"), bench.source().join("moved")).unwrap();
    fs::write(bench.source().join("new"), noise(1, 5_000_000)).unwrap();
    let second = bench.backup();
    assert_eq!((second.statistics.new, second.statistics.changed), (1, 1));
    assert!(second.statistics.added < 50_000, "{} bytes added", second.statistics.added);
    bench.check_restore(&second);
    bench.check_restore(&first_again(&first, &bench));
}

/// The first snapshot describes a state that is gone: restore it and compare with what was planted.
fn first_again(first: &BackupReport, bench: &Bench) -> BackupReport {
    fs::remove_dir_all(bench.source()).unwrap();
    let target = bench.folder.path().join("first");
    let options = RestoreOptions {
        path: bench.source().as_os_str().as_encoded_bytes().to_vec(),
        target: target.clone(),
        ..RestoreOptions::default()
    };
    restore(&bench.repository, first.snapshot.as_ref().unwrap(), &options, &Silent, &Stop::new()).unwrap();
    assert_eq!(fs::read(target.join("small")).unwrap(), b"hello");
    fs::rename(target, bench.source()).unwrap();
    first.clone()
}

#[test]
fn an_unchanged_tree_costs_one_snapshot_and_no_reading() {
    let store = Arc::new(Faulty::new(Memory::new()));
    let bench = Bench::new(Arc::clone(&store) as Arc<dyn Store>);
    plant(&bench.source());
    settle();
    let first = bench.backup();
    for _ in 0..3 {
        store.reset();
        // What happens beside the source is of no concern.
        fs::write(bench.folder.path().join("beside"), noise(5, 10)).unwrap();
        fs::remove_file(bench.folder.path().join("beside")).unwrap();
        let again = bench.backup();
        let statistics = again.statistics;
        assert_eq!((statistics.new, statistics.changed, statistics.unchanged), (0, 0, 306));
        assert_eq!((statistics.added, statistics.stored), (0, 0));
        assert_eq!(statistics.size, first.statistics.size);
        // The intent, the snapshot, and the intent's end.
        assert_eq!((store.count(Operation::Put), store.count(Operation::Publish), store.count(Operation::Remove)), (2, 0, 1));
        assert_eq!(again.snapshot.unwrap().record.evidence, first.snapshot.as_ref().unwrap().record.evidence);
    }
    // A pack that is gone is not referred to: what it held is stored again.
    let pack = store.list(liasse_archive::repo::store::Area::Packs).unwrap().remove(0);
    store.remove(&liasse_archive::repo::store::Key::new(liasse_archive::repo::store::Area::Packs, &pack.name).unwrap()).unwrap();
    let healed = bench.backup();
    assert!(healed.statistics.added > 0);
    bench.check_restore(&healed);
}

#[test]
fn a_change_behind_the_same_size_and_time_is_found() {
    let bench = Bench::new(Arc::new(Memory::new()));
    let ledger = bench.source().join("ledger");
    fs::write(&ledger, b"one").unwrap();
    bench.backup();
    // At once: perhaps within one tick of the clock.
    let time = ledger.metadata().unwrap().modified().unwrap();
    for text in ["two", "six", "ten"] {
        fs::write(&ledger, text).unwrap();
        fs::File::options().write(true).open(&ledger).unwrap().set_modified(time).unwrap();
        let report = bench.backup();
        bench.check_restore(&report);
    }
}

#[test]
fn what_is_left_out_is_left_out() {
    let bench = Bench::new(Arc::new(Memory::new()));
    plant(&bench.source());
    fs::create_dir(bench.source().join("cache")).unwrap();
    fs::write(bench.source().join("cache/CACHEDIR.TAG"), b"Signature: 8a477f597d28d172789f06886806bc55\n").unwrap();
    fs::write(bench.source().join("cache/big"), noise(9, 1000)).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(bench.source().join("socket")).unwrap();
    let options = BackupOptions { exclude: Patterns::new(["still/", "large"]).unwrap(), exclude_caches: true, ..bench.options() };
    let report = backup(&bench.repository, &options, &Silent, &Stop::new()).unwrap();
    assert_eq!(report.left_out.len(), 1);
    let mut paths = Vec::new();
    list(&bench.repository, report.snapshot.as_ref().unwrap(), bench.source().as_os_str().as_encoded_bytes(), true, &mut |path, _| {
        paths.push(String::from_utf8_lossy(path).into_owned());
        Ok(())
    })
    .unwrap();
    let base = bench.source().display().to_string();
    let names: Vec<&str> = paths.iter().map(|path| path.strip_prefix(&base).unwrap()).collect();
    assert_eq!(
        names,
        [
            "/cache",
            "/cache/CACHEDIR.TAG",
            "/dangling",
            "/deep",
            "/deep/er",
            "/deep/er/ledger",
            "/deep/link",
            "/deep/same as large",
            "/empty",
            "/nothing",
            "/small",
            "/sparse"
        ]
    );
}

#[test]
fn a_restore_over_what_is_there_does_what_was_asked() {
    let bench = Bench::new(Arc::new(Memory::new()));
    plant(&bench.source());
    let report = bench.backup();
    let (target, _) = bench.restore(&report, |_| {});
    fs::write(target.join("deep/er/still/9"), b"mine").unwrap();
    fs::write(target.join("deep/extra"), b"mine").unwrap();
    let (_, never) = bench.restore(&report, |options| options.overwrite = Overwrite::Never);
    assert_eq!((never.files, fs::read(target.join("deep/er/still/9")).unwrap()), (0, b"mine".to_vec()));
    let (_, dry) = bench.restore(&report, |options| (options.dry_run, options.delete) = (true, true));
    assert_eq!((dry.deleted, target.join("deep/extra").exists()), (1, true));
    let (_, changed) = bench.restore(&report, |options| options.delete = true);
    assert_eq!((changed.deleted, target.join("deep/extra").exists()), (1, false));
    assert_eq!(describe(&target), describe(&bench.source()));
    let (_, some) = bench.restore(&report, |options| {
        options.target = bench.folder.path().join("some");
        options.include = Patterns::new(["er/still/1*"]).unwrap();
        options.exclude = Patterns::new(["12"]).unwrap();
    });
    assert_eq!(some.files, 0, "a pattern with a slash in it is held against whole paths");
    let (some_target, some) = bench.restore(&report, |options| {
        options.target = bench.folder.path().join("some");
        options.include = Patterns::new(["**/er/still/1*"]).unwrap();
        options.exclude = Patterns::new(["12"]).unwrap();
    });
    assert_eq!(some.files, 110);
    assert!(some_target.join("deep/er/still/13").exists() || bench.folder.path().join("some/deep/er/still/13").exists());
    assert!(!bench.folder.path().join("some/large").exists());
}

/// `/proc` is mounted on every system that this runs on.
#[test]
fn what_is_mounted_directly_below_the_root_is_another_file_system() {
    let bench = Bench::new(Arc::new(Memory::new()));
    let files = |one_file_system| {
        let exclude = Patterns::new(["/*", "!/proc", "/proc/*", "!/proc/version"]).unwrap();
        let options = BackupOptions { sources: vec!["/".into()], exclude, one_file_system, ..bench.options() };
        let statistics = backup(&bench.repository, &options, &Silent, &Stop::new()).unwrap().statistics;
        (statistics.directories, statistics.files)
    };
    assert_eq!(files(false), (1, 1));
    assert_eq!(files(true), (1, 0));
}

/// Changes a file when the walk has read `a` and comes to `m`, long before `z`.
struct ChangeAt<'a> {
    path: &'a Path,
    done: std::sync::atomic::AtomicBool,
}

impl liasse_archive::repo::Progress for ChangeAt<'_> {
    fn at(&self, path: &[u8]) {
        if path.ends_with(b"/m") && !self.done.swap(true, std::sync::atomic::Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(300));
            fs::write(self.path, b"new!").unwrap();
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

/// A file with two names that changes after it was read under the first: the second must not be taken for current ever after.
#[test]
fn the_second_name_of_a_file_is_never_older_than_the_catalogue_says() {
    let bench = Bench::new(Arc::new(Memory::new()));
    let a = bench.source().join("a");
    fs::write(&a, b"old.").unwrap();
    fs::write(bench.source().join("m"), b"in between").unwrap();
    fs::hard_link(&a, bench.source().join("z")).unwrap();
    settle();
    let changing = ChangeAt { path: &a, done: false.into() };
    let first = backup(&bench.repository, &bench.options(), &changing, &Stop::new()).unwrap();
    assert_eq!(first.unread.len(), 1, "{:?}", first.unread);
    let second = bench.backup();
    assert_eq!(second.unread, []);
    bench.check_restore(&second);
}

/// A folder that did not change holds one name of a file, one that did holds the other, and the file changes between.
#[test]
fn the_names_of_a_file_never_part_between_folders() {
    let bench = Bench::new(Arc::new(Memory::new()));
    let source = bench.source();
    for folder in ["a", "z"] {
        fs::create_dir(source.join(folder)).unwrap();
    }
    let first = source.join("a/first");
    fs::write(&first, b"old.").unwrap();
    fs::write(source.join("m"), b"in between").unwrap();
    fs::hard_link(&first, source.join("z/second")).unwrap();
    settle();
    bench.backup();
    fs::write(source.join("m"), b"changed").unwrap();
    fs::write(source.join("z/new"), b"new").unwrap();
    let changing = ChangeAt { path: &first, done: false.into() };
    let torn = backup(&bench.repository, &bench.options(), &changing, &Stop::new()).unwrap();
    let check = bench.repository.check(&CheckOptions::ALL_DATA, &Silent, &Stop::new()).unwrap();
    assert!(check.findings.is_empty(), "{:?}", check.findings);
    assert_eq!(torn.unread.len(), 1, "{:?}", torn.unread);
    let after = bench.backup();
    assert_eq!(after.unread, []);
    bench.check_restore(&after);
}

/// Folders that changed are looked into, those beside them are taken over whole: what comes out is the same either way.
#[test]
fn subtrees_that_did_not_change_are_taken_over_as_they_are() {
    let bench = Bench::new(Arc::new(Memory::new()));
    for a in 0..6 {
        for b in 0..6 {
            let folder = bench.source().join(format!("{a}/{b}/deep/er"));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("file"), format!("{a} {b}")).unwrap();
            fs::write(bench.source().join(format!("{a}/{b}/file")), noise(a * 6 + b, 3000)).unwrap();
            symlink("file", bench.source().join(format!("{a}/{b}/link"))).unwrap();
        }
    }
    settle();
    let first = bench.backup();
    let edits: [&dyn Fn(&Path); 6] = [
        &|root| fs::write(root.join("3/4/deep/er/file"), b"changed").unwrap(),
        &|root| fs::remove_file(root.join("0/0/deep/er/file")).unwrap(),
        &|root| fs::write(root.join("5/5/deep/er/new"), b"new").unwrap(),
        &|root| fs::rename(root.join("2"), root.join("7")).unwrap(),
        &|root| fs::set_permissions(root.join("1/1/deep"), fs::Permissions::from_mode(0o700)).unwrap(),
        &|root| fs::remove_dir_all(root.join("4/2")).unwrap(),
    ];
    for edit in edits {
        settle();
        edit(&bench.source());
        settle();
        let report = bench.backup();
        // Evidence is the same as that of a run that knows nothing of the last one.
        let force = BackupOptions { force: true, ..bench.options() };
        let forced = backup(&bench.repository, &force, &Silent, &Stop::new()).unwrap();
        let evidence = |report: &BackupReport| report.snapshot.as_ref().unwrap().record.evidence;
        assert_eq!(evidence(&report), evidence(&forced));
        bench.check_restore(&report);
        let (counted, all) = (report.statistics, forced.statistics);
        assert_eq!((counted.files, counted.directories, counted.others, counted.size), (all.files, all.directories, all.others, all.size));
    }
    drop(first);
}

/// What was stored is left out once patterns say so, and taken in again once they do not.
#[test]
fn patterns_hold_for_folders_that_did_not_change() {
    let bench = Bench::new(Arc::new(Memory::new()));
    fs::create_dir(bench.source().join("folder")).unwrap();
    fs::write(bench.source().join("folder/keep"), b"1").unwrap();
    fs::write(bench.source().join("folder/drop"), b"2").unwrap();
    settle();
    let files = |exclude: &[&str]| {
        let options = BackupOptions { exclude: Patterns::new(exclude.iter().copied()).unwrap(), ..bench.options() };
        backup(&bench.repository, &options, &Silent, &Stop::new()).unwrap().statistics.files
    };
    assert_eq!([files(&[]), files(&["drop"]), files(&["drop"]), files(&[]), files(&[])], [2, 1, 1, 2, 2]);
}
