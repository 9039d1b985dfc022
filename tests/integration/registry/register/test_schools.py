"""Schools: one record per school however its name is typed, with a profile as of a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from services.registry.register.schools.commands import (
    SchoolExists,
    SchoolProfile,
    change_school_profile,
    close_school,
    merge_school,
)
from services.registry.register.schools.queries import SchoolNotFound, get_school, list_schools
from services.registry.register.schools.registration import (
    NewSchool,
    SchoolCodeTaken,
    SchoolsAlike,
    register_schools,
)
from services.registry.register.territories.load import load_territories
from services.registry.register.territories.queries import OutsideYourProvince, TerritoryNotFound
from shared.kernel import tenancy
from shared.kernel.lifecycle import IllegalTransition
from shared.kernel.problems import Problem, Refused
from shared.kernel.tenancy import enter
from shared.values.ids import new_id
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD
from tests.support.registry_world import a_school, last_told, told
from tests.support.statements import counting

NAME = "مدرسهٔ كاوه يزدى"


@pytest.fixture
def country(registry_session: Session, now: datetime) -> Session:
    load_territories(registry_session, now=now)
    return registry_session


def profile(name: str, **other: object) -> SchoolProfile:
    values: dict[str, object] = {
        "names": {"fa": name},
        "aliases": [],
        "kind": "special",
        "gender": "boys",
        "stages": [],
        "disability_groups": [],
        "enrolment": None,
        "capacities": [],
    }
    return SchoolProfile(**{**values, **other})  # type: ignore[arg-type]


def new(name: str, **other: object) -> NewSchool:
    values: dict[str, object] = {"territory_code": "IR-03", "profile": profile(name), "as_of": date(2020, 9, 22)}
    return NewSchool(**{**values, **other})  # type: ignore[arg-type]


class TestRegisterMany:
    def test_five_hundred_take_as_many_questions_as_two(self, country: Session, now: datetime) -> None:
        counts = []
        for size in (2, 500):
            items = [new(f"مدرسهٔ {size} {number}", national_code=f"{size}-{number}") for number in range(size)]
            with counting(country) as seen:
                made = register_schools(country, items=items, today=now.date(), by=HQ, now=now)
            counts.append(len(seen))
            assert [each.names["fa"] for each in made] == [item.profile.names["fa"] for item in items]
        assert counts[0] == counts[1] <= 8
        assert {told(country, each.id)[0] for each in made} == {"school.registered"}

    def test_each_item_meets_the_rules_one_alone_would_meet(self, country: Session, now: datetime) -> None:
        known = a_school(country, now=now, name=NAME)
        coded = register_schools(country, items=[new("هشتم", national_code="8")], today=now.date(), by=HQ, now=now)[0]
        first = new("مدرسهٔ نخست", national_code="7")
        cases: list[tuple[NewSchool, type[Problem], dict[str, object]]] = [
            (new(NAME), SchoolExists, {"existing_id": str(known.id)}),
            (new("مدرسه نخست"), SchoolsAlike, {"same_as_item": 0}),
            (new("مدرسهٔ دوم", national_code="7"), SchoolsAlike, {"same_as_item": 0}),
            (new("مدرسهٔ دوم", national_code="8"), SchoolCodeTaken, {"existing_id": str(coded.id)}),
            (new("مدرسهٔ دوم", territory_code="IR-99"), TerritoryNotFound, {}),
            (new("مدرسهٔ دوم", territory_code="IR-21"), OutsideYourProvince, {}),
            (new("مدرسهٔ دوم", as_of=date(2030, 1, 1)), Refused, {}),
        ]
        for second, problem, said in cases:
            with pytest.raises(problem) as refused:
                register_schools(country, items=[first, second], today=now.date(), by=TABRIZ, now=now)
            assert refused.value.extra == {**said, "item": 1}
        assert list_schools(country, by=TABRIZ) == [known, coded]

    def test_a_school_of_a_known_id_is_that_school(self, country: Session, now: datetime) -> None:
        known = a_school(country, now=now, name=NAME)
        again = new("مدرسهٔ دیگر", id=known.id)
        twice = new("مدرسهٔ سوم", id=new_id())
        made = register_schools(country, items=[again, twice, twice], today=now.date(), by=HQ, now=now)
        assert [each.id for each in made] == [known.id, twice.id, twice.id]


class TestRegisterSchool:
    @pytest.mark.requirement("R-009", "R-018")
    def test_tells_the_whole_profile(self, country: Session, now: datetime) -> None:
        school = a_school(country, now=now, gender="girls")
        event = last_told(country, school.id)
        assert (event.type, event.province, event.territory) == ("peyvand.school.registered.v1", "IR-03", "IR/IR-03")
        assert event.data is not None
        assert event.data["school"]["gender"] == "girls"

    @pytest.mark.requirement("R-018")
    def test_recognises_the_name_in_another_spelling(self, country: Session, now: datetime) -> None:
        school = a_school(country, now=now, name=NAME)
        with pytest.raises(SchoolExists) as refused:
            a_school(country, now=now, name="مدرسه  کاوه یزدی")
        assert refused.value.link == f"/v1/schools/{school.id}"
        assert a_school(country, now=now, name=NAME, province="IR-21").id != school.id

    def test_a_taken_name_cannot_be_changed_to(self, country: Session, now: datetime) -> None:
        known, other = a_school(country, now=now, name=NAME), a_school(country, now=now)
        how = {"profile": profile("مدرسه کاوه یزدی"), "as_of": date(2020, 9, 23), "today": now.date()}
        with pytest.raises(SchoolExists) as refused:
            change_school_profile(country, school_id=other.id, expected=other.version, by=HQ, now=now, **how)
        assert refused.value.link == f"/v1/schools/{known.id}"

    def test_takes_a_second_school_of_the_name_with_a_reason(self, country: Session, now: datetime) -> None:
        a_school(country, now=now, name=NAME)
        other = a_school(country, now=now, name=NAME, another_because="it is in another town")
        assert other.reason == "it is in another town"

    def test_is_found_by_any_spelling_and_order_of_words(self, country: Session, now: datetime) -> None:
        school = a_school(country, now=now, name=NAME)
        for q in ("کاوه", "یزدی كاوه", "مدرسه‌کاوه"):
            assert [each.id for each in list_schools(country, by=HQ, q=q)] == [school.id]

    def test_a_province_registers_at_home_only(self, country: Session, now: datetime) -> None:
        a_school(country, now=now, by=TABRIZ)
        with pytest.raises(OutsideYourProvince):
            a_school(country, now=now, by=YAZD)

    def test_another_provinces_school_is_unknown(self, country: Session, now: datetime) -> None:
        school = a_school(country, now=now)
        with pytest.raises(SchoolNotFound):
            get_school(country, school.id, by=YAZD)

    def test_row_level_security_alone_hides_it_too(
        self, country: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        school = a_school(country, now=now)
        monkeypatch.setattr(tenancy, "GUARD_ON", False)
        assert get_school(country, school.id, by=YAZD) is school
        enter(country, tenant=TENANT, province="IR-21")
        with pytest.raises(SchoolNotFound):
            get_school(country, school.id, by=YAZD)


class TestRegisterSchoolAtOnce:
    def test_two_people_make_one_school(self, registry_sessions: sessionmaker[Session], now: datetime) -> None:
        with registry_sessions.begin() as session:
            load_territories(session, now=now)

        def register(_: int) -> str:
            try:
                with registry_sessions.begin() as session:
                    enter(session, tenant=TENANT, province="IR-03")
                    return a_school(session, now=now, name=NAME, by=TABRIZ).state
            except SchoolExists:
                return "exists"

        with ThreadPoolExecutor(4) as pool:
            outcomes = sorted(pool.map(register, range(4)))
        assert outcomes == ["active", "exists", "exists", "exists"]


class TestChangeSchoolProfile:
    def test_is_true_from_a_day_that_is_not_ahead_and_not_older(self, country: Session, now: datetime) -> None:
        school = a_school(country, now=now, name=NAME)
        today = now.date()
        how = {"school_id": school.id, "profile": profile(NAME), "today": today, "by": TABRIZ, "now": now}
        for day, code in (
            (date(2020, 10, 13), "day_in_future"),
            (date(2020, 9, 1), "profile_older_than_present"),
        ):
            with pytest.raises(Refused) as refused:
                change_school_profile(country, expected=school.version, as_of=day, **how)
            assert [each.code for each in refused.value.refusals] == [code]
        change_school_profile(country, expected=school.version, as_of=today, **how)
        assert (school.gender, school.as_of, told(country, school.id)[-1]) == (
            "boys",
            today,
            "school.profile_changed",
        )


class TestMergeAndCloseSchool:
    def test_the_names_of_a_merged_school_lead_to_its_successor(self, country: Session, now: datetime) -> None:
        old, new = a_school(country, now=now, name="مدرسهٔ قدیم"), a_school(country, now=now, name="مدرسهٔ نو")
        how = {"into_id": new.id, "on": now.date(), "reason": "one building", "by": TABRIZ, "now": now}
        merge_school(country, school_id=old.id, expected=old.version, **how)
        assert (old.state, old.successor_id) == ("merged", new.id)
        assert told(country, old.id) == ["school.registered", "school.merged"]
        assert [each.id for each in list_schools(country, by=HQ, q="قدیم", state="active")] == [new.id]
        with pytest.raises(Refused):
            merge_school(country, school_id=new.id, expected=new.version, **how)

    def test_a_closed_school_takes_no_more_changes(self, country: Session, now: datetime) -> None:
        school = a_school(country, now=now)
        how = {"school_id": school.id, "on": now.date(), "reason": "moved", "by": TABRIZ, "now": now}
        close_school(country, expected=school.version, **how)
        assert told(country, school.id)[-1] == "school.closed"
        with pytest.raises(IllegalTransition):
            close_school(country, expected=school.version, **how)
