"""The webhook desk: looked at in a browser at every width, and a dead letter replayed by hand."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from directpay.kernel import clock
from tests.browser.conftest import PHONE
from tests.browser.looking import DESK_FAULTS, look, press, sign_in
from tests.browser.scenes import House
from tests.webhooks.inbound.signing import SECRET, as_bytes, stripe_event, stripe_header
from webhooks.inbound.models import ProviderEvent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
KINDS = ("payment_intent.succeeded", "charge.dispute.created", "customer.subscription.updated", "payment_intent.payment_failed")

CUT = (
    "[...document.querySelectorAll('#result_list td')].filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.innerText)"
)


@pytest.fixture
def house(settings) -> House:
    """Events of every fate; one fails, one came twice with other words."""
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    house = House.built()
    for n, kind in enumerate(KINDS):
        send(stripe_event(f"evt_{n}", kind=kind))
    send(stripe_event("evt_0", about={"amount": 1}))
    house.world.work()
    send(stripe_event("evt_9"))
    failed = {
        "state": "parked",
        "attempts": 5,
        "last_error": "OperationalError: the connection is closed",
        "finished_at": None,
        "reason": "",
    }
    ProviderEvent.objects.filter(event_id="evt_3").update(next_at=clock.now(), **failed)
    return house


def send(said: dict) -> None:
    body = as_bytes(said)
    headers = {"Stripe-Signature": stripe_header(body, clock.now())}
    assert Client().post("/webhooks/stripe", body, content_type="application/json", headers=headers).status_code == 200


def test_nothing_is_wider_than_the_screen(open_page, house):
    page = open_page()
    sign_in(page, "dana")
    event = ProviderEvent.objects.get(event_id="evt_0")
    page.goto("/admin/events")
    look(page, "desk-events", faults=None)
    page.set_viewport_size(PHONE)
    assert page.evaluate(CUT) == [], "what came of it is read to its end"
    page.goto(f"/admin/webhooks/providerevent/{event.id}/change/")
    look(page, "desk-event", faults=None)
    page.goto(f"/admin/webhooks/providerevent/{ProviderEvent.objects.get(event_id='evt_3').id}/change/")
    press(page.get_by_role("button", name="See what a replay would do"))
    expect(page.get_by_role("button", name="Replay 1 event")).to_be_visible()
    look(page, "desk-replay-chosen", faults=DESK_FAULTS)
    page.goto("/admin/webhooks/providerevent/failures/")
    look(page, "desk-failures", faults=DESK_FAULTS)
    page.goto("/admin/webhooks/providerevent/replay/")
    look(page, "desk-replay", faults=DESK_FAULTS)


def test_dana_replays_what_failed_and_sees_before_what_it_would_do(open_page, house):
    page = open_page(viewport=PHONE)
    sign_in(page, "dana")
    page.goto("/admin/events")
    press(page.get_by_role("link", name="What fails, and why"))
    expect(page.get_by_text("OperationalError: the connection is closed")).to_be_visible()
    press(page.get_by_role("link", name="Replay a range"))
    page.get_by_label("Until").fill("yesterday")
    press(page.get_by_role("button", name="See what it would do"))
    expect(page.get_by_text("Enter a valid date/time.")).to_be_visible()
    look(page, "desk-replay-refused", faults=DESK_FAULTS)
    page.get_by_label("Until").fill("")
    press(page.get_by_role("button", name="See what it would do"))
    expect(page.get_by_text("1 event would be worked on again")).to_be_visible()
    look(page, "desk-replay-preview", faults=DESK_FAULTS)
    press(page.get_by_role("button", name="Replay 1 event"))
    expect(page.get_by_text("Worked on again: 1.")).to_be_visible()
    house.world.work()
    assert ProviderEvent.objects.get(event_id="evt_3").state == "ignored"
