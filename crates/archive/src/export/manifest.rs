//! The manifest of an export: a table of all that a dossier's state has, of which its evidence can be computed again. `docs/export.md` has
//! its form. Must never read two forms of one thing.

use jiff::Timestamp;
use liasse_repo::format::evidence::{Facts, xattrs};
use liasse_repo::format::ids::{Evidence, Hash, SessionId};
use liasse_repo::format::time::Time;
use liasse_repo::format::tree::Name;

use super::escape::{cell, of_cell};

/// The first line; a reader refuses any other number.
const FIRST: &[u8] = b"liasse-export\t1";
/// The names of the columns.
const COLUMNS: &[u8] = b"type\tmode\tsize\tmtime\tblake3\tsha256\txattrs\tstored\tpath";
/// Names of the types, by their number in trees. Zero says that the rest of a folder is not known.
const KINDS: [&str; 7] = ["lost", "file", "folder", "link", "pipe", "character-device", "block-device"];
/// Types by number.
pub(super) const LOST: u16 = 0;
pub(super) const FILE: u16 = 1;
pub(super) const FOLDER: u16 = 2;
pub(super) const LINK: u16 = 3;
pub(super) const PIPE: u16 = 4;
pub(super) const CHARACTER_DEVICE: u16 = 5;
pub(super) const BLOCK_DEVICE: u16 = 6;
/// Most bytes of a line.
pub(super) const MOST_LINE: u64 = 16 << 20;

/// What an export is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The dossier.
    pub dossier: String,
    /// When the state was read.
    pub since: Time,
    /// The snapshot.
    pub snapshot: SessionId,
    /// Its evidence root.
    pub evidence: Evidence,
}

/// Where an entry is in the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stored {
    /// Under its path.
    Here,
    /// Under another name, because the form cannot hold its own.
    As(Vec<u8>),
    /// Nowhere, or not whole.
    Not,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) facts: Facts,
    pub(super) sha256: Option<Hash>,
    pub(super) stored: Stored,
    /// From the dossier's folder.
    pub(super) path: Vec<u8>,
}

impl Head {
    /// The lines before the rows.
    pub(super) fn lines(&self) -> Vec<u8> {
        let pairs = [
            ("dossier", self.dossier.clone()),
            ("since", moment(self.since)),
            ("snapshot", self.snapshot.to_string()),
            ("evidence", self.evidence.to_string()),
        ];
        let mut out = [FIRST, b"\n"].concat();
        for (name, value) in pairs {
            out.extend([name.as_bytes(), b"\t", &cell(value.as_bytes()), b"\n"].concat());
        }
        out.extend([COLUMNS, b"\n"].concat());
        out
    }

    /// Reads these lines, one by one, without their ends.
    pub(super) fn read<E>(mut line: impl FnMut() -> Result<Vec<u8>, E>) -> Result<Option<Self>, E> {
        let lines = [line()?, line()?, line()?, line()?, line()?, line()?];
        let value = |number: usize, name: &str| -> Option<String> {
            let value = lines.get(number)?.strip_prefix(name.as_bytes())?.strip_prefix(b"\t")?;
            String::from_utf8(of_cell(value)?).ok()
        };
        let head = || {
            Some(Self {
                dossier: value(1, "dossier")?,
                since: of_moment(&value(2, "since")?)?,
                snapshot: SessionId::from_hex(&value(3, "snapshot")?)?,
                evidence: Evidence::from_hex(&value(4, "evidence")?)?,
            })
        };
        Ok(head().filter(|head| head.lines() == lines.join(&b'\n').into_iter().chain([b'\n']).collect::<Vec<u8>>()))
    }
}

impl Row {
    /// The rest of a folder, which cannot be read.
    pub(super) fn lost(path: Vec<u8>) -> Option<Self> {
        let name = Name::new(path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()).or_else(|| Name::new("-"))?;
        let facts = Facts { name, kind: LOST, size: 0, mode: 0, mtime: Time::default(), content: Hash::NONE, xattrs: xattrs(&Vec::new()) };
        Some(Self { facts, sha256: None, stored: Stored::Not, path })
    }

    /// Its line.
    pub(super) fn line(&self) -> Vec<u8> {
        let facts = &self.facts;
        let hash = |hash: Option<Hash>| hash.map_or_else(|| "-".to_owned(), |hash| hash.to_string());
        let kind = KINDS.get(usize::from(facts.kind)).copied().unwrap_or_default();
        let own = (facts.xattrs != xattrs(&Vec::new())).then_some(facts.xattrs);
        let (blake3, sha256, own) = (facts.content, hash(self.sha256), hash(own));
        let stored = match &self.stored {
            Stored::Here => b"=".to_vec(),
            Stored::Not => b"-".to_vec(),
            Stored::As(name) => [b"as ", cell(name).as_slice()].concat(),
        };
        let start = format!("{kind}\t{:04o}\t{}\t{}\t{blake3}\t{sha256}\t{own}\t", facts.mode, facts.size, moment(facts.mtime));
        [start.as_bytes(), &stored, b"\t", &cell(&self.path), b"\n"].concat()
    }

