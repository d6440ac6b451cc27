//! Going on in the background: the program starts itself once more, waits until that is ready, and ends. The second one then lets go of
//! the terminal. So whoever calls it finds the folder ready, or hears why it is not.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Command, Stdio};

use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;

/// What the second process writes once it is ready. Nothing that is printed has this byte.
const READY: u8 = 0;

/// Starts the second process, and gives how it went.
pub(super) fn begin() -> Result<Exit> {
    let failed = |error: io::Error| CliError::failed(format!("cannot go on in the background: {error}"));
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).arg("--detached").stdout(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    let mut said = Vec::new();
    if let Some(mut out) = child.stdout.take() {
        out.read_to_end(&mut said).map_err(failed)?;
    }
    let is_ready = said.last() == Some(&READY);
    said.truncate(said.len() - usize::from(is_ready));
    io::stdout().write_all(&said).map_err(|error| CliError::failed(format!("cannot write the result: {error}")))?;
    if is_ready {
        return Ok(Exit::Done);
    }
    // It has told its error already.
    let status = child.wait().map_err(failed)?;
    Err(CliError::ended(status.code().and_then(|code| u8::try_from(code).ok())))
}

/// Tells the first process that all is ready, and lets go of the terminal. From now on warnings go to a file.
pub(super) fn ready(context: &Context) -> Result<()> {
    let failed = |error: io::Error| CliError::failed(format!("cannot go on in the background: {error}"));
    let null = || OpenOptions::new().read(true).write(true).open("/dev/null");
    let log = context.log.as_ref().and_then(|path| {
        path.parent().map(fs::create_dir_all)?.ok()?;
        OpenOptions::new().append(true).create(true).mode(0o600).open(path).ok()
    });
    let log = log.map_or_else(null, Ok).map_err(failed)?;
    let null = null().map_err(failed)?;
    // A process that is a leader already has no terminal to let go of.
    rustix::process::setsid().ok();
    rustix::stdio::dup2_stdin(&null).map_err(|error| failed(error.into()))?;
    let mut out = io::stdout();
    out.write_all(&[READY]).and_then(|()| out.flush()).map_err(failed)?;
    rustix::stdio::dup2_stderr(&log).map_err(|error| failed(error.into()))?;
    rustix::stdio::dup2_stdout(&null).map_err(|error| failed(error.into()))?;
    Ok(())
}
