//! The states of dossiers that snapshots have, and what is known of each: what was left out of it, and what could not be read. Must never
//! say that a state is whole because nothing is known of it.

use std::sync::Arc;

use liasse_archive::repo::Snapshot;
use liasse_archive::repo::format::snapshot::{Dossier as Line, Outcome as Fared};
use liasse_archive::repo::format::time::Time;

use crate::remark;
use crate::report::local::Local;
use crate::report::plain;
use crate::run::moment_of;

/// Most files that are named.
const MOST_NAMED: usize = 5;

/// A state of a dossier.
#[derive(Debug, Clone)]
pub struct State {
    /// What the snapshot says of the dossier.
    pub line: Line,
    /// The snapshot, without what it says of dossiers.
    pub snapshot: Arc<Snapshot>,
    /// The run that read this state, if its snapshot is there: an older one where the dossier was in use since.
    pub(super) origin: Option<Origin>,
}

/// Where a state was read.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The snapshot of that run, without what it says of dossiers.
    pub(super) snapshot: Arc<Snapshot>,
    line: Line,
    pub(super) gaps: Vec<Gap>,
}

/// A part that a run did not save.
#[derive(Debug, Clone)]
pub(super) struct Gap {
    part: String,
    /// Whether the state has of it what an earlier one had.
    is_as_before: bool,
    /// When an older snapshot of that machine saved it last.
    saved: Option<Time>,
}

impl State {
    /// The snapshot in whose tree the state lies, and where it lies there.
    pub(crate) fn source(&self) -> (&Snapshot, &[u8]) {
        match &self.origin {
            Some(origin) => (&origin.snapshot, &origin.line.path),
            None => (&self.snapshot, &self.line.path),
        }
    }

    /// The parts that were left out of it on purpose; `None` if nobody knows any more.
    pub fn left_out(&self) -> Option<Vec<&str>> {
        self.parts(false)
    }

    /// The parts that were not looked at: the state has of them what an earlier one had, or nothing; `None` if nobody knows any more.
    pub fn as_before(&self) -> Option<Vec<&str>> {
        self.parts(true)
    }

    fn parts(&self, is_as_before: bool) -> Option<Vec<&str>> {
        let origin = self.origin.as_ref()?;
        Some(origin.gaps.iter().filter(|gap| gap.is_as_before == is_as_before).map(|gap| gap.part.as_str()).collect())
    }

    /// What could not be read of it, below the dossier's folder, empty for the folder itself; `None` if nobody knows all of it.
    pub fn unread(&self) -> Option<Vec<&[u8]>> {
        self.origin.as_ref().filter(|origin| origin.knows_unread()).map(Origin::unread)
    }

    /// Whether files are missing in it that could not be read, or may be.
    pub fn is_incomplete(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| !origin.knows_unread() || !origin.unread().is_empty())
    }

    /// What it lacks, in sentences; `None` if that is nothing.
    pub fn gaps(&self, local: &Local<'_>) -> Option<String> {
        let texts = local.texts();
        let Some(origin) = &self.origin else {
            return is_state(&self.line).then(|| texts.get("restore-list-unknown", &[]));
        };
        let mut said = Vec::new();
        for (message, is_as_before) in [("restore-list-left-out", false), ("restore-gap-as-before", true)] {
            let parts: Vec<String> = origin.gaps.iter().filter(|gap| gap.is_as_before == is_as_before).map(|gap| gap.text(local)).collect();
            if !parts.is_empty() {
                said.push(texts.get(message, &[("parts", parts.join(", ").into())]));
            }
        }
        let unread = origin.unread();
        if !unread.is_empty() {
            let folder = |path: &&[u8]| if path.is_empty() { ".".to_owned() } else { String::from_utf8_lossy(path).into_owned() };
            let mut files = unread.iter().take(MOST_NAMED).map(folder).collect::<Vec<_>>().join(", ");
            if unread.len() > MOST_NAMED {
                files.push_str(", …");
            }
            let number = unread.len() as u64;
            let values = [("number", number.into()), ("shown", local.number(number).into()), ("files", files.into())];
            said.push(texts.get("restore-gap-unread", &values));
        }
        if !origin.knows_unread() {
            said.push(texts.get("restore-gap-unread-more", &[]));
        }
        (!said.is_empty()).then(|| plain(&said.join(" ")))
    }

    /// A line that says what it lacks; `None` if that is nothing.
    pub fn warning(&self, local: &Local<'_>) -> Option<String> {
        let said = self.gaps(local)?;
        Some(plain(&local.texts().get("restore-gaps", &[("code", self.line.code.as_str().into()), ("said", said.into())])))
    }
}

impl Origin {
    pub(super) fn new(snapshot: Arc<Snapshot>, line: Line) -> Self {
        let gap = |is_as_before| move |part: &str| Gap { part: part.to_owned(), is_as_before, saved: None };
        let gaps = remark::left_out(&line.cause).map(gap(false)).chain(remark::as_before(&line.cause).map(gap(true))).collect();
        Self { snapshot, line, gaps }
    }

    /// An older line tells when parts were saved. Whether that is known of all.
    pub(super) fn learn(&mut self, older: &Line) -> bool {
        if is_read(older) && is_state(older) {
            let lacks = |part: &str| remark::left_out(&older.cause).chain(remark::as_before(&older.cause)).any(|lacking| lacking == part);
            for gap in self.gaps.iter_mut().filter(|gap| gap.saved.is_none()) {
                gap.saved = (!lacks(&gap.part)).then_some(older.since);
            }
        }
        self.gaps.iter().all(|gap| gap.saved.is_some())
    }

    fn knows_unread(&self) -> bool {
        let record = &self.snapshot.record;
        record.unread.len() as u64 >= record.statistics.unread
    }

    fn unread(&self) -> Vec<&[u8]> {
        self.snapshot.record.unread.iter().filter_map(|unread| below(&unread.path, &self.line.path)).collect()
    }
}

impl Gap {
    fn text(&self, local: &Local<'_>) -> String {
        let since = self.saved.and_then(moment_of).map(|since| local.short(since));
        let part = ("part", self.part.as_str().into());
        match since {
            Some(since) => local.texts().get("restore-gap-saved", &[part, ("since", since.into())]),
            None => local.texts().get("restore-gap-never", &[part]),
        }
    }
}

/// Whether a line has a state: not only the dossier's name.
pub fn is_state(line: &Line) -> bool {
    line.tree.size > 0 || line.evidence.0 != [0; 32]
}

/// Whether the run itself read the state.
pub(super) fn is_read(line: &Line) -> bool {
    matches!(line.outcome, Fared::Stored | Fared::Unchanged)
}

/// The way from a folder down to a path.
fn below<'p>(path: &'p [u8], folder: &[u8]) -> Option<&'p [u8]> {
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
}
