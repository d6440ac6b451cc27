//! Reports as people read them: in three languages, as text, page and JSON, with names that mean harm; and the folder that keeps them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "report/folder.rs"]
mod folder;
#[path = "report/pages.rs"]
mod pages;
#[path = "report/sample.rs"]
mod sample;
#[path = "report/texts.rs"]
mod texts;
