"""Every trigger of the catalogue speaks, in both languages, with every fact its templates ask for."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notifications.channels.segments import segments_of
from services.notifications.contacts.models import Contact
from services.notifications.messages import commands
from services.notifications.messages.letters import Desk, compose
from services.notifications.messages.models import Delivery
from services.notifications.notices.definition import catalogue
from shared.contracts import duty, gathering, governance, partnership, register
from shared.contracts.base import Event
from tests.support.actors import HQ, TENANT
from tests.support.matters import (
    a_directive,
    a_letter,
    a_meeting,
    a_pairing,
    a_plan,
    a_quota,
    a_secretariat,
    an_authorisation,
    an_obligation,
)
from tests.support.messages import (
    AGENCY,
    AGENCY_NAMES,
    DAY,
    DIMS,
    NOW,
    OFFICE,
    OFFICER,
    PLAN,
    PRINCIPAL,
    PROVINCE,
    Stage,
    a_committee,
    a_role,
    a_school,
    an_id,
    header,
)


def _samples() -> list[Event]:
    lately = {"due_at": NOW, "due_version": 1}
    selection = partnership.AgencySelectionFact(
        selection_id=an_id("selection"),
        plan_id=PLAN,
        agency_id=AGENCY,
        agency_names=AGENCY_NAMES,
        slot_no=1,
        decision_ref="M-3",
        held=(),
        dims=DIMS,
    )
    exception = partnership.QuotaExceptionFact(
        quota_id="secretariat", min=3, max=10, from_on=DAY, until_on=DAY, reason="کمبود مدرسه"
    )
    role = a_role(OFFICER, "secretariat_officer", PROVINCE)
    seat = a_committee("PR-03", OFFICER)
    assert isinstance(role, register.RoleAssigned) and isinstance(seat, governance.CommitteeSeatFilled)
    plain_seat = {**seat.model_dump(), "fact": header()["fact"], "effective_on": header()["effective_on"]}
    g, p, m, d = governance, partnership, gathering, duty
    return [
        a_directive(g.DirectiveIssued),
        a_directive(g.DirectiveSuperseded, reason="نسخهٔ تازه"),
        a_directive(g.DirectiveReminderDue, office_id=OFFICE, office_province=PROVINCE, step="WD3", **lately),
        a_directive(g.DirectiveReminderDue, office_id=OFFICE, office_province=PROVINCE, step="WD5", **lately),
        role,
        register.RoleEnded(assignment_id=role.assignment_id, role=role.role),
        seat,
        g.CommitteeSeatVacated(**plain_seat),
        g.CommitteeDelegateNamed(**plain_seat, delegate_for=PRINCIPAL),
        an_authorisation(g.AuthorisationGranted),
        an_authorisation(g.AuthorisationRefused),
        an_authorisation(g.AuthorisationExpired),
        an_authorisation(g.AuthorisationReminderDue, step="T-14", **lately),
        a_secretariat(p.SecretariatNominated),
        a_secretariat(p.SecretariatSelected),
        a_secretariat(p.SecretariatPassedOver, reason="نزدیک نبودن دستگاه"),
        a_secretariat(
            p.SecretariatAppointmentIssued,
            letter_number="1399/47",
            person_id=PRINCIPAL,
            letter_on=DAY,
            agency_names=AGENCY_NAMES,
        ),
        a_secretariat(
            p.SecretariatEstablished,
            duty_sheet=("گردآوری نیازها",),
            action_calendar=({"on": "2020-10-22", "title": "نشست"},),
        ),
        a_secretariat(p.SecretariatOfficerChanged, role="officer", from_person=None, to_person=OFFICER),
        a_secretariat(p.SecretariatSuspended),
        a_secretariat(p.SecretariatResumed),
        a_secretariat(p.SecretariatRevoked),
        a_school(register.SchoolClosed),
        a_school(register.SchoolMerged),
        a_quota(p.QuotaBreached),
        a_quota(p.QuotaReminderDue, step="W1", **lately),
        a_quota(p.QuotaRestored),
        p.QuotaExceptionGranted(plan_id=PLAN, plan=a_plan(), exception=exception, **header()),
        p.LaunchReminderDue(
            plan_id=PLAN,
            plan=a_plan(),
            step="T-2",
            window_end=DAY + timedelta(2),
            open_steps=("T3", "T4"),
            **lately,
            **header(),
        ),
        p.LaunchReminderDue(
            plan_id=PLAN,
            plan=a_plan(),
            step="T-7",
            window_end=DAY + timedelta(7),
            open_steps=("T3",),
            **lately,
            **header(),
        ),
        p.AgencySelected(plan_id=PLAN, selection=selection, **header()),
        a_letter(g.LetterSent),
        a_letter(g.LetterUnanswered, days=10),
        a_letter(g.LetterReminderDue, step="T+15", **lately),
        *(
            a_pairing(each)
            for each in (
                p.PairingInvited,
                p.PairingAccepted,
                p.PairingDeclined,
                p.PairingEstablished,
                p.PairingSuspended,
                p.PairingResumed,
                p.PairingDissolved,
                p.PairingCompleted,
                p.PairingVoided,
            )
        ),
        a_pairing(p.PairingCorrected, before={"on": "a"}, after={"on": "b"}),
        a_meeting(m.MeetingScheduled),
        a_meeting(m.MeetingRescheduled, before_starts_at=NOW),
        a_meeting(m.MeetingCancelled),
        a_meeting(m.MeetingCancelled, starts_at=NOW + timedelta(hours=30)),
        a_meeting(m.MeetingLapsed),
        a_meeting(m.MeetingVoided),
        a_meeting(m.MeetingReminderDue, step="T-3", **lately),
        a_meeting(m.MeetingReminderDue, step="T-1", **lately),
        an_obligation(d.ObligationReminderDue, "H2", step="T-5", due_version=1),
        an_obligation(d.ObligationReminderDue, "W3", step="T-5", due_version=1),
        an_obligation(d.ObligationEscalated, "H2", step="T+7", due_version=1, target_roles=("HQC",), days_late=7),
        an_obligation(d.ObligationReminderDue, "H1", step="T-7", due_version=1),
        an_obligation(d.ObligationEscalated, "T4", step="T+1", due_version=1, target_roles=("PS",), days_late=1),
        an_obligation(d.ObligationEscalated, "T4", step="T+21", due_version=1, target_roles=("HQO",), days_late=21),
        an_obligation(d.ObligationExtended, "T4", before_due_at=NOW),
    ]


@pytest.fixture
def stage(notifications_session: Session, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A settled country whose tenant is live, at the samples' instant."""
    for module in ("listener", "sweeper", "delivery"):
        monkeypatch.setattr(f"services.notifications.messages.{module}.business_now", lambda _session: NOW)
    stage = Stage(notifications_session)
    stage.settle_people()
    commands.set_sending(notifications_session, tenant=TENANT, live=True, reason="test", by=HQ, now=NOW)
    return stage


