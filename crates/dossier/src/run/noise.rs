//! Noise where there were books, as what encrypts them leaves it: how much of a dossier it is, and what must not be taken for it. A file
//! that was noise before (an encrypted database, a container) is no news, so machines remember which were.

use std::collections::BTreeSet;

use liasse_archive::{FileSeen, Found};

use super::alarms::percent;
use crate::report::Alarm;

/// Fewer noisy files than this alarm nobody, unless they are most of the dossier.
const LEAST_FILES: u64 = 3;
/// Files that were something else and are fewer bytes than this alarm nobody by their size.
const LEAST_BYTES: u64 = 16 << 10;
/// Share of a dossier's bytes, in percent, that such files must hold to alarm by their size.
const MOST_BYTES_PERCENT: u32 = 50;
/// Most files of a dossier that are remembered.
const MOST_REMEMBERED: usize = 1000;

/// The noise in one dossier, file by file.
#[derive(Default)]
pub(super) struct Noise {
    files: u64,
    example: Option<String>,
    /// Bytes of files that were there before as something else, and one of them.
    turned: Bytes,
    /// The same of files that are new.
    new: Bytes,
    learnt: Learnt,
}

/// Bytes of noise that is not remembered as such, and a file of it.
#[derive(Default)]
struct Bytes {
    size: u64,
    example: Option<String>,
}

impl Bytes {
    fn add(&mut self, name: &str, size: u64) {
        self.size += size;
        self.example.get_or_insert_with(|| name.to_owned());
    }
}

/// What a machine is to remember: files that are noise now, and those of the remembered that went.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    noisy: BTreeSet<String>,
    gone: BTreeSet<String>,
}

impl Noise {
    /// `before` are the files that were noise in the last run, as far as that is known.
    pub(super) fn file(&mut self, file: &FileSeen<'_>, before: &BTreeSet<String>) {
        if !file.is_noise {
            return;
        }
        let name = String::from_utf8_lossy(file.path).into_owned();
        self.files += 1;
        self.example.get_or_insert_with(|| name.clone());
        if !file.begins_with_noise {
            return;
        }
        if !before.contains(&name) {
            if file.before.is_some() { &mut self.turned } else { &mut self.new }.add(&name, file.size);
        }
        self.learnt.noisy.insert(name);
    }

    pub(super) fn gone(&mut self, path: &[u8], before: &BTreeSet<String>) {
        let name = String::from_utf8_lossy(path);
        if before.contains(name.as_ref()) {
            self.learnt.gone.insert(name.into_owned());
        }
    }

    /// The alarm, if most of a dossier is noise that was not, or more than `limit` percent of its files are; and what to remember. Where
    /// all of it is new (`is_all_new`) because nobody knows how its files were, none of them passes for new.
    pub(super) fn finish(self, limit: u32, found: &Found, is_all_new: bool) -> (Option<Alarm>, Learnt) {
        let turned = if is_all_new { self.new } else { self.turned };
        let by_bytes = turned.size >= LEAST_BYTES && percent(turned.size, found.size) > MOST_BYTES_PERCENT;
        let by_files = self.files >= LEAST_FILES && percent(self.files, found.files) >= limit;
        let example = turned.example.filter(|_| by_bytes).or(self.example).unwrap_or_default();
        let alarm = (limit > 0 && (by_bytes || by_files)).then_some(Alarm::Noise { files: self.files, example });
        (alarm, self.learnt)
    }
}

impl Learnt {
    /// Adds it to what is remembered.
    pub(super) fn add_to(self, remembered: &mut BTreeSet<String>) {
        remembered.retain(|name| !self.gone.contains(name));
        for name in self.noisy {
            if remembered.len() < MOST_REMEMBERED {
                remembered.insert(name);
            }
        }
    }
}
