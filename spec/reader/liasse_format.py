"""The Liasse format, written from the specification alone: decoders, sealing and evidence.

The parts follow the pages. Decoded values are plain dicts, lists, ints, str and bytes, so that they print as JSON
(`plain`). Every refusal is a `Failure` with its class.
"""
import hmac
import struct
from collections import namedtuple

import zstandard
from argon2.low_level import Type, hash_secret_raw
from blake3 import blake3
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
MAGIC, END_MAGIC = b"\x89LIA\r\n\x1a\n", b"\n\x1a\n\rAIL\x89"
CONFIG, SLOT, CREDENTIAL, DATA_PACK, TREE_PACK, SEGMENT, SNAPSHOT, TOMBSTONE, INTENT, PLAN, PARITY = range(1, 12)
SIZE_LIMITS = {CONFIG: 4 * MIB, SLOT: 4 * MIB, CREDENTIAL: 4 * MIB, INTENT: 4 * MIB, TOMBSTONE: 4 * MIB, PLAN: 64 * MIB,
               SNAPSHOT: 64 * MIB, SEGMENT: 64 * MIB, DATA_PACK: 4 * GIB, TREE_PACK: 4 * GIB,
               PARITY: 4 * GIB}
NO_SESSION = (CONFIG, SLOT, CREDENTIAL, PARITY)
DATA, TREE, LIST = 1, 2, 3
FILE, DIRECTORY, LINK, FIFO, CHARACTER, BLOCK = 1, 2, 3, 4, 5, 6
CHUNK_LIMIT, BLOCK_LIMIT, STORED_LIMIT, DIRECTORY_LIMIT = 8 * MIB, 16 * MIB, 17 * MIB, 64 * MIB
DIRECT_REFS, REF_SIZE, PIECES_LIMIT = 1024, 36, 8192
PACK_START, FOOTER_SIZE, TRAILER_SIZE, BOX_OVERHEAD = 176, 104, 48, 80
PURPOSES = {"data": "chunk id: data", "tree": "chunk id: tree", "list": "chunk id: list", "config": "box: config",
            "directory": "box: pack directory", "footer": "box: pack footer", "segment": "box: index segment",
            "snapshot": "box: snapshot", "tombstone": "box: tombstone", "intent": "box: intent", "plan": "box: plan"}
ID_KEYS = {DATA: "data", TREE: "tree", LIST: "list"}


class Failure(Exception):
    """A refusal: its class is one of the words of the specification."""

    def __init__(self, word, sentence):
        super().__init__(f"{word}: {sentence}")
        self.word = word


def demand(condition, word, sentence):
    """Refuse with a class unless the condition holds."""
    if not condition:
        raise Failure(word, sentence)


# --- primitive values -------------------------------------------------------------------------------------------------

class Cursor:
    """Reads primitive values one after the other."""

    def __init__(self, data):
        self.data, self.at = bytes(data), 0

    def raw(self, n):
        demand(n <= len(self.data) - self.at, "truncated", f"{n} bytes wanted at offset {self.at}")
        self.at += n
        return self.data[self.at - n:self.at]

    def rest(self):
        return self.raw(len(self.data) - self.at)

    def number(self, n, signed=False):
        return int.from_bytes(self.raw(n), "little", signed=signed)

    def u8(self): return self.number(1)
    def u16(self): return self.number(2)
    def u32(self): return self.number(4)
    def u64(self): return self.number(8)
    def i32(self): return self.number(4, True)
    def i64(self): return self.number(8, True)
    def id(self): return self.raw(32)

    def bytes(self, limit=65536):
        n = self.u32()
        demand(n <= limit, "limit", f"{n} bytes where at most {limit} may be")
        return self.raw(n)

    def text(self):
        try:
            return self.bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise Failure("value", "text that is not UTF-8") from None

    def list(self, item, limit=65536):
        n = self.u32()
        demand(n <= limit, "limit", f"{n} items where at most {limit} may be")
        demand(n <= len(self.data) - self.at, "truncated", f"{n} items announced at offset {self.at}")
        return [item(self) for _ in range(n)]

    def option(self, item):
        first = self.u8()
        demand(first < 2, "value", f"an option that starts with {first}")
        return item(self) if first else None

    def time(self):
        seconds, nanoseconds = self.i64(), self.u32()
        demand(nanoseconds < 10**9, "value", "nanoseconds of 10^9 or more")
        return [seconds, nanoseconds]

    def tlvs(self, known=()):
        """Optional parts; `known` maps a tag to what decodes its value."""
        parts = self.list(lambda c: [c.u16(), c.bytes(MIB)], 64)
        ascending([tag for tag, _ in parts], "tags of optional parts")
        for tag, value in parts:
            if tag in known:
                decode(value, known[tag])
            demand(tag in known or not tag & 0x8000, "critical", f"unknown critical optional part {tag:#06x}")
        return parts


