//! What a run is to do with every dossier: those that are found, and those that the last snapshot knows.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use liasse_archive::repo::format::snapshot::{Dossier as Line, Outcome as Fared};
use liasse_archive::{Dossier, Kept, Refusal};

use super::past::Past;
use super::{Memory, RunError, Wanted, World};
use crate::Code;
use crate::config::Config;
use crate::discover::{self, Chooser, Discovery, Exclusion, Found, LeftOut, Problem, discover, why_not_found};
use crate::hooks::{Hook, When};
use crate::report::{Cause, PassedOver};

/// What the run does with one dossier, beside what the backup is told.
pub(super) struct Planned {
    pub(super) code: Code,
    pub(super) path: PathBuf,
    /// The rule that found it; `None` for one that is only known.
    pub(super) rule: Option<String>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) taken: Vec<String>,
    pub(super) exclusion: Arc<Exclusion>,
    /// Why it is not even looked at.
    pub(super) cause: Option<Cause>,
}

impl Planned {
    /// The parts that the snapshot is not to have.
    pub(super) fn parts_without(&self) -> Vec<String> {
        self.parts_skipped(false)
    }

    /// The parts that are not looked at and stay as the last run has them.
    pub(super) fn parts_as_before(&self) -> Vec<String> {
        self.parts_skipped(true)
    }

    fn parts_skipped(&self, for_now: bool) -> Vec<String> {
        self.left_out.iter().filter(|left| left.why.is_for_now() == for_now).map(|left| left.part.clone()).collect()
    }
}

/// All of them. `dossiers[n]` is what the backup is told of `planned[n]`.
pub(super) struct Plan {
    pub(super) planned: Vec<Planned>,
    pub(super) dossiers: Vec<Dossier>,
    pub(super) problems: Vec<Problem>,
    /// Folders that the settings leave out.
    pub(super) passed_over: Vec<PassedOver>,
    /// The most bytes that one of the last runs wrote.
    pub(super) largest: u64,
    numbers: BTreeMap<Code, usize>,
}

impl Plan {
    pub(super) fn make(world: &World<'_>, wanted: &Wanted, memory: &Memory, now: Timestamp) -> Result<Self, RunError> {
        let discovery = discover(world.config);
        let past = Past::read(world.repository, &world.whoami.host, discovery.dossiers.iter().map(|found| found.code.as_str()))?;
        let last = past.last_lines();
        refuse_unknown(wanted, &discovery, &last)?;
        let asked: BTreeSet<&Code> = wanted.codes.iter().collect();
        let is_asked = |code: &Code| asked.is_empty() || asked.contains(code);
        let mut chooser = Chooser::new(world.config, wanted.parts.clone(), now)?;
        let mut plan = Self {
            planned: Vec::new(),
            dossiers: Vec::new(),
            problems: Vec::new(),
            passed_over: passed_over(&discovery, &last),
            largest: past.largest(),
            numbers: BTreeMap::new(),
        };
        for found in &discovery.dossiers {
            let remembered = memory.of(&found.code);
            let choice = chooser.choose(&found.rule, |part| remembered?.parts.get(part).copied())?;
            let planned = Planned {
                code: found.code.clone(),
                path: found.path.clone(),
                rule: Some(found.rule.clone()),
                left_out: choice.left_out,
                taken: choice.taken,
                exclusion: choice.exclusion,
                cause: None,
            };
            let refusal = (!is_asked(&found.code)).then(|| Refusal { outcome: Fared::NotAsked, cause: String::new() });
            plan.add(&world.config.hooks, planned, last.get(found.code.as_str()).copied(), refusal);
        }
        plan.add_known(world.config, &discovery, &past, &is_asked);
        plan.problems = discovery.problems;
        if plan.dossiers.is_empty() {
            return Err(RunError::NothingFound { problems: plan.problems.iter().map(|problem| problem.text(world.texts)).collect() });
        }
        Ok(plan)
    }

