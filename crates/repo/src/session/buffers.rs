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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use super::*;

    /// Asks for a buffer in a thread of its own, which nobody waits for: a test that fails must not hang.
    fn ask(buffers: &Arc<Buffers>) -> Receiver<Option<Vec<u8>>> {
        let (ask, asked) = channel();
        let buffers = Arc::clone(buffers);
        std::thread::spawn(move || ask.send(buffers.take(1000)));
        asked
    }

    #[test]
    fn there_are_so_many_buffers_and_each_comes_back() {
        let buffers = Arc::new(Buffers::new(2));
        let mut first = buffers.take(1000).unwrap();
        assert!(first.is_empty() && first.capacity() >= 1000);
        let _second = buffers.take(1000).unwrap();
        first.extend([7; 900]);
        let place = first.as_ptr();
        let asked = ask(&buffers);
        assert!(asked.recv_timeout(Duration::from_millis(200)).is_err(), "there is no third");
        buffers.give(first);
        let third = asked.recv_timeout(Duration::from_mins(1)).unwrap().unwrap();
        assert!(third.is_empty());
        assert_eq!(third.as_ptr(), place, "the same again");
    }

    #[test]
    fn nobody_waits_once_it_is_over() {
        let buffers = Arc::new(Buffers::new(0));
        let asked = ask(&buffers);
        assert!(asked.recv_timeout(Duration::from_millis(50)).is_err());
        buffers.close();
        assert_eq!(asked.recv_timeout(Duration::from_mins(1)).unwrap(), None);
        buffers.give(Vec::new());
        assert_eq!(buffers.take(1000), None);
    }
}
