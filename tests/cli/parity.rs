//! A stick that rots: protected, repaired without a password, and whole again.

use std::fs;
use std::path::Path;

use liasse_repo::store::Area;

use crate::support::{World, finish, noise};

/// The share of sectors that rot, in thousandths.
const ROTTEN: u64 = 50;

/// The seed of the rot: `LIASSE_ROT_SEED`, so that a failure is made again with one command.
fn seed() -> u64 {
    std::env::var("LIASSE_ROT_SEED").map_or(20_261_123, |seed| seed.parse().expect("LIASSE_ROT_SEED is a number"))
}

/// Words of splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }
}

/// Overwrites sectors of all files of the repository with noise. Gives how many.
fn rot(world: &World, sector: usize, dice: &mut Dice) -> u64 {
    let mut rotten = 0;
    let areas = Area::ALL.into_iter().filter(|area| *area != Area::Root);
    let files = areas.flat_map(|area| world.objects(area.dir())).chain([world.repository().join("README")]);
    for file in files {
        let mut bytes = fs::read(&file).unwrap();
        for place in bytes.chunks_mut(sector) {
            if dice.next() % 1000 < ROTTEN {
                place.fill_with(|| dice.next().to_le_bytes()[0]);
                rotten += 1;
            }
        }
        fs::write(&file, bytes).unwrap();
    }
    rotten
}

/// A backup of some 60 MB on two days: large files that do not compress, many small ones, a ledger of which little changes.
fn with_history(megabytes: usize) -> World {
    let world = World::with_repository();
    world.write("src/scan.tif", &noise(megabytes << 20, 1));
    let mut ledger = noise(megabytes << 17, 2);
    world.write("src/ledger.db", &ledger);
    for number in 0..300 {
        world.write(&format!("src/letters/{number}.txt"), format!("Dear customer {number},\n").repeat(number).as_bytes());
    }
    world.run(&["backup", "src"]).ends(0);
    without_password(&world, &["parity", "add"], 0);
    ledger[1000] ^= 1;
    world.write("src/ledger.db", &ledger);
    world.write("src/letters/new.txt", b"Dear Ada,\n");
    world.run(&["backup", "src"]).ends(0);
    without_password(&world, &["parity", "add"], 0);
    world
}

/// Runs a command that needs none.
fn without_password(world: &World, args: &[&str], code: i32) -> crate::support::Ran {
    finish(world.command(args).env_remove("LIASSE_PASSWORD")).ends(code)
}

/// Every byte of the repository, but for what was set aside.
fn all_bytes(world: &World) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let areas = Area::ALL.into_iter().filter(|area| !matches!(area, Area::Root | Area::Damaged));
    let files = areas.flat_map(|area| world.objects(area.dir())).chain([world.repository().join("README")]);
    files.map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

/// Rots a repository, repairs it, and demands that it is the same as before and restores to the byte.
fn rots_and_is_repaired(world: &World, sector: usize, seed: u64) {
    let again = format!("LIASSE_ROT_SEED={seed} cargo test -p liasse --test cli -- parity::");
    let sound = all_bytes(world);
    let rotten = rot(world, sector, &mut Dice(seed ^ sector as u64));
    assert!(rotten > 3, "{rotten} sectors of {sector}; {again}");
    let plan = without_password(world, &["repair", "parity", "--json"], 12).json();
    assert_eq!((&plan["applied"], &plan["sound"]), (&false.into(), &false.into()));
    assert!(plan["damaged"].as_array().unwrap().iter().all(|member| member["outcome"] == "rebuild"), "{again}: {plan}");
    let repaired = without_password(world, &["repair", "parity", "--apply"], 0).out;
    assert!(repaired.ends_with("looked at again: everything that is protected is sound\n"), "{again}: {repaired}");
    assert!(all_bytes(world) == sound, "not what it was before; {again}");
    world.run(&["check", "--read-data"]).ends(0);
    world.run(&["restore", "latest", "--target", "out", "--no-cache"]).ends(0);
    let source = world.text("src");
    assert_eq!(world.picture(&format!("out{source}")), world.picture("src"), "{again}");
    fs::remove_dir_all(world.path("out")).unwrap();
}

/// Sectors of 512 bytes, then once more of 4 KiB: what was repaired is as good as new.
#[test]
fn a_stick_that_rots_is_repaired_whole() {
    let world = with_history(50);
    rots_and_is_repaired(&world, 512, seed());
    rots_and_is_repaired(&world, 4096, seed());
}

/// The same with a small repository, of which a few sectors are a large share; some more seeds.
#[test]
fn a_small_stick_that_rots_is_repaired_whole() {
    let world = with_history(1);
    for round in 0..3 {
        rots_and_is_repaired(&world, if round == 1 { 512 } else { 4096 }, seed() + round);
    }
}

