//! `stats`: what the repository holds, and what it costs.

use liasse_repo::Stats;
use liasse_repo::store::Area;
use serde::Serialize;

use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::output::Listing;
use crate::text;
use crate::time;

#[derive(Serialize)]
struct StatsJson {
    schema: u32,
    snapshots: u64,
    first: Option<String>,
    last: Option<String>,
    latest: Option<Latest>,
    size_bytes: u64,
    chunks: u64,
    chunk_bytes: u64,
    literal_bytes: u64,
    stored_bytes: u64,
    unreadable: u64,
    areas: Vec<AreaJson>,
}

#[derive(Serialize)]
struct Latest {
    id: String,
    files: u64,
    size_bytes: u64,
}

#[derive(Serialize)]
struct AreaJson {
    area: &'static str,
    objects: u64,
    stored_bytes: u64,
}

pub(crate) fn run(context: &Context) -> Result<Exit> {
    let stats = context.open()?.stats()?;
    context.output.answer(&json(&stats), |out| show(&stats, out))?;
    if stats.unreadable == 0 {
        return Ok(Exit::Done);
    }
    let objects = text::counted(stats.unreadable, "object cannot be read and is", "objects cannot be read and are");
    context.output.warn(&format!("{objects} not counted; see liasse check"));
    Ok(Exit::Damaged)
}

fn json(stats: &Stats) -> StatsJson {
    StatsJson {
        schema: 1,
        snapshots: stats.snapshots,
        first: stats.first.and_then(time::rfc3339),
        last: stats.last.and_then(time::rfc3339),
        latest: stats.latest.map(|latest| Latest { id: latest.id.to_string(), files: latest.files, size_bytes: latest.size }),
        size_bytes: stats.size,
        chunks: stats.chunks,
        chunk_bytes: stats.chunk_bytes,
        literal_bytes: stats.literal_bytes,
        stored_bytes: stats.stored_bytes,
        unreadable: stats.unreadable,
        areas: stats
            .areas
            .iter()
            .map(|area| AreaJson { area: area_name(area.area), objects: area.objects, stored_bytes: area.bytes })
            .collect(),
    }
}

fn area_name(area: Area) -> &'static str {
    if area == Area::Root { "root" } else { area.dir() }
}

fn show(stats: &Stats, out: &mut Listing) -> Result<()> {
    let between = match (stats.first, stats.last) {
        (Some(first), Some(last)) if stats.snapshots > 1 => format!(", {} to {}", time::local(first), time::local(last)),
        (Some(first), _) => format!(", {}", time::local(first)),
        _ => String::new(),
    };
    out.line(&format!("{}{between}", text::counted(stats.snapshots, "snapshot", "snapshots")))?;
    if let Some(latest) = &stats.latest {
        out.line(&format!("latest      {} in {}", text::size(latest.size), text::counted(latest.files, "file", "files")))?;
    }
    out.line(&format!("all copies  {}", text::size(stats.size)))?;
    out.line(&format!("once each   {} in {}", text::size(stats.chunk_bytes), text::counted(stats.chunks, "chunk", "chunks")))?;
    out.line(&format!("stored      {} in packs{}", text::size(stats.stored_bytes), ratio(stats)))?;
    let all = stats.areas.iter().fold(0_u64, |sum, area| sum.saturating_add(area.bytes));
    let objects = stats.areas.iter().fold(0_u64, |sum, area| sum.saturating_add(area.objects));
    out.line(&format!("on disk     {} in {}", text::size(all), text::counted(objects, "object", "objects")))
}

fn ratio(stats: &Stats) -> String {
    stats.ratio().map_or_else(String::new, |ratio| format!(", {ratio:.1} to 1"))
}
