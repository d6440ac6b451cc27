#!/usr/bin/env bash
# Holds a mount of ours against `restic mount`: a large file read from front to back, all files counted, the first byte, small reads here
# and there. Seconds of the clock, and of the processors for the program that mounts. Run it as root or as who may use FUSE.
#   benches/mount.sh LIASSE RESTIC [FILES] [MIB]
set -euo pipefail
liasse=$(realpath "$1") restic=$(realpath "$2") files=${3:-20000} mib=${4:-200}
work=$(mktemp -d)
trap 'umount -q -l "$work"/ours "$work"/theirs || true; rm -rf "$work"' EXIT
export HOME=$work/home LIASSE_PASSWORD=bench RESTIC_PASSWORD=bench RESTIC_REPOSITORY=$work/restic LIASSE_REPOSITORY=$work/liasse
mkdir -p "$work"/{home,src/many,ours,theirs}
python3 - "$work/src" "$files" "$mib" <<'P'
import os, random, sys
root, files, mib = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random.seed(1)
with open(f"{root}/large", "wb") as out:
    for _ in range(mib):
        out.write(random.randbytes(300_000) + b"%d;ledger;line\n" % random.randrange(10**9) * 48_000)
        out.truncate(out.tell() // 4096 * 4096)
for n in range(files):
    os.makedirs(f"{root}/many/{n // 500}", exist_ok=True)
    with open(f"{root}/many/{n // 500}/{n}", "w") as out:
        out.write(f"file {n}\n" * 20)
P
"$liasse" init -q >/dev/null && "$liasse" backup -q "$work/src"
"$restic" init -q && "$restic" backup -q "$work/src"
python3 - "$work" "$liasse" "$restic" <<'P'
import os, random, subprocess, sys, time
work, liasse, restic = sys.argv[1:]
tick = os.sysconf("SC_CLK_TCK")

def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / tick

def measure(name, command, place, below):
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    src = f"{place}/{below}{work}/src"
    while not os.path.ismount(place):
        time.sleep(0.01)
    rows = []
    def row(what, do):
        began, used = time.time(), cpu(child.pid)
        rows.append((what, do(), time.time() - began, cpu(child.pid) - used))
    def first():
        with open(f"{src}/large", "rb") as file:
            return len(file.read(1))
    def count():
        return sum(len(names) for _, _, names in os.walk(f"{src}/many"))
    def whole():
        with open(f"{src}/large", "rb", buffering=0) as file:
            return sum(iter(lambda: len(file.read(1 << 20)), 0))
    def small():
        random.seed(2)
        size = os.path.getsize(f"{src}/large")
        with open(f"{src}/large", "rb", buffering=0) as file:
            for _ in range(2000):
                file.seek(random.randrange(size - 4096))
                file.read(4096)
        return 2000
    row("first byte", first)
    row("count files", count)
    row("count files again", count)
    row("read all", whole)
    row("2000 small reads, warm", small)
    with open("/proc/sys/vm/drop_caches", "w") as drop:
        drop.write("1\n")
    row("2000 small reads, cold", small)
    peak = next(line.split()[1] for line in open(f"/proc/{child.pid}/status") if line.startswith("VmHWM"))
    for what, result, clock, used in rows:
        print(f"{name:8}{what:24}{result:12}{clock:10.3f} s{used:10.2f} s CPU", flush=True)
    print(f"{name:8}{'peak memory':24}{int(peak) >> 10:12} MiB", flush=True)
    subprocess.run(["umount", place], check=True)
    child.wait()

measure("liasse", [liasse, "mount", f"{work}/ours"], f"{work}/ours", "latest")
measure("restic", [restic, "mount", f"{work}/theirs"], f"{work}/theirs", "snapshots/latest")
began = time.time()
subprocess.run([liasse, "restore", "latest", "--target", f"{work}/out", "-q"], check=True)
print(f"{'liasse':8}{'plain restore of all':36}{time.time() - began:10.3f} s")
P