def decode(data, item):
    """Decode a whole value: nothing may be left."""
    cursor = Cursor(data)
    value = item(cursor)
    demand(cursor.at == len(cursor.data), "trailing", f"{len(cursor.data) - cursor.at} bytes are left over")
    return value


def ascending(keys, what):
    """Demand strictly ascending keys."""
    demand(all(a < b for a, b in zip(keys, keys[1:])), "order", f"{what} are not strictly ascending")


def plain(value):
    """A decoded value as JSON can hold it: bytes become hexadecimal."""
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


# --- envelope ---------------------------------------------------------------------------------------------------------

Header = namedtuple("Header", "kind major minor zero repository session raw")


def read_header(raw, kinds=None, repository=None):
    """The 48 bytes at the start of every object; the repository is checked by `read_object`."""
    demand(len(raw) >= 48, "truncated", "shorter than a header")
    demand(raw[:8] == MAGIC, "magic", "not an object of a Liasse repository")
    head = Header(*struct.unpack("<8x4H16s16s", raw[:48]), bytes(raw[:48]))
    demand(head.major == 1, "version", f"major version {head.major} is not known")
    demand(head.kind in (kinds or SIZE_LIMITS), "kind", f"an object of kind {head.kind}")
    demand(head.zero == 0, "value", "the reserved bytes of a header are not zero")
    demand(head.kind not in NO_SESSION or not any(head.session), "value", "a session id where the kind has none")
    demand(repository is None or head.repository == repository, "foreign", "an object of another repository")
    return head


def read_object(data, kinds, repository=None, whole=True):
    """Check header and trailer in the order of the specification; gives header and body."""
    limit = max(SIZE_LIMITS[kind] for kind in kinds)
    demand(len(data) <= limit, "limit", f"an object of more than {limit} bytes")
    demand(len(data) >= 96, "truncated", "shorter than header and trailer")
    head = read_header(data[:48], kinds)
    length, digest, end = struct.unpack("<Q32s8s", data[-48:])
    demand(end == END_MAGIC and length == len(data), "length", "the trailer does not fit the length of the object")
    if whole:
        demand(blake3(memoryview(data)[:-40]).digest() == digest, "checksum", "the object is damaged")
    demand(repository in (None, head.repository), "foreign", "an object of another repository")
    return head, None if head.kind in (DATA_PACK, TREE_PACK) else data[48:-48]


# --- sealing ----------------------------------------------------------------------------------------------------------

def derive(context, secret, length=32):
    return blake3(secret, derive_key_context=context).digest(length=length)


def purpose_keys(secret):
    return {name: derive("liasse v1 " + context, secret) for name, context in PURPOSES.items()}


def chunk_id(keys, kind, data):
    return blake3(data, key=keys[ID_KEYS[kind]]).digest()


def aead_open(key, nonce, data, extra, word):
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, data, extra)
    except InvalidTag:
        raise Failure(word, "a sealed part does not authenticate") from None


