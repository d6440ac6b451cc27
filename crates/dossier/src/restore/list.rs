//! Which dossiers can be restored: as a snapshot has them, with the time, the size and the gaps of each state.

use std::fmt::Write as _;

use jiff::Timestamp;
use liasse_archive::repo::{self, Repository, Stop};
use serde::Serialize;

use super::history::Found;
use super::size::Size;
use super::state::{State, is_state};
use crate::lang::Texts;
use crate::report::local::Local;
use crate::report::{Outcome, plain};
use crate::run::moment_of;

/// Widest that a column is made for the sake of one long cell.
const MOST_WIDTH: usize = 28;
/// Columns.
const COLUMNS: usize = 5;

/// The dossiers that a snapshot has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct List {
    /// Version of this layout.
    pub schema: u32,
    /// The snapshot; `None` if no snapshot has dossiers.
    pub snapshot: Option<String>,
    /// Its time.
    pub time: Option<Timestamp>,
    /// The dossiers, by code.
    pub dossiers: Vec<Listed>,
    /// How many have a state.
    pub restorable: u64,
    /// Files of all states that could be measured.
    pub files: u64,
    /// Bytes of these.
    pub size_bytes: u64,
    /// Whether files are missing in any of them that could not be read.
    #[serde(skip)]
    pub is_incomplete: bool,
}

/// One dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its code.
    pub code: String,
    /// Where it was.
    pub path: String,
    /// When its state was read; `None` if there is none.
    pub since: Option<Timestamp>,
    /// Files of the state; `None` if there is no state, or it is damaged.
    pub files: Option<u64>,
    /// Bytes of these.
    pub size_bytes: Option<u64>,
    /// How the dossier fared in the run that made the snapshot.
    pub outcome: Outcome,
    /// Parts that the state does not have; `None` if nobody knows any more.
    pub left_out: Option<Vec<String>>,
    /// Parts that were not looked at, so that the state has of them what an earlier one had; `None` if nobody knows any more.
    pub as_before: Option<Vec<String>>,
    /// Files that could not be read; `None` if nobody knows all of them.
    pub unread: Option<u64>,
    /// What the state lacks, for people.
    #[serde(skip)]
    gaps: Option<String>,
    /// Why the state cannot be read, if it is damaged.
    pub damage: Option<String>,
}

impl List {
    /// Lists the dossiers of the newest of these snapshots that has any; or those that were found by their codes.
    pub fn make(repository: &Repository, found: &Found, local: &Local<'_>, stop: &Stop) -> repo::Result<Self> {
        let newest = found.newest.as_ref();
        let mut list = Self {
            schema: 1,
            snapshot: newest.map(|snapshot| snapshot.id.to_string()),
            time: newest.and_then(|snapshot| moment_of(snapshot.record.time)),
            dossiers: Vec::new(),
            restorable: 0,
            files: 0,
            size_bytes: 0,
            is_incomplete: false,
        };
        for state in found.states.values() {
            list.add(repository, state, local, stop)?;
        }
        Ok(list)
    }

    fn add(&mut self, repository: &Repository, state: &State, local: &Local<'_>, stop: &Stop) -> repo::Result<()> {
        let line = &state.line;
        let is_there = is_state(line);
        let (mut size, mut damage) = (None, None);
        if is_there {
            match Size::of(&repository.reader()?, &line.tree, &[], stop) {
                Ok(measured) => size = Some(measured),
                Err(error) => damage = Some(repository.as_partial(error)?.to_string()),
            }
        }
        let owned = |parts: Vec<&str>| parts.into_iter().map(str::to_owned).collect();
        self.is_incomplete |= state.is_incomplete();
        self.restorable += u64::from(is_there && damage.is_none());
        self.files += size.map_or(0, |size| size.files);
        self.size_bytes = self.size_bytes.saturating_add(size.map_or(0, |size| size.bytes));
        self.dossiers.push(Listed {
            code: line.code.clone(),
            path: String::from_utf8_lossy(&line.path).into_owned(),
            since: moment_of(line.since).filter(|_| is_there),
            files: size.map(|size| size.files),
            size_bytes: size.map(|size| size.bytes),
            outcome: line.outcome.into(),
            left_out: state.left_out().map(owned),
            as_before: state.as_before().map(owned),
            unread: state.unread().map(|files| files.len() as u64),
            gaps: state.gaps(local),
            damage,
        });
        Ok(())
    }

    /// Whether a state is damaged.
    pub fn is_damaged(&self) -> bool {
        self.dossiers.iter().any(|dossier| dossier.damage.is_some())
    }

    /// As a table for people: the sums last. Names cannot move the cursor.
    pub fn text(&self, texts: &Texts, utc_offset: i32) -> String {
        let local = Local::new(texts, utc_offset);
        let Some(time) = self.time else { return texts.get("restore-list-none", &[]) + "\n" };
        let mut out = texts.get("restore-list-title", &[("date", local.long(time).into())]) + "\n\n";
        let names = ["report-dossier", "restore-list-since", "restore-list-files", "report-size", "report-outcome"];
        let mut rows = vec![(names.map(|name| texts.get(name, &[])), texts.get("report-cause", &[]))];
        rows.extend(self.dossiers.iter().map(|dossier| (dossier.cells(&local), dossier.said(texts))));
        table(&mut out, &rows);
        let values = [
            ("number", self.restorable.into()),
            ("shown", local.number(self.restorable).into()),
            ("files", local.number(self.files).into()),
            ("size", local.size(self.size_bytes).into()),
        ];
        _ = writeln!(out, "\n{}", texts.get("restore-list-sum", &values));
        out
    }
}

impl Listed {
    fn cells(&self, local: &Local<'_>) -> [String; COLUMNS] {
        let texts = local.texts();
        let none = || "-".to_owned();
        [
            plain(&self.code),
            self.since.map_or_else(none, |since| local.short(since)),
            self.files.map_or_else(none, |files| local.number(files)),
            self.size_bytes.map_or_else(none, |size| local.size(size)),
            self.outcome.text(texts),
        ]
    }

    fn said(&self, texts: &Texts) -> String {
        let mut said = Vec::new();
        if let Some(error) = &self.damage {
            said.push(texts.get("restore-list-damaged", &[("error", error.into())]));
        } else if self.since.is_none() {
            said.push(texts.get("restore-list-never", &[]));
        }
        said.extend(self.gaps.clone());
        plain(&said.join(" "))
    }
}

/// Words begin on the left, numbers end on the right.
fn table(out: &mut String, rows: &[([String; COLUMNS], String)]) {
    let mut widths = [0; COLUMNS];
    for (cells, _) in rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count().min(MOST_WIDTH));
        }
    }
    for (cells, said) in rows {
        let mut line = String::new();
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
            let (before, after) = if matches!(column, 2 | 3) { (gap.as_str(), "") } else { ("", gap.as_str()) };
            line.extend([before, cell, after, "  "]);
        }
        line.push_str(said);
        _ = writeln!(out, "{}", line.trim_end());
    }
}
