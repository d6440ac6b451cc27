#!/usr/bin/env python3
"""Holds `liasse run` over many dossiers against a plain `liasse backup` of the same folder.

    benches/dossiers.py LIASSE [--dossiers 5000] [--files 20] [--changed 25] [--nights 5]

Every night so many dossiers change; run and backup go in turn, each into a repository of its own and with a cache of its own, the one
that begins changing from night to night. Prints each night, and the medians with their ratio. Needs nothing but Python.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MEASURE = Path(__file__).parent / "life" / "measure.py"


class Side:
    """One of the two: a home, a repository, a command."""

    def __init__(self, work, liasse, name, command):
        self.name, self.liasse, self.command = name, liasse, command
        self.home = work / name
        self.home.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LIASSE_PASSWORD": "bench",
            "LIASSE_REPOSITORY": str(self.home / "repository"),
        }
        subprocess.run([liasse, "init", "-q"], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def go(self):
        command = [sys.executable, "-I", "-S", MEASURE, "/", self.home / "out", self.home / "err", self.liasse, *self.command]
        told = json.loads(subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True).stdout)
        if told["exit"] != 0:
            sys.exit(f"{self.name} ended with {told['exit']}: {(self.home / 'err').read_text()}{(self.home / 'out').read_text()}")
        return told

    def size(self):
        return sum(file.stat().st_size for file in (self.home / "repository").rglob("*") if file.is_file())


def make(books, dossiers, files, chance):
    for number in range(dossiers):
        folder = books / f"D{number:05}"
        folder.mkdir()
        for file in range(files):
            (folder / f"{file:02}.dat").write_bytes(chance.randbytes(chance.randrange(500, 6000)))


def work_in(books, dossiers, changed, chance):
    for number in chance.sample(range(dossiers), changed):
        (books / f"D{number:05}" / "00.dat").write_bytes(chance.randbytes(4000))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("liasse", type=Path)
    for name, default in [("dossiers", 5000), ("files", 20), ("changed", 25), ("nights", 5)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        books = work / "books"
        books.mkdir()
        make(books, options.dossiers, options.files, chance)
        settings = work / "config.toml"
        settings.write_text(f"[[rule]]\nname = 'firm'\nroot = '{books}'\n")
        liasse = options.liasse.resolve()
        sides = [
            Side(work, liasse, "run", ["run", "-q", "--config", settings]),
            Side(work, liasse, "backup", ["backup", "-q", books]),
        ]
        print("| night | command | CPU s | wall s | peak MiB | repository MB |\n|---|---|---:|---:|---:|---:|", flush=True)
        told = {}
        kinds = ["first"] + ["changed"] * options.nights + ["unchanged"] * options.nights
        for night, kind in enumerate(kinds):
            if kind == "changed":
                work_in(books, options.dossiers, options.changed, chance)
            # What was written just now is read again by both, because its time could still be that of another change.
            time.sleep(1)
            for side in sides if night % 2 else reversed(sides):
                cost = side.go()
                told.setdefault((kind, side.name), []).append(cost)
                numbers = f"{cost['cpu']:.2f} | {cost['wall']:.2f} | {cost['rss'] >> 20} | {side.size() / 1e6:.1f}"
                print(f"| {kind} | {side.name} | {numbers} |", flush=True)
        for kind in dict.fromkeys(kinds):
            run, backup = (statistics.median(cost["cpu"] for cost in told[kind, side.name]) for side in sides)
            wall = statistics.median(cost["wall"] for cost in told[kind, "run"])
            print(f"{kind}: run {run:.2f} CPU s and {wall:.2f} s, backup {backup:.2f} CPU s, ratio {run / backup:.2f}")


main()
