//! Gathers how things stand.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use liasse_archive::repo::format::time::Time;
use liasse_archive::repo::{self, Repository};

use super::known::{Known, Past};
use super::{Checks, Copy, Counts, Dossier, LastRun, Room, Status, Verified};
use crate::config::Config;
use crate::discover::{Discovery, discover, why_not_found};
use crate::lang::Texts;
use crate::report::{Cause, DossierReport, Outcome, Report, Reports};
use crate::run::room::free_at;
use crate::schedule::{Moments, is_ahead};
use crate::{Code, Period, Rollback};

/// Seconds of twelve months.
const YEAR: i64 = 366 * 86_400;
/// Newest reports that are looked through for those of this machine about this repository.
const MOST_REPORTS: usize = 100;

/// What is looked at.
pub struct World<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The settings.
    pub config: &'a Config,
    /// The reader's language.
    pub texts: &'a Texts,
    /// Name of this machine, as runs record it.
    pub host: &'a str,
    /// The repository's folder, if it lies on this machine: to ask how much room there is.
    pub place: Option<&'a Path>,
    /// Where runs leave reports.
    pub reports: Option<&'a Reports>,
    /// Mistakes in the settings, as sentences.
    pub mistakes: Vec<String>,
    /// Whether something starts runs at the times of the schedule.
    pub is_scheduled: bool,
    /// Now.
    pub now: Timestamp,
    /// The time zone of this machine: schedules mean its clock.
    pub zone: TimeZone,
}

/// Looks how things stand.
pub fn look(world: &World<'_>) -> Result<Status, repo::Error> {
    let discovery = discover(world.config);
    let (known, damaged) = Known::read(world.repository, world.host, discovery.dossiers.iter().map(|found| found.code.as_str()))?;
    let mut problems = world.mistakes.clone();
    problems.extend(discovery.problems.iter().map(|problem| problem.text(world.texts)));
    let reports = world.reports.map(|reports| last_reports(world, reports, &mut problems)).unwrap_or_default();
    let checks = Checks::of(world.repository);
    let verified = world.repository.verified_since(a_year_before(world.now))?;
    let offset = world.zone.to_offset(world.now);
    let settings = &world.config.status;
    let keep_free = world.config.room.keep_free.saturating_mul(1 << 20);
    let room = world.place.and_then(free_at).map(|free| Room::new(free, keep_free, &known.written, world.now));
    let last_run = last_run(&known, reports.iter().max_by_key(|report| report.began));
    let mut status = Status {
        schema: Status::SCHEMA,
        host: world.host.to_owned(),
        repository: world.repository.location(),
        time: world.now,
        utc_offset: offset.seconds(),
        counts: Counts::default(),
        dossiers: dossiers(world, &known, &discovery, &reports),
        problems,
        scheduled: world.is_scheduled,
        next_run: next_run(world, known.last_of_all).filter(|_| world.is_scheduled),
        last_run,
        check_overdue: checks
            .last_thorough()
            .map(|checked| checked.time)
            .filter(|time| !is_ahead(*time, world.now))
            .or(known.first)
            .is_some_and(|then| is_over(world, then, settings.check_after)),
        unsound: checks.damage().is_some() || verified.damaged > 0,
        verified: Verified { bytes: verified.bytes, total_bytes: verified.total_bytes },
        last_check: checks.last().cloned(),
        rollback: world.repository.rollback()?.map(Rollback::from),
        room_low: room.as_ref().and_then(|room| room.ends).is_some_and(|ends| !is_over_at(world.now, ends, settings.room_for)),
        room,
        copies: vec![Copy { place: world.repository.location(), here: true }],
        damaged: damaged.into_iter().map(|(object, _)| object).collect(),
    };
    status.counts = status.count();
    Ok(status)
}

/// Since when what was verified counts.
fn a_year_before(now: Timestamp) -> Time {
    Time::new(now.as_second().saturating_sub(YEAR), 0).unwrap_or_default()
}

/// Whether a moment is longer ago than a length of time.
fn is_over(world: &World<'_>, then: Timestamp, limit: Period) -> bool {
    is_over_at(then, world.now, limit)
}

fn is_over_at(then: Timestamp, now: Timestamp, limit: Period) -> bool {
    now.duration_since(then) > SignedDuration::try_from(limit.as_std()).unwrap_or(SignedDuration::MAX)
}

/// The reports of this machine about this repository, back to the last run that was asked for all dossiers: those after it were asked for
/// some, or could not begin. One that cannot be read is a problem; the others may still tell.
fn last_reports(world: &World<'_>, reports: &Reports, problems: &mut Vec<String>) -> Vec<Report> {
    let Ok(names) = reports.list().map_err(|error| problems.push(error.to_string())) else { return Vec::new() };
    let location = world.repository.location();
    let (mut fitting, mut of_all) = (Vec::new(), 0);
    for name in names.iter().take(MOST_REPORTS) {
        match reports.load(name) {
            // That of a clock that was wrong would be the last for years.
            Ok(report) if is_ahead(report.began, world.now) => {}
            Ok(report) if report.host == world.host && report.repository == location => {
                let is_of_some = report.dossiers.is_empty() || report.dossiers.iter().any(|told| told.outcome == Outcome::NotAsked);
                of_all += u32::from(!is_of_some);
                fitting.push(report);
            }
            Ok(_) => {}
            Err(error) => problems.push(error.to_string()),
        }
        // Names tell the second: of two runs in one second either may come first.
        if of_all == 2 {
            break;
        }
    }
    fitting
}

