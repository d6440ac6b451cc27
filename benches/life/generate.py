#!/usr/bin/env python3
"""Dossiers that live: the tree that the life benchmark backs up.

    generate.py DIR init    [--seed S] [--dossiers N]   the first state
    generate.py DIR day N   [--seed S]                  one working day in place, on top of day N-1
    generate.py DIR sources [--seed S] [--files F] [--folders D]   a tree of many small files

Everything follows from the seed (and the version of SQLite): two runs make the same bytes. A dossier is what accounting
programs leave on a disk: a ledger (SQLite, changed in place), a table of clients (dBase, fixed records), a technical
journal that only grows, signed archives that never change, scans that do not compress, an index that is rebuilt.

Never make the tree kinder than the trade: rows carry text, updates are scattered over all years, pages split.
"""

import argparse
import datetime
import hashlib
import itertools
import random
import sqlite3
import struct
from pathlib import Path

WORKING_DAYS = 250
TOUCHED_A_DAY = 5
SMALLEST_MIB, LARGEST_MIB, SKEW = 2, 60, 2.5  # 20 dossiers: 11 MB on average

SYLLABLES = "ba bel bou cha cor dan del du fa for gar ger jo la le lan ma mar mi mon nar no per pel ra ro sa ser ta ter vi val".split()
TRADES = "MENUISERIE BOULANGERIE GARAGE PLOMBERIE TRANSPORTS PHARMACIE COIFFURE BIJOUTERIE RESTAURANT CONSEIL NEGOCE ELECTRICITE".split()
WORDS = "Facture Avoir Reglement Virement Cheque Loyer Salaires Acompte Remise Frais Cotisation Honoraires Assurance Fournitures Carburant".split()


def rng_for(*parts):
    """A generator of its own for each thing, so that changing one leaves the others alone."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return random.Random(int.from_bytes(digest[:16], "little"))


def name(rng):
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4))).upper()


def date_of(day):
    return datetime.date(2025, 1, 2) + datetime.timedelta(days=day * 365 // WORKING_DAYS)


# ---- ledger -------------------------------------------------------------------------------------------------------

SCHEMA = """
CREATE TABLE accounts(number TEXT PRIMARY KEY, name TEXT, kind TEXT) WITHOUT ROWID;
CREATE TABLE entries(id INTEGER PRIMARY KEY, journal TEXT, day TEXT, piece TEXT, account TEXT, label TEXT,
                     debit INTEGER, credit INTEGER, lettering TEXT, due TEXT, user TEXT, stamp TEXT);
