#!/usr/bin/env python3
"""Writes the first corpus of every target, from the vectors where they fit. Files that fuzzing has added stay."""
import glob
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = {"header": "object", "slot-body": "slot", "compressed": "packed", "parity-head": "parity_head",
           "parity-sector": "parity_sector"}
SAME = "object config bundle directory footer segment content list entry tree snapshot intent plan tombstone block parity".split()
MOST = {"parity": 20000}  # bytes: what is larger than this, or 1,500, makes fuzzing slow and reaches nothing more
CODECS = ("codec_raw", "codec_zstd")  # by their numbers: a compressed list without its codec is a block of that codec
# Targets whose inputs are not of the format: what each byte means stands at their bodies. In hexadecimal.
ORDINARY = bytes(range(16)).hex()
MADE = {
    "compress": {
        "text": "0a 06 03 00" + b"a little text, and the same once more".hex() * 3,
        "noise": "0a 00 00 10",
        "mixed": "1a 01 40 04" + ORDINARY,
        "blocks": "0a 01 09 00" + ORDINARY + "00 00 08 01 00 00" + "07" * 16,
        "empty": "07 00 00 00",
    },
    "cuts": {
        "bytes": "00 00 00 01 01 00 09 ff 03 00 00 14 0c" + bytes(range(256)).hex() * 2,
        "zeros": "02 09 09 00 00 07 00 01 01 01 01 01 03" + "00" * 90,
        "short": "01 28 c8 07 01 01 01 01 01 01 01 01 00 01 02 03",
        "empty": "00" * 13,
    },
    # An object, what is done to it, and how.
    "hostile": {
        "sound": "",
        "lost": "06 00",
        "swapped": "02 01 03",
        "copied": "04 02 00 05",
        "garbage": "01 03 01 05 01 10" + ORDINARY + "03",
        "bit": "03 04 00 60 01",
        "cut": "07 04 03 01 10",
        "reframed": "05 05 01 01 20 04 01",
        # Noticed only because chunks are verified by their names.
        "forged-offset": "07 06 01 01 42 01 01",
        "footer": "04 06 00 02 09 07 01",
        **{f"forged-{n}": bytes([n, 6, 1, 2, 0, n * 9, n % 8, 1]).hex() for n in range(16)},
    },
    "unlock": {
        "sound": "",
        "other": "02",
        "lost": "03 00",
        "bit": "04 04 00 01 20 01",
        "copied": "03 02 00 05",
        "garbage": "01 03 00 01 01 30" + ORDINARY * 3 + "03",
        "swapped": "03 01 04 00",
        "reframed": "03 05 02 00 32 07 01",
        "forged": "01 06 01 02 10 03 01",
    },
    "sequence": {
        "quiet": "01 01 06 00 01 01 01 07 00 40 06 01 01 02 09 00 50",
        "cut": "01 01 06 00 03 03 02 20 03 01 30 00 07 02 04",
        "faults": "00 00 00 01 20 07 01 09 01 05 01 03 02 99 04 00 04 10 02 02 09 02 07",
        "writers": "01 00 01 0f 00 00 00 01 02 03 04 05 06 07",
        "keys": "01 01 02 0f 00 00 00 03 00 04 03 10 00 05 06",
        "clock": "01 01 05 1e 00 06 02 05 ff 01 06 03",
    },
}
DULL = ("cut-at", "byte-too-many")  # a fuzzer has these at once


def prefix(kind, params):
    """What a target's input has before the vector's."""
    if kind == "tree":
        return b"\x06"
    if kind == "block":
        return b"".join(params[name].to_bytes(size, "little") for name, size in (("ordinal", 4), ("codec", 2), ("raw", 4)))
    return b""


def write(target, name, data):
    os.makedirs(os.path.join(HERE, "corpus", target), exist_ok=True)
    with open(os.path.join(HERE, "corpus", target, name), "wb") as file:
        file.write(data)


for path in sorted(glob.glob(os.path.join(HERE, "../spec/vectors/*.json"))):
    with open(path, encoding="utf-8") as file:
        vector = json.load(file)
    kind, name = vector["type"], os.path.basename(path)[:-len(".json")]
    target = TARGETS.get(kind, kind if kind in SAME else None)
    data = prefix(kind, vector["params"]) + bytes.fromhex(vector["hex"])
    if kind == "compressed" and len(data) > 2 and data[0] < len(CODECS) and data[1] == 0 and len(data) <= 1500:
        write(CODECS[data[0]], name, data[2:])
    if kind == "list":
        data = data[:108]  # a whole list is long; a target takes any part of one
    if target is None or len(data) > MOST.get(target, 1500) or any(word in name for word in DULL):
        continue
    for folder in [target] + ["canary"] * (name == "tombstone-plain.ok"):
        write(folder, name, data)
for target, inputs in MADE.items():
    for name, data in inputs.items():
        write(target, name, bytes.fromhex(data))
