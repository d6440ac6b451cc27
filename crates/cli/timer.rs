//! Carries out what a schedule is on this machine: files that appear whole, a user's table of cron, the commands that make the system look.
//! It must never replace or remove what `schedule install` did not write.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use liasse_dossier::schedule::{BEGIN, File, Scope, System, is_ours, with_block, without_block};

use crate::error::{CliError, Result};

/// What cron calls its command.
const CRONTAB: &str = "crontab";

/// What a file of ours says, if it is there and ours. Another one in its place is refused.
pub(crate) fn installed(file: &Path) -> Result<Option<String>> {
    match fs::read(file) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(CliError::io("read", file, &error)),
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned()).filter(|text| is_ours(text))),
    }
}

/// Refuses a file that somebody else wrote.
pub(crate) fn refuse_foreign(file: &Path) -> Result<()> {
    if file.symlink_metadata().is_err() || installed(file)?.is_some() {
        return Ok(());
    }
    let said = format!("{} is there already, and liasse schedule install did not write it", file.display());
    Err(CliError::failed(said).hint("move it away, then install again"))
}

/// Writes a file such that it is there whole or not at all.
pub(crate) fn write(file: &File) -> Result<()> {
    let folder = file.path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).map_err(|error| CliError::io("make the folder", folder, &error))?;
    // A name that neither systemd nor cron takes for one of theirs.
    let temporary = folder.join(format!(".liasse.{}.new", std::process::id()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(&temporary).and_then(|mut open| {
        open.write_all(file.text.as_bytes())?;
        open.set_permissions(Permissions::from_mode(0o644))?;
        open.sync_all()?;
        fs::rename(&temporary, &file.path)
    });
    written.map_err(|error| {
        _ = fs::remove_file(&temporary);
        CliError::io("write", &file.path, &error)
            .hint("as root for the whole machine, or for yourself with --set 'schedule.scope=\"user\"'")
    })
}

/// Removes a file that is ours.
pub(crate) fn remove(file: &Path) -> Result<()> {
    fs::remove_file(file).map_err(|error| CliError::io("remove", file, &error))
}

/// The user's table of cron; `None` where there is no cron.
pub(crate) fn table() -> Result<Option<String>> {
    let listed = match Command::new(CRONTAB).arg("-l").env("LC_ALL", "C").stdin(Stdio::null()).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CliError::io("start", Path::new(CRONTAB), &error)),
        Ok(listed) => listed,
    };
    let said = String::from_utf8_lossy(&listed.stderr);
    match listed.status.success() {
        true => String::from_utf8(listed.stdout).map(Some).map_err(|_| CliError::failed("the table of cron is no text")),
        false if said.contains("no crontab") => Ok(Some(String::new())),
        false => Err(CliError::failed(format!("cannot read the table of cron: {}", said.trim()))),
    }
}

/// Whether a table has a block of ours.
pub(crate) fn has_block(table: &str) -> bool {
    without_block(table) != table
}

/// Puts a block into the user's table, or takes it out.
pub(crate) fn set_block(block: Option<&str>) -> Result<()> {
    let Some(table) = table()? else {
        return Err(CliError::failed("there is no cron here").hint("choose another with --set 'schedule.system=\"systemd\"'"));
    };
    if table.contains(BEGIN) && !has_block(&table) {
        let said = "the table of cron has the beginning of a schedule of liasse, and not its end";
        return Err(CliError::failed(said).hint("mend it with: crontab -e"));
    }
    let new = block.map_or_else(|| without_block(&table), |block| with_block(&table, block));
    let failed = |what: &str| CliError::failed(format!("cannot write the table of cron: {what}"));
    let mut child = Command::new(CRONTAB)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(new.as_bytes()).map_err(|error| failed(&error.to_string()))?;
    }
    let done = child.wait_with_output().map_err(|error| failed(&error.to_string()))?;
    if done.status.success() { Ok(()) } else { Err(failed(String::from_utf8_lossy(&done.stderr).trim())) }
}

/// Whether what starts runs is at work here, so that its commands can be given.
pub(crate) fn is_running(system: System, scope: Scope) -> bool {
    match (system, scope) {
        (System::Systemd, Scope::System) => Path::new("/run/systemd/system").is_dir(),
        (System::Systemd, Scope::User) => {
            let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
            runtime.is_some_and(|runtime| runtime.join("systemd/private").exists())
        }
        (System::Cron, _) => true,
        (System::Launchd, _) => cfg!(target_os = "macos"),
        (System::Windows, _) => cfg!(windows),
    }
}

/// What this machine starts runs with.
pub(crate) fn detect() -> Result<System> {
    let is_there = |name: &str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
    };
    match () {
        () if cfg!(target_os = "macos") => Ok(System::Launchd),
        () if Path::new("/run/systemd/system").is_dir() => Ok(System::Systemd),
        () if is_there(CRONTAB) => Ok(System::Cron),
        () if is_there("systemctl") => Ok(System::Systemd),
        () => Err(CliError::failed("neither systemd nor cron is here to start runs").hint("install cron, or start liasse run by hand")),
    }
}

/// Gives one command to the system.
pub(crate) fn call(words: &[String]) -> Result<()> {
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    let line = words.join(" ");
    let again = || format!("all files are written; try by hand: {line}");
    let done = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let done = done.map_err(|error| CliError::io("start", Path::new(program), &error).hint(again()))?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(CliError::failed(format!("{line} failed: {}", said.trim())).hint(again()))
}
