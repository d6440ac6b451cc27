//! `history`: all versions of one file.

use std::os::unix::ffi::OsStrExt as _;

use liasse_archive::{Browse, History as Versions, Seen, Span, is_within};
use liasse_dossier::restore::is_state;
use liasse_repo::format::snapshot::Snapshot as Record;
use serde::Serialize;

use super::browsed::{Damaged, Looks, Part};
use super::restore_dossier::as_code;
use super::shown::{PathJson, kind};
use crate::args::History;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Table;
use crate::text;
use crate::time;
use crate::wanted;

#[derive(Serialize)]
struct HistoryJson {
    schema: u32,
    #[serde(flatten)]
    path: PathJson,
    dossier: Option<String>,
    versions: Vec<SpanJson>,
    unreadable: Vec<Unreadable>,
    damaged: Vec<Damaged>,
}

#[derive(Serialize)]
struct SpanJson {
    host: String,
    absent: bool,
    r#type: Option<&'static str>,
    size_bytes: Option<u64>,
    hash: Option<String>,
    mtime: Option<String>,
    link_target: Option<PathJson>,
    snapshots: u64,
    first_snapshot: String,
    first_time: Option<String>,
    last_snapshot: String,
    last_time: Option<String>,
}

#[derive(Serialize)]
struct Unreadable {
    snapshot: String,
    cause: String,
}

pub(crate) fn run(context: &Context, args: &History) -> Result<Exit> {
    let path = match &args.dossier {
        Some(_) => wanted::normal(args.what.as_bytes())?,
        None => absolute(args)?,
    };
    let code = args.dossier.as_ref().map(|code| as_code(context, code.as_ref())).transpose()?;
    let repository = context.open()?;
    let looks = Looks::read(&repository, context, &args.filter, |record, _| part(record, code, &path))?;
    let history = Browse::new(&repository, &context.stop)?.history(&path, &looks.moments())?;
    if history.spans.is_empty() && history.lost.is_empty() {
        let said = CliError::failed(format!("{} is in no snapshot", text::path(&path)));
        return Err(said.hint("look for its name with: liasse find NAME"));
    }
    let is_damaged = !looks.damaged.is_empty() || !history.lost.is_empty();
    for (number, cause) in &history.lost {
        context.output.warn(&format!("snapshot {} cannot be read there: {cause}", text::short(&looks.at(*number)?.id)));
    }
    let table = table(&history, &looks)?;
    let json = json(&history, looks, &path, code)?;
    context.output.answer(&json, |out| table.write(out))?;
    Ok(if is_damaged { Exit::Damaged } else { Exit::Done })
}

/// A path need not exist any more.
fn absolute(args: &History) -> Result<Vec<u8>> {
    let path = std::path::Path::new(&args.what);
    let absolute = std::path::absolute(path).map_err(|error| CliError::io("use the path", path, &error))?;
    wanted::normal(absolute.as_os_str().as_bytes())
}

/// The tree of a snapshot in which the path is looked up, if it says anything of it.
fn part(record: &Record, code: Option<&str>, path: &[u8]) -> Option<Part> {
    let could_not_read = |path: &[u8]| {
        let unread = &record.unread;
        record.statistics.unread > unread.len() as u64 || unread.iter().any(|unread| is_within(path, &unread.path))
    };
    if let Some(code) = code {
        let line = record.dossiers.iter().find(|line| line.code == code).filter(|line| is_state(line))?;
        let full = [&line.path, path].concat();
        return Some(Part { tree: line.tree.clone(), since: Some(line.since), series: Vec::new(), is_whole: !could_not_read(&full) });
    }
    let is_covered = record.sources.iter().any(|source| is_within(path, source));
    Some(Part { tree: record.root.clone(), since: None, series: Vec::new(), is_whole: is_covered && !could_not_read(path) })
}

fn table(history: &Versions, looks: &Looks) -> Result<Table> {
    let several = history.spans.iter().any(|span| Some(span.series) != history.spans.first().map(|first| first.series));
    let mut headings = vec!["from", "until", "modified", "size", "blake3", "snapshot"];
    if several {
        headings.push("host");
    }
    let mut table = Table::new(&headings, &[3]);
    for span in &history.spans {
        let (first, last) = (looks.at(span.first)?, looks.at(span.last)?);
        let mut row = vec![time::local(first.time), time::local(last.time)];
        row.extend(cells(span.seen.as_ref()));
        row.push(text::short(&first.id).to_owned());
        if several {
            row.push(text::plain(&first.host));
        }
        table.row(row);
    }
    Ok(table)
}

fn cells(seen: Option<&Seen>) -> [String; 3] {
    let Some(seen) = seen else { return ["absent".to_owned(), "-".to_owned(), "-".to_owned()] };
    let size = seen.size.map_or_else(|| "-".to_owned(), text::size);
    let what = match (&seen.hash, &seen.target) {
        (Some(hash), _) => text::short(&hash.to_string()).to_owned(),
        (None, Some(target)) => format!("-> {}", text::path(target)),
        _ => kind(seen.type_number).0.to_owned(),
    };
    [time::local(seen.mtime), size, what]
}

fn json(history: &Versions, looks: Looks, path: &[u8], code: Option<&str>) -> Result<HistoryJson> {
    let unreadable =
        |(number, cause): &(usize, String)| looks.at(*number).map(|look| Unreadable { snapshot: look.id.clone(), cause: cause.clone() });
    Ok(HistoryJson {
        schema: 1,
        path: PathJson::new(path),
        dossier: code.map(str::to_owned),
        versions: history.spans.iter().map(|span| span_json(span, &looks)).collect::<Result<_>>()?,
        unreadable: history.lost.iter().map(unreadable).collect::<Result<_>>()?,
        damaged: looks.damaged,
    })
}

fn span_json(span: &Span, looks: &Looks) -> Result<SpanJson> {
    let (first, last) = (looks.at(span.first)?, looks.at(span.last)?);
    let seen = span.seen.as_ref();
    Ok(SpanJson {
        host: first.host.clone(),
        absent: seen.is_none(),
        r#type: seen.map(|seen| kind(seen.type_number).0),
        size_bytes: seen.and_then(|seen| seen.size),
        hash: seen.and_then(|seen| seen.hash).map(|hash| hash.to_string()),
        mtime: seen.and_then(|seen| time::rfc3339(seen.mtime)),
        link_target: seen.and_then(|seen| seen.target.as_deref()).map(PathJson::new),
        snapshots: span.moments,
        first_snapshot: first.id.clone(),
        first_time: time::rfc3339(first.time),
        last_snapshot: last.id.clone(),
        last_time: time::rfc3339(last.time),
    })
}
