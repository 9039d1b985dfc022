"""Sets the stage: offices, people, schools, agencies, roles, committees, plans; nobody is written to meanwhile."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from shared.values.ids import derived_id
from tools.demo.accounts import Account
from tools.story.api import Api, Body
from tools.story.cast import Agency, Names, Person, Province, School, headquarters, three_provinces

TENANT, PROGRAMME, CYCLE = "ir-seo", "sad-dabirkhaneh", "1399-1400"
SCOPE = {"programme": PROGRAMME, "cycle": CYCLE}
STAGES = ("preschool", "primary", "lower_secondary", "upper_secondary")
GROUPS = ("intellectual", "hearing", "visual", "physical_motor", "autism", "learning", "multiple")


def id_of(key: str) -> UUID:
    """The id of anything of the cast, by its key; the same in every run."""
    return derived_id(TENANT, "demo", key)


def sid(key: str) -> str:
    """The id as JSON wants it."""
    return str(id_of(key))


@dataclass
class Stage:
    """The stage once it is set: who can act, and the cast."""

    hq: Api
    hq_person: str
    seats: dict[str, Person]
    provinces: list[Province]
    officers: dict[str, Api] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)

    def province(self, code: str) -> Province:
        """One province of the cast."""
        return next(each for each in self.provinces if each.code == code)

    def everybody(self) -> list[Person]:
        """All people of the cast."""
        people = list(self.seats.values())
        for each in self.provinces:
            people += [*each.seats.values()] + ([each.expert] if each.expert else [])
            for school in each.schools:
                people += [school.principal] + ([school.officer] if school.officer else [])
            for agency in each.agencies:
                people += [person for person in (agency.manager, agency.contact) if person]
        return people


def set_stage(hq: Api) -> Stage:
    """Enter everything the story takes as given."""
    names = Names()
    me = hq.get("/registry/v1/me")
    stage = Stage(hq, me["person_id"], headquarters(names), three_provinces(names))
    programme = hq.get("/registry/v1/programmes", q=PROGRAMME)["items"][0]
    hq.post("/registry/v1/cycles", {"id": sid("cycle"), "programme_id": programme["id"], "year": 1399})
    enter_offices(stage)
    enter_people(stage)
    enter_organisations(stage)
    enter_roles(stage)
    enter_committees(stage)
    enter_accounts(stage)
    for each in stage.provinces:
        body = {"id": sid(f"{each.code}/plan"), **SCOPE, "province": each.code}
        stage.officers[each.code].post("/registry/v1/province-plans", body)
    return stage


def enter_offices(stage: Stage) -> None:
    """Headquarters and the three provincial administrations."""
    stage.hq.post(
        "/registry/v1/offices",
        {
            "id": sid("office/hq"),
            "code": "SEO-HQ",
            "kind": "headquarters",
            "territory_code": "IR",
            "names": {"fa": "سازمان آموزش و پرورش استثنایی", "en": "Special Education Organization"},
        },
    )
    for each in stage.provinces:
        stage.hq.post(
            "/registry/v1/offices",
            {
                "id": sid(f"office/{each.code}"),
                "code": f"SEO-{each.code}",
                "kind": "provincial_administration",
                "territory_code": each.code,
                "names": {"fa": f"ادارهٔ آموزش و پرورش استثنایی استان {each.name}", "en": f"Administration {each.code}"},
            },
        )


def enter_people(stage: Stage) -> None:
    """People with their contact points; pupils' seats have none."""
    me = {"display_name": "دفتر ستادی", "email": "hqo@example.org", "mobile": "09120000099"}
    stage.hq.replace(f"/registry/v1/people/{stage.hq_person}", "contact-points", me)
    items: list[Body] = []
    places = [(person, "IR") for person in stage.seats.values()]
    for each in stage.provinces:
        own = Stage(stage.hq, "", {}, [each]).everybody()
        places += [(person, each.code) for person in own]
    for person, territory in places:
        item: Body = {
            "id": sid(person.key),
            "territory_code": territory,
            "display_name": person.name,
            "family_name": person.name.split()[-1],
            "language": "fa",
            "minor": person.minor,
        }
        if not person.minor:
            item |= {"email": person.email, "mobile": person.mobile}
        items.append(item)
    in_batches(stage.hq, "/registry/v1/people/batch", items)


def in_batches(api: Api, path: str, items: list[Body], size: int = 100) -> None:
    """POST many rows, a hundred at a time, two batches at once."""
    chunks = [items[start : start + size] for start in range(0, len(items), size)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda chunk: api.post(path, {"items": chunk}), chunks))


