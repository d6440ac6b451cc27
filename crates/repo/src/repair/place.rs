//! Putting a sound object where a damaged one lies, or none. Must never leave a moment in which neither is there: a repair that is cut off
//! would have made worse what it came to mend.

use std::io;

use liasse_store::{Error as StoreError, ErrorKind, Key, Stage, Store};

use crate::error::{Error, Result};

/// Puts what `write` writes under a name, and sets aside what lies there.
pub(crate) fn put_in_place(store: &dyn Store, key: &Key, write: impl FnOnce(&mut dyn Stage) -> Result<()>) -> Result<()> {
    let mut stage = store.stage(key.area())?;
    write(&mut *stage)?;
    stage.take_place(key.name())?;
    Ok(())
}

/// Whether something that is no file lies where an object should: a folder, a link, a pipe, or a file where its folder should be. Nothing
/// of that is ever moved: nobody knows whose it is.
pub(crate) fn is_blocked(store: &dyn Store, key: &Key) -> Result<bool> {
    match store.size(key) {
        Ok(_) => Ok(false),
        Err(error) if is_in_the_way(&error) => Ok(true),
        // What cannot be looked at for the moment is judged, and looked at again.
        Err(error) => match Error::from(error) {
            error if error.is_about_object() => Ok(false),
            error => Err(error),
        },
    }
}

/// Whether it is certain that something is there, and what.
fn is_in_the_way(error: &StoreError) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<io::Error>());
    error.kind() == ErrorKind::NotAFile || cause.is_some_and(|cause| cause.kind() == io::ErrorKind::NotADirectory)
}

/// Sets an object aside; one that is gone already is no failure.
pub(crate) fn set_aside(store: &dyn Store, key: &Key) -> Result<()> {
    match store.set_aside(key) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result.map(drop).map_err(Error::from),
    }
}