def open_box(key, header, extra, box, word="seal"):
    demand(len(box) >= BOX_OVERHEAD, "truncated", "shorter than an empty box")
    okm = blake3(header + box[:32], key=key).digest(length=64)
    demand(hmac.compare_digest(okm[32:], box[32:64]), word, "a box does not belong to its key")
    return aead_open(okm[:32], bytes(12), box[64:], header + extra, word)


def decompress(codec, data, raw):
    """Undo a codec, never producing much more than the stated length."""
    if codec == 0:
        demand(len(data) == raw, "codec", "a raw part of another length than stated")
        return data
    demand(codec == 1, "codec", f"codec {codec} is not known")
    machine, out, size = zstandard.ZstdDecompressor().decompressobj(), [], 0
    try:
        for at in range(0, len(data), KIB):
            demand(not machine.eof, "codec", "bytes after the zstd frame")
            out.append(machine.decompress(data[at:at + KIB]))
            size += len(out[-1])
            demand(size <= raw, "codec", "more bytes than stated")
    except zstandard.ZstdError:
        raise Failure("codec", "not a zstd frame") from None
    demand(machine.eof and not machine.unused_data and size == raw, "codec", "not one zstd frame of the stated length")
    return b"".join(out)


def unpack(plaintext):
    """The compressed plaintext of pack directories and index segments."""
    cursor = Cursor(plaintext)
    codec, raw = cursor.u16(), cursor.u32()
    demand(raw <= DIRECTORY_LIMIT, "limit", "a directory or segment of more than 64 MiB")
    return decompress(codec, cursor.rest(), raw)


FIELD = 2**255 - 19
GROUP = 2**252 + 27742317777372353535851937790883648493
EIGHTH = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = {0, 1, FIELD - 1, EIGHTH, FIELD - EIGHTH}


def small_order(point):
    """Is this the encoding, canonical or not, of a point of order 1, 2, 4 or 8?"""
    return (int.from_bytes(point, "little") & (2**255 - 1)) % FIELD in SMALL_ORDER


def verify(public, message, signature):
    """Ed25519, strictly."""
    good = int.from_bytes(signature[32:], "little") < GROUP and not small_order(public) and not small_order(signature[:32])
    try:
        demand(good, "signature", "a signature or public key that strict verification refuses")
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise Failure("signature", "a signature does not verify") from None


KEM_SUITE, HPKE_SUITE = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"


def labeled_extract(suite, salt, label, key):
    return hmac.digest(salt, b"HPKE-v1" + suite + label + key, "sha256")


def labeled_expand(suite, prk, label, info, length):
    """HKDF-Expand for at most one hash length, which is all that HPKE needs here."""
    return hmac.digest(prk, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info + b"\x01", "sha256")[:length]


def hpke_open(private, enc, info, ciphertext):
    """RFC 9180 base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305."""
    key = X25519PrivateKey.from_private_bytes(private)
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(enc))
    except ValueError:
        raise Failure("seal", "an encapsulated key of small order") from None
    context = enc + key.public_key().public_bytes_raw()
    secret = labeled_expand(KEM_SUITE, labeled_extract(KEM_SUITE, b"", b"eae_prk", shared), b"shared_secret", context, 32)
    schedule = (b"\x00" + labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
                + labeled_extract(HPKE_SUITE, b"", b"info_hash", info))
    secret = labeled_extract(HPKE_SUITE, secret, b"secret", b"")
    return aead_open(labeled_expand(HPKE_SUITE, secret, b"key", schedule, 32),
                     labeled_expand(HPKE_SUITE, secret, b"base_nonce", schedule, 12), ciphertext, b"", "seal")


def reader_id(private):
    public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return blake3(b"liasse v1 reader" + public).digest()[:16]


