"""The engine and the images made ready for tests, once even when two ask at the same time."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tools.compose.engine import EngineMissing, Say, ensure_engine
from tools.compose.images import ROOT, ImageFailed, build_images

LOCK = ROOT / ".peyvand" / "images.lock"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for whoever builds already: then there is nothing left to do."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare(say: Say) -> dict[str, str]:
    """Have the engine and every image; the images by their names in docker-compose.yml. Raises EngineMissing,
    ImageFailed."""
    with one_at_a_time():
        ensure_engine(say)
        return build_images(say)


def main() -> int:
    """Run ahead of the tests that need it; what is wrong is said by them again."""
    try:
        prepare(lambda line: print(f"containers: {line}", flush=True))
    except (EngineMissing, ImageFailed) as missing:
        print(f"containers: {missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
