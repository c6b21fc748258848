"""What becomes of money: charged, promised, captured, let go, given back, disputed."""

from functools import partial
from typing import Any

from tests.stripe_stand_in import more_shapes, shapes
from tests.stripe_stand_in.errors import StripeError, invalid
from tests.stripe_stand_in.more_shapes import DAY
from tests.stripe_stand_in.numbers import BANKS, CARDS, MESSAGES, Bank, Card
from tests.stripe_stand_in.state import State, Thing

AUTHORIZED_DAYS = 7


def attempt(state: State, intent: Thing, *, return_url: str | None, has_mandate: bool) -> None:
    """Confirm an intent that has a payment method. Raises StripeError where it is declined at once."""
    method = state.get("payment_method", intent["payment_method"], "payment_method")
    intent["last_payment_error"] = intent["next_action"] = None
    if method["type"] == "us_bank_account":
        _debit(state, intent, method, has_mandate=has_mandate)
        return
    number, cvc = state.numbers[method["id"]]
    card = CARDS.get(number, Card())
    if card.authenticates and not (card.once and method["id"] in state.proven):
        require_action(state, intent, _page(state, intent, return_url))
    elif card.cvc_fails and cvc:
        decline(state, intent, method, "incorrect_cvc", "incorrect_cvc")
    elif card.code:
        decline(state, intent, method, card.code, card.decline_code)
    else:
        pay(state, intent, method, card)


def _page(state: State, intent: Thing, return_url: str | None) -> Thing:
    """Without an address to come back to, Stripe expects its own script on the page."""
    if not return_url:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": f"{state.url}/3ds/{intent['id']}"}}


def require_action(state: State, intent: Thing, action: Thing) -> None:
    intent["status"], intent["next_action"] = "requires_action", action
    state.tell("payment_intent.requires_action", intent)


def authenticate(state: State, intent: Thing, *, passed: bool) -> None:
    """The payer has done at the bank's page what was asked, or failed."""
    if intent["status"] != "requires_action":
        raise unexpected(intent, "authenticated")
    method = state.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if passed:
        pay(state, intent, method, Card())
    else:
        code = "payment_intent_authentication_failure"
        message = "The provided PaymentMethod has failed authentication."
        _fail(state, intent, _said("invalid_request_error", code, None, message, method))


def pay(state: State, intent: Thing, method: Thing, card: Card) -> None:
    charge = state.add(shapes.charge(state, intent, method))
    charge |= {"paid": True, "status": "succeeded", "outcome": shapes.outcome("authorized")}
    intent["latest_charge"] = charge["id"]
    if intent["capture_method"] == "manual":
        intent["status"], intent["amount_capturable"] = "requires_capture", intent["amount"]
        until = state.now() + AUTHORIZED_DAYS * DAY
        charge["payment_method_details"]["card"]["capture_before"] = until
        state.tell("charge.succeeded", charge)
        state.tell("payment_intent.amount_capturable_updated", intent)
        state.later(until, partial(_expire, state, intent))
        return
    _take(state, intent, charge, intent["amount"], at_once=card.at_once)
    state.tell("charge.succeeded", charge)
    state.tell("payment_intent.succeeded", intent)
    if card.disputed:
        state.later(state.now(), partial(dispute, state, charge, card.disputed, inquiry=card.inquiry))


def capture(state: State, intent: Thing, amount: int | None) -> None:
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "captured")
    taken = intent["amount_capturable"] if amount is None else amount
    if not 0 < taken <= intent["amount_capturable"]:
        raise invalid(
            "The amount to capture must be at most the amount that is capturable.", code="amount_too_large", param="amount_to_capture"
        )
    charge = state.get("charge", intent["latest_charge"])
    charge["amount_refunded"] = intent["amount"] - taken
    _take(state, intent, charge, taken)
    state.tell("charge.captured", charge)
    state.tell("payment_intent.succeeded", intent)


