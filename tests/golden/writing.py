"""A repository writer for the golden repository: sessions of several writers, chunks with origins, several blocks and codecs.

Extends the test writer of `spec/reader`; it must write only what the specification allows.
"""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "spec", "reader"))

import liasse_format as f
import test_writer as w
import zstandard
from argon2.low_level import Type, hash_secret_raw
from blake3 import blake3

BLOCK = 4096  # bytes of a block here: small, so that chunks lie across several


def seed(number):
    """From here on all random bytes are those of a generator."""
    w.entropy = random.Random(number).randbytes


def frames(codec, data, form):
    """A block's bytes under its codec; zstd frames of every form that a writer may choose."""
    if not codec:
        return data
    if form == 0:
        return zstandard.compress(data, 3)
    if form == 1:
        return zstandard.ZstdCompressor(level=19, write_checksum=True, write_content_size=False).compress(data)
    wide = zstandard.ZstdCompressionParameters.from_level(1, window_log=27, write_content_size=False)
    machine = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    return machine.compress(data) + machine.flush()


class Golden(w.TestRepository):
    """Writes the repository. `pending` holds chunks as parts: bytes, or (chunk id, offset, length) of an origin."""

    def begin(self):
        """A new session."""
        self.session, self.listed = w.entropy(16), []

    # --- keys

    def keys_of(self, role, label, readers, seed=None):
        """What a holder gets."""
        owner = self.owner.private_bytes_raw() if role == 1 else None
        return {"role": role, "label": label, "secret": self.secret, "owner": self.owner.public_key().public_bytes_raw(),
                "readers": readers if role < 3 else [], "owner_seed": owner, "writer_seed": seed}

    def slot(self, password, bundle, passes=3, lanes=1):
        """A password slot; gives how the config lists it."""
        head, name = w.header(f.SLOT, self.id), w.entropy(16)
        start = w.slot_head({"memory": 65536, "passes": passes, "lanes": lanes, "salt": w.entropy(32)})
        key = hash_secret_raw(password.encode(), start[14:], passes, 65536, lanes, 32, Type.ID, 0x13)
        self.put("keys", name.hex(), w.whole_object(head, start + w.box(key, head, start, w.bundle(bundle))))
        return {"id": name, "role": bundle["role"], "label": bundle["label"], "added": [1700000000, 0]}

    def credential_of(self, bundle):
        return w.whole_object(w.header(f.CREDENTIAL, self.id), w.bundle(bundle))

    def config(self, number, previous, **changes):
        """A config; gives the hash of the object."""
        value = {"number": number, "previous": previous, "time": [1700000000 + number, 999999999], "name": "golden \u00e9",
                 "data_chunks": [32768, 131072, 524288], "tree_chunks": [4096, 16384, 65536], "block_size": 1 << 20,
                 "pack_size": 1 << 24, "level": 3, "tlvs": []} | changes
        head, plaintext = w.header(f.CONFIG, self.id), w.config(value)
        signature = self.owner.sign(b"liasse v1 config" + head + plaintext)
        whole = w.whole_object(head, w.box(self.keys["config"], head, b"", plaintext + signature))
        self.put("config", str(number), whole)
        return blake3(whole).digest()

    # --- chunks

    def add(self, kind, *parts):
        """A chunk of literal parts and parts of origins; gives its ref. `parts` are bytes or (origin's bytes, offset, length)."""
        data = b"".join(part if isinstance(part, bytes) else part[0][part[1]:part[1] + part[2]] for part in parts)
        name = self.chunk_id(kind, data)
        self.pending[kind, name] = [part if isinstance(part, bytes) else (self.chunk_id(kind, part[0]), *part[1:])
                                    for part in parts]
        return {"id": name, "length": len(data)}

    def change(self, kind, old, new):
        """A chunk that takes its beginning and its end from an older one."""
        least = min(len(old), len(new))
        head = next((i for i in range(least) if old[i] != new[i]), least)
        tail = next((i for i in range(least - head) if old[-1 - i] != new[-1 - i]), least - head)
        ends = (old, 0, head), new[head:len(new) - tail], (old, len(old) - tail, tail)
        return self.add(kind, *[part for part in ends if (len(part) if isinstance(part, bytes) else part[2])])

    def cut(self, kind, data, size=1000):
        """Literal chunks of one size."""
        return [self.add(kind, data[at:at + size]) for at in range(0, len(data), size)]

    def content(self, kind, data, refs=None, holes=(), whole=None, depth=0):
        """A content, through as many levels of lists as are said: all but the last are of chunks of one ref."""
        refs = self.cut(kind, data) if refs is None else refs
        for level in range(depth, 0, -1):
            refs = self.cut(f.LIST, b"".join(map(w.ref, refs)), 36 if level > 1 else 7000)
        whole = data if whole is None else whole
        return {"size": len(whole), "hash": blake3(whole).digest(), "depth": depth, "chunks": refs, "holes": list(holes)}

    def stream(self, entries, old=None):
        """Content and evidence of a directory; with an older stream of it, its chunks take from that one's."""
        entries = sorted(entries, key=lambda e: e["name"])
        data = w.tree(entries)
        if old is None:
            refs = self.cut(f.TREE, data)
        else:
            pairs = [(old[at:at + 1000], data[at:at + 1000]) for at in range(0, len(data), 1000)]
            refs = [self.change(f.TREE, a, b) if a != b else {"id": self.chunk_id(f.TREE, a), "length": len(a)} for a, b in pairs]
        return self.content(f.TREE, data, refs), f.evidence_root([f.entry_hash(e) for e in entries])

    # --- packs and segments

    def gather(self, kinds):
        """Blocks of literal bytes, and chunks over them; a literal that crosses from one block to the next is two extents."""
        blocks, chunks = [b""], []
        for kind, name in sorted(key for key in self.pending if key[0] in kinds):
            extents, parts = [], self.pending.pop((kind, name))
            for part in parts:
                if isinstance(part, tuple):
                    extents.append(dict(zip(("origin", "offset", "length"), part)))
                    continue
                while part:
                    if len(blocks[-1]) == BLOCK:
                        blocks.append(b"")
                    here, part = part[:BLOCK - len(blocks[-1])], part[BLOCK - len(blocks[-1]):]
                    extents.append({"block": len(blocks) - 1, "offset": len(blocks[-1]), "length": len(here)})
                    blocks[-1] += here
            chunks.append({"kind": kind, "id": name, "length": sum(e["length"] for e in extents), "extents": extents})
        return [data for data in blocks if data], chunks

    def pack(self, kind, listed=True, codec=1):
        """All pending chunks of a pack's kinds as a pack, its blocks raw and zstd in turn; gives its name."""
        blocks, chunks = self.gather((f.DATA,) if kind == f.DATA_PACK else (f.TREE, f.LIST))
        head, key = w.header(kind, self.id, self.session), w.entropy(32)
        start = head + w.pack_head(w.public_of(self.reader), head, key)
        codecs = [i % 2 for i in range(1, len(blocks) + 1)]
        sealed = [self.seal(key, head, i, c, data) for i, (c, data) in enumerate(zip(codecs, blocks))]
        rows = [{"stored": len(s), "raw": len(data), "codec": c} for s, data, c in zip(sealed, blocks, codecs)]
        value = {"blocks": rows, "chunks": sorted(chunks, key=lambda c: c["id"])}
        offset = len(start) + sum(map(len, sealed))
        directory = w.box(self.keys["directory"], head, start[144:176], w.packed(codec, w.directory(value)))
        foot = {"offset": offset, "length": len(directory), "blocks": len(blocks), "chunks": len(chunks)}
        foot = w.box(self.keys["footer"], head, start[144:176], w.footer(foot))
        padding = bytes(-(offset + len(directory) + len(foot) + 48) % 1024)
        whole = w.whole_object(head, start[48:] + b"".join(sealed) + directory + padding + foot)
        name = blake3(whole).digest()
        self.put(f"packs/{name.hex()[:2]}", name.hex(), whole)
        if listed:
            self.listed.append(value | {"name": name, "kind": kind, "size": len(whole)})
        return name

    def seal(self, key, head, ordinal, codec, data):
        nonce, extra = bytes(4) + w.u64(ordinal), head + w.u32(ordinal)
        block_key = f.derive("liasse v1 block key", key)
        return w.ChaCha20Poly1305(block_key).encrypt(nonce, frames(codec, data, ordinal // 2 % 3), extra)

    def gathered(self, replaces=(), codec=1, tlvs=()):
        """A segment of the listed packs; gives its name."""
        value = {"replaces": sorted(replaces), "packs": sorted(self.listed, key=lambda p: p["name"]), "tlvs": list(tlvs)}
        head = w.header(f.SEGMENT, self.id, self.session)
        whole = w.whole_object(head, w.box(self.keys["segment"], head, b"", w.packed(codec, w.segment(value))))
        self.put("index", blake3(whole).hexdigest(), whole)
        return blake3(whole).digest()

    # --- records

    def commit(self, writer, record):
        """The session's snapshot; gives the hash of the object."""
        head, record = w.header(f.SNAPSHOT, self.id, self.session), w.snapshot(record)
        signature = writer.sign(b"liasse v1 snapshot" + head + record)
        whole = w.whole_object(head, w.box(self.keys["snapshot"], head, b"", record + signature))
        self.put("snapshots", self.session.hex(), whole)
        return blake3(whole).digest()

    def record(self, kind, folder, name, key, plaintext):
        """An intent, plan or tombstone."""
        head = w.header(kind, self.id, name)
        self.put(folder, name.hex(), w.whole_object(head, w.box(self.keys[key], head, b"", plaintext)))
