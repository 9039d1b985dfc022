"""Providers that misbehave, for the model of deliveries: a line like SMTP, a gateway, workers that die or freeze."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import httpx2

from services.notifications.channels.channel import Mark, Outcome, Outgoing, Report
from services.notifications.channels.sms_http import SmsChannel


class Killed(BaseException):
    """Stands for kill -9: nothing may catch it."""


@dataclass(frozen=True)
class Course:
    """How one try goes: what happens before the mark, what after it, and how the provider answers.

    `before`: "" | away | dies | freezes; `after`: "" | dies | freezes | breaks (the connection ends too early);
    `answer`: taken | later (4xx) | never (5xx) | lost (taken, the answer is lost) | dies (taken, the worker dies).
    """

    before: str = ""
    after: str = ""
    answer: str = "taken"


@dataclass
class Provider:
    """What was really taken, delivery by delivery, and what the provider said."""

    courses: list[Course] = field(default_factory=list)
    freeze: Callable[[str], None] = field(default=lambda _delivery: None)
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rejected: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    """Deliveries whose try broke after the mark: only these may end in doubt."""
    mute: bool = False
    """The gateway does not answer look-ups."""

    def course(self) -> Course:
        """How the next try goes."""
        return self.courses.pop(0) if self.courses else Course()

    def greet(self, course: Course, delivery: str) -> None:
        """Before the mark: nothing has been handed over."""
        if course.before == "dies":
            raise Killed
        if course.before == "freezes":
            self.freeze(delivery)

    def take(self, course: Course, delivery: str) -> Report | None:
        """After the mark; None when the answer never comes."""
        if course.after or course.answer in ("lost", "dies"):
            self.doubtful.add(delivery)
        if course.after == "dies":
            raise Killed
        if course.after == "freezes":
            self.freeze(delivery)
        if course.after == "breaks":
            return None
        if course.answer == "later":
            self.refused[delivery] += 1
            return Report(Outcome.RETRY, reply="451 later")
        if course.answer == "never":
            self.rejected.add(delivery)
            return Report(Outcome.FAILED, reply="550 never")
        self.taken[delivery] += 1
        if course.answer == "dies":
            raise Killed
        return Report(Outcome.SENT, "ref", "250 taken") if course.answer == "taken" else None


@dataclass
class MailLine:
    """Mail as SmtpLine does it: greet, mark, hand over."""

    provider: Provider
    name: str = "email"

    def open(self) -> Self:
        """The line itself."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def send(self, message: Outgoing, mark: Mark) -> Report:
        """One try."""
        course = self.provider.course()
        self.provider.greet(course, message.delivery_id)
        if course.before == "away":
            return Report(Outcome.RETRY, reply="not reached", reached=False)
        if not mark():
            return Report(Outcome.STOPPED)
        report = self.provider.take(course, message.delivery_id)
        return report or Report(Outcome.UNKNOWN, reply="broken after DATA")


class TakesDoubtForRefusal(MailLine):
    """The naive line: a connection that broke after the mark counts as a refusal."""

    def send(self, message: Outgoing, mark: Mark) -> Report:
        """One try, whose doubt is not told."""
        report = super().send(message, mark)
        return Report(Outcome.RETRY, reply="try again") if report.outcome is Outcome.UNKNOWN else report


class MarksLate(MailLine):
    """The naive line: sends first, marks afterwards."""

    def send(self, message: Outgoing, mark: Mark) -> Report:
        """One try, with the mark in the wrong place."""
        course = self.provider.course()
        self.provider.greet(course, message.delivery_id)
        report = self.provider.take(course, message.delivery_id)
        mark()
        return report or Report(Outcome.UNKNOWN, reply="broken after DATA")


@dataclass
class TextGateway:
    """A gateway with look-up by our reference, behind the real SmsLine; a repeated reference is one message for it."""

    provider: Provider

    def submit(self, _client: httpx2.Client, message: Outgoing) -> Report | None:
        """Hands the text over; the mark was set before."""
        course = self.provider.course()
        if course.before == "away":
            raise httpx2.ConnectError("away")
        if course.before:
            self.provider.doubtful.add(message.delivery_id)
        self.provider.greet(course, message.delivery_id)
        try:
            return self.provider.take(course, message.delivery_id)
        finally:
            self.provider.taken[message.delivery_id] = min(self.provider.taken[message.delivery_id], 1)

    def look_up(self, _client: httpx2.Client, delivery_id: str) -> Report | None:
        """What became of our reference."""
        if self.provider.mute:
            raise httpx2.ReadTimeout("mute")
        if self.provider.taken[delivery_id]:
            return Report(Outcome.SENT, "ref", "delivered")
        return Report(Outcome.RETRY, reply="the gateway does not know it")


def text_channel(provider: Provider) -> SmsChannel:
    """The real channel on the gateway."""
    return SmsChannel(TextGateway(provider))
