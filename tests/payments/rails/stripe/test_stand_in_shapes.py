"""The stand-in's objects beside Stripe's published fixtures: every field that those have, of the same type."""

import json
from typing import Any

import pytest

from tests.architecture.tidiness import ROOT
from tests.payments.rails.stripe.conftest import wish
from tests.stripe_stand_in import StandIn
from tests.stripe_stand_in.numbers import BANKS, CARDS
from tests.stripe_stand_in.state import Thing

CASES = ROOT.parent / "shared" / "cases" / "stripe"
FREE = {"metadata", "fraud_details", "payment_method_options", "shipping", "amount_details"}  # what stands in them depends on their use
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="Stripe's published fixtures are not here (../shared/cases/stripe)")


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return json.loads((CASES / "fixtures3.json").read_text())["resources"]


@pytest.fixture
def world(stand_in: StandIn, official) -> StandIn:
    """Some of everything."""
    intents = official.v1.payment_intents
    paid = intents.create(wish())
    intents.create(wish(capture_method="manual"))
    intents.create(wish("pm_card_createDispute"))
    intents.create(wish("pm_card_authenticationRequired", return_url="https://rent.example.com/"))
    intents.create(wish("pm_usBankAccount_success"))
    intents.create({"amount": 100, "currency": "usd"})
    with pytest.raises(Exception, match="declined"):
        intents.create(wish("pm_card_chargeDeclined"))
    official.v1.refunds.create({"payment_intent": paid.id})
    official.v1.customers.create({"address": {"city": "Columbus"}})
    official.v1.setup_intents.create({"payment_method": "pm_card_authenticationRequired", "confirm": True})
    return stand_in


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Fields of theirs that ours lacks, and types that differ where both have a value."""
    if theirs is None or ours is None:
        return []
    if isinstance(theirs, dict) and isinstance(ours, dict):
        absent = [f"{path}.{name} is missing" for name in theirs if name not in ours]
        inner = (differences(ours[name], theirs[name], f"{path}.{name}") for name in theirs if name in ours and name not in FREE)
        return absent + [found for part in inner for found in part]
    if type(ours) is not type(theirs):
        return [f"{path} is {type(ours).__name__}, not {type(theirs).__name__}"]
    return differences(ours[0], theirs[0], f"{path}[0]") if isinstance(ours, list) and ours and theirs else []


KINDS = [
    "payment_intent",
    "payment_method",
    "setup_intent",
    "customer",
    "charge",
    "refund",
    "dispute",
    "balance_transaction",
    "event",
]


@pytest.mark.parametrize("kind", KINDS)
def test_have_the_fields_and_types_of_the_published_ones(world, published, kind):
    made = world.all(kind)
    assert made, "nothing to compare"
    for thing in made:
        theirs = published[kind]
        if kind == "payment_method" and thing["type"] != "card":
            theirs = without(theirs, "card")
        if kind == "charge" and thing["payment_method_details"]["type"] != "card":
            theirs = without(theirs, "payment_method_details")
        if kind == "refund" and thing["destination_details"]["type"] != "card":
            theirs = without(theirs, "destination_details")
        if kind == "event":
            theirs = without(theirs, "data")
        assert differences(thing, theirs, kind) == []


def without(thing: Thing, name: str) -> Thing:
    return {key: part for key, part in thing.items() if key != name}


def test_the_comparison_finds_what_is_missing_and_what_differs():
    theirs = {"id": "x", "amount": 1, "card": {"last4": "4242"}, "gone": None}
    assert differences({"id": "y", "amount": "1", "card": {}}, theirs, "pi") == [
        "pi.gone is missing",
        "pi.amount is str, not int",
        "pi.card.last4 is missing",
    ]


def test_every_number_of_the_cases_is_known():
    cases = json.loads((CASES / "test_numbers.json").read_text())
    wrong = "4242424242424241"  # refused because it can be nobody's
    assert {number for number in cases["cards"] if number != wrong} <= set(CARDS)
    assert {number for number in cases["us_bank_account"] if number != "routing"} <= set(BANKS)


@pytest.mark.parametrize(
    ("trigger", "kind"),
    [(name, name) for name in (
        "charge.captured", "charge.dispute.created", "charge.failed", "charge.refunded", "charge.succeeded", "customer.created",
        "payment_intent.amount_capturable_updated", "payment_intent.canceled", "payment_intent.created",
        "payment_intent.payment_failed", "payment_intent.requires_action", "payment_intent.succeeded",
        "payment_method.attached", "payment_method.detached", "setup_intent.canceled", "setup_intent.created",
        "setup_intent.requires_action", "setup_intent.setup_failed", "setup_intent.succeeded")],
)  # fmt: skip
def test_what_stripe_trigger_sends_leads_to_its_event(stand_in, trigger, kind):
    """The call sequences of stripe-cli (`stripe trigger …`), played against the stand-in."""
    made: dict[str, Any] = {}
    for step in json.loads((CASES / "triggers" / f"{trigger}.json").read_text())["fixtures"]:
        answer = played(stand_in, step, made)
        if "expected_error_type" in step:
            assert answer["error"]["type"] == step["expected_error_type"]
        else:
            assert "error" not in answer, answer
        made[step["name"]] = answer
    assert kind in {event["type"] for event in stand_in.all("event")}


def played(stand_in: StandIn, step: dict[str, Any], made: dict[str, Any]) -> Thing:
    import re
    from urllib.parse import urlencode

    import requests
    from stripe._encode import _api_encode

    from tests.payments.rails.stripe.conftest import KEY

    def filled(text: str) -> str:
        return re.sub(r"\$\{(\w+):(\w+)\}", lambda found: made[found[1]][found[2]], text)

    form = urlencode(list(_api_encode(step.get("params") or {})))
    body = filled(re.sub(r"%24%7B(\w+)%3A(\w+)%7D", r"${\1:\2}", form))
    verb: Any = {"post": requests.post, "get": requests.get, "delete": requests.delete}[step["method"]]
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/x-www-form-urlencoded"}
    return verb(f"{stand_in.url}{filled(step['path'])}", data=body, headers=headers, timeout=5).json()
