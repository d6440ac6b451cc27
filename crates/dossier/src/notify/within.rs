//! A limit on how long something may take, whatever it waits for: names that are looked up, a server that accepts and says nothing or
//! sends a letter a minute.

use std::sync::mpsc;
use std::time::Instant;

/// What `work` gives, or nothing when it has not by `deadline`. Work that is late goes on in its thread and is forgotten; it must not
/// change anything that matters afterwards.
pub(super) fn within<T: Send + 'static>(deadline: Instant, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (send, receive) = mpsc::sync_channel(1);
    // A thread that cannot be started drops the channel: nothing comes, at once.
    std::thread::Builder::new().spawn(move || _ = send.send(work())).ok()?;
    receive.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn work_is_waited_for_and_given_up() {
        assert_eq!(within(Instant::now() + Duration::from_mins(1), || 7), Some(7));
        let (_hold, never) = mpsc::channel::<()>();
        assert_eq!(within(Instant::now() + Duration::from_millis(20), move || never.recv()), None);
    }
}