/// The last run: what the newest record says, or a later report of one that made none.
fn last_run(known: &Known, report: Option<&Report>) -> Option<LastRun> {
    let recorded = known.last;
    match report {
        Some(report) if recorded.is_none_or(|time| report.began >= time) => {
            Some(LastRun { began: report.began, failure: report.failure.clone() })
        }
        _ => recorded.map(|began| LastRun { began, failure: None }),
    }
}

fn next_run(world: &World<'_>, last_of_all: Option<Timestamp>) -> Option<Timestamp> {
    Moments::new(&world.config.schedule.every, world.now, last_of_all, &world.zone).next().map(|next| next.timestamp())
}

/// What the last run that was asked for a dossier told of it.
fn told(reports: &[Report]) -> BTreeMap<&Code, (&Report, &DossierReport)> {
    let mut told: BTreeMap<&Code, (&Report, &DossierReport)> = BTreeMap::new();
    for report in reports {
        for dossier in report.dossiers.iter().filter(|dossier| dossier.outcome != Outcome::NotAsked) {
            if told.get(&dossier.code).is_none_or(|(other, _)| other.began < report.began) {
                told.insert(&dossier.code, (report, dossier));
            }
        }
    }
    told
}

fn dossiers(world: &World<'_>, known: &Known, discovery: &Discovery, reports: &[Report]) -> Vec<Dossier> {
    let told = told(reports);
    let one = |code: &Code, path: &Path, rule: Option<&str>, now: Option<Cause>| {
        let past = known.dossiers.get(code.as_str());
        // A report may be older than the record, if it could not be written.
        let recorded = past.and_then(|past| past.last.as_ref()).map(|last| last.time);
        let told = told.get(code).copied().filter(|(report, _)| recorded.is_none_or(|time| report.began >= time));
        Draft { world, code, path, rule, past, told, now }.finish()
    };
    let mut all: Vec<Dossier> = discovery.dossiers.iter().map(|found| one(&found.code, &found.path, Some(&found.rule), None)).collect();
    for (code, path) in &known.places {
        let Ok(code) = code.parse::<Code>() else { continue };
        if discovery.get(&code).is_some() {
            continue;
        }
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(path));
        if let Some(cause) = why_not_found(world.config, discovery, &code, &path) {
            all.push(one(&code, &path, None, Some(cause)));
        }
    }
    all.sort_by(|a, b| a.code.cmp(&b.code));
    all
}

/// All that is known of one dossier.
struct Draft<'a> {
    world: &'a World<'a>,
    code: &'a Code,
    path: &'a Path,
    rule: Option<&'a str>,
    past: Option<&'a Past>,
    told: Option<(&'a Report, &'a DossierReport)>,
    /// Why it is not found now.
    now: Option<Cause>,
}

impl Draft<'_> {
    fn finish(self) -> Dossier {
        let last_good = self.past.and_then(|past| past.good);
        let fared = self.fared();
        let is_stored = matches!(fared.outcome, Some(Outcome::Stored | Outcome::Unchanged) | None);
        let age = last_good.map(|good| self.world.now.duration_since(good).as_secs());
        Dossier {
            code: self.code.clone(),
            path: self.path.display().to_string(),
            rule: self.rule.map(str::to_owned),
            last_good,
            age_seconds: age.map(|age| u64::try_from(age).unwrap_or_default()),
            overdue: last_good
                .or_else(|| self.appeared())
                .is_none_or(|then| is_over(self.world, then, self.world.config.status.overdue_after)),
            outcome: fared.outcome,
            outcome_time: fared.time,
            in_error: !is_stored || fared.is_incomplete,
            why: fared.why,
            causes: fared.causes,
            alarms: self.told.map(|(_, told)| told.alarms.clone()).unwrap_or_default(),
            copies: u32::from(last_good.is_some()),
        }
    }

    /// When it was made, for one that was never stored: nobody could store it before.
    fn appeared(&self) -> Option<Timestamp> {
        let metadata = std::fs::metadata(self.path).ok()?;
        let made: SystemTime = metadata.created().or_else(|_| metadata.modified()).ok()?;
        Timestamp::try_from(made).ok()
    }

    /// How it fared last: what is seen now, what the report says, what the record says.
    fn fared(&self) -> Fared {
        let texts = self.world.texts;
        let recorded = self.past.and_then(|past| past.last.as_ref());
        if let Some(cause) = &self.now {
            let outcome = if cause.is_missing() { Outcome::Missing } else { Outcome::Failed };
            let why = cause.text(texts);
            return Fared { outcome: Some(outcome), time: Some(self.world.now), why, causes: vec![cause.clone()], is_incomplete: false };
        }
        match (self.told, recorded) {
            (Some((report, told)), _) => Fared {
                outcome: Some(told.outcome),
                time: Some(report.began),
                why: told.causes.first().map(|cause| cause.text(texts)).unwrap_or_default(),
                causes: told.causes.clone(),
                is_incomplete: told.is_in_error(),
            },
            (None, Some(last)) => Fared {
                outcome: Some(last.outcome),
                time: Some(last.time),
                why: super::shown::why(&last.why, texts),
                causes: Vec::new(),
                is_incomplete: last.is_incomplete,
            },
            (None, None) => Fared::default(),
        }
    }
}

#[derive(Default)]
struct Fared {
    outcome: Option<Outcome>,
    time: Option<Timestamp>,
    why: String,
    causes: Vec<Cause>,
    is_incomplete: bool,
}
