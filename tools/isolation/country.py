"""What headquarters enter before anybody works: people, places, roles and accounts of 31 provinces, in batches."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

from tools.isolation.canaries import canary_of, mobile_of
from tools.story.api import Api, Body
from tools.story.stage import PROGRAMME, SCOPE, in_batches

R = "/registry/v1"
PASSWORD = "a long sentence for one run"
SECOND_ROLES = ("principal", "province_viewer", "agency_contact", "secretariat_officer", "district_officer")
OF_SCHOOLS = ("principal", "secretariat_officer")
COUNTS = {"school_id": 3, "agency_id": 3, "person_id": 4, "assignment_id": 4, "account_id": 1}
Things = dict[str, list[str]]


@dataclass(frozen=True)
class User:
    """Somebody who asks: '*' is headquarters."""

    login: str
    province: str
    role: str


WATCHER = User("watcher", "*", "hq_officer")
"""Headquarters' eyes: they must see every province's word, or the run looks at nothing."""


def officer(code: str) -> str:
    """The login of a province's officer."""
    return f"officer-{code.lower()}"


def second_role(code: str) -> str:
    """The role of a province's second user."""
    return SECOND_ROLES[int(code[-2:]) % len(SECOND_ROLES)]


def ids_of(_code: str) -> Things:
    """Ids for what one province starts with."""
    return {kind: [str(uuid4()) for _ in range(count)] for kind, count in COUNTS.items()}


def enter_country(hq: Api) -> Things:
    """The cycle, a directive and headquarters' watcher; returns the ids of what is national."""
    programme = hq.get(f"{R}/programmes", q=PROGRAMME)["items"][0]
    cycle = hq.post(f"{R}/cycles", {"programme_id": programme["id"], "year": 1399})
    person = hq.post(f"{R}/people", {"territory_code": "IR", "display_name": "ستاد", "email": "hq@example.org"})
    hq.post(f"{R}/roles", {"person_id": person["id"], "role": WATCHER.role, "province": "*"})
    account = {"person_id": person["id"], "login": WATCHER.login, "password": PASSWORD, "name": "ستاد"}
    hq.post(f"{R}/accounts", account)
    directive = {**SCOPE, "number": "1399/1", "title": {"fa": "دستورالعمل"}, "body": {"fa": "متن"}}
    return {
        "programme_id": [programme["id"]], "cycle_id": [cycle["id"]],
        "period_id": [str(each["id"]) for each in cycle.get("periods", []) if "id" in each] or [str(uuid4())],
        "directive_id": [hq.post(f"{R}/directives", directive)["id"]],
    }  # fmt: skip


def enter_provinces(hq: Api, things: dict[str, Things]) -> None:
    """An office, a district, schools, agencies, people and their roles for each province."""
    for code, own in things.items():
        word = canary_of(code)
        names = {"fa": word, "en": word}
        # Names of places are everybody's, so a district carries no canary.
        district = {"code": f"{code}-01", "level": "district", "parent_code": code, "names": {"fa": "منطقهٔ یک"}}
        hq.post(f"{R}/territories", district)
        office = {"code": f"OFF-{word}", "kind": "provincial_administration", "territory_code": code, "names": names}
        own["office_id"] = [hq.post(f"{R}/offices", office)["id"]]
    in_batches(hq, f"{R}/schools/batch", [each for code in things for each in _schools(code, things[code])])
    in_batches(hq, f"{R}/agencies/batch", [each for code in things for each in _agencies(code, things[code])])
    people = [(code, id_, n) for code, own in things.items() for n, id_ in enumerate(own["person_id"])]
    in_batches(hq, f"{R}/people/batch", [_person(*each) for each in people])
    in_batches(hq, f"{R}/roles/batch", [each for code in things for each in _roles(code, things[code])])


def enter_users(hq: Api, things: dict[str, Things]) -> list[User]:
    """Two users per province: an officer and somebody else; no request names them, so that they keep their roles."""
    users, people, roles, accounts = [], [], [], []
    for code, own in things.items():
        for n, (role, login) in enumerate(
            (("province_officer", officer(code)), (second_role(code), f"second-{code.lower()}"))
        ):
            person = str(uuid4())
            users.append(User(login, code, role))
            people.append(_person(code, person, 50 + n))
            roles.append(_role(code, person, role, own))
            accounts.append({"person_id": person, "login": login, "password": PASSWORD, "name": canary_of(code)})
        third = {"id": own["account_id"][0], "person_id": own["person_id"][3], "login": f"third-{code.lower()}"}
        accounts.append({**third, "password": PASSWORD, "name": canary_of(code)})
    in_batches(hq, f"{R}/people/batch", people)
    in_batches(hq, f"{R}/roles/batch", roles)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda account: hq.post(f"{R}/accounts", account), accounts))
    return users


def _schools(code: str, own: Things) -> list[Body]:
    word = canary_of(code)
    common: Body = {
        "territory_code": code, "gender": "girls", "kind": "special", "stages": ["primary"],
        "disability_groups": ["hearing"], "enrolment": 40,
    }  # fmt: skip
    return [
        {
            **common,
            "id": each,
            "names": {"fa": f"مدرسه {n} {word}", "en": f"{word} {n}"},
            "national_code": f"{word}-{n}",
        }
        for n, each in enumerate(own["school_id"])
    ]


def _agencies(code: str, own: Things) -> list[Body]:
    common: Body = {"territory_code": code, "kind": "organisation", "sector": "governmental"}
    names = [{"fa": f"دستگاه {n} {canary_of(code)}"} for n in range(len(own["agency_id"]))]
    return [
        {**common, "id": each, "names": name, "pool_territories": [code]}
        for each, name in zip(own["agency_id"], names, strict=True)
    ]


def _person(code: str, id_: str, n: int) -> Body:
    word = canary_of(code)
    return {
        "id": id_, "territory_code": code, "display_name": f"{word} نفر {n}", "family_name": word, "honorific": word,
        "email": f"{word}.{n}@example.org", "mobile": mobile_of(code, n), "language": "fa", "verified": True,
    }  # fmt: skip


def _role(code: str, person: str, role: str, own: Things) -> Body:
    body: Body = {"person_id": person, "role": role, "province": code}
    if role in OF_SCHOOLS:
        body |= {"organisation_id": own["school_id"][0], "organisation_kind": "school"}
    if role.startswith("agency_"):
        body |= {"organisation_id": own["agency_id"][0], "organisation_kind": "agency"}
    if role == "district_officer":
        body["district"] = f"{code}-01"
    return body


def _roles(code: str, own: Things) -> list[Body]:
    given = ("principal", "secretariat_officer", "agency_manager", "agency_contact")
    return [
        {"id": each, **_role(code, person, role, own)}
        for each, person, role in zip(own["assignment_id"], own["person_id"], given, strict=True)
    ]
