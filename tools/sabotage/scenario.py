"""`python -m tools.sabotage.scenario NUMBER FOLDER`: one scenario in this tree; 0 green, 3 red, else broken."""

import sys
from pathlib import Path

from tools.sabotage.ground import Broken, Ground, Red
from tools.sabotage.table import SABOTAGES

GREEN, RED, BROKEN = 0, 3, 4


def main(words: list[str]) -> int:
    """Play it and say in one line what was seen."""
    number, folder = int(words[0]), Path(words[1])
    ground = Ground(folder)
    try:
        SABOTAGES[number - 1].scenario(ground)
    except Red as seen:
        print(f"red: {seen}")
        return RED
    except Broken as gone:
        print(f"broken: {gone}")
        return BROKEN
    finally:
        ground.stop()
    print("green")
    return GREEN


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
