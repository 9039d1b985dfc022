"""The programme files: read as text, complete, and strict."""

import pytest
import yaml
from pydantic import ValidationError

from services.registry.programme.programmes.catalogue import catalogue, read_definition
from services.registry.programme.programmes.definition import Definition, definition_diff, definition_hash
from services.registry.programme.programmes.eligibility import may_take_part
from services.registry.programme.programmes.rules import may_revise
from shared.values.texts import LocalizedText

MINIMAL = """
code: test
tenant: ir-seo
country: IR
names: {fa: آزمون}
locale: {default: fa, allowed: [fa], digits: arabext}
calendar: {system: solar_hijri, tz: Asia/Tehran, week_start: sat, weekend: [fri], cycle_start: {month: 7, day: 1}}
levels: [national, province]
"""


@pytest.fixture(scope="module")
def first() -> Definition:
    """Programme 001."""
    return next(each for each in catalogue() if each.code == "sad-dabirkhaneh")


class TestFirstProgramme:
    @pytest.mark.requirement("R-002")
    def test_has_the_quotas_of_the_guideline(self, first: Definition) -> None:
        assert [(q.id, q.min, q.max, q.max_is_hard) for q in first.quotas] == [
            ("Q-SCH", 5, 10, True),
            ("Q-AGY", 5, 10, True),
        ]

    def test_has_thirteen_and_eight_seats_with_labels_in_both_languages(self, first: Definition) -> None:
        headquarters, province = first.committee("HQ"), first.committee("PR")
        assert [seat.code for seat in headquarters.seats] == [f"HQ-{n:02d}" for n in range(1, 14)]
        assert [seat.code for seat in province.seats] == [f"PR-{n:02d}" for n in range(1, 9)]
        seats = (*headquarters.seats, *province.seats)
        assert {seat.code for seat in seats if seat.minor} == {"HQ-13", "PR-08"}
        assert {seat.code for seat in seats if seat.delegate} == {"HQ-05", "HQ-06", "HQ-07", "HQ-08"}
        assert (headquarters.chair, headquarters.secretary) == ("HQ-01", None)
        assert (province.chair, province.secretary) == ("PR-01", "PR-02")
        assert all({"fa", "en"} <= set(seat.names.root) for seat in seats)

    def test_has_all_duties_and_steps_and_says_which_oblige(self, first: Definition) -> None:
        numbered = [f"H{n}" for n in range(1, 6)] + [f"W{n}" for n in range(1, 16)] + [f"P{n}" for n in range(1, 7)]
        assert [duty.code for duty in first.duties] == numbered
        assert [step.code for step in first.steps] == [f"T{n}" for n in range(1, 12)]
        assert first.obliging == {"H1", "H2", "W3", "T1", "T2", "T3", "T4"}
        assignees = {code: first.duty(code).assignees for code in sorted(first.obliging)}
        assert assignees == {
            "H1": ("HQO",),
            "H2": ("HQC", "HQO"),
            "T1": ("HQO",),
            "T2": ("HQO",),
            "T3": ("PS",),
            "T4": ("PS",),
            "W3": ("PS",),
        }

    def test_has_the_six_duties_of_a_principal_in_both_languages(self, first: Definition) -> None:
        assert [item.code for item in first.duty_sheet] == ["P1", "P2", "P3", "P4", "P5", "P6"]
        assert all({"fa", "en"} <= set(item.names.root) for item in first.duty_sheet)

    @pytest.mark.requirement("R-015", "R-016", "R-017")
    def test_has_the_policy_goals(self, first: Definition) -> None:
        goals = {goal.code: goal for goal in first.policy_goals}
        assert {"FRD-8", "FRD-9", "FRD-10", "FRD-13", "ORG-1"} <= set(goals)
        assert len([code for code in goals if code.startswith("POL-")]) == 5
        assert goals["VIS-1404"].horizon_year == 1404

    def test_has_the_weekend_and_the_school_break(self, first: Definition) -> None:
        assert first.weekend == {3, 4}
        assert first.holidays.school_breaks[0].to.day == 13


class TestStrictReading:
    def test_scalars_stay_text(self) -> None:
        definition = read_definition(MINIMAL + "aliases: [1440-01-01, no, 0777]\n")
        assert definition.aliases == ("1440-01-01", "no", "0777")

    def test_unknown_keys_are_mistakes(self) -> None:
        with pytest.raises(ValidationError):
            read_definition(MINIMAL + "quotaz: []\n")

    def test_a_key_written_twice_is_a_mistake(self) -> None:
        with pytest.raises(yaml.YAMLError):
            read_definition(MINIMAL + "code: other\n")

    def test_tags_make_no_objects(self) -> None:
        assert read_definition(MINIMAL + "aliases: !!python/object/apply:os.system [ls]\n").aliases == ("ls",)

    @pytest.mark.parametrize(
        "wrong",
        [
            "quotas: [{id: Q, subject: secretariat, scope: province, min: 9, max: 3}]\n",
            "steps: [{code: T1, level: national, names: {fa: گام}, per: once, window: none, assignees: [HQO]}]\n",
            "committees: [{code: A, level: national, names: {fa: ا}, chair: X, seats: [{code: B, names: {fa: ا}}]}]\n",
            "eligibility: [{rule: python.eval, on: enrolment, in: [x]}]\n",
        ],
    )
    def test_what_does_not_hang_together_is_refused(self, wrong: str) -> None:
        with pytest.raises(ValidationError):
            read_definition(MINIMAL + wrong)


class TestRevision:
    def test_the_hash_follows_the_content_not_the_number(self, first: Definition) -> None:
        assert definition_hash(first) == definition_hash(first.model_copy(update={"version": 7}))
        renamed = first.model_copy(update={"names": LocalizedText({"fa": "نام تازه"})})
        assert definition_hash(first) != definition_hash(renamed)
        assert list(definition_diff(first, renamed)) == ["names"]

    def test_the_calendar_cannot_change(self, first: Definition) -> None:
        calendar = first.calendar.model_copy(update={"tz": "Europe/Vilnius"})
        refusals = may_revise(first, first.model_copy(update={"calendar": calendar}))
        assert [each.code for each in refusals] == ["calendar_cannot_change"]
        assert may_revise(first, first) == []


class TestEligibility:
    def test_names_what_is_allowed(self, first: Definition) -> None:
        refusals = may_take_part(first.eligibility, on="secretariat.nominate", traits={"school.kind": "ordinary"})
        assert [(each.code, each.field, each.params["allowed"]) for each in refusals] == [
            ("not_eligible", "kind", "special")
        ]
        assert may_take_part(first.eligibility, on="secretariat.nominate", traits={"school.kind": "special"}) == []
        assert may_take_part(first.eligibility, on="another.step", traits={}) == []
