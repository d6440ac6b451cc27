//! What a person should look at although it was stored: dossiers that were emptied, changes of most of the bytes at once, noise where there
//! were books, files that went by the dozen, journals that shrink, archives that change. An alarm never keeps anything from being stored, nor the older state from staying.

use std::collections::BTreeSet;

use liasse_archive::{FileSeen, Found, PatternError, Patterns};
use serde::{Deserialize, Serialize};

use super::noise::{Learnt, Noise};
use crate::report::Alarm;

/// Dossiers below so many bytes change by most of their bytes every day.
const LEAST_BYTES: u64 = 1 << 20;
/// Fewer files, or fewer bytes, that went alarm nobody.
const LEAST_GONE: u64 = 5;
const LEAST_BYTES_GONE: u64 = 64 << 10;
/// Most files that one alarm each names in a dossier.
const MOST_NAMED: usize = 10;

/// When to raise the alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Share of a dossier's bytes, in percent, that may change at once; 0 for any.
    pub changed: u32,
    /// Share of its files, and of its bytes, in percent, that may vanish at once; 0 for any.
    pub vanished: u32,
    /// Share of its files, in percent, that may turn to noise at once; 0 for any.
    pub noise: u32,
    /// Which files only grow: patterns as in `.gitignore`, from the dossier's folder.
    pub journals: Vec<String>,
    /// Which files never change once they are there.
    pub archives: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        // CAdES and PAdES signatures have these endings (ETSI EN 319 122-1, RFC 5652).
        Self { changed: 60, vanished: 60, noise: 20, journals: texts(&["*.log", "*.jnl"]), archives: texts(&["*.p7m", "*.p7s", "*.sig"]) }
    }
}

/// The patterns of the settings, compiled.
pub(super) struct Rules {
    changed: u32,
    vanished: u32,
    noise: u32,
    journals: Patterns,
    archives: Patterns,
}

impl Rules {
    /// Nothing is watched.
    pub(super) fn none() -> Self {
        Self { changed: 0, vanished: 0, noise: 0, journals: Patterns::default(), archives: Patterns::default() }
    }

    pub(super) fn new(settings: &Settings) -> Result<Self, PatternError> {
        let patterns = |list: &[String]| Patterns::new(list.iter().map(String::as_str));
        Ok(Self {
            changed: settings.changed,
            vanished: settings.vanished,
            noise: settings.noise,
            journals: patterns(&settings.journals)?,
            archives: patterns(&settings.archives)?,
        })
    }
}

/// What was seen in one dossier, file by file.
#[derive(Default)]
pub(super) struct Watched {
    noise: Noise,
    /// Bytes that changed in files that were there, and bytes of files that are new.
    changed_bytes: u64,
    new_bytes: u64,
    gone: Gone,
    named: BTreeSet<String>,
    alarms: Vec<Alarm>,
}

/// How much a dossier held when it was last stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// What a dossier had in the last run and has no more.
#[derive(Default)]
struct Gone {
    /// Files that are not where they were, and their bytes.
    files: u64,
    bytes: u64,
    /// Files that are new, and their bytes.
    new_files: u64,
    new_bytes: u64,
    /// Those of them of which nothing had to be stored: they were moved here.
    moved_files: u64,
    moved_bytes: u64,
    /// Bytes by which files became shorter, and longer.
    shrunk: u64,
    grown: u64,
}

impl Gone {
    fn file(&mut self, file: &FileSeen<'_>) {
        let Some(before) = file.before else {
            (self.new_files, self.new_bytes) = (self.new_files + 1, self.new_bytes + file.size);
            if file.added == 0 {
                (self.moved_files, self.moved_bytes) = (self.moved_files + 1, self.moved_bytes + file.size);
            }
            return;
        };
        self.shrunk += before.saturating_sub(file.size);
        self.grown += file.size.saturating_sub(before);
    }

    fn gone(&mut self, size: u64) {
        (self.files, self.bytes) = (self.files + 1, self.bytes + size);
    }

