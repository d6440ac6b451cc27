//! The limits of `spec/encoding.md`, by its own numbers: what is at a limit is taken, what is one over it is refused by class; and the
//! least size of every value, by which a hostile count is refused before anything is allocated for it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use liasse_format::DecodeError;
use liasse_format::config::{ChunkSizes, Config, ReaderKey, SlotNote, WriterKey};
use liasse_format::content::{ChunkRef, Content, Hole, check_list_size};
use liasse_format::envelope::{Header, Kind};
use liasse_format::ids::{ChunkId, Evidence, Hash, ObjectName, PublicKey, RepositoryId, SessionId, SlotId};
use liasse_format::index::{PackRecord, Segment};
use liasse_format::keys::{Bundle, Kdf, Role, SlotBody};
use liasse_format::pack::{Block, Chunk, ChunkKind, Directory, Extent, Footer, padding};
use liasse_format::parity::{Group, Head, Layout, Member, Sector, Tag, What, shard_hash};
use liasse_format::session::{Intent, Plan, Tombstone};
use liasse_format::snapshot::{Dossier, Hold, Outcome, Snapshot, Statistics, Unread};
use liasse_format::time::Time;
use liasse_format::tlv::Part;
use liasse_format::tree::{Device, Entry, Metadata, Name, Node, TreeDecoder, Xattr, put_stream_item};
use liasse_format::wire::{self, Wire};

const MIB: u32 = 1 << 20;

/// The class of what a value's encoding is refused with; "" when it is taken.
fn class<T: Wire>(value: &T) -> &'static str {
    wire::decode::<T>(&wire::encode(value)).map_or_else(|error| error.class(), |_| "")
}

fn key(number: u8) -> PublicKey {
    PublicKey([number; 32])
}

fn chunk_ref(length: u32) -> ChunkRef {
    ChunkRef { id: ChunkId([1; 32]), length }
}

fn content(size: u64, depth: u16, chunks: &[u32], holes: &[(u64, u64)]) -> Content {
    let hash = if size == 0 { Hash::of(b"") } else { Hash([1; 32]) };
    let holes = holes.iter().map(|&(offset, length)| Hole { offset, length }).collect();
    Content { size, hash, depth, chunks: chunks.iter().map(|length| chunk_ref(*length)).collect(), holes }
}

fn config() -> Config {
    Config {
        number: 1,
        previous: Hash::NONE,
        time: Time::default(),
        name: String::new(),
        readers: vec![ReaderKey { key: key(1), current: true }],
        writers: vec![],
        slots: vec![],
        data_chunks: ChunkSizes::DATA,
        tree_chunks: ChunkSizes::TREE,
        block_size: MIB,
        pack_size: 32 * MIB,
        level: 3,
        unknown: vec![],
    }
}

fn snapshot() -> Snapshot {
    Snapshot {
        writer: key(1),
        sequence: 1,
        previous: Hash::NONE,
        time: Time::default(),
        utc_offset: 0,
        host: String::new(),
        user: String::new(),
        program: String::new(),
        sources: vec![],
        tags: vec![],
        reason: None,
        root: Content::empty(),
        evidence: Evidence([0; 32]),
        statistics: Statistics::default(),
        unread: vec![],
        dossiers: vec![],
        hold: None,
        unknown: vec![],
    }
}

fn dossier(code: &str) -> Dossier {
    let (path, cause) = (vec![], String::new());
    let (tree, evidence) = (Content::empty(), Evidence([0; 32]));
    Dossier { code: code.to_owned(), outcome: Outcome::Stored, path, since: Time::default(), tree, evidence, cause }
}

fn entry(name: &str, node: Node) -> Entry {
    Entry { name: Name::new(name).unwrap(), node, metadata: Metadata::default() }
}

fn block(raw: u32, stored: u32) -> Block {
    Block { stored, raw, codec: 0 }
}

/// A directory of one block of 16 MiB and one chunk.
fn directory(length: u32, extents: Vec<Extent>) -> Directory {
    let chunks = vec![Chunk { kind: ChunkKind::Data, id: ChunkId([1; 32]), length, extents }];
    Directory { blocks: vec![block(16 * MIB, 17)], chunks }
}

fn literal(offset: u32, length: u32) -> Extent {
    Extent::Literal { block: 0, offset, length }
}

