//! A store that fails on purpose and counts what is asked of it, around any other store: for tests that kill a run at its
//! n-th step, and for tests that assert what a run costs. Must never change an answer unless a fault was armed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Operation};
use crate::key::{Area, Key};
use crate::store::{Listed, Put, Result, Stage, Store};

/// Which operations fail. Numbers count from 1, from the store's making or the last [`Faulty::reset`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The n-th mutation alone.
    Mutation(u64),
    /// The n-th mutation and all after it: the process or the disk is gone.
    MutationsFrom(u64),
    /// The n-th operation of this sort alone.
    Nth(Operation, u64),
    /// Every operation of this sort.
    Every(Operation),
}

/// A failure to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// When it strikes.
    pub trigger: Trigger,
    /// What the caller is told.
    pub kind: ErrorKind,
    /// Whether the operation takes effect all the same, as when a crash or a lost answer follows it.
    pub applied: bool,
}

/// `S` with faults. Clones share faults and counts.
#[derive(Debug, Clone)]
pub struct Faulty<S> {
    inner: S,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    record: Mutex<Record>,
}

#[derive(Debug, Default)]
struct Record {
    counts: BTreeMap<Operation, u64>,
    faults: Vec<Fault>,
    unreadable: Vec<Key>,
    list_limit: Option<usize>,
}

impl<S: Store> Faulty<S> {
    /// Wraps a store; nothing fails yet.
    pub fn new(inner: S) -> Self {
        Self { inner, state: Arc::default() }
    }

    /// The store within.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// Adds a fault to those armed.
    pub fn arm(&self, fault: Fault) {
        self.state.lock().faults.push(fault);
    }

    /// From now on an object cannot be read, as where the medium has a bad sector. It is still listed.
    pub fn spoil(&self, key: Key) {
        self.state.lock().unreadable.push(key);
    }

    /// From now on listings end silently after `limit` objects: what a store must never do, and others must survive.
    pub fn truncate_lists(&self, limit: usize) {
        self.state.lock().list_limit = Some(limit);
    }

    /// Disarms all faults; counts go on.
    pub fn heal(&self) {
        let mut record = self.state.lock();
        record.faults.clear();
        record.unreadable.clear();
        record.list_limit = None;
    }

    /// Disarms all faults and counts from zero.
    pub fn reset(&self) {
        *self.state.lock() = Record::default();
    }

    /// How many operations of this sort were asked for, failed ones included.
    pub fn count(&self, operation: Operation) -> u64 {
        self.state.lock().count(operation)
    }

    /// How many mutations were asked for, failed ones included.
    pub fn mutations(&self) -> u64 {
        self.state.lock().mutations()
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readable(&self, operation: Operation, key: &Key) -> Result<()> {
        if self.lock().unreadable.contains(key) { Err(Error::new(ErrorKind::Io, operation, key)) } else { Ok(()) }
    }

    /// Counts an operation and runs it, or lets it fail.
    fn run<T>(&self, operation: Operation, object: impl std::fmt::Display, action: impl FnOnce() -> Result<T>) -> Result<T> {
        let fault = self.lock().next(operation);
        match fault {
            None => action(),
            Some(fault) => {
                if fault.applied {
                    drop(action());
                }
                Err(Error::new(fault.kind, operation, object))
            }
        }
    }
}

impl Record {
    fn count(&self, operation: Operation) -> u64 {
        self.counts.get(&operation).copied().unwrap_or(0)
    }

    fn mutations(&self) -> u64 {
        self.counts.iter().filter(|(operation, _)| operation.is_mutation()).map(|(_, count)| count).sum()
    }

    /// Counts an operation; the fault that strikes it, if any.
    fn next(&mut self, operation: Operation) -> Option<Fault> {
        *self.counts.entry(operation).or_insert(0) += 1;
        let (mutations, same) = (self.mutations(), self.count(operation));
        let strikes = |fault: &&Fault| match fault.trigger {
            Trigger::Mutation(n) => operation.is_mutation() && mutations == n,
            Trigger::MutationsFrom(n) => operation.is_mutation() && mutations >= n,
            Trigger::Nth(only, n) => operation == only && same == n,
            Trigger::Every(only) => operation == only,
        };
        self.faults.iter().find(strikes).copied()
    }
}

impl<S: Store> Store for Faulty<S> {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn identity(&self) -> String {
        self.inner.identity()
    }

    fn list(&self, area: Area) -> Result<Vec<Listed>> {
        let mut listed = self.state.run(Operation::List, area, || self.inner.list(area))?;
        if let Some(limit) = self.state.lock().list_limit {
            listed.truncate(limit);
        }
        Ok(listed)
    }

    fn strays(&self, area: Area) -> Result<Vec<String>> {
        self.state.run(Operation::List, area, || self.inner.strays(area))
    }

    fn get(&self, key: &Key, limit: u64) -> Result<Vec<u8>> {
        self.state.run(Operation::Get, key, || {
            self.state.readable(Operation::Get, key)?;
            self.inner.get(key, limit)
        })
    }

    fn read_at(&self, key: &Key, offset: u64, buf: &mut [u8]) -> Result<()> {
        self.state.run(Operation::ReadAt, key, || {
            self.state.readable(Operation::ReadAt, key)?;
            self.inner.read_at(key, offset, buf)
        })
    }

    fn size(&self, key: &Key) -> Result<Option<u64>> {
        self.state.run(Operation::Size, key, || self.inner.size(key))
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put> {
        self.state.run(Operation::Put, key, || self.inner.put(key, bytes))
    }

    fn stage(&self, area: Area) -> Result<Box<dyn Stage>> {
        let inner = self.state.run(Operation::Stage, area, || self.inner.stage(area))?;
        Ok(Box::new(FaultyStage { inner, state: Arc::clone(&self.state), area, failed: None }))
    }

    fn remove(&self, key: &Key) -> Result<()> {
        self.state.run(Operation::Remove, key, || self.inner.remove(key))
    }

    fn set_aside(&self, key: &Key) -> Result<Key> {
        self.state.run(Operation::SetAside, key, || self.inner.set_aside(key))
    }

    fn sweep(&self, older_than: Duration) -> Result<u64> {
        self.state.run(Operation::Sweep, self.inner.location(), || self.inner.sweep(older_than))
    }
}

#[derive(Debug)]
struct FaultyStage {
    inner: Box<dyn Stage>,
    state: Arc<State>,
    area: Area,
    failed: Option<ErrorKind>,
}

impl Stage for FaultyStage {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let (state, inner) = (&self.state, &mut self.inner);
        let written = state.run(Operation::Write, self.area, || inner.write(bytes));
        self.failed = self.failed.or(written.as_ref().err().map(Error::kind));
        written
    }

    fn publish(self: Box<Self>, name: &str) -> Result<Put> {
        self.end(|inner| inner.publish(name))
    }

    fn take_place(self: Box<Self>, name: &str) -> Result<Option<Key>> {
        self.end(|inner| inner.take_place(name))
    }
}

impl FaultyStage {
    /// A real store refuses what it could not write; so must this one, whose inner store knows of no failure.
    fn end<T>(self, publish: impl FnOnce(Box<dyn Stage>) -> Result<T>) -> Result<T> {
        let Self { inner, state, area, failed } = self;
        let refuse = |kind| Error::new(kind, Operation::Publish, area);
        state.run(Operation::Publish, area, || failed.map_or_else(|| publish(inner), |kind| Err(refuse(kind))))
    }
}

#[cfg(test)]
mod tests;
