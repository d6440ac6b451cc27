//! What somebody finds who looks for secrets: in what every command says and leaves, in a core dump, in files that others may read.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::options::readme;
use crate::support::{PASSWORD, World, finish, is_root};

const ANOTHER: &str = "another secret of somebody";
const WRONG: &str = "a wrong secret that nobody has";
/// Bytes of a credential before its secrets: the header says only whose it is.
const HEADER: usize = 64;
/// As much of a secret as is looked for: no text has it by chance.
const PIECE: usize = 16;

/// All commands, each in a way that does something. The first word, or two, are its name.
fn commands(world: &World) -> Vec<Vec<String>> {
    let (src, copy) = (world.text("src"), world.text("copy"));
    let letter = format!("latest:{src}/letter.txt");
    let lines = [
        "backup src",
        "run --config set.toml",
        "watch --config set.toml",
        "snapshots",
        &format!("ls -l latest:{src}"),
        &format!("cat {letter}"),
        "diff latest latest",
        &format!("history {src}/letter.txt"),
        "find *.csv",
        "dump latest --output dumped.tar",
        "restore latest --target restored",
        "export D1 --to exported",
        "verify-export exported",
        "serve --listen 127.0.0.1:0",
        "mount mnt",
        "check --read-data",
        "repair index",
        &format!("repair from {copy}"),
        "repair from-source src",
        "repair parity",
        "parity add",
        "parity check",
        "key add --role auditor --label second",
        "key list",
        "key remove nothing",
        "stats",
        "config init",
        "config check --config set.toml",
        "config explain --config set.toml",
        "config show",
        "report list",
        "report show",
        "status --config set.toml",
        "schedule install --dry-run --config set.toml",
        "schedule remove --dry-run",
        "schedule show",
        "init",
    ];
    lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// A repository with a credential, a copy, and settings with a dossier.
fn world() -> World {
    let world = World::with_snapshot();
    world.write("books/D1/ledger", b"1;2;3");
    world.write("set.toml", format!("[[rule]]\nname = 'books'\nroot = '{}'\n", world.text("books")).as_bytes());
    fs::create_dir(world.path("mnt")).unwrap();
    let add = ["key", "add", "--role", "owner", "--label", "first", "-v"];
    finish(world.command(&add).env("LIASSE_NEW_PASSWORD", ANOTHER)).ends(0);
    world.run(&["key", "add", "--role", "writer", "--out", "credential"]).ends(0);
    let copied = Command::new("cp").arg("-a").args([world.repository(), world.path("copy")]).status().unwrap();
    assert!(copied.success());
    world
}

#[test]
fn no_command_tells_or_keeps_a_secret() {
    let world = world();
    let credential = fs::read(world.path("credential")).unwrap();
    let secrets: BTreeSet<&[u8]> = credential[HEADER..].windows(PIECE).filter(|piece| !piece.iter().any(u8::is_ascii_whitespace)).collect();
    let mut tried = BTreeSet::new();
    let all = readme().0;
    for args in commands(&world) {
        let names = [args[..2.min(args.len())].join(" "), args[0].clone()];
        tried.insert(names.into_iter().find(|name| all.contains_key(name)).unwrap());
        for (kind, secret) in [("LIASSE_PASSWORD", PASSWORD), ("LIASSE_PASSWORD", WRONG), ("credential", "")] {
            // Some go on until they are stopped.
            let mut all = vec!["-s", "INT", "-k", "20", "3", env!("CARGO_BIN_EXE_liasse")];
            all.extend(args.iter().map(String::as_str).chain(["-v"]));
            let lasting = matches!(args[0].as_str(), "serve" | "mount" | "watch");
            all = if lasting { all } else { all[6..].to_vec() };
            let program = if lasting { "timeout" } else { env!("CARGO_BIN_EXE_liasse") };
            let mut command = world.prepare(Command::new(program), &all);
            command.env("LIASSE_NEW_PASSWORD", ANOTHER).env_remove("LIASSE_PASSWORD");
            match kind {
                "credential" => command.arg("--credential").arg(world.path("credential")),
                name => command.env(name, secret),
            };
            let ran = finish(&mut command);
            let said = format!("{}{}", ran.out, ran.err);
            assert!(!said.is_empty() || ran.code == 0, "{args:?} fails without a word");
            for secret in [PASSWORD, ANOTHER, WRONG] {
                assert!(!said.contains(secret), "{args:?}: {said}");
            }
            let hex: Vec<_> = secrets.iter().filter(|piece| said.contains(&hex(piece))).collect();
            assert!(hex.is_empty(), "{args:?} tells a part of the credential: {said}");
        }
    }
    assert_eq!(tried, all.keys().cloned().collect(), "every command is tried");
    let files = files_below(world.path("").as_path());
    assert!(files.len() > 20, "{files:?}");
    for file in files.iter().filter(|file| !file.ends_with("credential")) {
        let bytes = fs::read(file).unwrap();
        for secret in [PASSWORD, ANOTHER, WRONG] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", file.display());
        }
        assert!(!bytes.windows(PIECE).any(|window| secrets.contains(window)), "{}", file.display());
    }
}

