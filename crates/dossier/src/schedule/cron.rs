//! Lines for cron (crontab(5)): a file of its own for the system, a block in the table of a user.
//!
//! What cron cannot do, and how it is done nevertheless: it does not know what it missed, so with catch-up it also asks every hour and
//! after the machine starts, and `run --if-due` finds out from the last run whether a time has passed; it has no number of days between
//! two runs and no last day of a month, so it asks on each day that may be one. It makes no run twice when a clock is put back for
//! the same reason. It cannot mail a report by itself: what a run prints goes to cron's own mail.

use std::fmt::Write as _;
use std::path::Path;

use super::{Day, Every, File, MARKER, Plan, Program, Scope, Settings};

/// The first line of what is ours in a user's table.
pub const BEGIN: &str = "# liasse: begin of the schedule.";
/// The last one.
pub const END: &str = "# liasse: end of the schedule.";

pub(super) fn plan(settings: &Settings, scope: Scope, program: &Program, folder: &Path) -> Plan {
    let lines = lines(settings, scope, program);
    match scope {
        // cron reads such a file again by itself. Names with a dot are passed over.
        Scope::System => {
            let head = "SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n";
            Plan { files: vec![File { path: folder.join("liasse"), text: format!("# {MARKER}\n{head}{lines}") }], ..Plan::default() }
        }
        Scope::User => Plan { table: Some(format!("{BEGIN} {MARKER}\n{lines}{END}\n")), ..Plan::default() },
    }
}

fn lines(settings: &Settings, scope: Scope, program: &Program) -> String {
    let words: Vec<String> = program.words(true).iter().map(|word| quoted(word)).collect();
    let command = words.join(" ");
    let user = if scope == Scope::System { "root " } else { "" };
    let mut times: Vec<String> = settings.every.iter().flat_map(fields).collect();
    if settings.catch_up && !times.is_empty() {
        times.extend(["@reboot".to_owned(), "17 * * * *".to_owned()]);
    }
    let mut text = String::new();
    for time in times {
        _ = writeln!(text, "{time} {user}{command}");
    }
    text
}

/// The five fields of each time: minute, hour, day of the month, month, day of the week.
fn fields(every: &Every) -> Vec<String> {
    let (day, times) = match every {
        Every::Hour(minute) => return vec![format!("{minute} * * * *")],
        Every::Day(day, times) => (day, times),
    };
    let date = match day {
        Day::Any | Day::After(_) => "* * *".to_owned(),
        Day::Week(days) => {
            let numbers: Vec<String> = days.iter().map(|day| day.to_monday_one_offset().to_string()).collect();
            // Seven is a Sunday for all crons, and nought for some of them the first day.
            format!("* * {}", numbers.join(","))
        }
        Day::Month(day) => format!("{day} * *"),
        Day::MonthEnd => "28-31 * *".to_owned(),
    };
    times.iter().map(|time| format!("{} {} {date}", time.minute(), time.hour())).collect()
}

/// A word for the shell; cron itself takes `%` for the end of the line unless `\` is before it, and that the shell must not see.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,+@".contains(c));
    let word = if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) };
    word.replace('%', "\\%")
}

/// A user's table without what is ours. A block without its end is left alone.
pub fn without_block(table: &str) -> String {
    match table.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1))) {
        Some((before, after)) => format!("{before}{}", after.strip_prefix('\n').unwrap_or(after)),
        None => table.to_owned(),
    }
}

/// A user's table with a block in it, in place of one that is there.
pub fn with_block(table: &str, block: &str) -> String {
    let others = without_block(table);
    let gap = if others.is_empty() || others.ends_with('\n') { "" } else { "\n" };
    format!("{others}{gap}{block}")
}