def open_pack_key(readers, header, head):
    """The pack key from the 128 bytes after the header of a pack."""
    demand(len(head) == 128, "truncated", "the key part of a pack is 128 bytes")
    private = {reader_id(reader): reader for reader in readers}.get(head[:16])
    demand(private, "password", "no reader key at hand opens this pack")
    key = hpke_open(private, head[16:48], b"liasse v1 pack key" + header, head[48:96])
    demand(hmac.compare_digest(derive("liasse v1 pack commitment", key), head[96:]), "seal", "not the key of this pack")
    return key


def open_block(key, header, ordinal, codec, raw, data):
    """One block of a pack, given its pack key."""
    nonce, extra = bytes(4) + struct.pack("<Q", ordinal), header + struct.pack("<I", ordinal)
    return decompress(codec, aead_open(derive("liasse v1 block key", key), nonce, data, extra, "seal"), raw)


# --- keys and config --------------------------------------------------------------------------------------------------

def bundle(c):
    """What a slot or a credential gives its holder."""
    value = {"role": c.u16(), "label": c.text(), "secret": c.id(), "owner": c.id(), "readers": c.list(Cursor.id),
             "owner_seed": c.option(Cursor.id), "writer_seed": c.option(Cursor.id)}
    shape = (bool(value["readers"]), value["owner_seed"] is not None, value["writer_seed"] is not None)
    wanted = {1: (True, True, True), 2: (True, False, False), 3: (False, False, True)}.get(value["role"])
    demand(shape == wanted, "value", f"keys that do not fit role {value['role']}")
    if value["owner_seed"]:
        public = Ed25519PrivateKey.from_private_bytes(value["owner_seed"]).public_key().public_bytes_raw()
        demand(public == value["owner"], "value", "the owner key is not that of the owner seed")
    return value


def slot_body(c):
    """The body of a key slot, unopened."""
    kdf = c.u16()
    demand(kdf == 1, "value", f"key derivation {kdf} is not known")
    value = {"memory": c.u32(), "passes": c.u32(), "lanes": c.u32(), "salt": c.id(), "box": c.rest()}
    within = 65536 <= value["memory"] <= 2097152 and 3 <= value["passes"] <= 16 and 1 <= value["lanes"] <= 16
    demand(within, "limit", "Argon2id parameters out of their range")
    demand(len(value["box"]) >= BOX_OVERHEAD, "truncated", "shorter than an empty box")
    return value


def stretch(password, slot):
    return hash_secret_raw(password, slot["salt"], slot["passes"], slot["memory"], slot["lanes"], 32, Type.ID, 0x13)


def open_slot(password, header, body):
    slot = decode(body, slot_body)
    return decode(open_box(stretch(password, slot), header, body[:46], slot["box"], "password"), bundle)


def one_of(c, *allowed):
    value = c.u16()
    demand(value in allowed, "value", f"the number {value} is not defined here")
    return value


def cut_sizes(c):
    low, average, high = value = [c.u32(), c.u32(), c.u32()]
    good = 64 <= low < average < high <= CHUNK_LIMIT and not (low | high) & 1
    demand(good and average in [1 << k for k in range(8, 23)], "value", "chunk sizes that are not allowed")
    return value


def ranged(value, low, high, what):
    demand(low <= value <= high, "value", f"{what} is out of its range")
    return value


def writer(c):
    value = {"key": c.id(), "label": c.text(), "added": c.time(), "status": one_of(c, 1, 2), "last": c.u64()}
    demand(value["status"] == 2 or value["last"] == 0, "value", "an active writer with a last sequence number")
    return value


