//! What a person is told when something fails: one sentence that says what and where, hints that say what to do, and the code that
//! the program ends with. The libraries say what happened; only this module knows who is listening.

use std::error::Error as StdError;
use std::io;

use liasse_archive::Error as ArchiveError;
use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::spoken;
use liasse_repo::Error as RepoError;
use liasse_repo::store::{self, ErrorKind};

use crate::exit::Exit;
use crate::time;

/// What to do about damage.
const CHECK: Hint = Hint::Named("remedy-check");
/// What to do where writing fails, and the same where there is nothing yet that is whole.
const WRITING: [(&str, &str); 2] = [("remedy-full", "remedy-full-new"), ("remedy-disk", "remedy-disk-new")];

/// A failure, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CliError {
    /// What the program ends with.
    pub(crate) exit: Exit,
    /// What happened, in one sentence without its full stop.
    pub(crate) message: String,
    /// The message by its name and what is put into it, where all languages have it.
    named: Option<(&'static str, Vec<(&'static str, String)>)>,
    /// What to do about it.
    hints: Vec<Hint>,
    /// Whether it is trouble within the repository, so that its place is worth saying.
    within: bool,
    /// What the program ends with where another process has told the error already.
    pub(crate) told: Option<u8>,
}

/// What to do about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Hint {
    /// In words that only English has.
    Said(String),
    /// By the name of a message.
    Named(&'static str),
}

/// The result of a command.
pub(crate) type Result<T, E = CliError> = std::result::Result<T, E>;

impl CliError {
    /// A failure without hints.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), named: None, hints: Vec::new(), within: false, told: None }
    }

    /// A failure that all languages have a message for.
    pub(crate) fn named(exit: Exit, name: &'static str, values: Vec<(&'static str, String)>) -> Self {
        let message = message(&Texts::new(Lang::English), name, &values);
        Self { named: Some((name, values)), ..Self::new(exit, message) }
    }

    /// In a language, as far as that has the message.
    pub(crate) fn in_language(mut self, texts: &Texts) -> Self {
        if let Some((name, values)) = &self.named {
            self.message = message(texts, name, values);
        }
        self
    }

    /// What to do about it, in a language as far as that has it.
    pub(crate) fn hints(&self, texts: &Texts) -> Vec<String> {
        let said = |hint: &Hint| match hint {
            Hint::Said(said) => said.clone(),
            Hint::Named(name) => texts.get(name, &[]),
        };
        self.hints.iter().map(said).collect()
    }

    /// A process that does the work has failed, and has told why.
    pub(crate) fn ended(code: Option<u8>) -> Self {
        Self { told: Some(code.unwrap_or(Exit::Failed as u8)), ..Self::failed("the process in the background has failed") }
    }

    /// Something that just failed.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// A command line that makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A file of the user's that could not be read or written.
    pub(crate) fn io(doing: &str, path: &std::path::Path, error: &io::Error) -> Self {
        Self::failed(spoken(format!("cannot {doing} {}: {error}", path.display())))
    }

    /// Someone asked to stop.
    pub(crate) fn interrupted() -> Self {
        Self::named(Exit::Interrupted, "error-interrupted", Vec::new())
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(Hint::Said(hint.into()));
        self
    }

    /// Adds what to do about it, by the name of a message.
    #[must_use]
    pub(crate) fn remedy(mut self, name: &'static str) -> Self {
        self.hints.push(Hint::Named(name));
        self
    }

    /// Marks trouble within the repository.
    fn within(mut self) -> Self {
        self.within = true;
        self
    }

    /// Says of damage that keeps the repository from being opened what helps there; a check could not open it either.
    #[must_use]
    pub(crate) fn at_opening(mut self) -> Self {
        if self.exit == Exit::Damaged && self.hints.contains(&CHECK) {
            self.hints = vec![Hint::Named("remedy-put-back")];
        }
        self
    }

    /// Leaves out what is only true of a repository that holds something.
    #[must_use]
    pub(crate) fn at_making(mut self) -> Self {
        for hint in &mut self.hints {
            if let Some((_, new)) = WRITING.iter().find(|(name, _)| *hint == Hint::Named(name)) {
                *hint = Hint::Named(new);
            }
        }
        self
    }

    /// Adds where, to trouble within the repository that does not say it.
    #[must_use]
    pub(crate) fn in_repository(mut self, location: &str) -> Self {
        if self.within && !self.message.contains(location) {
            self.message = format!("{} ({location})", self.message);
        }
        self
    }
}

