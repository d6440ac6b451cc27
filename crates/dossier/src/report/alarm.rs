//! What a person should look at although a run went well: what happened and what to do, in the reader's language.

use fluent_bundle::FluentValue;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::local::Local;
use super::{DossierReport, Outcome, Report, plain};

/// Something about a dossier that a person should look at, although its present state was stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "alarm", rename_all = "kebab-case")]
pub enum Alarm {
    /// A dossier that was there before is not there.
    Missing,
    /// A dossier that had files has none.
    Empty {
        /// Files that it had.
        files_before: u64,
    },
    /// Most of its files, or of its bytes, went at once.
    Vanished {
        /// Files that went.
        files: u64,
        /// Files that it had.
        files_before: u64,
        /// Bytes that went, those by which files became shorter among them.
        bytes: u64,
        /// Bytes that it had.
        bytes_before: u64,
    },
    /// Most of its bytes changed at once.
    MostChanged {
        /// Share of its bytes that are new, in percent.
        percent: u32,
    },
    /// Most of what changed looks like noise, as encrypted files do, and did not before.
    Noise {
        /// Files that do.
        files: u64,
        /// One of them, below the dossier's folder.
        example: String,
    },
    /// A journal, which only grows, became shorter.
    Shrunk {
        /// The journal, below the dossier's folder.
        file: String,
        /// Bytes that it had.
        before: u64,
        /// Bytes that it has.
        now: u64,
    },
    /// A signed archive, which never changes, changed or went.
    ArchiveChanged {
        /// The archive, below the dossier's folder.
        file: String,
    },
}

impl Alarm {
    /// What happened, one sentence.
    pub fn text(&self, local: &Local<'_>) -> String {
        let (name, values) = self.message(local);
        local.texts().get(name, &values)
    }

    /// What to do, one sentence.
    pub fn remedy(&self, local: &Local<'_>) -> String {
        let (name, values) = self.message(local);
        local.texts().get(&format!("{name}-remedy"), &values)
    }

    fn message(&self, local: &Local<'_>) -> (&'static str, Vec<(&'static str, FluentValue<'_>)>) {
        match self {
            Self::Missing => ("alarm-missing", vec![]),
            Self::Empty { files_before } => ("alarm-empty", vec![("files", local.number(*files_before).into())]),
            Self::Vanished { files, files_before, bytes, bytes_before } => (
                "alarm-vanished",
                vec![
                    ("files", local.number(*files).into()),
                    ("before", local.number(*files_before).into()),
                    ("bytes", local.size(*bytes).into()),
                    ("whole", local.size(*bytes_before).into()),
                ],
            ),
            Self::MostChanged { percent } => ("alarm-most-changed", vec![("percent", percent.to_string().into())]),
            Self::Noise { files, example } => {
                ("alarm-noise", vec![("number", (*files).into()), ("files", local.number(*files).into()), ("example", example.into())])
            }
            Self::Shrunk { file, before, now } => {
                ("alarm-shrunk", vec![("file", file.into()), ("before", local.size(*before).into()), ("now", local.size(*now).into())])
            }
            Self::ArchiveChanged { file } => ("alarm-archive-changed", vec![("file", file.into())]),
        }
    }
}

impl Report {
    /// How to get the state back that a dossier had before this run stored what raised the alarm.
    pub(super) fn way_back(&self, dossier: &DossierReport, local: &Local<'_>) -> Option<String> {
        if !matches!(dossier.outcome, Outcome::Stored | Outcome::Unchanged) {
            return None;
        }
        let before = local.typed(self.began.checked_sub(SignedDuration::from_secs(1)).ok()?);
        let code = dossier.code.as_str();
        let is_word = code.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let code = if is_word { code.to_owned() } else { format!("'{}'", code.replace('\'', "'\\''")) };
        Some(plain(&local.texts().get("alarm-way-back", &[("code", code.into()), ("date", before.into())])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Lang, Texts};

    #[test]
    fn every_alarm_is_said_in_every_language() {
        let file = || "F".to_owned();
        let alarms = [
            Alarm::Missing,
            Alarm::Empty { files_before: 1 },
            Alarm::Vanished { files: 1, files_before: 2, bytes: 3, bytes_before: 4 },
            Alarm::MostChanged { percent: 93 },
            Alarm::Noise { files: 7, example: file() },
            Alarm::Shrunk { file: file(), before: 10, now: 5 },
            Alarm::ArchiveChanged { file: file() },
        ];
        for lang in Lang::ALL {
            let texts = Texts::new(lang);
            let local = Local::new(&texts, 0);
            for said in alarms.iter().flat_map(|alarm| [alarm.text(&local), alarm.remedy(&local)]) {
                assert!(!said.starts_with("alarm-") && !said.contains('{'), "{lang:?}: {said}");
            }
        }
    }
}
