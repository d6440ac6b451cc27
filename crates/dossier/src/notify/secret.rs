//! Passwords and tokens: where they are, and how they are got. They are never part of the settings, never in an error or in what
//! `Debug` shows, and wiped when they are dropped.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::within::within;

/// Most bytes of a secret.
const MOST_BYTES: usize = 1 << 16;
/// Variables that a command does not get: they are secrets of another purpose.
pub(crate) const NOT_FOR_COMMANDS: [&str; 2] = ["LIASSE_PASSWORD", "LIASSE_NEW_PASSWORD"];

/// Looks up a variable of the environment: libraries do not read it themselves.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Secret {
    /// A file that holds it, and nothing else but the end of its line.
    File(PathBuf),
    /// A shell command that prints it.
    Command(String),
    /// A variable of the environment that holds it.
    Env(String),
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Command(_) => f.write_str("the password command"),
            Self::Env(name) => write!(f, "{name}"),
        }
    }
}

/// A secret that could not be got.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Its file could not be read, or its command not run.
    #[error("cannot get the secret from {from}")]
    Io {
        /// Where it is.
        from: Secret,
        /// What the system says.
        source: io::Error,
    },
    /// There is nothing, or no such variable.
    #[error("there is no secret in {from}")]
    Empty {
        /// Where it is.
        from: Secret,
    },
    /// It is no text, too long, or more than a line.
    #[error("what is in {from} is no secret of one line")]
    NoText {
        /// Where it is.
        from: Secret,
    },
    /// The command failed.
    #[error("{from} failed: {status}")]
    Failed {
        /// Where it is.
        from: Secret,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// The command did not end in time.
    #[error("{from} did not end in time")]
    Late {
        /// Where it is.
        from: Secret,
    },
}

impl Secret {
    /// Gets it, by `deadline`.
    pub(super) fn get(&self, environment: Environment<'_>, deadline: Instant) -> Result<Zeroizing<String>, SecretError> {
        let failed = |source| SecretError::Io { from: self.clone(), source };
        let bytes = match self {
            Self::File(path) => {
                let path = path.clone();
                // A file may be a pipe that nobody writes to.
                let read = within(deadline, move || File::open(path).and_then(read_all));
                read.ok_or_else(|| SecretError::Late { from: self.clone() })?.map_err(failed)?
            }
            Self::Command(command) => self.run(command, deadline)?,
            Self::Env(name) => Zeroizing::new(environment(name).map(OsString::into_encoded_bytes).unwrap_or_default()),
        };
        self.clean(&bytes)
    }

    /// Text without the line end at its end.
    fn clean(&self, bytes: &[u8]) -> Result<Zeroizing<String>, SecretError> {
        let no_text = || SecretError::NoText { from: self.clone() };
        let text = std::str::from_utf8(bytes).map_err(|_| no_text())?;
        let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
        if text.is_empty() {
            return Err(SecretError::Empty { from: self.clone() });
        }
        if bytes.len() > MOST_BYTES || text.contains(['\n', '\r', '\0']) {
            return Err(no_text());
        }
        Ok(Zeroizing::new(text.to_owned()))
    }

    fn run(&self, command: &str, deadline: Instant) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let failed = |source| SecretError::Io { from: self.clone(), source };
        let mut shell = Command::new("sh");
        for name in NOT_FOR_COMMANDS {
            shell.env_remove(name);
        }
        // A group of its own, so that what the shell starts can be ended with it.
        shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = shell.spawn().map_err(failed)?;
        let Some(stdout) = child.stdout.take() else { return Err(SecretError::Empty { from: self.clone() }) };
        let printed = within(deadline, move || read_all(stdout));
        let status = printed.is_some().then(|| wait(&mut child, deadline)).flatten();
        let (Some(printed), Some(status)) = (printed, status) else {
            end(&mut child);
            return Err(SecretError::Late { from: self.clone() });
        };
        if !status.success() {
            return Err(SecretError::Failed { from: self.clone(), status });
        }
        printed.map_err(failed)
    }
}

/// How a process ended, if it did by `deadline`. It has closed its output, so that it most likely ends at once.
fn wait(child: &mut Child, deadline: Instant) -> Option<std::process::ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            _ => return None,
        }
    }
}

/// Ends a process and all that it started.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    _ = child.kill();
    _ = child.wait();
}

/// All bytes, and one more where there are too many. Room is made first, so that growing leaves no copy behind.
fn read_all(input: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES + 64));
    input.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_mins(1)
    }

    fn get(secret: &Secret) -> Result<String, SecretError> {
        let environment = |name: &str| (name == "TOKEN").then(|| OsString::from("from the environment"));
        secret.get(&environment, soon()).map(|secret| secret.to_string())
    }

    #[test]
    fn secrets_come_from_files_commands_and_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, " s3cret\r\n").unwrap();
        assert_eq!(get(&Secret::File(path)).unwrap(), " s3cret");
        assert_eq!(get(&Secret::Command("printf 'a b\\n'".to_owned())).unwrap(), "a b");
        assert_eq!(get(&Secret::Env("TOKEN".to_owned())).unwrap(), "from the environment");
    }

    #[test]
    fn what_is_no_secret_is_said_without_showing_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            Secret::File(path)
        };
        let lines = file("lines", b"hidden\nlines\n");
        for (secret, wanted) in [
            (file("empty", b"\n"), "there is no secret"),
            (Secret::Env("NONE".to_owned()), "there is no secret in NONE"),
            (lines, "no secret of one line"),
            (file("bytes", b"hidden\xff"), "no secret of one line"),
            (file("long", &vec![b'h'; 70_000]), "no secret of one line"),
            (Secret::File(folder.path().join("none")), "cannot get"),
            (Secret::Command("echo hidden; exit 3".to_owned()), "exit status: 3"),
        ] {
            let error = get(&secret).unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(said.contains(wanted), "{said}");
            assert!(!error.to_string().contains("hidden"), "{said}");
        }
    }

    #[test]
    fn a_command_that_hangs_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pid");
        let command = format!("sleep 1000 & echo $! > {}; wait", path.display());
        let secret = Secret::Command(command);
        let deadline = Instant::now() + Duration::from_millis(500);
        assert!(matches!(secret.get(&|_| None, deadline), Err(SecretError::Late { .. })));
        let sleeper = std::fs::read_to_string(&path).unwrap();
        let stat = format!("/proc/{}/stat", sleeper.trim());
        let lives = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
        let patience = soon();
        while lives() {
            assert!(Instant::now() < patience, "it lives");
            std::thread::yield_now();
        }
    }
}
