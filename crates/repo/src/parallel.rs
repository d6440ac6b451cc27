//! Doing the same to many things on all cores, with what a thread keeps from one to the next.

use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

/// Most threads: each keeps buffers, so more would only take memory.
const MOST_THREADS: usize = 16;

/// Does something to each item, in no certain order; `tools` makes what a thread keeps. The first failure ends it for all.
pub(crate) fn for_each<I: Send, T>(
    items: impl ExactSizeIterator<Item = I> + Send,
    tools: impl Fn() -> Result<T> + Sync,
    each: impl Fn(I, &mut T) -> Result<()> + Sync,
) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_THREADS).min(items.len());
    let left = Mutex::new(Some(items));
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).as_mut().and_then(Iterator::next);
    let end = || *left.lock().unwrap_or_else(PoisonError::into_inner) = None;
    let work = || -> Result<()> {
        let mut tools = tools().inspect_err(|_| end())?;
        while let Some(item) = next() {
            each(item, &mut tools).inspect_err(|_| end())?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let ended: Vec<Result<()>> =
            workers.into_iter().map(|worker| worker.join().unwrap_or(Err(Error::Internal("a worker failed")))).collect();
        ended.into_iter().collect()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_item_is_done_once() {
        let done: Vec<AtomicUsize> = (0..1000).map(|_| AtomicUsize::new(0)).collect();
        let count = |item: &AtomicUsize, kept: &mut usize| {
            *kept += 1;
            item.fetch_add(*kept.min(&mut 1), Ordering::Relaxed);
            Ok(())
        };
        assert!(for_each(done.iter(), || Ok(0), count).is_ok());
        assert!(done.iter().all(|item| item.load(Ordering::Relaxed) == 1));
    }

    #[test]
    fn a_failure_ends_it_and_is_told() {
        let done = AtomicUsize::new(0);
        let each = |item: usize, (): &mut ()| {
            done.fetch_add(1, Ordering::Relaxed);
            if item == 3 { Err(Error::Internal("three")) } else { Ok(()) }
        };
        let result = for_each(0..1_000_000_usize, || Ok(()), each);
        assert!(matches!(result, Err(Error::Internal("three"))), "{result:?}");
        assert!(done.load(Ordering::Relaxed) < 1_000_000);
    }

    #[test]
    fn tools_that_cannot_be_made_are_a_failure() {
        let result = for_each(0..3, || Err::<(), _>(Error::Internal("no tools")), |_, ()| Ok(()));
        assert!(matches!(result, Err(Error::Internal("no tools"))), "{result:?}");
    }

    #[test]
    fn a_panic_is_never_taken_for_success() {
        let result = for_each(0..3, || Ok(()), |item, ()| if item == 1 { panic!("as planned") } else { Ok(()) });
        assert!(matches!(result, Err(Error::Internal(_))), "{result:?}");
    }
}
