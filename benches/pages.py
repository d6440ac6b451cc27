#!/usr/bin/env python3
"""How fast `liasse serve` shows many dossiers: how long pages take to be served, and how a real Chromium scrolls the list.

    benches/pages.py LIASSE [--dossiers 5000] [--times 5] [--chromium /usr/bin/chromium]

Needs node, npm and chromium (Debian has all three); npm installs playwright-core as tests/browser names it.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
BROWSER = HERE.parent / "tests" / "browser"


def served(address, times):
    """Milliseconds until all of a page is there, and its bytes."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        size = len(urllib.request.urlopen(address).read())
        took.append((time.perf_counter() - begin) * 1000)
    return took[0], statistics.median(took[1:] or took), size


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("liasse", type=Path)
    parser.add_argument("--dossiers", type=int, default=5000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        for number in range(options.dossiers):
            folder = work / "books" / f"D{number:05} Société Exemple {number}"
            folder.mkdir(parents=True)
            (folder / "ledger.txt").write_text(f"{number}\n")
        settings = work / "config.toml"
        settings.write_text(f"[[rule]]\nname = 'firm'\nroot = '{work / 'books'}'\n")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": place,
            "LIASSE_PASSWORD": "bench",
            "LIASSE_REPOSITORY": str(work / "repository"),
        }
        liasse = options.liasse.resolve()
        subprocess.run([liasse, "init", "-q"], env=environment, check=True, stdout=subprocess.DEVNULL)
        for _ in range(2):
            subprocess.run([liasse, "run", "-q", "--config", settings], env=environment, check=True, stdout=subprocess.DEVNULL)
        for name in ["package.json", "package-lock.json"]:
            (work / name).write_bytes((BROWSER / name).read_bytes())
        subprocess.run(["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work, check=True)
        server = subprocess.Popen([liasse, "serve", "--json", "--listen", "127.0.0.1:0"], env=environment, stdout=subprocess.PIPE, text=True)
        try:
            address = json.loads(server.stdout.readline())["address"]
            print("| page | first, ms | median, ms | kB |\n|---|---:|---:|---:|")
            for page in ["", "browse/dossiers", "browse/dossiers?q=4999", "browse/latest", "compare/latest"]:
                first, median, size = served(address + page, options.times)
                print(f"| /{page} | {first:.1f} | {median:.1f} | {size / 1000:.0f} |", flush=True)
            command = ["node", HERE / "pages.mjs", work, options.chromium, address + "browse/dossiers", str(options.times)]
            print(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout, end="")
        finally:
            server.terminate()
            server.wait()


main()
