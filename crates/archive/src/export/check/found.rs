//! What a check of an export finds.

use liasse_repo::format::ids::PublicKey;
use liasse_repo::format::time::Time;

use crate::export::MOST_NAMED;
use crate::export::manifest::Head;

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongKind {
    /// The manifest has it, and it is not there.
    Missing,
    /// It is there, and the manifest does not have it.
    Extra,
    /// Its bytes, where it leads, or what it is.
    Changed,
    /// It cannot be read.
    Unreadable,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where, in the export.
    pub path: Vec<u8>,
    /// What.
    pub kind: WrongKind,
}

/// A record that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The key that signed it.
    pub key: PublicKey,
    /// The machine, as the record says.
    pub host: String,
    /// When, as the record says.
    pub time: Time,
    /// Seconds east of UTC there.
    pub utc_offset: i32,
}

/// What stands for the evidence root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nothing: no record is there.
    None,
    /// A record that is no record, or is not signed by the key that it names.
    Bad,
    /// A record that is signed, of another snapshot or of another state.
    Foreign,
    /// A record that is signed and has this state.
    Signed(Signed),
}

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// What the export says that it is of.
    pub head: Head,
    /// Files that are as the manifest says.
    pub files: u64,
    /// Folders, links and others that are.
    pub others: u64,
    /// Bytes of these files.
    pub bytes: u64,
    /// Entries that the export itself says it does not have; the first 1,000.
    pub absent: Vec<Vec<u8>>,
    /// How many.
    pub absent_count: u64,
    /// Files whose times are no longer those of the manifest: somebody copied them without.
    pub touched: u64,
    /// What is wrong; the first 1,000.
    pub wrong: Vec<Wrong>,
    /// How much.
    pub wrong_count: u64,
    /// Whether the manifest is just what the evidence root stands for.
    pub is_evident: bool,
    /// What stands for the root.
    pub proof: Proof,
}

impl Checked {
    pub(super) fn new(head: Head) -> Self {
        Self {
            head,
            files: 0,
            others: 0,
            bytes: 0,
            absent: Vec::new(),
            absent_count: 0,
            touched: 0,
            wrong: Vec::new(),
            wrong_count: 0,
            is_evident: false,
            proof: Proof::None,
        }
    }

    /// Whether nothing is wrong. What was never there is another matter.
    pub fn is_sound(&self) -> bool {
        self.wrong_count == 0 && self.is_evident && !matches!(self.proof, Proof::Bad | Proof::Foreign)
    }

    pub(super) fn wrong(&mut self, path: &[u8], kind: WrongKind) {
        self.wrong_count += 1;
        if self.wrong.len() < MOST_NAMED {
            self.wrong.push(Wrong { path: path.to_vec(), kind });
        }
    }
}
