"""Text messages by HTTP: Kavenegar's protocol and a plain JSON one; a doubtful answer is looked up by our reference."""

import os
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

import httpx2

from services.notifications.channels.channel import Mark, Outcome, Outgoing, Report

TIMEOUT = httpx2.Timeout(15.0, connect=5.0)
_BUSY = frozenset({402, 409, 418, 429, 451})
"""Kavenegar: operation failed, cannot answer now, no credit, too many calls. All may pass; nothing was taken."""
_NEVER_TAKEN = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_NOT_KNOWN = 100
_TAKEN = frozenset({1, 2, 4, 5, 10})
_LOST = frozenset({6, 11, 13, 14})


class Gateway(Protocol):
    """One provider's protocol."""

    def submit(self, client: httpx2.Client, message: Outgoing) -> Report | None:
        """Hands the text over; None when the answer leaves it open whether it was taken. httpx2 errors pass."""
        ...

    def look_up(self, client: httpx2.Client, delivery_id: str) -> Report | None:
        """What became of our reference; None when the provider cannot say. httpx2 errors pass."""
        ...


@dataclass(frozen=True)
class SmsChannel:
    """Text messages through one gateway."""

    gateway: Gateway
    name: str = "sms"

    def open(self) -> "SmsLine":
        """A line over this process's pooled client."""
        return SmsLine(self.gateway, _client(os.getpid()))


@cache
def _client(pid: int) -> httpx2.Client:
    """One client per process: making one reads all certificates, and none may cross a fork."""
    return httpx2.Client(timeout=TIMEOUT)


class SmsLine:
    """One batch."""

    def __init__(self, gateway: Gateway, client: httpx2.Client) -> None:
        self._gateway, self._client = gateway, client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def send(self, message: Outgoing, mark: Mark) -> Report:
        """Marks, submits, and asks by our reference whenever the answer was lost or unreadable."""
        if not mark():
            return Report(Outcome.STOPPED)
        try:
            report = self._gateway.submit(self._client, message)
        except _NEVER_TAKEN as error:
            return Report(Outcome.RETRY, reply=f"not reached: {type(error).__name__}", reached=False)
        except httpx2.HTTPError:
            report = None
        return report or self.look_up(message.delivery_id)

    def look_up(self, delivery_id: str) -> Report:
        """What became of an earlier try: sent, safe to repeat, failed, or still unknown."""
        try:
            found = self._gateway.look_up(self._client, delivery_id)
        except httpx2.HTTPError as error:
            return Report(Outcome.UNKNOWN, reply=f"no answer, and not looked up: {type(error).__name__}")
        return found or Report(Outcome.UNKNOWN, reply="no answer, and the gateway cannot say")


@dataclass(frozen=True)
class Kavenegar:
    """Kavenegar's real protocol; HTTP status set aside, the truth stands in `return.status`."""

    url: str
    key: str
    sender: str

    def submit(self, client: httpx2.Client, message: Outgoing) -> Report | None:
        """`sms/send` with our `localid`."""
        answer = self._call(
            client,
            "send",
            receptor=message.to_address,
            message=message.text,
            sender=self.sender,
            localid=str(local_id(message.delivery_id)),
        )
        if answer is None:
            return None
        status, words, entries = answer
        if status == 200 and entries:
            return Report(Outcome.SENT, str(entries[0].get("messageid")), str(entries[0].get("statustext", words)))
        if status == 200 or status >= 500:
            return None
        return Report(Outcome.RETRY if status in _BUSY else Outcome.FAILED, reply=f"{status} {words}"[:300])

    def look_up(self, client: httpx2.Client, delivery_id: str) -> Report | None:
        """`sms/statuslocalmessageid`: status 100 means that nothing with our reference arrived."""
        answer = self._call(client, "statuslocalmessageid", localid=str(local_id(delivery_id)))
        if answer is None or answer[0] != 200 or not answer[2]:
            return None
        entry = answer[2][0]
        status, reference = int(entry.get("status", 0)), str(entry.get("messageid"))
        if status == _NOT_KNOWN:
            return Report(Outcome.RETRY, reply="the gateway does not know it")
        if status in _TAKEN:
            return Report(Outcome.SENT, reference, str(entry.get("statustext", "")))
        if status in _LOST:
            return Report(Outcome.FAILED, reference, f"{status} {entry.get('statustext', '')}")
        return None

    def _call(self, client: httpx2.Client, verb: str, **form: str) -> tuple[int, str, list[dict[str, Any]]] | None:
        response = client.post(f"{self.url.rstrip('/')}/v1/{self.key}/sms/{verb}.json", data=form)
        try:
            body = response.json()
            result = body["return"]
            return int(result["status"]), str(result.get("message", "")), list(body.get("entries") or [])
        except (ValueError, KeyError, TypeError, AttributeError):
            # A proxy's error page: 429 is a clear no, everything else says nothing about the message.
            return (429, "too many requests", []) if response.status_code == 429 else None


@dataclass(frozen=True)
class JsonGateway:
    """A plain gateway: `POST {to, text, from, reference}`, answered `{id}`; without look-up doubt stays doubt."""

    url: str
    key: str
    sender: str

    def submit(self, client: httpx2.Client, message: Outgoing) -> Report | None:
        """2xx is taken, 429 and 503 may be repeated, other 4xx are final."""
        body = {
            "to": message.to_address,
            "text": message.text,
            "from": self.sender,
            "reference": message.delivery_id,
        }
        response = client.post(self.url, json=body, headers={"Authorization": f"Bearer {self.key}"})
        if response.is_success:
            return Report(Outcome.SENT, _reference_in(response), str(response.status_code))
        if response.status_code in (429, 503):
            return Report(Outcome.RETRY, reply=str(response.status_code))
        if 400 <= response.status_code < 500:
            return Report(Outcome.FAILED, reply=str(response.status_code))
        return None

    def look_up(self, client: httpx2.Client, delivery_id: str) -> Report | None:
        """This protocol has no look-up."""
        return None


def local_id(delivery_id: str) -> int:
    """Kavenegar's `localid` is a long: the random half of the delivery's id without its variant bits."""
    return UUID(delivery_id).int & ((1 << 62) - 1)


def _reference_in(response: httpx2.Response) -> str | None:
    try:
        return str(response.json().get("id"))
    except (ValueError, AttributeError):
        return None
