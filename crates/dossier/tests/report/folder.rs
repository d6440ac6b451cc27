//! The log folder: names, files, what is kept and what is never touched.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::{FolderError, Report, Reports, Settings};

use crate::sample::{bad, good, usual};

fn texts() -> Texts {
    Texts::new(Lang::English)
}

/// The same run, that much later.
fn later(mut report: Report, hours: i64) -> Report {
    report.began += SignedDuration::from_hours(hours);
    report.snapshot = Some(format!("{hours:08x}9b8999893f295a71a9ef73bf"));
    report
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_report_is_saved_under_its_time_and_snapshot() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path().join("deep/logs")).unwrap();
    let saved = reports.save(&usual(), &texts()).unwrap();
    assert_eq!(saved.name, "2026-11-22T210000+0100-cbd864f4");
    let names = [".errors.txt", ".html", ".json", ".txt"].map(|ending| format!("{}{ending}", saved.name));
    assert_eq!(files(reports.folder()), names);
    assert_eq!(fs::read_to_string(saved.errors.unwrap()).unwrap(), "D1234\n");
    assert_eq!(reports.load(&saved.name).unwrap(), usual());
    assert!(fs::read_to_string(&saved.text).unwrap().ends_with("D1234 open at PC-03.\n"));
    assert_eq!((mode(reports.folder()), mode(&saved.text), mode(&saved.json)), (0o700, 0o600, 0o600));
}

#[test]
fn who_may_look_into_the_folder_may_read_the_reports() {
    let place = tempfile::tempdir().unwrap();
    for (folder, file) in [(0o755, 0o644), (0o2750, 0o640), (0o700, 0o600), (0o744, 0o600)] {
        let path = place.path().join(format!("{folder:o}"));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(folder)).unwrap();
        let saved = Reports::open(path).unwrap().save(&usual(), &texts()).unwrap();
        assert_eq!((mode(&saved.text), mode(&saved.html), mode(&saved.json)), (file, file, file), "{folder:o}");
    }
}

/// The run adds a remark when the mail failed, and saves again.
#[test]
fn a_report_that_is_saved_again_takes_its_own_place() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path()).unwrap();
    let first = reports.save(&usual(), &texts()).unwrap();
    let mut again = usual();
    again.dossiers.pop();
    again.remarks.push("late".to_owned());
    let second = reports.save(&again, &texts()).unwrap();
    assert_eq!((first.name.clone(), None), (second.name, second.errors));
    assert_eq!(files(place.path()).len(), 3, "the codes in error of the first form are gone");
    assert_eq!(reports.load(&first.name).unwrap(), again);
}

#[test]
fn another_run_of_the_same_second_has_a_name_of_its_own() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path()).unwrap();
    let mut other = usual();
    other.host = "SRV02".to_owned();
    let names = [reports.save(&usual(), &texts()), reports.save(&other, &texts())].map(|saved| saved.unwrap().name);
    assert_eq!(names[1], format!("{}-2", names[0]));
    assert_eq!(reports.save(&other, &texts()).unwrap().name, names[1]);
    assert_eq!(reports.list().unwrap(), [names[1].clone(), names[0].clone()]);
    assert_eq!(reports.find(&names[0]).unwrap(), names[0]);
}

#[test]
fn reports_are_listed_by_time_even_when_clocks_are_put_back() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path()).unwrap();
    let at = |moment: &str, offset: i32, id: &str| {
        let report = Report { began: moment.parse().unwrap(), utc_offset: offset, snapshot: Some(id.repeat(32)), ..good() };
        reports.save(&report, &texts()).unwrap().name
    };
    // 02:30 comes twice; then a machine far in the west.
    let first = at("2026-10-25T00:30:00Z", 7200, "f");
    let second = at("2026-10-25T01:30:00Z", 3600, "a");
    let third = at("2026-10-25T02:30:00Z", -12_600, "b");
    assert!(first.starts_with("2026-10-25T023000+0200") && second.starts_with("2026-10-25T023000+0100"), "{first} {second}");
    assert!(third.starts_with("2026-10-24T230000-0330"), "{third}");
    assert_eq!(reports.list().unwrap(), [third.clone(), second.clone(), first]);
    assert_eq!(reports.find("latest").unwrap(), third);
    assert_eq!(reports.find("aaaa").unwrap(), second);
    assert_eq!(reports.find(&"a".repeat(32)).unwrap(), second);
    assert_eq!(reports.find("2026-10-24").unwrap(), third);
    assert!(matches!(reports.find("2026-10-25"), Err(FolderError::Ambiguous { fitting, .. }) if fitting.len() == 2));
    for unknown in ["", "zz", "../x", "2027", "aaa"] {
        assert!(matches!(reports.find(unknown), Err(FolderError::NotFound { .. })), "{unknown}");
    }
}

#[test]
fn a_run_without_a_snapshot_has_a_name_too() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path()).unwrap();
    for snapshot in [None, Some("../../../etc/passwd".to_owned()), Some("x".to_owned())] {
        let report = Report { snapshot, ..usual() };
        let name = reports.save(&report, &texts()).unwrap().name;
        assert!(name.starts_with("2026-11-22T210000+0100-0ee6b280"), "{name}");
    }
    assert_eq!(reports.list().unwrap().len(), 3);
}

