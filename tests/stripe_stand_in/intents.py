"""`/v1/payment_intents`."""

import re
from typing import Any

from tests.stripe_stand_in import charging, shapes
from tests.stripe_stand_in.errors import invalid, missing
from tests.stripe_stand_in.forms import flag, merged, whole
from tests.stripe_stand_in.methods import check_owner, given_method, made_method
from tests.stripe_stand_in.routing import LIST_PARAMETERS, page, route
from tests.stripe_stand_in.state import State, Thing

BASE = "/v1/payment_intents"
CURRENCIES = {"usd", "cad", "eur", "gbp", "mxn", "jpy"}
SMALLEST, LARGEST = 50, 99_999_999
CONFIRMING = ("payment_method", "payment_method_data", "payment_method_options", "mandate", "mandate_data", "return_url", "off_session")
DESCRIBING = (
    "description",
    "shipping",
    "metadata",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "setup_future_usage",
)
CREATING = ("amount", "currency", "customer", "confirm", "capture_method", "confirmation_method", "payment_method_types")
CLAUSE = re.compile(
    r"""\s*(?:metadata\[['"](?P<name>[^'"]+)['"]\]|(?P<field>status|currency|customer))\s*:\s*['"](?P<value>[^'"]*)['"]\s*"""
)


@route("POST", BASE, *CREATING, *CONFIRMING, *DESCRIBING, "automatic_payment_methods")
def create(state: State, params: Thing) -> Thing:
    for name in ("amount", "currency"):
        if name not in params:
            raise missing(name)
    amount, currency = whole(params, "amount") or 0, params["currency"].lower()
    _check_amount(amount)
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    intent = shapes.payment_intent(state, amount, currency)
    intent |= {name: params[name] for name in ("customer", *DESCRIBING) if name in params and name != "metadata"}
    intent["metadata"] = merged({}, params.get("metadata"))
    intent["capture_method"] = params.get("capture_method", intent["capture_method"])
    intent["confirmation_method"] = params.get("confirmation_method", "automatic")
    intent["payment_method_types"] = params.get("payment_method_types") or ["card", "us_bank_account"]
    if "payment_method_types" not in params:
        intent["automatic_payment_methods"] = {"enabled": True, "allow_redirects": "always"}
    if intent["capture_method"] == "manual" and "us_bank_account" in params.get("payment_method_types", []):
        raise invalid("us_bank_account cannot be captured manually.", param="capture_method")
    if intent["customer"]:
        state.get("customer", intent["customer"], "customer")
    _take_method(state, intent, params)
    if not flag(params, "confirm"):
        state.add(intent)
        state.tell("payment_intent.created", intent)
        return intent
    _check_mandate(state, intent, params)
    state.add(intent)
    state.tell("payment_intent.created", intent)
    return _confirmed(state, intent, params)


def _check_amount(amount: int) -> None:
    if amount < SMALLEST:
        raise invalid("Amount must be at least $0.50 usd", code="amount_too_small", param="amount")
    if amount > LARGEST:
        raise invalid("Amount must be no more than $999,999.99", code="amount_too_large", param="amount")


