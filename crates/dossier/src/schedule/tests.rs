//! What is generated is held against the programs that read it: systemd's own checker and calendar, cron's own parser, and Python's
//! readers of property lists and XML.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::*;

const ZONE: &str = "Europe/Zurich";

fn every(text: &str) -> Every {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn settings(texts: &[&str]) -> Settings {
    Settings { every: texts.iter().map(|text| every(text)).collect(), ..Settings::default() }
}

fn program() -> Program {
    Program { path: "/bin/true".into(), arguments: vec!["-r".into(), "/srv/it's 100% $HOME \"ours\" & <b>\\".into()] }
}

fn plan(texts: &[&str], system: System, scope: Scope) -> Plan {
    Plan::new(&settings(texts), system, scope, &program(), Path::new("/folder"))
}

fn at(text: &str) -> Zoned {
    let zone = TimeZone::get(ZONE).unwrap();
    text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone).unwrap()
}

fn shown(moment: Option<Zoned>) -> String {
    moment.unwrap().strftime("%F %H:%M %Z").to_string()
}

/// Runs a program that must do well.
fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {said}");
    said
}

fn python(script: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text");
    fs::write(&path, text).unwrap();
    run(Command::new("python3").args(["-c", script]).arg(path))
}

#[test]
fn what_people_write_is_understood() {
    for (text, same) in [
        ("day 21:00", "day 21:00"),
        ("DAY  21:00,9:30 9:30", "day 09:30 21:00"),
        ("day 21h", "day 21:00"),
        ("1 day 21h30", "day 21:30"),
        ("weekday 12:30", "weekday 12:30"),
        ("thu,monday 21:00", "monday,thursday 21:00"),
        ("weekend 0:00", "saturday,sunday 00:00"),
        ("monday,tuesday,wed,thu,fri 1:00", "weekday 01:00"),
        ("7 days 21:00", "7 days 21:00"),
        ("month 1 21:00", "month 1 21:00"),
        ("month last 21:00", "month last 21:00"),
        ("hour", "hour"),
        ("hour :07", "hour :07"),
    ] {
        assert_eq!(every(text).to_string(), same, "{text}");
        assert_eq!(every(same), every(text), "{text}");
    }
    for bad in [
        "",
        "day",
        "21:00",
        "day 24:00",
        "day 21:60",
        "day 21",
        "day -1:00",
        "day 1:0",
        "month 29 21:00",
        "month 0 21:00",
        "month 21:00",
        "0 days 21:00",
        "367 days 21:00",
        "7 days 9:00 21:00",
        "funday 21:00",
        "mond 21:00",
        "hour 5",
        "hour :60",
        "day 21:00 noon",
        "day +1:00",
        "lundi 21:00",
    ] {
        assert!(bad.parse::<Every>().is_err(), "{bad}");
    }
    let error = "day 25:00".parse::<Every>().unwrap_err().to_string();
    assert!(error.contains("\"day 25:00\"") && error.contains("\"day 21:00\""), "{error}");
}

#[test]
fn settings_are_one_text_or_a_list() {
    let read = |value: serde_json::Value| serde_json::from_value::<Settings>(value);
    assert_eq!(read(json!({"every": "day 21:00"})).unwrap(), settings(&["day 21:00"]));
    let both = read(json!({"every": ["weekday 12:30", "day 21:00"], "catch-up": false, "scope": "user", "system": "cron"})).unwrap();
    assert_eq!(both.every, settings(&["weekday 12:30", "day 21:00"]).every);
    assert_eq!((both.catch_up, both.scope, both.system), (false, Some(Scope::User), Some(System::Cron)));
    for bad in [json!({"every": 7}), json!({"every": "soon"}), json!({"evry": "day 21:00"}), json!({"system": "at"})] {
        read(bad).unwrap_err();
    }
    assert!(read(json!({"every": "soon"})).unwrap_err().to_string().contains("\"soon\" names no times"));
}