    /// Dossiers that the last snapshot has and that are not found.
    fn add_known(&mut self, config: &Config, discovery: &Discovery, past: &Past, is_asked: &dyn Fn(&Code) -> bool) {
        let last = past.last_lines();
        let roots: Vec<Vec<u8>> = roots(config).into_iter().map(|root| root.into_os_string().into_encoded_bytes()).collect();
        let found: BTreeSet<&str> = discovery.dossiers.iter().map(|found: &Found| found.code.as_str()).collect();
        for (code, line) in last.iter().filter(|(code, _)| !found.contains(*code)) {
            let path = PathBuf::from(std::ffi::OsStr::from_bytes(&line.path));
            let Ok(code) = code.parse::<Code>() else { continue };
            let Some(cause) = why_not_found(config, discovery, &code, &path) else {
                if past.is_of(code.as_str(), &roots) {
                    self.drop_known(discovery, &path);
                }
                continue;
            };
            let outcome = if !is_asked(&code) {
                Fared::NotAsked
            } else if cause.is_missing() {
                Fared::Missing
            } else {
                Fared::Failed
            };
            let refusal = Refusal { outcome, cause: cause.name().to_owned() };
            let planned = Planned {
                code,
                path,
                rule: None,
                left_out: Vec::new(),
                taken: Vec::new(),
                exclusion: Arc::default(),
                cause: (outcome != Fared::NotAsked).then_some(cause),
            };
            self.add(&config.hooks, planned, Some(line), Some(refusal));
        }
    }

    /// A dossier that no rule wants any more. One that only has another code is saved under that.
    fn drop_known(&mut self, discovery: &Discovery, path: &Path) {
        let is_told = discovery.passed_over.iter().any(|passed| passed.path == path);
        if !is_told && discovery.dossiers.iter().all(|found| found.path != path) {
            self.passed_over.push(PassedOver { path: path.display().to_string(), rule: None, marker: None, was_saved: true });
        }
    }

    fn add(&mut self, hooks: &[Hook], planned: Planned, last: Option<&Line>, refusal: Option<Refusal>) {
        let kept = last.and_then(|line| {
            let is_state = line.tree.size > 0 || line.evidence.0 != [0; 32];
            is_state.then(|| Kept { tree: line.tree.clone(), evidence: line.evidence, since: line.since })
        });
        let hooked = |rule: &String| hooks.iter().any(|hook| hook.when == When::BeforeDossier && hook.is_for(rule, &planned.code));
        let is_prepared = planned.rule.as_ref().is_some_and(hooked);
        let comes_first =
            refusal.is_none() && last.is_some_and(|line| matches!(line.outcome, Fared::InUse | Fared::Failed | Fared::Missing));
        let dossier =
            Dossier { code: planned.code.as_str().to_owned(), path: planned.path.clone(), kept, is_prepared, comes_first, refusal };
        self.numbers.insert(planned.code.clone(), self.planned.len());
        self.planned.push(planned);
        self.dossiers.push(dossier);
    }

    /// The parts of a dossier that are taken.
    pub(super) fn parts_taken(&self, code: &Code) -> &[String] {
        self.numbers.get(code).and_then(|number| self.planned.get(*number)).map_or(&[], |planned| planned.taken.as_slice())
    }
}

/// What rules pass over, and whether it was saved when a run last came to it.
fn passed_over(discovery: &Discovery, last: &BTreeMap<&str, &Line>) -> Vec<PassedOver> {
    let saved: BTreeSet<&[u8]> = last.values().map(|line| line.path.as_slice()).collect();
    let one = |passed: &discover::PassedOver| PassedOver {
        path: passed.path.display().to_string(),
        rule: Some(passed.rule.clone()),
        marker: passed.marker.clone(),
        was_saved: saved.contains(passed.path.as_os_str().as_bytes()),
    };
    discovery.passed_over.iter().map(one).collect()
}

/// What the snapshot names as its sources.
pub(super) fn roots(config: &Config) -> Vec<PathBuf> {
    let roots: BTreeSet<PathBuf> = config.rules.iter().filter(|rule| !rule.off).map(|rule| rule.root.clone()).collect();
    roots.into_iter().collect()
}

/// Refuses a dossier that is asked for and that nobody knows.
fn refuse_unknown(wanted: &Wanted, discovery: &Discovery, last: &BTreeMap<&str, &Line>) -> Result<(), RunError> {
    let is_known = |code: &Code| discovery.get(code).is_some() || last.contains_key(code.as_str());
    match wanted.codes.iter().find(|code| !is_known(code)) {
        Some(code) => {
            let nearest = discovery.nearest(code.as_str()).into_iter().map(str::to_owned).collect();
            Err(RunError::NoSuchDossier { code: code.clone(), nearest })
        }
        None => Ok(()),
    }
}