def config(c):
    value = {"number": ranged(c.u64(), 1, 2**64, "number"), "previous": c.id(), "time": c.time(), "name": c.text(),
             "readers": c.list(lambda c: {"key": c.id(), "status": one_of(c, 1, 2)}), "writers": c.list(writer),
             "slots": c.list(lambda c: {"id": c.raw(16), "role": one_of(c, 1, 2, 3), "label": c.text(), "added": c.time()}),
             "data_chunks": cut_sizes(c), "tree_chunks": cut_sizes(c),
             "block_size": ranged(c.u32(), 65536, 8 * MIB, "block size"),
             "pack_size": ranged(c.u32(), MIB, GIB, "pack size"), "level": ranged(c.i32(), -7, 22, "level"), "tlvs": c.tlvs()}
    demand((value["number"] == 1) != any(value["previous"]), "value", "config 1, and no other, names no previous one")
    demand([r["status"] for r in value["readers"]].count(1) == 1, "value", "not exactly one current reader")
    for items in (value["readers"], value["writers"]):
        demand(len({item["key"] for item in items}) == len(items), "value", "a public key stands twice in a list")
    return value


def signed(plaintext):
    demand(len(plaintext) >= 64, "truncated", "no room for a signature")
    return plaintext[:-64], plaintext[-64:]


# --- packs and index --------------------------------------------------------------------------------------------------

def block(c):
    value = {"stored": c.u32(), "raw": c.u32(), "codec": c.u16()}
    demand(value["raw"] <= BLOCK_LIMIT, "limit", "a block of more than 16 MiB")
    demand(value["stored"] <= STORED_LIMIT, "limit", "a block of more than 17 MiB as stored")
    demand(value["raw"] and value["stored"] >= 17, "value", "an empty block")
    return value


def extent(c):
    tag = c.u16()
    demand(tag < 2, "value", f"extent kind {tag} is not known")
    where = {"origin": c.id()} if tag else {"block": c.u32()}
    value = where | {"offset": c.u32(), "length": c.u32()}
    demand(value["length"], "value", "an empty extent")
    return value


def chunk(c):
    value = {"kind": one_of(c, DATA, TREE, LIST), "id": c.id(), "length": c.u32(), "extents": c.list(extent, 8192)}
    demand(value["length"] <= CHUNK_LIMIT, "limit", "a chunk of more than 8 MiB")
    demand(value["length"] and value["extents"], "value", "an empty chunk")
    return value


def check_chunk(value, blocks):
    """The rules of a chunk's extents."""
    extents = value["extents"]
    demand(sum(e["length"] for e in extents) == value["length"], "value", "extents that do not add up to their chunk")
    for e in extents:
        if "block" in e:
            inside = e["block"] < len(blocks) and e["offset"] + e["length"] <= blocks[e["block"]]["raw"]
            demand(inside, "value", "a literal outside its block")
        demand(e.get("origin") != value["id"], "value", "a chunk that is its own origin")
        demand("block" in e or e["offset"] + e["length"] <= CHUNK_LIMIT, "value", "an origin's range beyond any chunk")
    for a, b in zip(extents, extents[1:]):
        same = a.get("origin") == b.get("origin") and a.get("block") == b.get("block")
        demand(not same or a["offset"] + a["length"] != b["offset"], "value", "neighbouring extents that are not merged")
    origins = {e["origin"] for e in extents if "origin" in e}
    demand(len(origins) <= 32, "limit", f"a chunk of {len(origins)} origins")


def directory(c, kind):
    """The directory of a pack of this kind."""
    value = {"blocks": c.list(block), "chunks": c.list(chunk, 1048576)}
    ascending([item["id"] for item in value["chunks"]], "chunks of a directory")
    for item in value["chunks"]:
        demand((item["kind"] == DATA) == (kind == DATA_PACK), "value", "a chunk in a pack of the other kind")
        check_chunk(item, value["blocks"])
    return value


def footer(c):
    value = {"offset": c.u64(), "length": c.u64(), "blocks": c.u32(), "chunks": c.u32()}
    demand(value["blocks"] <= 65536 and value["chunks"] <= 1048576, "limit", "too many blocks or chunks in a pack")
    demand(value["offset"] >= PACK_START, "value", "a directory within the head of a pack")
    return value


