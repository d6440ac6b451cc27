#!/usr/bin/env python3
"""An independent reader of Liasse repositories, written from the specification alone.

`Repository` opens a folder with a password or credential; the commands list, restore and check.
"""
import argparse
import json
import mmap
import os
import re
import resource
import stat
import sys
import time as clock
from collections import OrderedDict

from blake3 import blake3
from liasse_format import *
from liasse_order import in_order

HEX32, HEX64, DECIMAL = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{64}"), re.compile("[1-9][0-9]{0,19}")
FORMS = {"config": DECIMAL, "keys": HEX32, "index": HEX64, "snapshots": HEX32, "intents": HEX32, "plans": HEX32}
BLOCKS_KEPT = 8
EXIT_USAGE, EXIT_NO_REPOSITORY, EXIT_PASSWORD, EXIT_DAMAGED = 2, 10, 11, 12


class Usage(Exception):
    """The command asks for something that cannot be done; carries the exit status."""

    def __init__(self, sentence, status=EXIT_USAGE):
        super().__init__(sentence)
        self.status = status


class Pack:
    """One pack on disk; `listing` is its directory, from a segment or from itself."""

    def __init__(self, repository, name, path, listing=None):
        self.repository, self.name, self.path, self.listing = repository, name, path, listing
        self.data, self.key, self.starts = None, None, None

    def open(self):
        """Map the file and check its frame, without the hash of all bytes."""
        if self.data is None:
            size = os.stat(self.path).st_size
            demand(96 <= size, "truncated", f"pack {self.name.hex()} is shorter than header and trailer")
            demand(size <= SIZE_LIMITS[DATA_PACK], "limit", f"pack {self.name.hex()} has more than 4 GiB")
            with open(self.path, "rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self.head, _ = read_object(data, (DATA_PACK, TREE_PACK), self.repository.id, whole=False)
            demand(size >= PACK_START + FOOTER_SIZE + TRAILER_SIZE, "truncated", "too short for a pack")
            self.data = data

    def own_directory(self):
        """The directory as the pack itself states it, with all rules of its place."""
        self.open()
        data, keys, head = self.data, self.repository.keys, self.head
        end = len(data) - TRAILER_SIZE - FOOTER_SIZE
        extra = data[PACK_START - 32:PACK_START]
        foot = decode(open_box(keys["footer"], head.raw, extra, data[end:end + FOOTER_SIZE]), footer)
        stop = foot["offset"] + foot["length"]
        fits = stop <= end < stop + KIB and len(data) % KIB == 0 and not any(data[stop:end])
        demand(fits, "value", "directory, padding and footer do not fill their space")
        box = open_box(keys["directory"], head.raw, extra, data[foot["offset"]:stop])
        value = decode(unpack(box), lambda c: directory(c, head.kind))
        counts = (len(value["blocks"]), len(value["chunks"])) == (foot["blocks"], foot["chunks"])
        demand(counts, "value", "the footer's counts are not those of the directory")
        stored = sum(item["stored"] for item in value["blocks"])
        demand(PACK_START + stored == foot["offset"], "value", "the blocks do not end where the directory starts")
        return value

    def check_whole(self):
        """The hash of the whole file against trailer and name."""
        self.open()
        read_object(self.data, (DATA_PACK, TREE_PACK), self.repository.id)
        demand(blake3(self.data).digest() == self.name, "mismatch", "a pack whose hash is not its name")

    def block(self, ordinal):
        """The raw bytes of a block."""
        kept = self.repository.blocks
        if (self.name, ordinal) not in kept:
            kept[self.name, ordinal] = self.read_block(ordinal)
            if len(kept) > BLOCKS_KEPT:
                kept.popitem(last=False)
        kept.move_to_end((self.name, ordinal))
        return kept[self.name, ordinal]

    def read_block(self, ordinal):
        self.open()
        blocks = self.listing["blocks"]
        if self.starts is None:
            self.starts = [PACK_START]
            for item in blocks:
                self.starts.append(self.starts[-1] + item["stored"])
        demand(self.starts[ordinal + 1] <= len(self.data), "truncated", "a block behind the end of its pack")
        if self.key is None:
            self.key = open_pack_key(self.repository.bundle["readers"], self.head.raw, self.data[48:PACK_START])
        stored = self.data[self.starts[ordinal]:self.starts[ordinal + 1]]
        return open_block(self.key, self.head.raw, ordinal, blocks[ordinal]["codec"], blocks[ordinal]["raw"], stored)

    def literal(self, value, offset, length):
        """A range of one of this pack's chunks, all of which must be literal, in pieces."""
        demand(offset + length <= value["length"], "value", "an origin's range behind its end")
        out, at = [], 0
        for e in value["extents"]:
            low, high = max(offset, at), min(offset + length, at + e["length"])
            if low < high:
                demand("block" in e, "value", "a range of an origin that is not literal")
                start = e["offset"] + low - at
                out.append(self.block(e["block"])[start:start + high - low])
            at += e["length"]
        return out

    def chunk(self, value):
        """The bytes of one of this pack's chunks, believed only when they have its id."""
        out, kind = [], value["kind"]
        for e in value["extents"]:
            if "block" in e:
                out.append(self.block(e["block"])[e["offset"]:e["offset"] + e["length"]])
            else:
                origin, offset, length = e["origin"], e["offset"], e["length"]
                out += self.repository.from_any(kind, origin, lambda pack, o: pack.literal(o, offset, length))
            demand(len(out) <= PIECES_LIMIT, "limit", "a chunk in more than 8,192 pieces")
        data = b"".join(out)
        demand(chunk_id(self.repository.keys, kind, data) == value["id"], "mismatch", "a chunk without its id")
        return data


def slots_of(value):
    return {slot["id"] for slot in value["slots"]}


class Repository:
    """An opened repository. `notes` gathers what was found damaged on the way and could be passed by."""

    def __init__(self, root, password=None, credential=None):
        self.root, self.notes, self.blocks, self.packs = os.fsencode(root), [], OrderedDict(), None
        numbers = sorted(map(int, self.names("config")))
        if not numbers:
            raise Usage("no repository here: it has no config", EXIT_NO_REPOSITORY)
        self.id = self.identity(numbers)
        if credential is not None:
            demand(len(credential) <= SIZE_LIMITS[CREDENTIAL], "limit", "a credential of more than 4 MiB")
            self.enter(decode(read_object(credential, (CREDENTIAL,), self.id)[1], bundle), numbers)
        else:
            self.unlock(password, numbers)
        self.check_chain([number for number in numbers if number <= self.config["number"]])

    # --- objects

    def path(self, folder, name):
        return b"/".join([self.root, folder.encode(), str(name).encode()])

    def names(self, folder):
        """The names of a folder that have the form of an object's name, sorted."""
        try:
            found = [os.fsdecode(name) for name in os.listdir(self.root + b"/" + folder.encode())]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(name for name in found if FORMS[folder].fullmatch(name))

    def pack_names(self):
        """Name and path of every pack in the folder."""
        top = self.root + b"/packs"
        for shelf in sorted(os.listdir(top)) if os.path.isdir(top) else []:
            if re.fullmatch(b"[0-9a-f]{2}", shelf) and os.path.isdir(top + b"/" + shelf):
                for name in sorted(os.listdir(top + b"/" + shelf)):
                    if re.fullmatch(b"[0-9a-f]{64}", name) and name.startswith(shelf):
                        yield bytes.fromhex(name.decode()), top + b"/" + shelf + b"/" + name

    def read(self, folder, name, kind):
        """All bytes of an object, within the limit of its kind."""
        try:
            with open(self.path(folder, name), "rb") as file:
                data = file.read(SIZE_LIMITS[kind] + 1)
        except FileNotFoundError:
            raise Failure("missing", f"{folder}/{name} is not there") from None
        demand(len(data) <= SIZE_LIMITS[kind], "limit", f"{folder}/{name} is longer than its kind may be")
        return data

    def guarded(self, what, action, *arguments):
        """Run an action; a failure becomes a note, and None the result."""
        try:
            return action(*arguments)
        except (Failure, OSError) as failure:
            self.notes.append(f"{what}: {failure}")
            return None

    # --- keys and config

    def enter(self, opened, numbers):
        """Takes a bundle's keys, and the config that prevails."""
        self.bundle, self.keys = opened, purpose_keys(opened["secret"])
        self.config = self.believed(numbers)

    def unlock(self, password, numbers):
        """Goes in by the first key slot that the password opens and that was not removed."""
        if password is None:
            raise Failure("password", "no password and no credential given")
        why = "the password opens no key slot"
        for name in self.names("keys"):
            try:
                head, body = read_object(self.read("keys", name, SLOT), (SLOT,), self.id)
                opened = open_slot(password, head.raw, body)
            except Failure as failure:
                if failure.word != "password":
                    self.notes.append(f"keys/{name}: {failure}")
                continue
            before = len(self.notes)
            self.enter(opened, numbers)
            listed = bytes.fromhex(name) in slots_of(self.config)
            if listed or bytes.fromhex(name) not in self.removed(numbers):
                if not listed:
                    print(f"keys/{name} is in no list of the owner", file=sys.stderr)
                return
            del self.notes[before:]
            why = f"keys/{name} was removed by the owner"
        raise Failure("password", why)

    def removed(self, numbers):
        """The slots of every config that was whole when it was superseded; those that the prevailing one has are not asked for."""
        found, above = set(), self.config
        for number in reversed([number for number in numbers if number < self.config["number"]]):
            try:
                raw = self.read("config", number, CONFIG)
                value = self.open_config(raw, number)
            except (Failure, OSError):
                above = None
                continue
            if above and above["number"] == number + 1 and above["previous"] == blake3(raw).digest():
                found |= slots_of(value)
            above = value
        return found

    def identity(self, numbers):
        """The repository id of the highest config whose envelope is sound."""
        first = None
        for number in reversed(numbers):
            try:
                return read_object(self.read("config", number, CONFIG), (CONFIG,))[0].repository
            except (Failure, OSError) as failure:
                first = first or failure
        raise first

    def believed(self, numbers):
        """The highest config that can be believed; those above it are noted."""
        first = None
        for number in reversed(numbers):
            try:
                return self.open_config(self.read("config", number, CONFIG), number)
            except (Failure, OSError) as failure:
                first = first or failure
                self.notes.append(f"config/{number}: {failure}")
        raise first

    def open_config(self, raw, number):
        head, body = read_object(raw, (CONFIG,), self.id)
        value, signature = signed(open_box(self.keys["config"], head.raw, b"", body))
        verify(self.bundle["owner"], b"liasse v1 config" + head.raw + value, signature)
        value = decode(value, config)
        demand(value["number"] == number, "mismatch", f"config/{number} has another number")
        return value

    def check_chain(self, numbers):
        """Each config names the hash of the one before it; what lies behind the highest one is only noted."""
        value = self.config
        for number in reversed(numbers[:-1]):
            raw = self.guarded(f"config/{number}", self.read, "config", number, CONFIG)
            if raw is None or number != value["number"] - 1:
                return self.notes.append(f"config/{value['number'] - 1}: missing: the chain of configs is broken")
            if blake3(raw).digest() != value["previous"]:
                return self.notes.append(f"config/{number}: mismatch: not the config that the next one names")
            value = self.guarded(f"config/{number}", self.open_config, raw, number)
            if value is None:
                return None
        if value["number"] > 1:
            self.notes.append(f"config/{value['number'] - 1}: missing: the chain of configs is broken")
        return None

    # --- snapshots

    def snapshot(self, name):
        """The verified record of a committed snapshot; None for a tombstone."""
        head, body = read_object(self.read("snapshots", name, SNAPSHOT), (SNAPSHOT, TOMBSTONE), self.id)
        demand(head.session.hex() == name, "mismatch", f"snapshots/{name} belongs to another session")
        if head.kind == TOMBSTONE:
            demand(len(body) + 96 <= SIZE_LIMITS[TOMBSTONE], "limit", "a tombstone of more than 4 MiB")
            decode(open_box(self.keys["tombstone"], head.raw, b"", body), tombstone)
            return None
        record, signature = signed(open_box(self.keys["snapshot"], head.raw, b"", body))
        value = decode(record, snapshot)
        accepted = any(w["key"] == value["writer"] and (w["status"] == 1 or value["sequence"] <= w["last"])
                       for w in self.config["writers"])
        demand(accepted, "signature", "a snapshot of a writer that is not accepted")
        verify(value["writer"], b"liasse v1 snapshot" + head.raw + record, signature)
        return value

    def snapshots(self):
        """All readable snapshots as (id, record), in the order in which they were made."""
        found = [(name, self.guarded(f"snapshots/{name}", self.snapshot, name)) for name in self.names("snapshots")]
        return in_order([(name, value) for name, value in found if value], int(clock.time()))

    # --- index

    def segment(self, name):
        raw = self.read("index", name, SEGMENT)
        head, body = read_object(raw, (SEGMENT,), self.id)
        demand(blake3(raw).hexdigest() == name, "mismatch", "a segment whose hash is not its name")
        return decode(unpack(open_box(self.keys["segment"], head.raw, b"", body)), segment)

    def load_index(self, from_segments=True):
        """Gather the packs that are there and where every chunk lies."""
        names = self.names("index") if from_segments else []
        segments = {name: self.guarded(f"index/{name}", self.segment, name) for name in names}
        segments = {name: value for name, value in segments.items() if value}
        replaced = {name.hex() for value in segments.values() for name in value["replaces"]}
        listings, disputed = {}, set()
        for pack in (pack for name, value in segments.items() if name not in replaced for pack in value["packs"]):
            first = listings.setdefault(pack["name"], pack)
            if (first["blocks"], first["chunks"]) != (pack["blocks"], pack["chunks"]):
                disputed.add(pack["name"])
        self.packs, self.chunks, self.whole = {}, {}, not from_segments
        for name, path in self.pack_names():
            pack = Pack(self, name, path, None if name in disputed else listings.get(name))
            if name in disputed:
                self.notes.append(f"packs/{name.hex()}: mismatch: segments disagree on it")
                pack.listing = self.guarded(f"packs/{name.hex()}", pack.own_directory) or listings[name]
            pack.listing = pack.listing or self.guarded(f"packs/{name.hex()}", pack.own_directory)
            if pack.listing:
                self.packs[name] = pack
                for value in pack.listing["chunks"]:
                    self.chunks.setdefault((value["kind"], value["id"]), []).append((pack, value))

    def from_any(self, kind, name, action):
        """Do something with a chunk in whichever pack holds it and can give it."""
        if self.packs is None:
            self.load_index()
        first = None
        for pack, value in self.chunks.get((kind, name), []):
            try:
                return action(pack, value)
            except Failure as failure:
                first = first or failure
        if not self.whole:  # segments are only copies: ask the packs themselves before giving up
            self.load_index(from_segments=False)
            return self.from_any(kind, name, action)
        raise first or Failure("missing", f"chunk {name.hex()} is in no pack")

    # --- content

    def chunk(self, kind, item):
        """The bytes of the chunk that a ref names."""
        data = self.from_any(kind, item["id"], Pack.chunk)
        demand(len(data) == item["length"], "mismatch", "a chunk of another length than its ref says")
        return data

    def refs(self, refs, depth):
        """The refs of the data chunks, through the levels of lists."""
        for _ in range(depth):
            refs = self.one_level(refs)
        return refs

    def one_level(self, refs):
        rest, total = b"", 0
        for item in refs:
            rest, total = rest + self.chunk(LIST, item), total + item["length"]
            end = len(rest) - len(rest) % REF_SIZE
            yield from (decode(rest[at:at + REF_SIZE], ref) for at in range(0, end, REF_SIZE))
            rest = rest[end:]
        list_length(total)

    def pieces(self, value, kind):
        """The data of a content as (offset, bytes), holes left out; size and hash are checked on the way."""
        hasher, at, holes = blake3(), 0, iter(value["holes"] + [[value["size"], 0]])
        hole = next(holes)
        for item in self.refs(value["chunks"], value["depth"]):
            data = self.chunk(kind, item)
            while data:
                while at == hole[0] and hole[1]:
                    at, hole = skip(hasher, hole), next(holes)
                part = data[:hole[0] - at]
                demand(part, "value", "more data than the size of the content")
                hasher.update(part)
                yield at, part
                at, data = at + len(part), data[len(part):]
        while at == hole[0] and hole[1]:
            at, hole = skip(hasher, hole), next(holes)
        demand(at == value["size"], "value", "less data than the size of the content")
        demand(hasher.digest() == value["hash"], "mismatch", "a content without its hash")

    def entries(self, value):
        """The entries of a directory."""
        return entries_of(data for _, data in self.pieces(value, TREE))

    def walk(self, value, evidence, path, sink):
        """Give every entry below a directory to a sink and prove the directory's evidence."""
        try:
            hashes = []
            for e in self.entries(value):
                name = path + b"/" + e["name"]
                if sink.enter(name, e):
                    self.walk(e["content"], e["evidence"], name, sink)
                    sink.leave(name, e)
                hashes.append(entry_hash(e))
            demand(evidence_root(hashes) == evidence, "mismatch", "a directory without its evidence root")
        except Failure as failure:
            sink.failed(path, failure)


def skip(hasher, hole):
    """Hash a hole as zeros; gives its end."""
    zeros = bytes(min(hole[1], MIB))
    for at in range(0, hole[1], MIB):
        hasher.update(zeros[:hole[1] - at])
    return sum(hole)


# --- sinks ------------------------------------------------------------------------------------------------------------

class Sink:
    """What is done with the entries of a walk; this one only counts failures and tells them."""

    def __init__(self, repository):
        self.repository, self.failures, self.groups = repository, 0, {}

    def failed(self, path, failure):
        if getattr(failure, "word", None) == "password":
            raise failure
        self.failures += 1
        print(f"{shown(path) or '/'}: {failure}", file=sys.stderr)

    def leave(self, path, e):
        """Called after the entries of a directory."""

    def agree(self, e, path):
        """The path of the first entry of a hard link group, None when this is the first."""
        group = next((value for tag, value in e["tlvs"] if tag == 2), None)
        if group is None or e["type"] == DIRECTORY:
            return None
        first, known = self.groups.setdefault(group, (path, e))
        demand(known | {"name": b""} == e | {"name": b""}, "value", f"not the same file as {shown(first)}")
        return None if first == path else first


class Lister(Sink):
    """Prints the tree."""

    def enter(self, path, e):
        letter = " -dlpcb"[e["type"]]
        size = e["content"]["size"] if e["type"] == FILE else 0
        target = " -> " + shown(e["target"]) if e["type"] == LINK else ""
        when = moment(e["mtime"])
        print(f"{letter}{e['mode']:04o} {e['uid']:>6} {e['gid']:>6} {size:>12} {when} {shown(path)}{target}")
        return e["type"] == DIRECTORY


class Checker(Sink):
    """Reads every content once."""

    def __init__(self, repository):
        super().__init__(repository)
        self.seen = set()

    def enter(self, path, e):
        try:
            self.agree(e, path)
            if e["type"] not in (FILE, DIRECTORY):
                return False
            key = (e["type"], e.get("evidence"), json.dumps(plain(e["content"])))
            if key in self.seen:
                return False
            self.seen.add(key)
            if e["type"] == FILE:
                for _ in self.repository.pieces(e["content"], DATA):
                    pass
            return e["type"] == DIRECTORY
        except Failure as failure:
            self.failed(path, failure)
            return False


class Restorer(Sink):
    """Places a tree under a folder; every name is opened relative to its own folder and no link is followed."""

    def __init__(self, repository, target):
        super().__init__(repository)
        os.makedirs(target, exist_ok=True)
        self.folders = [os.open(target, os.O_RDONLY | os.O_DIRECTORY)]
        self.root = os.geteuid() == 0

    def enter(self, path, e):
        try:
            first = self.agree(e, path)
            if first:
                os.link(first[1:], e["name"], src_dir_fd=self.folders[0], dst_dir_fd=self.folders[-1], follow_symlinks=False)
            elif e["type"] == DIRECTORY:
                return self.folder(e["name"])
            elif e["type"] == FILE:
                self.file(e)
            else:
                self.special(e, self.folders[-1])
        except (Failure, OSError, OverflowError) as failure:
            self.failed(path, failure)
        return False

    def leave(self, path, e):
        fd = self.folders.pop()
        try:
            self.metadata(b"/proc/self/fd/%d/." % fd, e)
        except (OSError, OverflowError) as failure:
            self.failed(path, failure)
        os.close(fd)

    def folder(self, name):
        """Make a folder, or enter one that is there and no link."""
        try:
            os.mkdir(name, 0o700, dir_fd=self.folders[-1])
        except FileExistsError:
            pass
        self.folders.append(os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=self.folders[-1]))
        return True

    def file(self, e):
        """Write a new file; its holes stay holes. One that cannot be read whole is taken away again."""
        at = self.folders[-1]
        fd = os.open(e["name"], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=at)
        try:
            os.truncate(fd, e["content"]["size"])
            for offset, data in self.repository.pieces(e["content"], DATA):
                while data:
                    written = os.pwrite(fd, data, offset)
                    offset, data = offset + written, data[written:]
        except BaseException:
            os.unlink(e["name"], dir_fd=at)
            raise
        finally:
            os.close(fd)
        self.metadata(b"/proc/self/fd/%d/" % at + e["name"], e)

    def special(self, e, at):
        """A symbolic link, a FIFO or a device."""
        if e["type"] == LINK:
            os.symlink(e["target"], e["name"], dir_fd=at)
        elif e["type"] == FIFO:
            os.mkfifo(e["name"], 0o600, dir_fd=at)
        else:
            kind = stat.S_IFCHR if e["type"] == CHARACTER else stat.S_IFBLK
            os.mknod(e["name"], kind | 0o600, os.makedev(e["major"], e["minor"]), dir_fd=at)
        self.metadata(b"/proc/self/fd/%d/" % at + e["name"], e)

    def metadata(self, path, e):
        """Owner, attributes, mode and time, in an order in which none undoes another."""
        if self.root:
            os.chown(path, e["uid"], e["gid"], follow_symlinks=False)
        for name, value in e["xattrs"]:
            try:
                os.setxattr(path, name, value, follow_symlinks=False)
            except OSError as failure:
                print(f"attribute {shown(name)} not set: {failure}", file=sys.stderr)
        if e["type"] != LINK:
            os.chmod(path, e["mode"])
        seconds, nanoseconds = e["mtime"]
        when = seconds * 10**9 + nanoseconds
        os.utime(path, ns=(when, when), follow_symlinks=False)


