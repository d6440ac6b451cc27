//! Making a parity object from members and a head. Must never make one of a member that does not have its hash, and makes of the same
//! head and members always the same bytes.

use liasse_format::envelope::{self, Header, Kind};
use liasse_format::ids::{ObjectName, SessionId};
use liasse_format::parity::{Head, Layout, PAYLOAD, Place, SECTOR, SHARD_HASH, Sector, Tag, What, shard_hash};
use liasse_store::{Area, Key, Put, Stage, Store};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::code;
use super::group::Placed;
use super::members;
use super::raw;
use crate::error::Result;
use crate::progress::{Progress, Stop};

/// What came of it.
pub(super) enum Made {
    /// It waits to be published under its name; its length in bytes.
    Whole(Box<dyn Stage>, ObjectName, u64),
    /// A member is gone, or does not have its hash.
    Changed(What),
}

/// Makes an object into a stage.
pub(super) fn make(store: &dyn Store, head: &Head, progress: &dyn Progress, stop: &Stop) -> Result<Made> {
    let layout = Layout::of(head).map_err(crate::error::Error::decode(Area::Parity))?;
    let header = Header::new(Kind::Parity, head.repository, SessionId::NONE);
    let mut out = Output::new(store, head, &layout)?;
    let mut first = [0; SECTOR];
    first.iter_mut().zip(header.to_bytes()).for_each(|(to, from)| *to = from);
    out.begin(&first)?;
    let mut placed = Hashing::of(head)?;
    for (number, place) in (1..).zip(layout.groups()) {
        stop.check()?;
        let data = match placed.load(store, place)? {
            Ok(data) => data,
            Err(what) => return Ok(Made::Changed(what)),
        };
        progress.advance(data.len() as u64);
        out.body(&group(place, number, out.tag, &data)?)?;
    }
    let (stage, name) = out.finish(&layout)?;
    Ok(Made::Whole(stage, name, layout.size()))
}

/// What became of an object that was made.
pub(super) struct Settled {
    /// Whether it was not there.
    pub(super) is_new: bool,
    /// Where that lies now which lay in its place.
    pub(super) aside: Option<Key>,
}

/// Gives an object its name. Where that very object lies there, it stays: somebody put it this moment, or it could not be read before.
pub(super) fn settle(store: &dyn Store, stage: Box<dyn Stage>, key: &Key, stop: &Stop) -> Result<Settled> {
    if let Some(size) = store.size(key)?
        && members::hash(store, key, size, stop)?.is_none_or(|hash| hash.to_string() != key.name())
    {
        return Ok(Settled { is_new: true, aside: stage.take_place(key.name())? });
    }
    Ok(Settled { is_new: stage.publish(key.name())? == Put::Created, aside: None })
}

/// Members read in order and hashed on the way.
struct Hashing {
    members: Vec<Placed>,
    hasher: blake3::Hasher,
}

impl Hashing {
    fn of(head: &Head) -> Result<Self> {
        let mut first = 0;
        let mut members = Vec::with_capacity(head.members.len());
        for member in &head.members {
            let source = Some((members::key(member.what)?, member.length));
            members.push(Placed { member: *member, first, source, whole: true });
            first += member.shards();
        }
        Ok(Self { members, hasher: blake3::Hasher::new() })
    }

    /// The shards of a group, or the member that is not what the head says.
    fn load(&mut self, store: &dyn Store, place: &Place) -> Result<std::result::Result<Vec<u8>, What>> {
        let mut data = vec![0; place.group.shards as usize * SECTOR];
        for placed in &self.members {
            let Some(part) = placed.part(place) else { continue };
            let (Some((key, size)), Some(space)) = (&placed.source, part.space(&mut data)) else { continue };
            match raw::fill(store, key, *size, part.offset(), space) {
                Ok(()) => self.hasher.update(space),
                Err(error) if members::is_gone(&error) => return Ok(Err(placed.member.what)),
                Err(error) => return Err(error),
            };
            if placed.ends_in(place) {
                let hash = std::mem::take(&mut self.hasher).finalize();
                // A longer object has other bytes than its first ones.
                let longer = store.size(key)?.is_none_or(|size| size != placed.member.length);
                if *hash.as_bytes() != placed.member.hash.0 || longer {
                    return Ok(Err(placed.member.what));
                }
            }
        }
        Ok(Ok(data))
    }
}

