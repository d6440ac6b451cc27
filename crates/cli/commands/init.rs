//! `init`: a new repository, and perhaps a recovery key to put in a safe.

use std::io::Write as _;

use liasse_repo::format::keys::Role;
use liasse_repo::{Handover, Repository};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::args::{Init, Kdf};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::recovery;
use crate::repository::cost;

#[derive(Serialize)]
struct Made<'a> {
    schema: u32,
    repository: String,
    location: String,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_key: Option<&'a str>,
}

pub(crate) fn run(context: &Context, args: &Init) -> Result<Exit> {
    let mut repository = context.create(&args.name, &args.label, args.kdf)?;
    let wanted = args.recovery_key || offer(context)?;
    let recovery = if wanted { Some(add_recovery_key(&mut repository, args.kdf)?) } else { None };
    let recovery_key = recovery.as_ref().map(|key| key.as_str());
    let made = Made { schema: 1, repository: repository.id().to_string(), location: repository.location(), name: &args.name, recovery_key };
    if let (true, Some(key)) = (context.output.quiet && !context.output.json, recovery_key) {
        // Asked for, and never to be seen again: even who wants silence needs it.
        show_key(key, &mut crate::output::Listing::new())?;
    }
    context.output.result(&made, |out| {
        out.line(&format!("made the repository {}", crate::text::plain(&made.location)))?;
        recovery_key.map_or(Ok(()), |key| show_key(key, out))?;
        out.line("Keep the password: without it or another key nobody can read the backups.")
    })?;
    Ok(Exit::Done)
}

fn show_key(key: &str, out: &mut crate::output::Listing) -> Result<()> {
    out.line("")?;
    out.line("Recovery key, shown only now:")?;
    out.line(&format!("    {key}"))?;
    out.line("Print it or write it down, and keep it where the password is not. It is typed instead of the password.")?;
    out.line("")
}

/// Makes a second owner key whose password is a recovery key.
fn add_recovery_key(repository: &mut Repository, kdf: Kdf) -> Result<Zeroizing<String>> {
    let password = recovery::generate()?;
    let handover = Handover::Password { password: password.clone(), kdf: cost(kdf) };
    let added = repository.add_key(Role::Owner, "recovery key", &handover);
    added.map_err(|error| CliError::from(error).hint("the repository is made; only the recovery key is missing"))?;
    Ok(password)
}

/// Asks a person who is there.
fn offer(context: &Context) -> Result<bool> {
    if !context.can_ask() {
        return Ok(false);
    }
    let mut stderr = std::io::stderr();
    _ = write!(stderr, "Make a recovery key too, to print and keep in a safe place? [Y/n] ");
    _ = stderr.flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| CliError::failed(format!("cannot read the answer: {error}")))?;
    context.stop.check()?;
    // The end of input is no answer.
    Ok(!answer.is_empty() && !answer.trim().to_lowercase().starts_with('n'))
}
