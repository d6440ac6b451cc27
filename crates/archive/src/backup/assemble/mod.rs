//! Putting together what the walk finds, in its order: entries into trees, trees into their parents, and the next catalogue beside them.

use std::collections::{HashMap, hash_map};
use std::sync::mpsc;

use crossbeam_channel::Receiver;
use liasse_repo::format::content::Content;
use liasse_repo::format::evidence;
use liasse_repo::format::ids::Evidence;
use liasse_repo::format::snapshot::{Dossier as Line, Statistics, Unread};
use liasse_repo::format::tree::{ENTRY_LIMIT, Entry, Metadata, Name, Node};
use liasse_repo::format::wire;

mod dossiers;

use super::dossiers::Fate;
use super::file::Outcome;
use super::walk::{Seen, Step, TOO_LARGE};
use super::{BackupReport, LeftOut, Run, WouldStore};
use crate::catalogue::{self, FileKey, Identity, RecordBuilder, Subtree, Written};
use crate::error::{Error, Result};
use crate::stream::TreeWriter;
use dossiers::{Last, Mark};

/// Most paths of a kind that a report names.
const MOST_NAMED: usize = 10_000;

/// What a run has put together.
pub(super) struct Assembled {
    pub(super) root: Content,
    pub(super) evidence: Evidence,
    pub(super) report: BackupReport,
    /// What the record says of each dossier, ascending by code.
    pub(super) dossiers: Vec<Line>,
    /// The next catalogue, and where its root is.
    pub(super) catalogue: Option<(catalogue::Writer, Written)>,
}

/// A directory that is not finished.
struct Frame {
    name: Option<Name>,
    metadata: Metadata,
    seen: Option<Seen>,
    tree: TreeWriter,
    record: RecordBuilder,
    /// Whether it is only passed on the way to dossiers that come first.
    is_passed: bool,
}

/// An entry that is ready for its place.
struct Pushed {
    name: Name,
    entry: Entry,
    bytes: Vec<u8>,
    seen: Option<Seen>,
    child: Option<Written>,
}

/// Takes the walk's steps.
pub(super) struct Assembler<'r> {
    run: &'r Run<'r>,
    frames: Vec<Frame>,
    catalogue: Option<catalogue::Writer>,
    report: BackupReport,
    /// Files with several names, by the first that came.
    linked: HashMap<FileKey, First>,
    root: Option<(Content, Evidence, Option<Written>)>,
    /// What was before the dossier at hand began.
    mark: Option<Mark>,
    /// The directory that came last, in the order of the walk.
    last: Option<Last>,
    /// What became of each dossier.
    fates: HashMap<usize, Fate>,
    /// What came last in a folder that is only passed.
    pushed: Option<Pushed>,
    /// Dossiers that wait for their place.
    aside: HashMap<usize, Pushed>,
}

/// The first name of a file with several, as it was stored.
struct First {
    entry: Entry,
    /// What the file was when it was read; `None` when it kept changing.
    identity: Option<Identity>,
}

/// A file in the statistics.
#[derive(Clone, Copy)]
enum Change {
    New,
    Changed,
    Unchanged,
}

impl<'r> Assembler<'r> {
    pub(super) fn new(run: &'r Run<'r>, catalogue: Option<catalogue::Writer>) -> Self {
        let report = BackupReport {
            snapshot: None,
            statistics: Statistics::default(),
            unread: Vec::new(),
            left_out: Vec::new(),
            would_store: Vec::new(),
            excluded: 0,
        };
        Self {
            run,
            frames: Vec::new(),
            catalogue,
            report,
            linked: HashMap::new(),
            root: None,
            mark: None,
            last: None,
            fates: HashMap::new(),
            pushed: None,
            aside: HashMap::new(),
        }
    }

    pub(super) fn run(mut self, steps: mpsc::Receiver<Step<'_>>) -> Result<Assembled> {
        for step in steps {
            self.step(step)?;
        }
        let dossiers = self.lines();
        let (root, evidence, record) = self.root.ok_or(Error::Internal("the walk did not come to its end"))?;
        Ok(Assembled { root, evidence, report: self.report, dossiers, catalogue: self.catalogue.zip(record) })
    }

