//! What happens to repositories, and what people then do: a repository of some nights with parity, and every damage that is repaired here.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use liasse_repo::store::{Chance, Image, Local, Sim, Store};

use super::given::objects;
use super::mend::Mend;
use super::world::World;

/// What one night has stored, by paths in the repository.
#[derive(Default)]
pub struct Night {
    data: String,
    tree: String,
    segment: String,
    snapshot: String,
}

/// A repository as it was before anything happened to it.
pub struct Base {
    /// Who uses it, and what they were promised. On a disk that nobody may touch.
    pub world: World,
    /// With parity of all but the last night.
    pub sound: Image,
    /// The same without parity.
    pub bare: Image,
    pub nights: Vec<Night>,
    /// Parity of what is small, and of packs, segments and snapshots.
    pub parity: Vec<String>,
}

pub fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        let mut world = World::new(21);
        world.change_writers().unwrap();
        let (mut nights, mut parity) = (Vec::new(), Vec::new());
        for night in 0..4 {
            let before = paths(&world.sim.image());
            if night == 3 {
                world.mend(Mend::Protect, &world.sim.image()).unwrap();
                parity = paths(&world.sim.image()).difference(&before).cloned().collect();
            }
            // Some chunks are those of the night before: what rots is then needed by more than one snapshot.
            world.edit();
            world.edit();
            world.backup().unwrap();
            let image = world.sim.image();
            let new: Vec<String> = paths(&image).difference(&before).cloned().collect();
            let one = |area: &str, kind: Option<u8>| {
                let found =
                    new.iter().find(|path| path.starts_with(area) && kind.is_none_or(|kind| objects(&image)[path.as_str()][8] == kind));
                found.unwrap_or_else(|| panic!("night {night} has nothing new in {area}")).clone()
            };
            nights.push(Night {
                data: one("packs/", Some(4)),
                tree: one("packs/", Some(5)),
                segment: one("index/", None),
                snapshot: one("snapshots/", None),
            });
        }
        world.checkpoint();
        let sound = world.sim.image();
        let mut bare = sound.clone();
        for path in &parity {
            gone(&mut bare, path);
        }
        Base { world, sound, bare, nights, parity }
    })
}

fn paths(image: &Image) -> BTreeSet<String> {
    objects(image).into_keys().map(str::to_owned).collect()
}

fn bytes(image: &Image, path: &str) -> Vec<u8> {
    objects(image)[path].to_vec()
}

/// Changes a byte.
fn rot(image: &mut Image, path: &str, at: usize) {
    let mut changed = bytes(image, path);
    changed[at] ^= 0x20;
    image.replace(&Sim::path(path), changed);
}

/// Takes the last bytes away: of a pack, its directory is lost, and no block.
fn cut(image: &mut Image, path: &str, less: usize) {
    let mut shorter = bytes(image, path);
    shorter.truncate(shorter.len() - less);
    image.replace(&Sim::path(path), shorter);
}

fn junk(image: &mut Image, path: &str) {
    let length = bytes(image, path).len();
    image.replace(&Sim::path(path), vec![0xf1; length]);
}

fn gone(image: &mut Image, path: &str) {
    assert!(image.remove(&Sim::path(path)), "{path}");
}

/// The first byte of the first block of a small pack.
const BLOCK: usize = 180;