def listed_pack(c):
    value = {"name": c.id(), "kind": one_of(c, DATA_PACK, TREE_PACK), "size": c.u64()}
    demand(value["size"] <= SIZE_LIMITS[DATA_PACK], "limit", "a pack of more than 4 GiB")
    return value | directory(c, value["kind"])


def segment(c):
    value = {"replaces": c.list(Cursor.id), "packs": c.list(listed_pack), "tlvs": c.tlvs()}
    ascending(value["replaces"], "replaced segments")
    ascending([pack["name"] for pack in value["packs"]], "packs of a segment")
    return value


# --- content, trees, snapshots ----------------------------------------------------------------------------------------

def ref(c):
    value = {"id": c.id(), "length": c.u32()}
    demand(value["length"] <= CHUNK_LIMIT, "limit", "a chunk of more than 8 MiB")
    demand(value["length"], "value", "a chunk of no bytes")
    return value


def list_length(size):
    """The number of refs in a whole list of this many bytes, which must need its level."""
    demand(size % REF_SIZE == 0, "value", "a list that is not of whole refs")
    demand(size > DIRECT_REFS * REF_SIZE, "value", "a list that should stand one depth lower")
    return size // REF_SIZE


def ref_list(c):
    """A whole list: all list chunks of one level put together."""
    return [ref(c) for _ in range(list_length(len(c.data)))]


def content(c):
    value = {"size": c.u64(), "hash": c.id(), "depth": c.u16()}
    demand(value["depth"] <= 3, "limit", f"a content of depth {value['depth']}")
    value |= {"chunks": c.list(ref, DIRECT_REFS), "holes": c.list(lambda c: [c.u64(), c.u64()])}
    end = -1
    for offset, length in value["holes"]:
        demand(length and offset > end and offset + length <= value["size"], "value", "holes that are not in order")
        end = offset + length
    total = sum(item["length"] for item in value["chunks"])
    if value["depth"]:
        list_length(total)
    data = value["size"] - sum(length for _, length in value["holes"])
    demand(data == total if not value["depth"] else data > DIRECT_REFS, "value", "chunks that do not add up to the size")
    demand(value["size"] or value["hash"] == blake3(b"").digest(), "value", "an empty content with another hash")
    return value


def solid(c):
    """The content of a directory: it has no holes."""
    value = content(c)
    demand(not value["holes"], "value", "a directory with holes")
    return value


def xattr(c):
    name, value = c.bytes(255), c.bytes(MIB)
    demand(name and b"\0" not in name, "value", "an attribute without a proper name")
    return [name, value]


def link_group(c):
    demand(c.u64(), "value", "hard link group zero")


ENTRY_PARTS = {1: Cursor.time, 2: link_group, 3: Cursor.u32, 4: Cursor.rest}


def by_type(c, kind):
    if kind == FILE:
        return {"content": content(c)}
    if kind == DIRECTORY:
        return {"content": solid(c), "evidence": c.id()}
    if kind == LINK:
        target = c.bytes()
        demand(target and b"\0" not in target, "value", "a link without a proper target")
        return {"target": target}
    return {} if kind == FIFO else {"major": c.u32(), "minor": c.u32()}


def entry(c):
    """One entry of a tree."""
    name = c.bytes(4096)
    demand(name not in (b"", b".", b"..") and not {0, 0x2f} & set(name), "value", "a name that is not allowed")
    value = {"name": name, "type": one_of(c, *range(1, 7)), "mode": ranged(c.u32(), 0, 0o7777, "mode"), "uid": c.u32(),
             "gid": c.u32(), "user": c.text(), "group": c.text(), "mtime": c.time()}
    value |= by_type(c, value["type"])
    value |= {"xattrs": c.list(xattr, 4096), "tlvs": c.tlvs(ENTRY_PARTS)}
    ascending([name for name, _ in value["xattrs"]], "extended attributes")
    grouped = any(tag == 2 for tag, _ in value["tlvs"])
    demand(not grouped or value["type"] != DIRECTORY, "value", "a directory with a hard link group")
    return value


