"""Known weaknesses below us: versions that have none, and the interpreter's own, seen by what it does."""

import email
import email.policy
import re
import tomllib
from datetime import UTC, datetime
from email.message import EmailMessage
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest

from services.notifications.channels.channel import Outgoing
from services.notifications.channels.mime import message_bytes
from tests.support.database import ADMIN

FLOOR = tomllib.loads(Path(__file__).with_name("security_floor.toml").read_text(encoding="utf-8"))
ROOT = Path(__file__).resolve().parents[2]
ENCODED = {
    "quoted line feed": "=?utf-8?q?hello=0ABcc=3A_evil=40x?=",
    "quoted carriage return": "=?utf-8?q?hello=0D=0ABcc=3A_evil=40x?=",
    "base64 with a body": "=?utf-8?b?aGVsbG8KQmNjOiBldmlsQHgKCmJvZHk=?=",
    "a word within a word": "=?utf-8?b?PT91dGYtOD9xP2E9MEFCY2M9M0FfZXZpbD00MHg/PQ==?=",
    "between Persian words": "مدرسهٔ =?utf-8?q?a=0ABcc=3A_evil=40x?= کاوه",
}


def older(installed: str, minimum: str) -> bool:
    """Whether a version lies below a floor."""
    return _parts(installed) < _parts(minimum)


def _parts(text: str) -> list[int]:
    numbers = [int(each) for each in re.findall(r"\d+", text.split("+")[0])]
    return [*numbers, 0, 0, 0, 0][:4]


def below_the_floor(lock: str) -> list[str]:
    """Pins of a lock file that lie below their floor."""
    pins = dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==(\S+)", lock, re.MULTILINE))
    return [f"{name} {pins[name]}" for name in FLOOR if name in pins and older(pins[name], FLOOR[name]["minimum"])]


class TestVersions:
    @pytest.mark.parametrize("package", FLOOR)
    def test_what_is_installed_lies_above_the_floor(self, package: str) -> None:
        assert not older(version(package), FLOOR[package]["minimum"]), FLOOR[package]["why"]

    @pytest.mark.parametrize("package", FLOOR)
    def test_what_is_locked_lies_above_the_floor(self, package: str) -> None:
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        pinned = re.search(rf"^{re.escape(package)}(?:\[[^\]]*\])?==(\S+)", lock, re.MULTILINE | re.IGNORECASE)
        assert pinned is not None
        assert not older(pinned[1], FLOOR[package]["minimum"])

    def test_a_planted_old_pin_is_seen(self) -> None:
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        planted = re.sub(r"^starlette==\S+", "starlette==0.40.0", lock, flags=re.MULTILINE)
        assert below_the_floor(lock) == []
        assert below_the_floor(planted) == ["starlette 0.40.0"]

    def test_an_old_version_is_seen(self) -> None:
        assert older("0.49.0", "0.49.1") and older("3.1", "3.1.6") and older("0.0.9", "0.0.18")
        assert not older("0.49.1", "0.49.1") and not older("1.10.0", "1.8.0")

    def test_every_package_of_the_lock_carries_its_hash(self) -> None:
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        packages = re.findall(r"^[a-z0-9][\w.-]*(?:\[[^\]]*\])?==.*(?:\n {4}.*)*", lock, re.MULTILINE | re.IGNORECASE)
        assert len(packages) > 40
        assert [each.splitlines()[0] for each in packages if "--hash=sha256:" not in each] == []


SERVERS = {15: 15, 16: 11, 17: 7, 18: 1}
"""PostgreSQL's lowest minor release per major one: below lie CVE-2024-10976 and CVE-2025-8713 (row security, leaks of
statistics) and CVE-2025-12817."""


def is_low(number: int) -> bool:
    """Whether a server_version_num lies below the floor; majors we do not know are too old or not tried."""
    major, minor = divmod(number, 10_000)
    return major not in SERVERS or minor < SERVERS[major]


class TestServer:
    def test_postgresql_lies_above_the_floor(self) -> None:
        with psycopg.connect(ADMIN) as connection:
            row = connection.execute("SELECT current_setting('server_version_num')::int").fetchone()
        assert row is not None and not is_low(row[0])

    def test_an_old_server_is_seen(self) -> None:
        assert is_low(150_014) and is_low(140_020) and is_low(170_006)
        assert not is_low(150_015) and not is_low(180_004)


def headers_of(raw: bytes) -> list[str]:
    """The header names that a reader of these bytes finds."""
    return [name.lower() for name in email.message_from_bytes(raw, policy=email.policy.SMTP)]


class TestThisInterpretersMail:
    """CVE-2024-6923: an encoded word in a name becomes a header line when some interpreters write it (F7)."""

    @pytest.mark.parametrize("name", ENCODED)
    def test_our_own_builder_writes_no_header_of_somebody_else(self, name: str) -> None:
        text = ENCODED[name]
        message = Outgoing(
            delivery_id="1", to_address="p@example.org", to_name=text, subject=text, text="متن", language="fa",
            headers={"X-Peyvand-Step": text}, sent_at=datetime(2020, 11, 1, tzinfo=UTC),
        )  # fmt: skip
        raw = message_bytes(message, sender="s@example.org", sender_name=text)
        assert "bcc" not in headers_of(raw)
        assert b"\nBcc" not in raw and b"\rBcc" not in raw
        again = email.message_from_bytes(raw, policy=email.policy.SMTP).as_bytes()
        assert "bcc" not in headers_of(again)

    def test_a_naive_builder_would_be_seen(self) -> None:
        raw = f"Subject: {'hello' + chr(10)}Bcc: evil@x\n\nbody".encode()
        assert "bcc" in headers_of(raw)

    def test_the_library_is_not_asked_to_write_such_a_subject(self) -> None:
        """Whether this interpreter has the weakness or not, the way around it stays: nothing builds an EmailMessage."""
        weak = EmailMessage()
        weak["Subject"] = ENCODED["quoted line feed"]
        assert headers_of(weak.as_bytes())[0] == "subject"
        built = [
            path for path in (ROOT / "services").rglob("*.py") if "EmailMessage" in path.read_text(encoding="utf-8")
        ]
        assert built == []
