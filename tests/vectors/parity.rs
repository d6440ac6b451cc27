//! Parity objects and their parts.

use liasse_format::DecodeError;
use liasse_format::parity::{Head, Member, SECTOR, Sector, What};
use liasse_repo::parity::{inspect, recovery_of};
use serde_json::{Value, json};

use super::Outcome;
use super::params::{Input, hex};
use super::values;

pub(crate) fn sector(input: &Input) -> Outcome {
    let bytes: &[u8; SECTOR] = input.bytes.as_slice().try_into().unwrap();
    let sector = Sector::from_bytes(bytes).map_err(|error| error.class())?;
    assert_eq!(sector.to_bytes(), *bytes);
    Ok(Some(json!({
        "tag": hex(&sector.tag.0), "strip": sector.strip, "index": sector.index, "data": sector.data, "recovery": sector.recovery,
        "payload": hex(&sector.payload),
    })))
}

fn member(member: &Member) -> Value {
    let (kind, name) = match member.what {
        What::Readme => (1, "README".to_owned()),
        What::Config(number) => (2, number.to_string()),
        What::Slot(slot) => (3, slot.to_string()),
        What::Pack(name) => (4, name.to_string()),
        What::Segment(name) => (5, name.to_string()),
        What::Snapshot(session) => (6, session.to_string()),
    };
    json!({ "kind": kind, "name": name, "length": member.length, "hash": member.hash.to_string() })
}

fn told(head: &Head) -> Value {
    let groups = head
        .groups
        .iter()
        .map(|group| json!({ "shards": group.shards, "recovery": group.recovery, "table_recovery": group.table_recovery }));
    json!({
        "repository": head.repository.to_string(), "recovery": head.recovery,
        "members": head.members.iter().map(member).collect::<Value>(),
        "groups": groups.collect::<Value>(), "tlvs": values::parts(&head.unknown),
    })
}

pub(crate) fn head(input: &Input) -> Outcome {
    let head = Head::from_strip(&input.bytes).map_err(|error: DecodeError| error.class())?;
    assert_eq!(head.to_strip(), input.bytes);
    Ok(Some(told(&head)))
}

pub(crate) fn object(input: &Input) -> Outcome {
    let found = inspect(&input.bytes).unwrap().ok_or("missing")?;
    let mut value = told(&found.head);
    value["rotten"] = found.rotten.into();
    value["known"] = found.known.into();
    Ok(Some(value))
}

pub(crate) fn code(input: &Input) -> Outcome {
    let size = input.bytes.len() / input.number::<usize>("shards").unwrap();
    let shards: Vec<&[u8]> = input.bytes.chunks(size).collect();
    let made = recovery_of(&shards, input.number("recovery").unwrap()).unwrap();
    Ok(Some(hex(&made).into()))
}
