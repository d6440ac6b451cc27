//! How a report begins, and all there is to one of a run that could not begin.

use jiff::Timestamp;

use super::{Outcome, Report};

/// What is known of a run before anything comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Name of the machine.
    pub host: String,
    /// Where the repository is, or should be.
    pub repository: String,
    /// Why the run is made, if a reason was given.
    pub reason: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// Seconds east of UTC there.
    pub utc_offset: i32,
}

impl Report {
    /// The report of a run that has just begun.
    pub fn begin(attempt: Attempt) -> Self {
        Self {
            schema: Self::SCHEMA,
            host: attempt.host,
            repository: attempt.repository,
            reason: attempt.reason,
            began: attempt.began,
            utc_offset: attempt.utc_offset,
            duration_ms: 0,
            snapshot: None,
            failure: None,
            problems: 0,
            remarks: Vec::new(),
            dossiers: Vec::new(),
            passed_over: Vec::new(),
            passed_over_more: 0,
            rolled_back: false,
            stored: 0,
            free: None,
        }
    }

    /// The report of a run that could not begin, for a cause told in the reader's language. It knows of no dossiers.
    pub fn failed(attempt: Attempt, failure: String) -> Self {
        let took = Timestamp::now().duration_since(attempt.began).as_millis();
        Self { failure: Some(failure), duration_ms: u64::try_from(took).unwrap_or_default(), ..Self::begin(attempt) }
    }

    /// Whether the run made a snapshot and was asked for all dossiers: what a schedule counts as a run. One that failed, or took only
    /// some, leaves the next one due.
    pub fn is_of_all(&self) -> bool {
        self.snapshot.is_some() && self.dossiers.iter().all(|dossier| dossier.outcome != Outcome::NotAsked)
    }
}
