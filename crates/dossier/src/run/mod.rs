//! A run: settings, discovery, room, hooks, one backup with a place for every dossier, alarms, report.
//!
//! The error of one dossier never stops another. Whatever happens after a snapshot is made (a report that cannot be written, a mail server
//! that hangs) does not unmake it.

pub mod alarms;
mod error;
mod hold;
mod lock;
mod memory;
mod noise;
pub mod parity;
mod past;
mod plan;
mod referee;
pub mod room;

use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;
use liasse_archive::repo::format::snapshot::Hold;
use liasse_archive::repo::format::time::Time;
use liasse_archive::repo::{Progress, Repository, Stop, Whoami};
use liasse_archive::{BackupOptions, BackupReport, Patterns, backup_dossiers};

use crate::config::Config;
use crate::discover::Wishes;
use crate::hooks::{self, Hook, OnFailure, Scene, When};
use crate::lang::Texts;
use crate::report::local::Local;
use crate::report::{Attempt, Outcome, Report};
use crate::status::Checks;
use crate::{Code, Rollback};
pub use error::{Obstacle, RunError};
pub use hold::{TERMS, hold};
pub use lock::{Busy, RunLock};
use memory::Memory;
use plan::Plan;
use referee::{Ended, Referee};

/// What a run works with.
pub struct World<'a> {
    /// Where to.
    pub repository: &'a Repository,
    /// The settings.
    pub config: &'a Config,
    /// The reader's language.
    pub texts: &'a Texts,
    /// Who runs it.
    pub whoami: Whoami,
    /// What is never backed up: the repository itself, the local cache.
    pub own: Patterns,
    /// The repository's folder, if it lies on this machine: to ask how much room there is.
    pub place: Option<PathBuf>,
    /// Where this machine keeps what the next run should know; without it, it knows less.
    pub memory: Option<PathBuf>,
    /// Who watches.
    pub progress: &'a dyn Progress,
    /// The wish to stop.
    pub stop: &'a Stop,
}

/// What a run is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only these dossiers; all if there are none.
    pub codes: Vec<Code>,
    /// Which parts.
    pub parts: Wishes,
    /// Why.
    pub reason: Option<String>,
    /// A promise not to forget the snapshot.
    pub hold: Option<Hold>,
    /// Read every file, whatever its times say.
    pub force: bool,
    /// Store although there may be too little room.
    pub ignore_room: bool,
    /// Seconds east of UTC here.
    pub utc_offset: i32,
}

impl Report {
    /// Says when the repository shows an older state than this machine has seen there. What is stored now is stored all the same.
    fn hold_against_memory(&mut self, world: &World<'_>) {
        let said = match world.repository.rollback() {
            Ok(None) => return,
            Ok(Some(rollback)) => {
                self.rolled_back = true;
                let said = Rollback::from(rollback).text(&Local::new(world.texts, self.utc_offset));
                format!("{said} {}", Rollback::remedy(world.texts))
            }
            Err(error) => error::failure(&error.into(), world.texts),
        };
        self.problems += 1;
        self.remarks.push(said);
    }

    /// Says when a check from this machine found damage that none has found mended since. What is stored now is stored all the same.
    fn tell_known_damage(&mut self, world: &World<'_>) {
        let packs = world.repository.verified_since(Time::default()).is_ok_and(|share| share.damaged > 0);
        if packs || Checks::of(world.repository).damage().is_some() {
            self.problems += 1;
            self.remarks.push(world.texts.get("run-known-damage", &[]));
        }
    }
}

