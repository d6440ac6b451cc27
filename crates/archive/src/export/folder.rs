//! An export as a folder. What was restored is read again, so that the sums are of what is there.

use std::collections::HashSet;
use std::path::Path;

use liasse_repo::format::evidence::Facts;
use liasse_repo::format::tree::{Entry, Node};
use liasse_repo::{Progress, Reader, Repository, Scratch, Stop, TreeWalk};

use super::hashed::Hasher;
use super::ledger::Ledger;
use super::manifest::{Row, Stored};
use super::stage::Stage;
use super::{Export, Exported, FILES, documents, output};
use crate::error::Result;
use crate::restore::{Lost, RestoreOptions, kind_of, restore};
use crate::target::{Folder, Target};

const READ_BYTES: usize = 1 << 20;

pub(super) fn export(
    repository: &Repository,
    what: &Export<'_>,
    stage: &Stage,
    mut ledger: Ledger,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Exported> {
    let files = stage.path.join(FILES);
    let options =
        RestoreOptions { path: what.path.to_vec(), tree: Some(what.tree.clone()), target: files.clone(), ..RestoreOptions::default() };
    let report = restore(repository, what.snapshot, &options, progress, stop)?;
    let lost: Vec<Lost> = report.damaged.into_iter().map(|lost| Lost { path: below(&lost.path, what.path), ..lost }).collect();
    let (shortfalls, shortfall_count) = (report.shortfalls, report.shortfall_count);
    let exported = Exported { lost, shortfalls, shortfall_count, ..Exported::default() };
    let reader = repository.reader()?;
    let told = exported.lost.iter().map(|lost| lost.path.clone()).collect();
    let reading = Reading { reader: &reader, scratch: Scratch::new()?, stop, ledger: &mut ledger, told, exported };
    let exported = reading.all(what, &files)?;
    documents(what, &exported, &mut ledger, |name, bytes| std::fs::write(stage.path.join(name), bytes))?;
    let sums = Some(ledger.finish().map_err(output)?);
    Ok(Exported { sums, ..exported })
}

/// A path from the dossier's folder.
fn below(path: &[u8], folder: &[u8]) -> Vec<u8> {
    let rest = path.strip_prefix(folder).unwrap_or(path);
    rest.strip_prefix(b"/").unwrap_or(rest).to_vec()
}

/// Reading again what was restored, beside the tree.
struct Reading<'r> {
    reader: &'r Reader<'r>,
    scratch: Scratch,
    stop: &'r Stop,
    ledger: &'r mut Ledger,
    /// What the restore has told already.
    told: HashSet<Vec<u8>>,
    exported: Exported,
}

impl Reading<'_> {
    fn all(mut self, what: &Export<'_>, files: &Path) -> Result<Exported> {
        let root = Target::open(files)?.root().clone();
        // A stack of our own: snapshots may be deeper than the thread's. A folder that is not there still has rows.
        let mut walks = vec![(TreeWalk::new(self.reader, what.tree), Some(root), 0)];
        let mut path = Vec::new();
        while let Some((walk, folder, length)) = walks.last_mut() {
            self.stop.check()?;
            path.truncate(*length);
            let entry = match walk.next(&mut self.scratch) {
                Ok(Some(entry)) => entry,
                Ok(None) => {
                    walks.pop();
                    continue;
                }
                Err(error) => {
                    self.reader.repository().as_partial(error)?;
                    if let Some(row) = Row::lost(path.clone()) {
                        self.ledger.row(&row).map_err(output)?;
                    }
                    walks.pop();
                    continue;
                }
            };
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(entry.name.as_bytes());
            let row = self.row(folder.as_ref(), &entry, path.clone());
            self.ledger.row(&row).map_err(output)?;
            if let Node::Directory { tree, .. } = &entry.node {
                let folder = folder.as_ref().filter(|_| row.stored != Stored::Not).and_then(|folder| folder.open(&entry.name).ok());
                walks.push((TreeWalk::new(self.reader, tree), folder, path.len()));
            }
        }
        Ok(self.exported)
    }

    fn row(&mut self, folder: Option<&Folder>, entry: &Entry, path: Vec<u8>) -> Row {
        let mut row = Row { facts: Facts::of(entry), sha256: None, stored: Stored::Not, path };
        let Some(folder) = folder else {
            if !self.told.contains(&row.path) {
                let cause = "the folder that it is in cannot be read back".to_owned();
                self.exported.lost.push(Lost { path: row.path.clone(), cause, damage: false });
            }
            return row;
        };
        if !matches!(entry.node, Node::File(_)) {
            let is_there = folder.stat(&entry.name).is_ok_and(|stat| stat.is_some_and(|stat| stat.kind == kind_of(&entry.node)));
            row.stored = if is_there { Stored::Here } else { Stored::Not };
            self.exported.others += u64::from(is_there);
            return row;
        }
        let mut hasher = Hasher::default();
        let length = usize::try_from(row.facts.size).unwrap_or(READ_BYTES).clamp(1, READ_BYTES);
        let read = folder.read_file(&entry.name, length, |bytes| hasher.update(bytes));
        let digests = hasher.digests();
        if read.is_ok() && digests.blake3 == row.facts.content {
            row.stored = Stored::Here;
            row.sha256 = Some(digests.sha256);
            self.exported.files += 1;
            self.exported.bytes += digests.size;
        } else if !self.told.contains(&row.path) {
            let cause = read.err().map_or_else(
                || "it was written, and does not read back as it was written".to_owned(),
                |error| format!("it was written, and cannot be read back: {}", error.kind),
            );
            self.exported.lost.push(Lost { path: row.path.clone(), cause, damage: false });
        }
        row
    }
}
