//! `config show`: the parameters that the owner signed.

use liasse_repo::format::config::{ChunkSizes, Config};
use serde::Serialize;

use super::shown::role;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::text;
use crate::time;

#[derive(Serialize)]
struct Shown {
    schema: u32,
    repository: String,
    location: String,
    name: String,
    number: u64,
    time: Option<String>,
    role: &'static str,
    data_chunks: Sizes,
    tree_chunks: Sizes,
    block_size_bytes: u32,
    pack_size_bytes: u32,
    zstd_level: i32,
    readers: usize,
    writers: usize,
    slots: usize,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the unit is part of every name")]
struct Sizes {
    min_bytes: u32,
    average_bytes: u32,
    max_bytes: u32,
}

impl From<ChunkSizes> for Sizes {
    fn from(sizes: ChunkSizes) -> Self {
        Self { min_bytes: sizes.min, average_bytes: sizes.average, max_bytes: sizes.max }
    }
}

pub(crate) fn show(context: &Context) -> Result<Exit> {
    let repository = context.open()?;
    let config = repository.config();
    let shown = Shown {
        schema: 1,
        repository: repository.id().to_string(),
        location: repository.location(),
        name: config.name.clone(),
        number: config.number,
        time: time::rfc3339(config.time),
        role: role(repository.role()),
        data_chunks: config.data_chunks.into(),
        tree_chunks: config.tree_chunks.into(),
        block_size_bytes: config.block_size,
        pack_size_bytes: config.pack_size,
        zstd_level: config.level,
        readers: config.readers.len(),
        writers: config.writers.len(),
        slots: config.slots.len(),
    };
    context.output.answer(&shown, |out| {
        for (name, value) in lines(&shown, config) {
            out.line(&format!("{name:<13}{value}"))?;
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}

fn lines(shown: &Shown, config: &Config) -> [(&'static str, String); 11] {
    [
        ("repository", shown.repository.clone()),
        ("location", text::plain(&shown.location)),
        ("name", text::plain(&shown.name)),
        ("config", format!("number {}, of {}", config.number, time::local(config.time))),
        ("your role", shown.role.to_owned()),
        ("data chunks", sizes(config.data_chunks)),
        ("tree chunks", sizes(config.tree_chunks)),
        ("block size", text::size(config.block_size.into())),
        ("pack size", text::size(config.pack_size.into())),
        ("compression", format!("zstd, level {}", config.level)),
        ("keys", keys(shown)),
    ]
}

fn keys(shown: &Shown) -> String {
    let counted = |number: usize, one, many| text::counted(number as u64, one, many);
    let passwords = counted(shown.slots, "password", "passwords");
    let writers = counted(shown.writers, "writer", "writers");
    format!("{passwords}, {writers}, {}; see liasse key list", counted(shown.readers, "reader", "readers"))
}

fn sizes(sizes: ChunkSizes) -> String {
    let [min, average, max] = [sizes.min, sizes.average, sizes.max].map(|bytes| text::size(bytes.into()));
    format!("{min} to {max}, {average} on average")
}