#[test]
fn the_clock_may_be_put_forward_and_back() {
    // 2026-03-29 has no 02:30 there, and 2026-10-25 has it twice.
    for (text, after, next) in [
        ("day 21:00", "2026-03-28T21:00", "2026-03-29 21:00 CEST"),
        ("day 02:30", "2026-03-28T03:00", "2026-03-29 03:30 CEST"),
        ("day 02:30", "2026-03-29T03:30", "2026-03-30 02:30 CEST"),
        ("day 02:30", "2026-10-24T03:00", "2026-10-25 02:30 CEST"),
        ("day 02:30", "2026-10-25T02:30", "2026-10-26 02:30 CET"),
        ("hour", "2026-03-29T01:00", "2026-03-29 03:00 CEST"),
        ("hour", "2026-10-25T02:00", "2026-10-25 02:00 CET"),
        ("month last 21:00", "2026-02-01T00:00", "2026-02-28 21:00 CET"),
        ("month 28 21:00", "2026-02-28T21:00", "2026-03-28 21:00 CET"),
        ("sunday 00:00", "2026-03-23T00:00", "2026-03-29 00:00 CET"),
        ("day 9:00 21:00", "2026-03-28T09:00", "2026-03-28 21:00 CET"),
    ] {
        assert_eq!(shown(every(text).next(&at(after), None)), next, "{text} after {after}");
    }
}

#[test]
fn a_number_of_days_is_counted_from_the_last_run() {
    let week = every("7 days 21:00");
    let last = at("2026-03-25T23:10");
    assert_eq!(shown(week.next(&last, Some(&last))), "2026-04-01 21:00 CEST");
    assert_eq!(shown(week.next(&at("2026-05-01T22:00"), Some(&last))), "2026-05-02 21:00 CEST");
    assert!(!week.is_due(&at("2026-04-01T20:59"), Some(&last)));
    assert!(week.is_due(&at("2026-04-01T21:00"), Some(&last)));
    assert!(week.is_due(&at("2026-04-09T08:00"), Some(&last)));
    let texts = ["15 days 21:00"].map(every);
    let mut moments = Moments::new(&texts, last.timestamp(), Some(last.timestamp()), &TimeZone::get(ZONE).unwrap());
    assert_eq!([(); 3].map(|()| shown(moments.next())), ["2026-04-09 21:00 CEST", "2026-04-24 21:00 CEST", "2026-05-09 21:00 CEST"]);
}

#[test]
fn a_missed_time_is_due_until_a_run_was_made() {
    let daily = every("day 21:00");
    let last = at("2026-03-27T21:00:05");
    for (now, due) in [("2026-03-28T20:59:59", false), ("2026-03-28T21:00", true), ("2026-03-30T08:00", true), ("2026-03-27T12:00", false)]
    {
        assert_eq!(daily.is_due(&at(now), Some(&last)), due, "{now}");
    }
    // Nothing is known of a first run: it is due at its time, not when the schedule is installed.
    for (now, due) in [("2026-03-28T20:59", false), ("2026-03-28T21:30", true), ("2026-03-28T22:30", false)] {
        assert_eq!(daily.is_due(&at(now), None), due, "{now}");
    }
}

#[test]
fn systemd_takes_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let texts = ["day 12:30 21:00", "weekday 9:00", "7 days 21:00", "month last 21:00", "month 1 21:00", "hour :05"];
    for scope in [Scope::System, Scope::User] {
        let plan = plan(&texts, System::Systemd, scope);
        let mut verify = Command::new("systemd-analyze");
        verify.arg("verify").arg("--man=no");
        if scope == Scope::User {
            verify.arg("--user").env("XDG_RUNTIME_DIR", folder.path());
        }
        for file in &plan.files {
            assert!(is_ours(&file.text));
            let path = folder.path().join(file.path.file_name().unwrap());
            fs::write(&path, &file.text).unwrap();
            verify.arg(path);
        }
        let said = run(&mut verify);
        assert!(!said.contains("liasse"), "{said}");
    }
    let service = &plan(&["7 days 21:00"], System::Systemd, Scope::User).files[0].text;
    assert!(service.contains("ExecStart=/bin/true -r \"/srv/it's 100%% $$HOME \\\"ours\\\" & <b>\\\\\" run --if-due\n"), "{service}");
    let service = &plan(&["day 21:00"], System::Systemd, Scope::User).files[0].text;
    assert!(service.contains(" run\n"), "{service}");
}

