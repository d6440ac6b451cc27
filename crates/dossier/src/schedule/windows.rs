//! A task for Windows, as XML for `schtasks /Create /XML` (schema `http://schemas.microsoft.com/windows/2004/02/mit/task`, version 1.2).

use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::{Time, Weekday};

use super::generate::words;
use super::parse::name;
use super::xml::escaped;
use super::{Day, Every, File, MARKER, Plan, Program, Scope, Settings};

/// A day in the past from which on the times count; a number of days is counted from it by Windows itself.
const START: &str = "2024-01-01";
/// All months, which Windows wants to be named.
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

pub(super) fn plan(settings: &Settings, scope: Scope, program: &Program, folder: &Path) -> Plan {
    let path = folder.join("liasse.xml");
    let create = [words("schtasks /Create /F /TN Liasse /XML"), vec![path.to_string_lossy().into_owned()]].concat();
    Plan {
        files: vec![File { path, text: text(settings, scope, program) }],
        enable: vec![create],
        disable: vec![words("schtasks /Delete /F /TN Liasse")],
        ..Plan::default()
    }
}

fn text(settings: &Settings, scope: Scope, program: &Program) -> String {
    let mut triggers = String::new();
    for trigger in settings.every.iter().flat_map(triggers_of) {
        _ = writeln!(triggers, "    <CalendarTrigger>\n{trigger}    </CalendarTrigger>");
    }
    let principal = match scope {
        // The account of the system, by its number: its name depends on the language.
        Scope::System => "<UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel>",
        // Whether or not the user is logged in, without a password that would have to be kept.
        Scope::User => "<LogonType>S4U</LogonType><RunLevel>LeastPrivilege</RunLevel>",
    };
    let words = program.words(false);
    let (path, arguments) = words.split_first().map_or(("", &[][..]), |(path, arguments)| (path.as_str(), arguments));
    let arguments: Vec<String> = arguments.iter().map(|word| quoted(word)).collect();
    format!(
        "<?xml version=\"1.0\"?>\n<!-- {MARKER} -->\n<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n  \
        <RegistrationInfo>\n    <Description>Backup of the dossiers (liasse)</Description>\n  </RegistrationInfo>\n  \
        <Triggers>\n{triggers}  </Triggers>\n  <Principals>\n    <Principal id=\"Author\">{principal}</Principal>\n  </Principals>\n  \
        <Settings>\n    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n    \
        <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n    \
        <StartWhenAvailable>{}</StartWhenAvailable>\n    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>\n    <Priority>7</Priority>\n  \
        </Settings>\n  <Actions Context=\"Author\">\n    <Exec>\n      <Command>{}</Command>\n      <Arguments>{}</Arguments>\n    \
        </Exec>\n  </Actions>\n</Task>\n",
        settings.catch_up,
        escaped(path),
        escaped(&arguments.join(" "))
    )
}

fn triggers_of(every: &Every) -> Vec<String> {
    let (day, times) = match every {
        Every::Hour(minute) => {
            let repeated = "      <Repetition><Interval>PT1H</Interval><Duration>P1D</Duration></Repetition>\n";
            return vec![format!("{repeated}{}{}", start(Time::constant(0, *minute, 0, 0)), daily(1))];
        }
        Every::Day(day, times) => (day, times),
    };
    let rule = match day {
        Day::Any => daily(1),
        Day::After(days) => daily(*days),
        Day::Week(days) => weekly(days),
        Day::Month(day) => monthly(&day.to_string()),
        Day::MonthEnd => monthly("Last"),
    };
    times.iter().map(|time| format!("{}{rule}", start(*time))).collect()
}

fn start(time: Time) -> String {
    format!("      <StartBoundary>{START}T{:02}:{:02}:00</StartBoundary>\n", time.hour(), time.minute())
}

fn daily(days: u16) -> String {
    format!("      <ScheduleByDay><DaysInterval>{days}</DaysInterval></ScheduleByDay>\n")
}

fn weekly(days: &[Weekday]) -> String {
    let capital = |name: &str| name.get(..1).unwrap_or_default().to_uppercase() + name.get(1..).unwrap_or_default();
    let days = empty_tags(days.iter().map(|day| capital(name(*day))));
    format!("      <ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek>{days}</DaysOfWeek></ScheduleByWeek>\n")
}

fn monthly(day: &str) -> String {
    let months = empty_tags(MONTHS);
    format!("      <ScheduleByMonth><DaysOfMonth><Day>{day}</Day></DaysOfMonth><Months>{months}</Months></ScheduleByMonth>\n")
}

fn empty_tags(names: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    names.into_iter().fold(String::new(), |tags, name| format!("{tags}<{name}/>"))
}

/// A word of a command line, as programs of Windows take it apart (`CommandLineToArgvW`).
fn quoted(word: &str) -> String {
    if !word.is_empty() && !word.contains([' ', '\t', '"']) {
        return word.to_owned();
    }
    let mut text = String::from("\"");
    let mut slashes = 0;
    for character in word.chars() {
        if character == '"' {
            text.push_str(&"\\".repeat(slashes + 1));
        }
        slashes = if character == '\\' { slashes + 1 } else { 0 };
        text.push(character);
    }
    text + &"\\".repeat(slashes) + "\""
}
