//! `snapshots`: what there is to go back to.

use liasse_repo::{Snapshot, Snapshots};
use serde::Serialize;

use super::shown::{SnapshotJson, sources};
use crate::args::Filter;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::output::{Listing, Table};
use crate::text;
use crate::time;
use crate::wanted::Sieve;

#[derive(Serialize)]
struct Listed {
    schema: u32,
    snapshots: Vec<SnapshotJson>,
    damaged: Vec<Damaged>,
}

#[derive(Serialize)]
struct Damaged {
    object: String,
    cause: String,
}

pub(crate) fn run(context: &Context, filter: &Filter) -> Result<Exit> {
    let repository = context.open()?;
    let mut found = repository.snapshots()?;
    let filter = Sieve::of(filter)?;
    found.good.retain(|snapshot| filter.fits(&snapshot.record));
    let damaged = found.bad.iter().map(|(object, error)| Damaged { object: object.clone(), cause: error.to_string() }).collect();
    let listed = Listed { schema: 1, snapshots: found.good.iter().map(SnapshotJson::from).collect(), damaged };
    context.output.answer(&listed, |out| show(&found, out))?;
    for (object, error) in &found.bad {
        context.output.warn(&format!("{object} cannot be read: {error}"));
    }
    Ok(if found.bad.is_empty() { Exit::Done } else { Exit::Damaged })
}

fn show(found: &Snapshots, out: &mut Listing) -> Result<()> {
    if found.good.is_empty() {
        return out.line("no snapshots");
    }
    let mut table = Table::new(&["id", "time", "host", "tags", "size", "added", "state", "paths"], &[4, 5]);
    for snapshot in &found.good {
        table.row(row(snapshot));
    }
    table.write(out)?;
    let incomplete = found.good.iter().filter(|snapshot| snapshot.record.statistics.unread > 0).count() as u64;
    let incomplete = if incomplete == 0 { String::new() } else { format!(", {} incomplete", text::count(incomplete)) };
    out.line(&format!("{}{incomplete}", text::counted(found.good.len() as u64, "snapshot", "snapshots")))
}

fn row(snapshot: &Snapshot) -> Vec<String> {
    let record = &snapshot.record;
    vec![
        text::short(&snapshot.id.to_string()).to_owned(),
        time::local(record.time),
        text::plain(&record.host),
        text::plain(&record.tags.join(",")),
        text::size(record.statistics.size),
        text::size(record.statistics.stored),
        state(record.statistics.unread),
        sources(&record.sources),
    ]
}

/// Whether a snapshot has all that it was to have.
fn state(unread: u64) -> String {
    if unread == 0 { "whole".to_owned() } else { format!("incomplete: {} not read", text::count(unread)) }
}
