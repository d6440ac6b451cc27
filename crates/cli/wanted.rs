//! `SNAPSHOT[:PATH]`: which snapshot, and what of it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use jiff::tz::TimeZone;
use liasse_archive::is_within;
use liasse_repo::format::snapshot::Snapshot as Record;
use liasse_repo::{Repository, Selector, Snapshot};

use crate::args::Filter;
use crate::error::{CliError, Result};
use crate::output::Output;
use crate::text;
use crate::time;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Which snapshot.
    pub(crate) selector: Selector,
    /// An absolute path without a slash at its end; empty for everything.
    pub(crate) path: Vec<u8>,
    /// Whether a path was asked for at all: `latest:/` is one.
    pub(crate) has_path: bool,
}

impl Wanted {
    /// Reads `SNAPSHOT[:PATH]`. Dates have colons too, so a path is what begins with `:/`.
    pub(crate) fn parse(argument: &OsStr) -> Result<Self> {
        let bytes = argument.as_bytes();
        let split = bytes.windows(2).position(|pair| pair == b":/");
        let (snapshot, path) = match split {
            Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).unwrap_or_default()),
            None => (bytes, &b""[..]),
        };
        let selector = time::selector(&String::from_utf8_lossy(snapshot), &TimeZone::system())?;
        Ok(Self { selector, path: normal(path)?, has_path: split.is_some() })
    }
}

/// A path with one slash between its parts and none at its end.
pub(crate) fn normal(path: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(path.len());
    for part in path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".") {
        if part == b".." {
            return Err(
                CliError::usage(format!("{} goes up with \"..\"", text::path(path))).hint("write the path as it is in the snapshot")
            );
        }
        out.push(b'/');
        out.extend_from_slice(part);
    }
    Ok(out)
}

/// Which snapshots are looked at.
pub(crate) struct Sieve {
    host: Option<String>,
    path: Option<Vec<u8>>,
}

impl Sieve {
    /// What is asked for. A path need not exist any more.
    pub(crate) fn of(filter: &Filter) -> Result<Self> {
        let path = filter.path.as_ref().map(|path| {
            let absolute = std::path::absolute(path).map_err(|error| CliError::io("use the path", path, &error))?;
            normal(absolute.as_os_str().as_bytes())
        });
        Ok(Self { host: filter.host.clone(), path: path.transpose()? })
    }

    /// Whether a snapshot is one of them: of that machine, and with a source that is the path or a folder above it.
    pub(crate) fn fits(&self, record: &Record) -> bool {
        self.host.as_ref().is_none_or(|host| *host == record.host)
            && self.path.as_ref().is_none_or(|path| record.sources.iter().any(|source| is_within(path, source)))
    }

    fn said(&self) -> String {
        let host = self.host.as_ref().map(|host| format!("of {host}"));
        let path = self.path.as_ref().map(|path| format!("with {}", text::path(path)));
        [host, path].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// A snapshot that was found, and whether others are damaged so that it may not be the one that is meant.
pub(crate) struct Found {
    /// The snapshot.
    pub(crate) snapshot: Snapshot,
    /// Damaged ones that might have been meant.
    pub(crate) doubtful: bool,
}

/// Finds a snapshot. Damaged ones are named: the newest may be among them.
pub(crate) fn find(repository: &Repository, selector: &Selector, sieve: &Sieve, output: Output) -> Result<Found> {
    let mut snapshots = repository.snapshots()?;
    let all = snapshots.good.len();
    snapshots.good.retain(|snapshot| sieve.fits(&snapshot.record));
    if all > 0 && snapshots.good.is_empty() {
        return Err(CliError::failed(format!("there is no snapshot {}", sieve.said())).hint("see all of them with: liasse snapshots"));
    }
    let by_time = !matches!(selector, Selector::Prefix(_));
    for (object, error) in snapshots.bad.iter().filter(|_| by_time) {
        output.warn(&format!("{object} cannot be read and is passed over: {error}"));
    }
    let snapshot = match snapshots.find(selector) {
        Ok(snapshot) => snapshot.clone(),
        // An id in full, or the start of one, of a snapshot that is there and damaged.
        Err(error) => return Err(refused(selector, snapshots.bad).unwrap_or_else(|| error.into())),
    };
    Ok(Found { snapshot, doubtful: by_time && !snapshots.bad.is_empty() })
}

fn refused(selector: &Selector, bad: Vec<(String, liasse_repo::Error)>) -> Option<CliError> {
    let fits = |object: &str| match selector {
        Selector::Prefix(prefix) => object.strip_prefix("snapshots/").is_some_and(|id| id.starts_with(prefix)),
        _ => true,
    };
    bad.into_iter().find(|(object, _)| fits(object)).map(|(_, error)| error.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn path(argument: &[u8]) -> Vec<u8> {
        Wanted::parse(OsStr::from_bytes(argument)).unwrap().path
    }

    #[test]
    fn a_path_comes_after_a_colon_and_a_slash() {
        assert_eq!(path(b"latest"), b"");
        assert_eq!(path(b"latest:/"), b"");
        assert_eq!(path(b"latest:/home//ada/./docs/"), b"/home/ada/docs");
        assert_eq!(path(b"2024-12-31T21:00:/home/a:/b\xff"), b"/home/a:/b\xff");
        assert!(matches!(Wanted::parse(OsStr::new("2024-12-31T21:00")).unwrap().selector, Selector::At { .. }));
    }

    #[test]
    fn a_path_does_not_go_up() {
        for bad in ["latest:/a/../b", "latest:a", ":/a", "latest:"] {
            assert!(Wanted::parse(OsStr::new(bad)).is_err(), "{bad}");
        }
    }
}
