//! What a machine remembers from run to run: when parts were last taken, what dossiers held, of what it was alarmed. Never truth: without
//! it, parts are taken sooner and an alarm may come twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::noise::Learnt;
use super::plan::Plan;
use crate::Code;
use crate::report::{DossierReport, Outcome, Report};

/// The file in this machine's folder.
const FILE: &str = "dossiers.json";
/// For so long a dossier is remembered that no run knows any more.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// All of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    #[serde(default)]
    dossiers: BTreeMap<Code, Remembered>,
}

/// Of one dossier.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// Files in its last good state, and their bytes.
    pub(super) files: u64,
    pub(super) size: u64,
    /// When a run knew it last.
    #[serde(default)]
    pub(super) seen: Option<Timestamp>,
    /// How it fared last.
    pub(super) outcome: Option<Outcome>,
    /// Files that looked like noise when they were last read.
    #[serde(default)]
    pub(super) noisy: BTreeSet<String>,
    /// When each part was last taken.
    #[serde(default)]
    pub(super) parts: BTreeMap<String, Timestamp>,
}

impl Memory {
    /// Reads it; what cannot be read is not remembered.
    pub(super) fn load(folder: Option<&Path>) -> Self {
        let read = |folder: &Path| serde_json::from_slice(&fs::read(folder.join(FILE)).ok()?).ok();
        folder.and_then(read).unwrap_or_default()
    }

    pub(super) fn of(&self, code: &Code) -> Option<&Remembered> {
        self.dossiers.get(code)
    }

    /// What is to be remembered after a run.
    pub(super) fn after(mut self, plan: &Plan, report: &Report, mut learnt: BTreeMap<Code, Learnt>) -> Self {
        let known: BTreeSet<&Code> = report.dossiers.iter().map(|dossier| &dossier.code).collect();
        // Runs with other settings, which know other dossiers, share this memory.
        let is_recent = |last: &Remembered| last.seen.is_some_and(|seen| report.began.duration_since(seen) < KEPT);
        self.dossiers.retain(|code, last| known.contains(code) || is_recent(last));
        for dossier in &report.dossiers {
            let taken = plan.parts_taken(&dossier.code);
            let learnt = learnt.remove(&dossier.code).unwrap_or_default();
            self.dossiers.entry(dossier.code.clone()).or_default().learn(dossier, taken, learnt, report.began);
        }
        self
    }

    /// Writes it. If that fails, the next run knows less.
    pub(super) fn save(&self, folder: Option<&Path>) {
        let write = |folder: &Path| -> std::io::Result<()> {
            fs::create_dir_all(folder)?;
            let temporary: PathBuf = folder.join(format!("{FILE}.{}.new", std::process::id()));
            let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.sync_all()?;
            fs::rename(temporary, folder.join(FILE))
        };
        folder.map(write);
    }
}

impl Remembered {
    fn learn(&mut self, report: &DossierReport, taken: &[String], learnt: Learnt, began: Timestamp) {
        self.seen = Some(began);
        if report.outcome == Outcome::NotAsked {
            return;
        }
        self.outcome = Some(report.outcome);
        if matches!(report.outcome, Outcome::Stored | Outcome::Unchanged) {
            (self.files, self.size) = (report.files, report.size);
            learnt.add_to(&mut self.noisy);
            self.parts.extend(taken.iter().map(|part| (part.clone(), began)));
        }
    }
}