    fn step(&mut self, step: Step<'_>) -> Result<()> {
        match step {
            Step::Enter { name, metadata, seen } => {
                self.enter(name, *metadata, seen, false);
                Ok(())
            }
            Step::Pass { name } => {
                self.enter(name, Metadata::default(), None, true);
                Ok(())
            }
            Step::Passed => {
                self.frames.pop();
                Ok(())
            }
            Step::SetAside { dossier } => {
                self.aside.extend(self.pushed.take().map(|pushed| (dossier, pushed)));
                Ok(())
            }
            Step::PutBack { dossier } => self.put_back(dossier),
            Step::Leave => self.leave(),
            Step::Same { name, entry, seen, subtree } => self.same(&name, entry, seen, &subtree),
            Step::Ready { name, entry, seen, is_file, key } => self.ready(&name, &entry, seen, is_file, key),
            Step::Reading { name, outcome, prior, key } => self.reading(&name, &outcome, prior, key),
            Step::Link { name, key, seen, prior } => self.link(&name, key, seen, prior),
            Step::Unread { path, cause } => {
                self.unread(path, cause);
                Ok(())
            }
            Step::LeftOut { path } => {
                if self.report.left_out.len() < MOST_NAMED {
                    self.report.left_out.push(LeftOut { path, what: "socket" });
                }
                Ok(())
            }
            Step::Excluded { entries } => {
                self.report.excluded += entries;
                Ok(())
            }
            Step::Begin { dossier } => {
                self.begin(dossier);
                Ok(())
            }
            Step::Ask { reply } => {
                self.answer(&reply);
                Ok(())
            }
            Step::Undo => {
                self.undo();
                Ok(())
            }
            Step::Taken { dossier } => self.taken(dossier),
            Step::Unchanged { dossier } => self.unchanged(dossier),
            Step::Kept { dossier, name, refusal, metadata, prior } => self.kept(dossier, &name, refusal, *metadata, prior),
        }
    }

    fn enter(&mut self, name: Option<Name>, metadata: Metadata, seen: Option<Seen>, is_passed: bool) {
        let tree = TreeWriter::new(self.run.cutters);
        self.frames.push(Frame { name, metadata, seen, tree, record: RecordBuilder::default(), is_passed });
    }

    /// A directory that is taken over from the last run, with all below it.
    fn same(&mut self, name: &Name, bytes: &[u8], seen: Seen, subtree: &Subtree<'_>) -> Result<()> {
        let entry: Entry = wire::decode(bytes).map_err(|_| Error::Internal("an entry that cannot be read again"))?;
        self.count_same(subtree);
        self.last = Last::of(&entry, subtree.totals.files, subtree.totals.size);
        let copied = self.catalogue.as_mut().map(|catalogue| catalogue.copy(subtree));
        let copied = self.keep_catalogue(copied);
        self.push(name, &entry, bytes, Some(seen), copied)
    }

    fn count_same(&mut self, subtree: &Subtree<'_>) {
        let (statistics, totals) = (&mut self.report.statistics, &subtree.totals);
        statistics.directories += totals.directories + 1;
        statistics.files += totals.files;
        statistics.unchanged += totals.files;
        statistics.others += totals.others;
        statistics.size += totals.size;
    }

    fn ready(&mut self, name: &Name, bytes: &[u8], seen: Seen, is_file: bool, key: Option<FileKey>) -> Result<()> {
        let entry: Entry = wire::decode(bytes).map_err(|_| Error::Internal("an entry that cannot be read again"))?;
        if is_file {
            self.count(&entry, Change::Unchanged);
        } else {
            self.report.statistics.others += 1;
        }
        self.push(name, &entry, bytes, Some(seen), None)?;
        if let Some(key) = key {
            self.first(key, First { entry, identity: Some(seen.identity) });
        }
        Ok(())
    }

    fn reading(&mut self, name: &Name, outcome: &Receiver<Outcome>, prior: Option<&[u8]>, key: Option<FileKey>) -> Result<()> {
        match outcome.recv().map_err(|_| Error::Internal("a file was not read to its end"))? {
            Outcome::Failed { path, cause } => self.unread(path, cause),
            Outcome::Read { entry: bytes, seen, news, shortcoming } => {
                let entry: Entry = wire::decode(&bytes).map_err(|_| Error::Internal("a new entry cannot be read again"))?;
                self.tell_file(name, &entry, (prior, &bytes), news);
                self.count(&entry, change(prior, &bytes));
                self.would_store(name, change(prior, &bytes));
                if let Some((path, cause)) = shortcoming {
                    self.keeps_changing(&path);
                    self.unread(path, cause);
                }
                self.push(name, &entry, &bytes, seen, None)?;
                if let Some(key) = key {
                    self.first(key, First { entry, identity: seen.map(|seen| seen.identity) });
                }
            }
        }
        Ok(())
    }

