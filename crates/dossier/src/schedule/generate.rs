//! From settings to what the system needs: files, and commands that make it look at them.

use std::path::{Path, PathBuf};

use super::{Scope, Settings, System, cron, launchd, systemd, windows};

/// Stands in every file that is written, so that only these are replaced and removed.
pub const MARKER: &str = "Written by \"liasse schedule install\"; \"liasse schedule remove\" takes it away.";

/// How a run is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Where the program is, absolute.
    pub path: PathBuf,
    /// What goes between its name and `run`, such as where the settings are.
    pub arguments: Vec<String>,
}

impl Program {
    /// All words of the command of a run. With `--if-due` the run itself finds out whether its time has come.
    pub(super) fn words(&self, if_due: bool) -> Vec<String> {
        let path = [self.path.to_string_lossy().into_owned()];
        let tail: &[&str] = if if_due { &["run", "--if-due"] } else { &["run"] };
        path.into_iter().chain(self.arguments.iter().cloned()).chain(tail.iter().map(|&word| word.to_owned())).collect()
    }
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub text: String,
}

/// All that a schedule is on a machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Files.
    pub files: Vec<File>,
    /// Lines of the user's own table of cron, between [`super::BEGIN`] and [`super::END`].
    pub table: Option<String>,
    /// Commands that make the system look, after the files are written.
    pub enable: Vec<Vec<String>>,
    /// Commands that make it stop, before they are removed.
    pub disable: Vec<Vec<String>>,
    /// Commands after they are removed.
    pub after: Vec<Vec<String>>,
}

/// Whether a file is one of these, and may be replaced and removed.
pub fn is_ours(text: &str) -> bool {
    text.contains(MARKER)
}

impl Plan {
    /// What a schedule is on a machine. `folder` is where files of this system and scope go: see [`Plan::folder`].
    pub fn new(settings: &Settings, system: System, scope: Scope, program: &Program, folder: &Path) -> Self {
        match system {
            System::Systemd => systemd::plan(settings, scope, program, folder),
            System::Cron => cron::plan(settings, scope, program, folder),
            System::Launchd => launchd::plan(settings, scope, program, folder),
            System::Windows => windows::plan(settings, scope, program, folder),
        }
    }

    /// Where a system looks for such files, below a user's folder of settings and the home folder.
    pub fn folder(system: System, scope: Scope, config: &Path, home: &Path) -> PathBuf {
        match (system, scope) {
            (System::Systemd, Scope::System) => "/etc/systemd/system".into(),
            (System::Systemd, Scope::User) => config.join("systemd/user"),
            (System::Cron, _) => "/etc/cron.d".into(),
            (System::Launchd, Scope::System) => "/Library/LaunchDaemons".into(),
            (System::Launchd, Scope::User) => home.join("Library/LaunchAgents"),
            (System::Windows, _) => config.join("liasse"),
        }
    }
}

/// The words of a command, from one text without quotes.
pub(super) fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}
