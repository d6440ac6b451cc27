//! Buffers for blocks, made once and used again. Their number bounds how much is under way, and so the memory of a session.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A fixed number of buffers; who wants one more waits for one to come back.
pub(super) struct Buffers {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    free: Vec<Vec<u8>>,
    unmade: usize,
    closed: bool,
}

impl Buffers {
    pub(super) fn new(count: usize) -> Self {
        Self { state: Mutex::new(State { free: Vec::new(), unmade: count, closed: false }), changed: Condvar::new() }
    }

    /// An empty buffer; `None` once the session has failed.
    pub(super) fn take(&self, capacity: usize) -> Option<Vec<u8>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(buffer) = state.free.pop() {
                return Some(buffer);
            }
            if state.unmade > 0 {
                state.unmade -= 1;
                return Some(Vec::with_capacity(capacity));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives a buffer back.
    pub(super) fn give(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.lock().free.push(buffer);
        self.changed.notify_one();
    }

    /// Wakes everybody who waits: there is nothing to wait for.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
