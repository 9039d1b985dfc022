"""Two provinces with registries of their own feed one headquarters: figures, freshness and messages stay apart."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.nation import PROVINCES, Nation, own_nation, source_name
from tests.support.wait import eventually
from tools.story.api import Body, Refusal
from tools.story.stage import CYCLE, PROGRAMME, SCOPE, TENANT

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1500)]
NOW = datetime(2020, 11, 3, 6, 30, tzinfo=UTC)
"""A Tuesday, ten in the morning in Tehran: no quiet hours, nothing waits."""
ARRIVES_S = 60.0
HEALTHY_S = 240.0
EAST, YAZD = PROVINCES
R = "/registry/v1"


def guest(province: str) -> str:
    """The address of somebody of a province."""
    return f"guest.{province.lower()}@example.org"


def set_stage(nation: Nation) -> dict[str, str]:
    """One business time, sending switched on, the cycle opened and a guest known in each registry; the guests' ids."""
    visitor = nation.visitor(EAST)
    for service in ("reporting", "notifications"):
        visitor.post(f"/{service}/operator/v1/clock", {"now": NOW.isoformat()})
    visitor.put(f"/notifications/v1/tenants/{TENANT}/sending", {"live": True, "reason": "آغاز کار"})
    found = {}
    for province in PROVINCES:
        office = nation.office(province)
        office.post("/registry/operator/v1/clock", {"now": NOW.isoformat()})
        programme = office.get(f"{R}/programmes", q=PROGRAMME)["items"][0]
        office.post(f"{R}/cycles", {"programme_id": programme["id"], "year": 1399})
        person = {
            "territory_code": province, "display_name": f"مهمان {province}", "family_name": "مهمان",
            "language": "fa", "minor": False, "email": guest(province),
        }  # fmt: skip
        found[province] = str(office.post(f"{R}/people", person)["id"])
    return found


class Country:
    """The nation with its guests, and what people see of it at headquarters."""

    def __init__(self, nation: Nation) -> None:
        self.nation = nation
        self.offices = {province: nation.office(province) for province in PROVINCES}
        self.visitors = {province: nation.visitor(province) for province in PROVINCES}
        self.asker = EAST
        """Whose officer asks headquarters: somebody whose registry runs."""
        self.guests = set_stage(nation)
        self.entered: Counter[str] = Counter()
        self.invited: Counter[str] = Counter()

    def record(self, province: str, times: int) -> None:
        """Enter workshops of the past in a province's registry."""
        for _ in range(times):
            self.entered[province] += 1
            body = self._meeting(province, f"{province} {self.entered[province]}")
            self.offices[province].post(f"{R}/meetings/record", {**body, "held_on": "1399-07-20"})

    def invite(self, province: str) -> None:
        """Schedule a workshop of tomorrow there; its guest is told by mail."""
        self.invited[province] += 1
        office = self.offices[province]
        made = office.post(f"{R}/meetings", self._meeting(province, f"{province} tomorrow {self.invited[province]}"))
        starts = NOW + timedelta(days=1)
        ends = starts + timedelta(hours=2)
        office.act(
            f"{R}/meetings/{made['id']}",
            "schedule",
            {"starts_at": starts.isoformat(), "ends_at": ends.isoformat()},
        )

    def _meeting(self, province: str, title: str) -> Body:
        invited = [{"person_id": self.guests[province], "category": "member"}]
        return {**SCOPE, "province": province, "kind": "experience_workshop", "title": title, "invitees": invited}

    def figure(self, path: str = "", *, code: str = "K-36", **query: str) -> Body:
        """The workshops of this period, or another figure, asked at headquarters."""
        asked = {"programme": PROGRAMME, "cycle": CYCLE, **query}
        return self.visitors[self.asker].get(f"/reporting/v1/kpis/{code}{path}", **asked)

    def counted(self) -> dict[str, float]:
        """The figure by province, and of the whole country; nothing before headquarters has heard of the cycle."""
        try:
            answer = self.figure(by="prv")
        except Refusal as refusal:
            if refusal.code != "cycle_not_found":
                raise
            return {}
        return {each["by"]["prv"]: each["value"] for each in answer["splits"]} | {"IR": answer["value"]}

    def known_at(self, province: str) -> datetime:
        """When headquarters last knew this province's figures to be current."""
        fresh = {each["source"]: each["applied_at"] for each in self.figure()["fresh_to"]}
        return datetime.fromisoformat(fresh[source_name(province)])

    def mails(self) -> Counter[str]:
        """How many mails each address has got so far."""
        box = self.visitors[self.asker].get("/mailbox/api/messages")
        return Counter(address for each in box["messages"] for address in each["to"])


