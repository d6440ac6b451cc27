//! What a report comes to: which dossiers are in error, how many are saved, and the one sentence that says it.

use std::fmt::Write as _;

use super::local::Local;
use super::{Alarm, DossierReport, Outcome, Report, plain};

/// Most dossiers that the last sentence names.
const MOST_NAMED: usize = 5;

/// Dossiers, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Those that the run was asked for.
    pub asked: u64,
    /// Those whose present state is stored, whole.
    pub saved: u64,
    /// The others that it was asked for.
    pub in_error: u64,
    /// Those that the run was not asked for.
    pub not_asked: u64,
    /// Alarms, of all dossiers.
    pub alarms: u64,
}

impl DossierReport {
    /// Whether the run was asked for it and its present state is not stored, or not all of it.
    pub fn is_in_error(&self) -> bool {
        match self.outcome {
            Outcome::InUse | Outcome::Failed | Outcome::Missing => true,
            Outcome::Stored | Outcome::Unchanged => !self.causes.is_empty(),
            Outcome::NotAsked => false,
        }
    }

    /// Its outcome in a word or two.
    pub fn outcome_text(&self, local: &Local<'_>) -> String {
        match self.outcome {
            Outcome::Stored | Outcome::Unchanged if self.is_in_error() => local.texts().get("outcome-incomplete", &[]),
            outcome => outcome.text(local.texts()),
        }
    }

    /// Its name and why it is in error, in a few words.
    fn short(&self, local: &Local<'_>) -> String {
        let why = self.causes.first().map_or_else(|| self.outcome_text(local), |cause| cause.short(local.texts()));
        format!("{} {}", self.code, why)
    }

    /// Which state the snapshot has, if that is not the present one.
    pub(super) fn kept(&self, local: &Local<'_>) -> Option<String> {
        if matches!(self.outcome, Outcome::Stored | Outcome::Unchanged) {
            return None;
        }
        Some(match self.since {
            Some(since) => local.texts().get("report-kept", &[("since", local.short(since).into())]),
            None => local.texts().get("report-never", &[]),
        })
    }

    /// Which parts were left out on purpose, and which were not due.
    pub(super) fn left_out_text(&self, local: &Local<'_>) -> Option<String> {
        let said = [("report-left-out", &self.left_out), ("report-as-before", &self.as_before)];
        let said = said.into_iter().filter(|(_, parts)| !parts.is_empty());
        let said: Vec<String> = said.map(|(text, parts)| local.texts().get(text, &[("parts", parts.join(", ").into())])).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }
}

impl Report {
    /// The layout that this program writes.
    pub const SCHEMA: u32 = 1;

    /// The manner of a language where the run was made.
    pub fn local<'a>(&self, texts: &'a crate::lang::Texts) -> Local<'a> {
        Local::new(texts, self.utc_offset)
    }

    /// Dossiers, counted.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for dossier in &self.dossiers {
            counts.alarms += dossier.alarms.len() as u64;
            match dossier.outcome {
                Outcome::NotAsked => counts.not_asked += 1,
                _ if dossier.is_in_error() => counts.in_error += 1,
                _ => counts.saved += 1,
            }
        }
        counts.asked = counts.saved + counts.in_error;
        counts
    }

    /// Whether a person has to look: the run failed, a dossier is in error, or there is an alarm.
    pub fn is_error(&self) -> bool {
        self.failure.is_some()
            || self.problems > 0
            || self.dossiers.iter().any(|dossier| dossier.is_in_error() || !dossier.alarms.is_empty())
    }

    /// Dossiers in error, by code.
    pub fn in_error(&self) -> impl Iterator<Item = &DossierReport> {
        self.dossiers.iter().filter(|dossier| dossier.is_in_error())
    }

    /// Alarms and whose they are, by code.
    pub fn alarms(&self) -> impl Iterator<Item = (&DossierReport, &Alarm)> {
        self.dossiers.iter().flat_map(|dossier| dossier.alarms.iter().map(move |alarm| (dossier, alarm)))
    }

    /// Codes of the dossiers in error, one a line, for those who take them up again; nothing when there are none.
    pub fn errors_file(&self) -> Option<String> {
        let lines = self.in_error().fold(String::new(), |mut lines, dossier| {
            _ = writeln!(lines, "{}", dossier.code);
            lines
        });
        (!lines.is_empty()).then_some(lines)
    }

    /// The last sentence: how many dossiers are saved, and which are not and why.
    pub fn summary(&self, local: &Local<'_>) -> String {
        let counts = self.counts();
        if let Some(failure) = self.failure.as_ref().filter(|_| self.dossiers.is_empty()) {
            return plain(&local.texts().get("summary-failed", &[("failure", sentence(failure).into())]));
        }
        let mut said = self.verdict(local);
        if counts.in_error > 0 {
            let mut list: Vec<String> = self.in_error().take(MOST_NAMED).map(|dossier| dossier.short(local)).collect();
            let more = counts.in_error - list.len() as u64;
            if more > 0 {
                list.push(local.texts().get("summary-more", &[("number", local.number(more).into())]));
            }
            said = local.texts().get("summary-list", &[("said", said.into()), ("list", list.join(", ").into())]);
        }
        if let Some(failure) = &self.failure {
            let failed = local.texts().get("report-failure", &[("failure", failure.into())]);
            said = format!("{failed} {}", sentence(&said));
        }
        plain(&sentence(&said))
    }

    /// The same in few words: for a subject, or a line of a list.
    pub fn verdict(&self, local: &Local<'_>) -> String {
        let counts = self.counts();
        if self.failure.is_some() && self.dossiers.is_empty() {
            return local.texts().get("summary-nothing", &[]);
        }
        let mut said = local.texts().get(
            "summary",
            &[
                ("number", counts.asked.into()),
                ("saved", local.number(counts.saved).into()),
                ("total", local.number(counts.asked).into()),
                ("errors", local.number(counts.in_error).into()),
            ],
        );
        for (text, number) in [("summary-problems", self.problems), ("summary-alarms", counts.alarms)] {
            if number > 0 {
                let first = local.texts().get(text, &[("number", number.into()), ("count", local.number(number).into())]);
                said = local.texts().get("summary-also", &[("first", first.into()), ("said", said.into())]);
            }
        }
        said
    }
}

/// With its full stop.
fn sentence(said: &str) -> String {
    if said.ends_with(['.', '!', '?']) { said.to_owned() } else { format!("{said}.") }
}
