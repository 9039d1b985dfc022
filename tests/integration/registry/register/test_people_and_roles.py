"""People and their roles: contacts on the restricted stream, minors without any, roles without overlap."""

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.registry.register.people.commands import (
    PersonExists,
    Preferences,
    change_contact_points,
    change_preferences,
    erase_person,
)
from services.registry.register.people.queries import PersonNotFound, get_person, people_named
from services.registry.register.roles.commands import RoleNotYoursToGive, RoleOverlaps, end_role
from services.registry.register.roles.queries import grants_of, holders_of, holds_role
from services.registry.register.territories.load import load_territories
from services.registry.register.territories.queries import OutsideYourProvince
from shared.kernel.outbox import Outbox
from shared.kernel.problems import Refused
from tests.support.actors import HQ, TABRIZ, TENANT, YAZD, an_actor
from tests.support.registry_world import a_person, a_role, a_school, contact_points, told

LATER = date(2021, 1, 1)


@pytest.fixture
def country(registry_session: Session, now: datetime) -> Session:
    load_territories(registry_session, now=now)
    return registry_session


def streams(session: Session, person_id: object) -> list[tuple[str, int]]:
    rows = session.scalars(select(Outbox).where(Outbox.aggregate_id == person_id).order_by(Outbox.id))
    return [(row.stream, row.sequence) for row in rows]


class TestRegisterPerson:
    def test_contacts_travel_on_the_restricted_stream_only(self, country: Session, now: datetime) -> None:
        person = a_person(country, now=now)
        assert told(country, person.id) == ["person.registered", "person.contact_points_changed"]
        assert streams(country, person.id) == [("peyvand.registry", 1), ("peyvand.registry.pii", 1)]
        plain = country.scalars(select(Outbox).where(Outbox.stream == "peyvand.registry")).all()
        assert not any(person.display_name in str(row.data) for row in plain)

    @pytest.mark.invariant("I-14")
    def test_a_minor_has_no_contact_points_but_a_guardian(self, country: Session, now: datetime) -> None:
        with pytest.raises(Refused) as refused:
            a_person(country, now=now, minor=True, contacts=contact_points(mobile="+989121234567"))
        assert [(each.code, each.field) for each in refused.value.refusals] == [
            ("minor_has_no_contact_points", "mobile")
        ]
        guardian = a_person(country, now=now)
        child = a_person(country, now=now, minor=True, contacts=contact_points(guardian_id=guardian.id))
        assert (child.guardian_id, child.email, child.mobile) == (guardian.id, None, None)

    @pytest.mark.invariant("I-14")
    def test_the_database_itself_keeps_no_contact_points_of_a_minor(self, country: Session, now: datetime) -> None:
        child = a_person(country, now=now, minor=True, contacts=contact_points())
        child.mobile = "+989121234567"
        with pytest.raises(IntegrityError), country.begin_nested():
            country.flush()

    def test_the_same_number_is_the_same_person(self, country: Session, now: datetime) -> None:
        known = a_person(country, now=now, contacts=contact_points(mobile="+989121234567"))
        with pytest.raises(PersonExists) as refused:
            a_person(country, now=now, contacts=contact_points(mobile="+989121234567"))
        assert refused.value.link == f"/v1/people/{known.id}"

    def test_provinces_see_neither_each_others_nor_headquarters_people(self, country: Session, now: datetime) -> None:
        own, national = a_person(country, now=now), a_person(country, now=now, province="IR")
        assert get_person(country, own.id, by=TABRIZ).id == own.id
        for person, by in ((own, YAZD), (national, YAZD)):
            with pytest.raises(PersonNotFound):
                get_person(country, person.id, by=by)
        assert people_named(country, person_ids=[national.id], tenant=TENANT) == {national.id: national.display_name}


