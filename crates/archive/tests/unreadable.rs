//! Restores from a repository of which a part is gone, damaged or not given by its storage: what needs that part is named, and all the rest
//! is restored. A repository that is gone as a whole ends the restore.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_for_each)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use liasse_archive::repo::format::ids::SessionId;
use liasse_archive::repo::store::{Area, ErrorKind, Fault, Faulty, Key, Memory, Operation, Trigger};
use liasse_archive::repo::{CheckOptions, Creation, Repository, Silent, Snapshot, Stop, Unlock};
use liasse_archive::{BackupOptions, Error, RestoreOptions, RestoreReport, backup, restore};
use zeroize::Zeroizing;

const PASSWORD: &str = "password";

/// Four snapshots of a ledger that changes in place, beside a file that does not and one that comes on the third day.
struct History {
    folder: tempfile::TempDir,
    store: Memory,
    snapshots: Vec<Snapshot>,
    /// What each snapshot holds: names and bytes.
    files: Vec<BTreeMap<&'static str, Vec<u8>>>,
}

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

fn history() -> &'static History {
    static HISTORY: OnceLock<History> = OnceLock::new();
    HISTORY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let store = Memory::new();
        let creation = Creation::new(Zeroizing::new(PASSWORD.to_owned()));
        let repository = Repository::create(Arc::new(store.clone()), &creation).unwrap().with_cache(&folder.path().join("cache"));
        let source = folder.path().join("source");
        fs::create_dir(&source).unwrap();
        let mut history = History { folder, store, snapshots: Vec::new(), files: Vec::new() };
        let mut files = BTreeMap::from([("ledger", noise(1, 600_000)), ("other", noise(2, 50_000))]);
        for day in 0..4_u64 {
            let ledger = files.get_mut("ledger").unwrap();
            ledger[usize::try_from(day).unwrap() * 100_000 + 77] ^= 1;
            if day == 2 {
                files.insert("new", noise(3, 50_000));
            }
            for (name, bytes) in &files {
                let path = source.join(name);
                if fs::read(&path).ok().as_ref() != Some(bytes) {
                    fs::write(&path, bytes).unwrap();
                    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + day * 86_400);
                    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
                }
            }
            let options = BackupOptions { sources: vec![source.clone()], time: liasse_archive::repo::now(), ..BackupOptions::default() };
            let report = backup(&repository, &options, &Silent, &Stop::new()).unwrap();
            // The second day pays for whole chunks: nobody knew their leaves.
            assert!(day != 3 || report.statistics.added < 4_096, "origins are what this is about: {} bytes", report.statistics.added);
            history.snapshots.push(report.snapshot.unwrap());
            history.files.push(files.clone());
        }
        history
    })
}

impl History {
    fn copy(&self) -> Faulty<Memory> {
        let copy = Memory::new();
        self.store.objects().into_iter().for_each(|(key, bytes)| copy.replace(key, bytes));
        Faulty::new(copy)
    }

    /// The data pack that the backup of a day wrote.
    fn pack(&self, day: usize) -> Key {
        let session: SessionId = self.snapshots[day].id;
        let is_it = |bytes: &[u8]| bytes[32..48] == session.0 && bytes[8] == 4;
        self.store.objects().into_iter().find(|(key, bytes)| key.area() == Area::Packs && is_it(bytes)).unwrap().0
    }

