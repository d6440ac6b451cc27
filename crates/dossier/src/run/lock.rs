//! One run at a time on a machine: a second one is refused, or waits. The lock is the system's, so it goes with the process that holds it,
//! however that ends.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use liasse_archive::repo::Stop;
use rustix::fs::{FlockOperation, flock};
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
        std::fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(folder.join("run.lock"))?;
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
