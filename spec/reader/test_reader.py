#!/usr/bin/env python3
"""Builds small repositories with `test_writer`, reads them back through the command line and compares. No framework."""
import contextlib
import io
import json
import os
import random
import shutil
import stat
import sys
import tempfile

import liasse_format as f
import liasse_reader
import test_writer as w
from blake3 import blake3

CASES = []
DEEP_SIZE = 1_100_000  # more than 1,024 refs of 1,000 bytes: depth 1


def case(function):
    CASES.append(function)
    return function


def run(root, *command, password="secret"):
    """Run a command; gives exit status, standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    os.environ["LIASSE_PASSWORD"] = password
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = liasse_reader.main([root, *command])
        except SystemExit as end:
            code = end.code
    return code, out.getvalue(), err.getvalue()


def entry(name, kind, **more):
    value = {"name": name, "type": kind, "mode": 0o644, "uid": os.getuid(), "gid": os.getgid(), "user": "", "group": "",
             "mtime": [1600000000, 123456789], "xattrs": [], "tlvs": []}
    return value | more


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


class Sample:
    """A repository with every kind of entry, an origin in another pack, a sparse file and a deep content."""

    def __init__(self, root):
        self.root, self.repo = root, w.TestRepository(root)
        self.repo.write_slot()
        self.config_hash = self.repo.write_config()
        self.data_packs()
        self.trees()
        self.repo.flush((f.DATA,), f.DATA_PACK, 1)
        self.segment = self.repo.write_segment()
        self.tree_pack = self.repo.flush((f.TREE, f.LIST), f.TREE_PACK, 1, listed=False)
        self.repo.write_tombstone()
        self.snapshot = self.repo.write_snapshot(self.root_content, self.evidence)

    def data_packs(self):
        """A first pack with an old chunk; a second with a chunk that takes its middle from there."""
        repo = self.repo
        self.old = noise(5000)
        self.first = repo.write_pack(f.DATA_PACK, [(0, self.old)], [repo.literal(f.DATA, self.old)])
        self.new = b"begin" + self.old[1000:4000] + b"end"
        name = repo.chunk_id(f.DATA, self.old)
        extents = [{"block": 0, "offset": 10, "length": 5}, {"origin": name, "offset": 1000, "length": 3000},
                   {"block": 1, "offset": 0, "length": 3}]
        mixed = {"kind": f.DATA, "id": repo.chunk_id(f.DATA, self.new), "length": len(self.new), "extents": extents}
        self.second = repo.write_pack(f.DATA_PACK, [(1, b"x" * 10 + b"begin"), (0, b"end")], [mixed])

    def mixed(self, data):
        return [{"id": self.repo.chunk_id(f.DATA, data), "length": len(data)}]

    def trees(self):
        repo = self.repo
        self.deep, self.sparse = noise(DEEP_SIZE, 2), bytes(70000) + b"data" + bytes(100000) + b"more" + bytes(4096)
        sparse = repo.content(f.DATA, b"datamore", holes=[[0, 70000], [70004, 100000], [170008, 4096]], whole=self.sparse)
        linked = repo.content(f.DATA, b"linked")
        bad = b"caf\xe9 \xff"
        inner = [entry(b"deep", f.FILE, content=repo.content(f.DATA, self.deep)),
                 entry(b"hard2", f.FILE, content=linked, tlvs=[[2, w.u64(7)]]), entry(bad, f.FILE, content=w.empty_content())]
        content, evidence = repo.directory(inner)
        outer = [entry(b"inner", f.DIRECTORY, mode=0o555, content=content, evidence=evidence),
                 entry(b"new", f.FILE, content=repo.content(f.DATA, self.new, self.mixed(self.new)), mode=0o4711),
                 entry(b"old", f.FILE, content=repo.content(f.DATA, self.old, self.mixed(self.old)),
                       xattrs=[[b"user.a", b"1"], [b"user.b", b"\0\xff"]]),
                 entry(b"sparse", f.FILE, content=sparse), entry(b"link", f.LINK, target=b"/nowhere", mtime=[5, 6]),
                 entry(b"hard1", f.FILE, content=linked, tlvs=[[2, w.u64(7)]]), entry(b"pipe", f.FIFO, mode=0o600)]
        content, evidence = repo.directory(outer)
        top = [entry(b"src", f.DIRECTORY, mode=0o750, content=content, evidence=evidence, mtime=[-5, 1])]
        self.root_content, self.evidence = repo.directory(top)
        self.files = {b"inner/deep": self.deep, b"inner/hard2": b"linked", b"inner/" + bad: b"", b"new": self.new,
                      b"old": self.old, b"sparse": self.sparse, b"hard1": b"linked"}

    def compare(self, target):
        """The restored tree against what was written."""
        top = os.fsencode(target) + b"/src/"
        for name, data in self.files.items():
            with open(top + name, "rb") as file:
                assert file.read() == data, name
        info = {name: os.lstat(top + name) for name in os.listdir(top)}
        assert info[b"link"].st_mtime_ns == 5 * 10**9 + 6 and os.readlink(top + b"link") == b"/nowhere"
        assert stat.S_IMODE(info[b"new"].st_mode) == 0o4711 and info[b"new"].st_mtime_ns == 1600000000123456789
        assert stat.S_IMODE(info[b"inner"].st_mode) == 0o555 and info[b"inner"].st_mtime_ns == 1600000000123456789
        assert stat.S_ISFIFO(info[b"pipe"].st_mode)
        assert os.path.samefile(top + b"hard1", top + b"inner/hard2")
        assert info[b"sparse"].st_blocks * 512 < len(self.sparse)
        assert os.stat(top[:-1]).st_mtime_ns == -5 * 10**9 + 1 and stat.S_IMODE(os.stat(top[:-1]).st_mode) == 0o750
        with contextlib.suppress(OSError):
            assert os.listxattr(top + b"old") in (["user.a", "user.b"], [])

    def pack_path(self, name):
        return os.path.join(self.root, "packs", name.hex()[:2], name.hex())


@case
def restores_and_checks(work):
    sample = Sample(work + "/r")
    code, out, err = run(sample.root, "restore", "latest", "--target", work + "/out")
    assert code == 0, err
    sample.compare(work + "/out")
    code, out, err = run(sample.root, "check")
    assert code == 0 and not err, err
    code, out, err = run(sample.root, "ls", sample.snapshot[:8])
    assert code == 0 and "/src/inner/caf\\xe9 \\xff" in out
    code, out, _ = run(sample.root, "snapshots", "--json")
    assert code == 0 and [s["id"] for s in json.loads(out)] == [sample.snapshot]


@case
def reads_without_any_segment(work):
    sample = Sample(work + "/r")
    shutil.rmtree(sample.root + "/index")
    assert run(sample.root, "restore", "latest", "--target", work + "/out")[0] == 0
    sample.compare(work + "/out")


@case
def damaged_segment_does_not_block(work):
    sample = Sample(work + "/r")
    flip(os.path.join(sample.root, "index", sample.segment.hex()), 100)
    code, _, err = run(sample.root, "restore", "latest", "--target", work + "/out")
    assert code == 0 and "checksum" in err
    assert run(sample.root, "check")[0] == 12


@case
def damaged_block_is_found(work):
    sample = Sample(work + "/r")
    flip(sample.pack_path(sample.first), 200)
    code, _, err = run(sample.root, "restore", "latest", "--target", work + "/out")
    assert code == 12 and "/src/old: seal" in err and "/src/new: seal" in err, err
    assert os.path.exists(work + "/out/src/sparse") and not os.path.exists(work + "/out/src/old")
    code, _, err = run(sample.root, "check")
    assert code == 12 and "checksum" in err


@case
def missing_pack_is_named(work):
    sample = Sample(work + "/r")
    os.unlink(sample.pack_path(sample.first))
    code, _, err = run(sample.root, "check")
    assert code == 12 and "missing" in err


@case
def wrong_password_and_no_repository(work):
    sample = Sample(work + "/r")
    assert run(sample.root, "snapshots", password="other")[0] == 11
    assert run(work, "snapshots")[0] == 10
    assert run(sample.root, "nonsense")[0] == 2
    assert run(sample.root, "ls", "ffff")[0] == 2


@case
def credentials_open(work):
    sample = Sample(work + "/r")
    for role, code in ((1, 0), (2, 0), (3, 11)):
        path = f"{work}/credential{role}"
        with open(path, "wb") as file:
            file.write(sample.repo.credential(role))
        assert run(sample.root, "--credential", path, "snapshots")[0] == 0
        assert run(sample.root, "--credential", path, "ls", "latest")[0] == code


@case
def revoked_writer_is_refused(work):
    sample = Sample(work + "/r")
    sample.repo.write_snapshot(sample.root_content, sample.evidence, 2)
    sample.repo.write_config(2, sample.config_hash, status=2, last=1)
    code, out, err = run(sample.root, "snapshots")
    assert code == 12 and sample.snapshot in out and len(out.splitlines()) == 1 and "signature" in err


@case
def broken_chain_is_noted(work):
    sample = Sample(work + "/r")
    sample.repo.write_config(2, b"\1" * 32)
    code, _, err = run(sample.root, "check")
    assert code == 12 and "config/1: mismatch" in err


@case
def a_removed_slot_opens_nothing(work):
    sample = Sample(work)
    own, other = sample.repo.slots[0], sample.repo.write_slot()
    second = sample.repo.write_config(2, sample.config_hash)
    sample.repo.write_config(3, second, slots=[other])
    assert run(work, "check")[0] == 0, "the other slot has the same password"
    os.remove(os.path.join(work, "keys", other.hex()))
    code, _, err = run(work, "check")
    assert code == 11 and "removed" in err, (code, err)
    # Configs that were damaged when they were superseded say nothing of what was removed.
    for number in (2, 3):
        os.remove(os.path.join(work, "config", str(number)))
    sample.repo.write_config(2, bytes(31) + b"x")
    sample.repo.write_config(3, bytes(31) + b"x", slots=[other])
    code, _, err = run(work, "snapshots")
    assert code == 12 and f"{own.hex()} is in no list" in err, (code, err)


@case
def damaged_highest_config_is_passed_by(work):
    sample = Sample(work + "/r")
    with open(os.path.join(sample.root, "config", "1"), "rb") as file:
        sample.repo.write_config(2, blake3(file.read()).digest())
    for at in (60, 20):  # within the body; within the repository id, where the envelope is no longer sound either
        flip(os.path.join(sample.root, "config", "2"), at)
        code, _, err = run(sample.root, "snapshots")
        assert code == 12 and "config/2: checksum" in err
        assert run(sample.root, "restore", "latest", "--target", f"{work}/{at}")[0] == 0


@case
def origin_must_be_literal(work):
    """A chunk whose origin is itself made of an origin, and a directory whose evidence is another's."""
    sample = Sample(work + "/r")
    repo, name = sample.repo, sample.repo.chunk_id(f.DATA, sample.new)
    data = sample.new[:100]
    deep = {"kind": f.DATA, "id": repo.chunk_id(f.DATA, data), "length": 100,
            "extents": [{"origin": name, "offset": 0, "length": 100}]}
    repo.write_pack(f.DATA_PACK, [(0, b"x")], [deep], listed=False)
    code, _, err = run(sample.root, "check")
    assert code == 12 and "not literal" in err
    repo.write_snapshot(sample.root_content, bytes(32), 2)
    code, _, err = run(sample.root, "ls", "latest")
    assert code == 12 and "evidence root" in err


