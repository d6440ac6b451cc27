//! A disk that does not exist, under a [`Local`] that does: it records everything that is done to it, fails when it is told
//! to, and says what it would hold after a power cut at any moment. So what is tested is the order of syncs of the real
//! store, not a model of it.
//!
//! # What survives a power cut
//!
//! The weakest reading of POSIX, weaker than any file system we know:
//!
//! - Bytes of a file survive when the file was synced after they were written. Of the others any part does, by sectors of
//!   512 or 4,096 bytes; what is lost reads as zeros, or the file ends there, or it is empty.
//! - A name in a folder, or that it is gone, survives when the folder was synced after it changed. Of the other changes any
//!   subset does, in no order: a name may be there without the bytes behind it, and the folder with all that is in it may
//!   not. Syncing a file says nothing of its name, and syncing a folder nothing of its own name or of those below.
//! - A move survives as a whole or not at all, or each half for itself: both are tried ([`Moves`]).
//! - A sync that fails drops what it should have written, and the next one reports success.
//!
//! Must never be kinder than a real disk. It has no symbolic links, no modes and no owners: those are tested on real ones.

mod cut;
mod disk;
#[cfg(test)]
mod failing;
mod image;
mod live;
mod platter;
mod random;
mod step;
#[cfg(test)]
mod tests;
mod trouble;

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

pub use cut::{Choice, Cut, Moves, Recording};
pub use image::Image;
pub use random::Chance;
pub use step::Step;
pub use trouble::{Failure, Trouble};

use crate::disk::Disk;
use crate::local::Local;
use crate::store::Result;
use disk::Simulated;
use live::State;

/// Where the repository is on a simulated disk. Its parent is missing on a new one.
const ROOT: &str = "/medium/liasse";

/// A machine with a simulated disk. Clones are the same machine.
#[derive(Debug, Clone)]
pub struct Sim {
    machine: Arc<Machine>,
}

#[derive(Debug)]
struct Machine {
    state: Mutex<State>,
    unlocked: Condvar,
}

impl Machine {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until some lock may be free.
    fn wait(&self) {
        drop(self.unlocked.wait_timeout(self.lock(), Duration::from_millis(1)));
    }

    fn wake(&self) {
        self.unlocked.notify_all();
    }
}

impl Default for Sim {
    fn default() -> Self {
        Self::of(&Image::default())
    }
}

impl Sim {
    /// A machine with an empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// A machine that starts with a disk as it is.
    pub fn of(image: &Image) -> Self {
        Self { machine: Arc::new(Machine { state: Mutex::new(State::of(image)), unlocked: Condvar::new() }) }
    }

    /// [`Local::create`] on the simulated disk.
    ///
    /// # Errors
    /// As there.
    pub fn create(&self) -> Result<Local> {
        Local::create_on(self.disk(), Path::new(ROOT))
    }

    /// [`Local::open`] on the simulated disk.
    ///
    /// # Errors
    /// As there.
    pub fn open(&self) -> Result<Local> {
        Local::open_on(self.disk(), Path::new(ROOT))
    }

    fn disk(&self) -> Arc<dyn Disk> {
        Arc::new(Simulated(Arc::clone(&self.machine)))
    }

    /// The path of an object or folder on the disk, as an [`Image`] has it; `below` is its path in the repository.
    pub fn path(below: &str) -> String {
        format!("{}/{below}", ROOT.trim_start_matches('/'))
    }

    /// Changes what is wrong with the disk from now on.
    pub fn trouble(&self, change: impl FnOnce(&mut Trouble)) {
        let mut state = self.machine.lock();
        change(&mut state.trouble);
        if !state.trouble.stale_lists {
            state.stale.clear();
        }
    }

    /// How many operations were asked of the disk, looking and reading among them. The next one has the next number.
    pub fn operations(&self) -> u64 {
        self.machine.lock().operations
    }

    /// Makes the clock of the machine jump: forward, or back.
    pub fn jump(&self, by: Duration, back: bool) {
        let mut state = self.machine.lock();
        let jumped = if back { state.now.checked_sub(by) } else { state.now.checked_add(by) };
        state.now = jumped.unwrap_or(SystemTime::UNIX_EPOCH);
    }

    /// How many steps are recorded: what [`Recording::cut`] counts.
    pub fn steps(&self) -> usize {
        self.machine.lock().steps.len()
    }

    /// What was done since the beginning, or the last [`Sim::checkpoint`].
    pub fn recording(&self) -> Recording {
        let state = self.machine.lock();
        Recording { start: state.start.clone(), steps: state.steps.clone() }
    }

    /// Begins a new recording, at the disk as it is now: what is not durable stays so.
    pub fn checkpoint(&self) {
        let mut state = self.machine.lock();
        let State { start, steps, .. } = &mut *state;
        steps.drain(..).for_each(|step| start.apply(&step.action));
        state.opened.clear();
    }

    /// Which files were opened for reading since the beginning or the last [`Sim::checkpoint`].
    pub fn opened(&self) -> Vec<String> {
        self.machine.lock().opened.iter().cloned().collect()
    }

    /// What processes see of the disk now.
    pub fn image(&self) -> Image {
        self.machine.lock().image()
    }
}