    fn open(store: &Faulty<Memory>) -> Repository {
        Repository::open(Arc::new(store.clone()), &Unlock::Password(Zeroizing::new(PASSWORD.to_owned()))).unwrap()
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    fn restore(&self, repository: &Repository, day: usize, target: &Path) -> Result<RestoreReport, Error> {
        let path = self.source().as_os_str().as_encoded_bytes().to_vec();
        let options = RestoreOptions { path, target: target.to_owned(), ..RestoreOptions::default() };
        restore(repository, &self.snapshots[day], &options, &Silent, &Stop::new())
    }

    /// Restores a day; what is not named as lost must be there, byte for byte. Gives the names of what is lost, and why.
    fn lost(&self, repository: &Repository, day: usize) -> BTreeMap<String, String> {
        let target = tempfile::tempdir().unwrap();
        let report = self.restore(repository, day, target.path()).unwrap();
        assert!(report.damaged.iter().all(|lost| lost.damage), "{:?}", report.damaged);
        let name = |path: &[u8]| Path::new(std::str::from_utf8(path).unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
        let lost: BTreeMap<String, String> = report.damaged.iter().map(|lost| (name(&lost.path), lost.cause.clone())).collect();
        let there: BTreeSet<String> =
            fs::read_dir(target.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        for (name, bytes) in &self.files[day] {
            assert_eq!(lost.contains_key(*name), !there.contains(*name), "{name}: {lost:?}, {there:?}");
            assert!(lost.contains_key(*name) || fs::read(target.path().join(name)).unwrap() == *bytes, "{name}");
        }
        assert_eq!(there.len() + lost.len(), self.files[day].len(), "nothing half written stays: {there:?}");
        lost
    }
}

/// What needs the data pack of a day: day and name.
fn needing(pack: usize) -> &'static [(usize, &'static str)] {
    match pack {
        0 => &[(0, "ledger"), (0, "other"), (1, "ledger"), (1, "other"), (2, "ledger"), (2, "other"), (3, "ledger"), (3, "other")],
        1 => &[(1, "ledger"), (2, "ledger"), (3, "ledger")],
        2 => &[(2, "ledger"), (2, "new"), (3, "ledger"), (3, "new")],
        _ => &[(3, "ledger")],
    }
}

#[test]
fn what_needs_a_lost_or_damaged_pack_is_named_and_the_rest_is_restored() {
    let history = history();
    let whole = history.copy();
    let sound = History::open(&whole);
    (0..4).for_each(|day| assert_eq!(history.lost(&sound, day), BTreeMap::new()));
    for pack in 0..4 {
        let place = history.pack(pack);
        for how in ["gone", "rotten", "unreadable"] {
            let store = history.copy();
            let repository = History::open(&store);
            match how {
                "gone" => assert!(store.inner().delete(&place)),
                "rotten" => {
                    let mut bytes = store.inner().objects()[&place].to_vec();
                    // In its sealed key: nothing in it opens.
                    bytes[100] ^= 1;
                    store.inner().replace(place.clone(), bytes);
                }
                _ => store.spoil(place.clone()),
            }
            for day in 0..4 {
                let lost = history.lost(&repository, day);
                let expected: BTreeSet<&str> = needing(pack).iter().filter(|(of, _)| *of == day).map(|(_, name)| *name).collect();
                assert_eq!(lost.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected, "pack {pack} {how}, day {day}: {lost:?}");
                let told =
                    |cause: &String| how != "unreadable" || *cause == format!("cannot read {place}: the repository's storage failed");
                assert!(lost.values().all(told), "{lost:?}");
            }
            // And the check names the same.
            let report = repository.check(&CheckOptions::ALL_DATA, &Silent, &Stop::new()).unwrap();
            let number = |id| history.snapshots.iter().position(|snapshot| snapshot.id == id).unwrap();
            let named: BTreeSet<(usize, String)> = report
                .findings
                .iter()
                .flat_map(|finding| &finding.affected)
                .map(|place| {
                    (number(place.snapshot), String::from_utf8(place.path.clone()).unwrap().rsplit('/').next().unwrap().to_owned())
                })
                .collect();
            let expected: BTreeSet<(usize, String)> = needing(pack).iter().map(|(day, name)| (*day, (*name).to_owned())).collect();
            assert_eq!(named, expected, "pack {pack} {how}");
        }
    }
}

/// Wherever a read fails once, the restore goes on: it names what it could not give.
#[test]
fn a_read_that_fails_once_ends_no_restore() {
    let history = history();
    let store = history.copy();
    let repository = History::open(&store);
    store.reset();
    history.lost(&repository, 3);
    let reads = store.count(Operation::ReadAt);
    assert!(reads > 8);
    let mut healed = 0;
    for n in 1..=reads {
        store.reset();
        let target = tempfile::tempdir().unwrap();
        store.arm(Fault { trigger: Trigger::Nth(Operation::ReadAt, n), kind: ErrorKind::Io, applied: false });
        match history.restore(&repository, 3, target.path()) {
            Ok(report) => {
                healed += usize::from(report.damaged.is_empty());
                assert_eq!(report.files + report.damaged.len() as u64, 3, "read {n}: {report:?}");
            }
            // The way to the folder that was asked for could not be read.
            Err(Error::Repo(error)) => assert!(fs::read_dir(target.path()).unwrap().next().is_none(), "read {n}: {error}"),
            Err(error) => panic!("read {n}: {error}"),
        }
    }
    assert!(healed > 0, "pieces are asked for twice");
}

#[test]
fn a_repository_that_is_gone_ends_the_restore() {
    let history = history();
    for (operation, kind) in [(Operation::List, ErrorKind::NotARepository), (Operation::Get, ErrorKind::Io)] {
        let store = history.copy();
        let repository = History::open(&store);
        let target = tempfile::tempdir().unwrap();
        // The index is loaded first; then, as the medium goes, nothing is given any more.
        store.reset();
        drop(repository.reader().unwrap());
        let first = store.count(operation) + 1;
        store.reset();
        store.spoil(history.pack(0));
        (first..first + 20).for_each(|n| store.arm(Fault { trigger: Trigger::Nth(operation, n), kind, applied: false }));
        match history.restore(&repository, 3, target.path()) {
            Err(Error::Repo(liasse_archive::repo::Error::Store(error))) => assert_eq!(error.kind(), kind),
            other => panic!("{operation:?}: {other:?}"),
        }
    }
}
