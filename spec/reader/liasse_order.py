"""In which order snapshots were made: a writer's own count is certain, its clock is not."""


def in_order(snapshots):
    """Snapshots, as (id, record), by when they count as made."""
    when = made([(value["writer"], value["sequence"], value["time"]) for _, value in snapshots])
    rows = sorted(zip(when, snapshots), key=lambda row: (row[0], row[1][1]["writer"], row[1][1]["sequence"], row[1][0]))
    return [snapshot for _, snapshot in rows]


def made(claims):
    """When each of some snapshots counts as made; a claim is (writer, sequence, time)."""
    writers, out = {}, [None] * len(claims)
    for number, (writer, sequence, time) in enumerate(claims):
        writers.setdefault(writer, []).append((sequence, time, number))
    for own in writers.values():
        own.sort()
        for (_, _, number), time in zip(own, standing([time for _, time, _ in own])):
            out[number] = time
    return out


def standing(times):
    """Of times in the order of a writer, those of a longest ascending subsequence, and for each other one the next of these, or the last."""
    piles, before = [], []  # for each length, the places of the times that a subsequence so long may end with, which descend
    for number, time in enumerate(times):
        length = sum(times[pile[-1]] <= time for pile in piles)
        before.append(next(other for other in piles[length - 1] if times[other] <= time) if length else None)
        if length == len(piles):
            piles.append([])
        piles[length].append(number)
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