fn origin(id: u16, offset: u32, length: u32) -> Extent {
    let mut bytes = [2; 32];
    bytes.iter_mut().zip(id.to_le_bytes()).for_each(|(to, from)| *to = from);
    Extent::Origin { id: ChunkId(bytes), offset, length }
}

fn head(recovery: u16, members: Vec<Member>, groups: Vec<Group>) -> Head {
    Head { repository: RepositoryId([1; 16]), recovery, members, groups, unknown: vec![] }
}

fn member(what: What, length: u64) -> Member {
    Member { what, length, hash: Hash([7; 32]) }
}

fn group(shards: u32, recovery: u32, table_recovery: u16) -> Group {
    Group { shards, recovery, table_recovery }
}

fn smallest<T: Wire>(value: &T) {
    assert_eq!(wire::encode(value).len(), T::MIN_SIZE, "{}", std::any::type_name::<T>());
}

/// With every list and text empty, every option absent: by its type, that is; for some no such value is valid.
#[test]
fn the_least_size_is_that_of_the_smallest_value() {
    let mut config = config();
    config.readers.clear();
    smallest(&config);
    smallest(&ReaderKey { key: key(1), current: false });
    smallest(&WriterKey { key: key(1), label: String::new(), added: Time::default(), revoked_after: None });
    smallest(&SlotNote { id: SlotId([1; 16]), role: Role::Owner, label: String::new(), added: Time::default() });
    smallest(&ChunkSizes::DATA);
    let (repository_secret, owner) = ([0; 32], key(1));
    let (owner_seed, writer_seed) = (None, None);
    smallest(&Bundle { role: Role::Writer, label: String::new(), repository_secret, owner, readers: vec![], owner_seed, writer_seed });
    smallest(&Kdf { memory_kib: 0, passes: 0, lanes: 0, salt: [0; 32] });
    smallest(&Content::empty());
    smallest(&chunk_ref(1));
    smallest(&Hole { offset: 0, length: 1 });
    smallest(&Entry { name: Name::new("a").unwrap(), node: Node::Fifo, metadata: Metadata::default() }.metadata.mtime);
    // A name has a byte at least, which its type does not count.
    assert_eq!(wire::encode(&entry("a", Node::Fifo)).len(), Entry::MIN_SIZE + 1);
    assert_eq!(wire::encode(&Name::new("a").unwrap()).len(), Name::MIN_SIZE + 1);
    smallest(&Xattr { name: vec![], value: vec![] });
    smallest(&Device { major: 0, minor: 0 });
    smallest(&block(1, 1));
    smallest(&literal(0, 1));
    smallest(&Chunk { kind: ChunkKind::Data, id: ChunkId([1; 32]), length: 0, extents: vec![] });
    smallest(&Directory::default());
    smallest(&Footer { directory_offset: 0, directory_size: 0, blocks: 0, chunks: 0 });
    smallest(&PackRecord { name: ObjectName([1; 32]), kind: Kind::DataPack, size: 0, directory: Directory::default() });
    smallest(&Segment::default());
    smallest(&snapshot());
    smallest(&Unread { path: vec![], cause: String::new() });
    smallest(&dossier(""));
    smallest(&Hold { name: String::new(), until: Time::default() });
    let nobody = || (String::new(), String::new(), String::new());
    let (host, user, program) = nobody();
    smallest(&Intent { host, user, program, process: 0, time: Time::default(), unknown: vec![] });
    smallest(&Plan { time: Time::default(), packs: vec![], unknown: vec![] });
    smallest(&Tombstone { time: Time::default(), plan: [0; 16], cause: String::new(), unknown: vec![] });
    smallest(&member(What::Readme, 1));
    smallest(&group(1, 1, 1));
    smallest(&head(1, vec![], vec![]));
}

