//! What an input does to the objects of the sound repository: each is damaged, lost, moved, copied or forged as its bytes say.

use liasse_format::config::Config;
use liasse_format::envelope::{self, HEADER_SIZE, Header, Kind, TRAILER_SIZE};
use liasse_format::ids::{ObjectName, SessionId};
use liasse_format::wire;
use liasse_repo::store::{Area, Chance, Key};

use crate::forge::Forger;
use crate::sound::{Objects, sound};

/// Most changes of one input.
const MOST: usize = 16;
const NUMBERS: [u32; 8] = [0, 1, 2, 255, 65_536, 1 << 24, 1 << 31, u32::MAX];

/// Objects that somebody has changed.
pub(crate) struct Script {
    chance: Chance,
    /// Which areas are changed.
    areas: &'static [Area],
    pub(crate) objects: Objects,
    /// Whether a record was signed anew, so that what it says may be something else.
    pub(crate) signed: bool,
    /// Whether a config was, which may name readers whose keys nobody has.
    pub(crate) owned: bool,
}

impl Script {
    /// What becomes of the sound repository.
    pub(crate) fn run(data: &[u8], areas: &'static [Area]) -> Self {
        let mut script = Self { chance: Chance::of_bytes(data), areas, objects: sound().objects.clone(), signed: false, owned: false };
        for _ in 0..MOST {
            if script.chance.is_spent() || script.one_change().is_none() {
                break;
            }
        }
        script
    }

    /// `None` where nothing is left to change.
    fn one_change(&mut self) -> Option<()> {
        let key = self.choose()?;
        match self.chance.below(8) {
            0 => drop(self.objects.remove(&key)),
            1 => self.swap(&key)?,
            2 => {
                let bytes = self.objects.get(&key)?.clone();
                let area = self.area();
                if let Some(place) = self.name(area) {
                    self.objects.insert(place, bytes);
                }
            }
            3 => self.garbage(),
            4 => self.damage(&key)?,
            5 => self.reframe(&key)?,
            _ => self.forge(&key)?,
        }
        Some(())
    }

    fn choose(&mut self) -> Option<Key> {
        let keys: Vec<&Key> = self.objects.keys().filter(|key| self.areas.contains(&key.area())).collect();
        keys.get(self.chance.below(keys.len())).map(|key| (*key).clone())
    }

    fn area(&mut self) -> Area {
        self.chance.of(self.areas).copied().unwrap_or(Area::Packs)
    }

    /// A name that is free, or not.
    fn name(&mut self, area: Area) -> Option<Key> {
        let number = self.chance.below(8);
        let name = match area {
            Area::Config if number == 7 => u64::MAX.to_string(),
            Area::Config => number.to_string(),
            Area::Packs | Area::Index | Area::Parity | Area::Damaged => ObjectName([u8::try_from(number).ok()?; 32]).to_string(),
            _ => SessionId([u8::try_from(number).ok()?; 16]).to_string(),
        };
        Key::new(area, &name).ok()
    }

    fn swap(&mut self, key: &Key) -> Option<()> {
        let other = self.choose()?;
        let (one, two) = (self.objects.get(key)?.clone(), self.objects.get(&other)?.clone());
        self.objects.insert(key.clone(), two);
        self.objects.insert(other, one);
        Some(())
    }