/// The times that are shown are those at which systemd starts runs, also in the weeks in which the clock is put forward and back.
#[test]
fn systemd_reckons_the_same_times() {
    for text in ["day 12:30 21:00", "weekday 9:00", "monday,sunday 00:15", "month 1 21:00", "month last 21:00", "hour :05", "day 03:00"] {
        let every = every(text);
        for start in ["2026-03-28T20:00:00", "2026-10-24T20:00:00", "2028-02-27T00:00:00"] {
            // The second of two hours of one name systemd passes over: one run fewer in a year.
            if text.starts_with("hour") && start.starts_with("2026-10") {
                continue;
            }
            let mut command = Command::new("systemd-analyze");
            command.args(["calendar", "--iterations=30", "--base-time", &start.replace('T', " ")]).args(systemd::calendar(&every));
            let said = run(command.env("TZ", ZONE).env("LC_ALL", "C"));
            let mut told: Vec<String> =
                said.lines().filter_map(|line| line.split_once("(in UTC): ").map(|(_, time)| time.to_owned())).collect();
            let named = |line: &str| line.contains("Next elapse: ") || line.contains("Iter. #");
            assert_eq!(told.len(), said.lines().filter(|line| named(line)).count(), "{said}");
            told.sort_by_key(|line| line.split_once(' ').unwrap().1.to_owned());
            let list = [every.clone()];
            let zone = TimeZone::get(ZONE).unwrap();
            let moments = Moments::new(&list, at(start).timestamp(), None, &zone);
            let ours: Vec<String> =
                moments.take(30).map(|moment| moment.with_time_zone(TimeZone::UTC).strftime("%a %F %H:%M:%S UTC").to_string()).collect();
            assert_eq!(ours, told[..30], "{text} from {start}");
        }
    }
}

#[test]
fn cron_takes_what_is_written() {
    let texts = ["day 12:30 21:00", "weekday 9:00", "sunday 9:00", "7 days 21:00", "month last 21:00", "month 1 21:00", "hour :05"];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let table = plan(&texts, System::Cron, Scope::User).table.unwrap();
    fs::write(&path, &table).unwrap();
    run(Command::new("crontab").arg("-n").arg(&path));
    fs::write(&path, table.replace("* * *", "* 13 *")).unwrap();
    assert!(!Command::new("crontab").arg("-n").arg(&path).output().unwrap().status.success(), "the parser of cron takes anything");

    let system = &plan(&texts, System::Cron, Scope::System).files[0];
    assert!(is_ours(&system.text) && system.path == Path::new("/folder/liasse"));
    let lines: Vec<_> = system.text.lines().filter_map(|line| line.split_once(" root ")).collect();
    let times: Vec<_> = lines.iter().map(|(time, _)| *time).collect();
    let wanted = [
        "30 12 * * *",
        "0 21 * * *",
        "0 9 * * 1,2,3,4,5",
        "0 9 * * 7",
        "0 21 * * *",
        "0 21 28-31 * *",
        "0 21 1 * *",
        "5 * * * *",
        "@reboot",
    ];
    assert_eq!(times, [&wanted[..], &["17 * * * *"]].concat());
    // What the shell is given, once cron has taken its own signs away, is what was meant.
    let command = lines[0].1.replace("\\%", "%").replacen("/bin/true", "printf '%s|'", 1);
    assert_eq!(run(Command::new("sh").args(["-c", &command])), format!("-r|{}|run|--if-due|", program().arguments[1]));
    let without = Settings { catch_up: false, ..settings(&["day 21:00"]) };
    let plan = Plan::new(&without, System::Cron, Scope::User, &program(), Path::new("/"));
    assert!(!plan.table.unwrap().contains("@reboot"));
}

