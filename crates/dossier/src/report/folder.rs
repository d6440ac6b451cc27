//! The log folder: one report a run, as text, JSON and HTML, and the codes in error. It must never show half a file, never delete
//! the newest report, and never touch a file that it did not write.

mod name;

use std::cmp::Reverse;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

use self::name::Name;
use super::{Report, Settings, html, text};
use crate::lang::Texts;
use crate::schedule::is_ahead;

/// Most bytes of a report in JSON that are read: a hundred thousand dossiers have a tenth of it.
const MOST_BYTES: u64 = 256 << 20;
/// The endings of a report's files. JSON is written last and taken away first: a report is there when its JSON is.
const ENDINGS: [&str; 4] = [".txt", ".html", ".errors.txt", ".json"];
/// What ends the names of files that are being written.
const UNFINISHED: &str = ".unfinished";
/// How old an unfinished file is when nobody writes it any more.
const ABANDONED: Duration = Duration::from_hours(1);

/// A folder with reports.
#[derive(Debug)]
pub struct Reports {
    folder: PathBuf,
}

/// Where a report was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// The report as text.
    pub text: PathBuf,
    /// The report as HTML.
    pub html: PathBuf,
    /// The report as JSON.
    pub json: PathBuf,
    /// The codes in error, if there are any.
    pub errors: Option<PathBuf>,
}

/// Trouble with the log folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file or folder could not be read or written.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is no report.
    #[error("{path} is no report")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A report has a layout that this program does not know.
    #[error("{path} was written by a newer program (layout {schema})")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its layout.
        schema: u32,
    },
    /// A file is larger than any report.
    #[error("{path} is too large for a report")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// No report is called so.
    #[error("there is no report {asked:?} in {folder}")]
    NotFound {
        /// What was asked for.
        asked: String,
        /// Where.
        folder: PathBuf,
    },
    /// Several are.
    #[error("more than one report is called {asked:?}")]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// Names that fit, the newest first.
        fitting: Vec<String>,
    },
}

fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { doing, path, source }
}