    /// An object from nothing, with a frame or without, under a name that it may have.
    fn garbage(&mut self) {
        let area = self.area();
        let frame = self.chance.of(&Kind::ALL).copied().filter(|_| self.chance.below(4) > 0);
        let length = self.chance.below(256);
        let mut bytes = self.bytes(length);
        let Some(place) = self.name(area) else { return };
        if let Some(kind) = frame {
            let session = SessionId::from_hex(place.name()).filter(|_| kind.has_session()).unwrap_or(SessionId::NONE);
            let repository = sound().repository();
            bytes = envelope::wrap(&Header::new(kind, repository, session), &bytes);
        }
        let place = named(place, &bytes);
        self.objects.insert(place, bytes.into());
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| u8::try_from(self.chance.number()).unwrap_or_default()).collect()
    }

    /// Bytes change as they lie.
    fn damage(&mut self, key: &Key) -> Option<()> {
        let mut bytes = self.objects.get(key)?.to_vec();
        change(&mut self.chance, &mut bytes);
        self.objects.insert(key.clone(), bytes.into());
        Some(())
    }

    /// Bytes change, and trailer and name are made to fit.
    fn reframe(&mut self, key: &Key) -> Option<()> {
        let mut bytes = self.objects.get(key)?.to_vec();
        change(&mut self.chance, &mut bytes);
        if let Some(body) = bytes.len().checked_sub(TRAILER_SIZE).and_then(|end| bytes.get(HEADER_SIZE..end))
            && let Some(Ok(header)) = bytes.first_chunk().map(Header::from_bytes)
        {
            bytes = envelope::wrap(&header, body);
        }
        self.put_instead(key, bytes);
        Some(())
    }

    /// What is inside changes, and seal, signature, trailer and name are made to fit.
    fn forge(&mut self, key: &Key) -> Option<()> {
        let footer = self.chance.once_in(4);
        let object = self.objects.get(key)?.clone();
        let forger = Forger { bundle: &sound().bundle, keys: &sound().keys };
        let chance = &mut self.chance;
        let mut number = None;
        let Some(bytes) = forger.changed(&object, footer, |inside| {
            change(chance, inside);
            number = wire::decode::<Config>(inside).ok().map(|config| config.number);
        }) else {
            return Some(());
        };
        self.signed |= matches!(key.area(), Area::Config | Area::Snapshots);
        self.owned |= key.area() == Area::Config;
        let place = number.filter(|_| key.area() == Area::Config).and_then(|number| Key::new(Area::Config, &number.to_string()).ok());
        self.put_instead(&place.unwrap_or_else(|| key.clone()), bytes);
        Some(())
    }

    /// Puts changed bytes under the name that they must have; now and then beside those that were there.
    fn put_instead(&mut self, key: &Key, bytes: Vec<u8>) {
        if !self.chance.once_in(4) {
            self.objects.remove(key);
        }
        self.objects.insert(named(key.clone(), &bytes), bytes.into());
    }
}

/// The place that these bytes must have in the area.
fn named(key: Key, bytes: &[u8]) -> Key {
    let name = match (key.area(), bytes.first_chunk().map(Header::from_bytes)) {
        (Area::Packs | Area::Index | Area::Parity, _) => ObjectName::of(bytes).to_string(),
        (Area::Snapshots | Area::Intents | Area::Plans, Some(Ok(header))) => header.session.to_string(),
        _ => return key,
    };
    Key::new(key.area(), &name).unwrap_or(key)
}

/// One change of some bytes.
pub(crate) fn change(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let kind = chance.below(7);
    let at = chance.below(bytes.len());
    match kind {
        0 => flip(bytes, at, 1 << chance.below(8)),
        1 => flip(bytes, at, u8::try_from(chance.number()).unwrap_or_default()),
        2 => put(bytes, at, &NUMBERS[chance.below(NUMBERS.len())].to_le_bytes()),
        3 => bytes.truncate(at),
        4 => {
            let more: Vec<u8> = (0..chance.below(64)).map(|_| u8::try_from(chance.number()).unwrap_or_default()).collect();
            drop(bytes.splice(at..at, more));
        }
        5 => drop(bytes.drain(at..(at + chance.below(64)).min(bytes.len()))),
        _ => {
            let part: Vec<u8> = bytes.iter().skip(at).take(chance.below(64)).copied().collect();
            let to = chance.below(bytes.len());
            put(bytes, to, &part);
        }
    }
}

fn flip(bytes: &mut [u8], at: usize, by: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= by;
    }
}

fn put(bytes: &mut [u8], at: usize, part: &[u8]) {
    bytes.iter_mut().skip(at).zip(part).for_each(|(byte, new)| *byte = *new);
}
