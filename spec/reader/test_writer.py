"""Encoders and a writer for tests only: the reverse of `liasse_format`, without any of its checks.

Values have the shape that the decoders give. `TestRepository` writes a repository object by object. All random bytes come from
`entropy`; who replaces it with a seeded generator gets the same bytes every time.
"""
import os
import struct

import zstandard
from argon2.low_level import Type, hash_secret_raw
from blake3 import blake3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

import liasse_format as f

entropy = os.urandom


# --- encoders ---------------------------------------------------------------------------------------------------------

def u16(n): return struct.pack("<H", n)
def u32(n): return struct.pack("<I", n)
def u64(n): return struct.pack("<Q", n)
def i32(n): return struct.pack("<i", n)
def time(t): return struct.pack("<qI", *t)
def raw(value): return u32(len(value)) + value
def text(value): return raw(value.encode())
def many(items, encode=lambda item: item): return u32(len(items)) + b"".join(map(encode, items))
def option(value, encode=lambda item: item): return b"\0" if value is None else b"\1" + encode(value)
def tlvs(parts): return many(parts, lambda part: u16(part[0]) + raw(part[1]))


def ref(r): return r["id"] + u32(r["length"])


def content(c):
    return (u64(c["size"]) + c["hash"] + u16(c["depth"]) + many(c["chunks"], ref)
            + many(c["holes"], lambda hole: u64(hole[0]) + u64(hole[1])))


def entry(e):
    kind = e["type"]
    head = (raw(e["name"]) + u16(kind) + u32(e["mode"]) + u32(e["uid"]) + u32(e["gid"]) + text(e["user"])
            + text(e["group"]) + time(e["mtime"]))
    body = b""
    if kind == f.FILE:
        body = content(e["content"])
    elif kind == f.DIRECTORY:
        body = content(e["content"]) + e["evidence"]
    elif kind == f.LINK:
        body = raw(e["target"])
    elif kind in (f.CHARACTER, f.BLOCK):
        body = u32(e["major"]) + u32(e["minor"])
    return head + body + many(e["xattrs"], lambda x: raw(x[0]) + raw(x[1])) + tlvs(e["tlvs"])


def tree(entries): return b"".join(raw(entry(e)) for e in entries)


def bundle(b):
    return (u16(b["role"]) + text(b["label"]) + b["secret"] + b["owner"] + many(b["readers"]) + option(b["owner_seed"])
            + option(b["writer_seed"]))


def slot_head(s): return u16(s.get("kdf", 1)) + u32(s["memory"]) + u32(s["passes"]) + u32(s["lanes"]) + s["salt"]


def config(c):
    sizes = b"".join(map(u32, c["data_chunks"] + c["tree_chunks"]))
    return (u64(c["number"]) + c["previous"] + time(c["time"]) + text(c["name"])
            + many(c["readers"], lambda r: r["key"] + u16(r["status"]))
            + many(c["writers"], lambda w: w["key"] + text(w["label"]) + time(w["added"]) + u16(w["status"]) + u64(w["last"]))
            + many(c["slots"], lambda s: s["id"] + u16(s["role"]) + text(s["label"]) + time(s["added"]))
            + sizes + u32(c["block_size"]) + u32(c["pack_size"]) + i32(c["level"]) + tlvs(c["tlvs"]))


def extent(e):
    where = u16(1) + e["origin"] if "origin" in e else u16(e.get("tag", 0)) + u32(e["block"])
    return where + u32(e["offset"]) + u32(e["length"])


def directory(d):
    return (many(d["blocks"], lambda b: u32(b["stored"]) + u32(b["raw"]) + u16(b["codec"]))
            + many(d["chunks"], lambda c: u16(c["kind"]) + c["id"] + u32(c["length"]) + many(c["extents"], extent)))


def footer(v): return u64(v["offset"]) + u64(v["length"]) + u32(v["blocks"]) + u32(v["chunks"])


def segment(s):
    return (many(s["replaces"]) + many(s["packs"], lambda p: p["name"] + u16(p["kind"]) + u64(p["size"]) + directory(p))
            + tlvs(s["tlvs"]))


