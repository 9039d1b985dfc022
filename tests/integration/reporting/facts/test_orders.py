"""Whatever the order, the batches and the repeats: the same facts, cells and answers."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.reporting.background import subscriber
from services.reporting.kpis.queries import answer_kpi
from shared.contracts import gathering, partnership
from shared.contracts.envelope import Envelope
from shared.kernel.tenancy import enter
from tests.integration.reporting.history import CYCLE, PROGRAMME, TABRIZ, YAZD, History, at, hijri, intervals
from tests.support.actors import HQ, TENANT

SCOPE = {"tenant": TENANT, "programme": PROGRAMME, "cycle": CYCLE}
HEARD = subscriber()
DAYS = (hijri(7, 30), hijri(8, 20), hijri(9, 30))


def small_history() -> History:
    """One province's life with a suspension, a resumption, a voided pairing and a meeting that was put right."""
    told = History()
    told.open_cycle(hijri(7, 1))
    told.plan(TABRIZ, hijri(7, 6))
    told.secretariat(TABRIZ, 1, on=hijri(7, 20))
    told.secretariat(
        TABRIZ, 1, on=hijri(8, 1), state="suspended", event=partnership.SecretariatSuspended,
        established_on=hijri(7, 20),        active=intervals((hijri(7, 20), hijri(8, 1))),
    )  # fmt: skip
    told.secretariat(
        TABRIZ, 1, on=hijri(9, 1), event=partnership.SecretariatResumed, established_on=hijri(7, 20),
        active=intervals((hijri(7, 20), hijri(8, 1)), (hijri(9, 1), None)),
    )  # fmt: skip
    told.pairing(TABRIZ, 1, on=hijri(7, 22), sector="non_governmental")
    told.pairing(TABRIZ, 1, on=hijri(8, 5), state="voided", event=partnership.PairingVoided, active=())
    told.meeting("m", "experience_workshop", hijri(8, 10), province=TABRIZ)
    told.meeting("m", "experience_workshop", hijri(9, 10), province=TABRIZ, event=gathering.MeetingCorrected)
    told.secretariat(YAZD, 1, on=hijri(8, 2), gender="boys")
    return told


HISTORY = small_history()


def outcome(session: Session, batches: list[list[Envelope]]) -> list[Any]:
    """What is kept and answered after these batches; nothing of it stays."""
    with session.begin_nested() as point:
        for batch in batches:
            HEARD.apply(session, batch)
        enter(session, tenant=TENANT, province="*")
        kept = [
            list(session.execute(text(f"SELECT CAST(t AS text) FROM {table} t ORDER BY 1")).scalars())
            for table in ("kpi_cells", "secretariat_facts", "pairing_facts", "meeting_facts")
        ]
        answers = [
            answer_kpi(session, code=code, at=day, known_at=known, by_actor=HQ, **SCOPE).figure
            for code in ("K-01", "K-02", "K-03", "K-36")
            for day in DAYS
            for known in (None, at(hijri(8, 3)))
        ]
        point.rollback()
    return [kept, answers]


@pytest.fixture
def in_order(reporting_session: Session) -> list[Any]:
    """The outcome of reading once and in order."""
    return outcome(reporting_session, [HISTORY.envelopes])


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(HISTORY.envelopes))),
    repeats=st.lists(st.integers(0, 9), max_size=4),
    data=st.data(),
)
@pytest.mark.requirement("R-165")
def test_every_order_and_repetition_gives_the_same(
    reporting_session: Session, in_order: list[Any], order: list[int], repeats: list[int], data: st.DataObject
) -> None:
    said = [HISTORY.envelopes[n] for n in [*order, *repeats]]
    cut = data.draw(st.integers(0, len(said)))
    assert outcome(reporting_session, [said[:cut], said[cut:]]) == in_order


def test_the_figures_of_the_small_history(reporting_session: Session) -> None:
    HEARD.apply(reporting_session, HISTORY.envelopes)

    def ask(code: str, day: date, **more: Any) -> Any:
        return answer_kpi(reporting_session, code=code, at=day, by_actor=HQ, **SCOPE, **more).value

    assert [ask("K-01", day) for day in DAYS] == [1, 1, 2]
    assert [ask("K-03", day) for day in DAYS] == [0, 0, 0]
    assert ask("K-03", DAYS[0], known_at=at(hijri(8, 3))) == 1, "the pairing was voided later; then we did not know"
    assert [ask("K-36", DAYS[2], period=1), ask("K-36", DAYS[1])] == [1, 0]
    assert ask("K-36", DAYS[1], known_at=at(hijri(8, 30))) == 1