    /// Whether no file of the dossier was there in the last run, as far as that could be seen: it was somewhere else, or not there.
    fn is_all_new(&self, found: &Found) -> bool {
        self.files == 0 && self.new_files >= found.files
    }

    /// The alarm, if most of a dossier went. What it had is what it has now, less what came, and what went; or what it had when it was
    /// last stored, if nothing is known file by file.
    fn finish(&self, limit: u32, found: &Found, last: Option<Size>) -> Option<Alarm> {
        let last = last.filter(|_| self.is_all_new(found));
        let (files, bytes) = match last {
            Some(last) => (last.files.saturating_sub(found.files), last.bytes.saturating_sub(found.size)),
            None => (self.files.saturating_sub(self.moved_files), self.bytes.saturating_sub(self.moved_bytes) + self.shrunk),
        };
        let files_before = last.map_or(found.files.saturating_sub(self.new_files) + self.files, |last| last.files);
        let bytes_before = found.size.saturating_sub(self.new_bytes + self.grown) + self.bytes + self.shrunk;
        let bytes_before = last.map_or(bytes_before, |last| last.bytes);
        let is_most = |part, whole, least| part >= least && percent(part, whole) >= limit;
        let is_alarm = limit > 0 && (is_most(files, files_before, LEAST_GONE) || is_most(bytes, bytes_before, LEAST_BYTES_GONE));
        is_alarm.then_some(Alarm::Vanished { files, files_before, bytes, bytes_before })
    }
}

/// Hundredths that a part is of a whole.
pub(super) fn percent(part: u64, whole: u64) -> u32 {
    u32::try_from(part.saturating_mul(100) / whole.max(1)).unwrap_or(u32::MAX).min(100)
}

impl Watched {
    /// A file that is new or changed. `noisy` are the files that were noise in the last run, as far as that is known.
    pub(super) fn file(&mut self, rules: &Rules, file: &FileSeen<'_>, noisy: &BTreeSet<String>) {
        let name = || String::from_utf8_lossy(file.path).into_owned();
        self.noise.file(file, noisy);
        self.gone.file(file);
        if file.is_exact {
            *if file.before.is_some() { &mut self.changed_bytes } else { &mut self.new_bytes } += file.added;
        }
        let Some(before) = file.before else { return };
        let is = |patterns: &Patterns| patterns.matches_with_parents(&[b"/", file.path].concat(), false);
        if file.size < before && is(&rules.journals) {
            self.alarm(name(), |file_name| Alarm::Shrunk { file: file_name, before, now: file.size });
        }
        // Times alone may be set anew.
        if (file.added > 0 || file.size != before) && is(&rules.archives) {
            self.alarm(name(), |file_name| Alarm::ArchiveChanged { file: file_name });
        }
    }

    pub(super) fn gone(&mut self, rules: &Rules, path: &[u8], size: u64, noisy: &BTreeSet<String>) {
        self.gone.gone(size);
        self.noise.gone(path, noisy);
        if rules.archives.matches_with_parents(&[b"/", path].concat(), false) {
            self.alarm(String::from_utf8_lossy(path).into_owned(), |file| Alarm::ArchiveChanged { file });
        }
    }

    fn alarm(&mut self, file: String, alarm: impl FnOnce(String) -> Alarm) {
        if self.named.len() < MOST_NAMED && self.named.insert(file.clone()) {
            self.alarms.push(alarm(file));
        }
    }

    /// All alarms of a dossier that was read, and what to remember of it. `known` if it was stored before, and `last` is how much it was
    /// then, as far as that is remembered.
    pub(super) fn finish(mut self, rules: &Rules, found: &Found, known: bool, last: Option<Size>) -> (Vec<Alarm>, Learnt) {
        // What is new has changed nothing, unless it is there instead of what went.
        let changed = self.changed_bytes + self.new_bytes.min(self.gone.bytes);
        self.alarms.extend(self.gone.finish(rules.vanished, found, last.filter(|_| known)));
        let (noise, learnt) = self.noise.finish(rules.noise, found, last.is_some() && self.gone.is_all_new(found));
        self.alarms.extend(noise.filter(|_| known));
        let changed = percent(changed, found.size);
        if known && rules.changed > 0 && found.size >= LEAST_BYTES && changed >= rules.changed {
            self.alarms.push(Alarm::MostChanged { percent: changed });
        }
        (self.alarms, learnt)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seen(path: &str, before: Option<u64>, size: u64, added: u64, is_noise: bool) -> FileSeen<'_> {
        FileSeen { path: path.as_bytes(), before, size, added, is_exact: true, is_noise, begins_with_noise: is_noise }
    }

