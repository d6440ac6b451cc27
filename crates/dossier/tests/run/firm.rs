//! A firm of dossiers to run over, and how its runs are read.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use liasse_dossier::archive::repo::store::{Faulty, Memory};
use liasse_dossier::archive::repo::{CheckOptions, Creation, Repository, Silent, Stop, Unlock, Whoami};
use liasse_dossier::archive::{Patterns, RestoreOptions, restore};
use liasse_dossier::config::{Loaded, Sources, load};
use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::{DossierReport, Outcome, Report};
use liasse_dossier::run::{RunError, Wanted, World, run};

const PASSWORD: &str = "password";

/// A firm: a folder of dossiers, its settings, its repository.
pub(crate) struct Firm {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) repository: Repository,
    pub(crate) store: Faulty<Memory>,
    pub(crate) texts: Texts,
}

impl Firm {
    pub(crate) fn new(codes: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Faulty::new(Memory::new());
        let creation = Creation::new(PASSWORD.to_owned().into());
        Repository::create(Arc::new(store.clone()), &creation).unwrap();
        let unlock = Unlock::Password(PASSWORD.to_owned().into());
        let repository = Repository::open(Arc::new(store.clone()), &unlock).unwrap().with_cache(&folder.path().join("cache"));
        let firm = Self { folder, repository, store, texts: Texts::new(Lang::English) };
        for code in codes {
            firm.open_dossier(code);
        }
        firm
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("dossiers")
    }

    pub(crate) fn open_dossier(&self, code: &str) {
        let dossier = self.root().join(code);
        fs::create_dir_all(dossier.join("photos")).unwrap();
        let ledger: Vec<u8> =
            code.bytes().cycle().zip(0_u32..).flat_map(|(byte, n)| (n * u32::from(byte)).to_le_bytes()).take(1_500_000).collect();
        fs::write(dossier.join("ledger.db"), ledger).unwrap();
        fs::write(dossier.join("journal.log"), "one\ntwo\n").unwrap();
        fs::write(dossier.join("2023.sig"), "signed").unwrap();
        fs::write(dossier.join("photos/1"), "photo").unwrap();
    }

    pub(crate) fn settings(&self, more: &str) -> Loaded {
        let file = self.folder.path().join("config.toml");
        let rule = format!("[[rule]]\nname = 'firm'\nroot = '{}'\n", self.root().display());
        fs::write(&file, format!("{rule}{more}")).unwrap();
        let loaded = load(&Sources { only: Some(file), ..Sources::default() });
        assert!(loaded.mistakes.iter().all(|mistake| !mistake.is_fatal()), "{:?}", loaded.mistakes);
        loaded
    }

    pub(crate) fn try_run(&self, more: &str, wanted: &Wanted) -> Result<Report, RunError> {
        let loaded = self.settings(more);
        let world = World {
            repository: &self.repository,
            config: &loaded.config,
            texts: &self.texts,
            whoami: Whoami { host: "till".to_owned(), ..Whoami::default() },
            own: Patterns::default(),
            place: Some(self.folder.path().to_owned()),
            memory: Some(self.folder.path().join("memory")),
            progress: &Silent,
            stop: &Stop::new(),
        };
        run(&world, wanted)
    }

    pub(crate) fn run(&self, more: &str) -> Report {
        settle();
        self.try_run(more, &Wanted::default()).unwrap()
    }

    /// What the newest snapshot has of a file of a dossier.
    pub(crate) fn stored(&self, file: &str) -> Option<Vec<u8>> {
        let snapshots = self.repository.snapshots().unwrap();
        let target = self.folder.path().join("target");
        fs::remove_dir_all(&target).ok();
        let path = self.root().canonicalize().unwrap_or_else(|_| self.root());
        let options =
            RestoreOptions { path: path.into_os_string().into_encoded_bytes(), target: target.clone(), ..RestoreOptions::default() };
        restore(&self.repository, snapshots.good.last().unwrap(), &options, &Silent, &Stop::new()).unwrap();
        fs::read(target.join(file)).ok()
    }

    /// What the newest snapshot remarks on a dossier.
    pub(crate) fn cause(&self, code: &str) -> String {
        let snapshots = self.repository.snapshots().unwrap().good;
        let line = snapshots.last().unwrap().record.dossiers.iter().find(|line| line.code == code);
        line.unwrap().cause.clone()
    }

    pub(crate) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.root().join(file), bytes).unwrap();
    }

    pub(crate) fn check(&self) {
        let report = self.repository.check(&CheckOptions::ALL_DATA, &Silent, &Stop::new()).unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}

/// So long that times of files that were written before are believed.
pub(crate) fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(150));
}

pub(crate) fn outcomes(report: &Report) -> Vec<(&str, Outcome)> {
    report.dossiers.iter().map(|dossier| (dossier.code.as_str(), dossier.outcome)).collect()
}

pub(crate) fn of<'a>(report: &'a Report, code: &str) -> &'a DossierReport {
    report.dossiers.iter().find(|dossier| dossier.code.as_str() == code).unwrap()
}

/// Bytes that look encrypted: others for each length.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = length as u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}