def snapshot(s):
    return (s["writer"] + u64(s["sequence"]) + s["previous"] + time(s["time"]) + i32(s["offset"]) + text(s["host"])
            + text(s["user"]) + text(s["program"]) + many(s["sources"], raw) + many(s["tags"], text)
            + option(s["reason"], text) + content(s["root"]) + s["evidence"]
            + b"".join(u64(s["statistics"][name]) for name in f.STATISTICS)
            + many(s["unread"], lambda u: raw(u[0]) + text(u[1])) + many(s["dossiers"], dossier)
            + option(s["hold"], lambda h: text(h[0]) + time(h[1])) + tlvs(s["tlvs"]))


def dossier(d):
    return (text(d["code"]) + u16(d["outcome"]) + raw(d["path"]) + time(d["since"]) + content(d["tree"]) + d["evidence"]
            + text(d["cause"]))


def intent(v):
    return text(v["host"]) + text(v["user"]) + text(v["program"]) + u32(v["process"]) + time(v["time"]) + tlvs(v["tlvs"])


def plan(v): return time(v["time"]) + many(v["packs"]) + tlvs(v["tlvs"])
def tombstone(v): return time(v["time"]) + v["plan"] + text(v["cause"]) + tlvs(v["tlvs"])


# --- sealing ----------------------------------------------------------------------------------------------------------

def header(kind, repository, session=bytes(16), major=1, minor=0, zero=0):
    return f.MAGIC + struct.pack("<4H", kind, major, minor, zero) + repository + session


def whole_object(head, body):
    start = head + body + u64(len(head) + len(body) + 48)
    return start + blake3(start).digest() + f.END_MAGIC


def box(key, head, extra, plaintext, salt=None):
    salt = salt or entropy(32)
    okm = blake3(head + salt, key=key).digest(length=64)
    return salt + okm[32:] + ChaCha20Poly1305(okm[:32]).encrypt(bytes(12), plaintext, head + extra)


def compress(codec, data):
    return zstandard.compress(data, 3) if codec else data


def packed(codec, data):
    return u16(codec) + u32(len(data)) + compress(codec, data)


def seal_block(key, head, ordinal, codec, data):
    nonce = bytes(4) + u64(ordinal)
    block_key = f.derive("liasse v1 block key", key)
    return ChaCha20Poly1305(block_key).encrypt(nonce, compress(codec, data), head + u32(ordinal))


def public_of(private): return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def hpke_seal(public, info, plaintext, ephemeral=None):
    """RFC 9180 base mode, sender's side."""
    ephemeral = ephemeral or entropy(32)
    enc = public_of(ephemeral)
    shared = X25519PrivateKey.from_private_bytes(ephemeral).exchange(X25519PublicKey.from_public_bytes(public))
    prk = f.labeled_extract(f.KEM_SUITE, b"", b"eae_prk", shared)
    secret = f.labeled_expand(f.KEM_SUITE, prk, b"shared_secret", enc + public, 32)
    schedule = (b"\0" + f.labeled_extract(f.HPKE_SUITE, b"", b"psk_id_hash", b"")
                + f.labeled_extract(f.HPKE_SUITE, b"", b"info_hash", info))
    secret = f.labeled_extract(f.HPKE_SUITE, secret, b"secret", b"")
    key = f.labeled_expand(f.HPKE_SUITE, secret, b"key", schedule, 32)
    nonce = f.labeled_expand(f.HPKE_SUITE, secret, b"base_nonce", schedule, 12)
    return enc, ChaCha20Poly1305(key).encrypt(nonce, plaintext, b"")


def pack_head(public, head, key, ephemeral=None):
    """The 128 bytes after the header of a pack."""
    enc, ciphertext = hpke_seal(public, b"liasse v1 pack key" + head, key, ephemeral)
    reader = blake3(b"liasse v1 reader" + public).digest()[:16]
    return reader + enc + ciphertext + f.derive("liasse v1 pack commitment", key)


