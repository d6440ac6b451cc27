//! How things stand after real runs into a repository in memory: which states count as good, what is overdue, what is left of a report.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use liasse_dossier::archive::Patterns;
use liasse_dossier::archive::repo::store::Memory;
use liasse_dossier::archive::repo::{Creation, Repository, Silent, Stop, Unlock, Whoami};
use liasse_dossier::config::{Config, Sources, load};
use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::{Alarm, Attempt, Cause, Outcome, Report, Reports};
use liasse_dossier::run::{self, Wanted, run};
use liasse_dossier::status::{Checked, Checks, Depth, Dossier, Status, World, html, look, text};

const PASSWORD: &str = "password";

struct Firm {
    folder: tempfile::TempDir,
    repository: Repository,
    reports: Reports,
}

impl Firm {
    fn new(codes: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Memory::new();
        Repository::create(Arc::new(store.clone()), &Creation::new(PASSWORD.to_owned().into())).unwrap();
        let unlock = Unlock::Password(PASSWORD.to_owned().into());
        let repository = Repository::open(Arc::new(store), &unlock).unwrap().with_cache(&folder.path().join("cache"));
        let reports = Reports::open(folder.path().join("reports")).unwrap();
        let firm = Self { folder, repository, reports };
        for code in codes {
            fs::create_dir_all(firm.root().join(code)).unwrap();
            fs::write(firm.root().join(code).join("ledger"), code).unwrap();
        }
        firm
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("dossiers")
    }

    fn config(&self, more: &str) -> Config {
        let file = self.folder.path().join("config.toml");
        fs::write(&file, format!("{more}\n[[rule]]\nname = 'firm'\nroot = '{}'\n", self.root().display())).unwrap();
        load(&Sources { only: Some(file), ..Sources::default() }).config
    }

    fn run(&self, codes: &[&str]) -> Report {
        let (config, texts) = (self.config(""), Texts::new(Lang::English));
        let world = run::World {
            repository: &self.repository,
            config: &config,
            texts: &texts,
            whoami: Whoami { host: "till".to_owned(), ..Whoami::default() },
            own: Patterns::default(),
            place: None,
            memory: Some(self.folder.path().join("memory")),
            progress: &Silent,
            stop: &Stop::new(),
        };
        let wanted = Wanted { codes: codes.iter().map(|code| code.parse().unwrap()).collect(), ..Wanted::default() };
        run(&world, &wanted).unwrap()
    }

    /// The same, with its report in the folder.
    fn run_with_report(&self) -> Report {
        let report = self.run(&[]);
        self.reports.save(&report, &Texts::new(Lang::English)).unwrap();
        report
    }

    /// How things stand some hours from now.
    fn status(&self, hours: i64, settings: &str) -> Status {
        let (config, texts) = (self.config(settings), Texts::new(Lang::English));
        let world = World {
            repository: &self.repository,
            config: &config,
            texts: &texts,
            host: "till",
            place: Some(self.folder.path()),
            reports: Some(&self.reports),
            mistakes: Vec::new(),
            is_scheduled: true,
            now: Timestamp::now() + SignedDuration::from_hours(hours),
            zone: TimeZone::UTC,
        };
        look(&world).unwrap()
    }
}

fn of<'a>(status: &'a Status, code: &str) -> &'a Dossier {
    status.dossiers.iter().find(|dossier| dossier.code.as_str() == code).unwrap()
}

#[test]
fn a_state_that_was_looked_at_and_had_not_changed_is_as_good_as_new() {
    let firm = Firm::new(&["D1", "D2"]);
    let first = firm.run(&[]).began;
    let second = firm.run(&["D1"]).began;
    let status = firm.status(1, "");
    // The second run was asked for D1 alone, and found it unchanged; of D2 it says since when its state is.
    assert_eq!((of(&status, "D1").last_good, of(&status, "D2").last_good), (Some(second), Some(first)));
    assert_eq!((of(&status, "D1").outcome, of(&status, "D2").outcome), (Some(Outcome::Unchanged), Some(Outcome::Stored)));
    assert_eq!((of(&status, "D2").outcome_time, status.last_run.as_ref().unwrap().began), (Some(first), second));
    assert!((3600..7200).contains(&of(&status, "D1").age_seconds.unwrap()));
    assert!(status.is_well(), "{status:?}");
    assert_eq!(status.copies.iter().filter(|copy| copy.here).count(), 1);
    assert_eq!(of(&status, "D1").copies, 1);
}

