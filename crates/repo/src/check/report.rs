//! What a check has found: damage by the object that has it, with the snapshots, dossiers and files that it touches.
//!
//! Memory is bounded whatever is found: lists are cut, and what is left off is counted.

use std::collections::{BTreeSet, HashMap};

use liasse_format::ids::SessionId;

use super::share::Share;
use super::touched::{Touched, Touching};
use crate::error::Error;

/// Most findings that are listed.
const FINDINGS_LIMIT: usize = 10_000;
/// Places that every finding may list.
pub const AFFECTED_LIMIT: usize = 100;
/// Places that all findings together may list beyond that: one bad pack touches the same file in every snapshot.
const AFFECTED_MORE: usize = 100_000;
/// Most notes that are listed.
const NOTES_LIMIT: usize = 1_000;

const KNOWN: &str = "parts of it are damaged, as a mark says; no snapshot needs them";

/// How deep to check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CheckOptions {
    /// Names, structure, framing and the directories of packs.
    Structure,
    /// Also whether every reference of every snapshot resolves.
    #[default]
    References,
    /// Also read these packs, hash them, open every block and hash every chunk.
    Data(Share),
}

impl CheckOptions {
    /// All data is read.
    pub const ALL_DATA: Self = Self::Data(Share::All);
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Damage, in the order of the objects' names. At most 10,000.
    pub findings: Vec<Finding>,
    /// Findings beyond the limit.
    pub findings_left_off: u64,
    /// What all of them together touch.
    pub touched: Touched,
    /// What people may want to know, and is no damage. At most 1,000.
    pub notes: Vec<Note>,
    /// Notes beyond the limit.
    pub notes_left_off: u64,
    /// Key slots that the owner has removed and that are there again, as their paths: no damage, and they open nothing.
    pub removed_slots: BTreeSet<String>,
    /// What was looked at.
    pub counts: CheckCounts,
    /// What the key at hand could not look into, if anything.
    pub not_checked: Option<&'static str>,
}

impl CheckReport {
    /// Whether no damage was found.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty() && self.findings_left_off == 0
    }
}

/// What a check looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckCounts {
    /// Objects of all areas.
    pub objects: u64,
    /// Snapshots that are believed.
    pub snapshots: u64,
    /// Different directories.
    pub trees: u64,
    /// Entries of different directories.
    pub entries: u64,
    /// Chunks that segments list; one that several packs hold counts as often.
    pub chunks: u64,
    /// Packs that are there.
    pub packs: u64,
    /// Bytes of packs that are there.
    pub pack_bytes: u64,
    /// Packs that were read from start to end.
    pub packs_read: u64,
    /// Their bytes.
    pub bytes_read: u64,
}

/// One damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The object that has it, as its path in the repository; `chunk` and its id where no object is known that should hold it.
    pub object: String,
    /// What is wrong.
    pub what: String,
    /// Files and directories that it touches: the first [`AFFECTED_LIMIT`], and more while all findings together have few.
    pub affected: Vec<Affected>,
    /// How many it touches.
    pub affected_count: u64,
    /// Codes of the dossiers that it touches, ascending. At most [`AFFECTED_LIMIT`].
    pub dossiers: Vec<String>,
}

impl Finding {
    /// What an error says, where nothing is known of what it touches. `place` is named where the error names no object.
    pub(crate) fn of_error(place: &str, error: &Error) -> Self {
        let (object, what) = describe(error);
        let object = object.unwrap_or_else(|| place.to_owned());
        Self { object, what, affected: Vec::new(), affected_count: 0, dossiers: Vec::new() }
    }
}

/// A file or directory of a snapshot that a damage touches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Affected {
    /// The snapshot.
    pub snapshot: SessionId,
    /// The path from the root of the snapshot, starting with `/`.
    pub path: Vec<u8>,
}

/// Something to know that is no damage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The object, or the area.
    pub object: String,
    /// What to know.
    pub what: String,
}

/// Which finding, while they are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FindingId(usize);

/// Gathers findings and notes.
#[derive(Default)]
pub(super) struct Findings {
    list: Vec<Gathered>,
    known: HashMap<(String, String), FindingId>,
    left_off: u64,
    /// How many places are listed beyond what every finding may list.
    affected_more: usize,
    touching: Touching,
    notes: BTreeSet<Note>,
    notes_left_off: u64,
}

struct Gathered {
    object: String,
    what: String,
    affected: Vec<Affected>,
    count: u64,
    dossiers: BTreeSet<String>,
    /// The last snapshot whose own tree it was found in.
    rooted: Option<SessionId>,
    /// Why it is no damage unless it touches something.
    harmless: Option<&'static str>,
}

/// Where in a snapshot a damage was met.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) snapshot: SessionId,
    pub(super) path: &'a [u8],
    /// The dossier whose tree is walked, rather than the snapshot's root.
    pub(super) dossier: Option<&'a str>,
}

impl Findings {
    /// Adds a damage, once. `None` when there are too many to list.
    pub(super) fn add(&mut self, object: impl Into<String>, what: impl Into<String>) -> Option<FindingId> {
        let key = (object.into(), what.into());
        if let Some(id) = self.known.get(&key) {
            return Some(*id);
        }
        if self.list.len() >= FINDINGS_LIMIT {
            self.left_off += 1;
            return None;
        }
        let id = FindingId(self.list.len());
        let (object, what) = key.clone();
        self.list.push(Gathered { object, what, affected: Vec::new(), count: 0, dossiers: BTreeSet::new(), rooted: None, harmless: None });
        self.known.insert(key, id);
        Some(id)
    }

