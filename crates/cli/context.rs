//! What the flags and the environment mean together, settled once before anything is done.

use std::ffi::OsString;
use std::io::{IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use liasse_repo::Stop;

use crate::args::Global;
use crate::error::{CliError, Result};
use crate::output::Output;
use crate::password::Source;
use crate::paths;
use crate::settings::Settings;
use crate::signals;
use crate::text;

/// How long a signal may wait while a question stands.
const SIGNAL_WAIT: Duration = Duration::from_millis(100);

/// What every command starts from.
pub(crate) struct Context {
    /// The repository's folder, absolute.
    pub(crate) place: PathBuf,
    /// Where the local cache is kept, if it is.
    pub(crate) cache: Option<PathBuf>,
    /// Where the password or credential comes from.
    pub(crate) secret: Source,
    /// The settings of the files, the environment and the command line.
    pub(crate) settings: Settings,
    /// Where reports are kept when no folder is set, if there is such a place.
    pub(crate) reports: Option<PathBuf>,
    /// Where it is remembered what was seen of repositories, if there is such a place.
    pub(crate) memory: Option<PathBuf>,
    /// Where what goes on in the background leaves its warnings, if there is such a place.
    pub(crate) log: Option<PathBuf>,
    /// The folder of the user's settings, of all programs, and the home folder.
    pub(crate) user_folders: Option<(PathBuf, PathBuf)>,
    /// How results are told.
    pub(crate) output: Output,
    /// The wish to stop.
    pub(crate) stop: Stop,
}

impl Context {
    /// Settles the common options, and begins to listen to signals. `only_adds`: the command adds backups and reads none.
    pub(crate) fn resolve(global: &Global, output: Output, only_adds: bool) -> Result<Self> {
        let environment = Environment::of_process();
        let settings = Settings::read(global, environment.folder(environment.settings.as_ref(), ".config"));
        let not_empty = |path: &PathBuf| !path.as_os_str().is_empty();
        let variable = || std::env::var_os("LIASSE_REPOSITORY").map(PathBuf::from).filter(not_empty);
        let set = settings.loaded.config.repository.clone();
        // `--set` goes before the variable; a path that is no text can only come from the option itself or the variable.
        let is_set = global.set.iter().any(|text| text.trim_start().starts_with("repository"));
        let chosen = global.repository.clone().filter(not_empty);
        let place = environment.repository(chosen.or_else(|| if is_set { set.clone() } else { None }).or_else(variable).or(set))?;
        let place = std::path::absolute(&place).map_err(|error| CliError::io("use the path", &place, &error))?;
        let stop = Stop::new();
        signals::listen(&stop).map_err(|error| CliError::failed(format!("cannot listen to signals: {error}")))?;
        let cache = if global.no_cache { None } else { environment.cache(global.cache_dir.clone()) };
        let state = environment.folder(environment.state.as_ref(), ".local/state").map(|state| state.join("liasse"));
        Ok(Self {
            place,
            // Not in the cache, which may be deleted at any time, unless there is nothing else.
            memory: state.as_ref().or(cache.as_ref()).map(|folder| folder.join("seen")),
            cache,
            secret: Source::of(global, std::env::var_os("LIASSE_PASSWORD").is_some()).or(&settings.loaded.config, only_adds),
            output: Output { lang: settings.texts.lang(), ..output },
            settings,
            reports: state.as_ref().map(|state| state.join("reports")),
            log: state.as_ref().map(|state| state.join("mount.log")),
            user_folders: environment.folder(environment.settings.as_ref(), ".config").zip(environment.folder(None, "")),
            stop,
        })
    }

    /// Whether a path is the repository's folder or leads into it.
    pub(crate) fn is_in_repository(&self, path: &Path) -> bool {
        let absolute = std::path::absolute(path).ok().and_then(|path| paths::real(&path));
        absolute.zip(paths::real(&self.place)).is_some_and(|(path, place)| path.starts_with(place))
    }

    /// Whether the repository's folder is below a path.
    pub(crate) fn is_above_repository(&self, path: &Path) -> bool {
        let absolute = std::path::absolute(path).ok().and_then(|path| paths::real(&path));
        absolute.zip(paths::real(&self.place)).is_some_and(|(path, place)| place.starts_with(path))
    }

    /// Where runs leave their reports, if there is such a place.
    pub(crate) fn reports_folder(&self) -> Option<PathBuf> {
        self.settings.loaded.config.report.folder.clone().or_else(|| self.reports.clone())
    }

    /// Asks a question, to which yes is the answer of who only presses return. The end of input is a no. Someone who wants to stop
    /// need not answer: the answer is read by a thread of its own, because reading goes on after a signal.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool> {
        let answer = self.read_answer(&format!("{question} {} ", self.settings.texts.get("ask-yes-or-no", &[])))?;
        Ok(!answer.is_empty() && !answer.trim().to_lowercase().starts_with('n'))
    }

    /// What an option says, or else a person, to a question of the messages; who only presses return means the default. Without a person
    /// the option must be given.
    pub(crate) fn answer(&self, option: Option<String>, question: &str, default: &str, name: &str) -> Result<String> {
        if let Some(said) = option {
            return Ok(said);
        }
        if !self.can_ask() {
            return Err(CliError::usage(format!("{name} is not given, and there is no terminal to ask")).hint(format!("add {name}")));
        }
        let answer = self.read_answer(&format!("{} [{}] ", self.settings.texts.get(question, &[]), text::plain(default)))?;
        if answer.is_empty() {
            return Err(CliError::usage("the questions were not answered").hint("run the command again; nothing was written"));
        }
        let answer = answer.trim();
        Ok(if answer.is_empty() { default } else { answer }.to_owned())
    }

    /// The line that a person types, with its end; empty at the end of input.
    fn read_answer(&self, question: &str) -> Result<String> {
        let mut stderr = std::io::stderr();
        _ = write!(stderr, "{question}");
        _ = stderr.flush();
        let (send, answers) = mpsc::channel();
        std::thread::spawn(move || {
            let mut answer = String::new();
            _ = send.send(std::io::stdin().read_line(&mut answer).map(|_| answer));
        });
        let answer = loop {
            match answers.recv_timeout(SIGNAL_WAIT) {
                Ok(answer) => break answer.map_err(|error| CliError::failed(format!("cannot read the answer: {error}")))?,
                Err(_) if self.stop.is_stopped() => break String::new(),
                Err(_) => {}
            }
        };
        if !answer.ends_with('\n') {
            _ = writeln!(stderr);
        }
        self.stop.check()?;
        Ok(answer)
    }

    /// Whether there is a person to answer a question.
    pub(crate) fn can_ask(&self) -> bool {
        self.output.is_interactive() && std::io::stdin().is_terminal()
    }
}

