//! Where passwords and credentials come from. Never from the command line, never into a message; every copy made here is wiped.

use std::ffi::OsString;
use std::fs::File;
use std::io::{IsTerminal, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use liasse_dossier::config::Config;
use liasse_repo::Unlock;
use zeroize::Zeroizing;

use crate::args::{Global, KeyAdd};
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::recovery;

/// Most bytes of a password.
const PASSWORD_LIMIT: usize = 1 << 16;
/// Most bytes of a credential file.
const CREDENTIAL_LIMIT: usize = 1 << 20;

/// Where a password or credential comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A credential file.
    Credential(PathBuf),
    /// A file that holds a password.
    File(PathBuf),
    /// A shell command that prints one.
    Command(OsString),
    /// An environment variable.
    Variable(&'static str),
    /// A person.
    Prompt,
}

impl Source {
    /// What opens the repository. `variable`: whether the environment has a password.
    pub(crate) fn of(global: &Global, variable: bool) -> Self {
        match global {
            Global { credential: Some(path), .. } => Self::Credential(path.clone()),
            Global { password_file: Some(path), .. } => Self::File(path.clone()),
            Global { password_command: Some(command), .. } => Self::Command(command.clone()),
            _ if variable => Self::Variable("LIASSE_PASSWORD"),
            _ => Self::Prompt,
        }
    }

    /// The same where neither an option nor a variable holds a secret: what the settings say. Their credential adds backups and reads
    /// none, so it is for commands that `only_add`; a person who restores is asked for the password.
    pub(crate) fn or(self, config: &Config, only_add: bool) -> Self {
        match (&self, config.credential.as_ref().filter(|_| only_add), &config.password_file, &config.password_command) {
            (Self::Prompt, Some(path), ..) => Self::Credential(path.clone()),
            (Self::Prompt, _, Some(path), _) => Self::File(path.clone()),
            (Self::Prompt, _, _, Some(command)) => Self::Command(command.into()),
            _ => self,
        }
    }

    /// The password of a key that is added. `variable`: whether the environment has one.
    pub(crate) fn of_new(args: &KeyAdd, variable: bool) -> Self {
        match args {
            KeyAdd { new_password_file: Some(path), .. } => Self::File(path.clone()),
            KeyAdd { new_password_command: Some(command), .. } => Self::Command(command.clone()),
            _ if variable => Self::Variable("LIASSE_NEW_PASSWORD"),
            _ => Self::Prompt,
        }
    }

    /// A password that exists. `prompt` is what a person is asked.
    pub(crate) fn password(&self, prompt: &str) -> Result<Zeroizing<String>> {
        let password = match self {
            Self::Credential(_) => return Err(CliError::usage("a password is needed here, not a credential file")),
            Self::File(path) => clean(read(path, PASSWORD_LIMIT)?, &format!("the file {}", path.display()))?,
            Self::Command(command) => clean(run(command)?, "the output of the password command")?,
            Self::Variable(name) => {
                let value = std::env::var_os(name).unwrap_or_default().into_string();
                Zeroizing::new(value.map_err(|_| CliError::usage(format!("the password in {name} is not valid UTF-8 text")))?)
            }
            Self::Prompt => ask(prompt)?,
        };
        if password.is_empty() {
            return Err(CliError::usage(format!("{} is empty", self.what())).hint("a password has at least one character"));
        }
        Ok(password)
    }

    /// A new password; a person is asked twice.
    pub(crate) fn new_password(&self, prompt: &str, again: &str) -> Result<Zeroizing<String>> {
        let password = self.password(prompt)?;
        if *self == Self::Prompt && *ask(again)? != *password {
            return Err(CliError::named(Exit::Failed, "error-not-the-same", Vec::new()).remedy("remedy-run-again"));
        }
        Ok(password)
    }

    /// What opens the repository: each in turn, until one does.
    pub(crate) fn unlocks(&self, prompt: &str) -> Result<Vec<Unlock>> {
        if let Self::Credential(path) = self {
            let credential = read(path, CREDENTIAL_LIMIT);
            let make = || format!("make it with: liasse key add --role writer --out {}", path.display());
            let hinted = |error: CliError| if self.is_missing() { error.hint(make()) } else { error };
            return Ok(vec![Unlock::Credential(credential.map_err(hinted)?)]);
        }
        let password = self.password(prompt)?;
        // A recovery key may be typed in small letters, or without its dashes.
        let recovery = recovery::canonical(&password).filter(|canonical| **canonical != *password);
        Ok([Some(password), recovery].into_iter().flatten().map(Unlock::Password).collect())
    }

    /// Whether the file that should hold it is not there.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Credential(path) | Self::File(path) if path.try_exists().is_ok_and(|is| !is))
    }

    fn what(&self) -> String {
        match self {
            Self::File(path) => format!("the password in {}", path.display()),
            Self::Command(_) => "the password that the command prints".to_owned(),
            Self::Variable(name) => format!("the password in {name}"),
            Self::Credential(_) | Self::Prompt => "the password".to_owned(),
        }
    }
}

