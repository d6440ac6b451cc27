//! Where the settings are looked for: the usual files, the environment, the command line. What they mean is the library's business.

use std::ffi::OsString;
use std::path::PathBuf;

use liasse_dossier::config::{Loaded, Sources, VARIABLES, load};
use liasse_dossier::lang::{Lang, Texts};

use crate::args::Global;
use crate::error::{CliError, Result};
use crate::output::Output;

/// The machine's file.
const MACHINE: &str = "/etc/liasse/config.toml";

/// The settings of this run of the program.
pub(crate) struct Settings {
    /// What was read, and every mistake in it.
    pub(crate) loaded: Loaded,
    /// Messages in the language that is set.
    pub(crate) texts: Texts,
    /// The file that `config init` writes.
    pub(crate) first: Option<PathBuf>,
}

impl Settings {
    /// Reads them. `user` is the folder of the user's settings.
    pub(crate) fn read(global: &Global, user: Option<PathBuf>) -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let text = |name: &str| variable(name).and_then(|value| value.into_string().ok());
        let only = global.config.clone().or_else(|| variable("LIASSE_CONFIG").map(PathBuf::from));
        let user = user.map(|folder| folder.join("liasse").join("config.toml"));
        let is_root = rustix::process::geteuid().is_root();
        let machine = PathBuf::from(MACHINE);
        let first = only.clone().or_else(|| if is_root { Some(machine.clone()) } else { user.clone() });
        let sources = Sources {
            locale: ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(text),
            common: variable("LIASSE_COMMON_CONFIG").map(PathBuf::from),
            machine: Some(machine),
            user,
            only,
            environment: VARIABLES.iter().filter_map(|(name, key)| Some(((*name).to_owned(), *key, text(name)?))).collect(),
            options: options(global),
            set: global.set.clone(),
        };
        let loaded = load(&sources);
        let texts = Texts::new(loaded.config.language.unwrap_or(Lang::English));
        Self { loaded, texts, first }
    }

    /// Every mistake in them, with its place.
    pub(crate) fn told(&self) -> Vec<String> {
        self.loaded.mistakes.iter().map(|mistake| format!("{}: {}", mistake.origin, mistake.text(&self.texts))).collect()
    }

    /// Refuses settings that no command should start with. Who says where the repository is gets at it all the same: a restore must not
    /// fail for a comma in a file.
    pub(crate) fn refuse_bad(&self, has_repository: bool, output: Output) -> Result<()> {
        let Some(mistake) = self.loaded.mistakes.iter().find(|mistake| mistake.is_fatal()) else { return Ok(()) };
        let said = format!("{}: {}", mistake.origin, mistake.text(&self.texts));
        if has_repository {
            output.warn(&said);
            return Ok(());
        }
        Err(CliError::usage(said.trim_end_matches('.')).remedy("remedy-config-check"))
    }
}

/// What the common options say of keys. Paths that are no text are used all the same, but cannot be explained.
fn options(global: &Global) -> Vec<(String, &'static str, String)> {
    let path = |path: &Option<PathBuf>| path.as_ref().and_then(|path| path.to_str().map(str::to_owned)).filter(|path| !path.is_empty());
    let command = |command: &Option<OsString>| command.as_ref().and_then(|command| command.to_str().map(str::to_owned));
    let said = [
        ("--lang", "language", global.lang.clone()),
        ("--repository", "repository", path(&global.repository)),
        ("--credential", "credential", path(&global.credential)),
        ("--password-file", "password-file", path(&global.password_file)),
        ("--password-command", "password-command", command(&global.password_command)),
    ];
    said.into_iter().filter_map(|(option, key, value)| Some((option.to_owned(), key, value?))).collect()
}
