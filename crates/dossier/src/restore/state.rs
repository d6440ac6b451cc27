//! The states of dossiers that snapshots have, and what is known of each: what was left out of it, and what could not be read. Must never
//! say that a state is whole because nothing is known of it.

use liasse_archive::repo::Snapshot;
use liasse_archive::repo::format::snapshot::{Dossier as Line, Outcome as Fared};

/// What begins the list of parts in the remark of a record; `run` writes it.
const LEFT_OUT: &str = "left out: ";

/// A state of a dossier.
#[derive(Debug, Clone, Copy)]
pub struct State<'s> {
    /// What the snapshot says of the dossier.
    pub line: &'s Line,
    /// The snapshot.
    pub snapshot: &'s Snapshot,
    /// The snapshot of the run that read this state, if it is there: an older one where the dossier was in use since.
    origin: Option<(&'s Snapshot, &'s Line)>,
}

impl<'s> State<'s> {
    /// The newest state of a dossier. `snapshots` are those that are looked at, the newest first.
    pub fn find(snapshots: &'s [Snapshot], code: &str) -> Option<Self> {
        let at = |number: usize| snapshots.get(number..).unwrap_or_default();
        let (number, line) =
            (0..snapshots.len()).find_map(|number| Some((number, line_of(at(number).first()?, code).filter(|line| is_state(line))?)))?;
        Self::of(at(number), line)
    }

    /// The state that a snapshot has of a dossier, with the older ones after it.
    pub(super) fn of(snapshots: &'s [Snapshot], line: &'s Line) -> Option<Self> {
        let origin = snapshots.iter().find_map(|snapshot| {
            let read = line_of(snapshot, &line.code)?;
            let is_read = matches!(read.outcome, Fared::Stored | Fared::Unchanged);
            (is_read && (&read.tree, read.evidence) == (&line.tree, line.evidence)).then_some((snapshot, read))
        });
        Some(Self { line, snapshot: snapshots.first()?, origin })
    }

    /// The snapshot in whose tree the state lies, and where it lies there.
    pub(super) fn source(&self) -> (&'s Snapshot, &'s [u8]) {
        self.origin.map_or((self.snapshot, self.line.path.as_slice()), |(snapshot, read)| (snapshot, read.path.as_slice()))
    }

    /// The parts that were left out of it on purpose; `None` if nobody knows any more.
    pub fn left_out(&self) -> Option<Vec<&'s str>> {
        let (_, read) = self.origin?;
        let names = read.cause.split("; ").find_map(|remark| remark.strip_prefix(LEFT_OUT));
        Some(names.map_or(Vec::new(), |names| names.split(", ").collect()))
    }

    /// What could not be read of it, below the dossier's folder, empty for the folder itself; `None` if nobody knows all of it.
    pub fn unread(&self) -> Option<Vec<&'s [u8]>> {
        let (snapshot, read) = self.origin?;
        let record = &snapshot.record;
        if (record.unread.len() as u64) < record.statistics.unread {
            return None;
        }
        Some(record.unread.iter().filter_map(|unread| below(&unread.path, &read.path)).collect())
    }
}

/// Whether a line has a state: not only the dossier's name.
pub fn is_state(line: &Line) -> bool {
    line.tree.size > 0 || line.evidence.0 != [0; 32]
}

/// What a snapshot says of a dossier.
pub(super) fn line_of<'s>(snapshot: &'s Snapshot, code: &str) -> Option<&'s Line> {
    let lines = &snapshot.record.dossiers;
    lines.binary_search_by(|line| line.code.as_str().cmp(code)).ok().and_then(|number| lines.get(number))
}

/// The way from a folder down to a path.
fn below<'p>(path: &'p [u8], folder: &[u8]) -> Option<&'p [u8]> {
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
}
