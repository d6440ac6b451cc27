//! What of an entry's times, and of what the last run knew of it, is to be believed. Must never call an entry unchanged that could have
//! changed without its times telling.

use liasse_repo::format::time::Time;
use liasse_repo::format::tree::Entry;
use liasse_repo::format::wire;

use super::Run;
use crate::catalogue::{Identity, Row};
use crate::source::{FileKind, Stat};

/// Files that were not read for so long are read again, a few every day, whatever their times say.
const REREAD_AFTER_DAYS: u32 = 180;
/// Over so many days the reading is spread.
const REREAD_SPREAD_DAYS: u64 = 60;

/// Whether what the catalogue has of an entry can be trusted, and nothing has moved since.
pub(super) fn is_unmoved(row: &Row<'_>, stat: &Stat) -> bool {
    row.trusted && row.identity == Identity::of(stat)
}

/// The entry of the catalogue, if nothing has moved since.
pub(super) fn unmoved(row: Option<Row<'_>>, stat: &Stat) -> Option<Entry> {
    wire::decode(row.filter(|row| is_unmoved(row, stat))?.entry).ok()
}

/// Whether any later change must show in the times: they lie further back than the file system's clock is coarse.
pub(super) fn is_settled(stat: &Stat, now: Time) -> bool {
    let coarse = stat.ctime.nanoseconds() == 0 || stat.mtime.nanoseconds() == 0;
    let granularity_ms = if coarse { 2_000 } else { 100 };
    let milliseconds = |time: Time| i128::from(time.seconds()) * 1_000 + i128::from(time.nanoseconds() / 1_000_000);
    milliseconds(stat.ctime.max(stat.mtime)) + granularity_ms < milliseconds(now)
}

pub(super) fn now() -> Time {
    liasse_repo::now()
}

/// Whether an entry is a file that has not been read for so long that it is its turn.
pub(super) fn is_due(run: &Run<'_>, row: &Row<'_>, stat: &Stat) -> bool {
    let spread = u32::try_from(stat.inode % REREAD_SPREAD_DAYS).unwrap_or_default();
    stat.kind == FileKind::File && run.today.saturating_sub(row.day) >= REREAD_AFTER_DAYS + spread
}
