//! Trees: every reference of every snapshot resolves, and every directory has the evidence that is stated of it.
//!
//! A tree that many snapshots share is walked once. One that is damaged is walked again for each, to name the paths there; but once a
//! snapshot, however often it stands in it.

use std::collections::{BTreeSet, HashMap, HashSet};

use liasse_format::content::Content;
use liasse_format::ids::{Evidence, SessionId};
use liasse_format::pack::ChunkKind;
use liasse_format::tree::{Entry, Node};
use liasse_format::wire;

use super::damage::Bad;
use super::links::{self, Links};
use super::report::{FindingId, Place, describe};
use super::{Gathered, snapshot_place};
use crate::error::{Error, Result};
use crate::lists::ListWalk;
use crate::progress::{Progress, Stop};
use crate::reader::{Reader, Scratch};
use crate::snapshots::Snapshot;
use crate::trees::TreeWalk;

/// Most findings that are kept of one tree, to be named again where it stands in another place.
const KEPT_FINDINGS: usize = 16;

/// The hash of a tree's content: trees with the same are the same.
pub(super) type TreeKey = [u8; 32];

fn key_of(tree: &Content) -> TreeKey {
    *blake3::hash(&wire::encode(tree)).as_bytes()
}

/// What is known of a tree that was walked.
struct Known {
    /// `None` when it could not be read to its end.
    evidence: Option<Evidence>,
    damaged: bool,
    findings: Vec<FindingId>,
}

/// Walks the trees of all snapshots, the newest first. Whether all that they refer to was met: nothing of it was unreadable.
pub(super) fn check(
    reader: &Reader<'_>,
    snapshots: &[Snapshot],
    gathered: &mut Gathered,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<bool> {
    progress.expect(snapshots.len() as u64);
    let scratch = Scratch::new()?;
    let mut walker = Walker { reader, gathered, progress, stop, scratch, known: HashMap::new(), links: HashMap::new(), is_complete: true };
    for snapshot in snapshots.iter().rev() {
        walker.snapshot(snapshot)?;
        progress.advance(1);
    }
    Ok(walker.is_complete)
}

struct Walker<'a> {
    reader: &'a Reader<'a>,
    gathered: &'a mut Gathered,
    progress: &'a dyn Progress,
    stop: &'a Stop,
    scratch: Scratch,
    known: HashMap<TreeKey, Known>,
    links: HashMap<TreeKey, Links>,
    /// Whether every directory and list could be read.
    is_complete: bool,
}

/// A directory that is being walked.
struct Frame<'r> {
    key: TreeKey,
    walk: TreeWalk<'r>,
    stated: Evidence,
    /// Length of the path to it.
    path: usize,
    damaged: bool,
    findings: BTreeSet<FindingId>,
    links: Links,
}

/// The tree that is walked: of a snapshot, or of one of its dossiers.
struct Root<'s> {
    snapshot: SessionId,
    dossier: Option<&'s str>,
    path: Vec<u8>,
    /// Damaged trees that were met under this root.
    met: HashSet<TreeKey>,
}

impl Root<'_> {
    fn place(&self) -> Place<'_> {
        let path = if self.path.is_empty() { b"/".as_slice() } else { &self.path };
        Place { snapshot: self.snapshot, path, dossier: self.dossier }
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(self.place().path).into_owned()
    }
}

impl<'a> Walker<'a> {
    fn snapshot(&mut self, snapshot: &Snapshot) -> Result<()> {
        let record = &snapshot.record;
        let root = Root { snapshot: snapshot.id, dossier: None, path: Vec::new(), met: HashSet::new() };
        self.walk(root, &record.root, record.evidence)?;
        for group in links::disagreeing(key_of(&record.root), &self.links) {
            let what = format!("the names of hard link group {group} do not agree on what the file is");
            self.gathered.findings.add(snapshot_place(snapshot.id), what);
        }
        for dossier in &record.dossiers {
            if dossier.tree == Content::empty() && dossier.evidence == Evidence([0; 32]) {
                continue;
            }
            let path = dossier.path.strip_suffix(b"/").unwrap_or(&dossier.path).to_vec();
            let root = Root { snapshot: snapshot.id, dossier: Some(&dossier.code), path, met: HashSet::new() };
            self.walk(root, &dossier.tree, dossier.evidence)?;
        }
        Ok(())
    }

