#!/usr/bin/env python3
"""Writes a golden repository of format 1.0 with all that the format has, and what a reader must find in it.

    ./make.py FOLDER

makes FOLDER, with `repository/`, the credentials and `expected.json`. The bytes that count are those that are checked in: a
golden repository is never made again, because its point is to stay readable as it is. All random bytes come from a seed.
"""
import json
import os
import sys

import writing
import trees
from writing import f, w

README = """This folder is a Liasse repository, format 1.0, made for tests. The owner's password is "golden owner".
Restore it with: liasse -r THIS_FOLDER restore latest --target SOMEWHERE
or, without that program, with spec/reader/liasse_reader.py of its sources.
"""
PASSWORDS = {"owner": "golden owner", "auditor": "golden auditor \u00e9", "writer": " golden writer "}


class Maker:
    """Makes everything in the order in which it would have happened."""

    def __init__(self, folder):
        os.makedirs(folder)
        self.folder, self.repo = folder, writing.Golden(os.path.join(folder, "repository"))
        self.laptop, self.lost = w.signer(), w.signer()
        self.hashes, self.sequences, self.snapshots = {}, {}, []
        self.repo.put("", "README", README.encode())

    def keys(self):
        """Two configs: between them the reader key is changed, writers are added, and one of them is revoked."""
        repo, old = self.repo, self.repo.reader
        own = repo.writer.private_bytes_raw()
        writer = lambda key, label, status=1, last=0: {"key": key.public_key().public_bytes_raw(), "label": label,
                                                       "added": [1700000001, 0], "status": status, "last": last}
        listed = repo.slot(PASSWORDS["owner"], repo.keys_of(1, "ada", [old], own))
        first = repo.config(1, bytes(32), readers=[{"key": w.public_of(old), "status": 1}], slots=[listed],
                            writers=[writer(repo.writer, "owner"), writer(self.lost, "lost phone")])
        os.unlink(os.path.join(repo.root, "keys", listed["id"].hex()))
        yield
        new = repo.reader = w.entropy(32)
        bundles = {"owner": repo.keys_of(1, "ada", [new, old], own), "auditor": repo.keys_of(2, "auditor", [new, old]),
                   "writer": repo.keys_of(3, "laptop", [], self.laptop.private_bytes_raw())}
        slots = [repo.slot(PASSWORDS[role], bundle, 3 + i, 1 + i) for i, (role, bundle) in enumerate(bundles.items())]
        writers = [writer(repo.writer, "owner"), writer(self.lost, "lost phone", 2, 1), writer(self.laptop, "laptop")]
        repo.config(2, first, readers=[{"key": w.public_of(old), "status": 2}, {"key": w.public_of(new), "status": 1}],
                    slots=slots, writers=writers, tlvs=[[0x0042, b"of a later version"]])
        for role in ("auditor", "writer"):
            with open(os.path.join(self.folder, role + ".credential"), "wb") as file:
                file.write(repo.credential_of(bundles[role]))

    def commit(self, writer, time, entries, root=None, **more):
        """The session's snapshot, and what is expected of it."""
        key = writer.public_key().public_bytes_raw()
        sequence = self.sequences[key] = self.sequences.get(key, 0) + 1
        content, evidence = root or self.repo.stream(entries)
        value = {"writer": key, "sequence": sequence, "previous": self.hashes.get(key, bytes(32)), "time": time, "offset": 3600,
                 "host": "desk", "user": "ada", "program": "golden 1.0", "sources": [], "tags": [], "reason": None,
                 "root": content, "evidence": evidence, "statistics": trees.counted(entries), "unread": [], "dossiers": [],
                 "hold": None, "tlvs": []} | more
        self.pending_expectation = self.expect(value, entries)
        return lambda: self.sign(writer, key, value)

    def sign(self, writer, key, value):
        self.hashes[key] = self.repo.commit(writer, value)
        self.snapshots.append({"id": self.repo.session.hex()} | self.pending_expectation)

    def expect(self, value, entries):
        dossiers = [{name: item[name] for name in ("code", "outcome", "since", "cause")}
                    | {"path": trees.text(item["path"]), "evidence": item["evidence"].hex(), "size": item["tree"]["size"]}
                    for item in value["dossiers"]]
        return ({name: value[name] for name in ("sequence", "time", "offset", "host", "user", "program", "tags", "reason", "hold",
                                                "statistics")}
                | {"writer": value["writer"].hex(), "previous": value["previous"].hex(), "evidence": value["evidence"].hex(),
                   "sources": [trees.text(source) for source in value["sources"]], "dossiers": dossiers,
                   "unread": [[trees.text(path), cause] for path, cause in value["unread"]],
                   "tlvs": [[tag, data.hex()] for tag, data in value["tlvs"]],
                   "entries": [trees.expected(path, e) for path, e in trees.flat(entries)]})

    def first_session(self):
        repo = self.repo
        repo.begin()
        self.books = trees.first_books(repo)
        ada = [("home", 0), ("ada", 1000)]
        sign = self.commit(repo.writer, [1700000100, 0], trees.way(repo, ada, [trees.folder(repo, "books", self.books)]),
                           sources=[b"/home/ada/books"], tags=["daily"])
        repo.pack(f.DATA_PACK)
        self.tree_pack = repo.pack(f.TREE_PACK)
        self.first_listed, self.first_segment = list(repo.listed), repo.gathered()
        sign()

    def lost_phone(self):
        """A snapshot of nothing, by a writer that was revoked later."""
        self.repo.begin()
        self.commit(self.lost, [1700000050, 999999999], [], host="phone", offset=-86400)()

    def second_session(self):
        repo = self.repo
        repo.begin()
        books = trees.folder(repo, "books", trees.second_books(repo, self.books), mode=0o700)
        entries = (trees.way(repo, [("home", 0), ("ada", 1000)], [books])
                   + trees.way(repo, [("srv", 0)], [trees.file(repo, "ledger", b"paid\n" * 300, uid=0, gid=0)]))
        sign = self.commit(repo.writer, [1700000200, 1], entries, sources=[b"/home/ada/books", b"/srv/ledger"],
                           tags=["audit", "daily", "\u00e9t\u00e9"], reason="before the move", hold=["audit 2023", [1900000000, 0]],
                           unread=[[b"/home/ada/books/caf\xe9", "permission denied"], [b"/srv/gone", "vanished"]],
                           tlvs=[[0x0007, b"of a later version"]])
        repo.pack(f.DATA_PACK, codec=0)
        repo.pack(f.TREE_PACK)
        repo.gathered()
        sign()

    def third_session(self):
        """By another writer; its segment stands in for the first one, and one pack is in no segment."""
        repo = self.repo
        repo.begin()
        notes = [trees.file(repo, "today", trees.LINES[:2000], refs=repo.cut(f.DATA, trees.LINES[:2000])),
                 trees.file(repo, "old", trees.OLD, refs=[{"id": repo.chunk_id(f.DATA, trees.OLD), "length": len(trees.OLD)}])]
        entries = trees.way(repo, [("home", 0), ("bea", 1001)], [trees.folder(repo, "notes", notes)])
        tree, evidence = repo.stream(notes)
        ended = {"path": b"/srv/cases/7", "since": [1700000290, 0], "tree": tree, "evidence": evidence, "cause": ""}
        none = ended | {"path": b"/srv/cases/\xff", "tree": w.empty_content(), "evidence": bytes(32), "cause": "not there"}
        dossiers = [{"code": "2023-0007", "outcome": 1} | ended, {"code": "2023-0008", "outcome": 2} | ended,
                    {"code": "2023-0009", "outcome": 3} | ended | {"cause": "open elsewhere"},
                    {"code": "2023-0010", "outcome": 4} | none, {"code": "2023-0011", "outcome": 5} | none]
        sign = self.commit(self.laptop, [1700000300, 5], entries, host="laptop", user="bea", offset=86400,
                           sources=[b"/home/bea/notes"], tags=["laptop"], dossiers=dossiers)
        repo.pack(f.DATA_PACK)
        repo.pack(f.TREE_PACK, listed=False)
        repo.listed += self.first_listed
        repo.gathered([self.first_segment, w.entropy(32)], codec=0, tlvs=[[0x0003, b"of a later version"]])
        sign()

    def litter(self):
        """A session that was burned with its pack in a plan, and one that is still open."""
        repo, plan = self.repo, w.entropy(16)
        repo.begin()
        repo.add(f.DATA, b"never committed")
        packs = [repo.pack(f.DATA_PACK)]
        tombstone = {"time": [1700000400, 0], "plan": plan, "cause": "asleep since Tuesday", "tlvs": [[9, b"?"]]}
        repo.record(f.TOMBSTONE, "snapshots", repo.session, "tombstone", w.tombstone(tombstone))
        value = {"time": [1700000399, 0], "packs": sorted(packs), "tlvs": [[9, b"?"]]}
        repo.record(f.PLAN, "plans", plan, "plan", w.plan(value))
        repo.begin()
        repo.add(f.DATA, b"not committed yet")
        repo.pack(f.DATA_PACK)
        repo.gathered()
        value = {"host": "desk", "user": "ada", "program": "golden 1.0", "process": 4711, "time": [1700000500, 0], "tlvs": [[9, b"?"]]}
        repo.record(f.INTENT, "intents", repo.session, "intent", w.intent(value))

    def make(self):
        keys = self.keys()
        next(keys)
        self.lost_phone()
        self.first_session()
        next(keys, None)
        self.second_session()
        self.third_session()
        self.litter()
        with open(os.path.join(self.folder, "expected.json"), "w", encoding="utf-8") as file:
            file.write(self.told())

    def told(self):
        """The expectations, one entry a line."""
        line = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        parts = []
        for snapshot in self.snapshots:
            entries = ",\n".join("   " + line(e) for e in snapshot.pop("entries"))
            parts.append("  " + line(snapshot)[:-1] + ',"entries":[\n' + entries + "]}")
        return '{"passwords":' + line(PASSWORDS) + ',\n "snapshots":[\n' + ",\n".join(parts) + "]}\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    writing.seed(1)
    Maker(sys.argv[1]).make()
