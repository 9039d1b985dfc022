"""Enters one of everything for each province through the public interfaces, every text with the province's canary."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from tools.isolation import country
from tools.isolation.canaries import canary_of, province_codes
from tools.isolation.country import PASSWORD, R, officer
from tools.story import sending
from tools.story.api import Api, Body
from tools.story.stage import PROGRAMME, SCOPE, TENANT
from tools.story.times import Clock, moment

NOW = "1399-07-14 10:00"
CHECKLIST = ("space", "principal", "officer", "communication", "access", "experience")


@dataclass
class World:
    """What was entered: ids by province and by the name addresses call them, and who can sign in."""

    users: list[country.User] = field(default_factory=list)
    things: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    national: dict[str, list[str]] = field(default_factory=dict)

    def owners(self) -> dict[str, str]:
        """The province of each id."""
        return {each: code for code, kinds in self.things.items() for ids in kinds.values() for each in ids}


def enter_world(url: str, login: str, password: str, tell: Callable[[str], None]) -> World:
    """Fill an empty installation; `login` is the first account."""
    hq = Api(url, TENANT, login, password).sign_in()
    clock = Clock(hq, tell)
    clock.set(moment(NOW))
    sending(hq, live=False)
    national = country.enter_country(hq)
    codes = province_codes()
    world = World(national=national, things={code: country.ids_of(code) for code in codes})
    country.enter_provinces(hq, world.things)
    world.users = [country.WATCHER, *country.enter_users(hq, world.things)]
    tell("people, places and accounts are there")
    officers = {code: Api(url, TENANT, officer(code), PASSWORD) for code in codes}
    _everywhere(codes, lambda code: _work(officers[code], code, world.things[code]))
    tell("each province has one of everything")
    clock.rest()
    sending(hq, live=True)
    _everywhere(codes, lambda code: _write(officers[code], code, world.things[code]))
    clock.rest()
    _find_what_followed(hq, world)
    return world


def _everywhere(codes: list[str], do: Callable[[str], None]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(do, codes))


def _made(api: Api, things: dict[str, list[str]], kind: str, plural: str, body: Body) -> Body:
    made = api.post(f"{R}/{plural}", body)
    things.setdefault(kind, []).append(made["id"])
    return made


def _work(api: Api, code: str, things: dict[str, list[str]]) -> None:
    """What an officer does in a cycle: plan, committee, permit, meeting, secretariat, pairing."""
    word, here = canary_of(code), {**SCOPE, "province": code}
    _made(api, things, "plan_id", "province-plans", here)
    committee = _made(api, things, "committee_id", "committees", {**here, "level": "province"})
    seat = f"{R}/committees/{committee['id']}/seats/PR-01/fill"
    api.post(seat, {"person_id": things["person_id"][0]}, version=committee["_version"])
    permit = {**here, "kind": "council", "body": {"fa": word}, "subject": word}
    _made(api, things, "authorisation_id", "authorisations", permit)
    _meet(api, code, things)
    for school in things["school_id"][:2]:
        _made(api, things, "secretariat_id", "secretariats", {**SCOPE, "school_id": school})
    secretariat = f"{R}/secretariats/{things['secretariat_id'][0]}"
    api.act(secretariat, "assess", {"checklist": dict.fromkeys(CHECKLIST, True), "score": "86"})
    api.act(secretariat, "select", {"decision_ref": word})
    chosen = {"agency_id": things["agency_id"][0], "decision_ref": word}
    api.post(f"{R}/province-plans/{things['plan_id'][0]}/agencies", chosen)
    pair = {"secretariat_id": things["secretariat_id"][0], "agency_id": things["agency_id"][0]}
    _made(api, things, "pairing_id", "pairings", pair)


def _meet(api: Api, code: str, things: dict[str, list[str]]) -> None:
    word, here = canary_of(code), {**SCOPE, "province": code}
    series = {"programme": PROGRAMME, "code": f"S-{word}", "kind": "provincial_quarterly", "province": code}
    _made(api, things, "series_id", "series", {**series, "names": {"fa": word, "en": word}})
    meeting = {
        **here, "kind": "provincial_quarterly", "title": f"جلسه {word}", "mode": "in_person", "venue": word,
        "invitees": [{"person_id": things["person_id"][0], "category": "member"}],
    }  # fmt: skip
    _made(api, things, "meeting_id", "meetings", meeting)
    closure = {"province": code, "kind": "closure", "added": [{"day": "2020-12-02", "names": {"fa": word}}]}
    api.post(f"{R}/holidays/changes", closure)


def _write(api: Api, code: str, things: dict[str, list[str]]) -> None:
    """A letter, an appointment and an invitation, so that messages leave; and an export."""
    word, pairing = canary_of(code), things["pairing_id"][0]
    letter = {
        **SCOPE, "province": code, "direction": "province_to_agency", "subject_code": "readiness",
        "subject": f"آمادگی {word}", "body": f"متن {word}", "agency_id": things["agency_id"][0],
        "about_kind": "pairing", "about_id": pairing,
    }  # fmt: skip
    made = _made(api, things, "letter_id", "letters", letter)
    api.act(f"{R}/letters/{made['id']}", "send", {})
    api.act(f"{R}/pairings/{pairing}", "invite", {"letter_id": made["id"]})
    appointment = {"person_id": things["person_id"][0], "number": word}
    api.act(f"{R}/secretariats/{things['secretariat_id'][0]}", "issue-appointment", appointment)
    starts = moment(NOW) + timedelta(days=3)
    when = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}
    api.act(f"{R}/meetings/{things['meeting_id'][0]}", "schedule", when)
    export = {**SCOPE, "territory": code, "codes": ["K-01", "K-05"]}
    things["export_id"] = [api.post("/reporting/v1/exports", export)["id"]]


def _find_what_followed(hq: Api, world: World) -> None:
    """Duties and messages, which services made by themselves."""
    for kind, path in (("obligation_id", f"{R}/obligations"), ("delivery_id", "/notifications/v1/deliveries")):
        after: str | None = None
        while True:
            page = hq.get(path, limit=200, after=after)
            for each in page["items"]:
                if each.get("province") in world.things:
                    world.things[each["province"]].setdefault(kind, []).append(each["id"])
            after = page["next"]
            if after is None:
                break
