//! Runs one hook.

use std::io::{self, PipeReader, Read as _};
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command as Process, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use fluent_bundle::FluentValue;
use liasse_archive::repo::Stop;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use serde::{Deserialize, Serialize};

use super::group::Group;
use super::tail::Tail;
use super::{Command, Hook};
use crate::lang::Texts;
use crate::notify::NOT_FOR_COMMANDS;
use crate::report::{Cause, Outcome};
use crate::{Code, Period, spoken};

/// How long a command may take to end when it is asked to.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// How long the wish to stop may go unseen.
const STOP_WAIT: Duration = Duration::from_millis(100);

/// What a hook is told about its surroundings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scene<'a> {
    /// Name of the run.
    pub run: &'a str,
    /// Why the run is made.
    pub reason: Option<&'a str>,
    /// The dossier: its rule, its code and its folder.
    pub dossier: Option<(&'a str, &'a Code, &'a Path)>,
    /// How it, or the worst of the run, fared.
    pub outcome: Option<Outcome>,
    /// Variable of the environment that holds the mail server's password, by the settings: no hook gets it.
    pub mail_secret: Option<&'a str>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ended", rename_all = "kebab-case")]
pub enum Ended {
    /// Well.
    Well,
    /// With a code that is not 0.
    Code {
        /// The code.
        code: i32,
    },
    /// By a signal from elsewhere.
    Signal {
        /// Its number.
        signal: i32,
    },
    /// It took too long and was ended.
    TimedOut {
        /// How long it was given.
        after: Period,
    },
    /// The run was stopped, and it with it.
    Stopped,
    /// It could not be started.
    NotStarted {
        /// What the system says.
        error: String,
    },
}

/// What a hook did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Its name.
    pub hook: String,
    /// How it ended.
    pub ended: Ended,
    /// The end of what it said, at most 4 KiB.
    pub output: String,
    /// What it took, in milliseconds.
    pub duration_ms: u64,
}

impl Ran {
    /// Whether it did its work.
    pub fn is_well(&self) -> bool {
        self.ended == Ended::Well
    }

    /// How it ended and the last line that it said, for the report.
    pub fn text(&self, texts: &Texts) -> String {
        let how = self.ended.text(texts);
        match self.output.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(said) => texts.get("hook-said", &[("how", how.into()), ("said", said.trim().into())]),
            None => how,
        }
    }

    /// Why its dossier is left out, when it failed and its policy says so.
    pub fn cause(&self, texts: &Texts) -> Cause {
        Cause::Hook { hook: self.hook.clone(), error: self.text(texts) }
    }
}

impl Ended {
    fn text(&self, texts: &Texts) -> String {
        let (name, values): (_, Vec<(&str, FluentValue<'_>)>) = match self {
            Self::Well => ("hook-well", vec![]),
            Self::Code { code } => ("hook-code", vec![("code", code.to_string().into())]),
            Self::Signal { signal } => ("hook-signal", vec![("signal", signal.to_string().into())]),
            Self::TimedOut { after } => ("hook-timed-out", vec![("time", after.to_string().into())]),
            Self::Stopped => ("hook-stopped", vec![]),
            Self::NotStarted { error } => ("hook-not-started", vec![("error", error.into())]),
        };
        texts.get(name, &values)
    }

    fn of(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(0), _) => Self::Well,
            (Some(code), _) => Self::Code { code },
            (None, signal) => Self::Signal { signal: signal.unwrap_or_default() },
        }
    }
}

/// Runs a hook, and comes back at the latest a few seconds after its time is over. What it left running in the background when it ended
/// by itself is left alone, and nobody listens to it any more.
pub fn run(hook: &Hook, scene: &Scene<'_>, stop: &Stop) -> Ran {
    run_with(hook, scene, stop, GRACE)
}

/// The same, with another time to end in.
pub(super) fn run_with(hook: &Hook, scene: &Scene<'_>, stop: &Stop, grace: Duration) -> Ran {
    let began = Instant::now();
    let mut tail = Tail::default();
    let ended = start(hook, scene).and_then(|running| running.finish(hook, stop, grace, &mut tail));
    let ended = ended.unwrap_or_else(|error| Ended::NotStarted { error: spoken(error) });
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ran { hook: hook.name.clone(), ended, output: tail.text(), duration_ms }
}