    fn alarms(files: &[FileSeen<'_>], gone: &[&str], found: (u64, u64), known: bool) -> Vec<Alarm> {
        alarms_with(&BTreeSet::new(), files, gone, found, known)
    }

    fn alarms_with(noisy: &BTreeSet<String>, files: &[FileSeen<'_>], gone: &[&str], found: (u64, u64), known: bool) -> Vec<Alarm> {
        let rules = Rules::new(&Settings::default()).unwrap();
        let mut watched = Watched::default();
        for file in files {
            watched.file(&rules, file, noisy);
        }
        for path in gone {
            watched.gone(&rules, path.as_bytes(), 1000, noisy);
        }
        watched.finish(&rules, &Found { files: found.0, size: found.1, ..Found::default() }, known, None).0
    }

    #[test]
    fn an_ordinary_day_alarms_nobody() {
        let files = [
            seen("ledger.db", Some(9 << 20), 9 << 20, 200 << 10, false),
            seen("scans/1.jpg", None, 300 << 10, 300 << 10, false),
            seen("a.log", Some(10), 20, 10, false),
            seen("2020.sig", None, 100, 100, true),
        ];
        assert_eq!(alarms(&files, &["scans/old.jpg"], (20, 10 << 20), true), []);
    }

    #[test]
    fn what_encrypts_the_books_is_noticed() {
        let files: Vec<_> = ["a", "b", "c", "d"].map(|name| seen(name, Some(1 << 20), 1 << 20, 1 << 20, true)).into();
        let found = alarms(&files, &[], (5, 5 << 20), true);
        assert_eq!(found, [Alarm::Noise { files: 4, example: "a".to_owned() }, Alarm::MostChanged { percent: 80 }]);
        assert_eq!(alarms(&files, &[], (5, 5 << 20), false), [], "a first backup is all new");
        let unsure: Vec<_> =
            files.iter().map(|file| FileSeen { is_exact: false, is_noise: false, begins_with_noise: false, ..*file }).collect();
        assert_eq!(alarms(&unsure, &[], (5, 5 << 20), true), [], "whole chunks were stored because nobody knew their leaves");
    }

    #[test]
    fn what_is_new_has_changed_nothing_unless_something_went_for_it() {
        let scan = [seen("scans/2.jpg", None, 8 << 20, 8 << 20, false)];
        assert_eq!(alarms(&scan, &[], (6, 10 << 20), true), []);
        let mut watched = Watched::default();
        let rules = Rules::new(&Settings::default()).unwrap();
        watched.file(&rules, &scan[0], &BTreeSet::new());
        watched.gone(&rules, b"scans/1.jpg", 8 << 20, &BTreeSet::new());
        let found = Found { files: 6, size: 10 << 20, ..Found::default() };
        assert!(watched.finish(&rules, &found, true, None).0.contains(&Alarm::MostChanged { percent: 80 }));
    }

    #[test]
    fn one_ledger_that_is_encrypted_is_enough_and_what_was_noise_before_is_not() {
        let ledger = |before| FileSeen { is_exact: false, ..seen("ledger.txt", before, 4 << 20, 4 << 20, true) };
        let noise = Alarm::Noise { files: 1, example: "ledger.txt".to_owned() };
        assert_eq!(alarms(&[ledger(Some(4 << 20))], &[], (50, 5 << 20), true), std::slice::from_ref(&noise));
        assert_eq!(alarms(&[ledger(Some(4 << 20))], &[], (50, 9 << 20), true), [], "it is the lesser part");
        assert_eq!(alarms(&[ledger(Some(4 << 20))], &[], (50, 5 << 20), false), []);
        assert!(!alarms(&[ledger(None)], &[], (50, 5 << 20), true).contains(&noise), "it is new");
        let within = FileSeen { begins_with_noise: false, ..ledger(Some(4 << 20)) };
        assert_eq!(alarms(&[within], &[], (50, 5 << 20), true), [], "a photo that was put into a database");
        let known = BTreeSet::from(["ledger.txt".to_owned()]);
        assert_eq!(alarms_with(&known, &[ledger(Some(4 << 20))], &[], (50, 5 << 20), true), [], "it always was");
    }

    #[test]
    fn what_went_by_the_dozen_is_noticed() {
        let scans: Vec<String> = (0..200).map(|number| format!("scans/{number}")).collect();
        let gone: Vec<&str> = scans.iter().map(String::as_str).collect();
        let vanished = Alarm::Vanished { files: 200, files_before: 250, bytes: 200_000, bytes_before: 900_000 };
        assert_eq!(alarms(&[], &gone, (50, 700_000), true), [vanished]);
        // Fewer than most of them, in files and in bytes.
        assert_eq!(alarms(&[], &gone, (150, 700_000), true), []);
        let moved: Vec<String> = (0..200).map(|number| format!("old/{number}")).collect();
        let moved: Vec<_> = moved.iter().map(|name| seen(name, None, 1000, 0, false)).collect();
        assert_eq!(alarms(&moved, &gone, (201, 201_000), true), [], "they were moved, all of them");
        let junk: Vec<_> = moved.iter().map(|file| FileSeen { added: 1000, ..*file }).collect();
        assert!(matches!(alarms(&junk, &gone, (201, 201_000), true)[..], [Alarm::Vanished { files: 200, files_before: 201, .. }]));
        let cut = [seen("ledger.db", Some(9 << 20), 0, 0, false)];
        assert!(matches!(alarms(&cut, &[], (20, 100_000), true)[..], [Alarm::Vanished { files: 0, .. }]));
        assert_eq!(alarms(&[], &["a.tmp", "b.tmp", "c.tmp", "d.tmp"], (1, 100), true), [], "too little to be a loss");
    }

    #[test]
    fn what_was_not_there_last_time_is_held_against_what_is_remembered() {
        let rules = Rules::new(&Settings::default()).unwrap();
        let back = |files: &[FileSeen<'_>], known| {
            let mut watched = Watched::default();
            for file in files {
                watched.file(&rules, file, &BTreeSet::new());
            }
            let found = Found { files: files.len() as u64, size: files.iter().map(|file| file.size).sum(), ..Found::default() };
            watched.finish(&rules, &found, known, Some(Size { files: 8, bytes: 8 << 20 })).0
        };
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        let all = names.map(|name| seen(name, None, 1 << 20, 0, false));
        assert_eq!(back(&all, true), [], "most of it is there");
        let vanished = Alarm::Vanished { files: 6, files_before: 8, bytes: 6 << 20, bytes_before: 8 << 20 };
        assert_eq!(back(&all[..2], true), [vanished]);
        assert_eq!(back(&all[..2], false), [], "it is not of this repository");
        let mut locked = all;
        locked[0] = seen("a", None, 9 << 20, 9 << 20, true);
        assert_eq!(back(&locked, true).first(), Some(&Alarm::Noise { files: 1, example: "a".to_owned() }));
    }

    #[test]
    fn journals_that_shrink_and_archives_that_change_are_named_once() {
        let files =
            [seen("j/x.log", Some(20), 10, 5, false), seen("2020.sig", Some(5), 5, 5, false), seen("2021.sig", Some(5), 5, 0, false)];
        let found = alarms(&files, &["2019.p7s", "2020.sig"], (9, 100), true);
        let changed = |file: &str| Alarm::ArchiveChanged { file: file.to_owned() };
        assert_eq!(found, [Alarm::Shrunk { file: "j/x.log".to_owned(), before: 20, now: 10 }, changed("2020.sig"), changed("2019.p7s")]);
    }
}
