//! Dossiers, as they are put together: what is read of one counts only once the walk says so.

use std::mem;
use std::os::unix::ffi::OsStrExt;

use crossbeam_channel::Sender;
use liasse_repo::format::content::Content;
use liasse_repo::format::ids::Evidence;
use liasse_repo::format::snapshot::{Dossier as Line, Outcome as Fared, Statistics, Unread};
use liasse_repo::format::tree::{Entry, Metadata, Name, Node};
use liasse_repo::format::wire;

use super::{Assembler, Pushed};
use crate::backup::dossiers::{Dossiers, Fate, FileSeen, Found, Kept, Refusal};
use crate::backup::file::News;
use crate::backup::walk::{Read, Seen};
use crate::catalogue::{FileKey, Row, Subtree};
use crate::error::{Error, Result};

/// Most entries of a dossier that are named when they cannot be read.
const MOST_UNREAD: usize = 100;

/// What was before a dossier began, so that it can be undone.
pub(super) struct Mark {
    dossier: usize,
    frames: usize,
    statistics: Statistics,
    unread: usize,
    left_out: usize,
    would_store: usize,
    excluded: u64,
    /// Files with several names that came first in it.
    pub(super) linked: Vec<FileKey>,
    added: u64,
    changing: Option<Vec<u8>>,
    found: Found,
}

/// A directory that was put into the one above.
pub(super) struct Last {
    tree: Content,
    evidence: Evidence,
    found: Found,
}

impl Last {
    pub(super) fn of(entry: &Entry, files: u64, size: u64) -> Option<Self> {
        let Node::Directory { tree, evidence } = &entry.node else { return None };
        Some(Self { tree: tree.clone(), evidence: *evidence, found: Found { files, size, ..Found::default() } })
    }
}

impl<'r> Assembler<'r> {
    fn dossiers(&self) -> Option<&'r Dossiers<'r>> {
        self.run.dossiers.as_ref()
    }

    pub(super) fn begin(&mut self, dossier: usize) {
        let report = &self.report;
        self.mark = Some(Mark {
            dossier,
            frames: self.frames.len(),
            statistics: report.statistics,
            unread: report.unread.len(),
            left_out: report.left_out.len(),
            would_store: report.would_store.len(),
            excluded: report.excluded,
            linked: Vec::new(),
            added: 0,
            changing: None,
            found: Found::default(),
        });
    }

    /// Tells the walk what was read of the dossier at hand.
    pub(super) fn answer(&mut self, reply: &Sender<Read>) {
        let Some(mark) = &mut self.mark else { return };
        let statistics = &self.report.statistics;
        let unread: Vec<Unread> = self.report.unread.iter().skip(mark.unread).take(MOST_UNREAD).cloned().collect();
        mark.found = Found {
            files: statistics.files - mark.statistics.files,
            size: statistics.size - mark.statistics.size,
            added: mark.added,
            unread,
        };
        // The walk that does not listen any more has failed.
        reply.send(Read { found: mark.found.clone(), changing: mark.changing.take() }).ok();
    }

    pub(super) fn undo(&mut self) {
        let Some(mark) = self.mark.take() else { return };
        self.frames.truncate(mark.frames);
        self.report.statistics = mark.statistics;
        self.report.unread.truncate(mark.unread);
        self.report.left_out.truncate(mark.left_out);
        self.report.would_store.truncate(mark.would_store);
        self.report.excluded = mark.excluded;
        for key in mark.linked {
            self.linked.remove(&key);
        }
    }

    pub(super) fn taken(&mut self, dossier: usize) -> Result<()> {
        let mark = self.mark.take().ok_or(Error::Internal("a dossier ended that had not begun"))?;
        let last = self.last.take().ok_or(Error::Internal("a dossier without a tree"))?;
        let before = self.dossiers().and_then(|dossiers| dossiers.list.get(dossier)?.kept.as_ref());
        // Names of files may come and go and leave the tree as it was; so may times that are set back.
        let same = before.filter(|kept| (&kept.tree, kept.evidence) == (&last.tree, last.evidence));
        let (outcome, since) = same.map_or((Fared::Stored, self.run.options.time), |kept| (Fared::Unchanged, kept.since));
        let state = Kept { tree: last.tree, evidence: last.evidence, since };
        let unread = mark.found.unread.first().map(|unread| unread.cause.clone());
        let remarks: Vec<String> = unread.into_iter().chain([self.remark(dossier)]).filter(|text| !text.is_empty()).collect();
        let cause = remarks.join("; ");
        self.done(dossier, Fate { outcome, state: Some(state), found: mark.found, cause });
        Ok(())
    }

    pub(super) fn unchanged(&mut self, dossier: usize) -> Result<()> {
        let last = self.last.take().ok_or(Error::Internal("a dossier without a tree"))?;
        let before = self.dossiers().and_then(|dossiers| dossiers.list.get(dossier)?.kept.as_ref());
        let since = before.filter(|kept| kept.evidence == last.evidence).map_or(self.run.options.time, |kept| kept.since);
        let state = Kept { tree: last.tree, evidence: last.evidence, since };
        self.done(dossier, Fate { outcome: Fared::Unchanged, state: Some(state), found: last.found, cause: self.remark(dossier) });
        Ok(())
    }

