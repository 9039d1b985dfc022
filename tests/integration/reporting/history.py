"""Histories for tests: events built from the contracts, numbered like a feed, and the story of three provinces."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts import duty, gathering, governance, partnership, programme, register
from shared.contracts.base import Dimensions, Event, FactHeader, Interval
from shared.contracts.envelope import Envelope
from shared.contracts.notification import DeliveryFact, NotificationDelivered, NotificationFailed, NotificationSent
from shared.kernel.feed import FeedPage
from shared.values.calendars import Calendar, to_gregorian
from shared.values.ids import derived_id
from shared.values.partial_dates import PartialDate
from tests.support.actors import TENANT

PROGRAMME, CYCLE = "sad-dabirkhaneh", "1399-1400"
EPOCH = derived_id(TENANT, "epoch", "1")
TABRIZ, YAZD, TEHRAN = "IR-03", "IR-21", "IR-23"
PROVINCES = {TABRIZ: "آذربایجان شرقی", YAZD: "یزد", TEHRAN: "تهران"}
QUOTAS = (
    programme.QuotaRule(id="Q-SCH", subject="secretariat", scope="province", min=5, max=10),
    programme.QuotaRule(id="Q-AGY", subject="linked_agency", scope="province", min=5, max=10),
)


def hijri(month: int, day: int, year: int = 1399) -> date:
    """A day of the Solar Hijri calendar."""
    return to_gregorian(Calendar.SOLAR_HIJRI, year, month, day)


def at(day: date, hour: int = 12) -> datetime:
    """An instant on a day (UTC hour), inside the local day of Tehran."""
    return datetime(day.year, day.month, day.day, hour - 4, tzinfo=UTC)


def an_id(kind: str, code: str) -> UUID:
    """The same id for the same thing."""
    return derived_id(TENANT, kind, code)


def intervals(*bounds: tuple[date, date | None]) -> tuple[Interval, ...]:
    """Half-open intervals."""
    return tuple(Interval(from_on=first, to_on=last) for first, last in bounds)


class History:
    """Collects envelopes with dense feed numbers and gapless sequences per aggregate."""

    def __init__(self, tenant: str = TENANT, source: str = "registry") -> None:
        self.tenant, self.source = tenant, source
        self.envelopes: list[Envelope] = []
        self.sequences: Counter[UUID] = Counter()

    def say(self, event: type[Event], *, on: date, province: str = "", scoped: bool = True, **fields: Any) -> Envelope:
        """An event happened on a day (its business time is that day at noon)."""
        if "fact" in event.model_fields and "fact" not in fields:
            fields["fact"] = FactHeader(id=fields[event.subject_field], version=1)
        if "effective_on" in event.model_fields and "effective_on" not in fields:
            fields["effective_on"] = PartialDate.of_day(Calendar.SOLAR_HIJRI, on)
        said = event(**fields)
        self.sequences[said.subject_id] += 1
        number = len(self.envelopes) + 1
        envelope = Envelope(
            id=an_id("event", f"{self.source}/{number}"),
            type=event.event_type,
            source=f"/peyvand/{self.source}",
            subject=said.subject_id,
            time=at(on),
            tenant=self.tenant,
            programme=PROGRAMME if scoped else "",
            cycle=CYCLE if scoped else "",
            territory=f"IR/{province}" if province else "IR",
            province=province,
            sequence=f"{self.sequences[said.subject_id]:010d}",
            feedseq=number,
            epoch=EPOCH,
            emittedat=datetime.now(UTC),
            data=said.model_dump(mode="json", exclude_none=True),
        )
        self.envelopes.append(envelope)
        return envelope

    def read(self, *, after: int, epoch: UUID | None, limit: int = 500) -> FeedPage:
        """The feed of these envelopes."""
        found = [envelope for envelope in self.envelopes if envelope.feedseq > after][:limit]
        return FeedPage(epoch=EPOCH, head=len(self.envelopes), floor=0, events=found)

    # -- words of the story ---------------------------------------------------------------------------------------

    def open_cycle(self, on: date) -> None:
        """Programme, cycle 1399-1400 with four seasons and twelve months, territories."""
        months, ordinal = [], 0
        for ordinal in range(12):
            year, month = (1399, 7 + ordinal) if ordinal < 6 else (1400, ordinal - 5)
            following = (1399, 8 + ordinal) if ordinal < 5 else (1400, ordinal - 4)
            first = hijri(month, 1, year)
            last = hijri(following[1], 1, following[0]) - timedelta(days=1)
            months.append(
                programme.MonthFact(
                    key=f"{year}-{month:02d}", from_on=first, to_on=last, period_ordinal=ordinal // 3 + 1
                )
            )
        periods = tuple(
            programme.PeriodFact(
                period_id=an_id("period", str(n)), ordinal=n + 1, label={"fa": f"فصل {n + 1}", "en": f"Q{n + 1}"},
                from_on=months[3 * n].from_on, to_on=months[3 * n + 2].to_on, state="open" if n == 0 else "upcoming",
                version=1,
            )
            for n in range(4)
        )  # fmt: skip
        cycle = programme.CycleFact(
            cycle_id=an_id("cycle", CYCLE), label=CYCLE, from_on=months[0].from_on, to_on=months[-1].to_on,
            definition_version=1, launch_from=hijri(7, 1), launch_to=hijri(7, 30), periods=periods,
            months=tuple(months),            state="open", calendar="solar_hijri", tz="Asia/Tehran", quotas=QUOTAS,
        )  # fmt: skip
        fact = programme.ProgrammeFact(
            programme_id=an_id("programme", PROGRAMME), code=PROGRAMME, names={"fa": "صد دبیرخانه", "en": "Hundred"},
            version=1, definition_hash="x", calendar="solar_hijri", tz="Asia/Tehran", weekend=("thursday", "friday"),
            languages=("fa", "en"), default_language="fa", quotas=QUOTAS, targets={"K-02": "1"},
        )  # fmt: skip
        self.say(programme.ProgrammePublished, on=on, scoped=False, programme_id=fact.programme_id, programme=fact)
        for code, name in PROVINCES.items():
            place = register.TerritoryFact(
                territory_id=an_id("territory", code), code=code, level="province", parent_code="IR", path=f"IR/{code}",
                names={"fa": name, "en": code},
            )  # fmt: skip
            self.say(
                register.TerritoryRegistered, on=on, scoped=False, territory_id=place.territory_id, territory=place
            )
        self.say(programme.CycleOpened, on=on, cycle_id=cycle.cycle_id, cycle=cycle)

    def plan(self, province: str, on: date, **changes: Any) -> None:
        """A province takes part (or something about its plan changes)."""
        fact = partnership.ProvincePlanFact(
            plan_id=an_id("plan", province), state="preparing", **{"started_on": hijri(7, 6)} | changes
        )
        event = partnership.ProvincePlanStarted if not changes else partnership.ProvincePlanLaunched
        self.say(event, on=on, province=province, plan_id=fact.plan_id, plan=fact)

    def secretariat(
        self, province: str, n: int, *, on: date, state: str = "established", gender: str = "girls",
        event: type[partnership.SecretariatEvent] = partnership.SecretariatEstablished, **changes: Any
    ) -> None:  # fmt: skip
        """The n-th secretariat of a province."""
        code = f"{province}/{n}"
        base: dict[str, Any] = {
            "secretariat_id": an_id("secretariat", code), "school_id": an_id("school", code),
            "school_names": {"fa": f"مدرسهٔ {n}", "en": f"School {n}"}, "state": state, "nominated_on": hijri(7, 8),
            "selected_on": hijri(7, 12), "appointed_on": hijri(7, 20), "established_on": on,
            "active": intervals((on, None)),
            "dims": Dimensions(gender=gender, stages=("primary",), disability_groups=("blind",)),
        }  # fmt: skip
        fact = partnership.SecretariatFact(**base | changes)
        extra: dict[str, Any] = {}
        if event is partnership.SecretariatEstablished:
            extra = {"duty_sheet": ("d",), "action_calendar": ()}
        self.say(event, on=on, province=province, secretariat_id=fact.secretariat_id, secretariat=fact, **extra)

    def pairing(
        self, province: str, n: int, *, on: date, state: str = "established", sector: str = "governmental",
        event: type[partnership.PairingEvent] = partnership.PairingEstablished, **changes: Any
    ) -> None:  # fmt: skip
        """The n-th pairing of a province: its n-th secretariat and its n-th agency."""
        code = f"{province}/{n}"
        base: dict[str, Any] = {
            "pairing_id": an_id("pairing", code), "secretariat_id": an_id("secretariat", code),
            "school_id": an_id("school", code), "school_names": {"fa": f"مدرسهٔ {n}"},
            "agency_id": an_id("agency", code),
            "agency_names": {"fa": f"دستگاه {n}"}, "state": state, "proposed_on": hijri(7, 13),
            "invited_on": hijri(7, 14),
            "answered_on": hijri(7, 16), "established_on": on, "active": intervals((on, None)),
            "dims": Dimensions(agency_kind="general_directorate", agency_sector=sector),
        }  # fmt: skip
        fact = partnership.PairingFact(**base | changes)
        self.say(event, on=on, province=province, pairing_id=fact.pairing_id, pairing=fact)

    def meeting(
        self, code: str, kind: str, on: date, *, province: str = "", state: str = "held", said_on: date | None = None,
        event: type[gathering.MeetingEvent] = gathering.MeetingHeld, **changes: Any
    ) -> None:  # fmt: skip
        """A meeting of a kind on a day."""
        base: dict[str, Any] = {
            "meeting_id": an_id("meeting", code), "kind": kind, "title": code, "state": state,
            "level": "province" if province else "national", "tz": "Asia/Tehran", "local_on": on,
            "held_on": on if state == "held" else None,
        }  # fmt: skip
        fact = gathering.MeetingFact(**base | changes)
        extra: dict[str, Any] = {"before": {}, "after": {}} if event is gathering.MeetingCorrected else {}
        self.say(event, on=said_on or on, province=province, meeting_id=fact.meeting_id, meeting=fact, **extra)

    def directive(self, on: date, acknowledged: dict[str, date], *, said_on: date) -> None:
        """The directive with its acknowledgements so far."""
        fact = governance.DirectiveFact(
            directive_id=an_id("directive", "1399/1"), number="1399/1", revision=1, title={"fa": "دستورالعمل"},
            body={"fa": "متن"}, state="issued", issued_at=at(on), issued_on=on, acknowledge_by=at(hijri(7, 8), 23),
            addressees=tuple(
                governance.DirectiveAddressee(
                    office_id=an_id("office", code), office_names={"fa": name}, province=code,
                    acknowledged_at=at(acknowledged[code]) if code in acknowledged else None,
                )
                for code, name in PROVINCES.items()
            ),
        )  # fmt: skip
        self.say(governance.DirectiveIssued, on=said_on, directive_id=fact.directive_id, directive=fact)

    def obligation(self, code: str, *, due: date, state: str, province: str = "", on: date, **changes: Any) -> None:
        """A due instance of a duty."""
        fact = duty.ObligationFact(
            obligation_id=an_id("obligation", f"{code}/{province}"), template=code, title={"fa": code},
            level="province" if province else "national",
            assignees=(duty.Assignee(role="PS", province=province or "*"),),
            period_key="Q1", period_label={}, state=state, opens_at=at(hijri(7, 1)), due_on=due, due_at=at(due, 20),
            due_version=1, **changes,
        )  # fmt: skip
        self.say(duty.ObligationOpened, on=on, province=province, obligation_id=fact.obligation_id, obligation=fact)

    def delivery(self, code: str, state: str, *, on: date, channel: str = "email") -> None:
        """What became of a message."""
        event = {"sent": NotificationSent, "delivered": NotificationDelivered, "failed": NotificationFailed}[state]
        fact = DeliveryFact(
            delivery_id=an_id("delivery", code), rule="N-01", subject_kind="directive",
            subject_id=an_id("directive", "1"),
            step="", channel=channel, language="fa", person_id=an_id("person", "1"), state=state, at=at(on), attempts=1,
        )  # fmt: skip
        self.say(event, on=on, delivery_id=fact.delivery_id, delivery=fact)


def story() -> History:
    """Steps 1 to 5 and 7 of the acceptance story, as far as figures go."""
    told = History()
    told.open_cycle(hijri(7, 1))
    told.directive(hijri(7, 5), {}, said_on=hijri(7, 5))
    told.directive(hijri(7, 5), {TABRIZ: hijri(7, 6), YAZD: hijri(7, 7), TEHRAN: hijri(7, 8)}, said_on=hijri(7, 8))
    for province in PROVINCES:
        told.plan(province, hijri(7, 6))
    for province, count in {TABRIZ: 7, TEHRAN: 10, YAZD: 4}.items():
        for n in range(count):
            told.secretariat(province, n, on=hijri(7, 25), gender="girls" if n % 2 else "boys")
            told.pairing(province, n, on=hijri(7, 26), sector="non_governmental" if n < 2 else "governmental")
    told.meeting("hq-mehr", "hq_monthly", hijri(7, 28))
    told.plan(YAZD, hijri(8, 1), breached={"Q-SCH": True})
    told.secretariat(YAZD, 4, on=hijri(8, 14))
    told.pairing(YAZD, 4, on=hijri(8, 14))
    told.meeting("q-03", "provincial_quarterly", hijri(9, 10), province=TABRIZ)
    told.meeting("q-23", "provincial_quarterly", hijri(9, 11), province=TEHRAN)
    told.meeting(
        "q-21", "provincial_quarterly", hijri(9, 20), province=YAZD, state="cancelled", said_on=hijri(9, 12),
        event=gathering.MeetingCancelled,
    )  # fmt: skip
    told.meeting("hq-azar", "hq_monthly", hijri(9, 15))
    told.obligation(
        "W3", due=hijri(9, 30), state="fulfilled", province=TABRIZ, on=hijri(9, 30), fulfilled_on=hijri(9, 10)
    )
    told.obligation("W3", due=hijri(9, 30), state="overdue", province=YAZD, on=hijri(9, 30))
    return told
