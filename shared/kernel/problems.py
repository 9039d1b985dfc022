"""Errors as vocabulary (RFC 9457): a class per way to fail, its docstring the title, its name the slug."""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal


class Problem(Exception):
    """Something went wrong."""

    status: ClassVar[int] = 500

    def __init__(self, detail: str | None = None, *, link: str | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title())
        self.detail = detail
        self.link = link
        self.extra = extra

    @classmethod
    def slug(cls) -> str:
        """`PairingNotFound` → `pairing_not_found`: the key of its words and the end of its type URI."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


class BadRequest(Problem):
    """The request cannot be read."""

    status = 400


class Unauthenticated(Problem):
    """Sign in first."""

    status = 401


class Forbidden(Problem):
    """Your role does not allow this."""

    status = 403


class NotFound(Problem):
    """No such thing."""

    status = 404


class Conflict(Problem):
    """The present state does not allow this."""

    status = 409


class PreconditionFailed(Problem):
    """Somebody changed it since you read it."""

    status = 412


class Unprocessable(Problem):
    """The request breaks a rule."""

    status = 422


class PreconditionRequired(Problem):
    """Say which version you mean."""

    status = 428


class TooMany(Problem):
    """Too many attempts; wait a while."""

    status = 429


class Unavailable(Problem):
    """Not available for the moment; try again shortly."""

    status = 503


class Stale(PreconditionFailed):
    """Somebody changed it since you read it."""


class Overtaken(Conflict):
    """Somebody changed it at the same moment."""


class IfMatchRequired(PreconditionRequired):
    """Send If-Match with the version you read."""


class IdempotencyKeyRequired(BadRequest):
    """Send an Idempotency-Key header with every POST."""


class IdempotencyKeyReused(Unprocessable):
    """This Idempotency-Key was used with another body."""


class InvalidInput(Unprocessable):
    """Some fields are not right."""


def expect(aggregate: Any, expected: int | None) -> None:
    """Refuse a change that was prepared on another version (412)."""
    if expected is not None and aggregate.version != expected:
        raise Stale(version=aggregate.version)


@dataclass(frozen=True)
class Refusal:
    """One reason why something may not happen: a code with words, maybe a field, hard (refuses) or soft (warns)."""

    code: str
    field: str | None = None
    severity: Literal["hard", "soft"] = "hard"
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


class Refused(Unprocessable):
    """The rules of the programme do not allow this."""

    def __init__(self, refusals: Sequence[Refusal], *, link: str | None = None, **extra: Any) -> None:
        super().__init__(", ".join(each.code for each in refusals), link=link, **extra)
        self.refusals = list(refusals)


class RefusedNow(Refused):
    """The present state does not allow this."""

    status = 409


def refuse(
    refusals: Sequence[Refusal], *, conflict: bool = False, link: str | None = None, **extra: Any
) -> list[Refusal]:
    """Raise when any refusal is hard (422, or 409 with `conflict`); return the soft ones to be shown and recorded."""
    hard = [each for each in refusals if each.severity == "hard"]
    if hard:
        raise (RefusedNow if conflict else Refused)(hard, link=link, **extra)
    return list(refusals)