#[test]
fn what_is_lost_beyond_parity_is_told_and_left_alone() {
    let world = with_history(1);
    let packs = world.objects("packs");
    let largest = packs.iter().max_by_key(|pack| fs::metadata(pack).unwrap().len()).unwrap();
    let half = fs::metadata(largest).unwrap().len() / 2;
    fs::File::options().write(true).open(largest).unwrap().set_len(half).unwrap();
    let before = fs::read(largest).unwrap();
    let told = without_password(&world, &["repair", "parity"], 12).out;
    assert!(told.contains("more than parity can rebuild") && told.contains("another copy"), "{told}");
    without_password(&world, &["repair", "parity", "--apply"], 12);
    assert!(fs::read(largest).unwrap() == before);
    let checked = without_password(&world, &["parity", "check"], 0).out;
    assert!(checked.contains("sound"), "{checked}");
}

#[test]
fn nothing_is_changed_without_apply() {
    let world = with_history(1);
    let pack = world.objects("packs").remove(0);
    let mut bytes = fs::read(&pack).unwrap();
    bytes[700] ^= 1;
    fs::write(&pack, &bytes).unwrap();
    let before = all_bytes(&world);
    let told = without_password(&world, &["repair", "parity"], 12).out;
    assert!(told.contains("it can be rebuilt") && told.ends_with("nothing was changed; the same command with --apply does it\n"), "{told}");
    assert!(all_bytes(&world) == before && world.objects("damaged").is_empty());
    let checked = world.run(&["check", "--read-data"]).ends(12).out;
    assert!(checked.contains("packs/"), "{checked}");
    without_password(&world, &["repair", "parity", "--apply", "-q"], 0);
    let [aside] = world.objects("damaged").try_into().unwrap();
    assert!(fs::read(aside).unwrap() == bytes, "the damaged bytes are kept");
    without_password(&world, &["repair", "parity"], 0);
    world.run(&["check", "--read-data"]).ends(0);
}

#[test]
fn protected_once_is_protected() {
    let world = with_history(1);
    let again = without_password(&world, &["parity", "add"], 0).out;
    assert_eq!(again, "nothing new to protect\n");
    let checked = without_password(&world, &["parity", "check", "--json"], 0).json();
    assert_eq!((&checked["unprotected"], &checked["sound"]), (&0.into(), &true.into()));
    assert!(checked["parity"].as_array().unwrap().iter().all(|object| object["spare_percent"].as_f64().unwrap() > 5.0), "{checked}");
    for bad in ["0%", "101%", "x"] {
        without_password(&world, &["parity", "add", "--rate", bad], 2);
    }
    let elsewhere = World::new();
    without_password(&elsewhere, &["parity", "add"], 10);
}

#[test]
fn a_damaged_parity_object_is_found_and_made_anew() {
    let world = with_history(1);
    let parity = world.objects("parity");
    let sound: Vec<_> = parity.iter().map(|file| fs::read(file).unwrap()).collect();
    for (file, bytes) in parity.iter().zip(&sound) {
        let mut bytes = bytes.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(file, bytes).unwrap();
    }
    let checked = without_password(&world, &["parity", "check"], 12).out;
    assert!(checked.contains("a part of it is lost") && checked.contains("liasse repair parity"), "{checked}");
    without_password(&world, &["repair", "parity", "--apply"], 0);
    assert!(parity.iter().zip(sound).all(|(file, bytes)| fs::read(file).unwrap() == bytes));
}

/// Else the folder would still hold what the removed password opens.
#[test]
fn a_removed_password_is_not_kept_in_parity() {
    let world = with_history(1);
    let added = finish(world.command(&["key", "add", "--json", "--role", "auditor"]).env("LIASSE_NEW_PASSWORD", "auditing")).ends(0);
    without_password(&world, &["parity", "add"], 0);
    let id = added.json()["id"].as_str().unwrap().to_owned();
    world.run(&["key", "remove", &id]).ends(0);
    let unprotected = without_password(&world, &["parity", "check", "--json"], 0).json()["unprotected"].as_u64().unwrap();
    assert!((1..4).contains(&unprotected), "only what lay beside it: {unprotected}");
    without_password(&world, &["parity", "add"], 0);
    let plan = without_password(&world, &["repair", "parity", "--json"], 0).json();
    assert_eq!((&plan["damaged"], &plan["unprotected"]), (&serde_json::json!([]), &0.into()));
}

/// For `json.rs`: everything that these commands print.
pub(crate) fn print_all(world: &World, mut print: impl FnMut(&str, &str)) {
    print("parity add", &without_password(world, &["parity", "add", "--json"], 0).out);
    print("parity check", &without_password(world, &["parity", "check", "--json"], 0).out);
    let flip = |file: &Path| {
        let mut bytes = fs::read(file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(file, bytes).unwrap();
    };
    flip(&world.objects("parity")[0]);
    flip(&world.objects("index")[0]);
    print("repair parity", &without_password(world, &["repair", "parity", "--json"], 12).out);
    print("repair parity", &without_password(world, &["repair", "parity", "--apply", "--json"], 0).out);
}
