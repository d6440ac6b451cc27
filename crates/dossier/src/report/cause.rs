//! Why a dossier's present state is not stored, or not all of it: what happened and what to do, in the reader's language.

use fluent_bundle::FluentValue;
use serde::{Deserialize, Serialize};

use crate::lang::Texts;

/// Why a dossier's present state is not stored, or not all of it. Files are named below the dossier's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub enum Cause {
    /// A file says that somebody works in it.
    LockFile {
        /// The lock file.
        file: String,
        /// Who, as far as the lock file tells: a user or a station.
        by: Option<String>,
    },
    /// A program has a file open.
    Open {
        /// The file.
        file: String,
        /// Name of the program.
        program: String,
        /// Its process.
        process: u32,
    },
    /// Somebody holds a lock on a file.
    Locked {
        /// The file.
        file: String,
        /// The process that holds it, if it is on this machine.
        process: Option<u32>,
    },
    /// It changed each time it was read.
    Changing {
        /// A file that did.
        file: String,
    },
    /// Something could not be read.
    Unreadable {
        /// What.
        file: String,
        /// What the system says.
        error: String,
    },
    /// Its folder is not there.
    Missing,
    /// The folder that it should lie in is not there: a disk that is not plugged in, a server that does not answer.
    RootMissing {
        /// That folder.
        root: String,
    },
    /// It had files, and has none.
    Empty,
    /// A hook failed, and its policy is to leave the dossier out.
    Hook {
        /// The hook's name.
        hook: String,
        /// What it said, or how it ended.
        error: String,
    },
    /// The run was cut short before it came to this dossier.
    Interrupted,
}

impl Cause {
    /// A word for it that never changes: what the snapshot says.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LockFile { .. } => "lock file",
            Self::Open { .. } => "open",
            Self::Locked { .. } => "locked",
            Self::Changing { .. } => "changing",
            Self::Unreadable { .. } => "unreadable",
            Self::Missing => "missing",
            Self::RootMissing { .. } => "root missing",
            Self::Empty => "empty",
            Self::Hook { .. } => "hook",
            Self::Interrupted => "interrupted",
        }
    }

    /// What happened, one sentence.
    pub fn text(&self, texts: &Texts) -> String {
        let (name, values) = self.message();
        texts.get(name, &values)
    }

    /// What to do, one sentence.
    pub fn remedy(&self, texts: &Texts) -> String {
        let (name, values) = self.message();
        texts.get(&format!("{name}-remedy"), &values)
    }

    /// What happened in a few words, for a list of dossiers in one line.
    pub fn short(&self, texts: &Texts) -> String {
        let (name, values) = self.message();
        texts.get(&format!("short-{name}"), &values)
    }

    fn message(&self) -> (&'static str, Vec<(&'static str, FluentValue<'_>)>) {
        match self {
            Self::LockFile { file, by: Some(by) } => ("cause-lock-file-by", vec![("file", file.into()), ("by", by.into())]),
            Self::LockFile { file, by: None } => ("cause-lock-file", vec![("file", file.into())]),
            Self::Open { file, program, process } => {
                ("cause-open", vec![("file", file.into()), ("program", program.into()), ("process", process.to_string().into())])
            }
            Self::Locked { file, process: Some(process) } => {
                ("cause-locked-by", vec![("file", file.into()), ("process", process.to_string().into())])
            }
            Self::Locked { file, process: None } => ("cause-locked", vec![("file", file.into())]),
            Self::Changing { file } => ("cause-changing", vec![("file", file.into())]),
            Self::Unreadable { file, error } => ("cause-unreadable", vec![("file", file.into()), ("error", error.into())]),
            Self::Missing => ("cause-missing", vec![]),
            Self::RootMissing { root } => ("cause-root-missing", vec![("root", root.into())]),
            Self::Empty => ("cause-empty", vec![]),
            Self::Hook { hook, error } => ("cause-hook", vec![("hook", hook.into()), ("error", error.into())]),
            Self::Interrupted => ("cause-interrupted", vec![]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    #[test]
    fn every_cause_is_said_in_every_language() {
        let text = || "F".to_owned();
        let causes = [
            Cause::LockFile { file: text(), by: None },
            Cause::LockFile { file: text(), by: Some(text()) },
            Cause::Open { file: text(), program: text(), process: 7 },
            Cause::Locked { file: text(), process: None },
            Cause::Locked { file: text(), process: Some(7) },
            Cause::Changing { file: text() },
            Cause::Unreadable { file: text(), error: text() },
            Cause::Missing,
            Cause::RootMissing { root: text() },
            Cause::Empty,
            Cause::Hook { hook: text(), error: text() },
            Cause::Interrupted,
        ];
        for lang in Lang::ALL {
            let texts = Texts::new(lang);
            for cause in &causes {
                for said in [cause.text(&texts), cause.remedy(&texts), cause.short(&texts)] {
                    assert!(
                        !said.starts_with("cause-") && !said.starts_with("short-") && !said.contains('{'),
                        "{lang:?} {cause:?}: {said}"
                    );
                }
            }
        }
    }
}