def shown(name):
    """A name for people: what is not printable text becomes escapes."""
    text = name.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def moment(time):
    """A time for people, in UTC."""
    try:
        return clock.strftime("%Y-%m-%dT%H:%M:%SZ", clock.gmtime(time[0]))
    except (OverflowError, ValueError, OSError):
        return f"@{time[0]}"


# --- commands ---------------------------------------------------------------------------------------------------------

def find_snapshot(repository, wanted):
    """The snapshot of an id prefix, or the latest."""
    found = repository.snapshots()
    if wanted != "latest":
        found = [item for item in found if item[0].startswith(wanted)]
        if len(found) > 1:
            raise Usage(f"{wanted} stands for {len(found)} snapshots")
    if not found:
        raise Usage(f"no snapshot {wanted}")
    return found[-1]


def command_snapshots(repository, arguments):
    found = repository.snapshots()
    if arguments.json:
        print(json.dumps([{"id": name} | plain(value) for name, value in found], indent=1, ensure_ascii=False))
    for name, value in [] if arguments.json else found:
        count, size = value["statistics"]["files"], value["statistics"]["size"]
        print(f"{name}  {moment(value['time'])}  {value['host']}  {count} files  {size} bytes  {' '.join(value['tags'])}")
    return len(repository.notes)


