"""python -m services.X dead-letters {list|retry|skip}: parked events for somebody at the machine."""

import argparse
from collections.abc import Sequence

from shared.kernel import dead_letters
from shared.kernel.bus import Consumer
from shared.kernel.problems import Problem


def letters_parser() -> argparse.ArgumentParser:
    """The words after `dead-letters`."""
    parser = argparse.ArgumentParser(prog="dead-letters")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="what is parked, oldest first")
    retry = verbs.add_parser("retry", help="apply parked events again: all, or those chosen")
    retry.add_argument("--id", type=int)
    retry.add_argument("--fingerprint", help="every event parked for this cause")
    skip = verbs.add_parser("skip", help="leave an event out; two people must say so")
    skip.add_argument("--id", type=int, required=True)
    skip.add_argument("--reason", required=True)
    skip.add_argument("--by", required=True, help="who asks, and on the second call who agrees")
    return parser


def run_letters(words: Sequence[str], consumers: Sequence[Consumer]) -> int:
    """Run one verb; 1 when something is still parked or was refused."""
    chosen = letters_parser().parse_args(words)
    if chosen.verb == "retry":
        done = [dead_letters.retry(each, letter_id=chosen.id, fingerprint=chosen.fingerprint) for each in consumers]
        parked = sum(each.parked for each in done)
        print(f"applied {sum(each.applied for each in done)}, still parked {parked}")
        return 1 if parked else 0
    with consumers[0].sessions.begin() as session:
        if chosen.verb == "list":
            for each in session.scalars(dead_letters.waiting()):
                behind = f" behind {each.blocked_by}" if each.blocked_by else ""
                print(
                    f"{each.id} {each.type} #{each.feed_seq} {each.fingerprint} ×{each.attempts}{behind}: {each.error}"
                )
            return 0
        try:
            letter = dead_letters.skip(session, tenant=None, letter_id=chosen.id, reason=chosen.reason, by=chosen.by)
        except Problem as problem:
            print(problem.title())
            return 1
        print("left out" if letter.state == dead_letters.SKIPPED else "asked; a second person must agree")
        return 0
