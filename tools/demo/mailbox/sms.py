"""The text message door: Kavenegar's protocol, as far as the product speaks it, with its numbers and its words."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tools.demo.mailbox.store import Received, Store

SENDER = "10004346"
MOBILE = re.compile(r"^(?:\+98|0098|98|0)?9\d{9}$")
QUEUED, DELIVERED, UNKNOWN = 1, 10, 100
WORDS = {QUEUED: "در صف ارسال", DELIVERED: "رسیده به گیرنده", UNKNOWN: "شناسه پیامک نامعتبر است"}
ERRORS = {
    400: "پارامترها ناقص هستند",
    403: "کد شناسائی معتبر نیست",
    404: "متد نامشخص است",
    411: "دریافت کننده نامعتبر است",
    413: "پیام خالی است و یا طول پیام بیش از حد مجاز است",
    414: "حجم درخواست بیشتر از حد مجاز است",
}
MOST_RECEPTORS = 200
LONGEST = 900
FARSI_PART, LATIN_PART = 67, 153
PRICE_PER_PART = 1_200  # rials, invented


class Gateway:
    """The routes below /v1/{key}/sms/. Status and cost are what a gateway that works would say."""

    def __init__(self, store: Store, key: str) -> None:
        self.store = store
        self.key = key

    def routes(self) -> list[Route]:
        """For the application."""
        return [Route("/v1/{key}/sms/{verb}.json", self.answer, methods=["GET", "POST"])]

    async def answer(self, request: Request) -> JSONResponse:
        """One call. Kavenegar takes the same fields in the query and in the body."""
        fields = {str(name): str(value) for name, value in request.query_params.items()}
        if request.method == "POST":
            fields |= {str(name): str(value) for name, value in (await request.form()).items()}
        if request.path_params["key"] != self.key:
            return refused(403)
        verb = request.path_params["verb"]
        if verb == "send":
            return self._send(fields)
        if verb in ("status", "statuslocalmessageid"):
            name = "messageid" if verb == "status" else "localid"
            return self._status(name, fields.get(name, ""))
        return refused(404)

    def _send(self, fields: dict[str, str]) -> JSONResponse:
        receptors = [each.strip() for each in fields.get("receptor", "").split(",") if each.strip()]
        message = fields.get("message", "")
        local_ids = [each.strip() for each in fields.get("localid", "").split(",") if each.strip()]
        if not receptors or "message" not in fields or (local_ids and len(local_ids) != len(receptors)):
            return refused(400)
        if len(receptors) > MOST_RECEPTORS:
            return refused(414)
        if not message.strip() or len(message) > LONGEST:
            return refused(413)
        if not all(MOBILE.match(each) for each in receptors):
            return refused(411)
        sender = fields.get("sender") or SENDER
        pairs = zip(receptors, local_ids or [""] * len(receptors), strict=True)
        return granted([entry_of(self._keep(each, local_id, message, sender)) for each, local_id in pairs])

    def _keep(self, receptor: str, local_id: str, message: str, sender: str) -> Received:
        """A repeated localid gives the first message back and sends nothing, as Kavenegar does."""
        known = next((each for each in self.store.texts() if local_id and each.text["localid"] == local_id), None)
        return known or self.store.add_text(
            {"receptor": receptor, "localid": local_id, "message": message, "sender": sender, "cost": cost(message)}
        )

    def _status(self, name: str, wanted: str) -> JSONResponse:
        if not wanted:
            return refused(400)
        entries = []
        for word in wanted.split(","):
            found = next((each for each in self.store.texts() if reference(each, name) == word.strip()), None)
            code = DELIVERED if found else UNKNOWN
            entry: dict[str, Any] = {"messageid": message_id(found) if found else 0, "status": code}
            if name == "localid":
                entry["localid"] = word.strip()
            entries.append({**entry, "statustext": WORDS[code]})
        return granted(entries)


def cost(message: str) -> int:
    """The price of a text in rials, counted in parts."""
    part, single = (LATIN_PART, 160) if message.isascii() else (FARSI_PART, 70)
    parts = 1 if len(message) <= single else -(-len(message) // part)
    return parts * PRICE_PER_PART


def message_id(received: Received) -> int:
    """Kavenegar's own number of a message."""
    return 8_792_000_000 + int(received.id)


def reference(received: Received, name: str) -> str:
    """A text's messageid or localid as a word."""
    return str(message_id(received)) if name == "messageid" else str(received.text["localid"])


def entry_of(received: Received) -> dict[str, Any]:
    """A sent message as `sms/send` answers it."""
    text = received.text
    return {
        "messageid": message_id(received),
        "message": text["message"],
        "status": QUEUED,
        "statustext": WORDS[QUEUED],
        "sender": text["sender"],
        "receptor": text["receptor"],
        "date": int(received.at.timestamp()),
        "cost": text["cost"],
    }


def granted(entries: list[dict[str, Any]]) -> JSONResponse:
    """A good answer."""
    return JSONResponse({"return": {"status": 200, "message": "تایید شد"}, "entries": entries})


def refused(status: int) -> JSONResponse:
    """A refusal; Kavenegar uses its number as the HTTP status too."""
    return JSONResponse({"return": {"status": status, "message": ERRORS[status]}, "entries": None}, status)