    /// Walks a directory and all below it, without recursion.
    fn walk(&mut self, mut root: Root<'_>, tree: &Content, evidence: Evidence) -> Result<()> {
        let mut frames: Vec<Frame<'a>> = Vec::new();
        self.enter(&mut frames, &mut root, tree, evidence);
        while let Some(frame) = frames.last_mut() {
            self.stop.check()?;
            match frame.walk.next(&mut self.scratch) {
                Ok(Some(entry)) => self.entry(&mut frames, &mut root, &entry)?,
                Ok(None) => {
                    let evidence = Some(frame.walk.evidence());
                    self.leave(&mut frames, &mut root, evidence);
                }
                Err(error) if error.is_about_object() => {
                    let causes = self.unreadable(&root, &error)?;
                    for bad in &causes {
                        self.touch(&root, *bad);
                    }
                    if let Some(frame) = frames.last_mut() {
                        frame.damaged = true;
                        frame.findings.extend(causes.into_iter().flatten());
                    }
                    self.leave(&mut frames, &mut root, None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Findings of a directory or list that cannot be read. What is known of its chunks' packs says more than the error does.
    fn unreadable(&mut self, root: &Root<'_>, error: &Error) -> Result<Vec<Bad>> {
        self.is_complete = false;
        let Gathered { findings, damage, .. } = &mut *self.gathered;
        if let Error::MissingChunk { id } | Error::BadChunk { id, .. } = error {
            let causes = damage.behind(self.reader.index(), id)?;
            return Ok(if causes.is_empty() { vec![findings.add_error("the index", error)] } else { causes });
        }
        let (object, what) = describe(error);
        Ok(vec![match object {
            Some(object) => findings.add(object, what),
            None => findings.add(snapshot_place(root.snapshot), format!("{}: {what}", root.shown())),
        }])
    }

    fn touch(&mut self, root: &Root<'_>, bad: Bad) -> Option<FindingId> {
        bad.inspect(|finding| self.gathered.findings.touch(*finding, root.place()))
    }

    /// Begins a directory, unless it was walked before and is good.
    fn enter(&mut self, frames: &mut Vec<Frame<'a>>, root: &mut Root<'_>, tree: &Content, stated: Evidence) {
        let key = key_of(tree);
        match self.known.get(&key) {
            Some(known) if !known.damaged => {
                let evidence = known.evidence;
                return self.done(frames, root, key, evidence, stated);
            }
            Some(known) if !root.met.insert(key) || known.evidence.is_none() => {
                let findings = known.findings.clone();
                for finding in &findings {
                    self.touch(root, Some(*finding));
                }
                return Self::spoil(frames, findings);
            }
            _ => {}
        }
        self.progress.at(root.place().path);
        frames.push(Frame {
            key,
            walk: TreeWalk::hashed(self.reader, tree),
            stated,
            path: root.path.len(),
            damaged: false,
            findings: BTreeSet::new(),
            links: Links::default(),
        });
    }

    /// Marks the directory that holds a damaged one.
    fn spoil(frames: &mut [Frame<'_>], findings: impl IntoIterator<Item = FindingId>) {
        if let Some(parent) = frames.last_mut() {
            parent.damaged = true;
            parent.findings.extend(findings);
        }
    }

    /// Ends a directory; `evidence` when it was read whole.
    fn leave(&mut self, frames: &mut Vec<Frame<'a>>, root: &mut Root<'_>, evidence: Option<Evidence>) {
        let Some(frame) = frames.pop() else { return };
        root.path.truncate(frame.path);
        if !self.known.contains_key(&frame.key) {
            self.gathered.counts.trees += 1;
        }
        if !frame.links.is_empty() {
            self.links.insert(frame.key, frame.links);
        }
        let findings: Vec<FindingId> = frame.findings.iter().copied().take(KEPT_FINDINGS).collect();
        if frame.damaged {
            root.met.insert(frame.key);
            Self::spoil(frames, findings.iter().copied());
        }
        self.known.insert(frame.key, Known { evidence, damaged: frame.damaged, findings });
        self.done(frames, root, frame.key, evidence, frame.stated);
    }

    /// What every directory is held against where it stands, also when it was walked before.
    fn done(&mut self, frames: &mut [Frame<'_>], root: &Root<'_>, key: TreeKey, evidence: Option<Evidence>, stated: Evidence) {
        if evidence.is_some_and(|evidence| evidence != stated) {
            let what = format!("the evidence of directory {} is not that of its entries", root.shown());
            let bad = self.gathered.findings.add(snapshot_place(root.snapshot), what);
            self.touch(root, bad);
        }
        if let Some(parent) = frames.last_mut()
            && self.links.contains_key(&key)
        {
            parent.links.push_directory(key);
        }
    }

    fn entry(&mut self, frames: &mut Vec<Frame<'a>>, root: &mut Root<'_>, entry: &Entry) -> Result<()> {
        let Some(frame) = frames.last_mut() else { return Ok(()) };
        if !self.known.contains_key(&frame.key) {
            self.gathered.counts.entries += 1;
        }
        if let Some(group) = entry.metadata.hard_link {
            frame.links.push(group, entry);
        }
        root.path.truncate(frame.path);
        root.path.push(b'/');
        root.path.extend_from_slice(entry.name.as_bytes());
        match &entry.node {
            Node::File(content) => {
                let damage = self.file(root, content)?;
                if let Some(frame) = frames.last_mut().filter(|_| damage.is_damaged) {
                    frame.damaged = true;
                    frame.findings.extend(damage.findings.iter().copied());
                }
                for finding in damage.findings {
                    self.touch(root, Some(finding));
                }
            }
            Node::Directory { tree, evidence } => self.enter(frames, root, tree, *evidence),
            _ => {}
        }
        Ok(())
    }

    /// What is wrong with the chunks of a file.
    fn file(&mut self, root: &Root<'_>, content: &Content) -> Result<FileDamage> {
        let mut damage = FileDamage::default();
        let mut walk = ListWalk::new(content);
        loop {
            match walk.next(self.reader, &mut self.scratch) {
                Ok(Some(chunk)) => {
                    let Gathered { findings, damage: known, .. } = &mut *self.gathered;
                    damage.add(known.of(self.reader.index(), findings, ChunkKind::Data, &chunk)?);
                }
                Ok(None) => return Ok(damage),
                Err(error) if error.is_about_object() => {
                    damage.add(self.unreadable(root, &error)?);
                    return Ok(damage);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// What is wrong with a file: as many findings as there are at most.
#[derive(Default)]
struct FileDamage {
    is_damaged: bool,
    findings: BTreeSet<FindingId>,
}

impl FileDamage {
    fn add(&mut self, causes: Vec<Bad>) {
        self.is_damaged |= !causes.is_empty();
        self.findings.extend(causes.into_iter().flatten());
    }
}