def command_ls(repository, arguments):
    return run_walk(repository, arguments.snapshot, Lister(repository))


def command_restore(repository, arguments):
    return run_walk(repository, arguments.snapshot, Restorer(repository, arguments.target))


def run_walk(repository, wanted, sink):
    _, value = find_snapshot(repository, wanted)
    repository.walk(value["root"], value["evidence"], b"", sink)
    return sink.failures


def check_pack(repository, pack):
    """One pack wholly: its hash, its directory against the index, its blocks, its chunks."""
    pack.check_whole()
    own = pack.own_directory()
    copy = {"blocks": pack.listing["blocks"], "chunks": pack.listing["chunks"]} == own
    sizes = pack.listing.get("size", len(pack.data)) == len(pack.data)
    kinds = pack.listing.get("kind", pack.head.kind) == pack.head.kind
    demand(copy and sizes and kinds, "mismatch", "a segment lists it otherwise")
    for ordinal in range(len(own["blocks"])):
        pack.block(ordinal)
    for value in own["chunks"]:
        repository.guarded(f"chunk {value['id'].hex()} in packs/{pack.name.hex()}", pack.chunk, value)


def check_small(repository, folder, kind, key, item):
    """All intents or all plans."""
    def one(name):
        head, body = read_object(repository.read(folder, name, kind), (kind,), repository.id)
        demand(head.session.hex() == name, "mismatch", "an object under another name than its own")
        decode(open_box(repository.keys[key], head.raw, b"", body), item)
    for name in repository.names(folder):
        repository.guarded(f"{folder}/{name}", one, name)


