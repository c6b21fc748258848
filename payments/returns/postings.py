"""What a bank return posts (BOOKS.md C3, F2, F3, F8): a new fact on its own date, not a reversal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from ledger.journal.actions import Posting, credit, debit
from ledger.journal.models import Account
from payments.chart.accounts import Key, accounts, of_payee, platform
from payments.payins.models import Payment, Status
from payments.payins.postings import cost_account_of, keys_of

RETURN_FEE_MINOR = 400


def returned_reference(payment: Payment) -> str:
    return f"payment.returned:{payment.public_id}"


def returns(payments: Sequence[Payment], days: Mapping[str, date], at: datetime) -> list[Posting]:
    """Per payment: the gross goes back and our fee with it, then the return fee from available."""
    keys = {p.public_id: _keys(p) for p in payments}
    found = accounts((key for of_one in keys.values() for key in of_one.values()), at=at)
    postings = []
    for payment in payments:
        a = {name: found[key] for name, key in keys[payment.public_id].items()}
        day = days[payment.public_id]
        postings += [_returned(payment, a, day), _fee(payment, a, day)]
    return postings


def _keys(payment: Payment) -> dict[str, Key]:
    payee, unit = payment.payee.public_id, payment.currency
    return {
        **keys_of(payment),
        "available": platform("P2120", payee, unit),
        "return_fees": platform("P4120", "", unit),
        "charges": of_payee("L6110", payee, unit, subject=cost_account_of(payment).subject),
    }


def _returned(payment: Payment, a: Mapping[str, Account], day: date) -> Posting:
    bucket = a["available"] if payment.status == Status.SETTLED else a["pending"]  # where the payment is
    legs = [
        debit(bucket, payment.net_minor),
        credit(a["clearing"], payment.charged_minor, payment.public_id),
        debit(payment.applies_to, payment.amount_minor),
        credit(a["at_directpay"], payment.net_minor),
    ]
    if payment.fee_minor:
        legs.append(debit(a["revenue"], payment.fee_minor))
        if payment.fee_payer == "payee":
            legs.append(credit(cost_account_of(payment), payment.fee_minor))
    return Posting(reference=returned_reference(payment), kind="payment.returned", effective_on=day, legs=legs)


def _fee(payment: Payment, a: Mapping[str, Account], day: date) -> Posting:
    return Posting(
        reference=f"return.fee:{payment.public_id}",
        kind="return.fee",
        effective_on=day,
        legs=[
            debit(a["available"], RETURN_FEE_MINOR),
            credit(a["return_fees"], RETURN_FEE_MINOR),
            debit(a["charges"], RETURN_FEE_MINOR),
            credit(a["at_directpay"], RETURN_FEE_MINOR),
        ],
    )
