//! Why a dossier's present state is not stored, or not all of it: what happened and what to do, in the reader's language.

use fluent_bundle::FluentValue;
use serde::{Deserialize, Serialize};

use crate::Code;
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
    /// Where its folder was is something else: a file, or a link.
    NoFolder,
    /// The marker that makes its folder a dossier is not there.
    NoMarker {
        /// The marker.
        file: String,
    },
    /// Its marker does not say its code.
    NoCode {
        /// The marker.
        file: String,
        /// The key that it should have.
        key: String,
    },
    /// What its marker says cannot be a code.
    BadCode {
        /// What it says.
        code: String,
    },
    /// Its folder has another code now.
    Recoded {
        /// That one.
        code: Code,
    },
    /// Several folders have its code.
    TwoFolders {
        /// Those folders.
        paths: String,
    },
    /// It lies in another dossier now.
    Within {
        /// The folder of that one.
        outer: String,
    },
    /// Its folder is there, and no rule takes it.
    Unclaimed,
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
    /// The run failed as a whole: the report says why at its head.
    NoSnapshot,
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
            Self::NoFolder => "no folder",
            Self::NoMarker { .. } => "no marker",
            Self::NoCode { .. } => "no code",
            Self::BadCode { .. } => "bad code",
            Self::Recoded { .. } => "recoded",
            Self::TwoFolders { .. } => "two folders",
            Self::Within { .. } => "within",
            Self::Unclaimed => "unclaimed",
            Self::RootMissing { .. } => "root missing",
            Self::Empty => "empty",
            Self::Hook { .. } => "hook",
            Self::Interrupted => "interrupted",
            Self::NoSnapshot => "no snapshot",
        }
    }

    /// Whether the dossier was not found, or found empty; otherwise it was found and not taken.
    pub fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::Missing | Self::NoFolder | Self::NoMarker { .. } | Self::Recoded { .. } | Self::RootMissing { .. } | Self::Empty
        )
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
            Self::NoFolder => ("cause-no-folder", vec![]),
            Self::NoMarker { file } => ("cause-no-marker", vec![("file", file.into())]),
            Self::NoCode { file, key } => ("cause-no-code", vec![("file", file.into()), ("key", key.into())]),
            Self::BadCode { code } => ("cause-bad-code", vec![("code", code.into())]),
            Self::Recoded { code } => ("cause-recoded", vec![("code", code.as_str().into())]),
            Self::TwoFolders { paths } => ("cause-two-folders", vec![("paths", paths.into())]),
            Self::Within { outer } => ("cause-within", vec![("outer", outer.into())]),
            Self::Unclaimed => ("cause-unclaimed", vec![]),
            Self::RootMissing { root } => ("cause-root-missing", vec![("root", root.into())]),
            Self::Empty => ("cause-empty", vec![]),
            Self::Hook { hook, error } => ("cause-hook", vec![("hook", hook.into()), ("error", error.into())]),
            Self::Interrupted => ("cause-interrupted", vec![]),
            Self::NoSnapshot => ("cause-no-snapshot", vec![]),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
            Cause::NoFolder,
            Cause::NoMarker { file: text() },
            Cause::NoCode { file: text(), key: text() },
            Cause::BadCode { code: text() },
            Cause::Recoded { code: "F".parse().unwrap() },
            Cause::TwoFolders { paths: text() },
            Cause::Within { outer: text() },
            Cause::Unclaimed,
            Cause::RootMissing { root: text() },
            Cause::Empty,
            Cause::Hook { hook: text(), error: text() },
            Cause::Interrupted,
            Cause::NoSnapshot,
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