    /// Reads a line without its end.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let cells: Vec<&[u8]> = line.split(|byte| *byte == b'\t').collect();
        let &[kind, mode, size, mtime, blake3, sha256, own, stored, path] = cells.as_slice() else { return None };
        let text = |cell| std::str::from_utf8(cell).ok();
        let hash = |cell| if cell == b"-" { Some(None) } else { Some(Some(Hash::from_hex(text(cell)?)?)) };
        let path = of_cell(path)?;
        if path.is_empty() && kind != b"lost" {
            return None;
        }
        let mut row = Self::lost(path)?;
        row.facts.kind = u16::try_from(KINDS.iter().position(|known| known.as_bytes() == kind)?).ok()?;
        row.facts.mode = u32::from_str_radix(text(mode)?, 8).ok()?;
        row.facts.size = text(size)?.parse().ok()?;
        row.facts.mtime = of_moment(text(mtime)?)?;
        row.facts.content = Hash::from_hex(text(blake3)?)?;
        row.facts.xattrs = hash(own)?.unwrap_or(row.facts.xattrs);
        row.sha256 = hash(sha256)?;
        row.stored = match stored {
            b"=" => Stored::Here,
            b"-" => Stored::Not,
            other => Stored::As(of_cell(other.strip_prefix(b"as ")?)?),
        };
        let is_sound = row.path.split(|byte| *byte == b'/').all(|name| Name::new(name).is_some()) || row.path.is_empty();
        let is_exact = row.line().strip_suffix(b"\n") == Some(line);
        (is_sound && is_exact).then_some(row)
    }

    /// The path of the folder that it is in, empty for the dossier's own.
    pub(super) fn folder(&self) -> &[u8] {
        let length = self.path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        self.path.get(..length).unwrap_or_default()
    }
}

/// A moment as a date of RFC 3339, or in seconds where no such date is.
fn moment(time: Time) -> String {
    let seconds = || format!("@{}.{:09}", time.seconds(), time.nanoseconds());
    i32::try_from(time.nanoseconds()).ok().and_then(|nanoseconds| Timestamp::new(time.seconds(), nanoseconds).ok()).map_or_else(
        seconds,
        |timestamp| {
            let said = timestamp.to_string();
            if said.starts_with('-') { seconds() } else { said }
        },
    )
}

fn of_moment(text: &str) -> Option<Time> {
    const SECOND: i128 = 1_000_000_000;
    let time = if let Some(text) = text.strip_prefix('@') {
        let (seconds, nanoseconds) = text.split_once('.')?;
        Time::new(seconds.parse().ok()?, nanoseconds.parse().ok()?)?
    } else {
        let all = text.parse::<Timestamp>().ok()?.as_nanosecond();
        Time::new(i64::try_from(all.div_euclid(SECOND)).ok()?, u32::try_from(all.rem_euclid(SECOND)).ok()?)?
    };
    (moment(time) == text).then_some(time)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn row() -> Row {
        let mut row = Row::lost(b"in/a b\t\\\n\xff".to_vec()).unwrap();
        row.facts.kind = FILE;
        row.facts.mode = 0o644;
        row.facts.size = 3;
        row.facts.mtime = Time::new(1_735_689_599, 5_000_000).unwrap();
        row.facts.content = Hash::of(b"abc");
        row.sha256 = Some(Hash([0xab; 32]));
        row
    }

    #[test]
    fn a_row_has_one_form() {
        for stored in [Stored::Here, Stored::Not, Stored::As(b"in/a%FF".to_vec())] {
            let row = Row { stored, ..row() };
            let line = row.line();
            let line = line.strip_suffix(b"\n").unwrap();
            assert_eq!(Row::read(line).unwrap(), row);
            for at in 0..line.len() {
                assert!(Row::read(line.get(..at).unwrap()).is_none_or(|other| other != row));
                let mut changed = line.to_vec();
                *changed.get_mut(at).unwrap() ^= 0x20;
                assert!(Row::read(&changed).is_none_or(|other| other != row), "{}", String::from_utf8_lossy(&changed));
            }
        }
        let line = String::from_utf8_lossy(&row().line()).into_owned();
        for (from, to) in [("0644", "644"), ("0644", "00644"), ("\t3\t", "\t03\t"), ("in/", "../"), ("in/", "/in/"), (".005Z", ".0050Z")] {
            assert!(Row::read(line.replace(from, to).trim_end().as_bytes()).is_none(), "{from} {to}");
        }
    }

    #[test]
    fn moments_come_back() {
        for (seconds, nanoseconds, said) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (-1, 500_000_000, "1969-12-31T23:59:59.5Z"),
            (253_402_207_200, 0, "9999-12-30T22:00:00Z"),
            (i64::MIN, 999_999_999, "@-9223372036854775808.999999999"),
            (-70_000_000_000, 0, "@-70000000000.000000000"),
        ] {
            let time = Time::new(seconds, nanoseconds).unwrap();
            assert_eq!((moment(time).as_str(), of_moment(said)), (said, Some(time)));
        }
        for bad in ["1970-01-01", "1970-01-01T00:00:00+00:00", "1970-01-01 00:00:00Z", "@0.0", "@0.000000000", "@1.2000000000", ""] {
            assert_eq!(of_moment(bad), None, "{bad}");
        }
    }
}
