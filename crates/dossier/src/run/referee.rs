//! Decides about each dossier while the backup is at work, and notes what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::snapshot::Outcome as Fared;
use liasse_archive::{Dossier, Fate, FileSeen, Found, Judge, Refusal, Skip};

use super::alarms::{Rules, Size, Watched};
use super::noise::Learnt;
use super::plan::Planned;
use super::{Memory, Plan, World, moment_of};
use crate::Code;
use crate::discover::Why;
use crate::hooks::{self, Hook, OnFailure, Scene, When};
use crate::in_use::OpenFiles;
use crate::report::{Alarm, Cause, DossierReport, Outcome};
use crate::{remark, spoken};

/// Most causes that are told of one dossier.
const MOST_CAUSES: usize = 10;

/// How the backup ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// With a snapshot.
    Stored,
    /// Somebody stopped it.
    Stopped,
    /// It failed.
    Failed,
}

/// One run's referee.
pub(super) struct Referee<'a> {
    world: &'a World<'a>,
    plan: &'a Plan,
    memory: &'a Memory,
    scene: Scene<'a>,
    rules: Rules,
    notes: Mutex<Notes>,
}

struct Notes {
    open: Option<OpenFiles>,
    dossiers: Vec<Noted>,
    remarks: Vec<String>,
}

/// What is known of one dossier so far.
#[derive(Default)]
struct Noted {
    causes: Vec<Cause>,
    alarms: Vec<Alarm>,
    watched: Watched,
    learnt: Learnt,
    began: Option<Instant>,
    /// What the run took over it before the clock was stopped.
    spent: Duration,
    is_prepared: bool,
    fate: Option<Fate>,
}

impl<'a> Referee<'a> {
    pub(super) fn new(world: &'a World<'a>, plan: &'a Plan, memory: &'a Memory, scene: Scene<'a>) -> Self {
        let dossiers = plan.planned.iter().map(|planned| Noted { causes: planned.cause.iter().cloned().collect(), ..Noted::default() });
        let notes = Notes { open: None, dossiers: dossiers.collect(), remarks: Vec::new() };
        // The settings were checked when they were read; patterns that are wrong all the same watch nothing.
        let rules = Rules::new(&world.config.alarms).unwrap_or_else(|_| Rules::none());
        Self { world, plan, memory, scene, rules, notes: Mutex::new(notes) }
    }

    fn planned(&self, dossier: usize) -> Option<&'a Planned> {
        self.plan.planned.get(dossier)
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T: Default>(&self, dossier: usize, each: impl FnOnce(&mut Noted) -> T) -> T {
        self.notes().dossiers.get_mut(dossier).map(each).unwrap_or_default()
    }

    /// Notes why a dossier is not taken.
    fn refuse(&self, dossier: usize, outcome: Fared, cause: Cause) -> Refusal {
        let refusal = Refusal { outcome, cause: cause.name().to_owned() };
        self.with(dossier, |noted| noted.causes = vec![cause]);
        refusal
    }

    /// Its files that were noise before, as far as this machine remembers.
    fn noisy(&self, dossier: usize) -> &BTreeSet<String> {
        static NONE: BTreeSet<String> = BTreeSet::new();
        self.planned(dossier).and_then(|planned| self.memory.of(&planned.code)).map_or(&NONE, |remembered| &remembered.noisy)
    }

    fn is_known(&self, dossier: usize) -> bool {
        self.plan.dossiers.get(dossier).is_some_and(|dossier| dossier.kept.is_some())
    }

    /// Runs the hooks of a dossier. Gives the cause to leave it out, if one failed that has this say.
    fn hooks(&self, planned: &Planned, when: When, outcome: Option<Outcome>) -> (bool, Option<Cause>) {
        let Some(rule) = planned.rule.as_deref() else { return (false, None) };
        let is_for = |hook: &&Hook| hook.when == when && hook.is_for(rule, &planned.code);
        let scene = Scene { dossier: Some((rule, &planned.code, &planned.path)), outcome, ..self.scene };
        let mut any = false;
        for hook in self.world.config.hooks.iter().filter(is_for) {
            any = true;
            let ran = hooks::run(hook, &scene, self.world.stop);
            if ran.is_well() {
                continue;
            }
            let cause = ran.cause(self.world.texts);
            match hook.on_failure {
                OnFailure::GoOn => self.notes().remarks.push(format!("{}: {}", planned.code, cause.text(self.world.texts))),
                OnFailure::Skip => return (any, Some(cause)),
                OnFailure::Stop => {
                    self.world.stop.stop();
                    return (any, Some(cause));
                }
            }
        }
        (any, None)
    }