#[test]
fn configs_keep_to_their_ranges() {
    let with = |change: &dyn Fn(&mut Config)| {
        let mut config = config();
        change(&mut config);
        class(&config)
    };
    for (size, expected) in [(65_535, "value"), (65_536, ""), (8 * MIB, ""), (8 * MIB + 1, "value")] {
        assert_eq!(with(&|config| config.block_size = size), expected, "{size}");
    }
    for (size, expected) in [(MIB - 1, "value"), (MIB, ""), (1 << 30, ""), ((1 << 30) + 1, "value")] {
        assert_eq!(with(&|config| config.pack_size = size), expected, "{size}");
    }
    for (level, expected) in [(-8, "value"), (-7, ""), (22, ""), (23, "value")] {
        assert_eq!(with(&|config| config.level = level), expected, "{level}");
    }
    for (min, average, max, expected) in [
        (64, 256, 258, ""),
        (254, 256, 258, ""),
        (254, 256, 8 * MIB, ""),
        (64, 4 * MIB, 8 * MIB, ""),
        (32_768, 131_072, 524_288, ""),
        (62, 256, 512, "value"),
        (65, 256, 512, "value"),
        (256, 256, 512, "value"),
        (64, 128, 512, "value"),
        (64, 8 * MIB, 8 * MIB, "value"),
        (64, 384, 512, "value"),
        (64, 256, 256, "value"),
        (64, 256, 511, "value"),
        (64, 256, 8 * MIB + 2, "value"),
    ] {
        let sizes = ChunkSizes { min, average, max };
        assert_eq!(with(&|config| config.data_chunks = sizes), expected, "{sizes:?}");
        assert_eq!(with(&|config| config.tree_chunks = sizes), expected, "{sizes:?}");
    }
    assert_eq!(ChunkSizes::DATA, ChunkSizes { min: 32_768, average: 131_072, max: 524_288 });
    assert_eq!(ChunkSizes::TREE, ChunkSizes { min: 4_096, average: 16_384, max: 65_536 });

    assert_eq!(with(&|config| config.number = 0), "value");
    assert_eq!(with(&|config| config.previous = Hash([1; 32])), "value");
    assert_eq!(with(&|config| config.number = 2), "value");
    assert_eq!(with(&|config| (config.number, config.previous) = (2, Hash([1; 32]))), "");
    let reader = |number, current| ReaderKey { key: key(number), current };
    assert_eq!(with(&|config| config.readers = vec![reader(1, true), reader(2, false)]), "");
    assert_eq!(with(&|config| config.readers = vec![reader(1, true), reader(2, true)]), "value");
    assert_eq!(with(&|config| config.readers = vec![reader(1, false)]), "value");
    assert_eq!(with(&|config| config.readers = vec![reader(1, true), reader(1, false)]), "value");
}

#[test]
fn a_config_knows_its_readers_and_writers() {
    let mut config = config();
    config.readers.insert(0, ReaderKey { key: key(3), current: false });
    assert_eq!(config.current_reader().unwrap().key, key(1));
    let writer = |number, revoked_after| WriterKey { key: key(number), label: String::new(), added: Time::default(), revoked_after };
    config.writers = vec![writer(4, None), writer(5, Some(7))];
    assert_eq!(class(&config), "");
    assert_eq!(config.writer(&key(5)), config.writers.get(1));
    assert_eq!(config.writer(&key(6)), None);
    let accepts = |number, sequence| config.writer(&key(number)).unwrap().accepts(sequence);
    assert!(accepts(4, u64::MAX) && accepts(5, 1) && accepts(5, 7) && !accepts(5, 8));
    config.writers = vec![writer(4, None), writer(4, Some(7))];
    assert_eq!(class(&config), "value");
}

#[test]
fn kdf_parameters_keep_to_their_ranges() {
    let kdf = |memory_kib, passes, lanes| class(&Kdf { memory_kib, passes, lanes, salt: [0; 32] });
    assert_eq!((kdf(65_536, 3, 1), kdf(2_097_152, 16, 16)), ("", ""));
    assert_eq!([kdf(65_535, 3, 1), kdf(65_536, 2, 1), kdf(65_536, 3, 0)], ["limit"; 3]);
    assert_eq!([kdf(2_097_153, 3, 1), kdf(65_536, 17, 1), kdf(65_536, 3, 17)], ["limit"; 3]);
    let params = wire::encode(&Kdf { memory_kib: 65_536, passes: 3, lanes: 4, salt: [5; 32] });
    let body = |sealed: usize| [params.as_slice(), &vec![0; sealed]].concat();
    assert_eq!(SlotBody::decode(&body(79)).unwrap_err().class(), "truncated");
    assert_eq!(SlotBody::decode(&body(80)).unwrap().sealed.len(), 80);
}

#[test]
fn a_role_holds_exactly_its_own_secrets() {
    for (role, name, right) in [
        (Role::Owner, "owner", (true, true, true)),
        (Role::Auditor, "auditor", (true, false, false)),
        (Role::Writer, "writer", (false, false, true)),
    ] {
        assert_eq!(role.to_string(), name);
        for holds in (0..8).map(|bits| (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)) {
            let bundle = Bundle {
                role,
                label: String::new(),
                repository_secret: [1; 32],
                owner: key(1),
                readers: if holds.0 { vec![[2; 32]] } else { vec![] },
                owner_seed: holds.1.then_some([3; 32]),
                writer_seed: holds.2.then_some([4; 32]),
            };
            assert_eq!(class(&bundle), if holds == right { "" } else { "value" }, "{role} {holds:?}");
        }
    }
}

