//! An agent or a daemon of macOS (launchd.plist(5)). launchd makes up for a time that passed while the machine slept, though not for one
//! while it was off; with catch-up it therefore also asks when it is loaded, and `run --if-due` answers.

use std::fmt::Write as _;
use std::path::Path;

use super::generate::words;
use super::xml::escaped;
use super::{Day, Every, File, MARKER, Plan, Program, Scope, Settings};

/// What launchd calls it.
const LABEL: &str = "org.liasse.run";

pub(super) fn plan(settings: &Settings, scope: Scope, program: &Program, folder: &Path) -> Plan {
    let path = folder.join(format!("{LABEL}.plist"));
    let domain = if scope == Scope::System { "system" } else { "user" };
    let bootstrap = [words("launchctl load -w"), vec![path.to_string_lossy().into_owned()]].concat();
    let bootout = [words("launchctl unload -w"), vec![path.to_string_lossy().into_owned()]].concat();
    let text = text(settings, domain, program);
    Plan { files: vec![File { path, text }], enable: vec![bootstrap], disable: vec![bootout], ..Plan::default() }
}

fn text(settings: &Settings, domain: &str, program: &Program) -> String {
    let mut arguments = String::new();
    for word in program.words(true) {
        _ = writeln!(arguments, "    <string>{}</string>", escaped(&word));
    }
    let mut times = String::new();
    for entry in settings.every.iter().flat_map(entries) {
        times.push_str("    <dict>");
        for (key, value) in entry {
            _ = write!(times, "<key>{key}</key><integer>{value}</integer>");
        }
        times.push_str("</dict>\n");
    }
    let at_load = if settings.catch_up { "true" } else { "false" };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
        \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<!-- {MARKER} For the {domain}. -->\n<plist version=\"1.0\">\n<dict>\n  \
        <key>Label</key>\n  <string>{LABEL}</string>\n  <key>ProgramArguments</key>\n  <array>\n{arguments}  </array>\n  \
        <key>StartCalendarInterval</key>\n  <array>\n{times}  </array>\n  <key>RunAtLoad</key>\n  <{at_load}/>\n  \
        <key>ProcessType</key>\n  <string>Background</string>\n  <key>LowPriorityIO</key>\n  <true/>\n</dict>\n</plist>\n"
    )
}

/// What each entry asks for; a key that is not there stands for any.
fn entries(every: &Every) -> Vec<Vec<(&'static str, i8)>> {
    let (day, times) = match every {
        Every::Hour(minute) => return vec![vec![("Minute", *minute)]],
        Every::Day(day, times) => (day, times),
    };
    let dates: Vec<Vec<(&'static str, i8)>> = match day {
        Day::Any | Day::After(_) => vec![vec![]],
        Day::Week(days) => days.iter().map(|day| vec![("Weekday", day.to_monday_one_offset())]).collect(),
        Day::Month(day) => vec![vec![("Day", *day)]],
        // The run finds out which of them is the last.
        Day::MonthEnd => (28..=31).map(|day| vec![("Day", day)]).collect(),
    };
    let at = |date: &Vec<(&'static str, i8)>| -> Vec<Vec<(&'static str, i8)>> {
        times.iter().map(|time| [date.as_slice(), &[("Hour", time.hour()), ("Minute", time.minute())]].concat()).collect()
    };
    dates.iter().flat_map(at).collect()
}
