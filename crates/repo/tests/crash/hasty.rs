//! A store that says that packs are stored, and stores them only after a snapshot: the mistake that the order of a session must never
//! make.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use liasse_repo::store::{Area, Key, Listed, Local, Put, Result, Stage, Store};

/// Objects that are not published yet, and their names.
type Kept = Arc<Mutex<Vec<(Box<dyn Stage>, String)>>>;

#[derive(Debug)]
pub struct Hasty {
    store: Local,
    kept: Kept,
}

impl Hasty {
    pub fn new(store: Local) -> Self {
        Self { store, kept: Kept::default() }
    }
}

#[derive(Debug)]
struct Waiting {
    stage: Box<dyn Stage>,
    kept: Kept,
}

impl Stage for Waiting {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.stage.write(bytes)
    }

    fn sync(&mut self) -> Result<()> {
        self.stage.sync()
    }

    fn publish(self: Box<Self>, name: &str) -> Result<Put> {
        self.kept.lock().unwrap().push((self.stage, name.to_owned()));
        Ok(Put::Created)
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
        Ok(Box::new(Waiting { stage: self.store.stage(area)?, kept: Arc::clone(&self.kept) }))
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
