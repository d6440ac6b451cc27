//! One run at a time on a machine: a second one is refused, or waits. The lock is the system's, so it goes with the process that holds it,
//! however that ends.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use liasse_archive::repo::Stop;
use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

/// How often whoever waits looks again.
const WAIT: Duration = Duration::from_millis(200);

/// Held by a run as long as it lasts.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
}

/// Another run is at work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Busy {
    /// It is.
    #[error("a run is at work{}", .process.as_ref().map_or(String::new(), |process| format!(" (process {process})")))]
    Held {
        /// Its process, if it is known.
        process: Option<String>,
    },
    /// It could not be found out.
    #[error("cannot use the lock of runs: {0}")]
    Failed(#[from] io::Error),
    /// Somebody asked to stop while it waited.
    #[error("stopped while another run was at work")]
    Stopped,
}

impl RunLock {
    /// Takes the lock in a folder, which is made if it is missing. With `wait`, for as long as it takes.
    pub fn take(folder: &Path, wait: bool, stop: &Stop) -> Result<Self, Busy> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        refuse_planted(folder)?;
        let no_link = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(no_link);
        let mut file = options.open(folder.join("run.lock"))?;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(Errno::WOULDBLOCK) if wait => std::thread::sleep(WAIT),
                Err(Errno::WOULDBLOCK) => return Err(Busy::Held { process: process_in(&mut file) }),
                Err(Errno::INTR) => {}
                Err(error) => return Err(Busy::Failed(error.into())),
            }
            stop.check().map_err(|_| Busy::Stopped)?;
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Self { _file: file })
    }
}

/// Refuses a folder that somebody else made where anybody may, with who knows what in it: its name in `/tmp` can be guessed.
fn refuse_planted(folder: &Path) -> io::Result<()> {
    let found = folder.symlink_metadata()?;
    let is_open = folder.parent().is_some_and(|above| above.metadata().is_ok_and(|above| above.mode() & 0o002 != 0));
    if is_open && !(found.is_dir() && found.uid() == rustix::process::geteuid().as_raw()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{} belongs to somebody else", folder.display())));
    }
    Ok(())
}

/// What the holder wrote, for people.
fn process_in(file: &mut File) -> Option<String> {
    let mut text = String::new();
    file.take(20).read_to_string(&mut text).ok()?;
    let text = text.trim();
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_others_planted_is_not_used() {
        let place = tempfile::tempdir().unwrap();
        std::fs::set_permissions(place.path(), std::os::unix::fs::PermissionsExt::from_mode(0o1777)).unwrap();
        let (stop, victim) = (Stop::new(), place.path().join("victim"));
        std::fs::write(&victim, "mine").unwrap();
        let planted = place.path().join("planted");
        std::fs::create_dir(&planted).unwrap();
        std::os::unix::fs::symlink(&victim, planted.join("run.lock")).unwrap();
        assert!(matches!(RunLock::take(&planted, false, &stop), Err(Busy::Failed(_))));
        let linked = place.path().join("linked");
        std::fs::create_dir(place.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(place.path().join("elsewhere"), &linked).unwrap();
        assert!(matches!(RunLock::take(&linked, false, &stop), Err(Busy::Failed(_))));
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "mine");
        RunLock::take(&place.path().join("own"), false, &stop).unwrap();
        if rustix::process::geteuid().is_root() {
            let foreign = place.path().join("foreign");
            std::fs::create_dir(&foreign).unwrap();
            std::os::unix::fs::chown(&foreign, Some(65534), None).unwrap();
            assert!(matches!(RunLock::take(&foreign, false, &stop), Err(Busy::Failed(_))));
        }
    }

    #[test]
    fn a_second_run_is_refused_and_told_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let stop = Stop::new();
        let first = RunLock::take(folder.path(), false, &stop).unwrap();
        let own = std::process::id().to_string();
        match RunLock::take(folder.path(), false, &stop) {
            Err(Busy::Held { process }) => assert_eq!(process, Some(own)),
            other => unreachable!("{other:?}"),
        }
        drop(first);
        RunLock::take(folder.path(), false, &stop).unwrap();
    }

    #[test]
    fn one_that_waits_comes_next_or_stops() {
        let folder = tempfile::tempdir().unwrap();
        let stop = Stop::new();
        let first = RunLock::take(folder.path(), false, &stop).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| RunLock::take(folder.path(), true, &stop).is_ok());
            drop(first);
            assert!(waiting.join().unwrap());
        });
        let _first = RunLock::take(folder.path(), false, &stop).unwrap();
        stop.stop();
        assert!(matches!(RunLock::take(folder.path(), true, &stop), Err(Busy::Stopped)));
    }
}
