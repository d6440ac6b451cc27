"""Parity objects (`spec/parity.md`): what they protect, where everything in them lies, and the code itself, slow and plain."""
import struct
from collections import namedtuple

import liasse_format as f
from blake3 import blake3

SECTOR, PAYLOAD, HASH_SIZE, CODEWORD, GROUP, RECOVERY_LIMIT = 512, 480, 6, 32768, 131072, 32768
MAGIC = b"\x89LIP"
BASIS = [0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012,
         0x6C98, 0x10D8, 0x6A72, 0xB900, 0xFDB8, 0xFB34, 0xFF38, 0x991E]
FOLDERS = {1: "", 2: "config/", 3: "keys/", 4: "packs/", 5: "index/", 6: "snapshots/"}
LIMITS = {1: 4 << 20, 2: 4 << 20, 3: 4 << 20, 4: 4 << 30, 5: 64 << 20, 6: 64 << 20}

Sector = namedtuple("Sector", "tag strip index data recovery payload")


# --- the field and the code -------------------------------------------------------------------------------------------

def tables():
    """Logarithms of symbols and back: a symbol's bits say which elements of the basis are added."""
    power, element = {}, 1
    for exponent in range(65535):
        power[element] = exponent
        element = element << 1 ^ (0x1002D if element & 0x8000 else 0)
    log, exp = [0] * 65536, [0] * 65535
    for symbol in range(1, 65536):
        value = 0
        for bit, basis in enumerate(BASIS):
            if symbol >> bit & 1:
                value ^= basis
        log[symbol] = power[value]
        exp[power[value]] = symbol
    return log, exp


LOG, EXP = tables()


def mul(a, b):
    return EXP[(LOG[a] + LOG[b]) % 65535] if a and b else 0


def div(a, b):
    return EXP[(LOG[a] - LOG[b]) % 65535] if a else 0


def product(values):
    return EXP[sum(LOG[value] for value in values) % 65535]


