//! `ls`: what is in a snapshot.

use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{Entry, Node};
use liasse_repo::{Repository, Snapshot, Stop};
use serde::Serialize;

use super::shown::{PathJson, kind};
use crate::args::Ls;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::{Listing, Output};
use crate::text;
use crate::time;
use crate::wanted::{self, Sieve, Wanted};

#[derive(Serialize)]
struct EntryJson {
    #[serde(flatten)]
    path: PathJson,
    r#type: &'static str,
    mode: String,
    uid: u32,
    gid: u32,
    user: String,
    group: String,
    mtime: Option<String>,
    size_bytes: Option<u64>,
    hash: Option<String>,
    link_target: Option<PathJson>,
    device: Option<[u32; 2]>,
    hard_link: Option<u64>,
    xattrs: usize,
}

pub(crate) fn run(context: &Context, args: &Ls) -> Result<Exit> {
    let wanted = Wanted::parse(&args.what)?;
    let repository = context.open()?;
    let found = wanted::find(&repository, &wanted.selector, &Sieve::of(&args.filter)?, context.output)?;
    let path = if wanted.has_path { wanted.path } else { first_choice(&repository, &found.snapshot, &context.stop)? };
    let mut lines = Lines { listing: Listing::new(), output: context.output, long: args.long, failed: None };
    let listed = liasse_archive::list(&repository, &found.snapshot, &path, args.recursive, &mut |path, entry| {
        context.stop.check()?;
        // The library knows one way to stop; why is kept here.
        if lines.entry(path, entry) { Ok(()) } else { Err(liasse_repo::Error::Interrupted) }
    });
    match lines.failed.take() {
        Some(error) => return Err(error),
        None if lines.listing.is_closed() => {}
        None => listed?,
    }
    lines.listing.finish()?;
    Ok(if found.doubtful { Exit::Damaged } else { Exit::Done })
}

/// The first folder that holds more than a way to one other: what someone wants to see who names no path. Never beyond a source.
fn first_choice(repository: &Repository, snapshot: &Snapshot, stop: &Stop) -> Result<Vec<u8>> {
    let mut path = Vec::new();
    while !snapshot.record.sources.contains(&path) {
        let mut only = None;
        let mut several = false;
        liasse_archive::list(repository, snapshot, &path, false, &mut |path, entry| {
            several |= only.is_some();
            only = matches!(entry.node, Node::Directory { .. }).then(|| path.to_vec());
            stop.check()
        })?;
        match only {
            Some(below) if !several => path = below,
            _ => break,
        }
    }
    Ok(path)
}

struct Lines {
    listing: Listing,
    output: Output,
    long: bool,
    failed: Option<CliError>,
}

impl Lines {
    /// Writes one entry; false when there is no point in going on.
    fn entry(&mut self, path: &[u8], entry: &Entry) -> bool {
        let written = if self.output.json {
            self.listing.json(&json(path, entry))
        } else if self.long {
            self.listing.line(&long(path, entry))
        } else {
            self.listing.line(&text::path(path))
        };
        self.failed = written.err();
        self.failed.is_none() && !self.listing.is_closed()
    }
}

fn json(path: &[u8], entry: &Entry) -> EntryJson {
    let metadata = &entry.metadata;
    let content = match &entry.node {
        Node::File(content) => Some(content),
        _ => None,
    };
    EntryJson {
        path: PathJson::new(path),
        r#type: kind(entry.node.type_number()).0,
        mode: format!("{:04o}", metadata.mode),
        uid: metadata.uid,
        gid: metadata.gid,
        user: metadata.user.clone(),
        group: metadata.group.clone(),
        mtime: time::rfc3339(metadata.mtime),
        size_bytes: content.map(|content| content.size),
        hash: content.map(|content| content.hash.to_string()),
        link_target: match &entry.node {
            Node::Symlink { target } => Some(PathJson::new(target)),
            _ => None,
        },
        device: match &entry.node {
            Node::CharDevice(device) | Node::BlockDevice(device) => Some([device.major, device.minor]),
            _ => None,
        },
        hard_link: metadata.hard_link,
        xattrs: metadata.xattrs.len(),
    }
}

fn long(path: &[u8], entry: &Entry) -> String {
    let metadata = &entry.metadata;
    let who = |name: &str, number: u32| if name.is_empty() { number.to_string() } else { text::plain(name) };
    let size = match &entry.node {
        Node::File(content) => content.size.to_string(),
        Node::CharDevice(device) | Node::BlockDevice(device) => format!("{},{}", device.major, device.minor),
        _ => "-".to_owned(),
    };
    let target = match &entry.node {
        Node::Symlink { target } => format!(" -> {}", text::path(target)),
        _ => String::new(),
    };
    format!(
        "{}{} {:<8} {:<8} {size:>12} {} {}{target}",
        kind(entry.node.type_number()).1,
        permissions(metadata.mode),
        who(&metadata.user, metadata.uid),
        who(&metadata.group, metadata.gid),
        when(metadata.mtime),
        text::path(path),
    )
}

fn when(mtime: Time) -> String {
    time::local(mtime)
}

/// Permissions as `ls` shows them.
fn permissions(mode: u32) -> String {
    let mut out = String::with_capacity(9);
    // Set user id, set group id and sticky share the place of an x.
    for (shift, special, mark) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        out.push(if bits & 4 == 0 { '-' } else { 'r' });
        out.push(if bits & 2 == 0 { '-' } else { 'w' });
        out.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => mark,
            (false, true) => mark.to_ascii_uppercase(),
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn permissions_look_as_everywhere() {
        let shown = [0o755, 0o4755, 0o2644, 0o1777, 0].map(super::permissions);
        assert_eq!(shown, ["rwxr-xr-x", "rwsr-xr-x", "rw-r-Sr--", "rwxrwxrwt", "---------"]);
    }
}