struct Running {
    group: Group,
    output: PipeReader,
}

fn start(hook: &Hook, scene: &Scene<'_>) -> io::Result<Running> {
    let (output, ours) = io::pipe()?;
    fcntl_setfl(&output, fcntl_getfl(&output)? | OFlags::NONBLOCK)?;
    let mut process = match &hook.command {
        Command::Shell(line) => {
            let mut shell = Process::new("sh");
            shell.args(["-c", line]);
            shell
        }
        Command::Program(words) => {
            let mut program = Process::new(words.first().map_or("", String::as_str));
            program.args(words.iter().skip(1));
            program
        }
    };
    process.stdin(Stdio::null()).stdout(ours.try_clone()?).stderr(ours);
    NOT_FOR_COMMANDS.into_iter().chain(scene.mail_secret).for_each(|secret| _ = process.env_remove(secret));
    surroundings(&mut process, hook, scene);
    Ok(Running { group: Group::start(&mut process)?, output })
}

/// Sets what the scene says, and takes away what a surrounding hook may have left.
fn surroundings(process: &mut Process, hook: &Hook, scene: &Scene<'_>) {
    process.env("LIASSE_HOOK", &hook.name).env("LIASSE_WHEN", hook.when.name()).env("LIASSE_RUN", scene.run);
    let mut set = |name, value: Option<&std::ffi::OsStr>| match value {
        Some(value) => _ = process.env(name, value),
        None => _ = process.env_remove(name),
    };
    let dossier = scene.dossier;
    set("LIASSE_REASON", scene.reason.map(str::as_ref));
    set("LIASSE_RULE", dossier.map(|(rule, ..)| rule.as_ref()));
    set("LIASSE_DOSSIER", dossier.map(|(_, code, _)| code.as_str().as_ref()));
    set("LIASSE_PATH", dossier.map(|(.., path)| path.as_os_str()));
    set("LIASSE_OUTCOME", scene.outcome.map(name_of).map(str::as_ref));
}

/// As reports write it.
fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Stored => "stored",
        Outcome::Unchanged => "unchanged",
        Outcome::InUse => "in-use",
        Outcome::Failed => "failed",
        Outcome::Missing => "missing",
        Outcome::NotAsked => "not-asked",
    }
}

impl Running {
    fn finish(mut self, hook: &Hook, stop: &Stop, grace: Duration, tail: &mut Tail) -> io::Result<Ended> {
        if !self.until(Instant::now() + hook.timeout.as_std(), Some(stop), tail) {
            let why = if stop.is_stopped() { Ended::Stopped } else { Ended::TimedOut { after: hook.timeout } };
            self.group.terminate();
            self.until(Instant::now() + grace, None, tail);
            // Also when the command itself is gone: what it started may have stayed.
            self.group.kill();
            self.until(Instant::now() + grace, None, tail);
            self.group.end()?;
            return Ok(why);
        }
        self.group.end()?.map(Ended::of).ok_or_else(|| io::Error::other("nobody knows how it ended"))
    }

    /// Listens until the command has ended, which is told, or the time is over, or somebody wishes to stop.
    fn until(&mut self, deadline: Instant, stop: Option<&Stop>, tail: &mut Tail) -> bool {
        let mut is_open = true;
        loop {
            let has_ended = self.group.has_ended();
            is_open = is_open && self.listen(tail);
            let left = deadline.saturating_duration_since(Instant::now());
            if has_ended || left.is_zero() || stop.is_some_and(Stop::is_stopped) {
                return has_ended;
            }
            self.group.wait(is_open.then(|| self.output.as_fd()), left.min(STOP_WAIT));
        }
    }

    /// Takes what was said; `false` when nothing more will come. A command that never stops talking does not keep us here.
    fn listen(&mut self, tail: &mut Tail) -> bool {
        let mut buffer = [0; 8192];
        for _ in 0..64 {
            match self.output.read(&mut buffer) {
                Ok(0) => return false,
                Ok(length) => tail.add(buffer.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
            }
        }
        true
    }
}
