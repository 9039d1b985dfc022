"""HTTP over connections that stay open, a client per thread: small, because the services shall have the processor."""

import http.client
import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tools.isolation.country import PASSWORD
from tools.story.stage import TENANT


class SignInRefused(Exception):
    """A user of the run could not sign in; the message is the answer."""


@dataclass
class Answer:
    """Status and everything that came back, headers first."""

    status: int
    etag: str
    raw: bytes


@dataclass
class Talker:
    """Connections of one thread to the three services, by their direct addresses."""

    urls: dict[str, str]
    lines: dict[str, http.client.HTTPConnection] = field(default_factory=dict)

    def say(self, service: str, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """One request; a connection that the server closed in between is opened again, once."""
        for attempt in (1, 2):
            line = self.lines.get(service) or self._open(service)
            try:
                line.request(method, target, body, headers)
                found = line.getresponse()
                data = found.read()
            except (http.client.HTTPException, OSError):
                line.close()
                self.lines.pop(service, None)
                if attempt == 2:
                    raise
                continue
            head = "\n".join(f"{name}: {value}" for name, value in found.getheaders())
            return Answer(found.status, found.headers.get("etag", ""), head.encode() + b"\n\n" + data)
        raise AssertionError("unreachable")

    def _open(self, service: str) -> http.client.HTTPConnection:
        parts = urlsplit(self.urls[service])
        self.lines[service] = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        return self.lines[service]

    def sign_in(self, login: str, address: str) -> str:
        """A fresh token, asked for from an address of the user's own."""
        body = json.dumps({"tenant": TENANT, "login": login, "password": PASSWORD}).encode()
        headers = {"content-type": "application/json", "x-forwarded-for": address}
        answer = self.say("registry", "POST", "/v1/sign-in", body, headers)
        if answer.status != 200:
            raise SignInRefused(f"{login}: {answer.status} {answer.raw[-300:].decode(errors='replace')}")
        return str(json.loads(answer.raw.rpartition(b"\n\n")[2])["token"])
