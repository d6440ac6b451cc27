//! Marks in `damaged/`: packs that nobody could mend (`spec/envelope.md`). Only their names count. A mark must never be taken for truth
//! about a pack: it only keeps new things from referring to it.

use std::collections::BTreeSet;

use liasse_format::ids::ObjectName;
use liasse_store::{Area, ErrorKind};

use crate::error::{Error, Result};
use crate::objects::{Objects, hash_key};

/// The packs that are marked.
pub(crate) fn all(objects: &Objects) -> Result<BTreeSet<ObjectName>> {
    Ok(objects.store.list(Area::Damaged)?.iter().filter_map(|listed| ObjectName::from_hex(&listed.name)).collect())
}

/// Marks a pack.
pub(super) fn put(objects: &Objects, pack: ObjectName) -> Result<()> {
    let text = "Parts of the pack of this name could not be read, and could not be mended. Nothing new refers to it.\n";
    objects.put(&hash_key(Area::Damaged, pack)?, text.as_bytes()).map(drop)
}

/// Takes the mark of a pack that is whole again.
pub(super) fn remove(objects: &Objects, pack: ObjectName) -> Result<()> {
    match objects.store.remove(&hash_key(Area::Damaged, pack)?) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result.map_err(Error::from),
    }
}
