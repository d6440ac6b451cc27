//! What a restore in place did, or would do: for programs, and as text in the reader's language.

use std::fmt::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;
use liasse_archive::RestoreReport;

use super::check::Checked;
use super::error::Trouble;
use super::state::State;
use super::survey::Counts;
use crate::lang::Texts;
use crate::report::local::Local;
use crate::report::plain;
use crate::run::moment_of;

/// What became of all that was asked for.
#[derive(Debug, Default)]
pub struct Done {
    /// Whether nothing was done, only said.
    pub is_dry_run: bool,
    /// Whether every chosen dossier has its state.
    pub is_complete: bool,
    /// Whether somebody asked to stop.
    pub is_interrupted: bool,
    /// The chosen dossiers.
    pub dossiers: Vec<Restored>,
    /// The dossiers that were deleted because they were not chosen.
    pub others: Vec<Removed>,
    /// What an earlier restore that was cut off had replaced: it was found, and is kept here.
    pub found: Vec<PathBuf>,
    /// Dossiers of which something that was replaced could not be removed or kept as it should, and why.
    pub remarks: Vec<(String, Trouble)>,
}

/// One chosen dossier.
#[derive(Debug)]
pub struct Restored {
    /// Its code.
    pub code: String,
    /// Its folder.
    pub path: PathBuf,
    /// When its state was read.
    pub since: Option<Timestamp>,
    /// The snapshot.
    pub snapshot: String,
    /// What was restored.
    pub report: RestoreReport,
    /// What stayed, what went.
    pub counts: Counts,
    /// Where what was replaced is kept, if it is.
    pub kept: Option<PathBuf>,
    /// The state, which may lack something.
    pub state: State,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a dossier.
#[derive(Debug)]
pub enum Fate {
    /// It has the state.
    Restored,
    /// It is as it was.
    Left(Trouble),
}

/// One dossier that was not chosen.
#[derive(Debug)]
pub struct Removed {
    /// Its code.
    pub code: String,
    /// Its folder.
    pub path: PathBuf,
    /// Where it is kept, if it is.
    pub kept: Option<PathBuf>,
    /// Why it is still there, if it is.
    pub trouble: Option<Trouble>,
}

impl Restored {
    pub(super) fn new(checked: &Checked<'_>, report: RestoreReport, fate: Fate) -> Self {
        Self {
            code: checked.state.line.code.clone(),
            path: checked.place.path.clone(),
            since: moment_of(checked.state.line.since),
            snapshot: checked.state.snapshot.id.to_string(),
            report,
            counts: checked.counts.clone(),
            kept: None,
            state: checked.state.clone(),
            fate,
        }
    }

    /// Whether it has the state, or would have it.
    pub fn is_restored(&self) -> bool {
        matches!(self.fate, Fate::Restored)
    }

    /// Why it is as it was.
    pub fn trouble(&self) -> Option<&Trouble> {
        match &self.fate {
            Fate::Restored => None,
            Fate::Left(trouble) => Some(trouble),
        }
    }
}

impl Done {
    /// The first dossier that is not as was asked for, and why.
    pub fn first_trouble(&self) -> Option<(&str, &Trouble)> {
        let chosen = self.dossiers.iter().filter_map(|dossier| Some((dossier.code.as_str(), dossier.trouble()?)));
        let others = self.others.iter().filter_map(|other| Some((other.code.as_str(), other.trouble.as_ref()?)));
        chosen.chain(others).next()
    }

    /// What was done, a line or more for each dossier; with `names`, every file that is written, stays or goes.
    pub fn text(&self, texts: &Texts, utc_offset: i32, names: bool) -> String {
        let local = Local::new(texts, utc_offset);
        let mut out = String::new();
        for dossier in self.dossiers.iter().filter(|dossier| dossier.is_restored()) {
            _ = writeln!(out, "{}", self.sentence(dossier, &local));
            if dossier.counts.unsaved > 0 {
                _ = writeln!(out, "{}", self.unsaved(dossier, &local));
            }
            if let Some(kept) = &dossier.kept {
                self.say(&mut out, "restore-kept", kept, texts);
            }
            if names {
                self.names(&mut out, dossier, texts);
            }
        }
        let message = if self.is_dry_run { "restore-would-remove" } else { "restore-removed" };
        for other in self.others.iter().filter(|other| other.trouble.is_none()) {
            let path = other.path.display().to_string();
            _ = writeln!(out, "{}", plain(&texts.get(message, &[("code", other.code.as_str().into()), ("path", path.into())])));
            if let Some(kept) = &other.kept {
                self.say(&mut out, "restore-kept", kept, texts);
            }
        }
        for found in &self.found {
            self.say(&mut out, "restore-found", found, texts);
        }
        out
    }

    #[expect(clippy::unused_self, reason = "one of its lines")]
    fn say(&self, out: &mut String, message: &str, path: &std::path::Path, texts: &Texts) {
        _ = writeln!(out, "{}", plain(&texts.get(message, &[("path", path.display().to_string().into())])));
    }

    fn sentence(&self, dossier: &Restored, local: &Local<'_>) -> String {
        let message = if self.is_dry_run { "restore-would" } else { "restore-done" };
        let since = dossier.since.map_or_else(|| "?".to_owned(), |since| local.short(since));
        let said = local.texts().get(
            message,
            &[
                ("code", dossier.code.as_str().into()),
                ("path", dossier.path.display().to_string().into()),
                ("since", since.into()),
                ("files", local.number(dossier.report.files + dossier.report.others).into()),
                ("size", local.size(dossier.report.bytes).into()),
                ("same", local.number(dossier.report.unchanged).into()),
                ("kept", local.number(dossier.counts.carried).into()),
                ("gone", local.number(dossier.counts.deleted).into()),
            ],
        );
        plain(&said)
    }

    /// That what is replaced is kept, because nothing else has all of it.
    fn unsaved(&self, dossier: &Restored, local: &Local<'_>) -> String {
        let message = if self.is_dry_run { "restore-would-unsaved" } else { "restore-unsaved-kept" };
        let first = dossier.counts.unsaved_names.first().map(|path| String::from_utf8_lossy(path).into_owned());
        let said = local.texts().get(
            message,
            &[
                ("code", dossier.code.as_str().into()),
                ("number", dossier.counts.unsaved.into()),
                ("shown", local.number(dossier.counts.unsaved).into()),
                ("size", local.size(dossier.counts.unsaved_bytes).into()),
                ("first", first.unwrap_or_default().into()),
            ],
        );
        plain(&said)
    }

    fn names(&self, out: &mut String, dossier: &Restored, texts: &Texts) {
        let lists = [
            ("restore-name-written", &dossier.report.would_write, self.is_dry_run),
            ("restore-name-kept", &dossier.counts.carried_names, true),
            ("restore-name-gone", &dossier.counts.deleted_names, true),
        ];
        for (message, names, _) in lists.iter().filter(|(_, _, is_told)| *is_told) {
            for name in *names {
                let path = String::from_utf8_lossy(name).into_owned();
                _ = writeln!(out, "{}", plain(&texts.get(message, &[("path", path.into())])));
            }
        }
    }
}
