"""How a failure is told apart from others, and what of it may be read by people."""

import hashlib
import traceback

from shared.kernel.scrubbing import masked


def fingerprint_of(error: Exception) -> str:
    """Same cause, same fingerprint: the error's class and the last line of code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rsplit('/', 2)[-1]}:{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return hashlib.sha256(f"{type(error).__name__}|{where}".encode()).hexdigest()[:16]


def wording_of(error: Exception, stream: str) -> str:
    """What operators read: the error's class and first line; of a restricted stream its class alone.

    A database's message goes on with the row's values, which may be somebody's telephone.
    """
    name = type(error).__name__
    first = str(error).partition("\n")[0]
    return name if stream.endswith(".pii") or not first else f"{name}: {masked(first)}"[:500]
