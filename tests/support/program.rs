//! Runs the program as people do. Must never read the environment's own settings or leave something outside its folders.
#![allow(dead_code, reason = "every test that shares this uses some of it")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// What opens a repository.
#[derive(Clone)]
pub(crate) enum Key {
    Password(String),
    Credential(PathBuf),
}

/// The program over a repository; the caller adds the command, and says what is with the cache.
pub(crate) fn liasse(repository: &Path, key: &Key) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_liasse"));
    command.env_clear().env("LC_ALL", "C").env("HOME", "/nonexistent").env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("XDG_STATE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/state"));
    command.arg("-r").arg(repository).arg("--json");
    match key {
        Key::Password(password) => command.env("LIASSE_PASSWORD", password),
        Key::Credential(path) => command.arg("--credential").arg(path),
    };
    command
}

/// Runs a command without a cache; its exit code and output.
pub(crate) fn run<A: AsRef<OsStr>>(repository: &Path, key: &Key, arguments: impl IntoIterator<Item = A>) -> (i32, Output) {
    let output = liasse(repository, key).arg("--no-cache").args(arguments).output().unwrap();
    (output.status.code().unwrap_or(-1), output)
}

/// Runs a command that has to succeed; what it prints.
pub(crate) fn succeed<A: AsRef<OsStr>>(repository: &Path, key: &Key, arguments: impl IntoIterator<Item = A>) -> Value {
    let (code, output) = run(repository, key, arguments);
    assert_eq!(code, 0, "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Restores a snapshot into a new folder, whole.
pub(crate) fn restore(repository: &Path, key: &Key, snapshot: &str, target: &Path) {
    let mut arguments = vec!["restore".as_ref(), snapshot.as_ref(), "--target".as_ref(), target.as_os_str()];
    if is_root() {
        // Others cannot read again what has a mode without a right to read.
        arguments.push("--verify".as_ref());
    }
    let report = succeed(repository, key, arguments);
    assert_eq!(report["lost"], serde_json::json!([]));
    if is_root() {
        assert_eq!(report["shortfalls"], serde_json::json!([]));
    }
}

/// Whether owners and devices can be restored.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