/// Keys are in no core dump, and out of reach of the same user's other programs.
#[test]
fn a_program_with_keys_dumps_no_core() {
    let world = World::new();
    world.run_unprivileged(&["init"]).ends(0);
    world.run_unprivileged(&["backup", "src"]).ends(0);
    let mut command = world.unprivileged(&["serve", "--json", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let limits = fs::read_to_string(process.join("limits")).unwrap();
    let owner = fs::metadata(process.join("status")).unwrap().uid();
    let own = fs::metadata(&process).unwrap().uid();
    child.kill().unwrap();
    child.wait().unwrap();
    let core: Vec<_> = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap().split_whitespace().collect();
    assert_eq!(core[..2], ["0", "0"], "{limits}");
    // What the system says of a process that may not be dumped belongs to root, whoever the process is.
    assert_eq!(owner, 0, "the process may be dumped");
    assert!(!is_root() || own == 65534);
}

/// Whatever the user's umask allows.
#[test]
fn what_is_kept_is_for_its_owner_only() {
    let world = World::new();
    world.write("books/D1/ledger", b"1;2;3");
    world.write("set.toml", format!("[[rule]]\nname = 'books'\nroot = '{}'\n", world.text("books")).as_bytes());
    for line in
        ["init", "backup src", "run --config set.toml", "check --read-data", "key add --role writer --out credential", "status", "stats"]
    {
        let args = ["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_liasse")];
        let args: Vec<&str> = args.into_iter().chain(line.split(' ')).collect();
        finish(&mut world.prepare(Command::new("sh"), &args)).ends(0);
    }
    assert_eq!(mode(&world.path("credential")), 0o600);
    let kept = ["home/.cache/liasse", "home/.local/state/liasse"].map(|folder| files_below(&world.path(folder)));
    assert!(kept.iter().all(|files| !files.is_empty()), "{kept:?}");
    for file in kept.iter().flatten() {
        assert_eq!(mode(file) & 0o077, 0, "{}", file.display());
        let above = file.ancestors().skip(1).take_while(|folder| folder.starts_with(world.path("home")));
        let own = above.filter(|folder| folder.components().any(|part| part.as_os_str() == "liasse"));
        own.for_each(|folder| assert_eq!(mode(folder) & 0o077, 0, "{}", folder.display()));
    }
    // What lies in the repository is sealed, but nobody else may write there.
    for file in files_below(&world.repository()) {
        assert_eq!(mode(&file) & 0o022, 0, "{}", file.display());
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap();
        if kind.is_dir() {
            found.extend(files_below(&path));
        } else if kind.is_file() && File::open(&path).is_ok() {
            found.push(path);
        }
    }
    found
}
