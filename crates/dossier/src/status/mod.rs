//! How things stand: every dossier with the age of its last good state, what is overdue or in error, the last run, the last check, the
//! room that is left. It reads the records of the repository once, and writes nothing anywhere.
//!
//! [`look`] gathers it; [`text`] and [`html`] show it; [`Checks`] is where the command that checks leaves word.

mod checks;
pub mod html;
mod known;
mod look;
mod room;
mod settings;
mod shown;
pub mod text;

use jiff::Timestamp;
use serde::Serialize;

pub use checks::{Checked, Checks, Depth};
pub use look::{World, look};
pub use room::Room;
pub use settings::Settings;

use crate::Code;
use crate::Rollback;
use crate::report::{Alarm, Cause, Outcome};

/// How things stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Status {
    /// Version of this layout.
    pub schema: u32,
    /// Name of the machine.
    pub host: String,
    /// Where the repository is.
    pub repository: String,
    /// When this was looked at.
    pub time: Timestamp,
    /// Seconds east of UTC here.
    pub utc_offset: i32,
    /// What it comes to.
    pub counts: Counts,
    /// All dossiers that are found, or that the last run knew, by code.
    pub dossiers: Vec<Dossier>,
    /// What is wrong with rules, with the last report and the like: sentences in the reader's language.
    pub problems: Vec<String>,
    /// The last run of this machine.
    pub last_run: Option<LastRun>,
    /// Whether something starts runs at the times of the schedule, as `liasse schedule install` sees to.
    pub scheduled: bool,
    /// When the next one is due by the settings.
    pub next_run: Option<Timestamp>,
    /// The last check, as far as this machine's cache remembers it.
    pub last_check: Option<Checked>,
    /// How much of the data was read and found whole in the last twelve months, as far as this machine's cache remembers it.
    pub verified: Verified,
    /// Whether the repository should be checked.
    pub check_overdue: bool,
    /// Whether a check found damage, and none that looked as deep was sound since.
    pub unsound: bool,
    /// What this machine has seen in the repository and is not there any more.
    pub rollback: Option<Rollback>,
    /// Room left, where that can be asked.
    pub room: Option<Room>,
    /// Whether it ends soon.
    pub room_low: bool,
    /// Copies of the repository.
    pub copies: Vec<Copy>,
    /// Snapshots whose records cannot be read.
    pub damaged: Vec<String>,
}

/// One dossier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dossier {
    /// Its name.
    pub code: Code,
    /// Its folder.
    pub path: String,
    /// The rule that finds it now; `None` for one that is only known.
    pub rule: Option<String>,
    /// When its state was last known to be stored; `None`: never.
    pub last_good: Option<Timestamp>,
    /// Seconds since then.
    pub age_seconds: Option<u64>,
    /// Whether that is too long.
    pub overdue: bool,
    /// How it fared when a run was last asked for it, or that it is missing now; `None` if none ever was.
    pub outcome: Option<Outcome>,
    /// When that was.
    pub outcome_time: Option<Timestamp>,
    /// Whether its present state is not stored, or not all of it.
    pub in_error: bool,
    /// Why, as far as the last report or a look at its folder tells.
    pub causes: Vec<Cause>,
    /// Why, in the reader's language; empty where nothing is wrong.
    pub why: String,
    /// What the last report asks people to look at.
    pub alarms: Vec<Alarm>,
    /// In how many places its last good state is.
    pub copies: u32,
}

/// How much of the data was read and found whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Bytes that were.
    pub bytes: u64,
    /// Bytes of all data.
    pub total_bytes: u64,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastRun {
    /// When it began.
    pub began: Timestamp,
    /// Why it made no snapshot.
    pub failure: Option<String>,
}

/// A place that holds all that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Copy {
    /// Where.
    pub place: String,
    /// Whether that is the repository that was opened.
    pub here: bool,
}

/// Counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Dossiers.
    pub dossiers: u64,
    /// Those whose last good state is too old, or that have none.
    pub overdue: u64,
    /// Those that the last run could not store.
    pub in_error: u64,
    /// Alarms of the last run.
    pub alarms: u64,
    /// Other things to look at: rules, the run itself, the check, the room, records that cannot be read.
    pub problems: u64,
}

impl Counts {
    /// Whether nobody has to look.
    pub fn is_well(&self) -> bool {
        self.overdue == 0 && self.in_error == 0 && self.alarms == 0 && self.problems == 0
    }
}

impl Dossier {
    /// Whether somebody has to look at it.
    pub fn is_bad(&self) -> bool {
        self.overdue || self.in_error || !self.alarms.is_empty()
    }
}

impl Status {
    /// The layout that this program writes.
    pub const SCHEMA: u32 = 1;

    /// Whether nobody has to look.
    pub fn is_well(&self) -> bool {
        self.counts.is_well()
    }

    /// Dossiers, those that somebody has to look at first, each group by code.
    pub fn in_order(&self) -> impl Iterator<Item = &Dossier> {
        let bad = self.dossiers.iter().filter(|dossier| dossier.is_bad());
        bad.chain(self.dossiers.iter().filter(|dossier| !dossier.is_bad()))
    }

    /// How many dossiers have no state.
    fn never_saved(&self) -> u64 {
        self.dossiers.iter().filter(|dossier| dossier.last_good.is_none()).count() as u64
    }

    fn count(&self) -> Counts {
        let number = |is: fn(&Dossier) -> bool| self.dossiers.iter().filter(|dossier| is(dossier)).count() as u64;
        let failed = self.last_run.as_ref().is_some_and(|run| run.failure.is_some());
        let others =
            [failed, self.check_overdue, self.unsound, self.room_low, self.rollback.is_some()].into_iter().filter(|is| *is).count();
        Counts {
            dossiers: self.dossiers.len() as u64,
            overdue: number(|dossier| dossier.overdue),
            in_error: number(|dossier| dossier.in_error),
            alarms: self.dossiers.iter().map(|dossier| dossier.alarms.len() as u64).sum(),
            problems: (self.problems.len() + self.damaged.len() + others) as u64,
        }
    }
}
