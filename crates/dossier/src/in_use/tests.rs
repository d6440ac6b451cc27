//! Signs of use that real programs leave: `SQLite`, flock(1), Python, and this one.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::*;
use crate::report::Cause;

/// A dossier with a few files.
struct Dossier(tempfile::TempDir);

impl Dossier {
    fn new() -> Self {
        let dossier = Self(tempfile::tempdir().unwrap());
        for name in ["books.db", "journal/2026.txt", "Cargo.lock", "000017.ldb", "books.db-journal", "books.db-wal"] {
            dossier.write(name, "content");
        }
        dossier
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    fn cause(&self, settings: &Settings) -> Option<Cause> {
        OpenFiles::scan(settings).in_use(self.0.path(), settings)
    }
}

/// A program that said "ready" and does what it does until it is dropped.
struct Program(Child);

impl Program {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready");
        Self(child)
    }

    fn python(script: &str, file: &Path) -> Self {
        let script = format!("import sys\n{script}\nprint('ready', flush=True)\nsys.stdin.read()");
        Self::start(Command::new("python3").args(["-c", &script]).arg(file))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Only what the table of locks says.
fn only_locks() -> Settings {
    Settings { open_files: false, probe: Probe::Never, ..Settings::default() }
}

/// Only what the question says.
fn only_probe() -> Settings {
    Settings { open_files: false, probe: Probe::Always, ..Settings::default() }
}

fn ignoring(names: &[&str]) -> Settings {
    let mut settings = Settings::default();
    settings.ignore.extend(names.iter().map(|name| name.parse::<NamePattern>().unwrap()));
    settings
}

fn without_lock_table(dossier: &Dossier) -> Option<Cause> {
    let nothing = OpenFiles::scan(&Settings { file_locks: false, open_files: false, ..Settings::default() });
    nothing.in_use(dossier.0.path(), &only_probe())
}

#[test]
fn a_dossier_that_nobody_uses_is_free() {
    let dossier = Dossier::new();
    for settings in [Settings::default(), only_probe()] {
        assert_eq!(dossier.cause(&settings), None);
    }
    assert_eq!(OpenFiles::scan(&Settings::default()).in_use(Path::new("/nowhere/at/all"), &Settings::default()), None);
}

#[test]
fn a_lock_file_counts_wherever_it_lies() {
    for name in ["PDOXUSRS.LCK", "a/b/~$letter.docx", ".~lock.sheet.ods#", "books.laccdb", "books.ldb", "a/.lock"] {
        let dossier = Dossier::new();
        dossier.write(name, "");
        assert_eq!(dossier.cause(&Settings::default()), Some(Cause::LockFile { file: name.to_owned(), by: None }));
        let settings = ignoring(&["*~lock*", "a"]);
        assert_eq!(dossier.cause(&settings).is_none(), name.starts_with(".~") || name.starts_with("a/"), "{name}");
    }
    let dossier = Dossier::new();
    dossier.write("deep/.~lock.sheet.ods#", "Ada,ada,caisse-2,24.03.2024 10:00,file:///x;");
    let by = Some("Ada (caisse-2)".to_owned());
    assert_eq!(dossier.cause(&Settings::default()), Some(Cause::LockFile { file: "deep/.~lock.sheet.ods#".into(), by }));
}

#[test]
fn a_pipe_with_the_name_of_a_lock_file_keeps_nobody_waiting() {
    let dossier = Dossier::new();
    assert!(Command::new("mkfifo").arg(dossier.path("~$letter.docx")).status().unwrap().success());
    assert!(matches!(dossier.cause(&Settings::default()), Some(Cause::LockFile { by: None, .. })));
}

#[test]
fn a_file_open_for_writing_counts_and_one_for_reading_does_not() {
    let dossier = Dossier::new();
    let file = dossier.path("journal/2026.txt");
    let reader = Program::python("f = open(sys.argv[1])", &file);
    assert_eq!(dossier.cause(&Settings::default()), None);
    drop(reader);
    let writer = Program::python("f = open(sys.argv[1], 'r+')", &file);
    let cause = dossier.cause(&Settings::default()).unwrap();
    let Cause::Open { file, program, process } = cause else { panic!("{cause:?}") };
    assert_eq!((file.as_str(), process), ("journal/2026.txt", writer.0.id()));
    assert!(program.starts_with("python"), "{program}");
    for settings in [
        Settings { open_files: false, ..Settings::default() },
        Settings { ignore_programs: vec![program], ..Settings::default() },
        ignoring(&["journal"]),
    ] {
        assert_eq!(dossier.cause(&settings), None, "{settings:?}");
    }
    let other = Dossier::new();
    assert_eq!(other.cause(&Settings::default()), None);
}

/// The path by which a program opened a file need not be one below the dossier.
#[test]
fn a_file_is_known_by_its_inode_too() {
    let dossier = Dossier::new();
    let elsewhere = tempfile::tempdir_in(dossier.0.path().parent().unwrap()).unwrap();
    let link = elsewhere.path().join("other-name");
    fs::hard_link(dossier.path("books.db"), &link).unwrap();
    let _writer = Program::python("f = open(sys.argv[1], 'r+')", &link);
    assert!(matches!(dossier.cause(&Settings::default()), Some(Cause::Open { file, .. }) if file == "books.db"));
}

#[test]
fn this_process_does_not_count() {
    let dossier = Dossier::new();
    let mut file = File::options().append(true).open(dossier.path("books.db")).unwrap();
    file.write_all(b"more").unwrap();
    rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert_eq!(dossier.cause(&Settings { probe: Probe::Never, ..Settings::default() }), None);
}

#[test]
fn the_lock_of_flock_counts() {
    let dossier = Dossier::new();
    for mode in ["-x", "-s"] {
        let mut command = Command::new("flock");
        command.args(["-o", mode]).arg(dossier.path("journal/2026.txt")).args(["sh", "-c", "echo ready; read x"]);
        let _holder = Program::start(&mut command);
        assert!(
            matches!(dossier.cause(&only_locks()), Some(Cause::Locked { file, process: Some(_) }) if file == "journal/2026.txt"),
            "{mode}"
        );
        assert_eq!(dossier.cause(&Settings { file_locks: false, ..only_locks() }), None);
    }
    assert_eq!(dossier.cause(&only_locks()), None);
}

/// POSIX locks and locks of open files, on bytes within a file and far beyond its end, as database programs take them.
#[test]
fn locks_on_ranges_count_by_the_table_and_by_the_question() {
    for (kind, is_of_process) in [("F_SETLK", true), ("F_OFD_SETLK", false)] {
        for (lock, at, length) in
            [("F_WRLCK", 0, 0), ("F_RDLCK", 0x4000_0002, 510), ("F_WRLCK", 1_000_000_000, 1), ("F_WRLCK", 0x7fff_fffe, 1)]
        {
            let dossier = Dossier::new();
            let script = format!(
                "import fcntl, struct\nf = open(sys.argv[1], 'r+b')\n\
                fcntl.fcntl(f, getattr(fcntl, '{kind}', 37), struct.pack('hhqqi4x', fcntl.{lock}, 0, {at}, {length}, 0))"
            );
            let holder = Program::python(&script, &dossier.path("books.db"));
            let process = is_of_process.then(|| holder.0.id());
            let wanted = Some(Cause::Locked { file: "books.db".into(), process });
            assert_eq!(dossier.cause(&only_locks()), wanted, "{kind} {lock} {at}");
            assert_eq!(without_lock_table(&dossier), wanted, "{kind} {lock} {at}");
            drop(holder);
            assert_eq!(without_lock_table(&dossier), None);
        }
    }
}

#[test]
fn a_transaction_of_sqlite_counts() {
    let open = "import sqlite3\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n";
    for (mode, work) in [
        ("delete", "c.execute('begin immediate')"),
        ("delete", "c.execute('begin exclusive')"),
        ("delete", "c.execute('begin'); c.execute('select * from t').fetchall()"),
        ("wal", "c.execute('begin immediate'); c.execute('insert into t values (2)')"),
        ("wal", "c.execute('select * from t').fetchall()"),
    ] {
        let dossier = Dossier::new();
        fs::remove_file(dossier.path("books.db")).unwrap();
        for rest in ["books.db-journal", "books.db-wal"] {
            fs::remove_file(dossier.path(rest)).unwrap();
        }
        let setup = format!(
            "{open}c.execute('pragma journal_mode={mode}'); c.execute('create table t (a)'); c.execute('insert into t values (1)'); c.close()"
        );
        drop(Program::python(&setup, &dossier.path("books.db")));
        assert_eq!(dossier.cause(&only_locks()), None, "{mode}");
        let holder = Program::python(&format!("{open}{work}"), &dossier.path("books.db"));
        assert!(matches!(dossier.cause(&Settings::default()), Some(Cause::Open { .. })), "{mode} {work}");
        let process = Some(holder.0.id());
        assert!(matches!(dossier.cause(&only_locks()), Some(Cause::Locked { process: by, .. }) if by == process), "{mode} {work}");
        assert_eq!(without_lock_table(&dossier), Some(Cause::Locked { file: "books.db".into(), process }), "{mode} {work}");
    }
}

#[test]
fn a_lease_counts_when_it_is_for_writing() {
    for (lease, counts) in [("F_RDLCK", false), ("F_WRLCK", true)] {
        let dossier = Dossier::new();
        let script = format!(
            "import fcntl, signal\nsignal.signal(signal.SIGIO, signal.SIG_IGN)\nf = open(sys.argv[1], 'rb')\n\
            fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.{lease})"
        );
        let _holder = Program::python(&script, &dossier.path("books.db"));
        assert_eq!(dossier.cause(&only_locks()).is_some(), counts, "{lease}");
        // Opening the file to ask would break the lease: then who holds it is asked to let go, and that is known without waiting.
        assert_eq!(without_lock_table(&dossier).is_some(), counts, "{lease}");
    }
}

#[test]
fn the_names_of_a_nights_picture_are_looked_at_again() {
    let dossier = Dossier::new();
    let settings = Settings::default();
    let mut seen = OpenFiles::scan(&settings);
    assert_eq!(seen.recheck(dossier.0.path(), &settings), None);
    let _writer = Program::python("f = open(sys.argv[1], 'r+')", &dossier.path("books.db"));
    seen.make_old();
    assert!(matches!(seen.recheck(dossier.0.path(), &settings), Some(Cause::Open { .. })));
}
