"""Orders v2: made, approved by their payer, captured or authorised. Sources: the reference of Orders v2 and its list of errors."""

from typing import Any

from tests.paypal_stand_in.amounts import units
from tests.paypal_stand_in.errors import PayPalError
from tests.paypal_stand_in.payments import authorize, capture
from tests.paypal_stand_in.state import State, Thing

APPROVAL_SECONDS = 3 * 3600  # to approve, and from the approval to the capture
GONE_AFTER_SECONDS = 6 * 3600  # what nobody approved is found no more
# What the payer may choose to pay with: (issue of the capture's refusal, whether the payer may try again)
FUNDINGS = {
    "balance": "",
    "echeck": "",
    "echeck_bounces": "",
    "declined": "INSTRUMENT_DECLINED",
    "asks": "PAYER_ACTION_REQUIRED",
    "refused": "TRANSACTION_REFUSED",
}


def create(state: State, given: Thing) -> Thing:
    """Raises PayPalError."""
    if given.get("intent") not in ("CAPTURE", "AUTHORIZE"):
        raise PayPalError(400, "INVALID_PARAMETER_VALUE")
    wanted = given.get("purchase_units")
    if not isinstance(wanted, list) or len(wanted) != 1:
        raise PayPalError(400, "MISSING_REQUIRED_PARAMETER")
    minor, _ = units(wanted[0].get("amount") or {})
    if minor >= 10**10:
        raise PayPalError(422, "TRANSACTION_LIMIT_EXCEEDED")
    context = ((given.get("payment_source") or {}).get("paypal") or {}).get("experience_context") or {}
    name = state.new_id()
    unit = {"reference_id": "default", **wanted[0], "payee": {"email_address": "seller@example.com", "merchant_id": "STANDIN"}}
    order = {
        "id": name,
        "intent": given["intent"],
        "status": "PAYER_ACTION_REQUIRED" if "payment_source" in given else "CREATED",
        "payment_source": {"paypal": {}},
        "purchase_units": [unit],
        "create_time": state.moment(),
        "_made": state.now(),
        "_back": (context.get("return_url", "/"), context.get("cancel_url", "/")),
        "_funding": "",
    }
    state.add("order", order)
    state.later(GONE_AFTER_SECONDS, lambda: _forget(state, order))
    return order


def _forget(state: State, order: Thing) -> None:
    if order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED"):
        state.tables["order"].pop(order["id"], None)


def shown(state: State, order: Thing, *, minimal: bool = False) -> Thing:
    """As it is answered."""
    here = f"{state.url}/v2/checkout/orders/{order['id']}"
    links = [{"href": here, "rel": "self", "method": "GET"}]
    if order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED"):
        links.append({"href": page_of(state, order), "rel": "payer-action", "method": "GET"})
    if order["status"] == "APPROVED":
        verb = order["intent"].lower()
        links.append({"href": f"{here}/{verb}", "rel": verb, "method": "POST"})
    open_to_all = {key: value for key, value in order.items() if not key.startswith("_")}
    kept = ("id", "status", "payment_source") if minimal else open_to_all
    return {**{key: order[key] for key in kept}, "links": links}


def page_of(state: State, order: Thing) -> str:
    return f"{state.url}/checkoutnow?token={order['id']}"


def approve(state: State, order: Thing, funding: str = "balance") -> bool:
    """What the payer does at PayPal's page. False where it is too late, or done."""
    if state.now() - order["_made"] >= APPROVAL_SECONDS or order["status"] not in ("CREATED", "PAYER_ACTION_REQUIRED"):
        return False
    order["status"], order["_funding"], order["_approved"] = "APPROVED", funding, state.now()
    payer = {"payer_id": "QYR5Z8XDVJNXQ", "email_address": "payer@example.com", "name": {"given_name": "Bob", "surname": "Renter"}}
    order["payer"] = payer
    order["payment_source"] = {"paypal": {"account_id": payer["payer_id"], "email_address": payer["email_address"]}}
    state.tell("CHECKOUT.ORDER.APPROVED", order)
    state.later(APPROVAL_SECONDS, lambda: _reverse(state, order))
    return True


def _reverse(state: State, order: Thing) -> None:
    """Approved, and not taken in time: the payer has it back."""
    if order["status"] == "APPROVED" and state.now() - order["_approved"] >= APPROVAL_SECONDS:
        order["status"] = "VOIDED"
        state.tell("CHECKOUT.PAYMENT-APPROVAL.REVERSED", {"order_id": order["id"], "purchase_units": order["purchase_units"]})


def take(state: State, order: Thing, intent: str) -> Thing:
    """Capture or authorise. Raises PayPalError."""
    done = "ORDER_ALREADY_CAPTURED" if intent == "CAPTURE" else "ORDER_ALREADY_AUTHORIZED"
    if order["intent"] != intent:
        raise PayPalError(422, "ACTION_DOES_NOT_MATCH_INTENT")
    if order["status"] == "COMPLETED":
        raise PayPalError(422, done)
    if order["status"] == "VOIDED":
        raise PayPalError(422, "ORDER_EXPIRED")
    if order["status"] != "APPROVED":
        raise PayPalError(422, "ORDER_NOT_APPROVED")
    check_invoice(state, order["purchase_units"][0].get("invoice_id"))
    if issue := FUNDINGS[order["_funding"]]:
        order["status"] = "PAYER_ACTION_REQUIRED"
        rel = "payer-action" if issue == "PAYER_ACTION_REQUIRED" else "redirect"
        raise PayPalError(422, issue, {rel: page_of(state, order)})
    unit: Any = order["purchase_units"][0]
    made = unit.setdefault("payments", {})
    if intent == "CAPTURE":
        made["captures"] = [capture(state, order, unit["amount"], funding=order["_funding"])]
    else:
        made["authorizations"] = [authorize(state, order)]
    order["status"] = "COMPLETED"
    if intent == "CAPTURE":
        state.tell("CHECKOUT.ORDER.COMPLETED", order)
    return order


def check_invoice(state: State, invoice: str | None) -> None:
    """As accounts are by default: one payment for an invoice."""
    paid = [one for one in state.tables["capture"].values() if one["status"] in ("COMPLETED", "PENDING")]
    if invoice and any(one.get("invoice_id") == invoice for one in paid):
        raise PayPalError(422, "DUPLICATE_INVOICE_ID")
