//! Who decides about dossiers in tests: as a test wants it, and with a memory of all that was told.
#![allow(unreachable_pub)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use liasse_archive::repo::format::snapshot::Outcome;
use liasse_archive::{Fate, FileSeen, Found, Judge, Refusal, Skip};

/// What is told of a file: dossier, path, bytes before and now, whether it is noise, and from its beginning.
pub type Told = (usize, String, Option<u64>, u64, bool, bool);

pub type Prepare = Box<dyn Fn(usize) -> Result<bool, Refusal> + Sync>;

/// Decides as a test wants it, and remembers what it was told.
#[derive(Default)]
pub struct Notes {
    pub refused: BTreeSet<usize>,
    pub refused_after: BTreeSet<usize>,
    pub excluded: Vec<&'static str>,
    pub staying: Vec<&'static str>,
    pub begun: Mutex<Vec<usize>>,
    pub files: Mutex<Vec<Told>>,
    pub gone: Mutex<Vec<(usize, String, u64)>>,
    pub fates: Mutex<BTreeMap<usize, Fate>>,
    /// Done each time that a dossier begins to be read.
    pub meanwhile: Option<Box<dyn Fn(usize) + Sync>>,
    /// Done before a dossier is looked at.
    pub prepare: Option<Prepare>,
}

pub fn refusal(outcome: Outcome, cause: &str) -> Refusal {
    Refusal { outcome, cause: cause.to_owned() }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

impl Judge for Notes {
    fn skips(&self, _: usize, path: &[u8], _: bool) -> Option<Skip> {
        let is = |names: &[&str]| names.iter().any(|name| path == name.as_bytes());
        if is(&self.excluded) { Some(Skip::Out) } else { is(&self.staying).then_some(Skip::Stays) }
    }

    fn prepare(&self, dossier: usize) -> Result<bool, Refusal> {
        match &self.prepare {
            Some(prepare) => prepare(dossier),
            None => Ok(false),
        }
    }

    fn begin(&self, dossier: usize) -> Result<(), Refusal> {
        self.begun.lock().unwrap().push(dossier);
        if let Some(meanwhile) = &self.meanwhile {
            meanwhile(dossier);
        }
        if self.refused.contains(&dossier) { Err(refusal(Outcome::InUse, "open")) } else { Ok(()) }
    }

    fn file(&self, dossier: usize, file: &FileSeen<'_>) {
        self.files.lock().unwrap().push((dossier, text(file.path), file.before, file.size, file.is_noise, file.begins_with_noise));
    }

    fn gone(&self, dossier: usize, path: &[u8], size: u64) {
        self.gone.lock().unwrap().push((dossier, text(path), size));
    }

    fn accept(&self, dossier: usize, _: &Found) -> Result<(), Refusal> {
        if self.refused_after.contains(&dossier) { Err(refusal(Outcome::Failed, "no")) } else { Ok(()) }
    }

    fn remark(&self, _: usize) -> String {
        if self.excluded.is_empty() { String::new() } else { format!("without {}", self.excluded.join(", ")) }
    }

    fn changing(&self, _: usize, path: &[u8]) -> Refusal {
        refusal(Outcome::InUse, &format!("changing: {}", text(path)))
    }

    fn unreachable(&self, _: usize, is_missing: bool, cause: &str) -> Refusal {
        refusal(if is_missing { Outcome::Missing } else { Outcome::Failed }, cause)
    }

    fn done(&self, dossier: usize, fate: &Fate) {
        assert!(self.fates.lock().unwrap().insert(dossier, fate.clone()).is_none());
    }
}

impl Notes {
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.fates.lock().unwrap().values().map(|fate| fate.outcome).collect()
    }
}