def weights(data, recovery):
    """The width m of the code, and for each shard of data its weight."""
    m = 1 << (recovery - 1).bit_length()
    below = product(range(1, m))
    chunks = [div(product(j * m + m ^ i for i in range(m)), below) for j in range(-(-data // m))]
    return m, [chunks[j // m] for j in range(data)]


def factor(code, r, j):
    """What a symbol of shard j is multiplied by in recovery shard r."""
    m, weight = code
    return div(weight[j], r ^ m + j)


def symbols(shard):
    """Pieces of 64 bytes, the last one shorter: low bytes, then high bytes."""
    pieces = [shard[at:at + 64] for at in range(0, len(shard), 64)]
    return [low | high << 8 for p in pieces for low, high in zip(p[:len(p) // 2], p[len(p) // 2:])]


def shard_of(values):
    out = b""
    for at in range(0, len(values), 32):
        piece = values[at:at + 32]
        out += bytes(v & 255 for v in piece) + bytes(v >> 8 for v in piece)
    return out


def protect(data, recovery):
    """The recovery shards of shards."""
    code, values = weights(len(data), recovery), [symbols(shard) for shard in data]
    made = []
    for r in range(recovery):
        total = [0] * len(values[0])
        for j, shard in enumerate(values):
            by = factor(code, r, j)
            total = [t ^ mul(by, s) for t, s in zip(total, shard)]
        made.append(shard_of(total))
    return made


def rebuild(data, recovery):
    """All shards of data, where what is lost is None in either list; None when too much is."""
    lost, have = [j for j, d in enumerate(data) if d is None], [r for r, d in enumerate(recovery) if d is not None]
    if len(have) < len(lost):
        return None
    if not lost:
        return data
    code, rows = weights(len(data), len(recovery)), []
    for r in have[:len(lost)]:
        total = symbols(recovery[r])
        for j, shard in enumerate(data):
            if shard is not None:
                by = factor(code, r, j)
                total = [t ^ mul(by, s) for t, s in zip(total, symbols(shard))]
        rows.append(([factor(code, r, j) for j in lost], total))
    for i in range(len(lost)):  # Gauss and Jordan; a Cauchy matrix has no zero minors, so no pivot is zero
        left, right = rows[i]
        rows[i] = [div(v, left[i]) for v in left], [div(v, left[i]) for v in right]
        for k, (other, total) in enumerate(rows):
            if k != i:
                by = other[i]
                rows[k] = ([a ^ mul(by, b) for a, b in zip(other, rows[i][0])],
                           [a ^ mul(by, b) for a, b in zip(total, rows[i][1])])
    found = {j: shard_of(row[1]) for j, row in zip(lost, rows)}
    return [found.get(j, shard) for j, shard in enumerate(data)]


# --- sectors and the head ---------------------------------------------------------------------------------------------

def sector(raw):
    c = f.Cursor(raw)
    f.demand(len(raw) == SECTOR, "truncated" if len(raw) < SECTOR else "trailing", "a sector is 512 bytes")
    f.demand(c.raw(4) == MAGIC, "magic", "not a sector of a strip")
    f.demand(blake3(raw[:502]).digest(length=10) == raw[502:], "checksum", "a rotten sector")
    found = Sector(c.raw(8), c.u32(), c.u16(), c.u16(), c.u16(), c.raw(PAYLOAD))
    f.demand(max(found.data, found.recovery) <= RECOVERY_LIMIT, "limit", "a strip with too many sectors")
    good = found.data and found.recovery and found.index < found.data + found.recovery
    f.demand(good, "value", "no sector of its strip")
    return found


def member(c):
    tag, length, hash_ = c.u16(), c.u64(), c.id()
    f.demand(tag in FOLDERS, "value", f"a member of kind {tag}")
    name = {1: lambda: "README", 2: lambda: c.u64(), 3: lambda: c.raw(16).hex(), 4: lambda: hash_.hex(),
            5: lambda: hash_.hex(), 6: lambda: c.raw(16).hex()}[tag]()
    f.demand(name != 0 and length, "value", "config 0, or a member without a byte")
    f.demand(length <= LIMITS[tag], "limit", "a member larger than its kind may be")
    return {"kind": tag, "name": str(name), "length": length, "hash": hash_}


def order(value):
    """By kind, then by number or bytes of the name."""
    return value["kind"], int(value["name"]) if value["kind"] == 2 else 0, value["name"]


def group(c):
    shards, recovery, table = c.u32(), c.u32(), c.u16()
    f.demand(shards <= GROUP and max(recovery, table) <= RECOVERY_LIMIT, "limit", "a group that is too large")
    f.demand(shards and recovery and table, "value", "a group without shards or recovery")
    return {"shards": shards, "recovery": recovery, "table_recovery": table}


def head(strip):
    """The head of a strip, which must be canonical."""
    c = f.Cursor(strip)
    value = {"repository": c.raw(16), "recovery": c.u16(), "members": c.list(member), "groups": c.list(group), "tlvs": c.tlvs()}
    f.ascending([order(m) for m in value["members"]], "members")
    f.demand(value["recovery"] <= RECOVERY_LIMIT, "limit", "too much recovery of a head")
    f.demand(value["recovery"] and value["members"], "value", "a head without recovery or members")
    shards = sum(-(-m["length"] // SECTOR) for m in value["members"])
    f.demand(shards == sum(g["shards"] for g in value["groups"]), "value", "other shards in groups than in members")
    padding = strip[c.at:]
    f.demand(len(padding) < PAYLOAD, "trailing", "bytes after a head")
    f.demand(len(strip) % PAYLOAD == 0 and not any(padding), "value", "what fills the sector is not zeros")
    f.demand(Layout(value, len(strip) // PAYLOAD).size <= 4 << 30, "limit", "an object that is too large")
    return value


class Layout:
    """Where in the object everything lies; sectors count from 0."""

    def __init__(self, value, data):
        self.data, self.recovery, self.groups, self.body = data, value["recovery"], [], 0
        for g in value["groups"]:
            words = -(-g["shards"] // CODEWORD)
            made = words * g["recovery"]
            table = -(-(g["shards"] + made) * HASH_SIZE // PAYLOAD)
            self.groups.append({"start": self.body, "codewords": words, "made": made, "table": table,
                                "all": table + g["table_recovery"], **g})
            self.body += made + table + g["table_recovery"]
        self.sectors = 1 + data + self.body + self.recovery
        self.size = self.sectors * SECTOR + f.TRAILER_SIZE

    def head_recovery(self, i):
        return 1 + self.data + (i + 1) * self.body // self.recovery + i

    def at(self, g, sector_):
        """Where a sector of a group lies."""
        at = g["start"] + sector_
        return 1 + self.data + at + -(-(at + 1) * self.recovery // self.body) - 1

    def table(self, g):
        return [self.at(g, i * g["made"] // g["all"] + i) for i in range(g["all"])]

    def shards(self, g):
        """Where the recovery shards lie, those of a codeword every `codewords`th."""
        return [self.at(g, q + min(-(-(q + 1) * g["all"] // g["made"]), g["all"])) for q in range(g["made"])]


def strip_of(found, strip, tag, data, recovery):
    """Puts a strip together from its sound sectors, or None."""
    have = {s.index: s.payload for s in found
            if (s.tag, s.strip, s.data, s.recovery) == (tag, strip, data, recovery)}
    parts = rebuild([have.get(i) for i in range(data)], [have.get(data + i) for i in range(recovery)])
    return parts and b"".join(parts)


class Parity:
    """An object, sound or not: the head has to be found, all else may be noise."""

    def __init__(self, raw):
        self.raw, self.found = raw, {}
        for at in range(SECTOR, len(raw) - SECTOR + 1, SECTOR):
            try:
                self.found[at // SECTOR] = sector(raw[at:at + SECTOR])
            except f.Failure:
                pass
        found = list(self.found.values())
        strips = set((s.tag, s.data, s.recovery) for s in found if s.strip == 0)
        self.head = None
        for tag, data, recovery in sorted(strips):
            strip = strip_of(found, 0, tag, data, recovery)
            if strip and blake3(strip).digest(length=8) == tag:
                try:
                    self.head = head(strip)
                except f.Failure:
                    continue
                if self.head["recovery"] == recovery:
                    self.tag, self.layout = tag, Layout(self.head, data)
                    return
        raise f.Failure("missing", "no head is found")

    def table_of(self, number):
        """The hashes of a group's shards and recovery shards; None where they are lost."""
        g = self.layout.groups[number]
        count, words = g["shards"] + g["made"], g["table"]
        here = {at: s for at, s in self.found.items() if s.strip == number + 1}
        good = [here[at] for i, at in enumerate(self.layout.table(g)) if at in here and here[at].index == i]
        strip = strip_of(good, number + 1, self.tag, words, g["table_recovery"])
        if strip is None:  # what data there is must do
            fitting = {x.index: x.payload for x in good if (x.tag, x.data, x.recovery) == (self.tag, words, g["table_recovery"])}
            parts = [fitting.get(i) for i in range(words)]
            each = PAYLOAD // HASH_SIZE
            found = [part and part[at * HASH_SIZE:(at + 1) * HASH_SIZE] for part in parts for at in range(each)]
            return found[:count]
        return [strip[at * HASH_SIZE:(at + 1) * HASH_SIZE] for at in range(count)]

    def rotten(self, number):
        """Which recovery shards of a group are not what its table says."""
        g = self.layout.groups[number]
        hashes = self.table_of(number)[g["shards"]:]
        bad = []
        for q, (at, hash_) in enumerate(zip(self.layout.shards(g), hashes)):
            shard = self.raw[at * SECTOR:(at + 1) * SECTOR]
            if len(shard) < SECTOR or hash_ is None or shard_hash(shard) != hash_:
                bad.append(q)
        return bad

    def placed(self):
        """Each member with the number of its first shard."""
        first = 0
        for m in self.head["members"]:
            yield m, first
            first += -(-m["length"] // SECTOR)

    def bad_shards(self, m, first, data):
        """How many shards of a member are not what the tables say, its bytes being these."""
        hashes = self.hashes()
        padded = data[:m["length"]] + bytes(-m["length"] % SECTOR)
        count = -(-m["length"] // SECTOR)
        shards = [padded[at * SECTOR:(at + 1) * SECTOR] for at in range(count)]
        return sum(len(s) < SECTOR or shard_hash(s) != h for s, h in zip(shards, hashes[first:first + count]))

    def hashes(self):
        """The hashes of all shards."""
        if not hasattr(self, "known"):
            groups = enumerate(self.layout.groups)
            self.known = [h for n, g in groups for h in self.table_of(n)[:g["shards"]]]
        return self.known

    def value(self):
        """What can be told of it: the head, and of each group which recovery shards are rotten and of how many shards a hash is known."""
        groups = range(len(self.layout.groups))
        known = [sum(h is not None for h in self.table_of(n)[:self.layout.groups[n]["shards"]]) for n in groups]
        return self.head | {"rotten": [self.rotten(n) for n in groups], "known": known}


def shard_hash(shard):
    return blake3(shard).digest(length=HASH_SIZE)


# --- for tests and vectors: a writer ----------------------------------------------------------------------------------

def encode_member(m):
    name = {2: lambda: struct.pack("<Q", int(m["name"])), 3: lambda: bytes.fromhex(m["name"]),
            6: lambda: bytes.fromhex(m["name"])}.get(m["kind"], bytes)()
    return struct.pack("<HQ", m["kind"], m["length"]) + m["hash"] + name


def encode_head(h):
    out = h["repository"] + struct.pack("<H", h["recovery"]) + struct.pack("<I", len(h["members"]))
    out += b"".join(map(encode_member, h["members"])) + struct.pack("<I", len(h["groups"]))
    out += b"".join(struct.pack("<IIH", g["shards"], g["recovery"], g["table_recovery"]) for g in h["groups"])
    out += struct.pack("<I", len(h["tlvs"]))
    out += b"".join(struct.pack("<HI", tag, len(value)) + value for tag, value in h["tlvs"])
    return out + bytes(-len(out) % PAYLOAD)


def encode_sector(tag, strip, index, data, recovery, payload):
    raw = MAGIC + tag + struct.pack("<IHHH", strip, index, data, recovery) + payload
    return raw + blake3(raw).digest(length=10)


def strip_sectors(tag, number, strip, recovery):
    data = [strip[at:at + PAYLOAD] for at in range(0, len(strip), PAYLOAD)]
    parts = data + protect(data, recovery)
    return [encode_sector(tag, number, i, len(data), recovery, part) for i, part in enumerate(parts)]


def whole(header, value, contents):
    """The object that protects members of these contents. Layouts are for small ones: the code is slow."""
    strip = encode_head(value)
    tag, layout = blake3(strip).digest(length=8), Layout(value, len(strip) // PAYLOAD)
    shards = [padded[at:at + SECTOR] for c in contents for padded in [c + bytes(-len(c) % SECTOR)]
              for at in range(0, len(padded), SECTOR)]
    sectors = {0: header + bytes(SECTOR - len(header))}
    parts = strip_sectors(tag, 0, strip, value["recovery"])
    for i, part in enumerate(parts):
        sectors[1 + i if i < layout.data else layout.head_recovery(i - layout.data)] = part
    for number, g in enumerate(layout.groups):
        own, shards = shards[:g["shards"]], shards[g["shards"]:]
        words = [protect(own[c::g["codewords"]], g["recovery"]) for c in range(g["codewords"])]
        made = [words[q % g["codewords"]][q // g["codewords"]] for q in range(g["made"])]
        table = b"".join(map(shard_hash, own + made))
        table += bytes(g["table"] * PAYLOAD - len(table))
        sectors |= dict(zip(layout.shards(g), made))
        sectors |= dict(zip(layout.table(g), strip_sectors(tag, number + 1, table, g["table_recovery"])))
    start = b"".join(sectors[at] for at in range(layout.sectors)) + struct.pack("<Q", layout.size)
    return start + blake3(start).digest() + f.END_MAGIC