CREATE INDEX entries_account ON entries(account, day);
CREATE INDEX entries_piece ON entries(journal, piece);
"""


class Ledger:
    """One SQLite file. Pieces of three rows: a partner, an account of result, value added tax."""

    def __init__(self, path, rng):
        self.rng = rng
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.execute("PRAGMA cache_size=-65536")

    def create(self, size_bytes):
        self.db.execute("PRAGMA page_size=4096")
        self.db.execute("PRAGMA journal_mode=OFF")
        self.db.executescript(SCHEMA)
        partners = [(f"{kind}{n:05}", f"{name(self.rng)} {self.rng.choice(TRADES)}", kind)
                    for kind in ("411", "401") for n in range(150)]
        others = [(f"{n}000", name(self.rng).title(), "7") for n in range(601, 641)]
        taxes = [(f"4457{n}", f"TVA {n}", "4") for n in range(3)]
        self.db.executemany("INSERT INTO accounts VALUES(?,?,?)", partners + others + taxes)
        self.read_accounts()
        number = 0
        while self.size() < size_bytes:
            day = -(size_bytes - self.size()) * 6 * WORKING_DAYS // size_bytes  # six years lie behind
            self.insert(1500, day, number)
            number += 500
        self.db.execute("PRAGMA journal_mode=DELETE")

    def size(self):
        return self.db.execute("PRAGMA page_count").fetchone()[0] * 4096

    def read_accounts(self):
        rows = self.db.execute("SELECT number, name, kind FROM accounts ORDER BY number").fetchall()
        self.partners = [r for r in rows if r[2] in ("411", "401")]
        self.others = [r for r in rows if r[2] == "7"]
        self.taxes = [r for r in rows if r[2] == "4"]

    def insert(self, count, day, first_piece):
        rng, rows, date = self.rng, [], date_of(day).isoformat()
        for piece in range(first_piece, first_piece + (count + 2) // 3):
            partner = self.partners[int(rng.random() * len(self.partners))]
            other, tax = self.others[int(rng.random() ** 2 * len(self.others))], self.taxes[int(rng.random() * 3)]
            net = int(rng.lognormvariate(9.5, 1.4))
            vat, reference = net // 5, f"{date[2:4]}{piece:07}"
            label = f"{WORDS[int(rng.random() * len(WORDS))]} {reference} {partner[1]}"
            stamp = f"{date}T{8 + int(rng.random() * 10):02}:{int(rng.random() * 60):02}:{int(rng.random() * 60):02}"
            due = date_of(day + 20).isoformat()
            letters = "" if rng.random() < 0.3 or day >= 0 else "".join(rng.choices("ABCDEFGHIJ", k=3))
            user, journal = f"USR{int(rng.random() * 6)}", "VTE" if partner[2] == "411" else "ACH"
            for account, debit, credit in ((partner[0], net + vat, 0), (other[0], 0, net), (tax[0], 0, vat)):
                rows.append((journal, date, reference, account, label, debit, credit, letters, due, user, stamp))
        self.db.execute("BEGIN")
        self.db.executemany("INSERT INTO entries(journal,day,piece,account,label,debit,credit,lettering,due,user,stamp)"
                            " VALUES(?,?,?,?,?,?,?,?,?,?,?)", rows[:count])
        self.db.execute("COMMIT")

    def work(self, day):
        """About 50 rows typed, about 30 old rows corrected or lettered, wherever they lie."""
        self.read_accounts()
        last = self.db.execute("SELECT max(id) FROM entries").fetchone()[0]
        self.insert(self.rng.randint(40, 60), day, last)
        self.db.execute("BEGIN")
        for _ in range(self.rng.randint(24, 36)):
            row, stamp = self.rng.randint(1, last), date_of(day).isoformat() + "T17:30:00"
            if self.rng.random() < 0.7:
                letters = "".join(self.rng.choices("KLMNOPQ", k=3))
                self.db.execute("UPDATE entries SET lettering=?, stamp=? WHERE id=?", (letters, stamp, row))
            else:
                self.db.execute("UPDATE entries SET debit=debit+?, label=label||' rect.', stamp=? WHERE id=?",
                                (self.rng.randint(1, 9999), stamp, row))
        self.db.execute("COMMIT")

    def vacuum(self):
        self.db.execute("VACUUM")


# ---- the other files of a dossier ---------------------------------------------------------------------------------

FIELDS = (("CODE", "C", 8), ("NAME", "C", 60), ("STREET", "C", 60), ("TOWN", "C", 40), ("BALANCE", "N", 14), ("CHANGED", "D", 8), ("NOTE", "C", 65))
RECORD = 1 + sum(width for _, _, width in FIELDS)  # 256, the deletion mark included
HEADER = 32 + 32 * len(FIELDS) + 1


def dbf_header(records, day):
    date = date_of(day)
    head = struct.pack("<BBBBIHH20x", 3, date.year - 1900, date.month, date.day, records, HEADER, RECORD)
    for field, kind, width in FIELDS:
        head += struct.pack("<11sc4xBB14x", field.encode(), kind.encode(), width, 2 if kind == "N" else 0)
    return head + b"\r"


def dbf_record(rng, number, day):
    values = (f"C{number:06}", f"{name(rng)} {rng.choice(TRADES)}", f"{rng.randint(1, 200)} rue {name(rng).title()}",
              f"{rng.randint(10000, 95999)} {name(rng)}", f"{rng.randint(-10**6, 10**7) / 100:14.2f}",
              date_of(day).strftime("%Y%m%d"), rng.choice(WORDS))
    return b" " + b"".join(v.encode().ljust(w)[:w] for v, (_, _, w) in zip(values, FIELDS))


def dbf_create(path, rng):
    records = rng.randint(1000, 6000)
    with open(path, "wb") as file:
        file.write(dbf_header(records, 0))
        for number in range(records):
            file.write(dbf_record(rng, number, -rng.randint(1, 1500)))
        file.write(b"\x1a")


def dbf_work(path, rng, day):
    """About 20 balances change in place; a new client every third day."""
    with open(path, "r+b") as file:
        records = struct.unpack("<4xI", file.read(8))[0]
        balance = HEADER + 1 + sum(w for _, _, w in FIELDS[:4])
        for _ in range(rng.randint(14, 26)):
            file.seek(rng.randrange(records) * RECORD + balance)
            file.write(f"{rng.randint(-10**6, 10**7) / 100:14.2f}".encode() + date_of(day).strftime("%Y%m%d").encode())
        if day % 3 == 0:
            file.seek(HEADER + records * RECORD)
            file.write(dbf_record(rng, records, day) + b"\x1a")
            records += 1
        file.seek(0)
        file.write(dbf_header(records, day))


def index_rebuild(dbf, path, day):
    """Sorted keys with record numbers, written again from nothing, as the trade's programs do."""
    data = dbf.read_bytes()
    at = 1 + sum(w for _, _, w in FIELDS[:4])
    keys = []
    for number in range(struct.unpack_from("<I", data, 4)[0]):
        record = data[HEADER + number * RECORD:][:RECORD]
        keys.append((record[9:41], record[at:at + 14], number))
    keys.sort()
    path.write_bytes(struct.pack("<4sII", b"CIDX", day, len(keys)) + b"".join(n + b + struct.pack("<I", i) for n, b, i in keys))


