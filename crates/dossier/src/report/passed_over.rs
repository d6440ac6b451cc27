//! Folders that the settings leave out: told by name, because nobody looks for what is never mentioned. Being told here is no error.

use serde::{Deserialize, Serialize};

use super::local::Local;
use super::{Report, plain};

/// Most of them that a report has.
const MOST: usize = 100;
/// Most of them that people read.
const MOST_TOLD: usize = 20;

/// A folder that a rule passes over on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    /// The folder.
    pub path: String,
    /// The rule; `None` where no rule wants it any more.
    pub rule: Option<String>,
    /// The file in it that says so; `None` for its name, or that of a folder above it.
    pub marker: Option<String>,
    /// Whether the last run that knew it saved it.
    pub was_saved: bool,
}

impl PassedOver {
    /// Which and why, one line.
    fn text(&self, local: &Local<'_>) -> String {
        let said = |name, values: &[_]| local.texts().get(name, values);
        let path = ("path", self.path.as_str().into());
        let mut text = match (&self.rule, &self.marker) {
            (None, _) => said("report-passed-unwanted", &[path]),
            (Some(rule), Some(marker)) => {
                said("report-passed-marker", &[path, ("rule", rule.as_str().into()), ("marker", marker.as_str().into())])
            }
            (Some(rule), None) => said("report-passed-name", &[path, ("rule", rule.as_str().into())]),
        };
        if self.was_saved {
            text = format!("{text} {}", said("report-passed-saved", &[]));
        }
        plain(&text)
    }
}

impl Report {
    /// Notes what was passed over: first what was saved before, as many as a report has.
    pub(crate) fn pass_over(&mut self, mut all: Vec<PassedOver>) {
        all.sort_by(|a, b| b.was_saved.cmp(&a.was_saved).then_with(|| a.path.cmp(&b.path)));
        self.passed_over_more = all.len().saturating_sub(MOST) as u64;
        all.truncate(MOST);
        self.passed_over = all;
    }

    /// What people read of it: lines. `all`, or only what was saved before.
    pub(super) fn passed_over_text(&self, local: &Local<'_>, all: bool) -> Vec<String> {
        let told = || self.passed_over.iter().filter(|passed| all || passed.was_saved);
        let mut lines: Vec<String> = told().take(MOST_TOLD).map(|passed| passed.text(local)).collect();
        let more = told().count().saturating_sub(MOST_TOLD) as u64 + if all { self.passed_over_more } else { 0 };
        if more > 0 {
            lines.push(local.texts().get("summary-more", &[("number", local.number(more).into())]));
        }
        lines
    }
}