/// All sectors of a group, in their order.
fn group(place: &Place, number: u32, tag: Tag, data: &[u8]) -> Result<Vec<u8>> {
    let (shards, _) = data.as_chunks::<SECTOR>();
    let codewords = place.codewords as usize;
    let made: Vec<Vec<u8>> = (0..codewords)
        .into_par_iter()
        .map(|codeword| {
            let own: Vec<&[u8]> = shards.iter().skip(codeword).step_by(codewords).map(<[u8; SECTOR]>::as_slice).collect();
            code::protect(own.into_iter(), place.group.recovery as usize, SECTOR)
        })
        .collect::<Result<_>>()?;
    let recovery = |shard: usize| {
        let words = made.get(shard % codewords).map_or(&[][..], |made| made.as_chunks::<SECTOR>().0);
        words.get(shard / codewords).copied().unwrap_or([0; SECTOR])
    };
    let mut table = Vec::with_capacity(place.table_data as usize * PAYLOAD);
    for shard in shards {
        table.extend_from_slice(&shard_hash(shard));
    }
    (0..place.recovery() as usize).for_each(|shard| table.extend_from_slice(&shard_hash(&recovery(shard))));
    debug_assert_eq!(table.len() % SHARD_HASH, 0);
    table.resize(place.table_data as usize * PAYLOAD, 0);

    let mut sectors = vec![0; usize::try_from(place.sectors()).unwrap_or_default() * SECTOR];
    let mut put = |at: u64, bytes: &[u8; SECTOR]| {
        let at = usize::try_from(at).unwrap_or_default() * SECTOR;
        if let Some(space) = sectors.get_mut(at..at + SECTOR) {
            space.copy_from_slice(bytes);
        }
    };
    for (index, sector) in (0..).zip(strip(tag, number, &table, place.group.table_recovery)?) {
        put(place.table_sector(index), &sector);
    }
    for shard in 0..place.recovery() {
        put(place.recovery_sector(shard), &recovery(shard as usize));
    }
    Ok(sectors)
}

/// The marked sectors of a strip: its data, then its recovery.
fn strip(tag: Tag, strip: u32, bytes: &[u8], recovery: u16) -> Result<Vec<[u8; SECTOR]>> {
    let (own, _) = bytes.as_chunks::<PAYLOAD>();
    let made = code::protect(own.iter().map(<[u8; PAYLOAD]>::as_slice), usize::from(recovery), PAYLOAD)?;
    let data = u16::try_from(own.len()).unwrap_or(u16::MAX);
    let all = own.iter().chain(made.as_chunks::<PAYLOAD>().0);
    Ok((0..).zip(all).map(|(index, payload)| Sector { tag, strip, index, data, recovery, payload: *payload }.to_bytes()).collect())
}

/// Writes sectors in order, and those of the head's recovery where they belong.
struct Output<'a> {
    stage: Box<dyn Stage>,
    hasher: blake3::Hasher,
    layout: &'a Layout,
    tag: Tag,
    /// Sectors that are written.
    at: u64,
    head: Vec<[u8; SECTOR]>,
    /// Sectors of the head's recovery that are written.
    given: u64,
}

impl<'a> Output<'a> {
    fn new(store: &dyn Store, head: &Head, layout: &'a Layout) -> Result<Self> {
        let bytes = head.to_strip();
        let tag = Tag::of(&bytes);
        let head = strip(tag, 0, &bytes, head.recovery)?;
        Ok(Self { stage: store.stage(Area::Parity)?, hasher: blake3::Hasher::new(), layout, tag, at: 0, head, given: 0 })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hasher.update(bytes);
        self.stage.write(bytes)?;
        Ok(())
    }

    /// Sector 0, and the head.
    fn begin(&mut self, first: &[u8; SECTOR]) -> Result<()> {
        let data = usize::try_from(self.layout.head_data()).unwrap_or_default();
        let recovery = self.head.split_off(data.min(self.head.len()));
        let own = std::mem::replace(&mut self.head, recovery);
        self.write(first)?;
        self.write(own.as_flattened())?;
        self.at = 1 + own.len() as u64;
        Ok(())
    }

    /// The sectors of a group.
    fn body(&mut self, sectors: &[u8]) -> Result<()> {
        let mut bytes = Vec::with_capacity(sectors.len() + SECTOR);
        for sector in sectors.as_chunks::<SECTOR>().0 {
            bytes.extend_from_slice(sector);
            self.at += 1;
            while let Some(next) = usize::try_from(self.given).ok().and_then(|given| self.head.get(given))
                && self.layout.head_recovery_sector(self.given) == self.at
            {
                bytes.extend_from_slice(next);
                self.at += 1;
                self.given += 1;
            }
        }
        self.write(&bytes)
    }

    fn finish(mut self, layout: &Layout) -> Result<(Box<dyn Stage>, ObjectName)> {
        debug_assert_eq!(self.at, layout.sectors());
        let trailer = envelope::trailer(layout.size(), &mut self.hasher);
        self.stage.write(&trailer)?;
        Ok((self.stage, ObjectName(*self.hasher.finalize().as_bytes())))
    }
}
