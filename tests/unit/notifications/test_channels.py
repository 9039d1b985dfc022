"""Headers that cannot become lines, segment counting, and calendar files."""

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from services.notifications.channels.channel import Attachment, Outgoing
from services.notifications.channels.headers import clean_text, encode_text
from services.notifications.channels.ics import CalendarEntry, Person, calendar_file
from services.notifications.channels.mime import message_bytes
from services.notifications.channels.segments import segments_of

NOW = datetime(2020, 11, 1, 6, 0, tzinfo=UTC)
EXPECTED = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Language",
    "Auto-Submitted",
    "X-Peyvand-Step",
    "Content-Type",
]
INJECTIONS = [
    "=?utf-8?q?hello=0ABcc=3A_evil=40x?=",
    "=?utf-8?q?hello=0D=0ABcc=3A_evil=40x?=",
    "=?utf-8?b?aGVsbG8KQmNjOiBldmlsQHgKCmJvZHk=?=",
    "=?iso-8859-1?q?a=0Ab?= =?utf-8?q?=0ABcc=3A_x=40y?=",
    "=?utf-8?b?PT91dGYtOD9xP2E9MEFCY2M9M0FfZXZpbD00MHg/PQ==?=",
    "مدرسه\r\nBcc: evil@x",
    "مدرسه\nBcc: evil@x",
    "name\rBcc: evil@x",
    "name\x0bBcc: evil@x\x0c",
    "name\u2028Bcc: evil@x\u2029",
    "name\x85Bcc: evil@x",
    "name\x1cBcc: evil@x\x1d\x1e",
    '"quoted" <evil@x>, Bcc: evil@x',
    "=?utf-8?q?" + "a" * 3000 + "?=",
    "=?broken?x?y?=",
    "a=?=?utf-8?q?=0ABcc:x?=?=",
]


def a_message(text: str) -> Outgoing:
    """A message whose every header field comes from somebody else."""
    return Outgoing(
        delivery_id="0190",
        to_address="p@example.org",
        to_name=text,
        subject=text,
        text="متن",
        html="<p>متن</p>",
        sent_at=NOW,
        headers={"X-Peyvand-Step": text},
    )


class TestHeaderInjection:
    @pytest.mark.parametrize("text", INJECTIONS)
    def test_a_name_never_becomes_a_header(self, text: str) -> None:
        raw = message_bytes(a_message(text), sender="s@example.org", sender_name=text)

        for policy in (email.policy.SMTP, email.policy.compat32):
            parsed = email.message_from_bytes(raw, policy=policy)
            assert sorted(parsed.keys()) == sorted(EXPECTED)
            again = email.message_from_bytes(parsed.as_bytes(), policy=policy)
            assert sorted(again.keys()) == sorted(EXPECTED)
        assert [part.get_content_type() for part in parsed.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]

    @pytest.mark.parametrize("text", INJECTIONS)
    def test_an_encoded_value_holds_no_line_end_and_no_foreign_word(self, text: str) -> None:
        assert not set("\r\n\x0b\x0c\x1c\x85\u2028\u2029") & set(clean_text(text))
        assert encode_text(clean_text(text)) == encode_text(text)

    def test_persian_comes_back_as_written(self) -> None:
        subject = "دعوت: نشست مشترک با ادارهٔ کل حفاظت محیط زیست استان آذربایجان شرقی، سه‌شنبه ۱۶ دی ۱۳۹۹، ساعت ۱۰:۰۰"

        parsed = email.message_from_bytes(
            message_bytes(a_message(subject), sender="s@example.org", sender_name="پیوند"), policy=email.policy.SMTP
        )

        assert parsed["Subject"] == subject

    @pytest.mark.parametrize("address", ["a@x\r\nBcc: e@y", "a b@x", "a@x, b@y", "<a@x>", "", "ü@x", "a..b@x"])
    def test_anything_but_one_mailbox_is_refused(self, address: str) -> None:
        message = Outgoing(delivery_id="1", to_address=address, text="x", sent_at=NOW)

        with pytest.raises(ValueError, match="mailbox"):
            message_bytes(message, sender="s@example.org", sender_name="s")