def _take_method(state: State, intent: Thing, params: Thing) -> None:
    if "payment_method" in params:
        method = given_method(state, params["payment_method"], "payment_method")
    elif "payment_method_data" in params:
        method = made_method(state, params["payment_method_data"], within="payment_method_data")
    else:
        return
    if method["type"] not in intent["payment_method_types"]:
        raise invalid(f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent.", param="payment_method")
    check_owner(method, intent, "PaymentIntent")
    intent["payment_method"] = method["id"]
    if intent["status"] == "requires_payment_method":
        intent["status"] = "requires_confirmation"


def _check_mandate(state: State, intent: Thing, params: Thing) -> None:
    """What is refused before anything is made."""
    if intent["payment_method"] is None:
        raise invalid("You cannot confirm this PaymentIntent because it's missing a payment method.", param="payment_method")
    bank = state.get("payment_method", intent["payment_method"])["type"] == "us_bank_account"
    if bank and not ("mandate_data" in params or "mandate" in params):
        raise invalid("This payment method needs `mandate_data` or a `mandate` when it is confirmed.", param="mandate_data")
    if "mandate_data" in params and not bank:
        raise invalid("mandate_data is not for cards.", param="mandate_data")


def _confirmed(state: State, intent: Thing, params: Thing) -> Thing:
    charging.attempt(state, intent, return_url=params.get("return_url"), has_mandate=True)
    return intent


@route("GET", BASE, *LIST_PARAMETERS, "customer")
def find(state: State, params: Thing) -> Thing:
    wanted = params.get("customer")
    return page(state, "payment_intent", BASE, params, lambda intent: wanted is None or intent["customer"] == wanted)


@route("GET", f"{BASE}/search", "query", "limit", "page")
def search(state: State, params: Thing) -> Thing:
    """What has come lately is not found yet: Stripe's index follows within a minute."""
    clauses = [_clause(text) for text in re.split(r"\sAND\s", params.get("query", ""))]
    indexed_at = state.now() - state.search_lag_seconds
    found = [
        intent
        for intent in state.all("payment_intent")
        if intent["created"] <= indexed_at and all(_matches(intent, clause) for clause in clauses)
    ]
    limit = whole(params, "limit") or 10
    return {
        "object": "search_result",
        "data": found[:limit],
        "has_more": len(found) > limit,
        "next_page": None,
        "url": f"{BASE}/search",
    }


def _clause(text: str) -> re.Match[str]:
    found = CLAUSE.fullmatch(text)
    if found is None:
        raise invalid(f"We were unable to parse your search query ({text}).", param="query")
    return found


def _matches(intent: Thing, clause: re.Match[str]) -> bool:
    present: Any = intent["metadata"].get(clause["name"]) if clause["name"] else intent[clause["field"]]
    return bool(present == clause["value"])


@route("GET", f"{BASE}/{{id}}", "client_secret")
def read(state: State, params: Thing, name: str) -> Thing:
    return state.get("payment_intent", name, "intent")


@route(
    "POST", f"{BASE}/{{id}}", "amount", "currency", "customer", "payment_method", "payment_method_data", "payment_method_types", *DESCRIBING
)
def update(state: State, params: Thing, name: str) -> Thing:
    intent = state.get("payment_intent", name, "intent")
    if "amount" in params:
        if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
            raise charging.unexpected(intent, "updated")
        _check_amount(whole(params, "amount") or 0)
        intent["amount"] = whole(params, "amount")
    intent |= {key: params[key] or None for key in ("customer", *DESCRIBING) if key in params and key != "metadata"}
    intent["metadata"] = merged(intent["metadata"], params.get("metadata"))
    _take_method(state, intent, params)
    return intent


@route("POST", f"{BASE}/{{id}}/confirm", *CONFIRMING, "receipt_email", "capture_method", "setup_future_usage")
def confirm(state: State, params: Thing, name: str) -> Thing:
    intent = state.get("payment_intent", name, "intent")
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        raise charging.unexpected(intent, "confirmed")
    _take_method(state, intent, params)
    _check_mandate(state, intent, params)
    return _confirmed(state, intent, params)


@route("POST", f"{BASE}/{{id}}/capture", "amount_to_capture", "metadata", "statement_descriptor")
def capture(state: State, params: Thing, name: str) -> Thing:
    intent = state.get("payment_intent", name, "intent")
    charging.capture(state, intent, whole(params, "amount_to_capture"))
    intent["metadata"] = merged(intent["metadata"], params.get("metadata"))
    return intent


@route("POST", f"{BASE}/{{id}}/cancel", "cancellation_reason")
def cancel(state: State, params: Thing, name: str) -> Thing:
    intent = state.get("payment_intent", name, "intent")
    charging.cancel(state, intent, params.get("cancellation_reason"))
    return intent
