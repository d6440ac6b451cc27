//! What both the text and the page say, in the reader's language.

use super::{Depth, Dossier, Status, Verified};
use crate::Rollback;
use crate::lang::Texts;
use crate::report::local::Local;
use crate::report::{Outcome, plain};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The word of a record for why a dossier's state is not stored, as people say it. A word of a later version stands for itself.
pub(super) fn why(word: &str, texts: &Texts) -> String {
    let name = format!("status-why-{}", word.replace(' ', "-"));
    let said = texts.get(&name, &[]);
    if said == name { word.to_owned() } else { said }
}

impl Status {
    pub(super) fn local<'a>(&self, texts: &'a Texts) -> Local<'a> {
        Local::new(texts, self.utc_offset)
    }

    /// The title: where, and when by the clock there.
    pub(super) fn title(&self, local: &Local<'_>) -> String {
        let date = format!("{} ({})", local.long(self.time), local.offset());
        plain(&local.texts().get("status-title", &[("host", self.host.as_str().into()), ("date", date.into())]))
    }

    /// Names and values, in the reader's language.
    pub(super) fn facts(&self, local: &Local<'_>) -> Vec<(String, String)> {
        let texts = local.texts();
        let never = || texts.get("status-never", &[]);
        let mut facts = vec![("report-repository", self.repository.clone())];
        facts.push(("status-last-run", self.last_run.as_ref().map_or_else(never, |run| local.short(run.began))));
        let not_scheduled = || (!self.scheduled).then(|| texts.get("status-not-scheduled", &[]));
        facts.extend(self.next_run.map(|next| local.short(next)).or_else(not_scheduled).map(|said| ("status-next-run", said)));
        facts.push(("status-last-check", self.check_text(local).unwrap_or_else(never)));
        facts.extend(self.verified_text(texts).map(|said| ("status-verified", said)));
        facts.extend(self.room_text(local).map(|said| ("status-room", said)));
        facts.push(("status-copies", texts.get("status-copies-here", &[("number", self.copies.len().into())])));
        facts.into_iter().map(|(name, value)| (texts.get(name, &[]), plain(&value))).collect()
    }

    fn check_text(&self, local: &Local<'_>) -> Option<String> {
        let checked = self.last_check.as_ref()?;
        let name = match checked.depth {
            Depth::Structure => "status-check-structure",
            Depth::Drill => "status-check-drill",
            Depth::References => "status-check-references",
            Depth::Share => "status-check-share",
            Depth::Data => "status-check-data",
        };
        Some(local.texts().get(name, &[("date", local.short(checked.time).into())]))
    }

    /// Nothing while damage is known: what was whole when it was read need not be what is asked for.
    fn verified_text(&self, texts: &Texts) -> Option<String> {
        if self.unsound {
            return None;
        }
        let Verified { bytes, total_bytes } = self.verified;
        let percent = (u128::from(bytes) * 100).checked_div(u128::from(total_bytes))?;
        Some(texts.get("status-verified-share", &[("percent", percent.to_string().into())]))
    }

    fn room_text(&self, local: &Local<'_>) -> Option<String> {
        let room = self.room.as_ref()?;
        let free = local.size(room.free);
        let Some(pace) = room.per_day else { return Some(free) };
        let pace = local.size(pace);
        Some(match room.ends {
            Some(ends) => {
                let ends = local.short(ends).split(' ').next().unwrap_or_default().to_owned();
                local.texts().get("status-room-ends", &[("free", free.into()), ("pace", pace.into()), ("date", ends.into())])
            }
            None => local.texts().get("status-room-lasts", &[("free", free.into()), ("pace", pace.into())]),
        })
    }

    /// What somebody has to look at beside dossiers: sentences.
    pub(super) fn warnings(&self, local: &Local<'_>) -> Vec<String> {
        let texts = local.texts();
        let failure = self.last_run.as_ref().and_then(|run| run.failure.as_ref());
        let mut said: Vec<String> =
            failure.iter().map(|failure| texts.get("report-failure", &[("failure", failure.as_str().into())])).collect();
        let names = [
            (self.unsound, "status-unsound"),
            (!self.damaged.is_empty(), "status-damaged"),
            (self.check_overdue, "status-check-overdue"),
            (self.room_low, "status-room-low"),
        ];
        said.extend(names.into_iter().filter(|(is, _)| *is).map(|(_, name)| texts.get(name, &[("number", self.damaged.len().into())])));
        said.extend(self.rollback.iter().map(|rollback| format!("{} {}", rollback.text(local), Rollback::remedy(texts))));
        said.extend(self.problems.iter().cloned());
        said.iter().map(|said| plain(said)).collect()
    }

    /// What it comes to, one sentence.
    pub fn verdict(&self, texts: &Texts) -> String {
        let local = self.local(texts);
        let said = |name: &str, number: u64| {
            (number > 0).then(|| texts.get(name, &[("number", number.into()), ("count", local.number(number).into())]))
        };
        let counts = &self.counts;
        let all = said("status-dossiers", counts.dossiers).unwrap_or_else(|| texts.get("status-no-dossiers", &[]));
        if let (true, Some(never)) = (counts.is_well(), said("status-never-saved", self.never_saved())) {
            return texts.get("status-good-so-far", &[("dossiers", all.into()), ("never", never.into())]);
        }
        if counts.is_well() {
            return texts.get("status-good", &[("dossiers", all.into())]);
        }
        let bad = [
            said("status-overdue-count", counts.overdue),
            said("status-error-count", counts.in_error),
            said("summary-alarms", counts.alarms),
            said("status-problem-count", counts.problems),
        ];
        let bad: Vec<String> = bad.into_iter().flatten().collect();
        texts.get("status-bad", &[("dossiers", all.into()), ("list", bad.join(", ").into())])
    }
}

impl Dossier {
    /// When its state was last stored, and how long ago.
    pub(super) fn good_text(&self, local: &Local<'_>) -> (String, String) {
        match (self.last_good, self.age_seconds) {
            (Some(good), Some(age)) => (local.short(good), age_text(age, local.texts())),
            _ => (local.texts().get("status-never", &[]), String::new()),
        }
    }

    pub(super) fn outcome_text(&self, texts: &Texts) -> String {
        match self.outcome {
            None => texts.get("status-not-run", &[]),
            Some(Outcome::Stored | Outcome::Unchanged) if self.in_error => texts.get("outcome-incomplete", &[]),
            Some(outcome) => outcome.text(texts),
        }
    }

    /// What is to be said of it: sentences.
    pub(super) fn said(&self, local: &Local<'_>) -> Vec<String> {
        let mut said = Vec::new();
        if self.overdue {
            said.push(local.texts().get("status-overdue", &[]));
        }
        said.extend(self.alarms.iter().map(|alarm| plain(&alarm.text(local))));
        let why = plain(&self.why);
        if !why.is_empty() && !said.contains(&why) {
            said.push(why);
        }
        said
    }
}

/// A length of time in its largest unit, for people.
fn age_text(seconds: u64, texts: &Texts) -> String {
    let (name, number) = match seconds {
        0..HOUR => ("status-age-minutes", seconds / MINUTE),
        HOUR..DAY => ("status-age-hours", seconds / HOUR),
        _ => ("status-age-days", seconds / DAY),
    };
    texts.get(name, &[("number", number.into())])
}
