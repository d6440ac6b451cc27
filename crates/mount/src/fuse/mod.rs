//! A view as a file system of the kernel, by FUSE.
//!
//! [`Mounted::begin`] looks at the mount point, clears what a killed mount left there, and mounts; [`Mounted::wait`] lasts until somebody
//! unmounts it or wishes to stop. Must never leave a mount behind where it ends by itself.

mod face;
mod place;

use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use fuser::{BackgroundSession, Config, MountOption, SessionACL};
use liasse_archive::repo::Stop;

use crate::view::View;
use face::Face;
pub use place::MountError;

/// How often an end is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// How long requests that are under way may take after the end.
const GRACE: Duration = Duration::from_secs(2);
/// Threads that answer: most of them wait for the disk, or for each other's blocks.
const THREADS: (usize, usize) = (4, 16);

/// A view that is mounted.
pub struct Mounted {
    /// Never dropped: it would unmount by path, and by then something else may be mounted there.
    session: ManuallyDrop<BackgroundSession>,
    place: PathBuf,
    cleared: bool,
}

impl Mounted {
    /// Mounts a view on an empty folder. `others`: everybody may look into it, as far as modes and owners let them; without it only who
    /// mounts it may, and may look at everything.
    pub fn begin(view: View, place: &Path, others: bool) -> Result<Self, MountError> {
        place::require_fuse()?;
        let (place, cleared) = place::prepare(place)?;
        let session = fuser::spawn_mount(Face::new(view), &place, &config(others)).map_err(|error| MountError::of(&place, error))?;
        place::widen(&place);
        Ok(Self { session: ManuallyDrop::new(session), place, cleared })
    }

    /// The folder, with no link in its path.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Whether something was cleared away there that a killed mount had left.
    pub fn has_cleared(&self) -> bool {
        self.cleared
    }

    /// Waits until somebody unmounts it, or wishes to stop; then it is unmounted, also where files are open in it.
    pub fn wait(self, stop: &Stop) -> io::Result<()> {
        while !self.session.guard.is_finished() {
            if stop.is_stopped() {
                place::detach(&self.place)?;
                let end = Instant::now() + GRACE;
                while !self.session.guard.is_finished() && Instant::now() < end {
                    thread::sleep(LOOK);
                }
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }
}

fn config(others: bool) -> Config {
    let mut config = Config::default();
    let name = || place::NAME.to_owned();
    config.mount_options =
        vec![MountOption::FSName(name()), MountOption::Subtype(name()), MountOption::RO, MountOption::NoSuid, MountOption::NoDev];
    if others {
        config.acl = SessionACL::All;
        config.mount_options.push(MountOption::DefaultPermissions);
    }
    let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    config.n_threads = Some((2 * cores).clamp(THREADS.0, THREADS.1));
    config.clone_fd = true;
    config
}
