//! Hostile key slots and configs, and a password: it opens what it opened before, with the keys that it had, or it is said why not. A slot
//! that is sound opens, whatever lies beside it.

use std::sync::Arc;

use liasse_format::envelope::{HEADER_SIZE, TRAILER_SIZE};
use liasse_format::keys::SlotBody;
use liasse_repo::store::{Area, Memory, Store};
use liasse_repo::{Error, Repository, Unlock};
use zeroize::Zeroizing;

use crate::script::Script;
use crate::sound::{CHEAPEST, Objects, PASSWORDS, sound, store_of};

const AREAS: [Area; 2] = [Area::Keys, Area::Config];
/// Slots beyond these are looked at by no input: each may cost a derivation, which takes long on purpose.
const MOST_SLOTS: usize = 4;

/// A list of changes (`script.rs`) to slots and configs.
pub fn unlock(data: &[u8]) {
    let script = Script::run(data, &AREAS);
    if costly(&script.objects) {
        return;
    }
    let (role, password) = PASSWORDS[data.len() % PASSWORDS.len()];
    let store = store_of(&script.objects);
    match Repository::open(Arc::new(store.clone()), &Unlock::Password(Zeroizing::new(password.to_owned()))) {
        Ok(repository) => {
            assert_eq!(repository.role(), role, "another's keys");
            assert!(repository.can_read() && repository.id() == sound().repository());
        }
        Err(error) => {
            assert!(!untouched(&store), "sound, and does not open: {error:?}");
            let gone = matches!(error, Error::NoRepository { .. } | Error::Unfinished { .. } | Error::WrongPassword { .. });
            assert!(gone || error.is_damage(), "no word of damage: {error:?}");
        }
    }
}

/// Whether the slots that were there, and the configs, are as they were: what lies beside them can then harm nobody.
fn untouched(store: &Memory) -> bool {
    let now = store.objects();
    let configs = store.list(Area::Config).expect("a listing").len();
    let of = |area| sound().objects.iter().filter(move |(key, _)| key.area() == area);
    let same = |area| of(area).all(|(key, bytes)| now.get(key) == Some(bytes));
    same(Area::Keys) && same(Area::Config) && of(Area::Config).count() == configs
}

/// Whether trying a password on all slots costs more than a few derivations of the cheapest kind. The format allows dearer ones; they
/// would only take their time.
fn costly(objects: &Objects) -> bool {
    let slots: Vec<_> = objects.iter().filter(|(key, _)| key.area() == Area::Keys).collect();
    let dear = |object: &[u8]| {
        let body = object.len().checked_sub(TRAILER_SIZE).and_then(|end| object.get(HEADER_SIZE..end));
        let slot = body.map(SlotBody::decode);
        matches!(slot, Some(Ok(SlotBody { kdf, .. })) if kdf.memory_kib > CHEAPEST.memory_kib || kdf.passes > CHEAPEST.passes)
    };
    slots.len() > MOST_SLOTS || slots.iter().any(|(_, object)| dear(object))
}
