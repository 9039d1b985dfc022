"""A client of the product's public interfaces: signs in, keeps versions, never touches a database."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx2

Body = dict[str, Any]
AWAY = (502, 503, 504)
PATIENCE_S = 60.0
"""How long a service may be away; every write carries its idempotency key or version, so asking again is harmless."""


class Refusal(Exception):
    """The product said no: status and problem body."""

    def __init__(self, status: int, body: Body, what: str) -> None:
        super().__init__(f"{what}: {status} {body.get('type', '').rsplit('/', 1)[-1]} {body.get('detail') or body}")
        self.status = status
        self.body = body

    @property
    def code(self) -> str:
        """The slug of the problem's type."""
        return str(self.body.get("type", "")).rsplit("/", 1)[-1]


@dataclass
class Api:
    """One signed-in person at the one URL of all services."""

    base: str
    tenant: str
    login: str
    password: str
    token: str = ""
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=30, http2=False))
    lock: threading.Lock = field(default_factory=threading.Lock)
    repeated: int = 0
    """How often a request was sent again because its answer did not come."""

    def sign_in(self) -> "Api":
        """Get a token; kept until it ends."""
        with self.lock:
            body = {"tenant": self.tenant, "login": self.login, "password": self.password}
            response = self._patiently("POST", f"{self.base}/registry/v1/sign-in", json=body)
            self._check(response, "sign in")
            self.token = response.json()["token"]
        return self

    def get(self, path: str, **query: Any) -> Body:
        """GET a JSON answer."""
        return self._send("GET", path, params={k: v for k, v in query.items() if v is not None}).json()  # type: ignore[no-any-return]

    def all(self, path: str, **query: Any) -> list[Body]:
        """Every item of a paged list."""
        items: list[Body] = []
        cursor: str | None = None
        while True:
            page = self.get(path, limit=200, cursor=cursor, after=cursor, **query)
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    def post(self, path: str, body: Body | None = None, *, version: int | None = None) -> Body:
        """POST with a fresh idempotency key; `version` is what If-Match says."""
        headers = {"idempotency-key": str(uuid.uuid4())}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        response = self._send("POST", path, json=body or {}, headers=headers)
        answer: Body = response.json()
        if "etag" in response.headers:
            answer["_version"] = int(response.headers["etag"].strip('"'))
        return answer

    def put(self, path: str, body: Body) -> Body:
        """PUT a setting."""
        return self._send("PUT", path, json=body).json()  # type: ignore[no-any-return]

    def act(self, path: str, verb: str, body: Body | None = None) -> Body:
        """One action on an existing thing: read its version, then POST /<verb> with If-Match."""
        read = self._send("GET", path)
        return self.post(f"{path}/{verb}", body, version=int(read.headers["etag"].strip('"')))

    def replace(self, path: str, part: str, body: Body) -> Body:
        """Replace a part of an existing thing: read its version, then PUT /<part> with If-Match."""
        repeated = self.repeated
        read = self._send("GET", path)
        headers = {"if-match": read.headers["etag"]}
        try:
            answer: Body = self._send("PUT", f"{path}/{part}", json=body, headers=headers).json()
        except Refusal as refusal:
            if refusal.status != 412 or self.repeated == repeated:
                raise
            return self.replace(path, part, body)  # the first try had arrived, only its answer was lost
        return answer

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        headers = {"accept-language": "fa", **options.pop("headers", {})}
        for attempt in (1, 2):
            if not self.token:
                self.sign_in()
            signed = {**headers, "authorization": f"Bearer {self.token}"}
            response = self._patiently(method, self.base + path, headers=signed, **options)
            if response.status_code == 401 and attempt == 1:
                self.token = ""
                continue
            break
        self._check(response, f"{method} {path}")
        return response

    def _patiently(self, method: str, url: str, **options: Any) -> httpx2.Response:
        """Ask until somebody answers; the last failure is the caller's after PATIENCE_S seconds."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                response = self.client.request(method, url, **options)
                if response.status_code not in AWAY or time.monotonic() > until:
                    return response
            except httpx2.TransportError:
                if time.monotonic() > until:
                    raise
            self.repeated += 1
            time.sleep(0.2)

    @staticmethod
    def _check(response: httpx2.Response, what: str) -> None:
        if response.status_code >= 400:
            try:
                body = response.json()
            except ValueError:
                body = {"detail": response.text[:300]}
            raise Refusal(response.status_code, body, what)