    /// Objects that have a finding; `None` when there were more than are listed.
    pub(super) fn objects(&self) -> Option<BTreeSet<&str>> {
        (self.left_off == 0).then(|| self.list.iter().map(|found| found.object.as_str()).collect())
    }

    /// Adds what an error says. `place` is named where the error does not name an object.
    pub(super) fn add_error(&mut self, place: &str, error: &Error) -> Option<FindingId> {
        let (object, what) = describe(error);
        self.add(object.unwrap_or_else(|| place.to_owned()), what)
    }

    /// It becomes a note that says `why` where it turns out to touch nothing.
    pub(super) fn harmless_unless_needed(&mut self, id: Option<FindingId>, why: &'static str) {
        if let Some(found) = self.get(id) {
            found.harmless = Some(why);
        }
    }

    /// Somebody knows of the damage of an object, and nothing new refers to it: it becomes a note where nothing old does either.
    pub(super) fn known(&mut self, object: &str) {
        for found in self.list.iter_mut().filter(|found| found.object == object) {
            found.harmless.get_or_insert(KNOWN);
        }
    }

    /// Says what a damage touches.
    pub(super) fn touch(&mut self, id: FindingId, place: Place<'_>) {
        let Some(found) = self.list.get_mut(id.0) else { return };
        if let Some(code) = place.dossier {
            self.touching.dossier(code, place);
            if found.dossiers.len() < AFFECTED_LIMIT {
                found.dossiers.insert(code.to_owned());
            }
            // A dossier's tree is most often part of the snapshot's own, where its paths were named.
            if found.rooted == Some(place.snapshot) {
                return;
            }
        } else {
            found.rooted = Some(place.snapshot);
        }
        self.touching.snapshot(place);
        found.count += 1;
        let is_more = found.affected.len() >= AFFECTED_LIMIT;
        if is_more && self.affected_more >= AFFECTED_MORE {
            return;
        }
        found.affected.push(Affected { snapshot: place.snapshot, path: place.path.to_vec() });
        self.affected_more += usize::from(is_more);
    }

    fn get(&mut self, id: Option<FindingId>) -> Option<&mut Gathered> {
        self.list.get_mut(id?.0)
    }

    pub(super) fn note(&mut self, object: impl Into<String>, what: impl Into<String>) {
        let note = Note { object: object.into(), what: what.into() };
        if self.notes.len() < NOTES_LIMIT || self.notes.contains(&note) {
            self.notes.insert(note);
        } else {
            self.notes_left_off += 1;
        }
    }

    /// The report. `complete` says that all trees were walked, so that what touches nothing is known to.
    pub(super) fn into_report(mut self, counts: CheckCounts, not_checked: Option<&'static str>, complete: bool) -> CheckReport {
        let mut findings = Vec::new();
        for found in std::mem::take(&mut self.list) {
            match found.harmless {
                Some(why) if complete && found.count == 0 && found.dossiers.is_empty() => self.note(found.object, why),
                _ => findings.push(Finding {
                    object: found.object,
                    what: found.what,
                    affected: found.affected,
                    affected_count: found.count,
                    dossiers: found.dossiers.into_iter().collect(),
                }),
            }
        }
        findings.sort_by(|a, b| (&a.object, &a.what).cmp(&(&b.object, &b.what)));
        CheckReport {
            findings,
            findings_left_off: self.left_off,
            touched: self.touching.finish(),
            notes: self.notes.into_iter().collect(),
            notes_left_off: self.notes_left_off,
            removed_slots: BTreeSet::new(),
            counts,
            not_checked,
        }
    }
}

/// The object that an error names, if any, and what it says of it.
pub(super) fn describe(error: &Error) -> (Option<String>, String) {
    match error {
        Error::Damaged { object, cause } => named(object, &cause.to_string()),
        Error::Newer { object, major } => named(object, &format!("it has format version {major}, which this program does not know")),
        Error::Sealed { object, cause } => named(object, &cause.to_string()),
        Error::Unsigned { object } => named(object, "it is not signed by a writer of this repository"),
        Error::MissingChunk { id } => (Some(format!("chunk {id}")), "no pack holds it".to_owned()),
        Error::BadChunk { id, object, what } => named(object, &format!("chunk {id}: {what}")),
        Error::BadContent { what } => (None, (*what).to_owned()),
        Error::Store(cause) => named(cause.object(), &cause.kind().to_string()),
        other => (None, other.to_string()),
    }
}

/// Errors name a part of an object as `part of object`, and things without a place without a slash.
fn named(object: &str, what: &str) -> (Option<String>, String) {
    match object.split_once(" of ") {
        Some((part, whole)) if whole.contains('/') => (Some(whole.to_owned()), format!("{part}: {what}")),
        _ if object.contains('/') || object == "README" => (Some(object.to_owned()), what.to_owned()),
        _ => (None, format!("{object}: {what}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_lists_its_first_places_and_all_together_a_bounded_number() {
        let mut findings = Findings::default();
        let [first, second] = ["first", "second"].map(|object| findings.add(object, "damaged"));
        let place = Place { snapshot: SessionId([1; 16]), path: b"/a", dossier: None };
        for (id, times) in [(first, 250_000), (second, 300)] {
            (0..times).for_each(|_| id.into_iter().for_each(|id| findings.touch(id, place)));
        }
        let report = findings.into_report(CheckCounts::default(), None, true);
        let listed: Vec<_> = report.findings.iter().map(|finding| (finding.affected.len(), finding.affected_count)).collect();
        assert_eq!(listed, [(AFFECTED_LIMIT + AFFECTED_MORE, 250_000), (AFFECTED_LIMIT, 300)]);
    }
}