class TestChangePerson:
    def test_new_contacts_are_told_whole(self, country: Session, now: datetime) -> None:
        person = a_person(country, now=now)
        new = contact_points("نام تازه", email="new@example.org")
        change_contact_points(country, person_id=person.id, expected=person.version, contacts=new, by=TABRIZ, now=now)
        row = country.scalars(select(Outbox).where(Outbox.aggregate_id == person.id).order_by(Outbox.id.desc())).first()
        assert row is not None and row.data is not None
        assert (row.data["email"], row.data["display_name"], row.data.get("mobile")) == (
            "new@example.org",
            "نام تازه",
            None,
        )

    def test_everybody_changes_their_own_preferences_and_nobody_elses(self, country: Session, now: datetime) -> None:
        person, other = a_person(country, now=now), a_person(country, now=now)
        me = an_actor("principal", "IR-03", person_id=person.id)
        english = Preferences(language="en", digits="latn", channels=["email"])
        how = {"preferences": english, "by": me, "now": now}
        change_preferences(country, person_id=person.id, expected=person.version, **how)
        assert person.language == "en"
        with pytest.raises(PersonNotFound):
            change_preferences(country, person_id=other.id, expected=other.version, **how)

    def test_erasing_leaves_the_id_alone(self, country: Session, now: datetime) -> None:
        person = a_person(country, now=now)
        erase_person(country, person_id=person.id, expected=person.version, by=TABRIZ, now=now)
        assert (person.display_name, person.email, person.mobile, person.state) == ("", None, None, "erased")
        assert told(country, person.id)[-1] == "person.erased"
        assert people_named(country, person_ids=[person.id], tenant=TENANT) == {}


class TestAssignRole:
    def test_gives_a_grant_from_the_first_day_to_the_day_before_the_last(self, country: Session, now: datetime) -> None:
        person, school = a_person(country, now=now), a_school(country, now=now)
        held = {"person": person, "role": "principal", "organisation_id": school.id, "organisation_kind": "school"}
        role = a_role(country, now=now, by=TABRIZ, **held)
        who = {"tenant": TENANT, "person_id": person.id}
        assert holds_role(country, **who, role="principal", on=now.date(), organisation_id=school.id)
        assert not holds_role(country, **who, role="principal", on=date(2020, 9, 21))
        grant = grants_of(country, **who, on=now.date())[0]
        assert (grant.role, grant.province, grant.organisation_id) == ("principal", "IR-03", school.id)

        end_role(country, assignment_id=role.id, expected=role.version, to_on=LATER, reason="moved", by=TABRIZ, now=now)
        assert told(country, role.id) == ["role.assigned", "role.ended"]
        assert holders_of(country, tenant=TENANT, role="principal", on=date(2020, 12, 31)) == [person.id]
        assert holders_of(country, tenant=TENANT, role="principal", on=LATER) == []
        a_role(country, now=now, from_on=LATER, **held)

    def test_the_same_role_twice_on_one_day_is_refused(self, country: Session, now: datetime) -> None:
        person = a_person(country, now=now)
        role = a_role(country, now=now, person=person)
        with pytest.raises(RoleOverlaps) as refused:
            a_role(country, now=now, person=person, from_on=LATER)
        assert refused.value.link == f"/v1/roles/{role.id}"

    @pytest.mark.parametrize(
        ("role", "province", "code"),
        [
            ("king", "IR-03", "role_unknown"),
            ("hq_officer", "IR-03", "role_is_national"),
            ("province_officer", "*", "role_needs_province"),
            ("principal", "IR-03", "role_needs_organisation"),
            ("district_officer", "IR-03", "role_district"),
        ],
    )
    def test_a_role_is_held_where_it_belongs(
        self, country: Session, now: datetime, role: str, province: str, code: str
    ) -> None:
        person = a_person(country, now=now)
        with pytest.raises(Refused) as refused:
            a_role(country, now=now, person=person, role=role, province=province)
        assert [each.code for each in refused.value.refusals] == [code]

    def test_nobody_gives_more_than_they_oversee(self, country: Session, now: datetime) -> None:
        person = a_person(country, now=now)
        for role in ("hq_officer", "tenant_administrator"):
            with pytest.raises(RoleNotYoursToGive):
                a_role(country, now=now, person=person, role=role, province="*", by=TABRIZ)
        with pytest.raises(RoleNotYoursToGive):
            a_role(country, now=now, person=person, role="tenant_administrator", province="*", by=HQ)
        with pytest.raises(OutsideYourProvince):
            a_role(country, now=now, person=person, province="IR-03", by=YAZD)

    def test_a_school_of_another_province_is_no_place_for_it(self, country: Session, now: datetime) -> None:
        person, school = a_person(country, now=now), a_school(country, now=now, province="IR-21")
        with pytest.raises(Refused) as refused:
            a_role(
                country,
                now=now,
                person=person,
                role="principal",
                organisation_id=school.id,
                organisation_kind="school",
            )
        assert [each.code for each in refused.value.refusals] == ["organisation_elsewhere"]
