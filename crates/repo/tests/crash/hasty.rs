//! A store that makes the mistakes that the order of a session and of a repair must never make.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use liasse_repo::store::{Area, Key, Listed, Local, Put, Result, Stage, Store};

/// Objects that are not published yet, and their names.
type Kept = Arc<Mutex<Vec<(Box<dyn Stage>, String)>>>;

/// Which mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Haste {
    /// Says that packs are stored, and stores them only after a snapshot.
    SnapshotFirst,
    /// Sets aside what is damaged, and then gives its name to what takes its place.
    PlaceEmptied,
}

#[derive(Debug)]
pub struct Hasty {
    store: Local,
    haste: Haste,
    kept: Kept,
}

impl Hasty {
    pub fn new(store: Local, haste: Haste) -> Self {
        Self { store, haste, kept: Kept::default() }
    }
}

#[derive(Debug)]
struct Waiting {
    stage: Box<dyn Stage>,
    area: Area,
    store: Local,
    haste: Haste,
    kept: Kept,
}

impl Stage for Waiting {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.stage.write(bytes)
    }

    fn publish(self: Box<Self>, name: &str) -> Result<Put> {
        if self.haste != Haste::SnapshotFirst {
            return self.stage.publish(name);
        }
        self.kept.lock().unwrap().push((self.stage, name.to_owned()));
        Ok(Put::Created)
    }

    fn take_place(self: Box<Self>, name: &str) -> Result<Option<Key>> {
        let key = Key::new(self.area, name)?;
        if self.haste != Haste::PlaceEmptied || self.store.size(&key)?.is_none() {
            return self.stage.take_place(name);
        }
        let aside = self.store.set_aside(&key)?;
        self.stage.publish(name)?;
        Ok(Some(aside))
    }
}

impl Store for Hasty {
    fn location(&self) -> String {
        self.store.location()
    }

    fn list(&self, area: Area) -> Result<Vec<Listed>> {
        self.store.list(area)
    }

    fn strays(&self, area: Area) -> Result<Vec<String>> {
        self.store.strays(area)
    }

    fn get(&self, key: &Key, limit: u64) -> Result<Vec<u8>> {
        self.store.get(key, limit)
    }

    fn read_at(&self, key: &Key, offset: u64, buf: &mut [u8]) -> Result<()> {
        self.store.read_at(key, offset, buf)
    }

    fn size(&self, key: &Key) -> Result<Option<u64>> {
        self.store.size(key)
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put> {
        let put = self.store.put(key, bytes)?;
        if key.area() == Area::Snapshots {
            for (stage, name) in self.kept.lock().unwrap().drain(..) {
                stage.publish(&name)?;
            }
        }
        Ok(put)
    }

    fn stage(&self, area: Area) -> Result<Box<dyn Stage>> {
        let (stage, store) = (self.store.stage(area)?, self.store.clone());
        Ok(Box::new(Waiting { stage, area, store, haste: self.haste, kept: Arc::clone(&self.kept) }))
    }

    fn remove(&self, key: &Key) -> Result<()> {
        self.store.remove(key)
    }

    fn set_aside(&self, key: &Key) -> Result<Key> {
        self.store.set_aside(key)
    }

    fn sweep(&self, older_than: Duration) -> Result<u64> {
        self.store.sweep(older_than)
    }
}
