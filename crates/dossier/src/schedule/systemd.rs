//! A service that makes one run, and a timer that starts it (systemd.service(5), systemd.timer(5), systemd.time(7)).

use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::{Time, Weekday};

use super::generate::words;
use super::{Day, Every, File, MARKER, Plan, Program, Scope, Settings};

/// What a run may not do. It must read every dossier, wherever it is and whoever owns it, write to the repository, wherever that is, and
/// start hooks: so nothing here hides or locks folders, and the rights of root stay. User managers may not hold all of these.
const HARDENING: &str = "NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
UMask=0077
";
/// The same, only for the system's own manager.
const HARDENING_SYSTEM: &str = "ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
";

pub(super) fn plan(settings: &Settings, scope: Scope, program: &Program, folder: &Path) -> Plan {
    let manager = if scope == Scope::User { "systemctl --user" } else { "systemctl" };
    let command = |tail: &str| words(&format!("{manager} {tail}"));
    Plan {
        files: vec![
            File { path: folder.join("liasse.service"), text: service(settings, scope, program) },
            File { path: folder.join("liasse.timer"), text: timer(settings) },
        ],
        table: None,
        enable: vec![command("daemon-reload"), command("enable --now liasse.timer")],
        disable: vec![command("disable --now liasse.timer")],
        after: vec![command("daemon-reload")],
    }
}

fn service(settings: &Settings, scope: Scope, program: &Program) -> String {
    let if_due = settings.every.iter().any(Every::counts_days);
    let command: Vec<String> = program.words(if_due).iter().map(|word| quoted(word)).collect();
    let (network, hardening) = match scope {
        // A manager of a user knows nothing of the network.
        Scope::User => ("", ""),
        Scope::System => ("Wants=network-online.target\nAfter=network-online.target\n", HARDENING_SYSTEM),
    };
    // A name, though root it is anyway: without one there is no home folder, and so no cache, no reports and no settings below it.
    let user = if scope == Scope::System { "User=root\n" } else { "" };
    // Code 3 is a run that is done, with dossiers left out or alarms: the report has told.
    format!(
        "# {MARKER}\n[Unit]\nDescription=Backup of the dossiers (liasse)\n{network}\n[Service]\nType=oneshot\n{user}ExecStart={}\n\
        SuccessExitStatus=3\nNice=10\nIOSchedulingClass=best-effort\nIOSchedulingPriority=7\n{HARDENING}{hardening}",
        command.join(" ")
    )
}

fn timer(settings: &Settings) -> String {
    let mut text = format!("# {MARKER}\n[Unit]\nDescription=Times of the backup of the dossiers (liasse)\n\n[Timer]\n");
    for line in settings.every.iter().flat_map(calendar) {
        _ = writeln!(text, "OnCalendar={line}");
    }
    let catch_up = if settings.catch_up { "yes" } else { "no" };
    _ = write!(text, "Persistent={catch_up}\nRandomizedDelaySec=0\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n");
    text
}

/// The times of a schedule as systemd writes them. A number of days is asked every day, and the run finds out whether it is due.
pub(super) fn calendar(every: &Every) -> Vec<String> {
    let Every::Day(day, times) = every else {
        let Every::Hour(minute) = every else { return Vec::new() };
        return vec![format!("*-*-* *:{minute:02}:00")];
    };
    let date = match day {
        Day::Any | Day::After(_) => "*-*-*".to_owned(),
        Day::Week(days) => format!("{} *-*-*", days.iter().map(|day| short(*day)).collect::<Vec<_>>().join(",")),
        Day::Month(day) => format!("*-*-{day:02}"),
        Day::MonthEnd => "*-*~01".to_owned(),
    };
    times.iter().map(|time: &Time| format!("{date} {:02}:{:02}:00", time.hour(), time.minute())).collect()
}

fn short(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

/// A word of a command: `%` and `$` mean something there, and what is not plain stands in quotes.
fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for character in word.chars() {
        match character {
            '%' => text.push_str("%%"),
            '$' => text.push_str("$$"),
            '"' | '\\' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,+@".contains(c));
    if is_plain { word.to_owned() } else { text + "\"" }
}