type Harm = (&'static str, fn(&Base, &mut Image));

const NOTHING: Harm = ("nothing is wrong", |_, _| ());
const BLOCK_ROTS: Harm = ("a block rots", |base, image| rot(image, &base.nights[0].data, BLOCK));
const PACK_CUT: Harm = ("a pack is cut", |base, image| cut(image, &base.nights[0].data, 40));
const PACK_GONE: Harm = ("a pack is gone", |base, image| gone(image, &base.nights[1].data));
const TREE_ROTS: Harm = ("a tree rots", |base, image| rot(image, &base.nights[1].tree, BLOCK));
const SEGMENT_CUT: Harm = ("a segment is cut", |base, image| cut(image, &base.nights[0].segment, 30));
const SEGMENTS_ROT: Harm = ("segments rot", |base, image| base.nights.iter().for_each(|night| rot(image, &night.segment, 100)));
const SEGMENTS_GONE: Harm = ("segments are gone", |base, image| base.nights.iter().for_each(|night| gone(image, &night.segment)));
const SNAPSHOT_ROTS: Harm = ("a snapshot rots", |base, image| rot(image, &base.nights[1].snapshot, 150));
const SNAPSHOT_GONE: Harm = ("a snapshot is gone", |base, image| gone(image, &base.nights[1].snapshot));
const CONFIG_ROTS: Harm = ("a config rots", |_, image| rot(image, &newest_config(image), 150));
const CONFIGS_ROT: Harm = ("all configs rot", |_, image| all(image, "config/").iter().for_each(|path| rot(image, path, 150)));
const SLOT_ROTS: Harm = ("a key slot rots", |_, image| all(image, "keys/").iter().for_each(|path| rot(image, path, 150)));
const README_ROTS: Harm = ("the README rots", |_, image| junk(image, "README"));
const README_GONE: Harm = ("the README is gone", |_, image| gone(image, "README"));
const PARITY_ROTS: Harm =
    ("parity rots", |base, image| base.parity.iter().for_each(|path| [700, 9000].iter().for_each(|at| rot(image, path, *at))));
const PARITY_CUT: Harm = ("parity is cut", |base, image| base.parity.iter().for_each(|path| cut(image, path, 900)));
const PARITY_JUNK: Harm = ("parity is junk", |base, image| base.parity.iter().for_each(|path| junk(image, path)));
const LAST_NIGHT_GONE: Harm = ("the last night is gone", |base, image| {
    let Night { data, tree, segment, snapshot } = &base.nights[3];
    for path in [data, tree, segment, snapshot] {
        gone(image, path);
    }
});
const MUCH: Harm = ("much rots", |base, image| {
    cut(image, &base.nights[0].data, 40);
    rot(image, &base.nights[2].data, BLOCK);
    let others = [TREE_ROTS, SEGMENT_CUT, SNAPSHOT_ROTS, CONFIG_ROTS, SLOT_ROTS, PARITY_ROTS];
    for (_, harm) in others {
        harm(base, image);
    }
});

fn all(image: &Image, area: &str) -> Vec<String> {
    paths(image).into_iter().filter(|path| path.starts_with(area)).collect()
}

fn newest_config(image: &Image) -> String {
    all(image, "config/").pop().unwrap()
}

/// A repository to which something happened, and what is done about it.
pub struct Case {
    pub what: String,
    pub mend: Mend,
    pub damaged: Image,
    /// What it was before; where a copy is needed, the copy.
    pub sound: Image,
    /// What the disk is used through.
    pub through: fn(Local) -> Arc<dyn Store>,
}

impl Case {
    fn new(mend: Mend, sound: &Image, (what, harm): Harm) -> Self {
        let mut damaged = sound.clone();
        harm(base(), &mut damaged);
        Self { what: format!("{mend:?}, {what}"), mend, damaged, sound: sound.clone(), through: base().world.through }
    }

    /// Some things happen at once, and something is done about them.
    pub fn by_chance(chance: &mut Chance) -> Self {
        let mut case = Self::new(Mend::Parity, &base().sound, NOTHING);
        let all: Vec<String> = paths(&case.sound).into_iter().collect();
        for _ in 0..=chance.below(5) {
            let path = &all[chance.below(all.len())];
            let length = objects(&case.damaged).get(path.as_str()).map_or(0, |bytes| bytes.len());
            match chance.below(6) {
                _ if length == 0 => {}
                0 => gone(&mut case.damaged, path),
                1 => cut(&mut case.damaged, path, 1 + chance.below(length)),
                2 => junk(&mut case.damaged, path),
                _ => (0..=chance.below(4)).for_each(|_| rot(&mut case.damaged, path, chance.below(length))),
            }
        }
        let mends = [Mend::Index, Mend::From { all: false }, Mend::From { all: true }, Mend::Source, Mend::Parity, Mend::Parity];
        case.mend = mends[chance.below(mends.len())];
        case.what = format!("{:?}, by chance", case.mend);
        case
    }

    /// A world in which it has just happened.
    pub fn world(&self) -> World {
        let mut world = base().world.after(&self.damaged, 0);
        world.through = self.through;
        world
    }
}

/// Every repair, each of what it may have to mend.
pub fn cases() -> Vec<Case> {
    let (copy, all) = (Mend::From { all: false }, Mend::From { all: true });
    let by_mend: [(Mend, &[Harm]); 5] = [
        (Mend::Index, &[SEGMENT_CUT, SEGMENTS_ROT, SEGMENTS_GONE, MUCH]),
        (
            copy,
            &[
                BLOCK_ROTS,
                PACK_CUT,
                PACK_GONE,
                TREE_ROTS,
                SEGMENT_CUT,
                SNAPSHOT_ROTS,
                CONFIG_ROTS,
                CONFIGS_ROT,
                SLOT_ROTS,
                PARITY_JUNK,
                MUCH,
            ],
        ),
        (all, &[LAST_NIGHT_GONE, SNAPSHOT_GONE]),
        (Mend::Source, &[BLOCK_ROTS, PACK_CUT, PACK_GONE]),
        (
            Mend::Parity,
            &[
                BLOCK_ROTS,
                PACK_CUT,
                PACK_GONE,
                TREE_ROTS,
                SEGMENT_CUT,
                SNAPSHOT_ROTS,
                SNAPSHOT_GONE,
                CONFIG_ROTS,
                CONFIGS_ROT,
                SLOT_ROTS,
                README_ROTS,
                README_GONE,
                PARITY_ROTS,
                PARITY_CUT,
                PARITY_JUNK,
                MUCH,
            ],
        ),
    ];
    let mut cases = Vec::new();
    for (mend, harms) in by_mend {
        cases.extend(harms.iter().map(|harm| Case::new(mend, &base().sound, *harm)));
    }
    cases.extend([NOTHING, BLOCK_ROTS, SNAPSHOT_ROTS].map(|harm| Case::new(Mend::Protect, &base().bare, harm)));
    cases.extend([NOTHING, PARITY_JUNK].map(|harm| Case::new(Mend::Protect, &base().sound, harm)));
    cases.push(marked());
    cases
}

/// A pack that was marked, and is copied after all: its mark goes.
fn marked() -> Case {
    let mut case = Case::new(Mend::From { all: false }, &base().sound, BLOCK_ROTS);
    let mut world = case.world();
    let repository = world.repository().unwrap();
    let plan = repository.plan_source(&liasse_repo::Silent, &liasse_repo::Stop::new()).unwrap();
    repository.repair(plan, None, &liasse_repo::Silent, &liasse_repo::Stop::new()).unwrap();
    drop(repository);
    world.checkpoint();
    case.damaged = world.sim.image();
    case.what += " and was marked";
    case
}
