"""In which order snapshots were made: a writer's own count is certain, its clock is not."""
from bisect import bisect_left, bisect_right

DAY = 86400


def in_order(snapshots, now):
    """Snapshots, as (id, record), by when they count as made; `now` in seconds."""
    when = made([(value["writer"], value["sequence"], value["time"]) for _, value in snapshots], now)
    rows = sorted(zip(when, snapshots), key=lambda row: (row[0], row[1][1]["writer"], row[1][1]["sequence"], row[1][0]))
    return [snapshot for _, snapshot in rows]


def made(claims, now=None):
    """When each of some snapshots counts as made; a claim is (writer, sequence, time)."""
    latest = None if now is None else [now + DAY, 0]
    if latest and 2 * sum(time > latest for _, _, time in claims) > len(claims):
        latest = None
    writers, out = {}, [None] * len(claims)
    for number, (writer, sequence, time) in enumerate(claims):
        writers.setdefault(writer, []).append((sequence, time, number))
    for own in writers.values():
        own.sort()
        times = [time if latest is None or time <= latest else None for _, time, _ in own]
        is_forked = len({sequence for sequence, _, _ in own}) < len(own)
        for (_, _, number), time in zip(own, times if is_forked else standing(times)):
            out[number] = time
    last = max((time for time in out if time), default=None)
    return [time or last or claim[2] for time, claim in zip(out, claims)]


def standing(times):
    """Of times in the order of a writer, those of a longest ascending subsequence, and for each other one the next of these, or the last.
    What is None never stands."""
    piles, ends, before = [], [], [None] * len(times)  # for each length, the places of the times it may end with, which descend
    for number, time in enumerate(times):
        if time is None:
            continue
        length = bisect_right(ends, time)
        if length:
            pile = piles[length - 1]
            at = bisect_left(pile, 1, key=lambda other: times[other] <= time)
            before[number] = pile[at]
        if length == len(piles):
            piles.append([])
            ends.append(None)
        piles[length].append(number)
        ends[length] = time
    end = number = piles[-1][-1] if piles else None
    stand = set()
    while number is not None:
        stand.add(number)
        number = before[number]
    out, last = [], times[end] if piles else None
    for number in reversed(range(len(times))):
        last = times[number] if number in stand else last
        out.append(last)
    return out[::-1]