    fn link(&mut self, name: &Name, key: FileKey, seen: Seen, prior: Option<&[u8]>) -> Result<()> {
        let Some(first) = self.linked.get(&key) else {
            let path = self.path_of(name);
            self.unread(path, "another name of the same file could not be read".to_owned());
            return Ok(());
        };
        let entry = Entry { name: name.clone(), ..first.entry.clone() };
        // The file changed after it was read under its first name: what is stored is older than what this name was seen to be.
        let is_current = first.identity == Some(seen.identity);
        let bytes = wire::encode(&entry);
        if bytes.len() > ENTRY_LIMIT {
            // Its first name was just short enough.
            let path = self.path_of(name);
            self.unread(path, TOO_LARGE.to_owned());
            return Ok(());
        }
        self.count(&entry, change(prior, &bytes));
        self.would_store(name, change(prior, &bytes));
        if !is_current {
            let path = self.path_of(name);
            self.keeps_changing(&path);
            self.unread(path, "it changed after it was read under another of its names".to_owned());
        }
        self.push(name, &entry, &bytes, Some(seen).filter(|_| is_current), None)
    }

    /// Remembers the first name of a file with several.
    fn first(&mut self, key: FileKey, first: First) {
        if let hash_map::Entry::Vacant(vacant) = self.linked.entry(key) {
            vacant.insert(first);
            if let Some(mark) = &mut self.mark {
                mark.linked.push(key);
            }
        }
    }

    fn leave(&mut self) -> Result<()> {
        let frame = self.frames.pop().ok_or(Error::Internal("a directory ended that had not begun"))?;
        let (tree, evidence) = frame.tree.finish(self.run.session, self.run.cutters)?;
        let record = self.write_record(frame.record);
        match frame.name {
            None => self.root = Some((tree, evidence, record)),
            Some(name) => {
                self.report.statistics.directories += 1;
                let entry = Entry { name: name.clone(), node: Node::Directory { tree, evidence }, metadata: frame.metadata };
                self.last = Last::of(&entry, 0, 0);
                let bytes = wire::encode(&entry);
                self.push(&name, &entry, &bytes, frame.seen, record)?;
            }
        }
        Ok(())
    }

    /// Adds an entry to the directory at hand, and to the catalogue.
    fn push(&mut self, name: &Name, entry: &Entry, bytes: &[u8], seen: Option<Seen>, child: Option<Written>) -> Result<()> {
        let frame = self.frames.last_mut().ok_or(Error::Internal("an entry outside any directory"))?;
        if frame.is_passed {
            self.pushed = Some(Pushed { name: name.clone(), entry: entry.clone(), bytes: bytes.to_vec(), seen, child });
            return Ok(());
        }
        frame.tree.push(self.run.session, self.run.cutters, bytes, evidence::of_entry(entry))?;
        if let Some(seen) = seen {
            frame.record.push(name.as_bytes(), &seen.identity, seen.trusted, seen.day, child, bytes);
        }
        Ok(())
    }

    /// Writes a directory's record.
    fn write_record(&mut self, record: RecordBuilder) -> Option<Written> {
        let written = self.catalogue.as_mut().map(|catalogue| catalogue.add(record));
        self.keep_catalogue(written)
    }

    /// A catalogue that cannot be written is given up.
    fn keep_catalogue(&mut self, written: Option<std::io::Result<Written>>) -> Option<Written> {
        let written = written?.ok();
        if written.is_none() {
            self.catalogue = None;
        }
        written
    }

    fn count(&mut self, entry: &Entry, change: Change) {
        let statistics = &mut self.report.statistics;
        statistics.files += 1;
        if let Node::File(content) = &entry.node {
            statistics.size += content.size;
        }
        match change {
            Change::New => statistics.new += 1,
            Change::Changed => statistics.changed += 1,
            Change::Unchanged => statistics.unchanged += 1,
        }
    }

    /// Names a file of a dry run.
    fn would_store(&mut self, name: &Name, change: Change) {
        if self.run.options.dry_run && !matches!(change, Change::Unchanged) && self.report.would_store.len() < MOST_NAMED {
            let path = self.path_of(name);
            self.report.would_store.push(WouldStore { path, new: matches!(change, Change::New) });
        }
    }

    fn unread(&mut self, path: Vec<u8>, cause: String) {
        self.report.statistics.unread += 1;
        if self.report.unread.len() < MOST_NAMED {
            self.report.unread.push(Unread { path, cause });
        }
    }

    fn path_of(&self, name: &Name) -> Vec<u8> {
        let names = self.frames.iter().filter_map(|frame| frame.name.as_ref()).chain([name]);
        names.fold(Vec::new(), |mut path, name| {
            path.push(b'/');
            path.extend_from_slice(name.as_bytes());
            path
        })
    }
}

fn change(prior: Option<&[u8]>, bytes: &[u8]) -> Change {
    match prior {
        None => Change::New,
        Some(prior) if prior == bytes => Change::Unchanged,
        Some(_) => Change::Changed,
    }
}
