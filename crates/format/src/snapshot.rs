//! The committed record of a session (`spec/snapshot.md`).

use crate::content::Content;
use crate::error::DecodeError;
use crate::ids::{Evidence, Hash, PublicKey};
use crate::time::Time;
use crate::tlv::{self, Unknown};
use crate::wire::{Reader, Wire, Writer, ascending, wire_struct, wire_tag};

/// What a signature over a record starts with.
pub const SIGNATURE_CONTEXT: &[u8] = b"liasse v1 snapshot";
/// Most unread sources that a record names; it counts all.
pub const UNREAD_LIMIT: usize = 1_000;

/// What a run found and did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Regular files.
    pub files: u64,
    /// Directories.
    pub directories: u64,
    /// Links, pipes and devices.
    pub others: u64,
    /// Bytes of all files.
    pub size: u64,
    /// Files that the previous run did not have.
    pub new: u64,
    /// Files that changed since.
    pub changed: u64,
    /// Files that did not.
    pub unchanged: u64,
    /// Entries that could not be read whole.
    pub unread: u64,
    /// Bytes of new chunks, before compression.
    pub added: u64,
    /// Bytes of new packs and segments.
    pub stored: u64,
    /// Milliseconds from intent to commit.
    pub duration_ms: u64,
}

/// A source that could not be read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where it is.
    pub path: Vec<u8>,
    /// Why not.
    pub cause: String,
}

/// How a dossier fared in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its present state is stored.
    Stored,
    /// Its present state was stored already.
    Unchanged,
    /// It was open; its last good state stays.
    InUse,
    /// It could not be read; its last good state stays.
    Failed,
    /// It was not found, or found empty; its last good state stays.
    Missing,
    /// The run was not asked for it; its last good state stays.
    NotAsked,
}

wire_tag!(Outcome { Stored = 1, Unchanged = 2, InUse = 3, Failed = 4, Missing = 5, NotAsked = 6 }, "an outcome is from 1 to 6");

/// One dossier in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// Its name for people.
    pub code: String,
    /// How it fared.
    pub outcome: Outcome,
    /// Where it is.
    pub path: Vec<u8>,
    /// When the state below was read.
    pub since: Time,
    /// Its tree.
    pub tree: Content,
    /// Evidence root of its tree.
    pub evidence: Evidence,
    /// Why its present state is not stored; empty when it is.
    pub cause: String,
}

/// A promise not to forget a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its name.
    pub name: String,
    /// Until when.
    pub until: Time,
}

/// One whole view at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Who signed it.
    pub writer: PublicKey,
    /// From 1, one more than the writer's last.
    pub sequence: u64,
    /// BLAKE3 of the writer's previous snapshot object.
    pub previous: Hash,
    /// The writer's clock: a claim.
    pub time: Time,
    /// Seconds east of UTC at the writer.
    pub utc_offset: i32,
    /// Name of the machine.
    pub host: String,
    /// Name of the user.
    pub user: String,
    /// Name and version of the program.
    pub program: String,
    /// What was backed up, absolute.
    pub sources: Vec<Vec<u8>>,
    /// For people, strictly ascending.
    pub tags: Vec<String>,
    /// Why it was made.
    pub reason: Option<String>,
    /// The directory that stands for `/`.
    pub root: Content,
    /// Evidence root of the root.
    pub evidence: Evidence,
    /// What was found and done.
    pub statistics: Statistics,
    /// The first sources that could not be read whole.
    pub unread: Vec<Unread>,
    /// Dossiers, strictly ascending by code.
    pub dossiers: Vec<Dossier>,
    /// A promise not to forget it.
    pub hold: Option<Hold>,
    /// Parts of later versions.
    pub unknown: Unknown,
}

wire_struct!(Statistics {
    files: u64,
    directories: u64,
    others: u64,
    size: u64,
    new: u64,
    changed: u64,
    unchanged: u64,
    unread: u64,
    added: u64,
    stored: u64,
    duration_ms: u64,
});
wire_struct!(Hold { name: String, until: Time });
wire_struct!(Dossier { code: String, outcome: Outcome, path: Vec<u8>, since: Time, tree: Content, evidence: Evidence, cause: String });

impl Wire for Unread {
    const MIN_SIZE: usize = 8;
    const LIST_LIMIT: usize = UNREAD_LIMIT;

    fn put(&self, out: &mut Writer) {
        self.path.put(out);
        self.cause.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { path: Wire::get(input)?, cause: Wire::get(input)? })
    }
}

impl Wire for Snapshot {
    const MIN_SIZE: usize = 32 + 8 + 32 + 12 + 4 + 5 * 4 + 1 + Content::MIN_SIZE + 32 + Statistics::MIN_SIZE + 4 + 4 + 1 + 4;

    fn put(&self, out: &mut Writer) {
        self.writer.put(out);
        self.sequence.put(out);
        self.previous.put(out);
        self.time.put(out);
        self.utc_offset.put(out);
        self.host.put(out);
        self.user.put(out);
        self.program.put(out);
        self.sources.put(out);
        self.tags.put(out);
        self.reason.put(out);
        self.root.put(out);
        self.evidence.put(out);
        self.statistics.put(out);
        self.unread.put(out);
        self.dossiers.put(out);
        self.hold.put(out);
        tlv::put(self.unknown.clone(), out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let snapshot = Self {
            writer: Wire::get(input)?,
            sequence: Wire::get(input)?,
            previous: Wire::get(input)?,
            time: Wire::get(input)?,
            utc_offset: Wire::get(input)?,
            host: Wire::get(input)?,
            user: Wire::get(input)?,
            program: Wire::get(input)?,
            sources: Wire::get(input)?,
            tags: Wire::get(input)?,
            reason: Wire::get(input)?,
            root: Wire::get(input)?,
            evidence: Wire::get(input)?,
            statistics: Wire::get(input)?,
            unread: Wire::get(input)?,
            dossiers: Wire::get(input)?,
            hold: Wire::get(input)?,
            unknown: tlv::get_unknown(input)?,
        };
        if snapshot.sequence == 0 {
            return Err(input.bad("sequence numbers start at 1"));
        }
        if !(-86_400..=86_400).contains(&snapshot.utc_offset) {
            return Err(input.bad("an offset from UTC is within a day"));
        }
        if !snapshot.root.holes.is_empty() || snapshot.dossiers.iter().any(|dossier| !dossier.tree.holes.is_empty()) {
            return Err(input.bad("a tree has no holes"));
        }
        ascending(&snapshot.tags, "tags", Clone::clone)?;
        ascending(&snapshot.dossiers, "dossiers", |dossier| dossier.code.clone())?;
        Ok(snapshot)
    }
}
