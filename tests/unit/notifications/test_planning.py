"""Planning: quiet hours, weekends, bundles, digest, catch-up guard, languages and who is never addressed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from services.notifications.notices.definition import (
    Audience,
    ChannelName,
    Notice,
    Role,
    Trigger,
    Urgency,
    catalogue,
    load_notice,
)
from services.notifications.notices.planning import (
    Locale,
    Matter,
    Moment,
    PlannedItem,
    Recipient,
    digest_at,
    not_before,
    plan,
)
from shared.values.deadlines import at_local, weekend_of

TEHRAN = Locale("Asia/Tehran", weekend_of(("thu", "fri")), frozenset(), ("fa", "en"), "fa")
EVENT, SUBJECT = UUID(int=7), UUID(int=8)


def tehran(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant on Tehran's wall."""
    from datetime import time

    return at_local(day, time(hour, minute), "Asia/Tehran")


THURSDAY = date(2020, 10, 22)
"""1 Aban 1399."""
SATURDAY = date(2020, 10, 24)
MONDAY = date(2020, 10, 12)


def somebody(role: Role = Role.PH, **changes: Any) -> Recipient:
    """A person with both addresses."""
    person = Recipient(uuid5(EVENT, role.value), role, language="fa", email="a@example.org", mobile="+989120000000")
    return replace(person, **changes)


def a_notice(rule: str = "N-10", at: int = 0) -> tuple[Notice, Trigger]:
    """A rule of the catalogue and one of its triggers."""
    notice = catalogue()[rule]
    return notice, notice.triggers[at]


def a_matter(event: str = "quota.breached", **changes: Any) -> Matter:
    """A breach of the quota."""
    return replace(Matter(event, EVENT, "quota", SUBJECT), **changes)


def a_moment(now: datetime, **changes: Any) -> Moment:
    """A live tenant, the event just recorded."""
    return replace(Moment(now, now, True, TEHRAN), **changes)


def planned_for(people: list[Recipient], now: datetime, rule: str = "N-10", **changes: Any) -> list[PlannedItem]:
    """What a rule plans for some people, each by the audience of their role."""
    notice, trigger = a_notice(rule)
    pairs = [(audience, person) for audience in trigger.to for person in people if person.role is audience.role]
    return list(plan(notice, trigger, a_matter(), pairs, a_moment(now, **changes)))


class TestQuietHours:
    def test_mail_leaves_after_the_bundle_and_a_thursday_text_on_saturday_at_eight(self) -> None:
        (item,) = planned_for([somebody()], tehran(THURSDAY, 0))

        times = {each.channel: each.not_before for each in item.deliveries}
        assert times[ChannelName.EMAIL] == tehran(THURSDAY, 0, 15)
        assert times[ChannelName.SMS] == tehran(SATURDAY, 8)

    @pytest.mark.parametrize(
        ("urgency", "start", "expected"),
        [
            (Urgency.HIGH, tehran(MONDAY, 12), tehran(MONDAY, 12)),
            (Urgency.HIGH, tehran(MONDAY, 20, 59), tehran(MONDAY, 20, 59)),
            (Urgency.HIGH, tehran(MONDAY, 21), tehran(MONDAY + timedelta(1), 8)),
            (Urgency.HIGH, tehran(MONDAY, 7, 59), tehran(MONDAY, 8)),
            (Urgency.HIGH, tehran(THURSDAY - timedelta(1), 21), tehran(SATURDAY, 8)),
            (Urgency.HIGH, tehran(THURSDAY, 12), tehran(SATURDAY, 8)),
            (Urgency.NORMAL, tehran(THURSDAY, 12), tehran(THURSDAY, 12)),
            (Urgency.NORMAL, tehran(THURSDAY, 22), tehran(THURSDAY + timedelta(1), 8)),
            (Urgency.CRITICAL, tehran(THURSDAY, 23), tehran(THURSDAY, 23)),
        ],
    )
    def test_texts_wait_for_waking_hours(self, urgency: Urgency, start: datetime, expected: datetime) -> None:
        assert not_before(ChannelName.SMS, urgency, start, TEHRAN) == expected

    def test_mail_never_waits(self) -> None:
        assert not_before(ChannelName.EMAIL, Urgency.HIGH, tehran(THURSDAY, 3), TEHRAN) == tehran(THURSDAY, 3)


class TestDigest:
    def test_leaves_at_eight_of_the_next_working_day(self) -> None:
        assert digest_at(tehran(THURSDAY, 0), TEHRAN) == tehran(SATURDAY, 8)
        assert digest_at(tehran(MONDAY, 8), TEHRAN) == tehran(MONDAY, 8)
        assert digest_at(tehran(MONDAY, 8, 1), TEHRAN) == tehran(MONDAY + timedelta(1), 8)

    def test_a_holiday_is_no_working_day(self) -> None:
        locale = replace(TEHRAN, holidays=frozenset({SATURDAY}))

        assert digest_at(tehran(THURSDAY, 0), locale) == tehran(SATURDAY + timedelta(1), 8)

    def test_headquarters_gets_a_line_and_no_mail_of_its_own(self) -> None:
        (item,) = planned_for([somebody(Role.HQO)], tehran(MONDAY, 9))

        assert item.message_rule == "digest"
        assert item.rule == "N-10"
        assert [each.channel for each in item.deliveries] == [ChannelName.EMAIL]

    def test_somebody_told_directly_gets_no_line_as_well(self) -> None:
        same = UUID(int=5)
        people = [somebody(Role.PH, person_id=same), somebody(Role.HQO, person_id=same)]

        (item,) = planned_for(people, tehran(MONDAY, 9))

        assert item.message_rule == "N-10"