/// Makes a run, and tells what became of it. An error means that nothing was begun, and [`Report::failed`]
/// makes a report of it; what goes wrong later is in the report.
pub fn run(world: &World<'_>, wanted: &Wanted) -> Result<Report, RunError> {
    let (began, clock) = (Timestamp::now(), Instant::now());
    let memory = Memory::load(world.memory.as_deref());
    let mut plan = Plan::make(world, wanted, &memory, began)?;
    if !wanted.ignore_room {
        room::check(world, &plan)?;
    }
    let (host, repository, reason) = (world.whoami.host.clone(), world.repository.location(), wanted.reason.clone());
    let mut report = Report {
        remarks: plan.problems.iter().map(|problem| problem.text(world.texts)).collect(),
        problems: plan.problems.len() as u64,
        ..Report::begin(Attempt { host, repository, reason, began, utc_offset: wanted.utc_offset })
    };
    report.pass_over(std::mem::take(&mut plan.passed_over));
    report.hold_against_memory(world);
    report.tell_known_damage(world);
    let name = began.to_string();
    let scene = Scene {
        run: &name,
        reason: wanted.reason.as_deref(),
        dossier: None,
        outcome: None,
        mail_secret: world.config.mail.password_env.as_deref(),
    };
    let referee = Referee::new(world, &plan, &memory, scene);
    match whole_run(world, When::BeforeRun, &scene, &mut report) {
        Err(failure) => report.failure = Some(failure),
        Ok(()) => match store(world, wanted, &plan, &referee, began) {
            Ok(stored) => {
                report.snapshot = stored.snapshot.map(|snapshot| snapshot.id.to_string());
                report.stored = stored.statistics.stored;
                parity::protect(world, &mut report);
            }
            Err(error) => report.failure = Some(error::failure(&error, world.texts)),
        },
    }
    let ended = match report.snapshot {
        Some(_) => Ended::Stored,
        None if world.stop.is_stopped() => Ended::Stopped,
        None => Ended::Failed,
    };
    let (dossiers, remarks, learnt) = referee.finish(ended);
    report.dossiers = dossiers;
    report.remarks.extend(remarks);
    let outcome = report.dossiers.iter().map(|dossier| dossier.outcome).filter(|outcome| *outcome != Outcome::NotAsked).max();
    if let Err(failure) = whole_run(world, When::AfterRun, &Scene { outcome, ..scene }, &mut report) {
        report.problems += 1;
        report.remarks.push(failure);
    }
    report.free = room::free(world);
    report.duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    if report.snapshot.is_some() {
        memory.after(&plan, &report, learnt).save(world.memory.as_deref());
    }
    Ok(report)
}

fn store(world: &World<'_>, wanted: &Wanted, plan: &Plan, referee: &Referee<'_>, began: Timestamp) -> liasse_archive::Result<BackupReport> {
    let options = BackupOptions {
        sources: plan::roots(world.config),
        exclude: world.own.clone(),
        reason: wanted.reason.clone(),
        whoami: world.whoami.clone(),
        force: wanted.force,
        time: time_of(began),
        utc_offset: wanted.utc_offset,
        hold: wanted.hold.clone(),
        ..BackupOptions::default()
    };
    backup_dossiers(world.repository, &options, (&plan.dossiers, referee), world.progress, world.stop)
}

/// Runs the hooks of the whole run. The first failure that is to stop the run ends it.
fn whole_run(world: &World<'_>, when: When, scene: &Scene<'_>, report: &mut Report) -> Result<(), String> {
    let is_now = |hook: &&Hook| hook.when == when;
    for hook in world.config.hooks.iter().filter(is_now) {
        let ran = hooks::run(hook, scene, world.stop);
        if !ran.is_well() {
            let text = ran.cause(world.texts).text(world.texts);
            if when == When::BeforeRun && hook.on_failure != OnFailure::GoOn {
                return Err(text);
            }
            report.problems += 1;
            report.remarks.push(text);
        }
    }
    Ok(())
}

/// A moment, as records have it.
fn time_of(moment: Timestamp) -> Time {
    let (seconds, nanoseconds) = (moment.as_second(), moment.subsec_nanosecond());
    // A moment before 1970 has negative nanoseconds in the one notation and never in the other.
    let (seconds, nanoseconds) = if nanoseconds < 0 { (seconds - 1, nanoseconds + 1_000_000_000) } else { (seconds, nanoseconds) };
    Time::new(seconds, u32::try_from(nanoseconds).unwrap_or_default()).unwrap_or_default()
}

/// A record's moment, as reports have it.
pub(crate) fn moment_of(time: Time) -> Option<Timestamp> {
    Timestamp::new(time.seconds(), i32::try_from(time.nanoseconds()).ok()?).ok()
}
