//! Reports to show.

use liasse_dossier::report::{Alarm, Cause, DossierReport, Outcome, PassedOver, Report};

pub(crate) fn dossier(code: &str, outcome: Outcome) -> DossierReport {
    DossierReport {
        code: code.parse().unwrap(),
        path: format!("/srv/books/{code}"),
        outcome,
        since: Some("2026-11-21T20:00:00Z".parse().unwrap()),
        files: 20,
        size: 12_345_678,
        added: 0,
        duration_ms: 40,
        causes: vec![],
        left_out: vec![],
        as_before: vec![],
        alarms: vec![],
    }
}

/// A run in Zurich with nothing in it.
pub(crate) fn empty() -> Report {
    Report {
        schema: Report::SCHEMA,
        host: "SRV01".to_owned(),
        repository: "/media/usb/backup".to_owned(),
        reason: None,
        began: "2026-11-22T20:00:00.25Z".parse().unwrap(),
        utc_offset: 3600,
        duration_ms: 65_000,
        snapshot: Some("cbd864f49b8999893f295a71a9ef73bf".to_owned()),
        failure: None,
        problems: 0,
        remarks: vec![],
        dossiers: vec![],
        passed_over: vec![],
        rolled_back: false,
        passed_over_more: 0,
        stored: 1_234_567,
        free: Some(1_200_000_000_000),
    }
}

/// 24 dossiers that are well.
pub(crate) fn good() -> Report {
    let mut report = empty();
    report.dossiers = (0..24).map(|i| dossier(&format!("D{:04}", 1000 + i), Outcome::Unchanged)).collect();
    report.dossiers[3].outcome = Outcome::Stored;
    report.dossiers[3].added = 1_500_000;
    report.dossiers[3].left_out = vec!["photos".to_owned(), "indexes".to_owned()];
    report
}

/// The same, and one that is open at a station.
pub(crate) fn usual() -> Report {
    let mut report = good();
    let mut open = dossier("D1234", Outcome::InUse);
    open.causes = vec![Cause::LockFile { file: "ledger.lck".to_owned(), by: Some("PC-03".to_owned()) }];
    report.dossiers.push(open);
    report
}

/// A bad night: alarms, every outcome, a remark.
pub(crate) fn bad() -> Report {
    let mut report = usual();
    report.reason = Some("before-closing".to_owned());
    report.remarks = vec!["The mail could not be sent.".to_owned()];
    report.dossiers[7].outcome = Outcome::Stored;
    report.dossiers[7].alarms = vec![
        Alarm::MostChanged { percent: 93 },
        Alarm::Noise { files: 1500, example: "letters/a.doc".to_owned() },
        Alarm::Shrunk { file: "journal.log".to_owned(), before: 5_000_000, now: 1_000 },
    ];
    let mut gone = dossier("D2000", Outcome::Missing);
    gone.causes = vec![Cause::Missing];
    gone.alarms = vec![Alarm::Missing];
    let mut torn = dossier("D2001", Outcome::Failed);
    torn.since = None;
    torn.causes = (0..9).map(|i| Cause::Unreadable { file: format!("f{i}"), error: "input/output error".to_owned() }).collect();
    report.dossiers.extend([gone, torn, dossier("D2002", Outcome::NotAsked)]);
    report
}

/// What a page would load or run if it were taken for markup.
pub(crate) const HARM: &str =
    "<script src=\"https://evil.example/x.js\">alert('&amp;')</script>\"'><img src=x onerror=alert(1)>\n\u{1b}[2J\u{202e}";

/// A report in which everything that can come from elsewhere means harm.
pub(crate) fn hostile() -> Report {
    let harm = || HARM.to_owned();
    let mut report = bad();
    report.host = harm();
    report.repository = harm();
    report.reason = Some(harm());
    report.snapshot = Some(harm());
    report.failure = Some(harm());
    report.remarks = vec![harm()];
    report.passed_over = vec![PassedOver { path: harm(), rule: Some(harm()), marker: Some(harm()), was_saved: true }];
    let dossier = &mut report.dossiers[0];
    // What a code may be: no control characters and no slash.
    dossier.code = "<b onclick='x'>\"&lt;<script>alert(1)<\u{202e}script>".parse().unwrap();
    dossier.path = harm();
    dossier.outcome = Outcome::Failed;
    dossier.left_out = vec![harm()];
    dossier.causes = vec![
        Cause::LockFile { file: harm(), by: Some(harm()) },
        Cause::Open { file: harm(), program: harm(), process: 1 },
        Cause::Unreadable { file: harm(), error: harm() },
        Cause::RootMissing { root: harm() },
        Cause::Hook { hook: harm(), error: harm() },
    ];
    dossier.alarms = vec![Alarm::Noise { files: 1, example: harm() }, Alarm::ArchiveChanged { file: harm() }];
    report
}
