"""HTTP as the load sees it: every answer is kept, every broken connection is an answer that nobody knows."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2

from tools.chaos.world import World
from tools.demo.plan import FIRST_LOGIN, TENANT

PATIENCE_S = 12.0
Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What came back; `status` 0 means that nothing did."""

    status: int
    body: bytes = b""
    version: int | None = None

    @property
    def code(self) -> str:
        """The slug of a problem, else ''."""
        try:
            return str(json.loads(self.body).get("type", "")).rsplit("/", 1)[-1]
        except (ValueError, AttributeError):
            return ""

    @property
    def doubtful(self) -> bool:
        """Whether the change may or may not have been made."""
        return self.status == 0 or self.status >= 500


class Client:
    """One signed-in officer of headquarters, speaking to each service directly."""

    def __init__(self, world: World, *, login: str = FIRST_LOGIN, password: str = "") -> None:
        self.world, self.login = world, login
        self.password = password or world.secrets["account"]
        self.http = httpx2.Client(timeout=PATIENCE_S)
        self.token = ""

    def sign_in(self) -> bool:
        """Get a token; False when the registry did not answer."""
        body = {"tenant": TENANT, "login": self.login, "password": self.password}
        try:
            response = self.http.post(f"{self.world.url('registry')}/v1/sign-in", json=body)
            self.token = response.json()["token"] if response.status_code == 200 else ""
        except (httpx2.HTTPError, ValueError, KeyError):
            self.token = ""
        return bool(self.token)

    def ask(
        self, method: str, path: str, *, service: str = "registry", body: Body | None = None, **headers: str
    ) -> Answer:
        """One request, tried once; a token that ended is renewed first."""
        for _attempt in (1, 2):
            if not self.token and not self.sign_in():
                return Answer(0)
            try:
                response = self.http.request(
                    method,
                    self.world.url(service) + path,
                    json=body,
                    headers={
                        "authorization": f"Bearer {self.token}",
                        **{k.replace("_", "-"): v for k, v in headers.items()},
                    },
                )
            except httpx2.HTTPError:
                return Answer(0)
            if response.status_code != 401:
                break
            self.token = ""
        tag = response.headers.get("etag", "").strip('"')
        return Answer(response.status_code, response.content, int(tag) if tag.isdigit() else None)

    def must(
        self, method: str, path: str, *, service: str = "registry", body: Body | None = None, **headers: str
    ) -> Body:
        """One request that has to succeed: setting the stage, before the first fault."""
        answer = self.ask(method, path, service=service, body=body, **headers)
        if answer.status >= 300 or answer.status == 0:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body[:500]!r}")
        return json.loads(answer.body) if answer.body else {}
