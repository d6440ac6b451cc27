#!/usr/bin/env python3
"""Writes the vectors next to this file. Inputs are thought out here; outcomes are held against the independent reader.

Run it again only to add vectors: compressed bytes may come out otherwise with another zstd.
"""
import json
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "reader"))

import liasse_format as f  # noqa: E402
import liasse_parity as p  # noqa: E402
import test_writer as w  # noqa: E402
import vector_runner as runner  # noqa: E402
from blake3 import blake3  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: E402

ENCODERS = {"config": w.config, "bundle": w.bundle, "directory": w.directory, "footer": w.footer, "segment": w.segment,
            "content": w.content, "entry": w.entry, "tree": w.tree, "snapshot": w.snapshot, "intent": w.intent,
            "plan": w.plan, "tombstone": w.tombstone, "parity-head": p.encode_head, "parity-sector": lambda s: p.encode_sector(**s), "list": lambda refs: b"".join(map(w.ref, refs))}
SMALL = 200_000  # a stated value longer than this is left out: encoding it again proves as much


def seeded(label, length=32):
    """Bytes that look random and are always the same."""
    return blake3(label.encode()).digest(length=length)


REPOSITORY, SESSION, SECRET = seeded("repository", 16), seeded("session", 16), seeded("secret")
OWNER, WRITER, READER = seeded("owner"), seeded("writer"), seeded("reader")