/// Who has to find out what is wrong with an object looks there.
#[test]
fn a_refusal_says_where() {
    let bytes = wire::encode(&chunk_ref(5));
    let refused = |bytes: &[u8]| wire::decode::<ChunkRef>(bytes).unwrap_err();
    assert_eq!(refused(&bytes[..35]), DecodeError::Truncated { offset: 32 });
    assert_eq!(refused(&[&bytes[..], b"ab"].concat()), DecodeError::Trailing { offset: 36, count: 2 });
    assert_eq!(refused(&[0; 36]), DecodeError::Value { what: "a chunk has at least one byte", offset: 36 });
    let text = wire::decode::<String>(&[9, 0, 0, 0, b'a']).unwrap_err();
    assert_eq!(text, DecodeError::Truncated { offset: 0 });
}

#[test]
fn contents_keep_to_their_limits() {
    assert_eq!(class(&chunk_ref(8 * MIB)), "");
    assert_eq!((class(&chunk_ref(8 * MIB + 1)), class(&chunk_ref(0))), ("limit", "value"));
    assert_eq!(class(&content(0, 0, &[], &[])), "");
    assert_eq!(class(&Content { hash: Hash([1; 32]), ..Content::empty() }), "value");
    assert_eq!(class(&content(30, 0, &[10, 20], &[])), "");
    assert_eq!((class(&content(31, 0, &[10, 20], &[])), class(&content(29, 0, &[10, 20], &[]))), ("value", "value"));
    // Lists of 1,024 refs of 36 bytes stand one depth lower.
    assert_eq!(class(&content(1025, 1, &[1025 * 36], &[])), "");
    assert_eq!(class(&content(1024, 1, &[1025 * 36], &[])), "value");
    assert_eq!(class(&content(5000, 1, &[1024 * 36], &[])), "value");
    assert_eq!(class(&content(5000, 1, &[1025 * 36 + 1], &[])), "value");
    assert_eq!((class(&content(5000, 3, &[1025 * 36], &[])), class(&content(5000, 4, &[1025 * 36], &[]))), ("", "limit"));
    assert!(check_list_size(1025 * 36).is_ok() && check_list_size(1024 * 36).is_err() && check_list_size(1025 * 36 + 18).is_err());
    let many = |count| content(count, 0, &vec![1; usize::try_from(count).unwrap()], &[]);
    assert_eq!((class(&many(1024)), class(&many(1025))), ("", "limit"));

    // Holes: ascending, apart, not empty, within.
    assert_eq!(class(&content(100, 0, &[60], &[(0, 10), (11, 10), (80, 20)])), "");
    for holes in [[(0, 10), (10, 10)], [(20, 10), (0, 10)], [(5, 0), (80, 20)], [(0, 19), (99, 2)], [(5, 19), (u64::MAX, 2)]] {
        assert_eq!(class(&content(100, 0, &[80], &holes)), "value", "{holes:?}");
    }
    assert_eq!(content(100, 0, &[60], &[(0, 10), (11, 30)]).data_size(), 60);
    assert_eq!(content(100, 0, &[60], &[(0, 70), (11, 70)]).data_size(), 0);
}