#[test]
fn a_dossier_in_use_keeps_its_age_and_says_why() {
    let firm = Firm::new(&["D1", "D2"]);
    let good = firm.run(&[]).began;
    fs::write(firm.root().join("D1/.~lock.books.ods#"), "Ada").unwrap();
    firm.run(&[]);
    // Without a report the record tells.
    let status = firm.status(0, "");
    let dossier = of(&status, "D1");
    assert_eq!((dossier.last_good, dossier.outcome, dossier.in_error), (Some(good), Some(Outcome::InUse), true));
    assert_eq!((dossier.why.as_str(), dossier.causes.len()), ("Somebody worked in it.", 0));
    assert_eq!((status.counts.in_error, status.counts.overdue, status.is_well()), (1, 0, false));
    // With one, it tells more.
    firm.run_with_report();
    let status = firm.status(0, "");
    assert!(matches!(of(&status, "D1").causes[..], [Cause::LockFile { .. }]), "{status:?}");
    assert!(of(&status, "D1").why.contains(".~lock.books.ods#"));
    assert!(of(&status, "D2").last_good > Some(good));
    // A later record without a report is newer than what the report says.
    fs::remove_file(firm.root().join("D1/.~lock.books.ods#")).unwrap();
    firm.run(&[]);
    assert!(firm.status(0, "").is_well());
}

#[test]
fn what_is_too_old_is_overdue_and_what_was_never_saved_once_it_could_have_been() {
    let firm = Firm::new(&["D1"]);
    firm.run(&[]);
    fs::create_dir(firm.root().join("NEW")).unwrap();
    let at = |hours| {
        let status = firm.status(hours, "[status]\noverdue-after = '1 day'");
        (of(&status, "D1").overdue, of(&status, "NEW").overdue, status.counts.overdue)
    };
    assert_eq!((at(23), at(25)), ((false, false, 0), (true, true, 2)));
    let status = firm.status(0, "");
    let new = of(&status, "NEW");
    assert_eq!((new.last_good, new.age_seconds, new.outcome, new.in_error, new.copies), (None, None, None, false, 0));
    assert!(text::render(&status, &Texts::new(Lang::English), false).contains("never"));
}

#[test]
fn a_dossier_that_is_gone_is_missed_until_no_rule_wants_it() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.run_with_report();
    fs::remove_dir_all(firm.root().join("D1")).unwrap();
    let status = firm.status(0, "");
    assert_eq!((of(&status, "D1").outcome, &of(&status, "D1").causes[..]), (Some(Outcome::Missing), &[Cause::Missing][..]));
    assert_eq!((of(&status, "D1").rule.as_deref(), of(&status, "D2").rule.as_deref()), (None, Some("firm")));
    firm.run_with_report();
    let status = firm.status(0, "");
    assert_eq!((&of(&status, "D1").alarms[..], status.counts.alarms), (&[Alarm::Missing][..], 1));
    // Another machine's dossiers are not this one's.
    fs::rename(firm.root(), firm.folder.path().join("elsewhere")).unwrap();
    let status = firm.status(0, "");
    assert!(status.dossiers.iter().all(|dossier| matches!(dossier.causes[..], [Cause::RootMissing { .. }])), "{status:?}");
    assert!(status.counts.problems > 0);
}

#[test]
fn a_failed_run_is_told_although_it_left_no_snapshot() {
    let firm = Firm::new(&["D1"]);
    firm.run(&[]);
    let mut report = firm.run(&[]);
    report.began += SignedDuration::from_mins(1);
    report.snapshot = None;
    report.failure = Some("the disk was unplugged".to_owned());
    firm.reports.save(&report, &Texts::new(Lang::English)).unwrap();
    // One of another machine in the same folder says nothing of this one.
    report.host = "other".to_owned();
    report.failure = None;
    report.began += SignedDuration::from_mins(1);
    firm.reports.save(&report, &Texts::new(Lang::English)).unwrap();
    let status = firm.status(1, "");
    assert_eq!(status.last_run.as_ref().unwrap().failure.as_deref(), Some("the disk was unplugged"));
    assert!(!status.is_well());
    assert!(text::render(&status, &Texts::new(Lang::English), false).contains("the disk was unplugged"));
}

