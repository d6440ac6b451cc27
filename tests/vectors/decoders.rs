//! The types that decode: what is accepted must encode to the same bytes again.

use liasse_format::content::{self, ChunkRef, Content};
use liasse_format::envelope::{self, BOX_OVERHEAD, HEADER_SIZE, Header, Kind};
use liasse_format::ids::RepositoryId;
use liasse_format::index::Segment;
use liasse_format::keys::{Bundle, SlotBody};
use liasse_format::pack::{Directory, Footer};
use liasse_format::tree::{Entry, TreeDecoder, put_stream_item};
use liasse_format::wire::{self, Wire};
use liasse_format::{DecodeError, config::Config, session, snapshot::Snapshot};
use liasse_seal::passwords::{self, KdfParams};
use serde_json::{Value, json};

use super::Outcome;
use super::params::{Input, hex};
use super::{records, values};

/// Decodes, encodes again, and tells the value.
fn round<T: Wire>(input: &Input, tell: impl Fn(&T) -> Value) -> Outcome {
    let value: T = wire::decode(&input.bytes).map_err(|error| error.class())?;
    assert_eq!(wire::encode(&value), input.bytes, "encodes otherwise than it was decoded");
    Ok(Some(tell(&value)))
}

fn kind(input: &Input) -> Option<Kind> {
    input.number("kind").map(|number| Kind::from_number(number).unwrap())
}

fn header_value(header: &Header) -> Value {
    json!({
        "kind": header.kind.number(), "major": envelope::MAJOR, "minor": header.minor,
        "repository": header.repository.to_string(), "session": header.session.to_string(),
    })
}

pub(crate) fn header(input: &Input) -> Outcome {
    let decode = || {
        let (bytes, rest) = input.bytes.split_first_chunk::<HEADER_SIZE>().ok_or(DecodeError::Truncated { offset: 0 })?;
        assert!(rest.is_empty());
        let header = kind(input).map_or_else(|| Header::from_bytes(bytes), |kind| Header::expect(bytes, kind))?;
        if let Some(repository) = input.array("repository") {
            header.check_repository(RepositoryId(repository))?;
        }
        assert_eq!(header.to_bytes(), *bytes);
        Ok(Some(header_value(&header)))
    };
    decode().map_err(|error: DecodeError| error.class())
}

pub(crate) fn object(input: &Input) -> Outcome {
    let repository = input.array("repository").map(RepositoryId);
    let (header, body) = envelope::unwrap(&input.bytes, kind(input).unwrap(), repository).map_err(|error| error.class())?;
    assert_eq!(envelope::wrap(&header, body), input.bytes);
    let mut value = header_value(&header);
    value["body"] = hex(body).into();
    Ok(Some(value))
}

pub(crate) fn config(input: &Input) -> Outcome {
    round::<Config>(input, records::config)
}

pub(crate) fn bundle(input: &Input) -> Outcome {
    let value = round::<Bundle>(input, records::bundle)?;
    let bundle: Bundle = wire::decode(&input.bytes).unwrap();
    liasse_seal::check_bundle(&bundle).map_err(|error| error.class())?;
    Ok(value)
}

pub(crate) fn slot_body(input: &Input) -> Outcome {
    let body = SlotBody::decode(&input.bytes).map_err(|error| error.class())?;
    assert_eq!([&wire::encode(&body.kdf), body.sealed].concat(), input.bytes);
    assert!(body.sealed.len() >= BOX_OVERHEAD);
    let kdf = body.kdf;
    let Some(password) = input.text("password") else {
        return Ok(Some(json!({ "memory": kdf.memory_kib, "passes": kdf.passes, "lanes": kdf.lanes, "salt": hex(&kdf.salt) })));
    };
    let params = KdfParams { memory_kib: kdf.memory_kib, passes: kdf.passes, lanes: kdf.lanes };
    let key = passwords::derive(password.as_bytes(), &kdf.salt, params).map_err(|error| error.class())?;
    let header = input.array("header").unwrap();
    let opened = passwords::open_box_with(&key, &header, body.public, body.sealed).map_err(|error| error.class())?;
    Ok(Some(records::bundle(&wire::decode(&opened).unwrap())))
}

pub(crate) fn directory(input: &Input) -> Outcome {
    let value = round::<Directory>(input, values::directory)?;
    let directory: Directory = wire::decode(&input.bytes).unwrap();
    directory.check_kind(kind(input).unwrap()).map_err(|error| error.class())?;
    Ok(value)
}

pub(crate) fn footer(input: &Input) -> Outcome {
    round(input, |footer: &Footer| {
        json!({
            "offset": footer.directory_offset, "length": footer.directory_size, "blocks": footer.blocks, "chunks": footer.chunks
        })
    })
}

pub(crate) fn segment(input: &Input) -> Outcome {
    round::<Segment>(input, values::segment)
}

/// The content of a directory has no holes, which is a rule of where it stands: so it stands in a directory's entry here.
pub(crate) fn content(input: &Input) -> Outcome {
    let value = round::<Content>(input, values::content)?;
    if input.text("of") == Some("tree") {
        let tree = wire::decode(&input.bytes).unwrap();
        let entry = values::directory_of(tree);
        wire::decode::<Entry>(&wire::encode(&entry)).map_err(|error| error.class())?;
    }
    Ok(value)
}

pub(crate) fn list(input: &Input) -> Outcome {
    content::check_list_size(input.bytes.len() as u64).map_err(|error| error.class())?;
    let refs: Vec<ChunkRef> = content::decode_list(&input.bytes).map_err(|error| error.class())?;
    let mut again = Vec::new();
    for item in &refs {
        content::put_list_item(item, &mut again);
    }
    assert_eq!(again, input.bytes);
    Ok(Some(refs.iter().map(values::chunk_ref).collect()))
}

pub(crate) fn entry(input: &Input) -> Outcome {
    round::<Entry>(input, values::entry)
}

/// A stream gives the same outcome however it is cut.
pub(crate) fn tree(input: &Input) -> Outcome {
    let in_pieces = |piece| entries(&input.bytes, piece).map_err(|error| error.class());
    let whole = in_pieces(usize::MAX);
    for piece in [1, 7, 100] {
        assert_eq!(in_pieces(piece), whole, "in pieces of {piece}");
    }
    let entries = whole?;
    let mut again = Vec::new();
    for entry in &entries {
        put_stream_item(&wire::encode(entry), &mut again);
    }
    assert_eq!(again, input.bytes);
    Ok(Some(entries.iter().map(values::entry).collect()))
}

/// The entries of a directory's stream that arrives in pieces of so many bytes.
pub(crate) fn entries(stream: &[u8], piece: usize) -> Result<Vec<Entry>, DecodeError> {
    let (mut decoder, mut entries) = (TreeDecoder::default(), Vec::new());
    for bytes in stream.chunks(piece) {
        decoder.push(bytes);
        while let Some((entry, _)) = decoder.next_entry()? {
            entries.push(entry);
        }
    }
    decoder.end().map(|()| entries)
}

pub(crate) fn snapshot(input: &Input) -> Outcome {
    round::<Snapshot>(input, records::snapshot)
}

pub(crate) fn intent(input: &Input) -> Outcome {
    round::<session::Intent>(input, records::intent)
}

pub(crate) fn plan(input: &Input) -> Outcome {
    round::<session::Plan>(input, records::plan)
}

pub(crate) fn tombstone(input: &Input) -> Outcome {
    round::<session::Tombstone>(input, records::tombstone)
}