class TestSegments:
    @pytest.mark.parametrize(
        ("text", "encoding", "parts"),
        [
            ("a" * 160, "GSM-7", 1),
            ("a" * 161, "GSM-7", 2),
            ("a" * 306, "GSM-7", 2),
            ("a" * 307, "GSM-7", 3),
            ("€" * 80, "GSM-7", 1),
            ("€" * 81, "GSM-7", 2),
            ("س" * 70, "UCS-2", 1),
            ("س" * 71, "UCS-2", 2),
            ("س" * 134, "UCS-2", 2),
            ("س" * 135, "UCS-2", 3),
            ("ąčęė", "UCS-2", 1),
            ("😀" * 35, "UCS-2", 1),
            ("😀" * 36, "UCS-2", 2),
            ("س\u200c" * 35, "UCS-2", 1),
        ],
    )
    def test_parts_as_the_network_counts_them(self, text: str, encoding: str, parts: int) -> None:
        size = segments_of(text)

        assert (size.encoding, size.parts) == (encoding, parts)
        assert size.cost(1200) == parts * 1200


def a_calendar(**changes: object) -> Attachment:
    """A calendar file."""
    values: dict[str, object] = {
        "uid": "m1@peyvand",
        "sequence": 2,
        "starts_at": datetime(2020, 11, 4, 6, 0, tzinfo=UTC),
        "ends_at": datetime(2020, 11, 4, 8, 0, tzinfo=UTC),
        "tz": "Asia/Tehran",
        "summary": "نشست مشترک با ادارهٔ کل حفاظت محیط زیست",
        "description": "سه‌شنبه ۱۴ آبان ۱۳۹۹، ساعت ۰۹:۳۰",
        "location": "تبریز",
        "organiser": Person("اداره", "o@example.org"),
        "attendee": Person("پروین", "p@example.org"),
        "stamp": NOW,
    }
    return calendar_file(CalendarEntry(**(values | changes)))  # type: ignore[arg-type]


class TestCalendarFiles:
    @pytest.mark.parametrize("kind", ["REQUEST", "CANCEL"])
    @pytest.mark.requirement("R-071")
    def test_says_its_method_in_body_and_content_type(self, kind: str) -> None:
        file = a_calendar(kind=kind)
        calendar = Calendar.from_ical(file.content)

        assert calendar["METHOD"] == kind
        assert f"method={kind}" in file.content_type

    def test_keeps_uid_and_sequence_and_local_time_with_its_zone(self) -> None:
        calendar = Calendar.from_ical(a_calendar().content)
        (event,) = calendar.walk("VEVENT")

        assert (event["UID"], event["SEQUENCE"]) == ("m1@peyvand", 2)
        assert event["DTSTART"].params["TZID"] == "Asia/Tehran"
        assert event["DTSTART"].dt.hour == 9
        assert event["DTSTART"].dt.utcoffset() == timedelta(hours=3, minutes=30)
        assert len(calendar.walk("VTIMEZONE")) == 1
        assert "۱۴ آبان ۱۳۹۹" in str(event["DESCRIPTION"])

    def test_lines_are_folded_at_75_octets(self) -> None:
        file = a_calendar(description="نشست\n" * 60)

        assert max(len(line) for line in file.content.split(b"\r\n")) <= 75
        file.content.decode()

    @pytest.mark.parametrize("text", INJECTIONS)
    def test_no_text_becomes_a_property(self, text: str) -> None:
        file = a_calendar(summary=text, location=text, description=text, attendee=Person(text, "p@example.org"))
        (event,) = Calendar.from_ical(file.content).walk("VEVENT")

        assert sorted(event) == sorted(
            [
                "SUMMARY",
                "DTSTART",
                "DTEND",
                "DTSTAMP",
                "UID",
                "SEQUENCE",
                "ATTENDEE",
                "DESCRIPTION",
                "LOCATION",
                "ORGANIZER",
                "STATUS",
            ]
        )
        assert str(event["ATTENDEE"]) == "mailto:p@example.org"
