"""Events of papers, partnerships, meetings and duties, as the registry would say them."""

from datetime import datetime, timedelta
from typing import Any

from shared.contracts import duty, gathering, governance, partnership
from shared.contracts.base import Event, Interval
from tests.support.messages import (
    AGENCY,
    AGENCY_NAMES,
    CONTACT,
    DAY,
    DIMS,
    MEETING,
    NOW,
    OFFICE,
    OFFICE_NAMES,
    OFFICER,
    PAIRING,
    PERIOD,
    PLAN,
    PRINCIPAL,
    PROVINCE,
    SCHOOL,
    SCHOOL_NAMES,
    SECRETARIAT,
    TITLES,
    an_id,
    header,
)


def a_directive(event: type[governance.DirectiveEvent], **more: Any) -> Event:
    """A directive addressed to Yazd."""
    addressee = governance.DirectiveAddressee(office_id=OFFICE, office_names=OFFICE_NAMES, province=PROVINCE)
    fact = governance.DirectiveFact(
        directive_id=an_id("directive"),
        number="1399/1",
        revision=1,
        title={"fa": "شیوه‌نامهٔ اجرایی صد دبیرخانه", "en": "Guideline"},
        body={"fa": "متن", "en": "Text"},
        state="issued",
        issued_at=NOW,
        issued_on=DAY,
        acknowledge_by=NOW + timedelta(days=3),
        addressees=(addressee,),
    )
    return event(directive_id=fact.directive_id, directive=fact, **header(), **more)


def an_authorisation(event: type[governance.AuthorisationEvent], **more: Any) -> Event:
    """A permit of the committee."""
    fact = governance.AuthorisationFact(
        authorisation_id=an_id("permit"),
        kind="committee",
        body={"fa": "کمیتهٔ توسعهٔ مدیریت", "en": "Committee"},
        subject="اجرای برنامه در استان",
        state="granted",
        number="12/7",
        requested_on=DAY,
        decided_on=DAY,
        valid_until=DAY,
    )
    return event(authorisation_id=fact.authorisation_id, authorisation=fact, **header(), **more)


def a_letter(event: type[governance.LetterEvent], **more: Any) -> Event:
    """The declaration of readiness to the agency."""
    fact = governance.LetterFact(
        letter_id=an_id("letter"),
        number="47/99",
        direction="province_to_agency",
        subject_code="readiness",
        subject="اعلام آمادگی برای همکاری",
        state="sent",
        sender_id=OFFICE,
        sender_names=OFFICE_NAMES,
        sent_on=DAY,
        addressees=(governance.LetterAddressee(kind="agency", id=AGENCY, names=AGENCY_NAMES, province=PROVINCE),),
    )
    return event(letter_id=fact.letter_id, letter=fact, **header(), **more)


def a_secretariat(event: type[partnership.SecretariatEvent], **more: Any) -> Event:
    """A secretariat in the school."""
    fact = partnership.SecretariatFact(
        secretariat_id=SECRETARIAT,
        school_id=SCHOOL,
        school_names=SCHOOL_NAMES,
        state="selected",
        slot_no=3,
        nominated_on=DAY,
        decision_ref="M-12",
        principal_id=PRINCIPAL,
        officers=(OFFICER,),
        dims=DIMS,
    )
    return event(secretariat_id=SECRETARIAT, secretariat=fact, **header(), **more)


def a_pairing(event: type[partnership.PairingEvent], **more: Any) -> Event:
    """The pairing of school and agency."""
    fact = partnership.PairingFact(
        pairing_id=PAIRING,
        secretariat_id=SECRETARIAT,
        school_id=SCHOOL,
        school_names=SCHOOL_NAMES,
        agency_id=AGENCY,
        agency_names=AGENCY_NAMES,
        state="established",
        proposed_on=DAY,
        active=(Interval(from_on=DAY),),
        dims=DIMS,
    )
    return event(pairing_id=PAIRING, pairing=fact, **header(), **more)


def a_plan() -> partnership.ProvincePlanFact:
    """The province's plan."""
    return partnership.ProvincePlanFact(plan_id=PLAN, state="launching", started_on=DAY, slots_used={"Q-SCHOOL": 4})


def a_quota(event: type[partnership.QuotaEvent], quota: str = "Q-SCHOOL", **more: Any) -> Event:
    """Four of at least five."""
    subject = "secretariat" if quota == "Q-SCHOOL" else "agency"
    return event(
        plan_id=PLAN,
        plan=a_plan(),
        quota_id=quota,
        subject=subject,
        holders=4,
        min=5,
        max=10,
        checked_at=NOW,
        **header(),
        **more,
    )


def a_meeting(event: type[gathering.MeetingEvent], starts_at: datetime = NOW + timedelta(days=5), **more: Any) -> Event:
    """A joint meeting with school and agency."""
    party = gathering.MeetingParty(role="organiser", kind="office", id=OFFICE, names=OFFICE_NAMES)
    fact = gathering.MeetingFact(
        meeting_id=MEETING,
        kind="joint",
        title="نشست مشترک با ادارهٔ کل محیط زیست",
        state="scheduled",
        level="province",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        tz="Asia/Tehran",
        local_on=DAY,
        venue="دفتر مدرسه، خیابان امام",
        parties=(party,),
        invitees=(PRINCIPAL, CONTACT),
        ics_sequence=1,
    )
    return event(meeting_id=MEETING, meeting=fact, **header(), **more)


def an_obligation(event: type[duty.ObligationEvent], template: str = "H2", **more: Any) -> Event:
    """A duty, of headquarters (H2) or of the province (W3, T4)."""
    national = template.startswith("H")
    assignees = (duty.Assignee(role="HQC" if national else "PS", province="*" if national else PROVINCE),)
    fact = duty.ObligationFact(
        obligation_id=an_id(f"duty {template}"),
        template=template,
        title=TITLES,
        level="national",
        assignees=assignees,
        period_key="1399-08",
        period_label=PERIOD,
        state="open",
        opens_at=NOW,
        due_on=DAY,
        due_at=NOW,
        due_version=1,
    )
    return event(obligation_id=fact.obligation_id, obligation=fact, **header(), **more)
