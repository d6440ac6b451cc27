#!/usr/bin/env python3
"""Gives one life of dossiers, or one tree of small files, to liasse and to every peer on PATH, and writes what each step cost.

    run.py life    [--days 60] [--work DIR] [--out DIR]
    run.py sources [--files 57000] [--folders 5000] [--work DIR] [--out DIR]

Writes `<case>.md` and `<case>.json`, and for `life` the chart `growth.svg`. Every restore is compared with the source,
byte by byte (SHA-256 of each file, taken when the snapshot was made); a difference ends the run. Medians of --repeat.
Everything generated lies in a fresh folder below --work and is removed at the end.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import chart
import tools

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def generate(tree, *args):
    subprocess.run([sys.executable, HERE / "generate.py", tree, *map(str, args)], check=True)


def tree_digests(root):
    """Path -> SHA-256 of every file, and every folder."""
    found = {}
    for folder, _, files in os.walk(root):
        found[os.path.relpath(folder, root)] = "folder"
        for file in files:
            path = os.path.join(folder, file)
            with open(path, "rb") as handle:
                found[os.path.relpath(path, root)] = hashlib.file_digest(handle, "sha256").hexdigest()
    return found


def size_of(folder):
    return sum(os.lstat(os.path.join(at, file)).st_size for at, _, files in os.walk(folder) for file in files)


def measure(tool, command, cwd=None):
    """Runs one command of a tool; returns its cost and standard output. A failure ends the benchmark: no number without a result."""
    out, err = tool.home / "stdout", tool.home / "stderr"
    done = subprocess.run([sys.executable, "-I", "-S", HERE / "measure.py", cwd or tool.home, out, err, *command],
                          env={**os.environ, **tool.env}, capture_output=True, text=True, check=True)
    cost = json.loads(done.stdout)
    if cost["exit"] != 0:
        sys.exit(f"{tool.name}: {' '.join(map(str, command))}: exit {cost['exit']}\n{err.read_text()}{out.read_text()[-2000:]}")
    return cost, out.read_text(errors="replace")


def median(costs):
    return {key: statistics.median(c[key] for c in costs) for key in ("wall", "cpu")} | {"rss": max(c["rss"] for c in costs)}


class Bench:
    """One tree, all tools. Steps are kept in the order in which they were first measured."""

    def __init__(self, options):
        self.options = options
        self.work = Path(tempfile.mkdtemp(prefix="life-", dir=options.work))
        self.tree = self.work / "tree"
        self.steps, self.growth, self.digests, self.ids, self.made = {}, {}, {}, {}, 0
        self.tools = [self.make(kind) for kind in tools.ALL
                      if (not options.only or kind.name in options.only) and kind.find(options)]
        print("tools:", ", ".join(f"{t.name} {t.version()}" for t in self.tools), flush=True)

    def make(self, kind):
        self.made += 1
        return kind(self.work / f"{kind.name}-{self.made}", kind.find(self.options))

    def record(self, tool, step, costs):
        row = median(costs) | {"repository": size_of(tool.repo), "runs": len(costs)}
        self.steps.setdefault(step, {})[tool.name] = row
        print(f"{step:28} {tool.name:9} wall {row['wall']:7.2f}  cpu {row['cpu']:7.2f}  rss {row['rss'] / 2**20:6.0f} MiB"
              f"  repository {row['repository'] / 1e6:9.2f} MB", flush=True)

    def backup(self, tool, number):
        cost, out = measure(tool, tool.backup(self.tree, number))
        self.ids[tool.name, number] = tool.after_backup(out)
        return cost

    def first(self):
        """The first backup, each time into a fresh repository; the last one is kept."""
        self.digests[0], self.tree_bytes = tree_digests(self.tree), size_of(self.tree)
        for at, tool in enumerate(self.tools):
            costs = []
            for turn in range(self.options.repeat):
                if turn:
                    shutil.rmtree(tool.home)
                    self.tools[at] = tool = self.make(type(tool))
                for command in tool.setup():
                    measure(tool, command)
                costs.append(self.backup(tool, 0))
            self.record(tool, "first backup", costs)
            self.growth[tool.name] = [size_of(tool.repo)]

    def unchanged(self, times):
        for tool in self.tools:
            self.record(tool, "unchanged", [self.backup(tool, 10**6 + turn) for turn in range(times)])

    def restore(self, step, number):
        for tool in self.tools:
            costs = []
            for turn in range(self.options.repeat):
                # Kept to the end: for minutes after many files were removed, ext4 looks long for a free inode, and whoever makes files pays.
                target = self.work / f"{tool.name}-restored-{number}-{turn}"
                target.mkdir()
                costs.append(measure(tool, tool.restore(self.ids[tool.name, number], self.tree, target), cwd=target)[0])
                if tree_digests(tool.restored(target, self.tree)) != self.digests[number]:
                    sys.exit(f"{tool.name}: {step}: what came back is not what was saved")
            self.record(tool, step, costs)

    def repeat(self, step, command):
        for tool in self.tools:
            if command(tool):
                self.record(tool, step, [measure(tool, command(tool))[0] for _ in range(self.options.repeat)])

    def checks(self):
        self.repeat("list snapshots", lambda tool: tool.listing())
        self.repeat("check", lambda tool: tool.check())
        self.repeat("check, reading all", lambda tool: tool.check_all())


def life(bench):
    options, days = bench.options, {}
    generate(bench.tree, "init", "--seed", options.seed, "--dossiers", options.dossiers)
    bench.first()
    marks = {day for day in (10, 100) if day < options.days} | {options.days}
    for day in range(1, options.days + 1):
        generate(bench.tree, "day", day, "--seed", options.seed)
        if day in marks:
            bench.digests[day] = tree_digests(bench.tree)
        for at in range(len(bench.tools)):
            tool = bench.tools[(at + day) % len(bench.tools)]  # nobody is always the first to read what changed
            days.setdefault(tool.name, []).append(bench.backup(tool, day))
            bench.growth[tool.name].append(size_of(tool.repo))
        print(f"day {day:4}  growth MB ", "  ".join(f"{n} {(s[-1] - s[-2]) / 1e6:6.2f}" for n, s in bench.growth.items()), flush=True)
    for tool in bench.tools:
        bench.record(tool, "a day", days[tool.name])
    bench.unchanged(options.repeat)
    for day in sorted(marks, reverse=True):
        bench.restore("restore of the last" if day == options.days else f"restore of day {day}", day)
    bench.restore("restore of the first", 0)
    bench.checks()


def sources(bench):
    generate(bench.tree, "sources", "--seed", bench.options.seed, "--files", bench.options.files, "--folders", bench.options.folders)
    bench.first()
    bench.unchanged(max(5, bench.options.repeat))
    bench.restore("restore", 0)
    bench.checks()


# ---- what is written ----------------------------------------------------------------------------------------------

def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return {"cpu": model, "cores": os.cpu_count(), "system": f"{platform.system()} {platform.release()}",
            "load_at_start": os.getloadavg()[0], "date": datetime.date.today().isoformat()}


def daily(sizes):
    return [after - before for before, after in zip(sizes, sizes[1:])]


def growth_rows(bench):
    """Growth over windows of days: flat or not is what matters."""
    days = bench.options.days
    windows = [(1, min(10, days))] + [(a, b) for a, b in ((51, 60), (91, 100), (240, 249)) if b <= days]
    yield "mean growth a day, MB", lambda s: statistics.mean(daily(s)) / 1e6
    yield "median growth a day, MB", lambda s: statistics.median(daily(s)) / 1e6
    for a, b in windows:
        yield f"mean of days {a} to {b}, MB", lambda s, a=a, b=b: statistics.mean(daily(s)[a - 1:b]) / 1e6
    yield f"repository after {days} days, MB", lambda s: s[days] / 1e6


def ratio(values):
    """Liasse against the best peer: above 1 it costs more."""
    peers = [v for n, v in values.items() if n != "liasse"]
    return f"{values['liasse'] / min(peers):.2f}" if "liasse" in values and peers and min(peers) > 0 else ""


def markdown(bench, where):
    names = [tool.name for tool in bench.tools]
    case = bench.options.case
    tree = f"{len(bench.digests[0]):,} files and folders, {bench.tree_bytes / 1e6:,.0f} MB at first"
    lines = [f"Machine: {where['cpu']}, {where['cores']} cores, {where['system']}, {where['date']}, load {where['load_at_start']:.1f} at the start. Tree: {tree}.",
             "", "Versions: " + "; ".join(f"{t.name} {t.version()} ({t.level}{'; ' + t.note if t.note else ''})" for t in bench.tools) + ".", "",
             "Each cell: CPU s / wall s / peak MiB. The last column is liasse's CPU over the best peer's.", "",
             "| step | " + " | ".join(names) + " | ratio |", "|---|" + "---:|" * (len(names) + 1)]
    for step, rows in bench.steps.items():
        cells = [f"{rows[n]['cpu']:.2f} / {rows[n]['wall']:.2f} / {rows[n]['rss'] / 2**20:.0f}" if n in rows else "–" for n in names]
        lines.append(f"| {step} | " + " | ".join(cells) + f" | {ratio({n: r['cpu'] for n, r in rows.items()})} |")
    lines.append(f"| repository after the first, MB | " + " | ".join(f"{bench.growth[n][0] / 1e6:.1f}" for n in names)
                 + f" | {ratio({n: bench.growth[n][0] for n in names})} |")
    for label, value in growth_rows(bench) if case == "life" else ():
        values = {n: value(bench.growth[n]) for n in names}
        lines.append(f"| {label} | " + " | ".join(f"{values[n]:.2f}" for n in names) + f" | {ratio(values)} |")
    return "\n".join(lines) + "\n"


def write(bench, where):
    options = bench.options
    options.out.mkdir(parents=True, exist_ok=True)
    text = markdown(bench, where)
    (options.out / f"{options.case}.md").write_text(text)
    (options.out / f"{options.case}.json").write_text(json.dumps(
        {"machine": where, "tools": {t.name: {"version": t.version(), "level": t.level, "note": t.note} for t in bench.tools},
         "seed": options.seed, "steps": bench.steps, "repository_bytes_by_day": bench.growth}, indent=1) + "\n")
    if options.case == "life":
        title = f"Repository size: {options.dossiers} dossiers, {options.days} working days"
        (options.out / "growth.svg").write_text(chart.svg(bench.growth, title))
    print("\n" + text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=("life", "sources"))
    parser.add_argument("--liasse", type=Path, default=ROOT / "target/release/liasse")
    parser.add_argument("--only", nargs="*", help="names of the tools to measure")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--dossiers", type=int, default=20)
    parser.add_argument("--files", type=int, default=57_000)
    parser.add_argument("--folders", type=int, default=5_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--work", type=Path, help="where the trees and repositories lie while it runs; several GB")
    parser.add_argument("--out", type=Path, default=ROOT / "target/life")
    parser.add_argument("--chunk-size", help="average size of liasse's chunks in KiB, if not its default")
    parser.add_argument("--keep", action="store_true", help="keep the trees and repositories")
    return parser.parse_args()


def main():
    options, where = arguments(), machine()
    options.liasse = options.liasse.resolve()
    if options.chunk_size:
        tools.Liasse.init_options = ["--chunk-size", options.chunk_size]
    bench = Bench(options)
    try:
        (life if options.case == "life" else sources)(bench)
        write(bench, where)
    finally:
        if options.keep:
            print("kept", bench.work)
        else:
            shutil.rmtree(bench.work)


if __name__ == "__main__":
    main()
