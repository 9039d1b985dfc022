"""What processes cost: processor seconds and memory of a process and everything below it, from /proc."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def tree(*roots: int) -> list[int]:
    """These processes and all their descendants."""
    parents = {int(each.name): _stat(int(each.name)) for each in Path("/proc").iterdir() if each.name.isdigit()}
    found, fresh = set(roots), set(roots)
    while fresh:
        fresh = {pid for pid, stat in parents.items() if len(stat) > 1 and int(stat[1]) in fresh} - found
        found |= fresh
    return sorted(found)


def cpu_s(root: int) -> float:
    """Processor seconds of a process and its descendants so far, those that ended and were waited for included."""
    ticks = 0
    for pid in tree(root):
        stat = _stat(pid)
        if stat:
            ticks += sum(int(each) for each in stat[11:15])
    return ticks / TICKS


def pss_mb(*roots: int) -> float:
    """Memory in MB of process trees, pages that several share counted once among them (proportional set size)."""
    kilobytes = 0
    for pid in tree(*roots):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # it ended meanwhile
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024