#[test]
fn old_reports_go_and_the_newest_never() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path()).unwrap();
    let days: Vec<String> = (0..6).map(|day| reports.save(&later(usual(), day * 24), &texts()).unwrap().name).collect();
    let now = usual().began + SignedDuration::from_hours(5 * 24);
    let keep = |text: &str, least, most| Settings { folder: None, keep: text.parse().unwrap(), keep_least: least, keep_most: most };
    assert_eq!(reports.prune(&keep("400 days", 1, None), now).unwrap(), Vec::<String>::new());
    assert_eq!(reports.prune(&keep("1 day", 6, None), now).unwrap(), Vec::<String>::new());
    assert_eq!(reports.prune(&keep("4 days 1 min", 0, None), now).unwrap(), [days[0].clone()]);
    assert_eq!(reports.prune(&keep("400 days", 0, Some(4)), now).unwrap(), [days[1].clone()]);
    assert_eq!(reports.prune(&keep("0 s", 2, None), Timestamp::MAX).unwrap(), [days[3].clone(), days[2].clone()]);
    assert_eq!(reports.prune(&keep("0 s", 0, Some(0)), Timestamp::MAX).unwrap(), [days[4].clone()]);
    assert_eq!(reports.list().unwrap(), [days[5].clone()]);
    assert_eq!(files(place.path()).len(), 4, "all files of the others are gone");
}

#[test]
fn what_a_run_did_not_write_stays() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path()).unwrap();
    let newest = reports.save(&later(usual(), 1), &texts()).unwrap().name;
    let old = "2026-01-01T210000+0100";
    let theirs = [
        "notes.txt".to_owned(),
        format!("{old}-holiday.txt"),
        format!("{old}-cbd864f4.pdf"),
        format!("{old}-cbd864f4.txt"),
        format!("{old}-CBD864F4.json"),
        // Names of reports, and others' content.
        format!("{old}-00000001.json"),
        format!("{old}-00000002.json"),
        "2026-01-01T210000+0100-00000003.json.old".to_owned(),
        "letter.txt.unfinished".to_owned(),
    ];
    for name in &theirs {
        fs::write(place.path().join(name), b"{\"schema\":1}").unwrap();
    }
    // A report that somebody renamed is theirs now.
    fs::write(place.path().join(&theirs[6]), serde_json::to_vec(&usual()).unwrap()).unwrap();
    let settings = Settings { keep: "0 s".parse().unwrap(), keep_least: 0, ..Settings::default() };
    assert_eq!(reports.prune(&settings, Timestamp::MAX).unwrap(), Vec::<String>::new());
    for name in theirs {
        assert!(place.path().join(&name).exists(), "{name} is gone");
    }
    assert_eq!(reports.find("latest").unwrap(), newest);
}

#[test]
fn what_a_killed_run_left_goes_after_a_while() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path()).unwrap();
    let name = reports.save(&usual(), &texts()).unwrap().name;
    let [left, fresh] = [".html", ".json"].map(|ending| place.path().join(format!("{name}{ending}.unfinished")));
    fs::write(&left, b"<ht").unwrap();
    fs::write(&fresh, b"{").unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(2);
    fs::File::options().write(true).open(&left).unwrap().set_modified(long_ago).unwrap();
    reports.prune(&Settings::default(), usual().began).unwrap();
    assert!(!left.exists() && fresh.exists());
    // Whoever was killed while writing does not keep the next one from it.
    reports.save(&usual(), &texts()).unwrap();
    assert!(!fresh.exists());
}

#[test]
fn damaged_and_newer_reports_are_told_apart() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path()).unwrap();
    let saved = reports.save(&bad(), &texts()).unwrap();
    let newer = String::from_utf8(fs::read(&saved.json).unwrap()).unwrap().replace("\"schema\":1", "\"schema\":2");
    for (content, is_newer) in [("", false), ("{}", false), ("[1", false), ("{\"schema\":1}", false), (newer.as_str(), true)] {
        fs::write(&saved.json, content).unwrap();
        match reports.load(&saved.name).unwrap_err() {
            FolderError::Newer { schema: 2, .. } => assert!(is_newer),
            FolderError::Damaged { .. } => assert!(!is_newer, "{content}"),
            other => panic!("{other}"),
        }
    }
    assert_eq!(reports.list().unwrap(), [saved.name]);
}

#[test]
fn a_folder_that_is_not_there_has_no_reports() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::at(place.path().join("none"));
    assert_eq!(reports.list().unwrap(), Vec::<String>::new());
    assert!(matches!(reports.find("latest"), Err(FolderError::NotFound { .. })));
    fs::write(place.path().join("file"), b"").unwrap();
    assert!(matches!(Reports::open(place.path().join("file/x")), Err(FolderError::Io { .. })));
}

/// A folder that cannot be written is an error that names the file, and leaves nothing half done.
#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let place = tempfile::tempdir().unwrap();
    let reports = Reports::open(place.path()).unwrap();
    fs::create_dir(place.path().join("2026-11-22T210000+0100-cbd864f4.html")).unwrap();
    let error = reports.save(&usual(), &texts()).unwrap_err();
    assert!(error.to_string().ends_with("2026-11-22T210000+0100-cbd864f4.html"), "{error}");
    assert!(files(place.path()).iter().all(|name| !name.ends_with("unfinished")));
    assert_eq!(reports.list().unwrap(), Vec::<String>::new());
}
