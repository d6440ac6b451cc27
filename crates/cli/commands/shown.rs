//! Parts that several results have in common, as JSON has them.

use std::fmt::Write as _;

use liasse_repo::Snapshot;
use liasse_repo::format::keys::Role;
use liasse_repo::format::snapshot::{Statistics, Unread};
use serde::Serialize;

use crate::text;
use crate::time;

/// A path. JSON has only text: what is no UTF-8 is shown as well as can be, and given in hex besides.
#[derive(Serialize)]
pub(crate) struct PathJson {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
}

impl PathJson {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(path) => Self { path: path.to_owned(), path_hex: None },
            Err(_) => Self { path: String::from_utf8_lossy(bytes).into_owned(), path_hex: Some(hex(bytes)) },
        }
    }
}

/// Lowercase hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        _ = write!(out, "{byte:02x}");
        out
    })
}

/// A path, and what it is that an archive cannot hold.
#[derive(Serialize)]
pub(crate) struct LeftOut {
    #[serde(flatten)]
    path: PathJson,
    what: &'static str,
}

impl LeftOut {
    pub(crate) fn new(path: &[u8], what: &'static str) -> Self {
        Self { path: PathJson::new(path), what }
    }
}

/// A path, and why something was not done with it.
#[derive(Serialize)]
pub(crate) struct Trouble {
    #[serde(flatten)]
    path: PathJson,
    cause: String,
}

impl Trouble {
    pub(crate) fn new(path: &[u8], cause: &str) -> Self {
        Self { path: PathJson::new(path), cause: cause.to_owned() }
    }

    pub(crate) fn unread(unread: &[Unread]) -> Vec<Self> {
        unread.iter().map(|unread| Self::new(&unread.path, &unread.cause)).collect()
    }
}

/// What a run found and did.
#[derive(Serialize)]
pub(crate) struct StatisticsJson {
    files: u64,
    directories: u64,
    others: u64,
    size_bytes: u64,
    new: u64,
    changed: u64,
    unchanged: u64,
    unread: u64,
    added_bytes: u64,
    stored_bytes: u64,
    duration_ms: u64,
}

impl From<&Statistics> for StatisticsJson {
    fn from(statistics: &Statistics) -> Self {
        Self {
            files: statistics.files,
            directories: statistics.directories,
            others: statistics.others,
            size_bytes: statistics.size,
            new: statistics.new,
            changed: statistics.changed,
            unchanged: statistics.unchanged,
            unread: statistics.unread,
            added_bytes: statistics.added,
            stored_bytes: statistics.stored,
            duration_ms: statistics.duration_ms,
        }
    }
}

/// A snapshot.
#[derive(Serialize)]
pub(crate) struct SnapshotJson {
    id: String,
    time: Option<String>,
    utc_offset_seconds: i32,
    host: String,
    user: String,
    program: String,
    writer: String,
    sequence: u64,
    sources: Vec<PathJson>,
    tags: Vec<String>,
    reason: Option<String>,
    evidence: String,
    incomplete: bool,
    statistics: StatisticsJson,
    unread: Vec<Trouble>,
}

impl From<&Snapshot> for SnapshotJson {
    fn from(snapshot: &Snapshot) -> Self {
        let record = &snapshot.record;
        Self {
            id: snapshot.id.to_string(),
            time: time::rfc3339(record.time),
            utc_offset_seconds: record.utc_offset,
            host: record.host.clone(),
            user: record.user.clone(),
            program: record.program.clone(),
            writer: record.writer.to_string(),
            sequence: record.sequence,
            sources: record.sources.iter().map(|source| PathJson::new(source)).collect(),
            tags: record.tags.clone(),
            reason: record.reason.clone(),
            evidence: record.evidence.to_string(),
            incomplete: record.statistics.unread > 0,
            statistics: StatisticsJson::from(&record.statistics),
            unread: Trouble::unread(&record.unread),
        }
    }
}

/// What an entry of a type is: in words, and as `ls` marks it.
pub(crate) fn kind(type_number: u16) -> (&'static str, char) {
    match type_number {
        1 => ("file", '-'),
        2 => ("directory", 'd'),
        3 => ("symlink", 'l'),
        4 => ("fifo", 'p'),
        5 => ("char_device", 'c'),
        6 => ("block_device", 'b'),
        _ => ("other", '?'),
    }
}

/// The name of a role.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Auditor => "auditor",
        Role::Writer => "writer",
    }
}

/// Paths of sources, on one line.
pub(crate) fn sources(sources: &[Vec<u8>]) -> String {
    sources.iter().map(|source| text::path(source)).collect::<Vec<_>>().join(", ")
}