def _take(state: State, intent: Thing, charge: Thing, amount: int, *, at_once: bool = False) -> None:
    bank = charge["payment_method_details"]["type"] == "us_bank_account"
    fee = min(amount * 8 // 1000, 500) if bank else amount * 29 // 1000 + 30
    line = state.add(more_shapes.balance_transaction(state, charge, "payment" if bank else "charge", amount, fee, at_once=at_once))
    charge |= {"captured": True, "amount_captured": amount, "balance_transaction": line["id"], "paid": True, "status": "succeeded"}
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0, "processing": None}


def cancel(state: State, intent: Thing, reason: str | None) -> None:
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise unexpected(intent, "canceled")
    if intent["status"] == "requires_capture":
        charge = state.get("charge", intent["latest_charge"])
        charge |= {"refunded": True, "amount_refunded": intent["amount"]}
        state.tell("charge.refunded", charge)
    intent |= {"status": "canceled", "canceled_at": state.now(), "cancellation_reason": reason, "amount_capturable": 0, "next_action": None}
    state.tell("payment_intent.canceled", intent)


def _expire(state: State, intent: Thing) -> None:
    if intent["status"] == "requires_capture":
        cancel(state, intent, "automatic")


def _debit(state: State, intent: Thing, method: Thing, *, has_mandate: bool) -> None:
    """A bank debit: days later it is known."""
    if not has_mandate:
        raise invalid("This payment method needs `mandate_data` or a `mandate` when it is confirmed.", param="mandate_data")
    if not state.instant_verification:
        verify = {
            "arrival_date": state.now() + DAY,
            "hosted_verification_url": f"{state.url}/verify/{intent['id']}",
            "microdeposit_type": "amounts",
        }
        require_action(state, intent, {"type": "verify_with_microdeposits", "verify_with_microdeposits": verify})
        return
    charge = state.add(shapes.charge(state, intent, method))
    intent |= {"status": "processing", "latest_charge": charge["id"]}
    state.tell("charge.pending", charge)
    state.tell("payment_intent.processing", intent)
    bank = BANKS.get(state.numbers[method["id"]][0], Bank())
    if not bank.stuck:
        state.later(state.now() + state.bank_seconds, partial(_settle, state, intent, charge, method, bank))


def _settle(state: State, intent: Thing, charge: Thing, method: Thing, bank: Bank) -> None:
    if not bank.code:
        charge["outcome"] = shapes.outcome("authorized")
        _take(state, intent, charge, intent["amount"])
        state.tell("charge.succeeded", charge)
        state.tell("payment_intent.succeeded", intent)
        return
    message = MESSAGES[bank.code]
    charge |= {"status": "failed", "failure_code": bank.code, "failure_message": message, "outcome": shapes.outcome("issuer_declined")}
    state.tell("charge.failed", charge)
    _fail(state, intent, _said("invalid_request_error", bank.code, None, message, method, charge=charge["id"]))


def decline(state: State, intent: Thing, method: Thing, code: str, decline_code: str) -> None:
    """Raises StripeError, with the intent as it stands then."""
    message = MESSAGES.get(decline_code) or MESSAGES[code]
    charge = state.add(shapes.charge(state, intent, method))
    charge |= {"status": "failed", "failure_code": code, "failure_message": message}
    charge["outcome"] = shapes.outcome("issuer_declined", decline_code)
    intent["latest_charge"] = charge["id"]
    state.tell("charge.failed", charge)
    error = _said("card_error", code, decline_code, message, method, charge=charge["id"])
    _fail(state, intent, error)
    parts = {name: part for name, part in error.items() if name not in ("type", "message")}
    raise StripeError(402, "card_error", message, saved=True, **parts, payment_intent=dict(intent))


def _fail(state: State, intent: Thing, error: Thing) -> None:
    intent |= {"status": "requires_payment_method", "payment_method": None, "processing": None, "last_payment_error": error}
    state.tell("payment_intent.payment_failed", intent)