def public(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def save(kind, name, expect, what, data, params=None, value=None):
    vector = {"what": what, "type": kind, "params": f.plain(params or {}), "hex": data.hex(), "expect": expect}
    if value is not None:
        vector["value"] = value
    path = os.path.join(HERE, f"{kind}-{name}.{expect}.json")
    assert not os.path.exists(path), path
    with open(path, "w", encoding="utf-8") as file:
        json.dump(vector, file, indent=1, ensure_ascii=False)
        file.write("\n")


def ok(kind, name, what, data, /, **params):
    """A good input; what decodes must encode to the same bytes again."""
    word, value = runner.outcome({"type": kind, "hex": data.hex(), "params": f.plain(params)})
    assert word == "ok", (kind, name, word)
    if kind in ENCODERS:
        decoded = runner.TYPES[kind](data, f.plain(params))
        assert ENCODERS[kind](decoded) == data, (kind, name)
    if len(json.dumps(value)) > SMALL:
        value = None
    save(kind, name, "ok", what, data, params, value)


def bad(kind, name, expect, what, data, /, **params):
    word, _ = runner.outcome({"type": kind, "hex": data.hex(), "params": f.plain(params)})
    assert word == expect, (kind, name, word, expect)
    save(kind, name, expect, what, data, params)


def ends(kind, data, /, **params):
    """The same value cut off at several points, and with a byte too many."""
    for at in sorted({0, 1, len(data) // 3, len(data) - 1}):
        bad(kind, f"cut-at-{at}", "truncated", f"the bytes end after {at} of {len(data)}", data[:at], **params)
    bad(kind, "byte-too-many", "trailing", "one byte is left over", data + b"\0", **params)


def optional_parts(kind, base):
    """The rules of optional parts, for a value that ends with them and has none."""
    encode, tag = ENCODERS[kind], 0x7001
    ok(kind, "tlv-ancillary-kept", "an unknown ancillary part is kept", encode(base | {"tlvs": [[tag, b"keep"]]}))
    bad(kind, "tlv-critical", "critical", "an unknown critical part", encode(base | {"tlvs": [[0x8001, b""]]}))
    bad(kind, "tlv-order", "order", "tags that descend", encode(base | {"tlvs": [[tag + 1, b""], [tag, b""]]}))
    bad(kind, "tlv-twice", "order", "a tag twice", encode(base | {"tlvs": [[tag, b"a"], [tag, b"b"]]}))
    many = [[tag + i, b""] for i in range(65)]
    bad(kind, "tlv-65", "limit", "65 optional parts", encode(base | {"tlvs": many}))


# --- envelope ---------------------------------------------------------------------------------------------------------

def envelope():
    good = w.header(f.SNAPSHOT, REPOSITORY, SESSION)
    ok("header", "snapshot", "a snapshot's header", good, kind=7, repository=REPOSITORY)
    ok("header", "minor", "a later minor version is accepted", w.header(7, REPOSITORY, SESSION, minor=9), kind=7)
    for at in (0, 7, 47):
        bad("header", f"cut-at-{at}", "truncated", "the bytes end within the header", good[:at])
    bad("header", "text-mode", "magic", "CR LF became LF on the way", good.replace(b"\r\n", b"\n") + b"\0")
    bad("header", "major-2", "version", "a major version that is not known", w.header(7, REPOSITORY, SESSION, major=2))
    bad("header", "major-0", "version", "major version 0", w.header(7, REPOSITORY, SESSION, major=0))
    bad("header", "other-kind", "kind", "a tombstone where a snapshot is demanded", w.header(8, REPOSITORY, SESSION), kind=7)
    bad("header", "reserved", "value", "the reserved bytes are not zero", w.header(7, REPOSITORY, SESSION, zero=256), kind=7)
    bad("header", "slot-session", "value", "a key slot with a session id", w.header(2, REPOSITORY, SESSION), kind=2)
    bad("header", "kind-0", "kind", "kind 0", w.header(0, REPOSITORY, SESSION))
    bad("header", "kind-12", "kind", "a kind that is reserved", w.header(12, REPOSITORY, SESSION))
    ok("header", "parity", "a parity object's header", w.header(11, REPOSITORY, minor=1), kind=11, repository=REPOSITORY)
    bad("header", "parity-session", "value", "a parity object with a session id", w.header(11, REPOSITORY, SESSION, minor=1), kind=11)
    bad("header", "foreign", "foreign", "another repository", good, kind=7, repository=bytes(16))
    bad("header", "version-before-kind", "version", "both major and kind are wrong: the version is named",
        w.header(8, REPOSITORY, SESSION, major=2), kind=7)
    whole = w.whole_object(good, b"body")
    place = {"kind": 7, "repository": REPOSITORY}
    ok("object", "body", "an object with a body of four bytes", whole, **place)
    ok("object", "empty", "an object without a body", w.whole_object(good, b""), **place)
    bad("object", "95-bytes", "truncated", "one byte too short for header and trailer", whole[:95], **place)
    bad("object", "nothing", "truncated", "no bytes", b"", **place)
    bad("object", "magic", "magic", "not an object", b"\x88" + whole[1:], **place)
    bad("object", "end-magic", "length", "the end magic is damaged", whole[:-1] + b"\0", **place)
    bad("object", "last-byte-gone", "length", "the last byte is gone", whole[:-1], **place)
    bad("object", "byte-too-many", "length", "a byte after the trailer", whole + b"\0", **place)
    bad("object", "stated-length", "length", "the trailer states one byte less", lie(good, b"body", -1), **place)
    bad("object", "body-bit", "checksum", "a bit of the body is flipped", whole[:48] + b"c" + whole[49:], **place)
    bad("object", "hash-bit", "checksum", "a bit of the hash is flipped", flip(whole, -9), **place)
    bad("object", "foreign", "foreign", "another repository", whole, kind=7, repository=bytes(16))
    bad("object", "kind", "kind", "another kind", whole, kind=9, repository=REPOSITORY)
    bad("object", "reserved", "value", "the reserved bytes are not zero",
        w.whole_object(w.header(7, REPOSITORY, SESSION, zero=1), b""), **place)
    bad("object", "config-session", "value", "a config with a session id", w.whole_object(w.header(1, REPOSITORY, SESSION), b""),
        kind=1, repository=REPOSITORY)


def lie(head, body, by):
    start = head + body + w.u64(len(head) + len(body) + 48 + by)
    return start + blake3(start).digest() + f.END_MAGIC


def flip(data, at):
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


# --- keys -------------------------------------------------------------------------------------------------------------

def bundles():
    base = {"role": 1, "label": "Ada", "secret": SECRET, "owner": public(OWNER), "readers": [READER], "owner_seed": OWNER,
            "writer_seed": WRITER}
    ok("bundle", "owner", "an owner", w.bundle(base))
    ok("bundle", "auditor", "an auditor with two readers",
       w.bundle(base | {"role": 2, "readers": [READER, seeded("old")], "owner_seed": None, "writer_seed": None}))
    ok("bundle", "writer", "a writer", w.bundle(base | {"role": 3, "readers": [], "owner_seed": None}))
    ends("bundle", w.bundle(base))
    wrong = {"role-0": {"role": 0}, "role-4": {"role": 4}, "owner-without-reader": {"readers": []},
             "owner-without-writer-seed": {"writer_seed": None}, "owner-without-owner-seed": {"owner_seed": None},
             "auditor-with-seed": {"role": 2, "owner_seed": None}, "writer-with-reader": {"role": 3, "owner_seed": None},
             "writer-with-owner-seed": {"role": 3, "readers": []}, "owner-key": {"owner": seeded("other")}}
    for name, changes in wrong.items():
        bad("bundle", name, "value", "keys that do not fit the role, or each other", w.bundle(base | changes))
    data = w.bundle(base)
    bad("bundle", "option-2", "value", "an option whose first byte is 2", data[:-33] + b"\2" + data[-32:])
    bad("bundle", "label-utf8", "value", "a label that is not UTF-8", data.replace(b"Ada", b"A\xffa"))
    bad("bundle", "label-long", "limit", "a label of 65,537 bytes", w.u16(1) + w.u32(65537) + bytes(65537))
    bad("bundle", "label-lies", "truncated", "a label that states more bytes than there are", w.u16(1) + w.u32(1000) + b"abc")
    slots(w.bundle(base))


def slots(plaintext):
    head = w.header(f.SLOT, REPOSITORY)
    slot = {"memory": 65536, "passes": 3, "lanes": 1, "salt": seeded("salt")}
    start = w.slot_head(slot)
    body = start + w.box(f.stretch("Pässwort".encode(), slot), head, start, plaintext, seeded("box salt"))
    ok("slot-body", "parameters", "the parameters of a slot that is not opened", body)
    ok("slot-body", "opened", "a slot that a password opens", body, password="Pässwort", header=head)
    bad("slot-body", "wrong-password", "password", "another password", body, password="Passwort", header=head)
    bad("slot-body", "normalised", "password", "the same letters in another normalisation", body,
        password="Pa\u0308sswort", header=head)
    bad("slot-body", "damaged", "password", "a bit of the ciphertext is flipped", flip(body, -20), password="Pässwort", header=head)
    for at in (0, 45, 46, 125):
        bad("slot-body", f"cut-at-{at}", "truncated", "the bytes end too early", body[:at])
    wrong = {"memory-low": {"memory": 65535}, "memory-high": {"memory": 2097153}, "passes-2": {"passes": 2},
             "passes-17": {"passes": 17}, "lanes-0": {"lanes": 0}, "lanes-17": {"lanes": 17}}
    for name, changes in wrong.items():
        bad("slot-body", name, "limit", "a parameter out of its range", w.slot_head(slot | changes) + bytes(80))
    bad("slot-body", "kdf-2", "value", "a key derivation that is not known", w.slot_head(slot | {"kdf": 2}) + bytes(80))
    values = {name: slot[name] for name in slot}
    ok("kdf", "ascii", "the smallest parameters", b"correct horse", **values)
    ok("kdf", "empty", "an empty password", b"", **values)
    ok("kdf", "lanes", "four lanes, four passes", "Pässwort".encode(), **(values | {"lanes": 4, "passes": 4}))
    bad("kdf", "passes-2", "limit", "two passes", b"x", **(values | {"passes": 2}))


def configs():
    key, added = seeded("key"), [1700000000, 1]
    base = {"number": 2, "previous": seeded("previous"), "time": [1700000000, 999999999], "name": "Livres",
            "readers": [{"key": seeded("r1"), "status": 1}, {"key": seeded("r2"), "status": 2}],
            "writers": [{"key": key, "label": "nuit", "added": added, "status": 1, "last": 0},
                        {"key": seeded("w2"), "label": "", "added": added, "status": 2, "last": 17}],
            "slots": [{"id": SESSION, "role": 1, "label": "Ada", "added": added}], "data_chunks": [32768, 131072, 524288],
            "tree_chunks": [4096, 16384, 65536], "block_size": 4194304, "pack_size": 67108864, "level": -7, "tlvs": []}
    ok("config", "full", "everything that a config can hold", w.config(base))
    ok("config", "first", "the first config, with an empty name", w.config(base | {"number": 1, "previous": bytes(32), "name": ""}))
    ok("config", "chunks-widest", "the widest chunk sizes", w.config(base | {"data_chunks": [64, 4194304, 8388608]}))
    ends("config", w.config(base))
    optional_parts("config", base)
    writers = base["writers"]
    values = {
        "number-0": {"number": 0}, "first-with-previous": {"number": 1}, "second-without-previous": {"previous": bytes(32)}, "nanoseconds": {"time": [0, 10**9]},
        "no-current-reader": {"readers": [{"key": key, "status": 2}]}, "no-reader": {"readers": []},
        "two-current-readers": {"readers": [{"key": key, "status": 1}, {"key": seeded("x"), "status": 1}]},
        "reader-status-3": {"readers": base["readers"] + [{"key": key, "status": 3}]},
        "writer-status-0": {"writers": [writers[0] | {"status": 0}]}, "active-with-last": {"writers": [writers[0] | {"last": 1}]},
        "slot-role-4": {"slots": [base["slots"][0] | {"role": 4}]}, "average-odd": {"data_chunks": [32768, 131073, 524288]},
        "min-odd": {"data_chunks": [65, 256, 512]}, "min-small": {"tree_chunks": [62, 256, 512]},
        "min-is-average": {"tree_chunks": [256, 256, 512]}, "average-is-max": {"tree_chunks": [128, 256, 256]},
        "average-small": {"tree_chunks": [64, 128, 256]}, "max-large": {"data_chunks": [64, 4194304, 8388610]},
        "block-small": {"block_size": 65535}, "block-large": {"block_size": 8388609}, "pack-small": {"pack_size": 1048575},
        "pack-large": {"pack_size": 1073741825}, "level-23": {"level": 23}, "level-low": {"level": -8}}
    for name, changes in values.items():
        bad("config", name, "value", "a value out of its range, or not defined", w.config(base | changes))
    for name in ("readers", "writers"):
        bad("config", f"{name}-twice", "value", "a public key twice", w.config(base | {name: base[name] + [base[name][1]]}))


# --- packs and index --------------------------------------------------------------------------------------------------

def lit(block, offset, length): return {"block": block, "offset": offset, "length": length}
def org(origin, offset, length): return {"origin": origin, "offset": offset, "length": length}


def chunk(name, *extents, kind=1, length=None):
    total = sum(e["length"] for e in extents) if length is None else length
    return {"kind": kind, "id": name, "length": total, "extents": list(extents)}


def ident(n): return bytes([n]) * 32


BLOCKS = [{"stored": 116, "raw": 100, "codec": 0}, {"stored": 50, "raw": 1000, "codec": 1}]


def packs():
    many = [org(ident(n), 0, 1) for n in range(100, 132)]
    good = {"blocks": BLOCKS, "chunks": [
        chunk(ident(1), lit(0, 0, 60)), chunk(ident(2), lit(0, 60, 40), lit(1, 0, 1), org(ident(9), 5, 7), lit(1, 1, 999)),
        chunk(ident(3), *many), chunk(ident(4), lit(0, 10, 5), lit(0, 10, 5), lit(0, 15, 1) | {"block": 1}),
        chunk(ident(5), org(ident(9), 0, 4), org(ident(8), 4, 4), org(ident(9), 4, 4))]}
    ok("directory", "data", "literals, origins, 32 origins, and neighbours that do not continue", w.directory(good), kind=4)
    ok("directory", "tree", "tree and list chunks", w.directory({"blocks": BLOCKS, "chunks": [
        chunk(ident(1), lit(0, 0, 60), kind=2), chunk(ident(2), lit(0, 60, 40), kind=3)]}), kind=5)
    ok("directory", "empty", "no blocks and no chunks", w.directory({"blocks": [], "chunks": []}), kind=4)
    ends("directory", w.directory(good), kind=4)
    cases = {
        "literal-outside": ("value", [chunk(ident(1), lit(0, 50, 51))]), "block-unknown": ("value", [chunk(ident(1), lit(2, 0, 1))]),
        "literal-overflow": ("value", [chunk(ident(1), lit(0, 0xFFFFFFFF, 2))]),
        "sum-low": ("value", [chunk(ident(1), lit(0, 0, 5), length=6)]), "sum-high": ("value", [chunk(ident(1), lit(0, 0, 5), length=4)]),
        "extent-empty": ("value", [chunk(ident(1), lit(0, 0, 5), lit(1, 0, 0))]), "no-extent": ("value", [chunk(ident(1), length=5)]),
        "chunk-empty": ("value", [chunk(ident(1), length=0)]), "self-origin": ("value", [chunk(ident(1), org(ident(1), 0, 5))]),
        "literals-not-merged": ("value", [chunk(ident(1), lit(0, 0, 5), lit(0, 5, 5))]),
        "origin-range": ("value", [chunk(ident(1), org(ident(9), 8388608, 1))]),
        "origins-not-merged": ("value", [chunk(ident(1), org(ident(9), 0, 5), org(ident(9), 5, 5))]),
        "33-origins": ("limit", [chunk(ident(1), *many, org(ident(99), 0, 1))]),
        "extent-tag": ("value", [chunk(ident(1), lit(0, 0, 5) | {"tag": 2})]),
        "kind-0": ("value", [chunk(ident(1), lit(0, 0, 5), kind=0)]), "kind-4": ("value", [chunk(ident(1), lit(0, 0, 5), kind=4)]),
        "tree-in-data-pack": ("value", [chunk(ident(1), lit(0, 0, 5), kind=2)]),
        "list-in-data-pack": ("value", [chunk(ident(1), lit(0, 0, 5), kind=3)]),
        "chunks-descend": ("order", [chunk(ident(2), lit(0, 0, 5)), chunk(ident(1), lit(0, 5, 5))]),
        "chunk-twice": ("order", [chunk(ident(1), lit(0, 0, 5)), chunk(ident(1), lit(0, 0, 5))]),
        "chunk-large": ("limit", [chunk(ident(1), org(ident(2), 0, 8388609))]),
        "8193-extents": ("limit", [chunk(ident(1), *[lit(i % 2, 0, 1) for i in range(8193)])])}
    for name, (word, chunks) in cases.items():
        bad("directory", name, word, name.replace("-", " "), w.directory({"blocks": BLOCKS, "chunks": chunks}), kind=4)
    bad("directory", "data-in-tree-pack", "value", "a data chunk in a tree pack",
        w.directory({"blocks": BLOCKS, "chunks": [chunk(ident(1), lit(0, 0, 5))]}), kind=5)
    blocks = {"block-empty": ("value", {"raw": 0}), "block-16-stored": ("value", {"stored": 16}), "block-large": ("limit", {"raw": 16777217}),
              "block-large-stored": ("limit", {"stored": 17825793})}
    for name, (word, changes) in blocks.items():
        bad("directory", name, word, name.replace("-", " "), w.directory({"blocks": [BLOCKS[0] | changes], "chunks": []}), kind=4)
    ok("directory", "block-codec", "a block of an unknown codec is refused only when it is opened",
       w.directory({"blocks": [BLOCKS[0] | {"codec": 2}, BLOCKS[1]], "chunks": [chunk(ident(1), lit(1, 0, 5))]}), kind=4)
    bad("directory", "65537-blocks", "limit", "65,537 blocks are announced", w.u32(65537) + bytes(1000), kind=4)
    bad("directory", "1048577-chunks", "limit", "1,048,577 chunks are announced", w.u32(0) + w.u32(1048577) + bytes(1000), kind=4)
    foot = {"offset": 176, "length": 100, "blocks": 65536, "chunks": 1048576}
    ok("footer", "highest", "the highest counts", w.footer(foot))
    ends("footer", w.footer(foot))
    bad("footer", "blocks", "limit", "65,537 blocks", w.footer(foot | {"blocks": 65537}))
    bad("footer", "chunks", "limit", "1,048,577 chunks", w.footer(foot | {"chunks": 1048577}))
    bad("footer", "offset", "value", "a directory within the head of the pack", w.footer(foot | {"offset": 175}))
    segments(good)


def segments(good):
    pack = good | {"name": ident(1), "kind": 4, "size": 4096}
    other = {"name": ident(2), "kind": 5, "size": 1024, "blocks": [], "chunks": []}
    base = {"replaces": [ident(1), ident(2)], "packs": [pack, other], "tlvs": []}
    ok("segment", "two-packs", "two packs, two segments replaced", w.segment(base))
    ok("segment", "empty", "nothing", w.segment({"replaces": [], "packs": [], "tlvs": []}))
    ends("segment", w.segment(base))
    optional_parts("segment", base)
    bad("segment", "replaces-order", "order", "replaced segments descend", w.segment(base | {"replaces": [ident(2), ident(1)]}))
    bad("segment", "replaces-twice", "order", "a replaced segment twice", w.segment(base | {"replaces": [ident(2), ident(2)]}))
    bad("segment", "packs-order", "order", "packs descend", w.segment(base | {"packs": [other, pack]}))
    bad("segment", "pack-twice", "order", "a pack twice", w.segment(base | {"packs": [pack, pack]}))
    bad("segment", "pack-kind", "value", "a pack of kind 6", w.segment(base | {"packs": [pack | {"kind": 6}]}))
    bad("segment", "pack-large", "limit", "a pack of more than 4 GiB", w.segment(base | {"packs": [pack | {"size": 2**32 + 1}]}))
    bad("segment", "self-origin", "value", "the rules of directories hold here too",
        w.segment(base | {"packs": [pack | {"chunks": [chunk(ident(1), org(ident(1), 0, 5))]}]}))


# --- content and trees ------------------------------------------------------------------------------------------------

EMPTY = w.empty_content()


def ref(n, length): return {"id": ident(n), "length": length}


def contents():
    base = {"size": 30, "hash": ident(7), "depth": 0, "chunks": [ref(1, 10), ref(2, 20)], "holes": []}
    holes = base | {"size": 100, "holes": [[0, 10], [20, 30], [70, 30]]}
    deep = {"size": 10**9, "hash": ident(7), "depth": 1, "chunks": [ref(1, 36900)], "holes": []}
    ok("content", "empty", "nothing", w.content(EMPTY))
    ok("content", "two-chunks", "two chunks", w.content(base))
    ok("content", "holes", "a hole at the start, in the middle and at the end", w.content(holes))
    ok("content", "all-hole", "only a hole", w.content(base | {"chunks": [], "holes": [[0, 30]]}))
    ok("content", "depth-1", "a list of 1,025 refs", w.content(deep))
    ok("content", "depth-3", "the greatest depth", w.content(deep | {"depth": 3, "size": 2**50}))
    ok("content", "1024-chunks", "as many direct chunks as may be", w.content(base | {"size": 1024, "chunks": [ref(1, 1)] * 1024}))
    ok("content", "tree", "a directory's content", w.content(base), of="tree")
    ends("content", w.content(holes))
    values = {
        "sum-low": base | {"size": 31}, "sum-high": base | {"size": 29}, "sum-holes": holes | {"size": 101},
        "ref-empty": base | {"size": 10, "chunks": [ref(1, 10), ref(2, 0)]}, "hole-empty": holes | {"holes": [[0, 70], [80, 0]]},
        "holes-touch": holes | {"holes": [[0, 10], [10, 60]]}, "holes-overlap": holes | {"holes": [[0, 40], [30, 30]]},
        "holes-descend": holes | {"holes": [[40, 40], [0, 30]]}, "hole-behind-end": holes | {"holes": [[40, 70]]},
        "hole-overflow": holes | {"holes": [[2**64 - 1, 70]]}, "depth-not-needed": deep | {"chunks": [ref(1, 36864)]},
        "list-not-whole": deep | {"chunks": [ref(1, 36901)]}, "depth-1-empty": deep | {"chunks": []}, "empty-depth-1": EMPTY | {"depth": 1}}
    for name, value in values.items():
        bad("content", name, "value", name.replace("-", " "), w.content(value))
    bad("content", "tree-hole", "value", "a directory with a hole", w.content(holes), of="tree")
    bad("content", "depth-4", "limit", "depth 4", w.content(deep | {"depth": 4}))
    bad("content", "1025-chunks", "limit", "1,025 direct chunks", w.content(base | {"size": 1025, "chunks": [ref(1, 1)] * 1025}))
    bad("content", "ref-large", "limit", "a chunk of more than 8 MiB", w.content(base | {"size": 8388609, "chunks": [ref(1, 8388609)]}))
    bad("content", "65537-holes", "limit", "65,537 holes are announced", w.content(base)[:-4] + w.u32(65537))
    bad("content", "empty-hash", "value", "an empty content with another hash", w.content(EMPTY | {"hash": ident(7)}))
    bad("content", "depth-1-small", "value", "1,024 bytes cannot be in more than 1,024 chunks", w.content(deep | {"size": 1024}))
    refs = [ref(n % 256, 1 + n) for n in range(1025)]
    whole = b"".join(map(w.ref, refs))
    ok("list", "1025", "as few refs as may stand in a list", whole)
    bad("list", "1024", "value", "a list that should stand one depth lower", whole[:-36])
    bad("list", "part", "value", "a list whose length is not a multiple of 36", whole[:-1])
    bad("list", "empty", "value", "an empty list", b"")
    bad("list", "ref-empty", "value", "a ref of no bytes", whole[:-36] + w.ref(ref(1, 0)))
    bad("list", "ref-large", "limit", "a ref over the limit of a chunk", whole[:-36] + w.ref(ref(1, 8388609)))


def file(name=b"a", **more):
    value = {"name": name, "type": 1, "mode": 0o644, "uid": 1000, "gid": 1000, "user": "ada", "group": "ada",
             "mtime": [1600000000, 999999999], "content": EMPTY, "xattrs": [], "tlvs": []}
    return value | more


def entries():
    folder = file(b"d", type=2, mode=0o7777, evidence=f.evidence_root([]))
    full = file("é".encode(), xattrs=[[b"security.x", b""], [b"user.a", b"\0\xff"]],
                tlvs=[[1, w.time([-1, 5])], [2, w.u64(3)], [3, w.u32(32)], [4, b"descriptor"]])
    good = {"file": full, "directory": folder, "link": file(b"l", type=3, target=b"../x"), "fifo": file(b"p", type=4),
            "character": file(b"c", type=5, major=1, minor=3), "block": file(b"b", type=6, major=2**32 - 1, minor=0),
            "name-bytes": file(b"caf\xe9\n \\\xff"), "name-4096": file(b"n" * 4096), "name-three-dots": file(b"..."),
            "before-1970": file(mtime=[-2**63, 0]), "names-empty": file(user="", group="")}
    for name, value in good.items():
        ok("entry", name, name.replace("-", " "), w.entry(value))
        if name in ("file", "directory", "link", "fifo", "character", "block"):
            ok("evidence", name, f"the entry hash of a {name}", w.entry(value), of="entry")
    ends("entry", w.entry(full))
    optional_parts("entry", file())
    values = {
        "name-empty": file(b""), "name-dot": file(b"."), "name-dotdot": file(b".."), "name-slash": file(b"a/b"),
        "name-nul": file(b"a\0b"), "type-0": file(type=0), "type-7": file(type=7), "mode-high": file(mode=0o10000),
        "nanoseconds": file(mtime=[0, 10**9]), "link-empty": file(type=3, target=b""), "link-nul": file(type=3, target=b"a\0"),
        "xattr-empty": file(xattrs=[[b"", b""]]), "xattr-nul": file(xattrs=[[b"user.\0", b""]]),
        "group-zero": file(tlvs=[[2, w.u64(0)]]), "group-on-directory": folder | {"tlvs": [[2, w.u64(1)]]}, "birth-nanoseconds": file(tlvs=[[1, w.time([0, 10**9])]]),
        "directory-hole": folder | {"content": EMPTY | {"size": 5, "hash": ident(1), "holes": [[0, 5]]}}}
    for name, value in values.items():
        bad("entry", name, "value", name.replace("-", " "), w.entry(value))
    bad("entry", "user-utf8", "value", "a user's name that is not UTF-8", w.entry(file()).replace(b"ada", b"\xc0\x80a", 1))
    bad("entry", "user-surrogate", "value", "a surrogate in UTF-8", w.entry(file()).replace(b"ada", b"\xed\xa0\x80", 1))
    limits = {"name-4097": file(b"n" * 4097), "xattr-name-256": file(xattrs=[[b"n" * 256, b""]]),
              "link-65537": file(type=3, target=b"t" * 65537),
              "4097-xattrs": file(xattrs=[[b"%04d" % n, b""] for n in range(4097)])}
    for name, value in limits.items():
        bad("entry", name, "limit", name.replace("-", " "), w.entry(value))
    twice = [[b"b", b""], [b"a", b""]]
    bad("entry", "xattr-order", "order", "attributes that descend", w.entry(file(xattrs=twice)))
    bad("entry", "xattr-twice", "order", "an attribute twice", w.entry(file(xattrs=[[b"a", b""], [b"a", b"x"]])))
    bad("entry", "part-long", "trailing", "a birth time with a byte left over", w.entry(file(tlvs=[[1, bytes(13)]])))
    bad("entry", "part-short", "truncated", "Windows attributes of two bytes", w.entry(file(tlvs=[[3, bytes(2)]])))
    trees(full, folder)


def trees(full, folder):
    stream = w.tree([file(b"B"), file(b"a"), file(b"a.b"), folder, full])
    ok("tree", "empty", "an empty directory", b"")
    ok("tree", "five", "names in the order of their bytes", stream)
    for count in (0, 1, 2, 3, 5, 8):
        data = w.tree([file(b"%d" % n) for n in range(count)])
        ok("evidence", f"tree-of-{count}", f"the evidence root of a directory of {count}", data, of="tree")
    bad("tree", "order", "order", "names that descend", w.tree([file(b"b"), file(b"a")]))
    bad("tree", "twice", "order", "a name twice", w.tree([file(b"a"), file(b"a")]))
    bad("tree", "cut-in-entry", "truncated", "the stream ends within an entry", stream[:-1])
    bad("tree", "cut-in-length", "truncated", "the stream ends within a length", stream + b"\1\0")
    bad("tree", "entry-large", "limit", "an entry of more than 4 MiB is announced", w.u32(4194305) + bytes(100))
    bad("tree", "length-high", "trailing", "a length that is one more than its entry", w.raw(w.entry(file()) + b"\0"))
    bad("tree", "length-low", "truncated", "a length that is one less than its entry", w.raw(w.entry(file())[:-1]))
    bad("tree", "dotdot", "value", "an entry of the name ..", w.tree([file(b"..")]))


# --- records ----------------------------------------------------------------------------------------------------------

def records():
    when = [1700000000, 5]
    dossier = {"code": "mail", "outcome": 1, "path": b"/home/ada/mail", "since": when, "tree": EMPTY, "evidence": ident(3), "cause": ""}
    base = {"writer": public(WRITER), "sequence": 3, "previous": ident(4), "time": when, "offset": -3600, "host": "h", "user": "u",
            "program": "p 1", "sources": [b"/b", b"/a\xff"], "tags": ["a", "é"], "reason": None, "root": EMPTY, "evidence": ident(5),
            "statistics": {name: n for n, name in enumerate(f.STATISTICS)}, "unread": [], "dossiers": [], "hold": None, "tlvs": []}
    full = base | {"reason": "r", "unread": [[b"/x\xff", "denied"]], "dossiers": [dossier, dossier | {"code": "work", "outcome": 5}, dossier | {"code": "zeta", "outcome": 6}],
                   "hold": ["law", when]}
    ok("snapshot", "least", "without what may be absent", w.snapshot(base | {"sources": [], "tags": []}))
    ok("snapshot", "full", "everything that a record can hold", w.snapshot(full))
    ok("snapshot", "offset-ends", "the easternmost clock", w.snapshot(base | {"offset": 86400}))
    ends("snapshot", w.snapshot(full))
    optional_parts("snapshot", base)
    values = {"sequence-0": {"sequence": 0}, "offset-east": {"offset": 86401}, "offset-west": {"offset": -86401}, "time": {"time": [0, 10**9]},
              "outcome-0": {"dossiers": [dossier | {"outcome": 0}]}, "outcome-7": {"dossiers": [dossier | {"outcome": 7}]},
              "root-hole": {"root": EMPTY | {"size": 5, "hash": ident(1), "holes": [[0, 5]]}},
              "hold-until": {"hold": ["x", [0, 2**32 - 1]]}}
    for name, changes in values.items():
        bad("snapshot", name, "value", name.replace("-", " "), w.snapshot(base | changes))
    orders = {"tags-order": {"tags": ["b", "a"]}, "tag-twice": {"tags": ["a", "a"]}, "dossier-twice": {"dossiers": [dossier, dossier]},
              "dossiers-order": {"dossiers": [dossier | {"code": "z"}, dossier]}}
    for name, changes in orders.items():
        bad("snapshot", name, "order", name.replace("-", " "), w.snapshot(base | changes))
    bad("snapshot", "1001-unread", "limit", "1,001 unread sources", w.snapshot(base | {"unread": [[b"/", ""]] * 1001}))
    data = w.snapshot(base | {"reason": "r"})
    bad("snapshot", "option-2", "value", "a reason whose option byte is 2", data.replace(b"\1\1\0\0\0r", b"\2\1\0\0\0r"))
    small_records(when)


def small_records(when):
    value = {"host": "h", "user": "u", "program": "p", "process": 2**32 - 1, "time": when, "tlvs": []}
    ok("intent", "plain", "an intent", w.intent(value))
    ends("intent", w.intent(value))
    optional_parts("intent", value)
    bad("intent", "nanoseconds", "value", "nanoseconds of 10^9", w.intent(value | {"time": [0, 10**9]}))
    bad("intent", "host-utf8", "value", "a host that is not UTF-8", w.raw(b"\xff") + w.intent(value)[5:])
    value = {"time": when, "packs": [ident(1), ident(2)], "tlvs": []}
    ok("plan", "two", "a plan of two packs", w.plan(value))
    ok("plan", "none", "a plan of no packs", w.plan(value | {"packs": []}))
    ends("plan", w.plan(value))
    optional_parts("plan", value)
    bad("plan", "order", "order", "packs descend", w.plan(value | {"packs": [ident(2), ident(1)]}))
    bad("plan", "twice", "order", "a pack twice", w.plan(value | {"packs": [ident(2), ident(2)]}))
    bad("plan", "many", "limit", "1,048,577 packs are announced", w.time(when) + w.u32(1048577) + bytes(100))
    value = {"time": when, "plan": SESSION, "cause": "burned", "tlvs": []}
    ok("tombstone", "plain", "a tombstone", w.tombstone(value))
    ends("tombstone", w.tombstone(value))
    optional_parts("tombstone", value)
    bad("tombstone", "nanoseconds", "value", "nanoseconds of 10^9", w.tombstone(value | {"time": [0, 10**9]}))


# --- computations -----------------------------------------------------------------------------------------------------

def computations():
    ok("derive", "counting", "the purpose keys of the secret 00 01 … 1f", bytes(range(32)))
    ok("derive", "zeros", "the purpose keys of 32 zeros", bytes(32))
    head, key, extra = w.header(f.SNAPSHOT, REPOSITORY, SESSION), seeded("box key"), b"extra"
    box, place = w.box(key, head, extra, b"plaintext", seeded("box salt")), {"key": key, "header": head, "extra": extra}
    ok("box", "plain", "a box", box, **place)
    ok("box", "empty", "a box of nothing, extra empty", w.box(key, head, b"", b"", seeded("s")), **(place | {"extra": b""}))
    for name, at in {"salt": 0, "commitment": 32, "ciphertext": 64, "tag": -1}.items():
        bad("box", f"{name}-bit", "seal", f"a bit of the {name} is flipped", flip(box, at), **place)
    bad("box", "key", "seal", "another key", box, **(place | {"key": seeded("other")}))
    bad("box", "header", "seal", "another header", box, **(place | {"header": w.header(7, REPOSITORY)}))
    bad("box", "extra", "seal", "another extra", box, **(place | {"extra": b""}))
    bad("box", "short", "truncated", "79 bytes", box[:79], **place)
    pack_keys()
    cuts()
    signatures()
    orders()


def pack_keys():
    head, key = w.header(f.DATA_PACK, REPOSITORY, SESSION), seeded("pack key")
    start, place = w.pack_head(w.public_of(READER), head, key, seeded("ephemeral")), {"reader": READER, "header": head}
    ok("pack-key", "plain", "the key of a pack", start, **place)
    bad("pack-key", "other-reader", "password", "another reader's key", start,
        reader=seeded("other"), header=head)
    bad("pack-key", "header", "seal", "another header", start, reader=READER, header=w.header(f.TREE_PACK, REPOSITORY, SESSION))
    for name, at in {"enc": 20, "ciphertext": 60, "commitment": 100}.items():
        bad("pack-key", f"{name}-bit", "seal", f"a bit of the {name} is flipped", flip(start, at), **place)
    bad("pack-key", "enc-zero", "seal", "an encapsulated key of small order", start[:16] + bytes(32) + start[48:], **place)
    place = {"pack_key": key, "header": head, "ordinal": 3}
    data = b"some text, some text, some text, some text"
    size = len(data)
    raw, zstd = (w.seal_block(key, head, 3, codec, data) for codec in (0, 1))
    ok("block", "raw", "a raw block", raw, codec=0, raw=size, **place)
    ok("block", "zstd", "a compressed block", zstd, codec=1, raw=size, **place)
    bad("block", "ordinal", "seal", "a block at another place", raw, codec=0, raw=size, **(place | {"ordinal": 2}))
    bad("block", "bit", "seal", "a flipped bit", flip(raw, 5), codec=0, raw=size, **place)
    bad("block", "header", "seal", "another pack", raw, codec=0, raw=size, **(place | {"header": w.header(5, REPOSITORY, SESSION)}))
    for codec, sealed in ((0, raw), (1, zstd)):
        bad("block", f"more-{codec}", "codec", "more bytes than stated", sealed, codec=codec, raw=size - 1, **place)
        bad("block", f"fewer-{codec}", "codec", "fewer bytes than stated", sealed, codec=codec, raw=size + 1, **place)
    bad("block", "codec-2", "codec", "an unknown codec", raw, codec=2, raw=size, **place)
    bad("block", "not-zstd", "codec", "not a zstd frame", raw, codec=1, raw=size, **place)
    compressed(data)


def compressed(data):
    frame = w.compress(1, data)
    ok("compressed", "raw", "codec 0", w.packed(0, data))
    ok("compressed", "zstd", "codec 1", w.packed(1, data))
    head = w.u16(1) + w.u32(len(data))
    bad("compressed", "two-frames", "codec", "two frames that give the stated length together",
        w.u16(1) + w.u32(2 * len(data)) + frame + frame)
    bad("compressed", "after-frame", "codec", "a byte after the frame", head + frame + b"\0")
    bad("compressed", "frame-cut", "codec", "the frame ends too early", head + frame[:-1])
    bad("compressed", "skippable", "codec", "a skippable frame before the frame", head + b"\x50\x2a\x4d\x18\0\0\0\0" + frame)
    bad("compressed", "codec-2", "codec", "an unknown codec", w.u16(2) + w.u32(len(data)) + data)
    bad("compressed", "large", "limit", "more than 64 MiB are announced", w.u16(1) + w.u32(67108865) + frame)
    bad("compressed", "short", "truncated", "five bytes", head[:5])
    bad("compressed", "bomb", "codec", "16 MiB of zeros where 1,000 bytes are stated", w.u16(1) + w.u32(1000) + w.compress(1, bytes(1 << 24)))


def cuts():
    def cut(name, what, low, average, high, data=b"", **described):
        params = {"secret": SECRET, "min": low, "average": average, "max": high}
        ok("cut", name, what, data, **(params | ({"data": described} if described else {})))
    noise = {"splitmix64": 1, "length": 4194304}
    cut("data", "4 MiB with the default sizes of data chunks", 32768, 131072, 524288, **noise)
    cut("tree", "4 MiB with the default sizes of tree chunks", 4096, 16384, 65536, **noise)
    cut("odd", "an odd length", 4096, 16384, 65536, splitmix64=2, length=300001)
    cut("smallest", "the smallest sizes", 64, 256, 1024, splitmix64=3, length=30001)
    cut("largest", "the largest sizes", 64, 4194304, 8388608, **noise)
    cut("zeros", "zeros", 64, 256, 1024, repeat="00", length=10000)
    cut("ones", "the byte ff", 4096, 16384, 65536, repeat="ff", length=200000)
    cut("min", "exactly min bytes", 64, 256, 1024, data=bytes(range(64)))
    cut("min-and-one", "min bytes and one", 64, 256, 1024, data=bytes(range(65)))
    cut("none", "no bytes", 64, 256, 1024)


def orders():
    def claims(*rows):
        return b"".join(bytes([writer]) * 32 + struct.pack("<QqI", sequence, second, 5) for writer, sequence, second in rows)
    for name, what, seconds in [
            ("clocks-right", "clocks that were right", [1, 2, 2, 3]),
            ("to-come", "a clock that was ahead for a night", [1, 2, 3, 2098, 4, 5]),
            ("past", "a clock that had lost its time", [1, 2, 3, 0, 4]),
            ("past-last", "the same, and nothing came after", [1, 2, 3, 0]),
            ("to-come-first", "the first of all is from a clock that was ahead", [2098, 1, 2]),
            ("past-early", "a clock that had lost its time, with one night before it", [1, 0, 3]),
            ("two-wrong", "two nights in a row", [1, 2, 2098, 2099, 3, 4, 5])]:
        ok("order", name, what, claims(*[(1, number + 1, second) for number, second in enumerate(seconds)]))
    ok("order", "two-writers", "the claims of one writer say nothing of another's", claims((1, 1, 10), (2, 1, 7), (1, 2, 2098), (2, 2, 8), (1, 3, 9)))
    ok("order", "any-place", "the order is that of the sequence and not of the list", claims((1, 3, 30), (1, 1, 10), (1, 2, 20)))
    ok("order", "none", "no snapshot", b"")
    days = [(1, 1, 1), (1, 2, 2098), (1, 3, 2099), (1, 4, 4)]
    rows = [(writer, number, day * 86400) for writer, number, day in days]
    ok("order", "ahead", "what is more than a day ahead of now does not stand", claims(*rows), now=5 * 86400)
    ok("order", "now-wrong", "most is ahead of now, which is wrong then", claims(*rows), now=0)
    ok("order", "last-ahead", "a machine's last night, and another machine", claims((1, 1, 1), (1, 2, 9 * 86400), (2, 1, 5)), now=10)
    ok("order", "only-ahead", "a machine's only night", claims((1, 1, 9 * 86400), (2, 1, 5), (2, 2, 6)), now=10)
    ok("order", "fork", "a number that was used twice", claims((1, 1, 10), (1, 2, 20), (1, 3, 30), (1, 2, 40), (1, 3, 50)))


def signatures():
    message, key = b"message", Ed25519PrivateKey.from_private_bytes(WRITER)
    good, place = key.sign(message), {"public": public(WRITER), "message": message}
    ok("signature", "plain", "a signature", good, **place)
    bad("signature", "message", "signature", "another message", good, **(place | {"message": b"other"}))
    bad("signature", "key", "signature", "another key", good, **(place | {"public": public(OWNER)}))
    bad("signature", "bit", "signature", "a flipped bit", flip(good, 40), **place)
    high = int.from_bytes(good[32:], "little") + f.GROUP
    bad("signature", "s-not-canonical", "signature", "S is not below the order of the group", good[:32] + high.to_bytes(32, "little"), **place)
    identity = (1).to_bytes(32, "little")
    bad("signature", "key-small-order", "signature", "the identity as key, R and S zero: valid for every message when not strict",
        identity + bytes(32), public=identity, message=message)
    eighth = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
    bad("signature", "key-order-8", "signature", "a key of order 8", good, public=eighth, message=message)
    bad("signature", "r-small-order", "signature", "R of small order", small_r(message), **place)


def small_r(message):
    """A signature with R the identity that holds when strictness is not demanded: S = k·a."""
    import hashlib
    digest = bytearray(hashlib.sha512(WRITER).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    r = (1).to_bytes(32, "little")
    k = int.from_bytes(hashlib.sha512(r + public(WRITER) + message).digest(), "little")
    return r + (k * int.from_bytes(digest, "little") % f.GROUP).to_bytes(32, "little")


# --- parity -----------------------------------------------------------------------------------------------------------

def parity_member(kind, content, name=""):
    return {"kind": kind, "name": name or blake3(content).hexdigest(), "length": len(content), "hash": blake3(content).digest()}


def parity():
    contents = [b"This folder is a backup.\n", seeded("config object", 600), seeded("slot object", 512), seeded("pack", 1200), seeded("snapshot object", 513)]
    members = [parity_member(1, contents[0], "README"), parity_member(2, contents[1], "12"), parity_member(3, contents[2], SESSION.hex()),
               parity_member(4, contents[3]), parity_member(6, contents[4], SESSION.hex())]
    base = {"repository": REPOSITORY, "recovery": 2, "members": members, "tlvs": [],
            "groups": [{"shards": 4, "recovery": 3, "table_recovery": 2}, {"shards": 5, "recovery": 2, "table_recovery": 1}]}
    heads(base)
    sectors()
    for data, recovery, size in ((1, 1, 512), (3, 2, 512), (2, 5, 480), (9, 3, 64), (5, 4, 96)):
        ok("parity-code", f"{data}-{recovery}-{size}", f"{recovery} recovery shards of {data} shards of {size} bytes",
           seeded(f"shards {data} {recovery}", data * size), shards=data, recovery=recovery)
    lost_and_rotten(p.whole(w.header(11, REPOSITORY, minor=1), base, contents), base)


def heads(base):
    ok("parity-head", "members", "every kind of member but a segment, in two groups", p.encode_head(base))
    segment = parity_member(5, seeded("segment", 999))
    one = base | {"members": [segment], "groups": [{"shards": 2, "recovery": 1, "table_recovery": 1}]}
    ok("parity-head", "segment", "a segment alone", p.encode_head(one))
    many = [parity_member(6, seeded(str(i), 600), i.to_bytes(16, "big").hex()) for i in range(20)]
    ok("parity-head", "two-sectors", "a head of three sectors", p.encode_head(base | {"members": many, "groups": [
        {"shards": 40, "recovery": 32768, "table_recovery": 32768}]}))
    ok("parity-head", "tlv-ancillary-kept", "an unknown ancillary part is kept", p.encode_head(base | {"tlvs": [[0x7001, b"keep"]]}))
    bad("parity-head", "tlv-critical", "critical", "an unknown critical part", p.encode_head(base | {"tlvs": [[0x8001, b""]]}))
    def wrong(name, expect, what, **changes):
        bad("parity-head", name, expect, what, p.encode_head(base | changes))
    members = base["members"]
    wrong("no-members", "value", "nothing is protected", members=[], groups=[])
    wrong("recovery-0", "value", "no recovery of the head", recovery=0)
    wrong("recovery-high", "limit", "too much recovery of the head", recovery=32769)
    wrong("descend", "order", "a config behind a key slot", members=[members[0], members[2], members[1], *members[3:]])
    wrong("twice", "order", "a member twice", members=[members[0], *members])
    wrong("shards-high", "value", "a group has one shard more than the members", groups=[{"shards": 10, "recovery": 1, "table_recovery": 1}])
    wrong("shards-low", "value", "the groups have one shard less", groups=[{"shards": 8, "recovery": 1, "table_recovery": 1}])
    for field, high in (("shards", 131073), ("recovery", 32769), ("table_recovery", 32769)):
        wrong(f"group-no-{field}", "value", f"a group with {field} 0", groups=[base["groups"][0] | {field: 0}])
        wrong(f"group-{field}-high", "limit", f"a group with {field} {high}", groups=[base["groups"][0] | {field: high}])
    wrong("kind-7", "value", "a kind of member that is not known", members=[members[0] | {"kind": 7}])
    wrong("config-0", "value", "config number 0", members=[members[1] | {"name": "0"}])
    wrong("empty-member", "value", "a member of no bytes", members=[members[3] | {"length": 0}])
    wrong("large-member", "limit", "a pack over its limit", members=[members[3] | {"length": (4 << 30) + 1}])
    pack = members[3] | {"length": 128 << 20}
    large = [{"shards": 1, "recovery": 32768, "table_recovery": 32768}] * 300
    wrong("large-object", "limit", "recovery that makes an object of more than 4 GiB", members=[pack | {"length": 512 * 300}], groups=large)
    good = p.encode_head(base)
    bad("parity-head", "sector-too-many", "trailing", "a sector of zeros too many", good + bytes(480))
    bad("parity-head", "padding", "value", "what fills the sector is not zeros", good[:-1] + b"\1")
    bad("parity-head", "byte-missing", "value", "the strip does not end with a sector", good[:-1])
    bad("parity-head", "cut", "truncated", "the strip ends within the members", good[:100])


def sectors():
    base = {"tag": seeded("tag", 8), "strip": 3, "index": 4, "data": 2, "recovery": 3, "payload": seeded("payload", 480)}
    good = p.encode_sector(**base)
    ok("parity-sector", "last", "the last sector of a strip", good)
    bad("parity-sector", "magic", "magic", "not a marked sector", flip(good, 0))
    bad("parity-sector", "payload-bit", "checksum", "a bit of the payload is flipped", flip(good, 300))
    bad("parity-sector", "check-bit", "checksum", "a bit of the check is flipped", flip(good, 511))
    for name, expect, what, changes in (
            ("index-high", "value", "one behind the last sector", {"index": 5}), ("no-data", "value", "a strip without data", {"data": 0}),
            ("no-recovery", "value", "a strip without recovery", {"recovery": 0}),
            ("data-high", "limit", "a strip with too much data", {"data": 32769}),
            ("recovery-high", "limit", "a strip with too much recovery", {"recovery": 32769})):
        bad("parity-sector", name, expect, what, p.encode_sector(**(base | changes)))


def lost_and_rotten(whole, base):
    """One object in many states: what can still be told of it."""
    layout = p.Layout(base, 1)
    ok("parity", "sound", "a sound object", whole)

    def noise(sectors):
        raw = bytearray(whole)
        for at in sectors:
            raw[at * 512:(at + 1) * 512] = seeded(f"noise {at}", 512)
        return bytes(raw)
    first, second = layout.groups
    ok("parity", "no-header", "header and trailer are noise", noise([0, layout.sectors - 1])[:-48] + bytes(48))
    ok("parity", "head-data", "the head is noise where it comes first", noise([1]))
    ok("parity", "head-recovery", "the head is noise in one place and in its last", noise([1, layout.head_recovery(1)]))
    bad("parity", "no-head", "missing", "the head is noise everywhere", noise([1, layout.head_recovery(0), layout.head_recovery(1)]))
    ok("parity", "shards", "a recovery shard of each group is noise", noise([layout.shards(first)[1], layout.shards(second)[0]]))
    ok("parity", "table-data", "the data of both tables are noise", noise([layout.table(first)[0], layout.table(second)[0]]))
    ok("parity", "table-lost", "a table is noise wholly: no shard of its group is known", noise(layout.table(second)))
    for at in (1024, 1536, len(whole) // 2, len(whole) - 49):
        ok("parity", f"ends-at-{at}", f"the object ends after {at} of {len(whole)} bytes", whole[:at])
    bad("parity", "ends-at-512", "missing", "only the header is left", whole[:512])
    bad("parity", "nothing", "missing", "no bytes", b"")
    moved = bytearray(whole)
    table = layout.table(second)
    moved[table[0] * 512:table[0] * 512 + 512], moved[table[1] * 512:table[1] * 512 + 512] = (
        whole[table[1] * 512:table[1] * 512 + 512], whole[table[0] * 512:table[0] * 512 + 512])
    ok("parity", "moved", "two sectors of a table have changed places: a sector is good only where it belongs", bytes(moved))


def main():
    for name in os.listdir(HERE):
        if name.endswith(".json"):
            os.unlink(os.path.join(HERE, name))
    for make in (envelope, bundles, configs, packs, contents, entries, records, computations, parity):
        make()
    print(len([name for name in os.listdir(HERE) if name.endswith(".json")]), "vectors")


if __name__ == "__main__":
    main()
