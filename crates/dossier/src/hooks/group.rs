//! A command in a process group of its own: it, its children and theirs are ended together.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process_group, pidfd_open, waitid};

/// How often it is asked whether the command has ended, on systems that cannot tell.
const TICK: Duration = Duration::from_millis(20);

/// A running command and all that it started.
pub(super) struct Group {
    child: Child,
    ended: Option<OwnedFd>,
}

impl Group {
    /// Starts a command.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.process_group(0).spawn()?;
        let ended = pid(&child).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        Ok(Self { child, ended })
    }

    /// Whether the command has ended. It is not taken away yet, so that its number stays its own until [`Group::end`].
    pub(super) fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        pid(&self.child).is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)))
    }

    /// How the command ended; `None` when it could not even be killed, because the system itself waits for something in its name.
    pub(super) fn end(mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits until the command ends, or it may be read from `output`, or the time is over.
    pub(super) fn wait(&self, output: Option<BorrowedFd<'_>>, time: Duration) {
        let time = if self.ended.is_some() { time } else { time.min(TICK) };
        let watched = output.into_iter().chain(self.ended.as_ref().map(AsFd::as_fd));
        let mut watched: Vec<PollFd<'_>> = watched.map(|file| PollFd::from_borrowed_fd(file, PollFlags::IN)).collect();
        let time = Timespec::try_from(time).ok();
        // Woken by a signal: the caller looks around and waits again.
        _ = poll(&mut watched, time.as_ref());
    }

    /// Asks all of them to end.
    pub(super) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Ends all of them.
    pub(super) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// The group has the number of its first process, which is not given to another until that one was waited for.
    fn signal(&self, signal: Signal) {
        if let Some(pid) = pid(&self.child) {
            _ = kill_process_group(pid, signal);
        }
    }
}

fn pid(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}
