"""Rebuilt equals live, and the reconciler sees a planted wrong cell."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.facts.rebuilding import Rebuilt, rebuild
from services.reporting.kpis.reconciling import Mismatch, one_snapshot, reconcile
from shared.kernel.bus import Consumer
from shared.kernel.tenancy import enter
from tests.integration.reporting.conftest import Fold
from tests.integration.reporting.history import TABRIZ, History, hijri, story
from tests.support.actors import TENANT


def checked(sessions: sessionmaker[Session]) -> list[Mismatch]:
    """What the reconciler finds."""
    with sessions.begin() as session:
        one_snapshot(session)
        enter(session, tenant=TENANT, province="*")
        return reconcile(session, tenant=TENANT, today=hijri(9, 30))


def rebuilt(sessions: sessionmaker[Session], consumer: Consumer) -> list[Rebuilt]:
    """A rebuild of the tenant."""
    with sessions.begin() as session:
        return rebuild(session, tenant=TENANT, consumers=[consumer])


def busy() -> History:
    """The story with changes: a suspension, a revocation, a void, a cancelled and a corrected meeting."""
    from shared.contracts import partnership

    told = story()
    told.secretariat(
        TABRIZ, 0, on=hijri(8, 1), state="suspended", event=partnership.SecretariatSuspended,
        established_on=hijri(7, 25),        active=[],
    )  # fmt: skip
    told.pairing(TABRIZ, 1, on=hijri(8, 2), state="voided", event=partnership.PairingVoided, active=[])
    told.meeting("w-1", "experience_workshop", hijri(8, 20), province=TABRIZ)
    told.delivery("d1", "sent", on=hijri(7, 6))
    told.delivery("d2", "failed", on=hijri(7, 6), channel="sms")
    return told


class TestRebuild:
    """I9: a projection made anew from the feed is byte-identical."""

    @pytest.mark.requirement("R-166")
    def test_equals_live_to_the_byte(self, fold: Fold, sessions: sessionmaker[Session]) -> None:
        consumer = fold(busy())
        compared = rebuilt(sessions, consumer)
        assert [each.table for each in compared if not each.same] == []
        assert {"kpi_cells", "kpi_values", "pairing_facts"} <= {each.table for each in compared}

    def test_puts_right_what_was_damaged_and_readers_go_on(self, fold: Fold, sessions: sessionmaker[Session]) -> None:
        told = busy()
        consumer = fold(told)
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            session.execute(text("UPDATE kpi_cells SET amount = amount + 1 WHERE kpi = 'K-01'"))
            session.execute(text("DELETE FROM kpi_values"))
            session.execute(text("DELETE FROM meeting_facts"))
        assert checked(sessions)
        assert {each.table for each in rebuilt(sessions, consumer) if not each.same} == {
            "kpi_cells", "kpi_values", "meeting_facts",
        }  # fmt: skip
        assert checked(sessions) == []
        told.secretariat(TABRIZ, 8, on=hijri(9, 1))
        consumer.step()
        assert checked(sessions) == []
        assert all(each.same for each in rebuilt(sessions, consumer))


class TestReconcile:
    """Cells and rows equal recomputation from facts."""

    def test_finds_nothing_after_a_busy_history(self, fold: Fold, sessions: sessionmaker[Session]) -> None:
        fold(busy())
        assert checked(sessions) == []

    def test_names_a_planted_wrong_cell_and_a_wrong_row(self, fold: Fold, sessions: sessionmaker[Session]) -> None:
        fold(busy())
        with sessions.begin() as session:
            enter(session, tenant=TENANT, province="*")
            session.execute(text("UPDATE kpi_cells SET amount = 9 WHERE kpi = 'K-03' AND province = 'IR-03'"))
            session.execute(text("UPDATE kpi_values SET numerator = 0 WHERE kpi = 'K-02' AND province = 'IR-23'"))
        found = {(each.kpi, each.province) for each in checked(sessions)}
        assert found == {("K-03", "IR-03"), ("K-02", "IR-23")}
