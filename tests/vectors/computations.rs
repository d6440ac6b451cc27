//! The types that compute: keys, ids, cuts, sealed parts, signatures, evidence.

use std::convert::Infallible;

use liasse_chunk::{Chunker, Cutter, Gear, Params};
use liasse_format::evidence::{self, DirectoryEvidence};
use liasse_format::ids::PublicKey;
use liasse_format::pack::{ChunkKind, DIRECTORY_LIMIT};
use liasse_format::time::Time;
use liasse_format::tree::Entry;
use liasse_format::wire::{self, Wire};
use liasse_repo::Claim;
use liasse_seal::passwords::{self, KdfParams};
use liasse_seal::{BlockOpener, BoxKey, Decompressor, PackKey, ReaderSecret, RepositoryKeys, SealError, SealedPackKey, Secret32};
use serde_json::{Value, json};

use super::Outcome;
use super::decoders::entries;
use super::params::{Input, hex, unhex};

const HEADER: [u8; 48] = [7; 48];

fn class(error: SealError) -> &'static str {
    error.class()
}

/// Keys are not given out: that each is the one that the vector states is shown by a box that the stated one sealed.
pub(crate) fn derive(input: &Input) -> Outcome {
    let keys = RepositoryKeys::derive(input.bytes.as_slice().try_into().unwrap());
    let id = |kind| keys.chunk_id(kind, b"abc").to_string();
    let ids = json!({ "data": id(ChunkKind::Data), "tree": id(ChunkKind::Tree), "list": id(ChunkKind::List) });
    let stated = input.stated().unwrap();
    for (name, key) in [
        ("config", BoxKey::Config),
        ("directory", BoxKey::Directory),
        ("footer", BoxKey::Footer),
        ("segment", BoxKey::Segment),
        ("snapshot", BoxKey::Snapshot),
        ("tombstone", BoxKey::Tombstone),
        ("intent", BoxKey::Intent),
        ("plan", BoxKey::Plan),
    ] {
        let secret = Secret32::from_bytes(unhex(stated["keys"][name].as_str().unwrap()).as_slice().try_into().unwrap());
        let sealed = passwords::seal_box_with(&secret, &HEADER, b"extra", name.as_bytes()).unwrap();
        assert_eq!(keys.open_box(key, &HEADER, b"extra", &sealed).unwrap(), name.as_bytes());
    }
    for (name, id) in ids.as_object().unwrap() {
        let key = unhex(stated["keys"][name].as_str().unwrap()).try_into().unwrap();
        assert_eq!(blake3::keyed_hash(&key, b"abc").to_string(), id.as_str().unwrap());
    }
    let gear = blake3::hash(keys.gear_table()).to_string();
    Ok(Some(json!({ "keys": stated["keys"], "ids": ids, "gear": gear })))
}

pub(crate) fn cut(input: &Input) -> Outcome {
    let keys = RepositoryKeys::derive(&input.array("secret").unwrap());
    let size = |name| input.number(name).unwrap();
    let params = Params::new(size("min"), size("average"), size("max")).unwrap();
    let chunker = Chunker::new(params, Gear::from_bytes(keys.gear_table()));
    let stream = input.param("data").map_or_else(|| input.bytes.clone(), described);
    let (mut cutter, mut rest, mut lengths) = (Cutter::new(chunker), stream.as_slice(), Vec::new());
    loop {
        let next = cutter.next_chunk(|buffer| {
            let count = buffer.len().min(rest.len());
            let (now, later) = rest.split_at(count);
            buffer[..count].copy_from_slice(now);
            rest = later;
            Ok::<_, Infallible>(count)
        });
        let Ok(Some(chunk)) = next else { break };
        lengths.push(chunk.len());
    }
    assert_eq!(lengths.iter().sum::<usize>(), stream.len());
    Ok(Some(json!(lengths)))
}

/// The bytes of a stream that a vector describes.
fn described(data: &Value) -> Vec<u8> {
    let length = usize::try_from(data["length"].as_u64().unwrap()).unwrap();
    let Some(mut state) = data.get("splitmix64").map(|seed| seed.as_u64().unwrap()) else {
        return unhex(data["repeat"].as_str().unwrap()).repeat(length);
    };
    let words = std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    });
    words.flat_map(u64::to_le_bytes).take(length).collect()
}

