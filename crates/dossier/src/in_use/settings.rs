//! What counts as a sign of use, from the section `[in-use]`.

use serde::{Deserialize, Serialize};

use super::NamePattern;

/// Names of files that are there only while somebody works, each with where it is described.
const LOCK_FILES: [&str; 6] = [
    // Microsoft Office, the file of the owner beside a document: https://support.microsoft.com/office/ ("Description of how Word
    // creates temporary files", owner file).
    "~$*",
    // LibreOffice and OpenOffice, svl/source/misc/documentlockfile.cxx.
    ".~lock.*#",
    // Microsoft Access since 2007, and before ("Introduction to .ldb files", Microsoft Jet).
    "*.laccdb",
    "*.ldb",
    // Borland Database Engine and Paradox (PDOXUSRS.LCK, PARADOX.LCK), HSQLDB and Derby (db.lck), and most accounting programs that
    // keep a file of their own.
    "*.lck",
    "*.lock",
];

/// Names that look like those above and say nothing about use: tables of `LevelDB`, and the lists of versions that package managers keep.
/// The journal of `SQLite` (`*-journal`) and its `-wal` and `-shm` are no signs either: they stay behind after a power cut and in some
/// modes for ever, and belong to the database. Who has one open is found by its open files and locks.
const NOT_LOCK_FILES: [&str; 8] = [
    "[0-9][0-9][0-9][0-9][0-9][0-9].ldb",
    "Cargo.lock",
    "composer.lock",
    "Gemfile.lock",
    "Pipfile.lock",
    "poetry.lock",
    "yarn.lock",
    "flake.lock",
];

/// Files whose locks are worth a probe where other machines may hold them: `SQLite`, dBase, `FoxPro`, Access, Firebird, Paradox.
const DATABASES: [&str; 14] =
    ["*.db", "*.db3", "*.sqlite", "*.sqlite3", "*.s3db", "*.dbf", "*.dbc", "*.cdx", "*.fpt", "*.mdb", "*.accdb", "*.fdb", "*.gdb", "*.fic"];

/// What counts as a sign that somebody works in a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Names of files that are there only while somebody works; `*` and `?` stand for anything and any character.
    pub lock_files: Vec<NamePattern>,
    /// Whether a file that a program has open for writing counts.
    pub open_files: bool,
    /// Whether locks on files count.
    pub file_locks: bool,
    /// Where files are asked for locks that this machine's own table does not show.
    pub probe: Probe,
    /// Names of the files that are asked.
    pub databases: Vec<NamePattern>,
    /// Names of files and folders that are no sign of use, whatever happens to them.
    pub ignore: Vec<NamePattern>,
    /// Names of programs that may have files open and locked.
    pub ignore_programs: Vec<String>,
}

/// Where files are asked for locks that this machine's own table does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe {
    /// On network file systems, where other machines may hold them.
    #[default]
    Network,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

impl Default for Settings {
    fn default() -> Self {
        let patterns = |names: &[&str]| names.iter().filter_map(|name| name.parse().ok()).collect();
        Self {
            lock_files: patterns(&LOCK_FILES),
            open_files: true,
            file_locks: true,
            probe: Probe::default(),
            databases: patterns(&DATABASES),
            ignore: patterns(&NOT_LOCK_FILES),
            ignore_programs: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether a program is one of those that may.
    pub(super) fn ignores_program(&self, program: &str) -> bool {
        // The system keeps 15 bytes of a program's name.
        self.ignore_programs.iter().any(|name| name == program || name.len() > 15 && name.as_bytes().get(..15) == Some(program.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_all_understood() {
        let settings = Settings::default();
        assert_eq!(settings.lock_files.len(), LOCK_FILES.len());
        assert_eq!(settings.databases.len(), DATABASES.len());
        assert_eq!(settings.ignore.len(), NOT_LOCK_FILES.len());
    }

    #[test]
    fn a_long_name_of_a_program_counts_as_the_system_keeps_it() {
        let settings = Settings { ignore_programs: vec!["a-very-long-program".into(), "short".into()], ..Settings::default() };
        for (program, ignored) in [("a-very-long-pro", true), ("short", true), ("a-very-long", false), ("shor", false)] {
            assert_eq!(settings.ignores_program(program), ignored, "{program}");
        }
    }
}
