"""The kinds of meetings, as data: at which level they are held and which cadence a held one counts towards."""

from dataclasses import dataclass
from typing import Literal

Cadence = Literal["month", "quarter"]


@dataclass(frozen=True)
class MeetingKind:
    """One kind: `levels` are where it may be held, `per` its cadence, `pairings` whether it needs one."""

    code: str
    levels: tuple[str, ...]
    per: Cadence | None = None
    pairings: bool = False


KINDS: dict[str, MeetingKind] = {
    kind.code: kind
    for kind in (
        MeetingKind("hq_monthly", ("national",), "month"),
        MeetingKind("provincial_quarterly", ("province",), "quarter"),
        MeetingKind("briefing", ("national", "province")),
        MeetingKind("joint", ("province",), "quarter", pairings=True),
        MeetingKind("joint_session", ("province",)),
        MeetingKind("secretariat_followup", ("province",), "quarter"),
        MeetingKind("site_visit", ("province",), pairings=True),
        MeetingKind("council_session", ("province",)),
        MeetingKind("experience_workshop", ("national", "province")),
    )
}


def cadence_key(kind: str, *, province: str, month: str | None, period: int | None) -> str | None:
    """Return the one cadence a meeting of this kind counts towards, or None (I-32).

    The kind decides, never the caller: `hq_monthly:1399-08`, `provincial_quarterly:IR-21:1`.
    """
    per = KINDS[kind].per
    span = {"month": month, "quarter": None if period is None else str(period)}.get(per or "")
    if span is None:
        return None
    return ":".join(part for part in (kind, province, span) if part)
