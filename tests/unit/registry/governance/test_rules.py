"""The governance wing's decisions, without a database."""

from datetime import date
from uuid import uuid4

import pytest

from services.registry.governance.authorisations import rules as authorisations
from services.registry.governance.committees import rules as committees
from services.registry.governance.committees.rules import Candidate, SeatRule
from services.registry.governance.directives import rules as directives
from services.registry.governance.letters import rules as letters
from services.registry.governance.letters.rules import Direction, Subject
from shared.kernel.problems import Refusal

HOLDER = uuid4()
ADULT = Candidate(uuid4(), minor=False, has_contacts=True)
MINOR = Candidate(uuid4(), minor=True, has_contacts=False)
REACHABLE_MINOR = Candidate(uuid4(), minor=True, has_contacts=True)
MEMBER = SeatRule("HQ-02", minor=False, delegate_allowed=False)
DELEGATING = SeatRule("HQ-05", minor=False, delegate_allowed=True)
STUDENT = SeatRule("HQ-13", minor=True, delegate_allowed=False)


def codes(refusals: list[Refusal], severity: str = "hard") -> list[str]:
    """What a rule refuses."""
    return [each.code for each in refusals if each.severity == severity]


class TestSeats:
    """Who may sit where."""

    @pytest.mark.invariant("I-14")
    @pytest.mark.requirement("R-047")
    def test_a_minor_sits_on_a_students_seat_without_contact_points_only(self) -> None:
        assert codes(committees.may_hold_seat(STUDENT, MINOR)) == []
        assert codes(committees.may_hold_seat(STUDENT, REACHABLE_MINOR)) == ["minor_has_contact_points"]
        assert codes(committees.may_hold_seat(MEMBER, MINOR)) == ["seat_not_for_minor"]

    def test_an_adult_on_a_students_seat_is_a_warning(self) -> None:
        assert codes(committees.may_hold_seat(STUDENT, ADULT), "soft") == ["seat_for_student"]

    @pytest.mark.requirement("R-045")
    @pytest.mark.invariant("I-13")
    def test_a_delegate_needs_a_seat_that_allows_one(self) -> None:
        assert codes(committees.may_name_delegate(DELEGATING, ADULT, HOLDER)) == []
        assert codes(committees.may_name_delegate(MEMBER, ADULT, HOLDER)) == ["delegate_not_allowed"]
        assert codes(committees.may_name_delegate(DELEGATING, ADULT, ADULT.person_id)) == ["delegate_is_holder"]

    @pytest.mark.invariant("I-13")
    def test_one_chair_and_at_most_one_secretary(self) -> None:
        seats = ["PR-01", "PR-02", "PR-03"]
        assert codes(committees.may_be_secretary("PR-02", "PR-01", "PR-02", seats)) == []
        assert codes(committees.may_be_secretary("PR-03", "PR-01", "PR-02", seats)) == ["secretary_fixed"]
        assert codes(committees.may_be_secretary("PR-01", "PR-01", None, seats)) == ["secretary_is_chair"]

    def test_a_seat_is_not_taken_before_its_last_holder_left(self) -> None:
        left, end = date(2020, 10, 10), date(2021, 9, 22)
        assert codes(committees.may_begin(date(2020, 10, 9), end, left)) == ["seat_still_held"]
        assert codes(committees.may_begin(left, end, left)) == []
        assert codes(committees.may_vacate(left, date(2020, 10, 9))) == ["seat_left_before_taken"]


class TestDirectives:
    """When a directive goes out and when offices are reminded."""

    @pytest.mark.requirement("R-048")
    def test_approval_needs_a_legal_comment_and_issue_needs_addressees(self) -> None:
        assert codes(directives.may_approve("")) == ["legal_comment_missing"]
        assert codes(directives.may_issue([])) == ["addressees_empty"]
        known, unknown = directives.Addressee("IR-03", True), directives.Addressee("IR-99", False)
        assert codes(directives.may_issue([known, known, unknown])) == ["addressee_without_office", "addressee_twice"]

    @pytest.mark.requirement("R-049")
    def test_working_days_skip_thursday_and_friday(self) -> None:
        def working(day: date) -> bool:
            return day.weekday() not in (3, 4)

        saturday, tuesday = date(2020, 9, 26), date(2020, 9, 29)
        assert directives.working_day_after(saturday, 3, working) == tuesday
        assert directives.reminder_day(saturday, 3, working) == date(2020, 9, 30)
        assert directives.reminder_day(saturday, 5, working) == date(2020, 10, 4)


class TestLetters:
    """Who writes to whom."""

    def test_each_subject_has_its_direction(self) -> None:
        to_agency, to_province = Direction.PROVINCE_TO_AGENCY, Direction.HQ_TO_PROVINCE
        assert codes(letters.may_draft(to_agency, Subject.READINESS, False, True)) == []
        assert codes(letters.may_draft(to_agency, Subject.READINESS, False, False)) == ["letter_needs_agency"]
        assert codes(letters.may_draft(to_province, Subject.DIRECTIVE_NOTICE, False, False)) == ["letter_only_from_hq"]
        assert codes(letters.may_draft(to_province, Subject.READINESS, True, False)) == ["subject_of_other_direction"]

    def test_an_answer_is_not_older_than_its_letter(self) -> None:
        sent, today = date(2020, 10, 5), date(2020, 10, 12)
        assert codes(letters.may_answer(sent, date(2020, 10, 4), today, True)) == ["answer_before_letter"]
        assert codes(letters.may_answer(sent, date(2020, 10, 13), today, True)) == ["date_in_future"]
        assert letters.answer_days(sent) == (date(2020, 10, 15), date(2020, 10, 20))


class TestAuthorisations:
    """What a permit must say."""

    @pytest.mark.requirement("R-055")
    def test_a_permit_has_a_number_and_ends_after_it_begins(self) -> None:
        tabled, today = date(2020, 10, 1), date(2020, 10, 12)
        assert codes(authorisations.may_grant(tabled, date(2020, 10, 3), None, today, "12/1")) == []
        refused = authorisations.may_grant(tabled, date(2020, 10, 3), date(2020, 10, 2), today, "")
        assert codes(refused) == ["number_missing", "validity_before_grant"]
        early = authorisations.may_grant(tabled, date(2020, 9, 30), None, today, "12/1")
        assert codes(early) == ["date_before_previous_step"]