#[test]
fn entries_keep_to_their_limits() {
    let with = |change: &dyn Fn(&mut Metadata)| {
        let mut entry = entry("a", Node::Fifo);
        change(&mut entry.metadata);
        class(&entry)
    };
    assert_eq!((with(&|meta| meta.mode = 0o7777), with(&|meta| meta.mode = 0o10000)), ("", "value"));
    assert_eq!((with(&|meta| meta.hard_link = Some(1)), with(&|meta| meta.hard_link = Some(0))), ("", "value"));
    let xattr = |name: usize, value: usize| vec![Xattr { name: vec![b'n'; name], value: vec![0; value] }];
    assert_eq!(with(&|meta| meta.xattrs = xattr(255, MIB as usize)), "");
    assert_eq!(with(&|meta| meta.xattrs = xattr(256, 1)), "limit");
    assert_eq!(with(&|meta| meta.xattrs = xattr(0, 1)), "value");
    assert_eq!(with(&|meta| meta.xattrs = xattr(1, MIB as usize + 1)), "limit");
    assert_eq!(with(&|meta| meta.xattrs = vec![Xattr { name: b"a\0b".to_vec(), value: vec![] }]), "value");
    let directory = |tree| Node::Directory { tree, evidence: Evidence([0; 32]) };
    let mut linked = entry("a", directory(Content::empty()));
    linked.metadata.hard_link = Some(1);
    assert_eq!(class(&linked), "value");
    assert_eq!(class(&entry("a", directory(content(20, 0, &[10], &[(5, 10)])))), "value");
    let link = |target: &[u8]| class(&entry("a", Node::Symlink { target: target.to_vec() }));
    assert_eq!((link(&vec![b'x'; 65_536]), link(&vec![b'x'; 65_537]), link(b""), link(b"a\0b")), ("", "limit", "value", "value"));
    let part = |tag, size: u32| vec![Part { tag, bytes: vec![0; size as usize] }];
    assert_eq!((with(&|meta| meta.unknown = part(100, MIB)), with(&|meta| meta.unknown = part(100, MIB + 1))), ("", "limit"));
    assert_eq!(with(&|meta| meta.unknown = part(0x8064, 1)), "critical");
    let parts = |count: u16| (100..100 + count).map(|tag| Part { tag, bytes: vec![] }).collect::<Vec<_>>();
    assert_eq!((with(&|meta| meta.unknown = parts(64)), with(&|meta| meta.unknown = parts(65))), ("", "limit"));

    let name = |length| Name::new(vec![b'n'; length]);
    assert!(name(1).is_some() && name(4096).is_some() && name(0).is_none() && name(4097).is_none());
    assert!([&b"."[..], b"..", b"a/b", b"a\0b"].iter().all(|bytes| Name::new(*bytes).is_none()));
    assert!([&b"..."[..], b".a", b"\xff"].iter().all(|bytes| Name::new(*bytes).unwrap().as_bytes() == *bytes));
}

#[test]
fn a_stream_is_of_entries_that_are_not_too_long() {
    let mut item = Vec::new();
    // Values of just under 4 MiB together, and what is around them.
    let mut long = entry("a", Node::Fifo);
    long.metadata.xattrs =
        (1..=5_u8).map(|name| Xattr { name: vec![name], value: vec![0; if name < 5 { 1_000_000 } else { 0 }] }).collect();
    let left = (4 << 20) - wire::encode(&long).len();
    long.metadata.xattrs.last_mut().unwrap().value = vec![0; left];
    put_stream_item(&wire::encode(&long), &mut item);
    assert_eq!(item.len(), 4 + (4 << 20));
    let mut decoder = TreeDecoder::default();
    decoder.push(&item);
    assert_eq!(decoder.next_entry().unwrap().unwrap().0, long);
    decoder.end().unwrap();
    decoder.push(&((4_u32 << 20) + 1).to_le_bytes());
    assert_eq!(decoder.next_entry().unwrap_err().class(), "limit");
    assert_eq!(decoder.end().unwrap_err().class(), "truncated");

    let mut twice = TreeDecoder::default();
    let mut stream = Vec::new();
    (0..2).for_each(|_| put_stream_item(&wire::encode(&entry("a", Node::Fifo)), &mut stream));
    twice.push(&stream);
    assert!(twice.next_entry().unwrap().is_some());
    assert_eq!(twice.next_entry().unwrap_err().class(), "order");
}