/// Where this user keeps things.
struct Environment {
    data: Option<OsString>,
    cache: Option<OsString>,
    settings: Option<OsString>,
    state: Option<OsString>,
    home: Option<OsString>,
}

impl Environment {
    fn of_process() -> Self {
        let [data, cache, settings, state, home] =
            ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"].map(std::env::var_os);
        Self { data, cache, settings, state, home }
    }

    /// The repository's folder: chosen, or in the user's data folder.
    fn repository(&self, chosen: Option<PathBuf>) -> Result<PathBuf> {
        let default = || Some(self.folder(self.data.as_ref(), ".local/share")?.join("liasse").join("repository"));
        chosen.filter(|path| !path.as_os_str().is_empty()).or_else(default).ok_or_else(|| {
            CliError::usage("no repository is chosen, and there is no home folder for a default one")
                .hint("choose its folder with -r FOLDER")
        })
    }

    /// The cache's folder: chosen, or in the user's cache folder.
    fn cache(&self, chosen: Option<PathBuf>) -> Option<PathBuf> {
        chosen.or_else(|| Some(self.folder(self.cache.as_ref(), ".cache")?.join("liasse")))
    }

    /// A folder as the XDG base directory specification has it: the variable counts only when it is an absolute path.
    fn folder(&self, variable: Option<&OsString>, below_home: &str) -> Option<PathBuf> {
        let absolute = |value: Option<&OsString>| value.map(PathBuf::from).filter(|path| path.is_absolute());
        absolute(variable).or_else(|| Some(absolute(self.home.as_ref())?.join(below_home)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn environment(data: &str, home: &str) -> Environment {
        let some = |text: &str| (!text.is_empty()).then(|| OsString::from(text));
        Environment { data: some(data), cache: some(data), settings: some(data), state: some(data), home: some(home) }
    }

    #[test]
    fn a_chosen_repository_goes_before_the_default_one() {
        let here = environment("/data", "/home/ada");
        assert_eq!(here.repository(Some("/chosen".into())).unwrap(), PathBuf::from("/chosen"));
        assert_eq!(here.repository(None).unwrap(), PathBuf::from("/data/liasse/repository"));
        assert_eq!(here.repository(Some("".into())).unwrap(), PathBuf::from("/data/liasse/repository"));
        assert_eq!(here.cache(None).unwrap(), PathBuf::from("/data/liasse"));
    }

    #[test]
    fn a_relative_variable_does_not_count() {
        let here = environment("data", "/home/ada");
        assert_eq!(here.repository(None).unwrap(), PathBuf::from("/home/ada/.local/share/liasse/repository"));
        assert_eq!(here.cache(None).unwrap(), PathBuf::from("/home/ada/.cache/liasse"));
    }

    #[test]
    fn without_a_home_a_repository_must_be_chosen() {
        let nowhere = environment("", "");
        assert_eq!(nowhere.repository(None).unwrap_err().exit, crate::exit::Exit::Usage);
        assert_eq!(nowhere.cache(None), None);
        assert_eq!(nowhere.repository(Some("/chosen".into())).unwrap(), PathBuf::from("/chosen"));
    }
}