def _said(kind: str, code: str, decline_code: str | None, message: str, method: Thing, **more: Any) -> Thing:
    said = {"type": kind, "code": code, "decline_code": decline_code, "message": message, "payment_method": dict(method), **more}
    return {name: part for name, part in said.items() if part is not None}


def dispute(state: State, charge: Thing, reason: str, *, inquiry: bool) -> None:
    """An inquiry takes nothing yet."""
    made = state.add(more_shapes.dispute(state, charge, reason, inquiry=inquiry))
    charge["disputed"] = True
    if not inquiry:
        _withdraw(state, made)
    state.tell("charge.dispute.created", made)


def _withdraw(state: State, made: Thing) -> None:
    line = state.add(more_shapes.balance_transaction(state, {**made, "description": None}, "adjustment", -made["amount"], 1_500))
    made["balance_transactions"] = [line]


def refund(state: State, charge: Thing, params: Thing, amount: int | None) -> Thing:
    left = charge["amount"] - charge["amount_refunded"]  # what a partial capture let go counts as given back
    asked = left if amount is None else amount
    if not charge["captured"] or left <= 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not 0 < asked <= left:
        raise invalid(f"Refund amount ({asked}) is greater than unrefunded amount on charge ({left})", param="amount")
    card = CARDS.get(state.numbers[charge["payment_method"]][0], Card())
    by_bank = charge["payment_method_details"]["type"] == "us_bank_account"
    made = state.add(more_shapes.refund(state, charge, asked, params))
    if by_bank or card.refunds == "pending":
        made["status"] = "pending"
        state.later(state.now() + state.bank_seconds, partial(_given_back, state, made))
    if card.refunds == "fails":
        state.later(state.now() + state.bank_seconds, partial(come_back, state, made, charge))
    kind = "payment_refund" if by_bank else "refund"
    made["balance_transaction"] = state.add(more_shapes.balance_transaction(state, made, kind, -asked, 0))["id"]
    charge["amount_refunded"] += asked
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    charge["refunds"]["data"].insert(0, made)
    state.tell("refund.created", made)
    state.tell("charge.refunded", charge)
    return made


def _given_back(state: State, made: Thing) -> None:
    if made["status"] == "pending":
        made["status"] = "succeeded"
        state.tell("refund.updated", made)


def come_back(state: State, made: Thing, charge: Thing) -> None:
    """It does not arrive, whatever was said of it before. Of a debit Stripe calls that a refund again, that comes in."""
    by_bank = charge["payment_method_details"]["type"] == "us_bank_account"
    kind = "payment_refund" if by_bank else "refund_failure"
    line = state.add(more_shapes.balance_transaction(state, made, kind, made["amount"], 0))
    made |= {"status": "failed", "failure_reason": "expired_or_canceled_card", "failure_balance_transaction": line["id"]}
    charge["amount_refunded"] -= made["amount"]
    charge["refunded"] = False
    state.tell("refund.failed", made)
    state.tell("charge.refund.updated", made)


def pay_out(state: State) -> Thing | None:
    """All that is available and not paid out yet, as one sum to the bank, as Stripe does it by itself once a day."""
    ready = [line for line in state.all("balance_transaction") if line["id"] not in state.paid_in and line["available_on"] <= state.now()]
    if not ready:
        return None
    made = state.add(more_shapes.payout(state, sum(line["net"] for line in ready), ready[0]["currency"]))
    own = state.add(more_shapes.balance_transaction(state, made, "payout", -made["amount"], 0, at_once=True))
    made["balance_transaction"] = own["id"]
    state.paid_in |= dict.fromkeys((line["id"] for line in (*ready, own)), made["id"])
    state.tell("payout.created", made)
    made["status"] = "paid"
    state.tell("payout.paid", made)
    return made


def unexpected(intent: Thing, verb: str) -> StripeError:
    return invalid(
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=dict(intent),
    )