impl Reports {
    /// Opens the folder, and makes it if there is none: for who runs the program, and nobody else.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let folder = folder.into();
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(io_error("make the folder", &folder))?;
        Ok(Self { folder })
    }

    /// The folder, which need not be there: without it there are no reports.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a report. One that is saved again, with more remarks for example, takes the place of its first form.
    pub fn save(&self, report: &Report, texts: &Texts) -> Result<Saved, FolderError> {
        let name = self.free_name(report);
        let path = |ending: &str| self.folder.join(format!("{name}{ending}"));
        let errors = report.errors_file();
        let saved = Saved {
            text: path(".txt"),
            html: path(".html"),
            json: path(".json"),
            errors: errors.is_some().then(|| path(".errors.txt")),
            name: name.to_string(),
        };
        write(&saved.text, text::render(report, texts).as_bytes())?;
        write(&saved.html, html::render(report, texts).as_bytes())?;
        match errors {
            Some(errors) => write(&path(".errors.txt"), errors.as_bytes())?,
            None => remove(&path(".errors.txt"))?,
        }
        write(&saved.json, &to_json(report))?;
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(io_error("make durable", &self.folder))?;
        Ok(saved)
    }

    /// The report's name; with a number where another run, of the same second, has it.
    fn free_name(&self, report: &Report) -> Name {
        let mut name = Name::of(report);
        while let Ok(other) = self.load(&name.to_string()) {
            if other.began == report.began && other.host == report.host && other.snapshot == report.snapshot {
                break;
            }
            name = name.next();
        }
        name
    }

    /// Names of the reports, the newest first. What lies ahead of this machine's clock was made when that was wrong, and comes last.
    pub fn list(&self) -> Result<Vec<String>, FolderError> {
        Ok(self.names(Timestamp::now())?.iter().map(ToString::to_string).collect())
    }

    fn names(&self, now: Timestamp) -> Result<Vec<Name>, FolderError> {
        let mut names: Vec<Name> = self.files()?.iter().filter_map(|file| Name::read(file.strip_suffix(".json")?)).collect();
        names.sort_by_cached_key(|name| (is_ahead(name.began(), now), Reverse(name.clone())));
        Ok(names)
    }

    /// Names of the files in the folder.
    fn files(&self) -> Result<Vec<String>, FolderError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io_error("list", &self.folder))?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io_error("list", &self.folder))?;
            files.extend(entry.file_name().into_string().ok());
        }
        Ok(files)
    }

    /// The name of the report that is meant: `latest`, a name or the start of one, or the start of a snapshot's id.
    pub fn find(&self, asked: &str) -> Result<String, FolderError> {
        let names = self.names(Timestamp::now())?;
        let not_found = || FolderError::NotFound { asked: asked.to_owned(), folder: self.folder.clone() };
        if asked == "latest" {
            return names.first().map(ToString::to_string).ok_or_else(not_found);
        }
        let fitting: Vec<String> = names.iter().filter(|name| name.fits(asked)).map(ToString::to_string).collect();
        match fitting.as_slice() {
            [] => Err(not_found()),
            [only] => Ok(only.clone()),
            _ if fitting.iter().any(|name| name == asked) => Ok(asked.to_owned()),
            _ => Err(FolderError::Ambiguous { asked: asked.to_owned(), fitting }),
        }
    }

    /// Reads a report by its whole name.
    pub fn load(&self, name: &str) -> Result<Report, FolderError> {
        let not_found = || FolderError::NotFound { asked: name.to_owned(), folder: self.folder.clone() };
        if Name::read(name).is_none() {
            return Err(not_found());
        }
        let path = self.folder.join(format!("{name}.json"));
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(not_found()),
            file => file.map_err(io_error("read", &path))?,
        };
        let mut bytes = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(io_error("read", &path))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(FolderError::TooLarge { path });
        }
        from_json(&bytes, path)
    }

    /// Deletes reports that are older than they are kept, and files that a run left unfinished; gives the names of what went. Only what
    /// a run wrote is deleted, and never the newest report.
    pub fn prune(&self, settings: &Settings, now: Timestamp) -> Result<Vec<String>, FolderError> {
        self.remove_abandoned()?;
        let keep = SignedDuration::try_from(settings.keep.as_std()).unwrap_or(SignedDuration::MAX);
        let least = settings.keep_least.max(1) as usize;
        let most = settings.keep_most.map_or(usize::MAX, |most| most as usize);
        let is_old = |name: &Name| now.duration_since(name.began()) > keep;
        let names = self.names(now)?;
        let past = names.iter().enumerate().skip(least).filter(|(i, name)| is_old(name) || *i >= most);
        let mut deleted = Vec::new();
        for (_, name) in past {
            if self.delete(name)? {
                deleted.push(name.to_string());
            }
        }
        Ok(deleted)
    }

    /// Deletes a report if it is one: what only looks like it stays.
    fn delete(&self, name: &Name) -> Result<bool, FolderError> {
        let shown = name.to_string();
        if !self.load(&shown).is_ok_and(|report| name.is_of(&report)) {
            return Ok(false);
        }
        for ending in ENDINGS.iter().rev() {
            remove(&self.folder.join(format!("{shown}{ending}")))?;
        }
        Ok(true)
    }

    /// Deletes files that a run began to write long ago.
    fn remove_abandoned(&self) -> Result<(), FolderError> {
        let is_ours = |file: &str| {
            let written = file.strip_suffix(UNFINISHED);
            written.is_some_and(|written| ENDINGS.iter().any(|ending| written.strip_suffix(ending).and_then(Name::read).is_some()))
        };
        for file in self.files()?.iter().filter(|file| is_ours(file)) {
            let path = self.folder.join(file);
            let modified = fs::symlink_metadata(&path).and_then(|metadata| metadata.modified());
            if modified.is_ok_and(|then| SystemTime::now().duration_since(then).is_ok_and(|age| age > ABANDONED)) {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

/// Writes a file such that it is there whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(UNFINISHED);
    let unfinished = PathBuf::from(unfinished);
    remove(&unfinished)?;
    let written = OpenOptions::new().write(true).create_new(true).mode(mode_in(path)).open(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    });
    written.inspect_err(|_| _ = fs::remove_file(&unfinished)).map_err(io_error("write", path))
}

/// Who may look into a folder that was there may read its reports: an accountant, where the system's own user makes the runs.
fn mode_in(path: &Path) -> u32 {
    let folder = path.parent().and_then(|folder| fs::metadata(folder).ok()).map_or(0, |metadata| metadata.mode());
    let looks = |execute: u32, read: u32| if folder & execute == 0 { 0 } else { read };
    0o600 | looks(0o010, 0o040) | looks(0o001, 0o004)
}

/// Removes a file that may be there.
fn remove(path: &Path) -> Result<(), FolderError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("delete", path)(error)),
        _ => Ok(()),
    }
}

/// A report as JSON, on one line.
pub(crate) fn to_json(report: &Report) -> Vec<u8> {
    // A report has texts and numbers only: nothing in it that JSON cannot say.
    let mut json = serde_json::to_vec(report).unwrap_or_default();
    json.push(b'\n');
    json
}

/// A report from JSON. Its layout is looked at first: one of a newer program may have anything in it.
fn from_json(bytes: &[u8], path: PathBuf) -> Result<Report, FolderError> {
    #[derive(serde::Deserialize)]
    struct Layout {
        schema: u32,
    }
    match serde_json::from_slice::<Layout>(bytes) {
        Ok(Layout { schema }) if schema > Report::SCHEMA => Err(FolderError::Newer { path, schema }),
        Ok(_) => serde_json::from_slice(bytes).map_err(|source| FolderError::Damaged { path, source }),
        Err(source) => Err(FolderError::Damaged { path, source }),
    }
}
