"""Payment intents, and what hangs on them, in the shapes of https://docs.stripe.com/api/payment_intents/object."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from directpay.api.objects import rendered, unix
from directpay.api.views import Context
from payments.intents.models import PaymentIntent, State
from payments.intents.queries import REQUIRES_ACTION, REQUIRES_CAPTURE, REQUIRES_PAYMENT_METHOD, SUCCEEDED, status_of
from payments.methods.models import BankAccount
from payments.methods.rendering import CARD, US_BANK_ACCOUNT, billing_details, method_details, render_payment_method
from payments.methods.wallets.paying import Wallet
from payments.payins.models import CLEARED, Payment, Status
from payments.rails.registry import BY_WALLET

CHARGE_STATUSES: Final[dict[str, str]] = {
    **dict.fromkeys((*CLEARED, Status.RETURNED, Status.AUTHORIZED), "succeeded"),
    **dict.fromkeys((Status.FAILED, Status.CANCELED), "failed"),
}
# Nacha's return code → Stripe's reason of a dispute.
REASONS: Final[dict[str, str]] = {
    **dict.fromkeys(("R01", "R09"), "insufficient_funds"),
    **dict.fromkeys(("R02", "R03", "R04"), "incorrect_account_details"),
    **dict.fromkeys(("R05", "R07", "R10", "R11", "R29"), "debit_not_authorized"),
    "R08": "customer_initiated",
    "R16": "bank_cannot_process",
}
# Stripe's codes for a bank account whose two deposits did not prove it.
UNPROVEN: Final = {
    BankAccount.Status.VERIFICATION_FAILED: "payment_method_microdeposit_verification_attempts_exceeded",
    BankAccount.Status.ERRORED: "payment_method_microdeposit_failed",
}
# What Stripe has and we do not: said, so that a client that reads it finds nothing rather than an error.
OPTIONS: Final[dict[str, dict[str, str]]] = {
    US_BANK_ACCOUNT: {"verification_method": "microdeposits"},
    CARD: {"request_three_d_secure": "automatic"},
    **{wallet: {} for wallet in BY_WALLET},
}
NOTHING: Final = dict.fromkeys(
    (
        "application",
        "application_fee_amount",
        "on_behalf_of",
        "payment_method_configuration_details",
        "processing",
        "receipt_email",
        "review",
        "setup_future_usage",
        "shipping",
        "source",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_data",
        "transfer_group",
    )
)


def render_intent(i: PaymentIntent, context: Context) -> dict[str, Any]:
    """An intent as Stripe's clients read it; `lease`, `applies_to`, `rail` and `payment` are ours."""
    status = status_of(i)
    charges = [render_charge(i, i.payment, context)] if i.payment else []
    return rendered(
        "payment_intent",
        i,
        **NOTHING,
        amount=i.amount_minor,
        amount_capturable=i.payment.amount_minor if i.payment and status == REQUIRES_CAPTURE else 0,
        amount_details={"tip": {}},
        amount_received=i.payment.amount_minor if i.payment and status == SUCCEEDED else 0,
        applies_to=i.applies_to.public_id if i.applies_to else None,
        automatic_payment_methods=None,
        canceled_at=unix(_canceled_at(i)),
        cancellation_reason=i.cancellation_reason or None,
        capture_method=i.capture_method,
        charges={"object": "list", "url": f"/v1/charges?payment_intent={i.public_id}", "has_more": False, "data": charges},
        client_secret=i.client_secret,
        confirmation_method="automatic",
        currency=i.currency,
        customer=i.customer.public_id if i.customer else None,
        description=i.description or None,
        last_payment_error=_last_error(i, context) if status == REQUIRES_PAYMENT_METHOD else None,
        latest_charge=i.payment.public_id if i.payment else None,
        lease=i.origin if i.origin.startswith("lse_") else None,
        next_action=_next_action(i) if status == REQUIRES_ACTION else None,
        payment=i.payment.public_id if i.payment else None,
        payment_method=(i.source.public_id or None) if i.source and status != REQUIRES_PAYMENT_METHOD else None,
        payment_method_options={name: OPTIONS[name] for name in i.method_types},
        payment_method_types=i.method_types,
        rail=i.rail,
        status=status,
    )


