"""Random but plausible requests of one user: ids of their own, of a neighbour and of nobody, wherever an id can sit."""

import json
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from tools.isolation.canaries import canary_of
from tools.isolation.country import User
from tools.isolation.doors import NAMED, Door
from tools.isolation.world import World
from tools.story.stage import CYCLE, PROGRAMME, TENANT

ALIKE = {
    "subject": "pairing_id", "person": "person_id", "about_id": "pairing_id", "organisation_id": "school_id",
    "guardian_id": "person_id", "organiser_id": "office_id", "invitees": "person_id", "officers": "person_id",
    "schools": "school_id", "agencies": "agency_id", "pairings": "pairing_id", "into_id": "school_id",
    "survivor_id": "school_id", "by_id": "directive_id",
}  # fmt: skip
"""Names in queries and bodies for what addresses call otherwise."""
PLACES = {"province", "territory", "territory_code", "prv", "pool", "parent", "parent_code", "provinces", "district"}
ACTIONS = (
    "accept", "decline", "invite", "establish", "suspend", "resume", "dissolve", "answer", "send", "revise", "schedule",
    "hold", "cancel", "attendance", "launch", "select", "assess", "approve", "issue", "acknowledge", "attest", "extend",
)  # fmt: skip
FORM = (
    "reason", "number", "title", "subject", "body", "province", "school_id", "agency_id", "letter_id", "meeting_id",
    "secretariat_id", "person_id", "pairing_id", "plan_id", "kind", "direction", "decision_ref", "venue", "version",
)  # fmt: skip
KPIS = tuple(f"K-{n:02d}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 17, 18, 31, 32, 45))
LIKELY = {
    "kind": ("provincial_quarterly", "council", "organisation", "special", "headquarters"), "level": ("province",),
    "direction": ("province_to_agency",), "role": ("principal", "agency_contact"), "sector": ("governmental",),
    "mode": ("in_person",), "gender": ("girls",), "category": ("member",), "login": ("",),
}  # fmt: skip
"""Codes that rules know; anything else is refused before it does anything."""
DEEP = 4
STALE = re.compile(rb'"version": ?(\d+)')


@dataclass
class Question:
    """A request ready to be sent: target with query, body, headers beyond the token's."""

    door: Door
    target: str
    body: bytes | None
    headers: dict[str, str]


@dataclass
class Asker:
    """Makes the questions of one user; the same seed asks the same."""

    user: User
    world: World
    random: Random
    versions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.codes = sorted(self.world.things)
        self.home = self.user.province if self.user.province != "*" else self.codes[0]
        self.word = canary_of(self.home)
        self.lean = ""

    def ask(self, door: Door) -> Question:
        """One request at a door. Half of them lean to one's own, so that something is let in."""
        self.lean = self.random.choice(("own", "own", "any", "foreign"))
        path = NAMED.sub(lambda found: quote(str(self._named(found[1], door)), safe=""), door.path)
        query = self._query(door)
        headers = {"accept-language": self.random.choice(("fa", "en"))}
        body: bytes | None = None
        if door.page and door.method == "POST":
            blanks = {name: str(self._named(name, door)) for name in self.random.sample(FORM, 6)}
            body = urlencode(blanks | {"version": self._version()}).encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
        elif door.body is not None:
            body = json.dumps(self._value(door, door.body, "", 0), ensure_ascii=False).encode()
            headers["content-type"] = "application/json"
        elif door.method != "GET":
            body = b""
        if door.method != "GET":
            headers["idempotency-key"] = str(UUID(int=self.random.getrandbits(128)))
            headers["if-match"] = self.versions.get(path.rpartition("/")[0], f'"{self._version()}"')
        return Question(door, f"{path}?{query}" if query else path, body, headers)

    def learn(self, question: Question, status: int, etag: str, body: bytes) -> None:
        """Remember the version of a thing, from its ETag or from the refusal of a stale one."""
        path = question.target.partition("?")[0]
        if etag and question.door.method == "GET":
            self.versions[path] = etag
        elif status == 412 and (said := STALE.search(body)):
            self.versions[path.rpartition("/")[0]] = f'"{said[1].decode()}"'

    def _version(self) -> int:
        return self.random.choice((1, 1, 2, 2, 3, 4, 99_999))

    def _province(self) -> str:
        lean = self.lean if self.lean != "any" else self.random.choice(("own", "foreign", "unknown"))
        if lean == "own":
            return self.home
        return self.random.choice([each for each in self.codes if each != self.home]) if lean == "foreign" else "IR-99"

    def _id(self, kind: str) -> str:
        nobody = str(UUID(int=self.random.getrandbits(128)))
        if kind in self.world.national:
            return self.random.choice([*self.world.national[kind], nobody])
        things = self.world.things.get(self._province(), {}).get(kind)
        return self.random.choice(things) if things else nobody

    def _named(self, name: str, door: Door) -> Any:
        """A value that a name asks for: an id, a place, a word of one's own."""
        plain = {
            "tenant": TENANT, "programme": PROGRAMME, "cycle": CYCLE, "number": "1", "lang": "fa", "theme": "dark",
            "seat": "PR-01", "limit": "200", "next": "/registry/", "stream": f"peyvand.{door.service}",
        }  # fmt: skip
        if name == "code":
            return self.random.choice(KPIS if door.service == "reporting" else ("PR-01", "PR-02"))
        if name == "action":
            return self.random.choice(ACTIONS)
        if name in plain:
            return plain[name]
        if name in PLACES:
            return self._province()
        kind = ALIKE.get(name, name)
        return self._id(kind) if kind.endswith("_id") else self.word

    def _query(self, door: Door) -> str:
        if door.page:
            names = self.random.sample(("province", "q", "state", "agency_id", "meeting_id", "territory"), 2)
            chosen = {name: self._named(name, door) for name in names} if self.random.random() < 0.4 else {}
            return urlencode({name: self._search() if name == "q" else value for name, value in chosen.items()})
        known = [each for each in door.parameters if each.get("in") == "query"]
        often = 1.2 / max(4, len(known))
        return urlencode(
            {
                each["name"]: self._asked(door, each)
                for each in known
                if each["required"] or self.random.random() < often
            }
        )

    def _asked(self, door: Door, parameter: dict[str, Any]) -> Any:
        name = parameter["name"]
        if name == "q":
            return self._search()
        if name in PLACES or name in ALIKE or name.endswith("_id") or name in ("programme", "cycle", "stream", "limit"):
            return self._named(name, door)
        return self._value(door, parameter["schema"], name, 0)

    def _search(self) -> str:
        """What all canaries begin with, or the beginning of a neighbour's; never a whole one of somebody else."""
        return self.random.choice(("cnry", self.word, f"cnry{self._province()[-2:]}x"))

    def _value(self, door: Door, schema: dict[str, Any], name: str, depth: int) -> Any:
        """A value of a schema; names that call for ids and places get them."""
        if "$ref" in schema:
            return self._value(door, door.schemas[schema["$ref"].rsplit("/", 1)[-1]], name, depth)
        if "anyOf" in schema:
            real = [each for each in schema["anyOf"] if each.get("type") != "null"]
            return self._value(door, self.random.choice(real), name, depth)
        if "const" in schema or "enum" in schema:
            return schema.get("const") or self.random.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                return self._object(door, schema, depth)
            case "array":
                most = min(schema.get("maxItems", 2), 2)
                count = max(schema.get("minItems", 0), self.random.randint(0, most)) if depth < DEEP else 0
                return [self._value(door, schema.get("items", {}), name, depth + 1) for _ in range(count)]
            case "boolean":
                return self.random.random() < 0.5
            case "integer" | "number":
                return max(schema.get("minimum", 1), self.random.randint(1, 9))
        return self._text(door, schema, name)

    def _object(self, door: Door, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        fields = schema.get("properties", {})
        inner = next(iter(schema.get("patternProperties", {}).values()), None) or schema.get("additionalProperties")
        if not fields and isinstance(inner, dict):
            return {"fa": self._value(door, inner, "", depth + 1)}
        needed = schema.get("required", [])
        return {
            each: self._value(door, fields[each], each, depth + 1)
            for each in fields
            if each in needed or (depth < DEEP and self.random.random() < 0.35)
        }

    def _text(self, door: Door, schema: dict[str, Any], name: str) -> str:
        if schema.get("format") == "uuid" or name.endswith("_id"):
            return str(self._named(name if name.endswith("_id") or name in ALIKE else "person_id", door))
        if name in PLACES or name in ("programme", "cycle", "tenant"):
            return str(self._named(name, door))
        if name in LIKELY and self.random.random() < 0.8:
            return self.random.choice(LIKELY[name]) or f"{self.word}-{self.random.randrange(10**6)}"
        if schema.get("examples"):
            return str(self.random.choice(schema["examples"]))
        formats = {"date": "2020-10-10", "date-time": "2020-10-20T09:00:00+03:30", "uri": "https://example.org/x"}
        if schema.get("format") in formats:
            return formats[schema["format"]]
        if name == "email":
            return f"{self.word}@example.org"
        return self.word