#[test]
fn directories_keep_to_their_limits() {
    let of_blocks = |blocks| class(&Directory { blocks, chunks: vec![] });
    assert_eq!((of_blocks(vec![block(16 * MIB, 17 * MIB)]), of_blocks(vec![block(1, 17)])), ("", ""));
    assert_eq!((of_blocks(vec![block(16 * MIB + 1, 17)]), of_blocks(vec![block(1, 17 * MIB + 1)])), ("limit", "limit"));
    assert_eq!((of_blocks(vec![block(0, 17)]), of_blocks(vec![block(1, 16)])), ("value", "value"));
    assert_eq!((of_blocks(vec![block(1, 17); 65_536]), of_blocks(vec![block(1, 17); 65_537])), ("", "limit"));

    let of = |length, extents: &[Extent]| class(&directory(length, extents.to_vec()));
    assert_eq!(of(8 * MIB, &[literal(0, 8 * MIB)]), "");
    assert_eq!(of(8 * MIB + 1, &[literal(0, 8 * MIB + 1)]), "limit");
    assert_eq!(of(0, &[]), "value");
    assert_eq!((of(10, &[literal(16 * MIB - 10, 10)]), of(10, &[literal(16 * MIB - 9, 10)])), ("", "value"));
    assert_eq!(of(10, &[Extent::Literal { block: 1, offset: 0, length: 10 }]), "value");
    assert_eq!((of(10, &[origin(3, 8 * MIB - 10, 10)]), of(10, &[origin(3, 8 * MIB - 9, 10)])), ("", "value"));
    assert_eq!(of(10, &[origin(0x101, 0, 10)]), "");
    assert_eq!(of(10, &[Extent::Origin { id: ChunkId([1; 32]), offset: 0, length: 10 }]), "value");
    assert_eq!(
        (of(10, &[literal(0, 9)]), of(10, &[literal(0, 11)]), of(10, &[literal(0, 10), literal(20, 0)])),
        ("value", "value", "value")
    );
    let origins = |count: u16| (0..count).map(|number| origin(number, 5, 1)).collect::<Vec<_>>();
    assert_eq!((of(32, &origins(32)), of(33, &origins(33))), ("", "limit"));
    let apart = |count: u32| (0..count).map(|number| literal(2 * number, 1)).collect::<Vec<_>>();
    assert_eq!((of(8_192, &apart(8_192)), of(8_193, &apart(8_193))), ("", "limit"));

    for (one, next, continues) in [
        (literal(3, 4), literal(7, 1), true),
        (literal(3, 4), literal(6, 1), false),
        (literal(3, 4), Extent::Literal { block: 1, offset: 7, length: 1 }, false),
        (origin(1, 3, 4), origin(1, 7, 1), true),
        (origin(1, 3, 4), origin(1, 8, 1), false),
        (origin(1, 3, 4), origin(2, 7, 1), false),
        (literal(3, 4), origin(1, 7, 1), false),
        (origin(1, 3, 4), literal(7, 1), false),
    ] {
        assert_eq!(one.continues_in(&next), continues, "{one:?} {next:?}");
        let twice = one.length() + next.length();
        if !matches!(next, Extent::Literal { block: 1, .. }) {
            assert_eq!(of(twice, &[one, next]), if continues { "value" } else { "" }, "{one:?} {next:?}");
        }
    }
    assert_eq!(directory(1, vec![]).offset(), 48 + 128 + 17);
}

#[test]
fn packs_are_filled_by_their_parts() {
    for end in [0, 176, 871, 872, 873, 1023, 1024, (4 << 30) - 152] {
        let padding = padding(end);
        assert!(padding < 1024 && (end + padding + 104 + 48).is_multiple_of(1024), "{end} {padding}");
    }
    let footer = |directory_offset, directory_size| Footer { directory_offset, directory_size, blocks: 0, chunks: 0 };
    assert_eq!((class(&footer(176, 0)), class(&footer(175, 0))), ("", "value"));
    assert_eq!((class(&Footer { blocks: 65_536, ..footer(176, 0) }), class(&Footer { blocks: 65_537, ..footer(176, 0) })), ("", "limit"));
    assert_eq!(class(&Footer { chunks: 1_048_576, ..footer(176, 0) }), "");
    assert_eq!(class(&Footer { chunks: 1_048_577, ..footer(176, 0) }), "limit");
    assert!(footer(176, 696).fits(1024) && footer(176, 500).fits(1024) && footer(176, 697).fits(2048));
    assert!(!footer(176, 697).fits(1024) && !footer(176, 696).fits(2048) && !footer(175, 697).fits(1024));
    let most = 4_u64 << 30;
    assert!(footer(176, most - 152 - 176).fits(most));
    assert!(!footer(176, most - 151 - 176).fits(most + 1024), "no pack is larger than 4 GiB");
    assert!(!footer(176, u64::MAX - 100).fits(1024) && !footer(u64::MAX, 1).fits(1024));
    let record = |size, kind| {
        let directory = directory(10, vec![literal(0, 10)]);
        class(&PackRecord { name: ObjectName([1; 32]), kind, size, directory })
    };
    assert_eq!((record(most, Kind::DataPack), record(most + 1, Kind::DataPack)), ("", "limit"));
    assert_eq!((record(1, Kind::TreePack), record(1, Kind::Segment)), ("value", "value"), "of data chunks is a data pack");
}

