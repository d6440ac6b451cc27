//! A store in memory, for tests: the promises of a real one, and raw access to its objects for whoever wants to break them.
//! Must never be lenient where a real store is strict.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Operation};
use crate::key::{Area, Key};
use crate::store::{Listed, Put, Result, Stage, Store};

type Objects = BTreeMap<Key, Arc<[u8]>>;

/// Objects in memory. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    objects: Arc<Mutex<Objects>>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of all objects as they are now.
    pub fn objects(&self) -> BTreeMap<Key, Arc<[u8]>> {
        self.lock().clone()
    }

    /// Puts `bytes` in the place of an object, or where there is none: what a real store never does, for tests of damage.
    pub fn replace(&self, key: Key, bytes: impl Into<Arc<[u8]>>) {
        self.lock().insert(key, bytes.into());
    }

    /// Takes an object away behind everybody's back. Returns whether there was one.
    pub fn delete(&self, key: &Key) -> bool {
        self.lock().remove(key).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Objects> {
        // Every change is one call on the map: a thread that panicked left it whole.
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &Key, operation: Operation) -> Result<Arc<[u8]>> {
        self.lock().get(key).cloned().ok_or_else(|| Error::new(ErrorKind::NotFound, operation, key))
    }
}

impl Store for Memory {
    fn location(&self) -> String {
        "memory".to_owned()
    }

    fn list(&self, area: Area) -> Result<Vec<Listed>> {
        let objects = self.lock();
        let here = objects.iter().filter(|(key, _)| key.area() == area);
        Ok(here.map(|(key, bytes)| Listed { name: key.name().to_owned(), size: bytes.len() as u64 }).collect())
    }

    fn strays(&self, _area: Area) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn get(&self, key: &Key, limit: u64) -> Result<Vec<u8>> {
        let bytes = self.find(key, Operation::Get)?;
        let size = bytes.len() as u64;
        if size > limit {
            return Err(Error::new(ErrorKind::TooLarge { size, limit }, Operation::Get, key));
        }
        Ok(bytes.to_vec())
    }

    fn read_at(&self, key: &Key, offset: u64, buf: &mut [u8]) -> Result<()> {
        let bytes = self.find(key, Operation::ReadAt)?;
        let range = usize::try_from(offset).ok().and_then(|start| Some(start..start.checked_add(buf.len())?));
        let Some(part) = range.and_then(|range| bytes.get(range)) else {
            let wanted = buf.len() as u64;
            return Err(Error::new(ErrorKind::Short { offset, wanted }, Operation::ReadAt, key));
        };
        buf.copy_from_slice(part);
        Ok(())
    }

    fn size(&self, key: &Key) -> Result<Option<u64>> {
        Ok(self.lock().get(key).map(|bytes| bytes.len() as u64))
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put> {
        match self.lock().entry(key.clone()) {
            Entry::Occupied(_) => Ok(Put::Existed),
            Entry::Vacant(place) => {
                place.insert(bytes.into());
                Ok(Put::Created)
            }
        }
    }

    fn stage(&self, area: Area) -> Result<Box<dyn Stage>> {
        Ok(Box::new(Staged { store: self.clone(), area, bytes: Vec::new() }))
    }

    fn remove(&self, key: &Key) -> Result<()> {
        if self.delete(key) { Ok(()) } else { Err(Error::new(ErrorKind::NotFound, Operation::Remove, key)) }
    }

    fn set_aside(&self, key: &Key) -> Result<Key> {
        let aside = name_aside(&mut self.lock(), key, None)?;
        aside.ok_or_else(|| Error::new(ErrorKind::NotFound, Operation::SetAside, key))
    }

    fn sweep(&self, _older_than: Duration) -> Result<u64> {
        Ok(0)
    }
}

/// Moves an object out of its place, and puts another there, if there is one.
fn name_aside(objects: &mut Objects, key: &Key, other: Option<&[u8]>) -> Result<Option<Key>> {
    if !objects.contains_key(key) {
        return Ok(None);
    }
    let free = key.asides()?.find(|aside| !objects.contains_key(aside));
    let aside = free.ok_or_else(|| Error::new(ErrorKind::BadName, Operation::SetAside, key))?;
    let old = match other {
        Some(new) => objects.insert(key.clone(), new.into()),
        None => objects.remove(key),
    };
    if let Some(bytes) = old {
        objects.insert(aside.clone(), bytes);
    }
    Ok(Some(aside))
}

#[derive(Debug)]
struct Staged {
    store: Memory,
    area: Area,
    bytes: Vec<u8>,
}

impl Stage for Staged {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn publish(self: Box<Self>, name: &str) -> Result<Put> {
        self.store.put(&Key::new(self.area, name)?, &self.bytes)
    }

    fn take_place(self: Box<Self>, name: &str) -> Result<Option<Key>> {
        let key = Key::new(self.area, name)?;
        if let Some(aside) = name_aside(&mut self.store.lock(), &key, Some(&self.bytes))? {
            return Ok(Some(aside));
        }
        self.publish(name).map(|_| None)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::conformance::{conformance, key};
    use crate::faulty::Faulty;

    conformance!(memory, (super::Memory::new(), ()));
    conformance!(shared, (std::sync::Arc::new(super::Memory::new()), ()));
    conformance!(unarmed, (super::Faulty::new(super::Memory::new()), ()));

    #[test]
    fn clones_share_and_tests_may_break_things() {
        let store = Memory::new();
        let pack = key(Area::Packs, "aa");
        store.clone().put(&pack, b"pack").unwrap();
        store.replace(pack.clone(), *b"rots");
        assert_eq!(store.get(&pack, 4).unwrap(), b"rots");
        assert_eq!(store.objects().len(), 1);
        assert!(store.delete(&pack));
        assert!(!store.delete(&pack));
        assert_eq!(store.size(&pack).unwrap(), None);
    }
}
