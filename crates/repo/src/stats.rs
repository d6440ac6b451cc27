//! How much a repository holds. Must never need a key that reads content: directories, segments and records are enough.

use liasse_format::ids::SessionId;
use liasse_format::time::Time;
use liasse_store::Area;

use crate::error::Result;
use crate::index::{self, Sorted, Sorter};
use crate::repository::Repository;

/// How much a repository holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// Objects and bytes of each area, in the order of [`Area::ALL`].
    pub areas: Vec<AreaStats>,
    /// Snapshots that are believed.
    pub snapshots: u64,
    /// Time of the first.
    pub first: Option<Time>,
    /// Time of the last.
    pub last: Option<Time>,
    /// The last snapshot.
    pub latest: Option<LatestStats>,
    /// Bytes of all files of all snapshots, together: what as many full copies would take.
    pub size: u64,
    /// Different chunks.
    pub chunks: u64,
    /// Their bytes: what is left of `size` after deduplication, and trees.
    pub chunk_bytes: u64,
    /// Bytes in blocks before compression: less than `chunk_bytes` by what chunks reuse of their origins.
    pub literal_bytes: u64,
    /// Bytes of all packs.
    pub stored_bytes: u64,
    /// Objects that could not be read, and are not counted above.
    pub unreadable: u64,
}

/// Objects of one area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AreaStats {
    /// Which.
    pub area: Area,
    /// How many there are.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Size of the last snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatestStats {
    /// Which.
    pub id: SessionId,
    /// Its files.
    pub files: u64,
    /// Their bytes.
    pub size: u64,
}

impl Stats {
    /// How many bytes of chunks a byte of the packs stands for; `None` without packs.
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
    pub fn ratio(&self) -> Option<f64> {
        (self.stored_bytes > 0).then(|| self.chunk_bytes as f64 / self.stored_bytes as f64)
    }
}

impl Repository {
    /// Counts what is there. Reads all index segments, and sorts the names of all chunks.
    pub fn stats(&self) -> Result<Stats> {
        let snapshots = self.snapshots()?;
        let latest = snapshots.good.last();
        let mut stats = Stats {
            areas: Area::ALL.into_iter().map(|area| self.area_stats(area)).collect::<Result<_>>()?,
            snapshots: snapshots.good.len() as u64,
            first: snapshots.good.first().map(|first| first.made),
            last: latest.map(|last| last.record.time),
            latest: latest.map(|last| LatestStats { id: last.id, files: last.record.statistics.files, size: last.record.statistics.size }),
            size: snapshots.good.iter().fold(0, |sum, snapshot| sum.saturating_add(snapshot.record.statistics.size)),
            unreadable: snapshots.bad.len() as u64,
            ..Stats::default()
        };
        let scratch = self.scratch();
        let mut lengths = Sorter::new(&scratch);
        let damage = index::each_record(&self.objects, &mut |record| {
            stats.stored_bytes += record.size;
            stats.literal_bytes += record.directory.blocks.iter().map(|block| u64::from(block.raw)).sum::<u64>();
            for chunk in &record.directory.chunks {
                lengths.push(&chunk.id.0, &chunk.length.to_le_bytes());
            }
        })?;
        (stats.chunks, stats.chunk_bytes) = count_once(&lengths.sorted()).map_err(|error| scratch.error(&error))?;
        stats.unreadable += damage.len() as u64;
        Ok(stats)
    }

    fn area_stats(&self, area: Area) -> Result<AreaStats> {
        if area == Area::Root {
            let size = self.objects.store.size(&liasse_store::Key::readme())?;
            return Ok(AreaStats { area, objects: size.is_some().into(), bytes: size.unwrap_or_default() });
        }
        let listed = self.objects.store.list(area)?;
        Ok(AreaStats { area, objects: listed.len() as u64, bytes: listed.iter().map(|listed| listed.size).sum() })
    }
}

/// How many chunks there are, and how long they are together: each once, however many packs hold it.
fn count_once(lengths: &Sorted) -> std::io::Result<(u64, u64)> {
    let (mut chunks, mut bytes) = (0, 0);
    let mut rows = lengths.rows()?;
    while let Some((_, lengths)) = rows.next()? {
        chunks += 1;
        bytes += lengths.first_chunk().map_or(0, |first| u64::from(u32::from_le_bytes(*first)));
    }
    Ok((chunks, bytes))
}
