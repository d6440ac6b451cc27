//! The folders of one rule: level by level below its root, one reading of each folder on the way, and none below a dossier.

use std::fs::{self, DirEntry};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use liasse_archive::PatternError;
use liasse_archive::target::TEMP_PREFIX;

use super::problem::Problem;
use super::{Discovery, PassedOver, marker};
use crate::config::pattern::{Levels, Names};
use crate::config::{Kind, Rule};
use crate::{Code, spoken};

/// A folder that a rule takes for a dossier.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) path: PathBuf,
    pub(super) code: Code,
    pub(super) rule: String,
    pub(super) kind: Kind,
}

/// Adds what a rule claims, and what is wrong on the way.
pub(super) fn search(rule: &Rule, claims: &mut Vec<Claim>, found: &mut Discovery) {
    let (levels, names) = match patterns(rule) {
        Ok(patterns) => patterns,
        Err(error) => return found.problems.push(Problem::BadRule { rule: rule.name.clone(), error: error.to_string() }),
    };
    // Links on the way to the root are followed once, so that two rules that reach one folder by two ways are noticed.
    let root = match rule.root.canonicalize() {
        Ok(root) => root,
        Err(error) => return found.problems.push(unreachable(rule, &error)),
    };
    let (claimed, troubled) = (claims.len(), found.problems.len());
    let mut search = Search { rule, levels, names, claims, found };
    search.folder(&root, 0);
    // Where something is wrong, that is why nothing is found; where all is passed over, it was found.
    if claims.len() == claimed && found.problems.len() == troubled && !found.passed_over.iter().any(|passed| passed.rule == rule.name) {
        found.problems.push(Problem::NothingFound { rule: rule.name.clone(), root: rule.root.clone() });
    }
}

/// Which folders a rule looks at, and which names it excludes.
pub(super) fn patterns(rule: &Rule) -> Result<(Levels, Names), PatternError> {
    Ok((Levels::new(&rule.pattern)?, Names::new(rule.exclude.iter().map(String::as_str))?))
}

fn unreachable(rule: &Rule, error: &io::Error) -> Problem {
    if error.kind() == io::ErrorKind::NotFound {
        return Problem::NoRoot { rule: rule.name.clone(), root: rule.root.clone() };
    }
    Problem::Unreadable { path: rule.root.clone(), error: spoken(error) }
}

struct Search<'a> {
    rule: &'a Rule,
    levels: Levels,
    names: Names,
    claims: &'a mut Vec<Claim>,
    found: &'a mut Discovery,
}

impl Search<'_> {
    /// Looks at one folder above the dossiers, in the order of names. What a restore in place works in, or kept of what it replaced, has
    /// a name of its own and is no dossier.
    fn folder(&mut self, path: &Path, level: usize) {
        let entries: io::Result<Vec<DirEntry>> = fs::read_dir(path).and_then(Iterator::collect);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.problem(Problem::Unreadable { path: path.to_owned(), error: spoken(&error) }),
        };
        let is_own = |entry: &DirEntry| entry.file_name().as_bytes().starts_with(TEMP_PREFIX.as_bytes());
        entries.retain(|entry| self.levels.fits(level, &entry.file_name()) && !is_own(entry));
        entries.sort_by_key(DirEntry::file_name);
        for entry in entries {
            self.entry(&entry, level);
        }
    }

    fn entry(&mut self, entry: &DirEntry, level: usize) {
        let path = entry.path();
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) => return self.problem(Problem::Unreadable { path, error: spoken(&error) }),
        };
        let is_link = kind.is_symlink() && path.is_dir();
        if !kind.is_dir() && !is_link {
            return;
        }
        if self.names.fit(&entry.file_name()) {
            return self.pass_over(path, None);
        }
        if is_link {
            return self.problem(Problem::Link { path });
        }
        if level + 1 < self.levels.depth() { self.folder(&path, level + 1) } else { self.dossier(path) }
    }

    /// Looks at the markers of what may be a dossier.
    fn dossier(&mut self, path: PathBuf) {
        let code = match self.code(&path) {
            Ok(Some(code)) => code,
            Ok(None) => return,
            Err(problem) => return self.problem(problem),
        };
        for name in &self.rule.exclude_marker {
            let marker = path.join(name);
            match marker.symlink_metadata() {
                Ok(_) => return self.pass_over(path, Some(name.clone())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return self.problem(Problem::Marker { path: marker, error: spoken(&error) }),
            }
        }
        match code {
            Ok(code) => self.claims.push(Claim { path, code, rule: self.rule.name.clone(), kind: self.rule.kind }),
            Err(problem) => self.problem(problem),
        }
    }

    /// The code of a folder; `None` if it is no dossier. What is wrong with the code is told only of one that is taken.
    fn code(&self, path: &Path) -> Result<Option<Result<Code, Problem>>, Problem> {
        let Some(marker) = &self.rule.marker else { return Ok(Some(self.code_of_name(path))) };
        let marker = path.join(marker);
        let failed = |error: &io::Error| Problem::Marker { path: marker.clone(), error: spoken(error) };
        let Some(key) = &self.rule.code_key else {
            return match marker.metadata() {
                Ok(_) => Ok(Some(self.code_of_name(path))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(failed(&error)),
            };
        };
        match marker::value(&marker, key) {
            Ok(Some(value)) => Ok(Some(self.code_of(path, value))),
            Ok(None) => Ok(Some(Err(Problem::NoCode { path: marker, key: key.clone() }))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Ok(Some(Err(failed(&error)))),
        }
    }

    fn code_of_name(&self, path: &Path) -> Result<Code, Problem> {
        match path.file_name().and_then(|name| name.to_str()) {
            Some(name) => self.code_of(path, name.to_owned()),
            None => Err(Problem::NotText { path: path.to_owned() }),
        }
    }

    fn code_of(&self, path: &Path, text: String) -> Result<Code, Problem> {
        let text = if self.rule.kind == Kind::Copy && !text.is_empty() { text + ".copy" } else { text };
        Code::try_from(text).map_err(|error| Problem::BadCode { path: path.to_owned(), error })
    }

    fn pass_over(&mut self, path: PathBuf, marker: Option<String>) {
        self.found.passed_over.push(PassedOver { path, rule: self.rule.name.clone(), marker });
    }

    fn problem(&mut self, problem: Problem) {
        self.found.problems.push(problem);
    }
}
