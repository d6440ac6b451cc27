//! `init`: a new repository, and perhaps a recovery key to put in a safe.

use liasse_repo::Creation;
use serde::Serialize;

use super::recovery_key;
use crate::args::Init;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
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
    let password = context.new_password()?;
    // Asked before anything is made, so that who ends the program here has made nothing.
    let wanted = args.recovery_key || recovery_key::offer(context)?;
    let (name, label) = (args.name.clone(), args.label.clone());
    let creation = Creation { name, label, kdf: cost(args.kdf), data_chunks: args.chunk_size, ..Creation::new(password) };
    let mut repository = context.create(&creation)?;
    let recovery = if wanted {
        let added = recovery_key::add(&mut repository, recovery_key::LABEL, args.kdf);
        Some(added.map_err(|error| CliError::hint(error, "the repository is made; only the recovery key is missing"))?.1)
    } else {
        None
    };
    let recovery_key = recovery.as_ref().map(|key| key.as_str());
    let made = Made { schema: 1, repository: repository.id().to_string(), location: repository.location(), name: &args.name, recovery_key };
    let texts = &context.settings.texts;
    if let (true, Some(key)) = (context.output.quiet && !context.output.json, recovery_key) {
        // Asked for, and never to be seen again: even who wants silence needs it.
        recovery_key::show(texts, key, &mut Listing::new())?;
    }
    context.output.result(&made, |out| {
        out.line(&texts.get("repository-made", &[("place", crate::text::plain(&made.location).into())]))?;
        recovery_key.map_or(Ok(()), |key| recovery_key::show(texts, key, out))?;
        out.line(&texts.get("keep-password", &[]))
    })?;
    Ok(Exit::Done)
}
