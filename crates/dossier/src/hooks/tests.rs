//! Hooks that do their work, and hooks that do everything else.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::time::{Duration, Instant};

use liasse_archive::repo::Stop;
use serde_json::json;

use super::run::run_with;
use super::*;
use crate::lang::{Lang, Texts};
use crate::report::{Cause, Outcome};
use crate::{Code, Period};

/// Far more than any of these needs, and less than what would be waited for if it were not ended.
const SOON: Duration = Duration::from_mins(1);

fn hook(command: &str, timeout: Duration) -> Hook {
    Hook {
        name: "dump".into(),
        when: When::BeforeDossier,
        rules: Vec::new(),
        dossiers: Vec::new(),
        command: Command::Shell(command.into()),
        timeout: Period::from(timeout),
        on_failure: OnFailure::Skip,
    }
}

fn ran(command: &str, timeout: Duration) -> Ran {
    run_with(&hook(command, timeout), &Scene::default(), &Stop::new(), Duration::from_millis(200))
}

/// Whether a process is there and not a mere entry that waits for its parent.
fn is_alive(process: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    status.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn wait_for_the_end_of(process: &str) {
    let began = Instant::now();
    while is_alive(process) {
        assert!(began.elapsed() < SOON, "{process} lives on");
        std::thread::yield_now();
    }
}

#[test]
fn a_hook_is_told_where_it_is() {
    let code: Code = "D 1234".parse().unwrap();
    let scene = Scene {
        run: "2026-11-22T21-00",
        reason: Some("before-closing"),
        dossier: Some(("books", &code, Path::new("/srv/D 1234"))),
        outcome: Some(Outcome::InUse),
        mail_secret: None,
    };
    let hook = hook("env | grep ^LIASSE_ | sort; echo trouble >&2", SOON);
    let ran = run(&hook, &scene, &Stop::new());
    assert!(ran.is_well(), "{ran:?}");
    let told = "LIASSE_DOSSIER=D 1234\nLIASSE_HOOK=dump\nLIASSE_OUTCOME=in-use\nLIASSE_PATH=/srv/D 1234\nLIASSE_REASON=before-closing\n\
        LIASSE_RULE=books\nLIASSE_RUN=2026-11-22T21-00\nLIASSE_WHEN=before-dossier\ntrouble";
    assert_eq!(ran.output, told);
}

/// `tests/cli` would have to start a whole run for this; the environment of a child is as good.
#[test]
fn a_hook_never_gets_the_password() {
    let this = std::env::current_exe().unwrap();
    let test = ["--exact", "hooks::tests::a_hook_that_looks_for_the_password", "--nocapture"];
    let output = std::process::Command::new(this)
        .args(test)
        .env("LIASSE_PASSWORD", "secret")
        .env("LIASSE_NEW_PASSWORD", "secret")
        .env("POST", "secret")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_hook_that_looks_for_the_password() {
    let scene = Scene { mail_secret: Some("POST"), ..Scene::default() };
    let hook = hook("echo \"[$LIASSE_PASSWORD$LIASSE_NEW_PASSWORD$POST]\"", SOON);
    assert_eq!(run(&hook, &scene, &Stop::new()).output, "[]");
}

#[test]
fn a_program_needs_no_shell() {
    let mut hook = hook("", SOON);
    hook.command = Command::Program(vec!["printf".into(), "%s|".into(), "a b; $HOME".into()]);
    assert_eq!(run(&hook, &Scene::default(), &Stop::new()).output, "a b; $HOME|");
    hook.command = Command::Program(vec!["no-such-program-anywhere".into()]);
    let ran = run(&hook, &Scene::default(), &Stop::new());
    assert!(matches!(&ran.ended, Ended::NotStarted { error } if error == "No such file or directory"), "{ran:?}");
}

#[test]
fn a_hook_that_fails_says_how() {
    let ran_badly = ran("echo first; echo 'the database is locked'; echo; exit 7", SOON);
    assert_eq!(ran_badly.ended, Ended::Code { code: 7 });
    let english = Texts::new(Lang::English);
    assert_eq!(ran_badly.text(&english), "it ended with code 7; its last words: the database is locked");
    assert!(matches!(ran_badly.cause(&english), Cause::Hook { hook, .. } if hook == "dump"));
    assert_eq!(ran("kill -9 $$", SOON).ended, Ended::Signal { signal: 9 });
    for ended in [
        Ended::Well,
        Ended::Signal { signal: 9 },
        Ended::TimedOut { after: Period::of_seconds(1) },
        Ended::Stopped,
        Ended::NotStarted { error: "F".into() },
    ] {
        for lang in Lang::ALL {
            let said = Ran { hook: "h".into(), ended: ended.clone(), output: String::new(), duration_ms: 0 }.text(&Texts::new(lang));
            assert!(!said.starts_with("hook-") && !said.contains('{'), "{lang:?}: {said}");
        }
    }
}

#[test]
fn a_hook_that_hangs_is_ended() {
    let began = Instant::now();
    let ran = ran("echo begun; sleep 1000", Duration::from_millis(300));
    assert_eq!(ran.ended, Ended::TimedOut { after: Period::from(Duration::from_millis(300)) });
    assert_eq!(ran.output, "begun");
    assert!(began.elapsed() < SOON);
}

#[test]
fn a_hook_that_will_not_end_is_killed_with_all_it_started() {
    let ran = ran("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & wait", Duration::from_millis(500));
    assert!(matches!(ran.ended, Ended::TimedOut { .. }), "{ran:?}");
    wait_for_the_end_of(ran.output.trim());
}

#[test]
fn a_hook_that_says_goodbye_when_asked_may() {
    let ran = ran("trap 'echo bye; exit 0' TERM; echo begun; while :; do sleep 0.01; done", Duration::from_millis(500));
    assert!(matches!(ran.ended, Ended::TimedOut { .. }), "{ran:?}");
    assert!(ran.output.starts_with("begun\n") && ran.output.ends_with("\nbye"), "{}", ran.output);
}

#[test]
fn what_a_hook_leaves_in_the_background_is_not_waited_for() {
    let began = Instant::now();
    let ran = ran("sleep 1000 & echo $!", SOON);
    assert_eq!(ran.ended, Ended::Well);
    assert!(began.elapsed() < SOON && is_alive(&ran.output), "{ran:?}");
    let process = rustix::process::Pid::from_raw(ran.output.parse().unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn a_hook_that_never_stops_talking_is_ended_and_kept_short() {
    let ran = ran("yes 'all work and no play'", Duration::from_millis(500));
    assert!(matches!(ran.ended, Ended::TimedOut { .. }), "{ran:?}");
    assert!(ran.output.len() <= 4096 && ran.output.ends_with("no play"), "{}", ran.output);
}

#[test]
fn a_hook_has_nothing_to_read_and_may_close_all_it_has() {
    assert_eq!(ran("cat; echo read", SOON).output, "read");
    let ran = ran("exec 0<&- 1>&- 2>&-; exit 5", SOON);
    assert_eq!((ran.ended, ran.output.as_str()), (Ended::Code { code: 5 }, ""));
}

#[test]
fn a_stopped_run_stops_its_hook() {
    let stop = Stop::new();
    stop.stop();
    let began = Instant::now();
    let ran = run(&hook("sleep 1000", Duration::from_secs(1000)), &Scene::default(), &stop);
    assert_eq!(ran.ended, Ended::Stopped);
    assert!(began.elapsed() < SOON);
}

#[test]
fn settings_say_what_is_meant() {
    let read = |value: serde_json::Value| serde_json::from_value::<Hook>(value);
    let written = json!({
        "name": "dump", "when": "before-dossier", "command": "dump it", "rules": ["books"], "dossiers": ["D1"], "timeout": "5 min",
    });
    let hook = read(written).unwrap();
    assert_eq!((hook.on_failure, hook.timeout), (OnFailure::Skip, Period::of_seconds(300)));
    let code = |text: &str| text.parse::<Code>().unwrap();
    assert!(hook.is_for("books", &code("D1")) && !hook.is_for("books", &code("D2")) && !hook.is_for("shop", &code("D1")));
    let hook = read(json!({"name": "x", "when": "before-run", "command": ["a", "b"]})).unwrap();
    assert_eq!((hook.on_failure, hook.command), (OnFailure::Stop, Command::Program(vec!["a".into(), "b".into()])));
    assert_eq!(read(json!({"name": "x", "when": "after-dossier", "command": "a"})).unwrap().on_failure, OnFailure::GoOn);
    for (key, bad, why) in [
        ("name", json!(" "), "a hook needs a name"),
        ("command", json!(" "), "has no command"),
        ("command", json!([]), "has no command"),
        ("command", json!(7), "a command as one text"),
        ("timeout", json!("0 s"), "no time to run"),
        ("rules", json!(["b"]), "some rules or dossiers"),
        ("on-failure", json!("skip"), "cannot skip"),
        ("when", json!("noon"), "noon"),
        ("timout", json!("5 s"), "timout"),
    ] {
        let mut written = json!({"name": "x", "when": "before-run", "command": "a"});
        written.as_object_mut().unwrap().insert(key.to_owned(), bad);
        let error = read(written).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
