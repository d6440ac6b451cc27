//! Snapshots as folders that can be looked into and not changed.
//!
//! [`View`] is the whole of it without any way to show it: nodes with stable numbers, looked up, listed and read, verified before a byte
//! is given out. [`fuse`] shows a view as a file system of the kernel. What else shows one stands on the same view.
#![forbid(unsafe_code)]

mod error;
pub mod fuse;
mod view;
pub mod web;

pub use error::{Error, Result};
pub use liasse_archive::repo;
pub use view::{Attributes, Item, Kind, Listing, LocalTime, NodeId, Options, ROOT, Shown, Space, StateAt, Trouble, View, Whence};
