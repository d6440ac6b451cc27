"""The trees of the golden repository, and what a reader must find in them."""
import random
import struct

import liasse_format as f
import test_writer as w
from blake3 import blake3

NAMES = {f.FILE: "file", f.DIRECTORY: "directory", f.LINK: "symlink", f.FIFO: "fifo", f.CHARACTER: "char_device",
         f.BLOCK: "block_device"}
LINES = b"".join(b"line %d of a text that compresses well\n" % i for i in range(120))


def noise(size, seed):
    return random.Random(seed).randbytes(size)


OLD, DICE = noise(9000, 1), [noise(60, 100 + i) for i in range(32)]
HALF = OLD[100:600] + LINES[:700]


def item(name, kind, **more):
    """An entry; a file's also has `data`, a folder's `children`, for what is expected."""
    name = name if isinstance(name, bytes) else name.encode()
    value = {"name": name, "type": kind, "mode": 0o644, "uid": 1000, "gid": 100, "user": "ada", "group": "users",
             "mtime": [1600000000, 123456789], "xattrs": [], "tlvs": []}
    return value | more


def file(repo, name, data, **more):
    content = {key: more.pop(key) for key in ("refs", "holes", "depth") if key in more}
    solid = b"".join(part for part in solid_parts(data, content.get("holes", [])))
    return item(name, f.FILE, content=repo.content(f.DATA, solid, whole=data, **content), data=data, **more)


def solid_parts(data, holes):
    at = 0
    for offset, length in holes:
        yield data[at:offset]
        at = offset + length
    yield data[at:]


def folder(repo, name, children, old=None, **more):
    content, evidence = repo.stream(children, old)
    return item(name, f.DIRECTORY, **({"mode": 0o755, "content": content, "evidence": evidence, "children": children} | more))


