"""The duties that oblige so far, as data: who owes them, for which period, what fulfils them and which ladder they climb."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["national", "province"]
Per = Literal["launch", "month", "quarter"]
Evidence = Literal[
    "directive_issued", "provinces_told", "meeting_held", "partners_designated", "secretariats_established"
]


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
class DutyTemplate:
    """How instances of one duty are made; which templates oblige in a cycle is said by its pinned definition."""

    code: str
    level: Level
    per: Per
    assignees: tuple[str, ...]
    ladder: Ladder
    evidence: Evidence
    names: dict[str, str]
    meeting_kind: str | None = None


NATIONAL_AFTER = (Rung(1, ("HQO",)), Rung(7, ("HQC",)), Rung(14, ("HQC",)), Rung(21, ("HQO",)))
PROVINCE_AFTER = (Rung(1, ("PS",)), Rung(7, ("PS",)), Rung(14, ("PH",)), Rung(21, ("HQO",)))

# Only the directive has reminders of its own; the launch steps are spoken of by the province plan's launch reminders (N-12).
DIRECTIVE = Ladder(before=(Rung(-7, ("HQO",)), Rung(-2, ("HQO",))), after=NATIONAL_AFTER)
NATIONAL_STEP = Ladder(before=(), after=NATIONAL_AFTER)
PROVINCE_STEP = Ladder(before=(), after=PROVINCE_AFTER)
# N-38: five days before the end of the month or quarter, and only while nothing is held or scheduled.
HQ_MEETING = Ladder(
    before=(Rung(-5, ("HQC", "HQO")),),
    after=(Rung(1, ("HQC", "HQO")), Rung(7, ("HQC",)), Rung(14, ("HQC", "HQO"))),
)
PROVINCE_MEETING = Ladder(before=(Rung(-5, ("PH", "PS")),), after=PROVINCE_AFTER)

TEMPLATES: dict[str, DutyTemplate] = {
    template.code: template
    for template in (
        DutyTemplate(
            "H1", "national", "launch", ("HQO",), DIRECTIVE, "directive_issued",
            {"fa": "تدوین و ابلاغ دستورالعمل", "en": "Draft the directive and issue it to the provinces"},
        ),
        DutyTemplate(
            "H2", "national", "month", ("HQC", "HQO"), HQ_MEETING, "meeting_held",
            {"fa": "برگزاری جلسهٔ ماهانهٔ ستاد", "en": "Hold the monthly headquarters meeting"}, "hq_monthly",
        ),
        DutyTemplate(
            "W3", "province", "quarter", ("PS",), PROVINCE_MEETING, "meeting_held",
            {"fa": "برگزاری جلسهٔ فصلی کارگروه استان", "en": "Hold the quarterly provincial meeting"},
            "provincial_quarterly",
        ),
        DutyTemplate(
            "T1", "national", "launch", ("HQO",), NATIONAL_STEP, "directive_issued",
            {"fa": "تدوین دستورالعمل", "en": "Draft the directive"},
        ),
        DutyTemplate(
            "T2", "national", "launch", ("HQO",), NATIONAL_STEP, "provinces_told",
            {"fa": "مکاتبه با ادارات کل استان‌ها", "en": "Write to the provincial administrations"},
        ),
        DutyTemplate(
            "T3", "province", "launch", ("PS",), PROVINCE_STEP, "partners_designated",
            {"fa": "شناسایی و تعیین مدارس و دستگاه‌ها", "en": "Designate the schools and their agencies"},
        ),
        DutyTemplate(
            "T4", "province", "launch", ("PS",), PROVINCE_STEP, "secretariats_established",
            {"fa": "تعیین مسئولان دبیرخانه و تقویم اجرایی", "en": "Name the secretariat officers and fix the calendar"},
        ),
    )
}  # fmt: skip


def templates_of(level: Level, obliging: set[str] | frozenset[str]) -> list[DutyTemplate]:
    """Return the templates of a level that the pinned definition obliges, in the catalogue's order."""
    return [one for one in TEMPLATES.values() if one.level == level and one.code in obliging]
