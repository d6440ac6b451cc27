//! A folder that is backed up day after day, with a key that cannot read, and restored by its owner.
#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use liasse_archive::repo::format::keys::Role;
use liasse_archive::repo::store::{Faulty, Memory};
use liasse_archive::repo::{CheckOptions, Creation, Handover, Repository, Silent, Snapshot, Stop, Unlock};
use liasse_archive::{BackupOptions, BackupReport, RestoreOptions, backup, restore};
use zeroize::Zeroizing;

/// A stream of numbers from a seed (`SplitMix64`).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length.div_ceil(8)).flat_map(|_| self.next().to_le_bytes()).take(length).collect()
    }
}

/// The folder, and its repository as two of its holders see it.
pub struct Bench {
    pub folder: tempfile::TempDir,
    pub owner: Repository,
    pub writer: Repository,
    pub store: Faulty<Memory>,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Faulty::new(Memory::new());
        let creation = Creation::new(Zeroizing::new("password".to_owned()));
        let mut owner = Repository::create(Arc::new(store.clone()), &creation).unwrap();
        let credential = owner.add_key(Role::Writer, "till", &Handover::Credential).unwrap().credential.unwrap();
        let writer =
            Repository::open(Arc::new(store.clone()), &Unlock::Credential(credential)).unwrap().with_cache(&folder.path().join("cache"));
        fs::create_dir(folder.path().join("source")).unwrap();
        Self { folder, owner, writer, store }
    }

    /// From now on it is backed up with a key that reads.
    pub fn use_owner(&mut self) {
        let unlock = Unlock::Password(Zeroizing::new("password".to_owned()));
        self.writer = Repository::open(Arc::new(self.store.clone()), &unlock).unwrap().with_cache(&self.folder.path().join("cache"));
    }

    pub fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    /// Backs up with a key that cannot read, as the nightly run does.
    pub fn backup(&self) -> BackupReport {
        let options = BackupOptions { sources: vec![self.source()], time: liasse_archive::repo::now(), ..BackupOptions::default() };
        backup(&self.writer, &options, &Silent, &Stop::new()).unwrap()
    }

    pub fn restore(&self, snapshot: &Snapshot) -> PathBuf {
        let target = self.folder.path().join("target");
        fs::remove_dir_all(&target).ok();
        let options = RestoreOptions {
            path: self.source().as_os_str().as_encoded_bytes().to_vec(),
            target: target.clone(),
            verify: true,
            ..RestoreOptions::default()
        };
        let report = restore(&self.owner, snapshot, &options, &Silent, &Stop::new()).unwrap();
        assert_eq!((report.damaged, report.shortfalls), (vec![], vec![]));
        target
    }

    pub fn check(&self) {
        let report = self.owner.check(&CheckOptions::ALL_DATA, &Silent, &Stop::new()).unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}

/// Moves a file's time on, so that a change within one tick of the clock still shows; the catalogue trusts `ctime` anyway.
pub fn touch(path: &Path, day: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + day * 86_400);
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}
