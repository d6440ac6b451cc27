//! Reading ahead of who reads a file from front to back: the next chunks, in parallel, before they are asked for. Must never make anybody
//! wait, and must never fail anything: what cannot be read is read again, and told, when it is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use liasse_archive::repo::format::content::ChunkRef;

use super::layout::Layout;
use super::source::{Source, lock};

/// Bytes that are read by one thread in one go: about a block.
const RUN_BYTES: u64 = 1 << 20;
/// Most bytes ahead.
const MOST_AHEAD: u64 = 16 << 20;
/// How far apart reads may lie that follow each other: several are under way at once.
const NEAR: u64 = 1 << 20;
/// Most files that are followed.
const MOST_FILES: usize = 1_024;
/// Most threads.
const MOST_THREADS: usize = 8;

/// Chunks that one thread reads.
struct Run {
    look: u64,
    chunks: Vec<ChunkRef>,
}

/// Where a file is read.
#[derive(Default, Clone, Copy)]
struct Place {
    /// Where the last read ended.
    end: u64,
    /// Up to where is read ahead.
    ahead: u64,
    /// How many bytes were read one after the other.
    streak: u64,
}

/// Reads ahead.
pub(super) struct Ahead {
    runs: Sender<Run>,
    places: Mutex<HashMap<u64, Place>>,
    most: u64,
}

impl Ahead {
    /// Begins threads, which end when this is dropped.
    pub(super) fn new(source: &Arc<Source>, cache_bytes: usize) -> Self {
        let threads = thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, MOST_THREADS);
        let (runs, waiting): (Sender<Run>, Receiver<Run>) = bounded(4 * threads);
        for _ in 0..threads {
            let (source, waiting) = (Arc::clone(source), waiting.clone());
            let work = move || {
                for run in waiting {
                    for chunk in run.chunks {
                        if !source.is_near(&chunk) {
                            source.data(run.look, &chunk).ok();
                        }
                    }
                }
            };
            // Without a thread nothing is read ahead, and everything is read.
            thread::Builder::new().name("ahead".to_owned()).spawn(work).ok();
        }
        Self { runs, places: Mutex::default(), most: (cache_bytes as u64 / 8).min(MOST_AHEAD) }
    }

    /// Somebody reads a range of a file's data.
    pub(super) fn reads(&self, look: u64, file: u64, layout: &Layout, start: u64, end: u64) {
        let Some((from, until)) = self.next(file, start, end) else { return };
        let first = layout.chunk_at(from);
        let mut run = Run { look, chunks: Vec::new() };
        let mut bytes = 0;
        for (start, chunk) in layout.chunks.get(first..).unwrap_or_default() {
            if *start >= until {
                break;
            }
            bytes += u64::from(chunk.length);
            run.chunks.push(*chunk);
            if bytes >= RUN_BYTES {
                let full = std::mem::replace(&mut run, Run { look, chunks: Vec::new() });
                if self.runs.try_send(full).is_err() {
                    return;
                }
                bytes = 0;
            }
        }
        if !run.chunks.is_empty() {
            self.runs.try_send(run).ok();
        }
    }

    /// What is to be read ahead now.
    fn next(&self, file: u64, start: u64, end: u64) -> Option<(u64, u64)> {
        let mut places = lock(&self.places);
        if places.len() >= MOST_FILES && !places.contains_key(&file) {
            places.clear();
        }
        let place = places.entry(file).or_default();
        let follows = start.abs_diff(place.end) <= NEAR;
        if !follows {
            *place = Place { end, ahead: end, streak: 0 };
            return None;
        }
        place.streak = place.streak.saturating_add(end - start);
        place.end = place.end.max(end);
        place.ahead = place.ahead.max(place.end);
        // The longer somebody reads on, the further ahead; never a little at a time.
        let window = place.streak.saturating_mul(2).min(self.most);
        let until = place.end + window;
        if place.streak < NEAR / 8 || until < place.ahead + RUN_BYTES.min(window) {
            return None;
        }
        let from = std::mem::replace(&mut place.ahead, until);
        Some((from, until))
    }
}
