"""How the duties that oblige behave, as data: what fulfils them and which ladder they climb."""

from dataclasses import dataclass
from typing import Literal

Evidence = Literal[
    "directive_issued", "provinces_told", "meeting_held", "partners_designated", "secretariats_established"
]
# A meeting that is voided or a directive that is revoked never counted; a designation that was made stays made.
WITHDRAWABLE: frozenset[Evidence] = frozenset({"directive_issued", "meeting_held"})


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: `offset` calendar days from the due day, and the recipient roles it speaks to."""

    offset: int
    roles: tuple[str, ...]

    @property
    def step(self) -> str:
        """The step's code, e.g. `T-5` or `T+14`."""
        return f"T{self.offset:+d}"


@dataclass(frozen=True)
class Ladder:
    """The rungs before and after the due instant, in their order."""

    before: tuple[Rung, ...]
    after: tuple[Rung, ...]


@dataclass(frozen=True)
class Behaviour:
    """What fulfils a duty, its ladder, and the kind of meeting it asks for."""

    code: str
    evidence: Evidence
    ladder: Ladder
    meeting_kind: str | None = None


# The country has no level secretary: the rung of the secretary goes to the chair at once.
NATIONAL_AFTER = (Rung(1, ("HQO",)), Rung(7, ("HQC",)), Rung(14, ("HQC",)), Rung(21, ("HQO",)))
PROVINCE_AFTER = (Rung(1, ("PS",)), Rung(7, ("PS",)), Rung(14, ("PH",)), Rung(21, ("HQO",)))

# Only the directive has reminders of its own; the launch steps are spoken of by the plan's launch reminders (N-12).
DIRECTIVE = Ladder(before=(Rung(-7, ("HQO",)), Rung(-2, ("HQO",))), after=NATIONAL_AFTER)
NATIONAL_STEP = Ladder(before=(), after=NATIONAL_AFTER)
PROVINCE_STEP = Ladder(before=(), after=PROVINCE_AFTER)
# N-38: five days before the end of the month or quarter, and only while nothing is held or scheduled.
HQ_MEETING = Ladder(
    before=(Rung(-5, ("HQC", "HQO")),),
    after=(Rung(1, ("HQC", "HQO")), Rung(7, ("HQC",)), Rung(14, ("HQC", "HQO"))),
)
PROVINCE_MEETING = Ladder(before=(Rung(-5, ("PH", "PS")),), after=PROVINCE_AFTER)

BEHAVIOURS: dict[str, Behaviour] = {
    behaviour.code: behaviour
    for behaviour in (
        Behaviour("H1", "directive_issued", DIRECTIVE),
        Behaviour("H2", "meeting_held", HQ_MEETING, meeting_kind="hq_monthly"),
        Behaviour("W3", "meeting_held", PROVINCE_MEETING, meeting_kind="provincial_quarterly"),
        Behaviour("T1", "directive_issued", NATIONAL_STEP),
        Behaviour("T2", "provinces_told", NATIONAL_STEP),
        Behaviour("T3", "partners_designated", PROVINCE_STEP),
        Behaviour("T4", "secretariats_established", PROVINCE_STEP),
    )
}


def with_evidence(*kinds: Evidence) -> list[str]:
    """Return the codes of the duties that such evidence fulfils."""
    return [code for code, behaviour in BEHAVIOURS.items() if behaviour.evidence in kinds]