@case
def pieces_are_bounded(work):
    """Chunks over an origin of 8,000 single bytes: in as many pieces as there may be, and in one more."""
    sample = Sample(work + "/r")
    repo, block = sample.repo, noise(16000)
    crumbs = bytes(block[at] for at in range(0, 16000, 2))
    name = repo.chunk_id(f.DATA, crumbs)
    chunks = [{"kind": f.DATA, "id": name, "length": len(crumbs),
               "extents": [{"block": 0, "offset": at, "length": 1} for at in range(0, 16000, 2)]}]
    for more in (191, 192):
        data = crumbs + block[1:3] + crumbs[:more]
        chunks.append({"kind": f.DATA, "id": repo.chunk_id(f.DATA, data), "length": len(data), "extents": [
            {"origin": name, "offset": 0, "length": 8000}, {"block": 0, "offset": 1, "length": 2},
            {"origin": name, "offset": 0, "length": more}]})
    repo.write_pack(f.DATA_PACK, [(0, block)], sorted(chunks, key=lambda c: c["id"]), listed=False)
    code, out, err = run(sample.root, "check")
    assert code == 12 and err.count("8,192 pieces") == 1 and "mismatch" not in err, err


@case
def links_in_the_target_are_not_followed(work):
    sample = Sample(work + "/r")
    os.makedirs(work + "/out")
    os.makedirs(work + "/elsewhere")
    os.symlink(work + "/elsewhere", work + "/out/src")
    code, _, _ = run(sample.root, "restore", "latest", "--target", work + "/out")
    assert code == 12 and not os.listdir(work + "/elsewhere")


@case
def vectors_pass(_):
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors")
    with contextlib.redirect_stdout(io.StringIO()):
        assert liasse_reader.main(["vector", folder]) == 0


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def main():
    failed = 0
    for test in CASES:
        with tempfile.TemporaryDirectory() as work:
            try:
                test(work)
                print("ok  ", test.__name__)
            except Exception as error:  # a failing case must not hide the others
                failed += 1
                print("FAIL", test.__name__, type(error).__name__, error)
                if "-v" in sys.argv:
                    raise
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
