"""Idempotency as Stripe has it, faults on demand, and webhooks that the official client verifies."""

import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import stripe

from tests.payments.rails.stripe.conftest import client_of, declined, wish

CREATE = "POST /v1/payment_intents"
SECRET = "whsec_" + "testtest" * 4


def once(key: str = "key-1") -> dict[str, str]:
    return {"idempotency_key": key}


class TestKeys:
    def test_answer_the_same_again(self, official, stand_in):
        first = official.v1.payment_intents.create(wish(), once())
        again = official.v1.payment_intents.create(wish(), once())
        assert again.id == first.id
        assert again.last_response.headers["Idempotent-Replayed"] == "true"
        assert len(stand_in.all("payment_intent")) == len(stand_in.all("charge")) == 1

    def test_answer_a_decline_again(self, official, stand_in):
        tried = [declined(official.v1.payment_intents.create, wish("pm_card_chargeDeclined"), once()) for _ in range(2)]
        assert tried[0].error.payment_intent.id == tried[1].error.payment_intent.id
        assert tried[1].headers["Idempotent-Replayed"] == "true"
        assert len(stand_in.all("charge")) == 1

    def test_are_for_one_set_of_parameters(self, official):
        official.v1.payment_intents.create(wish(), once())
        with pytest.raises(stripe.IdempotencyError) as refused:
            official.v1.payment_intents.create(wish(amount=1_000), once())
        assert refused.value.http_status == 400

    def test_are_not_used_up_by_what_was_never_begun(self, official):
        with pytest.raises(stripe.InvalidRequestError):
            official.v1.payment_intents.create(wish(amount=1), once())
        assert official.v1.payment_intents.create(wish(), once()).status == "succeeded"

    def test_are_forgotten_after_a_day(self, official, moment, stand_in):
        official.v1.payment_intents.create(wish(), once())
        moment.move(86_399)
        official.v1.payment_intents.create(wish(), once())
        assert len(stand_in.all("payment_intent")) == 1
        moment.move(1)
        official.v1.payment_intents.create(wish(), once())
        assert len(stand_in.all("payment_intent")) == 2

    def test_in_use_are_refused_and_executed_once(self, official, stand_in):
        held = stand_in.faults.add("hold", CREATE)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(client_of(stand_in).v1.payment_intents.create, wish(), once())
            assert held.met.wait(5)
            with pytest.raises(stripe.APIError) as refused:
                official.v1.payment_intents.create(wish(), once())
            assert (refused.value.http_status, refused.value.error.code) == (409, "idempotency_key_in_use")
            held.released.set()
            assert first.result(5).status == "succeeded"
        assert len(stand_in.all("payment_intent")) == 1

    def test_have_at_most_255_characters(self, official):
        official.v1.payment_intents.create(wish(), once("k" * 255))
        with pytest.raises(stripe.InvalidRequestError):
            official.v1.payment_intents.create(wish(), once("k" * 256))

    def test_mean_nothing_on_a_get(self, official):
        made = official.v1.payment_intents.create(wish(), once())
        assert official.v1.payment_intents.retrieve(made.id, None, once()).id == made.id


class TestFaults:
    @pytest.mark.parametrize(
        ("kind", "status", "error"),
        [
            ("429", 429, stripe.RateLimitError),
            ("409", 409, stripe.APIError),
            ("500_before", 500, stripe.APIError),
            ("503", 503, stripe.APIError),
        ],
    )
    def test_that_answer(self, official, stand_in, kind, status, error):
        stand_in.faults.add(kind, CREATE)
        with pytest.raises(error) as met:
            official.v1.payment_intents.create(wish())
        assert met.value.http_status == status
        assert stand_in.all("payment_intent") == []
        assert official.v1.payment_intents.create(wish()).status == "succeeded"

    @pytest.mark.parametrize(("kind", "effects"), [("timeout_before", 0), ("timeout_after", 1), ("reset_before", 0), ("reset_after", 1)])
    def test_that_do_not_answer(self, stand_in, kind, effects):
        impatient = client_of(stand_in, timeout=0.2)
        stand_in.faults.add(kind, CREATE)
        with pytest.raises(stripe.APIConnectionError):
            impatient.v1.payment_intents.create(wish(), once())
        assert len(stand_in.all("payment_intent")) == effects
        assert impatient.v1.payment_intents.create(wish(), once()).status == "succeeded"
        assert len(stand_in.all("payment_intent")) == 1

    def test_an_error_500_is_kept_under_its_key_though_all_was_done(self, official, stand_in):
        """As Stripe documents: the first answer is the answer, 500 or not."""
        stand_in.faults.add("500_after", CREATE)
        for _ in range(2):
            with pytest.raises(stripe.APIError) as met:
                official.v1.payment_intents.create(wish(), once())
        assert met.value.headers["Idempotent-Replayed"] == "true"
        assert len(stand_in.all("payment_intent")) == 1

    def test_are_for_their_route_and_number(self, official, stand_in):
        stand_in.faults.add("503", "GET /v1/payment_intents/{id}", times=2)
        made = official.v1.payment_intents.create(wish())
        for _ in range(2):
            with pytest.raises(stripe.APIError):
                official.v1.payment_intents.retrieve(made.id)
        assert official.v1.payment_intents.retrieve(made.id).id == made.id