def check_slot(repository, name):
    decode(read_object(repository.read("keys", name, SLOT), (SLOT,), repository.id)[1], slot_body)


def command_check(repository, _):
    """Read everything there is."""
    for name in repository.names("keys"):
        repository.guarded(f"keys/{name}", check_slot, repository, name)
    check_small(repository, "intents", INTENT, "intent", intent)
    check_small(repository, "plans", PLAN, "plan", plan)
    repository.load_index()
    for name, pack in list(repository.packs.items()):
        repository.guarded(f"packs/{name.hex()}", check_pack, repository, pack)
    checker = Checker(repository)
    found = repository.snapshots()
    for _, value in found:
        checker.groups = {}
        repository.walk(value["root"], value["evidence"], b"", checker)
        for item in value["dossiers"]:
            if item["tree"]["size"] or any(item["evidence"]):
                checker.groups = {}
                repository.walk(item["tree"], item["evidence"], b"", checker)
    print(f"{len(repository.packs)} packs, {len(repository.chunks)} chunks, {len(found)} snapshots")
    return checker.failures + len(repository.notes)


def command_parity(root):
    """List what parity protects, and verify members, shards and recovery shards. Needs no key."""
    import liasse_parity
    folder, bad = os.path.join(root, "parity"), 0
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if not re.fullmatch("[0-9a-f]{64}", name):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            raw = file.read(SIZE_LIMITS[PARITY] + 1)
        try:
            found = liasse_parity.Parity(raw)
        except Failure as failure:
            bad += 1
            print(f"parity/{name}: {failure}")
            continue
        rotten = sum(len(found.rotten(n)) for n in range(len(found.layout.groups)))
        sound = blake3(raw).hexdigest() == name
        bad += not sound
        print(f"parity/{name}: {'sound' if sound else 'damaged'}, {rotten} recovery shards rotten")
        for m, first in found.placed():
            path = liasse_parity.FOLDERS[m["kind"]] + (m["name"][:2] + "/" if m["kind"] == 4 else "") + m["name"]
            try:
                with open(os.path.join(root, path), "rb") as file:
                    data = file.read()
            except FileNotFoundError:
                data = b""
            whole = blake3(data).digest() == m["hash"]
            bad += not whole
            print(f"    {path}: {'sound' if whole else f'{found.bad_shards(m, first, data)} shards lost'}")
    return bad