# --- a repository -----------------------------------------------------------------------------------------------------

def empty_content():
    return {"size": 0, "hash": blake3(b"").digest(), "depth": 0, "chunks": [], "holes": []}


def signer(): return Ed25519PrivateKey.from_private_bytes(entropy(32))


class TestRepository:
    """Writes a small repository with one owner; the caller decides what lies in which pack."""

    def __init__(self, root, password=b"secret"):
        self.root, self.password = root, password
        self.id, self.secret, self.reader = entropy(16), entropy(32), entropy(32)
        self.slots = []
        self.owner, self.writer, self.session = signer(), signer(), entropy(16)
        self.keys = f.purpose_keys(self.secret)
        self.pending, self.listed = {}, []

    def put(self, folder, name, data):
        os.makedirs(os.path.join(self.root, folder), exist_ok=True)
        with open(os.path.join(self.root, folder, name), "xb") as file:
            file.write(data)

    def bundle(self, role=1):
        owner, auditor = role == 1, role <= 2
        return {"role": role, "label": "test", "secret": self.secret, "owner": self.owner.public_key().public_bytes_raw(),
                "readers": [self.reader] if auditor else [], "owner_seed": self.owner.private_bytes_raw() if owner else None,
                "writer_seed": None if role == 2 else self.writer.private_bytes_raw()}

    def write_slot(self):
        head = header(f.SLOT, self.id)
        slot = {"memory": 65536, "passes": 3, "lanes": 1, "salt": entropy(32)}
        key = hash_secret_raw(self.password, slot["salt"], 3, 65536, 1, 32, Type.ID, 0x13)
        start = slot_head(slot)
        body = start + box(key, head, start, bundle(self.bundle()))
        self.slots.append(entropy(16))
        self.put("keys", self.slots[-1].hex(), whole_object(head, body))
        return self.slots[-1]

    def credential(self, role):
        return whole_object(header(f.CREDENTIAL, self.id), bundle(self.bundle(role)))

    def write_config(self, number=1, previous=bytes(32), status=1, last=0, slots=None):
        """Write a config; gives the hash of the object for the next one."""
        value = {"number": number, "previous": previous, "time": [1700000000, 0], "name": "test",
                 "readers": [{"key": public_of(self.reader), "status": 1}],
                 "writers": [{"key": self.writer.public_key().public_bytes_raw(), "label": "w", "added": [0, 0],
                              "status": status, "last": last}],
                 "slots": [{"id": slot, "role": 1, "label": "s", "added": [0, 0]} for slot in (self.slots if slots is None else slots)],
                 "data_chunks": [32768, 131072, 524288], "tree_chunks": [4096, 16384, 65536], "block_size": 65536,
                 "pack_size": 1048576, "level": 3, "tlvs": []}
        head, plaintext = header(f.CONFIG, self.id), config(value)
        signature = self.owner.sign(b"liasse v1 config" + head + plaintext)
        whole = whole_object(head, box(self.keys["config"], head, b"", plaintext + signature))
        self.put("config", str(number), whole)
        return blake3(whole).digest()

    def write_pack(self, kind, blocks, chunks, listed=True):
        """Write a pack of `blocks` (codec, bytes) and `chunks` as in a directory; gives its name."""
        head, key = header(kind, self.id, self.session), entropy(32)
        start = head + pack_head(public_of(self.reader), head, key)
        sealed = [seal_block(key, head, i, codec, data) for i, (codec, data) in enumerate(blocks)]
        value = {"blocks": [{"stored": len(s), "raw": len(data), "codec": codec} for s, (codec, data) in zip(sealed, blocks)],
                 "chunks": sorted(chunks, key=lambda c: c["id"])}
        offset = len(start) + sum(map(len, sealed))
        sealed_directory = box(self.keys["directory"], head, start[144:176], packed(1, directory(value)))
        foot = {"offset": offset, "length": len(sealed_directory), "blocks": len(blocks), "chunks": len(chunks)}
        sealed_footer = box(self.keys["footer"], head, start[144:176], footer(foot))
        padding = bytes(-(offset + len(sealed_directory) + len(sealed_footer) + 48) % 1024)
        body = start[48:] + b"".join(sealed) + sealed_directory + padding + sealed_footer
        whole = whole_object(head, body)
        name = blake3(whole).digest()
        self.put(f"packs/{name.hex()[:2]}", name.hex(), whole)
        if listed:
            self.listed.append(value | {"name": name, "kind": kind, "size": len(whole)})
        return name

    def write_segment(self, replaces=()):
        value = {"replaces": sorted(replaces), "packs": sorted(self.listed, key=lambda p: p["name"]), "tlvs": []}
        head = header(f.SEGMENT, self.id, self.session)
        whole = whole_object(head, box(self.keys["segment"], head, b"", packed(1, segment(value))))
        self.put("index", blake3(whole).hexdigest(), whole)
        return blake3(whole).digest()

    def chunk_id(self, kind, data): return f.chunk_id(self.keys, kind, data)

    def literal(self, kind, data, block=0, offset=0):
        """A chunk of one literal extent."""
        extents = [{"block": block, "offset": offset, "length": len(data)}]
        return {"kind": kind, "id": self.chunk_id(kind, data), "length": len(data), "extents": extents}

    def small(self, kind, data):
        """The chunks of some bytes, each kept for `flush` as a literal chunk: pieces of at most 1,000 bytes."""
        parts = [data[at:at + 1000] for at in range(0, len(data), 1000)]
        for part in parts:
            self.pending[kind, self.chunk_id(kind, part)] = part
        return [{"id": self.chunk_id(kind, part), "length": len(part)} for part in parts]

    def content(self, kind, data, refs=None, holes=(), whole=None):
        """A content of any depth over some data."""
        refs, depth = self.small(kind, data) if refs is None else refs, 0
        while len(refs) > 1024:
            refs, depth = self.small(f.LIST, b"".join(map(ref, refs))), depth + 1
        whole = data if whole is None else whole
        return {"size": len(whole), "hash": blake3(whole).digest(), "depth": depth, "chunks": refs, "holes": list(holes)}

    def directory(self, entries):
        """Content and evidence root of a directory."""
        entries = sorted(entries, key=lambda e: e["name"])
        return self.content(f.TREE, tree(entries)), f.evidence_root([f.entry_hash(e) for e in entries])

    def flush(self, kinds, pack_kind, codec, listed=True):
        """Write the pending chunks of some kinds as one pack of one block."""
        data, chunks = b"", []
        for key in sorted(key for key in self.pending if key[0] in kinds):
            part = self.pending.pop(key)
            chunks.append(self.literal(key[0], part, 0, len(data)))
            data += part
        return self.write_pack(pack_kind, [(codec, data)], chunks, listed)

    def write_snapshot(self, root, evidence, sequence=1, **changes):
        value = {"writer": self.writer.public_key().public_bytes_raw(), "sequence": sequence, "previous": bytes(32),
                 "time": [1700000000 + sequence, 5], "offset": 3600, "host": "h", "user": "u", "program": "p",
                 "sources": [b"/src"], "tags": ["a", "b"], "reason": None, "root": root, "evidence": evidence,
                 "statistics": {name: 0 for name in f.STATISTICS}, "unread": [], "dossiers": [], "hold": None, "tlvs": []}
        value |= changes
        head, record = header(f.SNAPSHOT, self.id, entropy(16)), snapshot(value)
        signature = self.writer.sign(b"liasse v1 snapshot" + head + record)
        whole = whole_object(head, box(self.keys["snapshot"], head, b"", record + signature))
        self.put("snapshots", head[32:].hex(), whole)
        return head[32:].hex()

    def write_tombstone(self):
        head = header(f.TOMBSTONE, self.id, entropy(16))
        plaintext = tombstone({"time": [0, 0], "plan": bytes(16), "cause": "test", "tlvs": []})
        self.put("snapshots", head[32:].hex(), whole_object(head, box(self.keys["tombstone"], head, b"", plaintext)))