impl From<RepoError> for CliError {
    fn from(error: RepoError) -> Self {
        match &error {
            RepoError::Store(store) => from_store(store),
            RepoError::Newer { .. } => {
                Self::failed(error.to_string()).within().hint("it was written by a newer program: install the current version of liasse")
            }
            RepoError::Interrupted => Self::interrupted(),
            RepoError::NoRepository { .. } | RepoError::Unfinished { .. } | RepoError::Exists { .. } => about_place(&error),
            RepoError::WrongPassword { .. }
            | RepoError::RemovedKey { .. }
            | RepoError::WrongCredential { .. }
            | RepoError::NotAllowed { .. } => about_key(&error),
            RepoError::Revoked => {
                Self::new(Exit::WrongKey, error.to_string()).hint("ask the owner for a new key: liasse key add --role writer --out FILE")
            }
            RepoError::NoSnapshot { .. } | RepoError::Ambiguous { .. } => about_snapshot(&error),
            RepoError::NoKey { .. } => {
                Self::failed(error.to_string()).hint("see the ids with: liasse key list; the start of one must fit one key only")
            }
            RepoError::CredentialRole { .. } => {
                Self::usage(error.to_string()).hint("leave out --out and give the new key a password, which key remove can take away")
            }
            RepoError::LastOwner { .. } => Self::failed(format!("{error}: without it nobody could change the repository"))
                .hint("add another owner first: liasse key add --role owner"),
            RepoError::Burned { .. } | RepoError::Contended => {
                Self::failed(error.to_string()).hint("run the command again; nothing is lost")
            }
            RepoError::Cache { path, .. } => {
                Self::failed(error.to_string()).hint(format!("delete {path}, it is made again; or use --no-cache"))
            }
            _ if error.is_damage() => damaged(error.to_string()),
            _ => Self::failed(error.to_string()),
        }
    }
}

fn message(texts: &Texts, name: &str, values: &[(&'static str, String)]) -> String {
    let values: Vec<_> = values.iter().map(|(key, value)| (*key, value.as_str().into())).collect();
    texts.get(name, &values)
}

fn damaged(message: String) -> CliError {
    CliError::named(Exit::Damaged, "error-damaged", vec![("error", message)]).within().remedy("remedy-check")
}

fn about_place(error: &RepoError) -> CliError {
    match error {
        RepoError::Unfinished { missing: "the config is", .. } => {
            CliError::new(Exit::NoRepository, format!("{error}; was making it interrupted?"))
                .hint("put back the folder config from a copy; if nothing was backed up there yet, make it whole with: liasse init")
        }
        RepoError::Unfinished { .. } => CliError::new(Exit::Damaged, error.to_string())
            .hint("put back the folder keys from a copy of the repository; a credential file opens it too"),
        RepoError::Exists { .. } => CliError::failed(error.to_string()).hint("use it as it is, or choose another folder with -r"),
        RepoError::NoRepository { location } => no_repository("error-no-repository", location.clone()),
        _ => CliError::new(Exit::NoRepository, error.to_string()).remedy("remedy-no-repository"),
    }
}

/// There is none, and how to get one.
pub(crate) fn no_repository(name: &'static str, place: String) -> CliError {
    CliError::named(Exit::NoRepository, name, vec![("place", place)]).remedy("remedy-no-repository")
}

fn about_key(error: &RepoError) -> CliError {
    let at = |name, place: &String| CliError::named(Exit::WrongKey, name, vec![("place", place.clone())]);
    match error {
        RepoError::WrongPassword { location, unread } if unread.is_empty() => {
            at("error-wrong-password", location).remedy("remedy-wrong-password")
        }
        RepoError::WrongPassword { location, unread } => {
            let values = vec![("place", location.clone()), ("keys", unread.join(", "))];
            CliError::named(Exit::WrongKey, "error-wrong-password-or-damaged", values)
                .remedy("remedy-wrong-password")
                .remedy("remedy-damaged-keys")
        }
        RepoError::RemovedKey { location, slot } => {
            let values = vec![("place", location.clone()), ("key", slot.clone())];
            CliError::named(Exit::WrongKey, "error-removed-key", values).remedy("remedy-removed-key")
        }
        RepoError::WrongCredential { location } => at("error-wrong-credential", location).remedy("remedy-wrong-credential"),
        _ => CliError::new(Exit::WrongKey, error.to_string()).remedy("remedy-other-key"),
    }
}

fn about_snapshot(error: &RepoError) -> CliError {
    match error {
        RepoError::NoSnapshot { first: None, .. } => {
            CliError::named(Exit::Failed, "error-no-snapshot", Vec::new()).remedy("remedy-no-snapshot")
        }
        RepoError::NoSnapshot { first: Some(first), .. } => CliError::failed(error.to_string())
            .hint(format!("the first snapshot is of {}; see all of them with: liasse snapshots", time::local(*first))),
        RepoError::Ambiguous { prefix, candidates } => {
            let fitting: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            CliError::failed(format!("more than one snapshot starts with {prefix}"))
                .hint(format!("give more of its id: {}", fitting.join(", ")))
        }
        _ => CliError::failed(error.to_string()),
    }
}

/// Trouble with where the repository is kept.
pub(crate) fn from_store(error: &store::Error) -> CliError {
    let message = chain(error);
    let named = |exit, name| CliError::named(exit, name, vec![("error", message.clone())]).within();
    match error.kind() {
        ErrorKind::NotARepository | ErrorKind::NotFound if error.operation() == store::Operation::Open => {
            no_repository("error-no-repository", error.object().to_owned())
        }
        ErrorKind::NotARepository => named(Exit::NoRepository, "error-gone").remedy("remedy-connect"),
        ErrorKind::NotEmpty => CliError::new(Exit::NoRepository, format!("{} holds other things and is no repository", error.object()))
            .hint("choose an empty or new folder with -r FOLDER"),
        ErrorKind::Full => named(Exit::Failed, "error-full").remedy("remedy-full"),
        ErrorKind::ReadOnly => named(Exit::Failed, "error-read-only").remedy("remedy-read-only"),
        ErrorKind::Denied => named(Exit::Failed, "error-denied").remedy("remedy-denied"),
        ErrorKind::NotFound | ErrorKind::Short { .. } | ErrorKind::TooLarge { .. } => damaged(message),
        _ => named(Exit::Failed, "error-disk").remedy("remedy-disk"),
    }
}

impl From<store::Error> for CliError {
    fn from(error: store::Error) -> Self {
        from_store(&error)
    }
}

impl From<ArchiveError> for CliError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Repo(error) => error.into(),
            ArchiveError::NotInSnapshot { .. } => {
                Self::failed(error.to_string()).hint("see what is there with: liasse ls SNAPSHOT:/FOLDER")
            }
            ArchiveError::NotAFile { .. } => Self::failed(error.to_string()).hint("see what is there with: liasse ls SNAPSHOT:/FOLDER"),
            ArchiveError::Unreadable { ref cause, .. } if cause.is_damage() => damaged(chain(&error)),
            ArchiveError::Output { .. } => Self::failed(chain(&error)).hint("check where the output goes; the repository is not touched"),
            ArchiveError::Pattern(_) => Self::usage(error.to_string()).hint("patterns are those of .gitignore"),
            ArchiveError::NotAbsolute { .. } => Self::usage(error.to_string()),
            ArchiveError::NoSource { .. } => {
                Self::failed(chain(&error)).hint("check that the path is right and the disk is there; no snapshot was made")
            }
            ArchiveError::NothingReached => Self::failed("none of the sources could be read, so no snapshot was made")
                .hint("check who may read them, or run as a user who may"),
            ArchiveError::UnnamedUnread { .. } => Self::failed(error.to_string()).hint("restore without --delete"),
            ArchiveError::TargetBusy { path } => {
                Self::named(Exit::Failed, "error-target-busy", vec![("path", path)]).remedy("remedy-target-busy")
            }
            ArchiveError::OtherRestore { path } => {
                Self::named(Exit::Failed, "error-other-restore", vec![("path", path)]).remedy("remedy-other-restore")
            }
            ArchiveError::Target(_) => Self::failed(chain(&error)).hint("check the target folder; the snapshot itself is not touched"),
            _ => Self::failed(chain(&error)),
        }
    }
}

