"""Instances of duties in a cycle, and who may move, drop or attest one."""

from datetime import date

from services.registry.duty.obligations import rules
from services.registry.duty.obligations.definition import BEHAVIOURS, with_evidence
from shared.kernel.problems import Refusal
from shared.values.calendars import Calendar
from shared.values.periods import CycleRange

CYCLE = CycleRange(calendar=Calendar.SOLAR_HIJRI, start=date(2020, 9, 22), end=date(2021, 9, 22))
MEHR = (date(2020, 9, 22), date(2020, 10, 21))


def codes(refusals: list[Refusal]) -> list[str]:
    return [one.code for one in refusals]


class TestSpans:
    def test_a_monthly_duty_has_twelve_by_the_programmes_months(self) -> None:
        spans = rules.spans_of("month", cycle=CYCLE, window=None)
        assert [span.key for span in spans][:3] == ["1399-07", "1399-08", "1399-09"]
        assert len(spans) == 12
        assert (spans[1].first, spans[1].last, spans[1].label["en"]) == (
            date(2020, 10, 22),
            date(2020, 11, 20),
            "Aban 1399",
        )

    def test_a_quarterly_duty_has_four(self) -> None:
        spans = rules.spans_of("quarter", cycle=CYCLE, window=None)
        assert [(span.key, span.period) for span in spans] == [("Q1", 1), ("Q2", 2), ("Q3", 3), ("Q4", 4)]
        assert spans[0].last == date(2020, 12, 20)
        assert not any(span.rolls for span in spans)

    def test_a_step_of_a_window_has_one_that_rolls(self) -> None:
        (span,) = rules.spans_of("once", cycle=CYCLE, window=MEHR)
        assert (span.key, span.first, span.last, span.rolls) == ("cycle", *MEHR, True)
        assert span.label["fa"] == "مهر ۱۳۹۹"

    def test_months_that_were_over_are_left_out_but_a_window_stays(self) -> None:
        later = date(2020, 11, 21)
        months = rules.still_ahead(rules.spans_of("month", cycle=CYCLE, window=None), since=later)
        assert (months[0].key, len(months)) == ("1399-09", 10)
        assert len(rules.still_ahead(rules.spans_of("once", cycle=CYCLE, window=MEHR), since=later)) == 1


class TestExtend:
    def extend(self, **changes: object) -> list[str]:
        values: dict[str, object] = {
            "level": "province",
            "reach": "national",
            "due_on": date(2020, 12, 20),
            "new_due_on": date(2020, 12, 27),
            "today": date(2020, 12, 1),
            "last_day": CYCLE.end,
        }
        return codes(rules.may_extend(**(values | changes)))  # type: ignore[arg-type]

    def test_only_a_level_above_and_only_later(self) -> None:
        assert self.extend() == []
        assert self.extend(reach="province") == ["authority_not_above"]
        assert self.extend(level="national") == ["authority_not_above"]
        assert self.extend(new_due_on=date(2020, 12, 20)) == ["due_only_later"]
        assert self.extend(today=date(2021, 1, 5)) == ["due_in_past"]
        assert self.extend(new_due_on=date(2021, 10, 1)) == ["due_after_cycle"]


class TestWaiveAndAttest:
    def test_headquarters_waives_any_a_province_only_below_itself(self) -> None:
        assert rules.may_waive(level="national", reach="national") == []
        assert codes(rules.may_waive(level="province", reach="province")) == ["authority_not_above"]
        assert rules.may_waive(level="school", reach="province") == []

    def test_who_owes_it_attests_it_on_a_day_that_has_come(self) -> None:
        day = date(2020, 12, 1)
        assert rules.may_attest(level="province", reach="province", fulfilled_on=day, today=day) == []
        assert codes(rules.may_attest(level="national", reach="province", fulfilled_on=day, today=day)) == [
            "not_yours_to_attest"
        ]
        future = date(2020, 12, 2)
        assert codes(rules.may_attest(level="province", reach="national", fulfilled_on=future, today=day)) == [
            "date_in_future"
        ]


def test_each_duty_that_obliges_knows_what_fulfils_it() -> None:
    assert with_evidence("directive_issued") == ["H1", "T1"]
    assert with_evidence("meeting_held") == ["H2", "W3"]
    assert set(BEHAVIOURS) == {"H1", "H2", "W3", "T1", "T2", "T3", "T4"}