/// Asks a person, without showing what is typed.
fn ask(prompt: &str) -> Result<Zeroizing<String>> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::named(Exit::Usage, "error-no-password", Vec::new()).remedy("remedy-no-password"));
    }
    let typed = rpassword::prompt_password(prompt).map(Zeroizing::new);
    if typed.is_err() {
        // The question's line was not ended by who did not answer it.
        _ = writeln!(std::io::stderr());
    }
    typed.map_err(|error| match error.kind() {
        std::io::ErrorKind::Interrupted => CliError::interrupted(),
        std::io::ErrorKind::UnexpectedEof => CliError::named(Exit::Usage, "error-password-not-typed", Vec::new()),
        _ => CliError::failed(format!("cannot ask for the password: {error}")),
    })
}

/// A whole small file. Room for all of it is made first, so that growing leaves no copy behind.
fn read(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>> {
    let failed = |error: std::io::Error| CliError::io("read", path, &error);
    let file = File::open(path).map_err(failed)?;
    read_all(file, limit).map_err(failed)?.ok_or_else(|| CliError::failed(format!("{} is far too large for a key", path.display())))
}

/// All bytes, none when there are more than `limit`.
fn read_all(input: impl Read, limit: usize) -> std::io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 64));
    input.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// What a shell command prints. It gets no password of ours.
fn run(command: &OsString) -> Result<Zeroizing<Vec<u8>>> {
    let failed = |error: std::io::Error| CliError::failed(format!("cannot run the password command: {error}"));
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .env_remove("LIASSE_PASSWORD")
        .env_remove("LIASSE_NEW_PASSWORD")
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let printed = child.stdout.take().map(|stdout| read_all(stdout, PASSWORD_LIMIT)).transpose();
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        return Err(CliError::failed(format!("the password command failed: {status}")).hint("run it by itself to see what it says"));
    }
    printed.map_err(failed)?.flatten().ok_or_else(|| CliError::failed("the password command prints far too much for a password"))
}

/// Text without the one line end at its end.
fn clean(mut bytes: Zeroizing<Vec<u8>>, what: &str) -> Result<Zeroizing<String>> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    // Text is the same bytes in the same place: no copy is made.
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(CliError::usage(format!("{what} is not valid UTF-8 text")))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cleaned(bytes: &[u8]) -> String {
        clean(Zeroizing::new(bytes.to_vec()), "it").unwrap().to_string()
    }

    #[test]
    fn one_line_end_is_not_part_of_a_password() {
        assert_eq!(cleaned(b"secret\n"), "secret");
        assert_eq!(cleaned(b"secret\r\n"), "secret");
        assert_eq!(cleaned(b" secret \n\n"), " secret \n");
        assert_eq!(cleaned(b"secret\r"), "secret\r");
        assert_eq!(cleaned(b"\n"), "");
        assert!(clean(Zeroizing::new(vec![0xff]), "it").is_err());
    }

    #[test]
    fn flags_go_before_the_environment() {
        let file = Global { password_file: Some("f".into()), ..Global::default() };
        assert_eq!(Source::of(&file, true), Source::File("f".into()));
        assert_eq!(Source::of(&Global::default(), true), Source::Variable("LIASSE_PASSWORD"));
        assert_eq!(Source::of(&Global::default(), false), Source::Prompt);
    }

    #[test]
    fn what_is_far_too_large_is_not_read() {
        assert!(read_all(std::io::repeat(b'a'), PASSWORD_LIMIT).unwrap().is_none());
        assert_eq!(read_all(&b"abc"[..], 3).unwrap().unwrap().as_slice(), b"abc");
    }

    #[test]
    fn a_command_that_fails_gives_no_password() {
        assert_eq!(run(&"printf 'a\\nb\\n'".into()).unwrap().as_slice(), b"a\nb\n");
        assert!(run(&"printf secret; exit 3".into()).unwrap_err().message.contains('3'));
    }
}