    /// Puts the last good state of a dossier where its present one would be.
    pub(super) fn kept(
        &mut self,
        dossier: usize,
        name: &Name,
        refusal: Refusal,
        metadata: Metadata,
        prior: Option<(Row<'_>, Option<Subtree<'_>>)>,
    ) -> Result<()> {
        let listed = self.dossiers().and_then(|dossiers| dossiers.list.get(dossier)).ok_or(Error::Internal("an unknown dossier"))?;
        // What a plan may delete must not be referred to; the older snapshot has it all the same.
        let may_refer = self.run.catalogue_holds || self.run.session.nothing_planned();
        let state = listed.kept.clone().filter(|_| may_refer);
        let mut found = Found::default();
        if let Some(kept) = &state {
            let is_state = |entry: &Entry| matches!(&entry.node, Node::Directory { tree, evidence } if (tree, *evidence) == (&kept.tree, kept.evidence));
            let known = prior.and_then(|(row, subtree)| Some((row, subtree?, wire::decode::<Entry>(row.entry).ok().filter(is_state)?)));
            if let Some((row, subtree, entry)) = known {
                (found.files, found.size) = (subtree.totals.files, subtree.totals.size);
                self.count_same(&subtree);
                // What the catalogue says counts only while all its packs do: else the next run would take for stored what is gone.
                let holds = self.run.catalogue_holds;
                let copied = self.catalogue.as_mut().filter(|_| holds).map(|catalogue| catalogue.copy(&subtree));
                let copied = self.keep_catalogue(copied);
                let seen = Seen { identity: row.identity, trusted: row.trusted, day: row.day };
                self.push(name, &entry, row.entry, Some(seen).filter(|_| holds), copied)?;
            } else {
                self.report.statistics.directories += 1;
                let node = Node::Directory { tree: kept.tree.clone(), evidence: kept.evidence };
                let entry = Entry { name: name.clone(), node, metadata };
                self.push(name, &entry, &wire::encode(&entry), None, None)?;
            }
        }
        self.done(dossier, Fate { outcome: refusal.outcome, state, found, cause: refusal.cause });
        Ok(())
    }

    /// Gives a dossier that came before the others its place. One without a state has none.
    pub(super) fn put_back(&mut self, dossier: usize) -> Result<()> {
        match self.aside.remove(&dossier) {
            Some(Pushed { name, entry, bytes, seen, child }) => self.push(&name, &entry, &bytes, seen, child),
            None => Ok(()),
        }
    }

    fn remark(&self, dossier: usize) -> String {
        self.dossiers().map_or(String::new(), |dossiers| dossiers.judge.remark(dossier))
    }

    fn done(&mut self, dossier: usize, fate: Fate) {
        if let Some(dossiers) = self.dossiers() {
            dossiers.judge.done(dossier, &fate);
        }
        self.fates.insert(dossier, fate);
    }

    /// What the record says of all dossiers. Those that the walk did not come to keep their last good state.
    pub(super) fn lines(&mut self) -> Vec<Line> {
        let Some(Dossiers { list, judge }) = self.dossiers() else { return Vec::new() };
        let mut fates = mem::take(&mut self.fates);
        let may_refer = self.run.catalogue_holds || self.run.session.nothing_planned();
        let line = |(number, dossier): (usize, &crate::backup::dossiers::Dossier)| {
            let fate = fates.remove(&number).unwrap_or_else(|| {
                let refusal = dossier.refusal.clone().unwrap_or_else(|| judge.unreachable(number, true, "it is not there"));
                let state = dossier.kept.clone().filter(|_| may_refer);
                let fate = Fate { outcome: refusal.outcome, state, found: Found::default(), cause: refusal.cause };
                judge.done(number, &fate);
                fate
            });
            fate.line(dossier, dossier.path.as_os_str().as_bytes().to_vec())
        };
        let mut lines: Vec<Line> = list.iter().enumerate().map(line).collect();
        lines.sort_by(|a, b| a.code.cmp(&b.code));
        lines
    }

    /// Tells of a file of the dossier at hand that is new or changed.
    pub(super) fn tell_file(&mut self, name: &Name, entry: &Entry, (prior, bytes): (Option<&[u8]>, &[u8]), news: News) {
        let (Some(mark), Node::File(content)) = (&mut self.mark, &entry.node) else { return };
        mark.added += news.added;
        if prior == Some(bytes) {
            return;
        }
        let names = self.frames.iter().skip(mark.frames + 1).filter_map(|frame| frame.name.as_ref()).chain([name]);
        let path = names.map(Name::as_bytes).collect::<Vec<_>>().join(&b'/');
        let before = prior.and_then(|prior| match wire::decode::<Entry>(prior).ok()?.node {
            Node::File(content) => Some(content.size),
            _ => None,
        });
        let is_exact = before.is_none() || news.is_compared;
        let file = FileSeen {
            path: &path,
            before,
            size: content.size,
            added: news.added,
            is_exact,
            is_noise: news.is_noise,
            begins_with_noise: news.begins_with_noise,
        };
        if let Some(dossiers) = &self.run.dossiers {
            dossiers.judge.file(mark.dossier, &file);
        }
    }

    /// A file of the dossier at hand could not be read at one time.
    pub(super) fn keeps_changing(&mut self, path: &[u8]) {
        if let Some(mark) = &mut self.mark {
            mark.changing.get_or_insert_with(|| path.to_vec());
        }
    }
}
