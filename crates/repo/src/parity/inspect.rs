//! What can be told of a parity object alone, for vectors, fuzzing, and other tools that look at one.

use liasse_format::ids::ObjectName;
use liasse_format::parity::Head;
use liasse_store::{Area, Key, Memory, Store};

use super::code;
use super::opened::Opened;
use crate::error::Result;

/// What an object still says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// What it protects.
    pub head: Head,
    /// For each group, the recovery shards that are not sound, or not known to be.
    pub rotten: Vec<Vec<u32>>,
    /// For each group, of how many shards the hash is known.
    pub known: Vec<u32>,
}

/// Looks at the bytes of an object, whatever has become of them. `None` when its head is not found.
///
/// # Errors
/// Only when the program itself is at fault.
pub fn inspect(bytes: &[u8]) -> Result<Option<Inspection>> {
    let store = Memory::new();
    let key = Key::new(Area::Parity, &ObjectName::of(bytes).to_string())?;
    store.put(&key, bytes)?;
    let Some(opened) = Opened::all(&store)?.good.pop() else { return Ok(None) };
    let (mut rotten, mut known) = (Vec::new(), Vec::new());
    for (number, place) in (0..).zip(opened.layout.groups()) {
        let recovery = opened.recovery(&store, place, number)?;
        rotten.push(recovery.rotten());
        known.push((0..place.group.shards).fold(0, |known, shard| known + u32::from(recovery.hash(shard as usize).is_some())));
    }
    Ok(Some(Inspection { head: opened.head, rotten, known }))
}

/// The recovery shards of shards of one length.
///
/// # Errors
/// When they are not all of one length, or the code does not do such counts.
pub fn recovery_of(shards: &[&[u8]], recovery: usize) -> Result<Vec<u8>> {
    code::protect(shards.iter().copied(), recovery, shards.first().map_or(0, |shard| shard.len()))
}
