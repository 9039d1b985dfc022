"""The demo's mailbox: what it keeps, what it answers, how it is read."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tools.demo.mailbox.pages import new_mailbox
from tools.demo.mailbox.reading import read, read_invitation
from tools.demo.mailbox.store import Store

KEY = "key"
INVITATION = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:m-1@peyvand\r\nSEQUENCE:2\r\n"
    b"SUMMARY:x\r\nDTSTART:20201104T063000Z\r\nATTENDEE:mailto:a@ya.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty mailbox."""
    return Store(tmp_path)


@pytest.fixture
def web(store: Store) -> TestClient:
    """Its HTTP side."""
    return TestClient(new_mailbox(store, KEY))


def a_mail(subject: str = "دعوت به نشست", html: str = "<p>سلام</p>") -> bytes:
    """A mail with an invitation."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "p@peyvand.example", "a@ya.example", subject
    mail["X-Peyvand-Notice"] = "N-34"
    mail.set_content("سلام")
    mail.add_alternative(html, subtype="html")
    mail.add_attachment(INVITATION, maintype="text", subtype="calendar", filename="invite.ics")
    return mail.as_bytes()


class TestStore:
    """Files on the disk."""

    def test_numbers_go_on_after_a_restart(self, store: Store) -> None:
        store.add_mail(a_mail(), sender="", recipients=["a@ya.example"])
        again = Store(store.folder)
        assert again.add_text({"receptor": "0", "localid": "1"}).id == "000002"
        assert [each.id for each in again.all()] == ["000001", "000002"]

    def test_leaves_no_half_written_file(self, store: Store) -> None:
        store.add_mail(a_mail(), sender="", recipients=["a@ya.example"])
        assert [path.name for path in store.folder.iterdir()] == ["000001.eml"]


class TestReading:
    """What people and checks see."""

    def test_reads_a_mail(self, store: Store) -> None:
        reading = read(
            store.add_mail(a_mail(), sender="p@peyvand.example", recipients=["a@ya.example", "b@ya.example"])
        )
        assert reading.to == ("a@ya.example", "b@ya.example")
        assert (reading.language, reading.direction) == ("fa", "rtl")
        assert reading.headers["x-peyvand-notice"] == "N-34"
        assert [each.name for each in reading.attachments] == ["invite.ics"]

    def test_reads_an_invitation(self) -> None:
        invitation = read_invitation(INVITATION)
        assert invitation is not None
        assert (invitation.method, invitation.uid, invitation.sequence) == ("CANCEL", "m-1@peyvand", 2)

    def test_survives_a_broken_invitation(self) -> None:
        assert read_invitation(b"BEGIN:VCALENDAR\r\nnonsense") is None


class TestGateway:
    """Kavenegar's protocol."""

    def test_a_repeated_localid_gives_the_first_message_back(self, web: TestClient, store: Store) -> None:
        form = {"receptor": "+989121234567", "message": "سلام", "localid": "7"}
        first = web.post(f"/v1/{KEY}/sms/send.json", data=form).json()
        second = web.post(f"/v1/{KEY}/sms/send.json", data=form).json()
        assert first["entries"] == second["entries"]
        assert len(store) == 1

    def test_tells_the_status_by_localid(self, web: TestClient) -> None:
        web.post(f"/v1/{KEY}/sms/send.json", data={"receptor": "09121234567", "message": "سلام", "localid": "7"})
        answer = web.get(f"/v1/{KEY}/sms/statuslocalmessageid.json", params={"localid": "7,8"}).json()
        assert [(each["localid"], each["status"]) for each in answer["entries"]] == [("7", 10), ("8", 100)]

    @pytest.mark.parametrize(
        ("key", "form", "status"),
        [
            ("wrong", {"receptor": "09121234567", "message": "x"}, 403),
            (KEY, {"receptor": "0912345", "message": "x"}, 411),
            (KEY, {"receptor": "09121234567", "message": " "}, 413),
            (KEY, {"message": "x"}, 400),
        ],
    )
    def test_refuses_with_kavenegars_numbers(
        self, web: TestClient, store: Store, key: str, form: dict[str, str], status: int
    ) -> None:
        answer = web.post(f"/v1/{key}/sms/send.json", data=form)
        assert answer.json()["return"]["status"] == status
        assert len(store) == 0


class TestPages:
    """What a browser sees."""

    def test_shows_a_letter_in_a_frame_that_may_run_nothing(self, web: TestClient, store: Store) -> None:
        store.add_mail(a_mail(html="<script>alert(1)</script>"), sender="", recipients=["a@ya.example"])
        page = web.get("/m/000001")
        assert 'sandbox="allow-same-origin allow-popups"' in page.text
        assert "alert(1)" not in page.text
        assert "default-src 'none'" in web.get("/m/000001/html").headers["content-security-policy"]

    def test_speaks_persian_unless_told_otherwise(self, web: TestClient) -> None:
        assert '<html lang="fa" dir="rtl">' in web.get("/").text
        web.cookies.set("peyvand_lang", "en")
        assert '<html lang="en" dir="ltr">' in web.get("/").text

    def test_gives_checks_everything_after_a_number(self, web: TestClient, store: Store) -> None:
        for name in ("a", "b"):
            store.add_mail(a_mail(name), sender="", recipients=[f"{name}@ya.example"])
        answer = web.get("/api/messages", params={"after": "000001"}).json()
        assert [each["to"] for each in answer["messages"]] == [["b@ya.example"]]
        assert answer["messages"][0]["invitation"]["method"] == "CANCEL"

    def test_says_that_an_unknown_message_is_not_there(self, web: TestClient) -> None:
        assert web.get("/m/999999").status_code == 404
