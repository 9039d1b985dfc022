"""What each outlet may hold: every function returns what somebody else has put in, and nothing when all is well."""

import csv
import email
import email.policy
import io
import json
import re
import zlib
from collections.abc import Sequence
from email.errors import HeaderParseError
from html.parser import HTMLParser

from icalendar import Calendar
from icalendar.error import InvalidCalendar

FORMULA = ("=", "+", "-", "@", "\t", "\r")
NAME = re.compile(r'attachment; filename="[A-Za-z0-9._-]{1,120}"')
ACTIVE = re.compile(rb"/(?:URI|JavaScript|JS|Launch|EmbeddedFile|OpenAction|SubmitForm)\b")


def foreign_headers(raw: bytes, ours: Sequence[str]) -> list[str]:
    """Header names that are not ours, as two readers find them, also after writing the message again."""
    found: list[str] = []
    for policy in (email.policy.SMTP, email.policy.compat32):
        parsed = email.message_from_bytes(raw, policy=policy)
        try:
            again = email.message_from_bytes(parsed.as_bytes(), policy=policy)
        except HeaderParseError as error:
            found.append(str(error))
            continue
        found += [name for message in (parsed, again) for name in message if name not in ours]
        found += [
            f"missing {name}" for name in ours if parsed.get_all(name) is None or len(parsed.get_all(name, [])) != 1
        ]
    return found


class _Elements(HTMLParser):
    """Every element with the names of its attributes; addresses with their schemes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        self.seen.add(f"<{tag} {' '.join(sorted(name for name, _ in attrs))}>")
        for name, value in attrs:
            scheme = re.match(r"\s*([a-z]+)\s*:", value or "", re.IGNORECASE)
            if name in ("href", "src", "action", "formaction") and scheme:
                self.seen.add(f"{name} {scheme[1].lower()}:")

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text.append(data)


def elements(page: str) -> set[str]:
    """The kinds of elements of a page."""
    parser = _Elements()
    parser.feed(page)
    return parser.seen


def text_of(page: str) -> str:
    """What a page says."""
    parser = _Elements()
    parser.feed(page)
    return "".join(parser.text)


def formulas(raw: bytes) -> list[str]:
    """Cells that a spreadsheet would compute, however the file is read."""
    rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    return [cell for row in rows for cell in row if cell.startswith(FORMULA) and not _is_number(cell)]


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


def foreign_properties(raw: bytes, ours: set[str]) -> list[str]:
    """Properties and components of a calendar file that are not ours, or why it cannot be read."""
    try:
        calendar = Calendar.from_ical(raw)
    except (ValueError, InvalidCalendar) as error:
        return [f"unreadable: {error}"]
    events = [each for each in calendar.walk() if each.name == "VEVENT"]
    names = {name.upper() for event in events for name in event} - ours
    kinds = {each.name for each in calendar.walk()} - {"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VEVENT"}
    twice = [name for event in events for name in event if isinstance(event[name], list)]
    lines = [line for line in raw.replace(b"\r\n ", b"").split(b"\r\n") if b"\n" in line or b"\r" in line]
    return [
        *names,
        *kinds,
        *twice,
        *(["bare line end"] if lines else []),
        *([] if len(events) == 1 else [f"{len(events)} events"]),
    ]


def forged_lines(written: str, events: int) -> list[str]:
    """Lines beyond the events, lines that are no event, and what would command a terminal."""
    lines = [line for line in written.splitlines() if line]
    wrong = [] if len(lines) == events else [f"{len(lines)} lines for {events} events"]
    for line in lines:
        try:
            json.loads(line)
        except ValueError:
            wrong.append(line[:80])
    return wrong + [repr(char) for char in written if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]


def is_safe_name(disposition: str) -> bool:
    """Whether a Content-Disposition holds one plain name (RFC 6266) and nothing after it."""
    return NAME.fullmatch(disposition) is not None


def active_parts(pdf: bytes) -> list[str]:
    """Links, scripts and files within a PDF, its packed streams included."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompressobj().decompress(found[1]))
        except zlib.error:
            continue
    return sorted({each.decode() for part in parts for each in ACTIVE.findall(part)})
