"""E-mail by SMTP: one connection for a batch, the mark right before DATA, truth per recipient."""

import smtplib
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from services.notifications.channels.channel import Mark, Outcome, Outgoing, Report
from services.notifications.channels.headers import checked_address
from services.notifications.channels.mime import message_bytes

CONNECT_TIMEOUT = 20.0
AFTER_DATA_TIMEOUT = 600.0
"""RFC 5321, 4.5.3.2.6: the server may take ten minutes to answer the final dot."""

_BROKEN = (OSError, smtplib.SMTPException)


@dataclass(frozen=True)
class SmtpChannel:
    """Where mail is handed over, and in whose name."""

    host: str
    port: int
    sender: str
    sender_name: str
    security: Literal["none", "starttls", "tls"] = "none"
    user: str = ""
    password: str = ""
    after_data_timeout: float = AFTER_DATA_TIMEOUT
    name: str = "email"

    def open(self) -> "SmtpLine":
        """A line that connects at its first message."""
        return SmtpLine(self)


class SmtpLine:
    """One connection, kept for all messages of a batch and opened anew when the server closed it."""

    def __init__(self, channel: SmtpChannel) -> None:
        self._channel = channel
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except _BROKEN:
                server.close()

    def send(self, message: Outgoing, mark: Mark) -> Report:
        """Tries one message to one recipient; everything before the mark may be repeated safely."""
        try:
            body = message_bytes(message, sender=self._channel.sender, sender_name=self._channel.sender_name)
        except ValueError as error:
            return Report(Outcome.FAILED, reply=str(error))
        refused = self._greet(message)
        if refused is not None:
            return refused
        if not mark():
            self._hang_up()
            return Report(Outcome.STOPPED)
        return self._hand_over(body)

    def _greet(self, message: Outgoing) -> Report | None:
        for last in (False, True):
            fresh = self._server is None
            try:
                server = self._server = self._server or self._connect()
                for code, words in (
                    server.mail(self._channel.sender),
                    server.rcpt(checked_address(message.to_address)),
                ):
                    if code not in (250, 251):
                        server.rset()
                        return _refusal(code, words)
                return None
            except smtplib.SMTPResponseException as error:
                self._hang_up()
                return _refusal(error.smtp_code, error.smtp_error)
            except _BROKEN as error:
                # A kept connection may have been closed by the server meanwhile: one fresh try.
                self._hang_up()
                if fresh or last:
                    return Report(Outcome.RETRY, reply=f"not reached: {type(error).__name__}", reached=False)
        return None

    def _hand_over(self, body: bytes) -> Report:
        server = self._server
        assert server is not None and server.sock is not None
        try:
            server.sock.settimeout(self._channel.after_data_timeout)
            code, words = server.data(body)
            server.sock.settimeout(CONNECT_TIMEOUT)
        except smtplib.SMTPDataError as error:
            # The server refused the verb DATA itself: it has nothing of the message.
            self._hang_up()
            return _refusal(error.smtp_code, error.smtp_error)
        except _BROKEN as error:
            self._hang_up()
            return Report(Outcome.UNKNOWN, reply=f"broken after DATA: {type(error).__name__}")
        if code == 250:
            return Report(Outcome.SENT, reply=_words(code, words))
        if code in (-1, 421):
            self._hang_up()
            return Report(Outcome.UNKNOWN if code == -1 else Outcome.RETRY, reply=_words(code, words))
        return _refusal(code, words)

    def _connect(self) -> smtplib.SMTP:
        channel = self._channel
        server: smtplib.SMTP
        if channel.security == "tls":
            server = smtplib.SMTP_SSL(
                channel.host, channel.port, timeout=CONNECT_TIMEOUT, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(channel.host, channel.port, timeout=CONNECT_TIMEOUT)
        server.ehlo_or_helo_if_needed()
        if channel.security == "starttls":
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if channel.user:
            server.login(channel.user, channel.password)
        return server

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()


def _refusal(code: int, words: bytes | str) -> Report:
    outcome = Outcome.FAILED if 500 <= code < 600 else Outcome.RETRY
    return Report(outcome, reply=_words(code, words))


def _words(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:300]
