"""K-18 and K-33 to K-37 on one autumn of one province, derived by hand."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.kpis.answers import Answer
from services.reporting.kpis.queries import answer_kpi, explain_kpi
from shared.contracts import gathering, register
from shared.kernel.tenancy import enter
from tests.integration.reporting.conftest import Fold
from tests.integration.reporting.history import CYCLE, PROGRAMME, TABRIZ, History, an_id, hijri
from tests.support.actors import HQ, TENANT

SCOPE = {"tenant": TENANT, "programme": PROGRAMME, "cycle": CYCLE}
EVENING = hijri(9, 30)


def pairings(*numbers: int) -> tuple[UUID, ...]:
    """The n-th pairings of the province."""
    return tuple(an_id("pairing", f"{TABRIZ}/{n}") for n in numbers)


def a_mark(person: str, mark: str, day: date, *, category: str = "principal", invited: bool = True) -> object:
    """Somebody was there, or was not."""
    return gathering.AttendanceMark(
        person_id=an_id("person", person), category=category, day=day, mark=mark, invited=invited
    )


def a_school(told: History, n: int, *, kind: str = "special", state: str = "open") -> None:
    """The n-th school with its principal."""
    code = f"{TABRIZ}/{n}"
    school = register.SchoolFact(
        school_id=an_id("school", code), names={"fa": f"مدرسهٔ {n}"}, kind=kind, territory_code=TABRIZ, gender="girls",
        as_of=hijri(7, 1), state=state,
    )  # fmt: skip
    told.say(
        register.SchoolRegistered, on=hijri(7, 1), province=TABRIZ, scoped=False, school_id=school.school_id,
        school=school,
    )  # fmt: skip
    role = register.RoleFact(
        assignment_id=an_id("role", code), person_id=an_id("person", f"p{n}"), role="principal", province=TABRIZ,
        organisation_id=school.school_id, organisation_kind="school", from_on=hijri(7, 1),
    )  # fmt: skip
    told.say(
        register.RoleAssigned, on=hijri(7, 1), province=TABRIZ, scoped=False, assignment_id=role.assignment_id,
        role=role,
    )  # fmt: skip


def an_autumn() -> History:
    """Seven schools, four pairings (the last from 10 Azar), and what was held."""
    told = History()
    told.open_cycle(hijri(7, 1))
    told.plan(TABRIZ, hijri(7, 6))
    for n in range(5):
        a_school(told, n)
    a_school(told, 5, state="closed")
    a_school(told, 6, kind="ordinary")
    for n in range(4):
        day = hijri(9, 10) if n == 3 else hijri(7, 16)
        told.secretariat(TABRIZ, n, on=day)
        told.pairing(TABRIZ, n, on=day)
    day = hijri(7, 18)
    told.meeting(
        "briefing", "briefing", day, province=TABRIZ,
        attendance=(
            a_mark("p0", "present", day), a_mark("p1", "absent", day), a_mark("p2", "excused", day),
            a_mark("p3", "present", day, invited=False), a_mark("p6", "present", day, invited=False),
        ),
    )  # fmt: skip
    day = hijri(8, 5)
    told.meeting(
        "joint", "joint", day, province=TABRIZ, pairings=pairings(0),
        attendance=(a_mark("p0", "present", day), a_mark("a0", "absent", day, category="agency")),
    )  # fmt: skip
    told.meeting("session", "joint_session", hijri(8, 20), province=TABRIZ, pairings=pairings(0, 1))
    told.meeting(
        "off", "joint", hijri(8, 25), province=TABRIZ, pairings=pairings(2), state="cancelled",
        event=gathering.MeetingCancelled,
    )  # fmt: skip
    told.meeting("visit", "site_visit", hijri(9, 5), province=TABRIZ, pairings=pairings(0))
    told.meeting("workshop", "experience_workshop", hijri(9, 12), province=TABRIZ)
    return told


@pytest.fixture
def told(fold: Fold, sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """The autumn is folded."""
    fold(an_autumn())
    return sessions


def ask(sessions: sessionmaker[Session], code: str, day: date = EVENING, **more: object) -> Answer:
    """A figure as headquarters sees it."""
    with sessions.begin() as session:
        enter(session, tenant=TENANT, province="*")
        return answer_kpi(session, code=code, at=day, by_actor=HQ, **SCOPE, **more)


def share(answer: Answer) -> tuple[int, int]:
    """Numerator and denominator."""
    return int(answer.numerator or 0), int(answer.denominator or 0)


class TestGatherings:
    """What was held, and who was there."""

    def test_two_of_three_pairings_of_thirty_days_met(self, told) -> None:
        assert share(ask(told, "K-18")) == (2, 3)
        with told.begin() as session:
            enter(session, tenant=TENANT, province="*")
            why = explain_kpi(session, code="K-18", at=EVENING, by_actor=HQ, **SCOPE)
        assert [case.reason for case in why.excluded] == ["established_under_30_days"]

    @pytest.mark.requirement("R-062")
    def test_a_joint_session_counts_for_each_of_its_pairings(self, told) -> None:
        answer = ask(told, "K-33")
        assert (*share(answer), answer.value) == (3, 4, Decimal("0.75"))

    @pytest.mark.requirement("R-059")
    def test_two_of_five_principals_of_open_special_schools_were_briefed(self, told) -> None:
        assert share(ask(told, "K-34")) == (2, 5)

    @pytest.mark.requirement("R-063")
    def test_one_of_four_pairings_was_visited_and_stays_so_for_the_cycle(self, told) -> None:
        assert share(ask(told, "K-35")) == (1, 4)
        assert share(ask(told, "K-35", hijri(10, 20))) == (1, 4)
        assert share(ask(told, "K-35", hijri(10, 20), period=2)) == (1, 4)
        assert share(ask(told, "K-35", hijri(9, 4))) == (0, 3)

    @pytest.mark.requirement("R-079")
    def test_one_workshop_in_autumn(self, told) -> None:
        assert ask(told, "K-36", period=1).value == 1
        assert ask(told, "K-36", hijri(10, 20), period=2).value == 0

    def test_attendance_leaves_out_the_excused_and_those_who_came_uninvited(self, told) -> None:
        assert share(ask(told, "K-37")) == (2, 4)
        by_kind = ask(told, "K-37", by=("mk",))
        assert {each.by["mk"]: share(each) for each in by_kind.splits} == {"briefing": (1, 2), "joint": (1, 2)}
        assert share(ask(told, "K-37", filters={"cat": "agency"})) == (0, 1)
