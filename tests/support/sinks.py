"""Real ends of the line: an SMTP server and a gateway speaking Kavenegar's protocol, both able to misbehave."""

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as SmtpEnvelope
from aiosmtpd.smtp import Session as SmtpSession


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class MailSink:
    """Keeps every message before it answers; `answers` holds replies for the next messages, by verb."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], bytes]] = []
        self.refuse_recipient: dict[str, str] = {}
        self.after_data: list[str] = []
        self.on_data: Callable[[], None] | None = None
        self.port = _free_port()

    def __enter__(self) -> "MailSink":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Go away."""
        self._controller.stop()

    async def handle_RCPT(
        self, _server: SMTP, _session: SmtpSession, envelope: SmtpEnvelope, address: str, _options: list[str]
    ) -> str:
        """Takes or refuses a recipient."""
        if address in self.refuse_recipient:
            return self.refuse_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: SmtpEnvelope) -> str:
        """Writes the message down first, then answers."""
        answer = self.after_data.pop(0) if self.after_data else "250 taken"
        if not answer.startswith(("4", "5")):
            self.messages.append((list(envelope.rcpt_tos), bytes(envelope.content or b"")))
        if self.on_data is not None:
            self.on_data()
        return answer


class GatewaySink:
    """Kavenegar's `sms/send` and `sms/statuslocalmessageid`; `faults` decide the next answers to send."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, str]] = {}
        self.submits = 0
        self.faults: list[str] = []
        self.mute_lookups = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def __enter__(self) -> "GatewaySink":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self) -> None:
                """Send or look up."""
                size = int(self.headers["content-length"])
                form = {key: values[0] for key, values in parse_qs(self.rfile.read(size).decode()).items()}
                sink.answer(self, self.path.rsplit("/", 1)[-1].removesuffix(".json"), form)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        return Handler

    def answer(self, request: BaseHTTPRequestHandler, verb: str, form: dict[str, str]) -> None:
        """Answers as the gateway would, or as the next fault says."""
        if verb == "statuslocalmessageid":
            self._look_up(request, form)
            return
        self.submits += 1
        fault = self.faults.pop(0) if self.faults else ""
        if fault in ("", "taken but silent", "taken but garbled"):
            self.taken.setdefault(form["localid"], form)
        if fault.endswith("silent"):
            request.connection.close()
        elif fault.endswith("garbled"):
            self._reply(request, 200, b"<html>oops</html>")
        elif fault:
            code = int(fault)
            self._reply(request, code, json.dumps({"return": {"status": code, "message": "no"}}).encode())
        else:
            entry = {"messageid": 1000 + len(self.taken), "status": 1, "statustext": "queued"}
            self._reply(
                request, 200, json.dumps({"return": {"status": 200, "message": "ok"}, "entries": [entry]}).encode()
            )

    def _look_up(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        if self.mute_lookups:
            request.connection.close()
            return
        known = form["localid"] in self.taken
        entry = {"messageid": 5, "localid": form["localid"], "status": 5 if known else 100, "statustext": "sent"}
        self._reply(request, 200, json.dumps({"return": {"status": 200, "message": "ok"}, "entries": [entry]}).encode())

    def _reply(self, request: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        request.send_response(status)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
