//! What every store promises, wherever it keeps its objects.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::key::{Area, Key};

/// The result of a store's operation.
pub type Result<T> = std::result::Result<T, Error>;

/// One object in a listing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// A valid name of the area: [`Key::new`] accepts it.
    pub name: String,
    /// The object's size in bytes.
    pub size: u64,
}

/// What became of an object that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is stored under its name, by this call.
    Created,
    /// There was an object of this name, and still is; the new bytes were dropped without comparing. What was there is
    /// durable when the call returns, even if another writer put it a moment ago.
    Existed,
}

/// Named immutable objects. Calls may come from many threads at once.
pub trait Store: Send + Sync + Debug {
    /// Where the objects are, for messages.
    fn location(&self) -> String;

    /// What tells this storage from another that is found in the same place at another time, as disks in rotation are.
    fn identity(&self) -> String {
        self.location()
    }

    /// All objects of an area, sorted by name. Names that are not valid are left out, see [`Store::strays`], and so is
    /// everything that is not yet published.
    ///
    /// # Errors
    /// When any part of the listing fails: a listing is complete or it is an error, never empty for want of an answer.
    fn list(&self, area: Area) -> Result<Vec<Listed>>;

    /// What lies in an area's place and is no object of it, sorted, for people to look at.
    ///
    /// # Errors
    /// As [`Store::list`].
    fn strays(&self, area: Area) -> Result<Vec<String>>;

    /// All bytes of an object that has at most `limit`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound), [`TooLarge`](crate::ErrorKind::TooLarge) before anything is allocated.
    fn get(&self, key: &Key, limit: u64) -> Result<Vec<u8>>;

    /// Fills `buf` from `offset` bytes into an object.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound), [`Short`](crate::ErrorKind::Short) when the object ends before.
    fn read_at(&self, key: &Key, offset: u64, buf: &mut [u8]) -> Result<()>;

    /// The size of an object in bytes, `None` when there is no such object.
    ///
    /// # Errors
    /// When it cannot be told whether the object is there.
    fn size(&self, key: &Key) -> Result<Option<u64>>;

    /// Stores an object unless one of this name exists; of several writers at once exactly one creates it. When the call
    /// returns without error the object is durable; while it runs, readers see all of it or nothing.
    ///
    /// # Errors
    /// Any failure of the storage. The object may then exist only if its removal failed as well.
    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put>;

    /// Begins an object whose name is known only when all its bytes are.
    ///
    /// # Errors
    /// Any failure of the storage.
    fn stage(&self, area: Area) -> Result<Box<dyn Stage>>;

    /// Removes an object, durably.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none.
    fn remove(&self, key: &Key) -> Result<()>;

    /// Moves a damaged object out of its place into [`Area::Damaged`], durably and byte for byte, whatever is wrong with it; gives
    /// where it lies now ([`Key::asides`]). Another writer may have put a new object into the place when the call returns.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none, [`BadName`](crate::ErrorKind::BadName) for objects that are not set
    /// aside, or any failure of the storage: the object then has its old name, or the new one, or both.
    fn set_aside(&self, key: &Key) -> Result<Key>;

    /// Removes unpublished leftovers of writers that died, when they are older than `older_than` by the storage's clock
    /// and no living writer on this machine holds them. Returns how many. Never called by the store itself.
    ///
    /// # Errors
    /// Any failure of the storage.
    fn sweep(&self, older_than: Duration) -> Result<u64>;
}

/// An object in the making. Nobody sees it before [`Stage::publish`]; dropping it discards it.
pub trait Stage: Send + Debug {
    /// Appends bytes.
    ///
    /// # Errors
    /// Any failure of the storage. The object can then no longer be published.
    fn write(&mut self, bytes: &[u8]) -> Result<()>;

    /// Gives the object its name, with the promises of [`Store::put`].
    ///
    /// # Errors
    /// [`BadName`](crate::ErrorKind::BadName), the kind of an earlier failed write, or any failure of the storage.
    fn publish(self: Box<Self>, name: &str) -> Result<Put>;

    /// Gives the object the name of a damaged one, which is set aside as by [`Store::set_aside`]: at every moment one of the two has the
    /// name, and after a power cut. Gives where the damaged one lies now; `None` where there was none, and this was [`Stage::publish`].
    ///
    /// # Errors
    /// As [`Stage::publish`] and [`Store::set_aside`]. One of the two has the name, and of the damaged one nothing is lost; where the
    /// storage has no second names, nothing that it still gives.
    fn take_place(self: Box<Self>, name: &str) -> Result<Option<Key>>;
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn location(&self) -> String {
        (**self).location()
    }

    fn identity(&self) -> String {
        (**self).identity()
    }

    fn list(&self, area: Area) -> Result<Vec<Listed>> {
        (**self).list(area)
    }

    fn strays(&self, area: Area) -> Result<Vec<String>> {
        (**self).strays(area)
    }

    fn get(&self, key: &Key, limit: u64) -> Result<Vec<u8>> {
        (**self).get(key, limit)
    }

    fn read_at(&self, key: &Key, offset: u64, buf: &mut [u8]) -> Result<()> {
        (**self).read_at(key, offset, buf)
    }

    fn size(&self, key: &Key) -> Result<Option<u64>> {
        (**self).size(key)
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put> {
        (**self).put(key, bytes)
    }

    fn stage(&self, area: Area) -> Result<Box<dyn Stage>> {
        (**self).stage(area)
    }

    fn remove(&self, key: &Key) -> Result<()> {
        (**self).remove(key)
    }

    fn set_aside(&self, key: &Key) -> Result<Key> {
        (**self).set_aside(key)
    }

    fn sweep(&self, older_than: Duration) -> Result<u64> {
        (**self).sweep(older_than)
    }
}
