//! Work in progress: intents, plans and tombstones (`spec/committing.md`).

use crate::error::DecodeError;
use crate::ids::ObjectName;
use crate::time::Time;
use crate::tlv::{self, Unknown};
use crate::wire::{Reader, Wire, Writer, ascending};

/// Most packs of a plan.
const PLAN_LIMIT: usize = 1_048_576;

/// A session that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Name of the machine.
    pub host: String,
    /// Name of the user.
    pub user: String,
    /// Name and version of the program.
    pub program: String,
    /// Number of the process.
    pub process: u32,
    /// When it began, by the writer's clock.
    pub time: Time,
    /// Parts of later versions.
    pub unknown: Unknown,
}

/// A deletion that is being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// When it was made.
    pub time: Time,
    /// Packs that may go, strictly ascending.
    pub packs: Vec<ObjectName>,
    /// Parts of later versions.
    pub unknown: Unknown,
}

/// A snapshot slot that can no longer be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// When it was burned.
    pub time: Time,
    /// The plan it was burned for.
    pub plan: [u8; 16],
    /// Why, for people.
    pub cause: String,
    /// Parts of later versions.
    pub unknown: Unknown,
}

impl Wire for Intent {
    const MIN_SIZE: usize = 12 + 4 + 12 + 4;

    fn put(&self, out: &mut Writer) {
        self.host.put(out);
        self.user.put(out);
        self.program.put(out);
        self.process.put(out);
        self.time.put(out);
        tlv::put(self.unknown.clone(), out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            host: Wire::get(input)?,
            user: Wire::get(input)?,
            program: Wire::get(input)?,
            process: Wire::get(input)?,
            time: Wire::get(input)?,
            unknown: tlv::get_unknown(input)?,
        })
    }
}

impl Wire for Plan {
    const MIN_SIZE: usize = 12 + 4 + 4;

    fn put(&self, out: &mut Writer) {
        self.time.put(out);
        self.packs.put(out);
        tlv::put(self.unknown.clone(), out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let plan = Self { time: Wire::get(input)?, packs: input.list(PLAN_LIMIT)?, unknown: tlv::get_unknown(input)? };
        ascending(&plan.packs, "packs", |name| *name)?;
        Ok(plan)
    }
}

impl Wire for Tombstone {
    const MIN_SIZE: usize = 12 + 16 + 4 + 4;

    fn put(&self, out: &mut Writer) {
        self.time.put(out);
        self.plan.put(out);
        self.cause.put(out);
        tlv::put(self.unknown.clone(), out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { time: Wire::get(input)?, plan: Wire::get(input)?, cause: Wire::get(input)?, unknown: tlv::get_unknown(input)? })
    }
}
