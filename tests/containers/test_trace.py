"""One request with a trace of its own, followed through real processes to the mail it causes (decision 0030)."""

import json
import secrets
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.wait import eventually
from tools.compose.stack import ComposeStack
from tools.story import sending
from tools.story.api import Api, Body
from tools.story.stage import PROGRAMME, SCOPE, TENANT, sid
from tools.story.times import LAST_FIRST, moment

pytestmark = pytest.mark.timeout(900)
AFTER_THE_STORY = moment("1399-10-01 11:00")
"""Later than anything the story did to this stack; a morning without quiet hours."""
ARRIVES_S = 60.0
R = "/registry/v1"
ON_THE_WAY = (
    "registry-api",
    "registry-relay",
    "reporting-listener",
    "notifications-listener",
    "notifications-worker",
    "notifications-sweeper",
)
SENDERS = ("notifications-worker", "notifications-sweeper")
"""Whoever looks first sends."""


def logged(container: str) -> str:
    """Everything a container has written."""
    order = ["docker", "logs", container]
    return subprocess.run(order, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def lines_of(stack: ComposeStack, service: str, trace: str) -> list[dict[str, Any]]:
    """What a service's containers wrote that belongs to a trace."""
    ids = stack.compose("ps", "-q", service, capture=True).split()
    said = "".join(logged(each) for each in ids)
    found = [json.loads(line) for line in said.splitlines() if trace in line]
    return [line for line in found if trace in (line.get("trace"), *line.get("traces", ()))]


def events_of(stack: ComposeStack, trace: str) -> dict[str, set[str]]:
    """The events each process on the way has written of a trace."""
    return {service: {line["event"] for line in lines_of(stack, service, trace)} for service in ON_THE_WAY}


def sent_lines(stack: ComposeStack, trace: str) -> list[dict[str, Any]]:
    """What the senders wrote of a message of this trace that left."""
    said = [line for service in SENDERS for line in lines_of(stack, service, trace)]
    return [line for line in said if line["event"] == "delivery.sent"]


@pytest.fixture
def office(running: ComposeStack) -> Iterator[Api]:
    """Somebody who may write, on a stack where mail is sent."""
    first = running.state.read("running.json")["accounts"][0]
    office = Api(running.url, TENANT, first["login"], first["password"]).sign_in()
    for service in LAST_FIRST:
        office.post(f"/{service}/operator/v1/clock", {"now": AFTER_THE_STORY.isoformat()})
    sending(office, live=True)
    yield office


def draft(office: Api, email: str) -> Body:
    """A meeting without a time, to which one person is invited."""
    programme = office.get(f"{R}/programmes", q=PROGRAMME)["items"][0]
    office.post(f"{R}/cycles", {"id": sid("cycle"), "programme_id": programme["id"], "year": 1399})
    person = office.post(
        f"{R}/people",
        {
            "territory_code": "IR-03",
            "display_name": "مهمان",
            "family_name": "مهمان",
            "language": "fa",
            "minor": False,
            "email": email,
        },
    )
    invited = [{"person_id": person["id"], "category": "member"}]
    meeting = {**SCOPE, "province": "IR-03", "kind": "experience_workshop", "title": "کارگاه", "invitees": invited}
    return office.post(f"{R}/meetings", meeting)


def mails_to(office: Api, email: str) -> list[Body]:
    """What an address got."""
    found: list[Body] = office.get("/mailbox/api/messages", to=email)["messages"]
    return found


def test_a_request_is_followed_to_its_mail(running: ComposeStack, office: Api) -> None:
    trace, email = secrets.token_hex(16), f"{secrets.token_hex(4)}@example.org"
    meeting = draft(office, email)
    starts = AFTER_THE_STORY + timedelta(days=2)
    answer = office.client.post(
        f"{office.base}{R}/meetings/{meeting['id']}/schedule",
        json={"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=2)).isoformat()},
        headers={
            "authorization": f"Bearer {office.token}",
            "idempotency-key": trace,
            "if-match": f'"{meeting["_version"]}"',
            "traceparent": f"00-{trace}-{secrets.token_hex(8)}-01",
        },
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["traceparent"].split("-")[1] == trace
    (mail,) = eventually(lambda: mails_to(office, email), within=ARRIVES_S, every=0.5)
    # Others may be told of the same request; the mail carries its delivery's id, and the id the trace.
    eventually(
        lambda: [line for line in sent_lines(running, trace) if line["delivery"] in mail["headers"]["message-id"]],
        within=ARRIVES_S,
        every=1,
    )
    seen = events_of(running, trace)
    assert "http.request" in seen["registry-api"]
    assert "relay.published" in seen["registry-relay"]
    assert "reader.applied" in seen["reporting-listener"]
    assert {"delivery.planned", "reader.applied"} <= seen["notifications-listener"]
    assert email not in json.dumps([lines_of(running, service, trace) for service in ON_THE_WAY])