def render_charge(i: PaymentIntent, p: Payment, context: Context) -> dict[str, Any]:
    """The attempt as a charge of Stripe's. Its id is the payment's: `/v1/payments` has the rest, and what can be done with it."""
    status = CHARGE_STATUSES.get(p.status, "pending")
    captured = status == "succeeded" and p.status != Status.AUTHORIZED
    returned = p.status == Status.RETURNED
    failed = p.status == Status.FAILED
    return {
        "id": p.public_id,
        "object": "charge",
        "amount": p.authorized_minor or p.amount_minor,
        "amount_captured": p.amount_minor if captured else 0,
        "amount_refunded": p.amount_refunded,
        "balance_transaction": None,
        "billing_details": billing_details(p.source, context),
        "captured": captured,
        "created": unix(p.created_at),
        "currency": p.currency,
        "customer": p.payer.public_id,
        "description": i.description or None,
        "dispute": render_dispute(i, p) if returned else None,
        "disputed": returned,
        "failure_code": p.failure_code or None if failed else None,
        "failure_message": p.failure_message or None if failed else None,
        "livemode": not settings.SANDBOX,
        "metadata": p.metadata,
        "paid": status == "succeeded",
        "payment_intent": i.public_id,
        "payment_method": p.source.public_id or None,
        "payment_method_details": method_details(p.source, context),
        "refunded": p.amount_refunded == p.amount_minor,
        "status": status,
    }


def render_dispute(i: PaymentIntent, p: Payment) -> dict[str, Any]:
    """A debit that the bank took back after it had cleared: at Stripe a dispute that is lost from the start."""
    return {
        "id": f"du_{p.public_id.removeprefix('pay_')}",
        "object": "dispute",
        "amount": p.amount_minor,
        "balance_transactions": [],
        "charge": p.public_id,
        "created": unix(p.returned_at),
        "currency": p.currency,
        "is_charge_refundable": False,
        "livemode": not settings.SANDBOX,
        "metadata": {},
        "network_reason_code": p.return_code,
        "payment_intent": i.public_id,
        "reason": REASONS.get(p.return_code, "general"),
        "status": "lost",
    }


def _canceled_at(i: PaymentIntent) -> Any:
    if i.canceled_at is None and i.payment is not None and i.payment.status == Status.CANCELED:
        return i.payment.changed_at  # called off at /v1/payments
    return i.canceled_at


def _last_error(i: PaymentIntent, context: Context) -> Mapping[str, Any] | None:
    """Why a payment method must be named (again)."""
    if i.payment is not None and i.payment.status == Status.FAILED and i.status == State.CONFIRMED:
        p = i.payment
        error: dict[str, Any] = {"code": p.failure_code, "message": p.failure_message, "charge": p.public_id}
        if p.decline_code:
            error["decline_code"] = p.decline_code
        kind, source = "invalid_request_error" if p.bank_account else "card_error", p.source
    elif i.bank_account is not None:
        error = {"code": UNPROVEN[BankAccount.Status(i.bank_account.status)], "message": "This bank account could not be verified."}
        kind, source = "invalid_request_error", i.bank_account
    else:
        return None
    shown = None if isinstance(source, Wallet) else render_payment_method(source, context)
    return {"type": kind, "param": None, **error, "payment_method": shown}


def _next_action(i: PaymentIntent) -> dict[str, Any] | None:
    """The owner of the card is to be proven at an address; or two small deposits are to be named at /v1/bank-accounts/{id}/verify."""
    if i.payment is not None and i.status == State.CONFIRMED:
        there = {"url": i.payment.action_url, "return_url": i.return_url or None}
        return {"type": "redirect_to_url", "redirect_to_url": there}
    if i.bank_account is None or i.status != State.AWAITING_ACTION:
        return None
    deposits = {"arrival_date": unix(i.bank_account.created_at), "hosted_verification_url": None, "microdeposit_type": "amounts"}
    return {"type": "verify_with_microdeposits", "verify_with_microdeposits": deposits}
