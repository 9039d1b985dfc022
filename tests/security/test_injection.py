"""The corpus through every outlet: nobody's text becomes a header, an element, a formula, a line or a command."""

import email
import email.policy
import json
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import structlog
import typst

from services.notifications.channels.channel import Attachment, Outcome, Outgoing
from services.notifications.channels.ics import CalendarEntry, Person, calendar_file
from services.notifications.channels.mime import message_bytes
from services.notifications.channels.pdf import appointment_pdf, directive_pdf
from services.notifications.channels.sms_http import Kavenegar, SmsChannel
from services.notifications.channels.smtp import SmtpChannel
from services.notifications.messages.rendering import words
from services.reporting.jobs.csvs import write_csv
from shared.kernel.logs import start_logs
from shared.kernel.scrubbing import masked
from shared.values.ids import new_id
from tests.security.corpus import FAMILIES, corpus, texts
from tests.security.corpus.oracles import (
    active_parts,
    foreign_headers,
    foreign_properties,
    forged_lines,
    formulas,
    is_safe_name,
)
from tests.support.sinks import GatewaySink, MailSink

MOMENT = datetime(2020, 11, 1, 6, 0, tzinfo=UTC)
HEADERS = (
    "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Language", "Auto-Submitted",
    "X-Peyvand-Step", "Content-Type",
)  # fmt: skip
PROPERTIES = {
    "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS",
    "ORGANIZER", "ATTENDEE",
}  # fmt: skip
PLACE = SimpleNamespace(tz="Asia/Tehran", calendar="solar_hijri")


def test_the_corpus_is_large_and_of_every_family() -> None:
    assert len(corpus()) >= 400
    assert {name.split()[0] for name in corpus()} == set(FAMILIES)


def a_mail(text: str, **more: object) -> Outgoing:
    """A message whose every field but the address comes from somebody else."""
    values: dict[str, object] = {
        "delivery_id": "0190", "to_address": "p@example.org", "to_name": text, "subject": text, "text": text,
        "html": "<p>x</p>", "sent_at": MOMENT, "headers": {"X-Peyvand-Step": text},
    }  # fmt: skip
    return Outgoing(**values | more)  # type: ignore[arg-type]


class TestMail:
    def test_holds_our_headers_only(self) -> None:
        wrong = {}
        for name, text in corpus().items():
            raw = message_bytes(a_mail(text), sender="s@example.org", sender_name=text)
            if found := foreign_headers(raw, HEADERS):
                wrong[name] = found
            assert raw.partition(b"\r\n\r\n")[0].isascii(), name
        assert wrong == {}

    def test_keeps_the_body(self) -> None:
        for name, text in corpus().items():
            raw = message_bytes(a_mail(text), sender="s@example.org", sender_name="s")
            part = next(
                each
                for each in email.message_from_bytes(raw, policy=email.policy.SMTP).walk()
                if not each.is_multipart()
            )
            assert part.get_payload(decode=True) == text.encode(), name

    def test_goes_to_whom_it_was_planned_for(self) -> None:
        with MailSink() as sink:
            channel = SmtpChannel("127.0.0.1", sink.port, "s@example.org", "s")
            with channel.open() as line:
                for text in texts():
                    assert line.send(a_mail(text), lambda: True).outcome is Outcome.SENT
                refused = [line.send(a_mail("x", to_address=text), lambda: True).outcome for text in texts()]
        assert [rcpt for rcpt, _ in sink.messages] == [["p@example.org"]] * len(texts())
        assert set(refused) == {Outcome.FAILED}, "an address of the corpus is no address"

    def test_a_naive_writer_is_seen(self) -> None:
        ours = ("From", "Subject")
        seen = [
            text for text in texts()
            if foreign_headers(f"From: s@example.org\r\nSubject: {text}\r\n\r\nx".encode(), ours)
        ]  # fmt: skip
        assert len(seen) >= 40


class TestFileNames:
    def test_an_attachment_has_one_plain_name(self) -> None:
        wrong = []
        for text in texts():
            file = Attachment(f"appointment-{text}.pdf", "application/pdf", b"x")
            raw = message_bytes(a_mail("x", attachments=(file,)), sender="s@example.org", sender_name="s")
            lines = re.findall(rb"Content-Disposition: (.*?)\r\n", raw)
            if len(lines) != 1 or not re.fullmatch(rb'attachment; filename="[A-Za-z0-9._-]+"', lines[0]):
                wrong.append(text)
        assert wrong == []

    def test_a_naive_writer_is_seen(self) -> None:
        assert len([text for text in texts() if not is_safe_name(f'attachment; filename="{text}"')]) >= 300
        assert is_safe_name('attachment; filename="peyvand-1399-1400-2020-12-20.csv"')


