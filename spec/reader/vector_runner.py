"""Runs the files of `spec/vectors`: one outcome per file, as `spec/vectors/README.md` describes."""
import glob
import json
import os
import struct
import sys

import liasse_format as f
import liasse_order as order
import liasse_parity as parity
from blake3 import blake3

MASKS = dict(enumerate([
    0x0000000001803110, 0x0000000018035100, 0x0000001800035300, 0x0000019000353000, 0x0000590003530000,
    0x0000d90003530000, 0x0000d90103530000, 0x0000d90303530000, 0x0000d90313530000, 0x0000d90f03530000,
    0x0000d90303537000, 0x0000d90703537000, 0x0000d90707537000, 0x0000d91707537000, 0x0000d91747537000,
    0x0000d91767537000, 0x0000d93767537000, 0x0000d93777537000, 0x0000d93777577000, 0x0000db3777577000], 6))


def gear_table(secret):
    return f.derive("liasse v1 gear table", secret, 2048)


def next_cut(gear, data, low, average, high):
    """The length of the next chunk of the bytes that are left."""
    n, k = len(data), average.bit_length() - 1
    if n <= low:
        return n
    end, center, h = min(n, high), min(n, average), 0
    for i in range(low, end - end % 2):
        h = (2 * h + gear[data[i]]) & 0xFFFFFFFFFFFFFFFF
        if not h & MASKS[k + 2 if i < center - center % 2 else k - 2]:
            return i
    return end


def cut(secret, data, low, average, high):
    """The lengths of the chunks of a stream."""
    gear, lengths, view = struct.unpack("<256Q", gear_table(secret)), [], memoryview(data)
    while view:
        lengths.append(next_cut(gear, view, low, average, high))
        view = view[lengths[-1]:]
    return lengths


def splitmix64(seed, length):
    """Bytes of the splitmix64 generator, each word little endian."""
    words, mask = [], 0xFFFFFFFFFFFFFFFF
    for _ in range(-(-length // 8)):
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = ((seed ^ seed >> 30) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & mask
        words.append(z ^ z >> 31)
    return struct.pack(f"<{len(words)}Q", *words)[:length]


def described(data, p):
    """The input of `cut`: its bytes, or a description of them."""
    what = p.get("data")
    if what is None:
        return data
    if "splitmix64" in what:
        return splitmix64(what["splitmix64"], what["length"])
    return bytes.fromhex(what["repeat"]) * what["length"]


def head_value(head):
    return {"kind": head.kind, "major": head.major, "minor": head.minor, "repository": head.repository, "session": head.session}


def unhex(p, name):
    return None if p.get(name) is None else bytes.fromhex(p[name])


def kinds(p):
    return (p["kind"],) if "kind" in p else None


def run_header(data, p):
    f.demand(len(data) <= 48, "trailing", "bytes after a header")
    return head_value(f.read_header(data, kinds(p), unhex(p, "repository")))


def run_object(data, p):
    head, _ = f.read_object(data, kinds(p), unhex(p, "repository"))
    return head_value(head) | {"body": data[48:-48]}


def run_slot(data, p):
    value = f.decode(data, f.slot_body)
    if "password" in p:
        return f.open_slot(p["password"].encode(), unhex(p, "header"), data)
    return {name: value[name] for name in ("memory", "passes", "lanes", "salt")}


def run_tree(data, p):
    return list(f.entries_of([data]))


def run_derive(data, p):
    keys = f.purpose_keys(data)
    ids = {name: blake3(b"abc", key=keys[name]).digest() for name in ("data", "tree", "list")}
    return {"keys": keys, "ids": ids, "gear": blake3(gear_table(data)).digest()}


def run_kdf(data, p):
    slot = struct.pack("<HIII", 1, p["memory"], p["passes"], p["lanes"]) + unhex(p, "salt")
    return f.stretch(data, f.decode(slot + bytes(f.BOX_OVERHEAD), f.slot_body))


def run_evidence(data, p):
    if p["of"] == "entry":
        return f.entry_hash(f.decode(data, f.entry))
    return f.evidence_root([f.entry_hash(e) for e in f.entries_of([data])])


def run_signature(data, p):
    f.demand(len(data) == 64, "truncated", "a signature is 64 bytes")
    f.verify(unhex(p, "public"), unhex(p, "message"), data)


def run_parity_code(data, p):
    size = len(data) // p["shards"]
    return b"".join(parity.protect([data[at:at + size] for at in range(0, len(data), size)], p["recovery"]))


def decoder(item):
    return lambda data, p: f.decode(data, item)


def run_order(data, p):
    rows = [f.Cursor(data[at:at + 52]) for at in range(0, len(data), 52)]
    return order.made([(row.raw(32), row.u64(), row.time()) for row in rows], p.get("now"))


TYPES = {
    "header": run_header, "object": run_object, "config": decoder(f.config), "bundle": decoder(f.bundle),
    "slot-body": run_slot, "directory": lambda data, p: f.decode(data, lambda c: f.directory(c, p["kind"])),
    "footer": decoder(f.footer), "segment": decoder(f.segment),
    "content": lambda data, p: f.decode(data, f.solid if p.get("of") == "tree" else f.content),
    "entry": decoder(f.entry), "tree": run_tree, "snapshot": decoder(f.snapshot), "intent": decoder(f.intent),
    "plan": decoder(f.plan), "tombstone": decoder(f.tombstone), "list": decoder(f.ref_list),
    "derive": run_derive, "cut": lambda data, p: cut(unhex(p, "secret"), described(data, p), p["min"], p["average"], p["max"]),
    "box": lambda data, p: f.open_box(unhex(p, "key"), unhex(p, "header"), unhex(p, "extra"), data),
    "pack-key": lambda data, p: f.open_pack_key([unhex(p, "reader")], unhex(p, "header"), data),
    "block": lambda data, p: f.open_block(unhex(p, "pack_key"), unhex(p, "header"), p["ordinal"], p["codec"], p["raw"], data),
    "compressed": lambda data, p: f.unpack(data), "kdf": run_kdf, "evidence": run_evidence, "signature": run_signature, "order": run_order,
    "parity": lambda data, p: parity.Parity(data).value(), "parity-head": lambda data, p: parity.head(data),
    "parity-sector": lambda data, p: parity.sector(data)._asdict(), "parity-code": run_parity_code,
}


def outcome(vector):
    """What the reader makes of a vector: ("ok", value) or (class, None)."""
    try:
        value = TYPES[vector["type"]](bytes.fromhex(vector["hex"]), vector.get("params", {}))
        return "ok", f.plain(value)
    except f.Failure as failure:
        return failure.word, None


def passes(vector):
    """Does the outcome agree, and the value where one is stated? Says what came out."""
    word, value = outcome(vector)
    if word != vector["expect"]:
        return False, f"{word} instead of {vector['expect']}"
    agree = "value" not in vector or value == vector["value"]
    return agree, "as stated" if agree else "another value"


def run_files(paths):
    """Run files, or all files of folders; print the sum and give the number of failures."""
    failed, count = 0, 0
    for path in [name for p in paths for name in (sorted(glob.glob(p + "/*.json")) if os.path.isdir(p) else [p])]:
        with open(path, encoding="utf-8") as file:
            vector = json.load(file)
        good, told = passes(vector)
        count, failed = count + 1, failed + (not good)
        if not good:
            print(f"{path}: {told}", file=sys.stderr)
    print(f"{count - failed} passed, {failed} failed")
    return failed