#[test]
fn what_others_wrote_in_a_table_of_cron_stays() {
    let block = plan(&["day 21:00"], System::Cron, Scope::User).table.unwrap();
    for others in ["", "0 1 * * * mine\n", "0 1 * * * mine"] {
        let with = with_block(others, &block);
        assert_eq!(with.matches(BEGIN).count(), 1);
        assert_eq!(with_block(&with, &block), with);
        assert_eq!(without_block(&with).trim_end(), others.trim_end());
    }
    let between = format!("before\n{block}after\n");
    assert_eq!(without_block(&between), "before\nafter\n");
    let torn = format!("before\n{BEGIN}\n0 1 * * * mine\n");
    assert_eq!(without_block(&torn), torn);
}

#[test]
fn a_property_list_is_one() {
    let texts = ["day 12:30 21:00", "sunday 9:00", "month last 21:00", "hour :05"];
    let file = &plan(&texts, System::Launchd, Scope::User).files[0];
    assert!(is_ours(&file.text));
    let script = "import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], 'rb')), sort_keys=True), end='')";
    let read = python(script, &file.text);
    let argument = program().arguments[1].replace('\\', "\\\\").replace('"', "\\\"");
    assert!(read.contains(&format!("\"ProgramArguments\": [\"/bin/true\", \"-r\", \"{argument}\", \"run\", \"--if-due\"]")), "{read}");
    for part in [
        "\"Label\": \"org.liasse.run\"",
        "\"RunAtLoad\": true",
        "{\"Hour\": 12, \"Minute\": 30}",
        "{\"Hour\": 9, \"Minute\": 0, \"Weekday\": 7}",
        "{\"Day\": 31, \"Hour\": 21, \"Minute\": 0}",
        "{\"Minute\": 5}",
    ] {
        assert!(read.contains(part), "{part} {read}");
    }
}

#[test]
fn a_task_of_windows_is_well_formed() {
    let texts = ["day 12:30 21:00", "weekday 9:00", "15 days 21:00", "month last 21:00", "month 1 21:00", "hour :05"];
    let script = "import sys, xml.etree.ElementTree as E
n = '{http://schemas.microsoft.com/windows/2004/02/mit/task}'
t = E.parse(sys.argv[1]).getroot()
assert t.tag == n + 'Task', t.tag
for trigger in t.iter(n + 'CalendarTrigger'):
    print(trigger.find(n + 'StartBoundary').text[11:], *[c.tag.replace(n, '') for c in trigger[-1]], trigger[-1].find('*').text or len(trigger[-1][0]), sep=' ')
print(t.find('.//' + n + 'Command').text, t.find('.//' + n + 'Arguments').text, t.find('.//' + n + 'StartWhenAvailable').text)";
    for scope in [Scope::System, Scope::User] {
        let file = &plan(&texts, System::Windows, scope).files[0];
        assert!(is_ours(&file.text));
        let read = python(script, &file.text);
        for line in [
            "12:30:00 DaysInterval 1",
            "21:00:00 DaysInterval 15",
            "21:00:00 DaysOfMonth Months 1",
            "00:05:00 DaysInterval 1",
            "/bin/true -r \"/srv/it's 100% $HOME \\\"ours\\\" & <b>\\\\\" run true",
        ] {
            assert!(read.lines().any(|told| told == line), "{line}\n{read}");
        }
        assert!(read.lines().any(|told| told.starts_with("09:00:00 WeeksInterval DaysOfWeek")), "{read}");
    }
}

#[test]
fn every_day_of_a_year_has_its_time() {
    let zone = TimeZone::get(ZONE).unwrap();
    let list = [every("day 02:30")];
    let start: Date = "2026-01-01".parse().unwrap();
    let from = start.to_zoned(zone.clone()).unwrap().timestamp();
    let dates: Vec<Date> = Moments::new(&list, from, None, &zone).take(365).map(|moment| moment.date()).collect();
    let wanted: Vec<Date> = start.series(jiff::ToSpan::days(1)).take(365).collect();
    assert_eq!(dates, wanted);
}