class TestCalendarFiles:
    def test_hold_one_event_with_our_properties(self) -> None:
        wrong = {}
        for name, text in corpus().items():
            entry = CalendarEntry(
                uid="u@peyvand", sequence=1, starts_at=MOMENT, ends_at=MOMENT + timedelta(hours=1), tz="Asia/Tehran",
                summary=text, description=text, location=text, url="https://example.org/" + text, stamp=MOMENT,
                organiser=Person(text, "o@example.org"), attendee=Person(text, "a@example.org"),
            )  # fmt: skip
            if found := foreign_properties(calendar_file(entry).content, PROPERTIES):
                wrong[name] = found
        assert wrong == {}

    def test_a_naive_writer_is_seen(self) -> None:
        start = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:"
        end = "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        assert foreign_properties(f"{start}x{end}".encode(), PROPERTIES) == []
        assert len([text for text in texts() if foreign_properties(f"{start}{text}{end}".encode(), PROPERTIES)]) >= 40


class TestTextMessages:
    def test_carry_the_text_and_nothing_beside_it(self) -> None:
        with GatewaySink() as sink:
            line = SmsChannel(Kavenegar(sink.url, "key", "1000")).open()
            for text in texts():
                delivery = str(new_id())
                message = Outgoing(delivery_id=delivery, to_address="+989120000001", text=text, sent_at=MOMENT)
                assert line.send(message, lambda: True).outcome is Outcome.SENT
        taken = list(sink.taken.values())
        assert [set(form) - {"message"} for form in taken] == [{"receptor", "sender", "localid"}] * len(texts())
        assert {form["receptor"] for form in taken} == {"+989120000001"}
        assert [form.get("message", "") for form in taken] == texts()

    def test_a_naive_writer_is_seen(self) -> None:
        from urllib.parse import parse_qs

        forms = [parse_qs(f"receptor=1&message={text}") for text in texts()]
        assert len([1 for form, text in zip(forms, texts(), strict=True) if form.get("message") != [text]]) >= 40


class TestCsv:
    def test_has_no_formula(self) -> None:
        rows = [[text, f"x{text}", 1, -2.5, None] for text in texts()]
        raw = write_csv(texts()[0], ["a", "b", "c", "d", "e"], rows)
        assert formulas(raw) == []

    def test_a_naive_writer_is_seen(self) -> None:
        import csv
        import io

        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows([[text] for text in texts()])
        assert len(formulas(out.getvalue().encode())) >= 30


class TestLogs:
    @pytest.fixture(autouse=True)
    def _own_logs(self) -> object:
        before = structlog.get_config()
        yield
        structlog.contextvars.clear_contextvars()
        structlog.configure(**before)

    def test_hold_one_line_for_each_event(self, capsys: pytest.CaptureFixture[str]) -> None:
        start_logs("registry")
        for text in texts():
            structlog.get_logger().info("thing.done", value=text, path=f"/v1/{text}")
        written = capsys.readouterr().err
        assert forged_lines(written, len(texts())) == []
        assert [json.loads(line)["value"] for line in written.splitlines()] == [masked(text) for text in texts()]

    def test_a_naive_writer_is_seen(self) -> None:
        assert len(forged_lines("\n".join(f'{{"v": "{text}"}}' for text in texts()), len(texts()))) >= 40


class TestLetters:
    def test_are_typeset_as_text(self) -> None:
        everything = "\n".join(texts())
        title = {"fa": "".join(texts())[:400]}
        directive = directive_pdf(
            {
                "title": title, "body": {"fa": everything}, "number": texts()[3], "issued_on": "2020-11-01",
                "acknowledge_by": None, "office": {"fa": texts()[90]},
            },
            language="fa", locale=PLACE, words=words(),
        )  # fmt: skip
        assert directive.content.startswith(b"%PDF")
        assert active_parts(directive.content) == []

    @pytest.mark.parametrize("family", FAMILIES)
    def test_an_appointment_is_typeset_as_text(self, family: str) -> None:
        text = " ".join(each for name, each in corpus().items() if name.startswith(family))[:3000]
        facts = {
            "school": {"fa": text}, "province": {"fa": text[:60]}, "agency": {"fa": text[:200]},
            "person_name": text[:100], "letter_number": text[:40], "letter_on": "2020-11-01",
        }  # fmt: skip
        made = appointment_pdf(facts, language="fa", locale=PLACE, words=words())
        assert made.content.startswith(b"%PDF")
        assert active_parts(made.content) == []

    def test_a_naive_typesetter_is_seen(self) -> None:
        link = next(text for text in texts() if text.startswith("#link"))
        assert active_parts(typst.compile(f"= x\n{link}".encode())) == ["/URI"]
        failed = 0
        for text in ("#panic()", '#read("/etc/passwd")', '#import "x": *'):
            assert text in texts()
            try:
                typst.compile(text.encode())
            except typst.TypstError:
                failed += 1
        assert failed == 3