#[test]
fn runs_of_some_dossiers_and_runs_that_could_not_begin_hide_nothing_of_the_others() {
    let firm = Firm::new(&["D1", "D2"]);
    let texts = Texts::new(Lang::English);
    let save = |report: &Report| _ = firm.reports.save(report, &texts).unwrap();
    let mut report = firm.run(&[]);
    report.dossiers[1].alarms = vec![Alarm::Empty { files_before: 1 }];
    save(&report);
    let every = "[schedule]\nevery = '7 days 21:00'";
    let next = firm.status(72, every).next_run;
    for _ in 0..3 {
        save(&firm.run(&["D1"]));
    }
    let began = Timestamp::now() + SignedDuration::from_hours(48);
    let (host, repository) = ("till".to_owned(), report.repository.clone());
    save(&Report::failed(Attempt { host, repository, reason: None, began, utc_offset: 0 }, "the disk was unplugged".to_owned()));
    let status = firm.status(72, every);
    assert_eq!(status.last_run.as_ref().unwrap().failure.as_deref(), Some("the disk was unplugged"));
    assert_eq!((of(&status, "D1").alarms.len(), of(&status, "D2").alarms.len()), (0, 1), "{status:?}");
    // Nor do they put off what is due.
    assert!(next.is_some());
    assert_eq!(status.next_run, next);
}

#[test]
fn a_check_is_remembered_and_missed() {
    let firm = Firm::new(&["D1"]);
    firm.run(&[]);
    let settings = "[status]\ncheck-after = '10 days'\noverdue-after = '100 days'";
    assert!(!firm.status(9 * 24, settings).check_overdue && firm.status(11 * 24, settings).check_overdue);
    let remember = |hours: i64, sound| {
        let time = Timestamp::now() + SignedDuration::from_hours(hours);
        Checks::remember(&firm.repository, Checked { time, depth: Depth::Data, sound }).unwrap();
    };
    remember(5 * 24, true);
    let status = firm.status(11 * 24, settings);
    assert!(!status.check_overdue && !status.unsound && status.is_well(), "{status:?}");
    remember(6 * 24, false);
    let status = firm.status(7 * 24, settings);
    assert!(status.unsound && status.counts.problems == 1 && !status.is_well());
}

#[test]
fn room_that_ends_soon_is_told() {
    let firm = Firm::new(&["D1"]);
    firm.run(&[]);
    for n in 0..3 {
        fs::write(firm.root().join("D1/ledger"), format!("{n}")).unwrap();
        firm.run(&[]);
    }
    let status = firm.status(48, "");
    let room = status.room.as_ref().unwrap();
    assert!(room.per_day.unwrap() > 0 && !status.room_low, "{room:?}");
    // More must stay free than there is: it has ended.
    let status = firm.status(48, "[room]\nkeep-free = 100000000000");
    assert!(status.room_low && status.room.as_ref().unwrap().ends.unwrap() <= status.time);
    assert!(!status.is_well());
}

#[test]
fn it_is_shown_in_every_language_with_what_is_bad_first() {
    let firm = Firm::new(&["A1", "B2", "C3<b>"]);
    firm.run(&[]);
    fs::write(firm.root().join("B2/.~lock.books.ods#"), "Ada").unwrap();
    firm.run_with_report();
    let status = firm.status(1, "[schedule]\nevery = 'day 21:00'");
    assert!(status.next_run.is_some());
    for lang in Lang::ALL {
        let texts = Texts::new(lang);
        let screen = text::render(&status, &texts, false);
        let page = html::render(&status, &texts);
        assert!(!screen.contains("status-") && !screen.contains('{') && screen.find("B2") < screen.find("A1"), "{screen}");
        assert!(screen.ends_with(&format!("{}\n", status.verdict(&texts))));
        assert!(
            page.contains("C3&lt;b&gt;") && page.contains(">C3&lt;b&gt;</th>") && !page.contains("C3<b>") && !page.contains("status-"),
            "{page}"
        );
        assert!(page.contains(&format!("lang=\"{}\"", lang.tag())) && !page.contains("http://") && !page.contains("<script"));
    }
    let english = status.verdict(&Texts::new(Lang::English));
    assert_eq!(english, "Something needs your attention: 3 dossiers, 1 in error.");
    assert_eq!(status.verdict(&Texts::new(Lang::French)), "Quelque chose demande votre attention : 3 dossiers, 1 en erreur.");
    assert_eq!(status.verdict(&Texts::new(Lang::Portuguese)), "Algo precisa da sua atenção: 3 dossiês, 1 com erro.");
}

#[test]
fn one_screen_stays_one_screen() {
    let codes: Vec<String> = (0..100).map(|n| format!("D{n:03}")).collect();
    let firm = Firm::new(&codes.iter().map(String::as_str).collect::<Vec<_>>());
    fs::write(firm.root().join("D099/.~lock.books.ods#"), "Ada").unwrap();
    firm.run(&[]);
    let status = firm.status(0, "");
    let texts = Texts::new(Lang::English);
    let screen = text::render(&status, &texts, false);
    assert!(screen.lines().count() < 40 && screen.contains("D099") && screen.contains("and 79 more"), "{screen}");
    assert!(text::render(&status, &texts, true).contains("D098"));
}
