//! `diff`: what differs between two snapshots.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;

use liasse_archive::{Browse, Change, Difference, Lost};
use liasse_repo::Snapshot;
use liasse_repo::format::tree::{Entry, Node};
use serde::Serialize;

use super::shown::{PathJson, Trouble, kind};
use crate::args::Diff;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::{Listing, Output};
use crate::text;
use crate::time;
use crate::wanted::{self, Sieve, Wanted};

#[derive(Serialize)]
struct Head {
    schema: u32,
    before: Side,
    after: Side,
}

#[derive(Serialize)]
struct Side {
    snapshot: String,
    time: Option<String>,
    incomplete: bool,
}

#[derive(Serialize)]
struct ChangeJson {
    #[serde(flatten)]
    path: PathJson,
    change: &'static str,
    metadata: Vec<&'static str>,
    before: Option<EntryJson>,
    after: Option<EntryJson>,
}

#[derive(Serialize)]
struct EntryJson {
    r#type: &'static str,
    size_bytes: Option<u64>,
    hash: Option<String>,
}

#[derive(Serialize)]
struct Tail {
    totals: Totals,
    unreadable: Vec<Trouble>,
}

#[derive(Default, Serialize)]
struct Totals {
    added: Total,
    removed: Total,
    content: Total,
    metadata: Total,
    r#type: Total,
}

#[derive(Default, Serialize)]
struct Total {
    entries: u64,
    before_bytes: u64,
    after_bytes: u64,
}

pub(crate) fn run(context: &Context, args: &Diff) -> Result<Exit> {
    let selectors = [selector(&args.before)?, selector(&args.after)?];
    let path = wanted::normal(args.below.as_deref().unwrap_or_default().as_bytes())?;
    let repository = context.open()?;
    let sieve = Sieve::of(&args.filter)?;
    let [before, after] = selectors;
    let before = wanted::find(&repository, &before.selector, &sieve, context.output)?;
    // What is damaged has been told.
    let after = wanted::find(&repository, &after.selector, &sieve, Output { json: true, ..context.output })?;
    let doubtful = before.doubtful || after.doubtful;
    let (before, after) = (before.snapshot, after.snapshot);
    let mut lines = Lines { listing: Listing::new(), output: context.output, totals: Totals::default(), failed: None };
    let mut browse = Browse::new(&repository, &context.stop)?;
    if context.output.json {
        lines.listing.json_list(&Head { schema: 1, before: Side::of(&before), after: Side::of(&after) }, "changes")?;
    }
    let lost = browse.diff(&before.record.root, &after.record.root, &path, &mut |difference| lines.add(difference));
    if let Some(error) = lines.failed.take() {
        return Err(error);
    }
    let lost = lost?;
    let is_damaged = doubtful || !lost.is_empty();
    lines.finish(&lost)?;
    for snapshot in [&before, &after].into_iter().filter(|snapshot| snapshot.record.statistics.unread > 0) {
        context.output.warn(&format!(
            "snapshot {} lacks {} that could not be read then: what seems removed or added may be among them",
            text::short(&snapshot.id.to_string()),
            text::counted(snapshot.record.statistics.unread, "entry", "entries"),
        ));
    }
    Ok(if is_damaged { Exit::Damaged } else { Exit::Done })
}

fn selector(word: &OsStr) -> Result<Wanted> {
    let wanted = Wanted::parse(word)?;
    if wanted.has_path {
        return Err(CliError::usage("a path comes after both snapshots").hint("write: liasse diff SNAPSHOT SNAPSHOT PATH"));
    }
    Ok(wanted)
}

impl Side {
    fn of(snapshot: &Snapshot) -> Self {
        let record = &snapshot.record;
        Self { snapshot: snapshot.id.to_string(), time: time::rfc3339(record.time), incomplete: record.statistics.unread > 0 }
    }
}

struct Lines {
    listing: Listing,
    output: Output,
    totals: Totals,
    failed: Option<CliError>,
}

