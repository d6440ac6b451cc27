//! `find`: files in all snapshots, by their names.

use liasse_archive::{Browse, Lost, Patterns, Seen, Version};
use serde::Serialize;

use super::browsed::{Damaged, Looks, Part};
use super::shown::{PathJson, Trouble, kind};
use crate::args::Find;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
use crate::text;
use crate::time;

#[derive(Serialize)]
struct Head {
    schema: u32,
    snapshots: usize,
}

#[derive(Serialize)]
struct MatchJson {
    #[serde(flatten)]
    path: PathJson,
    versions: usize,
    #[serde(flatten)]
    last: VersionJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Vec<VersionJson>>,
}

#[derive(Serialize)]
struct VersionJson {
    r#type: &'static str,
    size_bytes: Option<u64>,
    hash: Option<String>,
    mtime: Option<String>,
    first_snapshot: String,
    first_time: Option<String>,
    last_snapshot: String,
    last_time: Option<String>,
}

#[derive(Serialize)]
struct Tail {
    unreadable: Vec<Unreadable>,
    damaged: Vec<Damaged>,
}

#[derive(Serialize)]
struct Unreadable {
    snapshot: String,
    #[serde(flatten)]
    trouble: Trouble,
}

pub(crate) fn run(context: &Context, args: &Find) -> Result<Exit> {
    let patterns = Patterns::new(args.patterns.iter().map(String::as_str));
    let patterns = patterns.map_err(|error| CliError::from(liasse_archive::Error::from(error)))?;
    let from = args.from.as_deref().map(|text| time::range(text, "--from")).transpose()?.map(|(start, _)| start);
    let to = args.to.as_deref().map(|text| time::range(text, "--to")).transpose()?.map(|(_, end)| end);
    let repository = context.open()?;
    let looks = Looks::read(&repository, context, &args.filter, |record, made| {
        let fits = from.is_none_or(|from| from <= made) && to.is_none_or(|to| made <= to);
        fits.then(|| Part { tree: record.root.clone(), since: None, series: record.sources.clone(), is_whole: true })
    })?;
    let search = Browse::new(&repository, &context.stop)?.search(&patterns, &looks.moments())?;
    let is_damaged = !looks.damaged.is_empty() || !search.lost.is_empty();
    for (number, Lost { path, cause, .. }) in &search.lost {
        let id = &looks.at(*number)?.id;
        context.output.warn(&format!("cannot look into {} of snapshot {}: {cause}", text::path(path), text::short(id)));
    }
    let mut out = Listing::new();
    if context.output.json {
        out.json_list(&Head { schema: 1, snapshots: looks.all.len() }, "found")?;
        for (path, versions) in &search.found {
            out.json_item(&found_json(path, versions, &looks, context.output.verbose)?)?;
        }
        out.json_end(&tail(&search.lost, looks)?)?;
    } else if search.found.is_empty() {
        context.output.note(&format!("nothing fits in {}", text::counted(looks.all.len() as u64, "snapshot", "snapshots")));
    } else {
        out.line(&format!("{:<19}  {:<19}  {:>11}  {:>8}  path", "first", "last", "size", "versions"))?;
        for (path, versions) in &search.found {
            show(path, versions, &looks, context.output.verbose, &mut out)?;
        }
    }
    out.finish()?;
    Ok(if is_damaged { Exit::Damaged } else { Exit::Done })
}

/// The first moment of all versions; and the version that is seen last.
fn ends(versions: &[Version]) -> Result<(usize, &Version)> {
    let first = versions.iter().map(|version| version.first).min();
    let last = versions.iter().max_by_key(|version| version.last);
    first.zip(last).ok_or_else(|| CliError::failed("internal error: found without a version"))
}

fn show(path: &[u8], versions: &[Version], looks: &Looks, verbose: bool, out: &mut Listing) -> Result<()> {
    let (first, last) = ends(versions)?;
    out.line(&format!("{}  {:>8}  {}", row(first, last, looks)?, versions.len(), text::path(path)))?;
    for version in versions.iter().filter(|_| verbose) {
        let hash = version.seen.hash.map_or_else(|| kind(version.seen.type_number).0.to_owned(), |hash| hash.to_string());
        let id = &looks.at(version.first)?.id;
        out.line(&format!("{}  {:>8}    {}", row(version.first, version, looks)?, text::short(id), text::short(&hash)))?;
    }
    Ok(())
}

fn row(first: usize, last: &Version, looks: &Looks) -> Result<String> {
    let size = |seen: &Seen| seen.size.map_or_else(|| "-".to_owned(), text::size);
    let (from, until) = (time::local(looks.at(first)?.time), time::local(looks.at(last.last)?.time));
    Ok(format!("{from:<19}  {until:<19}  {:>11}", size(&last.seen)))
}

fn found_json(path: &[u8], versions: &[Version], looks: &Looks, verbose: bool) -> Result<MatchJson> {
    let (first, last) = ends(versions)?;
    let all = verbose.then(|| versions.iter().map(|version| version_json(version.first, version, looks)).collect::<Result<_>>());
    Ok(MatchJson { path: PathJson::new(path), versions: versions.len(), last: version_json(first, last, looks)?, all: all.transpose()? })
}

fn version_json(first: usize, version: &Version, looks: &Looks) -> Result<VersionJson> {
    let (first, last) = (looks.at(first)?, looks.at(version.last)?);
    Ok(VersionJson {
        r#type: kind(version.seen.type_number).0,
        size_bytes: version.seen.size,
        hash: version.seen.hash.map(|hash| hash.to_string()),
        mtime: time::rfc3339(version.seen.mtime),
        first_snapshot: first.id.clone(),
        first_time: time::rfc3339(first.time),
        last_snapshot: last.id.clone(),
        last_time: time::rfc3339(last.time),
    })
}

fn tail(lost: &[(usize, Lost)], looks: Looks) -> Result<Tail> {
    let unreadable = |(number, lost): &(usize, Lost)| {
        looks.at(*number).map(|look| Unreadable { snapshot: look.id.clone(), trouble: Trouble::new(&lost.path, &lost.cause) })
    };
    Ok(Tail { unreadable: lost.iter().map(unreadable).collect::<Result<_>>()?, damaged: looks.damaged })
}
