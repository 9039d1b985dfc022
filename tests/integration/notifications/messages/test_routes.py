"""The ledger over HTTP: scopes, why not sent, preview, sending again, the tenant's switch."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from shared.contracts import partnership
from tests.integration.notifications.messages.conftest import House
from tests.support.actors import HQ, TABRIZ, YAZD, an_actor, headers_for
from tests.support.matters import a_secretariat
from tests.support.messages import AGENCY_NAMES, DAY, PRINCIPAL


@pytest.fixture
def api(house: House, notifications_app: FastAPI) -> TestClient:
    """HTTP on the same database, with an appointment on its way to a refusing server."""
    house.hear(
        a_secretariat(
            partnership.SecretariatAppointmentIssued,
            letter_number="1399/47",
            person_id=PRINCIPAL,
            letter_on=DAY,
            agency_names=AGENCY_NAMES,
        )
    )
    house.mail.refuse_recipient["p6@example.org"] = "550 nobody here"
    house.send()
    return TestClient(notifications_app, raise_server_exceptions=False)


class TestLedger:
    def test_says_what_was_sent_and_why_something_was_not(self, api: TestClient) -> None:
        answer = api.get("/v1/deliveries?rule=N-07", headers=headers_for(YAZD))

        lines = answer.json()["items"]
        assert answer.status_code == 200, answer.text
        assert sorted(line["state"] for line in lines) == ["failed", "sent", "sent"]
        (failed,) = [line for line in lines if line["state"] == "failed"]
        assert failed["reason_words"] == "the provider refused it"
        assert failed["address_masked"] == "p…@example.org"
        assert [item["step"] for item in failed["items"]] == ["appointment_issued"]

    def test_shows_the_message_and_its_history(self, api: TestClient) -> None:
        (line,) = api.get("/v1/deliveries?state=failed", headers=headers_for(HQ)).json()["items"]

        detail = api.get(f"/v1/deliveries/{line['id']}", headers=headers_for(HQ))

        assert detail.status_code == 200, detail.text
        assert detail.json()["preview"]["attachments"] == ["appointment-1399-47.pdf"]
        assert [note["what"] for note in detail.json()["history"]] == ["failed"]

    def test_another_provinces_message_does_not_exist(self, api: TestClient) -> None:
        (line,) = api.get("/v1/deliveries?state=failed", headers=headers_for(YAZD)).json()["items"]

        assert api.get("/v1/deliveries", headers=headers_for(TABRIZ)).json()["items"] == []
        foreign = api.get(f"/v1/deliveries/{line['id']}", headers=headers_for(TABRIZ))
        assert foreign.status_code == 404
        assert foreign.json()["type"].endswith("delivery_not_found")

    def test_a_principal_sees_only_what_was_sent_to_them(self, api: TestClient) -> None:
        principal = an_actor("principal", "IR-21", person_id=PRINCIPAL)

        lines = api.get("/v1/deliveries", headers=headers_for(principal)).json()["items"]

        assert {line["person_id"] for line in lines} == {str(PRINCIPAL)}

    def test_counts_what_needs_a_look(self, api: TestClient) -> None:
        numbers = api.get("/v1/deliveries/numbers", headers=headers_for(HQ)).json()

        assert (numbers["failed"], numbers["sent_24h"], numbers["due"]) == (1, 2, 0)


class TestResend:
    def test_sends_again_and_keeps_who_and_why(self, api: TestClient, house: House) -> None:
        (line,) = api.get("/v1/deliveries?state=failed", headers=headers_for(HQ)).json()["items"]
        house.mail.refuse_recipient.clear()

        answer = api.post(
            f"/v1/deliveries/{line['id']}/resend",
            json={"reason": "نشانی درست است"},
            headers=headers_for(HQ, version=line["version"]),
        )
        house.send()

        assert answer.status_code == 200, answer.text
        detail = api.get(f"/v1/deliveries/{line['id']}", headers=headers_for(HQ)).json()
        assert detail["state"] == "sent"
        assert [(note["what"], note["by"]["role"]) for note in detail["history"]][1] == ("resend", "hq_officer")

    def test_what_was_sent_is_not_sent_again(self, api: TestClient) -> None:
        line = api.get("/v1/deliveries?state=sent", headers=headers_for(HQ)).json()["items"][0]

        answer = api.post(
            f"/v1/deliveries/{line['id']}/resend",
            json={"reason": "x"},
            headers=headers_for(HQ, version=line["version"]),
        )

        assert answer.status_code == 409

    def test_a_province_may_not(self, api: TestClient) -> None:
        (line,) = api.get("/v1/deliveries?state=failed", headers=headers_for(YAZD)).json()["items"]

        answer = api.post(
            f"/v1/deliveries/{line['id']}/resend",
            json={"reason": "x"},
            headers=headers_for(YAZD, version=line["version"]),
        )

        assert answer.status_code == 403


class TestSwitch:
    def test_off_holds_everything_visibly(self, api: TestClient, house: House) -> None:
        off = api.put("/v1/tenants/ir-seo/sending", json={"live": False, "reason": "set-up"}, headers=headers_for(HQ))
        house.hear(
            a_secretariat(
                partnership.SecretariatAppointmentIssued, letter_number="1399/48", person_id=PRINCIPAL, letter_on=DAY
            )
        )
        house.send()

        assert off.status_code == 200
        assert len(house.rows(state="suppressed", reason="tenant_not_live")) == 3
        assert api.get("/v1/tenants/ir-seo/sending", headers=headers_for(HQ)).json()["live"] is False

    def test_another_tenant_does_not_exist(self, api: TestClient) -> None:
        answer = api.put("/v1/tenants/lt-ksmk/sending", json={"live": True, "reason": "x"}, headers=headers_for(HQ))

        assert answer.status_code == 404