def arguments_of(argv):
    parser = argparse.ArgumentParser(prog="liasse_reader", description="Reads Liasse repositories.")
    parser.add_argument("repository")
    parser.add_argument("--password-file", help="else the environment's LIASSE_PASSWORD")
    parser.add_argument("--credential")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("snapshots", help="list the committed snapshots")
    command.add_argument("--json", action="store_true")
    commands.add_parser("ls", help="list a tree").add_argument("snapshot")
    command = commands.add_parser("restore", help="place a tree under a folder")
    command.add_argument("snapshot", help="an id, the start of one, or latest")
    command.add_argument("--target", required=True)
    commands.add_parser("check", help="read and verify everything")
    commands.add_parser("parity", help="list what parity protects, and verify it; needs no key")
    return parser.parse_args(argv)


def open_repository(arguments):
    """Open with what the command line names."""
    if not os.path.isdir(arguments.repository):
        raise Usage("no repository here", EXIT_NO_REPOSITORY)
    password, credential = os.environ.get("LIASSE_PASSWORD"), None
    password = None if password is None else os.fsencode(password)
    if arguments.password_file:
        with open(arguments.password_file, "rb") as file:
            password = re.sub(rb"\r?\n\Z", b"", file.read())
    if arguments.credential:
        with open(arguments.credential, "rb") as file:
            credential = file.read(SIZE_LIMITS[CREDENTIAL] + 1)
    return Repository(arguments.repository, password, credential)


def run(argv):
    if argv[:1] == ["vector"]:
        import vector_runner
        return EXIT_DAMAGED if vector_runner.run_files(argv[1:]) else 0
    arguments = arguments_of(argv)
    if arguments.command == "parity":
        return EXIT_DAMAGED if command_parity(arguments.repository) else 0
    repository = open_repository(arguments)
    try:
        failures = globals()["command_" + arguments.command](repository, arguments)
    finally:
        for note in repository.notes:
            print(note, file=sys.stderr)
    return EXIT_DAMAGED if failures else 0


def main(argv):
    sys.setrecursionlimit(100000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    try:
        return run(argv)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return EXIT_PASSWORD if failure.word == "password" else EXIT_DAMAGED
    except Usage as usage:
        print(usage, file=sys.stderr)
        return usage.status
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
