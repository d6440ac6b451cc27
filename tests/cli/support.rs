//! A home, a repository and some files of its own for every test, and the program to run on them.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, lchown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) const PASSWORD: &str = "a sentence nobody else would type";
/// Nobody, to whom the kernel denies what it denies root never.
const NOBODY: u32 = 65534;

/// A place of its own for one test.
pub(crate) struct World {
    folder: tempfile::TempDir,
}

/// What a run of the program left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    /// A home with some files, and no repository.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let world = Self { folder };
        world.write("src/letter.txt", b"Dear Ada,\n");
        world.write("src/deep/er/numbers.csv", b"1;2;3\n4;5;6\n");
        world.write("src/deep/empty", b"");
        std::os::unix::fs::symlink("letter.txt", world.path("src/link")).unwrap();
        world
    }

    /// The same, with a repository.
    pub(crate) fn with_repository() -> Self {
        let world = Self::new();
        world.run(&["init"]).ends(0);
        world
    }

    /// The same, with one snapshot of `src` in it.
    pub(crate) fn with_snapshot() -> Self {
        let world = Self::with_repository();
        world.run(&["backup", "src"]).ends(0);
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// The path as text, for arguments.
    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.path("home/.local/share/liasse/repository")
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A file of bytes that do not compress and are the same every time.
    pub(crate) fn write_noise(&self, name: &str, length: usize, seed: u64) {
        self.write(name, &noise(length, seed));
    }

    /// The program with arguments, in this world's folder, with a password in the environment.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        self.prepare(Command::new(env!("CARGO_BIN_EXE_liasse")), args)
    }

    /// Another program, in the same surroundings.
    pub(crate) fn prepare<S: AsRef<OsStr>>(&self, mut command: Command, args: &[S]) -> Command {
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.args(args).current_dir(self.folder.path()).env_clear().env("PATH", path).env("HOME", self.path("home"));
        command.env("TZ", "Europe/Zurich").env("LIASSE_PASSWORD", PASSWORD).stdin(Stdio::null());
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        finish(&mut self.command(args))
    }

    /// Runs it as somebody who is not root. Gives this world's files away first.
    pub(crate) fn run_unprivileged<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        finish(&mut self.unprivileged(args))
    }

    /// The program for somebody who is not root, to whom this world's files are given.
    pub(crate) fn unprivileged<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        if !is_root() {
            return self.command(args);
        }
        give_away(self.folder.path());
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", env!("CARGO_BIN_EXE_liasse")]);
        self.prepare(command, args)
    }

    /// Runs a shell script as root of mounts of its own, where the system allows that; `$LIASSE` is the program.
    pub(crate) fn run_with_mounts(&self, script: &str) -> Option<Ran> {
        let unshare = if is_root() { &["-m"][..] } else { &["-r", "-m"][..] };
        let possible = Command::new("unshare").args(unshare).args(["mount", "-t", "tmpfs", "none", "/mnt"]).stderr(Stdio::null()).status();
        if !possible.is_ok_and(|status| status.success()) {
            eprintln!("this system allows no mounts: not tested here");
            return None;
        }
        let mut command = Command::new("unshare");
        command.args(unshare).args(["sh", "-ec"]);
        let mut command = self.prepare(command, &[script]);
        Some(finish(command.env("LIASSE", env!("CARGO_BIN_EXE_liasse"))))
    }

    /// Objects of one part of the repository, by path.
    pub(crate) fn objects(&self, area: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        files_below(&self.repository().join(area), &mut found);
        found.sort();
        found
    }

    /// Ids of the snapshots, by time.
    pub(crate) fn snapshots(&self) -> Vec<String> {
        let listed = self.run(&["snapshots", "--json"]).ends(0).json();
        listed["snapshots"].as_array().unwrap().iter().map(|snapshot| snapshot["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Names, kinds, modes and contents below a folder.
    pub(crate) fn picture(&self, name: &str) -> String {
        let root = self.path(name);
        let mut lines = String::new();
        picture(&root, &root, &mut lines);
        lines
    }
}

impl Ran {
    /// Insists on how it ended.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- standard output\n{}\n--- standard error\n{}", self.out, self.err);
        self
    }

    /// Insists on what it said on standard error: one error, with something to do about it.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.err.contains(words), "{words:?} is not in:\n{}", self.err);
        let begin = |words: &[&str]| self.err.lines().filter(|line| words.iter().any(|word| line.starts_with(word))).count();
        let (errors, hints) = (begin(&["error: ", "erreur : ", "erro: "]), begin(&["hint: ", "conseil : ", "dica: "]));
        assert!(errors == 1 && hints >= 1, "one error and what to do about it, not:\n{}", self.err);
        assert!(!self.err.contains("os error"), "{}", self.err);
        self
    }

    /// What it printed, which must be one value of JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

pub(crate) fn finish(command: &mut Command) -> Ran {
    ran(command.output().unwrap())
}

pub(crate) fn ran(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// Waits until something holds, or a child has ended before it did.
pub(crate) fn wait_until(child: &mut Child, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(2);
    while !holds() {
        assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
        assert!(Instant::now() < deadline, "it does not happen");
        std::thread::yield_now();
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(&mut next).take(length.div_ceil(8)).flatten().collect();
    bytes.truncate(length);
    bytes
}

fn give_away(path: &Path) {
    lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.symlink_metadata().unwrap().is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}

/// Makes a file belong to someone who is neither root nor who runs the test.
pub(crate) fn belongs_to_a_stranger(path: &Path) {
    chown(path, Some(12_345), Some(12_345)).unwrap();
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn picture(root: &Path, path: &Path, lines: &mut String) {
    let metadata = path.symlink_metadata().unwrap();
    let content = match (metadata.is_file(), metadata.is_symlink()) {
        (true, _) => format!("{:?}", fs::read(path).unwrap()),
        (_, true) => fs::read_link(path).unwrap().display().to_string(),
        _ => String::new(),
    };
    let mode = metadata.permissions().mode();
    writeln!(lines, "{} {mode:o} {:?} {content}", path.strip_prefix(root).unwrap().display(), metadata.modified().unwrap()).unwrap();
    if metadata.is_dir() {
        let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        for name in names {
            picture(root, &name, lines);
        }
    }
}
