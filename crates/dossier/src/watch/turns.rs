//! Whose turn it is: dossiers that were closed wait for one another for a short while, so that one run takes them all, and wait on when no
//! run is possible. Only times, so that it can be tested without waiting.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::Code;

/// How long the first to be closed waits for others.
const GATHER: Duration = Duration::from_secs(2);

/// Dossiers whose time has come, until a run has taken them.
#[derive(Debug, Default)]
pub struct Turns {
    waiting: BTreeSet<Code>,
    due: Option<Instant>,
    is_failing: bool,
    /// Those that changed while the last run was at work, perhaps by its hooks.
    echoes: BTreeSet<Code>,
}

impl Turns {
    /// A dossier was closed.
    pub fn closed(&mut self, code: Code, now: Instant) {
        self.waiting.insert(code);
        let gathered = now + GATHER;
        self.due = Some(self.due.map_or(gathered, |due| due.min(gathered)));
    }

    /// When the next run is due; `None` while nobody waits.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Those that a run is to take now, by code; nobody before it is due.
    pub fn take(&mut self, now: Instant) -> Vec<Code> {
        if self.due.is_none_or(|due| due > now) {
            return Vec::new();
        }
        self.due = None;
        std::mem::take(&mut self.waiting).into_iter().collect()
    }

    /// The run for these made no snapshot: they wait until that moment, or until another is closed. Whether it is the first to fail since
    /// one did not: only then must people hear of it.
    pub fn failed(&mut self, codes: Vec<Code>, again: Instant) -> bool {
        self.waiting.extend(codes);
        self.due = Some(self.due.map_or(again, |due| due.min(again)));
        !std::mem::replace(&mut self.is_failing, true)
    }

    /// These changed while a run was at work, whose hooks may write anywhere: they are followed, once.
    pub fn heard(&mut self, codes: impl IntoIterator<Item = Code>) {
        self.echoes = codes.into_iter().collect();
    }

    /// Whether a run for these is only due to what may be an echo: what changes during it is not followed, or runs would follow for ever.
    pub fn is_echo(&self, codes: &[Code]) -> bool {
        codes.iter().all(|code| self.echoes.contains(code))
    }

    /// The run was made.
    pub fn made(&mut self) {
        self.is_failing = false;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn codes<const N: usize>(codes: [&str; N]) -> Vec<Code> {
        codes.map(|code| code.parse().unwrap()).into()
    }

    fn close(turns: &mut Turns, code: &str, now: Instant) {
        turns.closed(code.parse().unwrap(), now);
    }

    #[test]
    fn those_that_close_one_after_the_other_go_together() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut turns = Turns::default();
        assert_eq!((turns.due(), turns.take(start)), (None, vec![]));
        close(&mut turns, "D2", start);
        close(&mut turns, "D1", start + second);
        close(&mut turns, "D2", start + second);
        assert_eq!((turns.due(), turns.take(start + second)), (Some(start + GATHER), vec![]));
        assert_eq!(turns.take(start + GATHER), codes(["D1", "D2"]));
        assert_eq!((turns.due(), turns.take(start + GATHER)), (None, vec![]));
    }

    #[test]
    fn an_echo_is_followed_once() {
        let mut turns = Turns::default();
        assert!(!turns.is_echo(&codes(["D1"])));
        turns.heard(codes(["D2", "D3"]));
        assert!(turns.is_echo(&codes(["D3"])) && !turns.is_echo(&codes(["D1", "D3"])));
        turns.heard([]);
        assert!(!turns.is_echo(&codes(["D3"])));
    }

    #[test]
    fn an_outage_is_told_once_and_nobody_is_forgotten() {
        let (start, minute) = (Instant::now(), Duration::from_mins(1));
        let mut turns = Turns::default();
        assert!(turns.failed(codes(["D1"]), start + minute));
        assert_eq!(turns.take(start + GATHER), []);
        assert_eq!(turns.take(start + minute), codes(["D1"]));
        assert!(!turns.failed(codes(["D1"]), start + 2 * minute));
        // Another one is closed: tried again at once, for both.
        close(&mut turns, "D2", start + minute);
        assert_eq!(turns.take(start + minute + GATHER), codes(["D1", "D2"]));
        turns.made();
        assert_eq!(turns.due(), None);
        assert!(turns.failed(codes(["D3"]), start));
    }
}