class Ear:
    """Somebody who listens to webhooks, and may answer badly at first."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, str]] = []
        self.status = 200
        ear = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                ear.heard.append((self.rfile.read(int(self.headers["Content-Length"])), self.headers["Stripe-Signature"]))
                self.send_response(ear.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Not to the test's output."""

        self.server = HTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhooks/stripe"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def events(self, tolerance: int = 10**9) -> list[stripe.Event]:
        """As the official client reads them; its tolerance is by the machine's clock, and ours is another."""
        return [stripe.Webhook.construct_event(body, header, SECRET, tolerance) for body, header in self.heard]


@pytest.fixture
def ear():
    listening = Ear()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


class TestWebhooks:
    def test_are_signed_so_that_the_official_client_believes_them(self, official, stand_in, ear):
        stand_in.webhooks.add(ear.url, SECRET, at_once=True)
        made = official.v1.payment_intents.create(wish())
        events = ear.events()
        assert [event.type for event in events] == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
        assert (events[-1].data.object.id, events[-1].data.object.status) == (made.id, "succeeded")
        assert events[0].data.object.status == "requires_confirmation", "as it was then"

    def test_are_believed_by_nobody_else(self, official, stand_in, ear):
        stand_in.webhooks.add(ear.url, SECRET, "payment_intent.succeeded")
        official.v1.payment_intents.create(wish())
        assert ear.heard == []
        stand_in.webhooks.deliver(wrongly_signed=True)
        with pytest.raises(stripe.SignatureVerificationError):
            ear.events()

    def test_come_late_twice_and_backwards(self, official, stand_in, ear):
        stand_in.webhooks.add(ear.url, SECRET)
        official.v1.payment_intents.create(wish())
        stand_in.webhooks.deliver(twice=True, backwards=True)
        seen = [event.type for event in ear.events()]
        assert seen == [kind for kind in ("payment_intent.succeeded", "charge.succeeded", "payment_intent.created") for _ in range(2)]

    def test_signed_long_ago_are_refused(self, official, stand_in, ear):
        stand_in.webhooks.add(ear.url, SECRET, "charge.succeeded")
        official.v1.payment_intents.create(wish())
        stand_in.webhooks.deliver(signed_seconds_ago=2 * 10**9)
        with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
            ear.events()

    def test_come_again_until_they_are_taken(self, official, stand_in, ear):
        endpoint = stand_in.webhooks.add(ear.url, SECRET, "charge.succeeded")
        official.v1.payment_intents.create(wish())
        ear.status = 500
        assert [sent.status for sent in stand_in.webhooks.deliver()] == [500]
        ear.status = 200
        assert [sent.status for sent in stand_in.webhooks.deliver()] == [200]
        assert stand_in.webhooks.deliver() == []
        assert len({event.id for event in ear.events()}) == 1
        assert [sent.status for sent in endpoint.sent] == [500, 200]


def test_it_can_be_told_by_a_program_beside_it(official, stand_in, moment):
    import requests

    made = official.v1.payment_intents.create(wish("pm_usBankAccount_success"))

    def tell(what: str, **given: object) -> object:
        return requests.post(f"{stand_in.url}/_stand_in/{what}", json=given, timeout=5).json()

    tell("clock", seconds=4 * 86_400)
    assert official.v1.payment_intents.retrieve(made.id).status == "succeeded"
    tell("faults", kind="503", route=CREATE)
    with pytest.raises(stripe.APIError):
        official.v1.payment_intents.create(wish())


def test_the_page_of_the_bank_leads_back(official, stand_in):
    import requests

    made = official.v1.payment_intents.create(wish("pm_card_authenticationRequired", return_url=f"{stand_in.url}/3ds/none"))
    url = made.next_action.redirect_to_url.url
    assert "Simulated bank" in requests.get(url, timeout=5).text
    answer = requests.post(url, data={"result": "pass"}, timeout=5, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{stand_in.url}/3ds/none")
    assert official.v1.payment_intents.retrieve(made.id).status == "succeeded"
