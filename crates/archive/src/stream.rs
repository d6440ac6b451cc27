//! From bytes to content: streams of our own making (trees, lists of chunks) cut into chunks as they grow.

use std::sync::Arc;

use liasse_chunk::{Chunker, Gear, Params};
use liasse_repo::format::config::ChunkSizes;
use liasse_repo::format::content::{self, ChunkRef, Content, DIRECT_LIMIT};
use liasse_repo::format::evidence::DirectoryEvidence;
use liasse_repo::format::ids::{Evidence, Hash};
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree;
use liasse_repo::{Repository, Result, Session};

/// Where streams are cut, for both parameter sets of a repository.
#[derive(Clone)]
pub(crate) struct Cutters {
    pub(crate) data: Chunker,
    trees: Chunker,
}

impl Cutters {
    pub(crate) fn new(repository: &Repository) -> Result<Self> {
        let gear = Arc::new(Gear::from_bytes(repository.gear_table()));
        let config = repository.config();
        let chunker = |sizes: ChunkSizes| {
            let params = Params::new(sizes.min, sizes.average, sizes.max);
            params.map(|params| Chunker::new(params, Arc::clone(&gear))).map_err(|_| liasse_repo::Error::Internal("chunk sizes"))
        };
        Ok(Self { data: chunker(config.data_chunks)?, trees: chunker(config.tree_chunks)? })
    }
}

/// A list of chunks, which is itself stored as chunks once it is long.
pub(crate) struct ListWriter {
    direct: Vec<ChunkRef>,
    stored: Option<Box<StreamWriter>>,
}

impl ListWriter {
    pub(crate) fn new() -> Self {
        Self { direct: Vec::new(), stored: None }
    }

    pub(crate) fn push(&mut self, session: &Session<'_>, cutters: &Cutters, chunk: ChunkRef) -> Result<()> {
        if self.stored.is_none() && self.direct.len() < DIRECT_LIMIT {
            self.direct.push(chunk);
            return Ok(());
        }
        let mut items = Vec::new();
        for chunk in self.direct.drain(..).chain([chunk]) {
            content::put_list_item(&chunk, &mut items);
        }
        let stored = self.stored.get_or_insert_with(|| Box::new(StreamWriter::new(ChunkKind::List, cutters)));
        stored.push(session, cutters, &items)
    }

    /// The list's depth, and the chunks of its outermost level.
    pub(crate) fn finish(self, session: &Session<'_>, cutters: &Cutters) -> Result<(u16, Vec<ChunkRef>)> {
        let Some(stored) = self.stored else { return Ok((0, self.direct)) };
        let (depth, chunks) = stored.finish(session, cutters)?;
        Ok((depth + 1, chunks))
    }
}

/// A stream that is cut and stored as it grows; memory is bounded by two chunks.
struct StreamWriter {
    kind: ChunkKind,
    chunker: Chunker,
    pending: Vec<u8>,
    list: ListWriter,
}

impl StreamWriter {
    fn new(kind: ChunkKind, cutters: &Cutters) -> Self {
        Self { kind, chunker: cutters.trees.clone(), pending: Vec::new(), list: ListWriter::new() }
    }

    fn push(&mut self, session: &Session<'_>, cutters: &Cutters, bytes: &[u8]) -> Result<()> {
        self.pending.extend_from_slice(bytes);
        self.store(session, cutters, false)
    }

    fn finish(mut self, session: &Session<'_>, cutters: &Cutters) -> Result<(u16, Vec<ChunkRef>)> {
        self.store(session, cutters, true)?;
        self.list.finish(session, cutters)
    }

    fn store(&mut self, session: &Session<'_>, cutters: &Cutters, end: bool) -> Result<()> {
        let mut start = 0;
        while let Some(rest) = self.pending.get(start..)
            && let Some(length) = self.chunker.cut(rest, end)
        {
            let stored = session.put(self.kind, rest.get(..length).unwrap_or_default())?;
            self.list.push(session, cutters, stored.chunk)?;
            start += length;
        }
        self.pending.drain(..start);
        Ok(())
    }
}

/// A directory's entries, in the order of their names, on their way into the repository.
pub(crate) struct TreeWriter {
    stream: StreamWriter,
    hasher: blake3::Hasher,
    size: u64,
    evidence: DirectoryEvidence,
    item: Vec<u8>,
}

impl TreeWriter {
    pub(crate) fn new(cutters: &Cutters) -> Self {
        Self {
            stream: StreamWriter::new(ChunkKind::Tree, cutters),
            hasher: blake3::Hasher::new(),
            size: 0,
            evidence: DirectoryEvidence::default(),
            item: Vec::new(),
        }
    }

    /// Adds an encoded entry and its evidence.
    pub(crate) fn push(&mut self, session: &Session<'_>, cutters: &Cutters, entry: &[u8], evidence: Evidence) -> Result<()> {
        self.item.clear();
        tree::put_stream_item(entry, &mut self.item);
        self.hasher.update(&self.item);
        self.size += self.item.len() as u64;
        self.evidence.push(evidence);
        self.stream.push(session, cutters, &self.item)
    }

    pub(crate) fn finish(self, session: &Session<'_>, cutters: &Cutters) -> Result<(Content, Evidence)> {
        let (depth, chunks) = self.stream.finish(session, cutters)?;
        let hash = Hash(*self.hasher.finalize().as_bytes());
        Ok((Content { size: self.size, hash, depth, chunks, holes: Vec::new() }, self.evidence.root()))
    }
}
