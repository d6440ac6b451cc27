//! Opening and making the repository that is chosen.

use std::sync::Arc;

use liasse_dossier::Rollback;
use liasse_dossier::report::local::Local as Manner;
use liasse_repo::store::{Area, Local, Store};
use liasse_repo::{Creation, Error as RepoError, KdfParams, Repository, Unlock};
use zeroize::Zeroizing;

use crate::args::Kdf;
use crate::context::Context;
use crate::error::{self, CliError, Result};
use crate::exit::Exit;
use crate::password::Source;
use crate::text;
use crate::time;

/// How often a person may try a password.
const TRIES: usize = 3;

impl Context {
    /// Opens the repository. The place is looked at before a password is asked for.
    pub(crate) fn open(&self) -> Result<Repository> {
        let repository = self.open_unwarned()?;
        if let Some(rollback) = repository.rollback()?.map(Rollback::from) {
            self.warn_of(&rollback);
        }
        Ok(repository)
    }

    /// The same, for who says by itself when the repository shows an older state than was seen before.
    pub(crate) fn open_unwarned(&self) -> Result<Repository> {
        self.try_to_open().map_err(CliError::at_opening)
    }

    /// Says that the repository shows an older state than was seen before.
    pub(crate) fn warn_of(&self, rollback: &Rollback) {
        let texts = &self.settings.texts;
        let local = Manner::new(texts, time::utc_offset(liasse_repo::now()));
        self.output.warn(&format!("{} {}", rollback.text(&local), Rollback::remedy(texts)));
    }

    /// The same; where its own keys or configs are too damaged for that, with those of another copy of it.
    pub(crate) fn open_or_like(&self, other: &Arc<dyn Store>) -> Result<Repository> {
        let repository = self.open_with_either(other)?;
        if let Some(rollback) = repository.rollback()?.map(Rollback::from) {
            self.warn_of(&rollback);
        }
        Ok(repository)
    }

    fn open_with_either(&self, other: &Arc<dyn Store>) -> Result<Repository> {
        match self.try_to_open() {
            Err(error) if matches!(error.exit, Exit::Damaged | Exit::WrongKey | Exit::NoRepository) => {
                let Ok(store) = Local::open(&self.place) else { return Err(error.at_opening()) };
                // What the other says of the password counts only where it opens: the trouble is here.
                let Ok(opened) = self.try_open(other, &self.prompt("ask-password")) else { return Err(error.at_opening()) };
                Ok(self.with_folders(Repository::open_like(Arc::new(store), &opened)?))
            }
            opened => opened.map_err(CliError::at_opening),
        }
    }

    fn try_to_open(&self) -> Result<Repository> {
        let store = self.store()?;
        let tries = if self.secret == Source::Prompt { TRIES } else { 1 };
        let prompt = self.prompt("ask-password");
        let mut opened = self.try_open(&store, &prompt);
        for _ in 1..tries {
            if !matches!(&opened, Err(error) if error.exit == Exit::WrongKey) {
                break;
            }
            opened = self.try_open(&store, &self.prompt("ask-password-again"));
        }
        let repository = opened?;
        self.stop.check()?;
        if let Some(key) = repository.unlisted_slot() {
            self.output.warn(&self.settings.texts.get("warn-unlisted-key", &[("key", key.into())]));
        }
        self.output.detail(&format!("opened the repository at {} as {}", self.place.display(), repository.role()));
        Ok(self.with_folders(repository))
    }

    /// Where a repository keeps what this machine knows of it.
    fn with_folders(&self, repository: Repository) -> Repository {
        let repository = match &self.cache {
            Some(folder) => repository.with_cache(folder),
            None => repository.with_temporary(&std::env::temp_dir()),
        };
        match &self.memory {
            Some(folder) => repository.with_memory(folder),
            None => repository,
        }
    }

    /// The place, if there is a repository, whole or begun.
    fn store(&self) -> Result<Arc<dyn Store>> {
        if self.place.is_file() {
            return Err(error::no_repository("error-no-repository-file", self.place.display().to_string()));
        }
        let store: Arc<dyn Store> = Arc::new(Local::open(&self.place)?);
        if store.list(Area::Config)?.is_empty() {
            // It cannot be opened with anything: what is missing is told before a password is asked for.
            let nothing = Unlock::Password(Zeroizing::default());
            return Repository::open(store, &nothing).map(|repository| Arc::clone(repository.store())).map_err(CliError::from);
        }
        Ok(store)
    }

    fn try_open(&self, store: &Arc<dyn Store>, prompt: &str) -> Result<Repository> {
        let mut last = CliError::failed("nothing to open the repository with");
        for unlock in self.secret.unlocks(prompt)? {
            match Repository::open(Arc::clone(store), &unlock) {
                Ok(repository) => return Ok(repository),
                Err(error) => last = self.not_opened(error),
            }
            if last.exit != Exit::WrongKey {
                break;
            }
        }
        Err(last)
    }

    fn not_opened(&self, error: RepoError) -> CliError {
        match (&error, &self.secret) {
            (RepoError::Damaged { object, .. }, Source::Credential(path)) if object == "the credential" => {
                CliError::new(Exit::WrongKey, format!("{} is no credential file, or a damaged one", path.display()))
                    .hint("use the file that liasse key add --out has written")
            }
            _ => error.into(),
        }
    }

    /// The password of a repository that is to be made. Asked for before anything is made, so that giving up leaves nothing behind.
    pub(crate) fn new_password(&self) -> Result<Zeroizing<String>> {
        if matches!(self.secret, Source::Credential(_)) {
            return Err(CliError::usage("a new repository begins with a password, not with a credential file")
                .hint("leave out --credential; key add --out makes credential files afterwards"));
        }
        if self.place.is_file() {
            return Err(
                CliError::new(Exit::NoRepository, format!("{} is a file", self.place.display())).hint("choose a folder with -r FOLDER")
            );
        }
        self.refuse_existing()?;
        self.secret.new_password(&self.prompt("ask-new-password"), &self.prompt("ask-same"))
    }

    /// A question of the messages, with the space before its answer.
    pub(crate) fn prompt(&self, name: &str) -> String {
        let place = text::plain(&self.place.display().to_string());
        format!("{} ", self.settings.texts.get(name, &[("place", place.into())]))
    }

    /// Makes a repository at the place.
    pub(crate) fn create(&self, creation: &Creation) -> Result<Repository> {
        let store: Arc<dyn Store> = Arc::new(Local::create(&self.place).map_err(|error| CliError::from(error).at_making())?);
        let repository = Repository::create(store, creation).map_err(|error| CliError::from(error).at_making())?;
        Ok(self.with_folders(repository))
    }

    fn refuse_existing(&self) -> Result<()> {
        let Ok(store) = Local::open(&self.place) else { return Ok(()) };
        Ok(Repository::refuse_to_replace(&store)?)
    }
}

/// What deriving a key from a password costs.
pub(crate) fn cost(kdf: Kdf) -> KdfParams {
    match kdf {
        Kdf::Default => KdfParams::DEFAULT,
        Kdf::Strong => KdfParams::STRONG,
    }
}