    /// What the report says of all dossiers, remarks about the run, and what to remember.
    pub(super) fn finish(self, ended: Ended) -> (Vec<DossierReport>, Vec<String>, BTreeMap<Code, Learnt>) {
        let mut notes = self.notes.into_inner().unwrap_or_else(PoisonError::into_inner);
        let learnt = notes.dossiers.iter_mut().map(|noted| std::mem::take(&mut noted.learnt));
        let learnt = self.plan.planned.iter().map(|planned| planned.code.clone()).zip(learnt).collect();
        let all = self.plan.planned.iter().zip(&self.plan.dossiers).zip(notes.dossiers);
        let mut reports: Vec<DossierReport> = all.map(|(dossier, noted)| told(dossier, noted, self.memory, ended)).collect();
        reports.sort_by(|a, b| a.code.cmp(&b.code));
        (reports, notes.remarks, learnt)
    }
}

/// One dossier's lines of the report.
fn told((planned, dossier): (&Planned, &Dossier), mut noted: Noted, memory: &Memory, ended: Ended) -> DossierReport {
    let remembered = memory.of(&planned.code);
    let fate = noted.fate.take();
    let (outcome, state, found) = match fate {
        Some(fate) if ended == Ended::Stored => (Outcome::from(fate.outcome), fate.state, fate.found),
        // No snapshot, so nothing of it is stored; what earlier ones have stays.
        Some(_) | None => {
            let outcome = dossier.refusal.as_ref().map_or(Outcome::Failed, |refusal| Outcome::from(refusal.outcome));
            if noted.causes.is_empty() && outcome != Outcome::NotAsked {
                noted.causes.push(if ended == Ended::Failed { Cause::NoSnapshot } else { Cause::Interrupted });
            }
            (outcome, dossier.kept.clone(), Found::default())
        }
    };
    let is_state = state.as_ref().filter(|state| state.tree != Content::empty() || state.evidence.0 != [0; 32]);
    let known = (found.files, found.size) != (0, 0) || matches!(outcome, Outcome::Stored | Outcome::Unchanged);
    let (files, size) = if known { (found.files, found.size) } else { remembered.map_or((0, 0), |last| (last.files, last.size)) };
    DossierReport {
        code: planned.code.clone(),
        path: planned.path.display().to_string(),
        outcome,
        since: is_state.and_then(|state| moment_of(state.since)),
        files,
        size,
        added: found.added,
        duration_ms: u64::try_from(noted.spent.as_millis()).unwrap_or(u64::MAX),
        causes: noted.causes,
        left_out: planned.parts_without(),
        as_before: planned.parts_as_before(),
        alarms: noted.alarms,
    }
}

