"""The deck: which faults come in which order, from a seed alone."""

import random
from collections import Counter
from collections.abc import Sequence

from tools.chaos.faults import bus, database, processes, wires
from tools.chaos.faults.bench import Fault

FAULTS: tuple[Fault, ...] = (*processes.FAULTS, *bus.FAULTS, *database.FAULTS, *wires.FAULTS)


def deck(count: int, seed: int, faults: Sequence[Fault] = FAULTS) -> list[Fault]:
    """So many faults in the proportion of their weights; every kind at least once when there is room for it."""
    dice = random.Random(seed)
    whole = sum(fault.weight for fault in faults)
    shares = {fault.name: fault.weight * count / whole for fault in faults}
    chosen: Counter[str] = Counter({name: int(share) for name, share in shares.items()})
    if count >= len(faults):
        for fault in faults:
            chosen[fault.name] = max(chosen[fault.name], 1)
    rest = sorted(faults, key=lambda fault: int(shares[fault.name]) - shares[fault.name])
    place = 0
    while chosen.total() < count:
        chosen[rest[place % len(rest)].name] += 1
        place += 1
    while chosen.total() > count:
        chosen[chosen.most_common(1)[0][0]] -= 1
    cards = [fault for fault in faults for _ in range(chosen[fault.name])]
    dice.shuffle(cards)
    return cards