/// Any key opens a box by the call for key slots, whose failures are called `password`.
pub(crate) fn open_box(input: &Input) -> Outcome {
    let key = Secret32::from_bytes(&input.array("key").unwrap());
    let opened = passwords::open_box_with(&key, &input.array("header").unwrap(), &input.raw("extra").unwrap(), &input.bytes);
    match opened {
        Ok(plaintext) => Ok(Some(hex(&plaintext).into())),
        Err(SealError::Password) => Err("seal"),
        Err(other) => Err(other.class()),
    }
}

/// A pack key is not given out; that it is the stated one is shown by the commitment, against which it was held.
pub(crate) fn pack_key(input: &Input) -> Outcome {
    let reader = ReaderSecret::from_bytes(&input.array("reader").unwrap()).unwrap();
    let sealed = SealedPackKey::from_bytes(input.bytes.as_slice().try_into().unwrap());
    assert_eq!(sealed.to_bytes().as_slice(), input.bytes);
    reader.open(&sealed, &input.array("header").unwrap()).map_err(class)?;
    let stated = unhex(input.stated().unwrap().as_str().unwrap());
    assert_eq!(blake3::derive_key("liasse v1 pack commitment", &stated), sealed.commitment);
    Ok(None)
}

pub(crate) fn block(input: &Input) -> Outcome {
    let opener = BlockOpener::new(&PackKey::from_bytes(&input.array("pack_key").unwrap()), &input.array("header").unwrap());
    let number = |name| input.number::<u32>(name).unwrap();
    let (mut tools, mut raw) = (Decompressor::new().unwrap(), Vec::new());
    let codec = input.number("codec").unwrap();
    opener.open(number("ordinal"), codec, number("raw"), &input.bytes, &mut tools, &mut raw).map_err(class)?;
    Ok(Some(hex(&raw).into()))
}

pub(crate) fn compressed(input: &Input) -> Outcome {
    let raw = liasse_seal::decompress_packed(&input.bytes, DIRECTORY_LIMIT).map_err(class)?;
    Ok(Some(hex(&raw).into()))
}

pub(crate) fn kdf(input: &Input) -> Outcome {
    let number = |name| input.number(name).unwrap();
    let params = KdfParams { memory_kib: number("memory"), passes: number("passes"), lanes: number("lanes") };
    let key = passwords::derive(&input.bytes, &input.array("salt").unwrap(), params).map_err(class)?;
    Ok(Some(hex(key.expose()).into()))
}

pub(crate) fn evidence(input: &Input) -> Outcome {
    let root = match input.text("of") {
        Some("entry") => evidence::of_entry(&wire::decode::<Entry>(&input.bytes).unwrap()),
        Some("tree") => {
            let mut directory = DirectoryEvidence::default();
            entries(&input.bytes, usize::MAX).unwrap().iter().for_each(|entry| directory.push(evidence::of_entry(entry)));
            directory.root()
        }
        other => panic!("evidence of {other:?}"),
    };
    Ok(Some(root.to_string().into()))
}

pub(crate) fn signature(input: &Input) -> Outcome {
    let signature = input.bytes.as_slice().try_into().unwrap();
    liasse_seal::verify(&PublicKey(input.array("public").unwrap()), &[&input.raw("message").unwrap()], signature).map_err(class)?;
    Ok(None)
}

pub(crate) fn order(input: &Input) -> Outcome {
    let mut rows = wire::Reader::new(&input.bytes);
    let mut claim = || Claim {
        writer: PublicKey::get(&mut rows).unwrap(),
        sequence: u64::get(&mut rows).unwrap(),
        time: Time::get(&mut rows).unwrap(),
    };
    let now = input.number("now").map(|seconds| Time::new(seconds, 0).unwrap());
    let claims: Vec<Claim> = (0..input.bytes.len() / 52).map(|_| claim()).collect();
    let made = liasse_repo::made(&claims, now).into_iter().map(|time| serde_json::json!([time.seconds(), time.nanoseconds()]));
    Ok(Some(made.collect()))
}