def acl(*rows):
    """A POSIX ACL as Linux gives it: (tag, permissions, id)."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *row) for row in rows)


NOBODY = 0xffffffff
ACCESS = acl((1, 6, NOBODY), (2, 4, 1234), (4, 4, NOBODY), (16, 6, NOBODY), (32, 0, NOBODY))
DEFAULT = acl((1, 7, NOBODY), (4, 5, NOBODY), (8, 7, 4321), (16, 7, NOBODY), (32, 5, NOBODY))


def names(repo):
    """Names that need care."""
    odd = [b"caf\xe9 \xff", b"n" * 255, "\u00e9".encode() * 127 + b"x", b"two\nlines", b"\x01\x1b[31m\x7f", b" spaces ", b"-rf",
           b"back\\slash", b"con.txt.", "\U0001f333 e\u0301".encode(), b"..."]
    return [file(repo, name, b"named " + name[:20]) for name in odd]


def times():
    return [item("born before 1970", f.FIFO, mtime=[-86400 * 365, 1], mode=0o600), item("long gone", f.FIFO, mtime=[-1, 999999999]),
            item("far ahead", f.FIFO, mtime=[4102444800, 0])]


def special(repo):
    linked = file(repo, "one", b"linked bytes", tlvs=[[2, w.u64(7)]])
    inner = [linked | {"name": b"two"}, item("pipe two", f.FIFO, tlvs=[[2, w.u64(8)]])]
    return [item("tape", f.CHARACTER, major=1, minor=3, mode=0o666, uid=0, gid=0), item("pipe one", f.FIFO, tlvs=[[2, w.u64(8)]]),
            item("disk", f.BLOCK, major=7, minor=200, mode=0o660, uid=0, gid=6),
            item("link", f.LINK, target=b"one", mode=0o777, mtime=[5, 6]),
            item("dangling", f.LINK, target=b"/no/where/" + b"long/" * 80, mode=0o777),
            item("odd link", f.LINK, target=b"caf\xe9\n", mode=0o777, uid=0),
            linked, folder(repo, "links", inner, mode=0o750)]


def sparse(repo):
    both = bytes(70000) + b"data" + bytes(100000) + b"more" + bytes(4096)
    return [file(repo, "holes", both, holes=[[0, 70000], [70004, 100000], [170008, 4096]]),
            file(repo, "only a hole", bytes(1 << 20), holes=[[0, 1 << 20]]),
            file(repo, "zeros without a hole", bytes(3000))]


def attributes(repo):
    parts = [[1, w.time([1500000000, 7])], [3, w.u32(0x20)], [4, b"O:BAG:BAD:P\0\xff"], [0x0100, b"of a later version"],
             [0x7fff, b""]]
    return [file(repo, "attributes", b"x", xattrs=[[b"user.binary", b"\0\xff" * 700], [b"user.empty", b""], [b"user.name", b"1"]]),
            file(repo, "access list", b"y", mode=0o660, xattrs=[[b"system.posix_acl_access", ACCESS]]),
            folder(repo, "shared", [], mode=0o1775, xattrs=[[b"system.posix_acl_default", DEFAULT], [b"user.of a folder", b"2"]]),
            file(repo, "from elsewhere", b"z", tlvs=parts, user="", group=""),
            file(repo, "set id", b"#!", mode=0o4755), file(repo, "locked", b"nobody", mode=0), folder(repo, "closed", [], mode=0)]


def deep(repo, depth, letters):
    """A content of so many levels: 1,025 chunks of 3 bytes, of which few differ."""
    parts = [b"%c%d." % (letter, i % 4) for i, letter in enumerate(letters)]
    refs = [repo.add(f.DATA, part) for part in parts]
    return file(repo, f"depth {depth}", b"".join(parts), refs=refs, depth=depth)


def first_books(repo):
    """The first state of a folder."""
    whole = {"noise": [OLD], "text": [LINES], "half": [HALF], "dice": DICE}
    files = [file(repo, name, b"".join(parts), refs=[repo.add(f.DATA, part) for part in parts]) for name, parts in whole.items()]
    lists = [deep(repo, depth, b"abcde" * 205) for depth in (1, 2, 3)]
    numbered = [file(repo, f"{i:03}", b"file %d" % i) for i in range(40)]
    return (files + lists + names(repo) + times() + special(repo) + sparse(repo) + attributes(repo)
            + [folder(repo, "numbered", numbered), folder(repo, "empty folder", []), file(repo, "empty", b"")])


def second_books(repo, first):
    """A later state: every form of origin, also of tree and list chunks."""
    first = {e["name"]: e for e in first}
    mixed = OLD[:50] + b"put in" + OLD[1000:4000] + b"the end of it"
    made = repo.add(f.DATA, (OLD, 0, 50), b"put in", (OLD, 1000, 3000), b"the end of it")
    turned = OLD[5000:6000] + OLD[2000:3000] + LINES[:900] + OLD[5000:5001]
    patched = b"".join(b"%d:" % i + die[10:30] for i, die in enumerate(DICE))
    many = repo.add(f.DATA, *[part for i, die in enumerate(DICE) for part in (b"%d:" % i, (die, 10, 20))])
    here = noise(700, 3)
    rows = {"mixed": (mixed, [made]),
            "turned": (turned, [repo.add(f.DATA, (OLD, 5000, 1000), (OLD, 2000, 1000), (LINES, 0, 900), (OLD, 5000, 1))]),
            "32 origins": (patched, [many]),
            "of the same pack": (here + here[100:300], [repo.add(f.DATA, here), repo.add(f.DATA, (here, 100, 200))]),
            "of a literal in a mixed one": (mixed[-10:], [repo.add(f.DATA, (mixed, len(mixed) - 10, 10))]),
            "of one that is mixed elsewhere": (HALF[50:400], [repo.add(f.DATA, (HALF, 50, 350))])}
    repo.add(f.DATA, (OLD, 100, 500), HALF[500:])  # also in the first pack, where it is literal
    files = [file(repo, name, data, refs=refs) for name, (data, refs) in rows.items()]
    files += [long_again(repo, first[b"depth 1"])]
    old = first[b"numbered"]
    later = [e | {"mtime": [1650000000, 5]} if e["name"] in (b"007", b"031") else e for e in old["children"]]
    kept = [first[name] for name in (b"noise", b"half", b"one", b"links", b"empty")]
    return files + kept + [folder(repo, "numbered", later, old=w.tree(old["children"]))]


def long_again(repo, old):
    """The long list once more, with another ref in its middle: a list chunk takes its ends from the older one."""
    parts = [b"%c%d." % (letter, i % 4) for i, letter in enumerate(b"abcde" * 205)]
    lists = [b"".join(w.ref({"id": repo.chunk_id(f.DATA, part), "length": 3}) for part in parts)]
    parts[500] = b"new"
    fresh = repo.add(f.DATA, b"new")
    lists.append(lists[0][:500 * 36] + w.ref(fresh) + lists[0][501 * 36:])
    pairs = [[whole[at:at + 7000] for whole in lists] for at in range(0, len(lists[0]), 7000)]
    refs = [repo.change(f.LIST, a, b) if a != b else {"id": repo.chunk_id(f.LIST, a), "length": len(a)} for a, b in pairs]
    data = b"".join(parts)
    content = {"size": len(data), "hash": blake3(data).digest(), "depth": 1, "chunks": refs, "holes": []}
    return old | {"content": content, "data": data}


def way(repo, names, entries):
    """The folders on the way to a source."""
    for name, owner in reversed(names):
        entries = [folder(repo, name, entries, uid=owner, gid=owner, mode=0o755, mtime=[1600000100, 0])]
    return entries


# --- what is expected -------------------------------------------------------------------------------------------------

def flat(entries, path=b""):
    """All entries with their paths, in the order of a walk."""
    for e in sorted(entries, key=lambda e: e["name"]):
        yield path + b"/" + e["name"], e
        yield from flat(e.get("children", []), path + b"/" + e["name"])


def expected(path, e):
    """One entry as `expected.json` has it."""
    value = {"path": text(path), "type": NAMES[e["type"]], "mode": f"{e['mode']:04o}", "uid": e["uid"], "gid": e["gid"],
             "user": e["user"], "group": e["group"], "mtime": e["mtime"]}
    if e["type"] == f.FILE:
        value |= {"size": len(e["data"]), "blake3": blake3(e["data"]).hexdigest(), "holes": e["content"]["holes"],
                  "depth": e["content"]["depth"]}
    if e["type"] == f.DIRECTORY:
        value["evidence"] = e["evidence"].hex()
    if e["type"] == f.LINK:
        value["target"] = text(e["target"])
    if e["type"] in (f.CHARACTER, f.BLOCK):
        value["device"] = [e["major"], e["minor"]]
    if e["xattrs"]:
        value["xattrs"] = [[name.decode(), data.hex()] for name, data in e["xattrs"]]
    if e["tlvs"]:
        value["tlvs"] = [[tag, data.hex()] for tag, data in e["tlvs"]]
    return value


def text(raw):
    """Bytes as JSON: text, or {"hex": …} when they are not UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"hex": raw.hex()}


def counted(entries):
    """The statistics of a snapshot that is all new."""
    kinds = [e for _, e in flat(entries)]
    files = [e for e in kinds if e["type"] == f.FILE]
    folders = sum(e["type"] == f.DIRECTORY for e in kinds)
    value = dict.fromkeys(f.STATISTICS, 0)
    return value | {"files": len(files), "directories": folders, "others": len(kinds) - len(files) - folders,
                    "size": sum(len(e["data"]) for e in files), "new": len(files), "added": 12345, "stored": 6789,
                    "duration": 1500}
