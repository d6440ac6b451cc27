//! Directories: taken over whole, or entered.

use liasse_repo::format::content::{ChunkRef, DIRECT_LIMIT};
use liasse_repo::format::tree::{ENTRY_LIMIT, Entry, Metadata, Name, Node, Xattr};
use liasse_repo::format::wire::{self, Wire};

use super::{CACHE_TAG, Met, Scope, Seen, Step, TOO_LARGE, Walk};
use crate::backup::compare::Within;
use crate::backup::judge::{is_settled, is_unmoved, unmoved};
use crate::catalogue::{Identity, Record, Row};
use crate::error::Result;
use crate::source::{Directory, FileKind, Listed, SourceDirectory, SourceFile, Stat};

/// More than the content of any tree takes in an entry, with its evidence.
const MOST_TREE_BYTES: usize = DIRECT_LIMIT * ChunkRef::MIN_SIZE + 1_024;
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

impl<'c> Walk<'_, 'c> {
    /// Walks a directory, unless nothing changed in it and below it.
    pub(super) fn enter(&mut self, met: &Met<'_, 'c>, scope: Scope<'_>, child: Option<Record<'c>>) -> Result<()> {
        let Met { directory: parent, name, stat, row, .. } = *met;
        let below = self.below(name, &stat, scope);
        let opened = match below {
            Some(Scope { way: Some(_), .. }) => parent.open_way(name, &stat),
            _ => parent.open_child(name, &stat),
        };
        if let (Some(child), Ok(directory), Some(Scope { way: None, within })) = (&child, &opened, below)
            && self.looked_at.as_ref().is_none_or(|looked_at| looked_at.takes)
            && self.is_taken_over(met, child, directory, within)?
        {
            if let Some(looked_at) = &mut self.looked_at {
                looked_at.taken.push((self.path.clone(), child.clone()));
            }
            return Ok(());
        }
        let (metadata, is_whole) = self.metadata(met, opened.as_ref().ok().filter(|_| below.is_none_or(|below| below.way.is_none())))?;
        let metadata = match (below, row) {
            (Some(Scope { way: Some(_), .. }), Some(row)) => steady(metadata, &row),
            _ => metadata,
        };
        let seen = Seen { identity: Identity::of(&stat), trusted: is_whole && is_settled(&stat, met.began), day: 0 };
        self.step(Step::Enter { name: Some(name.clone()), metadata: Box::new(metadata), seen: Some(seen) })?;
        match opened {
            Err(error) => self.unread(&error)?,
            Ok(directory) => {
                if let Some(below) = below {
                    self.directory(&directory, below, child)?;
                }
            }
        }
        self.step(Step::Leave)
    }

    /// Takes a directory over from the last run, with all below it, if nothing changed.
    pub(super) fn is_taken_over(&mut self, met: &Met<'_, 'c>, child: &Record<'c>, directory: &Directory, within: Within) -> Result<bool> {
        let Some(comparison) = self.comparison else { return Ok(false) };
        comparison.begin(child, directory, within);
        let (Some(row), Some(subtree)) = (met.row.filter(|row| is_unmoved(row, &met.stat)), child.subtree()) else { return Ok(false) };
        if !comparison.is_same(child)? {
            return Ok(false);
        }
        for key in comparison.leaves(child) {
            self.keep_leaves(key);
        }
        match comparison.excluded(child) {
            0 => {}
            entries => self.step(Step::Excluded { entries })?,
        }
        self.run.progress.at(&self.path);
        self.run.progress.expect(subtree.totals.size);
        self.run.progress.advance(subtree.totals.size);
        let seen = Seen { identity: row.identity, trusted: true, day: 0 };
        self.step(Step::Same { name: met.name.clone(), entry: row.entry, seen, subtree })?;
        Ok(true)
    }

    /// The metadata of a directory: as it was if it has not moved, else with the attributes that it has now. One that is open is asked
    /// itself. And whether that is all: what could not be had is told of, and asked for again by the next run.
    pub(super) fn metadata(&self, met: &Met<'_, '_>, open: Option<&Directory>) -> Result<(Metadata, bool)> {
        let Met { directory: parent, name, stat, .. } = met;
        let xattrs = match (unmoved(met.row, stat), open) {
            (Some(entry), _) => return Ok((entry.metadata, true)),
            (None, Some(directory)) => directory.own_xattrs(),
            (None, None) => parent.xattrs(name),
        };
        match xattrs {
            Ok(xattrs) => self.stored_with(name, stat, xattrs),
            Err(error) => {
                self.unread(&error)?;
                Ok((self.run.owners.metadata(stat, Vec::new()), false))
            }
        }
    }

    /// The metadata of a directory with these attributes; without them, which is told of, where an entry cannot hold them.
    pub(super) fn stored_with(&self, name: &Name, stat: &Stat, xattrs: Vec<Xattr>) -> Result<(Metadata, bool)> {
        let metadata = self.run.owners.metadata(stat, xattrs);
        if metadata.xattrs.is_empty() {
            return Ok((metadata, true));
        }
        // Its tree is not known yet, so it counts as the longest.
        let entry = Entry { name: name.clone(), node: Node::Fifo, metadata };
        if wire::encode(&entry).len() + MOST_TREE_BYTES <= ENTRY_LIMIT {
            return Ok((entry.metadata, true));
        }
        self.step(Step::Unread { path: self.path.clone(), cause: TOO_LARGE.to_owned() })?;
        Ok((Metadata { xattrs: Vec::new(), ..entry.metadata }, false))
    }

    /// What is wanted of a directory; `None` when it is not to be entered.
    fn below<'w>(&self, name: &Name, stat: &Stat, scope: Scope<'w>) -> Option<Scope<'w>> {
        let Within { device, inside } = scope.within;
        match (scope.way.and_then(|way| way.children.get(name)), device) {
            (Some(way), _) if !way.whole => Some(Scope { way: Some(way), within: Within::default() }),
            (Some(_), _) => Some(Scope { way: None, within: Within { device: Some(stat.device), inside } }),
            (None, Some(device)) if self.run.options.one_file_system && device != stat.device => None,
            (None, device) => Some(Scope { way: None, within: Within { device: device.or(Some(stat.device)), inside } }),
        }
    }
}

/// The metadata of a folder that only leads to sources: its time of last change tells of other things in it, so it stays as it was
/// stored first. An unchanged source then adds nothing, whatever happens beside it.
fn steady(metadata: Metadata, row: &Row<'_>) -> Metadata {
    match wire::decode::<Entry>(row.entry) {
        Ok(old) if (Metadata { mtime: old.metadata.mtime, ..metadata.clone() }) == old.metadata => old.metadata,
        _ => metadata,
    }
}

/// Whether a directory is marked as a cache (<https://bford.info/cachedir/>).
pub(super) fn is_cache(directory: &Directory, names: &[Listed]) -> bool {
    let read = |name: &Name| {
        let stat = directory.stat(name).ok().filter(|stat| stat.kind == FileKind::File)?;
        let mut signature = [0; CACHE_SIGNATURE.len()];
        let length = directory.open_file(name, &stat).ok()?.read_at(0, &mut signature).ok()?;
        Some(length == signature.len() && signature == CACHE_SIGNATURE)
    };
    names.iter().any(|listed| listed.name.as_bytes() == CACHE_TAG && read(&listed.name) == Some(true))
}
