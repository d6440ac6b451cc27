//! Snapshots: read, believed, found.

use liasse_format::DecodeError;
use liasse_format::envelope::{self, HEADER_SIZE, Header, Kind};
use liasse_format::ids::{Hash, SessionId};
use liasse_format::snapshot::{SIGNATURE_CONTEXT, Snapshot as Record};
use liasse_format::time::Time;
use liasse_format::wire;
use liasse_seal::{BoxKey, SealError};
use liasse_store::{Area, Key};

use crate::error::{Error, Result};
use crate::objects::{LARGE_LIMIT, named_by_session};
use crate::order::{Claim, Placed, put_in_order};
use crate::repository::Repository;
use crate::signed::SignedRecord;

/// A committed snapshot, believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name: the session's id.
    pub id: SessionId,
    /// What was recorded.
    pub record: Record,
    /// BLAKE3 of the object: what the writer's next snapshot names as its previous.
    pub hash: Hash,
    /// When it was made: the time that it claims; or, among all snapshots, as far as its writer's clock can be believed ([`made`](crate::made)).
    pub made: Time,
}

impl Placed for Snapshot {
    fn claim(&self) -> (SessionId, Claim) {
        (self.id, Claim::of(&self.record))
    }

    fn made(&mut self) -> &mut Time {
        &mut self.made
    }
}

/// What the snapshots folder holds.
#[derive(Debug, Default)]
pub struct Snapshots {
    /// Believed snapshots, in the order in which they were made.
    pub good: Vec<Snapshot>,
    /// Objects that were refused, and why.
    pub bad: Vec<(String, Error)>,
}

/// Which snapshot is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// The last one that was made.
    Latest,
    /// The one whose id starts so.
    Prefix(String),
    /// The last one that was made at or before a moment.
    At {
        /// The moment.
        time: Time,
        /// How it was said, for messages.
        said: String,
    },
}

impl Snapshot {
    pub(crate) fn new(id: SessionId, record: Record, hash: Hash) -> Self {
        let made = record.time;
        Self { id, record, hash, made }
    }
}

impl Snapshots {
    /// The snapshot that is meant.
    pub fn find(&self, selector: &Selector) -> Result<&Snapshot> {
        let none = |selector: String| Error::NoSnapshot { selector, first: self.good.first().map(|first| first.made) };
        match selector {
            Selector::Latest => self.good.last().ok_or_else(|| none("yet".to_owned())),
            Selector::At { time, said } => {
                self.good.iter().rfind(|snapshot| snapshot.made <= *time).ok_or_else(|| none(format!("at or before {said}")))
            }
            Selector::Prefix(prefix) => {
                let mut fitting = self.good.iter().filter(|snapshot| snapshot.id.to_string().starts_with(prefix));
                match (fitting.next(), fitting.next()) {
                    (Some(one), None) => Ok(one),
                    (None, _) => Err(none(prefix.clone())),
                    (Some(one), Some(two)) => Err(Error::Ambiguous { prefix: prefix.clone(), candidates: vec![one.id, two.id] }),
                }
            }
        }
    }
}

impl Repository {
    /// Reads all snapshots. One that is damaged does not hide the others.
    pub fn snapshots(&self) -> Result<Snapshots> {
        let mut good = Vec::new();
        let bad = self.each_snapshot(|snapshot| good.push(snapshot))?;
        put_in_order(&mut good);
        Ok(Snapshots { good, bad })
    }

    /// Reads all snapshots, and hands them on one by one in no order: for who needs little of each. Gives the objects that were refused,
    /// and why.
    pub fn each_snapshot(&self, mut each: impl FnMut(Snapshot)) -> Result<Vec<(String, Error)>> {
        let mut bad = Vec::new();
        for listed in self.objects.store.list(Area::Snapshots)?.into_iter().filter(|listed| SessionId::from_hex(&listed.name).is_some()) {
            let key = Key::new(Area::Snapshots, &listed.name)?;
            match self.read_snapshot(&key) {
                Ok(Some(snapshot)) => each(snapshot),
                Ok(None) => {}
                Err(error) => bad.push((key.to_string(), self.as_partial(error)?)),
            }
        }
        Ok(bad)
    }

    /// Reads one slot; `None` when it is burned.
    pub(crate) fn read_snapshot(&self, key: &Key) -> Result<Option<Snapshot>> {
        Ok(self.read_signed(key)?.map(|(snapshot, _)| snapshot))
    }

    /// The same, with what was signed.
    pub(crate) fn read_signed(&self, key: &Key) -> Result<Option<(Snapshot, SignedRecord)>> {
        let object = self.objects.store.get(key, LARGE_LIMIT)?;
        let header = object.first_chunk::<HEADER_SIZE>().map(Header::from_bytes);
        if matches!(header, Some(Ok(Header { kind: Kind::Tombstone, .. }))) {
            let (header, _) = envelope::unwrap(&object, Kind::Tombstone, Some(self.id())).map_err(Error::decode(key))?;
            named_by_session(key, &header)?;
            self.objects.open(key, BoxKey::Tombstone, &header, &object)?;
            return Ok(None);
        }
        let (header, _) = envelope::unwrap(&object, Kind::Snapshot, Some(self.id())).map_err(Error::decode(key))?;
        let id = named_by_session(key, &header)?;
        let plain = self.objects.open(key, BoxKey::Snapshot, &header, &object)?;
        let unsigned = || Error::sealed(key)(SealError::Signature);
        let (body, signature) = plain.split_last_chunk::<64>().ok_or_else(unsigned)?;
        let record: Record = wire::decode(body).map_err(Error::decode(key))?;
        let accepted = self.config().writer(&record.writer).is_some_and(|writer| writer.accepts(record.sequence));
        if !accepted {
            return Err(Error::Unsigned { object: key.to_string() });
        }
        let signed = [SIGNATURE_CONTEXT, &header.to_bytes(), body].concat();
        liasse_seal::verify(&record.writer, &[&signed], signature).map_err(Error::sealed(key))?;
        let signed = SignedRecord { signed, signature: *signature };
        Ok(Some((Snapshot::new(id, record, Hash::of(&object)), signed)))
    }

    /// Signs and seals a record.
    pub(crate) fn seal_snapshot(&self, session: SessionId, record: &Record) -> Result<Vec<u8>> {
        let writer = self.access.writer.as_ref().ok_or(Error::NotAllowed { action: "a backup", needs: "owner or a writer" })?;
        let header = self.objects.header(Kind::Snapshot, session);
        let mut plain = wire::encode(record);
        let signature = writer.sign(&[SIGNATURE_CONTEXT, &header.to_bytes(), &plain]);
        plain.extend_from_slice(&signature);
        let object = self.objects.seal(Kind::Snapshot, session, BoxKey::Snapshot, &plain)?;
        // What could not be read again must not be committed.
        wire::decode::<Record>(plain.get(..plain.len().saturating_sub(64)).unwrap_or_default())
            .map_err(|cause: DecodeError| Error::decode("the new snapshot")(cause))?;
        if object.len() as u64 > LARGE_LIMIT { Err(Error::TooLarge { what: "the snapshot record" }) } else { Ok(object) }
    }
}