impl Lines {
    fn add(&mut self, difference: &Difference<'_>) -> ControlFlow<()> {
        self.totals.add(difference);
        let written = if self.output.json { self.listing.json_item(&json(difference)) } else { self.listing.line(&line(difference)) };
        self.failed = written.err();
        if self.failed.is_some() || self.listing.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn finish(mut self, lost: &[Lost]) -> Result<()> {
        if self.output.json {
            let unreadable = lost.iter().map(|lost| Trouble::new(&lost.path, &lost.cause)).collect();
            self.listing.json_end(&Tail { totals: self.totals, unreadable })?;
            return self.listing.finish();
        }
        self.totals.show(&mut self.listing)?;
        self.listing.finish()?;
        for lost in lost {
            self.output.warn(&format!("cannot compare what is in {}: {}", shown(&lost.path), lost.cause));
        }
        Ok(())
    }
}

impl Totals {
    fn add(&mut self, difference: &Difference<'_>) {
        let total = match difference.change {
            Change::Added => &mut self.added,
            Change::Removed => &mut self.removed,
            Change::Content => &mut self.content,
            Change::Metadata => &mut self.metadata,
            Change::Type => &mut self.r#type,
        };
        total.entries += 1;
        total.before_bytes += difference.before.and_then(size).unwrap_or_default();
        total.after_bytes += difference.after.and_then(size).unwrap_or_default();
    }

    fn show(&self, out: &mut Listing) -> Result<()> {
        let all = [&self.added, &self.removed, &self.content, &self.metadata, &self.r#type];
        if all.iter().all(|total| total.entries == 0) {
            return out.line("no differences");
        }
        let counted = |total: &Total| text::count(total.entries);
        out.line(&format!("{:<8}  {}, {}", "added", counted(&self.added), text::size(self.added.after_bytes)))?;
        out.line(&format!("{:<8}  {}, {}", "removed", counted(&self.removed), text::size(self.removed.before_bytes)))?;
        let (before, after) = (text::size(self.content.before_bytes), text::size(self.content.after_bytes));
        out.line(&format!("{:<8}  {}, {before} before, {after} after", "changed", counted(&self.content)))?;
        out.line(&format!("{:<8}  {} in nothing else", "metadata", counted(&self.metadata)))?;
        if self.r#type.entries == 0 { Ok(()) } else { out.line(&format!("{:<8}  {} into something else", "turned", counted(&self.r#type))) }
    }
}

fn size(entry: &Entry) -> Option<u64> {
    match &entry.node {
        Node::File(content) => Some(content.size),
        _ => None,
    }
}

/// The name of a change: for JSON, and for people.
fn named(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::Added => ("added", "added"),
        Change::Removed => ("removed", "removed"),
        Change::Content => ("content", "changed"),
        Change::Metadata => ("metadata", "metadata"),
        Change::Type => ("type", "turned"),
    }
}

/// A path for people: the root has one too.
fn shown(path: &[u8]) -> String {
    if path.is_empty() { "/".to_owned() } else { text::path(path) }
}

fn line(difference: &Difference<'_>) -> String {
    let size = |entry: Option<&Entry>| entry.and_then(size).map_or_else(|| "-".to_owned(), text::size);
    let more = match (difference.change, difference.before, difference.after) {
        (Change::Metadata, ..) => format!("  ({})", difference.metadata().join(", ")),
        (Change::Type, Some(before), Some(after)) => {
            format!("  ({} -> {})", kind(before.node.type_number()).0, kind(after.node.type_number()).0)
        }
        _ => String::new(),
    };
    let name = named(difference.change).1;
    format!("{name:<8} {:>11} {:>11}  {}{more}", size(difference.before), size(difference.after), shown(difference.path))
}

fn json(difference: &Difference<'_>) -> ChangeJson {
    let entry = |entry: &Entry| EntryJson {
        r#type: kind(entry.node.type_number()).0,
        size_bytes: size(entry),
        hash: match &entry.node {
            Node::File(content) => Some(content.hash.to_string()),
            _ => None,
        },
    };
    ChangeJson {
        path: PathJson::new(difference.path),
        change: named(difference.change).0,
        metadata: difference.metadata(),
        before: difference.before.map(entry),
        after: difference.after.map(entry),
    }
}
