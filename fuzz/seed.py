#!/usr/bin/env python3
"""Writes the first corpus of every target from the vectors. Files that fuzzing has added stay."""
import glob
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = {"header": "object", "slot-body": "slot", "compressed": "packed", "parity-head": "parity_head",
           "parity-sector": "parity_sector"}
SAME = "object config bundle directory footer segment content list entry tree snapshot intent plan tombstone block parity".split()
MOST = {"parity": 20000}  # bytes: what is larger than this, or 1,500, makes fuzzing slow and reaches nothing more
DULL = ("cut-at", "byte-too-many")  # a fuzzer has these at once


def prefix(kind, params):
    """What a target's input has before the vector's."""
    if kind == "tree":
        return b"\x06"
    if kind == "block":
        return b"".join(params[name].to_bytes(size, "little") for name, size in (("ordinal", 4), ("codec", 2), ("raw", 4)))
    return b""


for path in sorted(glob.glob(os.path.join(HERE, "../spec/vectors/*.json"))):
    with open(path, encoding="utf-8") as file:
        vector = json.load(file)
    kind, name = vector["type"], os.path.basename(path)[:-len(".json")]
    target = TARGETS.get(kind, kind if kind in SAME else None)
    data = prefix(kind, vector["params"]) + bytes.fromhex(vector["hex"])
    if kind == "list":
        data = data[:108]  # a whole list is long; a target takes any part of one
    if target is None or len(data) > MOST.get(target, 1500) or any(word in name for word in DULL):
        continue
    for folder in [target] + ["canary"] * (name == "tombstone-plain.ok"):
        os.makedirs(os.path.join(HERE, "corpus", folder), exist_ok=True)
        with open(os.path.join(HERE, "corpus", folder, name), "wb") as file:
            file.write(data)
