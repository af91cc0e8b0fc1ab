"""Processes that write into an archive until they are killed.

Run as a module it forks a writer for every line it reads, so that what takes seconds, the
imports, is done once. On its output each writer reports what it has committed.
"""

from itertools import count
import os
from pathlib import Path
import sys

from custom_components.halo_rise.nights import NightArchive
from custom_components.halo_rise.sleep.epoch import Night
from tests.nights import DAY, EVENING, make_night

STATE_SIZE = 100_000


def numbered_night(number: int) -> Night:
    """Return the same night for the same number, in every process."""
    return make_night(EVENING + number * DAY, hours=1, seed=number)


def numbered_state(number: int) -> bytes:
    """Return a state that tells its number in all its parts."""
    return number.to_bytes(4) * (STATE_SIZE // 4)


def report(kind: str, number: int) -> None:
    """Write a line in one piece."""
    os.write(1, f"{kind} {number}\n".encode())


def write(path: Path, first: int) -> None:
    """Add nights and states in turn, and report each one once it is committed."""
    archive = NightArchive(path)
    archive.open()
    for number in count(first):
        archive.add_night(numbered_night(number))
        report("night", number)
        archive.save_state(numbered_state(number))
        report("state", number)


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            write(Path(sys.argv[1]), int(line))
        report("process", child)
        os.waitpid(child, 0)
        report("dead", child)
