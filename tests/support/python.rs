//! The reader of `spec/reader`, with the packages it is pinned to. Must never let a test pass without it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

const IMPORTS: &str = "\
import sys, importlib.metadata as m
for line in open(sys.argv[1]).read().split():
    name, version = line.split('==')
    assert m.version(name) == version, name
import argon2, blake3, cryptography, zstandard";

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/reader")
}

/// A Python that has the pinned packages: the system's own, or one of a virtual environment that is made below `target/`.
pub(crate) fn python() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let own = PathBuf::from("python3");
        if complete(&own) {
            return own;
        }
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reader-packages");
        let python = home.join("bin/python3");
        if !complete(&python) {
            drop(fs::remove_dir_all(&home));
            install(&own, &home, &python);
        }
        python
    })
}

fn complete(python: &Path) -> bool {
    let output = Command::new(python).arg("-c").arg(IMPORTS).arg(folder().join("requirements.txt")).output();
    output.is_ok_and(|output| output.status.success())
}

fn install(own: &Path, home: &Path, python: &Path) {
    let requirements = folder().join("requirements.txt");
    let venv = Command::new(own).args(["-m", "venv"]).arg(home).output();
    must(venv, "this test needs python3 with the module venv (Debian: apt install python3-venv)");
    let pip = Command::new(python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements).output();
    must(pip, "this test needs the packages of spec/reader/requirements.txt, and pip cannot install them");
    assert!(complete(python), "the packages of spec/reader/requirements.txt are installed and cannot be imported");
}

fn must(output: std::io::Result<Output>, sentence: &str) {
    let output = output.unwrap_or_else(|error| panic!("{sentence}: {error}"));
    assert!(output.status.success(), "{sentence}:\n{}{}", told(&output.stdout), told(&output.stderr));
}

pub(crate) fn told(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a program of `spec/reader`; its exit code and output.
pub(crate) fn run(program: &str, password: &str, arguments: &[&str]) -> (i32, Output) {
    let mut command = Command::new(python());
    command.arg(folder().join(program)).args(arguments).env("LIASSE_PASSWORD", password).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.output().unwrap();
    (output.status.code().unwrap_or(-1), output)
}
