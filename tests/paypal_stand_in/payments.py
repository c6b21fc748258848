"""Payments v2: captures, authorisations, refunds. Source: the reference of Payments v2 and its list of errors."""

from tests.paypal_stand_in.amounts import fee_of, money, units
from tests.paypal_stand_in.errors import PayPalError
from tests.paypal_stand_in.state import State, Thing

AUTHORIZED_SECONDS = 29 * 86_400


def capture(state: State, order: Thing, amount: Thing, *, funding: str, authorization: Thing | None = None) -> Thing:
    """What is taken; an eCheck is told of later."""
    minor, code = units(amount)
    unit = order["purchase_units"][0]
    fee = fee_of(minor)
    made = {
        "id": state.new_id(),
        "status": "COMPLETED",
        "amount": money(minor, code),
        "final_capture": True,
        "custom_id": unit.get("custom_id"),
        "invoice_id": unit.get("invoice_id"),
        "seller_receivable_breakdown": {
            "gross_amount": money(minor, code),
            "paypal_fee": money(fee, code),
            "net_amount": money(max(minor - fee, 0), code),
        },
        "supplementary_data": {"related_ids": related(order, authorization)},
        "create_time": state.moment(),
        "update_time": state.moment(),
    }
    state.add("capture", made)
    if funding.startswith("echeck"):
        breakdown = made.pop("seller_receivable_breakdown")
        made |= {"status": "PENDING", "status_details": {"reason": "ECHECK"}}
        state.tell("PAYMENT.CAPTURE.PENDING", made)
        state.later(state.echeck_seconds, lambda: _clear(state, made, breakdown, bounces=funding == "echeck_bounces"))
    else:
        state.tell("PAYMENT.CAPTURE.COMPLETED", made)
    return made


def related(order: Thing, authorization: Thing | None) -> Thing:
    return {"order_id": order["id"]} | ({"authorization_id": authorization["id"]} if authorization else {})


def _clear(state: State, made: Thing, breakdown: Thing, *, bounces: bool) -> None:
    made.pop("status_details")
    made["update_time"] = state.moment()
    if bounces:
        made["status"] = "DECLINED"
        state.tell("PAYMENT.CAPTURE.DENIED", made)
        return
    made |= {"status": "COMPLETED", "seller_receivable_breakdown": breakdown}
    state.tell("PAYMENT.CAPTURE.COMPLETED", made)


def authorize(state: State, order: Thing) -> Thing:
    unit = order["purchase_units"][0]
    made = {
        "id": state.new_id(),
        "status": "CREATED",
        "amount": unit["amount"],
        "custom_id": unit.get("custom_id"),
        "invoice_id": unit.get("invoice_id"),
        "supplementary_data": {"related_ids": related(order, None)},
        "expiration_time": state.moment(AUTHORIZED_SECONDS),
        "create_time": state.moment(),
        "_order": order["id"],
    }
    state.add("authorization", made)
    state.later(AUTHORIZED_SECONDS, lambda: void(state, made) if made["status"] == "CREATED" else None)
    state.tell("PAYMENT.AUTHORIZATION.CREATED", made)
    return made


def capture_authorization(state: State, authorization: Thing, given: Thing) -> Thing:
    """Raises PayPalError."""
    if authorization["status"] == "VOIDED":
        raise PayPalError(422, "AUTHORIZATION_VOIDED")
    if authorization["status"] == "CAPTURED":
        raise PayPalError(422, "AUTHORIZATION_ALREADY_CAPTURED")
    order = state.get("order", authorization["_order"])
    held, _ = units(authorization["amount"])
    wanted, _ = units(given.get("amount") or authorization["amount"])
    if wanted > held:
        raise PayPalError(422, "MAX_CAPTURE_AMOUNT_EXCEEDED")
    funding = order["_funding"] if order["_funding"].startswith("echeck") else "balance"
    made = capture(state, order, given.get("amount") or authorization["amount"], funding=funding, authorization=authorization)
    authorization["status"] = "CAPTURED" if given.get("final_capture") or wanted == held else "PARTIALLY_CAPTURED"
    order["purchase_units"][0]["payments"].setdefault("captures", []).append(made)
    return made


def void(state: State, authorization: Thing) -> None:
    """Raises PayPalError."""
    if authorization["status"] in ("CAPTURED", "PARTIALLY_CAPTURED"):
        raise PayPalError(422, "PREVIOUSLY_CAPTURED")
    if authorization["status"] == "VOIDED":
        raise PayPalError(422, "PREVIOUSLY_VOIDED")
    authorization["status"] = "VOIDED"
    state.tell("PAYMENT.AUTHORIZATION.VOIDED", authorization)


def refund(state: State, taken: Thing, given: Thing) -> Thing:
    """Raises PayPalError."""
    if taken["status"] == "REFUNDED":
        raise PayPalError(422, "CAPTURE_FULLY_REFUNDED")
    if taken["status"] not in ("COMPLETED", "PARTIALLY_REFUNDED"):
        raise PayPalError(422, "REFUND_NOT_ALLOWED")
    minor, code = units(taken["amount"])
    wanted = units(given["amount"])[0] if given.get("amount") else minor
    mine = [one for one in state.tables["refund"].values() if one["_capture"] == taken["id"]]
    before = sum(units(one["amount"])[0] for one in mine)
    if before + wanted > minor:
        raise PayPalError(422, "REFUND_AMOUNT_EXCEEDED")
    made = {
        "id": state.new_id(),
        "status": "COMPLETED",
        "amount": money(wanted, code),
        "custom_id": given.get("custom_id"),
        "invoice_id": given.get("invoice_id"),
        "create_time": state.moment(),
        "_capture": taken["id"],
    }
    state.add("refund", made)
    taken["status"] = "REFUNDED" if before + wanted == minor else "PARTIALLY_REFUNDED"
    order = state.get("order", taken["supplementary_data"]["related_ids"]["order_id"])
    order["purchase_units"][0]["payments"].setdefault("refunds", []).append(made)
    state.tell("PAYMENT.CAPTURE.REFUNDED", made)
    return made