def entries_of(pieces):
    """Entries from the pieces of a tree's stream, in any cut."""
    rest, last = b"", b""
    for piece in pieces:
        rest, at = rest + piece, 0
        while len(rest) - at >= 4:
            length = int.from_bytes(rest[at:at + 4], "little")
            demand(length <= 4 * MIB, "limit", "an entry of more than 4 MiB")
            if len(rest) - at - 4 < length:
                break
            value = decode(rest[at + 4:at + 4 + length], entry)
            demand(value["name"] > last, "order", "entries of a directory are not strictly ascending")
            last, at = value["name"], at + 4 + length
            yield value
        rest = rest[at:]
    demand(not rest, "truncated", "a tree ends within an entry")


STATISTICS = "files directories others size new changed unchanged unread added stored duration".split()


def dossier(c):
    return {"code": c.text(), "outcome": one_of(c, 1, 2, 3, 4, 5, 6), "path": c.bytes(), "since": c.time(), "tree": solid(c),
            "evidence": c.id(), "cause": c.text()}


def snapshot(c):
    """The record of a snapshot, without its signature."""
    value = {"writer": c.id(), "sequence": ranged(c.u64(), 1, 2**64, "sequence"), "previous": c.id(), "time": c.time(),
             "offset": ranged(c.i32(), -86400, 86400, "offset"), "host": c.text(), "user": c.text(), "program": c.text(),
             "sources": c.list(Cursor.bytes), "tags": c.list(Cursor.text), "reason": c.option(Cursor.text),
             "root": solid(c), "evidence": c.id(), "statistics": {name: c.u64() for name in STATISTICS},
             "unread": c.list(lambda c: [c.bytes(), c.text()], 1000), "dossiers": c.list(dossier),
             "hold": c.option(lambda c: [c.text(), c.time()]), "tlvs": c.tlvs()}
    ascending([tag.encode() for tag in value["tags"]], "tags")
    ascending([item["code"].encode() for item in value["dossiers"]], "dossiers")
    return value


def intent(c):
    return {"host": c.text(), "user": c.text(), "program": c.text(), "process": c.u32(), "time": c.time(), "tlvs": c.tlvs()}


def plan(c):
    value = {"time": c.time(), "packs": c.list(Cursor.id, 1048576), "tlvs": c.tlvs()}
    ascending(value["packs"], "packs of a plan")
    return value


def tombstone(c):
    return {"time": c.time(), "plan": c.raw(16), "cause": c.text(), "tlvs": c.tlvs()}


# --- evidence ---------------------------------------------------------------------------------------------------------

def sized(value):
    return struct.pack("<I", len(value)) + value


def entry_hash(e):
    """What is proved about one entry."""
    if e["type"] in (FILE, DIRECTORY):
        proof = e["content"]["hash"] if e["type"] == FILE else e["evidence"]
    elif e["type"] == LINK:
        proof = blake3(e["target"]).digest()
    else:
        proof = blake3(b"" if e["type"] == FIFO else struct.pack("<II", e["major"], e["minor"])).digest()
    size = {FILE: lambda: e["content"]["size"], LINK: lambda: len(e["target"])}.get(e["type"], int)()
    xattrs = struct.pack("<I", len(e["xattrs"])) + b"".join(sized(name) + sized(value) for name, value in e["xattrs"])
    packed = struct.pack("<HQIqI", e["type"], size, e["mode"], *e["mtime"])
    return derive("liasse v1 evidence: entry", sized(e["name"]) + packed + proof + blake3(xattrs).digest())


def node(hashes):
    """The tree over some entry hashes, in the shape of RFC 6962."""
    if len(hashes) < 2:
        return hashes[0] if hashes else bytes(32)
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return derive("liasse v1 evidence: node", node(hashes[:k]) + node(hashes[k:]))


def evidence_root(hashes):
    return derive("liasse v1 evidence: directory", struct.pack("<Q", len(hashes)) + node(hashes))
