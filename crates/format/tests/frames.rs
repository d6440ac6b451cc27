//! What is around values: objects, slot bodies, stored lists, and the streams of directories.

#![allow(clippy::unwrap_used)]

mod common;

use common::{records, trees};
use liasse_format::content::{check_list_size, decode_list, put_list_item};
use liasse_format::envelope::{HEADER_SIZE, Header, Kind, TRAILER_SIZE, unwrap, wrap};
use liasse_format::ids::{RepositoryId, SessionId};
use liasse_format::keys::SlotBody;
use liasse_format::tree::{Entry, TreeDecoder, put_stream_item};
use liasse_format::{DecodeError, wire};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn header() -> impl Strategy<Value = Header> {
    (select(&Kind::ALL[..]), any::<u16>(), any::<[u8; 16]>(), any::<[u8; 16]>()).prop_map(|(kind, minor, repository, session)| {
        let session = if kind.has_session() { SessionId(session) } else { SessionId::NONE };
        Header { kind, minor, repository: RepositoryId(repository), session }
    })
}

/// Entries of a stream that comes in pieces of these lengths.
fn in_pieces(stream: &[u8], pieces: &[usize]) -> Result<Vec<Entry>, DecodeError> {
    let (mut decoder, mut rest, mut entries) = (TreeDecoder::default(), stream, Vec::new());
    for piece in pieces.iter().copied().chain([usize::MAX]) {
        let (now, later) = rest.split_at(piece.min(rest.len()));
        decoder.push(now);
        rest = later;
        while let Some((entry, _)) = decoder.next_entry()? {
            entries.push(entry);
        }
    }
    decoder.end().map(|()| entries)
}

proptest! {
    #[test]
    fn objects_come_back_and_every_change_is_refused(
        header in header(), body in vec(any::<u8>(), 0..200), place in any::<Index>(), flip in 1..=255_u8
    ) {
        let mut object = wrap(&header, &body);
        let open = |object: &[u8]| unwrap(object, header.kind, Some(header.repository)).map(|(found, body)| (found, body.to_vec()));
        prop_assert_eq!(open(&object).unwrap(), (header, body));
        for end in 0..object.len() {
            let class = open(object.get(..end).unwrap()).unwrap_err().class();
            prop_assert_eq!(class, if end < HEADER_SIZE + TRAILER_SIZE { "truncated" } else { "length" });
        }
        let other = Some(RepositoryId([0x55; 16]));
        prop_assert_eq!(unwrap(&object, header.kind, other).unwrap_err().class(), "foreign");
        let place = place.index(object.len());
        *object.get_mut(place).unwrap() ^= flip;
        prop_assert!(open(&object).is_err());
        object.push(0);
        prop_assert!(open(&object).is_err());
    }

    #[test]
    fn headers_are_canonical(header in header(), changes in vec(any::<(Index, u8)>(), 0..4)) {
        let mut bytes = header.to_bytes();
        prop_assert_eq!(Header::expect(&bytes, header.kind).unwrap(), header);
        for (place, byte) in changes {
            *bytes.get_mut(place.index(HEADER_SIZE)).unwrap() = byte;
        }
        if let Ok(header) = Header::from_bytes(&bytes) {
            prop_assert_eq!(header.to_bytes(), bytes);
        }
    }

    #[test]
    fn noise_is_no_object(noise in vec(any::<u8>(), 0..300), kind in select(&Kind::ALL[..])) {
        prop_assert!(unwrap(&noise, kind, None).is_err());
    }

    #[test]
    fn slot_bodies_are_canonical(kdf in records::kdf(), sealed in vec(any::<u8>(), 0..200), changes in vec(any::<(Index, u8)>(), 0..4)) {
        let mut body = [wire::encode(&kdf), sealed.clone()].concat();
        match SlotBody::decode(&body) {
            Ok(slot) => prop_assert_eq!((slot.kdf, slot.public.len(), slot.sealed), (kdf, 46, sealed.as_slice())),
            Err(error) => prop_assert!(error.class() == "truncated" && sealed.len() < 80),
        }
        for (place, byte) in changes {
            let place = place.index(body.len());
            *body.get_mut(place).unwrap() = byte;
        }
        if let Ok(slot) = SlotBody::decode(&body) {
            prop_assert_eq!([slot.public, slot.sealed].concat(), body.clone());
            prop_assert_eq!(wire::encode(&slot.kdf), slot.public);
        }
    }

    #[test]
    fn lists_are_canonical(refs in vec(trees::chunk_ref(), 0..20), noise in vec(any::<u8>(), 0..400)) {
        let mut list = Vec::new();
        for item in &refs {
            put_list_item(item, &mut list);
        }
        prop_assert_eq!(decode_list(&list).unwrap(), refs);
        for bytes in [&noise, &list] {
            prop_assert!(check_list_size(bytes.len() as u64).is_err());
        }
        if let Ok(refs) = decode_list(&noise) {
            let mut again = Vec::new();
            for item in &refs {
                put_list_item(item, &mut again);
            }
            prop_assert_eq!(again, noise);
        }
    }

    #[test]
    fn streams_come_back_however_they_are_cut(
        entries in trees::entries(), pieces in vec(0..100_usize, 0..40), cut in any::<Index>(), change in any::<(Index, u8)>()
    ) {
        let mut stream = Vec::new();
        for entry in &entries {
            put_stream_item(&wire::encode(entry), &mut stream);
        }
        prop_assert_eq!(&in_pieces(&stream, &pieces).unwrap(), &entries);
        let end = cut.index(stream.len() + 1);
        if let Ok(some) = in_pieces(stream.get(..end).unwrap(), &pieces) {
            prop_assert_eq!(some.as_slice(), entries.get(..some.len()).unwrap());
        }
        if !stream.is_empty() {
            let place = change.0.index(stream.len());
            *stream.get_mut(place).unwrap() = change.1;
        }
        let whole = in_pieces(&stream, &[]).map_err(|error| error.class());
        prop_assert_eq!(in_pieces(&stream, &pieces).map_err(|error| error.class()), whole.clone());
        let mut again = Vec::new();
        for entry in whole.iter().flatten() {
            put_stream_item(&wire::encode(entry), &mut again);
        }
        prop_assert!(whole.is_err() || again == stream);
    }

    #[test]
    fn noise_in_a_stream_does_not_panic(noise in vec(any::<u8>(), 0..400), pieces in vec(0..50_usize, 0..10)) {
        let _ = in_pieces(&noise, &pieces);
    }
}

#[test]
fn size_is_held_against_its_limit_before_anything_else() {
    for kind in Kind::ALL.into_iter().filter(|kind| kind.size_limit() <= 4 << 20) {
        let limit = usize::try_from(kind.size_limit()).unwrap();
        assert_eq!(unwrap(&vec![0; limit + 1], kind, None).unwrap_err().class(), "limit", "{kind:?}");
        assert_eq!(unwrap(&vec![0; limit], kind, None).unwrap_err().class(), "magic", "{kind:?}");
    }
}
