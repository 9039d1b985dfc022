"""Contact points as people type them, and where roles belong."""

from datetime import date
from uuid import uuid4

import pytest

from services.registry.register.people.contacts import ContactError, normal_email, normal_mobile
from services.registry.register.people.rules import may_be_guardian, may_hold_contacts
from services.registry.register.roles.rules import may_assign, may_give, overlaps
from services.registry.register.schools.rules import may_merge
from tests.support.actors import HQ, TABRIZ, an_actor


class TestMobile:
    @pytest.mark.parametrize(
        "typed", ["09121234567", "۰۹۱۲۱۲۳۴۵۶۷", "٠٩١٢ ١٢٣ ٤٥٦٧", "+98 912 123 4567", "0098-912-123-4567", "9121234567"]
    )
    def test_all_digit_sets_and_forms_are_one_number(self, typed: str) -> None:
        assert normal_mobile(typed) == "+989121234567"

    @pytest.mark.parametrize("typed", ["0912345", "", "abc", "02188888888", "+98912123456789", "0912\r\n1234567x"])
    def test_what_is_no_mobile_is_refused(self, typed: str) -> None:
        with pytest.raises(ContactError) as refused:
            normal_mobile(typed)
        assert refused.value.code == "mobile_not_valid"


class TestEmail:
    def test_the_domain_is_written_small(self) -> None:
        assert normal_email(" Sara.K+x@Example.ORG ") == "Sara.K+x@example.org"

    @pytest.mark.parametrize(
        "typed",
        ["a", "a@b", "a@@example.org", "a b@example.org", "a@example.org\r\nBcc: x@example.org", ".a@example.org",
         "a..b@example.org", f"{'a' * 70}@example.org", "a@-example.org", "الف@example.org"],
    )  # fmt: skip
    def test_what_is_no_address_is_refused(self, typed: str) -> None:
        with pytest.raises(ContactError):
            normal_email(typed)


class TestContacts:
    @pytest.mark.invariant("I-14")
    def test_a_minor_has_none(self) -> None:
        someone = uuid4()
        held = {"email": "a@example.org", "mobile": None, "guardian_id": None, "person_id": someone}
        assert [each.code for each in may_hold_contacts(minor=True, **held)] == ["minor_has_no_contact_points"]
        assert may_hold_contacts(minor=False, **held) == []
        assert [each.code for each in may_be_guardian(minor=True, active=True)] == ["guardian_not_adult"]


class TestRoles:
    def test_overlap_is_by_days_with_open_ends(self) -> None:
        first, second = date(2020, 9, 22), date(2020, 12, 1)
        assert overlaps(first, None, [(second, None)])
        assert not overlaps(first, second, [(second, None)])
        assert not overlaps(second, None, [(first, second)])

    @pytest.mark.parametrize(
        ("role", "headquarters", "province"),
        [
            ("province_officer", True, True),
            ("principal", True, True),
            ("hq_officer", True, False),
            ("tenant_administrator", False, False),
            ("operator", False, False),
        ],
    )
    def test_who_may_give_them(self, role: str, headquarters: bool, province: bool) -> None:
        assert (may_give(role, by=HQ), may_give(role, by=TABRIZ)) == (headquarters, province)
        assert may_give(role, by=an_actor("tenant_administrator"))
        assert not may_give(role, by=an_actor("principal", "IR-03"))

    def test_a_national_agency_may_have_a_manager_nationally(self) -> None:
        where = {"province": "*", "organisation_kind": "agency", "district": None, "person_known": True}
        assert may_assign(role="agency_manager", **where) == []


class TestMerge:
    def test_all_reasons_come_at_once(self) -> None:
        one = uuid4()
        refusals = may_merge(one=one, into=one, target_open=False, same_province=False, field="into_id")
        assert [each.code for each in refusals] == [
            "merge_into_itself",
            "merge_target_not_active",
            "merge_target_elsewhere",
        ]