class TestOnce:
    @pytest.mark.requirement("R-169")
    def test_the_key_is_rule_subject_rung_and_person(self) -> None:
        notice, trigger = a_notice("N-10", 1)
        first = a_matter("quota.reminder_due", step="W1", rung="W1/1", event_id=UUID(int=1))
        again = replace(first, event_id=UUID(int=2))
        people = [(trigger.to[0], somebody())]
        moment = a_moment(tehran(MONDAY, 9))

        keys = {plan(notice, trigger, matter, people, moment)[0].once_key for matter in (first, again)}

        assert len(keys) == 1

    def test_two_roles_of_one_person_are_one_message(self) -> None:
        same = UUID(int=5)

        items = planned_for([somebody(Role.PH, person_id=same), somebody(Role.PS, person_id=same)], tehran(MONDAY, 9))

        assert len(items) == 1

    def test_quota_news_bundle_for_a_quarter_of_an_hour_and_appointments_never(self) -> None:
        now = tehran(MONDAY, 9)
        (bundled,) = planned_for([somebody()], now)
        (alone,) = planned_for([somebody(Role.EP)], now, rule="N-07")

        assert bundled.closes_at == now + timedelta(minutes=15)
        assert alone.closes_at == now


class TestSilence:
    @pytest.mark.parametrize(
        ("changes", "person", "reason"),
        [
            ({"live": False}, {}, "tenant_not_live"),
            ({"recorded_at": tehran(MONDAY, 9) - timedelta(hours=49)}, {}, "catch_up"),
            ({}, {"minor": True}, "minor"),
            ({}, {"erased": True}, "erased"),
            ({}, {"email": None, "mobile": None}, "no_contact"),
            ({}, {"blocked": frozenset(ChannelName)}, "bounced"),
        ],
    )
    @pytest.mark.requirement("R-047")
    def test_is_visible_with_its_reason(self, changes: dict[str, Any], person: dict[str, Any], reason: str) -> None:
        (item,) = planned_for([somebody(**person)], tehran(MONDAY, 9), **changes)

        assert {each.suppressed for each in item.deliveries} == {reason}

    def test_an_event_of_yesterday_is_still_news(self) -> None:
        recorded = tehran(MONDAY, 9) - timedelta(hours=47)

        (item,) = planned_for([somebody()], tehran(MONDAY, 9), recorded_at=recorded)

        assert {each.suppressed for each in item.deliveries} == {None}

    def test_a_bounced_channel_is_replaced_by_the_other(self) -> None:
        notice, trigger = a_notice("N-11")
        person = somebody(blocked=frozenset({ChannelName.EMAIL}))

        (item,) = plan(
            notice, trigger, a_matter("quota.restored"), [(trigger.to[0], person)], a_moment(tehran(MONDAY, 9))
        )

        assert [(each.channel, each.suppressed) for each in item.deliveries] == [(ChannelName.SMS, None)]

    def test_an_address_on_its_way_is_waited_for(self) -> None:
        (item,) = planned_for([somebody(known=False, email=None, mobile=None)], tehran(MONDAY, 9))

        assert {each.suppressed for each in item.deliveries} == {None}


class TestMeetings:
    @pytest.mark.parametrize(("hours", "channels"), [(47, 2), (49, 1)])
    def test_a_text_only_when_the_start_is_near(self, hours: int, channels: int) -> None:
        notice, trigger = a_notice("N-34")
        now = tehran(MONDAY, 9)
        matter = a_matter("meeting.cancelled", begins_at=now + timedelta(hours=hours))

        (item,) = plan(notice, trigger, matter, [(trigger.to[0], somebody(Role.INV))], a_moment(now))

        assert len(item.deliveries) == channels


class TestCatalogue:
    def test_says_nothing_twice_and_nothing_unknown(self) -> None:
        text = "rule: N-99\nrule: N-98\n"
        with pytest.raises(ValueError, match="said twice"):
            load_notice(text)
        with pytest.raises(ValueError, match="nonsense"):
            load_notice(
                "rule: N-99\ntemplate: x\nname: {fa: a, en: b}\nurgency: low\nnonsense: 1\n"
                "triggers: [{event: a.b, step: c, to: [{role: PH}]}]"
            )

    def test_scalars_stay_strings(self) -> None:
        notice = load_notice(
            "rule: N-99\ntemplate: no\nname: {fa: on, en: 010}\nurgency: low\n"
            "triggers: [{event: a.b, step: yes, to: [{role: PH}]}]"
        )

        assert (notice.template, notice.name["en"], notice.triggers[0].step) == ("no", "010", "yes")

    def test_preferred_language_if_the_tenant_allows_it(self) -> None:
        (persian,) = planned_for([somebody(language="lt")], tehran(MONDAY, 9))
        (english,) = planned_for([somebody(language="en")], tehran(MONDAY, 9))

        assert (persian.language, english.language) == ("fa", "en")


def test_an_audience_is_by_mail_unless_said_otherwise() -> None:
    assert Audience(role=Role.PH).channels == (ChannelName.EMAIL,)
    assert tehran(MONDAY, 9).tzinfo is UTC