/// An error and its causes, none of them twice.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !message.ends_with(&said) {
            message = format!("{message}: {said}");
        }
        cause = error.source();
    }
    spoken(&message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use liasse_repo::store::Operation;

    fn of(kind: ErrorKind, operation: Operation) -> CliError {
        from_store(&store::Error::new(kind, operation, "/backup"))
    }

    #[test]
    fn trouble_with_the_store_says_what_to_do() {
        for (kind, operation, exit) in [
            (ErrorKind::NotFound, Operation::Open, Exit::NoRepository),
            (ErrorKind::NotARepository, Operation::Open, Exit::NoRepository),
            (ErrorKind::NotARepository, Operation::Put, Exit::NoRepository),
            (ErrorKind::NotFound, Operation::Get, Exit::Damaged),
            (ErrorKind::Full, Operation::Put, Exit::Failed),
            (ErrorKind::ReadOnly, Operation::Put, Exit::Failed),
            (ErrorKind::Denied, Operation::List, Exit::Failed),
            (ErrorKind::Io, Operation::Publish, Exit::Failed),
        ] {
            let error = of(kind, operation);
            assert_eq!(error.exit, exit, "{kind:?} {operation:?}");
            assert!(!error.hints.is_empty() && error.message.contains("/backup"), "{error:?}");
        }
    }

    #[test]
    fn the_place_is_said_once() {
        let error = CliError::failed("cannot store index/ab").within().in_repository("/backup");
        assert_eq!(error.message, "cannot store index/ab (/backup)");
        assert_eq!(error.clone().in_repository("/backup"), error);
        assert_eq!(CliError::failed("no such pattern").in_repository("/backup").message, "no such pattern");
    }

    #[test]
    fn causes_are_not_said_twice() {
        let inner = io::Error::other("the disk is on fire");
        let outer = store::Error::from_io(inner, Operation::Put, "index/ab");
        assert_eq!(chain(&outer), "cannot store index/ab: the repository's storage failed: the disk is on fire");
    }
}