#[test]
fn snapshots_keep_to_their_limits() {
    let with = |change: &dyn Fn(&mut Snapshot)| {
        let mut snapshot = snapshot();
        change(&mut snapshot);
        class(&snapshot)
    };
    for (offset, expected) in [(-86_401, "value"), (-86_400, ""), (86_400, ""), (86_401, "value")] {
        assert_eq!(with(&|snapshot| snapshot.utc_offset = offset), expected, "{offset}");
    }
    assert_eq!((with(&|snapshot| snapshot.sequence = 0), with(&|snapshot| snapshot.sequence = u64::MAX)), ("value", ""));
    let unread = |count| vec![Unread { path: vec![], cause: String::new() }; count];
    assert_eq!((with(&|snapshot| snapshot.unread = unread(1000)), with(&|snapshot| snapshot.unread = unread(1001))), ("", "limit"));
    let holey = || content(20, 0, &[10], &[(5, 10)]);
    assert_eq!(with(&|snapshot| snapshot.root = holey()), "value");
    assert_eq!(with(&|snapshot| snapshot.dossiers = vec![dossier("A"), Dossier { tree: holey(), ..dossier("B") }]), "value");
    assert_eq!(with(&|snapshot| snapshot.dossiers = vec![dossier("A"), dossier("B")]), "");
    assert_eq!(with(&|snapshot| snapshot.dossiers = vec![dossier("A"), dossier("A")]), "order");
    assert_eq!(with(&|snapshot| snapshot.tags = vec!["b".to_owned(), "a".to_owned()]), "order");
    assert_eq!((with(&|snapshot| snapshot.host = "h".repeat(65_536)), with(&|snapshot| snapshot.host = "h".repeat(65_537))), ("", "limit"));
    let sources = |count| vec![vec![]; count];
    assert_eq!((with(&|snapshot| snapshot.sources = sources(65_536)), with(&|snapshot| snapshot.sources = sources(65_537))), ("", "limit"));
    assert_eq!(Time::new(-5, 999_999_999).map(|time| (time.seconds(), time.nanoseconds())), Some((-5, 999_999_999)));
    assert_eq!(Time::new(0, 1_000_000_000), None);
}

#[test]
fn objects_keep_to_their_sizes() {
    for kind in Kind::ALL {
        let most: u64 = match kind {
            Kind::Config | Kind::Slot | Kind::Credential | Kind::Tombstone | Kind::Intent => 4 << 20,
            Kind::Segment | Kind::Snapshot | Kind::Plan => 64 << 20,
            Kind::DataPack | Kind::TreePack | Kind::Parity => 4 << 30,
        };
        assert_eq!(kind.size_limit(), most, "{kind:?}");
        assert_eq!(Kind::from_number(kind.number()), Some(kind));
        let header = Header::new(kind, RepositoryId([1; 16]), SessionId::NONE);
        assert_eq!(header.minor, u16::from(kind == Kind::Parity), "parity came with 1.1: {kind:?}");
    }
    assert_eq!((Kind::from_number(0), Kind::from_number(12)), (None, None));
}