def journal_append(path, rng, lines, day):
    with open(path, "a", encoding="ascii") as file:
        for _ in range(lines):
            file.write(f"{date_of(day)} {rng.randint(8, 18):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02} USR{rng.randint(0, 5)} "
                       f"{rng.choice(('OPEN', 'SAVE', 'PRINT', 'LETTER', 'CLOSE'))} piece={rng.randint(1, 10**7)} "
                       f"sum={rng.getrandbits(64):016x}\n")


def archive_create(path, rng, year):
    lines = [f"<entry n='{n}' day='{year}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}' amount='{rng.randint(1, 10**6)}' "
             f"label='{rng.choice(WORDS)} {name(rng)}'/>\n" for n in range(rng.randint(1500, 6000))]
    text = f"<archive year='{year}'>\n{''.join(lines)}</archive>\n".encode()
    path.write_bytes(text)
    path.with_suffix(".sig").write_bytes(hashlib.sha512(text).digest() + rng.randbytes(64))


def scan_create(path, rng):
    path.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x00\x00" + rng.randbytes(rng.randint(20_000, 80_000)) + b"\xff\xd9")


# ---- the life -----------------------------------------------------------------------------------------------------

def dossiers(root):
    return sorted(p for p in root.iterdir() if p.is_dir())


def init(root, seed, count):
    for number in range(count):
        rng = rng_for(seed, "init", number)
        home = root / f"D{1000 + number}"
        for folder in ("archives", "scans", "index"):
            (home / folder).mkdir(parents=True)
        place = number / max(1, count - 1)
        mib = SMALLEST_MIB * (LARGEST_MIB / SMALLEST_MIB) ** (place ** SKEW)
        Ledger(home / "ledger.db", rng).create(int(mib * 2**20))
        dbf_create(home / "CLIENTS.DBF", rng)
        index_rebuild(home / "CLIENTS.DBF", home / "index" / "clients.idx", 0)
        journal_append(home / "journal.log", rng, rng.randint(1000, 8000), 0)
        for year in range(2022, 2025):
            archive_create(home / "archives" / f"{year}.xml", rng, year)
        for scan in range(8):
            scan_create(home / "scans" / f"2024-{scan:04}.jpg", rng)


def work(root, seed, day):
    homes = dossiers(root)
    for home in sorted(rng_for(seed, "day", day).sample(homes, min(TOUCHED_A_DAY, len(homes)))):
        rng = rng_for(seed, "day", day, home.name)
        Ledger(home / "ledger.db", rng).work(day)
        dbf_work(home / "CLIENTS.DBF", rng, day)
        index_rebuild(home / "CLIENTS.DBF", home / "index" / "clients.idx", day)
        journal_append(home / "journal.log", rng, rng.randint(60, 200), day)
        for scan in range(rng.choice((0, 0, 1, 1, 2, 3, 3))):
            scan_create(home / "scans" / f"{date_of(day)}-{day:04}{scan}.jpg", rng)
    if day % WORKING_DAYS == 0:
        close_year(root, seed, day)


def close_year(root, seed, day):
    for home in dossiers(root):
        rng = rng_for(seed, "close", day, home.name)
        Ledger(home / "ledger.db", rng).vacuum()
        year = date_of(day - 1).year
        archive_create(home / "archives" / f"{year}.xml", rng, year)


def sources(root, seed, files, folders):
    """Small text files in a tree of folders, words drawn as in a language: few are frequent, most are rare."""
    rng = rng_for(seed, "sources")
    words = ["".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 4))) for _ in range(20_000)]
    words = "if ( ) { } ; return = == -> & * , 0 1 let fn pub for in".split() + words
    weights = [1 / (rank + 3) for rank in range(len(words))]
    sums = list(itertools.accumulate(weights))
    homes = [root]
    while len(homes) < folders:
        parent = homes[int(rng.random() * min(len(homes), 600))]
        homes.append(parent / f"{rng.choice(words[30:])}_{len(homes)}")
    for home in homes:
        home.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        tokens = rng.choices(words, cum_weights=sums, k=max(20, min(20_000, int(rng.lognormvariate(6.2, 1.0)))))
        lines = [" ".join(tokens[at:at + 9]) for at in range(0, len(tokens), 9)]
        (homes[number % folders] / f"{tokens[-1].strip('(){};=-&*,>') or 'x'}_{number}.src").write_text("\n    ".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("what", choices=("init", "day", "sources"))
    parser.add_argument("day", type=int, nargs="?")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--dossiers", type=int, default=20)
    parser.add_argument("--files", type=int, default=57_000)
    parser.add_argument("--folders", type=int, default=5_000)
    options = parser.parse_args()
    if (options.what == "day") != (options.day is not None) or options.day == 0:
        parser.error("`day` needs a number from 1 on")
    options.dir.mkdir(parents=True, exist_ok=True)
    if options.what != "day" and any(options.dir.iterdir()):
        parser.error(f"{options.dir} is not empty")
    if options.what == "init":
        init(options.dir, options.seed, options.dossiers)
    elif options.what == "sources":
        sources(options.dir, options.seed, options.files, options.folders)
    else:
        work(options.dir, options.seed, options.day)


if __name__ == "__main__":
    main()