def enter_organisations(stage: Stage) -> None:
    """Schools and the agency pools."""
    schools = [school_body(each, school) for each in stage.provinces for school in each.schools]
    in_batches(stage.hq, "/registry/v1/schools/batch", schools)
    agencies = [agency_body(each, agency) for each in stage.provinces for agency in each.agencies]
    in_batches(stage.hq, "/registry/v1/agencies/batch", agencies)


def school_body(province: Province, school: School) -> Body:
    """A special school as JSON."""
    n = int(school.key.rsplit("/", 1)[-1])
    return {
        "id": sid(school.key),
        "territory_code": province.code,
        "names": {"fa": school.name},
        "kind": "special",
        "gender": school.gender,
        "stages": [STAGES[n % 4], STAGES[(n + 1) % 4]],
        "disability_groups": [GROUPS[n % 7], GROUPS[(n + 3) % 7]],
        "enrolment": school.enrolment,
    }


def agency_body(province: Province, agency: Agency) -> Body:
    """An agency of a province's pool as JSON."""
    return {
        "id": sid(agency.key),
        "territory_code": province.code,
        "names": {"fa": agency.name},
        "kind": agency.kind,
        "sector": agency.sector,
        "pool_territories": [province.code],
    }


def enter_roles(stage: Stage) -> None:
    """Who is principal, officer, manager, contact, expert, legal officer."""
    rows: list[Body] = [role(stage.seats["HQ-09"], "legal_officer", "*")]
    for each in stage.provinces:
        assert each.expert is not None
        rows.append(role(each.expert, "province_officer", each.code))
        for school in each.schools:
            rows.append(role(school.principal, "principal", each.code, school.key, "school"))
            if school.officer:
                rows.append(role(school.officer, "secretariat_officer", each.code, school.key, "school"))
        for agency in each.agencies:
            if agency.manager and agency.contact:
                rows.append(role(agency.manager, "agency_manager", each.code, agency.key, "agency"))
                rows.append(role(agency.contact, "agency_contact", each.code, agency.key, "agency"))
    in_batches(stage.hq, "/registry/v1/roles/batch", rows)


def role(person: Person, name: str, province: str, organisation: str | None = None, kind: str | None = None) -> Body:
    """A role assignment as JSON."""
    body: Body = {"person_id": sid(person.key), "role": name, "province": province}
    if organisation:
        body |= {"organisation_id": sid(organisation), "organisation_kind": kind}
    return body


def enter_committees(stage: Stage) -> None:
    """The national committee with thirteen seats, the three working groups with eight."""
    body: Body = {"id": sid("committee/HQ"), **SCOPE, "level": "national"}
    made = stage.hq.post("/registry/v1/committees", body)
    fill(stage.hq, made, stage.seats)
    for each in stage.provinces:
        body = {"id": sid(f"committee/{each.code}"), **SCOPE, "level": "province", "province": each.code}
        fill(stage.hq, stage.hq.post("/registry/v1/committees", body), each.seats)


def fill(api: Api, committee: Body, seats: dict[str, Person]) -> None:
    """Fill all seats of a committee one after the other."""
    version = committee["_version"]
    for code, person in seats.items():
        path = f"/registry/v1/committees/{committee['id']}/seats/{code}/fill"
        version = api.post(path, {"person_id": sid(person.key)}, version=version)["_version"]


def enter_accounts(stage: Stage) -> None:
    """An account for each province's expert, with a password made on the spot."""
    for each in stage.provinces:
        assert each.expert is not None
        login, password = f"expert-{each.code.lower()}", secrets.token_urlsafe(12)
        body = {"person_id": sid(each.expert.key), "login": login, "password": password, "name": each.expert.name}
        stage.hq.post("/registry/v1/accounts", body)
        stage.officers[each.code] = Api(stage.hq.base, TENANT, login, password).sign_in()
        stage.accounts.append(Account(login, password, f"province officer of {each.code}"))
    legal, password = stage.seats["HQ-09"], secrets.token_urlsafe(12)
    body = {"person_id": sid(legal.key), "login": "legal", "password": password, "name": legal.name}
    stage.hq.post("/registry/v1/accounts", body)
    stage.officers["legal"] = Api(stage.hq.base, TENANT, "legal", password).sign_in()
    stage.accounts.append(Account("legal", password, "legal officer"))