#[test]
fn parity_keeps_to_its_limits() {
    for (what, most) in [
        (What::Readme, 4_u64 << 20),
        (What::Config(1), 4 << 20),
        (What::Slot(SlotId([1; 16])), 4 << 20),
        (What::Pack(ObjectName([7; 32])), 4 << 30),
        (What::Segment(ObjectName([7; 32])), 64 << 20),
        (What::Snapshot(SessionId([1; 16])), 64 << 20),
    ] {
        assert_eq!([1, most, most + 1, 0].map(|length| class(&member(what, length))), ["", "", "limit", "value"], "{what:?}");
        assert_eq!(wire::decode::<Member>(&wire::encode(&member(what, 5))), Ok(member(what, 5)));
    }
    assert_eq!(class(&member(What::Config(0), 1)), "value");
    assert_eq!([1, 512, 513].map(|length| member(What::Readme, length).shards()), [1, 1, 2]);

    assert_eq!((class(&group(131_072, 32_768, 32_768)), class(&group(1, 1, 1))), ("", ""));
    assert_eq!([group(131_073, 1, 1), group(1, 32_769, 1), group(1, 1, 32_769)].map(|group| class(&group)), ["limit"; 3]);
    assert_eq!([group(0, 1, 1), group(1, 0, 1), group(1, 1, 0)].map(|group| class(&group)), ["value"; 3]);

    let one = || vec![member(What::Readme, 600)];
    let of = |recovery, members, groups| class(&head(recovery, members, groups));
    assert_eq!((of(1, one(), vec![group(2, 1, 1)]), of(32_768, one(), vec![group(1, 1, 1); 2])), ("", ""));
    assert_eq!((of(0, one(), vec![group(2, 1, 1)]), of(32_769, one(), vec![group(2, 1, 1)])), ("value", "limit"));
    assert_eq!((of(1, one(), vec![group(3, 1, 1)]), of(1, vec![], vec![])), ("value", "value"));
    let twice = vec![member(What::Readme, 512), member(What::Readme, 512)];
    assert_eq!(of(1, twice, vec![group(2, 1, 1)]), "order");

    // Of more than 4 GiB no layout is made: full groups, and as much recovery of each as there may be.
    let pack = |groups: u32| {
        let shards = 131_072 * groups;
        let head = head(
            1,
            vec![member(What::Pack(ObjectName([7; 32])), u64::from(shards) * 512)],
            vec![group(131_072, 32_768, 1); groups as usize],
        );
        Layout::of(&head).map(|layout| layout.size()).map_err(|error| error.class())
    };
    assert!(pack(60).unwrap() <= 4 << 30);
    assert_eq!(pack(64), Err("limit"));
    // Nor of a head of more than 32,768 sectors.
    let long = |parts: u16| {
        let unknown = (100..100 + parts).map(|tag| Part { tag, bytes: vec![0; MIB as usize] }).collect();
        let head = Head { unknown, ..head(1, one(), vec![group(2, 1, 1)]) };
        let sectors = head.to_strip().len() as u64 / 480;
        Layout::of(&head).map(|layout| assert_eq!(layout.head_data(), sectors)).map_err(|error| error.class())
    };
    assert_eq!((long(14), long(15)), (Ok(()), Err("limit")));

    // The header, a head and its recovery, two shards' recovery, a table of 18 bytes and its recovery; and a trailer.
    let layout = Layout::of(&head(5, one(), vec![group(2, 4, 3)])).unwrap();
    let place = layout.groups()[0];
    assert_eq!((place.recovery(), place.table(), place.sectors()), (4, 1 + 3, 8));
    assert_eq!((layout.sectors(), layout.size()), (1 + 1 + 5 + 8, 15 * 512 + 48));
}

#[test]
fn sectors_keep_to_their_limits() {
    let sector = |index, data, recovery| {
        let sector = Sector { tag: Tag([9; 8]), strip: 3, index, data, recovery, payload: [5; 480] };
        let read = Sector::from_bytes(&sector.to_bytes());
        assert!(read.as_ref().map_or(true, |read| *read == sector));
        read.map_or_else(|error| error.class(), |_| "")
    };
    assert_eq!((sector(0, 1, 1), sector(1, 1, 1), sector(9, 4, 6), sector(u16::MAX, 32_768, 32_768)), ("", "", "", ""));
    assert_eq!((sector(2, 1, 1), sector(10, 4, 6), sector(0, 0, 1), sector(0, 1, 0)), ("value", "value", "value", "value"));
    assert_eq!((sector(0, 32_769, 1), sector(0, 1, 32_769)), ("limit", "limit"));
    let strip = [3; 960];
    assert_eq!(Some(&Tag::of(&strip).0), blake3::hash(&strip).as_bytes().first_chunk());
    let shard = [4; 512];
    assert_eq!(Some(&shard_hash(&shard)), blake3::hash(&shard).as_bytes().first_chunk());
}

/// A strip is filled up with zeros, to the next sector and no further.
#[test]
fn what_follows_a_head_is_zeros_to_the_end_of_its_sector() {
    let head = head(1, vec![member(What::Readme, 600)], vec![group(2, 1, 1)]);
    let strip = head.to_strip();
    assert_eq!((strip.len(), head.tag()), (480, Tag::of(&strip)));
    assert_eq!(Head::from_strip(&strip), Ok(head.clone()));
    let bare = wire::encode(&head);
    let refused = |strip: &[u8]| Head::from_strip(strip).unwrap_err().class();
    assert_eq!(refused(&[strip.as_slice(), &[0; 480]].concat()), "trailing");
    assert_eq!((refused(&bare), refused(&strip[..479])), ("value", "value"));
    let mut one = strip.clone();
    *one.last_mut().unwrap() = 1;
    assert_eq!(refused(&one), "value");
}
