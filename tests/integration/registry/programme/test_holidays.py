"""Days off: of the country, and of one province alone."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from services.registry.programme.holidays.commands import HolidaysOfAnotherPlace, change_holidays
from services.registry.programme.holidays.queries import holidays_of
from services.registry.programme.holidays.rules import Kind
from shared.kernel.problems import Refused
from tests.support.actors import HQ, TABRIZ, TENANT
from tests.support.registry_world import a_world, last_told

DAY = date(2020, 12, 2)
CLOSED = {DAY: {"fa": "آلودگی هوا", "en": "Air pollution"}}


def days_of(session: Session, territory: str) -> set[date]:
    return holidays_of(session, tenant=TENANT, territory=territory, first=DAY, last=DAY)


class TestChangeHolidays:
    def test_a_closure_counts_in_its_province_only(self, registry_session: Session, now: datetime) -> None:
        a_world(registry_session, now=now)
        changed = change_holidays(
            registry_session, province="IR-03", kind=Kind.CLOSURE, added=CLOSED, removed=[], by=TABRIZ, now=now
        )
        assert (days_of(registry_session, "IR/IR-03"), days_of(registry_session, "IR-21")) == ({DAY}, set())
        event = last_told(registry_session, changed[0].id)
        assert (event.type, event.province) == ("peyvand.holiday.changed.v1", "IR-03")
        assert event.data == {
            "calendar_id": str(changed[0].id),
            "territory_code": "IR-03",
            "kind": "closure",
            "added": {"2020-12-02": "آلودگی هوا"},
            "removed": [],
        }

    def test_a_province_changes_its_own_days_only(self, registry_session: Session, now: datetime) -> None:
        a_world(registry_session, now=now)
        for province in ("", "IR-21"):
            with pytest.raises(HolidaysOfAnotherPlace):
                change_holidays(
                    registry_session, province=province, kind=Kind.CLOSURE, added=CLOSED, removed=[], by=TABRIZ, now=now
                )

    def test_a_day_can_be_taken_back_but_not_one_that_is_none(self, registry_session: Session, now: datetime) -> None:
        a_world(registry_session, now=now)
        how = {"province": "", "kind": Kind.CLOSURE, "by": HQ, "now": now}
        change_holidays(registry_session, added=CLOSED, removed=[], **how)
        assert days_of(registry_session, "IR-21") == {DAY}
        change_holidays(registry_session, added={}, removed=[DAY], **how)
        assert days_of(registry_session, "IR-21") == set()
        with pytest.raises(Refused) as refused:
            change_holidays(registry_session, added={}, removed=[DAY], **how)
        assert [each.code for each in refused.value.refusals] == ["holiday_unknown"]
