#!/usr/bin/env bash
# Holds a mount of ours against `restic mount`, a plain restore and a plain copy: large files read from front to back, all files counted, the
# first byte, small reads here and there. Seconds of the clock, and of the processors for the program that mounts; medians of rounds in
# which every program has its turn. Run it as root: it drops what the kernel keeps.
#   benches/mount.sh LIASSE RESTIC [FILES] [MIB] [ROUNDS]
set -euo pipefail
liasse=$(realpath "$1") restic=$(realpath "$2") files=${3:-20000} mib=${4:-200} rounds=${5:-3}
work=$(mktemp -d)
trap 'umount -q -l "$work"/ours "$work"/theirs || true; rm -rf "$work"' EXIT
export HOME=$work/home LIASSE_PASSWORD=bench RESTIC_PASSWORD=bench RESTIC_REPOSITORY=$work/restic LIASSE_REPOSITORY=$work/liasse
mkdir -p "$work"/{home,src/large,src/many,ours,theirs}
python3 - "$work/src" "$files" "$mib" <<'P'
import os, random, sys
root, files, mib = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random.seed(1)
names = [f"{random.choice(['rent', 'tax', 'wages', 'goods', 'bank'])} {random.randrange(10**5)}" for _ in range(3000)]
with open(f"{root}/large/ledger", "w") as ledger:
    row = 0
    while ledger.tell() < mib << 20:
        lines = []
        for row in range(row, row + 20_000):
            number = random.getrandbits(60)
            lines.append(f"{row};2024-{1 + row // 9000 % 12:02};{names[number % 3000]};{number % 99991 / 100};{number % 977}\n")
        ledger.write("".join(lines))
    ledger.truncate(mib << 20)
with open(f"{root}/large/noise", "wb") as noise:
    for _ in range(mib):
        noise.write(random.randbytes(1 << 20))
for n in range(files):
    os.makedirs(f"{root}/many/{n // 500}", exist_ok=True)
    with open(f"{root}/many/{n // 500}/{n}", "w") as out:
        out.write(f"file {n}\n" * 20)
P
"$liasse" init -q >/dev/null && "$liasse" backup -q "$work/src"
"$restic" init -q && "$restic" backup -q "$work/src"
python3 - "$work" "$liasse" "$restic" "$rounds" <<'P'
import os, random, shutil, statistics, subprocess, sys, time
work, liasse, restic, rounds = sys.argv[1:]
tick, found = os.sysconf("SC_CLK_TCK"), {}
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / tick

def note(who, what, clock, used=0.0):
    found.setdefault(what, {}).setdefault(who, []).append((clock, used))

def measure(who, command, place, below):
    began = time.time()
    child = subprocess.Popen(command, **quiet)
    src = f"{place}/{below}{work}/src"
    while not os.path.ismount(place):
        time.sleep(0.002)
    note(who, "until mounted", time.time() - began)
    def row(what, do):
        began, used = time.time(), cpu(child.pid)
        do()
        note(who, what, time.time() - began, cpu(child.pid) - used)
    def first():
        with open(f"{src}/large/ledger", "rb", buffering=0) as file:
            assert len(file.read(1)) == 1
    def count():
        subprocess.run(f"find {src}/many -type f | wc -l", shell=True, check=True, **quiet)
    def whole(name):
        with open(f"{src}/large/{name}", "rb", buffering=0) as file:
            room = bytearray(1 << 20)
            assert sum(iter(lambda: file.readinto(room), 0)) == os.path.getsize(f"{work}/src/large/{name}")
    def forget(name):
        with open(f"{src}/large/{name}", "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    def small(name, times):
        random.seed(2)
        size = os.path.getsize(f"{src}/large/{name}")
        with open(f"{src}/large/{name}", "rb", buffering=0) as file:
            for _ in range(times):
                file.seek(random.randrange(size - 4096))
                file.read(4096)
    row("first byte", first)
    row("find, first time", count)
    row("find, again", count)
    row("read all of the ledger", lambda: whole("ledger"))
    row("1,000 small reads, kernel has them", lambda: small("ledger", 1000))
    forget("ledger")
    row("1,000 small reads, kernel has none", lambda: small("ledger", 1000))
    row("read all of the noise", lambda: whole("noise"))
    peak = next(line.split()[1] for line in open(f"/proc/{child.pid}/status") if line.startswith("VmHWM"))
    found.setdefault("peak memory, MiB", {}).setdefault(who, []).append((int(peak) / 1024, 0.0))
    subprocess.run(["umount", place], check=True)
    child.wait()

def timed(who, what, do):
    before, began = os.times(), time.time()
    do()
    after = os.times()
    note(who, what, time.time() - began, sum(after[:4]) - sum(before[:4]))

def restore(name):
    command = [liasse, "restore", f"latest:{work}/src/large", "--include", name, "--target", f"{work}/out", "-q"]
    timed("restore", f"read all of the {name}", lambda: subprocess.run(command, check=True))
    assert os.path.getsize(f"{work}/out/{name}") == os.path.getsize(f"{work}/src/large/{name}")
    shutil.rmtree(f"{work}/out")
    timed("copy", f"read all of the {name}", lambda: shutil.copy(f"{work}/src/large/{name}", f"{work}/out"))
    os.remove(f"{work}/out")

for _ in range(int(rounds)):
    measure("liasse", [liasse, "mount", f"{work}/ours"], f"{work}/ours", "latest")
    measure("restic", [restic, "mount", f"{work}/theirs"], f"{work}/theirs", "snapshots/latest")
    restore("ledger")
    restore("noise")
print("| | liasse: s | CPU s | restic: s | CPU s | liasse / restic | restore: s | CPU s | restore / liasse | copy: s |\n" + "|---|" + "---:|" * 9)
for what, rows in found.items():
    middle = {who: [statistics.median(column) for column in zip(*row)] for who, row in rows.items()}
    ours, theirs = middle["liasse"], middle["restic"]
    cells = [f"{ours[0]:.3f}", f"{ours[1]:.2f}", f"{theirs[0]:.3f}", f"{theirs[1]:.2f}", f"{ours[0] / theirs[0]:.2f}"]
    if "restore" in middle:
        plain = middle["restore"]
        cells += [f"{plain[0]:.3f}", f"{plain[1]:.2f}", f"{plain[0] / ours[0]:.2f}", f"{middle['copy'][0]:.3f}"]
    print(f"| {what} | " + " | ".join(cells + [""] * (9 - len(cells))) + " |")
print("load", *os.getloadavg())
P