impl Judge for Referee<'_> {
    fn skips(&self, dossier: usize, path: &[u8], is_dir: bool) -> Option<Skip> {
        let planned = self.planned(dossier).filter(|planned| !planned.exclusion.is_empty())?;
        let part = planned.exclusion.part_of(path, is_dir)?;
        // Closed years are of a part that is not left out.
        let why = planned.left_out.iter().find(|left| left.part == part).map(|left| left.why);
        Some(if why.is_some_and(Why::is_for_now) { Skip::Stays } else { Skip::Out })
    }

    fn prepare(&self, dossier: usize) -> Result<bool, Refusal> {
        let Some(planned) = self.planned(dossier) else { return Ok(false) };
        let (ran, cause) = self.hooks(planned, When::BeforeDossier, None);
        self.with(dossier, |noted| noted.is_prepared = ran);
        match cause {
            Some(cause) => Err(self.refuse(dossier, Fared::Failed, cause)),
            None => Ok(ran),
        }
    }

    fn begin(&self, dossier: usize) -> Result<(), Refusal> {
        let Some(planned) = self.planned(dossier) else { return Ok(()) };
        let settings = &self.world.config.in_use;
        let cause = {
            let mut notes = self.notes();
            notes.open.get_or_insert_with(|| OpenFiles::scan(settings)).recheck(&planned.path, settings)
        };
        if let Some(cause) = cause {
            return Err(self.refuse(dossier, Fared::InUse, cause));
        }
        self.with(dossier, |noted| {
            noted.watched = Watched::default();
            noted.began.get_or_insert_with(Instant::now);
        });
        Ok(())
    }

    fn file(&self, dossier: usize, file: &FileSeen<'_>) {
        self.with(dossier, |noted| noted.watched.file(&self.rules, file, self.noisy(dossier)));
    }

    fn gone(&self, dossier: usize, path: &[u8], size: u64) {
        self.with(dossier, |noted| noted.watched.gone(&self.rules, path, size, self.noisy(dossier)));
    }

    fn accept(&self, dossier: usize, found: &Found) -> Result<(), Refusal> {
        let known = self.is_known(dossier);
        let remembered = self.planned(dossier).and_then(|planned| self.memory.of(&planned.code));
        // An empty folder's tree has no bytes, so a state with some had files.
        let had_files = self.plan.dossiers.get(dossier).and_then(|dossier| dossier.kept.as_ref()).is_some_and(|kept| kept.tree.size > 0);
        if found.files == 0 && found.unread.is_empty() && had_files {
            let files_before = remembered.map_or(0, |last| last.files);
            let is_new = remembered.and_then(|last| last.outcome) != Some(Outcome::Missing);
            self.with(dossier, |noted| noted.alarms = is_new.then_some(Alarm::Empty { files_before }).into_iter().collect());
            return Err(self.refuse(dossier, Fared::Missing, Cause::Empty));
        }
        let folder = self.planned(dossier).map(|planned| planned.path.as_os_str().as_encoded_bytes().len() + 1).unwrap_or_default();
        let causes = found.unread.iter().take(MOST_CAUSES).map(|unread| Cause::Unreadable {
            file: String::from_utf8_lossy(unread.path.get(folder..).unwrap_or(&unread.path)).into_owned(),
            error: spoken(&unread.cause),
        });
        let last = remembered.map(|last| Size { files: last.files, bytes: last.size });
        self.with(dossier, |noted| {
            noted.causes = causes.collect();
            (noted.alarms, noted.learnt) = std::mem::take(&mut noted.watched).finish(&self.rules, found, known, last);
        });
        Ok(())
    }

    fn remark(&self, dossier: usize) -> String {
        let Some(planned) = self.planned(dossier) else { return String::new() };
        remark::of(&planned.parts_without(), &planned.parts_as_before())
    }

    fn changing(&self, dossier: usize, path: &[u8]) -> Refusal {
        let file = if path.is_empty() { ".".to_owned() } else { String::from_utf8_lossy(path).into_owned() };
        self.refuse(dossier, Fared::InUse, Cause::Changing { file })
    }

    fn unreachable(&self, dossier: usize, is_missing: bool, cause: &str) -> Refusal {
        if is_missing {
            return self.refuse(dossier, Fared::Missing, Cause::Missing);
        }
        let is_folder = |planned: &Planned| planned.path.symlink_metadata().map_or(true, |metadata| metadata.is_dir());
        if !self.planned(dossier).is_none_or(is_folder) {
            return self.refuse(dossier, Fared::Missing, Cause::NoFolder);
        }
        self.refuse(dossier, Fared::Failed, Cause::Unreadable { file: ".".to_owned(), error: spoken(cause) })
    }

    fn done(&self, dossier: usize, fate: &Fate) {
        let Some(planned) = self.planned(dossier) else { return };
        let outcome = Outcome::from(fate.outcome);
        let is_prepared = self.with(dossier, |noted| noted.is_prepared);
        if is_prepared || !matches!(outcome, Outcome::Unchanged | Outcome::NotAsked) {
            let (_, cause) = self.hooks(planned, When::AfterDossier, Some(outcome));
            if let Some(cause) = cause {
                self.notes().remarks.push(format!("{}: {}", planned.code, cause.text(self.world.texts)));
            }
        }
        let was_missing = self.memory.of(&planned.code).and_then(|last| last.outcome) == Some(Outcome::Missing);
        let alarms_missing = outcome == Outcome::Missing && self.is_known(dossier) && !was_missing;
        self.with(dossier, |noted| {
            if alarms_missing && noted.causes.iter().any(|cause| matches!(cause, Cause::Missing | Cause::NoFolder)) {
                noted.alarms.push(Alarm::Missing);
            }
            noted.spent += noted.began.take().map(|began| began.elapsed()).unwrap_or_default();
            noted.fate = Some(fate.clone());
        });
    }
}