def expected(country: Country) -> dict[str, float]:
    """What was entered, by hand."""
    return {**country.entered, "IR": country.entered.total()}


def is_right(country: Country) -> bool:
    """Whether headquarters shows exactly what was entered, and each invitation arrived once."""
    mailed = Counter({guest(province): times for province, times in country.invited.items()})
    return country.counted() == expected(country) and country.mails() == mailed


def at_rest(country: Country) -> bool:
    """Whether headquarters has read everything and has nothing left to send."""
    states = [
        country.visitors[country.asker].get(f"/{service}/operator/v1/clock")
        for service in ("notifications", "reporting")
    ]
    return all(each["lag"] == 0 and each["unsent_due"] == 0 for each in states)


@pytest.fixture(scope="module")
def nation(alone: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nation]:
    """Two provinces' registries and one headquarters."""
    with own_nation(tmp_path_factory.mktemp("nation"), alone) as found:
        yield found


@pytest.fixture(scope="module")
def country(nation: Nation) -> Iterator[Country]:
    """Two workshops in one province and three in the other, and an invitation in each."""
    country = Country(nation)
    country.record(EAST, 2)
    country.record(YAZD, 3)
    for province in PROVINCES:
        country.invite(province)
    yield country


def test_headquarters_shows_each_province_and_the_sum(country: Country) -> None:
    eventually(lambda: country.counted() == expected(country), within=ARRIVES_S, every=0.5)
    assert country.counted() == {EAST: 2, YAZD: 3, "IR": 5}
    assert country.figure(territory=EAST)["value"] == 2
    assert country.figure(territory=YAZD)["value"] == 3


def test_a_cycle_that_both_registries_opened_is_one_cycle(country: Country) -> None:
    months = country.figure(code="K-31")
    assert (months["numerator"], months["denominator"]) == (0, 1), "Mehr has passed, once"


def test_nothing_of_one_registry_is_attributed_to_the_other(country: Country) -> None:
    for province, times in ((EAST, 2), (YAZD, 3)):
        cases: list[dict[str, Any]] = country.figure("/why", territory=province)["counted"]
        assert {each["province"] for each in cases} == {province}
        assert sorted(each["names"]["fa"] for each in cases) == [f"{province} {n}" for n in range(1, times + 1)]


def test_a_message_of_each_registry_arrives_once(country: Country) -> None:
    eventually(lambda: at_rest(country) and is_right(country), within=ARRIVES_S, every=0.5)
    assert country.mails() == {guest(EAST): 1, guest(YAZD): 1}


def test_a_registry_that_is_away_grows_old_and_is_caught_up_exactly(country: Country) -> None:
    country.nation.engine("stop", EAST)
    away = datetime.now(UTC)
    country.asker = YAZD
    country.record(YAZD, 1)
    country.invite(YAZD)
    eventually(lambda: is_right(country), within=ARRIVES_S, every=0.5)
    assert country.counted() == {EAST: 2, YAZD: 4, "IR": 6}
    eventually(lambda: country.known_at(YAZD) > away, within=ARRIVES_S, every=0.5)
    assert country.known_at(EAST) < away, "what nobody could ask about is not called fresh"
    country.nation.engine("start", EAST)
    eventually(lambda: country.nation.is_well(EAST), within=HEALTHY_S, every=2)
    country.record(EAST, 2)
    country.invite(EAST)
    eventually(lambda: at_rest(country) and is_right(country), within=ARRIVES_S, every=0.5)
    assert country.counted() == {EAST: 4, YAZD: 4, "IR": 8}
    assert country.mails() == {guest(EAST): 2, guest(YAZD): 2}
    eventually(lambda: country.known_at(EAST) > away, within=ARRIVES_S, every=0.5)