class TestEveryNotice:
    def test_every_trigger_has_a_sample(self) -> None:
        told = {".".join(type(event).event_type.split(".")[1:3]) for event in _samples()}

        assert {trigger.event for notice in catalogue().values() for trigger in notice.triggers} <= told

    @pytest.mark.requirement("R-168")
    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_speaks_with_all_its_facts(self, stage: Stage, language: str) -> None:
        session = stage.session
        for contact in session.scalars(select(Contact)):
            contact.language = language
        spoken: set[str] = set()
        for event in _samples():
            stage.play(event)
        for delivery in session.scalars(select(Delivery).where(Delivery.state == "planned")):
            composed = compose(session, Desk(sms_price_rial=1200), delivery, now=NOW)
            spoken.add(delivery.rule)
            rendered = composed.rendered
            _is_clean(rendered.subject, rendered.text, rendered.sms)
            assert f'dir="{"rtl" if language == "fa" else "ltr"}"' in rendered.html
            assert segments_of(rendered.sms).parts <= 2, (delivery.rule, rendered.sms)
            assert len(rendered.html.encode()) < 60_000

        assert spoken == {*catalogue(), "digest"}


def _is_clean(*texts: str) -> None:
    for text in texts:
        assert text.strip()
        for trace in ("None", "{{", "{%", "mail.gr", "mail.why", "role.P", "Undefined", "&amp;"):
            assert trace not in text, text


def test_days_are_solar_in_persian(stage: Stage) -> None:
    stage.play(a_meeting(gathering.MeetingScheduled))

    delivery = stage.session.scalars(select(Delivery).where(Delivery.rule == "N-32")).first()
    assert delivery is not None
    subject = compose(stage.session, Desk(), delivery, now=NOW).rendered.subject

    assert subject == "دعوت: نشست مشترک با ادارهٔ کل محیط زیست، شنبه ۲۶ مهر ۱۳۹۹، ساعت ۰۹:۳۰"
    assert date(2020, 10, 17).weekday() == 5
