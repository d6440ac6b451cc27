//! A recovery key as a way in: offered, made, shown once.

use liasse_dossier::lang::Texts;
use liasse_repo::format::keys::Role;
use liasse_repo::{AddedKey, Handover, Repository};
use zeroize::Zeroizing;

use crate::args::Kdf;
use crate::context::Context;
use crate::error::Result;
use crate::output::Listing;
use crate::recovery;
use crate::repository::cost;

/// What the key is called in a list.
pub(super) const LABEL: &str = "recovery key";

/// A new owner's key whose password is the recovery key, and that password.
pub(super) fn add(repository: &mut Repository, label: &str, kdf: Kdf) -> Result<(AddedKey, Zeroizing<String>)> {
    let password = recovery::generate()?;
    let handover = Handover::Password { password: password.clone(), kdf: cost(kdf) };
    Ok((repository.add_key(Role::Owner, label, &handover)?, password))
}

/// Asks a person who is there.
pub(super) fn offer(context: &Context) -> Result<bool> {
    Ok(context.can_ask() && context.confirm(&context.settings.texts.get("ask-recovery-key", &[]))?)
}

/// Shows one, for the only time.
pub(super) fn show(texts: &Texts, key: &str, out: &mut Listing) -> Result<()> {
    out.line("")?;
    out.line(&texts.get("recovery-key-shown", &[]))?;
    out.line(&format!("    {key}"))?;
    out.line(&texts.get("recovery-key-keep", &[]))?;
    out.line("")
}
